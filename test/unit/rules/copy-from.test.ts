import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { checkFindings, findings } from '../../support/carets.ts';

const only = 'copy-from';
const words = (text: string) => findings(text, { only }).map(({ message, severity }) => `${severity}: ${message}`);

test('a stage further down, by name and by number', () => {
  checkFindings(
    `
FROM scratch AS one
COPY --chown=1:1 --from=Two /a /a
#                       ^^^ copy-from
COPY \\
  --from=2 /a /a
#        ^ copy-from
FROM scratch AS two
FROM scratch
`,
    { only },
  );
});

test('the stage itself, a number that no stage has, a variable', () => {
  checkFindings(
    `
FROM scratch AS one
COPY --from=one /a /a
#           ^^^ copy-from
COPY --from=0 /a /a
#           ^ copy-from
COPY --from=7 /a /a
#           ^ copy-from
COPY --from=-1 /a /a
#           ^^ copy-from
COPY --from=\${IMAGE} /a /a
#           ^^^^^^^^ copy-from
`,
    { only, crlf: true },
  );
  assert.deepEqual(words('FROM scratch\nCOPY --from=1 /a /a\n'), [
    'error: There is no stage 1: the first has the number 0, the last 0. Copy from a stage by its name.',
  ]);
});

test('of two stages with one name the last is meant', () => {
  checkFindings(
    `
FROM scratch AS a
FROM scratch
COPY --from=a /x /x
#           ^ copy-from
FROM scratch AS a
`,
    { only },
  );
});

test('a mount from a later stage; a number there names an image', () => {
  checkFindings(
    `
FROM debian AS one
RUN --mount=type=bind,from=two,target=/x --mount=type=cache,target=/y ls
#                          ^^^ copy-from
RUN --mount=from=1,target=/x --mount=type=bind,from=$X,target=/y ls
FROM debian AS two
RUN --mount=from=one,target=/x ls
`,
    { only },
  );
});

test('earlier stages, images and contexts by name are left alone, and what ONBUILD will do elsewhere', () => {
  checkFindings(
    `
FROM scratch AS one
FROM scratch AS two
COPY --from=ONE /a /a
COPY --from=0 /b /b
COPY --from=nginx:latest /c /c
COPY --from=context /d /d
ONBUILD COPY --from=two /e /e
COPY from=2 /f
`,
    { only },
  );
});

test('a copy of what the stage is built on, to its own place', () => {
  checkFindings(
    `
FROM debian AS base
FROM base
COPY --from=base /app /app
#           ^^^^ copy-from
COPY --from=0 /srv/ /srv
#           ^ copy-from
`,
    { only },
  );
  assert.match(words('FROM debian AS b\nFROM b\nCOPY --from=b /a /a\n')[0] ?? '', /^info: .*“\/a” is here already/);
});

test('such a copy does something after a RUN, to another place, with another owner, or where another copy wrote', () => {
  const from = (lines: string) => `FROM debian AS base\nFROM base\n${lines}\n`;
  for (const lines of [
    'RUN rm /app\nCOPY --from=base /app /app',
    'COPY --from=base /app /srv/app',
    'COPY --from=base --chown=1000 /app /app',
    'COPY conf /app/conf\nCOPY --from=base /app /app',
    'COPY --from=base /app $WHERE',
    'COPY --from=base /a* /a*',
  ])
    assert.deepEqual(words(from(lines)), [], lines);
  assert.equal(words(from('COPY other /other\nCOPY --from=base /app /app')).length, 1);
});

test('nearly the name of a stage above', () => {
  checkFindings(
    `
FROM golang:1.27-trixie AS Builder
FROM debian:13 AS other
FROM scratch
COPY --from=build /a /a
#           ^^^^^ copy-from
RUN --mount=from=builder-env,target=/x true
#                ^^^^^^^^^^^ copy-from
COPY --from=build:1 /a /a
COPY --from=build/a /a /a
COPY --from=deps /a /a
COPY --from=oth /a /a
COPY --from=builder /a /a
`,
    { only },
  );
  const text = 'FROM golang:1.27-trixie AS builder\nFROM scratch\nCOPY --from=build /a /a\n';
  assert.deepEqual(words(text), [
    'warning: No stage is called “build”, so an image of that name is looked for. Write “builder”, if that stage is meant.',
  ]);
  assert.deepEqual(
    findings(text, { only }).flatMap(({ fixes = [] }) => fixes.map((fix) => applyEdits(text, fix.edits))),
    [text.replace('=build ', '=builder ')],
  );
});
