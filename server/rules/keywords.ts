/** How keywords are written. */
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Range } from '../dockerfile/text.ts';

/** All capitals, or none. */
export const isOneCase = (text: string): boolean => text === text.toLowerCase() || text === text.toUpperCase();

export function textAt({ text, lines }: Dockerfile, { start, end }: Range): string {
  return text.slice(lines.offset(start), lines.offset(end));
}
