import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ignoredBy, readDockerignore } from '../../../server/rules/dockerignore.ts';
import { checkFindings, findings } from '../../support/carets.ts';

const only = 'ignored-source';
const messages = (text: string, ignore: string, more: Record<string, string> = {}) =>
  findings(text, { only, context: { '.dockerignore': ignore, ...more } }).map(({ message }) => message);

function isIgnored(file: string, path: string): boolean {
  const patterns = readDockerignore(file);
  assert.ok(patterns, file);
  return ignoredBy(patterns, path) !== undefined;
}

test('what the default of an ARG names is a warning, for the build may give another', () => {
  const told = (lines: string) =>
    findings(`FROM scratch\n${lines}\n`, { only, context: { '.dockerignore': 'target\n' } });
  const [open] = told('ARG BINARY=target/release/app\nCOPY ${BINARY} /app');
  assert.equal(open?.severity, 'warning');
  assert.match(
    open?.message ?? '',
    /^“target\/release\/app” .* does not find it, unless the build gives it another value\./,
  );
  const [fixed] = told('ENV BINARY=target/release/app\nCOPY ${BINARY} /app');
  assert.equal(fixed?.severity, 'error');
  assert.match(fixed?.message ?? '', /does not find it\. Change/);
  for (const lines of [
    'ENV FOLDER=target\nARG NAME=app\nCOPY $FOLDER/$NAME /app',
    'ARG BINARY=target/app\nFROM a\nCOPY $BINARY /app',
  ])
    assert.deepEqual(
      findings(`FROM scratch AS a\n${lines}\n`, { only, context: { '.dockerignore': 'target\n' } }).map(
        (it) => it.severity,
      ),
      ['warning'],
      lines,
    );
});

test('patterns, as Docker matches them', () => {
  // The cases of moby/patternmatcher's own test of the same name, as far as they are paths that a COPY can have.
  const cases: [pattern: string, path: string, ignored: boolean][] = [
    ['**', 'file', true],
    ['**', 'dir/file', true],
    ['**/', 'file', true],
    ['**/**', 'dir/file', true],
    ['dir/**', 'dir/file', true],
    ['dir/**', 'dir', false],
    ['dir/**', 'dir/dir2/file', true],
    ['**/dir', 'dir', true],
    ['**/dir', 'dir/file', true],
    ['**/dir2/*', 'dir/dir2/file', true],
    ['**/dir2/*', 'dir/dir2/dir2/file', true],
    ['**/dir2/**', 'dir/dir2/dir2/file', true],
    ['**file', 'file', true],
    ['**file', 'dir/file', true],
    ['**file', 'dir/myfile', true],
    ['**/file', 'dir/myfile', false],
    ['**/file', 'dir/dir/file', true],
    ['**/file*', 'dir/dir/file.txt', true],
    ['**/file*txt', 'dir/dir/file.txt', true],
    ['**/file*.txt*', 'dir/dir/file.txt', true],
    ['**/**/*.txt', 'dir/dir/file.txt', true],
    ['**/**/*.txt2', 'dir/dir/file.txt', false],
    ['**/*.txt', 'file.txt', true],
    ['a**/*.txt', 'a/file.txt', true],
    ['a**/*.txt', 'a/dir/dir/file.txt', true],
    ['a/*.txt', 'a/dir/file.txt', false],
    ['a/*.txt', 'a/file.txt', true],
    ['a/*.txt**', 'a/file.txt', true],
    ['a[b-d]e', 'ae', false],
    ['a[b-d]e', 'ace', true],
    ['a[^b-d]e', 'aze', true],
    ['.*', '.foo', true],
    ['.*', 'foo', false],
    ['abc.def', 'abcdef', false],
    ['abc.def', 'abc.def', true],
    ['abc?def', 'abcZdef', true],
    ['abc?def', 'abc/def', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['foo', 'foo/bar/baz', true],
    ['/foo/', 'foo', true],
    ['./foo', 'foo', true],
    ['foo', 'foobar', false],
    ['*.md', 'docs/x.md', false],
    ['d?', 'd😀', true],
    ['.*/*', '.git/config', true],
    ['file(1)+{x}|$', 'file(1)+{x}|$', true],
  ];
  for (const [pattern, path, ignored] of cases) assert.equal(isIgnored(pattern, path), ignored, `${pattern} ${path}`);
});

test('exceptions: the last pattern that matches decides', () => {
  assert.equal(isIgnored('*\n!src', 'src/main.go'), false);
  assert.equal(isIgnored('*\n!src\nsrc/x', 'src/x'), true);
  assert.equal(isIgnored('!src\n*', 'src'), true);
  assert.equal(isIgnored('*.md\n! README.md', 'README.md'), false);
});

test('comments, blank lines, a byte order mark and CRLF', () => {
  assert.equal(isIgnored('\uFEFFfoo\r\n\r\n  bar  \n#baz\n', 'foo'), true);
  assert.equal(isIgnored('\uFEFFfoo\r\n\r\n  bar  \n#baz\n', 'bar'), true);
  assert.equal(isIgnored('\uFEFFfoo\r\n\r\n  bar  \n#baz\n', '#baz'), false);
  assert.equal(readDockerignore('[a\n'), undefined);
  assert.equal(readDockerignore('!\n'), undefined);
});

test('a pattern of many stars takes no longer than its length allows', () => {
  assert.equal(isIgnored(`${'**/a*'.repeat(60)}b`, `${'a/'.repeat(400)}c`), false);
});

test('each source that is not sent, in any stage', () => {
  checkFindings(
    `
FROM golang AS build
COPY go.mod ./cmd \\
  dist/app.js /src/
# ^^^^^^^^^^^ ignored-source
ADD ["/secret file", "x", "/"]
#    ^^^^^^^^^^^^^^ ignored-source
FROM scratch
ENV OUT=dist
COPY --chown=1 $OUT /
#              ^^^^ ignored-source
`,
    { only, crlf: true, context: { '.dockerignore': '# c\r\ndist\r\nsecret*\r\n' } },
  );
  assert.deepEqual(messages('FROM scratch\nADD ./dist/x /\n', 'a\n**/dist\n'), [
    '“dist/x” is kept out of the build by line 2 of .dockerignore, “**/dist”, so this ADD does not find it. Change that line, or add “!dist/x” below it.',
  ]);
});

test('the whole context, and patterns', () => {
  const [everything] = findings('FROM scratch\nCOPY . .\n', { only, context: { '.dockerignore': '**' } });
  assert.equal(everything?.severity, 'warning');
  assert.deepEqual(messages('FROM scratch\nCOPY . .\n', '.*'), []);
  assert.deepEqual(messages('FROM scratch\nCOPY . .\n', '*\n!src'), []);
  assert.equal(messages('FROM scratch\nCOPY *.md /\n', '*.md').length, 1);
  assert.deepEqual(messages('FROM scratch\nCOPY *.md /\n', 'README.md'), []);
});

test('what a mount takes from the build context', () => {
  const mounted = (mount: string) => messages(`FROM scratch\nRUN --mount=${mount} x\n`, '*.mod\n');
  checkFindings(
    `
FROM scratch
RUN --mount=type=bind,source=go.mod,target=go.mod --mount=type=cache,target=/go go build
#                            ^^^^^^ ignored-source
`,
    { only, context: { '.dockerignore': '*.mod\n' } },
  );
  assert.match(
    mounted('src=./go.mod,dst=/go.mod')[0] ?? '',
    /^“go\.mod” .* line 1 .*, so this mount does not find it\./,
  );
  for (const mount of [
    'from=b,source=go.mod,target=/go.mod',
    'type=cache,source=go.mod,target=/x',
    'type=bind,target=/src',
    'source=$MOD,target=/go.mod',
    'source=go.sum,target=go.sum',
  ])
    assert.deepEqual(mounted(mount), [], mount);
});

test('not what an exception may bring back, what comes from elsewhere, or what is not known', () => {
  assert.deepEqual(messages('FROM scratch\nCOPY src /src\n', '*\n!src/main.go'), []);
  assert.deepEqual(messages('FROM scratch\nCOPY src /src\n', '*\n!**/*.go'), []);
  assert.equal(messages('FROM scratch\nCOPY src /src\n', '*\n!other/x').length, 1);
  assert.deepEqual(messages('FROM a AS b\nFROM scratch\nCOPY --from=b dist /\n', 'dist'), []);
  assert.deepEqual(messages('FROM scratch\nADD https://example.com/dist /\n', '**/dist'), []);
  assert.deepEqual(messages('FROM scratch\nCOPY <<dist /\nx\ndist\n', '*dist'), []);
  assert.deepEqual(messages('FROM scratch\nCOPY $DIST /\n', '$DIST'), []);
  assert.deepEqual(findings('FROM scratch\nCOPY dist /\n', { only }), []);
});
