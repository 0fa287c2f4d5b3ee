/** Two trees held against each other: every kind of change, what is told by layers and by contents, and names that try to deceive. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ComparedEntry, type ComparedTree, compareTrees } from '../../../server/images/compared-tree.ts';
import { imageView } from '../../../server/images/view.ts';
import { dir, type Entry, file, hardlink, opaque, symlink, whiteout } from '../../support/image-builder.ts';
import { merged, never } from '../../support/images.ts';

type Layers = readonly (readonly Entry[])[];

/** `shared`: so many of the lowest layers are the same. Contents are told by `same`, or not at all. */
async function compared(before: Layers, after: Layers, { shared = 0, same = () => false as boolean | undefined } = {}) {
  const [one, other] = [imageView(await merged(...before)), imageView(await merged(...after))];
  const tree = await compareTrees(one, other, (a, b) => a === b && a < shared, never);
  for (const node of tree.undecided) tree.tell(node, same());
  return tree;
}

const marks = { added: 'A', removed: 'D', modified: 'M', unread: '?' } as const;
const line = ({ change, path, differences }: ComparedEntry) =>
  [change ? marks[change] : ' ', path, ...differences].join(' ');
const all = (tree: ComparedTree) => Array.from(tree.walk(), line);
function rows(tree: ComparedTree, path: string, sort?: 'name' | 'size'): string[] {
  const found = tree.rows(path, sort);
  assert.ok(found, `${path} is a folder of the comparison`);
  return Array.from({ length: found.total }, (_, at) => line(found.row(at)));
}

test('what is only in one, and each thing that may differ in both', async () => {
  const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
  const before = [
    dir('etc'),
    file('etc/gone', 'x'),
    file('etc/same', ''),
    file('etc/longer', 'x'),
    file('etc/mode', '', { mode: 0o644 }),
    file('etc/owner', '', { uid: 1, gid: 2 }),
    file('etc/group', '', { gid: 2 }),
    file('etc/caps', ''),
    symlink('etc/link', 'here'),
    file('etc/becomes-link', ''),
    { name: 'dev/null', type: 'char', major: 1, minor: 3 } as const,
    dir('var/empty', { mode: 0o755 }),
  ];
  const after = [
    dir('etc'),
    file('etc/new', 'x'),
    file('etc/same', ''),
    file('etc/longer', 'xx'),
    file('etc/mode', '', { mode: 0o4755 }),
    file('etc/owner', '', { uid: 2, gid: 2 }),
    file('etc/group', '', { gid: 3 }),
    file('etc/caps', '', { pax: { 'SCHILY.xattr.security.capability': capability } }),
    symlink('etc/link', 'there', { mode: 0o755 }),
    symlink('etc/becomes-link', 'new'),
    { name: 'dev/null', type: 'char', major: 1, minor: 5 } as const,
    dir('var/empty', { mode: 0o700 }),
  ];
  const tree = await compared([before], [after]);
  assert.deepEqual(all(tree), [
    'M /dev/null device',
    'M /etc/becomes-link type',
    'M /etc/caps capabilities',
    'D /etc/gone',
    'M /etc/group owner',
    'M /etc/link target',
    'M /etc/longer content size',
    'M /etc/mode mode',
    'A /etc/new',
    'M /etc/owner owner',
    'M /var/empty mode',
  ]);
  // A folder is no file.
  assert.deepEqual(tree.totals, { added: 1, removed: 1, modified: 8, unread: 0 });
  assert.deepEqual(tree.same, { byLayer: 0, byContent: 5 });
});

test('contents of the same size are the same by their layer, by being read, or are not told', async () => {
  const base = [file('lib/a', '1234'), file('lib/b', '1234')];
  const same = await compared([base, [file('app', 'xx')]], [base, [file('app', 'xx')]], {
    shared: 1,
    same: () => true,
  });
  assert.deepEqual([all(same), same.same, same.isSame], [[], { byLayer: 2, byContent: 1 }, true]);
  const differs = await compared([base, [file('app', 'xx')]], [base, [file('app', 'xy')]], { shared: 1 });
  assert.deepEqual([all(differs), differs.isSame], [['M /app content'], false]);
  const untold = await compared([[file('app', 'xx')]], [[file('app', 'xy')]], { same: () => undefined });
  assert.deepEqual([all(untold), untold.totals.unread, untold.isSame], [['? /app'], 1, false]);
  const alsoMode = await compared([[file('app', 'xx')]], [[file('app', 'xy', { mode: 0o755 })]], {
    same: () => undefined,
  });
  assert.deepEqual(all(alsoMode), ['M /app mode']);
});

test('times of change do not count, and neither does which layer a file is in or how many names it has', async () => {
  const one = [[file('a', 'x', { mtime: 5 }), file('b', 'x')]];
  const other = [[file('a', 'x', { mtime: 9 })], [hardlink('b', 'a')]];
  assert.deepEqual(all(await compared(one, other, { same: () => true })), []);
});

test('a folder that becomes a file, or the reverse, goes with all that is in it', async () => {
  const folder = [dir('x'), file('x/one', '1'), dir('x/deep'), file('x/deep/two', '2')];
  const tree = await compared([folder], [[file('x', 'file')]]);
  assert.deepEqual(rows(tree, '/'), ['D /x', 'A /x']);
  assert.deepEqual(rows(tree, '/x'), ['D /x/deep', 'D /x/one']);
  assert.deepEqual(tree.totals, { added: 1, removed: 2, modified: 0, unread: 0 });
  const back = await compared([[symlink('x', 'etc'), file('etc/one', '')]], [[...folder, file('etc/one', '')]]);
  assert.deepEqual(rows(back, '/'), ['A /x', 'D /x']);
  // Where the link led is not what is in the folder.
  assert.deepEqual(rows(back, '/x'), ['A /x/deep', 'A /x/one']);
});

test('what upper layers take away is gone, and not in the list of the image that never showed it', async () => {
  const lower = [dir('cache'), file('cache/list', 'x'), file('old', 'x'), dir('kept'), file('kept/in', '')];
  const tree = await compared([lower, [whiteout('old'), opaque('cache')]], [lower], { shared: 1 });
  assert.deepEqual(all(tree), ['A /cache/list', 'A /old']);
  const cleaned = await compared([lower], [lower, [whiteout('kept'), whiteout('old')]], { shared: 1 });
  assert.deepEqual(all(cleaned), ['D /kept', 'D /kept/in', 'D /old']);
});

test('folders are listed one by one, with what is in them: those in which nothing differs are not', async () => {
  const before = [file('a/b/c', '1'), file('a/same', ''), file('quiet/x', ''), dir('z'), file('z/old', 'xxxxxxxxx')];
  const after = [file('a/b/c', '22'), file('a/same', ''), file('quiet/x', ''), dir('z'), file('new', '1')];
  const tree = await compared([before], [after]);
  assert.deepEqual(rows(tree, '/'), ['  /a', '  /z', 'A /new']);
  assert.deepEqual(rows(tree, '/', 'size'), ['  /z', '  /a', 'A /new']);
  const a = tree.rows('/')!.row(0);
  assert.deepEqual(a.inside, { added: 0, removed: 0, modified: 1, unread: 0 });
  assert.deepEqual([a.before?.size, a.after?.size, a.hasChildren], [1, 2, true]);
  assert.deepEqual(rows(tree, '/a/b'), ['M /a/b/c content size']);
  assert.equal(tree.rows('/nowhere'), undefined);
  assert.equal(tree.rows('/new'), undefined);
});

test('names that are no UTF-8, or turn text around, lead to just that folder', async () => {
  const odd = Buffer.from('ab\xff\u202e', 'latin1');
  const hostile = ['](command:x)', '$(icon)', '\u202etxt.exe', '__proto__', 'a\nb'];
  const entries = (body: string) => [
    file(Buffer.concat([odd, Buffer.from('/in')]), body),
    ...hostile.map((name) => file(`${name}/in`, body)),
  ];
  const tree = await compared([entries('1')], [entries('22')]);
  const folders = rows(tree, '/');
  assert.equal(folders.length, 6);
  for (const at of folders.keys()) {
    const { name, path } = tree.rows('/')!.row(at);
    assert.doesNotMatch(name, /[\u202e\n]/);
    assert.deepEqual(rows(tree, path), [`M ${path}/in content size`]);
  }
});

test('it ends when it is no longer wanted', async () => {
  const many = Array.from({ length: 11_000 }, (_, i) => dir(`d${i}`));
  const view = imageView(await merged(many));
  const stop = new AbortController();
  const running = compareTrees(view, view, () => false, stop.signal);
  stop.abort();
  await assert.rejects(running, { name: 'AbortError' });
});
