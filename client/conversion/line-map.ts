/** Where the lines of a Dockerfile are after edits. Pure. */

export interface LineEdit {
  readonly range: { readonly start: Place; readonly end: Place };
  readonly newText: string;
}

interface Place {
  readonly line: number;
  readonly character: number;
}

/**
 * The line of the edited text that a line of the original has become, from 0. A line that has gone is where its words stand again
 * (what moves to another stage), else where it was taken away. Edits are in order and do not overlap.
 */
export function lineAfter(line: number, original: string, edits: readonly LineEdit[], edited: string): number {
  let shift = 0;
  for (const { range, newText } of edits) {
    const { start, end } = range;
    if (start.line > line) break;
    const removed = end.line - start.line;
    const added = newText.split('\n').length - 1;
    const holds = end.line > line && (start.line < line || start.character === 0);
    if (holds) return movedTo(line, original, edited) ?? clamped(start.line + shift, edited);
    // An edit that begins in this line and ends there leaves it where it is, as does what is put behind its text.
    if (start.line < line || (start.character === 0 && removed === 0)) shift += added - removed;
  }
  return clamped(line + shift, edited);
}

/** The only line with the same words, if there is one. */
function movedTo(line: number, original: string, edited: string): number | undefined {
  const words = original.split(/\r?\n/)[line]?.trim();
  if (!words) return undefined;
  const places = edited.split(/\r?\n/).flatMap((text, index) => (text.trim() === words ? [index] : []));
  return places.length === 1 ? places[0] : undefined;
}

function clamped(line: number, edited: string): number {
  return Math.max(0, Math.min(line, edited.split('\n').length - 1));
}
