/** How the explorer says sizes, ages, modes and instructions. Pure. */
export { instructionWords, percent, sizeWords } from '../../server/words.ts';

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

export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
