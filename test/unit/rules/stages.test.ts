/** Stages: unused ones, and names that are taken, reserved, not there yet or in capitals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const FINAL = 'FROM gcr.io/distroless/static-debian13:nonroot\n';

test('a stage that no other stage and no target uses', () => {
  const only = 'unused-stage';
  checkFindings(
    `
FROM golang:1.27-trixie AS compile
FROM node:24-trixie AS frontend
#                      ^^^^^^^^ unused-stage
FROM debian:13
#    ^^^^^^^^^ unused-stage
FROM debian:13 AS one
FROM debian:13 AS two
FROM one AS three
FROM debian:13 AS mounted
FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=0 /app /app
COPY --link --from=TWO /a /a
ADD --from=three /b /b
RUN --mount=type=bind,from=mounted,target=/x ["/b"]
`,
    { only },
  );
});

test('a stage that ONBUILD copies from is used by what is built on it', () => {
  const text = 'FROM debian:13 AS base\nONBUILD COPY --from=tools /x /y\nFROM debian:13 AS tools\n';
  assert.deepEqual(findings(`${text}FROM base\nRUN x\n`, { only: 'unused-stage' }), []);
  assert.equal(findings(`${text}FROM debian:13\n`, { only: 'unused-stage' }).length, 2);
});

test('a list of images is not a build', () => {
  assert.deepEqual(findings('FROM python:3.13 AS python\nFROM node:24 AS node\n', { only: 'unused-stage' }), []);
});

test('a stage that is likely built by its name is nobody’s business', () => {
  checkFindings(
    `
FROM golang:1.27-trixie AS compile
FROM compile AS unit-test
FROM compile AS lint
FROM debian:13 AS extra
CMD ["/extra"]
FROM scratch AS tarball
COPY --from=compile /x /x
FROM scratch
COPY --from=compile /app /app
`,
    { only: 'unused-stage' },
  );
});

test('a FROM that may mean any stage makes every stage a used one, a variable in the name of an image does not', () => {
  checkFindings('ARG VARIANT=alpine\nFROM alpine:3.24 AS alpine\nFROM debian:13 AS debian\nFROM ${VARIANT}\nUSER 1\n', {
    only: 'unused-stage',
  });
  checkFindings(
    `
ARG REGISTRY=docker.io/library
FROM $REGISTRY/debian:13 AS extra
#                           ^^^^^ unused-stage
FROM scratch
COPY app /app
`,
    { only: 'unused-stage' },
  );
});

test('two stages of one name, in whatever case; each is told where the one before it is', () => {
  const found = checkFindings(
    `
FROM debian:13 AS b
FROM debian:13 AS B
#                 ^ duplicate-stage-name
FROM debian:13 AS b
#                 ^ duplicate-stage-name
FROM b
`,
    { only: 'duplicate-stage-name' },
  );
  assert.deepEqual(
    found.map(({ message }) => /line \d/.exec(message)?.[0]),
    ['line 1', 'line 2'],
  );
});

test('scratch and context are not free', () => {
  checkFindings(
    `
FROM debian:13 AS Scratch
#                 ^^^^^^^ reserved-stage-name
FROM debian:13 AS context
#                 ^^^^^^^ reserved-stage-name
FROM scratch AS contexts
`,
    { only: 'reserved-stage-name' },
  );
});

test('capitals in a name, and where it is used', () => {
  const text = `FROM debian:13 AS Build\r\nFROM Build AS \\\r\n  Second\r\nFROM scratch\r\nCOPY --link --from=Build --chown=1 /a /Build\r\nCOPY --from=Other /b /b\r\n`;
  const found = findings(text, { only: 'stage-name-casing' });
  assert.deepEqual(
    found.map(({ range }) => range),
    [
      { start: { line: 0, character: 18 }, end: { line: 0, character: 23 } },
      { start: { line: 2, character: 2 }, end: { line: 2, character: 8 } },
    ],
  );
  assert.equal(
    fix(text, 'stage-name-casing', { only: 'stage-name-casing' }),
    text.replace('AS Build', 'AS build').replace('FROM Build', 'FROM build').replace('--from=Build', '--from=build'),
  );
});

test('an image of the same name above the stage is not the stage', () => {
  const text = 'FROM Base\nFROM debian:13 AS Base\nFROM scratch\nCOPY --from=Base /a /a\n';
  assert.equal(
    fix(text, 'stage-name-casing', { only: 'stage-name-casing' }),
    'FROM Base\nFROM debian:13 AS base\nFROM scratch\nCOPY --from=base /a /a\n',
  );
});

test('FROM a stage that comes later', () => {
  checkFindings(
    `
FROM common AS build
#    ^^^^^^ copy-from
FROM debian:13 AS common
FROM common AS again
FROM golang AS golang
FROM nginx AS web
FROM web AS nginx
FROM itself AS itself
FROM registry.example.com/common
${FINAL}`,
    { only: 'copy-from' },
  );
});
