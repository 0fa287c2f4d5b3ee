/** What `distroless compare` prints of two images, as text and as JSON. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseArguments } from '../../../server/cli/arguments.ts';
import { compare } from '../../../server/cli/compare.ts';
import { UsageError } from '../../../server/cli/output.ts';
import { file, hybridSave, symlink, tar, whiteout } from '../../support/image-builder.ts';
import { archiveWith, never } from '../../support/images.ts';

const status = (libc: string, more = '') => `Package: libc6\nVersion: ${libc}\nArchitecture: amd64\n${more}`;
const release = file('etc/os-release', 'ID=debian\n');
const shared = tar([release, file('data', 'x'.repeat(1000))]);
const before = {
  config: { Cmd: ['/app'], Env: ['DB_PASSWORD=hunter2', 'OLD=1', 'PATH=/bin'], ExposedPorts: { '80/tcp': {} } },
  layers: [
    shared,
    tar([
      file('usr/bin/dash', 'x'.repeat(40), { mode: 0o755 }),
      symlink('usr/bin/sh', 'dash'),
      file('var/lib/dpkg/status', status('2.41', '\nPackage: dash\nVersion: 0.5\nArchitecture: amd64\n')),
      file('app', 'version 1', { mode: 0o755 }),
      file('ren\u202eam\u200bed', ''),
    ]),
  ],
};
const after = {
  config: { Cmd: ['/app'], Env: ['DB_PASSWORD=other one', 'NEW=a\u001b[31m', 'PATH=/bin'], User: '65532' },
  layers: [
    shared,
    tar([
      file('var/lib/dpkg/status', status('2.42')),
      file('app', 'version 2', { mode: 0o700, uid: 65532 }),
      file('motd', 'hello', { mode: 0o600 }),
    ]),
    tar([whiteout('data')]),
  ],
};

async function printed(t: TestContext, format: 'text' | 'json', images = [before, after]): Promise<string> {
  const paths = [];
  for (const image of images) paths.push(await archiveWith(t, hybridSave([image])));
  const out: string[] = [];
  const output = {
    text: (text: string) => void out.push(text),
    line: (text: string) => void out.push(text, '\n'),
    progress() {},
    drained: async () => {},
  };
  const { values } = parseArguments(['--format', format]);
  assert.equal(await compare(paths, values, output, never), 0);
  return out.join('').replaceAll(paths[0]!, 'one.tar').replaceAll(paths[1]!, 'other.tar');
}

test('text: sizes, configuration without secrets, what is flagged, packages, and each file with a letter', async (t) => {
  assert.equal(
    await printed(t, 'text'),
    `one.tar (linux/amd64)
other.tar (linux/amd64)

  size      1.2 kB → 73 B (−1.1 kB)
  files     7 → 4: 1 added, 4 removed, 2 changed
  layers    2 → 3, 1 in both (1.0 kB)
  packages  2 → 1
  flagged   2 → 0
  unchanged 1 by layer, 0 by content

Configuration
  user: root → 65532
  variable DB_PASSWORD: another value
  − variable OLD
  + variable NEW=a\\x1b[31m
  − port 80/tcp

Flagged
  − Command shell, error (2 files, 40 B): /usr/bin/dash, /usr/bin/sh
  − Runs as root, warning

Packages
  − dash (deb) 0.5
  libc6 (deb) 2.41 → 2.42

Files (A added, D removed, M changed, ? of the same size, not read)
  D  /usr/
  D  /usr/bin/
  D  /usr/bin/dash  (40 B)
  D  /usr/bin/sh
  M  /var/lib/dpkg/status  (97 B → 49 B)
  M  /app  (content, mode, owner)
  D  /data  (1.0 kB)
  A  /motd  (5 B)
  D  /ren\\xe2\\x80\\xaeam\\u200bed  (0 B)
`,
  );
});

test('JSON: the documented document', async (t) => {
  const { changes, ...document } = JSON.parse(await printed(t, 'json'));
  assert.deepEqual(Object.keys(document), [
    'schema',
    'before',
    'after',
    'sharedLayers',
    'configuration',
    'packages',
    'components',
    'files',
    'sameFiles',
    'same',
    'problems',
  ]);
  assert.deepEqual([document.schema, document.before.reference, document.same], [1, 'one.tar', false]);
  assert.deepEqual(document.configuration[0], { what: 'user', name: null, before: null, after: '65532' });
  assert.doesNotMatch(JSON.stringify(document), /hunter2|other one/);
  assert.deepEqual(document.packages[1], { type: 'deb', name: 'libc6', before: ['2.41'], after: ['2.42'] });
  assert.equal(changes.length, 9);
  assert.deepEqual(changes[3], {
    change: 'removed',
    path: '/usr/bin/sh',
    differences: [],
    before: { type: 'symlink', mode: 0o777, uid: 0, gid: 0, size: 0, target: 'dash', layer: 1 },
    after: null,
  });
  assert.deepEqual(changes[5], {
    change: 'modified',
    path: '/app',
    differences: ['content', 'mode', 'owner'],
    before: { type: 'file', mode: 0o755, uid: 0, gid: 0, size: 9, layer: 1 },
    after: { type: 'file', mode: 0o700, uid: 65532, gid: 0, size: 9, layer: 1 },
  });
});

test('nothing differs: that is said, and the JSON document is still whole', async (t) => {
  assert.match(await printed(t, 'text', [before, before]), /\nNothing differs\.\n/);
  const { same, changes } = JSON.parse(await printed(t, 'json', [before, before]));
  assert.deepEqual([same, changes], [true, []]);
});

test('two images, no more and no fewer', async () => {
  const { values } = parseArguments([]);
  const output = { text() {}, line() {}, progress() {}, drained: async () => {} };
  for (const images of [[], ['a'], ['a', 'b', 'c']])
    await assert.rejects(compare(images, values, output, never), UsageError);
});
