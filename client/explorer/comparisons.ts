/** The pairs of images that are compared, and what came of each. */
import { CancellationTokenSource, type Disposable, EventEmitter } from 'vscode';
import type { ImageComparison } from '../../server/inspect/comparison.ts';
import {
  type ComparisonProgress,
  closeComparison,
  compareImages,
  listCompared,
  type SortBy,
} from '../../server/protocol.ts';
import type { Server } from '../server.ts';
import { comparisonId, type Pair, type Side } from './comparison-nodes.ts';
import { sentence } from './images.ts';
import { seldom } from './seldom.ts';

export type Comparing =
  | { readonly kind: 'comparing'; readonly progress?: ComparisonProgress }
  | { readonly kind: 'compared'; readonly comparison: ImageComparison }
  | { readonly kind: 'failed'; readonly message: string };

interface Entry {
  readonly pair: Pair;
  /** What came of it last: shown until it is known anew. */
  state?: Comparing;
  asked: boolean;
  cancellation: CancellationTokenSource;
}

export class Comparisons implements Disposable {
  readonly #server: Server;
  readonly #subscription: Disposable;
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new EventEmitter<string | undefined>();
  readonly #started = new EventEmitter<Promise<void>>();
  /** What the next one is compared with. */
  selected: Side | undefined;

  /** The ID of the row of a comparison of which more is known; undefined: there are others than before. */
  readonly onChange = this.#changed.event;
  /** Two images are being compared; the promise resolves when that has ended. */
  readonly onComparing = this.#started.event;

  constructor(server: Server) {
    this.#server = server;
    const tell = seldom((id) => this.#changed.fire(id));
    this.#subscription = server.onCompared((progress) => {
      for (const entry of this.#entries.values()) {
        const { before, after } = references(entry.pair);
        if (before !== progress.before || after !== progress.after || entry.state?.kind === 'compared') continue;
        entry.state = { kind: 'comparing', progress };
        tell(comparisonId(entry.pair));
      }
    });
  }

  get pairs(): readonly Pair[] {
    return [...this.#entries.values()].map(({ pair }) => pair);
  }

  open(pair: Pair): void {
    const id = comparisonId(pair);
    // What failed is tried again.
    if (this.#entries.get(id)?.state?.kind === 'failed') this.#entries.delete(id);
    if (!this.#entries.has(id))
      this.#entries.set(id, { pair, asked: false, cancellation: new CancellationTokenSource() });
    this.#changed.fire(undefined);
  }

  close(pair: Pair): void {
    const entry = this.#entries.get(comparisonId(pair));
    if (!entry) return;
    this.#entries.delete(comparisonId(pair));
    this.#drop(entry);
    this.#changed.fire(undefined);
  }

  /** What is known of it by now. */
  known(pair: Pair): Comparing | undefined {
    return this.#entries.get(comparisonId(pair))?.state;
  }

  /** Made when it is first asked for. */
  state(pair: Pair): Comparing {
    const entry = this.#entries.get(comparisonId(pair));
    if (!entry) return { kind: 'failed', message: 'This comparison is closed.' };
    if (!entry.asked) {
      entry.asked = true;
      this.#started.fire(this.#compare(entry));
    }
    return entry.state ?? { kind: 'comparing' };
  }

  rows(pair: Pair, folder: string, how: { readonly count: number; readonly sort: SortBy }) {
    const token = this.#entries.get(comparisonId(pair))?.cancellation.token;
    return this.#server.ask(listCompared, { ...references(pair), folder, offset: 0, ...how }, token);
  }

  /** The image is no longer what it was, or is to be read anew; without a reference, all are. Compared again when they are looked at. */
  forget(reference?: string): void {
    for (const entry of this.#entries.values()) {
      const { before, after } = entry.pair;
      if (!entry.asked || (reference && before.reference !== reference && after.reference !== reference)) continue;
      this.#drop(entry);
      entry.asked = false;
      if (entry.state?.kind !== 'compared') delete entry.state;
      entry.cancellation = new CancellationTokenSource();
      this.#changed.fire(comparisonId(entry.pair));
    }
  }

  dispose(): void {
    for (const { cancellation } of this.#entries.values()) cancellation.cancel();
    this.#subscription.dispose();
    this.#changed.dispose();
    this.#started.dispose();
  }

  async #compare(entry: Entry): Promise<void> {
    const { pair, cancellation } = entry;
    let state: Comparing;
    try {
      const comparison = await this.#server.ask(compareImages, references(pair), cancellation.token);
      state = { kind: 'compared', comparison };
    } catch (error) {
      state = { kind: 'failed', message: sentence(error) };
    }
    if (cancellation.token.isCancellationRequested) return;
    entry.state = state;
    this.#changed.fire(comparisonId(pair));
  }

  #drop({ pair, asked, cancellation }: Entry): void {
    cancellation.cancel();
    // Nothing is lost when the server is gone: then it has forgotten the comparison already.
    if (asked) this.#server.ask(closeComparison, references(pair)).catch(() => {});
  }
}

const references = ({ before, after }: Pair) => ({ before: before.reference, after: after.reference });
