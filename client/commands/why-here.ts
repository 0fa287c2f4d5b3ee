/** Distroless: Why Is This Here?: the layers that brought and changed a file, its package, and what it is flagged for; each leads to more. */
import { commands, Disposable, type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { FileVersion } from '../../server/protocol.ts';
import { documentUri } from '../explorer/address.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { sentence } from '../explorer/images.ts';
import { fileOf, type Node } from '../explorer/nodes.ts';
import { instructionWords, modeWords, sizeWords } from '../explorer/words.ts';
import { inList, inMessage } from '../visible.ts';
import { linesOf, openLine } from './dockerfile-line.ts';

interface Item extends QuickPickItem {
  go?(): unknown;
}

export function whyHereCommand({ images, view, reveal }: Explorer): Disposable {
  const why = async (clicked?: Node) => {
    const node = clicked ?? view.selection[0];
    const file = fileOf(node);
    if (!node || !file) {
      void window.showInformationMessage('Select a file of an image in the “Images” view first.');
      return;
    }
    const { reference, path } = file;
    try {
      const { layers } = await images.describe(reference);
      // What is told of the image does not depend on what is around it.
      const dockerfiles = await images.dockerfiles(reference).catch(() => []);
      const instruction = (layer: number) => instructionWords(layers.find(({ index }) => index === layer)?.createdBy);
      const history = await images.history(reference, path);
      const version = (one: FileVersion): Item => ({
        label: `$(${icons[one.change]}) Layer ${one.layer + 1} ${verbs[one.change]} it`,
        description: one.size === undefined ? '' : `${sizeWords(one.size)}, ${modeWords('file', one.mode ?? 0)}`,
        detail: inList(instruction(one.layer)),
        go: () =>
          one.size === undefined
            ? undefined
            : commands.executeCommand(
                'vscode.open',
                documentUri({ reference, view: { kind: 'layer', layer: one.layer }, path }),
              ),
      });
      const lines = new Map<string, Item>();
      for (const { layer } of history) {
        const position = layers.findIndex(({ index }) => index === layer);
        for (const line of linesOf(dockerfiles, position))
          lines.set(line.words, {
            label: `$(go-to-file) ${inList(line.words)}`,
            description: line.changed ? 'the file is not quite what was built' : '',
            go: () => openLine(line),
          });
      }
      const row = node.kind === 'entry' ? node.row : undefined;
      const owner = row?.package ? `${row.package.name} ${row.package.version}` : packageOf(node);
      const items: Item[] = [
        { label: 'Layers', kind: QuickPickItemKind.Separator },
        ...history.map(version),
        ...(lines.size > 0 ? [{ label: 'Dockerfile', kind: QuickPickItemKind.Separator }] : []),
        ...lines.values(),
        ...(owner === undefined
          ? []
          : [
              { label: 'Package', kind: QuickPickItemKind.Separator },
              { label: `$(package) ${inList(owner)}`, description: 'says that the file is its own' },
            ]),
        ...(row && row.flags.length > 0 ? [{ label: 'Flagged', kind: QuickPickItemKind.Separator }] : []),
        ...(row?.flags ?? []).map(({ title, why, remedy }) => ({
          label: `$(flag) ${inList(title)}`,
          detail: inList(`${why} ${remedy}`),
        })),
      ];
      const picked = await window.showQuickPick(items, { title: `Why is ${inList(path)} here?`, matchOnDetail: true });
      await picked?.go?.();
    } catch (error) {
      void window.showErrorMessage(inMessage(sentence(error)));
    }
  };
  return Disposable.from(
    commands.registerCommand('distroless.whyHere', why),
    commands.registerCommand('distroless.revealFile', async (clicked?: Node) => {
      const file = fileOf(clicked ?? view.selection[0]);
      if (!file) void window.showInformationMessage('Select a file of an image in the “Images” view first.');
      else if (!(await reveal(file.reference, file.path)))
        void window.showInformationMessage(`“${inMessage(file.path)}” is not in the image.`);
    }),
  );
}

const verbs = { added: 'added', modified: 'changed', removed: 'removed' } as const;
const icons = { added: 'diff-added', modified: 'diff-modified', removed: 'diff-removed' } as const;

function packageOf(node: Node): string | undefined {
  return node.kind === 'evidence' ? node.evidence.package : undefined;
}
