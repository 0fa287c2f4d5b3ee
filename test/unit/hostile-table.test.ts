/** The table of what is made to hurt names tests of other files: they are there under those names. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { namedElsewhere, tested } from '../hostile/tested.ts';

test('each test that the table names is there', () => {
  assert.deepEqual(
    namedElsewhere.filter(({ there }) => !there),
    [],
  );
  for (const [, , file, names] of tested) {
    const text = readFileSync(join(import.meta.dirname, '..', `${file}.test.ts`), 'utf8');
    const titles = [...text.matchAll(/\btest\(\s*['"`](.*?)['"`],/gs)].map(([, title = '']) => title);
    // A title that is put together says what it ends in only when it runs.
    for (const name of names.split('|').filter((it) => it.startsWith('^')))
      assert.ok(
        titles.some((title) => new RegExp(name).test(title)),
        `${file}: ${name}`,
      );
  }
});
