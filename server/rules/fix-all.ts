/** Many fixes at once: what can be done together is, then the result is read and judged anew, until there is nothing left to do. */
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { createReader } from '../dockerfile/read-dockerfile.ts';
import { applyEdits, linesOf, type TextEdit } from '../dockerfile/text.ts';
import type { Finding, Fix } from './rule.ts';

/** The one edit that does it all, or undefined where nothing is to be done. Judging the result gives nothing that is wanted any more. */
export function fixAll(
  dockerfile: Dockerfile,
  judge: (dockerfile: Dockerfile) => readonly Finding[],
  wanted: (fix: Fix) => boolean,
): TextEdit | undefined {
  const read = createReader();
  let now = dockerfile;
  let done = 0;
  for (let round = 0; round < MOST_ROUNDS && done < MOST_EDITS; round++) {
    const fixes = judge(now).flatMap(({ fixes: [first] = [] }) => (first && wanted(first) ? [first] : []));
    const edits = together(now, fixes);
    if (edits.length === 0) return difference(dockerfile.text, now.text);
    now = read(applyEdits(now.text, edits));
    done += edits.length;
  }
  // Fixes that undo each other, or never end: better none than half of them.
  return undefined;
}

/** By its first fix, a finding can be cured unasked only where nothing is assumed, as the title would say. */
export function assumes({ title }: Fix): boolean {
  return /\bassum/i.test(title);
}

const MOST_ROUNDS = 50;
const MOST_EDITS = 200_000;
/** The edits of as many fixes as do not touch each other. */
function together({ lines }: Dockerfile, fixes: readonly Fix[]): readonly TextEdit[] {
  const chosen: TextEdit[] = [];
  // Ascending; those of different fixes do not touch.
  const taken: Span[] = [];
  for (const { edits } of fixes) {
    const spans = edits.map(({ range }): Span => [lines.offset(range.start), lines.offset(range.end)]);
    if (spans.some(([from, to]) => (taken[placeIn(taken, to) - 1]?.[1] ?? -1) >= from)) continue;
    for (const span of spans) taken.splice(placeIn(taken, span[0]), 0, span);
    for (const edit of edits) chosen.push(edit);
  }
  return chosen;
}

/** Offsets. */
type Span = readonly [from: number, to: number];

/** How many begin at `offset` or before. */
function placeIn(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]![0] <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The stretch between what is the same at the beginning and at the end. */
function difference(before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  // Not between the two halves of a character, nor of a line ending.
  while (start > 0 && /[\ud800-\udbff\r]/.test(before[start - 1]!)) start--;
  while (end > 0 && /[\udc00-\udfff\n]/.test(before.at(-end)!)) end--;
  const lines = linesOf(before);
  return {
    range: { start: lines.at(start), end: lines.at(before.length - end) },
    newText: after.slice(start, after.length - end),
  };
}
