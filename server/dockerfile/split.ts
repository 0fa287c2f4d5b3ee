/**
 * Cuts a Dockerfile into instructions the way BuildKit does: directives, comments, continuations, heredocs. One pass, linear. Of a text that
 * was cut before, only what has changed is cut again.
 */
import { type HeredocWord, heredocsOf } from './heredoc.ts';
import { lastUpTo } from './text.ts';
import { skipSpace, trimEnd } from './words.ts';

/** Lines joined to one, and where each part of it stands in the source. */
export interface LogicalLine {
  readonly text: string;
  /** Offset in `text` at which the part begins, ascending from 0. */
  readonly starts: readonly number[];
  /** Offset of the same character in the source, from `Piece.from` on. */
  readonly sources: readonly number[];
  /** The part that was asked for last, near which the next one is. */
  near: number;
}

/** Offsets are those of the line, and of the source from `Piece.from` on. */
export interface RawHeredoc extends HeredocWord {
  readonly contentStart: number;
  /** Where the line of the delimiter begins. */
  readonly contentEnd: number;
  readonly terminated: boolean;
}

/** One instruction. Offsets are those of the source. */
export interface Piece {
  /** Where its first line begins. */
  readonly from: number;
  /** Where the line after it begins. */
  readonly next: number;
  readonly start: number;
  /** After the last character that is not white space, heredocs included. */
  readonly end: number;
  readonly line: LogicalLine;
  readonly heredocs: readonly RawHeredoc[];
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Split {
  readonly escape: '\\' | '`';
  readonly directives: readonly (Span & { readonly name: string; readonly value: string })[];
  readonly comments: readonly (Span & { readonly text: string })[];
  readonly pieces: readonly Piece[];
  readonly problems: readonly (Span & { readonly message: string })[];
  /** A heredoc has no end, which an edit anywhere below may give it. */
  readonly unterminated: boolean;
  /** How many of the pieces, at the beginning and at the end, are those of the text before. */
  readonly kept: { readonly first: number; readonly last: number };
}

/** `before`: what was made of a text that is likely much the same. */
export function splitDockerfile(source: string, before?: { readonly source: string; readonly split: Split }): Split {
  const directives: (Span & { name: string; value: string })[] = [];
  const comments: (Span & { text: string })[] = [];
  const pieces: Piece[] = [];
  const problems: (Span & { message: string })[] = [];
  const kept = { first: 0, last: 0 };
  const split = { escape: '\\' as '\\' | '`', directives, comments, pieces, problems, unterminated: false, kept };
  const endless = new Set<string>();

  const bom = source.startsWith('\uFEFF') ? 1 : 0;
  // A `#!` line hides `escape`, but BuildKit still looks for `syntax` and `check` after it.
  const shebang = source.startsWith('#!', bom);
  let inDirectives = true;

  let next = bom;
  /** Sets `next` behind the line at `from`, and gives where its text ends: where BuildKit stops, if the line is too long. */
  const lineEnd = (from: number): number => {
    const newline = source.indexOf('\n', from);
    next = newline < 0 ? source.length : newline + 1;
    let end = newline < 0 ? source.length : newline;
    while (end > from && source[end - 1] === '\r') end--;
    const limit = lineTooLong(source, from, newline < 0 ? source.length : newline);
    if (limit === undefined) return end;
    problems.push({ start: from, end: limit, message: tooLong });
    return limit;
  };
  const comment = (start: number, from: number) => {
    const end = trimEnd(source, start, from);
    comments.push({ start, end, text: ownText(source.slice(start, end)) });
  };

  const old = before && before.split.problems.length === 0 && !before.split.unterminated ? before : undefined;
  const same = old ? sameEnds(old.source, source) : { first: 0, last: 0 };
  const shift = old ? source.length - old.source.length : 0;
  if (old) {
    // What runs into the end of the text may go on in what is added there.
    const first = piecesBefore(old.split.pieces, Math.min(same.first, old.source.length - 1));
    const last = old.split.pieces[first - 1];
    if (last) {
      next = last.next;
      kept.first = first;
      inDirectives = false;
      split.escape = old.split.escape;
      directives.push(...old.split.directives);
      for (let i = 0; i < first; i++) pieces.push(old.split.pieces[i]!);
      for (const one of old.split.comments) if (one.start < next) comments.push(one);
    }
  }
  /** Where the rest of the text was cut before, the same way. */
  let tail = kept.first;

  while (next < source.length) {
    const first = next;
    if (old && !inDirectives && source.length - first <= same.last && split.escape === old.split.escape) {
      while (tail < old.split.pieces.length && old.split.pieces[tail]!.from < first - shift) tail++;
      if (old.split.pieces[tail]?.from === first - shift) {
        for (const one of old.split.pieces.slice(tail)) pieces.push(shift === 0 ? one : moved(one, shift));
        for (const { start, end, text } of old.split.comments) {
          if (start >= first - shift) comments.push({ start: start + shift, end: end + shift, text });
        }
        kept.last = old.split.pieces.length - tail;
        return split;
      }
    }
    let end = lineEnd(first);
    let start = skipSpace(source, first, end);
    if (inDirectives && !(shebang && first === bom)) {
      const directive = start < end ? readDirective(source.slice(start, end)) : undefined;
      if (!directive || (shebang && directive.name === 'escape')) inDirectives = shebang && directive !== undefined;
      else {
        const span = { start, end: trimEnd(source, start, end) };
        const problem = directives.some(({ name }) => name === directive.name)
          ? `“${directive.name}” is set twice, and BuildKit allows it once. Remove one of the two.`
          : directive.name === 'escape' && directive.value !== '\\' && directive.value !== '`'
            ? 'The escape character can only be \\ or `. Write one of the two.'
            : directive.name === 'check'
              ? checkProblem(directive.value)
              : undefined;
        if (problem) problems.push({ ...span, message: problem });
        else if (directive.name === 'escape') split.escape = directive.value as '\\' | '`';
        directives.push({ ...span, ...directive });
        continue;
      }
    }
    if (source[start] === '#' && start < end) {
      comment(start, end);
      continue;
    }

    const starts: number[] = [];
    const sources: number[] = [];
    const parts: string[] = [];
    let length = 0;
    let last = start;
    let endsOpen = false;
    const add = (from: number, to: number) => {
      if (from === to) return;
      starts.push(length);
      sources.push(from - first);
      parts.push(source.slice(from, to));
      length += to - from;
    };
    for (;;) {
      const continued = continuation(source, start, end, split.escape);
      add(start, continued ?? end);
      last = trimEnd(source, start, end);
      if (continued === undefined) break;
      // Comment lines and empty lines inside a continued instruction are left out, and do not end it.
      let found = false;
      while (!found && next < source.length) {
        start = next;
        end = lineEnd(start);
        const visible = skipSpace(source, start, end);
        if (visible === end) continue;
        if (source[visible] === '#') comment(visible, end);
        else found = true;
      }
      if (!found) {
        endsOpen = true;
        break;
      }
    }

    const text = ownText(parts.join(''));
    const visible = skipSpace(text, 0);
    if (visible === text.length) {
      // BuildKit takes what is left for an instruction without a name.
      if (endsOpen) problems.push({ start: skipSpace(source, first), end: last, message: nothingBehind });
      continue;
    }
    const line = { text, starts, sources, near: 0 };
    const heredocs = heredocsOf(text, split.escape).map((word): RawHeredoc => {
      const contentStart = next - first;
      const name = `${word.chomp ? '-' : ''}${word.name}`;
      const found = problems.length;
      // What has no end further up has none further down.
      while (next < source.length && !endless.has(name)) {
        const contentEnd = next;
        const end = lineEnd(contentEnd);
        let from = contentEnd;
        if (word.chomp) while (source[from] === '\t') from++;
        if (end - from === word.name.length && source.startsWith(word.name, from)) {
          last = end;
          return { ...word, contentStart, contentEnd: contentEnd - first, terminated: true };
        }
      }
      split.unterminated = true;
      // What was gone through in search of its end is read again.
      problems.length = found;
      endless.add(name);
      next = endless.size > MOST_ENDLESS ? source.length : nextStage(source, first + contentStart);
      last = Math.max(last, trimEnd(source, first + contentStart, next));
      return { ...word, contentStart, contentEnd: next - first, terminated: false };
    });
    pieces.push({ from: first, next, start: first + sourceStart(line, visible), end: last, line, heredocs });
  }
  return split;
}

const nothingBehind = 'A line goes on here, and nothing follows. Remove the character, or write the rest of it.';

/** Each is searched for to the end of the file. */
const MOST_ENDLESS = 10;

/** BuildKit stops at a heredoc without an end. For what is said of the rest it ends where the next stage begins. */
function nextStage(source: string, from: number): number {
  const stage = /^FROM[ \t]+[^\s-]/gim;
  stage.lastIndex = from;
  return stage.exec(source)?.index ?? source.length;
}

/** How much of two texts is the same at the beginning, and of the rest at the end. */
function sameEnds(a: string, b: string): { readonly first: number; readonly last: number } {
  const most = Math.min(a.length, b.length);
  let first = 0;
  while (first < most && a.charCodeAt(first) === b.charCodeAt(first)) first++;
  let last = 0;
  while (last < most - first && a.charCodeAt(a.length - 1 - last) === b.charCodeAt(b.length - 1 - last)) last++;
  return { first, last };
}

/** How many pieces are over where `offset` is. */
function piecesBefore(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle]!.next <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function moved({ from, next, start, end, line, heredocs }: Piece, by: number): Piece {
  return { from: from + by, next: next + by, start: start + by, end: end + by, line, heredocs };
}

/** A part of a string keeps all of it in memory: of a file that is edited, each of its former texts. */
export function ownText(part: string): string {
  return ` ${part}`.slice(1);
}

/** Where the character at `offset` of the line stands in the source, from `Piece.from` on. */
export function sourceStart(line: LogicalLine, offset: number): number {
  line.near = lastUpTo(line.starts, offset, line.near);
  return (line.sources[line.near] ?? 0) + offset - (line.starts[line.near] ?? 0);
}

/** The same for the end of a range: after its last character, not before the character that follows on another line. */
export function sourceEnd(line: LogicalLine, offset: number): number {
  return offset > 0 ? sourceStart(line, offset - 1) + 1 : sourceStart(line, 0);
}

/** Where the text before the continuation ends; undefined when the line is not continued. */
function continuation(source: string, start: number, end: number, escapeToken: string): number | undefined {
  let i = end;
  while (i > start && (source[i - 1] === ' ' || source[i - 1] === '\t')) i--;
  if (i === start || source[i - 1] !== escapeToken) return undefined;
  // An escape before it makes a plain character of it.
  return i - 1 > start && source[i - 2] === escapeToken ? undefined : i - 1;
}

/** The options of `# check=` (linter.ParseLintOptions). */
function checkProblem(value: string): string | undefined {
  // Behind the second “;” BuildKit looks no further.
  for (const option of value.split(';').slice(0, 3)) {
    const [, key = '', given] = /^([^=]*)(?:=(.*))?$/s.exec(option) ?? [];
    const name = key.trim();
    if (given === undefined || !['skip', 'error', 'experimental'].includes(name))
      return `“${option.trim().slice(0, 40)}” is no option of “check”. Write skip=NAME, error=true or experimental=NAME, with “;” between them.`;
    if (name === 'error' && !/^([01tf]|true|false)$/i.test(given.trim()))
      return `“error” is on or off, and not “${given.trim().slice(0, 40)}”. Write error=true or error=false.`;
  }
  return undefined;
}

const directiveNames = new Set(['syntax', 'escape', 'check']);

function readDirective(line: string): { name: string; value: string } | undefined {
  if (line[0] !== '#') return undefined;
  const equals = line.indexOf('=');
  const name = line.slice(1, equals).trim().toLowerCase();
  const value = line.slice(equals + 1).trim();
  return equals > 0 && value !== '' && directiveNames.has(name) ? { name, value } : undefined;
}

const maxLineBytes = 65_535;
const tooLong =
  'This line is longer than the 65,535 bytes that BuildKit reads. Break it with a continuation, or move the text into a file.';

/** Where a line becomes longer than BuildKit's scanner can hold, if it does. */
function lineTooLong(source: string, start: number, end: number): number | undefined {
  if ((end - start) * 3 <= maxLineBytes) return undefined;
  let bytes = 0;
  for (let i = start; i < end; i++) {
    const code = source.charCodeAt(i);
    // Each half of a surrogate pair counts two of its four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
    if (bytes > maxLineBytes) return i;
  }
  return undefined;
}
