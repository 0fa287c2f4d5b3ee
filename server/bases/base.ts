/** What is known of a base image. Made from dated data; whatever is not known is undefined, and then no rule speaks. */

export type Family = 'google' | 'chainguard' | 'dhi' | 'chiselled' | 'azurelinux' | 'scratch' | 'other';

export interface OperatingSystem {
  /** Such as `debian13`, `alpine3.24`, `ubuntu24.04`. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly codename: string | undefined;
  readonly libc: 'glibc' | 'musl' | 'none' | undefined;
  readonly libcVersion: string | undefined;
  /** ISO date. */
  readonly endOfLife: string | undefined;
}

/** An image name as the user wrote it, with what the data says of it. */
export interface Base {
  /** As asked. */
  readonly reference: string;
  /** Name without tag and digest, with the registry where it is not Docker Hub: `gcr.io/distroless/nodejs24-debian13`, `node`. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  readonly family: Family;
  /** Made to hold only what an application needs at run time. `scratch` is. */
  readonly distroless: boolean;
  /** A distroless vendor's `:debug` or `-dev` variant. */
  readonly debug: boolean;
  readonly os: OperatingSystem | undefined;
  /** The language whose interpreter, compiler or runtime the image carries. */
  readonly runtime: { readonly language: string; readonly version: string | undefined } | undefined;
  /** True when `/bin/sh` is there. `:debug` images of Google have only `/busybox/sh`: false, and `shellPath` says where. */
  readonly hasShell: boolean | undefined;
  readonly shellPath: string | undefined;
  readonly hasPackageManager: boolean | undefined;
  /** As in the image's configuration. `0`, `root` or the empty string is root. */
  readonly user: string | undefined;
  /** The tag of the same image that does not run as root, where the vendor has one. */
  readonly nonrootTag: string | undefined;
  readonly workdir: string | undefined;
  /** Undefined: not known. Empty: the image has none. */
  readonly entrypoint: readonly string[] | undefined;
  readonly cmd: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Where the interpreter is that `runtime` names. */
  readonly interpreter: string | undefined;
  /** When the vendor stopped, or will stop, publishing it: ISO date. Undefined: not known, or no end in sight. */
  readonly ends: string | undefined;
  /** What to take instead, by the data: full references with tag. Best first. */
  readonly replacements: readonly string[];
  /** The same image under a name that does not move to another release: `gcr.io/distroless/base-debian13` for `…/base`. Undefined when it does not float. */
  readonly pinned: string | undefined;
  /** Where the facts come from. */
  readonly sources: readonly string[];
}

/** The day the facts were gathered, shown to the user with whatever is said on their ground. */
export interface Knowledge {
  readonly asOf: string;
}
