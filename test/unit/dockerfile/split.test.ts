import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { splitDockerfile } from '../../../server/dockerfile/split.ts';

const joined = (text: string) => splitDockerfile(text).pieces.map(({ line }) => line.text);
const directives = (text: string) => splitDockerfile(text).directives.map(({ name, value }) => `${name}=${value}`);
const messages = (text: string) => splitDockerfile(text).problems.map(({ message }) => message);

test('a line is continued by the escape character, also with blanks after it', () => {
  assert.deepEqual(joined('RUN a \\\nb\\ \t\n c\nUSER d'), ['RUN a b c', 'USER d']);
});

test('an escaped escape character at the end of a line does not continue it', () => {
  assert.deepEqual(joined('ENV A b\\\\\nUSER c'), ['ENV A b\\\\', 'USER c']);
});

test('comments and empty lines inside a continued instruction are left out and do not end it', () => {
  const text = 'RUN a \\\n# one\\\n\n  \t\n  # two\n  && b\nUSER c';
  assert.deepEqual(joined(text), ['RUN a   && b', 'USER c']);
  assert.deepEqual(
    readDockerfile(text).comments.map((comment) => [comment.text, comment.range.start]),
    [
      ['# one\\', { line: 1, character: 0 }],
      ['# two', { line: 4, character: 2 }],
    ],
  );
});

test('a number sign later in a line begins no comment', () => {
  assert.deepEqual(joined('RUN a # b\n'), ['RUN a # b']);
});

test('a continuation may run into the end of the file', () => {
  assert.deepEqual(joined('RUN a \\'), ['RUN a ']);
  assert.deepEqual(joined('RUN a \\\n# only a comment\n\n'), ['RUN a ']);
  assert.deepEqual(joined('\\\n'), []);
});

test('CRLF ends a line, a lone CR does not', () => {
  assert.deepEqual(joined('RUN a \\\r\n b\r\nUSER c\r\n'), ['RUN a  b', 'USER c']);
  assert.deepEqual(joined('RUN a\rUSER b'), ['RUN a\rUSER b']);
  assert.equal(readDockerfile('FROM a\r\nUSER b\r\n').eol, '\r\n');
  assert.equal(readDockerfile('FROM a\nUSER b\r\n').eol, '\n');
});

test('a byte order mark is skipped, and counts as a character of its line', () => {
  const [from] = readDockerfile('\uFEFFFROM a').instructions;
  assert.equal(from?.keyword, 'FROM');
  assert.deepEqual(from?.range.start, { line: 0, character: 1 });
});

test('directives end at the first line that is none', () => {
  assert.deepEqual(directives('# syntax=docker/dockerfile:1\n#check = skip=all \n# Escape=`\nFROM a'), [
    'syntax=docker/dockerfile:1',
    'check=skip=all',
    'escape=`',
  ]);
  assert.deepEqual(directives('# hello\n# escape=`\n'), []);
  assert.deepEqual(directives('# foo=bar\n# escape=`\n'), []);
  assert.deepEqual(directives('\n# escape=`\n'), []);
  assert.deepEqual(directives('FROM a\n# escape=`\n'), []);
  assert.deepEqual(directives('# escape=\n'), []);
});

test('directives are no comments; what follows them is', () => {
  const { comments } = readDockerfile('# escape=`\n# hello\nFROM a');
  assert.deepEqual(
    comments.map(({ text }) => text),
    ['# hello'],
  );
});

test('the escape directive changes what continues a line', () => {
  assert.deepEqual(joined('# escape=`\nRUN a `\n b\nCOPY c:\\ d:\\\nUSER e'), ['RUN a  b', 'COPY c:\\ d:\\', 'USER e']);
  assert.equal(readDockerfile('# escape=`\n').escape, '`');
});

test('behind a #! line syntax and check count, escape does not', () => {
  const text = '#!/usr/bin/env docker\n# syntax=a/b\n# escape=`\n# check=skip=all\nFROM a';
  assert.deepEqual(directives(text), ['syntax=a/b', 'check=skip=all']);
  assert.equal(splitDockerfile(text).escape, '\\');
});

test('a directive that is there twice, or asks for another escape, is reported and does nothing', () => {
  assert.match(messages('# escape=`\n# escape=\\\n')[0] ?? '', /“escape” is set twice/);
  assert.equal(splitDockerfile('# escape=`\n# escape=\\\n').escape, '`');
  assert.match(messages('# escape=^\n')[0] ?? '', /can only be \\ or `/);
  assert.equal(splitDockerfile('# escape=^\n').escape, '\\');
});

test('a line that BuildKit cannot hold is cut where BuildKit stops, and reported', () => {
  const fits = `RUN ${'a'.repeat(65_531)}`;
  assert.deepEqual(messages(`FROM a\n${fits}\nUSER b`), []);
  assert.match(messages(`FROM a\n${fits}a\nUSER b`)[0] ?? '', /longer than the 65,535 bytes/);
  assert.deepEqual(joined(`${fits}bcd\nUSER b`), [fits, 'USER b']);
  // é is two bytes.
  assert.equal(messages(`RUN ${'é'.repeat(32_766)}`).length, 1);
  assert.equal(messages(`RUN ${'é'.repeat(32_765)}`).length, 0);
});
