/**
 * Images as people have them, on every engine: each file is as `docker export` lays it out, each layer has what GNU tar reads in it, packages are those that their own managers list,
 * and one image gives one report, whether it comes from an engine, an archive, an OCI layout or a registry. Run by `npm run prove`; TRIED=debian,odd names some of the images.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ImageService, type ImageServiceOptions } from '../../server/image-service.ts';
import { openImage } from '../../server/images/open.ts';
import type { ImageReport } from '../../server/inspect/report.ts';
import { packagesReason } from '../bases/debian.ts';
import { engineReason, networkReason, run, skipUnless, startEngine, type TestEngine } from '../support/engine.ts';
import { podmanReason, startPodman } from '../support/podman.ts';
import { startRealRegistry } from '../support/real-registry.ts';
import { engine26, engine26Reason } from './engine-26.ts';
import { differences, shownFiles } from './explored.ts';
import { exportedFiles, type Files, injected, made, type OneFile } from './exported.ts';
import { asTarReadsIt, asWeRead, differingLines } from './layers.ts';
import { managerDifferences } from './managers.ts';
import { aligned } from './table.ts';
import { type SavedImage, saveImages } from './ten-images.ts';

const never = new AbortController().signal;
const names = process.env.TRIED?.split(',');
const engines = [
  { where: 'Engine 20.10', start: () => startEngine() },
  { where: 'Engine 26.1, containerd’s store', start: () => start26(true) },
  { where: 'Engine 26.1, classic store', start: () => start26(false) },
  { where: 'Podman 4.3', start: startPodman },
];
const skip = skipUnless(engineReason() ?? networkReason() ?? packagesReason() ?? engine26Reason() ?? podmanReason());
const elsewhere = 'archive, layout, registry';
/** By image and place: how many differences, of how many paths and entries of layers. */
const found = new Map<string, Map<string, { paths: number; entries: string; differences: number }>>();
const managed = new Map<string, string[]>();
let folder = '';
let saving: Promise<readonly SavedImage[]> | undefined;
/** By image: what its archive says, which every other source has to say as well. */
const expected = new Map<string, ImageReport>();

after(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
  console.log(`\n${aligned(table())}\n`);
});

/** A line for each image: what was compared, and the differences in each place; a dash where it was not, or failed. */
function table(): string[][] {
  const places = [elsewhere, ...engines.map(({ where }) => where)];
  const seen = (values: readonly (string | number)[]) => [...new Set(values)].filter(Boolean).join('/');
  const rows = [...found].map(([image, by]) => [
    short(image),
    seen([...by.values()].map(({ paths }) => paths)),
    seen([...by.values()].map(({ entries }) => entries)),
    `${expected.get(image)?.packages.length ?? ''}`,
    ...places.map((place) => `${by.get(place)?.differences ?? '–'}`),
    (managed.get(image) ?? []).join(', '),
  ]);
  return [['image', 'paths', 'entries of layers', 'packages', ...places, 'held against'], ...rows];
}

function note(image: string, place: string, paths: number, entries: string, differences: number): void {
  const by = found.get(image) ?? found.set(image, new Map()).get(image)!;
  by.set(place, { paths, entries, differences });
}

const images = () =>
  (saving ??= (async () => {
    folder = await mkdtemp(join(tmpdir(), 'distroless-images-'));
    return saveImages(folder, (name) => names?.includes(name) ?? true);
  })());

test('an archive, an OCI layout and a registry give the same report', { skip }, async () => {
  const registry = await startRealRegistry();
  try {
    for (const { name, archive, layout } of await images()) {
      const report = await reportOf(`docker-archive:${archive}`);
      assert.deepEqual(report.problems, []);
      expected.set(name, report);
      await registry.pushLayout(name.replace(/:.*/, ''), '1', layout);
      const oci = join(layout, '../oci.tar');
      await run('tar', ['--create', '--exclude=manifest.json', '--file', oci, '--directory', layout, '.']);
      const references = [`oci-archive:${oci}`, `oci:${layout}`, `docker://${registry.host}/${name}`];
      for (const reference of references)
        assert.deepEqual(await reportOf(reference), report, reference.replace(/:.*/, ` of ${name}`));
      note(name, elsewhere, 0, '', 0);
    }
  } finally {
    await registry.stop();
  }
});

test('packages, and the package of each file, are those that dpkg, pip and npm say in a container of the image', {
  skip,
}, async (t) => {
  const engine = await startEngine();
  const service = new ImageService({ engineAddress: engine.address });
  try {
    for (const { name, archive, managers } of await images()) {
      if (managers.length > 0) await engine.docker(['load', '--input', archive]);
      for (const manager of managers) {
        await t.test(`${manager} in ${name}`, async () => {
          const { packages, files, different } = await managerDifferences(engine, name, manager, service);
          const what = files > 0 ? `${packages} packages, ${files} paths` : `${packages} packages`;
          managed.set(name, [...(managed.get(name) ?? []), `${manager}: ${what}, ${different.length} differ`]);
          assert.deepEqual(different, []);
          assert.ok(packages > 0);
        });
      }
      await service.close(`docker-daemon:${name}`);
    }
  } finally {
    await service.closeAll();
    await engine.stop();
  }
});

for (const { where, start } of engines) {
  test(`${where}: files, layers and reports of the images`, { skip }, async (t) => {
    const engine = await start();
    try {
      for (const image of await images()) {
        await t.test(image.name, () => compare(engine, where, image));
        await engine.docker(['image', 'rm', '--force', image.name]);
      }
    } finally {
      await engine.stop();
    }
  });
}

async function compare(engine: TestEngine, where: string, { name, archive }: SavedImage): Promise<void> {
  await engine.docker(['load', '--input', archive]);
  const options = { engineAddress: engine.address };
  const service = new ImageService(options);
  const shown = without(await shownFiles(service.files(`docker-daemon:${name}`, { kind: 'image' }, never)));
  await service.closeAll();
  const container = without(await exportedFiles(engine, name));
  for (const path of made) if (!shown.has(path)) container.delete(path);
  // A hard link to what is no file is no row of its own.
  const exported = new Map(
    [...container].map(([path, file]) => [path, file.type === 'file' ? file : { ...file, links: undefined }]),
  );
  const files = differences(shown, exported);

  const saved = join(engine.folder, 'saved.tar');
  await engine.docker(['save', '--output', saved, name]);
  const layers = await layerDifferences(saved, engine.folder);
  const report = expected.get(name);
  assert.deepEqual(await reportOf(`docker-daemon:${name}`, options), report);
  assert.deepEqual(await reportOf(`docker-archive:${saved}`), report);
  note(name, where, exported.size, `${layers.entries} in ${layers.layers}`, files.length + layers.different.length);
  assert.deepEqual([...files, ...layers.different], []);
}

/** Of each layer, as the engine itself saves it. */
async function layerDifferences(archive: string, parent: string) {
  const unpacked = join(parent, 'unpacked');
  await mkdir(unpacked);
  const image = await openImage(`docker-archive:${archive}`, { signal: never });
  try {
    await run('tar', ['--extract', '--file', archive, '--directory', unpacked]);
    const [{ Layers }] = JSON.parse(await readFile(join(unpacked, 'manifest.json'), 'utf8'));
    const different: string[] = [];
    let entries = 0;
    for await (const { index, files } of image.scan(
      { want: () => undefined, extract: () => undefined },
      never,
      () => {},
    )) {
      const theirs = await asTarReadsIt(join(unpacked, Layers[index]));
      entries += theirs.size;
      different.push(...differingLines(asWeRead(files), theirs).map((line) => `layer ${index + 1}: ${line}`));
    }
    return { layers: Layers.length as number, entries, different };
  } finally {
    await image.close();
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** What cannot be the same is left out: the digests of compressed layers, which a classic store does not have. */
async function reportOf(reference: string, options: ImageServiceOptions = {}): Promise<ImageReport> {
  const service = new ImageService(options);
  try {
    await service.report(reference, never);
    await service.verified(reference, never);
    const { layers, ...report } = await service.report(reference, never);
    return { ...report, layers: layers.map((layer) => ({ ...layer, digest: undefined })) };
  } finally {
    await service.closeAll();
  }
}

const short = (name: string) => name.replace(/^tried\/|:1$/g, '');

const without = (files: Files): Map<string, OneFile> => new Map([...files].filter(([path]) => !injected.has(path)));

const start26 = async (containerd: boolean) =>
  startEngine({ root: await engine26(), configuration: { features: { 'containerd-snapshotter': containerd } } });
