/** Texts of images as they are shown: nothing of them is hidden, nothing comes alive, and none is longer than anybody reads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inList, inMessage, shortened } from '../../../client/visible.ts';

test('a long text keeps its beginning and its end', () => {
  assert.equal(shortened('short', 5), 'short');
  assert.equal(shortened('beginning to end', 10), 'beginn…end');
  assert.equal(shortened('x'.repeat(4096)).length, 200);
});

test('in messages no link, in lists no icon, however long', () => {
  const long = 'x'.repeat(4096);
  assert.equal(inMessage('[go](command:quit)'), '[go] (command:quit)');
  assert.equal(inList('$(rocket)'), '$\u200b(rocket)');
  assert.ok(inMessage(long).length <= 600 && inList(long).length <= 400);
  assert.equal(inList('a\u202eb'), 'a\\u202eb');
});
