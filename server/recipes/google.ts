/** Google's distroless images, as conversions use them: of the newest Debian release, without root. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';

export const RELEASE = 13;

/** Undefined when Google has no such image, or has ended it by `today`. */
export function googleImage(name: string, today: string): Base | undefined {
  const base = findBase(`gcr.io/distroless/${name}-debian${RELEASE}:nonroot`);
  return base && (base.ends === undefined || base.ends > today) ? base : undefined;
}
