/** A short run of what `npm run hostile -- fuzz` does at length. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from '../../hostile/fuzz.ts';
import { readers } from '../../hostile/readers.ts';

// A reader that throws fails its test with the input that made it throw.
for (const reader of readers)
  test(`${reader.name}: a thousand mutated inputs are answered`, async () => {
    const { read, part, refused } = await fuzz(reader, 1000, 20_261_121);
    assert.equal(read + part + refused, 1000);
    assert.ok(read > 0, 'the reader itself is reached');
    assert.ok(part + refused > 0, 'the inputs are damaged');
  });
