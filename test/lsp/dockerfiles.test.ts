/** The Dockerfile half, as an editor sees it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver/node';
import { type Client, type ClientOptions, startClient } from '../support/lsp-client.ts';

const URI = 'file:///project/Dockerfile';
const BROKEN = `FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
# starts the server
CMD node server.js
`;

let client: Client;
const start = async (options?: ClientOptions) => {
  client = await startClient(options);
  return client;
};
// Also called after the tests of other files that run in this process.
afterEach(() => client?.stop());

test('a finding is a diagnostic with source, code and a link to the rule’s page', async () => {
  await start({ server: { rulePages: join(tmpdir(), 'pages') } });
  await client.open(URI, BROKEN);
  const [diagnostic, ...others] = await client.diagnostics(URI);
  assert.deepEqual(others, []);
  assert.equal(diagnostic?.source, 'distroless');
  assert.equal(diagnostic.code, 'shell-form');
  assert.equal(diagnostic.codeDescription?.href, pathToFileURL(join(tmpdir(), 'pages', 'shell-form.md')).href);
  assert.equal(diagnostic.severity, DiagnosticSeverity.Error);
  assert.deepEqual(diagnostic.range, { start: { line: 3, character: 0 }, end: { line: 3, character: 3 } });
});

test('its fix is offered there, applied, and the finding is gone', async () => {
  await start();
  await client.open(URI, BROKEN);
  const [diagnostic] = await client.diagnostics(URI);
  const [action] = await client.codeActions(URI, diagnostic!.range, ['quickfix']);
  assert.equal(action?.diagnostics?.[0]?.code, 'shell-form');
  assert.equal(action.isPreferred, true);
  await client.apply(action);
  assert.equal(client.text(URI), BROKEN.replace('CMD node server.js', 'CMD ["server.js"]'));
  assert.deepEqual(await client.diagnostics(URI), []);
  assert.deepEqual(await client.codeActions(URI, diagnostic!.range, ['quickfix']), []);
});

test('“fix all of this kind” is a fix of the same diagnostic, before the ways to ignore it', async () => {
  await start();
  await client.open(
    URI,
    'FROM gcr.io/distroless/static-debian12:nonroot\nFROM gcr.io/distroless/static-debian12:nonroot\n',
  );
  const retired = (await client.diagnostics(URI)).filter(({ code }) => code === 'retired-base');
  const actions = await client.codeActions(URI, retired[1]!.range, ['quickfix']);
  const [one, all, ignore] = actions.filter(({ diagnostics: [first] = [] }) => first?.code === 'retired-base');
  assert.match(one!.title, /^Build on /);
  assert.equal(all?.title, 'Fix all of this kind: “retired-base”');
  assert.deepEqual(all.diagnostics, [retired[1]]);
  assert.equal(ignore?.title, 'Ignore “retired-base” here');
});

test('what does nothing is faded', async () => {
  await start();
  await client.open(
    URI,
    'FROM debian:13 AS old\nFROM gcr.io/distroless/static-debian13:nonroot\nCMD ["/a"]\nCMD ["/b"]\nRUN x\n',
  );
  const shown = await client.diagnostics(URI);
  assert.deepEqual(
    shown.flatMap(({ code, tags }) => (tags ? [[code, ...tags]] : [])),
    [
      ['unused-stage', DiagnosticTag.Unnecessary],
      ['repeated-instruction', DiagnosticTag.Unnecessary],
    ],
  );
  assert.ok(shown.some(({ code }) => code === 'shell-form'));
});

test('no fix is offered elsewhere in the file', async () => {
  await start();
  await client.open(URI, BROKEN);
  await client.diagnostics(URI);
  const first = { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } };
  assert.deepEqual(await client.codeActions(URI, first, ['quickfix']), []);
});

test('edits that come faster than they are checked end with the diagnostics of the last version', async () => {
  await start();
  await client.open(URI, BROKEN);
  const at = (line: number, character: number) => ({ start: { line, character }, end: { line, character } });
  // Typing a comment, one character at a time, then what cures the file.
  for (const [i, character] of [...'# typed quickly'].entries()) await client.change(URI, at(0, i), character);
  await client.change(URI, at(0, 15), '\n');
  await client.change(URI, { start: { line: 4, character: 4 }, end: { line: 4, character: 18 } }, '["server.js"]');
  assert.equal(client.text(URI), `# typed quickly\n${BROKEN.replace('node server.js', '["server.js"]')}`);
  assert.deepEqual(await client.diagnostics(URI), []);
  const versions = client.published.map(({ version }) => version!);
  assert.deepEqual(
    versions,
    [...versions].sort((a, b) => a - b),
    'never an older version after a newer one',
  );
  assert.ok(client.published.length < 18, 'not every version was checked');
});

test('closing a document takes its diagnostics away', async () => {
  await start();
  await client.open(URI, BROKEN);
  await client.diagnostics(URI);
  await client.close(URI);
  await new Promise<void>((resolve) => {
    const look = () => (client.published.at(-1)?.diagnostics.length === 0 ? resolve() : setImmediate(look));
    look();
  });
});

test('a comparison and history are not checked, an untitled document is', async () => {
  await start();
  await client.open('git:/project/Dockerfile?HEAD', BROKEN);
  await client.open('untitled:Untitled-1', BROKEN);
  assert.equal((await client.diagnostics('untitled:Untitled-1')).length, 1);
  assert.deepEqual(
    client.published.filter(({ uri }) => uri.startsWith('git:')),
    [],
  );
});

test('the setting changes a severity, or switches a rule off', async () => {
  await start({ settings: { rules: { 'shell-form': 'hint' } } });
  await client.open(URI, BROKEN);
  assert.deepEqual(
    (await client.diagnostics(URI)).map(({ severity }) => severity),
    [DiagnosticSeverity.Hint],
  );
  await client.stop();
  await start({ settings: { rules: { 'shell-form': 'off' } } });
  await client.open(URI, BROKEN);
  assert.deepEqual(await client.diagnostics(URI), []);
});

test('of two folders each has its own settings', async () => {
  const settings = { family: 'static', rules: { 'shell-form': 'off' } };
  await start({ settingsOf: { 'file:///second': settings }, settings: { rules: { 'shell-form': 'hint' } } });
  const second = 'file:///second/Dockerfile';
  await client.open(URI, BROKEN);
  await client.open(second, BROKEN);
  const [shown] = await client.diagnostics(URI);
  assert.equal(shown?.severity, DiagnosticSeverity.Hint);
  assert.deepEqual(await client.diagnostics(second), []);
  await client.change(URI, undefined, GO);
  await client.change(second, undefined, GO);
  const everywhere = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const titles = await Promise.all(
    [URI, second].map(async (uri) => (await client.codeActions(uri, everywhere, ['refactor.rewrite']))[0]?.title),
  );
  assert.deepEqual(titles, [
    'Convert to a multi-stage build on “gcr.io/distroless/static-debian13:nonroot”',
    'Convert to a multi-stage build on “scratch”',
  ]);
});

test('a setting of a wrong shape is as if it were not there', async () => {
  await start({
    settings: { rules: { 'shell-form': 'loud', nonsense: 'off' }, engine: 7, image: { memoryLimitMB: 'much' } },
  });
  await client.open(URI, BROKEN);
  assert.deepEqual(
    (await client.diagnostics(URI)).map(({ severity }) => severity),
    [DiagnosticSeverity.Error],
  );
});

test('what is known of a base is shown where FROM names it, with its date and sources', async () => {
  await start();
  await client.open(URI, `FROM gcr.io/distroless/python3-debian12:nonroot AS run\nCMD ["app.py"]\n`);
  const hover = (line: number, character: number) =>
    client.connection.sendRequest('textDocument/hover', { textDocument: { uri: URI }, position: { line, character } });
  const { contents, range } = (await hover(0, 20)) as { contents: { value: string }; range: unknown };
  assert.deepEqual(range, { start: { line: 0, character: 5 }, end: { line: 0, character: 47 } });
  const lines = contents.value.split('\n');
  assert.equal(lines[0], '`gcr.io/distroless/python3-debian12:nonroot`');
  assert.ok(lines.includes('- Google distroless · Debian 12 · glibc 2.36 · Python 3.11.2'), contents.value);
  assert.ok(lines.includes('- Starts `/usr/bin/python3.11`: CMD holds only what comes after it'), contents.value);
  assert.ok(lines.includes('- Runs as `65532` in `/home/nonroot`'), contents.value);
  assert.ok(lines.includes('- No shell, no package manager'), contents.value);
  assert.ok(
    lines.some((line) =>
      /^- No updates since 2026-\d\d-\d\d; `gcr\.io\/distroless\/python3-debian13:nonroot` is there instead$/.test(
        line,
      ),
    ),
    contents.value,
  );
  assert.match(lines.at(-1) ?? '', /^As known on 2026-08-23\. Sources: `.+`\.$/);
  assert.equal(await hover(1, 2), null);
  assert.equal(await hover(0, 2), null);
});

const GO = `# The service
FROM golang:1.27-trixie
WORKDIR /src
COPY . .
# One binary
RUN go build -o /app ./cmd/app
ENTRYPOINT ["/app"]
`;

test('the conversion is a refactoring, and the action of the finding on the full distribution', async () => {
  await start();
  await client.open(URI, GO);
  const diagnostics = await client.diagnostics(URI);
  const found = diagnostics.find(({ code }) => code === 'full-distribution');
  const [refactoring] = await client.codeActions(URI, found!.range, ['refactor.rewrite']);
  const [fix] = (await client.codeActions(URI, found!.range, ['quickfix'])).filter(({ title }) =>
    title.startsWith('Convert'),
  );
  assert.deepEqual(fix?.edit, refactoring?.edit);
  assert.equal(fix?.diagnostics?.[0]?.code, 'full-distribution');
  await client.apply(refactoring!);
  assert.match(client.text(URI), /^FROM gcr\.io\/distroless\/static-debian13:nonroot$/m);
  for (const comment of ['# The service', '# One binary']) assert.ok(client.text(URI).includes(comment));
  assert.deepEqual(await client.diagnostics(URI), []);
});

test('other families of base images are offered besides, each with its own way to start', async () => {
  await start();
  await client.open(URI, 'FROM node:24-trixie\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n');
  const everywhere = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const actions = await client.codeActions(URI, everywhere, ['refactor.rewrite.distroless']);
  assert.deepEqual(
    actions.map(({ title }) => title),
    [
      'Convert to a multi-stage build on “gcr.io/distroless/nodejs24-debian13:nonroot”',
      'Convert to a multi-stage build on “dhi.io/node:24-debian13” (needs a login)',
    ],
  );
  await client.apply(actions[1]!);
  assert.match(client.text(URI), /^FROM dhi\.io\/node:24-debian13\n[\s\S]*^CMD \["node", "server\.js"\]$/m);
});

test('the family of the settings is the one that conversions end in', async () => {
  await start();
  await client.open(URI, GO);
  const everywhere = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  await client.changeSettings({ family: 'static' });
  const [action] = await client.codeActions(URI, everywhere, ['refactor.rewrite.distroless']);
  assert.equal(action?.title, 'Convert to a multi-stage build on “scratch”');
  await client.changeSettings({ family: 'best' });
  const [again] = await client.codeActions(URI, everywhere, ['refactor.rewrite.distroless']);
  assert.equal(again?.title, 'Convert to a multi-stage build on “gcr.io/distroless/static-debian13:nonroot”');
});

test('a conversion that should not be done says why', async () => {
  await start();
  await client.open(URI, 'FROM debian:13\nCMD ["bash"]\n');
  const everywhere = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
  const [action] = await client.codeActions(URI, everywhere, ['refactor.rewrite.distroless']);
  assert.equal(action?.edit, undefined);
  assert.match(action?.disabled?.reason ?? '', /^Line 2: .+\.$/);
});

test('the build context is read from the workspace, and from nowhere else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'distroless-'));
  const elsewhere = mkdtempSync(join(tmpdir(), 'distroless-'));
  try {
    const npmStart = `FROM node:24-trixie\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nCMD ["npm", "start"]\n`;
    const uri = pathToFileURL(join(folder, 'Dockerfile')).href;
    const manifest = JSON.stringify({ name: 'x', scripts: { start: 'node server.js' } });
    await start({ folders: [pathToFileURL(folder).href] });
    const convert = async () => {
      const [action] = await client.codeActions(
        uri,
        { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
        ['refactor.rewrite'],
      );
      return action;
    };
    writeFileSync(join(elsewhere, 'package.json'), manifest);
    symlinkSync(join(elsewhere, 'package.json'), join(folder, 'package.json'));
    await client.open(uri, npmStart);
    await client.diagnostics(uri);
    assert.ok((await convert())?.disabled, 'a link that leads out of the workspace is not followed');
    rmSync(join(folder, 'package.json'));
    writeFileSync(join(folder, 'package.json'), manifest);
    await client.apply((await convert())!);
    assert.match(client.text(uri), /^CMD \["server\.js"\]$/m);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(elsewhere, { recursive: true });
  }
});

test('a file with tens of thousands of findings: the gravest are shown, and the lightbulb has an end', async () => {
  const client = await startClient();
  const uri = 'untitled:Dockerfile';
  const stages = Array.from({ length: 30_000 }, (_, i) => `FROM node AS s${i}`).join('\n');
  await client.open(uri, `${stages}\nFROM gcr.io/distroless/static-debian13:nonroot\nRUN true\n`);
  const shown = await client.diagnostics(uri);
  assert.equal(shown.length, 1_000);
  assert.deepEqual(shown.at(-1)?.code, 'shell-form');
  const actions = await client.codeActions(uri, {
    start: { line: 0, character: 0 },
    end: { line: 40_000, character: 0 },
  });
  assert.ok(actions.length < 1_000);
  await client.stop();
});
