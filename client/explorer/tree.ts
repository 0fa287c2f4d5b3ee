/** Which rows the explorer has, and when they change. What a row looks like is in `items.ts`. */
import { type Disposable, EventEmitter, type TreeDataProvider, type TreeItem } from 'vscode';
import type { Package } from '../../server/inspect/report.ts';
import { type EngineState, listEngine, type SortBy, type View } from '../../server/protocol.ts';
import type { Server } from '../server.ts';
import { visible } from '../visible.ts';
import type { Archives } from './archives.ts';
import { type Images, sentence } from './images.ts';
import { treeItem } from './items.ts';
import { again, cancelled, message, openRow, registryRow, trouble } from './messages.ts';
import {
  type ArchiveNode,
  type ImageNode,
  type LayerNode,
  type MoreNode,
  type Node,
  type PackageNode,
  type PackagesNode,
  pageSize,
  type StatusNode,
} from './nodes.ts';
import { type Registries, registryReference } from './registries.ts';

type Engine =
  | EngineState
  | { readonly kind: 'asking' }
  | { readonly kind: 'restricted' }
  | { readonly kind: 'failed'; readonly message: string };

export class ExplorerTree implements TreeDataProvider<Node>, Disposable {
  readonly #server: Server;
  readonly #images: Images;
  readonly #archives: Archives;
  readonly #registries: Registries;
  readonly #changed = new EventEmitter<Node | undefined>();
  /** The rows as the view has them: only those objects can be refreshed. */
  readonly #shown = new Map<string, Node>();
  /** How many rows of a folder are shown, where it is more than the first page. */
  readonly #counts = new Map<string, number>();
  #engine: Engine = { kind: 'asking' };
  #asked: Promise<void> | undefined;
  #flaggedOnly: boolean;
  #sort: SortBy;
  #trusted: boolean;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    server: Server,
    images: Images,
    archives: Archives,
    registries: Registries,
    state: { flaggedOnly: boolean; sort: SortBy; trusted: boolean },
  ) {
    this.#server = server;
    this.#images = images;
    this.#archives = archives;
    this.#registries = registries;
    this.#flaggedOnly = state.flaggedOnly;
    this.#sort = state.sort;
    this.#trusted = state.trusted;
    const refreshRow = (id: string) => {
      const node = this.#shown.get(id);
      if (node) this.#changed.fire(node);
    };
    images.onChange((reference) => refreshRow(imageId(reference)));
    images.onProgress((reference) => refreshRow(statusId(reference)));
    archives.onChange(() => this.#changed.fire(undefined));
    registries.onChange(() => this.#changed.fire(undefined));
  }

  /** When there is nothing to show: why, in sentences that the view puts above the rows, because a row would cut them off. */
  get explanation(): string {
    if (this.#engine.kind !== 'none' || this.#archives.paths.length > 0 || this.#registries.names.length > 0) return '';
    const { tried } = this.#engine;
    const why = tried.length <= fewTried ? tried.map((one) => visible(one.why)).join(' ') : 'These places were tried.';
    return `No container engine answered, so there are no images to list. ${why} You can open an image archive without one.`;
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

  /** Resolves when the engine has answered, or has not. */
  async refresh(trusted = this.#trusted): Promise<void> {
    this.#trusted = trusted;
    this.#asked = undefined;
    this.#counts.clear();
    await this.#askEngine();
  }

  showMore({ parent }: MoreNode): void {
    this.#counts.set(parent.id, (this.#counts.get(parent.id) ?? pageSize) + pageSize);
    this.#changed.fire(parent);
  }

  /** The row of an image, or of the archive that could not be listed as images. */
  archiveRow(path: string): Node {
    return this.#archiveNode(path, this.#archivesNode());
  }

  registryRow(name: string): Node {
    return registryNode(name, this.#registriesNode());
  }

  /** The row of an image of the engine, by its ID; of its names that one, if it is listed. Undefined: the engine did not list it. */
  async engineRow(name: string, id: string | undefined): Promise<Node | undefined> {
    await this.#askEngine();
    if (this.#engine.kind !== 'connected') return undefined;
    const rows = await this.getChildren(engineNode(this.#engine));
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

  /** The row of a file of the whole image, loaded as far as it takes. Undefined: it is not there any more. */
  async fileRow(image: ImageNode, path: string): Promise<Node | undefined> {
    let parent: Node = wholeNode(image);
    for (const name of path.split('/').filter(Boolean)) {
      const row: Node | undefined = await this.#rowOf(parent, name);
      if (!row) return undefined;
      parent = row;
    }
    return parent;
  }

  getParent(node: Node): Node | undefined {
    return node.parent;
  }

  getTreeItem(node: Node): TreeItem {
    return treeItem(node, this.#images);
  }

  async getChildren(parent?: Node): Promise<Node[]> {
    const ids = new Set<string>();
    const children = (await this.#children(parent)).map((child, position) => {
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

  async #children(parent: Node | undefined): Promise<Node[]> {
    switch (parent?.kind) {
      case undefined:
        return this.#roots();
      case 'engine': {
        const { engine } = parent;
        if (engine.images.length === 0) return [message(parent, 'It has no images.', 'info')];
        return engine.images
          .toSorted((a, b) => b.created - a.created || a.name.localeCompare(b.name))
          .map((image) => {
            const { reference, name } = image;
            return {
              kind: 'image',
              id: imageId(reference),
              parent,
              reference,
              name,
              origin: { kind: 'engine', image },
            };
          });
      }
      case 'no-engine':
        return parent.tried.map(({ address, why }) => message(parent, address, 'debug-disconnect', { detail: why }));
      case 'archives':
        return this.#archives.paths.map((path) => this.#archiveNode(path, parent));
      case 'archive':
        return this.#archiveChildren(parent);
      case 'registries':
        return this.#registries.names.map((name) => registryNode(name, parent));
      case 'image':
        return this.#imageChildren(parent);
      case 'whole':
        return this.#folder(parent, parent.reference, { kind: 'image' }, '/');
      case 'layer':
        return this.#folder(parent, parent.reference, { kind: 'layer', layer: parent.layer.index ?? 0 }, '/');
      case 'entry':
        return this.#folder(parent, parent.reference, parent.view, parent.row.path);
      case 'components':
        return parent.components.map((component) => {
          const { reference } = parent;
          return { kind: 'component', id: `${parent.id} ${component.title}`, parent, reference, component };
        });
      case 'component':
        return parent.component.evidence.map((evidence) => {
          const { reference } = parent;
          return { kind: 'evidence', id: `${parent.id}\n${evidence.path}`, parent, reference, evidence };
        });
      case 'packages':
        return this.#packages(parent);
      case 'ecosystem':
        return parent.packages.map((each) => packageNode(parent, parent.reference, each));
      case 'package':
        return this.#packageFiles(parent);
      default:
        return [];
    }
  }

  async #roots(): Promise<Node[]> {
    void this.#askEngine();
    const opened: Node[] = [
      ...(this.#archives.paths.length > 0 ? [this.#archivesNode()] : []),
      ...(this.#registries.names.length > 0 ? [this.#registriesNode()] : []),
    ];
    const parent = undefined;
    const engine = this.#engine;
    switch (engine.kind) {
      case 'asking':
        return [message(parent, 'Looking for a container engine…', 'loading~spin'), ...opened];
      case 'connected':
        return [engineNode(engine), ...opened];
      case 'restricted': {
        const trust = { id: 'workbench.trust.manage' };
        const detail =
          'The environment of this folder may name another engine than yours. Trust the folder to list the images of the engine.';
        return [
          message(parent, 'Engine not asked in Restricted Mode', 'shield', { detail, command: trust }),
          ...(opened.length > 0 ? opened : [openRow(), registryRow()]),
        ];
      }
      case 'failed':
        return [message(parent, engine.message, 'error'), again(parent), ...opened];
      case 'none': {
        const { tried } = engine;
        const none: Node = { kind: 'no-engine', id: 'no-engine', parent, tried, expanded: opened.length === 0 };
        if (opened.length > 0) return [...opened, none];
        return [openRow(), registryRow(), again(parent), ...(tried.length > fewTried ? [none] : [])];
      }
    }
  }

  #askEngine(): Promise<void> {
    if (!this.#asked) {
      const asked = this.#ask().then((engine) => {
        // Asked again meanwhile: the later answer counts.
        if (this.#asked !== asked) return;
        this.#engine = engine;
        this.#changed.fire(undefined);
      });
      this.#asked = asked;
    }
    return this.#asked;
  }

  async #ask(): Promise<Engine> {
    if (!this.#trusted) return { kind: 'restricted' };
    try {
      return await this.#server.ask(listEngine, null);
    } catch (error) {
      return { kind: 'failed', message: sentence(error) };
    }
  }

  #registriesNode(): Node {
    return this.#shown.get('registries') ?? { kind: 'registries', id: 'registries', parent: undefined };
  }

  #archivesNode(): Node {
    return this.#shown.get('archives') ?? { kind: 'archives', id: 'archives', parent: undefined };
  }

  #archiveNode(path: string, parent: Node): ImageNode | ArchiveNode {
    const listing = this.#archives.listing(path);
    const [only, ...others] = listing.kind === 'listed' && listing.problems.length === 0 ? listing.images : [];
    if (!only || others.length > 0) return { kind: 'archive', id: `archive ${path}`, parent, path };
    const { reference, name } = only;
    return {
      kind: 'image',
      id: imageId(reference),
      parent,
      reference,
      name,
      origin: { kind: 'archive', path, alone: true },
    };
  }

  #archiveChildren(parent: ArchiveNode): Node[] {
    const listing = this.#archives.listing(parent.path);
    if (listing.kind === 'listing') return [message(parent, 'Reading what is in it…', 'loading~spin')];
    const problems = listing.problems.map((problem) => trouble(parent, problem, 'warning'));
    const images = listing.images.map(({ reference, name }): Node => {
      return {
        kind: 'image',
        id: imageId(reference),
        parent,
        reference,
        name,
        origin: { kind: 'archive', path: parent.path, alone: false },
      };
    });
    if (images.length > 0) return [...problems, ...images];
    const retry = { id: 'distroless.openArchive', arguments: [parent.path] };
    return [
      ...(problems.length > 0 ? problems : [message(parent, 'There is no image in it.', 'info')]),
      again(parent, retry),
    ];
  }

  async #imageChildren(parent: ImageNode): Promise<Node[]> {
    const { reference } = parent;
    if (this.#images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
    const retry = { id: 'distroless.readAgain', arguments: [reference] };
    try {
      const { layers, problems } = await this.#images.describe(reference);
      void this.#images.read(reference);
      const reading = this.#images.reading(reference);
      const rows: Node[] = problems.map((problem) => trouble(parent, problem, 'warning'));
      if (reading.kind === 'reading')
        rows.push({ kind: 'status', id: statusId(reference), parent, reference } satisfies StatusNode);
      if (reading.kind === 'failed') rows.push(trouble(parent, reading.message, 'error'), again(parent, retry));
      const report = reading.kind === 'read' ? reading.report : undefined;
      for (const problem of report?.problems ?? []) {
        if (!problems.includes(problem)) rows.push(trouble(parent, problem, 'warning'));
      }
      const flagged = new Set(report?.layers.filter((layer) => layer.flagged > 0).map(({ index }) => index));
      const narrowed = this.#flaggedOnly && report !== undefined;
      if (narrowed && flagged.size === 0)
        return [...rows, message(parent, 'Nothing in this image is flagged.', 'pass')];
      rows.push(wholeNode(parent));
      if (report) {
        const { components, packages } = report;
        if (components.length > 0)
          rows.push({ kind: 'components', id: `components ${reference}`, parent, reference, components });
        if (packages.length > 0 && !narrowed)
          rows.push({ kind: 'packages', id: `packages ${reference}`, parent, reference, packages });
      }
      for (const [position, layer] of layers.entries()) {
        if (narrowed && (layer.index === undefined || !flagged.has(layer.index))) continue;
        rows.push({
          kind: 'layer',
          id: `layer ${position} ${reference}`,
          parent,
          reference,
          layer,
          position,
        } satisfies LayerNode);
      }
      return rows;
    } catch (error) {
      if (this.#images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
      return [trouble(parent, sentence(error), 'error'), again(parent, retry)];
    }
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

  #packages(parent: PackagesNode): Node[] {
    const { reference, packages } = parent;
    const types = [...new Set(packages.map(({ type }) => type))];
    if (types.length === 1) return packages.map((each) => packageNode(parent, reference, each));
    return types.map((type) => {
      const of = packages.filter((each) => each.type === type);
      return { kind: 'ecosystem', id: `${parent.id} ${type}`, parent, reference, type, packages: of };
    });
  }

  async #packageFiles(parent: PackageNode): Promise<Node[]> {
    const { reference } = parent;
    const count = this.#counts.get(parent.id) ?? pageSize;
    try {
      const { rows, total } = await this.#images.packageFiles(reference, parent.package, count);
      const nodes: Node[] = rows.map((row) => {
        const evidence = { path: row.path, size: row.size, layer: row.layer, package: undefined, fromBase: null };
        return { kind: 'evidence', id: `${parent.id}\n${row.path}`, parent, reference, evidence };
      });
      const hidden = total - rows.length;
      if (hidden > 0) nodes.push({ kind: 'more', id: `more ${parent.id}`, parent, hidden });
      return nodes;
    } catch (error) {
      return [message(parent, sentence(error), 'error')];
    }
  }

  async #folder(parent: Node, reference: string, view: View, folder: string): Promise<Node[]> {
    if (this.#images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
    const count = this.#counts.get(parent.id) ?? pageSize;
    try {
      const { rows, total } = await this.#images.rows(reference, view, folder, {
        count,
        flaggedOnly: this.#flaggedOnly,
        sort: this.#sort,
      });
      const nodes: Node[] = rows.map((row) => ({
        kind: 'entry',
        id: `${parent.id}\n${row.name}`,
        parent,
        reference,
        view,
        row,
      }));
      const hidden = total - rows.length;
      if (hidden > 0 && rows.length > 0) nodes.push({ kind: 'more', id: `more ${parent.id}`, parent, hidden });
      if (nodes.length > 0) return nodes;
      return [message(parent, this.#flaggedOnly ? 'Nothing in here is flagged.' : 'No files.', 'info')];
    } catch (error) {
      if (this.#images.reading(reference).kind === 'cancelled') return [cancelled(parent, reference)];
      return [message(parent, sentence(error), 'error')];
    }
  }
}

/** So many reasons are read as sentences; more as a list. */
const fewTried = 3;

const refreshable: ReadonlySet<Node['kind']> = new Set(['archives', 'registries', 'image', 'status']);
const imageId = (reference: string) => `image ${reference}`;
const statusId = (reference: string) => `status ${reference}`;

const engineNode = (engine: Extract<EngineState, { kind: 'connected' }>): Node => {
  return { kind: 'engine', id: 'engine', parent: undefined, engine };
};

const registryNode = (name: string, parent: Node): ImageNode => {
  const reference = registryReference(name);
  return { kind: 'image', id: imageId(reference), parent, reference, name, origin: { kind: 'registry' } };
};

const wholeNode = (parent: ImageNode): Node => {
  const { reference } = parent;
  return { kind: 'whole', id: `whole ${reference}`, parent, reference };
};

function packageNode(parent: Node, reference: string, of: Package): Node {
  const { type, name, version, source } = of;
  return {
    kind: 'package',
    id: `${parent.id} ${type} ${name} ${version} ${source}`,
    parent,
    reference,
    package: of,
  };
}
