/**
 * The explorer, on the engine of Debian 13 (26.1) with both of its image stores, whatever engine this machine has. With containerd's store a save is an
 * OCI layout whose layers are compressed, and an ID is that of an index; with the classic one it is both an OCI layout and Docker's own form.
 * Run by `npm run prove`; the first time, Debian's packages are fetched.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Filesystem } from '../../server/images/filesystem.ts';
import { openEngineImage } from '../../server/images/sources/engine.ts';
import { engineReason, run, skipUnless, startEngine } from '../support/engine.ts';
import { engine26, engine26Reason } from './engine-26.ts';
import { differences, exploredFiles } from './explored.ts';
import { testExplorer } from './explorer-tests.ts';
import { exportedFiles, type Files, injected } from './exported.ts';
import { build, debianReason, importDebian } from './odd-image.ts';

const never = new AbortController().signal;
const skip = skipUnless(engineReason() ?? debianReason() ?? engine26Reason());

testExplorer({ name: 'Engine 26.1, containerd’s store', start: () => start(true), skip });
testExplorer({ name: 'Engine 26.1, classic store', start: () => start(false), skip });

test('Engine 26.1, containerd’s store: layers come compressed, and an attestation that comes along is no image', {
  skip,
}, async () => {
  const engine = await start(true);
  try {
    await importDebian(engine, 'debian:x');
    const context = await build(engine, 'classic', 'plain', 'FROM debian:x\nRUN rm -r /usr/share/doc\n');
    const buildx = ['docker', '--host', engine.address, 'buildx', 'build', '--network=none', '--provenance=true'];
    await engine.enter([...buildx, '--tag', 'attested', context]);

    const file = join(engine.folder, 'attested.tar');
    await engine.docker(['save', '--output', file, 'attested']);
    const blobs = (await run('tar', ['--list', '--file', file]))
      .split('\n')
      .filter((path) => /^blobs\/sha256\/./.test(path));
    const unpacked = join(engine.folder, 'attested');
    mkdirSync(unpacked);
    await run('tar', ['--extract', '--directory', unpacked, '--file', file]);
    const contents = await Promise.all(blobs.map((path) => readFile(join(unpacked, path), 'latin1')));
    assert.ok(
      contents.some((text) => text.startsWith('\x1f\x8b')),
      'no layer is compressed with gzip',
    );
    assert.ok(
      contents.some((text) => text.includes('"attestation-manifest"')),
      'no attestation was made',
    );

    const image = await openEngineImage('attested', { address: engine.address }, never);
    const filesystem = new Filesystem();
    const layers = [];
    for await (const layer of image.scan({ want: () => undefined, extract: () => undefined }, never, () => {}))
      layers.push(layer);
    for (const { index, files } of layers.sort((a, b) => a.index - b.index)) filesystem.add(index, files);
    assert.equal(layers.length, 2);
    assert.deepEqual(
      differences(without(exploredFiles(filesystem)), without(await exportedFiles(engine, 'attested'))),
      [],
    );
    assert.match((await image.describe(never)).problems.join(), /is no image but says something of it/);
  } finally {
    await engine.stop();
  }
});

const without = (files: Files): Files => new Map([...files].filter(([path]) => !injected.has(path)));

const start = async (containerd: boolean) =>
  startEngine({ root: await engine26(), configuration: { features: { 'containerd-snapshotter': containerd } } });
