/** One layer's entries as files: names, links and marks, as unpacking them leaves them on disk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageView } from '../../../server/images/view.ts';
import {
  dir,
  type Entry,
  file,
  hardlink,
  legacySave,
  opaque,
  symlink,
  tar,
  whiteout,
} from '../../support/image-builder.ts';
import { archiveWith, listed, merged, opened, paths, scan, viewOfLayer } from '../../support/images.ts';
import { random } from '../../support/random.ts';

async function layer(...entries: readonly Entry[]) {
  const filesystem = await merged(entries);
  const { problems } = await scan(tar(entries));
  return { paths: paths(filesystem), problems, view: viewOfLayer(filesystem, 0) };
}

/** The rows of a layer with what it takes away below. */
async function rows(...entries: readonly Entry[]): Promise<string[]> {
  const { view } = await layer(...entries);
  const lines: string[] = [];
  const walk = (folder: number, path: string) => {
    const { nodes, removed } = view.rows(folder);
    for (const node of nodes) {
      const gone = removed[-1 - node];
      if (gone) lines.push(`- ${path}/${Buffer.from(gone.name)}`);
      else {
        lines.push(`+ ${view.path(node)}`);
        walk(node, view.path(node));
      }
    }
  };
  walk(0, '');
  return lines;
}

test('names: ./ and / in front, doubled slashes, dots in between', async () => {
  const { paths } = await layer(file('./a'), file('/b'), file('c//d'), file('e/./f'), file('././g/'), dir('./'));
  assert.deepEqual(paths, ['/c/', '/c/d', '/e/', '/e/f', '/a', '/b', '/g']);
});

test('names: nothing leads out of the root', async () => {
  const { paths } = await layer(
    file('../../etc/passwd'),
    file('a/../../b'),
    file('/../c'),
    file('d/e/../f'),
    dir('g/..'),
    file('x/y/.'),
  );
  assert.deepEqual(paths, ['/d/', '/d/f', '/etc/', '/etc/passwd', '/x/', '/x/y', '/b', '/c']);
});

test('names: a way to write a folder does not stand for another', async () => {
  const { paths } = await layer(file('a/b/.'), file('a/b/./x'), file('c/d/..'), file('c/d/../y'));
  assert.ok(paths.includes('/c'), 'c/d/.. is c');
  assert.ok(!paths.includes('/a/x'));
});

test('names: a file without a name is left out, and told', async () => {
  const { paths, problems } = await layer(file(''), file('/'), file('..'), file('ok'));
  assert.deepEqual(paths, ['/ok']);
  assert.equal(problems.length, 3);
});

test('names: longer than any file can have', async () => {
  const { paths, problems } = await layer(
    file('n', '', { pax: { path: 'x/'.repeat(2500) } }),
    symlink('l', '', { pax: { linkpath: 'y'.repeat(5000) } }),
    file('ok'),
  );
  assert.deepEqual(paths, ['/ok']);
  assert.equal(problems.length, 2);
});

test('names: bytes that are not UTF-8 make files of their own', async () => {
  const { paths } = await layer(
    file(Buffer.from('caf\xe9', 'latin1')),
    file(Buffer.from('caf\xe8', 'latin1')),
    file('café'),
    file('caf\\xe9'),
  );
  assert.deepEqual(paths, ['/caf\\x5cxe9', '/café', '/caf\\xe8', '/caf\\xe9']);
});

test('folders that only names imply are as mkdir makes them; an entry that comes later says what they are', async () => {
  const { view } = await layer(file('a/b/c', '', { uid: 5 }), dir('a', { mode: 0o700, uid: 7 }));
  assert.deepEqual(
    listed(view, ({ path, mode, uid }) => `${path} ${mode.toString(8)} ${uid}`),
    ['/a 700 7', '/a/b 755 0', '/a/b/c 644 5'],
  );
});

test('the last of two entries counts', async () => {
  const filesystem = await merged([
    file('a', '1'),
    file('a', '22', { mode: 0o600 }),
    dir('d'),
    file('d/x'),
    dir('d', { mode: 0o700 }),
  ]);
  assert.deepEqual(
    listed(viewOfLayer(filesystem, 0), ({ path, size, mode }) => `${path} ${size} ${mode.toString(8)}`),
    ['/d 0 700', '/d/x 0 644', '/a 2 600'],
  );
  assert.equal(filesystem.layers[0]!.stored, 3, 'both are stored');
});

test('a file in place of a folder, a folder in place of a file', async () => {
  assert.deepEqual((await layer(dir('d'), file('d/x'), file('d'))).paths, ['/d']);
  assert.deepEqual((await layer(file('f'), dir('f'), file('f/x'))).paths, ['/f/', '/f/x']);
  assert.deepEqual((await layer(dir('d'), file('d/x'), symlink('d', 'e'), dir('d'))).paths, ['/d/']);
});

test('a file in a file is left out, and told', async () => {
  const { paths, problems } = await layer(file('f'), file('f/x'));
  assert.deepEqual(paths, ['/f']);
  assert.equal(problems.length, 1);
});

test('links on the way are followed inside the layer, never out of it', async () => {
  const { paths } = await layer(
    dir('real'),
    symlink('link', 'real'),
    file('link/x'),
    symlink('abs', '/real/deep'),
    file('abs/y'),
    symlink('up', '../../../real'),
    file('up/z'),
  );
  assert.deepEqual(paths, [
    '/real/',
    '/real/deep/',
    '/real/deep/y',
    '/real/x',
    '/real/z',
    '/abs -> /real/deep',
    '/link -> real',
    '/up -> ../../../real',
  ]);
});

test('links that go round are followed to nowhere', async () => {
  const { paths, problems } = await layer(
    symlink('a', 'b'),
    symlink('b', 'a'),
    file('a/x'),
    symlink('self', 'self'),
    file('self/y'),
  );
  assert.deepEqual(paths, ['/a -> b', '/b -> a', '/self -> self']);
  assert.equal(problems.length, 2);
});

test('forty links are followed, forty-one are not', async () => {
  const chain = (length: number) => [
    dir('end'),
    ...Array.from({ length }, (_, i) => symlink(`l${i}`, i === 0 ? 'end' : `l${i - 1}`)),
    file(`l${length - 1}/x`),
  ];
  assert.ok((await layer(...chain(40))).paths.includes('/end/x'));
  assert.ok(!(await layer(...chain(41))).paths.includes('/end/x'));
});

test('a folder that replaces a link is not the folder that the link led to', async () => {
  const { paths } = await layer(dir('real'), symlink('d', 'real'), file('d/first'), dir('d'), file('d/second'));
  assert.deepEqual(paths, ['/d/', '/d/second', '/real/', '/real/first']);
});

test('a folder that replaces a link is another from then on, however its name is written', async () => {
  const { paths } = await layer(dir('real'), symlink('d', 'real'), file('d/first'), dir('d/.'), file('d/second'));
  assert.deepEqual(paths, ['/d/', '/d/second', '/real/', '/real/first']);
});

test('hard links: one content, several names; what the link says of itself does not count', async () => {
  const { view } = await layer(
    file('dir/f', 'hello', { mode: 0o4755, uid: 1 }),
    hardlink('h', 'dir/f', { mode: 0o600, uid: 2 }),
    hardlink('i', '/h'),
  );
  assert.deepEqual(
    listed(
      view,
      ({ path, type, target, size, mode, uid }) => `${path} ${type} ${target} ${size} ${mode.toString(8)} ${uid}`,
    ),
    [
      '/dir directory undefined 5 755 0',
      '/dir/f file undefined 5 4755 1',
      '/h hardlink /dir/f 5 4755 1',
      '/i hardlink /dir/f 5 4755 1',
    ],
  );
  assert.equal(view.size(0), 5, 'content counts once');
});

test('hard links: the content stays when its first name is taken by another file', async () => {
  const { view } = await layer(file('a', 'old'), hardlink('b', 'a'), hardlink('c', 'a'), file('a', 'newer'));
  assert.deepEqual(
    listed(view, ({ path, type, target, size }) => `${path} ${type} ${target} ${size}`),
    ['/a file undefined 5', '/b file undefined 3', '/c hardlink /b 3'],
  );
  assert.equal(view.size(0), 8);
});

test('hard links: to what comes later, to links, to themselves, to folders, to nothing', async () => {
  const { view } = await layer(
    hardlink('early', 'late'),
    file('late', 'L'),
    symlink('s', 'late'),
    hardlink('to-link', 's'),
    file('self', 'S'),
    hardlink('self', 'self'),
    dir('d'),
    hardlink('to-dir', 'd'),
    hardlink('broken', 'missing'),
  );
  assert.deepEqual(
    listed(view, ({ path, type, target, size }) => `${path} ${type} ${target} ${size}`),
    [
      '/d directory undefined 0',
      '/broken hardlink missing 0',
      '/early hardlink /late 1',
      '/late file undefined 1',
      '/s symlink late 0',
      '/self file undefined 1',
      '/to-dir hardlink d 0',
      '/to-link symlink late 0',
    ],
  );
});

test('whiteouts are marks, not files; only names that begin with .wh. are', async () => {
  assert.deepEqual(await rows(whiteout('a/gone'), file('usr/bin/which'), file('x.wh.y'), whiteout('wheel')), [
    '+ /a',
    '- /a/gone',
    '+ /usr',
    '+ /usr/bin',
    '+ /usr/bin/which',
    '- /wheel',
    '+ /x.wh.y',
  ]);
});

test('an opaque mark is no row, and marks its folder', async () => {
  const { files } = await scan(tar([opaque('d'), file('d/new')]));
  assert.deepEqual(
    [1, 2].map((node) => [Buffer.from(files.tree.name(node)).toString(), files.marks[node]! & 4]),
    [
      ['d', 4],
      ['new', 0],
    ],
  );
});

test('whiteouts of no name are left out, and told: they must not take their folder away', async () => {
  const { paths, problems } = await layer(file('d/.wh.'), file('d/.wh..'), file('d/.wh...'), file('d/kept'));
  assert.deepEqual(paths, ['/d/', '/d/kept']);
  assert.equal(problems.length, 3);
});

test('what AUFS left behind is not shown, and hard links into it hold', async () => {
  const { view, problems } = await layer(
    dir('.wh..wh.plnk'),
    file('.wh..wh.plnk/12.34', 'content'),
    hardlink('real', '.wh..wh.plnk/12.34'),
    file('.wh..wh.aufs'),
    dir('.wh..wh.orph'),
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    listed(view, ({ path, type, size }) => `${path} ${type} ${size}`),
    ['/real file 7'],
  );
});

test('a file and its whiteout in one layer: the whiteout speaks of what is below', async () => {
  assert.deepEqual(await rows(whiteout('a'), file('a')), ['+ /a']);
  assert.deepEqual(await rows(file('a'), whiteout('a')), ['+ /a']);
  assert.deepEqual(await rows(whiteout('d'), file('d/x')), ['+ /d', '+ /d/x']);
});

test('folders in folders end where no path could name them', async () => {
  const deep = (name: string) => Array.from({ length: 1000 }, () => name).join('/');
  const { paths, problems } = await layer(
    dir(deep('a')),
    symlink('s', deep('a')),
    dir(`s/${deep('b')}`),
    symlink('t', `s/${deep('b')}`),
    dir(`t/${deep('c')}`),
  );
  assert.equal(problems.length, 1);
  assert.ok(paths.some((path) => path.includes('/b/b/')));
  assert.ok(paths.every((path) => path.split('/').length < 2100));
});

test('links do not make paths that are longer than any', async () => {
  const long = `${'d'.repeat(250)}/`.repeat(10);
  const filesystem = await merged([
    dir(`${long}x`),
    symlink('l', `${long}x`),
    dir(`l/${long}y`),
    file(`l/${long}y/f`),
    file('l/g'),
  ]);
  const files = listed(imageView(filesystem), ({ path }) => path);
  assert.ok(files.every((path) => path.length <= 4096));
  assert.deepEqual(
    files.filter((path) => /\/[fgy]$/.test(path)),
    [`/${long}x/g`],
  );
});

test('folders stay reachable in a layer of many files', async () => {
  const entries = Array.from({ length: 5000 }, (_, i) => file(`d${i % 70}/f${i}`, 'x'));
  const { view } = await layer(...entries);
  assert.equal(view.size(0), 5000);
  for (const { name } of entries) assert.notEqual(view.find(`/${name}`), -1);
  assert.equal(view.find('/d1/f2'), -1);
});

test('a layer that is cut short counts what is there of its last file', async () => {
  const { files, problems } = await scan(
    tar([file('a', 'A'), file('b', 'B'.repeat(2000))]).subarray(0, 1024 + 512 + 700),
  );
  assert.equal(files.stored, 701);
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /cut short inside “b”/);
});

test('one archive behind another: engines stop at the first end mark, and that is told', async () => {
  const first = tar([file('first')]);
  const second = tar([file('second')]);
  const problems = async (...parts: readonly Uint8Array[]) => {
    const { files, problems } = await scan(Buffer.concat(parts));
    assert.equal(files.child(0, Buffer.from('second')), -1);
    return problems;
  };
  const told = ['behind its end mark stands another tar archive, which engines do not unpack; that one is not shown'];
  assert.deepEqual(await problems(first, second), told);
  assert.deepEqual(await problems(first, Buffer.alloc(6 * 512), second), told);
  assert.deepEqual(await problems(first), []);
  assert.deepEqual(await problems(first, Buffer.alloc(100 * 512)), []);
  assert.deepEqual(await problems(first, Buffer.from('rubbish that is no header'.repeat(50))), []);
  assert.deepEqual(await problems(first, tar([file('stargz.index.json', '{}')])), []);
});

test('folders are kept apart wherever their names lie in what is read of a file at once', async (t) => {
  // Each file is larger than that, so every header stands at its beginning.
  const body = Buffer.alloc(70_000);
  const layer = tar(['one/a', 'two/b', 'six/c', 'two/d'].map((name) => file(name, body)));
  const { filesystem } = await opened(await archiveWith(t, legacySave([{ layers: [layer] }])));
  assert.deepEqual(paths(filesystem), ['/one/', '/one/a', '/six/', '/six/c', '/two/', '/two/b', '/two/d']);
});

test('a layer that is skipped over in a file is the one that is read as a stream', async (t) => {
  const next = random(11);
  const pick = (count: number) => Math.floor(next() * count);
  const entries = Array.from({ length: 3000 }, (_, i) =>
    file(
      `${'abc'[pick(3)]}${pick(7)}/${'xyz'[pick(3)]}${pick(9)}/f${i}`,
      Buffer.alloc(pick(4) === 0 ? pick(90_000) : pick(600)),
    ),
  );
  const layer = tar(entries);
  const { filesystem } = await opened(await archiveWith(t, legacySave([{ layers: [layer] }])));
  assert.deepEqual(paths(filesystem), paths(await merged(layer)));
});
