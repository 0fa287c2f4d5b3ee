/** Text that came out of an image or a Dockerfile, made safe to show: what cannot be seen, or turns text around, is written out. */

import { visible } from '../server/words.ts';

export { visible };

/** Its beginning and its end, where it is longer than anybody reads: a path may have 4,096 bytes. */
export function shortened(text: string, most = 200): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`;
}

/** For notifications, which otherwise make links of `[text](command:…)`. */
export function inMessage(text: string): string {
  return shortened(visible(text), 600).replaceAll('](', '] (');
}

/** For lists to pick from, which otherwise make icons of `$(name)`: a character without width keeps the two apart. */
export function inList(text: string): string {
  return shortened(visible(text), 400).replaceAll('$(', '$\u200b(');
}
