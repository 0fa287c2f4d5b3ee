/** What commands leave behind in an image. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { effectsOf } from '../../../server/recipes/effects.ts';
import { readSubject } from '../../../server/recipes/subject.ts';

function written(run: string): readonly string[] {
  const dockerfile = readDockerfile(`FROM debian:13\nARG V=1.0\nWORKDIR /w\nRUN ${run}\n`);
  const { steps } = readSubject(dockerfile, dockerfile.stages[0]!, undefined, new Map(), '2026-11-21');
  return steps
    .flatMap(({ commands }) => commands)
    .flatMap(effectsOf)
    .map((effect) => (effect.kind === 'path' ? effect.path : effect.kind));
}

test('git clone writes the folder that is named, or the one that the address names, whatever options stand before', () => {
  assert.deepEqual(written('git clone https://example.com/a/tool.git'), ['/w/tool']);
  assert.deepEqual(written('git clone --depth 1 --branch "$V" https://example.com/tool.git /usr/src/tool'), [
    '/usr/src/tool',
  ]);
  assert.deepEqual(written('git clone -b v1 --depth=1 https://example.com/tool there'), ['/w/there']);
  assert.deepEqual(written('git -c http.sslVerify=false clone https://example.com/tool'), ['/w/tool']);
  assert.deepEqual(written('git -C /x clone https://example.com/tool'), ['unknown']);
  assert.deepEqual(written('git checkout v1'), []);
});
