/** The tar format: what each kind of header says, and where reading ends. */
import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileCursor, StreamCursor } from '../../../server/images/cursor.ts';
import { keyOf } from '../../../server/images/path-text.ts';
import { number } from '../../../server/images/tar.ts';
import { type TarEntry, TarReader } from '../../../server/images/tar-reader.ts';
import {
  dir,
  type Entry,
  file,
  gnuSparse,
  hardlink,
  header,
  metadata,
  paxData,
  paxSparse,
  symlink,
  tar,
  tarEntry,
  withChecksum,
} from '../../support/image-builder.ts';
import { inChunks, never } from '../../support/images.ts';

interface Read
  extends Pick<TarEntry, 'type' | 'mode' | 'uid' | 'gid' | 'size' | 'mtime' | 'major' | 'minor' | 'offset'> {
  readonly name: string;
  readonly link: string;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  readonly body: string;
}

async function readWith(reader: TarReader, limit = 1000) {
  const entries: Read[] = [];
  for (let entry = await reader.next(); entry; entry = await reader.next()) {
    const body = entry.type === 'file' ? keyOf(await reader.read(limit)) : '';
    entries.push({ ...entry, name: keyOf(entry.name), link: keyOf(entry.link), body });
  }
  assert.equal(await reader.next(), undefined, 'nothing comes after the end');
  return { entries, problem: reader.problem, oddities: reader.oddities };
}

const read = (data: Uint8Array, chunk?: number) =>
  readWith(new TarReader(new StreamCursor(inChunks(data, chunk), never)));
async function one(entry: Entry | Uint8Array): Promise<Read> {
  const { entries, problem } = await read(tar([entry]));
  assert.equal(problem, undefined);
  assert.equal(entries.length, 1);
  return entries[0]!;
}

test('ustar: every field of the header', async () => {
  const { type, name, mode, uid, gid, size, mtime, body } = await one(
    file('a/b', 'hello', { mode: 0o4755, uid: 10, gid: 20, mtime: 1234567890 }),
  );
  assert.deepEqual(
    { type, name, mode, uid, gid, size, mtime, body },
    { type: 'file', name: 'a/b', mode: 0o4755, uid: 10, gid: 20, size: 5, mtime: 1234567890, body: 'hello' },
  );
});

test('ustar: the prefix stands in front of the name', async () => {
  assert.equal((await one(file('name', '', { prefix: 'long/folder' }))).name, 'long/folder/name');
});

test('star: times stand behind a shorter prefix', async () => {
  const star = header({ name: 'name', prefix: 'folder' });
  star.write('14371573204 14371573204 ', 476, 'latin1');
  star.write('tar\0', 508, 'latin1');
  star.fill(0x66, 345, 476);
  assert.equal((await one(withChecksum(star))).name, `${'f'.repeat(131)}/name`);
});

test('v7: no magic, no prefix, folders told by their slash', async () => {
  const { entries } = await read(
    tar([file('old', 'x', { format: 'v7', type: 'oldFile' }), file('folder/', '', { format: 'v7', type: 'oldFile' })]),
  );
  assert.deepEqual(
    entries.map(({ name, type, body }) => [name, type, body]),
    [
      ['old', 'file', 'x'],
      ['folder/', 'directory', ''],
    ],
  );
});

test('every kind of entry', async () => {
  const { entries } = await read(
    tar([
      dir('d'),
      file('f'),
      symlink('s', 'f'),
      hardlink('h', 'f'),
      { name: 'c', type: 'char', major: 1, minor: 3 },
      { name: 'b', type: 'block', major: 8, minor: 17 },
      { name: 'p', type: 'fifo' },
      file('contiguous', '', { flag: '7' }),
    ]),
  );
  assert.deepEqual(
    entries.map(({ name, type, link, major, minor }) => `${name} ${type} ${link} ${major}:${minor}`),
    [
      'd/ directory  0:0',
      'f file  0:0',
      's symlink f 0:0',
      'h hardlink f 0:0',
      'c char  1:3',
      'b block  8:17',
      'p fifo  0:0',
      'contiguous file  0:0',
    ],
  );
});

test('GNU: long names and links', async () => {
  const name = `${'n'.repeat(150)}/${'m'.repeat(150)}`;
  const link = 'l'.repeat(300);
  const entry = await one(symlink(name, link, { gnuLong: true, format: 'gnu' }));
  assert.deepEqual([entry.name, entry.link], [name, link]);
});

test('GNU: times where ustar has the prefix are not a prefix; old Go wrote one there', async () => {
  const times = header({ name: 'name', format: 'gnu' });
  times.write('14371573204\x0014371573204\0', 345, 'latin1');
  assert.equal((await one(withChecksum(times))).name, 'name');
  const prefixed = header({ name: 'name', format: 'gnu', prefix: 'usr/lib' });
  assert.equal((await one(prefixed)).name, 'usr/lib/name');
});

test('PAX: what it says is believed over the header', async () => {
  const entry = await one(
    file('short', 'abc', {
      size: 0,
      pax: { path: 'é/long', size: '3', uid: '2000000000', gid: '3000000000', mtime: '1700000000.25', comment: 'no' },
    }),
  );
  assert.deepEqual(
    [entry.name, entry.size, entry.uid, entry.gid, entry.mtime, entry.body],
    [Buffer.from('é/long').toString('latin1'), 3, 2000000000, 3000000000, 1700000000.25, 'abc'],
  );
});

test('PAX: links, and values with line ends; of several headers the last counts', async () => {
  const { entries, problem } = await read(
    tar([
      metadata('x', paxData([['linkpath', 'a\nb=c']])),
      symlink('s', 'old'),
      metadata('x', paxData([['SCHILY.xattr.user.a', 'x'.repeat(10_000)]])),
      metadata('x', paxData([['path', 'p']])),
      file('next'),
    ]),
  );
  assert.equal(problem, undefined);
  assert.deepEqual(
    entries.map(({ name, link, xattrs }) => [name, link, xattrs.size]),
    [
      ['s', 'a\nb=c', 0],
      ['p', '', 0],
    ],
  );
});

test('PAX: attributes stay bytes', async () => {
  const capability = Uint8Array.of(1, 0, 0, 2, 0xff, 0x80, 0, 0x0a);
  const { xattrs } = await one(file('ping', '', { pax: { 'SCHILY.xattr.security.capability': capability } }));
  assert.deepEqual([...xattrs.keys()], ['security.capability']);
  assert.deepEqual([...xattrs.get('security.capability')!], [...capability]);
});

test('PAX: an empty value says nothing, a global header neither', async () => {
  const { entries } = await read(
    tar([
      metadata(
        'g',
        paxData([
          ['path', 'global'],
          ['uid', '7'],
        ]),
      ),
      file('mine', '', { pax: { path: '' } }),
    ]),
  );
  assert.deepEqual(
    entries.map(({ name, uid }) => [name, uid]),
    [['mine', 0]],
  );
});

test('PAX: a header that is damaged is told, and the entry read', async () => {
  const { entries, oddities, problem } = await read(
    tar([metadata('x', Buffer.from('99 path=too-short\n')), file('f', 'body')]),
  );
  assert.deepEqual([entries.map(({ name, body }) => name + body), oddities, problem], [['fbody'], 1, undefined]);
});

test('names that are not UTF-8 are the bytes they are', async () => {
  const name = Buffer.from('caf\xe9', 'latin1');
  assert.equal((await one(file(name))).name, 'caf\xe9');
});

test('numbers: octal as writers pad it, base-256, and none', () => {
  const field = (text: string) => number(Buffer.from(text, 'latin1'));
  assert.equal(field('0000644\0'), 0o644);
  assert.equal(field('   644 \0'), 0o644);
  assert.equal(field('77777777777'), 0o77777777777);
  assert.equal(field('\0\0\0\0'), 0);
  assert.equal(field('644\0rest'), 0o644);
  assert.equal(field('\x80\0\0\x01\0\0\0\0'), 2 ** 32);
  assert.equal(field(`${'\xff'.repeat(11)}\xfe`), -2);
  assert.ok(Number.isNaN(field('12x')));
  assert.ok(Number.isNaN(field('9')));
  assert.ok(Number.isNaN(field('\x80\xff\xff\xff\xff\xff\xff\xff\xff')));
});

test('base-256: owners and sizes that octal has no room for', async () => {
  const entry = await one(
    file('f', 'x', { uid: 2 ** 31, gid: 2 ** 32 - 2, mtime: 2 ** 40, base256: true, format: 'gnu' }),
  );
  assert.deepEqual([entry.uid, entry.gid, entry.mtime, entry.size], [2 ** 31, 2 ** 32 - 2, 2 ** 40, 1]);
});

const pieces = [
  [0, 'start'],
  [600, 'middle'],
] as const;
const holes = `start${'\0'.repeat(595)}middle${'\0'.repeat(94)}`;

for (const version of ['0.0', '0.1', '1.0'] as const) {
  test(`sparse, PAX ${version}: its own name, its whole size, holes filled in`, async () => {
    const { entries, problem } = await read(tar([paxSparse(version, 'sparse', 700, pieces), file('after', 'next')]));
    assert.equal(problem, undefined);
    assert.deepEqual(
      entries.map(({ name, size, body }) => [name, size, body]),
      [
        ['sparse', 700, holes],
        ['after', 4, 'next'],
      ],
    );
  });
}

test('sparse, old GNU: with few pieces and with more than the header holds', async () => {
  const many = Array.from({ length: 40 }, (_, i) => [i * 10, `<${i}>`] as const);
  const { entries, problem } = await read(
    tar([gnuSparse('few', 700, pieces), gnuSparse('many', 1000, many), file('after', 'next')]),
  );
  assert.equal(problem, undefined);
  assert.deepEqual(
    entries.map(({ name, size }) => [name, size]),
    [
      ['few', 700],
      ['many', 1000],
      ['after', 4],
    ],
  );
  assert.equal(entries[0]!.body, holes);
  assert.equal(
    entries[1]!.body,
    many
      .map(([, text]) => text.padEnd(10, '\0'))
      .join('')
      .padEnd(1000, '\0'),
  );
});

test('a body is read up to the limit, and the next entry comes all the same', async () => {
  for (const sparse of [false, true]) {
    const first = sparse ? paxSparse('1.0', 'f', 700, pieces) : tarEntry(file('f', 'x'.repeat(2000)));
    const reader = new TarReader(new StreamCursor(inChunks(tar([first, file('next')])), never));
    const { entries } = await readWith(reader, 3);
    assert.deepEqual(
      entries.map(({ name, body }) => [name, body]),
      [
        ['f', sparse ? 'sta' : 'xxx'],
        ['next', ''],
      ],
    );
  }
});

test('chunks may be cut anywhere', async () => {
  const data = tar([
    file('a', 'A'.repeat(700), { pax: { path: 'a'.repeat(200) } }),
    gnuSparse('s', 700, pieces),
    symlink('l', 'x'.repeat(150), { gnuLong: true }),
  ]);
  const whole = await read(data, data.length);
  for (const size of [1, 7, 511, 513]) assert.deepEqual(await read(data, size), whole);
});

test('a file is read as a stream is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'distroless-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const data = tar([
    file('a', 'A'.repeat(200_000)),
    gnuSparse('s', 700, pieces),
    dir('d'),
    file('z', 'end', { pax: { uid: '5' } }),
  ]);
  await writeFile(join(folder, 'x'), Buffer.concat([Buffer.from('in front'), data, Buffer.from('behind')]));
  const handle = await open(join(folder, 'x'));
  t.after(() => handle.close());
  const reader = new TarReader(new FileCursor(handle, 8, data.length, never));
  assert.deepEqual(await readWith(reader), await read(data));
});

test('offsets lead to an entry with the headers that belong to it', async () => {
  const data = tar([
    file('a', 'A'),
    file('b', 'B', { pax: { path: 'with/pax', uid: '9' } }),
    file('c'.repeat(150), 'C', { gnuLong: true }),
  ]);
  const { entries } = await read(data);
  for (const entry of entries) {
    const alone = await read(data.subarray(entry.offset));
    assert.deepEqual({ ...alone.entries[0], offset: entry.offset }, entry);
  }
});

test('two zero blocks end it, whatever comes after; one at the very end does too', async () => {
  const concatenated = await read(Buffer.concat([tar([file('a')]), tar([file('b')])]));
  assert.deepEqual([concatenated.entries.map(({ name }) => name), concatenated.problem], [['a'], undefined]);
  const single = await read(Buffer.concat([tar([file('a')], { end: false }), Buffer.alloc(512)]));
  assert.deepEqual([single.entries.map(({ name }) => name), single.problem], [['a'], undefined]);
});

test('one zero block that something follows is damage', async () => {
  const data = Buffer.concat([tar([file('a')], { end: false }), Buffer.alloc(512), tar([file('b')])]);
  const { entries, problem } = await read(data);
  assert.deepEqual([entries.length, problem], [1, { kind: 'not-a-header', at: 1024 }]);
});

test('without an end mark it is read, and told', async () => {
  const data = tar([file('a', 'A')], { end: false });
  assert.deepEqual((await read(data)).problem, { kind: 'no-end-mark', at: 1024 });
  // The padding of the last body alone may be missing.
  const { entries, problem } = await read(data.subarray(0, 513));
  assert.deepEqual([entries[0]!.body, problem], ['A', { kind: 'no-end-mark', at: 513 }]);
});

test('cut short inside a body: what is there, and how much', async () => {
  const data = tar([file('a', 'A'.repeat(1000)), file('b')]);
  const { entries, problem } = await read(data.subarray(0, 812));
  assert.deepEqual(
    entries.map(({ name, size, body }) => [name, size, body.length]),
    [['a', 1000, 300]],
  );
  assert.deepEqual(problem, { kind: 'cut-short', at: 812, name: new Uint8Array(Buffer.from('a')), present: 300 });
});

test('cut short inside a header, or inside the header of a header', async () => {
  assert.deepEqual((await read(tar([file('a'), file('b')]).subarray(0, 800))).problem, {
    kind: 'no-end-mark',
    at: 800,
  });
  const long = await read(tar([file('a', '', { pax: { path: 'p'.repeat(600) } })]).subarray(0, 700));
  assert.equal(long.problem?.kind, 'cut-short');
});

test('what is no header ends it', async () => {
  const { entries, problem } = await read(
    Buffer.concat([tar([file('a', 'A')], { end: false }), Buffer.from('rubbish'.repeat(100))]),
  );
  assert.deepEqual([entries.length, problem], [1, { kind: 'not-a-header', at: 1024 }]);
  for (const data of ['text', 'text'.repeat(500)])
    assert.deepEqual((await read(Buffer.from(data))).problem, { kind: 'not-a-header', at: 0 });
});

test('a size that cannot be ends it, and does not hang it', async () => {
  for (const bad of [
    file('f', '', { pax: { size: '-1' } }),
    file('f', '', { pax: { size: 'abc' } }),
    file('f', '', { pax: { size: '9'.repeat(30) } }),
    file('f', '', { size: -5, base256: true }),
  ]) {
    const { entries, problem } = await read(tar([file('first'), bad, file('never')]));
    assert.deepEqual([entries.map(({ name }) => name), problem?.kind], [['first'], 'no-size']);
  }
});

test('a size larger than the archive: what is there', async () => {
  const { entries, problem } = await read(tar([file('f', 'body', { size: 10 ** 10 })]));
  assert.deepEqual([entries[0]!.body.slice(0, 4), problem?.kind], ['body', 'cut-short']);
});

test('folders and links with a size have no body', async () => {
  const { entries, problem } = await read(
    tar([dir('d', { size: 4096 }), symlink('s', 't', { size: 99 }), hardlink('h', 't', { size: 99 }), file('f', 'F')]),
  );
  assert.equal(problem, undefined);
  assert.deepEqual(
    entries.map(({ name, size }) => [name, size]),
    [
      ['d/', 0],
      ['s', 0],
      ['h', 0],
      ['f', 1],
    ],
  );
});

test('metadata without end is refused before it is read', async () => {
  for (const flag of ['x', 'L', 'K', 'g']) {
    const { entries, problem } = await read(
      Buffer.concat([tar([file('a')], { end: false }), header({ name: 'x', flag, size: 512 << 20 })]),
    );
    assert.deepEqual([entries.length, problem?.kind], [1, 'header-too-long']);
  }
});

test('kinds that nobody unpacks are left out with their bodies', async () => {
  const { entries, oddities } = await read(
    tar([file('volume', '', { flag: 'V' }), file('own', 'x'.repeat(600), { flag: 'Z' }), file('f', 'F')]),
  );
  assert.deepEqual([entries.map(({ name, body }) => name + body), oddities], [['fF'], 2]);
});

test('a sparse map that overlaps or leaves the file is not believed', async () => {
  for (const map of ['0,600,300,600', '5000,100', '-5,10', 'a,b']) {
    const entry = tarEntry({
      name: 's',
      body: 'x'.repeat(700),
      pax: { 'GNU.sparse.map': map, 'GNU.sparse.size': '1000', 'GNU.sparse.name': 's' },
    });
    const { entries, oddities, problem } = await read(tar([entry, file('after')]));
    assert.deepEqual([entries.map(({ name }) => name), oddities, problem], [['s', 'after'], 1, undefined], map);
    assert.equal(entries[0]!.body, '\0'.repeat(1000));
  }
});

test('no more entries are read than allowed', async () => {
  const reader = new TarReader(new StreamCursor(inChunks(tar([file('a'), file('b'), file('c')])), never), {
    maxEntries: 2,
  });
  const { entries, problem } = await readWith(reader);
  assert.deepEqual([entries.length, problem?.kind], [2, 'too-many-entries']);
});
