/** Every NAME.before.Dockerfile becomes NAME.after.Dockerfile, with the notes of NAME.notes.json. `UPDATE=1` rewrites the notes, never the Dockerfiles. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Dockerfile } from '../../../server/dockerfile/dockerfile.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import type { Conversion } from '../../../server/recipes/conversion.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { rules } from '../../../server/rules/index.ts';
import { TODAY } from '../../support/carets.ts';
import { unexplained } from '../../support/explained.ts';
import { missing } from '../../support/kept.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/recipes');

interface Fixture {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly context: ReadonlyMap<string, string>;
}

const fixtures = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.before.Dockerfile'))
  .map((file): Fixture => {
    const name = file.replace('.before.Dockerfile', '');
    const read = (ending: string) => readFileSync(join(FOLDER, `${name}.${ending}`), 'utf8');
    const context = existsSync(join(FOLDER, `${name}.context.json`)) ? JSON.parse(read('context.json')) : {};
    return {
      name,
      before: read('before.Dockerfile'),
      after: read('after.Dockerfile'),
      context: new Map(Object.entries(context)),
    };
  });

test('there are fixtures', () => {
  assert.ok(fixtures.filter(({ name }) => name.startsWith('go-')).length >= 12);
  assert.ok(fixtures.filter(({ name }) => name.startsWith('node-')).length >= 12);
  assert.ok(fixtures.filter(({ name }) => name.startsWith('java-')).length >= 10);
  assert.ok(fixtures.filter(({ name }) => name.startsWith('dotnet-')).length >= 6);
});

for (const fixture of fixtures) {
  describe(fixture.name, () => {
    const { name, before, after, context } = fixture;
    const original = readDockerfile(before);
    const conversion = convert(original, { today: TODAY, context });

    test('is converted', () => {
      assert.equal(converted(conversion).dockerfile, after);
      assert.equal(applyEdits(before, converted(conversion).edits), after);
    });

    test('says what it did and what it assumes', () => {
      const path = join(FOLDER, `${name}.notes.json`);
      const { notes } = converted(conversion);
      if (process.env.UPDATE) writeFileSync(path, `${JSON.stringify(notes, null, 2)}\n`);
      assert.deepEqual(notes, JSON.parse(readFileSync(path, 'utf8')));
    });

    test('tells of everything that it changes', () => {
      const { notes, dockerfile } = converted(conversion);
      assert.deepEqual(unexplained(original, readDockerfile(dockerfile), notes), []);
    });

    test('leaves every other line out of its edits', () => {
      for (const { range, newText } of converted(conversion).edits) {
        const old = before.slice(original.lines.offset(range.start), original.lines.offset(range.end)).split('\n');
        const fresh = newText.split('\n');
        assert.ok(
          old[0] !== fresh[0] || old.length < 2 || fresh.length < 2,
          `an edit begins with the line that was there: ${old[0]}`,
        );
      }
    });

    test('gives what is clean, minimal and complete', () => {
      const result = readDockerfile(after);
      assert.deepEqual(result.problems, []);
      assert.equal(result.eol, original.eol);
      assert.deepEqual(convert(result, { today: TODAY, context }), {
        outcome: 'already-minimal',
        base: converted(conversion).base,
      });
      // What the file's own author chose (a secret in ENV, USER root) may still be found in it; the conversion adds nothing to that.
      const grave = (it: Dockerfile) =>
        findingsOf(it, rules, { today: TODAY }).filter(
          ({ severity }) => severity === 'error' || severity === 'warning',
        );
      const own = new Set(grave(original).map(({ message }) => message));
      const asked = converted(conversion).notes.some(({ message }) =>
        message.startsWith('The container still runs as root'),
      );
      assert.deepEqual(
        grave(result)
          .filter(({ rule, message }) => !own.has(message) && !(asked && rule === 'root-user'))
          .map(({ rule, message }) => `${rule}: ${message}`),
        [],
      );
      assert.deepEqual(
        grave(result).filter(({ severity }) => severity === 'error'),
        [],
      );
      assert.deepEqual(missing(original, result, converted(conversion).notes), []);
    });
  });
}

test('the checks above can fail', () => {
  const original = readDockerfile('FROM golang:1.27\n# why\nENV A=1\nEXPOSE 80\n');
  const result = readDockerfile('FROM golang:1.27 AS build\nFROM scratch\nENV A=2\n');
  assert.deepEqual(missing(original, result, []), ['# why', 'ENV A', 'EXPOSE 80']);
  assert.deepEqual(unexplained(original, result, []), [
    'before: FROM golang:1.27',
    'before: ENV A=1',
    'before: EXPOSE 80',
    'after: FROM golang:1.27 AS build',
    'after: FROM scratch',
    'after: ENV A=2',
  ]);
  const said = [0, 2, 3].map((line) => ({ kind: 'change', line, message: 'It is so.' }) as const);
  assert.deepEqual(unexplained(original, result, said), ['after: FROM scratch']);
});

function converted(conversion: Conversion): Extract<Conversion, { outcome: 'converted' }> {
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion, null, 2));
  return conversion;
}
