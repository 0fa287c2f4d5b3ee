/**
 * Words of one logical line (continuations already joined), as BuildKit's line parsers cut them. Offsets are those of the line. Flags and arrays
 * are read here; the words behind them are cut by dockerfile-ast.
 */
import { DockerfileParser, Label } from 'dockerfile-ast';

export interface Token {
  readonly start: number;
  readonly end: number;
  /** Quotes and escapes taken away; variables left as they are. */
  readonly value: string;
}

export interface FlagToken {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly value: string | undefined;
  readonly valueStart: number | undefined;
}

/** Keyword and flags, and where the arguments are: `[rest, end)` without white space around. */
export interface Head {
  readonly keyword: Token;
  readonly flags: readonly FlagToken[];
  readonly rest: number;
  readonly end: number;
}

/** Go's `unicode.IsSpace`. */
export function isSpace(code: number): boolean {
  if (code === 32 || (code >= 9 && code <= 13)) return true;
  if (code < 0x85) return false;
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

/** What separates a keyword from its arguments, and the arguments of most instructions. A line never holds `\n`. */
const isBlank = (code: number) => code === 32 || code === 9 || (code >= 11 && code <= 13);

export function skipSpace(text: string, from: number, end = text.length): number {
  let i = from;
  while (i < end && isSpace(text.charCodeAt(i))) i++;
  return i;
}

export function trimEnd(text: string, from: number, end = text.length): number {
  let i = end;
  while (i > from && isSpace(text.charCodeAt(i - 1))) i--;
  return i;
}

export function readHead(line: string, escapeToken: string, from = 0): Head {
  const end = trimEnd(line, from);
  const start = skipSpace(line, from, end);
  let i = start;
  while (i < end && !isBlank(line.charCodeAt(i))) i++;
  const keyword = { start, end: i, value: line.slice(start, i).toUpperCase() };
  const { flags, next } = readFlags(line, escapeToken, i, end);
  return { keyword, flags, rest: skipSpace(line, next, end), end };
}

/** BuildKit's `extractBuilderFlags`: leading words with `--`, between blanks of ASCII; a bare `--` ends them. */
function readFlags(line: string, escapeToken: string, from: number, end: number): { flags: FlagToken[]; next: number } {
  const flags: FlagToken[] = [];
  let i = from;
  for (;;) {
    while (i < end && isBlank(line.charCodeAt(i))) i++;
    if (!line.startsWith('--', i) || i + 2 > end) return { flags, next: i };
    const start = i;
    const parts: string[] = [];
    let name: string | undefined;
    let valueStart: number | undefined;
    let quote = '';
    for (; i < end; i++) {
      let ch = line[i] ?? '';
      if (quote ? ch === quote : ch === '"' || ch === "'") {
        quote = quote ? '' : ch;
        continue;
      }
      if (!quote && isSpace(ch.charCodeAt(0))) break;
      if (ch === escapeToken) {
        i++;
        if (i >= end) break;
        ch = line[i] ?? '';
      }
      if (ch === '=' && name === undefined) {
        name = parts.join('').slice(2);
        valueStart = i + 1;
        parts.length = 0;
      } else parts.push(ch);
    }
    i = Math.min(i, end);
    const tail = parts.join('');
    if (name === undefined && tail === '--') return { flags, next: i };
    if (name === undefined) flags.push({ start, end: i, name: tail.slice(2), value: undefined, valueStart: undefined });
    else flags.push({ start, end: i, name, value: tail, valueStart });
  }
}

/** Cut at white space only, as for FROM, COPY, ADD, EXPOSE, VOLUME: an escaped blank is a blank. */
export function blankWords(line: string, escapeToken: string, from: number, end: number): Token[] {
  const shown = line
    .slice(from, end)
    .replaceAll(escapeToken, 'x')
    .replace(/[\v\f\r]/g, ' ');
  return cut('EXPOSE', shown, escapeToken).map(([start, to]) => token(line, escapeToken, from + start, from + to));
}

/** Cut at white space outside quotes, as for ENV, LABEL, ARG (BuildKit's `parseWords`). */
export function quotedWords(line: string, escapeToken: string, from: number, end: number): Token[] {
  const shown = withoutEscapes(line.slice(from, end), escapeToken)
    // A brace holds no blanks together.
    .replaceAll('${', 'xx')
    .replace(/[\v\f\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g, ' ');
  return cut('LABEL', shown, escapeToken).map(([start, to]) => token(line, escapeToken, from + start, from + to));
}

/** Letters in place of what is escaped, which is no blank and no quote. Inside single quotes nothing is, and at the end of the line it is dropped. */
function withoutEscapes(text: string, escapeToken: string): string {
  if (!text.includes(escapeToken)) return text;
  const parts: string[] = [];
  const marks = escapeToken === '`' ? /["'`]/g : /["'\\]/g;
  let quote = '';
  let done = 0;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    const { 0: ch, index } = mark;
    if (ch !== escapeToken) {
      quote = quote === '' ? ch : quote === ch ? '' : quote;
      continue;
    }
    const to = quote === "'" ? index + 1 : index + 2;
    marks.lastIndex = to;
    parts.push(text.slice(done, index), to > text.length ? ' ' : 'x'.repeat(to - index));
    done = to;
  }
  return parts.join('') + text.slice(done);
}

/**
 * Where the words of `text` are, as dockerfile-ast cuts those of an instruction without flags and arrays. What it would read otherwise than
 * BuildKit must not be shown to it: the callers put a letter or a blank there.
 */
function cut(keyword: 'EXPOSE' | 'LABEL', text: string, escapeToken: string): [start: number, end: number][] {
  const directive = escapeToken === '\\' ? '' : `# escape=${escapeToken}\n`;
  const [instruction] = DockerfileParser.parse(`${directive}${keyword} ${text}`).getInstructions();
  const words = instruction instanceof Label ? instruction.getPropertyArguments() : instruction?.getArguments();
  const shift = keyword.length + 1;
  return (words ?? []).map((word) => {
    const { start, end } = word.getRange();
    return [start.character - shift, end.character - shift];
  });
}

/** `ENV NAME value with spaces`: two words, whatever the value holds. */
export function nameAndRest(line: string, escapeToken: string, from: number, end: number): Token[] {
  let i = from;
  while (i < end && !isBlank(line.charCodeAt(i))) i++;
  const name = token(line, escapeToken, from, i);
  while (i < end && isBlank(line.charCodeAt(i))) i++;
  return i < end ? [name, token(line, escapeToken, i, end)] : [name];
}

/** All of it as one word, as for USER, WORKDIR, STOPSIGNAL, MAINTAINER. */
export function wholeRest(line: string, escapeToken: string, from: number, end: number): Token[] {
  return from < end ? [token(line, escapeToken, from, end)] : [];
}

function token(line: string, escapeToken: string, start: number, end: number): Token {
  return { start, end, value: unquote(line.slice(start, end), escapeToken) };
}

/** Quotes and escapes taken away as BuildKit's shell lexer does; a text whose quotes do not match is given back as it is. */
function unquote(text: string, escapeToken: string): string {
  if (!text.includes('"') && !text.includes("'") && !text.includes(escapeToken)) return text;
  const parts: string[] = [];
  let from = 0;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const ch = text[i] ?? '';
    if (ch === escapeToken && quote !== "'") {
      const next = text[i + 1];
      if (quote && next !== undefined && next !== '"' && next !== '$' && next !== escapeToken) continue;
      parts.push(text.slice(from, i));
      from = i + 1;
      i++;
    } else if (quote ? ch === quote : ch === '"' || ch === "'") {
      parts.push(text.slice(from, i));
      from = i + 1;
      quote = quote ? '' : ch;
    }
  }
  if (quote) return text;
  parts.push(text.slice(from));
  return parts.join('');
}

export type Json =
  | { readonly kind: 'strings'; readonly words: readonly Token[] }
  /** A JSON array that holds something else than strings: BuildKit stops with an error. */
  | { readonly kind: 'mixed' }
  | { readonly kind: 'none' };

/** The exec form is a JSON array of strings and nothing after it. Tokens span their quotes. */
export function readJson(line: string, from: number, end: number): Json {
  if (line[from] !== '[') return { kind: 'none' };
  let array: unknown;
  try {
    array = JSON.parse(line.slice(from, end));
  } catch {
    return { kind: 'none' };
  }
  if (!Array.isArray(array)) return { kind: 'none' };
  const words: Token[] = [];
  let i = from;
  for (const value of array) {
    if (typeof value !== 'string') return { kind: 'mixed' };
    const start = line.indexOf('"', i);
    i = start + 1;
    while (line[i] !== '"') i += line[i] === '\\' ? 2 : 1;
    i++;
    words.push({ start, end: i, value });
  }
  return { kind: 'strings', words };
}
