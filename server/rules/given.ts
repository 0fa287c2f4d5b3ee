/** What a finding becomes where bake or compose give the build something by the name after FROM. */
import type { Stage } from '../dockerfile/dockerfile.ts';
import type { Position, Range } from '../dockerfile/text.ts';
import type { Rule, Trouble } from './rule.ts';
import { lastThat } from './suppress.ts';

/** `given`: the stages that are given something, in the order of the text. Undefined where what is said of is not built. */
export function asGiven(given: readonly Stage[], { group }: Rule, trouble: Trouble): Trouble | undefined {
  const { start } = trouble.range;
  const within = lastThat(given, ({ range }) => !isBefore(start, range.start));
  const isBuilt = !within?.given?.replaces || !holds(within.range, start);
  if (group !== 'structure' && group !== 'does not build' && !isBuilt) return undefined;
  // What the name means is not said in this file, so it is not changed in it.
  const fixes = trouble.fixes?.filter(({ edits }) => edits.every((edit) => !nameAt(given, edit.range.start)));
  const stage = nameAt(given, start);
  const where =
    stage?.parent.kind === 'image' ? ` A bake or compose file gives it to the build as “${stage.image!.value}”.` : '';
  return { ...trouble, message: trouble.message + where, ...(fixes ? { fixes } : {}) };
}

/** The stage whose name after FROM stands there. */
function nameAt(given: readonly Stage[], at: Position): Stage | undefined {
  const stage = lastThat(given, ({ range }) => !isBefore(at, range.start));
  return stage?.image && holds(stage.image.range, at) ? stage : undefined;
}

const holds = ({ start, end }: Range, at: Position) => !isBefore(at, start) && isBefore(at, end);

const isBefore = (a: Position, b: Position) => a.line < b.line || (a.line === b.line && a.character < b.character);
