/** What a verification has `docker` do, asked of a program that writes down how it was called. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Builder, build } from '../../../client/conversion/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'distroless-build-'));
after(() => rmSync(folder, { recursive: true }));
const command = join(folder, 'docker');
writeFileSync(command, `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/called\ncat > ${folder}/given\n`, { mode: 0o755 });
const builder: Builder = {
  command,
  env: process.env,
  folder: '/context',
  print() {},
  signal: new AbortController().signal,
};

test('the stage that ships is built, whichever it is, of the text as it stands in the editor', async () => {
  const called = async (target: string | undefined) => {
    assert.equal(await build(builder, { text: 'FROM a AS app\nFROM b\n', target }, 'verify:it'), true);
    assert.equal(readFileSync(join(folder, 'given'), 'utf8'), 'FROM a AS app\nFROM b\n');
    return readFileSync(join(folder, 'called'), 'utf8').trimEnd().split('\n').slice(4);
  };
  assert.deepEqual(await called(undefined), ['--tag', 'verify:it', '--file', '-', '/context']);
  assert.deepEqual(await called('app'), ['--tag', 'verify:it', '--target', 'app', '--file', '-', '/context']);
});
