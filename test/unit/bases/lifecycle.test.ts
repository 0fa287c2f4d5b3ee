import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOf } from '../../../server/bases/effective.ts';
import { findBase } from '../../../server/bases/find.ts';
import { lifecycle } from '../../../server/bases/lifecycle.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';

const life = (reference: string, today: string) => {
  const { kind, ...rest } = lifecycle(findBase(reference)!, today);
  return 'date' in rest ? `${kind} ${rest.date}` : kind;
};

test('an image ends on the day after its last', () => {
  const name = 'gcr.io/distroless/static-debian12';
  assert.equal(life(name, '2026-07-01'), 'supported 2026-09-30');
  assert.equal(life(name, '2026-07-02'), 'ending 2026-09-30');
  assert.equal(life(name, '2026-09-30'), 'ending 2026-09-30');
  assert.equal(life(name, '2026-10-01'), 'ended 2026-09-30');
});

test('a distroless image goes by its vendor, whatever its distribution does', () => {
  assert.equal(life('gcr.io/distroless/static-debian13', '2031-01-01'), 'unknown');
  assert.equal(life('gcr.io/distroless/nodejs18-debian12', '2026-01-01'), 'ended 2025-04-30');
});

test('any other by the first of its own end and that of its distribution', () => {
  assert.equal(life('node:22-bullseye', '2026-08-23'), 'ending 2026-08-31');
  assert.equal(life('node:18-trixie', '2026-08-23'), 'ended 2025-04-30');
  assert.equal(life('alpine:3.18', '2026-08-23'), 'ended 2025-05-09');
  assert.equal(life('debian:13', '2026-08-23'), 'supported 2030-06-30');
  assert.equal(life('fedora:43', '2026-08-23'), 'unknown');
});

test('the base of a stage is that of the stages below it', () => {
  const name = (text: string) => {
    const dockerfile = readDockerfile(text);
    return baseOf(dockerfile, dockerfile.stages.at(-1)!)?.name;
  };
  assert.equal(name('ARG V=22\nFROM node:$V AS a\nFROM a AS b\nFROM b'), 'node');
  assert.equal(name('FROM node AS a\nFROM scratch'), 'scratch');
  assert.equal(name('FROM node AS a\nFROM $X'), undefined);
  assert.equal(name('FROM foo/bar'), undefined);
});
