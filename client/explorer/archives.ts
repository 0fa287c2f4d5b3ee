/** The image archives and layouts that the user has opened, remembered with the workspace, and which images are in them. */
import { CancellationTokenSource, type Disposable, EventEmitter, type Memento } from 'vscode';
import { listArchive } from '../../server/protocol.ts';
import type { Server } from '../server.ts';
import { sentence } from './images.ts';

export type Listing =
  | { readonly kind: 'listing' }
  | {
      readonly kind: 'listed';
      readonly images: readonly { readonly reference: string; readonly name: string }[];
      readonly problems: readonly string[];
    };

interface Entry {
  listing: Listing;
  readonly done: Promise<Listing>;
  readonly cancellation: CancellationTokenSource;
}

const key = 'archives';

export class Archives implements Disposable {
  readonly #server: Server;
  readonly #memory: Memento;
  readonly #changed = new EventEmitter<void>();
  readonly #listings = new Map<string, Entry>();
  /** What was known before, shown until it is known anew: rows that went and came again would be collapsed. */
  readonly #former = new Map<string, Listing>();

  readonly onChange = this.#changed.event;

  constructor(server: Server, memory: Memento) {
    this.#server = server;
    this.#memory = memory;
  }

  get paths(): readonly string[] {
    const paths = this.#memory.get<unknown>(key);
    return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
  }

  listing(path: string): Listing {
    return this.#entry(path).listing;
  }

  /** Resolves when its images are known. */
  async open(path: string): Promise<Listing> {
    if (!this.paths.includes(path)) await this.#memory.update(key, [...this.paths, path]);
    // What could not be read before is tried again.
    const known = this.#listings.get(path)?.listing;
    if (known?.kind === 'listed' && known.images.length === 0) {
      this.#listings.delete(path);
      this.#former.delete(path);
    }
    this.#changed.fire();
    return this.#entry(path).done;
  }

  async close(path: string): Promise<void> {
    this.#listings.get(path)?.cancellation.cancel();
    this.#listings.delete(path);
    this.#former.delete(path);
    await this.#memory.update(
      key,
      this.paths.filter((other) => other !== path),
    );
    this.#changed.fire();
  }

  forgetAll(): void {
    for (const [path, { listing }] of this.#listings) this.#former.set(path, listing);
    this.#listings.clear();
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #entry(path: string): Entry {
    const known = this.#listings.get(path);
    if (known) return known;
    const cancellation = new CancellationTokenSource();
    const done = this.#list(path, cancellation);
    const entry: Entry = { listing: this.#former.get(path) ?? { kind: 'listing' }, done, cancellation };
    this.#listings.set(path, entry);
    return entry;
  }

  async #list(path: string, cancellation: CancellationTokenSource): Promise<Listing> {
    let listing: Listing;
    try {
      listing = { kind: 'listed', ...(await this.#server.ask(listArchive, { path }, cancellation.token)) };
    } catch (error) {
      listing = { kind: 'listed', images: [], problems: [sentence(error)] };
    }
    const entry = this.#listings.get(path);
    if (entry?.cancellation === cancellation) {
      entry.listing = listing;
      this.#changed.fire();
    }
    return listing;
  }
}
