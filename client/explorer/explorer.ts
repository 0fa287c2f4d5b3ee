/** The image explorer: its view, and what the commands can ask of it. */
import { commands, type Disposable, type ExtensionContext, type TreeView, window, workspace } from 'vscode';
import type { SortBy } from '../../server/protocol.ts';
import type { Server } from '../server.ts';
import { Archives } from './archives.ts';
import { AsOf } from './as-of.ts';
import { registerMarks } from './comparison-marks.ts';
import { Comparisons } from './comparisons.ts';
import { ContainerReading } from './containers.ts';
import { registerContents } from './contents.ts';
import { registerDecorations } from './decorations.ts';
import { dropArchives } from './drop.ts';
import { Engine } from './engine.ts';
import { watchWhileShown } from './engine-watch.ts';
import { type GroupBy, groups } from './image-rows.ts';
import { Images } from './images.ts';
import type { Node } from './nodes.ts';
import { Platforms } from './platforms.ts';
import { Registries } from './registries.ts';
import { ExplorerTree } from './tree.ts';

export interface Explorer {
  readonly engine: Engine;
  readonly images: Images;
  readonly archives: Archives;
  readonly registries: Registries;
  readonly comparisons: Comparisons;
  readonly platforms: Platforms;
  readonly asOf: AsOf;
  readonly tree: ExplorerTree;
  readonly view: TreeView<Node>;
  setFlaggedOnly(value: boolean): void;
  setSort(value: SortBy): void;
  setGroup(value: GroupBy): void;
  /** Selects a row and opens it; the keyboard goes there, too, but for `focus: false`. */
  show(row: Node, options?: { readonly focus: boolean }): Promise<void>;
  /** Selects the file in the tree of the whole image; false where it is not there. */
  reveal(reference: string, path: string): Promise<boolean>;
  /** Asks the engine again, and forgets what was read of images. */
  refresh(): Promise<void>;
}

const viewId = 'distroless.images';
/** Beside the name of the view, when it shows other than all files by folder. */
const groupWords = { folder: '', layer: 'by layer', component: 'by flag', package: 'by package' } as const;

/** Milliseconds in which a row that was revealed is drawn, mostly. */
const patience = 1000;
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

export function createExplorer(context: ExtensionContext, server: Server): Explorer {
  const memory = context.workspaceState;
  const engine = new Engine(server, workspace.isTrusted);
  const images = new Images(server);
  const archives = new Archives(server, memory);
  const registries = new Registries(memory);
  const comparisons = new Comparisons(server);
  const platforms = new Platforms(memory);
  const asOf = new AsOf();
  const reading = new ContainerReading(server, images);
  const flaggedOnly = memory.get('flaggedOnly') === true;
  const sort: SortBy = memory.get('sort') === 'size' ? 'size' : 'name';
  const group = groups.find((one) => one === memory.get('group')) ?? 'folder';
  const tree = new ExplorerTree(
    { engine, images, archives, registries, platforms, reading, comparisons, asOf },
    { flaggedOnly, sort, group },
  );
  const view = window.createTreeView(viewId, {
    treeDataProvider: tree,
    showCollapseAll: true,
    canSelectMany: true,
    dragAndDropController: dropArchives,
  });
  const setFlaggedOnly = (value: boolean) => {
    void memory.update('flaggedOnly', value);
    void commands.executeCommand('setContext', 'distroless.flaggedOnly', value);
    if (tree.flaggedOnly !== value) tree.flaggedOnly = value;
  };
  const setSort = (value: SortBy) => {
    void memory.update('sort', value);
    void commands.executeCommand('setContext', 'distroless.sort', value);
    if (tree.sort !== value) tree.sort = value;
  };
  const setGroup = (value: GroupBy) => {
    void memory.update('group', value);
    if (tree.group !== value) tree.group = value;
  };
  const show = async (row: Node, { focus } = { focus: true }) => {
    // The view knows no row while it draws everything anew, and does not always say so: it has the row when it asks for what is below.
    for (let tries = 0; tries < 8; tries++) {
      await view.reveal(row, { select: true, focus, expand: true }).then(undefined, () => {});
      for (const end = Date.now() + patience; Date.now() < end; await pause()) if (tree.hasDrawn(row)) return;
    }
  };
  const reveal = async (reference: string, path: string) => {
    const image = tree.imageRow(reference);
    if (!image) return false;
    let row = await tree.fileRow(image, path);
    if (!row && tree.flaggedOnly) {
      setFlaggedOnly(false);
      row = await tree.fileRow(image, path);
    }
    if (!row && tree.group !== 'folder') {
      setGroup('folder');
      row = await tree.fileRow(image, path);
    }
    if (!row) return false;
    await view.reveal(row, { select: true, focus: true });
    return true;
  };
  const explain = () => {
    view.message = tree.explanation;
    const { flaggedOnly, group, sort } = tree;
    view.description = [flaggedOnly ? 'only flagged' : '', groupWords[group], sort === 'size' ? 'largest first' : '']
      .filter(Boolean)
      .join(', ');
  };
  const withBar = <T>(work: Promise<T>): Promise<T> => {
    void window.withProgress({ location: { viewId } }, () => work.catch(() => undefined));
    return work;
  };
  const refresh = async (trusted = workspace.isTrusted) => {
    images.forgetAll();
    archives.forgetAll();
    comparisons.forget();
    await withBar(tree.refresh(trusted));
  };
  setFlaggedOnly(flaggedOnly);
  setSort(sort);
  explain();
  const subscriptions: Disposable[] = [
    ...[engine, images, archives, registries, tree, view, registerContents(images), registerDecorations()],
    ...[comparisons, registerMarks()],
    comparisons.onComparing((comparing) => void withBar(comparing)),
    images.onChange((reference) => {
      if (images.reading(reference).kind !== 'unread') return;
      comparisons.forget(reference);
      asOf.close(reference);
    }),
    tree.onDidChangeTreeData(explain),
    // Which commands the palette offers: the focus, and with it what other views go by, is in the palette then.
    view.onDidChangeSelection(({ selection: [row] }) => {
      const kind = row && tree.getTreeItem(row).contextValue;
      void commands.executeCommand('setContext', 'distroless.selected', kind ?? '');
    }),
    watchWhileShown(server, engine, view),
    engine.onReplaced((reference) => images.forget(platforms.of(reference))),
    platforms,
    asOf,
    reading,
    platforms.onChange((reference) => images.forget(reference)),
    images.onReading((reading) => void withBar(reading)),
    server.onRestart(() => void refresh()),
    workspace.onDidGrantWorkspaceTrust(() => void refresh(true)),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('distroless.engine')) void refresh();
    }),
  ];
  context.subscriptions.push(...subscriptions);
  return {
    engine,
    images,
    archives,
    registries,
    platforms,
    comparisons,
    asOf,
    tree,
    view,
    setFlaggedOnly,
    setSort,
    setGroup,
    show,
    reveal,
    refresh,
  };
}
