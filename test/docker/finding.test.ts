/**
 * Finding the engine and listing its images, where the engine is not there or misbehaves. These tests use stand-ins, servers of their own: a real engine
 * does not misbehave on demand. They need no engine.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listEngine } from '../../server/images/sources/engine.ts';
import { firstThatAnswers, whyNot } from '../../server/images/sources/engine-connect.ts';
import { EngineError } from '../../server/images/sources/engine-modem.ts';
import type { EngineState } from '../../server/protocol.ts';
import { skipUnless } from '../support/engine.ts';
import { json, rawStandIn, silence, socketPath, standIn, version } from './stand-in.ts';

const never = new AbortController().signal;
const quick = { patience: 300, limits: { answer: 300 } };

test('no socket', async (t) => {
  const path = socketPath(t);
  assert.deepEqual(await list(`unix://${path}`), {
    kind: 'none',
    tried: [{ address: `unix://${path}`, why: `There is no socket at ${path}.` }],
  });
});

test('a socket at which nothing listens', async (t) => {
  const path = socketPath(t);
  writeFileSync(path, '');
  assert.equal(await why(`unix://${path}`), `Nothing listens at ${path}. Start the engine.`);
});

test('a socket that may not be opened', () => {
  const denied = new EngineError('unreachable', 'connect EACCES', { code: 'EACCES' });
  assert.match(
    whyNot('unix:///var/run/docker.sock', denied),
    /^You may not open \/var\/run\/docker\.sock: your user is not in its group\./,
  );
});

test('a port at which nothing listens', async () => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
  assert.equal(await why(`tcp://127.0.0.1:${port}`), `Nothing listens at tcp://127.0.0.1:${port}. Start the engine.`);
});

for (const [what, answer] of [
  ['no HTTP', 'hello\r\n'],
  ['a page', 'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n<html></html>'],
  ['JSON of another shape', 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnull'],
  ['a version that is none', 'HTTP/1.1 200 OK\r\ncontent-length: 38\r\n\r\n{"Version":"1","ApiVersion":"../x/.."}'],
  ['a header without an end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`],
  ['a web server that has no such page', 'HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\n\r\nNot Found'],
  ['a web server that refuses with a page', 'HTTP/1.1 403 Forbidden\r\ncontent-length: 13\r\n\r\n<html></html>'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ['an answer without an end', `HTTP/1.1 200 OK\r\n\r\n"${'y'.repeat(2 << 20)}`],
] as const) {
  test(`${what} is not an engine`, async (t) => {
    const { address } = await rawStandIn(t, (socket) => socket.write(answer));
    assert.equal(await why(address), `What answers at ${address.slice(7)} is not a Docker Engine.`);
  });
}

test('a connection that is closed at once', async (t) => {
  const { address } = await rawStandIn(t, (socket) => socket.once('data', () => socket.destroy()));
  assert.equal(await why(address), `The connection to ${address.slice(7)} broke off before the answer was complete.`);
});

test('a server that takes the connection and says nothing, or goes on for ever', { timeout: 5000 }, async (t) => {
  const silent = await rawStandIn(t, () => {});
  const dripping = await rawStandIn(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const timer = setInterval(() => socket.write(' '), 50);
    socket.on('close', () => clearInterval(timer));
  });
  for (const { address } of [silent, dripping]) {
    assert.equal(
      await why(address),
      `${address.slice(7)} was reached, but gave no answer in time. The engine may be starting, or hang.`,
    );
  }
  await closed(silent);
  await closed(dripping);
});

test('an engine that answers the greeting and then hangs', { timeout: 5000 }, async (t) => {
  const { address } = await standIn(t, { '/images/json': silence });
  assert.match(await why(address), /gave no answer in time/);
});

test('an engine that refuses says why', async (t) => {
  const { address } = await standIn(t, { '/images/json': json({ message: 'the disk is full' }, 500) });
  assert.equal(await why(address), `${address.slice(7)} refused: the disk is full.`);
});

test('a port that wants TLS is said to', async (t) => {
  const { address } = await rawStandIn(t, (socket) =>
    socket.write('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n', () =>
      socket.end(),
    ),
  );
  assert.match(await why(address), /wants TLS\. Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH/);
});

test('over TLS, the engine must be the one that its authority vouches for, and gets our certificate', {
  skip: skipUnless(opensslReason()),
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'distroless-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const openssl = (command: string) => execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'ignore' });
  openssl(
    'req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=engine -addext subjectAltName=IP:127.0.0.1',
  );
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    (request.url === '/version' ? version() : json([]))(request, response);
  const server = createSecureServer({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: true }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
  const state = () =>
    listEngine(
      { ...quick, environment: { DOCKER_HOST: address, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder } },
      never,
    );

  const stranger = await state();
  assert.match(
    stranger.kind === 'none' ? stranger.tried[0]!.why : '',
    /^The certificate of tcp:.* could not be trusted .* ca\.pem in DOCKER_CERT_PATH\.$/,
  );
  writeFileSync(join(folder, 'ca.pem'), cert!);
  assert.deepEqual(await state(), {
    kind: 'connected',
    name: 'Docker Engine 20.10.24',
    address,
    images: [],
    containers: [],
  });
});

test('a redirect is not followed, to another host or to another path', async (t) => {
  let visits = 0;
  const elsewhere = createServer((_, response) => response.end(String(visits++)));
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  t.after(() => elsewhere.close());
  const { port } = elsewhere.address() as { port: number };
  for (const location of [`http://127.0.0.1:${port}/`, '/elsewhere', 'http://[']) {
    for (const path of ['/version', '/images/json']) {
      const { address, asked } = await standIn(t, {
        [path]: (_, response) => response.writeHead(302, { location }).end(),
      });
      assert.match(await why(address), /is not a Docker Engine\.$/);
      assert.ok(asked.at(-1)?.endsWith(path), `${asked}`);
    }
  }
  assert.equal(visits, 0);
});

test('of several addresses, the first in order that answers is taken, however slow', async (t) => {
  const slow = await standIn(t, {
    '/version': (request, response) => setTimeout(() => version({ Version: '1.0.0' })(request, response), 100),
  });
  const fast = await standIn(t, {});
  const missing = `unix://${socketPath(t)}`;
  const found = await firstThatAnswers([missing, slow.address, fast.address].map(candidate), {}, never);
  assert.equal(found.kind === 'connected' && found.engine.address, slow.address);
});

test('of several addresses none answers: each is listed, in order, with its reason', async (t) => {
  const page = await rawStandIn(t, (socket) => socket.end('hello'));
  const paths = [socketPath(t), page.address.slice(7), socketPath(t)];
  const found = await firstThatAnswers(
    [...paths.map((path) => candidate(`unix://${path}`)), { kind: 'unusable', address: 'x', why: 'X is not used.' }],
    quick,
    never,
  );
  assert.deepEqual(found.kind === 'none' && found.tried.map((one) => one.why), [
    `There is no socket at ${paths[0]}.`,
    `What answers at ${paths[1]} is not a Docker Engine.`,
    `There is no socket at ${paths[2]}.`,
    'X is not used.',
  ]);
});

test('the engine and its images: one row for each tag, and one for an image without', async (t) => {
  const id = (letter: string) => `sha256:${letter.repeat(64)}`;
  const { address } = await standIn(t, {
    '/images/json': json([
      { Id: id('a'), RepoTags: ['app:1', 'app:latest'], Size: 10, Created: 20 },
      { Id: id('b'), RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'], Size: 11, Created: 21 },
      { Id: id('c'), RepoTags: [], RepoDigests: [`gcr.io/x@${id('d')}`], Size: 12, Created: 22 },
      { Id: id('e'), RepoTags: null, RepoDigests: null, Size: -1, Created: 'yesterday' },
      null,
      { RepoTags: ['without:id'] },
    ]),
  });
  assert.deepEqual(await list(address), {
    kind: 'connected',
    name: 'Docker Engine 20.10.24',
    address,
    images: [
      { reference: 'docker-daemon:app:1', name: 'app:1', id: id('a'), size: 10, created: 20 },
      { reference: 'docker-daemon:app:latest', name: 'app:latest', id: id('a'), size: 10, created: 20 },
      { reference: `docker-daemon:${id('b')}`, name: 'bbbbbbbbbbbb', id: id('b'), size: 11, created: 21 },
      { reference: `docker-daemon:${id('c')}`, name: 'gcr.io/x@cccccccccccc', id: id('c'), size: 12, created: 22 },
      { reference: `docker-daemon:${id('e')}`, name: 'eeeeeeeeeeee', id: id('e'), size: 0, created: 0 },
    ],
    containers: [],
  });
});

for (const [says, name] of [
  [{ Version: '20.10.24+dfsg1' }, 'Docker Engine 20.10.24'],
  [{ Version: '4.3.1', Components: [{ Name: 'Podman Engine' }, null] }, 'Podman 4.3.1'],
  [{ Version: '29.7.2', Components: 'none' }, 'Docker Engine 29.7.2'],
] as const) {
  test(`it is called ${name}`, async (t) => {
    const { address } = await standIn(t, { '/version': version(says), '/images/json': json([]) });
    assert.deepEqual(await list(address), { kind: 'connected', name, address, images: [], containers: [] });
  });
}

for (const [max, min, spoken] of [
  ['1.41', '1.12', '1.41'],
  ['1.9', '1.1', '1.9'],
  ['1.56', '1.40', '1.49'],
  ['1.60', '1.52', '1.52'],
] as const) {
  test(`with an engine of API ${min} to ${max}, ${spoken} is spoken`, async (t) => {
    const { address, asked } = await standIn(t, {
      '/version': version({ ApiVersion: max, MinAPIVersion: min }),
      '/images/json': json([]),
    });
    await list(address);
    assert.deepEqual(asked, ['/version', `/v${spoken}/images/json`, `/v${spoken}/containers/json?all=true`]);
  });
}

test('listing can be cancelled at any time, and then leaves no connection', { timeout: 5000 }, async (t) => {
  for (const path of ['/version', '/images/json']) {
    const server = await standIn(t, { [path]: silence });
    const cancel = new AbortController();
    const listing = listEngine({ address: server.address }, cancel.signal);
    while (!server.asked.at(-1)?.endsWith(path)) await new Promise(setImmediate);
    cancel.abort(new Error('Cancelled by the test.'));
    await assert.rejects(listing, /Cancelled by the test/);
    await closed(server);
  }
});

const list = (address: string): Promise<EngineState> => listEngine({ address, ...quick }, never);

async function why(address: string): Promise<string> {
  const state = await list(address);
  assert.equal(state.kind, 'none');
  assert.equal(state.tried.length, 1);
  return state.tried[0]!.why;
}

const candidate = (address: string) =>
  ({ kind: 'usable', address, connection: { kind: 'socket', path: address.slice(7) } }) as const;

/** Ends when the stand-in has no connection left; the test's time limit is the other end. */
async function closed(server: { open(): number }): Promise<void> {
  while (server.open() > 0) await new Promise(setImmediate);
}

function opensslReason(): string | undefined {
  return spawnSync('openssl', ['version']).status === 0
    ? undefined
    : 'certificates are made with openssl, which is not there';
}
