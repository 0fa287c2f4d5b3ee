/** Whether an image is still looked after, by today's date. */
import type { Base } from './base.ts';

/** `ending`: within 90 days. `unknown`: nothing is known of an end. */
export type Lifecycle =
  | { readonly kind: 'ended' | 'ending' | 'supported' /** ISO date. */; readonly date: string }
  | { readonly kind: 'unknown' };

/** A distroless image goes by its vendor's dates; any other also by those of the distribution in it. `today` is an ISO date. */
export function lifecycle(base: Base, today: string): Lifecycle {
  const ends = [base.ends, base.distroless ? undefined : base.os?.endOfLife]
    .filter((date) => date !== undefined)
    .sort();
  const [date] = ends;
  if (date === undefined) return { kind: 'unknown' };
  if (date < today) return { kind: 'ended', date };
  return { kind: Date.parse(date) - Date.parse(today) <= 90 * 86_400_000 ? 'ending' : 'supported', date };
}
