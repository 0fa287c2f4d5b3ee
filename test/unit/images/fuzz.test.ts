/** A short run of what `npm run hostile -- fuzz` does at length. */
import { test } from 'node:test';
import { fuzz, targets } from '../../hostile/fuzz.ts';

// A reader that throws fails its test with the input that made it throw.
for (const target of targets)
  test(`${target.name}: a thousand mutated inputs are answered`, async () => {
    await fuzz(target, 1000, 20_261_121);
  });
