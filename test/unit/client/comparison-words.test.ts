/** What the explorer says of two images: each word is what the comparison says, and no more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  differenceWords,
  facts,
  growthWords,
  sizesWords,
  totalsWords,
} from '../../../client/explorer/comparison-words.ts';
import type { ComparedImage, ConfigurationChange, ImageComparison } from '../../../server/inspect/comparison.ts';

const image = (size: number): ComparedImage => {
  return {
    reference: 'r',
    digest: undefined,
    platform: 'linux/amd64',
    size,
    files: 1200,
    layers: 3,
    packages: 0,
    flagged: 2,
  };
};
const comparison = (configuration: readonly ConfigurationChange[] = []): ImageComparison => ({
  before: image(2_000_000),
  after: image(500_000),
  sharedLayers: { count: 2, size: 400_000 },
  configuration,
  packages: [],
  components: [],
  files: { added: 1, removed: 0, modified: 2000, unread: 3 },
  sameFiles: { byLayer: 10, byContent: 4 },
  same: false,
  problems: [],
});
const lines = (configuration?: readonly ConfigurationChange[]) =>
  facts(comparison(configuration)).map(({ label, value }) => `${label}: ${value}`);

test('sizes and counts', () => {
  assert.deepEqual(lines(), [
    'Size: 2.0 MB → 500 kB (−1.5 MB)',
    'Files: 1,200 → 1,200, 1 added, 2,000 changed, 3 not read',
    'Unchanged files: 10 by layer, 4 by content',
    'Layers: 3 → 3, 2 in both (400 kB)',
    'Packages: 0 → 0',
    'Flagged files: 2 → 2',
  ]);
  assert.equal(sizesWords(5, 5), '5 B → 5 B');
  assert.deepEqual([growthWords(0), growthWords(-3), growthWords(1000)], [undefined, '−3 B', '+1.0 kB']);
  assert.equal(totalsWords({ added: 0, removed: 0, modified: 0, unread: 0 }), '');
});

test('settings: what counts where nothing is set, and no value of what is secret', () => {
  const unset = { name: undefined, before: undefined, after: undefined };
  const variable = { ...unset, what: 'variable' } as const;
  assert.deepEqual(
    lines([
      { ...unset, what: 'user', after: '65532' },
      { ...unset, what: 'working-directory', before: '/app' },
      { ...unset, what: 'entrypoint', after: '["/app"]' },
      { ...variable, name: 'NEW', after: '1' },
      { ...variable, name: 'OLD', before: '1' },
      { ...variable, name: 'A', before: '1', after: '' },
      { ...variable, name: 'TOKEN', before: '…', after: '…' },
      { ...unset, what: 'port', name: '80/tcp', before: '80/tcp' },
    ]).slice(6),
    [
      'User: root → 65532',
      'Working directory: /app → /',
      'Entrypoint: none → ["/app"]',
      'Variable NEW: added: 1',
      'Variable OLD: removed',
      'Variable A: 1 → ',
      'Variable TOKEN: another value',
      'Port 80/tcp: removed',
    ],
  );
});

test('what differs in a file, without what its sizes say', () => {
  assert.equal(differenceWords(['content', 'size']), 'changed');
  assert.equal(differenceWords(['content']), 'changed: content');
  assert.equal(differenceWords(['content', 'size', 'mode', 'owner']), 'changed: mode, owner');
  assert.equal(differenceWords(['type']), 'changed: type');
});
