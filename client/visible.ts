/** Text that came out of an image or a Dockerfile, made safe to show: what cannot be seen, or turns text around, is written out. */

import { visible } from '../server/words.ts';

export { visible };

/** For notifications, which otherwise make links of `[text](command:…)`. */
export function inMessage(text: string): string {
  return visible(text).replaceAll('](', '] (');
}

/** For lists to pick from, which otherwise make icons of `$(name)`: a character without width keeps the two apart. */
export function inList(text: string): string {
  return visible(text).replaceAll('$(', '$\u200b(');
}
