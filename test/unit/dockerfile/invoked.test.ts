import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execsOf, programAt, readsInput, scriptAt } from '../../../server/dockerfile/invoked.ts';

const program = (text: string) => text.split(' ')[programAt(text.split(' '))];
const script = (...words: string[]) => words[scriptAt(words) ?? -1];

test('what only runs another program is passed over, with its options', () => {
  for (const text of [
    'make',
    '/usr/bin/sudo -E -u app make',
    'sudo -uapp A=1 -- make install',
    'env -i -u B A=1 make A=2',
    'time -f %e make',
    'nice -n 10 nohup make',
    'exec -a other make',
    'command -p make',
    'timeout -k 5 30s make -j 4',
    'xargs -r -n 1 make',
    'xargs -0 sudo make',
    'env sudo -E time make',
    '/usr/bin/tini -g -- gosu app:app make',
  ])
    assert.match(program(text)!, /^make$/, text);
});

test('where it runs none, it is the program itself', () => {
  for (const text of [
    'command -v make',
    'command -V make',
    'sudo -l',
    'sudo -e make',
    'env',
    'exec',
    'xargs -0',
    'env -S make',
    'timeout 5',
  ])
    assert.equal(programAt(text.split(' ')), 0, text);
  for (const text of ['which make', 'echo sudo make', 'type make', 'a=b make'])
    assert.equal(programAt(text.split(' ')), 0);
});

test('the script of a shell comes after all its options', () => {
  assert.equal(script('sh', '-c', 'a b'), 'a b');
  assert.equal(script('/bin/bash', '-o', 'pipefail', '-ec', 'a', 'name'), 'a');
  assert.equal(script('bash', '-c', '-e', 'a'), 'a');
  assert.equal(script('bash', '--login', '-c', 'a'), 'a');
  assert.equal(script('su', '-', 'app', '-c', 'a'), 'a');
  assert.equal(script('sh', 'build.sh', '-c', 'a'), undefined);
  assert.equal(script('sh', '-e', 'build.sh'), undefined);
  assert.equal(script('cc', '-c', 'a.c'), undefined);
  assert.equal(script('sh', '-c'), undefined);
});

test('a shell without a script reads its input', () => {
  for (const text of ['sh', 'bash -e', 'bash -o pipefail -eux', 'bash -s -- a'])
    assert.ok(readsInput(text.split(' ')), text);
  for (const text of ['sh build.sh', 'sh -c a', 'cat', 'python3 -']) assert.ok(!readsInput(text.split(' ')), text);
});

test('find runs what stands between -exec and its end', () => {
  const words = 'find / -name x -exec rm -f {} ; -ok chmod + {} + -print -execdir a'.split(' ');
  assert.deepEqual(
    execsOf(words).map(({ start, end }) => words.slice(start, end).join(' ')),
    ['rm -f {}', 'chmod + {}', 'a'],
  );
  assert.deepEqual(execsOf('echo -exec rm ;'.split(' ')), []);
});
