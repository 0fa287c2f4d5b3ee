/** What BuildKit stops at, as findings: whose grammar counts, and what the fixes make of it. The grammar itself: dockerfile/problems.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { syntax } from '../../../server/rules/syntax.ts';
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

test('a conversion goes on where only another stage has what BuildKit stops at', () => {
  const text = (line: string) =>
    `FROM debian:13 AS other\n${line}\nFROM golang:1.26 AS build\nRUN go build -o /a\nFROM debian:13\nCOPY --from=build /a /a\nCMD ["/a"]\n`;
  for (const [line, outcome] of [
    ['EXPOSE 80', 'converted'],
    ['EXPOSE x', 'converted'],
    ['EXPOSE', 'declined'],
  ] as const)
    assert.equal(convert(readDockerfile(text(line)), { today: TODAY }).outcome, outcome, line);
});

test('a value after a blank is one word, whatever stands in it', () => {
  assert.deepEqual(found(`${STATIC}ENV NODE_OPTIONS "--max-http-header-size=16000"\nLABEL a "b=c"\n`), []);
  assert.deepEqual(
    found(`${STATIC}ENV NODE_OPTIONS "--max-http-header-size=16000\n`).map(({ range }) => range.start.line),
    [2],
  );
});

/** The severities of what is found, and the lines. */
const severities = (text: string, targets?: readonly number[]) =>
  findingsOf(readDockerfile(text), [syntax], { today: TODAY, ...(targets && { targets }) }).map(
    ({ severity, range }) => `${range.start.line} ${severity}`,
  );

test('what BuildKit comes to only where the stage is built is an error only there', () => {
  const text = 'FROM a AS one\nEXPOSE x\nFROM b AS two\nSTOPSIGNAL x\nFROM c\nCOPY --from=two d e\nENV f="\n';
  assert.deepEqual(severities(text), ['1 hint', '3 error', '6 error']);
  assert.deepEqual(severities(text, [0]), ['1 error', '3 hint', '6 hint']);
  assert.deepEqual(severities(text, [0, 2]), ['1 error', '3 error', '6 error']);
  assert.match(found(text)[0]!.message, /\. It counts only if somebody builds this stage\.$/);
  assert.deepEqual(severities('FROM a\nCOPY --link --chown=b c d\n'), ['1 warning'], 'older ones may take it');
  // What it stops at when it reads the file is one everywhere, and so is an ARG above all stages.
  assert.deepEqual(severities('FROM a\nRUN --network=x b\nCOPY --from=x: d e\nFROM --platform=x c\nFROM d\n'), [
    '1 error',
    '2 error',
    '3 error',
  ]);
  assert.deepEqual(severities('ARG a="\nARG b=${c:?}\nFROM a\n'), ['0 error', '1 error']);
  assert.deepEqual(severities('ARG c\nARG b=${c:?}\nFROM ${b:?x}\n'), []);
});

test('a mount without a target takes the place of the working directory, if that is not “/”', () => {
  const mount = (head: string) => found(`${head}\nRUN --mount=type=cache,id=x a\n`).map(({ message }) => message);
  assert.match(mount('FROM scratch')[0]!, /^The mount has no target, and cannot stand in the place of “\/”\./);
  assert.equal(mount('FROM scratch\nWORKDIR /a\nWORKDIR ..').length, 1);
  assert.deepEqual(mount('FROM scratch\nWORKDIR /a'), []);
  assert.deepEqual(mount('FROM registry.example.com/unknown'), []);
});

test('two slashes at the top are no directive of another frontend', () => {
  const [first] = found('// a comment\nFROM a\n');
  assert.match(first!.message, /^“\/\/” is not a Dockerfile instruction\./);
  assert.deepEqual(found('//escape=`\n// syntax=a/b\nFRM x\n'), []);
});
