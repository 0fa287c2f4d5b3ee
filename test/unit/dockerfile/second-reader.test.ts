/**
 * Our reader beside dockerfile-ast, one instruction at a time: both give the same keyword, flags and words, with their places, but for the kinds
 * of differences in test/support/reader-differences.ts. Each predicts where the readers differ: the test fails where they
 * differ and no kind says so, and where a kind says so and they do not.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import type { Instruction } from '../../../server/dockerfile/dockerfile.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { dockerfilesIn } from '../../corpus/dockerfiles.ts';
import same from '../../fixtures/instructions.json' with { type: 'json' };
import { kinds, predicted } from '../../support/reader-differences.ts';
import { type Compared, compareReaders } from '../../support/second-reader.ts';

function only(text: string): [Compared, Instruction, string] {
  const dockerfile = readDockerfile(text);
  assert.equal(dockerfile.instructions.length, 1, text);
  return [compareReaders(dockerfile)[0]!, dockerfile.instructions[0]!, dockerfile.escape];
}

for (const kind of kinds) {
  test(`the readers differ: ${kind.what}`, () => {
    for (const example of kind.examples) {
      const [compared, instruction, token] = only(example);
      assert.deepEqual(
        compared.differs,
        predicted(compared, instruction, token, [kind]),
        JSON.stringify([example, compared]),
      );
      assert.notDeepEqual(compared.differs, [], example);
      assert.deepEqual(predicted(compared, instruction, token), compared.differs, example);
    }
  });
}

test('the readers agree on instructions of every kind', () => {
  for (const text of same) {
    const [compared, instruction, token] = only(text);
    assert.deepEqual(compared.differs, [], JSON.stringify(compared));
    assert.deepEqual(predicted(compared, instruction, token), [], text);
    if (!text.includes('\\')) continue;
    const [other, ...of] = only(`# escape=\`\n${text.replaceAll('\\', '`')}`);
    assert.deepEqual(other.differs, predicted(other, ...of), JSON.stringify(other));
  }
});

test('every instruction of the fixtures: they agree, or differ as one of the kinds says', () => {
  const folder = join(import.meta.dirname, '../../fixtures');
  let count = 0;
  for (const path of dockerfilesIn(folder)) {
    const dockerfile = readDockerfile(readFileSync(path, 'utf8'));
    for (const [i, compared] of compareReaders(dockerfile).entries()) {
      count++;
      const where = `${relative(folder, path)}:${compared.line + 1}\n${JSON.stringify(compared, null, 1)}`;
      assert.deepEqual(compared.differs, predicted(compared, dockerfile.instructions[i]!, dockerfile.escape), where);
    }
  }
  assert.ok(count > 2_000, `${count} instructions`);
});
