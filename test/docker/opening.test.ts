/**
 * Opening an image of an engine that misbehaves. These tests use stand-ins, servers of their own: a real engine does not misbehave on demand.
 * They need no engine; `explorer.test.ts` has the real one.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ScanPlan } from '../../server/images/image.ts';
import type { ImageError, OpenImage, ScannedLayer } from '../../server/images/source.ts';
import { openEngineImage } from '../../server/images/sources/engine.ts';
import { isImageName } from '../../server/images/sources/engine-inspect.ts';
import { modem, usualLimits } from '../../server/images/sources/engine-modem.ts';
import { json, type StandIn, silence, socketPath, standIn, version } from './stand-in.ts';

const never = new AbortController().signal;
const nothing: ScanPlan = { want: () => undefined, extract: () => undefined };
const saved = savedImage();
const id = `sha256:${'a'.repeat(64)}`;
const inspected = {
  Id: id,
  RepoTags: ['app:1', '<none>:<none>'],
  Os: 'linux',
  Architecture: 'arm64',
  Variant: 'v8',
  Created: '2026-01-02T03:04:05Z',
  Config: { User: '65532', Entrypoint: ['/app'], Env: ['A=b'], Labels: null },
  RootFS: { Layers: saved.diffIds },
};
const history = [
  { CreatedBy: 'ENTRYPOINT ["/app"]', Created: 1767323045, Size: 0 },
  { CreatedBy: 'RUN rm /x', Created: 1767323044, Size: 0 },
  { CreatedBy: 'COPY app /app', Created: 1767323043, Size: 6 },
];
const good = {
  '/images/app/json': json(inspected),
  [`/images/${id}/history`]: json(history),
  '/images/get': send(saved.bytes),
};

test('an image is described before anything of it is saved', async (t) => {
  const server = await standIn(t, good);
  const image = await openFrom(server);
  const described = await image.describe(never);
  assert.deepEqual(server.asked, ['/version', '/v1.41/images/app/json', `/v1.41/images/${id}/history`]);
  assert.equal(described.reference, 'docker-daemon:app');
  assert.deepEqual(described.names, ['app:1']);
  assert.equal(described.digest, id);
  assert.equal(described.platform, 'linux/arm64/v8');
  assert.equal(described.config.user, '65532');
  assert.deepEqual(
    described.layers.map(({ index, createdBy, diffId }) => [index, createdBy, diffId]),
    [
      [0, 'COPY app /app', saved.diffIds[0]],
      [1, 'RUN rm /x', saved.diffIds[1]],
      [undefined, 'ENTRYPOINT ["/app"]', undefined],
    ],
  );
  assert.deepEqual(described.problems, []);
});

test('its layers are scanned from one save, by ID, and its files are read', async (t) => {
  const server = await standIn(t, good);
  const image = await openFrom(server);
  const layers = await scan(image);
  assert.deepEqual(
    layers.map(({ index, diffId, problems }) => ({ index, diffId, problems })),
    saved.diffIds.map((diffId, index) => ({ index, diffId, problems: [] })),
  );
  assert.deepEqual(
    server.asked.filter((url) => url.includes('/get')),
    [`/v1.41/images/get?names=${encodeURIComponent(id)}`],
  );
  const file = layers[0]!.files;
  const node = file.child(0, Buffer.from('app'));
  const body = await image.read({ layer: 0, offset: file.offsets[node]! }, 3, never);
  assert.deepEqual({ ...body, bytes: Buffer.from(body.bytes).toString() }, { bytes: 'hel', size: 6, truncated: true });
  await closed(server);
});

test('the engine is asked for the platform it named, where it knows that question', async (t) => {
  const server = await standIn(t, { ...good, '/version': version({ ApiVersion: '1.48' }) });
  await scan(await openFrom(server));
  const query = new URL(server.asked.at(-1)!, 'http://x').searchParams;
  assert.deepEqual(JSON.parse(query.get('platform')!), { os: 'linux', architecture: 'arm64', variant: 'v8' });
});

test('another platform is asked for where the engine can, and is said to be missing where it has not', async (t) => {
  const server = await standIn(t, { ...good, '/version': version({ ApiVersion: '1.49' }) });
  await assert.rejects(openEngineImage('app', { address: server.address, platform: 'linux/amd64' }, never), {
    code: 'not-found',
    message:
      'The engine has “app” for linux/arm64/v8, not for linux/amd64. Pull it with “docker pull --platform linux/amd64 app”.',
  });
  const query = new URL(server.asked.at(-1)!, 'http://x').searchParams;
  assert.deepEqual(JSON.parse(query.get('platform')!), { os: 'linux', architecture: 'amd64' });
  await (await openEngineImage('app', { address: server.address, platform: 'linux/arm64' }, never)).close();
});

test('an engine that has several platforms of an image says which are there in full', async (t) => {
  const of = (architecture: string, more: object) => ({
    Kind: 'image',
    Available: true,
    ImageData: { Platform: { os: 'linux', architecture } },
    ...more,
  });
  const manifests = [of('amd64', {}), of('s390x', { Available: false }), of('arm64', {}), of('x', { Kind: 'unknown' })];
  const server = await standIn(t, {
    ...good,
    '/version': version({ ApiVersion: '1.49' }),
    '/images/app/json': (request, response) =>
      json({ ...inspected, ...(request.url?.includes('manifests=true') && { Manifests: manifests }) })(
        request,
        response,
      ),
  });
  assert.deepEqual((await (await openFrom(server)).describe(never)).platforms, ['linux/amd64', 'linux/arm64']);
});

test('an image that the engine has not', async (t) => {
  const server = await standIn(t, { '/images/gone/json': json({ message: 'No such image: gone' }, 404) });
  await assert.rejects(openEngineImage('gone', { address: server.address }, never), {
    code: 'not-found',
    message: 'The engine has no image “gone”. Pull it, or check the name.',
  });
});

test('names that would ask for something else are not sent', async (t) => {
  const server = await standIn(t, {});
  for (const name of [
    '../containers/abc',
    'a/../b',
    'a?x=1',
    'a#b',
    'a b',
    '',
    '.',
    '..',
    'a/',
    '/a',
    'a\r\nX: y',
    'a%2fb',
    'A',
    'a:b:c/d',
    'é',
    `a:${'b'.repeat(200)}`,
  ]) {
    assert.equal(isImageName(name), false, name);
    await assert.rejects(openEngineImage(name, { address: server.address }, never), { code: 'not-found' }, name);
  }
  assert.deepEqual(server.asked, []);
});

test('names that images have are sent', () => {
  for (const name of [
    'a',
    'app:latest',
    'gcr.io/distroless/static-debian13:nonroot',
    'localhost:5000/a/b_c__d-e---f.g:X',
    `a@${id}`,
    `a:t@${id}`,
    id,
    'aaaaaaaaaaaa',
    '[::1]:5000/a',
    'MyHost/a',
  ]) {
    assert.equal(isImageName(name), true, name);
  }
});

test('no engine at all', async (t) => {
  const path = socketPath(t);
  await assert.rejects(openEngineImage('app', { address: `unix://${path}` }, never), {
    code: 'not-found',
    message: `The Docker Engine could not be reached. There is no socket at ${path}.`,
  });
});

test('an engine without history still opens the image, and says what is missing', async (t) => {
  const server = await standIn(t, { ...good, [`/images/${id}/history`]: json({ message: 'disk error' }, 500) });
  const described = await (await openFrom(server)).describe(never);
  assert.equal(described.layers.length, 2);
  assert.match(described.problems.join(), /^The engine could not tell the image's history: disk error\./);
});

for (const [what, answer] of [
  ['nothing', json(null)],
  ['a list', json([1])],
  ['an ID that is none', json({ ...inspected, Id: '../containers/x' })],
  ['a page', (_: unknown, response: ServerResponse) => response.end('<html>')],
] as const) {
  test(`inspect answers with ${what}`, async (t) => {
    const server = await standIn(t, { ...good, '/images/app/json': answer });
    await assert.rejects(
      openFrom(server),
      (error: ImageError) => error.code === 'failed' && /could not be understood/.test(error.message),
    );
  });
}

test('an image without layers is never saved: engines refuse that', async (t) => {
  const server = await standIn(t, { ...good, '/images/app/json': json({ ...inspected, RootFS: {} }) });
  const image = await openFrom(server);
  assert.deepEqual(await scan(image), []);
  assert.deepEqual((await image.describe(never)).problems, [
    'The image has no layers: it is a configuration without files.',
  ]);
  assert.ok(!server.asked.some((url) => url.includes('/get')));
});

test('a save that is refused', async (t) => {
  const server = await standIn(t, {
    ...good,
    '/images/get': json({ message: 'content digest sha256:1 not found' }, 500),
  });
  await assert.rejects(scan(await openFrom(server)), {
    code: 'failed',
    message: 'The engine could not give all of “app”. It says: content digest sha256:1 not found.',
  });
});

test('a save that is redirected is not followed', async (t) => {
  const other = await standIn(t, {});
  const server = await standIn(t, {
    ...good,
    '/images/get': (_, response) => response.writeHead(307, { location: '/elsewhere' }).end(),
  });
  await assert.rejects(scan(await openFrom(server)), { code: 'failed' });
  assert.ok(server.asked.at(-1)?.includes('/images/get'));
  assert.deepEqual(other.asked, []);
});

test('a save that ends with the engine’s report of a failure', async (t) => {
  const failure =
    '{"errorDetail":{"message":"write /tmp: no space left on device"},"error":"write /tmp: no space left on device"}\r\n';
  for (const cut of [0, 600, 1536, 3000]) {
    const server = await standIn(t, {
      ...good,
      '/images/get': send(Buffer.concat([saved.bytes.subarray(0, cut), Buffer.from(failure)])),
    });
    assert.match(await troubles(await openFrom(server)), /no space left on device/, `after ${cut} bytes`);
  }
});

test('a connection that breaks at any point of the save gives what was read and a sentence', async (t) => {
  const end = saved.bytes.findLastIndex((byte) => byte !== 0);
  for (let cut = 0; cut < saved.bytes.length; cut += 700) {
    const server = await standIn(t, {
      ...good,
      '/images/get': (_, response) => {
        response.write(saved.bytes.subarray(0, cut), () => setTimeout(() => response.destroy(), 5));
      },
    });
    const image = await openFrom(server);
    const said = await troubles(image);
    if (cut <= end) assert.match(said, /The connection to the engine broke off/, `after ${cut} bytes`);
    // What follows the last entry is padding.
    else if (cut > end + 3 * 512) assert.equal(said, '', `after ${cut} bytes`);
  }
});

test('of a save that breaks off between two layers, the first is kept and the second is said to be missing', async (t) => {
  const server = await standIn(t, {
    ...good,
    '/images/get': (_, response) => {
      response.write(saved.bytes.subarray(0, saved.secondLayer), () => setTimeout(() => response.destroy(), 5));
    },
  });
  const layers = await scan(await openFrom(server));
  assert.deepEqual(
    layers.map(({ index, files, problems }) => ({ index, app: files.child(0, Buffer.from('app')) > 0, problems })),
    [
      { index: 0, app: true, problems: [] },
      {
        index: 1,
        app: false,
        problems: ['Layer 2 did not come with the image that the engine sent. Open the image again.'],
      },
    ],
  );
});

test('a save that stands still is given up', { timeout: 5000 }, async (t) => {
  for (const answer of [
    silence,
    (_: unknown, response: ServerResponse) => void response.write(saved.bytes.subarray(0, 2000)),
  ]) {
    const server = await standIn(t, { ...good, '/images/get': answer });
    const image = await openEngineImage('app', { address: server.address, limits: { begin: 200, idle: 200 } }, never);
    assert.match(await troubles(image), /The engine stopped answering/);
    await closed(server);
  }
});

test('a stream that breaks before anybody reads it breaks for its reader alone', { timeout: 5000 }, async (t) => {
  const server = await standIn(t, {
    '/x': (_, response) => void response.write('x', () => setTimeout(() => response.destroy(), 5)),
  });
  const carrier = modem({ kind: 'socket', path: server.address.slice(7) }, undefined, usualLimits, never);
  const stream = await new Promise<unknown>((resolve) =>
    carrier.dial({ path: '/x', isStream: true }, (_, reply) => resolve(reply)),
  );
  await closed(server);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await assert.rejects(
    async () => {
      for await (const _ of stream as AsyncIterable<Uint8Array>);
    },
    { name: 'EngineError' },
  );
});

test('cancelling ends a save at once and leaves no connection; so does closing', { timeout: 5000 }, async (t) => {
  for (const how of ['cancel', 'close'] as const) {
    const server = await standIn(t, {
      ...good,
      '/images/get': (_, response) => void response.write(saved.bytes.subarray(0, 2000)),
    });
    const image = await openFrom(server);
    const cancel = new AbortController();
    const scanning = scan(image, cancel.signal);
    while (!server.asked.at(-1)?.includes('/get')) await new Promise(setImmediate);
    if (how === 'cancel') cancel.abort(new Error('Cancelled by the test.'));
    else await image.close();
    await assert.rejects(scanning, how === 'cancel' ? /Cancelled by the test/ : { name: 'AbortError' });
    await closed(server);
  }
});

test('a scan that is left half way leaves no connection', { timeout: 5000 }, async (t) => {
  const server = await standIn(t, { ...good, '/images/get': (_, response) => void response.write(saved.bytes) });
  const image = await openFrom(server);
  for await (const _ of image.scan(nothing, never, () => {})) break;
  await closed(server);
});

const openFrom = (server: StandIn): Promise<OpenImage> => openEngineImage('app', { address: server.address }, never);

async function scan(image: OpenImage, signal = never): Promise<ScannedLayer[]> {
  const layers: ScannedLayer[] = [];
  for await (const layer of image.scan(nothing, signal, () => {})) layers.push(layer);
  return layers.sort((a, b) => a.index - b.index);
}

/** Everything that is said to have gone wrong with a scan: by throwing, of a layer, or of the image. */
async function troubles(image: OpenImage): Promise<string> {
  try {
    const layers = await scan(image);
    return [...layers.flatMap(({ problems }) => problems), ...(await image.describe(never)).problems].join('\n');
  } catch (error) {
    return (error as Error).message;
  }
}

function send(bytes: Uint8Array) {
  return (_: unknown, response: ServerResponse) => void response.end(bytes);
}

async function closed(server: StandIn): Promise<void> {
  while (server.open() > 0) await new Promise(setImmediate);
}

/** What `docker save` of Engine 20.10 writes of an image with two layers, packed by GNU tar. */
function savedImage(): { readonly bytes: Buffer; readonly diffIds: readonly string[]; readonly secondLayer: number } {
  const folder = mkdtempSync(join(tmpdir(), 'distroless-saved-'));
  after(() => rmSync(folder, { recursive: true }));
  const tar = (from: string, ...names: string[]) =>
    execFileSync('tar', ['--directory', from, '--create', '--numeric-owner', ...names]);
  const layers = [{ app: 'hello\n', x: 'x' }, { '.wh.x': '' }].map((files, i) => {
    const from = join(folder, `layer${i}`);
    mkdirSync(from);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(from, name), text);
    return tar(from, ...Object.keys(files));
  });
  const diffIds = layers.map((layer) => `sha256:${createHash('sha256').update(layer).digest('hex')}`);
  const image = join(folder, 'image');
  for (const [i, layer] of layers.entries()) {
    mkdirSync(join(image, String(i)), { recursive: true });
    writeFileSync(join(image, String(i), 'layer.tar'), layer);
  }
  const config = {
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    config: { User: '65532' },
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
  writeFileSync(join(image, 'config.json'), JSON.stringify(config));
  writeFileSync(
    join(image, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', RepoTags: ['app:1'], Layers: ['0/layer.tar', '1/layer.tar'] }]),
  );
  const bytes = tar(image, '0', '1', 'config.json', 'manifest.json');
  return { bytes, diffIds, secondLayer: bytes.indexOf('1/layer.tar') };
}
