/**
 * The proof of a conversion: a project is built and started as it was, converted by the command line, and built and started as it became. Both answer the same, and what
 * was promised of the second is looked up in the image and in the running container.
 */
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ImageService } from '../../server/image-service.ts';
import type { ImageReport } from '../../server/inspect/report.ts';
import { importStandIn } from '../bases/stand-in.ts';
import { standInOf } from '../bases/stand-ins.ts';
import { run, type TestEngine } from '../support/engine.ts';
import { type Project, projectsFolder } from './projects.ts';

/** What the table says of a project that was tried. */
export interface Proof {
  /** Bytes of the files of the image, and how many kinds of things in it are flagged. */
  readonly before: { readonly size: number; readonly flagged: number };
  readonly after: { readonly size: number; readonly flagged: number };
  readonly base: string;
  /** What the bases were in place of the vendors' own; empty where they were pulled. */
  readonly madeOf: readonly string[];
}

/** Images are pulled where a registry can be reached, as the README of the tests says. */
export const pulls = process.env.DISTROLESS_PULL === '1';

/** Fails where the conversion, or one of the two images, is not as it should be. */
export async function prove(project: Project, engine: TestEngine): Promise<Proof> {
  const { conversion, before, after } = await converted(project, join(engine.folder, project.name));
  const madeOf = new Set<string>();
  for (const folder of [before, after]) {
    for (const base of imagesOf(await readFile(join(folder, 'Dockerfile'), 'utf8')))
      madeOf.add((await provide(engine, base)) ?? '');
  }
  const old = `${project.name}:before`;
  const fresh = `${project.name}:after`;
  try {
    await build(engine, old, before);
    const original = await answer(engine, old, project, []);
    assert.equal(original.text, project.answer, 'the original does not answer as it should');

    await build(engine, fresh, after);
    try {
      // Stricter than the original, which may write everywhere.
      const user = (await engine.docker(['inspect', '--format', '{{.Config.User}}', fresh])).trim();
      const tmpfs = (project.writes ?? []).flatMap((path) => ['--tmpfs', `${path}:uid=${/^\d*/.exec(user)}`]);
      const { text, uid } = await answer(engine, fresh, project, ['--read-only', ...tmpfs]);
      assert.equal(text, project.answerAfter ?? project.answer, 'it does not answer as the original');
      assert.match(user, /^[1-9]\d*(:\d+)?$/, 'a cluster cannot tell that it does not run as root');
      assert.equal(uid, user.replace(/:.*/, ''));
      if (project.healthy) assert.equal(await health(engine, fresh), 'healthy');
    } catch (error) {
      throw new Error(`${message(error)}\n\n${conversion.dockerfile}`);
    }
    const [large, small] = await reports(engine, [old, fresh]);
    if (!large || !small) throw new Error('There is no report.');
    assert.ok(small.size < large.size, `${small.size} bytes after, ${large.size} before`);
    assert.deepEqual(unwantedIn(small), []);
    return {
      before: { size: large.size, flagged: large.components.length },
      after: { size: small.size, flagged: small.components.length },
      base: conversion.base ?? '',
      madeOf: [...madeOf].filter(Boolean),
    };
  } finally {
    await engine.docker(['image', 'rm', '--force', old, fresh]).catch(() => {});
  }
}

/** Two copies of the project, the second with the Dockerfile that was made of the first one's. */
async function converted({ name }: Project, folder: string) {
  const before = join(folder, 'before');
  const after = join(folder, 'after');
  for (const copy of [before, after]) await cp(join(projectsFolder, name), copy, { recursive: true });
  const conversion = await convert(before);
  assert.equal(conversion.outcome, 'converted', JSON.stringify(conversion.reasons, undefined, 2));
  await writeFile(join(after, 'Dockerfile'), conversion.dockerfile);
  const again = await convert(after);
  assert.equal(again.outcome, 'already-minimal', `converted again: ${JSON.stringify(again.reasons)}`);
  return { conversion, before, after };
}

/** What must not be in the converted image, and is. */
function unwantedIn({ components }: ImageReport): readonly string[] {
  return components
    .filter(({ category }) => unwanted.has(category))
    .flatMap(({ title, evidence }) => evidence.map(({ path }) => ({ title, path })))
    .filter(({ path }) => !kept.test(path))
    .map(({ title, path }) => `${title}: ${path}`);
}

const unwanted: ReadonlySet<string> = new Set([
  'shell',
  'multicall-busybox',
  'os-package-manager',
  'lang-package-manager',
]);

/**
 * What the explorer names with them, and yet stays: the module of the standard library that Google's Python has without the wheels that it would install, and
 * setuptools, which the vendor's images have up to Python 3.11 and programs import.
 */
const kept = /^\/usr\/lib\/python3\.\d+\/ensurepip$|\/site-packages\/setuptools(-[\w.]+\.dist-info)?$/;

interface Conversion {
  readonly outcome: string;
  readonly base: string | null;
  readonly dockerfile: string;
  readonly reasons: readonly unknown[];
}

/** As a user has it done. A declined conversion ends with status 1, and is printed all the same. */
async function convert(folder: string): Promise<Conversion> {
  const cli = join(import.meta.dirname, '../../server/cli.ts');
  const command = '"$0" "$@" || [ $? = 1 ]';
  const args = [process.execPath, cli, 'convert', '--format', 'json', join(folder, 'Dockerfile')];
  return JSON.parse(Buffer.from(await run('sh', ['-c', command, ...args]), 'latin1').toString());
}

/** Images that are not stages, by the text alone. */
export function imagesOf(dockerfile: string): readonly string[] {
  const from = [...dockerfile.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)];
  const stages = new Set(['scratch', ...from.map(([, , name = '']) => name.toLowerCase())]);
  const named = [...from, ...dockerfile.matchAll(/^COPY\s(?:.*\s)?--from=(\S+)/gim)].map(([, image = '']) => image);
  return [...new Set(named)].filter((image) => !stages.has(image.toLowerCase()) && !/^\d+$/.test(image));
}

/** Gives the engine an image of that name; what it is made of, where it is not the vendor's own. */
export async function provide(engine: TestEngine, image: string): Promise<string | undefined> {
  if (pulls) {
    await engine.docker(['pull', '--quiet', image]);
    return undefined;
  }
  const standIn = standInOf(image);
  assert.ok(standIn, `There is no stand-in for “${image}” (test/bases).`);
  await importStandIn(engine, image, standIn);
  return standIn.madeOf;
}

export async function build(engine: TestEngine, name: string, folder: string): Promise<void> {
  try {
    await engine.docker(['build', '--network=host', '--tag', name, folder], { DOCKER_BUILDKIT: '1' });
  } catch (error) {
    const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8');
    const lines = message(error).trimEnd().split('\n');
    throw new Error(`${name} is not built.\n\n${dockerfile}\n${lines.slice(-25).join('\n')}`);
  }
}

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a fresh container answers, and the user it runs as. */
async function answer(
  engine: TestEngine,
  image: string,
  { port, path = '/' }: Project,
  options: readonly string[],
): Promise<{ readonly text: string; readonly uid: string }> {
  const id = (await engine.docker(['run', '--detach', '--network=host', ...options, image])).trim();
  try {
    for (let tries = 0; ; tries++) {
      try {
        const text = await engine.fetch(`http://127.0.0.1:${port}${path}`);
        const pid = (await engine.docker(['inspect', '--format', '{{.State.Pid}}', id])).trim();
        const status = await engine.enter(['cat', `/proc/${pid}/status`]);
        return { text: text.trim(), uid: /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? '' };
      } catch (error) {
        const running = (await engine.docker(['inspect', '--format', '{{.State.Running}}', id])).trim();
        if (running !== 'true' || tries >= 300)
          throw new Error(`${image} does not answer (${message(error)}). It says: ${await engine.logs(id)}`);
        await sleep(100);
      }
    }
  } finally {
    await engine.docker(['rm', '--force', '--volumes', id]);
  }
}

async function health(engine: TestEngine, image: string): Promise<string> {
  const id = (await engine.docker(['run', '--detach', '--network=host', image])).trim();
  try {
    let state = 'starting';
    for (let tries = 0; tries < 100 && state === 'starting'; tries++) {
      await sleep(100);
      state = (await engine.docker(['inspect', '--format', '{{.State.Health.Status}}', id])).trim();
    }
    return state;
  } finally {
    await engine.docker(['rm', '--force', '--volumes', id]);
  }
}

async function reports(engine: TestEngine, images: readonly string[]): Promise<readonly ImageReport[]> {
  const service = new ImageService({ engineAddress: engine.address });
  try {
    const made = [];
    for (const image of images) made.push(await service.report(`docker-daemon:${image}`, AbortSignal.timeout(300_000)));
    return made;
  } finally {
    await service.closeAll();
  }
}
