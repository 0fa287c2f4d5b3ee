/** Paths by pattern: `*` and `?` within a name, `**` for any folders, `{a,b}` not. In time that grows with pattern times path, whatever they hold. */
export function matchesGlob(pattern: string, path: string): boolean {
  const wanted = cleaned(pattern);
  const given = cleaned(path);
  /** Whether the first i names of the pattern match the first j names of the path. */
  let row = [true, ...given.map(() => false)];
  for (const name of wanted) {
    const next = [name === '**' && row[0]!];
    for (const [j, part] of given.entries())
      next.push(name === '**' ? row[j + 1]! || next[j]! : row[j]! && matchesName(name, part));
    row = next;
  }
  return row[given.length]!;
}

/** A folder stands for all that is in it. */
function cleaned(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return path.endsWith('/') ? [...parts, '**'] : parts;
}

/** The same names below each other, of which each may hold `*` and `?`: what COPY takes for a pattern, `[…]` apart. */
export function matchesPath(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((name, i) => matchesName(name, given[i]!));
}

/** `*` and `?` in a name. */
export function matchesName(pattern: string, name: string): boolean {
  let [p, n, star, from] = [0, 0, -1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      from = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      // The last star takes one character more.
      p = star + 1;
      n = ++from;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
