/** How the report says sizes and shares. Pure. */

/** `812 B`, `4.1 kB`, `12 MB`: decimal, as Docker prints them. */
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

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
