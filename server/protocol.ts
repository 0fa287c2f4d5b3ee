/** Names and plain types that cross a process: client ↔ language server ↔ image process. The language server hands image requests on as they are. */
import type { ComparedEntry } from './images/compared-tree.ts';
import type { FileType, ImageDescription } from './images/image.ts';
import type { ImageComparison } from './inspect/comparison.ts';
import type { Flag, ImageReport, PackageName } from './inspect/report.ts';
import type { Share, ShareSize } from './inspect/shares.ts';
import type { Space } from './inspect/space.ts';
import type { Conversion, Family } from './recipes/conversion.ts';

/** A request: its name, and what goes in and out. Every one can be cancelled. */
export interface Request<In, Out> {
  readonly method: string;
  readonly types?: (input: In) => Out;
}
const request = <In, Out>(method: string): Request<In, Out> => ({ method });

/**
 * The conversion of an open Dockerfile, with its notes or the reasons against it; to a family of base images, or to the best fit; of the stage that
 * `stage` names as --target does, or of the one that ships.
 */
export const convertDocument = request<
  { readonly uri: string; readonly family?: Family; readonly stage?: string },
  Conversion
>('distroless/convert');

export interface BuildPlace {
  /** The build context, absolute; undefined where there is none in the workspace. */
  readonly folder: string | undefined;
}
/** Where an open Dockerfile is built. */
export const buildOf = request<{ readonly uri: string }, BuildPlace>('distroless/build');

export interface DockerfileOfImage {
  readonly uri: string;
  /** Every instruction of the file is in the history. Otherwise file or image have changed since the build. */
  readonly complete: boolean;
  /** For each step, the instruction that made it. `line` counts from 0; `text` is the instruction in one line. */
  readonly steps: readonly ({ readonly line: number; readonly text: string } | null)[];
}
/**
 * The Dockerfile of the workspace that an image was built of, by what the builder wrote down for each step, the lowest first. Several where they fit equally
 * well, none where no file has enough in common with the image.
 */
export const dockerfilesOfImage = request<
  { readonly history: readonly (string | null)[] },
  readonly DockerfileOfImage[]
>('distroless/dockerfilesOfImage');

export type BaseOfStage =
  /** `platform`: `os/arch[/variant]`, where FROM asks for one. */
  | { readonly kind: 'image'; readonly name: string; readonly platform?: string }
  | { readonly kind: 'scratch' }
  /** A variable without a default is in its name. */
  | { readonly kind: 'unknown' }
  /** A bake or compose file gives something else than an image. */
  | { readonly kind: 'given' }
  /** There is no stage. */
  | { readonly kind: 'none' };
/** What the stage around a line (from 0) of an open Dockerfile is built on, through the stages between. */
export const baseAtLine = request<{ readonly uri: string; readonly line: number }, BaseOfStage>('distroless/base');

/** What the language server is started with: a small space for what is new, because what an edit makes is soon gone. */
export const SERVER_FLAGS: readonly string[] = ['--max-semi-space-size=2', '--optimize-for-size'];

/**
 * For V8 in a process that reads images. What is decompressed is garbage as soon as it is read, and lies outside V8's heap, which is small: a small young generation
 * is looked through often enough to be rid of it, and one thread looks through the rest sooner than several agree (measured: a quarter of the processor's time).
 */
export const imageProcessFlags = (memoryMB: number): readonly string[] => [
  `--max-old-space-size=${memoryMB}`,
  '--max-semi-space-size=1',
  '--single-threaded-gc',
];

export interface InitializationOptions {
  /** Another extension says what BuildKit's own checks say. */
  readonly otherCheckers: boolean;
  /** The client has the command `convertCommand`, which shows a conversion before it is applied. */
  readonly previews: boolean;
  /** The client has the command `exploreBaseCommand`, and lets a hover run it. */
  readonly explores?: boolean;
  /** The user trusts the workspace: programs of his own may be run to reach an image, such as the helpers that keep his registry passwords. */
  readonly trusted?: boolean;
  /** A folder for what was read of images, so that it is not read again; without one nothing is kept. */
  readonly cacheFolder?: string;
}
/** Client → server: the user has come to trust the workspace. */
export const trustGranted = 'distroless/trustGranted';
/** What a code action runs in a client that shows conversions first; its arguments are those of `convertDocument`: the document's URI as text, the family, and the stage. */
export const convertCommand = 'distroless.convert';
/** What a hover runs in a client that can explore images; its argument is the name of an image. */
export const exploreBaseCommand = 'distroless.exploreBase';
/** Client → server: that has changed. */
export const otherCheckersChanged = 'distroless/otherCheckers';

export interface EngineImage {
  /** `docker-daemon:NAME`, to be given to the requests below. */
  readonly reference: string;
  /** `app:latest`, or the short ID of an image without a name. */
  readonly name: string;
  readonly id: string;
  /** Bytes, as the engine says. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly created: number;
}

export interface EngineContainer {
  /** `docker-container:ID`, to be given to `listFolder` and `readFile`. */
  readonly reference: string;
  readonly name: string;
  readonly id: string;
  /** As the engine names it: `app:latest`, or an ID. */
  readonly image: string;
  /** `running`, `exited`, `created`, … */
  readonly state: string;
  /** “Up 3 minutes”, “Exited (0) 2 hours ago”. */
  readonly status: string;
}

export type EngineState =
  | {
      readonly kind: 'connected';
      /** “Docker Engine 20.10.24”, “Podman 4.3.1”. */
      readonly name: string;
      /** `unix:///var/run/docker.sock` */
      readonly address: string;
      /** The Docker context that it was found in. */
      readonly context?: string;
      readonly images: readonly EngineImage[];
      /** Running ones and others; without those that were made here to read a file. */
      readonly containers: readonly EngineContainer[];
    }
  | {
      readonly kind: 'none';
      /** Everything that was tried, and one sentence each that says why it did not answer. */
      readonly tried: readonly { readonly address: string; readonly why: string }[];
    };

/** A whole image, one of its layers (counted from 0, the lowest), or the image as it is when that layer has been laid and no later one. */
export type View =
  | { readonly kind: 'image' }
  | { readonly kind: 'layer'; readonly layer: number }
  | { readonly kind: 'as-of'; readonly layer: number };

export interface FileRow {
  readonly name: string;
  /** Absolute. Bytes that are not UTF-8 are `\xNN`. */
  readonly path: string;
  readonly type: FileType;
  /** Permission bits, setuid, setgid and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; of a folder, all that is in it. */
  readonly size: number;
  readonly target: string | undefined;
  /** As getcap writes them: `cap_net_raw=ep`. */
  readonly capabilities?: string;
  /** Of a device. */
  readonly device?: { readonly major: number; readonly minor: number };
  /** The layer that brought it. */
  readonly layer: number;
  /**
   * In a layer's view, and in the image as of a layer: what the layer does to the files below it. `removed` rows are what it takes away, by whiteouts and opaque folders.
   * Undefined: it leaves the folder as it is, or the layers below have not been read yet.
   */
  readonly change: 'added' | 'modified' | 'removed' | undefined;
  /** Of a folder of the image as of a layer: how many files in it the layer adds, changes or removes. */
  readonly changed?: number;
  readonly flags: readonly Flag[];
  /** Files and folders in it, itself included, that are flagged as more than a hint. */
  readonly flagged: number;
  /** The package that it belongs to, where a database of the image says so; known when all layers have been read. */
  readonly package: PackageName | undefined;
  readonly hasChildren: boolean;
}

/** Folders come first by name; by size, the largest does. */
export type SortBy = 'name' | 'size';

export interface FileVersion {
  readonly layer: number;
  readonly change: 'added' | 'modified' | 'removed';
  /** Bytes and permission bits; undefined where the layer removes it, or has something in it but not itself. */
  readonly size: number | undefined;
  readonly mode: number | undefined;
}

/** A reference to an image as it is for one platform, `os/arch[/variant]`. Only the requests here understand it. */
export const forPlatform = (reference: string, platform: string | undefined): string =>
  platform ? `${withoutPlatform(reference).reference}#platform=${platform}` : reference;

export function withoutPlatform(text: string): { readonly reference: string; readonly platform?: string } {
  const [, reference, platform] = /^(.*)#platform=([a-z0-9]+\/\w+(?:\/[\w.]+)?)$/s.exec(text) ?? [];
  return reference !== undefined && platform !== undefined ? { reference, platform } : { reference: text };
}

export interface ImageAt {
  /** As skopeo writes it: `docker-daemon:NAME`, `docker-archive:FILE[:NAME]`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `docker://NAME` (in its registry); or what `forPlatform` makes of that. */
  readonly reference: string;
}

export const listEngine = request<null, EngineState>('distroless/engine');
/** An engine that the user may choose. */
export interface EngineChoice {
  /** What the setting `distroless.engine.address` has to hold for it: an address, or `context:NAME`. */
  readonly setting: string;
  readonly kind: 'context' | 'socket' | 'given';
  /** The context's name, or whose socket it is: “colima”, “Podman”. */
  readonly name: string;
  readonly address: string;
  /** “Docker Engine 20.10.24” where it answers. */
  readonly engine?: string;
  /** A sentence where it does not. Neither: it is reached by signing in elsewhere, which is not tried before it is chosen. */
  readonly why?: string;
}
/** The Docker contexts, and the sockets that are there; or the one of that address. */
export const engineChoices = request<{ readonly address?: string }, readonly EngineChoice[]>('distroless/engines');
/**
 * Has the engine say when something of it has changed (`engineChanged`), until the request is cancelled, also when the engine goes and comes back.
 * Answers where that can no longer come: the engine tells no events, or is one over SSH that could not be reached.
 */
export const watchEngine = request<null, null>('distroless/watchEngine');
/** Server → client: what `listEngine` answers may be something else now. */
export const engineChanged = 'distroless/engineChanged';
/** The images in an archive or layout: references to open. */
export const listArchive = request<
  { readonly path: string },
  { readonly images: readonly { reference: string; name: string }[]; readonly problems: readonly string[] }
>('distroless/archive');
/** Config, history and layers: known before any layer is read. */
export const describeImage = request<ImageAt, ImageDescription>('distroless/describe');
/** Components, packages, waste. Answers when every layer has been read. */
export const reportImage = request<ImageAt, ImageReport>('distroless/report');
/** All that a page about the image shows. Answers when every layer has been read. */
export interface ReportPage {
  readonly name: string;
  readonly description: ImageDescription;
  readonly report: ImageReport;
  readonly space: Space;
}
export const reportPage = request<ImageAt, ReportPage>('distroless/page');
export type SbomFormat = 'cyclonedx' | 'spdx';
/** The packages of an image as CycloneDX 1.6 or SPDX 2.3, in JSON. */
export const sbomOfImage = request<ImageAt & { readonly format: SbomFormat }, string>('distroless/sbom');
/** Editor → page of a report. */
export type ToReport =
  | { readonly kind: 'page'; readonly page: ReportPage }
  | { readonly kind: 'failed'; readonly message: string };
/** Page of a report → editor. */
export type FromReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reveal'; readonly path: string }
  | { readonly kind: 'export'; readonly format: 'html' | 'json' | SbomFormat };
/** The rows of one folder, of an image or a container. Answers when the layers it needs have been read; that of one layer does not wait for the others. */
export const listFolder = request<
  ImageAt & {
    readonly view: View;
    readonly folder: string;
    readonly offset: number;
    readonly count: number;
    readonly flaggedOnly: boolean;
    /** By name unless said. */
    readonly sort?: SortBy;
    /** Of the whole image: only these of its files. Sizes and counts of folders are theirs, too. */
    readonly share?: Share;
  },
  {
    readonly rows: readonly FileRow[];
    readonly total: number;
    /** Whole sentences; of a container's folder that could not be read to its end. */
    readonly problems?: readonly string[];
  }
>('distroless/folder');
/** How large the shares are that the files of the whole image can be grouped by. Answers when every layer has been read. */
export const listShares = request<ImageAt, readonly ShareSize[]>('distroless/shares');
/** Files of the final tree, the best first: by a part of a name, of a path where there is a slash in it, or by a pattern with `*`, `?`, `[…]`, `**`. */
export const searchFiles = request<
  ImageAt & { readonly words: string; readonly limit: number },
  { readonly rows: readonly FileRow[]; readonly total: number }
>('distroless/search');
/** What each layer did to a file, from the lowest up. */
export const fileHistory = request<ImageAt & { readonly path: string }, readonly FileVersion[]>('distroless/history');
/** The files of a package, by path; none where nothing says which they are. */
export const packageFiles = request<
  ImageAt & { readonly package: PackageName; readonly limit: number },
  { readonly rows: readonly FileRow[]; readonly total: number }
>('distroless/packageFiles');
/**
 * Whether a container may be made in the engine, never started and removed at once, where a file of a large image would otherwise have the whole image sent again. `ask`:
 * then the request fails with the code `asks` and a sentence for the user.
 */
export type ContainerUse = 'yes' | 'no' | 'ask';
/** The body of a file; links are followed inside the image or container. At most `limit` bytes of it. */
export const readFile = request<
  ImageAt & {
    readonly view: View;
    readonly path: string;
    readonly limit: number;
    /** Unless said, none is made. */
    readonly container?: ContainerUse;
  },
  { readonly base64: string; readonly size: number; readonly truncated: boolean }
>('distroless/file');
/** Two images by their references: what `after` has other than `before`. */
export interface ImagesAt {
  readonly before: string;
  readonly after: string;
}
/** Answers when both have been read, and of each the contents that layers alone do not tell apart. */
export const compareImages = request<ImagesAt, ImageComparison>('distroless/compare');
export type ComparedRow = ComparedEntry;
/** The rows of one folder in which something differs. */
export const listCompared = request<
  ImagesAt & { readonly folder: string; readonly offset: number; readonly count: number; readonly sort?: SortBy },
  { readonly rows: readonly ComparedRow[]; readonly total: number }
>('distroless/compared');
/** Server → client: how many files have been read, of those of both images that neither layer nor size tells apart. */
export interface ComparisonProgress extends ImagesAt {
  readonly done: number;
  readonly total: number;
}
export const comparisonProgress = 'distroless/comparisonProgress';
/** Stops the comparison, and forgets it. */
export const closeComparison = request<ImagesAt, null>('distroless/closeComparison');
/** Stops what is being read of the image, and forgets it. */
export const closeImage = request<ImageAt, null>('distroless/close');
/** Bytes on disk of what is kept of layers that were read; and takes it away, answering how many went. */
export const sizeOfLayerCache = request<null, number>('distroless/cacheSize');
export const clearLayerCache = request<null, number>('distroless/clearCache');

/** Server → client. */
export interface ImageProgress extends ImageAt {
  /** How many layers have been read, of how many. */
  readonly layersDone: number;
  readonly layers: number | undefined;
  readonly bytes: number;
  readonly totalBytes: number | undefined;
  readonly done: boolean;
}
export const imageProgress = 'distroless/imageProgress';
/** Server → client, with an `ImageAt`: the digests of the image's layers are known by now. They are in its description, and in the report what is wrong with them. */
export const imageVerified = 'distroless/imageVerified';
