/** Layers laid over one another: what the image has in the end, and what each layer did. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Filesystem } from '../../../server/images/filesystem.ts';
import { imageView, layerView, type View } from '../../../server/images/view.ts';
import { dir, type Entry, file, hardlink, opaque, symlink, whiteout } from '../../support/image-builder.ts';
import { listed, merged, paths, viewOfLayer } from '../../support/images.ts';

const pathsOf = async (...layers: readonly (readonly Entry[])[]) => paths(await merged(...layers));

const counts = ({ changes }: Filesystem) =>
  changes.map((change) => change && `+${change.added} ~${change.modified} -${change.removed}`);

/** Rows of a layer: `+ ~ -` and the path; a blank for what it leaves as it is. */
function rowsOf(from: Filesystem | View, layer: number): string[] {
  const view = from instanceof Filesystem ? viewOfLayer(from, layer) : from;
  const lines: string[] = [];
  const walk = (folder: number, path: string) => {
    const { nodes, removed } = view.rows(folder);
    for (const node of nodes) {
      const gone = removed[-1 - node];
      const {
        path: at,
        change,
        type,
        size,
        layer: from,
      } = gone ? view.describeRemoved(gone, path, layer) : view.describe(node);
      lines.push(
        `${change === 'added' ? '+' : change === 'modified' ? '~' : change === 'removed' ? '-' : ' '} ${at} ${type} ${size} ${from}`,
      );
      if (!gone && type === 'directory') walk(node, at);
    }
  };
  walk(0, '/');
  return lines;
}

test('files of all layers', async () => {
  const filesystem = await merged([dir('a'), file('a/1')], [file('a/2', 'two')], [file('b')]);
  assert.deepEqual(paths(filesystem), ['/a/', '/a/1', '/a/2', '/b']);
  assert.deepEqual(counts(filesystem), ['+1 ~0 -0', '+1 ~0 -0', '+1 ~0 -0']);
  assert.deepEqual(
    listed(imageView(filesystem), ({ path, layer }) => `${path} ${layer}`),
    ['/a 0', '/a/1 0', '/a/2 1', '/b 2'],
  );
});

test('an upper file takes the place of a lower one', async () => {
  const filesystem = await merged([file('f', 'old')], [file('f', 'newer', { mode: 0o600 })]);
  assert.deepEqual(
    listed(imageView(filesystem), ({ path, size, mode, layer }) => `${path} ${size} ${mode.toString(8)} ${layer}`),
    ['/f 5 600 1'],
  );
  assert.deepEqual(counts(filesystem), ['+1 ~0 -0', '+0 ~1 -0']);
});

test('a folder over a folder changes its attributes alone', async () => {
  const filesystem = await merged([dir('d'), file('d/x')], [dir('d', { mode: 0o700, uid: 4 })]);
  assert.deepEqual(
    listed(imageView(filesystem), ({ path, mode, uid }) => `${path} ${mode.toString(8)} ${uid}`),
    ['/d 700 4', '/d/x 644 0'],
  );
  assert.deepEqual(rowsOf(filesystem, 1), ['~ /d directory 0 1']);
});

test('a folder that is there again as it was is not a change', async () => {
  const filesystem = await merged([dir('d'), file('d/x')], [dir('d'), file('d/y', 'y')]);
  assert.deepEqual(rowsOf(filesystem, 1), ['  /d directory 1 1', '+ /d/y file 1 1']);
});

test('a folder that names imply keeps what the one below says of itself', async () => {
  const filesystem = await merged([dir('d', { mode: 0o1777, gid: 9 })], [file('d/x')]);
  assert.deepEqual(
    listed(imageView(filesystem), ({ path, mode, gid }) => `${path} ${mode.toString(8)} ${gid}`),
    ['/d 1777 9', '/d/x 644 0'],
  );
});

test('a file, and a link, in place of a folder take away what was in it', async () => {
  assert.deepEqual(await pathsOf([dir('d'), file('d/x')], [file('d')]), ['/d']);
  assert.deepEqual(await pathsOf([dir('d'), file('d/x')], [symlink('d', 'e')]), ['/d -> e']);
  // And a folder made there later begins empty.
  assert.deepEqual(await pathsOf([dir('d'), file('d/x')], [file('d')], [dir('d')]), ['/d/']);
});

test('a folder in place of a file, or of a link', async () => {
  assert.deepEqual(await pathsOf([file('f')], [dir('f'), file('f/x')]), ['/f/', '/f/x']);
  assert.deepEqual(await pathsOf([dir('real'), symlink('l', 'real')], [dir('l'), file('l/x')]), [
    '/l/',
    '/l/x',
    '/real/',
  ]);
});

test('links of lower layers are not followed: names in one make a folder there, as an overlay shows it', async () => {
  assert.deepEqual(await pathsOf([dir('usr/bin'), file('usr/bin/sh'), symlink('bin', 'usr/bin')], [file('bin/tool')]), [
    '/bin/',
    '/bin/tool',
    '/usr/',
    '/usr/bin/',
    '/usr/bin/sh',
  ]);
});

test('whiteouts remove files, links and whole folders', async () => {
  const filesystem = await merged(
    [file('a', 'A'), symlink('l', 'a'), dir('d'), file('d/x', 'xx'), file('d/e/y', 'yyy'), file('kept')],
    [whiteout('a'), whiteout('l'), whiteout('d')],
  );
  assert.deepEqual(paths(filesystem), ['/kept']);
  assert.deepEqual(counts(filesystem), ['+5 ~0 -0', '+0 ~0 -4']);
  assert.deepEqual(rowsOf(filesystem, 1), ['- /a file 1 0', '- /d directory 5 0', '- /l symlink 0 0']);
});

test('a whiteout does not touch its own layer, nor those above', async () => {
  assert.deepEqual(await pathsOf([file('d/old')], [whiteout('d'), file('d/new')], [file('d/newest')]), [
    '/d/',
    '/d/new',
    '/d/newest',
  ]);
  assert.deepEqual(await pathsOf([file('d/old')], [file('d/new'), whiteout('d')]), ['/d/', '/d/new']);
});

test('a whiteout holds when its layer makes the name again, and then again', async () => {
  assert.deepEqual(await pathsOf([file('d/old')], [whiteout('d'), file('d'), dir('d'), file('d/new')]), [
    '/d/',
    '/d/new',
  ]);
});

test('a file that is removed and made again in one layer is modified', async () => {
  const filesystem = await merged([file('a'), file('b')], [whiteout('a'), file('a', 'new'), whiteout('b')]);
  assert.deepEqual(counts(filesystem), ['+2 ~0 -0', '+0 ~1 -1']);
  assert.deepEqual(rowsOf(filesystem, 1), ['~ /a file 3 1', '- /b file 0 0']);
});

test('a whiteout of what is not there does nothing', async () => {
  const filesystem = await merged([file('a')], [whiteout('b'), whiteout('no/c')]);
  assert.deepEqual(counts(filesystem), ['+1 ~0 -0', '+0 ~0 -0']);
  assert.deepEqual(paths(filesystem), ['/no/', '/a']);
});

test('an opaque folder hides everything below, wherever its mark stands', async () => {
  const below = [dir('d'), file('d/old', 'o'), file('d/sub/older', 'oo'), file('other')];
  for (const upper of [
    [opaque('d'), dir('d'), file('d/new')],
    [dir('d'), file('d/new'), opaque('d')],
  ]) {
    const filesystem = await merged(below, upper);
    assert.deepEqual(paths(filesystem), ['/d/', '/d/new', '/other']);
    assert.deepEqual(counts(filesystem), ['+3 ~0 -0', '+1 ~0 -2']);
    assert.deepEqual(rowsOf(filesystem, 1), [
      '  /d directory 0 1',
      '+ /d/new file 0 1',
      '- /d/old file 1 0',
      '- /d/sub directory 2 0',
    ]);
  }
});

test('opaque: what the layer has again is modified, deep down too', async () => {
  const filesystem = await merged(
    [file('d/same', 'x'), file('d/sub/same', 'x'), file('d/sub/gone', 'x')],
    [dir('d'), opaque('d'), file('d/same', 'y'), file('d/sub/same', 'y')],
  );
  assert.deepEqual(paths(filesystem), ['/d/', '/d/sub/', '/d/sub/same', '/d/same']);
  assert.deepEqual(counts(filesystem), ['+3 ~0 -0', '+0 ~2 -1']);
});

test('opaque: in the root, in a folder that was none, and twice', async () => {
  assert.deepEqual(await pathsOf([file('a'), file('d/b')], [opaque(''), file('c')]), ['/c']);
  assert.deepEqual(await pathsOf([file('d')], [opaque('d'), file('d/x')]), ['/d/', '/d/x']);
  assert.deepEqual(await pathsOf([file('d/1')], [opaque('d'), file('d/2')], [opaque('d'), file('d/3')]), [
    '/d/',
    '/d/3',
  ]);
});

test('opaque: only what is below this layer', async () => {
  assert.deepEqual(await pathsOf([file('d/1')], [opaque('d')], [file('d/3')]), ['/d/', '/d/3']);
});

test('hard links: to a file of a lower layer', async () => {
  const filesystem = await merged([file('a', 'hello', { mode: 0o755 })], [hardlink('b', 'a')]);
  assert.deepEqual(
    listed(
      imageView(filesystem),
      ({ path, type, target, size, mode, layer }) => `${path} ${type} ${target} ${size} ${mode.toString(8)} ${layer}`,
    ),
    ['/a file undefined 5 755 0', '/b hardlink /a 5 755 1'],
  );
  assert.equal(imageView(filesystem).size(0), 5);
});

test('hard links: the content outlives the name that brought it', async () => {
  const filesystem = await merged([file('a', 'hello'), hardlink('b', 'a'), hardlink('c', 'a')], [whiteout('a')]);
  assert.deepEqual(paths(filesystem), ['/b', '/c => /b']);
  assert.equal(imageView(filesystem).size(0), 5);
  const rewritten = await merged([file('a', 'hello'), hardlink('b', 'a')], [file('a', 'other!')]);
  assert.deepEqual(paths(rewritten), ['/a', '/b']);
  assert.equal(imageView(rewritten).size(0), 11);
});

test('hard links: one that another file replaces is a link no more', async () => {
  const view = imageView(await merged([file('a', 'hello')], [hardlink('b', 'a')], [file('b', 'other!')]));
  assert.deepEqual(
    listed(view, ({ path, type, size }) => `${path} ${type} ${size}`),
    ['/a file 5', '/b file 6'],
  );
});

test('hard links: to nothing, told with the path', async () => {
  const filesystem = await merged([file('a')], [hardlink('d/broken', 'gone')]);
  assert.deepEqual(filesystem.problems, ['“/d/broken” is a hard link to a file that is not in the image.']);
  assert.deepEqual(paths(filesystem), ['/d/', '/d/broken => gone', '/a']);
  const { problems } = await merged(Array.from({ length: 50 }, (_, i) => hardlink(`${i}`, 'gone')));
  assert.deepEqual([problems.length, problems.at(-1)], [21, 'There are more hard links like these.']);
});

test('sizes: of folders, of all that is in them', async () => {
  const view = imageView(
    await merged([file('a/b/c', 'xx'), file('a/d', 'yyy')], [file('a/b/e', 'z'), whiteout('a/d')]),
  );
  assert.deepEqual(
    ['/', '/a', '/a/b'].map((path) => view.size(view.find(path))),
    [3, 3, 3],
  );
});

test('finding: links are followed as the kernel follows them, inside the image', async () => {
  const view = imageView(
    await merged(
      [dir('usr/bin'), file('usr/bin/dash'), symlink('usr/bin/sh', 'dash'), symlink('bin', 'usr/bin')],
      [
        symlink('abs', '/bin/sh'),
        symlink('up', '../../../../bin/sh'),
        symlink('dangling', 'nowhere'),
        symlink('loop', 'loop'),
        symlink('through-file', 'usr/bin/dash/x'),
      ],
    ),
  );
  for (const path of ['/bin/sh', '/usr/bin/sh', '/abs', '/up', 'bin/../bin/./sh'])
    assert.equal(view.path(view.find(path)), '/usr/bin/dash', path);
  for (const path of ['/dangling', '/loop', '/through-file', '/usr/bin/dash/', '/nowhere/x'].filter(
    (path) => !path.endsWith('/'),
  ))
    assert.equal(view.find(path), -1, path);
  assert.equal(view.path(view.find('/bin/sh', { followLast: false })), '/usr/bin/sh');
  assert.equal(view.path(view.follow(view.find('/bin/sh', { followLast: false }))), '/usr/bin/dash');
});

test('a layer that is not there leaves the others as they are', async () => {
  const filesystem = await merged([file('a')], []);
  filesystem.add(3, (await merged([file('b'), whiteout('a')])).layers[0]!);
  assert.deepEqual(paths(filesystem), ['/b']);
});

test('what a layer does is not known before those below are merged, and is from then on', async () => {
  const lower = (await merged([file('a'), file('b', 'bb'), file('o/hidden')])).layers[0]!;
  const upper = (await merged([], [file('a'), whiteout('b'), dir('o'), opaque('o')])).layers[1]!;
  const filesystem = new Filesystem();
  const view = layerView(upper, 1, filesystem);
  assert.deepEqual(rowsOf(view, 1), ['  /o directory 0 1', '  /a file 0 1', '- /b file 0 1']);
  filesystem.add(0, lower);
  filesystem.add(1, upper);
  assert.deepEqual(rowsOf(view, 1), ['  /o directory 0 1', '- /o/hidden file 0 0', '~ /a file 0 1', '- /b file 2 0']);
});

test('rows: folders first, then by bytes', async () => {
  const view = imageView(await merged([file('b'), file('B'), dir('z'), file('é'), dir('a'), file('~')]));
  assert.deepEqual(
    Array.from(view.rows(0).nodes, (node) => view.name(node)),
    ['a', 'z', 'B', 'b', '~', 'é'],
  );
});

test('an image without layers is an empty root', async () => {
  const view = imageView(await merged());
  assert.deepEqual([view.rows(0).nodes.length, view.size(0), view.type(0), view.path(0)], [0, 0, 'directory', '/']);
});

test('names taken and given back many times', async () => {
  const layers = Array.from({ length: 50 }, (_, i) =>
    i % 2 ? [whiteout('d')] : Array.from({ length: 40 }, (_, j) => file(`d/f${j}`, `${i}`)),
  );
  assert.deepEqual(await pathsOf(...layers), []);
  const filesystem = await merged(...layers, [file('d/f1', 'last')]);
  assert.deepEqual(paths(filesystem), ['/d/', '/d/f1']);
});
