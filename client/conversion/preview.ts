/** A conversion as the editor's own difference, with its notes beside the lines they explain, to be applied or left. */
import {
  commands,
  type Disposable,
  EventEmitter,
  TabInputTextDiff,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { Conversion, Family } from '../../server/recipes/conversion.ts';
import type { Server } from '../server.ts';
import { lineAfter } from './line-map.ts';
import type { LineNote, LineNotes } from './notes.ts';

export type Converted = Extract<Conversion, { outcome: 'converted' }>;

/** Which of the conversions was asked for: to a family of base images, of a stage that is named as --target does. */
export interface Wanted {
  readonly family?: Family;
  readonly stage?: string;
}

export interface Shown {
  readonly document: TextDocument;
  readonly wanted: Wanted;
  /** Of the document that was converted. */
  readonly version: number;
  readonly conversion: Converted;
}

export interface Previews extends Disposable {
  show(shown: Shown): Promise<void>;
  /** What is shown at that address: the right-hand side of the difference, or the Dockerfile itself. */
  at(uri: Uri | undefined): Shown | undefined;
  /** False: the document has been edited since, and the edits are for another text. */
  apply(shown: Shown): Promise<boolean>;
  close(shown: Shown): Promise<void>;
}

export const conversionScheme = 'distroless-conversion';

export function createPreviews({ client }: Server, notes: LineNotes): Previews {
  const all = new Map<string, Shown>();
  const changed = new EventEmitter<Uri>();
  const forget = (uri: Uri) => {
    notes.clear(uri);
    all.delete(uri.toString());
  };
  const subscriptions = [
    changed,
    workspace.registerTextDocumentContentProvider(conversionScheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => all.get(uri.toString())?.conversion.dockerfile ?? '',
    }),
    window.tabGroups.onDidChangeTabs(({ closed }) => {
      for (const { input } of closed)
        if (input instanceof TabInputTextDiff && input.modified.scheme === conversionScheme) forget(input.modified);
    }),
  ];
  const previews: Previews = {
    async show(shown) {
      const uri = resultUri(shown.document);
      all.set(uri.toString(), shown);
      changed.fire(uri);
      const name = shown.document.uri.path.replace(/^.*\//, '');
      await commands.executeCommand('vscode.diff', shown.document.uri, uri, `${name} ↔ as converted`, {
        preview: false,
      });
      notes.show(uri, lineNotes(shown));
    },
    at(uri) {
      if (!uri) return undefined;
      return all.get((uri.scheme === conversionScheme ? uri : resultUri({ uri })).toString());
    },
    async apply(shown) {
      const { document, version, conversion } = shown;
      if (document.version !== version) return false;
      const edits = conversion.edits.map(({ range, newText }) => ({ range, newText }));
      const edit = await client.protocol2CodeConverter.asWorkspaceEdit({
        changes: { [client.code2ProtocolConverter.asUri(document.uri)]: edits },
      });
      await previews.close(shown);
      await window.showTextDocument(document);
      return workspace.applyEdit(edit);
    },
    async close({ document }) {
      const uri = resultUri(document).toString();
      const tabs = window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter(({ input }) => input instanceof TabInputTextDiff && input.modified.toString() === uri);
      await window.tabGroups.close(tabs);
    },
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
  return previews;
}

/** By the path of the Dockerfile, so that its name tells the editor how to colour it. */
function resultUri({ uri }: Pick<TextDocument, 'uri'>): Uri {
  return Uri.from({ scheme: conversionScheme, path: uri.path || '/Dockerfile', query: uri.toString() });
}

const KINDS = { change: 'Change', assumption: 'Assumption', risk: 'Risk' } as const;

function lineNotes({ document, conversion }: Shown): readonly LineNote[] {
  const original = document.getText();
  return conversion.notes.map(({ kind, line, message }) => ({
    line: lineAfter(line, original, conversion.edits, conversion.dockerfile),
    kind: KINDS[kind],
    message,
    minor: kind === 'change',
  }));
}
