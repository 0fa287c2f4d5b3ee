/** What BuildKit stops at, as findings: whose grammar counts, and what the fixes make of it. The grammar itself: dockerfile/problems.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { asking, findings, TODAY } from '../../support/carets.ts';

const { checkFindings, findings: found } = asking('syntax');
const STATIC = 'FROM gcr.io/distroless/static-debian13:nonroot\nCMD ["/a"]\n';

test('the words, and nothing around them', () => {
  checkFindings(
    `
FROM a AS one
RUNN make
#^^^ syntax
COPY --form=one \\
#    ^^^^^^^^^^ syntax
  b c
HEALTHCHECK --interval=5 CMD ["b"]
#                      ^ syntax
`,
    { crlf: true },
  );
});

test('a frontend of somebody else’s may take anything, a newer one of BuildKit’s what is new', () => {
  const says = (head: string) =>
    found(`${head}\nFROM a\nINCLUDE b\nCOPY --cache a b\nCOPY a\n`).map(({ range }) => range.start.line);
  for (const head of ['# note', '# syntax=docker/dockerfile:1', '# syntax=docker.io/docker/dockerfile:1.7@sha256:ab'])
    assert.deepEqual(says(head), [2, 3, 4], head);
  for (const head of ['# syntax=docker/dockerfile:1-labs', '# syntax=docker/dockerfile-upstream:master'])
    assert.deepEqual(says(head), [4], head);
  for (const head of [
    '# syntax=devthefuture/dockerfile-x',
    '// syntax=a/b',
    '{"syntax": "a/b"}',
    '#!/usr/bin/env x\n// syntax=c',
  ])
    assert.deepEqual(says(head), [], head);
});

test('a command that goes on below joins the line above', () => {
  const text = 'FROM a\nRUN b \\\n  && c\n&& d\n  && e\n';
  const [fix, ...others] = found(text)[0]!.fixes!;
  assert.match(fix!.title, /assumes/);
  assert.deepEqual(others, []);
  const fixed = applyEdits(text, fix!.edits);
  assert.equal(fixed, 'FROM a\nRUN b \\\n  && c \\\n&& d\n  && e\n');
  assert.equal(found(fixed).length, 1, 'the next line');
  assert.deepEqual(found('FROM a\nCMD b\n&& c\n')[0]!.fixes, []);
  assert.deepEqual(found('&& c\nFROM a\n')[0]!.fixes, []);
});

test('every fix that is there cures its line, or says what it assumes', () => {
  for (const [line, fixed] of [
    ['CMD [1, true, "x"]', 'CMD ["1", "true", "x"]'],
    ['SHELL /bin/bash -eo pipefail -c', 'SHELL ["/bin/bash", "-eo", "pipefail", "-c"]'],
    ['from One', 'from one'],
  ]) {
    const text = `FROM a AS one\n${line}\n`;
    const [fix] = found(text)[0]!.fixes!;
    assert.equal(applyEdits(text, fix!.edits), `FROM a AS one\n${fixed}\n`);
    assert.doesNotMatch(fix!.title, /assum/);
  }
  for (const line of ['CMD [null]', 'CMD [1,\\\n2]', 'SHELL "a b" -c', 'SHELL a\\\n b'])
    assert.deepEqual(found(`FROM a\n${line}\n`)[0]!.fixes, []);
});

test('our comment silences it; BuildKit’s does not, because BuildKit stops all the same', () => {
  assert.equal(found(`# check=skip=all\n${STATIC}FOO\n`).length, 1);
  assert.equal(found(`${STATIC}# check=skip=all\nFOO\n`).length, 1);
  assert.equal(found(`${STATIC}# distroless: ignore=syntax\nFOO\n`).length, 0);
});

test('one broken line leaves what is said of the others as it is', () => {
  const text = (line: string) => `FROM debian:13 AS build\nRUN b\n${line}\n${STATIC}USER root\n`;
  const rest = (line: string) =>
    findings(text(line))
      .filter(({ rule }) => rule !== 'syntax')
      .map(({ rule, range, message }) => `${rule} ${range.start.line} ${message}`);
  const whole = rest('RUN c');
  assert.ok(whole.length > 0);
  for (const line of ['R', 'RU', 'RUN <<E', 'COPY', 'COPY --f', 'ENV A', 'ENV A="', 'SHELL [', 'EXPOSE x'])
    assert.deepEqual(rest(line), whole, line);
});

test('a conversion declines at the same line with the same words', () => {
  for (const text of ['', 'RUN a\n', 'FROM debian:13\nRUNN b\nCOPY a\nCMD ["/a"]\n']) {
    const conversion = convert(readDockerfile(text), { today: TODAY });
    assert.equal(conversion.outcome, 'declined');
    assert.deepEqual(
      conversion.outcome === 'declined' && conversion.reasons,
      found(text).map(({ message, range }) => ({ line: range.start.line, message })),
    );
  }
});

test('a value after a blank is one word, whatever stands in it', () => {
  assert.deepEqual(found(`${STATIC}ENV NODE_OPTIONS "--max-http-header-size=16000"\nLABEL a "b=c"\n`), []);
  assert.deepEqual(
    found(`${STATIC}ENV NODE_OPTIONS "--max-http-header-size=16000\n`).map(({ range }) => range.start.line),
    [2],
  );
});
