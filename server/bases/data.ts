/** The shape of the files in `data/`, which `make-data.ts` writes, and the one place that loads them. */
import chainguard from './data/chainguard.json' with { type: 'json' };
import dhi from './data/dhi.json' with { type: 'json' };
import distributions from './data/distributions.json' with { type: 'json' };
import google from './data/google.json' with { type: 'json' };
import languages from './data/languages.json' with { type: 'json' };
import microsoft from './data/microsoft.json' with { type: 'json' };
import others from './data/others.json' with { type: 'json' };
import replacements from './data/replacements.json' with { type: 'json' };
import systems from './data/systems.json' with { type: 'json' };

/** Facts of an image that is known tag by tag. What is absent is not known. */
export interface ImageRow {
  /** Short name; one `*` stands for one or more characters but `/`. */
  readonly name: string;
  /** Absent: whatever the tag. */
  readonly tags?: readonly string[];
  readonly family: string;
  readonly distroless: boolean;
  readonly os?: string;
  /** Where the image has less than its system: `none` for a static image. */
  readonly libc?: 'none';
  readonly language?: string;
  readonly version?: string;
  readonly interpreter?: string;
  /** `sh`: /bin/sh is there. A path: only that shell is. `none`: none. */
  readonly shell?: string;
  readonly packageManager?: boolean;
  readonly user?: string;
  readonly nonrootTag?: string;
  readonly workdir?: string;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ends?: string;
  /** Indexes into the file's list of sources. */
  readonly sources: readonly number[];
}

/** Names that a vendor gave up long ago, of which little more than the end is known. */
export interface RetiredRow {
  /** Matches the whole name. */
  readonly pattern: string;
  readonly ends: string;
  readonly language?: string;
  readonly sources: readonly number[];
}

/** A distribution, or an image made from one, whose tag says which system is in it. */
export interface TaggedRow extends Omit<ImageRow, 'tags' | 'os' | 'version' | 'ends' | 'distroless' | 'family'> {
  /** Tags of which neither number nor code name says the system. */
  readonly systems?: Readonly<Record<string, string>>;
  /** Before the number in the tag: `debian` for `debian:12`. */
  readonly numbered?: string;
  /** Facts that hold for tags that contain the key, over those above. */
  readonly variants?: Readonly<Record<string, { readonly cmd?: readonly string[]; readonly workdir?: string }>>;
  /** Release line → last day of support. */
  readonly ends?: Readonly<Record<string, string>>;
}

export interface SystemRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly codename?: string;
  readonly libc?: string;
  readonly libcVersion?: string;
  readonly ends?: string;
  /** Rebuilds of it by others: same libraries, other dates. */
  readonly aliases?: readonly string[];
  readonly sources: readonly number[];
}

export interface ReplacementRow {
  readonly language: string;
  /** `*`: any. */
  readonly versions: readonly string[];
  /** `<version>` stands for the release line in use. Best first. */
  readonly images: readonly string[];
  readonly sources: readonly number[];
}

export interface File<Row> {
  readonly asOf: string;
  readonly sources: readonly string[];
  readonly rows: readonly Row[];
}

// What TypeScript infers of the files is wider than what the rows are; a test holds the two together.
const typed = <Row>(file: unknown) => file as File<Row>;

export const imageFiles: readonly File<ImageRow>[] = [
  typed<ImageRow>(google),
  typed<ImageRow>(chainguard),
  typed<ImageRow>(dhi),
  typed<ImageRow>(microsoft),
  typed<ImageRow>(others),
];
export const googleRetired: File<RetiredRow> = typed({ ...google, rows: google.retired });
export const taggedFiles: readonly File<TaggedRow>[] = [typed<TaggedRow>(languages), typed<TaggedRow>(distributions)];
export const systemRows: File<SystemRow> = typed<SystemRow>(systems);
export const replacementRows: File<ReplacementRow> = typed<ReplacementRow>(replacements);
