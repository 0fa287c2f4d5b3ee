/** Input made to hurt: whatever it is, an answer comes, and memory and time stay bounded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InflateError, inflate } from '../../../server/images/layer.ts';
import { limits } from '../../../server/images/limits.ts';
import { listArchive } from '../../../server/images/open.ts';
import { scanBlob } from '../../../server/images/scan.ts';
import { ImageError } from '../../../server/images/source.ts';
import { Tree } from '../../../server/images/tree.ts';
import {
  dir,
  file,
  hardlink,
  hybridSave,
  legacySave,
  opaque,
  symlink,
  tar,
  whiteout,
} from '../../support/image-builder.ts';
import { archiveWith, inChunks, merged, never, noPlan, opened, paths, scan } from '../../support/images.ts';
import { random } from '../../support/random.ts';

/** A few bytes changed, a piece cut out, doubled or replaced. */
function damaged(data: Uint8Array, next: () => number): Buffer {
  const copy = Buffer.from(data);
  const at = Math.floor(next() * copy.length);
  const length = Math.min(Math.floor(next() ** 3 * 1500), copy.length - at);
  switch (Math.floor(next() * 5)) {
    case 0:
      for (let i = 0; i < 8; i++) copy[Math.floor(next() * copy.length)] = Math.floor(next() * 256);
      return copy;
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 2:
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
    case 3:
      return copy.fill(Math.floor(next() * 256), at, at + length);
    default:
      return copy.subarray(0, at);
  }
}

const odd = tar([
  dir('d'),
  file('d/f', 'x'.repeat(700), { pax: { path: 'p'.repeat(120), uid: '12' } }),
  symlink('s', 'd'),
  hardlink('h', 'd/f'),
  whiteout('d/g'),
  opaque('e'),
  file('n'.repeat(120)),
]);
const image = { name: 'a:1', layers: [odd, tar([file('s/x'), whiteout('d')])] };

test('damaged archives give an image or a sentence, never anything else', async (t) => {
  const next = random(11);
  const whole = [
    tar(hybridSave([image])),
    tar(legacySave([image])),
    tar(hybridSave([{ ...image, compression: ['gzip', 'zstd'] }])),
    gzipSync(tar(hybridSave([image]))),
  ];
  for (let i = 0; i < 240; i++) {
    const path = await archiveWith(t, damaged(whole[i % whole.length]!, next));
    try {
      paths((await opened(path)).filesystem);
    } catch (error) {
      assert.ok(error instanceof ImageError, `seed 11, round ${i}: ${(error as Error).stack}`);
      assert.match(error.message, /[.)]$/);
    }
  }
});

test('damaged layers can be scanned and merged', async () => {
  const next = random(12);
  for (let i = 0; i < 400; i++) {
    const filesystem = await merged(odd, damaged(odd, next), odd, damaged(odd, next));
    paths(filesystem);
  }
});

test('headers with a right checksum and any other bytes', async () => {
  const next = random(13);
  for (let i = 0; i < 1000; i++) {
    const entries = Array.from({ length: 5 }, () => {
      const flag = '0123456789LKxgSVZ\0'[Math.floor(next() * 18)]!;
      const name = Buffer.from(
        Array.from({ length: next() * 30 }, () => './.wh\xff\n'.charCodeAt(Math.floor(next() * 7))),
      );
      return file(name, 'b'.repeat(next() * 600), {
        flag,
        link: ['', '.', '..', '/', 'a/../..', '\xff'][Math.floor(next() * 6)]!,
        size: Math.floor(next() * 1200),
        base256: next() < 0.1,
      });
    });
    paths(await merged(tar(entries), tar(entries.reverse())));
  }
});

test('a bomb is read up to a limit, with what it holds up to there', async () => {
  const bounds = { ...limits, inflatedFree: 1 << 20 };
  const bomb = gzipSync(tar([file('first', 'F'), file('zeros', Buffer.alloc(8 << 20))]));
  const { files, problems, diffId } = await scanBlob(inChunks(bomb), noPlan, never, { bounds });
  assert.deepEqual([files.count, diffId], [3, undefined]);
  assert.match(problems.join(), /it was read no further/);
  let size = 0;
  const inflating = async () => {
    for await (const chunk of inflate(inChunks(bomb), 'gzip', { bounds })) size += chunk.length;
  };
  await assert.rejects(inflating, (error) => error instanceof InflateError && error.kind === 'too-large');
  assert.ok(size <= 2 << 20);
});

test('damaged compression: what came before the damage is kept', async () => {
  const next = random(14);
  const noise = Buffer.from(Array.from({ length: 2_000_000 }, () => next() * 256));
  const data = gzipSync(tar([file('first', 'F'), file('noise', noise), file('last')]));
  // A block of a kind that deflate has not, in the middle.
  data.fill(0xff, 1_200_000, 1_300_000);
  const { files, problems, diffId } = await scanBlob(inChunks(data, 60_000), noPlan, never);
  assert.deepEqual([files.count, diffId], [3, undefined]);
  assert.match(problems.join(), /its gzip data is damaged/);
});

test('more entries, and more bytes of names, than one layer may have', async () => {
  const many = tar(Array.from({ length: 100 }, (_, i) => file(`${'n'.repeat(90)}${i}`)));
  const names = await scanBlob(inChunks(many), noPlan, never, { bounds: { ...limits, layerNameBytes: 2000 } });
  assert.ok(names.files.count > 10 && names.files.count < 30);
  assert.match(names.problems.join(), /more names than are read of one layer/);
  const entries = await scanBlob(inChunks(many), noPlan, never, { bounds: { ...limits, layerEntries: 7 } });
  assert.equal(entries.files.count, 8);
  assert.match(entries.problems.join(), /more entries than are read of one layer/);
  assert.equal(entries.diffId, names.diffId, 'all of it was read for the digest');
});

test('no more bodies are read for facts than a layer may ask for, and those that were not are named', async () => {
  const plan = { want: () => ({ kind: 'k', limit: 1000 }), extract: (_: string, path: string) => path };
  const many = tar(Array.from({ length: 9 }, (_, i) => file(`${i}`, 'x'.repeat(600))));
  const bytes = await scanBlob(inChunks(many), plan, never, { bounds: { ...limits, layerFactBytes: 1500 } });
  assert.deepEqual(
    bytes.facts.map(({ value }) => value),
    ['/0', '/1', '/2'],
  );
  assert.match(bytes.problems.join(), /: “\/3” and 5 more were not looked into; look at them yourself$/);
  const facts = await scanBlob(inChunks(many), plan, never, { bounds: { ...limits, layerFacts: 2 } });
  assert.equal(facts.facts.length, 2);
  assert.equal(facts.files.count, 10);
  const last = await scanBlob(inChunks(many), plan, never, { bounds: { ...limits, layerFacts: 8 } });
  assert.match(last.problems.join(), /: “\/8” was not looked into; look at them yourself$/);
  assert.deepEqual((await scanBlob(inChunks(many), plan, never)).problems, []);
  // What takes the share of one kind leaves that of the others.
  const kinds = { ...plan, want: (path: string) => ({ kind: path === '/8' ? 'other' : 'k', limit: 1000 }) };
  const shared = await scanBlob(inChunks(many), kinds, never, { bounds: { ...limits, layerFactBytes: 1500 } });
  assert.deepEqual(
    shared.facts.map(({ value }) => value),
    ['/0', '/1', '/2', '/8'],
  );
});

test('files that are longer than what is read of them are named, where the rest of them matters', async () => {
  const secrets = { kind: 'k', limit: 1000, beyond: 'only the first 1 kB were searched' };
  const plan = {
    want: (path: string) => (path.startsWith('/k') ? secrets : { kind: 'k', limit: 10 }),
    extract: () => undefined,
  };
  const layer = tar([
    file('k1', 'x'.repeat(1000)),
    file('k2', 'x'.repeat(1001)),
    file('k3', 'x'.repeat(5000)),
    file('other', 'x'.repeat(5000)),
  ]);
  const said = 'it has files of which only the first 1 kB were searched (“/k2” and 1 more); look at the rest yourself';
  assert.deepEqual((await scan(layer, plan)).problems, [said]);
  const one = 'it has a file of which only the first 1 kB were searched (“/k2”); look at the rest yourself';
  assert.deepEqual((await scan(tar([file('k2', 'x'.repeat(1001))]), plan)).problems, [one]);
});

test('a header may ask for a part of its file, not for all of it', async () => {
  const plan = {
    want: () => ({ kind: 'k', limit: 16, further: () => ({ from: 100, length: 2 ** 40 }) }),
    extract: (_: string, _path: string, bytes: Uint8Array) => bytes.length,
  };
  const { facts, files } = await scan(tar([file('large', Buffer.alloc(9 << 20)), file('next', 'x'.repeat(200))]), plan);
  assert.deepEqual(
    facts.map(({ value }) => value),
    [limits.furtherBytes, 100],
  );
  assert.equal(files.count, 3);
});

test('problems of many entries are told in few sentences', async () => {
  const { problems } = await scan(tar([file('f'), ...Array.from({ length: 1000 }, (_, i) => file(`f/${i}`))]));
  assert.equal(problems.length, 11);
  assert.match(problems.at(-1)!, /990 more/);
});

test('removing from a full folder does not take as long as the folder is large', () => {
  const tree = new Tree();
  const name = (i: number) => Buffer.from(`${i}`);
  for (let i = 0; i < 200_000; i++) tree.add(0, name(i));
  // One after the other from the far end: by looking for its neighbour, this would take 2 * 10^10 steps.
  for (let i = 0; i < 200_000; i++) tree.remove(tree.child(0, name(i)));
  assert.deepEqual([...tree.children(0)], []);
  tree.add(0, name(5));
  assert.equal(tree.child(0, name(5)), 200_001);
});

test('a configuration that is larger than any is named, and so are images and entries beyond those that are read', async (t) => {
  const save = hybridSave([image]);
  const large = save.map((entry) =>
    /^blobs\/.*/.test(`${entry.name}`) && `${entry.body}`.startsWith('{"architecture"')
      ? { ...entry, body: `${entry.body}${' '.repeat(limits.jsonBytes)}` }
      : entry,
  );
  const { problems } = await opened(await archiveWith(t, large));
  assert.match(problems.join('\n'), /^“blobs\/sha256\/[0-9a-f]{64}” is larger than a document of an image is read/m);
  assert.doesNotMatch(problems.join('\n'), /is not in the archive|is no JSON/);

  const manifest = save.find(({ name }) => name === 'manifest.json')!;
  const [item] = JSON.parse(`${manifest.body}`);
  const many = JSON.stringify(Array.from({ length: limits.images + 1 }, (_, i) => ({ ...item, RepoTags: [`a:${i}`] })));
  const path = await archiveWith(t, [...save.filter((each) => each !== manifest), file('manifest.json', many)]);
  const listed = await listArchive(path, never);
  assert.equal(listed.images.length, limits.images);
  assert.match(listed.problems.join(), /1,001 images are named in one document; only the first 1,000 are shown/);

  const empty = tar([file(`blobs/sha256/${'b'.repeat(64)}`)]).subarray(0, 512);
  const full = Buffer.concat([tar(save).subarray(0, -1024), Buffer.alloc((limits.archiveEntries + 1) * 512, empty)]);
  for (const [data, name] of [
    [full, 'plain'],
    [gzipSync(full), 'compressed'],
  ] as const) {
    const { problems } = await listArchive(await archiveWith(t, data), never);
    assert.match(problems.join(), /holds more than the 100,000 entries that are read of one/, name);
    assert.doesNotMatch(problems.join(), /cut short/, name);
  }
});

test('a JSON document nested without end, and one larger than any', async (t) => {
  for (const body of ['['.repeat(2_000_000), `"${'x'.repeat(limits.jsonBytes)}"`]) {
    await assert.rejects(
      opened(await archiveWith(t, [file(`blobs/sha256/${'a'.repeat(64)}`, body), file('manifest.json', body)])),
      ImageError,
    );
  }
});
