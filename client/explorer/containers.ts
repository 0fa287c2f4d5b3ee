/** The containers of the engine and their files, as rows. Their files are asked for as those of images are, by a reference of their own. */
import { type Disposable, ProgressLocation, type TreeItem, TreeItemCollapsibleState, window } from 'vscode';
import type { Server } from '../server.ts';
import { inMessage } from '../visible.ts';
import { imageId } from './image-rows.ts';
import type { Images } from './images.ts';
import { make } from './item.ts';
import type { ContainerNode, ContainersNode, EngineNode, Node } from './nodes.ts';
import { countWords, sizeWords } from './words.ts';

export const isContainer = (reference: string): boolean => reference.startsWith('docker-container:');

/** None where there are no containers. */
export function containersRow(parent: EngineNode): Node[] {
  const { containers } = parent.engine;
  return containers.length > 0 ? [{ kind: 'containers', id: 'containers', parent, containers }] : [];
}

export const containerRows = (parent: ContainersNode): Node[] =>
  parent.containers.map((container) => {
    const { reference } = container;
    return { kind: 'container', id: imageId(reference), parent, reference, container };
  });

export function containersItem(node: ContainersNode): TreeItem {
  const { containers } = node;
  const running = containers.filter(({ state }) => state === 'running').length;
  return make(node, {
    label: 'Containers',
    description: [containers.length.toLocaleString('en'), `${running.toLocaleString('en')} running`],
    tooltip: [
      `${countWords(containers.length, 'container')}, whose files can be looked at without anything being run in them`,
    ],
    icon: 'server-process',
    state: TreeItemCollapsibleState.Collapsed,
  });
}

export function containerItem(node: ContainerNode): TreeItem {
  const { name, image, id, state, status } = node.container;
  return make(node, {
    label: name,
    description: [image, status || state],
    tooltip: [name, `Image: ${image}`, status || state, id],
    icon: state === 'running' ? 'vm-running' : 'vm',
    state: TreeItemCollapsibleState.Collapsed,
    context: 'container',
  });
}

/** Says how far a folder of a container has been read, where that takes long, and lets it be cancelled. */
export class ContainerReading implements Disposable {
  readonly #images: Images;
  readonly #bytes = new Map<string, (bytes: number) => void>();
  readonly #subscription: Disposable;

  constructor(server: Server, images: Images) {
    this.#images = images;
    this.#subscription = server.onProgress(({ reference, bytes }) => this.#bytes.get(reference)?.(bytes));
  }

  /** `rows` are those below `parent`. */
  show(parent: Node, rows: Promise<Node[]>): Promise<Node[]> {
    const container = containerOf(parent);
    if (!container) return rows;
    const { reference, name } = container;
    const soon = setTimeout(() => {
      const title = `Reading files of “${inMessage(name)}”`;
      void window.withProgress(
        { location: ProgressLocation.Notification, title, cancellable: true },
        (progress, token) => {
          token.onCancellationRequested(() => this.#images.cancel(reference));
          this.#bytes.set(reference, (bytes) => progress.report({ message: sizeWords(bytes) }));
          return rows.then(
            () => this.#bytes.delete(reference),
            () => this.#bytes.delete(reference),
          );
        },
      );
    }, patience);
    const done = () => clearTimeout(soon);
    rows.then(done, done);
    return rows;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

function containerOf(row: Node): { readonly reference: string; readonly name: string } | undefined {
  if (row.kind !== 'container' && (row.kind !== 'entry' || !isContainer(row.reference))) return undefined;
  for (let at: Node | undefined = row; at; at = at.parent)
    if (at.kind === 'container') return { reference: at.reference, name: at.container.name };
  return undefined;
}

/** Milliseconds that need no word. */
const patience = 1000;
