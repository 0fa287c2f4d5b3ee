/** Which steps of a history made a layer: the engine has no word on it. */

export interface Step {
  /** As the builder wrote it down. */
  readonly createdBy: string;
  /** Bytes that the step added, as the engine says. */
  readonly size: number;
}

/**
 * A guess, until a save brings the configuration, which has it: a step with files made a layer; of those without, the ones whose instruction can write
 * files, as many as there are layers left. `steps` is lowest first; the result is true for those that made none.
 */
export function emptySteps(steps: readonly Step[], layers: number): readonly boolean[] {
  const likeliest = steps
    .map((step, index) => ({ index, doubt: doubt(step) }))
    .sort((a, b) => a.doubt - b.doubt || a.index - b.index)
    .slice(0, layers);
  const made = new Set(likeliest.map(({ index }) => index));
  return steps.map((_, index) => !made.has(index));
}

/** BuildKit writes `ENV A=b`, where the classic builder writes `/bin/sh -c #(nop)  ENV A=b`, and `/bin/sh -c …` for what it ran. */
function doubt({ createdBy, size }: Step): number {
  if (size > 0) return 0;
  const keyword = /^(?:\S+ -c #\(nop\)\s+)?([A-Z]+)(?: |$)/.exec(createdBy)?.[1];
  if (keyword === undefined || keyword === 'RUN' || keyword === 'COPY' || keyword === 'ADD') return 1;
  return keyword === 'WORKDIR' ? 2 : 3;
}
