import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const only = 'entrypoint-script';
const found = (file: string, context: Record<string, string>) =>
  findings(file, { only, context }).map(({ message }) => message);

const DEBIAN = 'FROM debian:13\nCOPY docker/ /scripts/\nENTRYPOINT ["/scripts/start.sh"]\n';

test('an interpreter that the base lacks', () => {
  checkFindings(
    `
FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
COPY --chmod=0755 . .
ENTRYPOINT ["./bin/start", "--port", "80"]
#           ^^^^^^^^^^^^^ entrypoint-script
`,
    { only, context: { 'bin/start': '#!/usr/bin/env node\nimport "./x"\n' } },
  );
  const alpine = 'FROM node:24-alpine\nCOPY start.sh /usr/local/bin/\nENTRYPOINT ["start.sh"]\n';
  assert.match(
    found(alpine, { 'start.sh': '#!/bin/bash\n' })[0] ?? '',
    /“\/bin\/bash”, which “node:24-alpine” has not/,
  );
  assert.deepEqual(found(alpine, { 'start.sh': '#!/bin/sh\n' }), []);
  assert.deepEqual(found(alpine.replace('COPY', 'RUN apk add bash\nCOPY'), { 'start.sh': '#!/bin/bash\n' }), []);
  assert.deepEqual(found(alpine.replace('node:24-alpine', 'node:24'), { 'start.sh': '#!/bin/bash\n' }), []);
});

test('an interpreter that is there, or that was copied', () => {
  const python = 'FROM gcr.io/distroless/python3-debian13:nonroot\nCOPY app.py /app.py\nENTRYPOINT ["/app.py"]\n';
  assert.deepEqual(found(python, { 'app.py': '#!/usr/bin/python3\n' }), []);
  const shell =
    'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=busybox:musl /bin/sh /bin/sh\nCOPY a.sh /a.sh\nENTRYPOINT ["/a.sh"]\n';
  assert.deepEqual(found(shell, { 'a.sh': '#!/bin/sh\n' }), []);
});

test('line ends of Windows, unless a RUN takes them away', () => {
  const context = { 'docker/start.sh': '#!/bin/sh\r\nexec app\r\n' };
  assert.match(found(DEBIAN, context)[0] ?? '', /^The lines of “docker\/start.sh” end as Windows ends them/);
  for (const run of [
    "RUN sed -i 's/\\r$//' /scripts/*.sh",
    'RUN dos2unix /scripts/start.sh',
    'RUN <<EOF\ndos2unix /scripts/start.sh\nEOF',
  ])
    assert.deepEqual(found(DEBIAN.replace('ENTRYPOINT', `${run}\nENTRYPOINT`), context), [], run);
  // Only what is done after the copy helps it.
  assert.equal(found(DEBIAN.replace('COPY', 'RUN dos2unix /x\nCOPY'), context).length, 1);
});

test('not executable', () => {
  const context = { 'docker/start.sh': '#!/bin/sh\n# (not executable)\n' };
  assert.match(found(DEBIAN, context)[0] ?? '', /is not executable/);
  assert.deepEqual(found(DEBIAN.replace('COPY', 'COPY --chmod=755'), context), []);
  assert.deepEqual(found(DEBIAN.replace('ENTRYPOINT', 'RUN chmod +x /scripts/start.sh\nENTRYPOINT'), context), []);
  const crlf = DEBIAN.replaceAll('\n', '\r\n');
  assert.equal(fix(crlf, only, { context }), crlf.replace('COPY', 'COPY --chmod=0755'));
});

test('no first line that says what runs it', () => {
  assert.match(found(DEBIAN, { 'docker/start.sh': 'exec app\n' })[0] ?? '', /does not begin with “#!”/);
  assert.deepEqual(found(DEBIAN, { 'docker/start.sh': '\x7fELF\0' }), []);
});

test('the file that a COPY puts there, wherever it is in the context', () => {
  const bad = 'echo\n';
  for (const [copy, path] of [
    ['COPY scripts/start.sh /start.sh', 'scripts/start.sh'],
    ['COPY scripts/*.sh /', 'scripts/start.sh'],
    ['COPY a.txt scripts/start.sh ./', 'scripts/start.sh'],
    ['COPY ./ /', 'start.sh'],
    ['ADD rootfs /', 'rootfs/start.sh'],
    ['ARG D=scripts\nCOPY $D/run.sh /start.sh', 'scripts/run.sh'],
  ] as const) {
    const file = `FROM debian:13\n${copy}\nENTRYPOINT ["/start.sh"]\n`;
    assert.equal(found(file, { [path]: bad }).length, 1, copy);
    assert.deepEqual(found(file, { 'other/start.sh': bad }), [], copy);
  }
});

test('nothing without the file, for a script of a build stage, an argument, or a stage that is not built', () => {
  const context = { 'start.sh': 'echo\n' };
  assert.deepEqual(findings('FROM debian:13\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n', { only }), []);
  for (const file of [
    'FROM debian:13\nCOPY --from=x /start.sh /\nENTRYPOINT ["/start.sh"]\n',
    'FROM debian:13\nCOPY start.sh /\nENTRYPOINT ["sh", "/start.sh"]\n',
    'FROM debian:13\nCOPY start.sh /\nENTRYPOINT ["/tini", "--"]\nCMD ["/start.sh"]\n',
    'FROM debian:13\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nFROM debian:13\n',
  ]) {
    assert.deepEqual(found(file, context), [], file);
  }
});

test('a script that is written in the Dockerfile', () => {
  const script = (
    to: string,
    start: string,
    flags = '--chmod=755 ',
    base = 'gcr.io/distroless/static-debian13:nonroot',
  ) =>
    findings(`FROM ${base}\nCOPY ${flags}<<run.sh ${to}\n#!/bin/sh\nexec /app\nrun.sh\nENTRYPOINT ["${start}"]\n`, {
      only: 'entrypoint-script',
    }).map(({ message }) => message);
  assert.match(script('/e.sh', '/e.sh')[0] ?? '', /^“\/e\.sh” is run by “\/bin\/sh”, which “gcr\.io/);
  assert.match(script('/bin/', '/bin/run.sh')[0] ?? '', /is run by “\/bin\/sh”/);
  assert.match(script('/e.sh', '/e.sh', '', 'debian:13')[0] ?? '', /is not executable/);
  assert.deepEqual(script('/e.sh', '/e.sh', '--chmod=755 ', 'debian:13'), []);
  assert.deepEqual(script('/e.sh', '/other.sh'), []);
  const filledIn = (name: string) =>
    findings(
      `FROM gcr.io/distroless/static-debian13:nonroot\nENV SH=/bin/sh\nCOPY --chmod=755 <<${name} /e.sh\n#!$SH\nE\nENTRYPOINT ["/e.sh"]\n`,
      { only: 'entrypoint-script' },
    ).map(({ message }) => /“\/[^”]*” is run by “([^”]*)”/.exec(message)?.[1]);
  assert.deepEqual(filledIn('E'), ['/bin/sh']);
  assert.deepEqual(filledIn('"E"'), []);
  const chomped = 'FROM debian:13\r\nCOPY --chmod=755 <<-X /e.sh\r\n\t#!/bin/sh\r\n\ttrue\r\nX\r\nCMD ["/e.sh"]\r\n';
  assert.deepEqual(findings(chomped, { only: 'entrypoint-script' }), []);
});

test('a script that no interpreter of the base can run is told once, by the rule that knows how it is started', () => {
  const rulesOn = (base: string, path: string, text: string) =>
    findings(`FROM ${base}:nonroot\nCOPY ${path} /\nENTRYPOINT ["/${path}"]\n`, { context: { [path]: text } })
      .filter(({ severity }) => severity === 'error')
      .map(({ rule }) => rule);
  const BASE = 'gcr.io/distroless/base-debian13';
  const PYTHON = 'gcr.io/distroless/python3-debian13';
  const env = '#!/usr/bin/env python3\n';
  assert.deepEqual(rulesOn(BASE, 'main.py', env), ['missing-interpreter']);
  assert.deepEqual(rulesOn(PYTHON, 'main.py', env), ['missing-interpreter']);
  assert.deepEqual(rulesOn(BASE, 'main.py', '#!/bin/sh\nexec python3 x\n'), ['entrypoint-script']);
  assert.deepEqual(rulesOn(BASE, 'main', env), ['entrypoint-script']);
  assert.deepEqual(rulesOn(PYTHON, 'main.py', '#!/usr/bin/python3\r\n'), ['entrypoint-script']);
  assert.deepEqual(rulesOn(PYTHON, 'main.py', '#!/usr/bin/python3\n'), []);
});
