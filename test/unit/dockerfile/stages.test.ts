import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parent } from '../../../server/dockerfile/dockerfile.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';

const show = (parent: Parent) =>
  parent.kind === 'stage' ? parent.stage : parent.kind === 'image' ? parent.reference : parent.kind;
const parents = (text: string) => readDockerfile(text).stages.map(({ parent }) => show(parent));
const messages = (text: string) => readDockerfile(text).problems.map(({ message }) => message);

test('stages, their names and instructions', () => {
  const { stages, target } = readDockerfile('ARG a\nFROM b AS c\nRUN d\nUSER e\nFROM f\n');
  assert.deepEqual(
    stages.map(({ index, name, instructions }) => [index, name?.text, instructions.map(({ keyword }) => keyword)]),
    [
      [0, 'c', ['RUN', 'USER']],
      [1, undefined, []],
    ],
  );
  assert.equal(target, 1);
  assert.deepEqual(stages[0]?.range.end, { line: 3, character: 6 });
  assert.equal(readDockerfile('# nothing').target, undefined);
});

test('a base is a stage only if an earlier one has that name', () => {
  assert.deepEqual(parents('FROM a AS b\nFROM b AS c\nFROM c'), ['a', 0, 1]);
  // Legal, and no circle: the first b is an image.
  assert.deepEqual(parents('FROM b AS a\nFROM a AS b'), ['b', 0]);
  assert.deepEqual(parents('FROM a AS a\nFROM a'), ['a', 0]);
  assert.deepEqual(parents('FROM a AS x\nFROM b AS x\nFROM x'), ['a', 'b', 1]);
});

test('stage names are kept in lower case, the base is looked up as written', () => {
  assert.deepEqual(parents('FROM a AS Build\nFROM build\nFROM Build'), ['a', 0, 'Build']);
});

test('scratch', () => {
  assert.deepEqual(parents('FROM scratch\nFROM a AS scratch\nFROM scratch'), ['scratch', 'a', 1]);
});

test('defaults of the ARGs before the first FROM are filled in', () => {
  assert.deepEqual(parents('ARG V=22\nARG I=node\nFROM ${I}:$V-slim AS a\nFROM $I'), ['node:22-slim', 'node']);
  assert.deepEqual(parents('ARG A=1\nARG B=${A}2\nARG B=${B}3 C=$B\nFROM x:$C'), ['x:123']);
  assert.deepEqual(parents('ARG A=1\nARG A\nFROM x:$A'), ['x:1']);
  assert.deepEqual(parents('ARG R=\nFROM ${R}node'), ['node']);
  assert.deepEqual(parents('ARG S=build\nFROM a AS build\nFROM $S'), ['a', 0]);
  assert.deepEqual(
    readDockerfile('ARG A="b c"\nARG D\nFROM x').globalArgs,
    new Map([
      ['A', 'b c'],
      ['D', undefined],
    ]),
  );
});

test('one without a default makes the base unknown, unless the name says what to take then', () => {
  assert.deepEqual(parents('ARG V\nFROM node:$V'), ['unknown']);
  assert.deepEqual(parents('FROM $V'), ['unknown']);
  assert.deepEqual(parents('ARG V\nFROM node:${V:-22}'), ['node:22']);
  assert.deepEqual(parents('FROM ${B:-gcr.io/distroless/static:nonroot}'), ['gcr.io/distroless/static:nonroot']);
  assert.deepEqual(parents('ARG V=1\nFROM a:${V:+debug}'), ['a:debug']);
  assert.deepEqual(parents('FROM a${V:+debug}'), ['a']);
});

test('what no ARG declares before the first FROM is empty there', () => {
  assert.deepEqual(parents('ARG V\nFROM a$W'), ['a']);
  assert.deepEqual(parents('FROM ${W:+x/}a:1$W'), ['a:1']);
  assert.deepEqual(parents('ARG V=x$TARGETARCH\nFROM a${V+x}'), ['ax']);
  assert.deepEqual(parents('FROM a${TARGETVARIANT+x}'), ['ax']);
  assert.deepEqual(parents('FROM a${TARGETVARIANT:+x}'), ['unknown']);
});

test('an ARG inside a stage is none of the next FROM', () => {
  assert.deepEqual(parents('FROM a\nARG V=1\nFROM b:${V:-2}'), ['a', 'b:2']);
});

test('the platform is set, but to what is not known', () => {
  assert.deepEqual(parents('FROM base-$TARGETARCH'), ['unknown']);
  assert.deepEqual(parents('FROM base-${TARGETARCH:-amd64}'), ['unknown']);
  assert.deepEqual(parents('FROM base${TARGETARCH:+-x}'), ['base-x']);
  assert.deepEqual(parents('ARG TARGETARCH\nFROM base-${TARGETARCH:-amd64}'), ['unknown']);
  assert.deepEqual(parents('ARG A=$TARGETARCH\nFROM base-${A:-amd64}'), ['unknown']);
  assert.deepEqual(parents('ARG TARGETARCH=arm64\nFROM base-$TARGETARCH'), ['base-arm64']);
});

test('what BuildKit refuses is reported', () => {
  assert.match(messages('FROM')[0] ?? '', /FROM names no image/);
  assert.match(messages('FROM a b')[0] ?? '', /FROM takes an image, or an image, AS and a name/);
  assert.match(messages('FROM a AS b c')[0] ?? '', /FROM takes an image/);
  assert.match(messages('FROM a AS 1b')[0] ?? '', /begins with a letter/);
  assert.match(messages('RUN a\nFROM b')[0] ?? '', /RUN stands before the first FROM/);
  assert.deepEqual(messages('ARG a\nFROM b AS c-d_e.1'), []);
  assert.deepEqual(messages('FROM a as B'), []);
});

test('the platform that a stage is built for', () => {
  const platforms = (text: string) =>
    readDockerfile(text).stages.map(({ builtFor: it }) =>
      it.kind === 'fixed' ? [it.os, it.architecture, it.variant].join('/') : it.kind,
    );
  const of = (written: string, args = '') => platforms(`${args}FROM --platform=${written} a`)[0];
  assert.deepEqual(platforms('FROM a'), ['target']);
  for (const [written, expected] of Object.entries({
    $BUILDPLATFORM: 'build',
    '"${BUILDPLATFORM:-linux/amd64}"': 'build',
    $TARGETPLATFORM: 'target',
    'linux/${TARGETARCH}': 'target',
    '$BUILDOS/$BUILDARCH': 'build',
    'linux/arm64/v8': 'linux/arm64/',
    aarch64: 'linux/arm64/',
    'LINUX/X86_64': 'linux/amd64/',
    armel: 'linux/arm/v6',
    'linux/arm/7': 'linux/arm/',
    'windows(10.0.17763)/amd64': 'windows/amd64/',
    linux: 'unknown',
    $P: 'unknown',
  }))
    assert.equal(of(written), expected, written);
  assert.equal(of('${P}', 'ARG P=linux/s390x\n'), 'linux/s390x/');
  assert.equal(of('$BUILDPLATFORM', 'ARG BUILDPLATFORM=linux/s390x\n'), 'linux/s390x/');
  assert.equal(of('$BUILDPLATFORM', 'ARG BUILDPLATFORM\n'), 'build');
  // A stage on another one is for what that one is for, and scratch for what is asked for.
  assert.deepEqual(platforms('FROM --platform=arm64 a AS b\nFROM --platform=amd64 b\nFROM --platform=amd64 scratch'), [
    'linux/arm64/',
    'linux/arm64/',
    'target',
  ]);
});
