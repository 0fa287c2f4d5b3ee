/** What two images differ in as a whole, by what is said of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageConfig } from '../../../server/images/image.ts';
import { compareReports, type Subject } from '../../../server/inspect/comparison.ts';
import type { Component, Evidence, ImageReport, Package } from '../../../server/inspect/report.ts';

const config: ImageConfig = { user: '', workingDir: '', entrypoint: [], cmd: [], env: [], ports: [], labels: {} };

function subject(
  report: Partial<ImageReport> = {},
  {
    platform = 'linux/amd64',
    diffIds = [] as (string | undefined)[],
    ...set
  }: Partial<ImageConfig> & {
    platform?: string;
    diffIds?: (string | undefined)[];
  } = {},
): Subject {
  const layers = diffIds.map((_, index) => ({ index, size: 100 * (index + 1) }) as ImageReport['layers'][number]);
  return {
    description: {
      reference: 'r',
      digest: undefined,
      platform,
      config: { ...config, ...set },
    } as Subject['description'],
    report: {
      size: 0,
      files: 0,
      flagged: 0,
      layers,
      components: [],
      packages: [],
      problems: [],
      ...report,
    } as ImageReport,
    diffIds,
  };
}

const files = {
  totals: { added: 0, removed: 0, modified: 0, unread: 0 },
  same: { byLayer: 0, byContent: 0 },
  isSame: true,
};
const compared = (before: Subject, after: Subject) => compareReports(before, after, files);

const pack = (name: string, version: string, type: Package['type'] = 'deb') => ({ type, name, version }) as Package;
const component = (title: string, paths: readonly string[], more: Partial<Component> = {}) =>
  ({
    category: 'shell',
    severity: 'error',
    title,
    evidence: paths.map((path) => ({ path }) as Evidence),
    files: paths.length,
    size: 10,
    ...more,
  }) as Component;

test('layers are shared by the digests that were computed, wherever they are', () => {
  const { sharedLayers } = compared(
    subject({}, { diffIds: ['a', 'b', undefined] }),
    subject({}, { diffIds: ['x', undefined, 'b'] }),
  );
  assert.deepEqual(sharedLayers, { count: 1, size: 300 });
});

test('packages: new, gone, and in another version; of several versions only those that differ', () => {
  const before = subject({
    packages: [pack('libc6', '2.41'), pack('dash', '0.5'), pack('ms', '1', 'npm'), pack('ms', '2', 'npm')],
  });
  const after = subject({
    packages: [
      pack('ms', '2', 'npm'),
      pack('ms', '3', 'npm'),
      pack('libc6', '2.42'),
      pack('zlib', '1'),
      pack('zlib', '1'),
    ],
  });
  assert.deepEqual(compared(before, after).packages, [
    { type: 'deb', name: 'dash', before: ['0.5'], after: [] },
    { type: 'deb', name: 'libc6', before: ['2.41'], after: ['2.42'] },
    { type: 'deb', name: 'zlib', before: [], after: ['1'] },
    { type: 'npm', name: 'ms', before: ['1'], after: ['3'] },
  ]);
});

test('what is flagged: gone, new, at other places; the gravest first', () => {
  const before = subject({
    components: [
      component('Documentation', ['/doc'], { category: 'docs', severity: 'info' }),
      component('Command shell', ['/bin/sh', '/bin/dash']),
      component('Runs as root', [], { category: 'root-user', severity: 'warning' }),
      component('Logs', ['/log'], { category: 'logs', severity: 'info', size: 5 }),
    ],
  });
  const after = subject({
    components: [
      component('Command shell', ['/bin/sh', '/bin/bash']),
      component('SSH server', ['/sshd'], { category: 'ssh-server' }),
      component('Logs', ['/log'], { category: 'logs', severity: 'info', size: 9 }),
    ],
  });
  const changes = compared(before, after).components.map(({ title, before, after, gone, added }) => [
    title,
    before?.files,
    after?.files,
    gone,
    added,
  ]);
  assert.deepEqual(changes, [
    ['Command shell', 2, 2, ['/bin/dash'], ['/bin/bash']],
    ['SSH server', undefined, 1, [], ['/sshd']],
    ['Runs as root', 0, undefined, [], []],
    ['Documentation', 1, undefined, ['/doc'], []],
  ]);
});

test('of a list that was cut short nothing is said to be missing', () => {
  const many = Array.from({ length: 1000 }, (_, i) => `/tests/${i}`);
  const before = subject({ components: [component('Tests', ['/a', '/b'])] });
  const after = subject({ components: [component('Tests', many, { files: 5000 })] });
  const [change] = compared(before, after).components;
  assert.deepEqual([change?.gone, change?.added.length], [[], 1000]);
  const [back] = compared(after, before).components;
  assert.deepEqual([back?.gone.length, back?.added], [1000, []]);
});

test('configuration: what is set, what is not, and no value of what is secret', () => {
  const before = subject(
    {},
    {
      cmd: ['a b', 'c'],
      env: ['PATH=/bin', 'PATH=/usr/bin', 'API_TOKEN=one two', 'OLD=', '__proto__=1'],
      ports: ['80/tcp', '443/tcp'],
      platform: 'linux/arm64',
    },
  );
  const after = subject(
    { base: { name: 'Debian 13', reference: 'debian:13' } as ImageReport['base'] },
    { user: '65532', workingDir: '/app', env: ['PATH=/usr/bin', 'API_TOKEN=three', '__proto__=2'], ports: ['443/tcp'] },
  );
  const lines = compared(before, after).configuration.map(({ what, name, before, after }) =>
    [what, name, before, after].map((part) => part ?? '-').join(' | '),
  );
  assert.deepEqual(lines, [
    'platform | - | linux/arm64 | linux/amd64',
    'base | - | - | Debian 13 (debian:13)',
    'user | - | - | 65532',
    'working-directory | - | - | /app',
    'command | - | ["a b","c"] | -',
    'variable | API_TOKEN | … | …',
    'variable | OLD |  | -',
    'variable | __proto__ | 1 | 2',
    'port | 80/tcp | 80/tcp | -',
  ]);
});

test('the same is said where nothing differs, and only there', () => {
  const one = subject({ problems: ['Layer 1 is cut short.'] }, { user: '1' });
  assert.equal(compared(one, one).same, true);
  assert.deepEqual(compared(one, subject({}, { user: '1' })).problems, [
    { of: 'before', text: 'Layer 1 is cut short.' },
  ]);
  assert.equal(compared(one, subject()).same, false);
  assert.equal(compareReports(one, one, { ...files, isSame: false }).same, false);
});
