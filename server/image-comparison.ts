/** Two images compared: both are read, what cannot be told from their layers is told from their contents, and the result is kept while it is looked at. */
import type { ImageService } from './image-service.ts';
import { type ComparedEntry, type ComparedTree, compareTrees } from './images/compared-tree.ts';
import { ImageError, type StoredFile } from './images/source.ts';
import { compareReports, type ImageComparison } from './inspect/comparison.ts';
import type { ComparedRow, ComparisonProgress, ImagesAt, SortBy } from './protocol.ts';

export interface ComparedFolder extends ImagesAt {
  readonly folder: string;
  readonly offset: number;
  readonly count: number;
  readonly sort?: SortBy;
}

interface Comparison {
  readonly tree: ComparedTree;
  readonly result: ImageComparison;
}

interface Running {
  readonly pair: ImagesAt;
  readonly comparison: Promise<Comparison>;
  readonly controller: AbortController;
  waiting: number;
  done: boolean;
}

/** All of it throws ImageError where an image cannot be had, with a message for the user. */
export class ImageComparisons {
  private readonly service: ImageService;
  private readonly onProgress: (progress: ComparisonProgress) => void;
  private readonly known = new Map<string, Running>();

  /** `onProgress`: told a hundred times at most. */
  constructor(service: ImageService, onProgress: (progress: ComparisonProgress) => void = () => {}) {
    this.service = service;
    this.onProgress = onProgress;
  }

  async compare(pair: ImagesAt, signal: AbortSignal): Promise<ImageComparison> {
    return (await this.wait(pair, signal)).result;
  }

  async folder(
    { folder, offset, count, sort, ...pair }: ComparedFolder,
    signal: AbortSignal,
  ): Promise<{ rows: ComparedRow[]; total: number }> {
    const found = (await this.wait(pair, signal)).tree.rows(folder, sort);
    if (!found) throw new ImageError('not-found', `There is no folder “${folder}” in which something differs.`);
    const from = Math.max(offset, 0);
    const rows: ComparedRow[] = [];
    for (let at = from; at < Math.min(found.total, from + Math.max(count, 0)); at++) rows.push(found.row(at));
    return { rows, total: found.total };
  }

  /** Everything that differs, a folder before what is in it. */
  async *changes(pair: ImagesAt, signal: AbortSignal): AsyncGenerator<ComparedEntry> {
    for (const entry of (await this.wait(pair, signal)).tree.walk()) {
      signal.throwIfAborted();
      yield entry;
    }
  }

  /** What is known of the pair is dropped, and what is being read for it is no longer. */
  close(pair: ImagesAt): void {
    const key = keyOf(pair);
    this.known.get(key)?.controller.abort();
    this.known.delete(key);
  }

  /** The image is no longer what it was. */
  forget(reference: string): void {
    for (const { pair } of [...this.known.values()])
      if (pair.before === reference || pair.after === reference) this.close(pair);
  }

  /** A request that is cancelled does not take the comparison from the others. */
  private async wait(pair: ImagesAt, signal: AbortSignal): Promise<Comparison> {
    signal.throwIfAborted();
    const running = this.running(pair);
    running.waiting++;
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => {
        if (running.waiting === 1 && !running.done) this.close(pair);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([running.comparison, left]);
    } catch (error) {
      if (signal.aborted || !running.controller.signal.aborted) throw error;
      throw new ImageError('failed', 'The comparison was closed while it was made. Compare the images again.');
    } finally {
      signal.removeEventListener('abort', leave);
      running.waiting--;
    }
  }

  private running(pair: ImagesAt): Running {
    const key = keyOf(pair);
    const controller = new AbortController();
    const running = this.known.get(key) ?? {
      pair,
      comparison: this.make(pair, controller.signal),
      controller,
      waiting: 0,
      done: false,
    };
    // The one asked for last is the last to go.
    this.known.delete(key);
    this.known.set(key, running);
    for (const { pair: oldest, done } of [...this.known.values()].slice(0, -keptAtMost)) if (done) this.close(oldest);
    if (running.controller === controller)
      running.comparison.then(
        () => (running.done = true),
        // To be tried again when it is asked for again.
        () => this.known.get(key) === running && this.known.delete(key),
      );
    return running;
  }

  private async make({ before, after }: ImagesAt, signal: AbortSignal): Promise<Comparison> {
    // One after the other: each may take much of the memory that both are given.
    const one = await this.service.parts(before, signal);
    const other = await this.service.parts(after, signal);
    const isSameLayer = (a: number, b: number) => one.diffIds[a] !== undefined && one.diffIds[a] === other.diffIds[b];
    const tree = await compareTrees(one.view, other.view, isSameLayer, signal);
    await this.tellContents(tree, { before, after }, signal);
    return { tree, result: compareReports(one, other, tree) };
  }

  /** Reads what is of the same size and not in the same layer. */
  private async tellContents(tree: ComparedTree, pair: ImagesAt, signal: AbortSignal): Promise<void> {
    const nodes = tree.undecided;
    if (nodes.length === 0) return;
    const files = nodes.map((node) => tree.contents(node));
    const total = 2 * files.length;
    let done = 0;
    const digests = async (reference: string, of: readonly StoredFile[]) => {
      const layers = new Map<number, Map<number, string>>();
      for await (const { layer, offset, digest } of this.service.digests(reference, of, signal)) {
        signal.throwIfAborted();
        const known = layers.get(layer) ?? new Map<number, string>();
        layers.set(layer, known.set(offset, digest));
        if (++done % Math.ceil(total / 100) === 0) this.onProgress({ ...pair, done, total });
      }
      return layers;
    };
    const first = await digests(
      pair.before,
      files.map(({ before }) => before),
    );
    const second = await digests(
      pair.after,
      files.map(({ after }) => after),
    );
    for (const [at, { before, after }] of files.entries()) {
      const was = first.get(before.layer)?.get(before.offset);
      const is = second.get(after.layer)?.get(after.offset);
      tree.tell(nodes[at]!, was === undefined || is === undefined ? undefined : was === is);
    }
  }
}

const keyOf = ({ before, after }: ImagesAt): string => JSON.stringify([before, after]);
/** Comparisons that are made and kept. */
const keptAtMost = 2;
