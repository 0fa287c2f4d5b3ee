/** Patterns as shells have them: `*` and `?` within a name, `[a-z]`, and `**` for any folders. Matching takes no more than pattern × text steps, whatever they hold. */

export const isPattern = (text: string): boolean => /[*?[]/.test(text);

/** Without a slash the pattern is for names, with one for paths; one that begins with a slash begins at the root. */
export function matcher(pattern: string): { readonly of: 'name' | 'path'; matches(text: string): boolean } {
  if (!pattern.includes('/')) {
    const parts = partsOf(pattern);
    return { of: 'name', matches: (name) => fits(parts, [...name], matchesCharacter, star) };
  }
  const anchored = pattern.startsWith('/') ? pattern.slice(1) : `**/${pattern}`;
  const segments = anchored.split('/').map((text) => (text === '**' ? '**' : partsOf(text)));
  const matchesSegment = (segment: readonly Part[] | '**', name: string) =>
    segment !== '**' && fits(segment, [...name], matchesCharacter, star);
  const last = segments.at(-1)!;
  return {
    of: 'path',
    matches: (path) =>
      // Most paths are told by their names alone, without being taken apart.
      (last === '**' || matchesSegment(last, path.slice(path.lastIndexOf('/') + 1))) &&
      fits(segments, path.replace(/^\//, '').split('/'), matchesSegment, '**' as const),
  };
}

const star = '*';
type Part = typeof star | '?' | { readonly character: string } | { readonly set: string; readonly not: boolean };

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    const close = character === '[' ? characters.indexOf(']', i + 2) : -1;
    if (character === '*') {
      if (parts.at(-1) !== star) parts.push(star);
    } else if (character === '?') parts.push('?');
    else if (close > 0) {
      const not = /[!^]/.test(characters[i + 1]!);
      parts.push({ set: characters.slice(i + (not ? 2 : 1), close).join(''), not });
      i = close;
    } else parts.push({ character });
  }
  return parts;
}

function matchesCharacter(part: Part, character: string): boolean {
  if (part === '?') return true;
  if (part === star) return false;
  return 'character' in part ? part.character === character : inSet(part.set, character) !== part.not;
}

function inSet(set: string, character: string): boolean {
  const members = [...set];
  for (let i = 0; i < members.length; i++) {
    const to = members[i + 1] === '-' ? members[i + 2] : undefined;
    if (to !== undefined) {
      if (character >= members[i]! && character <= to) return true;
      i += 2;
    } else if (members[i] === character) return true;
  }
  return false;
}

/** `any` stands for any number of items. Only the last one seen is ever tried again: a later one can do all that an earlier one could. */
function fits<P, T>(
  pattern: readonly P[],
  text: readonly T[],
  one: (part: P, item: T) => boolean,
  any: P | typeof star,
): boolean {
  let p = 0;
  let t = 0;
  let retryP = -1;
  let retryT = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === any) {
      retryP = ++p;
      retryT = t;
    } else if (p < pattern.length && one(pattern[p]!, text[t]!)) {
      p++;
      t++;
    } else if (retryP >= 0) {
      p = retryP;
      t = ++retryT;
    } else return false;
  }
  while (p < pattern.length && pattern[p] === any) p++;
  return p === pattern.length;
}
