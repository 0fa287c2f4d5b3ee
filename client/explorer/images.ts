/** What is known of each image that was looked into, and how far its reading is. */
import { type CancellationToken, CancellationTokenSource, type Disposable, EventEmitter } from 'vscode';
import type { ImageDescription } from '../../server/images/image.ts';
import type { ImageReport, PackageName } from '../../server/inspect/report.ts';
import type { Share, ShareSize } from '../../server/inspect/shares.ts';
import {
  closeImage,
  type DockerfileOfImage,
  describeImage,
  dockerfilesOfImage,
  type FileRow,
  type FileVersion,
  fileHistory,
  type ImageProgress,
  listFolder,
  listShares,
  packageFiles,
  readFile,
  reportImage,
  type SortBy,
  searchFiles,
  type View,
} from '../../server/protocol.ts';
import type { Server } from '../server.ts';
import type { FileAddress } from './address.ts';
import { withConsent } from './container-consent.ts';
import { seldom } from './seldom.ts';

export type Reading =
  | { readonly kind: 'unread' }
  | { readonly kind: 'reading'; readonly progress: ImageProgress | undefined }
  | { readonly kind: 'read'; readonly report: ImageReport }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string };

interface State {
  reading: Reading;
  readonly cancellation: CancellationTokenSource;
  describing?: Promise<ImageDescription>;
  description?: ImageDescription;
  reported?: Promise<void>;
}

export interface FolderPage {
  readonly rows: readonly FileRow[];
  readonly total: number;
  /** Whole sentences: why there may be more. */
  readonly problems?: readonly string[];
}

export class Images implements Disposable {
  readonly #server: Server;
  readonly #states = new Map<string, State>();
  readonly #changed = new EventEmitter<string>();
  readonly #progressed = new EventEmitter<string>();
  readonly #started = new EventEmitter<Promise<void>>();
  readonly #subscriptions: readonly Disposable[];

  /** The reference of an image of which more, or nothing any more, is known. */
  readonly onChange = this.#changed.event;
  /** The reference of an image of which another piece has been read. */
  readonly onProgress = this.#progressed.event;
  /** The reading of an image has begun; the promise resolves when it has ended. */
  readonly onReading = this.#started.event;

  constructor(server: Server) {
    this.#server = server;
    const tell = seldom((reference) => this.#progressed.fire(reference));
    const progress = server.onProgress((progress) => {
      const state = this.#states.get(progress.reference);
      if (state?.reading.kind !== 'reading') return;
      state.reading = { kind: 'reading', progress };
      tell(progress.reference);
    });
    const verified = server.onVerified(({ reference }) => {
      const state = this.#states.get(reference);
      if (state?.reading.kind === 'read') void this.#report(reference, state);
    });
    this.#subscriptions = [progress, verified, this.#changed, this.#progressed, this.#started];
  }

  reading(reference: string): Reading {
    return this.#states.get(reference)?.reading ?? { kind: 'unread' };
  }

  /** As far as it has been asked for. */
  description(reference: string): ImageDescription | undefined {
    return this.#states.get(reference)?.description;
  }

  describe(reference: string): Promise<ImageDescription> {
    const state = this.#state(reference);
    state.describing ??= this.#server
      .ask(describeImage, { reference }, state.cancellation.token)
      .then((description) => (state.description = description));
    return state.describing;
  }

  /** Has the whole image read, once. Resolves when that has ended, however it ends. */
  read(reference: string): Promise<void> {
    const state = this.#state(reference);
    if (!state.reported) {
      state.reported = this.#report(reference, state);
      this.#started.fire(state.reported);
    }
    return state.reported;
  }

  async rows(
    reference: string,
    view: View,
    folder: string,
    how: { readonly count: number; readonly flaggedOnly: boolean; readonly sort: SortBy; readonly share?: Share },
  ): Promise<FolderPage> {
    const { token } = this.#state(reference).cancellation;
    return this.#server.ask(listFolder, { reference, view, folder, offset: 0, ...how }, token);
  }

  shares(reference: string): Promise<readonly ShareSize[]> {
    return this.#server.ask(listShares, { reference }, this.#state(reference).cancellation.token);
  }

  search(reference: string, words: string, limit: number, token: CancellationToken): Promise<FolderPage> {
    return this.#server.ask(searchFiles, { reference, words, limit }, token);
  }

  history(reference: string, path: string): Promise<readonly FileVersion[]> {
    return this.#server.ask(fileHistory, { reference, path });
  }

  /** Asked anew each time: the files may be edited meanwhile. Its steps are the rows of the image's layers. */
  async dockerfiles(reference: string): Promise<readonly DockerfileOfImage[]> {
    const { layers } = await this.describe(reference);
    return this.#server.ask(dockerfilesOfImage, { history: layers.map(({ createdBy }) => createdBy ?? null) });
  }

  packageFiles(reference: string, { type, name, version }: PackageName, limit: number): Promise<FolderPage> {
    const { token } = this.#state(reference).cancellation;
    return this.#server.ask(packageFiles, { reference, package: { type, name, version }, limit }, token);
  }

  /** Throws CancellationError where the user, asked how it is to be read, wants it not to be read. */
  file(address: FileAddress, limit: number, token?: CancellationToken) {
    return withConsent((container) => this.#server.ask(readFile, { ...address, limit, container }, token));
  }

  cancel(reference: string): void {
    const state = this.#states.get(reference);
    if (!state) return;
    state.reading = { kind: 'cancelled' };
    state.cancellation.cancel();
    this.#close(reference);
    this.#changed.fire(reference);
  }

  /** As if it had never been looked into. */
  forget(reference: string): void {
    const state = this.#states.get(reference);
    if (!state) return;
    this.#states.delete(reference);
    state.cancellation.cancel();
    this.#close(reference);
    this.#changed.fire(reference);
  }

  /** When the server was started again, or the user wants everything fresh. */
  forgetAll(): void {
    for (const reference of [...this.#states.keys()]) this.forget(reference);
  }

  dispose(): void {
    for (const { cancellation } of this.#states.values()) cancellation.cancel();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #state(reference: string): State {
    let state = this.#states.get(reference);
    if (!state) {
      state = { reading: { kind: 'unread' }, cancellation: new CancellationTokenSource() };
      this.#states.set(reference, state);
    }
    return state;
  }

  async #report(reference: string, state: State): Promise<void> {
    // One that is read already stays so until more is known of it.
    if (state.reading.kind !== 'read') state.reading = { kind: 'reading', progress: undefined };
    const isWanted = () => state.reading.kind === 'reading' || state.reading.kind === 'read';
    try {
      const report = await this.#server.ask(reportImage, { reference }, state.cancellation.token);
      if (isWanted()) state.reading = { kind: 'read', report };
    } catch (error) {
      if (isWanted()) state.reading = { kind: 'failed', message: sentence(error) };
    }
    if (this.#states.get(reference) === state) this.#changed.fire(reference);
  }

  #close(reference: string): void {
    // Nothing is lost when the server is gone: then it has forgotten the image already.
    this.#server.ask(closeImage, { reference }).catch(() => {});
  }
}

/** What went wrong, as the server put it. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
