/** Names of stages in an editor: hover, definition, references, highlights and renaming, by BuildKit's lookup rules. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Location, WorkspaceEdit } from 'vscode-languageserver/node';
import { type Client, type ClientOptions, startClient } from '../support/lsp-client.ts';

let uri = 'file:///project/Dockerfile';
let text = '';
let client: Client;
let folder: string | undefined;
afterEach(async () => {
  await client?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
});

/** `files` lie beside the Dockerfile. */
async function open(dockerfile: string, files?: Record<string, string>, options: ClientOptions = {}): Promise<void> {
  text = dockerfile;
  uri = 'file:///project/Dockerfile';
  if (files) {
    folder = mkdtempSync(join(tmpdir(), 'distroless-'));
    for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
    uri = pathToFileURL(join(folder, 'Dockerfile')).href;
  }
  client = await startClient({ ...(folder ? { folders: [pathToFileURL(folder).href] } : {}), ...options });
  await client.open(uri, text);
}

/** Asks at the place of `‸` in a piece of the file. */
function ask<Out>(method: string, piece: string, more: object = {}): Promise<Out> {
  const [before = '', after = ''] = piece.split('‸');
  const at = text.indexOf(before + after);
  assert.ok(at >= 0, piece);
  const above = text.slice(0, at + before.length).split('\n');
  const position = { line: above.length - 1, character: above.at(-1)!.length };
  return client.connection.sendRequest(`textDocument/${method}`, { textDocument: { uri }, position, ...more });
}

async function hover(piece: string): Promise<string | undefined> {
  return (await ask<{ contents: { value: string } } | null>('hover', piece))?.contents.value;
}

async function definition(piece: string): Promise<string | undefined> {
  const found = await ask<Location | null>('definition', piece);
  return found ? marked([found]) : undefined;
}

/** The lines of the file, by number from 1, with what is in the ranges in brackets. */
function marked(places: readonly Pick<Location, 'range'>[]): string {
  const lines = text.split('\n');
  return places
    .map(({ range: { start, end } }) => {
      assert.equal(start.line, end.line);
      const line = lines[start.line]!;
      const inside = line.slice(start.character, end.character);
      return `${start.line + 1}: ${line.slice(0, start.character)}[${inside}]${line.slice(end.character)}`;
    })
    .join('\n');
}

/** What becomes of the file; or why it stays as it is. */
async function renamed(piece: string, newName: string): Promise<string> {
  try {
    const edit = await ask<WorkspaceEdit | null>('rename', piece, { newName });
    if (!edit) return 'nothing';
    await client.apply({ title: 'rename', edit });
    return client.text(uri);
  } catch (error) {
    return (error as Error).message;
  }
}

const GO = `ARG BASE=gcr.io/distroless/static-debian13:nonroot
FROM golang:1.27-trixie AS Build
USER 1000
RUN CGO_ENABLED=0 go build -o /app .

FROM build AS test
RUN --mount=type=cache,target=/x --mount=type=bind,from=build,target=/src go test

FROM $BASE
COPY --link --from=BUILD --chown=65532:65532 /app /app
COPY --from=0 /LICENSE /
COPY --from=nginx:1.29 /etc/mime.types /etc/
COPY --from=test /report /
`;

test('the hover of a stage says what it is built on, as whom it runs, and whether it ships', async () => {
  await open(GO, undefined, { initializationOptions: { explores: true } });
  const build = await hover('--from=BU‸ILD');
  assert.equal(
    build?.replace(/\[Explore this base\]\(command:[^)]*\)/, 'LINK'),
    [
      'Stage `Build` (line 2) is built on `golang:1.27-trixie`',
      '',
      '- Does not ship, but for what is copied from it',
      '- Debian 13 · glibc 2.41 · Go 1.27',
      '- Runs as `1000`',
      '- A shell, a package manager',
      '',
      'LINK',
      '',
      'The base as known on 2026-08-23.',
    ].join('\n'),
  );
  for (const place of ['AS Bui‸ld', 'FROM bu‸ild AS', 'from=bu‸ild,target', '--from=‸0'])
    assert.equal(await hover(place), build, place);
  assert.match(
    (await hover('--from=te‸st'))!,
    /^Stage `test` \(line 6\) is built on stage `Build` \(line 2\), and that on `golang:1\.27-trixie`\n/,
  );
  assert.match(
    (await hover('--from=ngi‸nx'))!,
    /^`nginx:1\.29`\n[\s\S]*command:distroless\.exploreBase\?%5B%22nginx%3A1\.29%22%5D/,
  );
  assert.match(
    (await hover('$BA‸SE'))!,
    /^`gcr\.io\/distroless\/static-debian13:nonroot`\n\n- Google distroless · Debian 13 · no C library\n/,
  );
  assert.equal(await hover('CO‸PY --link'), undefined);
});

test('a hover knows the targets of compose files, and what the build is given in a stage’s stead', async () => {
  const compose =
    'services: { app: { build: { context: ., target: app, additional_contexts: { deps: docker-image://node:24 } } } }';
  await open(
    'FROM debian:13 AS base\nUSER 7\nFROM base AS app\nFROM alpine AS deps\nFROM scratch AS tools\nFROM app\nCOPY --from=deps / /\n',
    { 'compose.yaml': compose, '.distroless.json': '{"rules": {"full-distribution": "error"}}' },
  );
  await client.diagnosticsThat(uri, (_, shown) =>
    shown.some(({ code, severity }) => code === 'full-distribution' && severity === 1),
  );
  assert.match((await hover('AS a‸pp'))!, /^- Ships: it is what is built\n[\s\S]*^- Runs as `7`$/m);
  assert.match((await hover('AS ba‸se'))!, /^- Ships: what is built stands on it$/m);
  assert.match(
    (await hover('AS to‸ols'))!,
    /is built on nothing \(`scratch`\)\n\n- Does not ship, but for what is copied from it\n/,
  );
  assert.match(
    (await hover('FROM a‸pp\n'))!,
    /^Stage `app` \(line 3\) is built on stage `base` \(line 1\), and that on `debian:13`\n/,
  );
});

test('what a stage is given instead is said where the stage is named', async () => {
  const bake = 'target "default" { contexts = { deps = "docker-image://node:24", src = "target:other" } }';
  await open(
    'FROM alpine AS deps\nRUN npm ci\nFROM debian:13\nCOPY --from=deps /a /\nRUN --mount=from=src,target=/s make\n',
    {
      'docker-bake.hcl': bake,
      '.distroless.json': '{"rules": {"full-distribution": "error"}}',
    },
  );
  await client.diagnosticsThat(uri, (_, shown) =>
    shown.some(({ code, severity }) => code === 'full-distribution' && severity === 1),
  );
  const instead =
    'A bake or compose file gives the image `node:24` to the build instead of the stage `deps`.\n\n`node:24`\n';
  assert.ok((await hover('--from=de‸ps'))?.startsWith(instead));
  assert.ok((await hover('AS de‸ps'))?.startsWith(instead));
  assert.equal(await hover('from=s‸rc'), 'A bake or compose file gives what `other` builds to the build as `src`.');
  assert.match(
    await renamed('AS de‸ps', 'packages'),
    /^A bake or compose file gives the image “node:24” to the build as “deps”\. /,
  );
  assert.match(await renamed('AS de‸ps', 'src'), /^A bake or compose file gives /);
});

test('what is no stage is said to be an image, which tells who has misspelt a name', async () => {
  const explores = { initializationOptions: { explores: true } };
  await open('FROM debian:13 AS build\nCOPY --from=bild /a /\nCOPY --from=ghcr.io/a/b:1 /a /\n', undefined, explores);
  const misspelt = 'No stage of this file is called `bild`, so it is the name of an image.\n\n[Explore this image](';
  assert.ok((await hover('--from=bi‸ld'))?.startsWith(misspelt));
  assert.ok((await hover('--from=ghcr‸'))?.startsWith('[Explore this image]('));
});

test('names in a hover are text, whatever they hold', async () => {
  await open('FROM a AS b``c`[x](command:quit)\u202E\nFROM b``c`[x](command:quit)\u202E\n');
  const name = '``` b``c`[x](command:quit)\uFFFD ```';
  assert.equal((await hover('AS b‸'))?.split('\n')[0], `Stage ${name} (line 1) is built on \`a\``);
});

test('a definition is found from each place that BuildKit finds it from, and from no other', async () => {
  await open(GO);
  for (const place of ['--from=BU‸ILD', 'FROM bu‸ild AS', 'from=bu‸ild,target', '--from=‸0', 'AS ‸Build', 'AS Build‸'])
    assert.equal(await definition(place), '2: FROM golang:1.27-trixie AS [Build]', place);
  for (const place of ['gol‸ang', '--from=ngi‸nx', '$BA‸SE', 'CO‸PY --link', 'target=‸/src', 'A‸S Build'])
    assert.equal(await definition(place), undefined, place);
});

test('FROM means the last stage of a name above it, --from the last of all; a mount takes no numbers, FROM no capitals', async () => {
  await open(
    'FROM debian AS a\nFROM a AS b\nFROM alpine AS A\nFROM a AS c\nFROM A AS d\nCOPY --from=a /x /\nRUN --mount=from=0 make\nFROM debian\nCOPY --from=7 /x /\n',
  );
  assert.equal(await definition('FROM ‸a AS b'), '1: FROM debian AS [a]');
  assert.equal(await definition('FROM ‸a AS c'), '3: FROM alpine AS [A]');
  assert.equal(await definition('--from=‸a'), '3: FROM alpine AS [A]');
  assert.equal(await definition('FROM ‸A AS d'), undefined);
  assert.equal(await definition('--mount=from=‸0'), undefined);
  assert.equal(await definition('--from=‸7'), undefined);
});

test('what ONBUILD names counts where a stage of the file carries it out', async () => {
  const onbuild = 'FROM debian:13 AS tools\nFROM debian:13 AS base\nONBUILD COPY --from=tools /a /\n';
  await open(`${onbuild}FROM base\n`);
  assert.equal(await definition('--from=to‸ols'), '1: FROM debian:13 AS [tools]');
  assert.equal((await hover('--from=to‸ols'))?.split('\n')[0], 'Stage `tools` (line 1) is built on `debian:13`');
  assert.equal(await renamed('AS to‸ols', 'more'), `${onbuild.replaceAll('tools', 'more')}FROM base\n`);
  await client.stop();
  await open(onbuild);
  assert.equal(await definition('--from=to‸ols'), undefined);
  assert.equal(await renamed('AS to‸ols', 'more'), onbuild.replace('AS tools', 'AS more'));
});

test('references and highlights are all places that mean the stage', async () => {
  await open(GO);
  const uses = [
    '6: FROM [build] AS test',
    '7: RUN --mount=type=cache,target=/x --mount=type=bind,from=[build],target=/src go test',
    '10: COPY --link --from=[BUILD] --chown=65532:65532 /app /app',
    '11: COPY --from=[0] /LICENSE /',
  ];
  const all = ['2: FROM golang:1.27-trixie AS [Build]', ...uses].join('\n');
  const references = (includeDeclaration: boolean) =>
    ask<Location[]>('references', '--from=‸0', { context: { includeDeclaration } });
  assert.equal(marked(await references(true)), all);
  assert.equal(marked(await references(false)), uses.join('\n'));
  assert.equal(marked(await ask<Location[]>('documentHighlight', 'AS Bu‸ild')), all);
  assert.equal(await ask('documentHighlight', '--from=ngi‸nx'), null);
});

test('renaming a stage changes all its names, and neither its number nor what is called alike', async () => {
  await open(GO);
  assert.equal(await ask('prepareRename', '--from=‸0'), null);
  assert.deepEqual(await ask('prepareRename', '--from=BU‸ILD'), {
    start: { line: 9, character: 19 },
    end: { line: 9, character: 24 },
  });
  const after = GO.replace('AS Build', 'AS Compile')
    .replace('FROM build', 'FROM compile')
    .replace('from=build,', 'from=Compile,')
    .replace('from=BUILD', 'from=Compile');
  assert.equal(await renamed('from=bu‸ild', 'Compile'), after);
  assert.deepEqual(client.messages, []);
});

test('a name that would break the build, or change what is built, is refused with the reason', async () => {
  await open(
    'ARG V=run\nFROM debian:13 AS build\nFROM alpine AS run\nFROM $V\nCOPY --from=build /a /\nCOPY --from=busybox /b /\n',
  );
  assert.match(await renamed('AS bu‸ild', '1st'), /^The name of a stage begins with a letter/);
  assert.match(await renamed('AS bu‸ild', 'a b'), /^The name of a stage begins with a letter/);
  assert.match(await renamed('AS bu‸ild', 'Scratch'), /^“scratch” means the empty image\./);
  assert.match(await renamed('AS bu‸ild', 'RUN'), /^“run” is the name of another stage \(line 3\)\./);
  assert.match(await renamed('AS bu‸ild', 'alpine'), /^“alpine” is the name of an image in line 3,/);
  assert.match(await renamed('AS bu‸ild', 'busybox'), /^“busybox” is the name of an image in line 6,/);
  assert.match(await renamed('AS r‸un', 'start'), /^Line 4 names this stage through a variable/);
  assert.equal(await renamed('--from=busy‸box', 'x'), 'nothing');
  assert.equal(client.text(uri), text);
});

test('whoever renames a target of a compose file is told that it stands there too', async () => {
  await open('FROM debian:13 AS app\nFROM debian:13 AS tools\n', {
    'compose.yaml': 'services: { app: { build: { target: app } } }',
    '.distroless.json': '{"rules": {"full-distribution": "error"}}',
  });
  await client.diagnosticsThat(uri, (_, shown) =>
    shown.some(({ code, severity }) => code === 'full-distribution' && severity === 1),
  );
  await renamed('AS to‸ols', 'more');
  assert.deepEqual(client.messages, []);
  text = client.text(uri);
  assert.match(await renamed('AS a‸pp', 'service'), /^FROM debian:13 AS service$/m);
  assert.match(client.messages.join(), /^“app” is also named by a compose, bake or project file: change it there too/);
});

test('whoever renames a stage that a variable may name is told of that line', async () => {
  await open('ARG KIND\nFROM debian:13 AS base-a\nFROM alpine:$KIND AS b\nFROM base-${KIND}\n');
  assert.match(await renamed('AS base‸-a', 'base'), /^FROM debian:13 AS base$/m);
  assert.deepEqual(client.messages, [
    'FROM in line 4 takes its name from a variable: look whether that can be “base-a”.',
  ]);
});
