/** What is read of a user's folder, and what is left alone. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createFileReader, isInside } from '../../../server/workspace/files.ts';

let folder: string;
let root: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'distroless-'));
  root = join(folder, 'project');
  mkdirSync(join(root, 'sub'), { recursive: true });
  mkdirSync(join(folder, 'project-secrets'));
  writeFileSync(join(folder, 'secret'), 'secret');
  writeFileSync(join(folder, 'project-secrets/key'), 'secret');
});
after(() => rmSync(folder, { recursive: true }));

const posix = process.platform !== 'win32';
const read = (name: string) => createFileReader().read(join(root, name), root);

test('a file, and whether it can be run', async () => {
  writeFileSync(join(root, 'run.sh'), '#!/bin/sh\r\n');
  chmodSync(join(root, 'run.sh'), 0o755);
  writeFileSync(join(root, 'sub/plain'), 'text');
  chmodSync(join(root, 'sub/plain'), 0o644);
  assert.deepEqual(await read('run.sh'), { text: '#!/bin/sh\r\n', executable: posix ? true : undefined });
  assert.deepEqual(await read('sub/plain'), { text: 'text', executable: posix ? false : undefined });
});

test('none is null; a folder is no file', async () => {
  assert.equal(await read('nowhere'), null);
  assert.equal(await read('run.sh/below'), null);
  assert.equal(await read('sub'), undefined);
});

test('nothing outside, by name or by link', async () => {
  symlinkSync(join(folder, 'secret'), join(root, 'link'));
  symlinkSync(folder, join(root, 'up'));
  symlinkSync('sub/plain', join(root, 'inside'));
  symlinkSync('nowhere', join(root, 'dangling'));
  assert.equal(await read('../secret'), undefined);
  assert.equal(await read('../project-secrets/key'), undefined, 'a folder whose name begins alike');
  assert.equal(await read('link'), undefined);
  assert.equal(await read('up/secret'), undefined);
  assert.equal((await read('up/project/sub/plain'))?.text, 'text', 'out and in again is inside');
  assert.equal((await read('inside'))?.text, 'text');
  assert.equal(await read('dangling'), null);
});

test('a large file is not read', async () => {
  writeFileSync(join(root, 'most'), Buffer.alloc(1024 * 1024, 'a'));
  writeFileSync(join(root, 'large'), Buffer.alloc(1024 * 1024 + 1, 'a'));
  assert.equal((await read('most'))?.text.length, 1024 * 1024);
  assert.equal(await read('large'), undefined);
});

test('a pipe and a device hold nothing up', { skip: !posix && 'Windows has no such files in folders.' }, async () => {
  assert.equal(spawnSync('mkfifo', [join(root, 'pipe')]).status, 0);
  symlinkSync('/dev/zero', join(root, 'zero'));
  assert.equal(await read('pipe'), undefined);
  assert.equal(await read('zero'), undefined);
  assert.equal(await createFileReader().read('/dev/zero', '/'), undefined);
});

test('a file that has changed is read again, even at the same time and size', async () => {
  const reader = createFileReader();
  const path = join(root, 'changing');
  const write = (text: string) => {
    writeFileSync(path, text);
    utimesSync(path, 1_000_000, 1_000_000);
  };
  write('one');
  const first = await reader.read(path, root);
  assert.equal(await reader.read(path, root), first, 'unchanged, it is the one that is kept');
  write('two');
  assert.equal((await reader.read(path, root))?.text, 'two');
  rmSync(path);
  assert.equal(await reader.read(path, root), null);
});

test('more than is kept can be read', async () => {
  const reader = createFileReader();
  for (let i = 0; i < 20; i++) {
    const path = join(root, `many-${i}`);
    writeFileSync(path, String(i).padStart(1024 * 1024, '.'));
    assert.ok((await reader.read(path, root))?.text.endsWith(`.${i}`));
    rmSync(path);
  }
});

test('inside', () => {
  assert.ok(isInside('/a', '/a') && isInside('/a', '/a/b/c') && isInside('/a', '/a/..b') && isInside('/', '/a'));
  assert.ok(!isInside('/a', '/') && !isInside('/a', '/ab') && !isInside('/a', '/a/../b'));
});
