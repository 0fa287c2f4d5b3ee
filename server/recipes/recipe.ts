/** What the conversion of one language looks like from outside. */
import type { Family } from './conversion.ts';
import type { Draft } from './draft.ts';
import type { Subject } from './subject.ts';

export interface Recipe {
  /** As in `Base.runtime.language`. */
  readonly language: string;
  readonly name: string;
  /** By what the stage, or a stage that it copies from, runs; asked only where neither the command nor the base tells. */
  recognises(subject: Subject): boolean;
  /** Files of the build context that make the answer better, relative to it. */
  contextFiles(subject: Subject): readonly string[];
  /**
   * A draft with reasons is a decline. `base`, a full reference with tag, is undefined only then. Without a family it is the recipe's to
   * choose the best fit; a family that has no image for the program is a reason (`declineFamily`).
   */
  convert(subject: Subject, family: Family | undefined): { readonly draft: Draft; readonly base: string | undefined };
}
