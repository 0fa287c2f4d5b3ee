/** The explorer, on Podman 4.3 as it speaks Docker's language: its saves have layers that are links, and names begin with `localhost/`. Run by `npm run prove`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Filesystem } from '../../server/images/filesystem.ts';
import { openImage } from '../../server/images/open.ts';
import { skipUnless } from '../support/engine.ts';
import { podmanReason, startPodman } from '../support/podman.ts';
import { differences, exploredFiles } from './explored.ts';
import { testExplorer } from './explorer-tests.ts';
import { debianReason, importDebian } from './odd-image.ts';

const skip = skipUnless(podmanReason() ?? debianReason());
const never = new AbortController().signal;

testExplorer({ name: 'Podman 4.3', start: startPodman, podman: true, skip });

test('Podman 4.3: layers in zstd:chunked, a frame for each file and its own table of contents, are read as they were stored', {
  skip,
}, async () => {
  const engine = await startPodman();
  try {
    await importDebian(engine, 'debian:x');
    const layout = join(engine.folder, 'chunked');
    const storage = [`--root=${join(engine.folder, 'data')}`, `--runroot=${join(engine.folder, 'run')}`];
    const push = [
      'push',
      '--quiet',
      '--compression-format=zstd:chunked',
      'docker.io/library/debian:x',
      `oci:${layout}`,
    ];
    await engine.enter(['podman', ...storage, ...push]);
    const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
    const blob = (digest: string) => readFileSync(join(layout, 'blobs', digest.replace(':', '/')));
    const [layer] = JSON.parse(blob(index.manifests[0].digest).toString()).layers;
    const stored = blob(layer.digest);
    assert.equal(stored.readUInt32LE(0), 0xfd2fb528, 'it is no zstd');
    assert.ok(stored.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 4) > 0, 'it is one frame');

    const [chunked, own] = [await explored(`oci:${layout}`), await explored('docker-daemon:debian:x', engine.address)];
    assert.ok(own.size > 1000);
    assert.deepEqual(differences(chunked, own), []);
  } finally {
    await engine.stop();
  }
});

async function explored(reference: string, engineAddress?: string) {
  const image = await openImage(reference, { signal: never, engineAddress });
  const filesystem = new Filesystem();
  for await (const { index, files, problems } of image.scan(
    { want: () => undefined, extract: () => undefined },
    never,
    () => {},
  )) {
    // Of an imported tar, Podman 4.3 leaves out the padding behind its end, so that the layer is not the one that its own configuration names; “zstd -d” says so too.
    assert.ok(
      problems.every((problem) => /its digest differs from the configuration's/.test(problem)),
      `${problems}`,
    );
    filesystem.add(index, files);
  }
  await image.close();
  return exploredFiles(filesystem);
}
