/** What is asked of an engine besides images: what happens in it, its containers and their files; against this machine's own `dockerd`. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer as createRawServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { ImageService } from '../../server/image-service.ts';
import { Filesystem } from '../../server/images/filesystem.ts';
import { programPath } from '../../server/images/program.ts';
import type { ScannedLayer } from '../../server/images/source.ts';
import { Container } from '../../server/images/sources/container.ts';
import { listEngine, openEngineImage } from '../../server/images/sources/engine.ts';
import { engineChoices } from '../../server/images/sources/engine-choices.ts';
import { watchEngine } from '../../server/images/sources/engine-events.ts';
import { layerView } from '../../server/images/view.ts';
import type { EngineChoice, FileRow } from '../../server/protocol.ts';
import { engineReason, run, skipUnless, startEngine, type TestEngine } from '../support/engine.ts';
import { noPlan } from '../support/images.ts';
import { json, standIn } from './stand-in.ts';

const never = new AbortController().signal;
const skip = skipUnless(engineReason());
let engine: TestEngine;

if (!skip) {
  before(async () => {
    engine = await startEngine();
    const folder = join(engine.folder, 'root');
    mkdirSync(join(folder, 'etc/app'), { recursive: true });
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'etc/hello'), 'hello\n');
    writeFileSync(join(folder, 'etc/app/gone'), 'gone\n');
    writeFileSync(join(folder, 'etc/app/big'), Buffer.alloc(3_000_000, 7));
    symlinkSync('../hello', join(folder, 'etc/app/link'));
    await run('tar', ['-C', folder, '-cf', join(engine.folder, 'root.tar'), '.']);
    await engine.docker(['import', join(engine.folder, 'root.tar'), 'small:1']);
  });
  after(() => engine?.stop());
}

/** Counts what the engine tells, and waits for it to tell more. */
function watched(t: TestContext, address: string) {
  const ending = new AbortController();
  let told = 0;
  let wake = () => {};
  const done = watchEngine(
    { address, waits: { shortest: 20, longest: 80 } },
    () => {
      told++;
      wake();
    },
    ending.signal,
  );
  done.catch(() => {});
  t.after(() => ending.abort());
  return {
    async more(than: number) {
      while (told <= than) await new Promise<void>((resolve) => (wake = resolve));
      return told;
    },
    done,
    async stop() {
      ending.abort();
      await assert.rejects(done, { name: 'AbortError' });
    },
  };
}

test('an engine says when images are tagged and removed, and when containers come and go', { skip }, async (t) => {
  const watch = watched(t, engine.address);
  let told = await watch.more(0);
  for (const command of [
    ['tag', 'small:1', 'small:2'],
    ['create', '--name', 'one', 'small:1', '/nothing'],
    ['rename', 'one', 'two'],
    ['rm', 'two'],
    ['rmi', 'small:2'],
  ]) {
    await engine.docker(command);
    told = await watch.more(told);
  }
  await watch.stop();
});

test('saving an image, and what is done in a container, changes no list', { skip }, async (t) => {
  await engine.docker(['create', '--name', 'quiet', 'small:1', '/nothing']);
  const watch = watched(t, engine.address);
  const told = await watch.more(0);
  await engine.docker(['save', '--output', join(engine.folder, 'saved.tar'), 'small:1']);
  await engine.docker(['cp', 'quiet:/etc/hello', join(engine.folder, 'hello')]);
  await engine.docker(['create', '--name', 'ours', '--label', 'distroless.read=1', 'small:1', '/nothing']);
  await engine.docker(['rm', 'ours']);
  // The one after them is told, and none before it.
  await engine.docker(['rm', 'quiet']);
  assert.equal(await watch.more(told), told + 1);
  await watch.stop();
});

test('an engine that goes is looked for until it is there again', { skip }, async (t) => {
  const gate = await gateTo(engine.socket, join(engine.folder, 'gate.sock'));
  t.after(() => gate.close());
  const watch = watched(t, gate.address);
  const told = await watch.more(0);
  await gate.close();
  const gone = await watch.more(told);
  await gate.open();
  await watch.more(gone);
  await watch.stop();
});

test('an engine that tells nothing is not asked again, and one that ends its answer at once but a few times', async (t) => {
  const refusing = await standIn(t, { '/events': json({ message: 'no events here' }, 501) });
  await watched(t, refusing.address).done;
  assert.deepEqual(
    refusing.asked.map((url) => url.replace(/\?.*/, '')),
    ['/version', '/v1.41/events'],
  );
  const silent = await standIn(t, { '/events': (_, response) => response.writeHead(200).end() });
  await watched(t, silent.address).done;
  assert.equal(silent.asked.filter((url) => url.includes('/events')).length, 3);
});

test('the list has the containers, but not those that were made here to read a file', { skip }, async () => {
  await engine.docker(['create', '--name', 'web', 'small:1', '/nothing']);
  await engine.docker(['create', '--name', 'ours', '--label', 'distroless.read=1', 'small:1', '/nothing']);
  const state = await listEngine({ address: engine.address }, never);
  assert.equal(state.kind, 'connected');
  const { containers } = state as Extract<typeof state, { kind: 'connected' }>;
  assert.deepEqual(
    containers.map(({ name, image, state, reference, id }) => [
      name,
      image,
      state,
      reference === `docker-container:${id}`,
    ]),
    [['web', 'small:1', 'created', true]],
  );
  await engine.docker(['rm', 'web', 'ours']);
});

test('a container of ours that was left behind is removed later; one that is in use, or of somebody else, never', async (t) => {
  const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;
  const id = (letter: string) => letter.repeat(64);
  const ours = { Labels: { 'distroless.read': '1' }, State: 'created', Created: ago(3600) };
  const containers = [
    { Id: id('a'), ...ours },
    { Id: id('b'), ...ours, Created: ago(30) },
    { Id: id('c'), ...ours, State: 'running' },
    { Id: id('d'), ...ours, Labels: { 'distroless.verify': '1' } },
  ];
  let removed = () => {};
  const removing = new Promise<void>((resolve) => (removed = resolve));
  const { address, asked } = await standIn(t, {
    '/images/json': json([]),
    '/containers/json': json(containers),
    [`/containers/${id('a')}`]: (request, response) => {
      assert.equal(request.method, 'DELETE');
      response.writeHead(204).end();
      removed();
    },
  });
  const state = await listEngine({ address }, never);
  assert.deepEqual(state.kind === 'connected' && state.containers.map(({ id }) => id[0]), ['d']);
  await removing;
  assert.deepEqual(
    asked.filter((url) => !/json|version$/.test(url)),
    [`/v1.41/containers/${id('a')}?force=true&v=true`],
  );
});

/** `name kind size`, with what the container did to it, and a link's target. */
const listed = (rows: readonly FileRow[]) =>
  rows.map(({ path, type, size, target, change }) =>
    [
      path,
      type,
      ...(type === 'file' ? [size] : []),
      ...(target ? [`-> ${target}`] : []),
      ...(change ? [change] : []),
    ].join(' '),
  );
const all = { view: { kind: 'image' }, offset: 0, count: 1000, flaggedOnly: false } as const;

test('a container that has no shell, and never ran: its folders, files and links', { skip }, async () => {
  const reference = `docker-container:${(await engine.docker(['create', 'small:1', '/nothing'])).trim()}`;
  const service = new ImageService({ engineAddress: engine.address });
  const rows = async (folder: string) => listed((await service.folder({ reference, folder, ...all }, never)).rows);
  const root = await rows('/');
  for (const row of ['/data directory', '/etc directory']) assert.ok(root.includes(row), `${root}`);
  assert.deepEqual(await rows('/etc/app'), [
    '/etc/app/big file 3000000',
    '/etc/app/gone file 5',
    '/etc/app/link symlink -> ../hello',
  ]);
  const read = async (path: string, limit = 100) => {
    const { bytes, ...rest } = await service.readFile(reference, { kind: 'image' }, path, limit, never);
    return { text: Buffer.from(bytes.subarray(0, 6)).toString(), ...rest };
  };
  assert.deepEqual(await read('/etc/hello'), { text: 'hello\n', size: 6, truncated: false });
  assert.deepEqual(await read('/etc/app/link'), { text: 'hello\n', size: 6, truncated: false });
  assert.deepEqual(await read('/etc/app/big', 4), { text: '\x07\x07\x07\x07', size: 3_000_000, truncated: true });
  await assert.rejects(read('/etc'), { message: '“/etc” is a folder.' });
  await assert.rejects(read('/etc/nothing'), { message: /^“\/etc\/nothing” is not in the container any more\./ });
  await assert.rejects(rows('/nothing'), { message: /^“\/nothing” is not in the container any more\./ });
  await engine.docker(['rm', reference.slice('docker-container:'.length)]);
  await service.close(reference);
  await assert.rejects(rows('/etc'), { message: /^The container is gone\./ });
});

test('what a running container added, changed and removed is marked', { skip }, async () => {
  await importShell();
  const id = (await engine.docker(['run', '--detach', '--network=none', 'shell:1', '/bin/sleep', '600'])).trim();
  const reference = `docker-container:${id}`;
  const does = (what: string) => engine.docker(['exec', id, '/bin/sh', '-c', what]);
  await does('echo new > /etc/new; echo more >> /etc/hello; /bin/rm /etc/app/gone; /bin/mkdir /data/x');
  const service = new ImageService({ engineAddress: engine.address });
  const rows = async (folder: string) => listed((await service.folder({ reference, folder, ...all }, never)).rows);
  const etc = await rows('/etc');
  for (const row of ['/etc/app directory modified', '/etc/hello file 11 modified', '/etc/new file 4 added'])
    assert.ok(etc.includes(row), `${etc}`);
  assert.deepEqual(await rows('/etc/app'), ['/etc/app/gone file 0 removed']);
  // What was seen is kept until it is asked for anew.
  const before = await rows('/data/x');
  await does('echo > /data/x/y');
  assert.deepEqual([before, await rows('/data/x')], [[], []]);
  await service.close(reference);
  assert.deepEqual(await rows('/data/x'), ['/data/x/y file 1 added']);
  await engine.docker(['rm', '--force', id]);
});

test('a folder is read up to a limit, which is said; the folders in it are read by themselves', { skip }, async () => {
  const id = (await engine.docker(['create', 'small:1', '/nothing'])).trim();
  const container = new Container(id, { address: engine.address, folderBytes: 1_000_000 });
  const told: number[] = [];
  const root = await container.folder('/', (bytes) => told.push(bytes), never);
  const names = root.entries.map(({ name }) => name);
  // The tar comes by name, and “big” in /etc ended it; what the root of a system mostly has is looked for one by one.
  assert.ok(names.includes('etc') && names.includes('data') && names.includes('sys'), `${names}`);
  assert.match(
    root.problems.join(),
    /^“\/” holds more than the 1 MB that are read of a folder, so what comes behind “\/etc\/app\/big” is missing here\./,
  );
  assert.ok((told.at(-1) ?? 0) >= 1_000_000);
  const app = await container.folder('/etc/app', () => {}, never);
  assert.deepEqual([app.entries.map(({ name }) => name), app.problems.length], [['big'], 1]);
  const data = await container.folder('/data', () => {}, never);
  assert.deepEqual([data.entries, data.problems], [[], []]);
  const cancel = new AbortController();
  cancel.abort();
  await assert.rejects(
    container.folder('/etc', () => {}, cancel.signal),
    { name: 'AbortError' },
  );
  const fresh = new Container(id, { address: engine.address });
  const midway = new AbortController();
  const reading = fresh.folder('/', () => midway.abort(), midway.signal);
  await assert.rejects(reading, { name: 'AbortError' });
  assert.equal((await fresh.folder('/etc/app', () => {}, never)).entries.length, 3);
  await engine.docker(['rm', id]);
});

test('a file of a large image is read in a container that is never started and removed at once', {
  skip,
}, async (t) => {
  // Through a gate, to see what the engine is asked.
  const asked: string[] = [];
  const gate = await gateTo(engine.socket, join(engine.folder, 'noted.sock'), (line) => asked.push(line));
  t.after(() => gate.close());
  const open = (more: object) => openEngineImage('small:1', { address: gate.address, ...more }, never);
  const image = await open({ containerFrom: 0 });
  const layers = [];
  for await (const layer of image.scan(noPlan, never, () => {})) layers.push(layer);
  const [{ files }] = layers as [ScannedLayer];
  const at = (path: string) => {
    const view = layerView(files, 0, new Filesystem());
    const node = view.find(path);
    return { file: view.content(node)!, shown: { path, size: view.size(node), container: 'yes' } as const };
  };
  const since = () => asked.splice(0).map((line) => line.replace(/^(\S+) \/v[\d.]+(\/\w+).*/, '$1 $2'));
  since();

  // Small ones came by with the layers.
  const small = at('/etc/hello');
  assert.equal((await image.read(small.file, 10, never, small.shown)).size, 6);
  assert.deepEqual(since(), []);

  const big = at('/etc/app/big');
  await assert.rejects(image.read(big.file, 10, never, { ...big.shown, container: 'ask' }), {
    code: 'asks',
    message: /^“\/etc\/app\/big” can be read in a container .* send the whole image again \(3 MB\)\.$/,
  });
  assert.deepEqual(since(), []);
  const body = await image.read(big.file, 1e9, never, big.shown);
  assert.deepEqual([body.size, body.bytes.length, new Set(body.bytes)], [3_000_000, 3_000_000, new Set([7])]);
  assert.deepEqual(since(), ['POST /containers', 'GET /containers', 'DELETE /containers']);
  assert.equal(await engine.docker(['ps', '--all', '--quiet', '--filter', 'label=distroless.read']), '');
  assert.equal((await image.read(big.file, 10, never, big.shown)).truncated, true);
  assert.deepEqual(since(), [], 'it is kept');

  // Neither where nobody has allowed it, nor for an image that is soon sent again, nor where a container has something else there.
  for (const [options, shown] of [
    [{ containerFrom: 0 }, { ...big.shown, container: 'no' }],
    [{}, big.shown],
    [{ containerFrom: 0 }, { ...big.shown, path: '/etc/hosts' }],
    [{ containerFrom: 0 }, undefined],
  ] as const) {
    const other = await open(options);
    assert.equal((await other.read(big.file, 10, never, shown)).size, 3_000_000);
    assert.ok(!since().some((line) => /POST|DELETE/.test(line)));
  }
  // Not the file that was asked for: then the image says what it was.
  const other = await open({ containerFrom: 0 });
  const replaced = { ...big.shown, path: '/etc/app/gone' };
  assert.equal((await other.read(big.file, 10, never, replaced)).size, 3_000_000);
  assert.equal(await engine.docker(['ps', '--all', '--quiet', '--filter', 'label=distroless.read']), '');
});

test('the engines to choose among: each Docker context, and the sockets that are there', { skip }, async (t) => {
  const home = join(engine.folder, 'home');
  const docker = join(home, '.docker');
  const hosts = { here: engine.address, gone: 'unix:///nowhere/docker.sock', far: 'ssh://me@far.example' };
  for (const [name, Host] of Object.entries(hosts)) {
    const folder = join(docker, 'contexts/meta', createHash('sha256').update(name).digest('hex'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host } } }));
  }
  mkdirSync(join(home, '.colima/default'), { recursive: true });
  mkdirSync(join(home, '.rd'));
  writeFileSync(join(home, '.rd/docker.sock'), 'no socket');
  const gate = await gateTo(engine.socket, join(home, '.colima/default/docker.sock'));
  t.after(() => gate.close());
  const environment = { DOCKER_CONFIG: docker, PATH: process.env.PATH };
  const where = { home, environment, trusted: true };
  const choices = await engineChoices(where, never);
  const version = (await engine.docker(['version', '--format', '{{.Server.Version}}'])).replace(/\+.*/s, '').trim();
  const answers = `Docker Engine ${version}`;
  const row = ({ setting, name, address, engine, why }: EngineChoice) => [setting, name, address, engine ?? why];
  const ours = choices.filter(({ kind, address }) => kind === 'context' || address.includes(home)).map(row);
  const colima = join(home, '.colima/default/docker.sock');
  assert.deepEqual(ours, [
    // Nobody signs in anywhere only to show a list.
    ['context:far', 'far', 'ssh://me@far.example', (await programPath('ssh', process.env)) ? undefined : ours[0]?.[3]],
    ['context:gone', 'gone', 'unix:///nowhere/docker.sock', 'There is no socket at /nowhere/docker.sock.'],
    ['context:here', 'here', engine.address, answers],
    [`unix://${colima}`, 'colima', `unix://${colima}`, answers],
  ]);
  const listed = await listEngine({ ...where, address: 'context:here' }, never);
  assert.equal(listed.kind === 'connected' && listed.context, 'here');
  const given = await engineChoices({ ...where, address: 'gopher://x' }, never);
  assert.match(given[0]?.why ?? '', /^Addresses that begin with “gopher:\/\/” are not known here\./);
});

/** This machine's shell, some programs, and the libraries that they need. */
async function importShell(): Promise<void> {
  const folder = join(engine.folder, 'shell');
  mkdirSync(join(folder, 'etc/app'), { recursive: true });
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'etc/hello'), 'hello\n');
  writeFileSync(join(folder, 'etc/app/gone'), 'gone\n');
  const copy =
    'for p in sh rm mkdir sleep; do for f in /bin/$p $(ldd /bin/$p | grep -o "/[^ ]*"); do mkdir -p ".${f%/*}"; cp -L $f .$f; done; done';
  await run('sh', ['-c', `cd "$0" && ${copy}`, folder]);
  await run('tar', ['-C', folder, '-cf', join(engine.folder, 'shell.tar'), '.']);
  await engine.docker(['import', join(engine.folder, 'shell.tar'), 'shell:1']);
}

/** A way to the engine that can be closed, and opened again. */
async function gateTo(socketPath: string, path: string, note = (_: string) => {}) {
  const sockets = new Set<Socket>();
  const server = createRawServer((client) => {
    const upstream = connect(socketPath);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}));
    client.once('data', (head) => note(head.toString('latin1').split('\r\n')[0] ?? ''));
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
  });
  const open = () => new Promise<void>((resolve) => server.listen(path, resolve));
  await open();
  return {
    address: `unix://${path}`,
    open,
    async close() {
      if (!server.listening) return;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
