/** FROM with an argument that has no default. Each text was held against BuildKit's InvalidDefaultArgInFrom (moby/buildkit@v0.34.2). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const { checkFindings, findings } = asking('default-arg-in-from');
const says = (text: string) => findings(text).map(({ message }) => message);

test('each FROM that names nothing, or no image, without an argument from outside', () => {
  checkFindings(`
ARG BASE
ARG TAG=
FROM $BASE AS one
#    ^^^^^ default-arg-in-from
FROM debian:\${TAG}
#    ^^^^^^^^^^^^^ default-arg-in-from
FROM one
`);
  assert.deepEqual(says('ARG A\nFROM $A\n'), [
    'FROM names nothing unless the build gives “A” a value. Give it a default above the first FROM: ARG A=….',
  ]);
  assert.deepEqual(says('ARG TAG\nARG IMAGE=debian:$TAG\nFROM ${IMAGE}\n'), [
    'FROM names “debian:”, which is no image, unless the build gives “TAG” a value. Give it a default above the first FROM: ARG TAG=….',
  ]);
  assert.deepEqual(says('ARG A=Debian\nFROM $A\n'), [
    'With the defaults of its arguments FROM names “Debian”, which is no image. Give them defaults that make one of it.',
  ]);
  assert.deepEqual(says('ARG P\nFROM --platform=$P debian\n'), [
    'FROM names no platform unless the build gives “P” a value. Give it a default above the first FROM: ARG P=….',
  ]);
  assert.match(says('ARG P=x\nFROM --platform=$P debian\n')[0]!, /names “x”, which is no platform\. /);
  assert.equal(says('ARG A=$NONE\nFROM $A\n').length, 1);
});

test('not where a default makes an image or a stage of it, where it is not known, or where `syntax` says more', () => {
  for (const text of [
    'ARG A\nFROM ${A:-debian}\n',
    'ARG A=debian\nARG A\nFROM $A\n',
    'ARG A\nFROM debian$A\n',
    'FROM debian AS one\nFROM one\n',
    'ARG A=one\nFROM debian AS one\nFROM $A\n',
    'FROM debian:$TARGETARCH\n',
    'ARG P\nFROM --platform=${P:-linux/amd64} debian\n',
    'FROM --platform=$BUILDPLATFORM debian\n',
    'ARG TARGETVARIANT\nFROM debian:$TARGETVARIANT\n',
    'ARG A=${TARGETVARIANT}\nFROM debian:$A\n',
    'FROM $NONE\n',
    'FROM Debian\n',
    'ARG A\nFROM ${A:?say which}\n',
  ])
    assert.deepEqual(says(text), [], text);
});

test('BuildKit’s own comments silence it', () => {
  for (const head of ['# check=skip=InvalidDefaultArgInFrom\nARG A\n', 'ARG A\n# check=skip=InvalidDefaultArgInFrom\n'])
    assert.deepEqual(says(`${head}FROM $A\n`), []);
});
