import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseReference } from '../../../server/bases/reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const parts = (text: string) => {
  const found = parseReference(text);
  return found && [found.registry, found.repository, found.tag, found.digest, found.name];
};

test('names without a registry are of Docker Hub', () => {
  const node = ['docker.io', 'library/node', '22', undefined, 'node'];
  assert.deepEqual(parts('node:22'), node);
  assert.deepEqual(parts('library/node:22'), node);
  assert.deepEqual(parts('docker.io/node:22'), node);
  assert.deepEqual(parts('docker.io/library/node:22'), node);
  assert.deepEqual(parts('index.docker.io/library/node:22'), node);
  assert.deepEqual(parts('bitnami/redis'), ['docker.io', 'bitnami/redis', undefined, undefined, 'bitnami/redis']);
});

test('a first part with a dot, a port or capitals, or localhost, is a registry', () => {
  assert.equal(parseReference('gcr.io/distroless/static')?.name, 'gcr.io/distroless/static');
  assert.deepEqual(parts('localhost:5000/a/b:1'), ['localhost:5000', 'a/b', '1', undefined, 'localhost:5000/a/b']);
  assert.equal(parseReference('localhost/a')?.registry, 'localhost');
  assert.equal(parseReference('LOCAL/a')?.registry, 'LOCAL');
  assert.equal(parseReference('registry/a')?.registry, 'docker.io');
});

test('tag and digest', () => {
  assert.deepEqual(parts(`gcr.io/a/b:c@${digest}`), ['gcr.io', 'a/b', 'c', digest, 'gcr.io/a/b']);
  assert.deepEqual(parts(`localhost:5000/a@${digest}`), ['localhost:5000', 'a', undefined, digest, 'localhost:5000/a']);
});

test('what Docker would not take', () => {
  for (const text of [
    '',
    ':',
    'a:',
    'a:b c',
    'Node',
    'a//b',
    '/a',
    'a/',
    'a@b',
    'a:-b',
    'a b',
    'a..b',
    '-a',
    '$A',
    'a@sha256:12',
    'a___b',
    'ü',
    `${'a'.repeat(300)}`,
  ]) {
    assert.equal(parseReference(text), undefined, text);
  }
});

test('a long name does not take long', () => {
  assert.equal(parseReference(`${'a-'.repeat(1_000_000)}!`), undefined);
  assert.equal(parseReference(`${'a-_.'.repeat(60)}!`), undefined);
});
