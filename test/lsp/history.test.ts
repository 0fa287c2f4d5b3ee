/** Of an image's history, the Dockerfile of the workspace that it was built of: real files, in real folders. */
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type DockerfileOfImage, dockerfilesOfImage } from '../../server/protocol.ts';
import { file } from '../support/image-builder.ts';
import { archiveWith, folderWith } from '../support/images.ts';
import { type Client, startClient } from '../support/lsp-client.ts';

let client: Client;
afterEach(() => client?.stop());

const API =
  'FROM debian:13\nWORKDIR /app\nRUN apt-get update && \\\n    apt-get install -y curl\nCOPY . .\nCMD ["node"]\n';
const HISTORY = [
  "# debian.sh --arch 'amd64' out/ 'trixie' '@1756' # buildkit",
  'CMD ["bash"]',
  'WORKDIR /app',
  'RUN /bin/sh -c apt-get update &&     apt-get install -y curl # buildkit',
  'COPY . . # buildkit',
  'CMD ["node"]',
];

/** In a folder with these files. */
async function startWith(test: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await folderWith(
    test,
    Object.entries(files).map(([name, body]) => file(name, body)),
  );
  client = await startClient({ folders: [pathToFileURL(root).href] });
  return root;
}

/** `api/Dockerfile complete - - 2 3 5 6`: lines from 1. */
async function found(root: string, history: readonly (string | null)[] = HISTORY): Promise<string[]> {
  const answer = await client.connection.sendRequest(dockerfilesOfImage.method, { history });
  return (answer as DockerfileOfImage[]).map(({ uri, complete, steps }) =>
    [
      uri.replace(`${pathToFileURL(root).href}/`, ''),
      complete ? 'complete' : 'partly',
      ...steps.map((step) => (step ? step.line + 1 : '-')),
    ].join(' '),
  );
}

test('the Dockerfile that has most in common with the history is found, wherever it is in the folder', async (t) => {
  const root = await startWith(t, {
    Dockerfile: 'FROM debian:13\nWORKDIR /app\nRUN make\nCMD ["node"]\n',
    'api/Dockerfile.prod': API,
    'api/Dockerfile.dockerignore': API,
    'node_modules/x/Dockerfile': API,
  });
  assert.deepEqual(await found(root), ['api/Dockerfile.prod complete - - 2 3 5 6']);
  const answer = await client.connection.sendRequest(dockerfilesOfImage.method, { history: HISTORY });
  const [{ steps }] = answer as [{ steps: readonly ({ text: string } | null)[] }];
  assert.equal(steps[3]?.text, 'RUN apt-get update && apt-get install -y curl');
});

test('what is in the editor counts, saved or not', async (t) => {
  const root = await startWith(t, { Dockerfile: API });
  await client.open(pathToFileURL(join(root, 'Dockerfile')).href, `# a line more\n${API}`);
  assert.deepEqual(await found(root), ['Dockerfile complete - - 3 4 6 7']);
});

test('a file that has changed since is said to have; one that only has in common what any has is none', async (t) => {
  const root = await startWith(t, { Dockerfile: API.replace('CMD ["node"]', 'CMD ["node", "server.js"]') });
  assert.deepEqual(await found(root), ['Dockerfile partly - - 2 3 5 -']);
  assert.deepEqual(await found(root, ['WORKDIR /app', 'RUN /bin/sh -c make # buildkit', 'CMD ["node"]']), []);
  assert.deepEqual(await found(root, ['WORKDIR /app', 'COPY . . # buildkit']), []);
  assert.deepEqual(await found(root, [null, null]), []);
});

test('of two that fit equally well none is preferred', async (t) => {
  const root = await startWith(t, { 'a/Dockerfile': API, 'b/Containerfile': API });
  assert.deepEqual(await found(root), ['a/Dockerfile complete - - 2 3 5 6', 'b/Containerfile complete - - 2 3 5 6']);
});

test('a name before the ending counts like one behind it', async (t) => {
  const root = await startWith(t, {
    'deploy/api.Dockerfile': API,
    'api.Dockerfile.dockerignore': API,
    'x.dockerfiles': API,
  });
  assert.deepEqual(await found(root), ['deploy/api.Dockerfile complete - - 2 3 5 6']);
});

test('the stage that the image was built of is found, if it is not the last', async (t) => {
  const root = await startWith(t, {
    Dockerfile: `${API.replace('debian:13', 'debian:13 AS app')}FROM app AS test\nRUN npm test\n`,
  });
  assert.deepEqual(await found(root), ['Dockerfile complete - - 2 3 5 6']);
});

test('no file is read through a link, none outside of the folder, and none that is larger than Dockerfiles are', async (t) => {
  const root = await startWith(t, { 'large/Dockerfile': `${API}${'# more\n'.repeat(40_000)}` });
  symlinkSync(await archiveWith(t, Buffer.from(API), 'Dockerfile'), join(root, 'Dockerfile'));
  assert.deepEqual(await found(root), []);
});
