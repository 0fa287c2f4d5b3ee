/**
 * Everything that can be asked of images: opened, scanned and merged once, whoever asks first. The image process and the command line are two ways to it.
 * Requests name the image by its reference, and can be asked again at any time: what was dropped is read anew.
 */
import { randomUUID } from 'node:crypto';
import manifest from '../package.json' with { type: 'json' };
import { asOfView } from './images/as-of.ts';
import { Containers, isContainer } from './images/containers.ts';
import { historyOf } from './images/file-history.ts';
import type { Filesystem } from './images/filesystem.ts';
import type { ImageDescription } from './images/image.ts';
import type { LayerCache } from './images/layer-cache.ts';
import { listArchive, openImage } from './images/open.ts';
import { missingLayer } from './images/save-stream.ts';
import { Scanning } from './images/scanning.ts';
import { search } from './images/search.ts';
import { type FileDigest, ImageError, type OpenImage, type ProxyAccess, type StoredFile } from './images/source.ts';
import { listEngine } from './images/sources/engine.ts';
import { engineChoices } from './images/sources/engine-choices.ts';
import { watchEngine } from './images/sources/engine-events.ts';
import { type FileEntry, imageView, layerView, type Rows, type View } from './images/view.ts';
import { wasteOf } from './images/waste.ts';
import type { Subject } from './inspect/comparison.ts';
import type { Look } from './inspect/components/component.ts';
import { type Flags, flagsOf } from './inspect/components/index.ts';
import { countFlagged, flaggedNodes, makeReport } from './inspect/make-report.ts';
import type { Flag, ImageReport, PackageName } from './inspect/report.ts';
import { cyclonedxOf } from './inspect/sbom/cyclonedx.ts';
import { spdxOf } from './inspect/sbom/spdx.ts';
import { type Parted, type Share, type Shared, type ShareSize, shareOf, sizesOfShares } from './inspect/shares.ts';
import { spaceOf } from './inspect/space.ts';
import { type Study, study } from './inspect/study.ts';
import { plan } from './inspect/wants.ts';
import {
  type ContainerUse,
  type EngineChoice,
  type EngineState,
  type FileRow,
  type FileVersion,
  type ImageAt,
  type ImageProgress,
  type ReportPage,
  type SbomFormat,
  type SortBy,
  type View as ViewAsked,
  withoutPlatform,
} from './protocol.ts';
import { withoutSecret, withoutSecrets } from './words.ts';

export interface ImageServiceOptions {
  /** Where the engine is, if the user said so. */
  readonly engineAddress?: string | undefined;
  /** `os/arch[/variant]` of images that are there for several. */
  readonly platform?: string | undefined;
  /** Layers that were read before are not read again. */
  readonly cache?: LayerCache | undefined;
  /** Programs of the user's own may be run to reach an image: `ssh`, and the helpers that keep his registry passwords. */
  readonly trusted?: boolean | undefined;
  /** What a proxy in front of registries is asked with, besides what the environment says. */
  readonly proxy?: ProxyAccess | undefined;
  readonly onProgress?: (progress: ImageProgress) => void;
  /** The digests of the image's layers are known by now. */
  readonly onVerified?: (image: ImageAt) => void;
  /** How many files of all images together are kept; those of the image asked for last always are. */
  readonly keep?: number;
}

export interface Folder {
  readonly reference: string;
  readonly view: ViewAsked;
  readonly folder: string;
  readonly offset: number;
  readonly count: number;
  readonly flaggedOnly: boolean;
  readonly sort?: SortBy;
  /** Of the whole image only. */
  readonly share?: Share;
}

/** All of it throws ImageError where an image cannot be had, with a message for the user. */
export class ImageService {
  private readonly images = new Map<string, Opened>();
  private readonly options: ImageServiceOptions;
  private readonly containers: Containers;

  constructor(options: ImageServiceOptions = {}) {
    this.options = options;
    const onBytes = (reference: string, bytes: number) =>
      options.onProgress?.({ reference, layersDone: 0, layers: undefined, bytes, totalBytes: undefined, done: false });
    this.containers = new Containers({ ...this.engine, onBytes });
  }

  listEngine(signal: AbortSignal): Promise<EngineState> {
    return listEngine(this.engine, signal);
  }

  engineChoices(address: string | undefined, signal: AbortSignal): Promise<readonly EngineChoice[]> {
    return engineChoices({ ...this.engine, address }, signal);
  }

  /** Calls back whenever the list may have changed, until cancelled; or ends where that will not be told. */
  watchEngine(onChange: () => void, signal: AbortSignal): Promise<void> {
    return watchEngine(this.engine, onChange, signal);
  }

  listArchive(path: string, signal: AbortSignal) {
    return listArchive(path, signal);
  }

  async describe(reference: string, signal: AbortSignal): Promise<ImageDescription> {
    return this.opened(reference).describe(signal);
  }

  /** Waits until every layer's digest has been computed; then it is in the description, and what is wrong is in the report. */
  async verified(reference: string, signal: AbortSignal): Promise<void> {
    await this.opened(reference).verified(signal);
  }

  async report(reference: string, signal: AbortSignal): Promise<ImageReport> {
    return this.opened(reference).report(signal);
  }

  async page(reference: string, signal: AbortSignal): Promise<ReportPage> {
    const opened = this.opened(reference);
    const report = await opened.report(signal);
    const description = withoutSecretsIn(await opened.describe(signal));
    const space = spaceOf(await opened.look({ kind: 'image' }, signal));
    return { name: nameOfImage(description), description, report, space };
  }

  /** A bill of materials: the packages that the image's own databases name. */
  async sbom(reference: string, format: SbomFormat, signal: AbortSignal): Promise<string> {
    const opened = this.opened(reference);
    const report = await opened.report(signal);
    const description = await opened.describe(signal);
    const subject = {
      name: nameOfImage(description),
      description,
      report,
      created: `${new Date().toISOString().slice(0, 19)}Z`,
      id: randomUUID(),
      version: manifest.version,
    };
    return format === 'spdx' ? spdxOf(subject) : cyclonedxOf(subject);
  }

  async folder(
    { reference, view, folder, offset, count, flaggedOnly, sort, share }: Folder,
    signal: AbortSignal,
  ): Promise<{ rows: FileRow[]; total: number; problems?: readonly string[] }> {
    if (isContainer(reference)) return this.containers.folder({ reference, folder, offset, count, sort }, signal);
    const opened = this.opened(reference);
    const looked = await opened.look(view, signal);
    const shared = share && view.kind === 'image' ? opened.share(looked, share) : undefined;
    const node = looked.view.find(folder);
    if (node < 0 || looked.view.type(node) !== 'directory')
      throw new ImageError('not-found', `There is no folder “${folder}” here.`);
    const { nodes, removed } = looked.view.rows(node);
    const counts = shared?.flagged ?? looked.counts;
    const sizeOf = (row: number) => shared?.sizes[row] ?? looked.view.size(row);
    const here = shared ? nodes.filter((row) => shared.files[row]! > 0) : nodes;
    const kept = flaggedOnly ? here.filter((row) => row >= 0 && counts[row]! > 0) : here;
    const shown = sort === 'size' ? bySize(kept, sizeOf, removed) : kept;
    const path = looked.view.path(node);
    const rows = Array.from(
      shown.subarray(Math.max(offset, 0), Math.max(offset, 0) + Math.max(count, 0)),
      (row): FileRow => {
        const gone = removed[-1 - row];
        if (!gone) {
          const known = rowOf(looked, row);
          return shared && known.type === 'directory' ? { ...known, size: sizeOf(row), flagged: counts[row]! } : known;
        }
        const described = looked.view.describeRemoved(gone, path, view.kind === 'image' ? 0 : view.layer);
        return { ...described, flags: [], flagged: 0, package: undefined };
      },
    );
    return { rows, total: shown.length };
  }

  async shares(reference: string, signal: AbortSignal): Promise<readonly ShareSize[]> {
    return sizesOfShares(partedBy(await this.opened(reference).look({ kind: 'image' }, signal)));
  }

  async search({ reference, words, limit }: { reference: string; words: string; limit: number }, signal: AbortSignal) {
    const looked = await this.opened(reference).look({ kind: 'image' }, signal);
    const { nodes, total } = search(looked.view, words, limit);
    return { rows: nodes.map((node) => rowOf(looked, node)), total };
  }

  async history(reference: string, path: string, signal: AbortSignal): Promise<readonly FileVersion[]> {
    const versions = historyOf(await this.opened(reference).filesystem(signal), path);
    return versions.map(({ layer, change, entry }) => ({ layer, change, size: entry?.size, mode: entry?.mode }));
  }

  async packageFiles(
    { reference, package: { type, name, version }, limit }: { reference: string; package: PackageName; limit: number },
    signal: AbortSignal,
  ) {
    const looked = await this.opened(reference).look({ kind: 'image' }, signal);
    const rows: FileRow[] = [];
    let total = 0;
    for (const node of looked.view.walk()) {
      const owner = looked.ownerOf(node);
      if (owner?.type !== type || owner.name !== name || owner.version !== version) continue;
      if (++total <= limit) rows.push(rowOf(looked, node));
    }
    return { rows, total };
  }

  /** Links are followed; what the layer has not is looked for in the whole image. */
  async readFile(
    reference: string,
    asked: ViewAsked,
    path: string,
    limit: number,
    signal: AbortSignal,
    container: ContainerUse = 'no',
  ) {
    const most = Math.min(Math.max(limit, 0), readAtMost);
    if (isContainer(reference)) return this.containers.file(reference, path, most, signal);
    const opened = this.opened(reference);
    let { view, final } = await opened.look(asked, signal);
    let node = view.find(path);
    if (node < 0 && asked.kind === 'layer' && view.find(path, { followLast: false }) >= 0) {
      ({ view, final } = await opened.look({ kind: 'image' }, signal));
      node = view.find(path);
    }
    if (node < 0) throw new ImageError('not-found', `“${path}” is not here, or is a link that leads nowhere.`);
    const type = view.type(node);
    if (type === 'directory') throw new ImageError('not-found', `“${path}” is a folder.`);
    const content = view.content(node);
    if ((type !== 'file' && type !== 'hardlink') || content === undefined)
      throw new ImageError('not-found', `“${path}” has no content: it is ${nameOf[type]}.`);
    const image = await opened.image(signal);
    // Of a layer's files only those are in a container that no later layer has replaced.
    const whole = final && container !== 'no' ? (await opened.look({ kind: 'image' }, signal)).view : undefined;
    const there = whole?.content(whole.find(view.path(node), { followLast: false }));
    const isShown = there?.layer === content.layer && there.offset === content.offset;
    const shown = { path: view.path(node), size: view.size(node), container };
    return image.read(content, most, signal, isShown ? shown : undefined);
  }

  /** What it is compared by. Waits for the layers' digests: they tell which are the same. */
  async parts(reference: string, signal: AbortSignal): Promise<ComparedImageParts> {
    const opened = this.opened(reference);
    await opened.verified(signal);
    const { view } = await opened.look({ kind: 'image' }, signal);
    const report = await opened.report(signal);
    const description = await opened.describe(signal);
    return { view, report, description, diffIds: opened.diffIds(description) };
  }

  /** Digests of files that the scan of the image has seen. */
  async *digests(reference: string, files: readonly StoredFile[], signal: AbortSignal): AsyncGenerator<FileDigest> {
    const image = await this.opened(reference).image(signal);
    if (image.digests) yield* image.digests(files, signal);
  }

  /** Every file of the final tree, or of one layer; folders without the size of what is in them. */
  async *files(reference: string, asked: ViewAsked, signal: AbortSignal): AsyncGenerator<FileEntry> {
    const { view } = await this.opened(reference).look(asked, signal);
    for (const node of view.walk()) {
      signal.throwIfAborted();
      const entry = view.describe(node);
      yield entry.type === 'directory' ? { ...entry, size: 0 } : entry;
    }
  }

  async close(reference: string): Promise<void> {
    this.containers.forget(reference);
    const opened = this.images.get(reference);
    this.images.delete(reference);
    await opened?.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.images.keys()].map((reference) => this.close(reference)));
  }

  private get engine() {
    return { address: this.options.engineAddress, trusted: this.options.trusted };
  }

  private opened(reference: string): Opened {
    const opened = this.images.get(reference) ?? new Opened(reference, this.options, () => this.makeRoom());
    // The one used last is the last to go.
    this.images.delete(reference);
    this.images.set(reference, opened);
    return opened;
  }

  /** Closes images that were not asked about for long, when all of them together have become many files. */
  private makeRoom(): void {
    let nodes = 0;
    for (const opened of [...this.images.values()].reverse()) {
      nodes += opened.nodes;
      const isLast = opened === [...this.images.values()].at(-1);
      if (nodes > (this.options.keep ?? keptNodes) && !isLast && !opened.busy) void this.close(opened.reference);
    }
  }
}

export interface ComparedImageParts extends Subject {
  readonly view: View;
}

/** A tree with its flags. */
interface Looked {
  readonly view: View;
  readonly flags: Flags;
  /** By node: flagged files in it, itself included. */
  readonly counts: Uint32Array;
  /** The package that a node belongs to, where that is known. */
  readonly ownerOf: (node: number) => PackageName | undefined;
  /** Made when the whole image was known. */
  readonly final: boolean;
}

/** The final tree, with what its packages say of it. */
interface Whole extends Looked {
  readonly study: Study;
}

class Opened {
  readonly reference: string;
  private readonly options: ImageServiceOptions;
  private readonly onDone: () => void;
  private readonly controller = new AbortController();
  private opening: Promise<OpenImage> | undefined;
  private scanning: Scanning | undefined;
  private known: Whole | undefined;
  private readonly layers = new Map<number, Looked>();
  private made: ImageReport | undefined;
  /** As of the layer that was asked for last: trees of every layer would take as much memory as the image many times over. */
  private asOf: { readonly layer: number; readonly whole: Whole; readonly looked: Looked } | undefined;
  /** That which was asked for last: one folder after the other is. */
  private shared: { readonly looked: Looked; readonly key: string; readonly shared: Shared } | undefined;
  private layerCount: number | undefined;
  private lastTold = 0;

  constructor(reference: string, options: ImageServiceOptions, onDone: () => void) {
    this.reference = reference;
    this.options = options;
    this.onDone = onDone;
  }

  /** Files known, in all layers and in the tree they make. */
  get nodes(): number {
    const { layers = [], filesystem } = this.scanning ?? {};
    return (
      layers.reduce((sum, layer) => sum + (layer?.files.count ?? 0), filesystem?.count ?? 0) +
      (this.asOf?.looked.view.count ?? 0)
    );
  }

  get busy(): boolean {
    return this.scanning?.state === 'running';
  }

  /** A request that is cancelled does not take the image from the others. */
  async image(signal: AbortSignal): Promise<OpenImage> {
    const { reference, platform = this.options.platform } = withoutPlatform(this.reference);
    const options = { ...this.options, platform, signal: this.controller.signal };
    this.opening ??= openImage(reference, options).catch((error) => {
      // To be tried again when it is asked for again.
      this.opening = undefined;
      throw error;
    });
    return unlessAborted(this.opening, signal);
  }

  async describe(signal: AbortSignal): Promise<ImageDescription> {
    const description = await (await this.image(signal)).describe(signal);
    const { layers = [] } = this.scanning ?? {};
    const described = description.layers.map((layer) => {
      const verification = layer.index === undefined ? undefined : layers[layer.index]?.verification;
      return verification ? { ...layer, verification } : layer;
    });
    return { ...description, layers: described };
  }

  /** By layer: those that were computed. */
  diffIds({ layers }: ImageDescription): readonly (string | undefined)[] {
    const stated = new Map(
      layers.flatMap(({ index, diffId, verification }) =>
        index !== undefined && verification === 'verified' ? [[index, diffId]] : [],
      ),
    );
    return Array.from(this.scanning?.layers ?? [], (layer, index) => layer?.diffId ?? stated.get(index));
  }

  async verified(signal: AbortSignal): Promise<void> {
    await (await this.scan(signal)).verified(signal);
    // What was shown wrongly is read again, and that needs no second look.
    if (this.scanning?.stale) await (await this.scan(signal)).verified(signal);
  }

  async look(asked: ViewAsked, signal: AbortSignal): Promise<Looked> {
    if (asked.kind === 'image') return this.whole(signal);
    if (asked.kind === 'as-of') return this.lookAsOf(asked.layer, signal);
    const scanning = await this.scan(signal);
    const { index, files } = await scanning.layer(asked.layer, signal);
    const final = scanning.state === 'done';
    const known = this.layers.get(index);
    if (known && known.final === final) return known;
    const whole = final ? await this.whole(signal) : undefined;
    const view = known?.view ?? layerView(files, index, scanning.filesystem);
    const about = whole?.study.ofLayer(view, index);
    const looked = lookAt({ files: view, image: whole?.view, known: about }, final, (node) => {
      const there = whole?.view.find(view.path(node), { followLast: false }) ?? -1;
      return there >= 0 ? whole?.ownerOf(there) : undefined;
    });
    this.layers.set(index, looked);
    return looked;
  }

  /** Its files are flagged as they are in their layers. */
  private async lookAsOf(layer: number, signal: AbortSignal): Promise<Looked> {
    const whole = await this.whole(signal);
    if (this.asOf?.layer === layer && this.asOf.whole === whole) return this.asOf.looked;
    const { layers } = await this.scan(signal);
    // Says so where there is no such layer.
    await this.look({ kind: 'layer', layer }, signal);
    const flagsOfLayers: Flags[] = [];
    for (let at = 0; at <= layer; at++)
      if (layers[at]) flagsOfLayers[at] = (await this.look({ kind: 'layer', layer: at }, signal)).flags;
    const view = asOfView(
      layers.map((each) => each?.files),
      layer,
    );
    const flags = new Map<number, readonly Flag[]>();
    for (let node = 0; node < view.count; node++) {
      const from = view.origin(node);
      const known = view.has(node) ? flagsOfLayers[from.layer]?.get(from.node) : undefined;
      if (known) flags.set(node, known);
    }
    const looked: Looked = {
      view,
      flags,
      counts: view.countIn(flaggedNodes(flags)),
      ownerOf: (node) => {
        const there = whole.view.find(view.path(node), { followLast: false });
        return there >= 0 ? whole.ownerOf(there) : undefined;
      },
      final: true,
    };
    this.asOf = { layer, whole, looked };
    return looked;
  }

  share(looked: Looked, share: Share): Shared {
    const key = JSON.stringify(share);
    if (this.shared?.looked !== looked || this.shared.key !== key)
      this.shared = { looked, key, shared: shareOf(partedBy(looked), share) };
    return this.shared.shared;
  }

  async report(signal: AbortSignal): Promise<ImageReport> {
    const { view: image, flags, study } = await this.whole(signal);
    if (this.made) return this.made;
    const { layers, filesystem } = await this.scan(signal);
    const description = await this.describe(signal);
    const inspected = [];
    for (const index of layers.keys()) {
      const layer = layers[index];
      const flagged = layer ? countFlagged((await this.look({ kind: 'layer', layer: index }, signal)).flags) : 0;
      inspected.push({ ...(layer ?? missingLayer(index)), changes: filesystem.changes[index], flagged });
    }
    const problems = [...layers.flatMap((layer) => layer?.problems ?? []), ...filesystem.problems];
    const waste = wasteOf(filesystem);
    this.made = makeReport({ description, image, study, flags, layers: inspected, waste, problems });
    return this.made;
  }

  /** With all its layers. */
  async filesystem(signal: AbortSignal): Promise<Filesystem> {
    return (await this.scan(signal)).whole(signal);
  }

  private async whole(signal: AbortSignal): Promise<Whole> {
    const scanning = await this.scan(signal);
    const filesystem = await scanning.whole(signal);
    const { config, layers: steps } = await (await this.image(signal)).describe(signal);
    if (this.known) return this.known;
    const view = imageView(filesystem);
    const studied = study({
      image: view,
      config,
      steps,
      facts: scanning.layers.map((layer) => layer?.facts ?? []),
      sizes: (layer, node) => scanning.layers[layer]?.files.sizes[node] ?? 0,
      changes: filesystem.changes,
    });
    const { ofImage, owned } = studied;
    const looked = lookAt({ files: view, image: undefined, known: ofImage }, true, (node) =>
      nameOfPackage(owned.ownerOf(node)),
    );
    this.known = { ...looked, study: studied };
    return this.known;
  }

  async close(): Promise<void> {
    this.controller.abort();
    this.scanning?.stop();
    const image = await this.opening?.catch(() => undefined);
    await image?.close();
  }

  /** The scan that goes on, or one that is begun. */
  private async scan(signal: AbortSignal): Promise<Scanning> {
    const image = await this.image(signal);
    const { state, stale } = this.scanning ?? {};
    if (!this.scanning || state === 'failed' || state === 'stopped' || stale) {
      this.layers.clear();
      this.known = undefined;
      this.asOf = undefined;
      this.made = undefined;
      const verified = () => {
        // What is wrong with a layer is in the report.
        this.made = undefined;
        this.options.onVerified?.({ reference: this.reference });
      };
      this.scanning = new Scanning(image, plan, (scanning) => this.tell(scanning), verified);
      void image.describe(this.controller.signal).then(
        ({ layers }) => (this.layerCount = layers.filter(({ index }) => index !== undefined).length),
        () => {},
      );
    }
    return this.scanning;
  }

  private tell({ state, layersDone, progress }: Scanning): void {
    const done = state !== 'running';
    if (done) this.onDone();
    if (!done && Date.now() - this.lastTold < tellEvery) return;
    this.lastTold = Date.now();
    this.options.onProgress?.({
      reference: this.reference,
      layersDone,
      layers: this.layerCount,
      bytes: progress.bytes,
      totalBytes: progress.total,
      done,
    });
  }
}

function rowOf({ view, flags, counts, ownerOf }: Looked, node: number): FileRow {
  const changed = view.changed(node);
  return {
    ...view.describe(node),
    ...(changed ? { changed } : {}),
    flags: flags.get(node) ?? [],
    flagged: counts[node]!,
    package: ownerOf(node),
  };
}

/** The largest first; of the same size, as they were. What is taken away counts with what it had. */
function bySize(rows: Int32Array, sizeOf: (node: number) => number, removed: Rows['removed']): Int32Array {
  const size = (row: number) => (row >= 0 ? sizeOf(row) : (removed[-1 - row]?.removed?.size ?? 0));
  return Int32Array.from([...rows].sort((a, b) => size(b) - size(a)));
}

const nameOfImage = ({ names, reference }: ImageDescription): string =>
  names[0] ?? reference.replace(/^.*[/:](?=.)/, '');

/** For what is kept and passed on. */
function withoutSecretsIn(description: ImageDescription): ImageDescription {
  const { config, layers } = description;
  return {
    ...description,
    config: { ...config, env: config.env.map(withoutSecret) },
    layers: layers.map((layer) => ({ ...layer, createdBy: layer.createdBy && withoutSecrets(layer.createdBy) })),
  };
}

function lookAt(look: Look, final: boolean, ownerOf: Looked['ownerOf']): Looked {
  const { files: view } = look;
  const flags = flagsOf(look);
  return { view, flags, counts: view.countIn(flaggedNodes(flags)), ownerOf, final };
}

const partedBy = ({ view, flags, ownerOf }: Looked): Parted => ({ view, flagged: flaggedNodes(flags), ownerOf });

const nameOfPackage = (found: PackageName | undefined): PackageName | undefined =>
  found && { type: found.type, name: found.name, version: found.version };

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

const nameOf = {
  char: 'a device',
  block: 'a device',
  fifo: 'a pipe',
  symlink: 'a link',
  file: 'a file',
  hardlink: 'a link',
  directory: 'a folder',
} as const;

/** Files and folders of all images together. They take some hundred bytes each. */
const keptNodes = 3_000_000;
const readAtMost = 64 << 20;
/** Milliseconds between two words about progress. */
const tellEvery = 100;
