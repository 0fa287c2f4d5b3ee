/** Mutated inputs for every reader of bytes: each gives an answer, and throws nothing. */
import { random } from '../support/random.ts';
import { mutated } from './mutate.ts';
import type { Outcome, Reader } from './readers.ts';

export interface Tally extends Record<Outcome, number> {
  /** Milliseconds that the slowest took. */
  slowest: number;
}

/** Throws what a reader throws, with the seed and the input that made it. */
export async function fuzz({ name, seeds, mutate = mutated, read }: Reader, count: number, seed: number) {
  const next = random(seed);
  const tally: Tally = { read: 0, part: 0, refused: 0, slowest: 0 };
  for (let i = 0; i < count; i++) {
    const bytes = mutate(seeds[i % seeds.length]!, next);
    const start = performance.now();
    try {
      const outcome = read(bytes);
      tally[outcome instanceof Promise ? await outcome : outcome]++;
    } catch (cause) {
      throw new Error(`${name}, seed ${seed}, input ${i}: ${bytes.toString('base64').slice(0, 4000)}`, { cause });
    }
    tally.slowest = Math.max(tally.slowest, performance.now() - start);
  }
  return tally;
}
