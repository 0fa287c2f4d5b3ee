/**
 * Patterns of .dockerignore, matched as moby/patternmatcher does (`MatchesOrParentMatches`): the last pattern that matches a path, or a
 * folder that it is in, decides. Each match takes time in proportion to pattern and path: no regular expression is made of what a
 * file may hold.
 */
import { posix } from 'node:path';

export interface IgnorePattern {
  /** Cleaned, without `!`. */
  readonly text: string;
  /** What of it stands before the first character with a meaning of its own. */
  readonly fixed: string;
  readonly exception: boolean;
  /** In the file, from 0. */
  readonly line: number;
  readonly tokens: readonly Token[];
}

/** `any`: characters but `/`. `all`: any characters. `folders`: nothing, or any characters up to and with a `/`. */
type Token =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'class'; readonly test: RegExp }
  | { readonly kind: 'any' }
  | { readonly kind: 'all' }
  | { readonly kind: 'folders' };

/** Undefined where Docker refuses the file: a pattern in it cannot be read. */
export function readDockerignore(text: string): readonly IgnorePattern[] | undefined {
  const patterns: IgnorePattern[] = [];
  for (const [line, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (raw.startsWith('#')) continue;
    const trimmed = raw.trim();
    if (trimmed === '') continue;
    const exception = trimmed.startsWith('!');
    const body = exception ? trimmed.slice(1).trim() : trimmed;
    if (body === '') return undefined;
    const cleaned = clean(body);
    const pattern = cleaned.length > 1 && cleaned.startsWith('/') ? cleaned.slice(1) : cleaned;
    const tokens = tokensOf(pattern);
    if (!tokens) return undefined;
    const fixed = pattern.slice(0, /[*?[\\]|$/.exec(pattern)?.index);
    patterns.push({ text: pattern, fixed, exception, line, tokens });
  }
  return patterns;
}

/** The pattern that keeps the path out of the build context; undefined where it is in. The path is cleaned and relative. */
export function ignoredBy(patterns: readonly IgnorePattern[], path: string): IgnorePattern | undefined {
  const parts = path.split('/');
  const paths = [path, ...parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).join('/'))];
  let by: IgnorePattern | undefined;
  for (const pattern of patterns) {
    if (pattern.exception !== (by !== undefined)) continue;
    if (paths.some((one) => matches(pattern.tokens, one))) by = pattern.exception ? undefined : pattern;
  }
  return by;
}

/** Whether an exception may bring back something inside the folder. */
export function mayComeBack(patterns: readonly IgnorePattern[], folder: string): boolean {
  return patterns.some(
    ({ exception, text, fixed }) =>
      exception && (fixed.startsWith(`${folder}/`) || (fixed !== text && `${folder}/`.startsWith(fixed))),
  );
}

/** Go's `filepath.Clean`. */
export function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

function tokensOf(pattern: string): Token[] | undefined {
  const tokens: Token[] = [];
  const chars = [...pattern];
  // Of `**name` Docker looks at the end of the path only, whatever stands before it.
  const plainEnd = /^\*\*[^/*?[\]\\][^*?[\]\\]*$/.test(pattern);
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? '';
    if (char === '*' && chars[i + 1] === '*') {
      i++;
      if (chars[i + 1] === '/') i++;
      if (i + 1 >= chars.length) tokens.push({ kind: 'all' });
      else tokens.push({ kind: plainEnd ? 'all' : 'folders' });
    } else if (char === '*') tokens.push({ kind: 'any' });
    else if (char === '?') tokens.push({ kind: 'one' });
    else if (char === '\\') {
      if (i + 1 >= chars.length) return undefined;
      i++;
      tokens.push({ kind: 'char', char: chars[i] ?? '' });
    } else if (char === '[') {
      const close = chars.indexOf(']', i + 1);
      const test = close < 0 ? undefined : classOf(chars.slice(i + 1, close).join(''));
      if (!test) return undefined;
      tokens.push({ kind: 'class', test });
      i = close;
    } else tokens.push({ kind: 'char', char });
  }
  return tokens;
}

function classOf(body: string): RegExp | undefined {
  const inner = body.replace(/^\^/, '');
  if (inner === '' || inner.includes('\\')) return undefined;
  try {
    return new RegExp(`^[${body.startsWith('^') ? '^' : ''}${inner.replace(/\[/g, '\\[')}]$`, 'u');
  } catch {
    return undefined;
  }
}

/** All places in the pattern at which the path may be, one character after the other. */
function matches(tokens: readonly Token[], path: string): boolean {
  let places = new Uint8Array(tokens.length + 1);
  const reach = (into: Uint8Array, from: number) => {
    for (let at = from; ; at++) {
      into[at] = 1;
      const kind = tokens[at]?.kind;
      if (kind !== 'any' && kind !== 'all' && kind !== 'folders') return;
    }
  };
  reach(places, 0);
  for (const char of path) {
    const next = new Uint8Array(tokens.length + 1);
    for (const [at, token] of tokens.entries()) {
      if (places[at] !== 1) continue;
      switch (token.kind) {
        case 'char':
          if (token.char === char) reach(next, at + 1);
          break;
        case 'one':
          if (char !== '/') reach(next, at + 1);
          break;
        case 'class':
          if (token.test.test(char)) reach(next, at + 1);
          break;
        case 'any':
          if (char !== '/') reach(next, at);
          break;
        case 'all':
          reach(next, at);
          break;
        case 'folders':
          next[at] = 1;
          if (char === '/') reach(next, at + 1);
          break;
      }
    }
    if (!next.includes(1)) return false;
    places = next;
  }
  return places[tokens.length] === 1;
}
