/** What BuildKit's shell lexer cannot read, whatever the variables hold: shell/lex.go (moby/buildkit@v0.34.2). */
import { nameEnd } from './heredoc.ts';
import { expand } from './variables.ts';

export interface Misread {
  /** Offset of the outermost quote or “$” that it stops in. */
  readonly at: number;
  /** `open`: without its “}”; `operator`: what stands behind the name is none; `pattern`: “\” stands before what needs none. */
  readonly kind: 'quote' | 'open' | 'name' | 'operator' | 'pattern';
  /** Such as `^` or `:=`. */
  readonly operator?: string;
}

const DEEPEST = 50;

/** The first that it stops at. Variables in variables are followed to a depth of 50, below which nothing is said. */
export function misread(text: string, escapeToken: string, quotes = true): Misread | undefined {
  let i = 0;
  let wrong: Omit<Misread, 'at'> | undefined;
  let isTooDeep = false;
  while (i < text.length) {
    const at = i;
    if (!step(0)) return isTooDeep || !wrong ? undefined : { at, ...wrong };
  }
  return undefined;

  /** Past one character, quote or variable. */
  function step(depth: number): boolean {
    const ch = text[i];
    if (quotes && ch === "'") {
      const close = text.indexOf("'", i + 1);
      i = close + 1;
      return close >= 0 || stop('quote');
    }
    if (quotes && ch === '"') return quoted(depth);
    if (ch === '$') return variable(depth);
    i += ch === escapeToken ? 2 : 1;
    return true;
  }

  function stop(kind: Misread['kind'], operator?: string): false {
    wrong ??= { kind, ...(operator !== undefined && { operator }) };
    return false;
  }

  function quoted(depth: number): boolean {
    for (i++; i < text.length; ) {
      const ch = text[i];
      const next = text[i + 1];
      if (ch === '"') {
        i++;
        return true;
      }
      if (ch !== '$') i += ch === escapeToken && (next === '"' || next === '$' || next === escapeToken) ? 2 : 1;
      else if (!variable(depth)) return false;
    }
    return stop('quote');
  }

  function until(end: string, depth: number): boolean {
    while (i < text.length) {
      if (text[i] === end) {
        i++;
        return true;
      }
      if (!step(depth)) return false;
    }
    return stop('open');
  }

  function variable(depth: number): boolean {
    i++;
    if (text[i] !== '{') {
      i = nameEnd(text, i);
      return true;
    }
    i++;
    if (depth > DEEPEST) {
      isTooDeep = true;
      return false;
    }
    if (i < text.length && '{}:'.includes(text[i]!)) return stop('name');
    i = nameEnd(text, i);
    let operator = text[i++];
    if (operator === '}') return true;
    if (operator === '/') {
      if (text[i] === '/') i++;
      return pattern('/', depth) && until('}', depth + 1);
    }
    if (operator === ':') operator += text[i++] ?? '';
    if (operator === undefined || operator === ':') return stop('open');
    if (operator === '#' || operator === '%') return pattern('}', depth);
    return /^:?[-+?]$/.test(operator) ? until('}', depth + 1) : stop('operator', operator);
  }

  function pattern(end: string, depth: number): boolean {
    const from = i;
    if (!until(end, depth + 1)) return false;
    const written = text.slice(from, i - 1);
    // What quotes and variables make of it is not known.
    return /["'$]/.test(written) || !/\\(?![*?\\}/])/.test(written.replaceAll('\\\\', '')) || stop('pattern');
  }
}

/** What a word says where no variable has a part in it. */
export const fixedValue = (text: string, escapeToken: string): string | undefined =>
  expand(text, escapeToken, () => ({ kind: 'unknown', set: false }));
