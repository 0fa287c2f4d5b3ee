/** Variable expansion as BuildKit's shell lexer does it, for names of images and values of ENV; bounded, whatever a file holds. */
import { nameEnd } from './heredoc.ts';

/** What is known of a variable. `unknown`: it has a value, or may have one, that the file does not tell. */
export type Variable =
  | { readonly kind: 'set'; readonly value: string }
  /** Empty, unless the form says what to take instead. `open`: whoever builds may set it, so that it is empty only as far as the file tells. */
  | { readonly kind: 'unset'; readonly open?: boolean }
  /** `set` where it certainly has a value, which may be empty, as TARGETVARIANT; `filled` where it is not, as TARGETARCH. */
  | { readonly kind: 'unknown'; readonly set: boolean; readonly filled?: boolean };

export type Lookup = (name: string) => Variable;

/** How much work may still be done; shared by all expansions of a file. */
export interface Budget {
  left: number;
}
export const newBudget = (left = 2_000_000): Budget => ({ left });

/** For a text by itself: thousands of them may be asked for. */
const ofOneText = 100_000;

const longest = 8_192;
const deepest = 50;

/**
 * The text with quotes and escapes taken away and variables replaced. Undefined: it cannot be told from the file, BuildKit would
 * reject it, or it grows beyond reason.
 */
export function expand(
  text: string,
  escapeToken: string,
  lookup: Lookup,
  budget: Budget = newBudget(ofOneText),
  /** In heredocs quotes are plain text. */
  quotes = true,
): string | undefined {
  if (!/[$'"]/.test(text) && !text.includes(escapeToken)) {
    budget.left -= text.length;
    return text.length > longest || budget.left < 0 ? undefined : text;
  }
  const end = text.length;
  let i = 0;
  const parsed = until(undefined, false, 0);
  return parsed === undefined || budget.left < 0 ? undefined : parsed.value;

  /** Undefined is an error of syntax; a value of undefined is not known. */
  function until(
    stop: string | undefined,
    rawEscapes: boolean,
    depth: number,
  ): { value: string | undefined } | undefined {
    if (depth > deepest) return undefined;
    const result = collector(budget);
    while (i < end) {
      const ch = text[i] ?? '';
      if (ch === stop) {
        i++;
        return { value: result.value() };
      }
      if (quotes && ch === "'") {
        const close = text.indexOf("'", i + 1);
        if (close < 0) return undefined;
        result.add(text.slice(i + 1, close));
        i = close + 1;
      } else if (quotes && ch === '"') {
        i++;
        if (!quoted(result, rawEscapes, depth)) return undefined;
      } else if (ch === '$') {
        i++;
        const value = variable(depth);
        if (!value) return undefined;
        result.add(value.value);
      } else if (ch === escapeToken) {
        if (rawEscapes) result.add(ch);
        i++;
        result.add(text[i] ?? '');
        i++;
      } else {
        result.add(ch);
        i++;
      }
    }
    return stop === undefined ? { value: result.value() } : undefined;
  }

  function quoted(result: Collector, rawEscapes: boolean, depth: number): boolean {
    while (i < end) {
      const ch = text[i] ?? '';
      if (ch === '"') {
        i++;
        return true;
      }
      if (ch === '$') {
        i++;
        const value = variable(depth);
        if (!value) return false;
        result.add(value.value);
        continue;
      }
      if (ch === escapeToken) {
        const next = text[i + 1] ?? '';
        if (rawEscapes) result.add(ch);
        if (next === '"' || next === '$' || next === escapeToken) {
          result.add(next);
          i += 2;
          continue;
        }
        if (rawEscapes) {
          i++;
          continue;
        }
      }
      result.add(ch);
      i++;
    }
    return false;
  }

  function variable(depth: number): { value: string | undefined } | undefined {
    if (text[i] !== '{') {
      const from = i;
      i = nameEnd(text, from);
      return i === from ? { value: '$' } : { value: plain(lookup(text.slice(from, i))) };
    }
    i++;
    if (i >= end || '{}:'.includes(text[i] ?? '')) return undefined;
    const from = i;
    i = nameEnd(text, from);
    const found = lookup(text.slice(from, i));
    let modifier = text[i++];
    if (modifier === '}') return { value: plain(found) };
    if (modifier === '/') {
      const all = text[i] === '/';
      if (all) i++;
      const pattern = until('/', true, depth + 1);
      const replacement = pattern && until('}', true, depth + 1);
      if (!pattern || !replacement) return undefined;
      const value = plain(found);
      if (value === undefined || pattern.value === undefined || replacement.value === undefined)
        return { value: undefined };
      return { value: replace(value, pattern.value, replacement.value, all, budget) };
    }
    const colon = modifier === ':';
    if (colon) modifier = text[i++];
    if (!modifier || !(colon ? '-+?' : '-+?#%').includes(modifier)) return undefined;
    const word = until('}', modifier === '#' || modifier === '%', depth + 1);
    if (!word) return undefined;
    const none = found.kind === 'unset' || (colon && found.kind === 'set' && found.value === '');
    switch (modifier) {
      case '-':
        return none ? word : { value: plain(found) };
      case '+':
        if (found.kind === 'unknown' && !(colon ? found.filled : found.set)) return { value: undefined };
        return none ? { value: '' } : word;
      case '?':
        return none ? undefined : { value: plain(found) };
      default: {
        const value = plain(found);
        if (value === undefined || word.value === undefined) return { value: undefined };
        const greedy = word.value[0] === modifier;
        const pattern = greedy ? word.value.slice(1) : word.value;
        return { value: trim(value, pattern, modifier === '%', greedy, budget) };
      }
    }
  }
}

const plain = (variable: Variable) =>
  variable.kind === 'set' ? variable.value : variable.kind === 'unset' && !variable.open ? '' : undefined;

interface Collector {
  add(text: string | undefined): void;
  value(): string | undefined;
}

function collector(budget: Budget): Collector {
  const parts: string[] = [];
  let length = 0;
  let known = true;
  return {
    add(text) {
      if (text === undefined) known = false;
      else if (known) {
        length += text.length;
        budget.left -= text.length;
        if (length > longest || budget.left < 0) known = false;
        else parts.push(text);
      }
    },
    value: () => (known ? parts.join('') : undefined),
  };
}

/** A pattern of `*`, `?` and plain characters, with `\` before what is meant as it stands. */
type Glob = readonly ('any' | 'one' | { readonly char: string })[];

function readGlob(pattern: string): Glob | undefined {
  const glob: ('any' | 'one' | { char: string })[] = [];
  const chars = [...pattern];
  for (let i = 0; i < chars.length; i++) {
    const ch = chars[i] ?? '';
    if (ch === '*') {
      if (glob.at(-1) !== 'any') glob.push('any');
    } else if (ch === '?') glob.push('one');
    else if (ch === '\\') {
      const next = chars[i + 1] ?? '';
      if (next === '}' || next === '/') continue;
      if (!'*?\\'.includes(next) || next === '') return undefined;
      glob.push({ char: next });
      i++;
    } else glob.push({ char: ch });
  }
  return glob;
}

/** Lengths of the prefixes of `value` from `from` that the glob matches: the shortest and the longest. Counts its work. */
function matchAt(
  value: readonly string[],
  from: number,
  glob: Glob,
  budget: Budget,
): { short: number; long: number } | undefined {
  // Which prefixes of the glob match up to the current character.
  let reached = new Uint8Array(glob.length + 1);
  const close = (set: Uint8Array) => {
    for (let g = 0; g < glob.length; g++) if (set[g] && glob[g] === 'any') set[g + 1] = 1;
  };
  reached[0] = 1;
  close(reached);
  let short = -1;
  let long = -1;
  for (let length = 0; ; length++) {
    budget.left -= glob.length + 1;
    if (budget.left < 0) return undefined;
    if (reached[glob.length]) {
      if (short < 0) short = length;
      long = length;
    }
    const ch = value[from + length];
    if (ch === undefined) break;
    const after = new Uint8Array(glob.length + 1);
    let alive = false;
    for (let g = 0; g < glob.length; g++) {
      if (!reached[g]) continue;
      const part = glob[g];
      if (part === 'any') after[g] = 1;
      else if (part === 'one' || (typeof part === 'object' && part.char === ch)) after[g + 1] = 1;
      else continue;
      alive = true;
    }
    if (!alive) break;
    close(after);
    reached = after;
  }
  return short < 0 ? undefined : { short, long };
}

function trim(value: string, pattern: string, suffix: boolean, greedy: boolean, budget: Budget): string | undefined {
  const glob = readGlob(pattern);
  if (!glob) return undefined;
  const subject = suffix ? [...value].reverse() : [...value];
  const match = matchAt(subject, 0, suffix ? [...glob].reverse() : glob, budget);
  if (budget.left < 0) return undefined;
  if (!match) return value;
  const length = greedy ? match.long : match.short;
  return suffix ? subject.slice(length).reverse().join('') : subject.slice(length).join('');
}

function replace(
  value: string,
  pattern: string,
  replacement: string,
  all: boolean,
  budget: Budget,
): string | undefined {
  const glob = readGlob(pattern);
  if (!glob) return undefined;
  const result = collector(budget);
  /** Where the last match ended. */
  let after = -1;
  const chars = [...value];
  for (let i = 0; i <= chars.length; ) {
    const match = matchAt(chars, i, glob, budget);
    if (budget.left < 0) return undefined;
    if (match && !all) {
      result.add(replacement);
      result.add(chars.slice(i + match.long).join(''));
      return result.value();
    }
    // Go's regexp takes no empty match right behind another one.
    if (match && (match.long > 0 || i !== after)) {
      result.add(replacementOf(replacement, chars.slice(i, i + match.long).join('')));
      after = i + match.long;
    }
    if (match?.long) i += match.long;
    else result.add(chars[i++] ?? '');
  }
  return result.value();
}

/** Where all are replaced, `$name` in the replacement means a group to Go's regexp: 0 is what matched, and there is no other. */
function replacementOf(text: string, matched: string): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu, (_, dollar, name, braced) =>
    dollar ? '$' : /^0+$/.test(name ?? braced) ? matched : '',
  );
}

/** Whether expansion would change something. */
export const hasVariable = (text: string): boolean => /\$[\p{L}\p{Nd}_{@*#?$!-]/u.test(text);
