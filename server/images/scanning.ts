/** The scan of one image as it goes on: whoever needs a layer, or all of them, waits here; layers are merged in their order as they come. */
import { Filesystem } from './filesystem.ts';
import type { ScanPlan, ScanProgress } from './image.ts';
import { ImageError, type OpenImage, type ScannedLayer } from './source.ts';

export class Scanning {
  readonly filesystem = new Filesystem();
  /** By index, as far as they have been read. */
  readonly layers: (ScannedLayer | undefined)[] = [];
  layersDone = 0;
  progress: ScanProgress = { layer: undefined, bytes: 0, total: undefined };
  state: 'running' | 'done' | 'failed' | 'stopped' = 'running';
  /** What was shown from the cache turned out not to be what the image has: all is to be scanned again. */
  stale = false;
  private verification: 'pending' | 'done' = 'pending';
  private failure: unknown;
  private merged = 0;
  private waiting = 0;
  private readonly waiters = new Set<() => void>();
  private readonly controller = new AbortController();
  private readonly onProgress: (scanning: Scanning) => void;
  private readonly onVerified: (scanning: Scanning) => void;

  /** `onVerified`: digests that the scan left open have been computed; called once, if there were some. */
  constructor(
    image: OpenImage,
    plan: ScanPlan,
    onProgress: (scanning: Scanning) => void,
    onVerified: (scanning: Scanning) => void = () => {},
  ) {
    this.onProgress = onProgress;
    this.onVerified = onVerified;
    void this.run(image, plan);
  }

  /** Throws ImageError where the image has no such layer. */
  layer(index: number, signal: AbortSignal): Promise<ScannedLayer> {
    return this.until(() => {
      if (this.state === 'done' && !this.layers[index])
        throw new ImageError('not-found', `The image has no layer ${index + 1}.`);
      return this.layers[index];
    }, signal);
  }

  /** All layers, merged. */
  whole(signal: AbortSignal): Promise<Filesystem> {
    return this.until(() => (this.state === 'done' ? this.filesystem : undefined), signal);
  }

  /** Every layer's digest has been computed, or cannot be. */
  async verified(signal: AbortSignal): Promise<void> {
    await this.until(() => (this.verification === 'done' ? true : undefined), signal);
  }

  /** Nothing is read any further; whoever waits is told. */
  stop(): void {
    if (this.state === 'running')
      this.end('stopped', new ImageError('failed', 'The image was closed while it was read. Open it again.'));
    this.controller.abort();
  }

  private async run(image: OpenImage, plan: ScanPlan): Promise<void> {
    const { signal } = this.controller;
    try {
      for await (const layer of image.scan(plan, signal, (progress) => this.report(progress))) {
        signal.throwIfAborted();
        this.layers[layer.index] = layer;
        this.layersDone++;
        this.merge(false);
        this.wake();
        this.onProgress(this);
        // Layers may come without any waiting in between; whoever asked for one is to be answered before the next is read.
        await new Promise((resolve) => setImmediate(resolve));
      }
      signal.throwIfAborted();
      this.merge(true);
      this.end('done', undefined);
      await this.verify(image, plan, signal);
    } catch (error) {
      if (this.state === 'running') this.end('failed', error);
    }
  }

  /** In the background: nobody waits for it who only looks at files. */
  private async verify(image: OpenImage, plan: ScanPlan, signal: AbortSignal): Promise<void> {
    const open = this.layers.some((layer) => layer?.verification === 'pending');
    try {
      if (open && image.verify)
        for await (const { index, verification, problems, stale } of image.verify(plan, signal)) {
          const layer = this.layers[index];
          if (layer) this.layers[index] = { ...layer, verification, problems: [...layer.problems, ...problems] };
          this.stale ||= stale;
        }
    } catch (error) {
      if (!signal.aborted && !(error instanceof ImageError)) throw error;
    } finally {
      for (const [index, layer] of this.layers.entries())
        if (layer?.verification === 'pending') this.layers[index] = { ...layer, verification: 'unknown' };
      this.verification = 'done';
      this.wake();
      if (open && !signal.aborted) this.onVerified(this);
    }
  }

  /** In order, as far as they are there. At the end, those that never came are left out. */
  private merge(all: boolean): void {
    for (; this.merged < this.layers.length; this.merged++) {
      const layer = this.layers[this.merged];
      if (!layer && !all) return;
      if (layer) this.filesystem.add(this.merged, layer.files);
    }
  }

  private report(progress: ScanProgress): void {
    this.progress = progress;
    this.onProgress(this);
  }

  private end(state: 'done' | 'failed' | 'stopped', failure: unknown): void {
    this.state = state;
    this.failure = failure;
    this.wake();
    this.onProgress(this);
  }

  private wake(): void {
    for (const wake of this.waiters) wake();
  }

  /** Waits until there is an answer. When nobody waits any more, what is not finished is stopped. */
  private async until<Answer>(answer: () => Answer | undefined, signal: AbortSignal): Promise<Answer> {
    this.waiting++;
    try {
      for (;;) {
        signal.throwIfAborted();
        const found = answer();
        if (found !== undefined) return found;
        if (this.state === 'failed' || this.state === 'stopped') throw this.failure;
        await this.change(signal);
      }
    } finally {
      this.waiting--;
      if (signal.aborted && this.waiting === 0 && this.state === 'running') this.stop();
    }
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiters.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
