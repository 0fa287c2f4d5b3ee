/** What a rule is given, and what it says. A rule is pure: text and dated facts in, findings out. */
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import type { Range, TextEdit } from '../dockerfile/text.ts';

export type Severity = 'error' | 'warning' | 'info' | 'hint';

export interface Fix {
  /** In the imperative; says what is assumed, where something is. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /**
   * May be done by “fix all” on saving, unseen: nothing is assumed, and what is built either could not have worked as it was, or does not
   * change. Only asked of the first fix.
   */
  readonly safe?: boolean;
}

/** What a rule yields. */
export interface Trouble {
  readonly message: string;
  readonly range: Range;
  readonly fixes?: readonly Fix[];
  /** The stage whose conversion is the cure. */
  readonly convert?: number;
  /** Only where it differs from the rule's. */
  readonly severity?: Severity;
}

export interface Finding extends Trouble {
  readonly rule: string;
  readonly severity: Severity;
}

/** A file of the build context. */
export interface ContextFile {
  readonly text: string;
  /** Only where another file goes before the one that was asked for. */
  readonly name?: string;
  /** Undefined where the file system does not know such a thing. */
  readonly executable: boolean | undefined;
}

/** The files that `Rule.needs` asked for, by their path in the build context; null where there is none. Empty where no context can be read. */
export type ContextFiles = ReadonlyMap<string, ContextFile | null>;

export interface Check {
  readonly dockerfile: Dockerfile;
  /** ISO date. */
  readonly today: string;
  /** The stages that are built by name or by default: the last one, unless the project says otherwise. */
  readonly targets: readonly number[];
  /** The stages that end up in what is built: the targets and the stages they are built FROM. */
  readonly shipped: ReadonlySet<number>;
  /** The stages that are built by name too, but to develop, to test or to build with: in use, and not told to be minimal. */
  readonly development: readonly number[];
  /** The names of all rules. */
  readonly ruleNames: ReadonlySet<string>;
  readonly context: ContextFiles;
  /** Names of the build arguments that a compose or bake file gives a value; `*`: any. */
  readonly buildArgs: ReadonlySet<string>;
  /** What the stage starts from, through the stages that it is built on. Undefined: not known. */
  base(stage: Stage): Base | undefined;
}

/** Where a rule stands in the documentation. */
export type Group =
  | 'does not build'
  | 'cannot start'
  | 'cannot link'
  | 'cannot find'
  | 'not allowed'
  | 'does not belong'
  | 'will not last'
  | 'structure';

export interface Rule {
  readonly id: string;
  readonly group: Group;
  readonly severity: Severity;
  /** BuildKit's own name for the same check, where it makes it: `# check=skip=NAME` silences ours too. */
  readonly buildkit?: string;
  /** Every extension that looks at Dockerfiles says it, though it is none of BuildKit's checks: it is not said twice either. */
  readonly saidElsewhere?: boolean;
  /** Asks for less in what ships, and so nothing of what does not. */
  readonly minimal?: boolean;
  /** One or two sentences: what breaks, and when. */
  readonly why: string;
  /** `before` trips this rule and no other; the first fix makes `after` of it, which is quiet. */
  readonly example: {
    readonly before: string;
    readonly after?: string;
    /** Files of the build context, by path. */
    readonly context?: Readonly<Record<string, string>>;
  };
  /** Paths in the build context that the rule would like to see; asked again when `read` holds them, for those that they lead to. */
  needs?(dockerfile: Dockerfile, read?: ContextFiles): readonly string[];
  check(check: Check): Iterable<Trouble>;
}
