/** Images through the language server and its image process: a real process, that really dies. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import {
  type ComparisonProgress,
  closeComparison,
  closeImage,
  compareImages,
  comparisonProgress,
  describeImage,
  type FileRow,
  type ImageAt,
  type ImageProgress,
  imageProgress,
  imageVerified,
  listArchive,
  listCompared,
  listFolder,
  type Request,
  readFile,
  reportImage,
  trustGranted,
} from '../../server/protocol.ts';
import { dir, file, legacySave, symlink, tar, whiteout } from '../support/image-builder.ts';
import { archiveWith, folderWith } from '../support/images.ts';
import { type Client, type ClientOptions, startClient } from '../support/lsp-client.ts';

const IMAGE_PROCESS = join(import.meta.dirname, '../../server/image-process.ts');

let client: Client;
const start = async (options: ClientOptions = {}) => {
  client = await startClient({ ...options, server: { imageProcess: IMAGE_PROCESS } });
};
// Also called after the tests of other files that run in this process.
afterEach(() => client?.stop());

const ask = <In, Out>({ method }: Request<In, Out>, input: In): Promise<Out> =>
  client.connection.sendRequest(method, input);
const folder = (reference: string, path: string, flaggedOnly = false) =>
  ask(listFolder, { reference, view: { kind: 'image' }, folder: path, offset: 0, count: 100, flaggedOnly });
const names = ({ rows }: { rows: readonly FileRow[] }) => rows.map(({ name }) => name);

const SAVE = legacySave([
  {
    name: 'app:1',
    layers: [
      tar([
        dir('bin'),
        file('bin/sh', '\x7fELF', { mode: 0o755 }),
        file('bin/su', '\x7fELF', { mode: 0o4755 }),
        file('old', 'old'),
      ]),
      tar([dir('app'), file('app/hello.txt', 'Hello'), symlink('app/link', 'hello.txt'), whiteout('old')]),
    ],
  },
]);

test('two archives compared: what differs as a whole and in each folder, also after the process has died', async (t) => {
  await start();
  const before = await archiveWith(t, SAVE);
  const after = await archiveWith(t, legacySave([{ name: 'app:2', layers: [tar([file('app/hello.txt', 'Hallo')])] }]));
  const pair = { before, after };
  const told: number[] = [];
  client.connection.onNotification(comparisonProgress, ({ done }: ComparisonProgress) => void told.push(done));
  const { files, components } = await ask(compareImages, pair);
  assert.deepEqual(told, [1, 2]);
  assert.deepEqual(files, { added: 0, removed: 3, modified: 1, unread: 0 });
  assert.ok(components.some(({ category, after }) => category === 'shell' && !after));
  const rows = async (folder: string) => {
    const { rows } = await ask(listCompared, { ...pair, folder, offset: 0, count: 10 });
    return rows.map(({ name, change }) => `${name} ${change}`);
  };
  assert.deepEqual(await rows('/app'), ['hello.txt modified', 'link removed']);
  assert.equal(await ask(closeComparison, pair), null);
  for (const pid of imageProcesses()) process.kill(pid, 'SIGKILL');
  assert.deepEqual(await again(() => rows('/')), ['app undefined', 'bin removed']);
});

test('an archive: its images, layers, folders, files, and what is flagged', async (t) => {
  await start();
  const path = await archiveWith(t, SAVE);
  const { images, problems } = await ask(listArchive, { path });
  assert.deepEqual(problems, []);
  const [{ reference, name }] = images as [(typeof images)[0]];
  assert.equal(name, 'app:1');
  assert.equal((await ask(describeImage, { reference })).layers.filter(({ index }) => index !== undefined).length, 2);
  assert.deepEqual(names(await folder(reference, '/')), ['app', 'bin']);
  assert.deepEqual(names(await folder(reference, '/', true)), ['bin']);
  const { rows } = await folder(reference, '/bin');
  assert.deepEqual(
    rows.map(({ name, flags }) => [name, flags.map(({ category }) => category)]),
    [
      ['sh', ['shell']],
      ['su', ['privilege-tools', 'setuid-setgid']],
    ],
  );
  const view = { kind: 'image' } as const;
  const { base64 } = await ask(readFile, { reference, view, path: '/app/link', limit: 100 });
  assert.equal(Buffer.from(base64, 'base64').toString(), 'Hello');
  assert.deepEqual((await ask(reportImage, { reference })).components.map(({ category }) => category).sort(), [
    'privilege-tools',
    'root-user',
    'setuid-setgid',
    'shell',
  ]);
});

test('progress is told, and ends', async (t) => {
  await start();
  const told: ImageProgress[] = [];
  client.connection.onNotification(imageProgress, (progress: ImageProgress) => void told.push(progress));
  const reference = `docker-archive:${await archiveWith(t, SAVE)}`;
  await ask(reportImage, { reference });
  assert.equal(told.at(-1)?.done, true);
  assert.equal(told.at(-1)?.reference, reference);
});

test('what cannot be had is one sentence, and nothing else of the server suffers', async (t) => {
  await start();
  await assert.rejects(
    ask(describeImage, { reference: 'docker-archive:/nowhere/image.tar' }),
    /\/nowhere\/image\.tar.*\.$/,
  );
  const reference = `docker-archive:${await archiveWith(t, SAVE)}`;
  await assert.rejects(folder(reference, '/nothing'), /There is no folder “\/nothing” here\.$/);
  assert.deepEqual(names(await folder(reference, '/app')), ['hello.txt', 'link']);
});

test('a request can be cancelled, and asked again', async (t) => {
  await start();
  const reference = `docker-archive:${await archiveWith(t, SAVE)}`;
  const source = new CancellationTokenSource();
  const asked = client.connection.sendRequest(reportImage.method, { reference }, source.token);
  source.cancel();
  await asked.then(
    // It may have been faster than the cancellation.
    (report) => assert.ok(report),
    (error) => assert.match(String(error), /cancel/i),
  );
  await ask(closeImage, { reference });
  assert.deepEqual(names(await folder(reference, '/')), ['app', 'bin']);
});

test('the image process dies: a sentence for who waits, then it is back, and diagnostics never stopped', async (t) => {
  await start();
  const reference = `docker-archive:${await archiveWith(t, SAVE)}`;
  await folder(reference, '/');
  for (const pid of imageProcesses()) process.kill(pid, 'SIGKILL');
  const uri = pathToFileURL('/project/Dockerfile').href;
  await client.open(uri, 'FROM scratch\nUSER 1\nCMD app\n');
  assert.deepEqual(
    (await client.diagnostics(uri)).map(({ code }) => code),
    ['shell-form'],
  );
  assert.deepEqual(names(await again(() => folder(reference, '/'))), ['app', 'bin']);
});

test('an image that takes too much memory ends its process only, which says so; the others are back from the cache', async (t) => {
  const cacheFolder = join(await folderWith(t, []), 'layers');
  await start({ settings: { image: { memoryLimitMB: 128 } }, initializationOptions: { cacheFolder } });
  const verified = new Promise((resolve) => client.connection.onNotification(imageVerified, resolve));
  const small = `docker-archive:${await archiveWith(t, SAVE)}`;
  assert.deepEqual(names(await folder(small, '/')), ['app', 'bin']);
  await verified;
  const kept = readdirSync(cacheFolder)
    .filter((name) => name.endsWith('.layer'))
    .map((name) => join(cacheFolder, name));
  assert.equal(kept.length, 2);
  for (const path of kept) utimesSync(path, 0, 0);
  const uri = pathToFileURL('/project/Dockerfile').href;
  await client.open(uri, 'FROM scratch\nUSER 1\nCMD app\n');
  // Names alone are more than the limit, wherever they are kept: each path has folders of its own.
  const many = Array.from({ length: 20_000 }, (_, i) => file(`${`${i}${'x'.repeat(200)}/`.repeat(18)}file`));
  const reference = `docker-archive:${await archiveWith(t, legacySave([{ name: 'big:1', layers: [tar(many)] }]))}`;
  await assert.rejects(ask(reportImage, { reference }), /more than 128 MB of memory.*memoryLimitMB/);
  assert.deepEqual(names(await again(() => folder(small, '/'))), ['app', 'bin']);
  for (const path of kept) assert.ok(statSync(path).mtimeMs > 0, 'what was kept of the layer was used');
  await client.change(uri, undefined, 'FROM scratch\nUSER 1\nCMD ["app"]\nCMD app\n');
  assert.ok((await client.diagnostics(uri)).some(({ code }) => code === 'shell-form'));
});

test('digests of plain layers come later, what was verified is kept, and trust starts the process anew', async (t) => {
  const cacheFolder = join(await folderWith(t, []), 'layers');
  await start({ initializationOptions: { cacheFolder } });
  const verified: string[] = [];
  let wake = () => {};
  client.connection.onNotification(imageVerified, ({ reference }: ImageAt) => {
    verified.push(reference);
    wake();
  });
  const reference = `docker-archive:${await archiveWith(t, SAVE)}`;
  const told = new Promise<void>((resolve) => (wake = resolve));
  await folder(reference, '/');
  await told;
  const states = async () => (await ask(describeImage, { reference })).layers.map(({ verification }) => verification);
  assert.deepEqual(await states(), ['verified', 'verified']);
  assert.deepEqual(verified, [reference]);
  assert.equal(readdirSync(cacheFolder).filter((name) => name.endsWith('.layer')).length, 2);

  const [before] = imageProcesses();
  await client.connection.sendNotification(trustGranted);
  assert.deepEqual(names(await folder(reference, '/')), ['app', 'bin']);
  const environment = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  const [after] = imageProcesses().filter((pid) => pid !== before);
  if (process.platform === 'linux') assert.ok(environment(after!).includes('DISTROLESS_TRUSTED=1'));
});

test('registries are asked through the proxy that the editor is set to, from the moment it is', {
  timeout: 60_000,
}, async (t) => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url = '', headers }, socket) => {
    asked.push(`${url} ${headers['proxy-authorization']}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await start({ http: { proxy: 'http://127.0.0.1:1', noProxy: ['inside.example', 5] } });
  const reference = 'docker://registry.example/app:1';
  await assert.rejects(ask(describeImage, { reference }), /registry\.example/);
  const http = { proxy: address, noProxy: ['inside.example'], proxyAuthorization: 'Basic YTpi' };
  await client.changeSettings({}, http);
  // The process that was started with the other one may still answer.
  for (let said = ''; !/the proxy 127\.0\.0\.1:\d+ answers 403/.test(said); )
    said = await ask(describeImage, { reference }).then(String, String);
  assert.deepEqual([...new Set(asked)], ['registry.example:443 Basic YTpi']);
  // What is no header is as if it were not set.
  await client.changeSettings({}, { ...http, proxyAuthorization: 'Basic a\r\nX: y' });
  while (!asked.includes('registry.example:443 undefined')) await ask(describeImage, { reference }).catch(() => {});
  if (process.platform !== 'linux') return;
  const [pid] = imageProcesses();
  const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  assert.match(environment.find((line) => line.startsWith('NO_PROXY=')) ?? '', /^NO_PROXY=inside\.example(,|$)/);
});

/** The process may still be on its way out when it is asked. */
async function again<Value>(attempt: () => Promise<Value>): Promise<Value> {
  return attempt().catch((error) => {
    assert.match(String(error), /memory|ended unexpectedly/);
    return attempt();
  });
}

/** Children of this very process that run the image process. */
function imageProcesses(): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => Number(parent) === process.pid && args.join(' ').includes('image-process'))
    .map(([pid]) => Number(pid));
}
