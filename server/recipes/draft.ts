/** A conversion while it is being thought out: what becomes of each line, what is added, and what has to be said. */
import type { Base } from '../bases/base.ts';
import type { TextEdit } from '../dockerfile/text.ts';
import type { Note, Reason } from './conversion.ts';
import type { Step, Subject } from './subject.ts';

/** `build`: stays in the builder. `both`: stays there, and stands in the final stage too. `final`: only there. `gone`: in neither. */
export type Fate = 'build' | 'both' | 'final' | 'gone';

/** A path that the final stage takes, to the same place unless it says another. */
export interface Copied {
  readonly path: string;
  /** Where it comes to, when that is another place. */
  readonly to?: string;
  /** For what the program writes. */
  readonly owner: string | undefined;
  /** A stage or an image, as it is written after --from. Absent: the builder that is made of the subject's stage. */
  readonly from?: string;
}

export interface Draft {
  readonly subject: Subject;
  /** The new base, as far as a recipe has chosen it already: what it sets decides on users and folders. Undefined: one of Google's. */
  base: Base | undefined;
  /** Whom USER named, and the number that stands for them now: what --chown gives to that name stays theirs. */
  user: { readonly name: string; readonly owner: string | undefined } | undefined;
  /** The folder in which the final stage begins, where that is not the one of the new base. */
  folder: string | undefined;
  /** Packages of the operating system that the new base has besides those that all have. */
  provided: RegExp | undefined;
  /**
   * The last step that belongs to the builder; what stands after it stays where it is, below the new FROM. Where none of the stage's own
   * steps belongs to one, no stage is added: the image in its FROM is replaced (`isInPlace`).
   */
  cut: number;
  /** By `Step.index`. */
  readonly fates: Fate[];
  /** Inside instructions; each is carried along to wherever its instruction goes. */
  readonly edits: TextEdit[];
  /** Inside lines that stay where they are: in the builder, or in another stage. Whole lines may be among them. */
  readonly rewritten: TextEdit[];
  /** What the copy of a step that is in both stages says, where that is not the step's own text. */
  readonly copies: Map<Step, string>;
  /** New lines, before that line of the original: in the builder, or in another stage that stays. */
  readonly added: Map<number, string[]>;
  /** New settings of the final stage. */
  readonly settings: string[];
  /** New lines at the end of a new final stage: how the program is started, where the old base said so. */
  readonly ending: string[];
  readonly copied: Copied[];
  /** Files of the build context that the container was started with, and that lines of the Dockerfile now stand for. */
  readonly scripts: Set<string>;
  readonly notes: Note[];
  readonly reasons: Reason[];
}

export function newDraft(subject: Subject): Draft {
  return {
    subject,
    base: undefined,
    folder: undefined,
    user: undefined,
    provided: undefined,
    cut: subject.inherited - 1,
    fates: subject.steps.map(() => 'build'),
    edits: [],
    rewritten: [],
    copies: new Map(),
    added: new Map(),
    settings: [],
    ending: [],
    copied: [],
    scripts: new Set(),
    notes: [],
    reasons: [],
  };
}

export function note(draft: Draft, kind: Note['kind'], line: number, message: string): void {
  draft.notes.push({ kind, line, message });
}

export function decline(draft: Draft, line: number, message: string): void {
  draft.reasons.push({ line, message });
}

/** A path that another one already brings along is not copied twice, unless it gets an owner of its own. */
export function copy(draft: Draft, path: string, owner?: string, from?: string): void {
  if (draft.copied.some((it) => it.path === path && it.owner === owner)) return;
  draft.copied.push(from === undefined ? { path, owner } : { path, owner, from });
}

/**
 * True when the stage is kept and only its base is another: nothing of its own stays in a builder, and nothing is copied but from stages and
 * images that are there. What it was built on, if that is a stage, is one of them.
 */
export function isInPlace({ subject, cut, copied }: Draft): boolean {
  if (cut >= subject.inherited) return false;
  return subject.stage.parent.kind === 'stage' || copied.every(({ from }) => from !== undefined);
}

/** Another stage is built on this one: it is left whole for that, and what ships is a stage of its own after it. */
export function isBuiltOn({ subject: { dockerfile, stage } }: Draft): boolean {
  return dockerfile.stages.some(({ parent }) => parent.kind === 'stage' && parent.stage === stage.index);
}

/** The same, where the stage becomes the builder. */
export function isKept(draft: Draft): boolean {
  return !isInPlace(draft) && isBuiltOn(draft);
}

/** Above the comments of the step. */
export function addBefore(draft: Draft, step: Step, text: string): void {
  addLine(draft, step.top, text);
}

export function addAfter(draft: Draft, step: Step, text: string): void {
  addLine(draft, step.bottom + 1, text);
}

/** Above that line of the original. */
export function addLine(draft: Draft, line: number, text: string): void {
  const lines = draft.added.get(line) ?? [];
  if (!lines.includes(text)) lines.push(text);
  draft.added.set(line, lines);
}

/** `“a”, “b” and “c”` */
export function list(names: readonly string[]): string {
  const quoted = [...new Set(names)].map((name) => `“${name}”`);
  const last = quoted.pop() ?? '';
  return quoted.length > 0 ? `${quoted.join(', ')} and ${last}` : last;
}
