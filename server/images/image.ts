/** What an image source gives, whatever the source is: config, history, and every layer's files. Plain data, but for `OpenImage`. */

export interface ImageConfig {
  readonly user: string;
  readonly workingDir: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  /** `8080/tcp`: those that EXPOSE names. */
  readonly ports: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface HistoryEntry {
  /** The instruction, as the builder wrote it down. */
  readonly createdBy: string;
  readonly created: string | undefined;
  /** True when it made no layer. */
  readonly empty: boolean;
}

/**
 * Whether a layer is the one that the image's configuration names by its diff ID. `verified` is said only when a digest was computed to its end; `pending`:
 * not yet; `wrong`: it is another; `unknown`: nothing says what it should be, or it cannot be read to its end.
 */
export type Verification = 'verified' | 'pending' | 'wrong' | 'unknown';

/** A row of the image's layers: real ones in order from the lowest, those of history without files between them. */
export interface LayerDescription {
  /** Counts the real layers from 0, the lowest; undefined for a row of history that made none. */
  readonly index: number | undefined;
  readonly createdBy: string | undefined;
  readonly created: string | undefined;
  /** `sha256:…` of the stored blob and of the uncompressed tar, where known. */
  readonly digest: string | undefined;
  readonly diffId: string | undefined;
  /** Bytes stored, where known. */
  readonly storedSize: number | undefined;
  /** Undefined until the layer has been read, and of rows that have none. */
  readonly verification?: Verification | undefined;
}

/** What is known before any layer is read. */
export interface ImageDescription {
  readonly reference: string;
  /** Names that the image has, such as `app:latest`. */
  readonly names: readonly string[];
  readonly digest: string | undefined;
  /** `linux/amd64`, with `/v8` where there is a variant. */
  readonly platform: string;
  /** All that it can be opened for, where there are several. */
  readonly platforms?: readonly string[];
  readonly created: string | undefined;
  readonly config: ImageConfig;
  readonly layers: readonly LayerDescription[];
  readonly problems: readonly string[];
}

export type FileType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo';

/** What a plan may ask of a regular file's body: nothing, or the first `limit` bytes of it. */
export type Want =
  | {
      readonly kind: string;
      readonly limit: number;
      /** What those bytes say of where the part lies that is wanted instead of them, behind them; undefined: nothing is wanted after all. */
      readonly further?: (head: Uint8Array) => { readonly from: number; readonly length: number } | undefined;
      /** What is said of files that are longer than `limit`, behind “of which”; undefined: the beginning is all that matters. */
      readonly beyond?: string;
    }
  | undefined;

/** Which bodies are read while a layer is scanned, and what small fact is kept of them. The bytes are dropped at once. */
export interface ScanPlan {
  /** `path` is absolute; `mode` is the permission bits. Not asked of empty files. */
  want(path: string, size: number, mode: number): Want;
  /** Plain data: it is kept with the layer, and crosses processes. */
  extract(kind: string, path: string, bytes: Uint8Array): unknown;
}

export interface Fact {
  readonly kind: string;
  readonly path: string;
  readonly value: unknown;
}

/** What scanning tells while it runs. `total` is absent where it cannot be known (the engine does not say). */
export interface ScanProgress {
  readonly layer: number | undefined;
  readonly bytes: number;
  readonly total: number | undefined;
}
