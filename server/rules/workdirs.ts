/** The folders that WORKDIR names, and makes. */

import type { Stage, Word } from '../dockerfile/dockerfile.ts';
import { expanded, pathOf, workdirAt } from '../dockerfile/environment.ts';
import { lastBefore, lastOf } from '../dockerfile/queries.ts';
import { isRoot } from '../dockerfile/writing.ts';
import { absolute, chainOf } from './copies.ts';

import type { Check } from './rule.ts';

/** The working directory of the finished stage, and the word of the file that names it; undefined where it cannot be told. */
export function workdirAfter(
  { dockerfile, base }: Check,
  stage: Stage,
): { readonly path: string; readonly word: Word | undefined } | undefined {
  const path = workdirAt(dockerfile, stage, undefined, base(stage)?.workdir);
  const word = lastOf(dockerfile, stage, 'WORKDIR')?.instruction.args[0];
  return path === undefined ? undefined : { path: absolute('/', path), word };
}

export interface MadeFolder {
  /** Undefined where it cannot be told. */
  readonly path: string | undefined;
  /** The user at that point, to whom BuildKit gives the folder; undefined where it cannot be told. */
  readonly root: boolean | undefined;
  /** Of the WORKDIR, among the instructions of the file. */
  readonly index: number;
}

/** The folders that WORKDIR makes in a stage and in those that it is built on. */
export function* foldersMade({ dockerfile, base }: Check, stage: Stage): Generator<MadeFolder> {
  for (const link of chainOf(dockerfile, stage)) {
    for (const instruction of link.instructions) {
      const word = instruction.keyword === 'WORKDIR' ? instruction.args[0] : undefined;
      if (!word) continue;
      const said = lastBefore(dockerfile, link, 'USER', instruction);
      const name = said?.instruction.args[0];
      const user = said && name ? expanded(dockerfile, said.stage, said.instruction, name) : base(stage)?.user;
      yield {
        path: pathOf(dockerfile, link, instruction, word, base(stage)?.workdir),
        root: user === undefined ? undefined : isRoot(user),
        index: instruction.index,
      };
    }
  }
}
