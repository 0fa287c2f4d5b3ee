/** Progress as the view can show it. */

/**
 * Tells of each key that was given, twice a second at most. A tree view draws its rows anew only when nothing has changed for 200 ms: it would wait as long as
 * it is told more often.
 */
export function seldom(tell: (key: string) => void): (key: string) => void {
  const waiting = new Set<string>();
  return (key) => {
    const isFirst = waiting.size === 0;
    waiting.add(key);
    if (!isFirst) return;
    setTimeout(() => {
      const keys = [...waiting];
      waiting.clear();
      for (const each of keys) tell(each);
    }, apart);
  };
}

/** Milliseconds. */
const apart = 500;
