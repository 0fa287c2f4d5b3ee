/** What a stand-in of a public base image is, and how an engine of the tests’ own gets one. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type TestEngine } from '../support/engine.ts';
import { machineAuthorities } from './authorities.ts';
import { cache } from './debian.ts';

export interface StandIn {
  /** Names of the same contents share one, and with it what is kept of it. */
  readonly id: string;
  /** What it is made of in place of the vendor’s own, for people. */
  readonly madeOf: string;
  /** The file that says how: what is kept is made anew when it changes. */
  readonly source: string;
  /** Lines as in a Dockerfile, as the vendor’s configuration has them. */
  readonly configuration: readonly string[];
  /** Makes the root file system in an empty folder. */
  fill(root: string): Promise<void>;
}

/** Gives the engine an image of that name; the first time takes seconds to minutes. */
export async function importStandIn(engine: TestEngine, name: string, standIn: StandIn): Promise<void> {
  const known = imported.get(engine) ?? imported.set(engine, new Map()).get(engine)!;
  const same = known.get(standIn.id);
  if (same === undefined) {
    const tar = await made(standIn);
    // An import does not take every line of a Dockerfile.
    const files = `stand-in:${standIn.id}`;
    await engine.docker(['import', tar, files]);
    const folder = join(engine.folder, 'stand-ins', standIn.id);
    await mkdir(folder, { recursive: true });
    const lines = [`FROM ${files}`, ...standIn.configuration, 'LABEL org.opencontainers.image.title=stand-in', ''];
    await writeFile(join(folder, 'Dockerfile'), lines.join('\n'));
    await engine.docker(['build', '--network=none', '--tag', name, folder], { DOCKER_BUILDKIT: '1' });
    known.set(standIn.id, name);
  } else if (same !== name) await engine.docker(['tag', same, name]);
}

const imported = new WeakMap<TestEngine, Map<string, string>>();

/** Path of the tar of its files. */
export async function made(standIn: StandIn): Promise<string> {
  const sources = [standIn.source, join(import.meta.dirname, 'debian.ts')].map((file) => readFileSync(file, 'utf8'));
  const state = createHash('sha256')
    .update([...sources, ...machineAuthorities].join('\0'))
    .digest('hex')
    .slice(0, 12);
  const tar = join(cache, `${standIn.id}.${state}.tar`);
  if (existsSync(tar)) return tar;
  await mkdir(cache, { recursive: true });
  const unfinished = `${tar}.${process.pid}.part`;
  const root = await mkdtemp(join(tmpdir(), 'distroless-base-'));
  try {
    await chmod(root, 0o755);
    await standIn.fill(root);
    await run('tar', ['--numeric-owner', '--sort=name', '-C', root, '-cf', unfinished, '.']);
    await rename(unfinished, tar);
    // What was made by an older state of the file.
    const older = (await readdir(cache)).filter((name) => name.startsWith(`${standIn.id}.`) && name.endsWith('.tar'));
    for (const name of older) if (join(cache, name) !== tar) await rm(join(cache, name));
  } finally {
    await rm(root, { recursive: true, force: true });
    await rm(unfinished, { force: true });
  }
  return tar;
}
