/** What a conversion gives, for the editor and the command line alike. */
import type { TextEdit } from '../dockerfile/text.ts';

/** The families of base images that a conversion can end in. `static`: scratch, with what a static program needs copied into it. */
export const FAMILIES = ['google', 'chainguard', 'dhi', 'chiselled', 'static'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Note {
  readonly kind: 'change' | 'assumption' | 'risk';
  /** Line of the *original* file, from 0. */
  readonly line: number;
  readonly message: string;
}

export interface Reason {
  readonly line: number;
  readonly message: string;
}

export type Conversion =
  | {
      readonly outcome: 'converted';
      readonly language: string;
      /** That of `base`, whichever was asked for. */
      readonly family: Family;
      /** The new final base, with tag. */
      readonly base: string;
      /** Against the original text; minimal enough that untouched lines are not in them. */
      readonly edits: readonly TextEdit[];
      /** What --target says to build it, before and after: the name of a stage, or its number. Undefined: a plain build makes it. */
      readonly target: { readonly before: string | undefined; readonly after: string | undefined };
      /** The whole text after the edits. */
      readonly dockerfile: string;
      readonly notes: readonly Note[];
    }
  | { readonly outcome: 'already-minimal'; readonly base: string }
  | { readonly outcome: 'declined'; readonly language: string | undefined; readonly reasons: readonly Reason[] };

/** The files of the build context that a recipe asked for, by path relative to the context; absent ones are not in it. */
export type BuildContext = ReadonlyMap<string, string>;
