import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findings as all, asking } from '../../support/carets.ts';

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

test('shell form hands the interpreter a shell', () => {
  checkFindings(`
FROM cgr.dev/chainguard/node
CMD node index.js
#^^ repeats-entrypoint
`);
  const chainguard = 'FROM cgr.dev/chainguard/node:latest-dev\n';
  const [finding] = findings(`${chainguard}CMD npm start\n`);
  assert.match(finding?.message ?? '', /runs “\/usr\/bin\/node \/bin\/sh -c …”/);
  // What is handed to node after it is no script of its own.
  assert.deepEqual(finding?.fixes, []);
  assert.deepEqual(
    findings(`${chainguard}CMD node $SCRIPT\n`).map(({ fixes }) => fixes),
    [[]],
  );
  assert.deepEqual(
    findings(`${chainguard}CMD node\n`).map(({ fixes }) => fixes),
    [[]],
  );
});

test('in exec form it is left what the interpreter runs', () => {
  const after = fix('FROM cgr.dev/chainguard/node\nCMD exec node --trace-warnings "my app.js"\n');
  assert.equal(after, 'FROM cgr.dev/chainguard/node\nCMD ["--trace-warnings", "my app.js"]\n');
  assert.deepEqual(findings(after), []);
  const jre = 'FROM cgr.dev/chainguard/jre:latest-dev\n';
  assert.equal(fix(`${jre}CMD java -Xmx1g -jar app.jar\n`).replace(jre, ''), 'CMD ["-Xmx1g", "-jar", "app.jar"]\n');
});

test('shell form: once only, and not where something may run the shell', () => {
  const rulesOn = (text: string) =>
    all(text)
      .map(({ rule }) => rule)
      .filter((rule) => /repeats-entrypoint|shell-form/.test(rule));
  assert.deepEqual(rulesOn(`${NODE}CMD node server.js\n`), ['shell-form']);
  assert.deepEqual(rulesOn(`${NODE}COPY --from=busybox /bin/sh /bin/sh\nCMD node server.js\n`), ['repeats-entrypoint']);
  for (const file of [
    'FROM cgr.dev/chainguard/node\nENTRYPOINT []\nCMD node index.js\n',
    'FROM cgr.dev/chainguard/node\nENTRYPOINT ["/bin/sh", "-c"]\nCMD node index.js\n',
    'FROM cgr.dev/chainguard/node\nSHELL ["-e"]\nCMD index.js\n',
    'FROM cgr.dev/chainguard/node\nCMD\n',
    "FROM cgr.dev/chainguard/node\nCMD ['node', 'index.js']\n",
    'FROM cgr.dev/chainguard/node\nCMD node old.js\nCMD ["index.js"]\n',
    'FROM cgr.dev/chainguard/wolfi-base\nCMD node index.js\n',
    'FROM cgr.dev/chainguard/postgres\nCMD postgres -c fsync=off\n',
    'FROM node:24\nCMD node index.js\n',
  ])
    assert.deepEqual(rulesOn(file), [], file);
});
