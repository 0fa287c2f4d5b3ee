/** Images in a real registry: without TLS and a sign-in, as on a developer's machine; and with both. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { Filesystem } from '../../server/images/filesystem.ts';
import { openImage } from '../../server/images/open.ts';
import type { OpenImage } from '../../server/images/source.ts';
import { openRegistryImage, type RegistryOptions } from '../../server/images/sources/registry.ts';
import { imageView } from '../../server/images/view.ts';
import { packagesReason } from '../bases/debian.ts';
import { run, skipUnless } from '../support/engine.ts';
import { dir, file, hardlink, hybridSave, type Image, symlink, tar, whiteout } from '../support/image-builder.ts';
import { archiveWith, folderWith, listed, never, noPlan } from '../support/images.ts';
import { startRealProxy } from '../support/real-proxy.ts';
import { certificate, password, type RealRegistry, startRealRegistry, user } from '../support/real-registry.ts';

const reason = packagesReason();
const skip = skipUnless(reason ?? (process.platform === 'linux' ? undefined : 'the registry is a program for Linux'));
const running: RealRegistry[] = [];
after(() => Promise.all(running.map((registry) => registry.stop())));
async function start(options?: Parameters<typeof startRealRegistry>[0]): Promise<RealRegistry> {
  const registry = await startRealRegistry(options);
  running.push(registry);
  return registry;
}

const platform = { os: 'linux', architecture: 'amd64' };
const image: Image = {
  layers: [
    tar([dir('etc'), file('etc/os-release', 'ID=test\n'), file('gone'), file('big', Buffer.alloc(3_000_000, 7))]),
    tar([file('app', 'the application'), hardlink('again', 'app'), symlink('link', 'app'), whiteout('gone')]),
  ],
  compression: ['gzip', 'zstd'],
  history: [{ created_by: 'FROM' }, { created_by: 'ENV', empty_layer: true }, { created_by: 'COPY' }],
  config: { Cmd: ['/app'] },
  platform,
};
const arm: Image = {
  ...image,
  layers: [tar([file('arm')])],
  history: [],
  platform: { os: 'linux', architecture: 'arm64' },
};

/** All that is shown of an image. */
async function shown(opened: OpenImage) {
  try {
    const filesystem = new Filesystem();
    const layers = [];
    for await (const layer of opened.scan(noPlan, never, () => {})) layers.push(layer);
    for (const { index, files } of layers.sort((a, b) => a.index - b.index)) filesystem.add(index, files);
    const { config, layers: rows, platform, problems } = await opened.describe(never);
    return {
      files: listed(imageView(filesystem), (entry) => JSON.stringify(entry)),
      rows: rows.map(({ index, createdBy, diffId }) => `${index} ${createdBy} ${diffId}`),
      diffIds: layers.map(({ diffId }) => diffId),
      verified: layers.map(({ verification }) => verification),
      config,
      platform,
      problems: [...problems, ...layers.flatMap(({ problems }) => problems)],
    };
  } finally {
    await opened.close();
  }
}
const open = async (name: string, options: Partial<RegistryOptions> = {}) =>
  shown(
    await openRegistryImage(`docker://${name}`, name, { signal: never, home: '/nowhere', environment: {}, ...options }),
  );

test('the same image, whether it is in a registry or in an archive', { skip }, async (t) => {
  const { host, push } = await start();
  const digest = await push('team/app', '1.0', [image]);
  const archive = await shown(await openImage(await archiveWith(t, hybridSave([image])), { signal: never }));
  assert.deepEqual(archive.verified, ['verified', 'verified']);
  for (const name of [
    `${host}/team/app:1.0`,
    `${host}/team/app@${digest}`,
    `localhost:${host.split(':')[1]}/team/app:1.0`,
  ])
    assert.deepEqual(await open(name), archive, name);
  await assert.rejects(open(`${host}/team/app:2.0`), /has no image “.*team\/app:2\.0”\. Check the name and the tag\./);
  await assert.rejects(open(`${host}/team/other:1.0`), /has no image/);
});

test('the command line opens it; what was read once is not read again', { skip }, async (t) => {
  const { host, push } = await start();
  await push('app', '1', [image]);
  const cache = join(await folderWith(t, []), 'layers');
  const cli = join(import.meta.dirname, '../../server/cli.ts');
  const inspect = async () =>
    JSON.parse(
      await run(process.execPath, [cli, 'inspect', '--format', 'json', '--cache', cache, `docker://${host}/app:1`]),
    );
  const first = await inspect();
  assert.deepEqual([first.files, first.problems, first.image.reference], [5, [], `docker://${host}/app:1`]);
  assert.deepEqual(
    first.layers.map(({ verified, empty }: Record<string, unknown>) => [verified, empty]),
    [
      [true, false],
      [false, true],
      [true, false],
    ],
  );
  assert.deepEqual(await inspect(), first);
  assert.equal(readdirSync(cache).filter((name) => name.endsWith('.layer')).length, 2);
});

test('an index of several platforms', { skip }, async () => {
  const { host, push } = await start();
  await push('app', 'many', [arm, image]);
  assert.deepEqual((await open(`${host}/app:many`, { platform: 'linux/arm64' })).files.length, 1);
  assert.equal((await open(`${host}/app:many`, { platform: 'linux/amd64' })).platform, 'linux/amd64');
  await assert.rejects(
    open(`${host}/app:many`, { platform: 'windows/amd64' }),
    /It is there for linux\/arm64, linux\/amd64\./,
  );
});

test('TLS and a password', { skip }, async (t) => {
  const { host, push, authority } = await start({ secure: true, signIn: true });
  await push('app', '1', [image]);
  const home = (text: string) =>
    folderWith(t, [
      file(`.docker/certs.d/${host}/ca.crt`, authority),
      file(
        '.docker/config.json',
        JSON.stringify({ auths: { [host]: { auth: Buffer.from(text).toString('base64') } } }),
      ),
    ]);
  const right = await home(`${user}:${password}`);
  const { files, verified } = await open(`${host}/app:1`, { home: right, trusted: true });
  assert.equal(files.length, 6);
  assert.deepEqual(verified, ['verified', 'verified']);
  await assert.rejects(open(`${host}/app:1`, { home: right }), /In a workspace that is not trusted no sign-in is used/);
  await assert.rejects(
    open(`${host}/app:1`, { home: await home('ada:wrong'), trusted: true }),
    /is not allowed to; sign in with one that is/,
  );
  await assert.rejects(
    open(`${host}/app:1`, { trusted: true }),
    /The certificate of 127\.0\.0\.1:\d+ could not be trusted .*certs\.d/,
  );
  // It is not spoken to in the clear, just because it is on this machine and its certificate is unknown.
  await assert.rejects(
    open(`http://${host}/app:1`, { home: right, trusted: true }),
    /could not give|not HTTP|cannot be used/,
  );
});

test('through the proxy that the environment names', { skip }, async (t) => {
  const { host, push, authority } = await start({ secure: true });
  await push('app', '1', [image]);
  const port = Number(host.split(':')[1]);
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url = '', headers }, socket: Socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? 'nobody'}`);
    if (!headers['proxy-authorization']) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const further = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      further.pipe(socket).pipe(further);
    });
    for (const end of [socket, further]) end.on('error', () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const at = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const name = `registry.test:${port}/app:1`;
  const options = { authorities: [authority ?? ''] };
  const { files } = await open(name, { ...options, environment: { HTTPS_PROXY: `http://ada:pass@${at}` } });
  assert.equal(files.length, 6);
  assert.deepEqual([...new Set(asked)], [`registry.test:${port} Basic ${Buffer.from('ada:pass').toString('base64')}`]);
  await assert.rejects(
    open(name, { ...options, environment: { https_proxy: at } }),
    /the proxy 127\.0\.0\.1:\d+ wants a sign-in\. In the editor that is “http\.proxyAuthorization”/,
  );
  const before = asked.length;
  // This machine is never asked through one.
  assert.equal(
    (await open(`${host}/app:1`, { ...options, environment: { HTTPS_PROXY: `http://${at}` } })).files.length,
    6,
  );
  assert.equal(asked.length, before);
});

test('a real proxy that wants a sign-in, given in its address or as a header', { skip }, async (t) => {
  const { host, push, authority } = await start({ secure: true });
  await push('app', '1', [image]);
  const proxy = await startRealProxy('grace', 'hopper');
  t.after(() => proxy.stop());
  const target = `registry.test:${host.split(':')[1]}`;
  const name = `${target}/app:1`;
  const options = { authorities: [authority ?? ''], environment: { HTTPS_PROXY: `http://${proxy.host}` } };
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  await assert.rejects(open(name, options), ({ message }: Error) => {
    assert.match(message, /could not be reached: the proxy 127\.0\.0\.1:\d+ wants a sign-in\. In the editor/);
    return true;
  });
  const wrong = basic('grace:wrong');
  await assert.rejects(open(name, { ...options, proxy: { authorization: wrong } }), ({ message, cause }: Error) => {
    assert.match(message, /does not take the sign-in that it was given/);
    // Nor is it in what might be logged.
    assert.doesNotMatch(inspect([message, cause], { depth: 9 }), new RegExp(wrong.slice(6)));
    return true;
  });
  assert.deepEqual(proxy.passed, []);
  const right = { authorization: basic('grace:hopper') };
  assert.equal((await open(name, { ...options, proxy: right })).files.length, 6);
  const inAddress = { HTTPS_PROXY: `http://grace:hopper@${proxy.host}` };
  assert.equal((await open(name, { ...options, environment: inAddress })).files.length, 6);
  assert.deepEqual([...new Set(proxy.passed)], [target]);
});

test('a proxy over TLS of its own: its certificate counts unless that is switched off, and what it is asked with stays with it', {
  skip,
}, async (t) => {
  const folder = await folderWith(t, [file('x')]);
  const own = await certificate(folder);
  const identity = { key: readFileSync(own.key), cert: readFileSync(own.certificate) };
  const seen: string[] = [];
  const registry = createSecureServer(identity, ({ headers }, response) => {
    seen.push(`registry: ${headers['proxy-authorization'] ?? 'nothing'}`);
    response.writeHead(404).end();
  });
  const proxy = createSecureServer(identity).on('connect', ({ headers }, socket: Socket) => {
    seen.push(`proxy: ${headers['proxy-authorization'] ?? 'nothing'}`);
    const further = connect(portOf(registry), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      further.pipe(socket).pipe(further);
    });
    for (const end of [socket, further]) end.on('error', () => {});
  });
  for (const server of [registry, proxy]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
  }
  const environment = { HTTPS_PROXY: `https://127.0.0.1:${portOf(proxy)}` };
  const asked = (more: Partial<RegistryOptions>) =>
    open('registry.test/app:1', { environment, ...more }).then(String, ({ message }: Error) => message);
  assert.match(
    await asked({ proxy: { authorization: 'Basic x' } }),
    /the certificate of the proxy 127\.0\.0\.1:\d+ could not be trusted .*http\.proxyStrictSSL/,
  );
  assert.deepEqual(seen, [], 'a proxy that is not trusted is told nothing');
  // The registry's certificate is looked at all the same.
  assert.match(await asked({ proxy: { authorization: 'Basic x', strict: false } }), /certificate of registry\.test/);
  assert.deepEqual(seen, ['proxy: Basic x']);
  const trusting = { authorities: [own.authority], proxy: { authorization: 'Basic x' } };
  assert.match(await asked(trusting), /registry\.test has no image/);
  assert.deepEqual(seen.slice(1), ['proxy: Basic x', 'registry: nothing']);
});

test('a registry over TLS that leads to where nothing is encrypted is not followed there, on this machine or another', {
  skip,
}, async (t) => {
  const folder = await folderWith(t, [file('x')]);
  const own = await certificate(folder);
  const seen: string[] = [];
  const plain = createServer(({ url = '' }, response) => {
    seen.push(url);
    response.writeHead(404).end();
  });
  const identity = { key: readFileSync(own.key), cert: readFileSync(own.certificate) };
  const registry = createSecureServer(identity, ({ headers }, response) => {
    if (headers.authorization)
      response.writeHead(307, { location: `http://127.0.0.1:${portOf(plain)}/v2/app/manifests/1` }).end();
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  for (const server of [plain, registry]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
  }
  const host = `127.0.0.1:${portOf(registry)}`;
  const auths = { [host]: { username: user, password } };
  const home = await folderWith(t, [file('.docker/config.json', JSON.stringify({ auths }))]);
  await assert.rejects(
    open(`${host}/app:1`, { home, trusted: true, authorities: [own.authority] }),
    /it leads to http:\/\/127\.0\.0\.1:\d+, where nothing would be encrypted/,
  );
  assert.deepEqual(seen, []);
});

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;

test('a registry without TLS wants no password that is not its own', { skip }, async (t) => {
  const { host, push } = await start({ signIn: true });
  await push('app', '1', [image]);
  const home = await folderWith(t, [
    file('.docker/config.json', JSON.stringify({ auths: { [host]: { username: user, password } } })),
  ]);
  assert.equal((await open(`${host}/app:1`, { home, trusted: true })).files.length, 6);
  await assert.rejects(open(`${host}/app:1`, { trusted: true }), /Sign in with “docker login/);
});
