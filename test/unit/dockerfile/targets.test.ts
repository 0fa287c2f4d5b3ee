/** Which stages a project means. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { type TargetName, targetStages } from '../../../server/dockerfile/targets.ts';

const dockerfile = readDockerfile('FROM a AS Build\nFROM Build AS dev\nFROM a AS prod\nFROM a AS worker\nFROM a\n');
const meant = (names: readonly TargetName[], sure?: boolean) => {
  const { targets, development } = targetStages(dockerfile, names, sure);
  return [targets, development];
};

test('no name is the last stage; a name, in any case, and a number are theirs', () => {
  assert.deepEqual(meant([]), [[4], []]);
  assert.deepEqual(meant([undefined]), [[4], []]);
  assert.deepEqual(meant(['PROD', '3']), [[2, 3], []]);
  assert.deepEqual(meant(['worker', undefined]), [[3, 4], []]);
});

test('a name that no stage has says nothing', () => {
  assert.deepEqual(meant(['nowhere', '9', '-1', '99999999999']), [[4], []]);
});

test('what is named for working with it does not ship, unless the project file says so', () => {
  assert.deepEqual(meant(['dev']), [[4], [1]]);
  assert.deepEqual(meant(['dev', 'build', 'prod']), [[2], [0, 1]]);
  assert.deepEqual(meant(['dev'], true), [[1], []]);
});

test('stages that check what is there, as bake names them', () => {
  const names = ['vendor-validate', 'mocks-check', 'test-coverage', 'verify', 'validator', 'fmt'];
  const checks = readDockerfile(`${names.map((name) => `FROM a AS ${name}\n`).join('')}FROM a\n`);
  assert.deepEqual(targetStages(checks, names), { targets: [4], development: [0, 1, 2, 3, 5] });
});

test('a file without a stage has no target', () => {
  assert.deepEqual(targetStages(readDockerfile('ARG A=1\n'), ['x', undefined]), { targets: [], development: [] });
});
