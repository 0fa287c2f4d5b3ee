import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { inFolders, runCommands } from '../../../server/rules/run.ts';

const read = (text: string) => runCommands(readDockerfile(`FROM x\n${text}`).instructions[1]!);
const commands = (text: string) => read(text).map(({ words }) => words.map(({ value }) => value).join(' '));

/** What stands in the file where each word is said to be. */
function places(text: string): string[] {
  const lines = `FROM x\n${text}`.split('\n');
  return read(text).map(({ words }) =>
    words
      .map((word) => word.range())
      .map(({ start, end }) =>
        start.line === end.line ? lines[start.line]!.slice(start.character, end.character) : '…',
      )
      .join(' '),
  );
}

test('only what is run is a command', () => {
  assert.deepEqual(commands('RUN echo "apt-get install curl" # apt-get install wget'), ['echo apt-get install curl']);
  assert.deepEqual(commands("RUN a=$(apt-get install b) 'c d' `e`"), ['c d `e`']);
  assert.deepEqual(commands('RUN command -v curl || apk add curl'), ['command -v curl', 'apk add curl']);
  assert.deepEqual(commands('RUN a \\\n# apt-get install b\n && c'), ['a', 'c']);
  assert.deepEqual(commands('RUN case curl in curl) a;; esac; for wget in b; do c; done; curl() { d; }'), [
    'a',
    'c',
    'd',
  ]);
});

test('what only runs it is left out', () => {
  assert.deepEqual(commands('RUN A=1 sudo -E B=2 apt-get install c | xargs -r apk add'), [
    'apt-get install c',
    'apk add ',
  ]);
  assert.deepEqual(read('RUN A=1 sudo -E B=2 apt-get install c')[0]?.env, ['A=1', 'B=2']);
  assert.deepEqual(commands('RUN ["/usr/bin/env", "A=1", "make", "-j"]'), ['make -j']);
  assert.equal(read('RUN /usr/bin/make')[0]?.name, 'make');
});

test('the commands of a shell of its own, and those of find, are found, too', () => {
  const shell = "RUN a && bash -o pipefail -c 'apt-get install b | c' && d";
  assert.deepEqual(commands(shell).slice(2), ['apt-get install b', 'c', 'd']);
  assert.deepEqual(places(shell).slice(2), ['apt-get install b', 'c', 'd']);
  assert.deepEqual(places('RUN ["sh", "-c", "cd /a && make b"]').slice(1), ['cd /a', 'make b']);
  assert.deepEqual(commands('RUN find / -name x -exec chown app {} \\; -o -exec sh -c "a b" \\;').slice(1), [
    'chown app {}',
    'sh -c a b',
    'a b',
  ]);
  // Where something in it is escaped, the places are those of the whole word, and it is not for a fix to change.
  const [, inner] = read('RUN sh -c "echo \\"a\\" && b"');
  assert.deepEqual(places('RUN sh -c "echo \\"a\\" && b"').slice(2), ['"echo \\"a\\" && b"']);
  assert.ok(inner?.words[0].dynamic && !inner.extensible);
});

test('a heredoc is a script where a shell reads it, and data elsewhere', () => {
  assert.deepEqual(commands('RUN <<EOF\napt-get install a\ncat <<X\napk add b\nX\nEOF'), ['apt-get install a', 'cat']);
  assert.deepEqual(commands('RUN sudo bash -e <<EOF && c\na\nEOF').slice(1), ['c', 'a']);
  assert.deepEqual(commands('RUN cat <<EOF > /x\napt-get install a\nEOF'), ['cat']);
  assert.deepEqual(commands('RUN python3 - <<EOF\ncurl = 1\nEOF'), ['python3 -']);
  assert.deepEqual(commands('RUN <<EOF\n#!/usr/bin/env python3\ncurl = 1\nEOF'), ['python3']);
  assert.deepEqual(commands('RUN <<EOF\n#!/bin/bash -e\na\nEOF'), ['a']);
  assert.deepEqual(commands('RUN cat <<A > b; sh <<B\nc\nA\nd\nB'), ['cat', 'sh', 'd']);
});

test('a folder that ( ) or a shell of its own goes to is left behind it', () => {
  const folders = (text: string) =>
    [...inFolders(read(text), '/')].filter(({ name }) => name === 'make').map(({ cwd }) => cwd);
  assert.deepEqual(folders('RUN cd a && make && (cd b && (cd c; make); make) && make'), ['/a', '/a/b/c', '/a/b', '/a']);
  assert.deepEqual(folders("RUN sh -c 'cd /b && make' && make"), ['/b', '/']);
  assert.deepEqual(folders('RUN case a in b) cd c; make;; esac; make'), ['/c', '/c']);
  assert.deepEqual(folders('RUN (cd a; make); (make); cd -P b && make; cd $c && make'), ['/a', '/', '/b', undefined]);
});

test('a variable can be put in front of what a shell runs itself, and not of what another program does', () => {
  const settable = (text: string) =>
    read(text)
      .filter(({ name }) => name === 'make')
      .map((it) => it.settable);
  assert.deepEqual(settable('RUN make && A=1 make && sudo -E make; env B=2 make'), [true, true, true, true]);
  assert.deepEqual(settable("RUN sh -c 'make' && sudo -u app make"), [true, false]);
  assert.deepEqual(settable('RUN xargs make; nice -n 5 make; find . -exec make \\; ; time -p make'), [
    false,
    false,
    false,
    false,
  ]);
  assert.deepEqual(settable('RUN sh -c "\\"a\\" && make"'), [false]);
  assert.deepEqual(settable('RUN ["make"]'), [false]);
});
