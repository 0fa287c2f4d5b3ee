/** What `distroless inspect` prints of an image, as text and as JSON. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseArguments } from '../../../server/cli/arguments.ts';
import { files, inspect } from '../../../server/cli/image.ts';
import { file, hybridSave, symlink, tar, whiteout } from '../../support/image-builder.ts';
import { archiveWith, never } from '../../support/images.ts';

const image = {
  config: { Cmd: ['/app'], Env: ['PATH=/bin', 'DB_PASSWORD=hunter2'] },
  history: [
    { created_by: '/bin/sh -c #(nop) ADD rootfs' },
    { created_by: 'RUN |1 NPM_TOKEN=topsecret /bin/sh -c npm ci # buildkit' },
  ],
  layers: [
    tar([
      file('usr/bin/dash', 'x'.repeat(40), { mode: 0o755 }),
      symlink('usr/bin/sh', 'dash'),
      file('usr/lib/os-release', 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n'),
      file('var/lib/dpkg/status', 'Package: dash\nVersion: 0.5\nArchitecture: amd64\n'),
      file('var/lib/dpkg/info/dash.list', '/usr/bin/dash\n/usr/bin/sh\n'),
      file('big', 'y'.repeat(5_000)),
      file('var/log/alternatives.log', 'x'),
    ]),
    tar([whiteout('big'), file('usr/share/zoneinfo/UTC', 'z')]),
  ],
};

const printed = (t: TestContext, format: 'text' | 'json') => run(t, inspect, ['--format', format]);

async function run(t: TestContext, command: typeof inspect, args: readonly string[]): Promise<string> {
  const path = await archiveWith(t, hybridSave([image]));
  const out: string[] = [];
  const output = {
    text: (text: string) => void out.push(text),
    line: (text: string) => void out.push(text, '\n'),
    progress() {},
    drained: async () => {},
  };
  const { values } = parseArguments(args);
  assert.equal(await command([path], values, output, never), 0);
  return out.join('');
}

test('text: what it is built on, what is flagged and where that comes from, packages, waste', async (t) => {
  const text = await printed(t, 'text');
  for (const part of [
    '  runs /app as root\n  built on Debian GNU/Linux 13 (trixie), layer 1 at least\n',
    '  1    5.2 kB  /bin/sh -c #(nop) ADD rootfs (+7 ~0 -0), base\n',
    '  error: Command shell: 2 files, 40 B\n    /usr/bin/dash, /usr/bin/sh\n    from dash, in layer 1, of the base\n',
    '  error: Secret in the configuration\n    By their names, these variables or build arguments hold secrets: DB_PASSWORD, NPM_TOKEN.',
    '  hint: Time zones: 1 file, 1 B\n',
    'of the base\n    They tell of the building of the image, and are of no use where it runs.\n    The base brought it, and what a later layer deletes is still stored.',
    'Packages\n  1 deb, the largest dash 0.5 (40 B)\n',
    '  5.0 kB of 5.2 kB are stored and not in the final tree: efficiency 3.3 % (dive’s own figures: 3.3 %, 5.0 kB wasted)\n    5.0 kB  /big, of layer 1, removed by layer 2\n',
  ])
    assert.ok(text.includes(part), `${part}\n— is not in —\n${text}`);
});

test('JSON: the documented document, with null for what is not known', async (t) => {
  const report = JSON.parse(await printed(t, 'json'));
  assert.deepEqual(Object.keys(report), [
    'schema',
    'image',
    'size',
    'files',
    'flagged',
    'base',
    'layers',
    'components',
    'packages',
    'waste',
    'problems',
  ]);
  assert.deepEqual(report.components[0].paths, ['/usr/bin/dash', '/usr/bin/sh']);
  assert.deepEqual(report.components[0].evidence[1], {
    path: '/usr/bin/sh',
    size: 0,
    layer: 0,
    package: 'dash',
    fromBase: true,
  });
  assert.deepEqual(report.packages, [
    {
      type: 'deb',
      name: 'dash',
      version: '0.5',
      architecture: 'amd64',
      source: '/var/lib/dpkg/status',
      layer: 0,
      files: 2,
      size: 40,
      fromBase: true,
    },
  ]);
  assert.deepEqual([report.base.upTo, report.base.exact, report.base.reference], [0, false, null]);
  assert.deepEqual(
    report.layers.map(({ fromBase }: { fromBase: unknown }) => fromBase),
    [true, null],
  );
  assert.deepEqual(report.waste.files, [{ path: '/big', size: 5_000, layer: 0, hiddenBy: 1, how: 'removed' }]);
});

test('secrets of the configuration are named, and not told', async (t) => {
  for (const format of ['text', 'json'] as const) {
    const text = await printed(t, format);
    assert.ok(text.includes('DB_PASSWORD') && text.includes('NPM_TOKEN'));
    assert.doesNotMatch(text, /hunter2|topsecret/);
  }
});

test('files of one layer: --layer counts as the text does, the JSON from 0', async (t) => {
  const rows = (await run(t, files, ['--layer', '2'])).trim().split('\n');
  const found = rows.map((row) => JSON.parse(row)).filter(({ type }) => type === 'file');
  assert.deepEqual(
    found.map(({ path, layer }) => [path, layer]),
    [['/usr/share/zoneinfo/UTC', 1]],
  );
});
