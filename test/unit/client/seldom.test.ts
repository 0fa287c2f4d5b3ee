/** Progress is told as often as a tree view can show it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seldom } from '../../../client/explorer/seldom.ts';

test('however often it is called, it tells twice a second at most, and of every key', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: string[] = [];
  const tell = seldom((key) => told.push(key));
  for (let ms = 0; ms < 2000; ms += 50) {
    tell('a');
    if (ms === 100) tell('b');
    t.mock.timers.tick(50);
  }
  assert.deepEqual(told, ['a', 'b', 'a', 'a', 'a']);
  t.mock.timers.tick(1000);
  assert.equal(told.length, 5);
});
