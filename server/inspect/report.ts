/** What is said of an image as a whole, to the explorer, the report page and the command line. Plain data. */
import type { Verification } from '../images/image.ts';
import type { Waste } from '../images/waste.ts';
import type { Severity } from '../rules/rule.ts';

/** The kinds of things that an application mostly does not need, in the order in which they are shown. */
export type ComponentCategory =
  | 'shell'
  | 'multicall-busybox'
  | 'os-package-manager'
  | 'lang-package-manager'
  | 'network-clients'
  | 'ssh-server'
  | 'privilege-tools'
  | 'setuid-setgid'
  | 'file-capabilities'
  | 'secrets-keys'
  | 'secrets-config'
  | 'vcs-data'
  | 'root-user'
  | 'world-writable'
  | 'device-files'
  | 'compiler-toolchain'
  | 'interpreters'
  | 'network-debug'
  | 'system-debug'
  | 'editors-pagers'
  | 'vcs-binaries'
  | 'init-service'
  | 'cron-at'
  | 'shell-history'
  | 'backup-files'
  | 'os-package-cache'
  | 'headers'
  | 'static-libs'
  | 'debug-symbols'
  | 'java-dev'
  | 'go-rust-dotnet-php-dev'
  | 'kernel-boot-firmware'
  | 'userland-utils'
  | 'tests'
  | 'python-dev'
  | 'node-dev'
  | 'ruby-dev'
  | 'logs'
  | 'temp-files'
  | 'app-caches'
  | 'project-files'
  | 'gui-media'
  | 'docs'
  | 'man-info'
  | 'locales'
  | 'gconv'
  | 'tzdata-extra'
  | 'completions-terminfo'
  | 'pkg-database';

/** Why a file is flagged. */
export interface Flag {
  readonly category: ComponentCategory;
  readonly severity: Severity;
  /** A few words: “Command shell”. */
  readonly title: string;
  /** One or two sentences: why it matters here. */
  readonly why: string;
  /** One or two sentences: how to get rid of it, or why it may stay. */
  readonly remedy: string;
}

/** A file or folder that a flag is about; a folder stands for all that is in it. */
export interface Evidence {
  readonly path: string;
  /** Bytes of it and of what is in it. */
  readonly size: number;
  /** The layer that brought it; of a folder, the highest of those that brought what is in it. */
  readonly layer: number;
  /** The name of the package that it belongs to, where a database says so. */
  readonly package: string | undefined;
  /** Whether the base image brought it; null where that cannot be told. */
  readonly fromBase: boolean | null;
}

/** Everything that is flagged for the same reason. One of the image's configuration (“runs as root”) has no evidence. */
export interface Component extends Flag {
  /** Ordered by path; at most 1000 of them. */
  readonly evidence: readonly Evidence[];
  /** How many more there are. */
  readonly unlisted: number;
  /** All files, those in folders included. */
  readonly files: number;
  /** Bytes; hardlinked content once. */
  readonly size: number;
  readonly layers: readonly number[];
  /** Names, as far as databases tell. */
  readonly packages: readonly string[];
  /** True or false where it is so for all of it, null where it differs or cannot be told. */
  readonly fromBase: boolean | null;
}

/** As package URLs name them. */
export type PackageType = 'deb' | 'apk' | 'rpm' | 'npm' | 'pypi' | 'gem' | 'maven' | 'golang';

export interface PackageName {
  readonly type: PackageType;
  /** Of Maven `group:artifact`, of npm with its scope. */
  readonly name: string;
  readonly version: string;
}

export interface Package extends PackageName {
  readonly architecture: string | undefined;
  /** The file of the image that says so: a database, or the package's own record. */
  readonly source: string;
  /** The lowest layer from which on it has been there in this version. */
  readonly layer: number;
  /** Its files that are in the image, and their bytes; undefined where nothing says which they are. */
  readonly files: number | undefined;
  readonly size: number | undefined;
  readonly fromBase: boolean | null;
}

export interface LayerReport {
  readonly index: number;
  readonly digest: string | undefined;
  readonly diffId: string | undefined;
  /** Bytes of the files that this layer brings. */
  readonly size: number;
  readonly createdBy: string | undefined;
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  /** Bytes of this layer that no longer are in the final tree. */
  readonly wasted: number;
  /** Files and folders in it that are flagged as more than a hint. */
  readonly flagged: number;
  /** Whether it is the base image's; null where that cannot be told. */
  readonly fromBase: boolean | null;
  /** Whether it is the layer that the image's configuration names; undefined: it was not read. */
  readonly verification?: Verification | undefined;
}

/** What the image was built on, as far as its files, labels and history tell. */
export interface BaseReport {
  /** “Google distroless”, “Debian 13 (trixie)”, “Wolfi”. */
  readonly name: string;
  readonly distroless: boolean;
  /** What the image's labels call it, such as `docker.io/library/debian:13`. */
  readonly reference: string | undefined;
  /** The highest layer that is the base's without doubt; undefined where no layer is. */
  readonly upTo: number | undefined;
  /** True: the layers above it are not the base's. False: some of them may be. */
  readonly exact: boolean;
  /** Sentences that say how it is known. */
  readonly reasons: readonly string[];
}

export interface ImageReport {
  /** Bytes of the files of the final tree; hardlinked content once. */
  readonly size: number;
  readonly files: number;
  /** Files and folders of the final tree that are flagged as more than a hint. */
  readonly flagged: number;
  readonly layers: readonly LayerReport[];
  readonly components: readonly Component[];
  readonly packages: readonly Package[];
  readonly waste: Waste;
  /** Undefined: not recognised, or none. */
  readonly base: BaseReport | undefined;
  /** What the final tree's os-release calls the system: `debian` and `13`. The version may be empty. */
  readonly system: { readonly id: string; readonly version: string } | undefined;
  readonly problems: readonly string[];
}
