/** The meaning of a Dockerfile: plain, readonly data that rules and recipes read. `readDockerfile` makes it and never throws. */
import type { Platform } from './platform.ts';
import type { Lines, Position, Range } from './text.ts';

/** One argument as it is written, and what it says once quotes and escapes are taken away. Variables are not expanded. */
export interface Word {
  readonly text: string;
  readonly value: string;
  readonly range: Range;
}

/** `--name=value` between the keyword and the arguments. */
export interface Flag {
  readonly name: string;
  readonly value: string | undefined;
  readonly range: Range;
  readonly valueRange: Range | undefined;
}

/** `<<NAME` and its body. */
export interface Heredoc {
  readonly name: string;
  /** False when the name is quoted: the body is taken as it stands. */
  readonly expand: boolean;
  /** True for `<<-`: leading tabs are dropped. */
  readonly chomp: boolean;
  readonly range: Range;
  /** The body, its delimiter line not included. */
  readonly content: string;
  readonly contentRange: Range;
  readonly terminated: boolean;
}

/** What an instruction runs. Exec form only where BuildKit reads a JSON array of strings. */
export type Command =
  | { readonly kind: 'exec'; readonly words: readonly Word[]; readonly range: Range }
  | {
      readonly kind: 'shell';
      /** As the shell gets it: lines joined, comment lines inside left out; heredoc bodies are in `Instruction.heredocs`. */
      readonly text: string;
      /** Where the pieces of `text` stand in the file: from its offset `start` on, until the next piece. Ascending, the first at 0. */
      readonly pieces: readonly { readonly start: number; readonly at: Position }[];
      readonly range: Range;
    };

export interface Instruction {
  /** Upper case; also for keywords that do not exist. */
  readonly keyword: string;
  readonly keywordRange: Range;
  /** From the keyword to the last character that is not white space; heredoc bodies and their delimiters included. */
  readonly range: Range;
  readonly flags: readonly Flag[];
  /**
   * After the flags, as BuildKit cuts them: JSON strings (decoded) of a JSON array, else words at white space; ENV, LABEL and ARG heed
   * quotes; `ENV name a b` has two, and USER, WORKDIR, STOPSIGNAL, MAINTAINER one. What is run is in `command`, and not here.
   */
  readonly args: readonly Word[];
  /** Whether they are the strings of a JSON array: no quotes and escapes of the shell's are in `text` then. */
  readonly isJson: boolean;
  /** Of RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK CMD (for that one `range` begins after `CMD`). `HEALTHCHECK NONE` has none. */
  readonly command: Command | undefined;
  /** Those of an ONBUILD belong to its trigger. */
  readonly heredocs: readonly Heredoc[];
  /** What ONBUILD carries; a trigger that is an ONBUILD itself carries none. */
  readonly trigger: Instruction | undefined;
  /** The same object wherever the instruction moves while the file is edited: what follows from its text alone can be kept by it. */
  readonly origin: object;
  /** Position in `Dockerfile.instructions`; a trigger has that of its ONBUILD. */
  readonly index: number;
}

/** What a stage is built on. */
export type Parent =
  | { readonly kind: 'stage'; readonly stage: number }
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'scratch' }
  /** The name holds a variable that has no default, or no name is there. */
  | { readonly kind: 'unknown' };

/** The shell that runs shell-form commands: Docker's default, or what the last SHELL before says. */
export type ShellInForce = { readonly kind: 'default' } | { readonly kind: 'set'; readonly words: readonly string[] };

export interface Stage {
  readonly index: number;
  /** As written; BuildKit compares it in lower case. */
  readonly name: Word | undefined;
  readonly from: Instruction;
  /** The image or stage as written after FROM. */
  readonly image: Word | undefined;
  readonly parent: Parent;
  /** `--platform` as written. */
  readonly platform: string | undefined;
  /** What that means. Of a stage on another one that one's, and on scratch what is asked for, whatever `--platform` says there. */
  readonly builtFor: Platform;
  /** After FROM, in order. */
  readonly instructions: readonly Instruction[];
  /** From FROM to the last character of the last instruction. */
  readonly range: Range;
  /** What the build gives for the name after FROM; or instead of the whole stage, which then has no instructions. */
  readonly given?: { readonly context: Given; readonly replaces: boolean };
}

/** Where `COPY --from`, `ADD --from` or `RUN --mount=from=` takes its files. */
export type CopySource =
  | { readonly kind: 'stage'; readonly stage: number }
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'unknown' };

export interface Comment {
  /** From the number sign on, without white space at its end. */
  readonly text: string;
  readonly range: Range;
}

export interface Directive {
  readonly name: string;
  readonly value: string;
  readonly range: Range;
}

/** What BuildKit stops at, where. */
export interface Problem {
  readonly message: string;
  readonly range: Range;
  /** The title says what is assumed. */
  readonly fix?: { readonly title: string; readonly range: Range; readonly newText: string };
  /** It comes to it only where the stage is built, or before the first one. */
  readonly whenBuilt?: true;
  /** Those before BuildKit 0.34 may take it. */
  readonly olderTakes?: true;
  /** A newer frontend than the one that we know may take it. */
  readonly newer?: true;
}

/** What a build gives under a name besides its context. */
export type Given =
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'scratch' }
  /** What a stage of the same file makes, named as --target does; undefined: the last one. */
  | { readonly kind: 'stage'; readonly target: string | undefined }
  /**
   * What a target of bake or a service of compose makes of another file. `image`: it is this image, with nothing that matters added;
   * `on`: it is built on this image.
   */
  | { readonly kind: 'target'; readonly target: string; readonly image?: string; readonly on?: string }
  | { readonly kind: 'folder' | 'git' | 'url' | 'oci-layout'; readonly place: string }
  /** It is computed, or not all builds of the file give the same. */
  | { readonly kind: 'unknown' };

/** By any name of a stage or an image that means such a context. */
export interface Contexts {
  get(name: string): Given | undefined;
}

export interface Dockerfile {
  readonly text: string;
  readonly lines: Lines;
  readonly eol: '\n' | '\r\n';
  readonly escape: '\\' | '`';
  readonly directives: readonly Directive[];
  /** Whole-line comments, those inside instructions included; directives not. */
  readonly comments: readonly Comment[];
  /** All of them, in order; the ARGs before the first FROM too. */
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** `ARG NAME=default` before the first FROM; the value is expanded, or undefined without one. */
  readonly globalArgs: ReadonlyMap<string, string | undefined>;
  /** Index into `stages` of what a plain `docker build` makes: the last. Undefined without a stage. */
  readonly target: number | undefined;
  readonly problems: readonly Problem[];
  /** What the build is given by name, where it is known to be given something (named-contexts.ts). */
  readonly contexts?: Contexts;
}

/** The stage's last instruction of that keyword, or that of the stages it is built on; with the stage in which it stands. */
export type Inherited = { readonly instruction: Instruction; readonly stage: Stage };
