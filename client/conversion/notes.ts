/** Sentences beside the lines that they are about, as a review has them: the notes of a conversion, and the reasons against one. */
import {
  type Comment,
  CommentMode,
  type CommentThread,
  CommentThreadCollapsibleState,
  commands,
  comments,
  type Disposable,
  Range,
  type Uri,
  workspace,
} from 'vscode';
import { visible } from '../visible.ts';

export interface LineNote {
  /** From 0. */
  readonly line: number;
  /** Who says it: “Risk”, “Assumption”. */
  readonly kind: string;
  readonly message: string;
  /** Folded away, for what the difference shows anyway. */
  readonly minor: boolean;
}

export interface LineNotes extends Disposable {
  /** In place of those that the document has. */
  show(uri: Uri, notes: readonly LineNote[]): void;
  clear(uri: Uri): void;
}

export function createLineNotes(): LineNotes {
  const controller = comments.createCommentController('distroless.conversion', 'Distroless');
  const shown = new Map<string, CommentThread[]>();
  const clear = (uri: Uri) => {
    for (const thread of shown.get(uri.toString()) ?? []) thread.dispose();
    shown.delete(uri.toString());
  };
  const subscriptions = [
    controller,
    // They are about a text that is no more.
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) clear(document.uri);
    }),
    workspace.onDidCloseTextDocument(({ uri }) => clear(uri)),
    commands.registerCommand('distroless.closeNote', (thread: CommentThread) => thread.dispose()),
  ];
  return {
    show(uri, notes) {
      clear(uri);
      const threads = notes.map((note) => {
        const thread = controller.createCommentThread(uri, new Range(note.line, 0, note.line, 0), [comment(note)]);
        thread.canReply = false;
        thread.label = 'Distroless';
        thread.collapsibleState = note.minor
          ? CommentThreadCollapsibleState.Collapsed
          : CommentThreadCollapsibleState.Expanded;
        return thread;
      });
      shown.set(uri.toString(), threads);
    },
    clear,
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** Text and never Markdown: it may hold what the Dockerfile says. */
function comment({ kind, message }: LineNote): Comment {
  return { author: { name: kind }, body: visible(message), mode: CommentMode.Preview };
}
