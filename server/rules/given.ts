/** What a finding becomes where bake or compose give the build something by the name after FROM. */
import type { Stage } from '../dockerfile/dockerfile.ts';
import type { Position, Range } from '../dockerfile/text.ts';
import type { Rule, Trouble } from './rule.ts';

/** `given`: the stages that are given something. Undefined where what is said of is not built. */
export function asGiven(given: readonly Stage[], { group }: Rule, trouble: Trouble): Trouble | undefined {
  if (
    group !== 'structure' &&
    group !== 'does not build' &&
    given.some((it) => it.given?.replaces && holds(it.range, trouble.range.start))
  )
    return undefined;
  const named = given.flatMap(({ image }) => (image ? [image] : []));
  // What the name means is not said in this file, so it is not changed in it.
  const fixes = trouble.fixes?.filter(({ edits }) =>
    edits.every((edit) => !named.some(({ range }) => holds(range, edit.range.start))),
  );
  const stage = given.find(
    ({ image, parent }) => parent.kind === 'image' && image && holds(image.range, trouble.range.start),
  );
  const where = stage ? ` A bake or compose file gives it to the build as “${stage.image!.value}”.` : '';
  return { ...trouble, message: trouble.message + where, ...(fixes ? { fixes } : {}) };
}

const holds = ({ start, end }: Range, at: Position) => !isBefore(at, start) && isBefore(at, end);

const isBefore = (a: Position, b: Position) => a.line < b.line || (a.line === b.line && a.character < b.character);
