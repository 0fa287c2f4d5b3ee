/**
 * Distroless: Convert Dockerfile. What can be converted is shown as a difference first, and applied when the user says so; what cannot is explained
 * beside the lines that are in the way.
 */
import { commands, Disposable, Range, type TextDocument, Uri, window, workspace } from 'vscode';
import { convertCommand, convertDocument } from '../../server/protocol.ts';
import type { Family, Note, Reason } from '../../server/recipes/conversion.ts';
import { createLineNotes } from '../conversion/notes.ts';
import { createPreviews, type Shown, type Wanted } from '../conversion/preview.ts';
import { createVerifier } from '../conversion/verify.ts';
import { countWords } from '../explorer/words.ts';
import type { Server } from '../server.ts';
import { inMessage } from '../visible.ts';

export function convertCommands(server: Server): Disposable {
  const { client, ask } = server;
  const notes = createLineNotes();
  const previews = createPreviews(server, notes);
  const verifier = createVerifier(server);

  const convert = async (resource?: unknown, then?: (shown: Shown) => Promise<void>, wanted: Wanted = {}) => {
    // A code action gives the address as text.
    const uri = typeof resource === 'string' ? client.protocol2CodeConverter.asUri(resource) : resource;
    const document = uri instanceof Uri ? await workspace.openTextDocument(uri) : window.activeTextEditor?.document;
    if (document?.languageId !== 'dockerfile') {
      void window.showInformationMessage('Open the Dockerfile that is to be converted first.');
      return;
    }
    notes.clear(document.uri);
    const { version } = document;
    const address = client.code2ProtocolConverter.asUri(document.uri);
    const conversion = await ask(convertDocument, { uri: address, ...wanted });
    switch (conversion.outcome) {
      case 'already-minimal':
        void window.showInformationMessage(
          `There is nothing to convert: it already ends in “${inMessage(conversion.base)}”.`,
        );
        return;
      case 'declined':
        await window.showTextDocument(document);
        notes.show(
          document.uri,
          conversion.reasons.map(({ line, message }) => ({ line, message, kind: 'Not converted', minor: false })),
        );
        return sayReasons(conversion.reasons, document);
      case 'converted': {
        const shown = { document, version, wanted, conversion };
        await previews.show(shown);
        if (then) return then(shown);
        const answer = await window.showInformationMessage(summary(shown), 'Apply', 'Verify', 'Discard');
        // The message may have stayed longer than what it is about.
        if (previews.at(document.uri) !== shown) return;
        if (answer === 'Apply') await apply(shown);
        if (answer === 'Verify') await verifier.verify(shown);
        if (answer === 'Discard') await previews.close(shown);
      }
    }
  };

  const apply = async (shown: Shown) => {
    if (await previews.apply(shown)) return;
    void window.showInformationMessage('The Dockerfile has been edited since. Here is what it becomes now.');
    await convert(shown.document.uri, undefined, { ...shown.wanted, family: shown.conversion.family });
  };

  const withShown = (act: (shown: Shown) => Promise<void>) => async (resource?: unknown) => {
    const shown = previews.at(resource instanceof Uri ? resource : window.activeTextEditor?.document.uri);
    if (shown) await act(shown);
    else void window.showInformationMessage('No conversion is shown here. Use “Distroless: Convert Dockerfile” first.');
  };

  return Disposable.from(
    notes,
    previews,
    verifier,
    commands.registerCommand(convertCommand, (resource, family?: unknown, stage?: unknown) =>
      // A menu gives other things after the address.
      convert(resource, undefined, {
        ...(typeof family === 'string' ? { family: family as Family } : {}),
        ...(typeof stage === 'string' ? { stage } : {}),
      }),
    ),
    commands.registerCommand('distroless.convertAndVerify', (resource) => convert(resource, verifier.verify)),
    commands.registerCommand('distroless.applyConversion', withShown(apply)),
    commands.registerCommand('distroless.verifyConversion', withShown(verifier.verify)),
    commands.registerCommand('distroless.discardConversion', withShown(previews.close)),
  );
}

function summary({ conversion: { base, notes } }: Shown): string {
  const count = (kind: Note['kind']) => notes.filter((note) => note.kind === kind).length;
  const parts = [
    ...(count('assumption') > 0 ? [countWords(count('assumption'), 'assumption')] : []),
    ...(count('risk') > 0 ? [countWords(count('risk'), 'risk')] : []),
  ];
  const look = parts.length > 0 ? ` Look at ${parts.join(' and ')} beside the lines.` : '';
  return `It would end in “${inMessage(base)}”.${look} Undo takes it back once it is applied.`;
}

/** The first reason; the others stand beside their lines, too. “Show” goes to the first line. */
async function sayReasons([first, ...others]: readonly Reason[], document: TextDocument): Promise<void> {
  if (!first) return;
  const more = others.length === 0 ? '' : ` ${countWords(others.length, 'more reason')} beside the lines.`;
  const text = `It was not converted. Line ${first.line + 1}: ${inMessage(first.message)}${more}`;
  if ((await window.showWarningMessage(text, 'Show')) !== 'Show') return;
  const selection = document.lineAt(document.validatePosition(new Range(first.line, 0, first.line, 0).start)).range;
  await window.showTextDocument(document, { selection });
}
