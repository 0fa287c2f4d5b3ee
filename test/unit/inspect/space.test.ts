import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageView } from '../../../server/images/view.ts';
import { type Space, spaceOf } from '../../../server/inspect/space.ts';
import { dir, file, hardlink } from '../../support/image-builder.ts';
import { merged } from '../../support/images.ts';

const flag = { category: 'shell', severity: 'error', title: 'Command shell', why: '', remedy: '' } as const;
const hint = { ...flag, severity: 'hint', title: 'Hint' } as const;

async function spaces(parts: number, flagged: Readonly<Record<string, (typeof flag | typeof hint)[]>> = {}) {
  const view = imageView(
    await merged(
      [
        dir('usr/bin'),
        file('usr/bin/large', 'x'.repeat(600)),
        file('usr/bin/tiny', 'x'),
        hardlink('usr/bin/name', 'usr/bin/large'),
      ],
      [file('app', 'x'.repeat(399))],
    ),
  );
  const flags = new Map(Object.entries(flagged).map(([path, list]) => [view.find(path), list]));
  return spaceOf(
    {
      view,
      flags,
      ownerOf: (node) => (view.name(node) === 'large' ? { type: 'deb', name: 'l', version: '1' } : undefined),
    },
    parts,
  );
}

const lines = (space: Space, depth = 0): string[] => [
  `${' '.repeat(depth)}${space.name} ${space.size} layer ${space.layer}${space.flag ? ` ${space.flag.title}` : ''}${space.package ? ` ${space.package}` : ''}${space.rest.count > 0 ? ` + ${space.rest.count} of ${space.rest.size}` : ''}`,
  ...(space.children ?? []).flatMap((child) => lines(child, depth + 1)),
];

test('the largest first, what is too small summed up, and a second name takes no room', async () => {
  assert.deepEqual(lines(await spaces(10)), [
    '/ 1000 layer 0',
    ' usr 601 layer 0',
    '  bin 601 layer 0 + 2 of 1',
    '   large 600 layer 0 l 1',
    ' app 399 layer 1',
  ]);
});

test('what a folder is flagged for holds for what is in it, unless that is flagged for something of its own', async () => {
  const shown = lines(await spaces(10_000, { '/usr': [hint], '/usr/bin/large': [hint, flag] }));
  assert.deepEqual(
    shown.filter((line) => /large|tiny|app/.test(line)),
    ['   large 600 layer 0 Command shell l 1', '   tiny 1 layer 0 Hint', ' app 399 layer 1'],
  );
});
