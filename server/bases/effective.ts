/** What a stage starts from, through the stages that it is built on. */
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { rootStage } from '../dockerfile/queries.ts';
import type { Base } from './base.ts';
import { findBase } from './find.ts';

/** The image at the bottom of the chain of stages; what the stages add to it is not in the answer. Undefined: not known. */
export function baseOf(dockerfile: Dockerfile, stage: Stage): Base | undefined {
  const { parent } = rootStage(dockerfile, stage);
  if (parent.kind === 'scratch') return findBase('scratch');
  return parent.kind === 'image' ? findBase(parent.reference) : undefined;
}
