/** The image process as its parent sees it: answers, cancellation, and its end. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import * as protocol from '../../../server/protocol.ts';
import { file, hybridSave, type Image, symlink, tar } from '../../support/image-builder.ts';
import { archiveWith, folderWith } from '../../support/images.ts';

function start(
  t: TestContext,
  env: Readonly<Record<string, string>> = {},
): { child: ChildProcess; connection: MessageConnection; progress: protocol.ImageProgress[] } {
  const child = fork(join(import.meta.dirname, '../../../server/image-process.ts'), [], {
    // Not the options of the test runner, which would run it as a test.
    execArgv: [],
    env: { ...process.env, DISTROLESS_ENGINE_ADDRESS: 'unix:///nowhere/docker.sock', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  const progress: protocol.ImageProgress[] = [];
  connection.onNotification(protocol.imageProgress, (each: protocol.ImageProgress) => void progress.push(each));
  connection.onError(() => {});
  connection.listen();
  t.after(() => {
    connection.dispose();
    child.kill();
  });
  return { child, connection, progress };
}

const image: Image = {
  name: 'app:1',
  layers: [tar([file('bin/dash', 'x', { mode: 0o755 }), symlink('bin/sh', 'dash'), file('note', 'a \u00e9 note')])],
};

test('every request is answered over the channel', async (t) => {
  const path = await archiveWith(t, hybridSave([image]));
  const { connection, progress } = start(t);
  const ask = <In, Out>({ method }: protocol.Request<In, Out>, input: In): Promise<Out> =>
    connection.sendRequest(method, input);
  const { images } = await ask(protocol.listArchive, { path });
  assert.equal(images.length, 1);
  const { reference } = images[0]!;
  assert.equal((await ask(protocol.describeImage, { reference })).platform, 'linux/amd64');
  const { rows, total } = await ask(protocol.listFolder, {
    reference,
    view: { kind: 'image' },
    folder: '/bin',
    offset: 0,
    count: 10,
    flaggedOnly: true,
  });
  assert.deepEqual([rows.map(({ name }) => name), total], [['dash', 'sh'], 2]);
  assert.deepEqual(
    (await ask(protocol.reportImage, { reference })).components.map(({ category }) => category),
    ['shell', 'root-user'],
  );
  const { base64, size } = await ask(protocol.readFile, {
    reference,
    view: { kind: 'layer', layer: 0 },
    path: '/note',
    limit: 100,
  });
  assert.deepEqual([Buffer.from(base64, 'base64').toString(), size], ['a \u00e9 note', 9]);
  assert.equal(await ask(protocol.closeImage, { reference }), null);
  const engine = await ask(protocol.listEngine, null);
  assert.deepEqual([engine.kind, engine.kind === 'none' && engine.tried.length > 0], ['none', true]);
  assert.ok(progress.some(({ done }) => done));
});

test('what cannot be had is an error with a sentence, and the process goes on', async (t) => {
  const { connection } = start(t);
  const describe = (reference: string) => connection.sendRequest(protocol.describeImage.method, { reference });
  await assert.rejects(describe('/no/such.tar'), {
    code: -32803,
    message: 'There is no file “/no/such.tar”. Check the path.',
  });
  await assert.rejects(describe('docker://x'), { code: -32803 });
});

test('a request can be cancelled', async (t) => {
  const slow: Image = {
    layers: Array.from({ length: 30 }, (_, i) => tar([file(`f${i}`, Buffer.alloc(5_000_000, i))])),
    compression: 'gzip',
  };
  const reference = await archiveWith(t, hybridSave([slow]));
  const { connection } = start(t);
  await connection.sendRequest(protocol.describeImage.method, { reference });
  const source = new CancellationTokenSource();
  const report = connection.sendRequest(protocol.reportImage.method, { reference }, source.token);
  await connection.sendRequest(protocol.listFolder.method, {
    reference,
    view: { kind: 'layer', layer: 0 },
    folder: '/',
    offset: 0,
    count: 1,
    flaggedOnly: false,
  });
  source.cancel();
  await assert.rejects(report, { code: -32800 });
});

test('without its parent it ends', async (t) => {
  const { child, connection } = start(t);
  await connection.sendRequest(protocol.closeImage.method, { reference: 'x' });
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('without its parent it ends, also while an engine lets it wait, and leaves no connection', async (t) => {
  const socket = join(await folderWith(t, []), 'engine.sock');
  const engine = createServer().listen(socket);
  await once(engine, 'listening');
  t.after(() => engine.close());
  const { child, connection } = start(t, { DISTROLESS_ENGINE_ADDRESS: `unix://${socket}` });
  connection.sendRequest(protocol.describeImage.method, { reference: 'docker-daemon:app:1' }).catch(() => {});
  const [waiting] = (await once(engine, 'connection')) as [Socket];
  const closed = once(waiting.resume(), 'close');
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  await closed;
});

test('past its memory it ends, with a status that says so', async (t) => {
  const { child } = start(t, { DISTROLESS_IMAGE_MEMORY_MB: '10' });
  assert.deepEqual(await once(child, 'exit'), [70, null]);
});
