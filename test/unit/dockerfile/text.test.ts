/** Where things stand in a text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastUpTo, linesOf } from '../../../server/dockerfile/text.ts';

test('the last of ascending places that is not above one, wherever it is looked for first', () => {
  for (const places of [[0], [0, 3], [0, 1, 4, 4, 9, 10, 11, 30, 31, 32, 40]])
    for (let wanted = -1; wanted <= 41; wanted++)
      for (const near of places.keys())
        assert.equal(
          lastUpTo(places, wanted, near),
          Math.max(
            places.findLastIndex((place) => place <= wanted),
            0,
          ),
        );
});

test('places of a text are found in any order', () => {
  const lines = linesOf('a\nbc\r\n\nd');
  for (const [offset, line, character] of [
    [7, 3, 0],
    [0, 0, 0],
    [3, 1, 1],
    [-1, 0, 0],
    [99, 3, 1],
    [6, 2, 0],
    [2, 1, 0],
    [1, 0, 1],
  ] as const)
    assert.deepEqual(lines.at(offset), { line, character });
});

/** Reads of the list, which is all that a search does. */
function reads(count: number, wanted: (i: number) => number): number {
  let made = 0;
  const places = new Proxy(
    Array.from({ length: count }, (_, i) => i),
    {
      get(list, key) {
        if (key !== 'length') made++;
        return Reflect.get(list, key);
      },
    },
  );
  let near = 0;
  for (let i = 0; i < count; i++) near = lastUpTo(places, wanted(i), near);
  return made;
}

test('one place after the other costs the same each, in a long text as in a short one', () => {
  for (const wanted of [(i: number) => i, (i: number) => i - (i % 3)])
    assert.ok(reads(10_000, wanted) <= 10.1 * reads(1_000, wanted));
  assert.ok(reads(10_000, (i) => 9_999 - i) <= 10.1 * reads(1_000, (i) => 999 - i));
});
