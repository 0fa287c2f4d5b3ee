/** Facts held against files: which file is whose, since when, which base it is, and where secrets lie. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Filesystem } from '../../../server/images/filesystem.ts';
import { imageView } from '../../../server/images/view.ts';
import { flagsOf } from '../../../server/inspect/components/index.ts';
import { secretsIn } from '../../../server/inspect/components/secrets.ts';
import { readOsRelease } from '../../../server/inspect/os-release.ts';
import { readGem } from '../../../server/inspect/packages/gem.ts';
import { readPython } from '../../../server/inspect/packages/python.ts';
import { study } from '../../../server/inspect/study.ts';
import { plan } from '../../../server/inspect/wants.ts';
import { withoutSecret, withoutSecrets } from '../../../server/words.ts';
import { dir, type Entry, file, hardlink, symlink, tar, whiteout } from '../../support/image-builder.ts';
import { scan } from '../../support/images.ts';

const config = { user: '65532', workingDir: '', entrypoint: ['/app'], cmd: [], env: [], ports: [], labels: {} };

async function studied(
  layers: readonly (readonly Entry[])[],
  more: Partial<typeof config> = {},
  history: readonly string[] = [],
) {
  const filesystem = new Filesystem();
  const scans: Awaited<ReturnType<typeof scan>>[] = [];
  for (const [index, layer] of layers.entries()) {
    const scanned = await scan(tar(layer), plan);
    filesystem.add(index, scanned.files);
    scans.push(scanned);
  }
  const image = imageView(filesystem);
  const found = study({
    image,
    config: { ...config, ...more },
    steps: stepsOf(history),
    facts: scans.map(({ facts }) => facts),
    sizes: (layer, node) => scans[layer]?.files.sizes[node] ?? 0,
    changes: filesystem.changes,
  });
  const owner = (path: string) => found.owned.ownerOf(image.find(path, { followLast: false }))?.name;
  /** `path: category severity`, of what is no hint. */
  const flags = () =>
    [...flagsOf({ files: image, image: undefined, known: found.ofImage })]
      .flatMap(([node, each]) => each.map(({ category, severity }) => `${image.path(node)}: ${category} ${severity}`))
      .sort();
  const told = () => JSON.stringify([...flagsOf({ files: image, image: undefined, known: found.ofImage }).values()]);
  return { ...found, owner, flags, told, packages: found.owned.packages };
}

/** `LAYER …` is a step that made one. */
const stepsOf = (history: readonly string[]) =>
  history.map((step, at) => ({
    index: step.startsWith('LAYER ')
      ? history.slice(0, at).filter((each) => each.startsWith('LAYER ')).length
      : undefined,
    createdBy: step.replace(/^LAYER /, ''),
    created: undefined,
    digest: undefined,
    diffId: undefined,
    storedSize: undefined,
  }));

const program = (name: string, body = 'x') => file(name, body, { mode: 0o755 });

test('dpkg: paths through links, escapes of systemd, and a list of another architecture', async () => {
  const status =
    'Package: bash\nArchitecture: amd64\nVersion: 1\n\nPackage: libc6\nArchitecture: amd64\nMulti-Arch: same\nVersion: 2\n\nPackage: libc6\nArchitecture: i386\nMulti-Arch: same\nVersion: 2\n';
  const { owner, packages } = await studied([
    [
      dir('usr/bin'),
      symlink('bin', 'usr/bin'),
      program('usr/bin/bash', 'shell'),
      file('usr/lib/system-x\\x2dy.slice', 'unit'),
      file('usr/lib/a/libc.so', 'wide'),
      file('usr/lib/b/libc.so', 'narrow'),
      file('other', 'x'),
      file('var/lib/dpkg/status', status),
      file('var/lib/dpkg/info/bash.list', '/.\n/bin\n/bin/bash\n/usr/lib/system-x\\x2dy.slice\n/usr/share/gone\n'),
      file('var/lib/dpkg/info/libc6:amd64.list', '/usr/lib/a/libc.so\n'),
      file('var/lib/dpkg/info/libc6:i386.list', '/usr/lib/b/libc.so\n'),
    ],
  ]);
  assert.deepEqual(['/usr/bin/bash', '/usr/lib/system-x\\x5cx2dy.slice', '/usr/lib/b/libc.so', '/other'].map(owner), [
    'bash',
    'bash',
    'libc6',
    undefined,
  ]);
  assert.deepEqual(
    packages.map(({ name, architecture, files, size }) => [name, architecture, files, size]),
    [
      // The link /bin, the shell and the unit.
      ['bash', 'amd64', 3, 9],
      ['libc6', 'amd64', 1, 4],
      ['libc6', 'i386', 1, 6],
    ],
  );
});

test('a package is there since the layer from which on it is named in that version', async () => {
  const status = (...packages: string[]) =>
    file(
      'var/lib/dpkg/status',
      packages.map((each) => `Package: ${each.split(' ')[0]}\nVersion: ${each.split(' ')[1]}\n`).join('\n'),
    );
  const { packages } = await studied([
    [status('a 1', 'b 1', 'c 1')],
    [status('a 1', 'b 2')],
    [file('x')],
    [status('a 1', 'b 2', 'c 1', 'd 1')],
  ]);
  assert.deepEqual(
    packages.map(({ name, version, layer, files }) => [name, version, layer, files]),
    [
      ['a', '1', 0, undefined],
      ['b', '2', 1, undefined],
      ['c', '1', 3, undefined],
      ['d', '1', 3, undefined],
    ],
  );
});

test('npm: a folder belongs to the package in it, one inside to its own; the system’s packages come first', async () => {
  const json = (name: string) => JSON.stringify({ name, version: '1.0.0' });
  const { owner, packages } = await studied([
    [
      file('app/node_modules/a/package.json', json('a')),
      file('app/node_modules/a/index.js', 'abc'),
      file('app/node_modules/a/node_modules/b/package.json', json('b')),
      file('app/node_modules/a/node_modules/b/lib/x.js', 'x'),
      file('usr/share/nodejs/n/node_modules/c/package.json', json('c')),
      file('usr/share/nodejs/n/node_modules/c/y.js', 'y'),
      file('var/lib/dpkg/status', 'Package: node-n\nVersion: 1\n'),
      file('var/lib/dpkg/info/node-n.list', '/usr/share/nodejs/n/node_modules/c/y.js\n'),
    ],
  ]);
  assert.deepEqual(
    [
      '/app/node_modules/a/index.js',
      '/app/node_modules/a/node_modules/b/lib/x.js',
      '/usr/share/nodejs/n/node_modules/c/y.js',
    ].map(owner),
    ['a', 'b', 'node-n'],
  );
  assert.deepEqual(
    packages.map(({ name, files, size }) => [name, files, size]),
    [
      ['a', 2, json('a').length + 3],
      ['b', 2, json('b').length + 1],
      ['c', 2, json('c').length + 1],
      ['node-n', 1, 1],
    ],
  );
});

test('a package whose record a later layer removes is none', async () => {
  const layers = [[file('node_modules/a/package.json', '{"name":"a","version":"1"}')], [whiteout('node_modules')]];
  assert.deepEqual((await studied(layers)).packages, []);
});

const status = (name: string, ...files: string[]) => [
  file(`var/lib/dpkg/status.d/${name}`, `Package: ${name}\nVersion: 1\n`),
  file(`var/lib/dpkg/status.d/${name}.md5sums`, files.map((path) => `${'0'.repeat(32)}  ${path}\n`).join('')),
  ...files.map((path) => file(path, 'x')),
];
const google: readonly (readonly Entry[])[] = [
  [
    ...status('base-files', 'usr/share/doc/base-files/README', 'usr/share/base-files/motd'),
    symlink('etc/os-release', '../usr/lib/os-release'),
    file('etc/issue', 'x'),
  ],
  [
    ...status(
      'libc6',
      'usr/lib/x86_64-linux-gnu/libc.so.6',
      'usr/lib/x86_64-linux-gnu/gconv/a.so',
      'usr/share/man/man7/x.7.gz',
    ),
  ],
  [file('etc/passwd', 'root:x:0:0:root:/root:/sbin/nologin\n')],
  [dir('home/nonroot', { uid: 65532 })],
  [file('etc/os-release', 'PRETTY_NAME="Distroless"\nID="debian"\nVERSION_ID="13"\n')],
];

test('Google’s base: known, as far up as it reaches, and made of nothing worse than hints', async () => {
  const bare = await studied(google);
  assert.deepEqual(
    [bare.base?.name, bare.base?.distroless, bare.base?.upTo, bare.base?.exact],
    ['Google distroless (Debian 13)', true, 4, true],
  );
  for (const line of bare.flags()) assert.match(line, / hint$/);
  assert.ok(bare.flags().some((line) => line.startsWith('/usr/share/man: man-info')));

  const mine = await studied([
    ...google,
    [program('app'), file('usr/share/man/man1/mine.1', 'x')],
    [file('etc/passwd', 'app:x:1:1::/:/app\n')],
  ]);
  assert.equal(mine.base?.upTo, 4);
  assert.deepEqual(
    mine.flags().filter((line) => !line.endsWith('hint')),
    ['/usr/share/man: man-info info'],
  );
});

test('Google’s base ends below a layer that takes something away', async () => {
  const { base } = await studied([...google, [whiteout('usr/share/base-files/motd'), file('etc/group', 'x')]]);
  assert.equal(base?.upTo, 4);
});

test('Google’s debug base: BusyBox is the base’s, and flagged all the same', async () => {
  const debug = await studied([
    ...google,
    [
      program('busybox/busybox'),
      hardlink('busybox/sh', 'busybox/busybox'),
      hardlink('busybox/wget', 'busybox/busybox'),
    ],
  ]);
  assert.equal(debug.base?.upTo, 5);
  assert.deepEqual(
    debug.flags().filter((line) => line.startsWith('/busybox')),
    [
      '/busybox/busybox: multicall-busybox error',
      '/busybox/sh: shell error',
      '/busybox/wget: multicall-busybox warning',
    ],
  );
  assert.match(debug.told(), /"Command shell"[^}]*"remedy":"The base brought it\. If that is a tag for debugging/);
});

test('above a whole distribution, a command that was replaced tells where the base ends at the least', async () => {
  const layers = [
    [file('usr/lib/os-release', 'ID=debian\nPRETTY_NAME="Debian"\nVERSION_ID=13\n')],
    [program('usr/local/bin/python3')],
    [file('app/main.py', 'x')],
  ];
  const upTo = async (...history: string[]) => {
    const { base } = await studied(layers, {}, history);
    return [base?.upTo, base?.exact];
  };
  const nop = '/bin/sh -c #(nop) ';
  assert.deepEqual(
    await upTo(
      'LAYER # debian.sh',
      'CMD ["bash"]',
      'LAYER RUN make',
      'CMD ["python3"]',
      'LAYER COPY . .',
      'CMD ["app"]',
    ),
    [1, false],
  );
  assert.deepEqual(
    await upTo('LAYER ADD x', `${nop} CMD ["bash"]`, 'LAYER RUN make', `${nop} CMD ["python3"]`, 'LAYER COPY . .'),
    [0, false],
    'whether the last CMD is the base’s is not told',
  );
  assert.deepEqual(
    await upTo('LAYER ADD x', 'LAYER RUN make', 'ENTRYPOINT ["a"]', 'CMD ["b"]', 'LAYER COPY . .', 'ENTRYPOINT ["c"]'),
    [1, false],
  );
  assert.deepEqual(await upTo('LAYER ADD x', 'LAYER RUN echo CMD', 'LAYER COPY CMD ENTRYPOINT /', 'CMD ["a"]'), [
    0,
    false,
  ]);
  assert.deepEqual(await upTo(), [0, false]);
});

test('a shell that a record claims for the base is still a shell', async () => {
  const layers = [
    ...google,
    [
      ...status('bash', 'usr/share/doc/bash/README'),
      program('usr/bin/bash'),
      file('var/lib/dpkg/status.d/bash.md5sums', `${'0'.repeat(32)}  usr/bin/bash\n`),
    ],
  ];
  assert.ok((await studied(layers)).flags().includes('/usr/bin/bash: shell error'));
});

test('other bases, and none', async () => {
  const release = (id: string, name: string, version: string) =>
    file('usr/lib/os-release', `ID=${id}\nPRETTY_NAME="${name}"\nVERSION_ID=${version}\n`);
  const names = async (layers: readonly (readonly Entry[])[], labels = {}) => {
    const { base } = await studied(layers, { labels });
    return base && [base.name, base.distroless, base.upTo, base.exact];
  };
  const dpkg = file('var/lib/dpkg/status', 'Package: dpkg\nVersion: 1\n');
  assert.deepEqual(
    await names([
      [file('x')],
      [release('debian', 'Debian GNU/Linux 13 (trixie)', '13'), dpkg, program('usr/bin/dpkg')],
      [file('app')],
    ]),
    ['Debian GNU/Linux 13 (trixie)', false, 1, false],
  );
  assert.deepEqual(await names([[release('ubuntu', 'Ubuntu 24.04 LTS', '24.04'), dpkg]]), [
    'Ubuntu 24.04, chiselled',
    true,
    0,
    false,
  ]);
  const apk = file('usr/lib/apk/db/installed', 'P:glibc\nV:2\n');
  assert.deepEqual(await names([[release('wolfi', 'Wolfi', '1'), apk]]), ['Wolfi', true, 0, false]);
  assert.deepEqual(await names([[release('wolfi', 'Wolfi', '1'), apk, program('usr/bin/apk')]]), [
    'Wolfi',
    false,
    0,
    false,
  ]);
  assert.deepEqual(await names([[file('var/lib/rpmmanifest/container-manifest-2', 'glibc\t2\n')]]), [
    'Azure Linux, distroless',
    true,
    undefined,
    false,
  ]);
  assert.equal(await names([[program('app')]]), undefined);
  assert.deepEqual(await names([[program('app')]], { 'org.opencontainers.image.base.name': 'docker.io/library/x:1' }), [
    'docker.io/library/x:1',
    false,
    undefined,
    false,
  ]);
});

test('the interpreter of the application is none too many', async () => {
  const layers = [
    [
      program('usr/bin/python3.13'),
      symlink('usr/bin/python3', 'python3.13'),
      program('usr/bin/perl'),
      program('usr/local/bin/node'),
    ],
  ];
  const flagged = async (more: Partial<typeof config>) =>
    (await studied(layers, more)).flags().map((line) => line.split(':')[0]);
  assert.deepEqual(await flagged({ entrypoint: ['python3', '-m', 'app'] }), ['/usr/bin/perl', '/usr/local/bin/node']);
  assert.deepEqual(await flagged({ entrypoint: ['docker-entrypoint.sh'], cmd: ['node'] } as never), [
    '/usr/bin/perl',
    '/usr/bin/python3.13',
    '/usr/bin/python3',
  ]);
  assert.deepEqual(await flagged({ env: ['PYTHON_VERSION=3.13.0'] } as never), [
    '/usr/bin/perl',
    '/usr/local/bin/node',
  ]);
});

const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIITopSecretOfThisTest\n-----END EC PRIVATE KEY-----\n';
const token = `ghp_${'a'.repeat(36)}`;

test('secrets: named by kind where they lie, and never told', async () => {
  const found = await studied([
    [
      file('root/.ssh/id_ed25519', '-----BEGIN OPENSSH PRIVATE KEY-----\n'),
      file('srv/tls.key', pem),
      file('app/.env', `DEBUG=1\nAPI_TOKEN=${token}\n`),
      file('app/.npmrc', '//registry.example.com/:_authToken=npm_x1y2z3\n'),
      file('root/.docker/config.json', '{"auths":{"x":{"auth":"dXNlcjpwYXNz"}}}'),
      file('etc/shadow', 'root:$y$j9T$abc$def:1::::::\n'),
      file('app/.git/config', '[remote]\nurl = https://me:hunter2@example.com/x.git\n'),
    ],
  ]);
  assert.deepEqual(
    found.flags().filter((line) => line.includes('secrets')),
    [
      '/app/.env: secrets-config error',
      '/app/.git/config: secrets-config error',
      '/app/.npmrc: secrets-config error',
      '/etc/shadow: secrets-config error',
      '/root/.docker/config.json: secrets-config error',
      '/root/.ssh/id_ed25519: secrets-keys error',
      '/srv/tls.key: secrets-keys error',
    ],
  );
  const told = JSON.stringify([found.told(), found.hidden, found.base, found.packages]);
  assert.ok(told.includes('a token of GitHub'));
  for (const secret of ['TopSecret', token, 'npm_x1y2z3', 'dXNlcjpwYXNz', '$y$', 'hunter2'])
    assert.ok(!told.includes(secret), secret);
});

test('secrets: not what is public, made up, a placeholder, or an example', async () => {
  const { flags } = await studied([
    [
      file('srv/cert.pem', '-----BEGIN CERTIFICATE-----\n'),
      file('etc/ssl/certs/x.pem', pem),
      file('usr/share/doc/x/examples/server.key', pem),
      file('app/node_modules/x/test/fixtures/a.pem', pem),
      file('usr/lib/python3.13/test/certdata/k.pem', pem),
      file('app/.env', 'PASSWORD=$DB_PASSWORD\nTOKEN=changeme\nNAME=x\nSECRET=\n'),
      file('app/.npmrc', 'registry=https://registry.example.com/\n//r/:_authToken=${NPM_TOKEN}\n'),
      file('etc/shadow', 'root:*:1::::::\nnobody:!:1::::::\napp:!*:1::::::\n'),
      file('root/.gnupg/pubring.kbx', 'x'),
      file('root/.ssh/known_hosts', 'github.com ssh-ed25519 AAAA\n'),
    ],
  ]);
  assert.deepEqual(
    flags().filter((line) => line.includes('secrets')),
    [],
  );
});

test('secrets: a sign-in of netrc, on a line or over several, and no name that only ends like one', () => {
  for (const text of [
    'machine h login u password p\n',
    'default\nmachine h\n  login u\n  password p\n',
    'machine h password p',
  ])
    assert.deepEqual(secretsIn(Buffer.from(text), '/root/.config/gcloud/x'), { found: ['a password or token'] }, text);
  assert.equal(secretsIn(Buffer.from('machine lost.password reset\n'), '/root/.config/gcloud/x'), undefined);
});

test('secrets: far into a file, up to a bound, behind which it says that it did not look', async () => {
  const deep = (bytes: number) => `${'# \n'.repeat(Math.ceil(bytes / 3))}TOKEN=hunter2hunter2\n`;
  const layer = tar([file('app/.env', deep(5_000_000)), file('srv/.env', deep(9_000_000))]);
  const { facts, problems } = await scan(layer, plan);
  assert.deepEqual(
    facts.map(({ path, value }) => [path, value]),
    [['/app/.env', { found: ['a password or token'] }]],
  );
  assert.deepEqual(problems, [
    'it has a file of which only the first 8 MB were searched for secrets (“/srv/.env”); look at the rest yourself',
  ]);
});

test('secrets: one that a later layer deletes is still there', async () => {
  const { hidden, flags } = await studied([[file('app/id_rsa', pem)], [whiteout('app/id_rsa')]]);
  assert.deepEqual(flags(), []);
  assert.deepEqual(hidden, [{ path: '/app/id_rsa', layer: 0, size: pem.length, fact: { found: ['a private key'] } }]);
});

test('values of variables that hold secrets are left out, the others stay', () => {
  assert.equal(
    withoutSecrets('RUN |2 A=b NPM_TOKEN=xyz /bin/sh -c npm ci'),
    'RUN |2 A=b NPM_TOKEN=… /bin/sh -c npm ci',
  );
  assert.equal(
    withoutSecrets('RUN |2 NPM_TOKEN=x y A=b /bin/sh -c API_KEY=z npm ci'),
    'RUN |2 NPM_TOKEN=… A=b /bin/sh -c API_KEY=… npm ci',
  );
  assert.equal(withoutSecrets('RUN |1 NPM_TOKEN=x y /bin/sh -c ls'), 'RUN |1 NPM_TOKEN=… /bin/sh -c ls');
  assert.equal(withoutSecrets('ENV A=b DB_PASSWORD=one two'), 'ENV A=b DB_PASSWORD=…');
  assert.equal(
    withoutSecrets('/bin/sh -c #(nop)  ENV DB_PASSWORD=one two PATH=/x'),
    '/bin/sh -c #(nop)  ENV DB_PASSWORD=… PATH=/x',
  );
  assert.equal(withoutSecret('DB_PASSWORD=a b'), 'DB_PASSWORD=…');
  assert.equal(withoutSecret('GREETING=a=b c'), 'GREETING=a=b c');
  assert.equal(withoutSecrets('ENV SECRET_KEY="a b" PATH=/x'), 'ENV SECRET_KEY=… PATH=/x');
  assert.equal(withoutSecrets('TOKENIZER=fast KEYS=3'), 'TOKENIZER=fast KEYS=3');
});

test('a core dump is one by its header, not by its name', async () => {
  const elf = (type: number) =>
    Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(9), Buffer.from([type, 0])]);
  const { flags } = await studied([
    [file('srv/core', elf(4)), file('srv/a/core', elf(2)), file('srv/b/core', 'x'), file('srv/core.12', elf(4))],
  ]);
  assert.deepEqual(flags(), ['/srv/core.12: backup-files warning', '/srv/core: backup-files warning']);
});

test('texts made to be slow are not', () => {
  // Each of these takes minutes where a pattern tries all ways to split a run of blanks.
  const blanks = ' '.repeat(2_000_000);
  for (const text of [
    `password${blanks}`,
    `${'\n'.repeat(2_000_000)}x`,
    `machine x${blanks}`,
    `machine ${'x'.repeat(2_000_000)}`,
    `machine ${'x'.repeat(300)}\n`.repeat(20_000),
    `${'token '.repeat(300_000)}`,
    `//a:${'b'.repeat(2_000_000)}`,
  ])
    assert.equal(secretsIn(Buffer.from(text), '/app/.env'), undefined);
  const long = '\n \t'.repeat(300_000);
  assert.deepEqual(readGem(`${long}x`, '/specifications/x.gemspec').records, []);
  assert.equal(readOsRelease(`ID="${'"'.repeat(15_000)}x`), undefined);
  assert.deepEqual(readPython(`Name: x\nVersion:${' '.repeat(1_000_000)}\x01`, '/x.dist-info/METADATA').records, []);
});
