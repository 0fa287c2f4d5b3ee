/** How the explorer says sizes, ages, modes and instructions. Pure. */

/** `812 B`, `4.1 kB`, `12 MB`: decimal, as Docker prints them, to two or three digits. */
export function sizeWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** `3 weeks old`. Both in seconds since 1970. A time that is not after 1970, as reproducible builds write it, says nothing. */
export function ageWords(created: number, now: number): string | undefined {
  if (created <= 24 * 3600) return undefined;
  const seconds = Math.max(0, now - created);
  const units: [name: string, seconds: number][] = [
    ['year', 365 * 24 * 3600],
    ['month', 30 * 24 * 3600],
    ['week', 7 * 24 * 3600],
    ['day', 24 * 3600],
    ['hour', 3600],
    ['minute', 60],
  ];
  for (const [name, length] of units) {
    const count = Math.floor(seconds / length);
    if (count > 0) return `${count} ${name}${count === 1 ? '' : 's'} old`;
  }
  return 'just made';
}

/** `-rwsr-xr-x`, as `ls -l` writes it. */
export function modeWords(type: string, mode: number): string {
  const kind = { directory: 'd', symlink: 'l', char: 'c', block: 'b', fifo: 'p' }[type] ?? '-';
  const triple = (shift: number, special: boolean, letter: string) => {
    const bits = (mode >> shift) & 7;
    const last = bits & 1 ? (special ? letter : 'x') : special ? letter.toUpperCase() : '-';
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  };
  const special = [(mode & 0o4000) !== 0, (mode & 0o2000) !== 0, (mode & 0o1000) !== 0] as const;
  return kind + triple(6, special[0], 's') + triple(3, special[1], 's') + triple(0, special[2], 't');
}

/** What the builder wrote down for a layer, as the Dockerfile had it: `/bin/sh -c #(nop)  CMD ["a"]` is `CMD ["a"]`. */
export function instructionWords(createdBy: string | undefined): string {
  const text = (createdBy ?? '').replace(/\s*\\?\n\s*|\s+/g, ' ').trim();
  if (text === '') return 'Layer without an instruction';
  const buildkit = text
    .replace(/ # buildkit$/, '')
    .replace(/^EXPOSE map\[(.*)\]$/, (_, ports: string) => `EXPOSE ${ports.replaceAll(':{}', '')}`);
  const classic = /^\/bin\/sh -c #\(nop\) ?(.*)$/.exec(buildkit);
  if (classic) {
    // The classic builder wrote the digest of what it copied instead of its name.
    return (classic[1] ?? '').trim().replace(/\b(file|dir|multi):([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1:$2…');
  }
  // `|2 A=1 B=2 /bin/sh -c …`: the number of build arguments, and each of them.
  const run = /^(RUN )?(?:\|\d+ .*?)?\/bin\/sh -c (.*)$/.exec(buildkit);
  return run ? `RUN ${run[2] ?? ''}` : buildkit;
}

export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
