/** A project of a rule's, built and started on a real engine, before and after the rule's fixes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLook } from '../../../server/cli/surroundings.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { contextNeeds, findingsOf } from '../../../server/rules/check.ts';
import { rules } from '../../../server/rules/index.ts';
import type { Finding, Group } from '../../../server/rules/rule.ts';
import { circumstancesOf } from '../../../server/workspace/circumstances.ts';
import type { TestEngine } from '../../support/engine.ts';
import { imagesOf, provide, pulls } from '../proof.ts';
import { isOnAlpine, provideAlpine } from './alpine.ts';
import { type End, type Files, type NearMiss, type Project, type Trial, writeProject } from './trial.ts';

/** The groups whose rules say that a container will fail, or lack something. */
export const groups: readonly Group[] = ['cannot start', 'cannot link', 'cannot find', 'not allowed'];

/** What the table says of a trial. */
export interface Outcome {
  readonly said: string;
  readonly after: string;
}

export async function tryRule(trial: Trial, engine: TestEngine, app: Buffer, name: string): Promise<Outcome> {
  const before = join(engine.folder, name);
  const files = { app: { text: app, mode: 0o755 }, ...commonFiles, ...trial.files };
  await writeProject(before, trial.dockerfile, files);
  const found = await ownFindings(before, trial);
  assert.equal(found.length, 1, `${trial.rule} says ${found.length} things of it, not one`);
  await provideAll(engine, trial.dockerfile);
  const end = await attempt(engine, before, `${name}:before`, trial);
  assert.equal(end.at, trial.fails.at, `“${found[0]!.message}”, but it is so: ${end.text}`);
  assert.match(end.text, trial.fails.says);
  const after: string[] = [];
  for (const [i, cure] of cures(trial, found[0]!).entries()) {
    const folder = join(engine.folder, `${name}-${i}`);
    await writeProject(folder, cure.dockerfile, { ...files, ...cure.files });
    assert.deepEqual(await ownFindings(folder, trial), [], `${trial.rule} speaks of what was mended: ${cure.title}`);
    await provideAll(engine, cure.dockerfile);
    const mended = await attempt(engine, folder, `${name}:after${i}`, trial);
    assert.equal(mended.at, 'runs', `${cure.title}: ${mended.text}\n\n${cure.dockerfile}`);
    assert.match(mended.text, trial.fixed, cure.title);
    after.push(`${cure.title}: ${line(mended.text, trial.fixed)}`);
  }
  return { said: line(end.text, trial.fails.says), after: after.join(' · ') };
}

export async function tryNearMiss(miss: NearMiss, engine: TestEngine, app: Buffer, name: string): Promise<string> {
  const folder = join(engine.folder, name);
  await writeProject(folder, miss.dockerfile, { app: { text: app, mode: 0o755 }, ...commonFiles, ...miss.files });
  const found = await findings(folder);
  const loud = found.filter(
    ({ rule, severity }) =>
      rule === miss.rule || (severity === 'error' && groups.includes(rules.find(({ id }) => id === rule)!.group)),
  );
  await provideAll(engine, miss.dockerfile);
  const end = await attempt(engine, folder, `${name}:miss`, miss);
  assert.equal(end.at, 'runs', end.text);
  assert.match(end.text, miss.says);
  assert.deepEqual(
    loud.map(({ rule, message }) => `${rule}: ${message}`),
    [],
    'it works, and a rule says that it does not',
  );
  return line(end.text, miss.says);
}

/** Put there so that every context has the source of the program, too. */
let commonFiles: Files = {};
export function inEveryContext(files: Files): void {
  commonFiles = files;
}

interface Cure {
  readonly title: string;
  readonly dockerfile: string;
  readonly files?: Files;
}

/** As the editor applies them. */
function cures({ dockerfile, byHand, byHandFiles, rule, withoutFixes }: Trial, finding: Finding): readonly Cure[] {
  const fixes = withoutFixes ? [] : (finding.fixes ?? []);
  const made: Cure[] = fixes.map(({ title, edits }) => ({ title, dockerfile: applyEdits(dockerfile, edits) }));
  if (byHand || byHandFiles) {
    let text = dockerfile;
    for (const [from, to] of byHand ?? []) {
      assert.ok(text.includes(from), `There is no “${from}”.`);
      text = text.replace(from, to);
    }
    made.push({ title: 'by hand', dockerfile: text, ...(byHandFiles && { files: byHandFiles }) });
  }
  assert.ok(made.length > 0, `${rule} has no fix here, and nothing is said to be done by hand`);
  return made;
}

const ownFindings = async (folder: string, { rule, speaks = /^/ }: Trial) =>
  (await findings(folder)).filter((finding) => finding.rule === rule && speaks.test(finding.message));

/** As the command line and the editor judge it: with the files of its folder. */
async function findings(folder: string): Promise<readonly Finding[]> {
  const path = join(folder, 'Dockerfile');
  const dockerfile = readDockerfile(await readFile(path, 'utf8'));
  const surroundings = await createLook()(path, dockerfile, (built, read) => contextNeeds(built, rules, read));
  const today = new Date().toISOString().slice(0, 10);
  return findingsOf(dockerfile, rules, circumstancesOf(dockerfile, surroundings, { today }));
}

const provided = new WeakMap<TestEngine, Set<string>>();

async function provideAll(engine: TestEngine, dockerfile: string): Promise<void> {
  const known = provided.get(engine) ?? new Set();
  provided.set(engine, known);
  for (const image of imagesOf(dockerfile)) {
    // A name alone is one that is looked for in vain.
    if (known.has(image) || !/[:/]/.test(image)) continue;
    known.add(image);
    if (isOnAlpine(image) && !pulls) await provideAlpine(engine, image, (name) => provide(engine, name));
    else await provide(engine, image);
  }
}

async function attempt(
  engine: TestEngine,
  folder: string,
  image: string,
  { build = [], run = [], registry, look }: Project,
): Promise<{ readonly at: End['at']; readonly text: string }> {
  const network = registry || pulls ? 'host' : 'none';
  try {
    await engine.docker(['build', `--network=${network}`, ...build, '--tag', image, folder], { DOCKER_BUILDKIT: '1' });
  } catch (error) {
    return { at: 'build', text: words(error) };
  }
  try {
    if (look === 'platform') return { at: 'runs', text: await platforms(engine, image, folder) };
    if (look === 'health') return { at: 'runs', text: await health(engine, image) };
    const own = run.some((option) => option.startsWith('--network=')) ? run : ['--network=none', ...run];
    return { at: 'runs', text: utf8(await engine.docker(['run', '--rm', ...own, image])) };
  } catch (error) {
    return { at: 'start', text: words(error) };
  } finally {
    await engine.docker(['image', 'rm', '--force', image]).catch(() => {});
  }
}

/** What the image says of itself, and the field e_machine of the program in it. */
async function platforms(engine: TestEngine, image: string, folder: string): Promise<string> {
  const arch = (await engine.docker(['image', 'inspect', '--format', '{{.Architecture}}', image])).trim();
  const id = (await engine.docker(['create', `--platform=linux/${arch}`, image])).trim();
  await engine.docker(['cp', `${id}:/app`, join(folder, 'taken')]);
  await engine.docker(['rm', id]);
  const machine = (await readFile(join(folder, 'taken'))).readUInt16LE(18);
  return `image ${arch}, program ${{ 62: 'amd64', 183: 'arm64' }[machine] ?? machine}`;
}

/** What the first check comes to, and what it said. */
async function health(engine: TestEngine, image: string): Promise<string> {
  const id = (await engine.docker(['run', '--detach', '--network=none', image])).trim();
  try {
    for (let tries = 0; ; tries++) {
      const { Status, Log } = JSON.parse(await engine.docker(['inspect', '--format', '{{json .State.Health}}', id]));
      if (Status !== 'starting' || tries === 300) return utf8(`${Status}: ${Log.at(-1)?.Output}`);
      await sleep(100);
    }
  } finally {
    await engine.docker(['rm', '--force', id]);
  }
}

/** The program, compiled once. */
export async function compileApp(engine: TestEngine, dockerfile: string, source: string): Promise<Buffer> {
  const folder = join(engine.folder, 'app');
  await writeProject(folder, dockerfile, { 'main.go': source });
  await provideAll(engine, dockerfile);
  await engine.docker(['build', '--network=none', '--tag', 'app', folder], { DOCKER_BUILDKIT: '1' });
  const id = (await engine.docker(['create', 'app', '/app'])).trim();
  await engine.docker(['cp', `${id}:/app`, join(folder, 'app')]);
  await engine.docker(['rm', id]);
  return readFile(join(folder, 'app'));
}

/** Everything is read as Latin-1. */
const utf8 = (text: string) => Buffer.from(text, 'latin1').toString();
/** Without the command that was run. */
const words = (error: unknown) => utf8((error as Error).message).replace(/^.*? : |^[^:]*docker [^\n]*?: (?=\S)/, '');

function line(text: string, pattern: RegExp): string {
  const at = pattern.exec(text)?.index ?? 0;
  const start = text.lastIndexOf('\n', at) + 1;
  const whole = text.slice(start, text.indexOf('\n', at) < 0 ? undefined : text.indexOf('\n', at)).trim();
  return whole.length <= LONGEST ? whole : `…${whole.slice(Math.max(0, at - start - 10)).slice(0, LONGEST)}…`;
}

const LONGEST = 100;
