import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const only = 'missing-interpreter';

test('a file that only an interpreter can run', () => {
  checkFindings(
    `
FROM dhi.io/python:3.13-debian13 AS a
CMD ["/app/main.py", "--port", "80"]
#    ^^^^^^^^^^^^^^ missing-interpreter
FROM gcr.io/distroless/nodejs24-debian13:nonroot AS b
ENTRYPOINT ["server.mjs"]
#           ^^^^^^^^^^^^ missing-interpreter
FROM gcr.io/distroless/base-debian13:nonroot
CMD ["server.js"]
#    ^^^^^^^^^^^ missing-interpreter
`,
    { only },
  );
});

test('not where an entrypoint runs it, nor where an interpreter may be found', () => {
  for (const file of [
    'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nCMD ["server.js"]\n',
    'FROM gcr.io/distroless/java21-debian13:nonroot\nCMD ["app.jar"]\n',
    'FROM dhi.io/node:24-debian13\nCMD ["node", "server.js"]\n',
    'FROM dhi.io/node:24-debian13\nENTRYPOINT ["node"]\nCMD ["server.js"]\n',
    'FROM node:24\nENTRYPOINT ["/app/server.js"]\n',
    'FROM registry.example.com/base:1\nCMD ["server.js"]\n',
  ]) {
    assert.deepEqual(findings(file, { only }), [], file);
  }
});

test('not a script whose first line names an interpreter that is there', () => {
  const file = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nCOPY app.js /app/\nENTRYPOINT ["/app/app.js"]\n';
  const rulesOn = (text: string) => findings(file, { only, context: { 'app.js': text } }).map(({ rule }) => rule);
  assert.deepEqual(rulesOn('#!/nodejs/bin/node\nrun();\n'), []);
  for (const text of ['#!/usr/bin/env node\n', '#!/usr/bin/node\n', 'run();\n'])
    assert.deepEqual(rulesOn(text), [only], text);
});

test('the fix names the interpreter as the base does, and none where the base has none', () => {
  assert.equal(
    fix('FROM dhi.io/eclipse-temurin:21\nCMD [ "app.jar" ] \n', only),
    'FROM dhi.io/eclipse-temurin:21\nCMD [ "java", "-jar", "app.jar" ] \n',
  );
  assert.equal(
    fix('FROM gcr.io/distroless/nodejs24-debian13:nonroot\nENTRYPOINT ["server.js"]\n', only),
    'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nENTRYPOINT ["/nodejs/bin/node", "server.js"]\n',
  );
  const [finding] = findings('FROM scratch\nCMD ["server.js"]\n', { only });
  assert.deepEqual(finding?.fixes, []);
});
