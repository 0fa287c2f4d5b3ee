/** What holds for every rule. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { assumes } from '../../../server/rules/fix-all.ts';
import { rules } from '../../../server/rules/index.ts';
import { findings } from '../../support/carets.ts';

for (const { id, example, why } of rules) {
  test(`${id}: the example trips this rule and no other`, () => {
    assert.deepEqual([...new Set(findings(example.before, example).map(({ rule }) => rule))], [id]);
    assert.match(id, /^[a-z]+(-[a-z]+)*$/);
    assert.match(why, /\.$/);
  });

  const { after } = example;
  if (after !== undefined) {
    test(`${id}: the fix makes of the example what it promises, and then there is nothing left to do`, () => {
      const [finding] = findings(example.before, example);
      const [fix] = finding?.fixes ?? [];
      assert.ok(fix);
      assert.equal(applyEdits(example.before, fix.edits), after);
      assert.deepEqual(findings(after, example), []);
      assert.deepEqual(readDockerfile(after).problems, []);
    });
  } else {
    test(`${id}: without a promised result there is no fix either`, () => {
      assert.deepEqual(
        findings(example.before, example).flatMap(({ fixes }) => fixes ?? []),
        [],
      );
    });
  }
}

test('messages are whole sentences, and say nothing that blames', () => {
  for (const { example } of rules) {
    for (const { message } of findings(example.before, example)) {
      assert.match(message, /^[“A-Z0-9]/);
      assert.match(message, /\.$/);
      assert.doesNotMatch(message, /invalid|illegal|you should have|error:/i);
    }
  }
});

test('a fix that assumes something says so, and is not done unseen', () => {
  for (const { id, example } of rules) {
    for (const fix of findings(example.before, example).flatMap(({ fixes }) => fixes ?? []))
      assert.ok(!(fix.safe && assumes(fix)), `${id}: ${fix.title}`);
  }
});
