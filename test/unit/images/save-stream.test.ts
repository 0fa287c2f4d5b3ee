/** `docker save` as a stream: one pass, layers as soon as they are known, and what an engine says when it fails half-way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScanProgress } from '../../../server/images/image.ts';
import { readFromSave, type SaveOptions, scanSave } from '../../../server/images/save-stream.ts';
import { ImageError, type ScannedLayer } from '../../../server/images/source.ts';
import {
  diffIds,
  type Entry,
  file,
  hybridSave,
  type Image,
  legacySave,
  sha256,
  symlink,
  tar,
} from '../../support/image-builder.ts';
import { inChunks, never, noPlan } from '../../support/images.ts';

const layers = [1, 2, 3].map((i) => tar([file(`from-${i}`, `body ${i}`.repeat(1000))]));
const image: Image = { name: 'app:1', layers };

async function scanned(data: Uint8Array | AsyncIterable<Uint8Array>, options: Partial<SaveOptions> = {}) {
  const chunks = data instanceof Uint8Array ? inChunks(data, 4000) : data;
  const scan = scanSave(chunks, { plan: noPlan, ...options }, never);
  const yielded: ScannedLayer[] = [];
  for (;;) {
    const step = await scan.next();
    if (step.done) return { yielded, contents: step.value };
    yielded.push(step.value);
  }
}

const firstName = ({ files }: ScannedLayer) => (files.count > 1 ? Buffer.from(files.tree.name(1)).toString() : '');

test('every layer in its place, with its digest', async () => {
  for (const form of [legacySave, hybridSave]) {
    const { yielded, contents } = await scanned(tar(form([image])));
    assert.deepEqual(
      yielded.map((layer) => [layer.index, firstName(layer), layer.diffId, layer.problems]),
      [0, 1, 2].map((i) => [i, `from-${i + 1}`, diffIds(image)[i], []]),
    );
    assert.deepEqual([contents.image?.names, contents.problems], [['app:1'], []]);
  }
});

test('with the diff IDs known, a layer is there before the stream has ended', async () => {
  const data = tar(hybridSave([{ ...image, compression: ['zstd', 'none', 'gzip'] }]));
  const sent: number[] = [];
  const slowly = async function* () {
    for await (const chunk of inChunks(data, 2000)) {
      sent.push(chunk.length);
      yield chunk;
    }
  };
  const scan = scanSave(slowly(), { plan: noPlan, diffIds: diffIds(image) }, never);
  const first = await scan.next();
  assert.ok(!first.done && first.value.index === diffIds(image).indexOf(first.value.diffId!));
  assert.ok(sent.reduce((a, b) => a + b) < data.length / 2);
  const indexes = new Set([first.value.index]);
  for (let step = await scan.next(); !step.done; step = await scan.next()) indexes.add(step.value.index);
  assert.deepEqual([...indexes].sort(), [0, 1, 2]);
});

test('layers that are links to one another', async () => {
  const [lowest = file('')] = legacySave([{ layers: [layers[0]!] }]).filter(({ name }) =>
    `${name}`.endsWith('layer.tar'),
  );
  const entries: Entry[] = [
    lowest,
    symlink('b/layer.tar', `../${lowest.name}`),
    symlink('c/layer.tar', '/b/layer.tar'),
    symlink('b/again.tar', 'layer.tar'),
    symlink('d/layer.tar', 'layer.tar'),
    file(
      'manifest.json',
      JSON.stringify([
        { Config: 'none', Layers: [lowest.name, 'b/layer.tar', 'c/layer.tar', 'd/layer.tar', 'b/again.tar'] },
      ]),
    ),
  ];
  const { yielded } = await scanned(tar(entries));
  assert.deepEqual(yielded.map(firstName), ['from-1', 'from-1', 'from-1', '', 'from-1']);
  assert.deepEqual(
    yielded.map(({ blob }) => blob),
    [lowest.name, lowest.name, lowest.name, '', lowest.name],
  );
  assert.match(yielded[3]!.problems[0]!, /^Layer 4 is not here/);
});

test('a file out of a layer', async () => {
  const data = tar(hybridSave([{ ...image, compression: 'gzip' }]));
  const { yielded } = await scanned(data);
  const { blob, files } = yielded[1]!;
  let returned = false;
  const stream = (async function* () {
    try {
      yield* inChunks(data);
    } finally {
      returned = true;
    }
  })();
  const body = await readFromSave(stream, blob, files.offsets[1]!, 6, never);
  assert.deepEqual(
    [Buffer.from(body.bytes).toString(), body.size, body.truncated, returned],
    ['body 2', 6000, true, true],
  );
  await assert.rejects(readFromSave(inChunks(data), 'no/such/blob', 0, 6, never), ImageError);
});

test('an engine that fails half-way is quoted', async () => {
  const data = tar(legacySave([image]));
  const says = Buffer.from(
    '{"errorDetail":{"message":"content digest sha256:1: not found"},"error":"content digest sha256:1: not found"}\n',
  );
  for (const cut of [0, 512, 3000, 10_240]) {
    await assert.rejects(
      scanned(Buffer.concat([data.subarray(0, cut), says])),
      (error) => error instanceof ImageError && /content digest sha256:1: not found/.test(error.message),
      `${cut}`,
    );
  }
});

test('a stream that ends too early gives the layers that came, and of the last one what came', async () => {
  for (const form of [legacySave, hybridSave]) {
    const entries = form([image]);
    const ids = diffIds(image);
    const order = entries
      .map(({ body = '' }) => ids.indexOf(`sha256:${sha256(Buffer.from(body))}`))
      .filter((index) => index >= 0);
    const data = tar(entries);
    const last = order[1]!;
    const cut = data.indexOf(layers[last]!) + 2000;
    const { yielded, contents } = await scanned(data.subarray(0, cut), { diffIds: diffIds(image) });
    assert.match(contents.problems.join(), /cut short inside “/);
    assert.ok(yielded.every((layer) => firstName(layer) === `from-${layer.index + 1}`));
    // Only since Docker 25 does the blob's name say which layer it is.
    assert.deepEqual(
      yielded.map(({ index }) => index),
      form === hybridSave ? order.slice(0, 2) : order.slice(0, 1),
    );
    if (form === hybridSave) assert.match(yielded[1]!.problems.join(), /cut short inside “from-/);
  }
});

test('progress is told in bytes of the stream', async () => {
  const data = tar(hybridSave([image]));
  const told: ScanProgress[] = [];
  await scanned(data, { onProgress: (progress) => told.push(progress) });
  assert.deepEqual(told.at(-1), { layer: undefined, bytes: data.length, total: undefined });
  assert.ok(told.every(({ bytes }, i) => i === 0 || bytes > told[i - 1]!.bytes));
});

test('an error of the stream rises', async () => {
  const breaking = (async function* () {
    yield* inChunks(tar(hybridSave([image])).subarray(0, 5000));
    throw new Error('socket hang up');
  })();
  await assert.rejects(scanned(breaking), /socket hang up/);
});

test('plan: asked of regular files only that are not empty, given the whole body up to its limit', async () => {
  const asked: string[] = [];
  const plan = {
    want: (path: string, size: number, mode: number) => {
      asked.push(`${path} ${size} ${mode.toString(8)}`);
      return path.endsWith('wanted') ? { kind: 'k', limit: 5 } : undefined;
    },
    extract: (kind: string, path: string, bytes: Uint8Array) =>
      path.startsWith('/no') ? undefined : `${kind} ${path} ${Buffer.from(bytes)}`,
  };
  const layer = tar([
    file('d/wanted', 'long enough', { mode: 0o755 }),
    symlink('link-wanted', 'd'),
    file('no-wanted', 'x'),
    file('other'),
  ]);
  const { yielded } = await scanned(tar(hybridSave([{ layers: [layer] }])), { plan });
  assert.deepEqual(asked, ['/d/wanted 11 755', '/no-wanted 1 644']);
  assert.deepEqual(yielded[0]!.facts, [{ kind: 'k', path: '/d/wanted', value: 'k /d/wanted long ', node: 2 }]);
});
