/** The whole way through a real engine, whichever: what our explorer shows of an image is what the engine itself lays out of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ImageService } from '../../server/image-service.ts';
import { capabilitiesText } from '../../server/images/capability.ts';
import { Filesystem } from '../../server/images/filesystem.ts';
import type { ScanPlan } from '../../server/images/image.ts';
import { marks } from '../../server/images/layer-files.ts';
import { openImage } from '../../server/images/open.ts';
import type { OpenImage, ScannedLayer } from '../../server/images/source.ts';
import { Container } from '../../server/images/sources/container.ts';
import { listEngine, openEngineImage } from '../../server/images/sources/engine.ts';
import { connectEngine } from '../../server/images/sources/engine-connect.ts';
import { inspectImage } from '../../server/images/sources/engine-inspect.ts';
import { readInContainer } from '../../server/images/sources/image-container.ts';
import type { FileEntry } from '../../server/images/view.ts';
import { run, type TestEngine } from '../support/engine.ts';
import { differences, exploredFiles, shownFiles } from './explored.ts';
import { exportContainer, exportedFiles, type Files, injected, made } from './exported.ts';
import { asTarReadsIt, asWeRead, differingLines } from './layers.ts';
import { type Builder, build, builders, buildOddImage, importDebian } from './odd-image.ts';

const never = new AbortController().signal;
const nothing: ScanPlan = { want: () => undefined, extract: () => undefined };
const debian = 'distroless-test/debian:13';

export interface Where {
  /** For the names of the tests. */
  readonly name: string;
  start(): Promise<TestEngine>;
  readonly skip: string | false;
  /** It is one, and says so. */
  readonly podman?: boolean;
}

/** Defines the tests, on an engine that the first of them starts. */
export function testExplorer({ name: where, start, skip, podman = false }: Where): void {
  let starting: Promise<TestEngine> | undefined;
  const theEngine = () => (starting ??= start());
  after(async () => (await starting?.catch(() => undefined))?.stop());

  let building: Promise<readonly Builder[]> | undefined;
  /** `odd-buildkit` where there is BuildKit, and `odd-classic`. */
  const oddImages = () => (building ??= buildAll());

  async function buildAll(): Promise<readonly Builder[]> {
    const engine = await theEngine();
    await importDebian(engine, debian);
    const all = await builders(engine);
    for (const builder of all) await buildOddImage(engine, builder, debian, `odd-${builder}`);
    return all;
  }

  const open = async (name: string) => openEngineImage(name, { address: (await theEngine()).address }, never);
  const explore = async (name: string) => exploreOpened(await open(name));

  test(`${where}: every file of an image is as in the container that the engine makes of it`, { skip }, async (t) => {
    for (const builder of await oddImages()) {
      const { filesystem } = await explore(`odd-${builder}`);
      const explored = exploredFiles(filesystem);
      const exported = await exportedFiles(await theEngine(), `odd-${builder}`);
      const [ours, theirs] = [without(explored, injected), without(exported, injected)];
      assert.deepEqual(differences(ours, theirs), []);
      t.diagnostic(
        `${builder}: ${theirs.size} files compared; set apart: ${[...injected].filter((path) => exported.has(path)).join(' ')}`,
      );

      // The proof is only as good as the image: it has to have what layers can have.
      const has = (mark: number) =>
        filesystem.layers.some((layer) => layer?.marks.subarray(0, layer.count).some((bits) => (bits & mark) !== 0));
      assert.ok(has(marks.whiteout), 'no whiteout in any layer');
      // containerd's store has a whiteout for each file instead.
      assert.ok(
        has(marks.opaque) || (await storeOf(await theEngine())) === 'overlayfs',
        'no opaque folder in any layer',
      );
      const types = new Set([...theirs.values()].map(({ type }) => type));
      assert.deepEqual([...types].sort(), ['block', 'char', 'directory', 'fifo', 'file', 'symlink']);
      assert.ok(
        [...theirs.values()].some(({ links, type }) => links && type === 'symlink'),
        'no hard link to a symbolic link',
      );
      assert.equal(theirs.get('/t/setgid')?.mode, 0o2755);
      assert.equal(theirs.get('/t/far')?.owner, '2000000000/2100000000');
      assert.equal(theirs.get('/t/able')?.capabilities, 'cap_setuid,cap_sys_admin=eip');
    }
  });

  test(`${where}: the rows and the report say the same of it, from the engine and from an archive`, {
    skip,
  }, async () => {
    const engine = await theEngine();
    for (const builder of await oddImages()) {
      const archive = join(engine.folder, 'report.tar');
      await engine.docker(['save', '--output', archive, `odd-${builder}`]);
      const service = new ImageService({ engineAddress: engine.address });
      const references = [`docker-daemon:odd-${builder}`, `docker-archive:${archive}`];
      const exported = without(await exportedFiles(engine, `odd-${builder}`), injected);
      const expected = new Map(
        [...exported].map(([path, file]) => [path, file.type === 'file' ? file : { ...file, links: undefined }]),
      );
      const reports = [];
      for (const reference of references) {
        const shown = await shownFiles(service.files(reference, { kind: 'image' }, never));
        assert.deepEqual(differences(without(shown, injected), expected), []);
        await service.verified(reference, never);
        reports.push(await service.report(reference, never));
      }
      const [a, b] = reports.map(({ layers, ...report }) => ({
        ...report,
        layers: layers.map(({ digest: _, ...layer }) => layer),
      }));
      assert.deepEqual(a, b);

      const privileged = [...exported]
        .filter(([, { type, mode }]) => type === 'file' && (mode & 0o6000) !== 0)
        .map(([path]) => path);
      const found = a!.components
        .filter(({ category }) => category === 'setuid-setgid')
        .flatMap(({ evidence }) => evidence.map(({ path }) => path));
      assert.ok(privileged.length > 3);
      assert.deepEqual([...found].sort(), privileged.sort());
      const { file, remove } = await exportContainer(engine, `odd-${builder}`);
      const installed = await run('sh', [
        '-c',
        'tar --extract --to-stdout --file "$1" var/lib/dpkg/status | sed -n "s/^Package: //p"',
        'sh',
        file,
      ]);
      await remove();
      assert.deepEqual(a!.packages.map(({ name }) => name).sort(), installed.trim().split('\n').sort());
      await service.closeAll();
    }
  });

  test(`${where}: a container’s folders, one by one, hold what the engine exports of it`, { skip }, async () => {
    const engine = await theEngine();
    for (const builder of await oddImages()) {
      const exported = without(await exportedFiles(engine, `odd-${builder}`), injected);
      const expected = new Map(
        [...exported].map(([path, file]) => [path, file.type === 'file' ? file : { ...file, links: undefined }]),
      );
      const id = (await engine.docker(['create', `odd-${builder}`])).trim();
      // Of a folder that is read by itself the tar has other names.
      for (const root of ['/', '/t']) {
        const shown = await shownFiles(walk(new Container(id, { address: engine.address }), root));
        const inRoot = new Map([...expected].filter(([path]) => path.startsWith(root === '/' ? '/' : '/t/')));
        assert.deepEqual(differences(comparable(without(shown, injected)), comparable(inRoot)), []);
      }
      await engine.docker(['rm', '--volumes', id]);
    }
  });

  /** Podman's archive endpoint gives everything to the container's user, and leaves out what is made when a container starts. */
  const comparable = (files: Files): Files =>
    !podman
      ? files
      : new Map(
          [...files]
            .filter(([path]) => !/^\/(dev|proc|sys)(\/|$)/.test(path))
            .map(([path, file]) => [path, { ...file, owner: '' }]),
        );

  test(`${where}: a file out of a container that is made for it is the image’s, and the container is gone`, {
    skip,
  }, async () => {
    const engine = await theEngine();
    const found = await connectEngine({ address: engine.address }, never);
    assert.ok(found.kind === 'connected');
    for (const builder of await oddImages()) {
      const { id } = await inspectImage(found.engine, `odd-${builder}`, undefined, never);
      const { bytes, size } = await readInContainer(found.engine, id, '/usr/bin/bash', 1e9, never);
      const { file, remove } = await exportContainer(engine, `odd-${builder}`);
      const expected = await sha256Of(file, '/usr/bin/bash');
      await remove();
      assert.deepEqual([createHash('sha256').update(bytes).digest('hex'), size], [expected, bytes.length]);
    }
    assert.equal(await engine.docker(['ps', '--all', '--quiet', '--filter', 'label=distroless.read']), '');
  });

  test(`${where}: an image from scratch too, in which the engine makes the folders it needs`, { skip }, async () => {
    const engine = await theEngine();
    await build(engine, 'classic', 'tiny', 'FROM scratch\nCOPY a /b/c\nCOPY a /etc/passwd\n', { a: 'a' });
    const explored = exploredFiles((await explore('tiny')).filesystem);
    const exported = await exportedFiles(engine, 'tiny');
    assert.deepEqual([...explored.keys()].sort(), ['/b', '/b/c', '/etc', '/etc/passwd']);
    const engines = new Set([...injected, ...made]);
    assert.deepEqual(differences(without(explored, engines), without(exported, engines)), []);
  });

  test(`${where}: an image without layers has a configuration and no files`, { skip }, async () => {
    await build(await theEngine(), 'classic', 'empty', 'FROM scratch\nENV A=b\n');
    const { image, layers } = await explore('empty');
    const described = await image.describe(never);
    assert.deepEqual(layers, []);
    assert.deepEqual(
      described.config.env.filter((line) => line.startsWith('A=')),
      ['A=b'],
    );
    assert.deepEqual(described.problems, ['The image has no layers: it is a configuration without files.']);
  });

  test(`${where}: what is told before any layer is read agrees with what the configuration says afterwards`, {
    skip,
  }, async () => {
    for (const builder of await oddImages()) {
      const image = await open(`odd-${builder}:latest`);
      const before = await image.describe(never);
      await scan(image);
      const after = await image.describe(never);
      assert.deepEqual(before.problems, []);
      const rows = ({ layers }: typeof before) =>
        layers.map(({ index, createdBy }) => ({ createdBy, made: index !== undefined }));
      assert.deepEqual(rows(before), rows(after));
      assert.deepEqual(
        rows(after),
        (await savedHistory(await theEngine(), `odd-${builder}`)).map((step) => ({
          createdBy: step.created_by ?? '',
          made: !step.empty_layer,
        })),
      );
      assert.deepEqual({ ...before, layers: [] }, { ...after, layers: [] });
      assert.deepEqual(before.names, [`odd-${builder}:latest`]);
      assert.equal(before.platform, `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`);
      assert.equal(before.config.user, '65532:65532');
      assert.deepEqual(before.config.cmd, ['/bin/true']);
      assert.equal(before.config.workingDir, '/made/by workdir');
      assert.ok(before.layers.some(({ createdBy, index }) => createdBy?.includes('second.sh') && index !== undefined));
      assert.ok(before.layers.some(({ createdBy, index }) => createdBy?.includes('TWO=2') && index === undefined));
    }
  });

  test(`${where}: each layer’s bytes are those that the engine’s diff IDs are the digests of`, { skip }, async () => {
    await oddImages();
    const { image, layers } = await explore('odd-classic');
    const described = (await image.describe(never)).layers.filter(({ index }) => index !== undefined);
    assert.deepEqual(
      layers.map(({ diffId }) => diffId),
      described.map(({ diffId }) => diffId),
    );
    assert.deepEqual(
      layers.flatMap(({ problems }) => problems),
      [],
    );
  });

  test(`${where}: each layer has what GNU tar reads in it, entry by entry, capabilities and devices included`, {
    skip,
  }, async (t) => {
    const engine = await theEngine();
    for (const builder of await oddImages()) {
      const archive = join(engine.folder, `layers-${builder}.tar`);
      await engine.docker(['save', '--output', archive, `odd-${builder}`]);
      const unpacked = join(engine.folder, `layers-${builder}`);
      await mkdir(unpacked);
      await run('tar', ['--extract', '--file', archive, '--directory', unpacked]);
      const [{ Layers }] = JSON.parse(await readFile(join(unpacked, 'manifest.json'), 'utf8'));
      const { layers } = await explore(`odd-${builder}`);
      assert.equal(layers.length, Layers.length);
      const all: string[] = [];
      for (const [i, path] of (Layers as string[]).entries()) {
        const theirs = await asTarReadsIt(join(unpacked, path));
        assert.deepEqual(differingLines(asWeRead(layers[i]!.files), theirs), [], `layer ${i + 1}`);
        all.push(...theirs.values());
      }
      t.diagnostic(`${builder}: ${all.length} entries of ${layers.length} layers compared`);
      assert.ok(
        all.some((line) => line.endsWith(' capable')),
        'no capabilities in any layer',
      );
      assert.ok(
        all.some((line) => line.startsWith('char ')),
        'no device in any layer',
      );
      assert.ok(all.includes('removed'), 'nothing removed in any layer');
      const capable = layers.flatMap(({ files }) => [...files.capabilities.values()].map(capabilitiesText));
      assert.ok(capable.includes('cap_net_bind_service,cap_net_raw=ep'), capable.join());
    }
  });

  test(`${where}: saved to an archive, the image is the same: files, layers, history, configuration`, {
    skip,
  }, async () => {
    const engine = await theEngine();
    for (const builder of await oddImages()) {
      const file = join(engine.folder, `saved-${builder}.tar`);
      await engine.docker(['save', '--output', file, `odd-${builder}`]);
      const fromEngine = await explore(`odd-${builder}`);
      const fromArchive = await exploreOpened(await openImage(`docker-archive:${file}`, { signal: never }));
      assert.deepEqual(differences(exploredFiles(fromEngine.filesystem), exploredFiles(fromArchive.filesystem)), []);
      const [a, b] = [await fromEngine.image.describe(never), await fromArchive.image.describe(never)];
      const facts = ({ config, names, platform, problems, layers }: typeof a) => {
        return {
          config,
          names,
          platform,
          problems,
          layers: layers.map(({ index, createdBy, created, diffId }) => ({ index, createdBy, created, diffId })),
        };
      };
      assert.deepEqual(facts(a), facts(b));
      await fromArchive.image.close();
    }
  });

  test(`${where}: files are read as they are in the container`, { skip, timeout: 120_000 }, async () => {
    await oddImages();
    const engine = await theEngine();
    const { image, filesystem } = await explore('odd-classic');
    const { file, remove } = await exportContainer(engine, 'odd-classic');
    try {
      for (const path of [
        '/t/file',
        '/t/shrinks',
        '/t/mixed',
        '/t/hard-late',
        '/t/big',
        '/usr/bin/perl',
        '/t/names/line\nbreak/in',
      ]) {
        const body = await image.read(stored(filesystem, path), 1 << 30, never);
        assert.equal(body.truncated, false);
        assert.equal(body.bytes.length, body.size);
        // GNU tar unpacks nothing for the second of two hard links.
        const first = path === '/t/hard-late' ? '/t/hard-a' : path;
        assert.equal(createHash('sha256').update(body.bytes).digest('hex'), await sha256Of(file, first), path);
      }
      const start = await image.read(stored(filesystem, '/t/big'), 1000, never);
      assert.deepEqual(
        { length: start.bytes.length, size: start.size, truncated: start.truncated },
        { length: 1000, size: 20_000_000, truncated: true },
      );
    } finally {
      await remove();
    }
  });

  test(`${where}: the engine’s images are listed with their tags, without those that builds left behind`, {
    skip,
  }, async () => {
    await oddImages();
    const engine = await theEngine();
    await engine.docker(['tag', 'odd-classic', 'odd-classic:second']);
    const state = await listEngine({ address: engine.address }, never);
    assert.equal(state.kind, 'connected');
    const server = (await engine.docker(['version', '--format', '{{.Server.Version}}'])).trim();
    assert.equal(state.name, `${podman ? 'Podman' : 'Docker Engine'} ${server.replace(/\+.*/, '')}`);
    assert.equal(state.address, engine.address);
    const shown = (await engine.docker(['images', '--no-trunc', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}']))
      .trim()
      .split('\n')
      .sort();
    assert.deepEqual(state.images.map(({ name, id }) => `${name} ${id}`).sort(), shown);
    const odd = state.images.find(({ name }) => name === 'odd-classic:second')!;
    // Podman's own name for it is the whole one.
    assert.equal(odd.reference, `docker-daemon:${podman ? 'docker.io/library/' : ''}odd-classic:second`);
    const size = Number((await engine.docker(['image', 'inspect', '--format', '{{.Size}}', 'odd-classic'])).trim());
    // In containerd's store, the list counts the files and what they were unpacked from; inspect the latter alone.
    if ((await storeOf(engine)) === 'overlayfs') assert.ok(odd.size > size);
    else assert.equal(odd.size, size);
  });

  test(`${where}: an image is opened by name, tag and ID; one that is not there is said not to be`, {
    skip,
  }, async () => {
    await oddImages();
    const engine = await theEngine();
    const id = (await engine.docker(['image', 'inspect', '--format', '{{.Id}}', 'odd-classic'])).trim();
    for (const name of ['odd-classic', 'odd-classic:latest', id, id.slice(7, 19)]) {
      const image = await openImage(`docker-daemon:${name}`, { signal: never, engineAddress: engine.address });
      assert.equal((await image.describe(never)).digest, id);
    }
    await assert.rejects(open('not/there:1'), {
      code: 'not-found',
      message: 'The engine has no image “not/there:1”. Pull it, or check the name.',
    });
  });

  test(`${where}: cancelling a scan ends it at once, and the engine goes on`, { skip, timeout: 60_000 }, async () => {
    await oddImages();
    const image = await open('odd-classic');
    const cancel = new AbortController();
    await assert.rejects(async () => {
      for await (const _ of image.scan(nothing, cancel.signal, () =>
        cancel.abort(new Error('Cancelled by the test.')),
      ));
    }, /Cancelled by the test/);
    assert.equal(
      (await scan(image)).length,
      (await image.describe(never)).layers.filter(({ index }) => index !== undefined).length,
    );
  });

  test(`${where}: an engine that dies while it sends an image leaves what was read, and a sentence`, {
    skip,
    timeout: 60_000,
  }, async () => {
    const engine = await start();
    try {
      await importDebian(engine, debian);
      await buildOddImage(engine, 'classic', debian, 'odd');
      const image = await openEngineImage('odd', { address: engine.address }, never);
      let killed: Promise<void> | undefined;
      const layers: ScannedLayer[] = [];
      let thrown = '';
      try {
        for await (const layer of image.scan(nothing, never, () => (killed ??= engine.kill()))) layers.push(layer);
      } catch (error) {
        thrown = (error as Error).message;
      }
      assert.ok(killed);
      await killed;
      assert.match(
        `${thrown}\n${(await image.describe(never)).problems.join('\n')}`,
        /The connection to the engine broke off while it was asked for “odd”\. Try again\./,
      );
      assert.ok(
        layers.length < (await image.describe(never)).layers.filter(({ index }) => index !== undefined).length ||
          layers.some(({ problems }) => problems.length > 0),
      );
      await assert.rejects(image.read({ layer: 0, offset: 0 }, 10, never), { name: 'ImageError' });
      const state = await listEngine({ address: engine.address }, never);
      assert.deepEqual(state, {
        kind: 'none',
        tried: [{ address: engine.address, why: `Nothing listens at ${engine.socket}. Start the engine.` }],
      });
    } finally {
      await engine.stop();
    }
  });
}

async function scan(image: OpenImage): Promise<ScannedLayer[]> {
  const layers: ScannedLayer[] = [];
  for await (const layer of image.scan(nothing, never, () => {})) layers.push(layer);
  return layers.sort((a, b) => a.index - b.index);
}

async function exploreOpened(image: OpenImage) {
  const layers = await scan(image);
  const filesystem = new Filesystem();
  for (const { index, files } of layers) filesystem.add(index, files);
  return { image, layers, filesystem };
}

const without = (files: Files, paths: ReadonlySet<string>): Files =>
  new Map([...files].filter(([path]) => !paths.has(path)));

/** Where the body of a file lies. Paths are bytes, one character each. */
function stored(filesystem: Filesystem, path: string) {
  let node = 0;
  for (const name of path.slice(1).split('/')) node = filesystem.child(node, Buffer.from(name, 'latin1'));
  assert.ok(node > 0, path);
  const content = filesystem.content(node);
  return { layer: content.layer, offset: filesystem.layers[content.layer]!.offsets[content.node]! };
}

/** All that is in the folder, as the rows below it say. */
async function* walk(container: Container, folder: string): AsyncGenerator<FileEntry> {
  const { entries } = await container.folder(folder, () => {}, never);
  for (const entry of entries) {
    yield entry.type === 'directory' ? { ...entry, size: 0 } : entry;
    if (entry.hasChildren) yield* walk(container, entry.path);
  }
}

/** `overlayfs` is containerd's, `overlay2` and others the classic one. */
const storeOf = async (engine: TestEngine) => (await engine.docker(['info', '--format', '{{.Driver}}'])).trim();

/** Unpacked by GNU tar. */
async function sha256Of(archive: string, path: string): Promise<string> {
  const hash = await run('sh', [
    '-c',
    'tar --extract --to-stdout --file "$1" "$2" | sha256sum',
    'sh',
    archive,
    path.slice(1),
  ]);
  return hash.slice(0, 64);
}

/** As the engine itself saves it, unpacked by GNU tar. */
async function savedHistory(
  engine: TestEngine,
  name: string,
): Promise<readonly { created_by?: string; empty_layer?: boolean }[]> {
  const file = join(engine.folder, 'history.tar');
  await engine.docker(['save', '--output', file, name]);
  const unpacked = async (path: string) =>
    JSON.parse(await run('tar', ['--extract', '--to-stdout', '--file', file, path]));
  return (await unpacked((await unpacked('manifest.json'))[0].Config)).history;
}
