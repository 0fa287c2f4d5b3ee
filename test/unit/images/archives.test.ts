/** Archives and layouts in every form that tools write them, and what is left of them when they are damaged. */
import assert from 'node:assert/strict';
import { symlink as link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ImageService } from '../../../server/image-service.ts';
import { listArchive, openImage } from '../../../server/images/open.ts';
import { ImageError } from '../../../server/images/source.ts';
import { imageView } from '../../../server/images/view.ts';
import { forPlatform } from '../../../server/protocol.ts';
import {
  blobPath,
  type Compression,
  compressed,
  configOf,
  diffIds,
  dir,
  type Entry,
  file,
  hybridSave,
  type Image,
  legacySave,
  ociBlobs,
  ociLayout,
  sha256,
  symlink,
  tar,
  whiteout,
} from '../../support/image-builder.ts';
import { archiveWith, folderWith, never, noPlan, opened, paths } from '../../support/images.ts';

const lower = tar([dir('etc'), file('etc/os-release', 'ID=test\n'), file('gone')]);
const upper = tar([file('app', 'the application'), whiteout('gone')]);
const image: Image = {
  name: 'app:1',
  layers: [lower, upper],
  history: [{ created_by: 'FROM' }, { created_by: 'ENV', empty_layer: true }, { created_by: 'COPY' }],
};
const files = ['/etc/', '/etc/os-release', '/app'];

const forms: Readonly<Record<string, (image: Image) => Entry[]>> = {
  'docker save up to 24': (image) => legacySave([image]),
  'docker save since 25': (image) => hybridSave([image]),
  'OCI archive': (image) => ociLayout([image]),
  'OCI archive, gzip': (image) => ociLayout([{ ...image, compression: 'gzip' }]),
  'OCI archive, zstd': (image) => ociLayout([{ ...image, compression: 'zstd' }]),
  'OCI archive, zstd:chunked': (image) => ociLayout([{ ...image, compression: 'zstd:chunked' }]),
  'containerd store, each layer another way': (image) =>
    hybridSave([{ ...image, compression: ['zstd', 'gzip', 'none'] }]),
  'names with ./ in front': (image) => hybridSave([image]).map((entry) => ({ ...entry, name: `./${entry.name}` })),
  'manifest in front': (image) => hybridSave([image]).reverse(),
  'skopeo: layers are links': (image) => {
    const entries = legacySave([image]);
    return entries.flatMap((entry) => {
      if (!`${entry.name}`.endsWith('/layer.tar')) return [entry];
      const blob = `${sha256(Buffer.from(entry.body ?? ''))}.tar`;
      return [file(blob, entry.body), symlink(`${entry.name}`, `../${blob}`)];
    });
  },
  'kaniko: names with a colon': (image) => {
    const config = configOf(image);
    const layers = image.layers.map((layer) => compressed(layer, 'gzip'));
    return [
      file(`sha256:${sha256(config)}`, config),
      ...layers.map((layer) => file(`${sha256(layer)}.tar.gz`, layer)),
      file(
        'manifest.json',
        JSON.stringify([
          {
            Config: `sha256:${sha256(config)}`,
            RepoTags: [image.name],
            Layers: layers.map((layer) => `${sha256(layer)}.tar.gz`),
          },
        ]),
      ),
    ];
  },
};

const wrappings: Readonly<Record<string, (data: Buffer) => Buffer>> = {
  plain: (data) => data,
  'gzip as a whole': gzipSync,
  'zstd as a whole': zstdCompressSync,
};

for (const [form, entries] of Object.entries(forms)) {
  for (const [wrapping, wrap] of Object.entries(wrappings)) {
    test(`${form}, ${wrapping}`, async (t) => {
      const { description, filesystem, layers, problems } = await opened(
        await archiveWith(t, wrap(tar(entries(image)))),
      );
      assert.deepEqual(problems, []);
      assert.deepEqual(paths(filesystem), files);
      assert.deepEqual(
        description.layers.map(({ index, createdBy, diffId }) => [index, createdBy, diffId]),
        [
          [0, 'FROM', diffIds(image)[0]],
          [undefined, 'ENV', undefined],
          [1, 'COPY', diffIds(image)[1]],
        ],
      );
      assert.deepEqual(description.names, ['app:1']);
      assert.equal(description.platform, 'linux/amd64');
      // Where all of a layer went through our hands, its digest is known; a plain one in a plain archive is skipped over.
      for (const { index, diffId } of layers) assert.ok(diffId === undefined || diffId === diffIds(image)[index]);
    });
  }
}

for (const wrapping of Object.keys(wrappings)) {
  for (const compression of ['none', 'gzip', 'zstd'] satisfies Compression[]) {
    test(`a file is read out of a layer: ${compression} in ${wrapping}`, async (t) => {
      const big = 'x'.repeat(300_000);
      const layer = tar([file('first', big), file('wanted', 'the body', { pax: { uid: '70000' } }), file('last')]);
      const path = await archiveWith(
        t,
        wrappings[wrapping]!(tar(hybridSave([{ layers: [lower, layer], compression }]))),
      );
      const opened = await openImage(path, { signal: never });
      t.after(() => opened.close());
      const offsets = new Map<string, number>();
      for await (const { index, files } of opened.scan(noPlan, never, () => {})) {
        for (let node = 1; node < files.count; node++)
          if (index === 1) offsets.set(Buffer.from(files.tree.name(node)).toString(), files.offsets[node]!);
      }
      const body = await opened.read({ layer: 1, offset: offsets.get('wanted')! }, 100, never);
      assert.deepEqual([Buffer.from(body.bytes).toString(), body.size, body.truncated], ['the body', 8, false]);
      const part = await opened.read({ layer: 1, offset: offsets.get('first')! }, 10, never);
      assert.deepEqual([Buffer.from(part.bytes).toString(), part.size, part.truncated], ['xxxxxxxxxx', 300_000, true]);
    });
  }
}

test('a layout in a folder', async (t) => {
  const folder = await folderWith(t, ociLayout([{ ...image, compression: 'gzip' }]));
  for (const reference of [folder, `oci:${folder}`, `oci:${folder}:app:1`])
    assert.deepEqual(paths((await opened(reference)).filesystem), files);
  await assert.rejects(opened(`oci:${folder}:other`), /has no image “other”\. It has: app:1\./);
});

test('a layout does not lead out of its folder', async (t) => {
  const secret = await archiveWith(t, lower, 'secret');
  const config = configOf({ layers: [lower] });
  const folder = await folderWith(t, [
    file('config.json', config),
    file(
      'manifest.json',
      JSON.stringify([{ Config: 'config.json', Layers: ['../'.repeat(20) + secret.slice(1), 'link', 'dir/blob'] }]),
    ),
  ]);
  await link(secret, join(folder, 'link'));
  await mkdir(join(folder, 'dir'));
  await link('../config.json', join(folder, 'dir', 'blob'));
  const { filesystem, layers } = await opened(`oci:${folder}`);
  assert.deepEqual(paths(filesystem), []);
  assert.deepEqual(
    layers.map(({ problems }) => problems[0]?.slice(0, 21)),
    ['Layer 1 is not here: ', 'Layer 2 is not here: ', 'Layer 3: it is not a '],
  );
});

test('several images: by name, by number, listed', async (t) => {
  const other: Image = { name: 'other:2', layers: [tar([file('other')])] };
  const nameless: Image = { layers: [tar([file('nameless')])] };
  const path = await archiveWith(t, legacySave([image, other, nameless]));
  const { images } = await listArchive(path, never);
  assert.deepEqual(
    images.map(({ reference, name }) => [reference.replace(path, 'FILE'), name]),
    [
      ['docker-archive:FILE:app:1', 'app:1'],
      ['docker-archive:FILE:other:2', 'other:2'],
      ['docker-archive:FILE:@2', 'linux/amd64'],
    ],
  );
  assert.deepEqual(paths((await opened(images[1]!.reference)).filesystem), ['/other']);
  assert.deepEqual(paths((await opened(images[2]!.reference)).filesystem), ['/nameless']);
  const first = await opened(path);
  assert.deepEqual(paths(first.filesystem), files, 'the first, when none is named');
  assert.deepEqual(first.problems, [
    'Here are 3 images, and this is the first. Another is opened by its name behind the path: app:1, other:2, @2.',
  ]);
  assert.deepEqual((await opened(images[1]!.reference)).problems, []);
});

test('names of Docker Hub are shown as the docker command shows them, and found by both', async (t) => {
  const path = await archiveWith(t, hybridSave([{ ...image, name: 'docker.io/library/app:1' }]));
  for (const name of ['app:1', 'docker.io/library/app:1'])
    assert.deepEqual((await opened(`docker-archive:${path}:${name}`)).description.names, ['app:1']);
});

test('a file whose name has colons', async (t) => {
  const path = await archiveWith(t, legacySave([image]), 'a:b:c.tar');
  const { images } = await listArchive(path, never);
  assert.deepEqual(paths((await opened(images[0]!.reference)).filesystem), files);
  assert.deepEqual(paths((await opened(`docker-archive:${path}:app:1`)).filesystem), files);
});

test('platforms: this machine’s, the one asked for, and what is not there', async (t) => {
  const of = (architecture: string, variant?: string): Image => ({
    layers: [tar([file(architecture + (variant ?? ''))])],
    platform: { os: 'linux', architecture, ...(variant && { variant }) },
  });
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const { blobs, descriptors, add } = ociBlobs([
    of('s390x'),
    of('riscv64', 'v9'),
    of('riscv64'),
    of('mips', 'v2'),
    of(architecture),
  ]);
  const absent = {
    ...descriptors[0]!,
    digest: `sha256:${'0'.repeat(64)}`,
    platform: { os: 'linux', architecture: 'mips' },
  };
  const index = add(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [absent, ...descriptors] })));
  const entries = [
    ...blobs,
    index.entry,
    file('index.json', JSON.stringify({ manifests: [{ digest: index.digest, size: index.size }] })),
  ];
  const path = await archiveWith(t, entries);
  assert.deepEqual(paths((await opened(path)).filesystem), [`/${architecture}`]);
  assert.deepEqual(paths((await opened(path, 'linux/s390x')).filesystem), ['/s390x']);
  assert.deepEqual(paths((await opened(path, 'linux/riscv64')).filesystem), ['/riscv64']);
  assert.deepEqual(paths((await opened(path, 'linux/riscv64/v9')).filesystem), ['/riscv64v9']);
  assert.deepEqual(paths((await opened(path, 'linux/mips')).filesystem), ['/mipsv2']);
  // What is not here cannot be chosen.
  const { platforms } = (await opened(path)).description;
  const here = ['linux/s390x', 'linux/riscv64/v9', 'linux/riscv64', 'linux/mips/v2', `linux/${architecture}`];
  assert.deepEqual(platforms, here);
  const packed = await archiveWith(t, gzipSync(tar(entries)));
  assert.deepEqual((await opened(packed)).description.platforms, here);
  const service = new ImageService();
  const reference = forPlatform(forPlatform(`oci-archive:${path}`, 'linux/mips/v2'), 'linux/s390x');
  assert.equal((await service.describe(reference, never)).platform, 'linux/s390x');
  assert.equal((await service.describe(`oci-archive:${path}`, never)).platform, `linux/${architecture}`);
  assert.deepEqual((await service.search({ reference, words: 's390x', limit: 9 }, never)).total, 1);
  await service.closeAll();
  await assert.rejects(
    opened(path, 'windows/amd64'),
    /not here for windows\/amd64; it is here for linux\/s390x, linux\/riscv64\/v9, /,
  );
});

test('attestations are named, and not taken for images', async (t) => {
  const { blobs, descriptors } = ociBlobs([
    image,
    { layers: [], platform: { os: 'unknown', architecture: 'unknown' } },
  ]);
  const attestation = { ...descriptors[1]!, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } };
  const path = await archiveWith(t, [
    ...blobs,
    file('index.json', JSON.stringify({ manifests: [attestation, descriptors[0]!, { ...descriptors[1]! }] })),
  ]);
  const { images } = await listArchive(path, never);
  assert.equal(images.length, 1);
  const both = await archiveWith(t, [
    ...blobs,
    file('index.json', JSON.stringify({ manifests: [{ ...descriptors[0]!, annotations: {} }, attestation] })),
  ]);
  const { filesystem, description } = await opened(both);
  assert.deepEqual(paths(filesystem), files);
  assert.deepEqual(description.problems.length, 1);
  assert.match(description.problems[0]!, new RegExp(`${attestation.digest}.*not shown`));
});

test('indexes that lead to themselves or to a million others come to an end', async (t) => {
  const bottom = Buffer.from('{"manifests":[]}');
  let index = { entry: file(blobPath(bottom), bottom), digest: `sha256:${sha256(bottom)}` };
  const entries = [index.entry];
  for (let depth = 0; depth < 20; depth++) {
    const manifests = Array.from({ length: 100 }, () => ({ digest: index.digest }));
    index = ociBlobs([]).add(Buffer.from(JSON.stringify({ depth, manifests })));
    entries.push(index.entry);
  }
  const loop = file(
    `blobs/sha256/${'a'.repeat(64)}`,
    JSON.stringify({ manifests: [{ digest: `sha256:${'a'.repeat(64)}` }] }),
  );
  const top = { manifests: [{ digest: index.digest }, { digest: `sha256:${'a'.repeat(64)}` }] };
  const { images, problems } = await listArchive(
    await archiveWith(t, [...entries, loop, file('index.json', JSON.stringify(top))]),
    never,
  );
  assert.deepEqual([images.length, problems.length > 0], [0, true]);
});

test('a document that is index and manifest at once is refused', async (t) => {
  const both = ociBlobs([]).add(Buffer.from('{"manifests":[],"layers":[],"config":{}}'));
  const path = await archiveWith(t, [
    both.entry,
    file('index.json', JSON.stringify({ manifests: [{ digest: both.digest }] })),
  ]);
  assert.match((await listArchive(path, never)).problems.join(), /two ways/);
});

test('a layer that is not here is a problem of that layer alone', async (t) => {
  const entries = ociLayout([image]).filter(({ name }) => name !== blobPath(lower));
  for (const wrap of Object.values(wrappings)) {
    const { filesystem, problems } = await opened(await archiveWith(t, wrap(tar(entries))));
    assert.deepEqual(paths(filesystem), ['/app']);
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^Layer 1 is not here/);
  }
});

test('foreign layers that are not here are named as such, in either form', async (t) => {
  const { blobs, descriptors } = ociBlobs([image]);
  const manifest = JSON.parse(`${blobs.find(({ name }) => `${name}`.endsWith(descriptors[0]!.digest.slice(7)))?.body}`);
  manifest.layers[0] = {
    mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    digest: `sha256:${'f'.repeat(64)}`,
    size: 7,
    urls: ['https://maker.example/layer'],
  };
  const document = Buffer.from(JSON.stringify(manifest));
  const index = { manifests: [{ digest: `sha256:${sha256(document)}` }] };
  const layout = [...blobs, file(blobPath(document), document), file('index.json', JSON.stringify(index))];
  const foreign = /^Layer 1 is not here: it is a foreign layer, which its maker alone gives out\./;
  const oci = await opened(await archiveWith(t, layout));
  assert.match(oci.problems.join('\n'), foreign);
  assert.deepEqual(paths(oci.filesystem), ['/app']);

  const [first] = diffIds(image);
  const LayerSources = {
    [first!]: { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', size: 7 },
  };
  const save = legacySave([image])
    .filter(({ body }) => !Buffer.from(body ?? '').equals(lower))
    .map((entry) =>
      entry.name === 'manifest.json'
        ? file('manifest.json', JSON.stringify([{ ...JSON.parse(`${entry.body}`)[0], LayerSources }]))
        : entry,
    );
  const docker = await opened(await archiveWith(t, save));
  assert.match(docker.problems.join('\n'), foreign);
});

test('an archive compressed as a whole with what cannot be read is recognised', async (t) => {
  const xz = Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), Buffer.alloc(600)]);
  await assert.rejects(
    opened(await archiveWith(t, xz)),
    /cannot be read: it is compressed with xz, which is not supported: write the image again with gzip, zstd or no compression\./,
  );
});

test('one layer twice is read once, and is there twice', async (t) => {
  const twice: Image = { layers: [lower, upper, lower] };
  const { filesystem, layers } = await opened(await archiveWith(t, hybridSave([twice])));
  assert.deepEqual(paths(filesystem), ['/etc/', '/etc/os-release', '/app', '/gone']);
  assert.equal(layers[0]!.files, layers[2]!.files);
});

test('a layer compressed with what cannot be read names it', async (t) => {
  const xz = Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), Buffer.alloc(600)]);
  const config = configOf(image);
  const entries = [
    file('c.json', config),
    file('1.tar', xz),
    file('2.tar', upper),
    file('manifest.json', JSON.stringify([{ Config: 'c.json', Layers: ['1.tar', '2.tar'] }])),
  ];
  const { filesystem, problems } = await opened(await archiveWith(t, entries));
  assert.deepEqual(paths(filesystem), ['/app']);
  assert.match(problems.join(), /^Layer 1: .*compressed with xz/);
  await assert.rejects(opened(await archiveWith(t, xz)), /compressed with xz/);
});

test('media types are not believed, bytes are', async (t) => {
  // ociLayout calls every layer a plain tar.
  const { filesystem, problems } = await opened(
    await archiveWith(t, ociLayout([{ ...image, compression: ['gzip', 'zstd'] }])),
  );
  assert.deepEqual([paths(filesystem), problems], [files, []]);
});

test('gzip in several members is one layer', async (t) => {
  const layer = Buffer.concat([gzipSync(lower.subarray(0, 700)), gzipSync(lower.subarray(700))]);
  const entries = [
    file('c.json', configOf({ layers: [lower] })),
    file('l', layer),
    file('manifest.json', JSON.stringify([{ Config: 'c.json', Layers: ['l'] }])),
  ];
  const { filesystem, problems } = await opened(await archiveWith(t, entries));
  assert.deepEqual([paths(filesystem), problems], [['/etc/', '/etc/os-release', '/gone'], []]);
});

test('eStargz: a member of gzip for each file; its table of contents is no file of the image', async (t) => {
  // As stargz-snapshotter's estargz.md lays it out: entries, the end mark, and behind it a tar with the table, and a footer without data.
  const contents = Buffer.concat([lower, tar([file('stargz.index.json', '{"version":1,"entries":[]}')])]);
  const members = [0, 512, 1024, lower.length].map((from, i, all) => gzipSync(contents.subarray(from, all[i + 1])));
  const layer = Buffer.concat([...members, gzipSync('')]);
  const config = configOf({ layers: [contents] });
  const entries = [
    file('c.json', config),
    file('l', layer),
    file('manifest.json', JSON.stringify([{ Config: 'c.json', Layers: ['l'] }])),
  ];
  const { filesystem, problems, layers } = await opened(await archiveWith(t, entries));
  assert.deepEqual([paths(filesystem), problems], [['/etc/', '/etc/os-release', '/gone'], []]);
  // What stands behind the end mark counts for the digest all the same.
  assert.deepEqual(
    layers.map(({ verification }) => verification),
    ['verified'],
  );
});

test('a layer that is not the one of the configuration is told, where its digest is known', async (t) => {
  const entries = ociLayout([{ ...image, compression: 'gzip' }]).map((entry) =>
    entry.name === blobPath(compressed(upper, 'gzip')) ? file(entry.name, compressed(lower, 'gzip')) : entry,
  );
  const { problems } = await opened(await archiveWith(t, entries));
  assert.match(problems.join('\n'), /Layer 2 is not the one that the image was made with/);
});

test('of two entries of one name in an archive the last counts, as on disk', async (t) => {
  const other = JSON.stringify([{ Config: 'none', Layers: [blobPath(upper)] }]);
  const cases: [string, string[]][] = [
    [other, ['/app']],
    ['no JSON', files],
  ];
  for (const [last, expected] of cases) {
    const entries = [
      file('manifest.json', JSON.stringify([{ Config: 'none', Layers: [blobPath(lower)] }])),
      ...hybridSave([image]).filter(({ name }) => !/json/.test(`${name}`)),
      file('manifest.json', last),
    ];
    for (const wrap of Object.values(wrappings))
      assert.deepEqual(paths((await opened(await archiveWith(t, wrap(tar(entries))))).filesystem), expected, last);
  }
});

test('a tar of files is shown as one layer', async (t) => {
  for (const wrap of Object.values(wrappings)) {
    const { filesystem, description } = await opened(await archiveWith(t, wrap(lower)));
    assert.deepEqual(paths(filesystem), ['/etc/', '/etc/os-release', '/gone']);
    assert.match(description.problems.join(), /holds no image, but files/);
  }
});

test('a tar of files that are called like parts of an image is a tar of files', async (t) => {
  const { filesystem } = await opened(
    await archiveWith(t, [file('manifest.json', '{"name":"a web page"}'), file('index.json', '[]'), file('page')]),
  );
  assert.deepEqual(paths(filesystem), ['/index.json', '/manifest.json', '/page']);
});

test('a blob of a layout that cannot be read costs its layer alone', async (t) => {
  const folder = await folderWith(t, ociLayout([image]));
  const layout = await openImage(folder, { signal: never });
  t.after(() => layout.close());
  await rm(join(folder, blobPath(lower)));
  const problems: (readonly string[])[] = [];
  for await (const layer of layout.scan(noPlan, never, () => {})) problems.push(layer.problems);
  assert.match(problems[0]!.join(), /^Layer 1: it is missing: .*cannot be read \(ENOENT\)/);
  assert.deepEqual(problems[1], []);
});

test('what is no archive', async (t) => {
  for (const data of ['', 'text', 'x'.repeat(5000), '{"json":true}']) {
    await assert.rejects(
      opened(await archiveWith(t, Buffer.from(data))),
      (error) => error instanceof ImageError && /is not an image archive/.test(error.message),
    );
  }
  await assert.rejects(opened(await archiveWith(t, gzipSync('text'))), /is not an image archive/);
  await assert.rejects(opened('/no/such/file.tar'), /There is no file “\/no\/such\/file\.tar”/);
  await assert.rejects(opened(await folderWith(t, [file('x', '')])), /not an OCI layout|is not a file/);
  await assert.rejects(opened('containers-storage:alpine'), /cannot be opened yet/);
});

test('cut short anywhere: what is there is shown, what is missing is told', async (t) => {
  for (const form of [legacySave, hybridSave]) {
    const whole = tar(form([image]));
    for (const wrap of Object.values(wrappings)) {
      for (let length = 512; length < whole.length; length += 512) {
        const path = await archiveWith(t, wrap(whole.subarray(0, length)));
        try {
          const { problems } = await opened(path);
          assert.ok(
            problems.length > 0 || whole.length - length <= 1024,
            `nothing is said of ${length} of ${whole.length} bytes`,
          );
        } catch (error) {
          assert.ok(error instanceof ImageError, `${error}`);
        }
      }
    }
  }
});

test('without the manifest, layers are found and put in order', async (t) => {
  // Each takes away what the one below it brought: in no other order would the last alone be left.
  const six: Image = { layers: Array.from({ length: 6 }, (_, i) => tar([file(`${i}`), whiteout(`${i - 1}`)])) };
  for (const form of [legacySave, hybridSave, ociLayout]) {
    const entries = form([six]).filter(({ name }) => !/^(manifest|index)\.json$/.test(`${name}`));
    for (const wrap of Object.values(wrappings)) {
      const { filesystem, problems } = await opened(await archiveWith(t, wrap(tar(entries))));
      assert.deepEqual(paths(filesystem), ['/5']);
      assert.match(problems.join(), /no manifest.*in the order that they name themselves/);
    }
    const bare = entries.filter(({ name }) => !/json$/.test(`${name}`) && name !== blobPath(configOf(six)));
    assert.match((await opened(await archiveWith(t, bare))).problems.join(), /in the order in which they lie in it/);
  }
});

test('what is not JSON, or has another shape, is not there', async (t) => {
  const names = ['manifest.json', 'index.json', blobPath(configOf(image))];
  for (const name of names) {
    for (const body of [
      '',
      '{',
      '[]',
      '{}',
      'null',
      '[null]',
      '[{}]',
      '{"manifests":{}}',
      '[{"Config":5,"Layers":7}]',
      '{"manifests":[{"digest":5}]}',
      '{"manifests":[{"digest":"sha256:../../x"}]}',
      '['.repeat(100_000),
    ]) {
      const path = await archiveWith(
        t,
        hybridSave([image]).map((entry) => (entry.name === name ? file(name, body) : entry)),
      );
      try {
        await opened(path);
      } catch (error) {
        assert.ok(error instanceof ImageError, `${name} ${body.slice(0, 30)}: ${error}`);
      }
    }
  }
});

test('reading an archive writes nothing and leaves nothing open', async (t) => {
  const path = await archiveWith(t, hybridSave([image]));
  const opened = await openImage(path, { signal: never });
  for await (const _ of opened.scan(noPlan, never, () => {}));
  await opened.close();
  await writeFile(path, '');
  await assert.rejects(opened.read({ layer: 0, offset: 0 }, 10, never));
});

test('a scan that is cancelled ends at once', async (t) => {
  const many: Image = {
    layers: Array.from({ length: 20 }, (_, i) => tar([file(`f${i}`, 'x'.repeat(100_000))])),
    compression: 'gzip',
  };
  for (const wrap of Object.values(wrappings)) {
    const opened = await openImage(await archiveWith(t, wrap(tar(hybridSave([many])))), { signal: never });
    const controller = new AbortController();
    let seen = 0;
    const scan = async () => {
      for await (const _ of opened.scan(noPlan, controller.signal, () => controller.abort())) seen++;
    };
    await assert.rejects(scan, { name: 'AbortError' });
    assert.ok(seen < 20);
    await opened.close();
  }
});

test('sizes and layers of the view come from the right layer', async (t) => {
  const { filesystem } = await opened(await archiveWith(t, hybridSave([image])));
  const view = imageView(filesystem);
  assert.deepEqual(
    [view.layer(view.find('/app')), view.size(view.find('/app')), view.layer(view.find('/etc/os-release'))],
    [1, 15, 0],
  );
});
