/** Positions in a text, as LSP counts them: lines and UTF-16 units from 0. A lone `\r` does not end a line (BuildKit's reading). */

export interface Position {
  readonly line: number;
  readonly character: number;
}

/** Half open: `end` is the position after the last character. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** All edits of a set refer to the same, unedited text and do not overlap. */
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

/** The lines of a text: offset ↔ position in O(log lines), and at once near the place that was asked for last. `\n` and `\r\n` end a line. */
export interface Lines {
  readonly text: string;
  readonly count: number;
  /** Offset of the first character of the line. */
  start(line: number): number;
  /** Offset after the last character of the line, its line ending not included. */
  end(line: number): number;
  at(offset: number): Position;
  offset(position: Position): number;
}

export function linesOf(text: string): Lines {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  let last = 0;
  const clamp = (line: number) => Math.min(Math.max(line, 0), starts.length - 1);
  const start = (line: number) => starts[clamp(line)] ?? 0;
  const end = (line: number) => {
    const next = starts[clamp(line) + 1];
    if (next === undefined) return text.length;
    return text[next - 2] === '\r' && next - 2 >= start(line) ? next - 2 : next - 1;
  };
  return {
    text,
    count: starts.length,
    start,
    end,
    at(offset) {
      const wanted = Math.min(Math.max(offset, 0), text.length);
      last = lastUpTo(starts, wanted, last);
      return { line: last, character: wanted - starts[last]! };
    },
    offset(position) {
      if (position.line >= starts.length) return text.length;
      const next = starts[position.line + 1] ?? text.length + 1;
      return Math.min(start(position.line) + position.character, next - 1);
    },
  };
}

/**
 * The index of the last of some ascending places that is not above `wanted`; 0 where all are. `near` is tried first, then what is further
 * and further away from it: who asks for one place after the other is answered in constant time.
 */
export function lastUpTo(places: readonly number[], wanted: number, near: number): number {
  let low = near;
  let high = near;
  if (places[near]! <= wanted) {
    for (let step = 1; ; step *= 2) {
      high = Math.min(low + step, places.length) - 1;
      if (high + 1 === places.length || places[high + 1]! > wanted) break;
      low = high + 1;
    }
  } else {
    for (let step = 1; low > 0 && places[low]! > wanted; step *= 2) {
      high = low - 1;
      low = Math.max(low - step, 0);
    }
  }
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (places[middle]! <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The text with all edits done. Edits at the same place are done in the order given. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const lines = linesOf(text);
  const sorted = edits
    .map((edit, order) => ({ edit, order, from: lines.offset(edit.range.start), to: lines.offset(edit.range.end) }))
    .sort((a, b) => a.from - b.from || a.order - b.order);
  let result = '';
  let done = 0;
  for (const { edit, from, to } of sorted) {
    if (from < done) throw new Error('Two edits overlap.');
    result += text.slice(done, from) + edit.newText;
    done = to;
  }
  return result + text.slice(done);
}
