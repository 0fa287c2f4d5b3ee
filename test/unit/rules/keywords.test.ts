/** How instructions are written, and how often. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { checkFindings, findings, fix } from '../../support/carets.ts';

test('AS is written as FROM is', () => {
  const only = 'from-as-casing';
  checkFindings(
    `
FROM debian:13 as one
#              ^^ from-as-casing
from debian:13 AS two
#              ^^ from-as-casing
FROM debian:13 As three
#              ^^ from-as-casing
From debian:13 as four
FROM debian:13 AS five
from debian:13 as six
FROM --platform=$BUILDPLATFORM \\
  debian:13 \\
  as seven
# ^^ from-as-casing
`,
    { only },
  );
  assert.equal(fix('from debian:13 AS two\n', only, { only }), 'from debian:13 as two\n');
});

test('what is no instruction is not asked to be in capitals', () => {
  const only = 'instruction-casing';
  checkFindings(
    `
FROM debian:13
HEALTHCHECK CMD python -c "
  import socket
  s=socket.socket()"
copy a /a
#^^^ instruction-casing
`,
    { only },
  );
});

test('instructions are written as most of them are; capitals win a draw', () => {
  const only = 'instruction-casing';
  checkFindings(
    `
FROM debian:13
copy a /a
#^^^ instruction-casing
`,
    { only },
  );
  checkFindings(
    `
arg A=1
arg B=1
arg C=1
FROM debian:13
COPY a /a
`,
    { only },
  );
  checkFindings(
    `
from debian:13
COPY a /a
#^^^ instruction-casing
copy b /b
Run true
#^^ instruction-casing
`,
    { only },
  );
  assert.equal(fix('from debian:13\ncopy b /b\nRun true\n', only, { only }), 'from debian:13\ncopy b /b\nrun true\n');
});

test('of several CMD, ENTRYPOINT and HEALTHCHECK of a stage the earlier ones are marked', () => {
  checkFindings(
    `
FROM debian:13 AS one
CMD ["/a"]
HEALTHCHECK CMD ["/a"]
FROM one
CMD ["/a"]
#^^ repeated-instruction
ENTRYPOINT ["/a"]
#^^^^^^^^^ repeated-instruction
CMD ["/b"]
#^^ repeated-instruction
HEALTHCHECK NONE
#^^^^^^^^^^ repeated-instruction
ONBUILD CMD ["/x"]
CMD ["/c"]
ENTRYPOINT ["/c"]
HEALTHCHECK CMD ["/c"]
`,
    { only: 'repeated-instruction' },
  );
});

test('removing one takes its lines and no others', () => {
  const only = 'repeated-instruction';
  const text = `FROM debian:13\r\n# what it was\r\nCMD ["/a", \\\r\n  # inside\r\n  "b"]\r\n# what it is\r\nCMD ["/c"]\r\n`;
  const after = fix(text, only, { only });
  assert.equal(after, `FROM debian:13\r\n# what it was\r\n# what it is\r\nCMD ["/c"]\r\n`);
  assert.deepEqual(findings(after, { only }), []);
  assert.deepEqual(readDockerfile(after).problems, []);
});
