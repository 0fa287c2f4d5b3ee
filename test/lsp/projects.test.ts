/** What the folder around a Dockerfile changes of what is said of it: project file, targets, context, comments, other extensions. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { CodeAction } from 'vscode-languageserver/node';
import { baseAtLine } from '../../server/protocol.ts';
import { type Client, type ClientOptions, startClient } from '../support/lsp-client.ts';

let client: Client | undefined;
let folder: string;
let uri: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'distroless-'));
  uri = pathToFileURL(join(folder, 'Dockerfile')).href;
});
afterEach(async () => {
  await client?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function put(files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function start(options: ClientOptions = {}): Promise<Client> {
  client = await startClient({ folders: [pathToFileURL(folder).href], ...options });
  return client;
}

const STATIC = 'gcr.io/distroless/static-debian13';
/** As root; in shell form where there is no shell. */
const BROKEN = `FROM ${STATIC}:latest@sha256:${'0'.repeat(64)}\nCMD a b\n`;
/** The last stage runs as nobody, the one before as root. */
const TWO = `FROM ${STATIC} AS final\nENTRYPOINT ["/a"]\nFROM ${STATIC}:nonroot AS tools\nENTRYPOINT ["/b"]\nCMD c d\n`;
const everywhere = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
const titled = (actions: readonly CodeAction[], title: string) => actions.find((one) => one.title === title);
const has = (rule: string) => (codes: readonly unknown[]) => codes.includes(rule);
const hasNot = (rule: string) => (codes: readonly unknown[]) => !codes.includes(rule);

test('the project file sets severities and ignores, the user’s settings go over it, and a change counts at once', async () => {
  put({ '.distroless.json': '{"rules": {"root-user": "off", "shell-form": "hint"}}' });
  const editor = await start();
  await editor.open(uri, BROKEN);
  const [shell, ...others] = await editor.diagnosticsThat(uri, hasNot('root-user'));
  assert.deepEqual([shell?.code, shell?.severity, others], ['shell-form', 4, []]);
  await editor.changeSettings({ rules: { 'root-user': 'error' } });
  await editor.diagnosticsThat(uri, has('root-user'));
  put({ '.distroless.json': '{"ignore": [{"rule": "root-user", "path": "Docker*"}]}' });
  await editor.changedOnDisk(join(folder, '.distroless.json'));
  const left = await editor.diagnosticsThat(uri, hasNot('root-user'));
  assert.deepEqual(
    left.map(({ code, severity }) => [code, severity]),
    [['shell-form', 1]],
  );
});

test('a broken project file is said once, and the Dockerfile is judged without it', async () => {
  put({ '.distroless.json': '{"rules": {"root-user": "off"}' });
  const editor = await start();
  await editor.open(uri, TWO);
  while (editor.messages.length === 0) await new Promise(setImmediate);
  await editor.diagnosticsThat(uri, has('shell-form'));
  put({ 'compose.yaml': 'services: { app: { build: { target: final } } }' });
  await editor.changedOnDisk(join(folder, 'compose.yaml'));
  await editor.diagnosticsThat(uri, has('root-user'));
  assert.equal(editor.messages.length, 1);
  const begins = `“${basename(folder)}/.distroless.json” is not JSON (line 1), so it is not used.`;
  assert.ok(editor.messages[0]!.startsWith(begins), editor.messages[0]);
  put({ '.distroless.json': '{"rules": {"root-user": "off"}}' });
  await editor.changedOnDisk(join(folder, '.distroless.json'));
  await editor.diagnosticsThat(uri, hasNot('root-user'));
  put({ '.distroless.json': '{' });
  await editor.changedOnDisk(join(folder, '.distroless.json'));
  while (editor.messages.length === 1) await new Promise(setImmediate);
  assert.match(editor.messages[1]!, /\.distroless\.json” is not JSON/, 'broken anew');
});

test('a project file that is open counts as it stands in the editor; while it is no JSON, what it said before; once deleted, nothing', async () => {
  put({ '.distroless.json': '{}' });
  const editor = await start();
  const project = pathToFileURL(join(folder, '.distroless.json')).href;
  await editor.open(uri, BROKEN);
  await editor.diagnosticsThat(uri, has('root-user'));
  await editor.open(project, '{"rules": {"root-user": "off"}}');
  await editor.diagnosticsThat(uri, hasNot('root-user'));
  await editor.change(project, undefined, '{"rules": {"root-user": ');
  await editor.change(uri, undefined, `${BROKEN}# more\n`);
  await editor.diagnosticsThat(uri, hasNot('root-user'));
  rmSync(join(folder, '.distroless.json'));
  await editor.changedOnDisk(join(folder, '.distroless.json'));
  await editor.diagnosticsThat(uri, has('root-user'));
  put({ '.distroless.json': '{}' });
  await editor.changedOnDisk(join(folder, '.distroless.json'));
  await editor.diagnosticsThat(uri, hasNot('root-user'));
  await editor.close(project);
  await editor.diagnosticsThat(uri, has('root-user'));
  assert.deepEqual(editor.messages, []);
  assert.ok(!editor.published.some((one) => one.uri === project));
});

test('a compose file says which stage ships', async () => {
  put({ '.distroless.json': '{"rules": {"shell-form": "off"}}' });
  const editor = await start();
  await editor.open(uri, TWO);
  await editor.diagnosticsThat(uri, (codes) => hasNot('shell-form')(codes) && hasNot('root-user')(codes));
  put({ 'compose.yaml': 'services: { app: { build: { context: ., target: final } } }' });
  await editor.changedOnDisk(join(folder, 'compose.yaml'));
  const [root] = (await editor.diagnosticsThat(uri, has('root-user'))).filter(({ code }) => code === 'root-user');
  assert.equal(root?.range.start.line, 0);
  rmSync(join(folder, 'compose.yaml'));
  await editor.changedOnDisk(join(folder, 'compose.yaml'));
  await editor.diagnosticsThat(uri, hasNot('root-user'));
});

test('a file of the build context is read after the first answer, and again when it changes', async () => {
  const text = `FROM ${STATIC}:nonroot\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n`;
  put({ 'start.sh': '#!/bin/sh\nexec /app\n' });
  chmodSync(join(folder, 'start.sh'), 0o755);
  const editor = await start();
  await editor.open(uri, text);
  const first = await editor.diagnostics(uri);
  assert.ok(!first.some(({ code }) => code === 'entrypoint-script'));
  await editor.diagnosticsThat(uri, has('entrypoint-script'));
  assert.ok(editor.watched.some((glob) => glob.includes('.sh')));
  assert.ok(editor.watched.some((glob) => glob.includes('compose')));
  put({ 'start.sh': '#!/app\n' });
  await editor.changedOnDisk(join(folder, 'start.sh'));
  await editor.diagnosticsThat(uri, hasNot('entrypoint-script'));
});

test('what BuildKit checks too, and what it cannot read, is left to another extension that says it', async () => {
  const editor = await start({ initializationOptions: { otherCheckers: true } });
  await editor.open(uri, `FROM ${STATIC}:nonroot as final\nCOPY a\n`);
  const both = (codes: readonly unknown[]) => codes.includes('from-as-casing') && codes.includes('syntax');
  const none = (codes: readonly unknown[]) => !codes.includes('from-as-casing') && !codes.includes('syntax');
  await editor.diagnosticsThat(uri, none);
  await editor.changeSettings({ buildkitChecks: 'on' });
  await editor.diagnosticsThat(uri, both);
  await editor.changeSettings({});
  await editor.diagnosticsThat(uri, none);
  await editor.connection.sendNotification('distroless/otherCheckers', { otherCheckers: false });
  await editor.diagnosticsThat(uri, both);
  await editor.changeSettings({ buildkitChecks: 'off' });
  await editor.diagnosticsThat(uri, none);
});

test('“ignore here” writes a comment, and a second one joins it', async () => {
  const editor = await start();
  const text = `FROM scratch\r\n\r\n  FROM ${STATIC}:latest@sha256:${'0'.repeat(64)} AS x\r\n  CMD a b\r\n`;
  await editor.open(uri, text);
  const at = (rule: string) => async () => {
    const found = (await editor.diagnosticsThat(uri, has(rule))).find(({ code }) => code === rule)!;
    return titled(await editor.codeActions(uri, found.range, ['quickfix']), `Ignore “${rule}” here`)!;
  };
  const shell = await at('shell-form')();
  assert.equal(shell.diagnostics?.[0]?.code, 'shell-form');
  assert.notEqual(shell.isPreferred, true);
  await editor.apply(shell);
  assert.equal(editor.text(uri), text.replace('  CMD', '  # distroless: ignore=shell-form\r\n  CMD'));
  await editor.diagnosticsThat(uri, hasNot('shell-form'));
  await editor.apply(await at('root-user')());
  assert.ok(editor.text(uri).includes('\r\n\r\n  # distroless: ignore=root-user\r\n  FROM'));
  await editor.diagnosticsThat(uri, hasNot('root-user'));
  await editor.change(
    uri,
    undefined,
    '# distroless: ignore=root-user\nFROM gcr.io/distroless/static:nonroot\nCMD ["/a"]\n',
  );
  const before = editor.text(uri);
  await editor.apply(await at('floating-base')());
  assert.equal(editor.text(uri), before.replace('root-user', 'root-user,floating-base'));
});

test('“ignore in this project” makes the project file, and then adds to it', async () => {
  const editor = await start();
  await editor.open(uri, BROKEN);
  const ignore = async (rule: string) => {
    await editor.diagnosticsThat(uri, has(rule));
    const action = titled(await editor.codeActions(uri, everywhere, ['quickfix']), `Ignore “${rule}” in this project`);
    await editor.apply(action!);
    await editor.diagnosticsThat(uri, hasNot(rule));
  };
  await ignore('root-user');
  await ignore('shell-form');
  assert.equal(
    readFileSync(join(folder, '.distroless.json'), 'utf8'),
    '{\n  "rules": {\n    "root-user": "off",\n    "shell-form": "off"\n  }\n}\n',
  );
});

test('“ignore in this project” is not offered without a project, without the means, and against the user’s settings', async () => {
  const offered = async (options: ClientOptions, where = uri) => {
    const editor = await start(options);
    await editor.open(where, BROKEN);
    await editor.diagnosticsThat(where, has('shell-form'));
    const actions = await editor.codeActions(where, everywhere, ['quickfix']);
    assert.ok(titled(actions, 'Ignore “shell-form” here'));
    const found = titled(actions, 'Ignore “shell-form” in this project') !== undefined;
    await editor.stop();
    return found;
  };
  assert.equal(await offered({}), true);
  assert.equal(await offered({ folders: [] }), false);
  assert.equal(await offered({}, 'untitled:Untitled-1'), false);
  assert.equal(await offered({ workspaceEdit: {} }), false);
  assert.equal(await offered({ workspaceEdit: { documentChanges: true } }), false);
  assert.equal(await offered({ settings: { rules: { 'shell-form': 'warning' } } }), false);
  put({ '.distroless.json': '{' });
  assert.equal(await offered({}), false);
  assert.equal(existsSync(join(folder, 'Dockerfile')), false);
});

test('all of a kind are fixed in one edit, where there are several', async () => {
  const editor = await start();
  const stage = (name: string) => `FROM gcr.io/distroless/nodejs24-debian13:nonroot AS ${name}\nCMD node ${name}.js\n`;
  await editor.open(uri, `${stage('a')}# between\n${stage('b')}`);
  await editor.diagnosticsThat(uri, has('shell-form'));
  const title = 'Fix all of this kind: “shell-form”';
  const action = titled(await editor.codeActions(uri, everywhere, ['quickfix']), title);
  await editor.apply(action!);
  const fixed = editor.text(uri);
  assert.ok(fixed.includes('CMD ["a.js"]\n# between\n') && fixed.endsWith('CMD ["b.js"]\n'), fixed);
  await editor.diagnosticsThat(uri, hasNot('shell-form'));
  await editor.change(uri, undefined, stage('a'));
  await editor.diagnosticsThat(uri, has('shell-form'));
  assert.equal(titled(await editor.codeActions(uri, everywhere, ['quickfix']), title), undefined);
});

test('source.fixAll does what is safe, and a second time nothing', async () => {
  const editor = await start();
  await editor.open(uri, `FROM ${STATIC} as final\n# starts it\nCMD ["/a"]\nCMD /app --port 80\n`);
  await editor.diagnosticsThat(uri, has('shell-form'));
  const fixAll = async (only: string) => (await editor.codeActions(uri, everywhere, [only]))[0];
  const action = await fixAll('source.fixAll.distroless');
  assert.equal(action?.kind, 'source.fixAll.distroless');
  assert.deepEqual((await fixAll('source.fixAll'))?.edit, action.edit);
  assert.equal(titled(await editor.codeActions(uri, everywhere), action.title), undefined, 'only when asked for');
  await editor.apply(action);
  assert.match(editor.text(uri), /CMD \["\/app", "--port", "80"\]\n$/);
  const left = await editor.diagnosticsThat(uri, hasNot('shell-form'));
  assert.ok(
    left.some(({ code }) => code === 'root-user'),
    'what assumes something is left to the user',
  );
  assert.equal(await fixAll('source.fixAll.distroless'), undefined);
});

const WORKED_ON = `FROM golang:1.27-trixie AS app
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /out/app .
CMD ["/out/app"]
FROM app AS dev-envs
RUN apt-get update && apt-get install -y git
`;

test('where a plain build makes a stage for development, the one below it can be converted, and a compose file that builds it says enough', async () => {
  const editor = await start();
  await editor.open(uri, WORKED_ON);
  await editor.diagnostics(uri);
  const kinds = ['refactor.rewrite.distroless'];
  const [asked] = await editor.codeActions(uri, everywhere, kinds);
  assert.equal(
    asked?.title,
    'Convert stage “app” to a multi-stage build on “gcr.io/distroless/static-debian13:nonroot”',
  );
  put({ 'compose.yaml': 'services:\n  app:\n    build: { context: ., target: app }\n' });
  await editor.changedOnDisk(join(folder, 'compose.yaml'));
  const [built] = await editor.codeActions(
    uri,
    { start: { line: 5, character: 0 }, end: { line: 5, character: 0 } },
    kinds,
  );
  assert.equal(built?.title, 'Convert to a multi-stage build on “gcr.io/distroless/static-debian13:nonroot”');
  await editor.apply(asked!);
  assert.match(editor.text(uri), /^FROM gcr\.io\/distroless\/static-debian13:nonroot AS final$/m);
});

test('of several stages that ship, the one around the cursor is converted', async () => {
  const stage = (name: string) =>
    `FROM golang:1.27-trixie AS ${name}\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /${name} ./${name}\nCMD ["/${name}"]\n`;
  put({ '.distroless.json': '{"target": ["api", "worker"]}' });
  const editor = await start();
  await editor.open(uri, `${stage('api')}${stage('worker')}`);
  await editor.diagnostics(uri);
  const titleAt = async (line: number) => {
    const range = { start: { line, character: 0 }, end: { line, character: 0 } };
    const [action] = await editor.codeActions(uri, range, ['refactor.rewrite.distroless']);
    return action?.title.replace(/ to a multi.*/, '');
  };
  assert.deepEqual([await titleAt(1), await titleAt(8)], ['Convert stage “api”', 'Convert stage “worker”']);
});

test('a document that is no file of this machine: less is said, and nothing is thrown', async () => {
  put({ '.distroless.json': '{"rules": {"shell-form": "off"}}' });
  const editor = await start();
  const logged: string[] = [];
  editor.connection.onNotification(
    'window/logMessage',
    ({ message }: { message: string }) => void logged.push(message),
  );
  for (const other of [
    'untitled:Untitled-1',
    'vscode-vfs://github/docker/awesome-compose/Dockerfile',
    'vscode-remote://ssh-remote%2Bhost/src/Dockerfile',
    'vscode-notebook-cell:/a%2Fb#x',
    'file://host/share/Dockerfile',
    'file:///a%2Fb/Dockerfile',
    'nonsense',
  ]) {
    await editor.open(other, BROKEN);
    const codes = (await editor.diagnostics(other)).map(({ code }) => code);
    assert.ok(codes.includes('shell-form'), other);
    const actions = await editor.codeActions(other, everywhere);
    assert.ok(titled(actions, 'Ignore “shell-form” here'), other);
    assert.equal(titled(actions, 'Ignore “shell-form” in this project'), undefined, other);
    const conversion = await editor.connection.sendRequest('distroless/convert', { uri: other });
    assert.equal((conversion as { outcome: string }).outcome, 'already-minimal', other);
    await editor.close(other);
  }
  assert.deepEqual(logged, []);
});

test('the name of a file to develop or to test with counts at once, and where there is no folder', async () => {
  const editor = await start();
  const text = 'FROM debian:13\nCMD ["/app"]\n';
  const told = async (uri: string) => {
    await editor.open(uri, text);
    const codes = (await editor.diagnostics(uri)).map(({ code }) => code);
    assert.ok(codes.includes('root-user'), uri);
    return codes.includes('full-distribution');
  };
  const here = (path: string) => pathToFileURL(join(folder, path)).href;
  for (const uri of [here('Dockerfile.dev'), here('e2e/Dockerfile'), 'vscode-vfs://github/a/b/test.Dockerfile'])
    assert.equal(await told(uri), false, uri);
  for (const uri of [here('Dockerfile'), 'vscode-vfs://github/dev/test/Dockerfile', 'untitled:Untitled-1'])
    assert.equal(await told(uri), true, uri);
});

test('several folders: each has its own project file, one inside another goes before it, and one that is removed is none', async () => {
  put({
    'one/.distroless.json': '{"rules": {"shell-form": "hint"}}',
    'one/two/.distroless.json': '{"rules": {"shell-form": "off"}}',
  });
  const href = (path: string) => pathToFileURL(join(folder, path)).href;
  const editor = await start({ folders: [href('one'), href('one/two'), href('three')] });
  const severity = (one: string, wanted: number | undefined) =>
    editor.diagnosticsThat(
      href(one),
      (_, diagnostics) => diagnostics.find(({ code }) => code === 'shell-form')?.severity === wanted,
    );
  await editor.open(href('one/sub/Dockerfile'), BROKEN);
  await severity('one/sub/Dockerfile', 4);
  await editor.open(href('one/two/Dockerfile'), BROKEN);
  await severity('one/two/Dockerfile', undefined);
  await editor.open(href('three/Dockerfile'), BROKEN);
  await severity('three/Dockerfile', 1);
  await editor.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
    event: { added: [], removed: [{ uri: href('one'), name: 'one' }] },
  });
  await severity('one/sub/Dockerfile', 1);
});

test('the hover of FROM says what a bake file gives by that name, and its base is explored', async () => {
  const contexts =
    'base = "docker-image://debian:13", src = "./`a`\u200b", build = "docker-image://golang:1.27", run = "target:app"';
  put({ 'docker-bake.hcl': `target "app" { contexts = { ${contexts} } }` });
  const editor = await start({ initializationOptions: { explores: true } });
  const copies = [0, 1].map((stage) => `COPY --from=${stage} /a /\n`).join('');
  await editor.open(uri, `FROM src\nFROM node:24 AS build\nFROM base\n${copies}CMD ["a"]\n`);
  await editor.diagnosticsThat(uri, has('full-distribution'));
  const hover = async (line: number) => {
    const position = { line, character: 6 };
    const answer = await editor.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
    return (answer as { contents: { value: string } } | null)?.contents.value ?? 'none';
  };
  const given = 'A bake or compose file gives';
  assert.equal(await hover(0), `${given} the folder \`\` ./\`a\`\uFFFD \`\` to the build as \`src\`.`);
  assert.ok(
    (await hover(1)).startsWith(`${given} the image \`golang:1.27\` to the build instead of the stage \`build\`.\n\n`),
  );
  assert.ok(
    (await hover(2)).startsWith(`${given} the image \`debian:13\` to the build as \`base\`.\n\n\`debian:13\`\n`),
  );
  assert.match(await hover(2), /command:distroless\.exploreBase\?%5B%22debian%3A13%22/);
  const base = (line: number) => editor.connection.sendRequest(baseAtLine.method, { uri, line });
  assert.deepEqual(await base(0), { kind: 'given' });
  assert.deepEqual(await base(1), { kind: 'image', name: 'golang:1.27' });
  assert.deepEqual(await base(4), { kind: 'image', name: 'debian:13' });
});
