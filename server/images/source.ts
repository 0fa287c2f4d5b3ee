/** What every source of images implements (`sources/*.ts`), and what the scan of a layer hands on. */
import type { ContainerUse } from '../protocol.ts';
import type { Fact, ImageDescription, ScanPlan, ScanProgress, Verification } from './image.ts';
import type { LayerCache } from './layer-cache.ts';
import type { LayerFiles } from './layer-files.ts';

/** An image that was found. Everything it holds open ends with `close`. */
export interface OpenImage {
  /** Config, history, layers; known before any layer is read. May know more (sizes, digests) once the scan has ended, so it may be asked again. */
  describe(signal: AbortSignal): Promise<ImageDescription>;
  /**
   * Reads every real layer once, and yields it as soon as its place in the image is known, in whatever order the source has them.
   * A layer that is in the image twice is yielded twice. A layer that cannot be read is yielded too, with what could be read and `problems`.
   * Throws ImageError only where the whole source fails.
   */
  scan(plan: ScanPlan, signal: AbortSignal, onProgress: (progress: ScanProgress) => void): AsyncIterable<ScannedLayer>;
  /**
   * Computes the digests that the scan left `pending`, which takes as long as reading all of these layers, and yields what came of each. One that is `wrong`, and was
   * shown from the cache, is read by the next scan. Undefined: nothing is ever pending.
   */
  verify?(plan: ScanPlan, signal: AbortSignal): AsyncIterable<VerifiedLayer>;
  /** The body of a regular file that the scan has seen. `shown`: it is that file of the final tree. */
  read(file: StoredFile, limit: number, signal: AbortSignal, shown?: ShownFile): Promise<FileBody>;
  /**
   * SHA-256 of the bodies of regular files that the scan has seen; each of their layers is read once, in whatever order. What cannot be read whole is left out.
   * Undefined: the source can only give one after the other.
   */
  digests?(files: readonly StoredFile[], signal: AbortSignal): AsyncIterable<FileDigest>;
  close(): Promise<void>;
}

export interface FileDigest extends StoredFile {
  /** In hexadecimal. */
  readonly digest: string;
}

/** Where a file's body is: which layer, and at which byte of the uncompressed tar its header begins (PAX and GNU name headers included). */
export interface StoredFile {
  readonly layer: number;
  readonly offset: number;
}

export interface ShownFile {
  /** Absolute, no links in it; bytes that are not UTF-8 are `\xNN`. */
  readonly path: string;
  readonly size: number;
  /** Whether a container may be made in the engine to read it; `ask`: where that is worth it, an ImageError `asks` says so. */
  readonly container: ContainerUse;
}

export interface FileBody {
  /** The first bytes of it, holes of sparse files filled in. */
  readonly bytes: Uint8Array;
  /** Of the whole file. */
  readonly size: number;
  readonly truncated: boolean;
}

export interface ScannedLayer {
  /** Counts the real layers from 0, the lowest. */
  readonly index: number;
  readonly files: LayerFiles;
  readonly facts: readonly LayerFact[];
  /** Whole sentences; they name the layer. */
  readonly problems: readonly string[];
  /** `sha256:…` of the uncompressed tar, where all of it went through our hands. */
  readonly diffId: string | undefined;
  readonly verification: Verification;
  /** What the source calls the blob; in a `docker save` stream, the path of its entry (links followed), for `readFromSave`. */
  readonly blob: string;
}

export interface VerifiedLayer {
  readonly index: number;
  readonly verification: Verification;
  /** Whole sentences; they name the layer. */
  readonly problems: readonly string[];
  /** What is shown of the layer is not what is in it: all is to be scanned again. */
  readonly stale: boolean;
}

/** A fact, and the file of the layer (its number in `LayerFiles`) that it was taken from. */
export interface LayerFact extends Fact {
  readonly node: number;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
  /** `os/arch[/variant]`; undefined: Linux on this machine's processor, else the first. */
  readonly platform?: string | undefined;
  /** Layers that were read before are taken from there, and those read now are put there. */
  readonly cache?: LayerCache | undefined;
  /** Programs of the user's own may be run to reach the image: `ssh`, and the helpers that keep his registry passwords, which are then read. */
  readonly trusted?: boolean | undefined;
  readonly proxy?: ProxyAccess | undefined;
}

/** What a proxy in front of registries is asked with, besides what its address says. */
export interface ProxyAccess {
  /** The value of the header `Proxy-Authorization`; it goes to the proxy and to nobody else. */
  readonly authorization?: string | undefined;
  /** False: the certificate of the proxy itself is not looked at; those of registries always are. */
  readonly strict?: boolean | undefined;
}

export type ImageErrorCode = 'not-found' | 'denied' | 'unreadable' | 'unsupported' | 'failed' | 'asks';

/** The world failed. The message is for the user: what is, then the cure. */
export class ImageError extends Error {
  readonly code: ImageErrorCode;
  constructor(code: ImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImageError';
    this.code = code;
  }
}
