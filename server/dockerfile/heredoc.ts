/** Finds `<<NAME` in a logical line the way BuildKit does: with its shell lexer, whose escape is always `\`. */
import { isSpace, readHead } from './words.ts';

/** Offsets are those of the line. */
export interface HeredocWord {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly expand: boolean;
  readonly chomp: boolean;
}

const carriers = new Set(['RUN', 'COPY', 'ADD']);

/** The heredocs that a line opens, in order. None where the lexer would stumble over the line. */
export function heredocsOf(line: string, escapeToken: string): HeredocWord[] {
  if (!line.includes('<<')) return [];
  let head = readHead(line, escapeToken);
  if (head.keyword.value === 'ONBUILD') head = readHead(line, escapeToken, head.rest);
  // In a JSON array every word begins with its quote, so that none is a heredoc.
  if (!carriers.has(head.keyword.value)) return [];
  const found: HeredocWord[] = [];
  for (const { start, end } of lexWords(line) ?? []) {
    const match = /^\d*<<(-?)\s*([^<]*)$/.exec(line.slice(start, end));
    const name = match?.[2] ? plainName(match[2]) : undefined;
    if (match && name) found.push({ start, end, name: name.text, expand: !name.quoted, chomp: match[1] === '-' });
  }
  return found;
}

/** One word's name without quotes and escapes; undefined when it is more than one word, or nothing. */
function plainName(word: string): { text: string; quoted: boolean } | undefined {
  const parts: string[] = [];
  let quoted = false;
  for (let i = 0; i < word.length; i++) {
    const ch = word[i] ?? '';
    if (ch === '\\') parts.push(word[++i] ?? '');
    else if (ch === '"' || ch === "'") {
      quoted = true;
      for (i++; i < word.length && word[i] !== ch; i++) {
        if (ch === '"' && word[i] === '\\' && /["$\\]/.test(word[i + 1] ?? '')) i++;
        parts.push(word[i] ?? '');
      }
    } else if (isSpace(ch.charCodeAt(0))) {
      if (parts.length > 0) return undefined;
    } else parts.push(ch);
  }
  const text = parts.join('');
  return text === '' ? undefined : { text, quoted };
}

/** Words of a whole line, quotes and escapes kept. Undefined where BuildKit's lexer reports an error: it then sees no heredoc at all. */
function lexWords(line: string): { start: number; end: number }[] | undefined {
  const words: { start: number; end: number }[] = [];
  let start = -1;
  let i = 0;
  while (i < line.length) {
    const ch = line[i] ?? '';
    if (isSpace(ch.charCodeAt(0))) {
      if (start >= 0) words.push({ start, end: i });
      start = -1;
      i++;
      continue;
    }
    if (start < 0) start = i;
    const next = lexPiece(line, i, 0);
    if (next === undefined) return undefined;
    i = next;
  }
  if (start >= 0) words.push({ start, end: i });
  return words;
}

/** Offset after the quoted part, variable, escape or character that begins at `i`. */
function lexPiece(line: string, i: number, depth: number): number | undefined {
  switch (line[i]) {
    case "'": {
      const end = line.indexOf("'", i + 1);
      return end < 0 ? undefined : end + 1;
    }
    case '"':
      return lexDoubleQuoted(line, i + 1, depth);
    case '\\':
      return Math.min(i + 2, line.length);
    case '$':
      return lexVariable(line, i + 1, depth);
    case '<': {
      if (line[i + 1] !== '<') return i + 1;
      let j = i + 2;
      while (line[j] === ' ' || line[j] === '\t' || line[j] === '\r') j++;
      return j;
    }
    default:
      return i + 1;
  }
}

function lexDoubleQuoted(line: string, from: number, depth: number): number | undefined {
  let i = from;
  while (i < line.length) {
    const ch = line[i];
    if (ch === '"') return i + 1;
    if (ch === '$') {
      const next = lexVariable(line, i + 1, depth);
      if (next === undefined) return undefined;
      i = next;
    } else if (ch === '\\' && /["$\\]/.test(line[i + 1] ?? '')) i += 2;
    else i++;
  }
  return undefined;
}

/** From after the `$`. */
function lexVariable(line: string, from: number, depth: number): number | undefined {
  if (line[from] !== '{') return nameEnd(line, from);
  // Nobody nests deeper, and a hostile file must not exhaust the stack.
  if (depth > 100) return undefined;
  let i = nameEnd(line, from + 1);
  if (/^[{}:]?$/.test(line[from + 1] ?? '')) return undefined;
  let modifier = line[i++];
  if (modifier === '}') return i;
  if (modifier === '/') {
    if (line[i] === '/') i++;
    const replacement = lexUntil(line, i, '/', depth);
    return replacement === undefined ? undefined : lexUntil(line, replacement, '}', depth);
  }
  const colon = modifier === ':';
  if (colon) modifier = line[i++];
  if (!modifier || !(colon ? '+-?' : '+-?#%').includes(modifier)) return undefined;
  return lexUntil(line, i, '}', depth);
}

function lexUntil(line: string, from: number, stop: string, depth: number): number | undefined {
  let i: number | undefined = from;
  while (i !== undefined && i < line.length) {
    if (line[i] === stop) return i + 1;
    i = lexPiece(line, i, depth + 1);
  }
  return undefined;
}

/** End of the variable's name at `from`: digits, one special parameter, or letters, digits and `_`. */
export function nameEnd(line: string, from: number): number {
  const first = line[from];
  if (first === undefined) return from;
  let i = from;
  if (/\d/.test(first)) {
    while (/\d/.test(line[i] ?? '')) i++;
    return i;
  }
  if ('@*#?-$!'.includes(first)) return from + 1;
  while (/[\p{L}\p{Nd}_]/u.test(line[i] ?? '')) i++;
  return i;
}
