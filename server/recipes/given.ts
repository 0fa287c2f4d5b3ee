/** A conversion where bake or compose give the build something by name: the file does not say what that is, so the file is not changed for it. */
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { contextNamed, whatItIs } from '../dockerfile/named-contexts.ts';
import type { Position } from '../dockerfile/text.ts';
import type { Reason } from './conversion.ts';
import type { Draft } from './draft.ts';
import { chainOf } from './stage-variables.ts';

/** Why the stage is none to be converted. */
export function hindrance(dockerfile: Dockerfile, stage: Stage): Reason | undefined {
  for (const { given, from, name, image, parent } of chainOf(dockerfile, stage)) {
    const { line } = from.range.start;
    if (given?.replaces)
      return {
        line,
        message: `A bake or compose file gives ${whatItIs(given.context)} to the build instead of the stage “${name?.text}”, so the stage is not built. Convert the file without that.`,
      };
    if (given && parent.kind === 'unknown')
      return {
        line,
        message: `“${image?.value}” is ${whatItIs(given.context)}, as a bake or compose file says, and what is in that is not known. Name an image after FROM, or give one as “docker-image://…”.`,
      };
  }
  return undefined;
}

/** Why a draft cannot stay: it would put another image in the place of one that is given, and build with that. What ships is on a new base anyway. */
export function changesGiven({ rewritten, subject: { dockerfile } }: Draft): readonly Reason[] {
  for (const { given, image, from } of dockerfile.stages) {
    if (!given || !image) continue;
    if (!rewritten.some(({ range }) => isAt(range.start, image.range.start))) continue;
    const message = `The build would have to start from another image than the one that a bake or compose file gives it as “${image.value}”. Name the image after FROM.`;
    return [{ line: from.range.start.line, message }];
  }
  return [];
}

const isAt = (a: Position, b: Position) => a.line === b.line && a.character >= b.character;

/** Whether a stage of that name would not be built, because the build is given something in its stead. */
export const isGiven = (dockerfile: Dockerfile, name: string) => contextNamed(dockerfile, name) !== undefined;
