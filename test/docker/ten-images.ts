/** Images as people have them, for the comparison with what others read in them: built once, on Docker Engine 26.1, and saved, to be loaded into the engines that they are tried on. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, startEngine, type TestEngine } from '../support/engine.ts';
import { engine26 } from './engine-26.ts';
import type { Manager } from './managers.ts';
import { buildOddImage, importDebian } from './odd-image.ts';
import { projectsFolder } from './projects.ts';
import { build, imagesOf, provide } from './proof.ts';

export interface SavedImage {
  readonly name: string;
  /** That can be asked in a container of it. */
  readonly managers: readonly Manager[];
  /** As `docker save` of containerd's store writes it: an OCI layout that Docker's own form points into, its layers compressed. */
  readonly archive: string;
  /** The same, unpacked by GNU tar. */
  readonly layout: string;
}

/** Bases as they are, projects of `test/fixtures/projects` as their authors build them, and one with everything that layers can have. */
const bases: readonly (readonly [name: string, reference: string, ...managers: Manager[]])[] = [
  ['debian', 'debian:13', 'dpkg'],
  ['static', 'gcr.io/distroless/static-debian13:nonroot'],
  ['debug', 'gcr.io/distroless/base-debian13:debug-nonroot'],
  ['cc', 'gcr.io/distroless/cc-debian13:nonroot'],
  ['python3', 'gcr.io/distroless/python3-debian13:nonroot'],
  ['nodejs24', 'gcr.io/distroless/nodejs24-debian13:nonroot'],
  ['java21', 'gcr.io/distroless/java21-debian13:nonroot'],
];
const projects: readonly (readonly [name: string, ...managers: Manager[]])[] = [
  ['python-native', 'dpkg', 'pip'],
  ['node-npm', 'dpkg', 'npm'],
  ['java-maven', 'dpkg'],
];

/** Into that folder. Some are downloaded for, and whatever base is not there yet is made: minutes the first time. */
export async function saveImages(folder: string, asked: (name: string) => boolean): Promise<readonly SavedImage[]> {
  const engine = await startEngine({
    root: await engine26(),
    configuration: { features: { 'containerd-snapshotter': true } },
    network: true,
  });
  try {
    const saved: SavedImage[] = [];
    for (const [name, reference, ...managers] of bases) {
      if (!asked(name)) continue;
      await provide(engine, reference);
      saved.push(await save(engine, folder, name, reference, managers));
    }
    for (const [name, ...managers] of projects) {
      if (!asked(name)) continue;
      const context = join(folder, `${name}-context`);
      await cp(join(projectsFolder, name), context, { recursive: true });
      for (const base of imagesOf(await readFile(join(context, 'Dockerfile'), 'utf8'))) await provide(engine, base);
      await build(engine, name, context);
      saved.push(await save(engine, folder, name, name, managers));
    }
    if (asked('odd')) {
      await importDebian(engine, 'debian:with-setcap');
      await buildOddImage(engine, 'buildkit', 'debian:with-setcap', 'odd');
      saved.push(await save(engine, folder, 'odd', 'odd', ['dpkg']));
    }
    return saved;
  } finally {
    await engine.stop();
  }
}

/** Under a name that no base has, and without what BuildKit says of its build: not all engines keep that. */
async function save(
  engine: TestEngine,
  folder: string,
  name: string,
  from: string,
  managers: readonly Manager[],
): Promise<SavedImage> {
  const context = join(engine.folder, `named-${name}`);
  await mkdir(context, { recursive: true });
  await writeFile(join(context, 'Dockerfile'), `FROM ${from}\nLABEL tried=${name}\n`);
  const tag = `tried/${name}:1`;
  await engine.docker(['build', '--network=none', '--tag', tag, context], {
    DOCKER_BUILDKIT: '1',
    BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
  });
  const archive = join(folder, `${name}.tar`);
  await engine.docker(['save', '--output', archive, tag]);
  const layout = join(folder, `${name}-layout`);
  await mkdir(layout);
  await run('tar', ['--extract', '--file', archive, '--directory', layout]);
  return { name: tag, managers, archive, layout };
}
