import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const { checkFindings, findings, fix } = asking('repeats-entrypoint');

const NODE = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\n';
const JAVA = 'FROM gcr.io/distroless/java21-debian13:nonroot\n';
const PYTHON = 'FROM gcr.io/distroless/python3-debian13:nonroot\n';

test('the interpreter by its name or one of its paths', () => {
  checkFindings(`
FROM gcr.io/distroless/nodejs24-debian13:nonroot
CMD ["node", "server.js"]
#    ^^^^^^ repeats-entrypoint
`);
  checkFindings(`
FROM gcr.io/distroless/nodejs24-debian13:nonroot
CMD ["/usr/local/bin/node", "server.js"]
#    ^^^^^^^^^^^^^^^^^^^^^ repeats-entrypoint
`);
  checkFindings(`
FROM gcr.io/distroless/python3-debian13:nonroot
CMD ["python", "-m", "flask"]
#    ^^^^^^^^ repeats-entrypoint
`);
  checkFindings(`
FROM gcr.io/distroless/java21-debian13:nonroot
CMD ["java", "-jar", "app.jar"]
#    ^^^^^^^^^^^^^^ repeats-entrypoint
`);
});

test('across continuation lines, the range is the words', () => {
  const [finding] = findings(`${NODE}CMD [ \\\n  "node", \\\n  "server.js" ]\n`);
  assert.deepEqual(finding?.range, { start: { line: 2, character: 2 }, end: { line: 2, character: 8 } });
});

test('through another stage', () => {
  checkFindings(`
FROM gcr.io/distroless/nodejs24-debian13:nonroot AS base
FROM base
CMD ["node", "server.js"]
#    ^^^^^^ repeats-entrypoint
`);
});

test('not where the command is only what the interpreter runs, or another program', () => {
  checkFindings(`${NODE}CMD ["server.js"]\n`);
  checkFindings(`${NODE}CMD ["--enable-source-maps", "server.js"]\n`);
  checkFindings(`${NODE}CMD ["/app/node", "server.js"]\n`);
  checkFindings(`${JAVA}CMD ["app.jar"]\n`);
  // Java takes the option twice.
  checkFindings(`${JAVA}CMD ["-jar", "app.jar"]\n`);
});

test('not where the stage, or one below it, sets its own ENTRYPOINT', () => {
  checkFindings(`${NODE}ENTRYPOINT []\nCMD ["/nodejs/bin/node", "server.js"]\n`);
  checkFindings(`${NODE}ENTRYPOINT ["/nodejs/bin/node"]\n\nCMD ["node"]\n`);
});

test('not on images whose entrypoint is something else', () => {
  assert.deepEqual(findings('FROM node:24\nUSER 1000\nCMD ["node", "server.js"]\n'), []);
});

test('only the last CMD counts', () => {
  checkFindings(`${NODE}CMD ["node", "old.js"]\nCMD ["server.js"]\n`);
});

test('the fix leaves the other words and their layout as they are', () => {
  assert.equal(fix(`${NODE}CMD [ "node",  "server.js", "--port=1" ] \n`), `${NODE}CMD [ "server.js", "--port=1" ] \n`);
  assert.equal(fix(`${JAVA}CMD ["java","-jar","app.jar"]\r\n`), `${JAVA}CMD ["app.jar"]\r\n`);
  assert.equal(fix(`${PYTHON}CMD ["python3.13", "app.py"]`), `${PYTHON}CMD ["app.py"]`);
});

test('options that belong before -jar make it an ENTRYPOINT', () => {
  assert.equal(
    fix(`${JAVA}CMD ["java", "-Xmx512m", "-jar", "app.jar"]\n`),
    `${JAVA}ENTRYPOINT ["/usr/bin/java", "-Xmx512m", "-jar", "app.jar"]\n`,
  );
});

test('nothing is left to run: said, not fixed', () => {
  const [finding] = findings(`${NODE}CMD ["node"]\n`);
  assert.equal(finding?.rule, 'repeats-entrypoint');
  assert.deepEqual(finding.fixes, []);
});
