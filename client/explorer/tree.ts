/** Which rows the explorer has, and when they change. What a row looks like is in `items.ts`. */
import { type Disposable, EventEmitter, type TreeDataProvider, type TreeItem } from 'vscode';
import type { SortBy } from '../../server/protocol.ts';
import type { Archives } from './archives.ts';
import type { AsOf } from './as-of.ts';
import { comparisonId, comparisonRow } from './comparison-nodes.ts';
import { comparisonRows } from './comparison-rows.ts';
import type { Comparisons } from './comparisons.ts';
import { type ContainerReading, containerRows, containersRow } from './containers.ts';
import type { Engine } from './engine.ts';
import { asOfId, type GroupBy, imageId, imageRows, statusId, wholeRow } from './image-rows.ts';
import type { Images } from './images.ts';
import { treeItem } from './items.ts';
import { message } from './messages.ts';
import { type ImageNode, type MoreNode, type Node, pageSize } from './nodes.ts';
import type { Platforms } from './platforms.ts';
import type { Registries } from './registries.ts';
import {
  archiveImageRows,
  archiveRow,
  engineImageRows,
  engineRow,
  explanation,
  registryImageRow,
  rootRows,
} from './root-rows.ts';

/** Where its rows come from. */
export interface Sources {
  readonly engine: Engine;
  readonly images: Images;
  readonly archives: Archives;
  readonly registries: Registries;
  readonly platforms: Platforms;
  readonly reading: ContainerReading;
  readonly comparisons: Comparisons;
  readonly asOf: AsOf;
}

export class ExplorerTree implements TreeDataProvider<Node>, Disposable {
  readonly #sources: Sources;
  readonly #changed = new EventEmitter<Node | undefined>();
  /** The rows as the view has them: only those objects can be refreshed. */
  readonly #shown = new Map<string, Node>();
  readonly #counts = new Map<string, number>();
  /** The rows that the view has asked for what is below them, since all were drawn anew. */
  readonly #drawn = new Set<string>();
  #flaggedOnly: boolean;
  #sort: SortBy;
  #group: GroupBy;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(sources: Sources, state: { flaggedOnly: boolean; sort: SortBy; group: GroupBy }) {
    this.#sources = sources;
    this.#flaggedOnly = state.flaggedOnly;
    this.#sort = state.sort;
    this.#group = state.group;
    const refreshRow = (id: string) => {
      const node = this.#shown.get(id);
      if (node) this.#changed.fire(node);
    };
    const { engine, images, archives, registries, comparisons } = sources;
    this.#changed.event((row) => row ?? this.#drawn.clear());
    images.onChange((reference) => refreshRow(imageId(reference)));
    images.onProgress((reference) => refreshRow(statusId(reference)));
    sources.asOf.onChange((reference) => {
      // Only the files of a row that is there and stays change with the layer.
      const stays = this.#shown.has(asOfId(reference)) && sources.asOf.layer(reference) !== undefined;
      refreshRow(stays ? asOfId(reference) : imageId(reference));
      if (!stays) this.#shown.delete(asOfId(reference));
    });
    comparisons.onChange((id) => (id ? refreshRow(id) : this.#changed.fire(undefined)));
    sources.platforms.onChange(() => this.#changed.fire(undefined));
    for (const source of [engine, archives, registries]) source.onChange(() => this.#changed.fire(undefined));
  }

  /** When there is nothing to show: why. */
  get explanation(): string {
    const { engine, archives, registries } = this.#sources;
    return explanation(engine.answer, archives.paths.length > 0 || registries.names.length > 0);
  }

  get flaggedOnly(): boolean {
    return this.#flaggedOnly;
  }

  set flaggedOnly(value: boolean) {
    this.#flaggedOnly = value;
    this.#changed.fire(undefined);
  }

  get sort(): SortBy {
    return this.#sort;
  }

  set sort(value: SortBy) {
    this.#sort = value;
    this.#changed.fire(undefined);
  }

  get group(): GroupBy {
    return this.#group;
  }

  set group(value: GroupBy) {
    this.#group = value;
    this.#changed.fire(undefined);
  }

  /** Resolves when the engine has answered, or has not. */
  async refresh(trusted?: boolean): Promise<void> {
    this.#counts.clear();
    await this.#sources.engine.askAgain(trusted);
  }

  showMore({ parent }: MoreNode): void {
    this.#counts.set(parent.id, (this.#counts.get(parent.id) ?? pageSize) + pageSize);
    this.#changed.fire(parent);
  }

  /** The row of an image, or of the archive that could not be listed as images. */
  archiveRow(path: string): Node {
    return this.#chosen(archiveRow(path, this.#archivesNode(), this.#sources.archives));
  }

  registryRow(name: string): Node {
    return this.#chosen(registryImageRow(name, this.#registriesNode()));
  }

  /** The row of an image of the engine, by its ID; of its names that one, if it is listed. Undefined: the engine did not list it. */
  async engineRow(name: string, id: string | undefined): Promise<Node | undefined> {
    const { engine } = this.#sources;
    await engine.ask();
    if (engine.answer.kind !== 'connected') return undefined;
    const rows = await this.getChildren(engineRow(engine.answer));
    const same = rows.filter(
      (row): row is ImageNode => row.kind === 'image' && row.origin.kind === 'engine' && row.origin.image.id === id,
    );
    return same.find((row) => row.name === name || row.name === `${name}:latest`) ?? same[0];
  }

  /** The row of an image that is or was listed, wherever it came from. */
  imageRow(reference: string): ImageNode | undefined {
    const node = this.#shown.get(imageId(reference));
    return node?.kind === 'image' ? node : undefined;
  }

  /** Those that are listed now and have been shown. */
  get imageRows(): readonly ImageNode[] {
    const { engine, archives, registries } = this.#sources;
    const { answer } = engine;
    return [...this.#shown.values()].filter((node): node is ImageNode => {
      if (node.kind !== 'image') return false;
      const { origin, reference, name } = node;
      if (origin.kind === 'archive') return archives.paths.includes(origin.path);
      if (origin.kind === 'registry') return registries.names.includes(name);
      return answer.kind === 'connected' && answer.images.some((image) => image.reference === reference);
    });
  }

  /** The row of a file of the whole image, loaded as far as it takes. Undefined: it is not there any more. */
  async fileRow(image: ImageNode, path: string): Promise<Node | undefined> {
    const whole = wholeRow(image);
    const groups = this.#group === 'folder' ? [] : await this.getChildren(whole);
    // What is flagged and packages have no folders.
    const tops = this.#group === 'folder' ? [whole] : groups.filter(({ kind }) => kind === 'share');
    for (const top of tops) {
      const row = await this.#rowBelow(top, path);
      if (row) return row;
    }
    return undefined;
  }

  /** The view has the row, expanded at least once. */
  hasDrawn({ id }: Node): boolean {
    return this.#drawn.has(id);
  }

  getParent(node: Node): Node | undefined {
    return node.parent;
  }

  getTreeItem(node: Node): TreeItem {
    const { images, comparisons, asOf } = this.#sources;
    return treeItem(node, images, comparisons, asOf);
  }

  async getChildren(parent?: Node): Promise<Node[]> {
    if (parent) this.#drawn.add(parent.id);
    const ids = new Set<string>();
    const children = (await this.#children(parent)).map((listed, position) => {
      const child = this.#chosen(listed);
      // Names in a folder and problems of an image differ, unless somebody made an image to break that; the view shows nothing then.
      const unique = ids.has(child.id) ? { ...child, id: `${child.id}\n${position}` } : child;
      ids.add(unique.id);
      return unique;
    });
    for (const child of children) if (refreshable.has(child.kind)) this.#shown.set(child.id, child);
    return children;
  }

  dispose(): void {
    this.#changed.dispose();
  }

  /** The row of an image as it is for the platform that the user has chosen. */
  #chosen(row: Node): Node {
    if (row.kind !== 'image') return row;
    const reference = this.#sources.platforms.of(row.reference);
    return reference === row.reference ? row : { ...row, reference, id: imageId(reference) };
  }

  #children(parent: Node | undefined): Node[] | Promise<Node[]> {
    const { archives, registries, images, comparisons } = this.#sources;
    if (!parent) return this.#roots();
    switch (parent.kind) {
      case 'engine':
        return [...containersRow(parent), ...engineImageRows(parent)];
      case 'containers':
        return containerRows(parent);
      case 'no-engine':
        return parent.tried.map(({ address, why }) => message(parent, address, 'debug-disconnect', { detail: why }));
      case 'archives':
        return archives.paths.map((path) => archiveRow(path, parent, archives));
      case 'archive':
        return archiveImageRows(parent, archives);
      case 'registries':
        return registries.names.map((name) => registryImageRow(name, parent));
      case 'comparison':
      case 'comparison-part':
      case 'compared-entry':
      case 'compared-component':
        return comparisonRows(parent, comparisons, { sort: this.#sort, counts: this.#counts });
      default: {
        const { reading, asOf } = this.#sources;
        const showing = {
          flaggedOnly: this.#flaggedOnly,
          sort: this.#sort,
          group: this.#group,
          counts: this.#counts,
          asOf,
        };
        return reading.show(parent, imageRows(parent, images, showing));
      }
    }
  }

  #roots(): Node[] {
    const { engine, archives, registries, comparisons } = this.#sources;
    void engine.ask();
    return rootRows(engine.answer, [
      ...(archives.paths.length > 0 ? [this.#archivesNode()] : []),
      ...(registries.names.length > 0 ? [this.#registriesNode()] : []),
      ...comparisons.pairs.map((pair) => this.#shown.get(comparisonId(pair)) ?? comparisonRow(pair)),
    ]);
  }

  #registriesNode(): Node {
    return this.#shown.get('registries') ?? { kind: 'registries', id: 'registries', parent: undefined };
  }

  #archivesNode(): Node {
    return this.#shown.get('archives') ?? { kind: 'archives', id: 'archives', parent: undefined };
  }

  async #rowBelow(top: Node, path: string): Promise<Node | undefined> {
    let parent = top;
    for (const name of path.split('/').filter(Boolean)) {
      const row = await this.#rowOf(parent, name);
      if (!row) return undefined;
      parent = row;
    }
    return parent;
  }

  async #rowOf(parent: Node, name: string): Promise<Node | undefined> {
    for (;;) {
      const rows = await this.getChildren(parent);
      const found = rows.find((row) => row.kind === 'entry' && row.row.name === name);
      const more = rows.at(-1);
      if (found || more?.kind !== 'more') return found;
      this.#counts.set(parent.id, rows.length - 1 + Math.max(more.hidden, pageSize));
      this.#changed.fire(parent);
    }
  }
}

const refreshable: ReadonlySet<Node['kind']> = new Set([
  'archives',
  'registries',
  'image',
  'status',
  'as-of',
  'comparison',
  'container',
]);
