/** Where an engine is looked for: what is named wins, as for the `docker` command. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Candidate, engineAddresses, type Whereabouts } from '../../../server/images/sources/engine-address.ts';

/** Whoever runs the test has a folder of that name too. */
const own = new RegExp(`^/run/user/${process.getuid?.()}/`);
const sockets = async (whereabouts: Whereabouts) =>
  addresses(await look(whereabouts)).flatMap((address) => {
    const path = address.replace('unix://', '');
    return own.test(path) ? [] : [path];
  });

test('on Linux, the usual sockets are tried: rootful and rootless, Desktop, Colima, Rancher, OrbStack, Lima, Podman', async () => {
  const environment = {
    XDG_RUNTIME_DIR: '/run/user/70007',
    CONTAINER_HOST: 'unix:///srv/podman.sock',
    TMPDIR: '/tmp/x',
  };
  assert.deepEqual(await sockets({ home: '/home/ada', environment, system: 'linux' }), [
    '/var/run/docker.sock',
    '/run/user/70007/docker.sock',
    '/home/ada/.docker/run/docker.sock',
    '/home/ada/.docker/desktop/docker.sock',
    '/home/ada/.colima/default/docker.sock',
    '/home/ada/.colima/docker.sock',
    '/home/ada/.config/colima/default/docker.sock',
    '/home/ada/.rd/docker.sock',
    '/home/ada/.orbstack/run/docker.sock',
    '/home/ada/.lima/docker/sock/docker.sock',
    '/srv/podman.sock',
    '/run/user/70007/podman/podman.sock',
    '/run/podman/podman.sock',
    '/home/ada/.local/share/containers/podman/machine/podman.sock',
    '/home/ada/.local/share/containers/podman/machine/qemu/podman.sock',
  ]);
});

test('on macOS, Podman’s machine is looked for among temporary files, too; Colima where it was told to be', async () => {
  const environment = {
    TMPDIR: '/var/folders/1c/x/T/',
    COLIMA_HOME: '/Volumes/colima',
    XDG_CONFIG_HOME: '/Users/ada/x',
  };
  const found = await sockets({ home: '/Users/ada', environment, system: 'darwin' });
  assert.deepEqual(found.slice(0, 7), [
    '/var/run/docker.sock',
    '/Users/ada/.docker/run/docker.sock',
    '/Users/ada/.docker/desktop/docker.sock',
    '/Volumes/colima/default/docker.sock',
    '/Users/ada/.colima/default/docker.sock',
    '/Users/ada/.colima/docker.sock',
    '/Users/ada/x/colima/default/docker.sock',
  ]);
  assert.deepEqual(found.slice(-3), [
    '/Users/ada/.local/share/containers/podman/machine/podman.sock',
    '/Users/ada/.local/share/containers/podman/machine/qemu/podman.sock',
    '/var/folders/1c/x/T/podman/podman-machine-default-api.sock',
  ]);
});

test('on Windows, the usual pipes are tried: of Docker and whoever takes its name, of Docker Desktop, of Podman', async () => {
  const found = await look({ home: 'C:\\Users\\ada', environment: {}, system: 'win32' });
  assert.deepEqual(addresses(found), [
    'npipe:////./pipe/docker_engine',
    'npipe:////./pipe/dockerDesktopLinuxEngine',
    'npipe:////./pipe/podman-machine-default',
  ]);
  for (const host of ['npipe:////./pipe/other', 'npipe://\\\\.\\pipe\\other']) {
    const [named] = await look({ home: '/nowhere', environment: { DOCKER_HOST: host }, system: 'win32' });
    assert.deepEqual(named?.kind === 'usable' && named.connection, { kind: 'socket', path: '//./pipe/other' }, host);
  }
  assert.deepEqual(found[0], {
    kind: 'usable',
    address: 'npipe:////./pipe/docker_engine',
    connection: { kind: 'socket', path: '//./pipe/docker_engine' },
  });
});

test('the setting wins over DOCKER_HOST, and DOCKER_HOST over the context', async (t) => {
  const home = homeWith(t, {
    'config.json': '{"currentContext":"colima"}',
    ...contextFile('colima', 'unix:///colima.sock'),
  });
  const environment = { DOCKER_HOST: 'unix:///host.sock', DOCKER_CONTEXT: 'colima' };
  assert.deepEqual(addresses(await look({ home, environment, address: 'unix:///setting.sock' })), [
    'unix:///setting.sock',
  ]);
  assert.deepEqual(addresses(await look({ home, environment })), ['unix:///host.sock']);
  assert.deepEqual(addresses(await look({ home, environment: {} })), ['unix:///colima.sock']);
});

test('DOCKER_CONTEXT wins over the current context, and “default” means the usual sockets', async (t) => {
  const home = homeWith(t, {
    'config.json': '{"currentContext":"one"}',
    ...contextFile('one', 'unix:///one.sock'),
    ...contextFile('two', 'tcp://two:2375'),
  });
  assert.deepEqual(addresses(await look({ home, environment: { DOCKER_CONTEXT: 'two' } })), ['tcp://two:2375']);
  assert.equal(
    (await look({ home, environment: { DOCKER_CONTEXT: 'default' } }))[0]?.address,
    'unix:///var/run/docker.sock',
  );
});

test('DOCKER_CONFIG moves the contexts', async (t) => {
  const home = homeWith(t, {
    'config.json': '{"currentContext":"there"}',
    ...contextFile('there', 'unix:///there.sock'),
  });
  assert.deepEqual(addresses(await look({ home: '/nowhere', environment: { DOCKER_CONFIG: join(home, '.docker') } })), [
    'unix:///there.sock',
  ]);
});

test('a context that is gone is said to be', async (t) => {
  const [found] = await look({ home: homeWith(t, { 'config.json': '{"currentContext":"gone"}' }), environment: {} });
  assert.equal(found?.kind, 'unusable');
  assert.match(found.why, /^The Docker context “gone” is not in .* List the ones that are with “docker context ls”\.$/);
});

test('a context with certificates asks for TLS', async (t) => {
  const tls = `contexts/tls/${id('far')}/docker`;
  const home = homeWith(t, {
    ...contextFile('far', 'tcp://far:9999'),
    [`${tls}/ca.pem`]: 'CA',
    [`${tls}/cert.pem`]: 'CERT',
    [`${tls}/key.pem`]: 'KEY',
  });
  const [found] = await look({ home, environment: { DOCKER_CONTEXT: 'far' } });
  assert.deepEqual(found?.kind === 'usable' && found.connection, {
    kind: 'tcp',
    host: 'far',
    port: 9999,
    prefix: '',
    tls: { ca: 'CA', cert: 'CERT', key: 'KEY' },
  });
});

test('a client configuration that is no JSON, or of another shape, is taken as absent', async (t) => {
  for (const text of ['{', '[]', 'null', '{"currentContext":{"a":1}}', '']) {
    const found = await look({ home: homeWith(t, { 'config.json': text }), environment: {} });
    assert.equal(found[0]?.address, 'unix:///var/run/docker.sock', text);
  }
});

for (const [host, connection] of [
  ['tcp://h:2375', { host: 'h', port: 2375 }],
  ['tcp://h', { host: 'h', port: 2375 }],
  ['h:1234', { host: 'h', port: 1234 }],
  ['tcp://[::1]:80/engine/', { host: '::1', port: 80, prefix: '/engine' }],
  ['tcp://h:2376', { host: 'h', port: 2376, tls: {} }],
  ['https://h', { host: 'h', port: 2376, tls: {} }],
] as const) {
  test(`DOCKER_HOST=${host}`, async () => {
    const [found] = await look({ home: '/nowhere', environment: { DOCKER_HOST: host } });
    assert.deepEqual(found?.kind === 'usable' && found.connection, {
      kind: 'tcp',
      prefix: '',
      tls: undefined,
      ...connection,
    });
  });
}

test('any value of DOCKER_TLS_VERIFY asks for TLS, with the certificates of DOCKER_CERT_PATH', async (t) => {
  const home = homeWith(t, { 'ca.pem': 'CA', 'cert.pem': 'CERT', 'key.pem': 'KEY' });
  const [found] = await look({
    home: '/nowhere',
    environment: { DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: 'true', DOCKER_CERT_PATH: join(home, '.docker') },
  });
  assert.deepEqual(found?.kind === 'usable' && found.connection.kind === 'tcp' && found.connection.tls, {
    ca: 'CA',
    cert: 'CERT',
    key: 'KEY',
  });
});

test('certificates that are not there are said to be missing', async (t) => {
  const half = homeWith(t, { 'ca.pem': 'CA', 'cert.pem': 'CERT' });
  const why = async (path: string) => {
    const [found] = await look({
      home: '/nowhere',
      environment: { DOCKER_HOST: 'tcp://h:1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: path },
    });
    return found?.kind === 'unusable' ? found.why : undefined;
  };
  assert.equal(
    await why('/nowhere/at/all'),
    'There are no certificates in /nowhere/at/all, which DOCKER_CERT_PATH names. It should hold ca.pem, cert.pem and key.pem.',
  );
  assert.equal(
    await why(join(half, '.docker')),
    `key.pem is missing in ${join(half, '.docker')}. It belongs to the cert.pem that is there.`,
  );
});

test('SSH: the user’s own program, asked the way the docker command asks it', async (t) => {
  const home = homeWith(t, { 'bin/ssh': '#!/bin/sh\n' });
  chmodSync(join(home, '.docker/bin/ssh'), 0o755);
  const environment = { DOCKER_HOST: 'ssh://ada@far:2222/run/user/7/docker.sock', PATH: join(home, '.docker/bin') };
  const [found] = await look({ home, environment, trusted: true });
  assert.deepEqual(found?.kind === 'usable' && found.connection, {
    kind: 'command',
    path: join(home, '.docker/bin/ssh'),
    args: [
      ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', '-T', '-l', 'ada', '-p', '2222', '--', 'far', 'docker'],
      ...['--host', 'unix:///run/user/7/docker.sock', 'system', 'dial-stdio'],
    ],
    environment,
  });
  const [short] = await look({ home, environment: { ...environment, DOCKER_HOST: 'ssh://far' }, trusted: true });
  assert.deepEqual(short?.kind === 'usable' && short.connection.kind === 'command' && short.connection.args.slice(5), [
    ...['--', 'far', 'docker', 'system', 'dial-stdio'],
  ]);
});

test('SSH: not in a workspace that is not trusted, nor without the program', async () => {
  const why = async (whereabouts: Whereabouts) => {
    const [found] = await look({ home: '/nowhere', ...whereabouts });
    return found?.kind === 'unusable' ? found.why : undefined;
  };
  const environment = { DOCKER_HOST: 'ssh://far', PATH: '/nowhere' };
  assert.match((await why({ environment })) ?? '', /run only in a trusted workspace\. Trust this one/);
  assert.match((await why({ environment, trusted: true })) ?? '', /“ssh”, which was not found/);
});

for (const address of [
  'ssh://-oProxyCommand=touch%20x/',
  'ssh://-l@far',
  'ssh://a b',
  'ssh://ada:secret@far',
  'ssh://far/$(touch x)',
  'ssh://far/a;b',
  'ssh://far?x',
  'ssh://%2Dx',
  'ssh://ada%0a@far',
  'ssh://ada%zz@far',
  'ssh://',
]) {
  test(`${JSON.stringify(address)} is not given to ssh`, async () => {
    const [found] = await look({ home: '/nowhere', address, trusted: true });
    assert.equal(found?.kind, 'unusable');
    assert.match(found.why, /is not an address such as ssh:\/\/user@host\./);
    assert.ok(!JSON.stringify(found).includes('secret'));
  });
}

test('a context may say that the certificate of its engine is not to be looked at', async (t) => {
  const endpoint = { Host: 'tcp://far:9999', SkipTLSVerify: true };
  const home = homeWith(t, {
    [`contexts/meta/${id('far')}/meta.json`]: JSON.stringify({ Name: 'far', Endpoints: { docker: endpoint } }),
  });
  const [found] = await look({ home, environment: { DOCKER_CONTEXT: 'far' } });
  assert.deepEqual(found?.kind === 'usable' && found.connection.kind === 'tcp' && found.connection.tls, {
    rejectUnauthorized: false,
  });
});

for (const host of [
  'fd://3',
  'http+unix://%2Fvar%2Frun',
  'tcp://',
  'tcp://a b',
  'tcp://user:secret@h:1',
  'ftp://h',
  'tcp://h:1?x=1',
  '::::',
]) {
  test(`DOCKER_HOST=${host} is not understood, and said so`, async () => {
    const [found, ...others] = await look({ home: '/nowhere', environment: { DOCKER_HOST: host } });
    assert.equal(found?.kind, 'unusable');
    assert.deepEqual(others, []);
  });
}

const look = (whereabouts: Whereabouts): Promise<readonly Candidate[]> =>
  engineAddresses({ system: 'linux', ...whereabouts });
const addresses = (found: readonly Candidate[]) =>
  found.map(({ kind, address }) => (kind === 'usable' ? address : `${address} is unusable`));
const id = (context: string) => createHash('sha256').update(context).digest('hex');
const contextFile = (name: string, host: string) => ({
  [`contexts/meta/${id(name)}/meta.json`]: JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
});

/** A home whose `.docker` holds these files. */
function homeWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const home = mkdtempSync(join(tmpdir(), 'distroless-home-'));
  t.after(() => rmSync(home, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    const file = join(home, '.docker', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return home;
}
