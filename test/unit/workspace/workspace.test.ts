/** What the folder around a Dockerfile says of it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { createWorkspace, type Workspace } from '../../../server/workspace/workspace.ts';

const KNOWN = { rules: new Set(['root-user', 'shell-form']), families: ['google'] as const };

let root: string;
let workspace: Workspace;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'distroless-')));
  workspace = createWorkspace(KNOWN);
});
afterEach(() => rmSync(root, { recursive: true }));

function put(files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  workspace.filesChanged();
}

const look = (path = 'Dockerfile', text = 'FROM a\nCOPY go.mod .\n', needs: readonly string[] = []) =>
  workspace.read({ path: join(root, path), root }, readDockerfile(text), needs);
const contextOf = async (path?: string, text?: string) => {
  const { contextFolder } = await look(path, text);
  return contextFolder === undefined ? undefined : relative(root, contextFolder) || '.';
};
const targetsOf = async (path?: string) => (await look(path)).targets;

test('without anything around, the context is where what is copied is', async () => {
  put({ 'go.mod': '', 'a/b/Dockerfile': '' });
  assert.equal(await contextOf('a/b/Dockerfile'), '.', 'not beside it: the workspace');
  assert.equal(await contextOf('a/b/Dockerfile', 'FROM a\nCOPY . .\n'), join('a', 'b'), 'everywhere: beside it');
  put({ 'a/go.mod': '' });
  assert.equal(await contextOf('a/b/Dockerfile'), 'a', 'between');
  put({ 'a/b/go.mod': '' });
  assert.equal(await contextOf('a/b/Dockerfile'), join('a', 'b'));
  assert.equal(await contextOf('a/b/Dockerfile', 'FROM a\nCOPY nowhere x* $Y --from=x z /\n'), '.');
  assert.equal(await contextOf('a/b/Dockerfile', 'FROM a\nCOPY --from=b /other /\n'), join('a', 'b'));
});

test('compose and bake say it, for the Dockerfile that they build', async () => {
  put({
    'go.mod': '',
    'api/go.mod': '',
    'api/Dockerfile': '',
    'deploy/compose.yaml': 'services: { a: { build: { context: .., dockerfile: api/Dockerfile, target: x } } }',
  });
  assert.equal(await contextOf('api/Dockerfile'), '.');
  assert.deepEqual(await targetsOf('api/Dockerfile'), { names: ['x'], sure: false });
  assert.deepEqual(await targetsOf('Dockerfile'), { names: [], sure: false });
  put({ 'docker-bake.hcl': 'target "b" {\n  dockerfile = "api/Dockerfile"\n}' });
  assert.deepEqual(
    await targetsOf('api/Dockerfile'),
    { names: [undefined, 'x'], sure: false },
    'one file, two targets',
  );
});

test('the project file: what it says of this Dockerfile wins, what it says of all gives way', async () => {
  put({
    'compose.yaml': 'services: { a: { build: { context: built, dockerfile: ../Dockerfile, target: x } } }',
    'built/x': '',
    'all/x': '',
    'this/x': '',
    '.distroless.json': JSON.stringify({
      target: 'all',
      context: 'all',
      rules: { 'root-user': 'off' },
      family: 'google',
    }),
  });
  assert.equal(await contextOf(), 'built');
  assert.deepEqual(await targetsOf(), { names: ['x'], sure: false });
  assert.equal(await contextOf('other.Dockerfile'), 'all');
  assert.deepEqual(await targetsOf('other.Dockerfile'), { names: ['all'], sure: true });
  const { severities, family } = await look();
  assert.deepEqual([severities, family], [{ 'root-user': 'off' }, 'google']);
  put({ '.distroless.json': JSON.stringify({ target: { Dockerfile: 'this' }, context: { Dockerfile: 'this' } }) });
  assert.equal(await contextOf(), 'this');
  assert.deepEqual(await targetsOf(), { names: ['this'], sure: true });
});

test('the nearest project file counts, and none above the workspace', async () => {
  put({
    'a/.distroless.json': '{"rules": {"root-user": "hint"}}',
    '.distroless.json': '{"rules": {"root-user": "off"}}',
  });
  assert.deepEqual((await look('a/b/Dockerfile')).severities, { 'root-user': 'hint' });
  assert.deepEqual((await look('Dockerfile')).severities, { 'root-user': 'off' });
  const inner = join(root, 'a/b');
  mkdirSync(inner);
  const outside = await workspace.read(
    { path: join(inner, 'Dockerfile'), root: inner },
    readDockerfile('FROM a\n'),
    [],
  );
  assert.deepEqual(outside.severities, {});
  assert.deepEqual(outside.projectFile, { path: join(inner, '.distroless.json'), text: undefined });
});

test('a broken project file is a sentence, and as if it were not there; so is a broken compose file, less loudly', async () => {
  put({ '.distroless.json': '{', 'compose.yaml': '[', 'go.mod': '' });
  const { severities, problems, remarks, contextFolder } = await look();
  assert.deepEqual(severities, {});
  assert.equal(problems.length, 1);
  assert.equal(remarks.length, 1);
  assert.equal(contextFolder, root);
});

test('a context outside of the workspace is not read', async () => {
  put({ 'a/.distroless.json': '{"context": ".."}', 'go.mod': 'module x' });
  assert.equal(await contextOf('a/Dockerfile'), '.', 'up to the workspace');
  assert.deepEqual((await look('a/Dockerfile')).problems, []);
  put({ 'a/.distroless.json': '{"context": "../.."}' });
  assert.equal(await contextOf('a/Dockerfile'), undefined);
  const [problem, ...more] = (await look('a/Dockerfile')).problems;
  assert.match(problem ?? '', /^In “.+”, “context” leads to “\.\.\/\.\.”, outside of “.+”, which is not used\. .+\.$/);
  assert.deepEqual(more, []);
  put({ 'a/.distroless.json': '{"context": {"x/*": "../b", "y/*": "/", "z/*": "..x"}}' });
  assert.equal((await look('a/Dockerfile')).problems.length, 1, 'by path');
  symlinkSync(tmpdir(), join(root, 'link'));
  put({ 'a/.distroless.json': '{"context": "../link"}' });
  const { contextFolder, files } = await look('a/Dockerfile', undefined, ['go.mod']);
  assert.equal(contextFolder, undefined);
  assert.deepEqual(files, new Map());
});

test('what is asked for: files, what is not there, and nothing of what must not be read', async () => {
  put({ 'go.mod': 'module x', 'dir/x': '' });
  symlinkSync('/etc/hostname', join(root, 'out'));
  const { files } = await look(undefined, undefined, ['go.mod', 'nowhere', 'dir', 'out', '../go.mod', '/go.mod']);
  assert.equal(files.get('go.mod')?.text, 'module x');
  assert.equal(files.get('nowhere'), null);
  assert.equal(files.has('dir'), false);
  assert.equal(files.has('out'), false);
  // As BuildKit takes them: nothing is above the context.
  assert.equal(files.get('../go.mod')?.text, 'module x');
  assert.equal(files.get('/go.mod')?.text, 'module x');
});

test('a Dockerfile’s own .dockerignore goes before that of the context', async () => {
  const ignored = async (path: string) => (await look(path, undefined, ['.dockerignore'])).files.get('.dockerignore');
  put({ '.dockerignore': 'all', 'x.Dockerfile.dockerignore': 'own' });
  assert.equal((await ignored('Dockerfile'))?.text, 'all');
  assert.equal((await ignored('x.Dockerfile'))?.text, 'own');
  assert.equal((await ignored('x.Dockerfile'))?.name, 'x.Dockerfile.dockerignore');
});

test('a file that is open in an editor counts as it stands there', async () => {
  put({ '.distroless.json': '{"rules": {"root-user": "off"}}' });
  const open = createWorkspace(KNOWN, (path) =>
    path.endsWith('.distroless.json') ? '{"rules": {"root-user": "hint"}}' : undefined,
  );
  const { severities } = await open.read({ path: join(root, 'Dockerfile'), root }, readDockerfile('FROM a\n'), []);
  assert.deepEqual(severities, { 'root-user': 'hint' });
});

test('files that lead to others: those are read too, as often as it goes on, with an end', async () => {
  put({ 'r/0.txt': '1', 'r/1.txt': '2', 'r/2.txt': '' });
  const chain = async (next: (text: string) => string) => {
    const { files } = await workspace.read(
      { path: join(root, 'Dockerfile'), root },
      readDockerfile('FROM a\nCOPY go.mod .\n'),
      (_, read) => ['r/0.txt', ...[...read.values()].flatMap((file) => (file ? next(file.text) : []))],
    );
    return files;
  };
  assert.deepEqual([...(await chain((text) => `r/${text}.txt`)).keys()], ['r/0.txt', 'r/1.txt', 'r/2.txt', 'r/.txt']);
  let asked = 0;
  assert.ok((await chain(() => `r/${++asked % 3}.txt`)).size <= 3);
});

test('compose files are not looked for without end, nor where packages are kept', async () => {
  const compose = 'services: { a: { build: { context: /nowhere } } }';
  const folder = (name: string) => `services: { a: { build: { context: ${name}, target: found } } }`;
  put({
    'node_modules/x/compose.yaml': folder(root),
    '.hidden/compose.yaml': folder(root),
    'a/b/c/d/e/compose.yaml': folder(root),
  });
  assert.deepEqual(await targetsOf(), { names: [], sure: false });
  put({ 'a/b/c/d/compose.yaml': folder(root) });
  assert.deepEqual(await targetsOf(), { names: ['found'], sure: false });
  put(Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`0/many/${i}/compose.yaml`, compose])));
  assert.deepEqual(await targetsOf(), { names: [], sure: false }, 'a hundred are enough');
  put({ 'a/b/c/d/e/f/Dockerfile': '', 'a/b/c/d/e/f/compose.yaml': 'services: { a: { build: { target: near } } }' });
  assert.deepEqual(await targetsOf('a/b/c/d/e/f/Dockerfile'), { names: ['near'], sure: false }, 'but those around it');
});
