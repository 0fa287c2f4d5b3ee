/** The letters beside what differs: A, D, M, as source control has them, and ? for what could not be read. The letter alone tells; its colour repeats it. */
import { type Disposable, FileDecoration, ThemeColor, Uri, window } from 'vscode';
import type { ComparedAs } from '../../server/images/compared-tree.ts';
import { visible } from '../visible.ts';

const scheme = 'distroless-compared';

/** For the row's file icon, by its name, and its letter. */
export function markedUri(path: string, change: ComparedAs | undefined): Uri {
  return Uri.from({ scheme, path: visible(path), query: change ?? '' });
}

export function registerMarks(): Disposable {
  return window.registerFileDecorationProvider({
    provideFileDecoration(uri) {
      const mark = uri.scheme === scheme ? marks[uri.query] : undefined;
      // Without a tooltip of its own: that of the row says it, and the two would be shown one after the other.
      return mark && new FileDecoration(mark.letter, undefined, new ThemeColor(mark.color));
    },
  });
}

export const marks: Readonly<Record<string, { readonly letter: string; readonly color: string } | undefined>> = {
  added: { letter: 'A', color: 'gitDecoration.addedResourceForeground' },
  removed: { letter: 'D', color: 'gitDecoration.deletedResourceForeground' },
  modified: { letter: 'M', color: 'gitDecoration.modifiedResourceForeground' },
  unread: { letter: '?', color: 'list.warningForeground' },
} satisfies Record<ComparedAs, { letter: string; color: string }>;
