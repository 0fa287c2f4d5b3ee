/** Images in a registry: found, signed in to, fetched, held against their digests; and who is told the password. */
import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Filesystem } from '../../../server/images/filesystem.ts';
import { layerCache } from '../../../server/images/layer-cache.ts';
import { ImageError } from '../../../server/images/source.ts';
import { openRegistryImage, type RegistryOptions } from '../../../server/images/sources/registry.ts';
import { isPrivate, lookupWithin } from '../../../server/images/sources/registry-address.ts';
import { challengesOf, isOwn } from '../../../server/images/sources/registry-client.ts';
import { findCredential } from '../../../server/images/sources/registry-credentials.ts';
import { parseRegistryName } from '../../../server/images/sources/registry-name.ts';
import { connectThrough, proxyFor } from '../../../server/images/sources/registry-proxy.ts';
import { dir, file, type Image, sha256, tar, whiteout } from '../../support/image-builder.ts';
import { folderWith, never, noPlan, paths } from '../../support/images.ts';
import { type Behaviour, push, putManifest, startRegistry } from '../../support/registry.ts';

const lower = tar([dir('etc'), file('etc/os-release', 'ID=test\n'), file('gone')]);
const upper = tar([file('app', 'the application'), whiteout('gone')]);
const image: Image = {
  name: '1',
  layers: [lower, upper],
  compression: ['gzip', 'zstd'],
  platform: { os: 'linux', architecture: 'amd64' },
};
const files = ['/etc/', '/etc/os-release', '/app'];
const secret = 'c2VjcmV0'; // base64 of “secret”

async function look(name: string, options: Partial<RegistryOptions> = {}) {
  const opened = await openRegistryImage(`docker://${name}`, name, {
    signal: never,
    home: '/nowhere',
    environment: {},
    ...options,
  });
  try {
    const filesystem = new Filesystem();
    const layers = [];
    for await (const layer of opened.scan(noPlan, never, () => {})) layers.push(layer);
    layers.sort((a, b) => a.index - b.index);
    for (const { index, files } of layers) filesystem.add(index, files);
    const description = await opened.describe(never);
    const problems = [...description.problems, ...layers.flatMap(({ problems }) => problems)];
    return {
      opened,
      description,
      layers,
      paths: paths(filesystem),
      problems,
      verified: layers.map(({ verification }) => verification),
    };
  } finally {
    await opened.close();
  }
}
const refused = (name: string, message: RegExp, options?: Partial<RegistryOptions>) =>
  assert.rejects(look(name, options), (error) => error instanceof ImageError && message.test(error.message));

/** A home folder in which somebody has signed in. */
const signedIn = async (
  t: TestContext,
  host: string,
  entry: object = { auth: Buffer.from('ada:secret').toString('base64') },
) => ({
  home: await folderWith(t, [file('.docker/config.json', JSON.stringify({ auths: { [host]: entry } }))]),
  trusted: true,
});

test('names, as every tool reads them', () => {
  const parsed = (text: string) => {
    const name = parseRegistryName(text);
    return (
      name &&
      `${name.plain ? 'http ' : ''}${name.api} ${name.host} ${name.repository} ${name.tag} ${name.digest ?? ''}`.trim()
    );
  };
  const digest = `sha256:${'a'.repeat(64)}`;
  assert.equal(parsed('debian'), 'registry-1.docker.io docker.io library/debian latest');
  assert.equal(parsed('team/app:1.0'), 'registry-1.docker.io docker.io team/app 1.0');
  assert.equal(parsed('index.docker.io/team/app'), 'registry-1.docker.io docker.io team/app latest');
  assert.equal(parsed('localhost/app'), 'localhost localhost app latest');
  assert.equal(parsed('localhost:5000/a/b:c'), 'localhost:5000 localhost:5000 a/b c');
  assert.equal(parsed('http://[::1]:5000/app'), 'http [::1]:5000 [::1]:5000 app latest');
  assert.equal(parsed(`ghcr.io/a/b@${digest}`), `ghcr.io ghcr.io a/b undefined ${digest}`);
  assert.equal(parsed(`ghcr.io/a/b:t@${digest}`), `ghcr.io ghcr.io a/b t ${digest}`);
  for (const wrong of [
    '',
    'UPPER',
    'a/../b',
    'a?x=1',
    'a b',
    'ghcr.io/',
    'user@host/app',
    '-v',
    digest,
    'ftp://x/y',
    'x/y#z',
    'a\nb',
  ])
    assert.equal(parsed(wrong), undefined, wrong);
});

test('an image: config, layers, files, every digest computed', async (t) => {
  const { host } = await startRegistry(t, [image]);
  const { description, paths, problems, verified } = await look(`${host}/team/app:1`);
  assert.deepEqual([paths, problems, verified], [files, [], ['verified', 'verified']]);
  assert.deepEqual([description.names, description.platform], [[`${host}/team/app:1`], 'linux/amd64']);
  assert.match(description.digest ?? '', /^sha256:/);
  assert.ok(description.layers.every(({ storedSize, digest }) => storedSize! > 0 && digest?.startsWith('sha256:')));
});

test('by digest: only what has it is taken', async (t) => {
  const registry = await startRegistry(t);
  const digest = push(registry, [image], 'x');
  assert.deepEqual((await look(`${registry.host}/app@${digest}`)).paths, files);
  registry.manifests.set(digest, Buffer.from('{"schemaVersion":2,"layers":[]}'));
  await refused(`${registry.host}/app@${digest}`, /the document that it sent is not sha256:/);
});

test('platforms: one manifest is fetched, of many', async (t) => {
  const registry = await startRegistry(t);
  const arm: Image = { layers: [tar([file('arm')])], platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } };
  const odd: Image = { layers: [tar([file('odd')])], platform: { os: 'linux', architecture: 's390x' } };
  push(registry, [odd, arm, { ...image, name: undefined! }], 'many');
  assert.deepEqual((await look(`${registry.host}/app:many`, { platform: 'linux/arm64' })).paths, ['/arm']);
  assert.equal(registry.asked.filter(({ path }) => path.includes('/manifests/')).length, 2);
  const { platforms } = (await look(`${registry.host}/app:many`)).description;
  assert.deepEqual(platforms, ['linux/s390x', 'linux/arm64/v8', 'linux/amd64']);
  await refused(
    `${registry.host}/app:many`,
    /is not in the registry for linux\/riscv64\. It is there for linux\/s390x, linux\/arm64\/v8, linux\/amd64\./,
    { platform: 'linux/riscv64' },
  );
  push(registry, [arm], 'one');
  await refused(`${registry.host}/app:one`, /It is there for linux\/arm64\/v8\./, { platform: 'linux/amd64' });
});

test('indexes in indexes, attestations, and an index that leads to itself', async (t) => {
  const registry = await startRegistry(t, [image]);
  const manifest = sha256(registry.manifests.get('1')!);
  const attestation = {
    digest: `sha256:${'b'.repeat(64)}`,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };
  const inner = putManifest(registry.manifests, {
    manifests: [{ digest: `sha256:${manifest}`, platform: image.platform }, attestation],
  });
  putManifest(registry.manifests, { manifests: [{ digest: inner }] }, 'nested');
  const { paths, problems } = await look(`${registry.host}/app:nested`);
  assert.deepEqual(paths, files);
  assert.match(problems.join(), /sha256:b+, which is no image but says something of it/);

  let deep = inner;
  for (let i = 0; i < 20; i++)
    deep = putManifest(registry.manifests, { manifests: [{ digest: deep }], depth: i }, 'deep');
  await refused(
    `${registry.host}/app:deep`,
    /is not in what is read of an index: 1,000 images, 30 documents, 8 indexes in one another\. Name/,
  );
  const many = Array.from({ length: 1_001 }, () => attestation);
  putManifest(registry.manifests, { manifests: many }, 'many');
  await refused(`${registry.host}/app:many`, /is not in what is read of an index/);
  const ours = { digest: `sha256:${manifest}`, platform: image.platform };
  const told = async (count: number) => {
    putManifest(registry.manifests, { manifests: Array.from({ length: count }, () => ours) }, 'full');
    return (await look(`${registry.host}/app:full`)).problems;
  };
  assert.deepEqual(await told(1_000), []);
  assert.match(
    (await told(1_001)).join(),
    /^The image's index has more than is read of one \(1,000 images, 30 documents/,
  );
});

test('what is no image', async (t) => {
  const { host, manifests } = await startRegistry(t);
  putManifest(manifests, { layers: [], config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' } }, 'chart');
  putManifest(manifests, { manifests: [], layers: [] }, 'both');
  putManifest(manifests, { schemaVersion: 1, fsLayers: [] }, 'old');
  putManifest(manifests, Buffer.from('<html>'), 'html');
  await refused(
    `${host}/app:chart`,
    /is no image, but something else that is kept in a registry \(application\/vnd\.cncf\.helm/,
  );
  await refused(`${host}/app:both`, /can be read in two ways/);
  await refused(`${host}/app:old`, /a form that was given up in 2017/);
  await refused(`${host}/app:html`, /its document is no JSON/);
  await refused(`${host}/app:gone`, /has no image “127\.0\.0\.1:\d+\/app:gone”\. Check the name and the tag\./);
  await refused('127.0.0.1:1/app', /Nothing listens at 127\.0\.0\.1:1/);
});

test('documents of any shape give an image or a sentence, and ask for nothing but manifests and blobs', async (t) => {
  const registry = await startRegistry(t, [image]);
  const { config, layers } = JSON.parse(`${registry.manifests.get('1')}`);
  const odd: unknown[] = [
    ...[null, 3, 'text', [], {}, { manifests: 3 }, { manifests: [null, 3, {}, { digest: 3 }, { digest: '../../x' }] }],
    ...[{ layers: null }, { layers: 3 }, { layers: [null, 3, [], {}] }, { layers: [{ digest: '../..' }], config }],
    ...[null, 3, {}, { digest: '..' }, { digest: 'sha256:x', size: -1 }].map((config) => ({ layers, config })),
    ...[-1, 1e30, 'x', null, 0].map((size) => ({ config, layers: [{ ...layers[0], size }, layers[1]] })),
    { config: { ...config, size: 1e12 }, layers },
    { config, layers: Array.from({ length: 5000 }, () => ({ digest: `sha256:${'d'.repeat(64)}` })) },
    { config: layers[0], layers },
    { config, layers: [{ digest: 'md5:abc', size: 3 }, { digest: `sha512:${'e'.repeat(128)}` }] },
    { manifests: Array.from({ length: 5000 }, (_, i) => ({ digest: `sha256:${`${i}`.padStart(64, '0')}` })) },
    { __proto__: null, layers, config, platform: { os: {}, architecture: [] }, history: 7 },
  ];
  for (const [i, document] of odd.entries()) {
    putManifest(registry.manifests, document as object, 'odd');
    await look(`${registry.host}/app:odd`).then(
      ({ description }) => assert.ok(description.platform),
      (error) => assert.ok(error instanceof ImageError && error.message.length > 20, `${i}: ${error.stack}`),
    );
  }
  for (const { path } of registry.asked) assert.match(path, /^\/v2\/app\/(manifests|blobs)\/[\w:.+=-]+$/);
});

test('a blob that is not what the manifest names is shown, and never said to be verified, nor kept', async (t) => {
  const registry = await startRegistry(t, [{ ...image, compression: 'none' }]);
  const other = tar([file('evil', 'x')]);
  const digest = `sha256:${sha256(lower)}`;
  registry.blobs.set(digest, Buffer.concat([other, Buffer.alloc(lower.length)]).subarray(0, lower.length));
  const cache = layerCache({ folder: join(await folderWith(t, []), 'cache'), version: '1' });
  const { verified, problems, paths } = await look(`${registry.host}/app:1`, { cache });
  assert.deepEqual(verified, ['wrong', 'verified']);
  assert.match(problems.join(), /Layer 1 is not what the image's manifest names: the registry sent other bytes/);
  assert.ok(paths.includes('/evil'));
  assert.equal(await cache.diffIdOf(digest), undefined);
  assert.equal(await cache.find(digest), undefined);
});

test('more bytes than the manifest says, fewer, and none', async (t) => {
  const registry = await startRegistry(t, [{ ...image, compression: 'none' }]);
  const digest = `sha256:${sha256(lower)}`;
  registry.blobs.set(digest, Buffer.concat([lower, Buffer.alloc(5000)]));
  let { verified, problems } = await look(`${registry.host}/app:1`);
  assert.deepEqual(
    [verified[0], problems.some((text) => /more bytes than the manifest says/.test(text))],
    ['unknown', true],
  );
  registry.blobs.delete(digest);
  ({ verified, problems } = await look(`${registry.host}/app:1`));
  assert.deepEqual(
    [verified[0], problems],
    ['unknown', ['Layer 1 is not in the registry any more. Push the image again.']],
  );
});

test('a connection that breaks is taken up where it broke', async (t) => {
  const big = tar([file('big', Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) & 255)))]);
  const breaks = new Map<string, number>();
  const registry = await startRegistry(t, [{ name: '1', layers: [big] }], {
    before({ path, headers }, response) {
      const digest = path.split('/').at(-1)!;
      if (!path.includes('/blobs/') || !digest.endsWith(sha256(big)) || (breaks.get(digest) ?? 0) >= 3) return false;
      breaks.set(digest, (breaks.get(digest) ?? 0) + 1);
      const from = Number(/\d+/.exec(headers.range ?? '0')?.[0]);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': big.length - from });
      response.write(big.subarray(from, from + 70_000), () => response.destroy());
      return true;
    },
  });
  const { verified, problems } = await look(`${registry.host}/app:1`);
  assert.deepEqual([verified, problems, [...breaks.values()]], [['verified'], [], [3]]);
  const ranges = registry.asked.map(({ headers }) => headers.range).filter(Boolean);
  assert.equal(ranges.length, 3);
});

test('a registry that cannot begin in the middle is read from the beginning', async (t) => {
  const big = tar([file('big', Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) & 255)))]);
  let broken = 0;
  const registry = await startRegistry(t, [{ name: '1', layers: [big] }], {
    before({ path }, response) {
      if (!path.endsWith(sha256(big))) return false;
      response.writeHead(200, { 'content-length': big.length });
      if (broken++ > 0) response.end(big);
      else response.write(big.subarray(0, 70_000), () => response.destroy());
      return true;
    },
  });
  const { verified, problems } = await look(`${registry.host}/app:1`);
  assert.deepEqual([verified, problems, broken], [['verified'], [], 2]);
});

test('a configuration that is not what the manifest names is refused', async (t) => {
  const registry = await startRegistry(t, [image]);
  const { config } = JSON.parse(`${registry.manifests.get('1')}`);
  const whole = registry.blobs.get(config.digest)!;
  registry.blobs.set(config.digest, Buffer.from(`${whole}`.replace('linux', 'linus')));
  await refused(`${registry.host}/app:1`, /the configuration that it sent is not sha256:/);
});

test('a layer that never comes whole keeps what came of it', async (t) => {
  const big = tar([file('first', 'x'), file('big', Buffer.alloc(300_000, 1))]);
  const registry = await startRegistry(t, [{ name: '1', layers: [big, upper] }], {
    before({ path }, response) {
      if (!path.endsWith(sha256(big))) return false;
      response.writeHead(200, { 'content-length': big.length });
      response.write(big.subarray(0, 2048), () => response.destroy());
      return true;
    },
  });
  const { verified, problems, paths } = await look(`${registry.host}/app:1`);
  assert.deepEqual(
    [verified, paths],
    [
      ['unknown', 'verified'],
      ['/app', '/big', '/first'],
    ],
  );
  assert.match(
    problems[0]!,
    /^Layer 1 did not come whole\. The connection to 127\.0\.0\.1:\d+ broke off\. Try again\.$/,
  );
});

test('a registry that is silent is given up', async (t) => {
  const { host } = await startRegistry(t, [image], { before: () => true });
  await refused(`${host}/app:1`, /gave no answer in time/, { limits: { answer: 50, idle: 50 } });
  const stalls = await startRegistry(t, [image], {
    before({ path }, response) {
      if (!path.includes('/manifests/')) return false;
      response.writeHead(200, { 'content-length': 1000 }).write('{');
      return true;
    },
  });
  await refused(`${stalls.host}/app:1`, /gave no answer in time/, { limits: { answer: 1000, idle: 50 } });
});

test('cancelling ends a scan at once, and the connection with it', async (t) => {
  let begun: () => void = () => {};
  const started = new Promise<void>((resolve) => (begun = resolve));
  let ended: () => void = () => {};
  const gone = new Promise<void>((resolve) => (ended = resolve));
  const { host } = await startRegistry(t, [{ ...image, compression: 'none' }], {
    before({ path }, response) {
      if (!path.endsWith(sha256(lower))) return false;
      response.writeHead(200, { 'content-length': lower.length }).write(lower.subarray(0, 700), begun);
      response.on('close', ended);
      return true;
    },
  });
  const stop = new AbortController();
  const opened = await openRegistryImage('x', `${host}/app:1`, { signal: never, home: '/nowhere', environment: {} });
  t.after(() => opened.close());
  const scanned = assert.rejects(async () => {
    for await (const _ of opened.scan(noPlan, stop.signal, () => {}));
  }, /enough/);
  await started;
  stop.abort(new Error('enough'));
  await scanned;
  await gone;
});

test('a file is read again, small ones without asking', async (t) => {
  const registry = await startRegistry(t, [
    {
      name: '1',
      layers: [tar([file('small', 'the body'), file('big', Buffer.alloc(200_000, 65))])],
      compression: 'gzip',
    },
  ]);
  const opened = await openRegistryImage('x', `${registry.host}/app:1`, {
    signal: never,
    home: '/nowhere',
    environment: {},
  });
  t.after(() => opened.close());
  const offsets = new Map<string, number>();
  for await (const { files } of opened.scan(noPlan, never, () => {}))
    for (let node = 1; node < files.count; node++)
      offsets.set(Buffer.from(files.tree.name(node)).toString(), files.offsets[node]!);
  const blobs = () => registry.asked.filter(({ path }) => path.includes('/blobs/')).length;
  const before = blobs();
  const read = async (name: string, limit: number) => {
    const { bytes, size, truncated } = await opened.read({ layer: 0, offset: offsets.get(name)! }, limit, never);
    return `${bytes.length} of ${size} ${truncated} ${Buffer.from(bytes.subarray(0, 3))}`;
  };
  assert.equal(await read('small', 100), '8 of 8 false the');
  assert.equal(await read('small', 3), '3 of 8 true the');
  assert.equal(blobs(), before);
  assert.equal(await read('big', 1000), '1000 of 200000 true AAA');
  assert.equal(blobs(), before + 1);
  assert.equal(await read('big', 300_000), '200000 of 200000 false AAA');
  assert.equal(await read('big', 300_000), '200000 of 200000 false AAA');
  assert.equal(blobs(), before + 2);
});

test('a layer that was read before is not fetched again', async (t) => {
  const registry = await startRegistry(t, [image]);
  const cache = layerCache({ folder: join(await folderWith(t, []), 'cache'), version: '1' });
  await look(`${registry.host}/app:1`, { cache });
  const before = registry.asked.length;
  const { paths, verified } = await look(`${registry.host}/app:1`, { cache });
  assert.deepEqual([paths, verified], [files, ['verified', 'verified']]);
  // Manifest and configuration.
  assert.equal(registry.asked.length, before + 2);
});

test('foreign layers are never fetched from where they say', async (t) => {
  const elsewhere = await startRegistry(t, [], { address: '127.0.0.2' });
  const registry = await startRegistry(t, [image]);
  const manifest = JSON.parse(`${registry.manifests.get('1')}`);
  manifest.layers[0] = {
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    digest: `sha256:${'c'.repeat(64)}`,
    size: 5,
    urls: [`http://${elsewhere.host}/layer`],
  };
  putManifest(registry.manifests, manifest, '1');
  const { problems } = await look(`${registry.host}/app:1`);
  assert.match(problems.join(), /Layer 1 is not here: it is a foreign layer, which its maker alone gives out/);
  assert.deepEqual(elsewhere.asked, []);
});

/** A registry that wants a token from a server of tokens. */
const withTokens = (tokens: (host: string) => string): Behaviour => ({
  before({ path, headers }, response, host) {
    if (path.startsWith('/token')) {
      response.end(JSON.stringify({ token: 'a-token' }));
      return true;
    }
    if (headers.authorization === 'Bearer a-token') return false;
    response
      .writeHead(401, {
        'www-authenticate': `Bearer realm="${tokens(host)}",service="the registry",scope="repository:x:pull,push"`,
      })
      .end();
    return true;
  },
});

test('tokens: asked for with the password, used for the registry', async (t) => {
  const registry = await startRegistry(
    t,
    [image],
    withTokens((host) => `http://${host}/token`),
  );
  const { paths } = await look(`${registry.host}/team/app:1`, await signedIn(t, registry.host));
  assert.deepEqual(paths, files);
  const token = registry.asked.find(({ path }) => path.startsWith('/token'))!;
  assert.equal(token.headers.authorization, `Basic ${Buffer.from('ada:secret').toString('base64')}`);
  const query = new URL(token.path, 'http://x').searchParams;
  assert.deepEqual([query.get('service'), query.get('scope')], ['the registry', 'repository:team/app:pull']);
  assert.ok(
    registry.asked
      .filter(({ path }) => path.startsWith('/v2/'))
      .every(({ headers }) => !headers.authorization?.startsWith('Basic')),
  );
});

test('tokens: without a sign-in, and in a workspace that is not trusted, asked for without a password', async (t) => {
  const registry = await startRegistry(
    t,
    [image],
    withTokens((host) => `http://${host}/token`),
  );
  const options = await signedIn(t, registry.host);
  await look(`${registry.host}/app:1`, { ...options, trusted: false });
  await look(`${registry.host}/app:1`);
  const tokens = registry.asked.filter(({ path }) => path.startsWith('/token'));
  assert.deepEqual(
    tokens.map(({ headers }) => headers.authorization),
    [undefined, undefined],
  );
});

test('tokens: an identity token is sent as such', async (t) => {
  const registry = await startRegistry(
    t,
    [image],
    withTokens((host) => `http://${host}/token`),
  );
  await look(`${registry.host}/app:1`, await signedIn(t, registry.host, { identitytoken: 'the-identity' }));
  const { method, body, headers } = registry.asked.find(({ path }) => path.startsWith('/token'))!;
  const form = new URLSearchParams(body);
  assert.deepEqual(
    [method, form.get('grant_type'), form.get('refresh_token'), headers.authorization],
    ['POST', 'refresh_token', 'the-identity', undefined],
  );
});

test('the password is told to nobody else: not to a server of tokens elsewhere, and not along a redirect', async (t) => {
  const elsewhere = await startRegistry(t, [image], {
    address: '127.0.0.2',
    before({ path }, response) {
      if (path.startsWith('/token')) response.end('{"token":"a-token"}');
      return path.startsWith('/token');
    },
  });
  const registry = await startRegistry(
    t,
    [image],
    withTokens(() => `http://${elsewhere.host}/token`),
  );
  await refused(`${registry.host}/app:1`, /nothing would be encrypted/, await signedIn(t, registry.host));

  const moved = await startRegistry(t, [image], {
    before({ path, headers }, response) {
      if (!headers.authorization) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else if (path.includes('/blobs/')) response.writeHead(307, { location: `http://${elsewhere.host}${path}` }).end();
      else return false;
      return true;
    },
  });
  const { paths } = await look(`${moved.host}/app:1`, await signedIn(t, moved.host));
  assert.deepEqual(paths, files);
  assert.ok(elsewhere.asked.filter(({ path }) => path.includes('/blobs/')).length >= 3);
  for (const { headers } of elsewhere.asked) assert.equal(headers.authorization, undefined);
  assert.ok(!JSON.stringify(elsewhere.asked).includes(secret));
});

test('the password is told to no other port of the same machine either', async (t) => {
  const other = await startRegistry(t, [image]);
  const registry = await startRegistry(t, [image], {
    before({ path, headers }, response) {
      if (!headers.authorization) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else if (path.includes('/blobs/')) response.writeHead(307, { location: `http://${other.host}${path}` }).end();
      else return false;
      return true;
    },
  });
  assert.deepEqual((await look(`${registry.host}/app:1`, await signedIn(t, registry.host))).paths, files);
  assert.ok(other.asked.length >= 3);
  for (const { headers } of other.asked) assert.equal(headers.authorization, undefined);
});

test('redirects: without end, without a place, to what is not http', async (t) => {
  for (const [location, message] of [
    ['/v2/app/manifests/1', /from one place to the next without end/],
    [undefined, /without saying where/],
    ['file:///etc/passwd', /where nothing would be encrypted/],
    ['http://user:pass@127.0.0.1/', /where nothing would be encrypted/],
  ] as const) {
    const { host, asked } = await startRegistry(t, [image], {
      before(_, response) {
        response.writeHead(302, location === undefined ? {} : { location }).end();
        return true;
      },
    });
    await refused(`${host}/app:1`, message);
    assert.ok(asked.length <= 6);
  }
});

test('signing in: what is said when it does not help', async (t) => {
  const { host } = await startRegistry(t, [image], {
    before(_, response) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return true;
    },
  });
  await refused(`${host}/app:1`, /does not show .* In a workspace that is not trusted no sign-in is used/);
  await refused(`${host}/app:1`, /Sign in with “docker login 127\.0\.0\.1:\d+”/, { trusted: true });
  await refused(`${host}/app:1`, /The sign-in that is kept for .* is not allowed to/, await signedIn(t, host));
  const busy = await startRegistry(t, [image], {
    before(_, response) {
      response.writeHead(429).end();
      return true;
    },
  });
  await refused(`${busy.host}/app:1`, /too much was asked of it/);
});

test('a server of tokens is the registry’s own where it is in its domain', () => {
  const own = (realm: string, home: string) => isOwn(new URL(realm), new URL(home));
  assert.equal(own('https://auth.docker.io/token', 'https://registry-1.docker.io/'), true);
  assert.equal(own('https://gitlab.com/jwt/auth', 'https://registry.gitlab.com/'), true);
  assert.equal(own('https://10.0.0.1:5001/auth', 'https://10.0.0.1:5000/'), true);
  assert.equal(own('https://evil.example/token', 'https://ghcr.io/'), false);
  assert.equal(own('https://docker.io.evil.example/', 'https://registry-1.docker.io/'), false);
  assert.equal(own('https://10.9.0.1/', 'https://10.8.0.1/'), false);
  assert.equal(own('https://localhost/', 'https://127.0.0.1/'), false);
});

test('proxies: which hosts are asked through one', () => {
  const proxy = (url: string, environment: Record<string, string>) => proxyFor(new URL(url), environment)?.href;
  const at = { HTTPS_PROXY: 'http://proxy:3128' };
  assert.equal(proxy('https://ghcr.io/', at), 'http://proxy:3128/');
  assert.equal(proxy('https://ghcr.io/', { https_proxy: 'proxy:3128' }), 'http://proxy:3128/');
  assert.equal(proxy('https://ghcr.io/', {}), undefined);
  for (const odd of ['socks5://proxy', 'http://', 'file:///x'])
    assert.equal(proxy('https://ghcr.io/', { HTTPS_PROXY: odd }), undefined);
  const direct = (url: string, list: string) => proxy(url, { ...at, NO_PROXY: list }) === undefined;
  assert.ok(direct('https://a.example.com/', 'x,example.com'));
  assert.ok(direct('https://a.example.com/', ' .example.com '));
  assert.ok(direct('https://a.example.com/', '*.example.com'));
  assert.ok(direct('https://example.com:5000/', 'example.com:5000'));
  assert.ok(direct('https://ghcr.io/', '*'));
  assert.ok(!direct('https://example.com/', 'example.com:5000'));
  assert.ok(!direct('https://badexample.com/', 'example.com'));
  assert.ok(!direct('https://example.com.evil/', 'example.com'));
});

test('proxies: cancelled while the far end is silent, the connection to the proxy is given up', {
  timeout: 20_000,
}, async (t) => {
  const cancelling = new AbortController();
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const proxy = createServer().on('connect', (_, socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    // The first words of TLS.
    socket.once('data', () => cancelling.abort());
    socket.on('error', () => {}).once('end', () => end());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const address = new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  await assert.rejects(connectThrough(address, new URL('https://registry.test/'), {}, cancelling.signal));
  await ended;
});

test('proxies: a percent sign in the password may be written as it is, or escaped', async (t) => {
  const given: string[] = [];
  const proxy = createServer().on('connect', (request, socket: Socket) => {
    const [, coded = ''] = (request.headers['proxy-authorization'] ?? '').split(' ');
    given.push(Buffer.from(coded, 'base64').toString());
    socket.end('HTTP/1.1 407 No\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => proxy.close());
  const { port } = proxy.address() as AddressInfo;
  for (const written of ['user:50%', 'user:50%25', 'user:%zz%C3%A9%C3'])
    await assert.rejects(
      connectThrough(
        new URL(`http://${written}@127.0.0.1:${port}`),
        new URL('https://registry.test/'),
        {},
        AbortSignal.timeout(10_000),
      ),
    );
  assert.deepEqual(given, ['user:50%', 'user:50%', 'user:%zz%C3%A9%C3']);
});

test('challenges of any shape', () => {
  const text = (header: string | undefined) =>
    challengesOf(header).map(({ scheme, parameters }) => `${scheme} ${JSON.stringify(parameters)}`);
  assert.deepEqual(text('Bearer realm="https://a/t",service="s, \\"q\\"",scope=x'), [
    'bearer {"realm":"https://a/t","service":"s, \\"q\\"","scope":"x"}',
  ]);
  assert.deepEqual(text('Basic realm="x", Bearer realm="y"'), ['basic {"realm":"x"}', 'bearer {"realm":"y"}']);
  assert.deepEqual(text('Negotiate, Basic realm=x'), ['negotiate {}', 'basic {"realm":"x"}']);
  for (const nothing of [undefined, '', '=', '"', 'realm="x"']) assert.deepEqual(text(nothing), []);
  assert.ok(challengesOf(`Bearer ${'a="b" '.repeat(1000)}${'x'.repeat(5000)}`).length > 0);
});

test('which addresses are in a private network', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '0.0.0.0',
  ])
    assert.equal(isPrivate(address), true, address);
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1', '::ffff:8.8.8.8', '193.168.1.1'])
    assert.equal(isPrivate(address), false, address);
});

test('where a registry may not lead', async () => {
  assert.throws(() => lookupWithin('public', '169.254.169.254'), /private network/);
  assert.throws(() => lookupWithin('public', '[::1]'), /private network/);
  assert.throws(() => lookupWithin('private', '8.8.8.8'), /without encryption/);
  assert.throws(() => lookupWithin('loopback', '10.0.0.1'), /without encryption/);
  assert.equal(lookupWithin('anywhere', '127.0.0.1'), undefined);
  const ask = (reach: 'public' | 'loopback') =>
    new Promise<unknown>((resolve) =>
      lookupWithin(reach, 'localhost')!('localhost', { all: true }, (error, found) => resolve(error ?? found)),
    );
  assert.match(String(await ask('public')), /leads to localhost/);
  assert.ok(Array.isArray(await ask('loopback')));
});

test('http:// is for private networks alone', async () => {
  await refused(
    'http://192.0.2.1:5000/app',
    /192\.0\.2\.1 is not in a private network, and would be spoken to without encryption/,
  );
});

test('sign-ins: the narrowest name, Docker Hub’s old address, Podman’s file, and files of any shape', async (t) => {
  const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
  const config = {
    auths: {
      'https://index.docker.io/v1/': auth('hub:h'),
      'https://quay.io/v2/': auth('quay:q'),
      'quay.io.evil.example': auth('evil:e'),
    },
  };
  const home = await folderWith(t, [
    file('.docker/config.json', JSON.stringify(config)),
    file(
      'run/containers/auth.json',
      JSON.stringify({ auths: { 'ghcr.io': auth('all:a'), 'ghcr.io/team': auth('team:t') } }),
    ),
  ]);
  const find = async (host: string, repository: string) => {
    const { credential } = await findCredential(
      host,
      repository,
      { home, environment: { XDG_RUNTIME_DIR: join(home, 'run') } },
      never,
    );
    return credential?.kind === 'password' ? `${credential.username}:${credential.password}` : credential?.kind;
  };
  assert.equal(await find('docker.io', 'library/debian'), 'hub:h');
  assert.equal(await find('quay.io', 'x'), 'quay:q');
  assert.equal(await find('ghcr.io', 'team/app'), 'team:t');
  assert.equal(await find('ghcr.io', 'teams/app'), 'all:a');
  assert.equal(await find('io', 'x'), undefined);
  assert.equal(await find('evil.example', 'x'), undefined);
  for (const text of [
    '',
    '[]',
    '{"auths":[]}',
    '{"auths":{"ghcr.io":7}}',
    '{"auths":{"ghcr.io":{"auth":"!!"}},"credHelpers":3}',
  ]) {
    const odd = await folderWith(t, [file('.docker/config.json', text)]);
    assert.deepEqual(await findCredential('ghcr.io', 'x', { home: odd, environment: {} }, never), {
      credential: undefined,
      problems: [],
    });
  }
});

test('helpers: asked by name, without a shell, and given up when they do not answer', async (t) => {
  const home = await folderWith(t, []);
  const programs = join(home, 'bin');
  await mkdir(programs);
  const helper = async (name: string, script: string) => {
    await writeFile(join(programs, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    await chmod(join(programs, `docker-credential-${name}`), 0o755);
  };
  await helper('good', `read server; echo "{\\"Username\\":\\"$1\\",\\"Secret\\":\\"$server\\"}"`);
  await helper('token', `echo '{"Username":"<token>","Secret":"identity"}'`);
  await helper('knows-nothing', 'echo credentials not found in native keychain; exit 1');
  await helper('fails', 'echo secret-that-leaks >&2; exit 3');
  await helper('hangs', 'exec sleep 100');
  await helper('talks', 'while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done');
  const find = async (config: object, path = `${programs}:/usr/bin:/bin`) => {
    const folder = await folderWith(t, [file('config.json', JSON.stringify(config))]);
    return findCredential(
      'ghcr.io',
      'x',
      { home, environment: { DOCKER_CONFIG: folder, PATH: path }, patience: 500 },
      never,
    );
  };
  assert.deepEqual((await find({ credHelpers: { 'ghcr.io': 'good' } })).credential, {
    kind: 'password',
    username: 'get',
    password: 'ghcr.io',
  });
  assert.deepEqual((await find({ credsStore: 'token' })).credential, { kind: 'identity-token', token: 'identity' });
  assert.deepEqual(await find({ credsStore: 'knows-nothing' }), { credential: undefined, problems: [] });
  // The registry's own helper counts, not the general one.
  assert.equal((await find({ credsStore: 'fails', credHelpers: { 'ghcr.io': 'good' } })).problems.length, 0);
  for (const [name, message] of [
    ['fails', /“docker-credential-fails”, which keeps the sign-in, failed\./],
    ['hangs', /gave no answer in time/],
    ['talks', /failed|gave no answer/],
    ['missing', /was not found/],
    ['../../bin/sh', /was not found/],
    ['good; touch /tmp/x', /was not found/],
  ] as const) {
    const { credential, problems } = await find({ credsStore: name });
    assert.equal(credential, undefined, name);
    assert.match(problems.join(), message);
    assert.ok(!problems.join().includes('secret-that-leaks'));
  }
  // Folders of PATH that depend on where one is are not searched.
  assert.match(
    (await find({ credsStore: 'good' }, relative(process.cwd(), programs))).problems.join(),
    /was not found/,
  );
});
