/**
 * Conversions that are built and started. `npm test` proves those that are said to be proved always, which CI insists on; DISTROLESS_PROJECTS=all (`npm run test:docker`, `npm run prove`)
 * or names of some, with commas between them, says otherwise. Prints a table.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packagesReason } from '../bases/debian.ts';
import { engineReason, networkReason, skipUnless, startEngine, type TestEngine } from '../support/engine.ts';
import { engine26 } from './engine-26.ts';
import { notProved, onStandIns, type Project, projects, projectsFolder } from './projects.ts';
import { type Proof, prove, pulls } from './proof.ts';
import { table } from './table.ts';

const asked = process.env.DISTROLESS_PROJECTS;
const chosen =
  asked === undefined
    ? projects.filter(({ always }) => always)
    : projects.filter(({ name }) => asked === 'all' || asked.split(',').includes(name));
if (chosen.length === 0)
  throw new Error(`There is no project “${asked}”: ${projects.map(({ name }) => name).join(', ')}.`);

const engines = new Map<boolean, Promise<TestEngine>>();
const outcomes = new Map<string, Proof | string>();
const nothing = engineReason() ?? networkReason() ?? (pulls ? undefined : packagesReason());

after(async () => {
  for (const engine of engines.values()) await (await engine.catch(() => undefined))?.stop();
  console.log(table(chosen, outcomes, asked === 'all' ? [...notProved, ...(pulls ? [] : [onStandIns])] : []));
});

for (const project of chosen) {
  const skip = skipUnless(nothing);
  if (skip) outcomes.set(project.name, `skipped: ${skip}`);
  test(`${project.name}: the converted image answers as the original`, { skip }, async (t) => {
    outcomes.set(project.name, 'FAILED');
    const dockerfile = readFileSync(join(projectsFolder, project.name, 'Dockerfile'), 'utf8');
    try {
      outcomes.set(project.name, await prove(project, await engineFor(dockerfile)));
    } catch (error) {
      const unreachable = skipUnless(unreachableReason(error, project));
      if (!unreachable) throw error;
      outcomes.set(project.name, `skipped: ${unreachable}`);
      t.skip(unreachable);
    }
  });
}

test('every folder of a project is in the list', () => {
  assert.deepEqual(readdirSync(projectsFolder).sort(), projects.map(({ name }) => name).sort());
});

test('stand-ins know nothing of what the converter knows, or a wrong fact would prove itself', () => {
  const folder = join(import.meta.dirname, '../bases');
  const imports = readdirSync(folder).flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/from '([^']+)'/g)].map(
      ([, path = '']) => `${name}: ${path}`,
    ),
  );
  assert.ok(imports.length > 20);
  assert.deepEqual(
    imports.filter((line) => line.includes('server/')),
    [],
  );
});

/** Engine 20.10 knows neither heredocs nor `--link`. */
function engineFor(dockerfile: string): Promise<TestEngine> {
  const modern = /<<-?["']?\w|--link/.test(dockerfile);
  const known = engines.get(modern);
  if (known) return known;
  const starting = modern
    ? engine26().then((root) => startEngine({ root, network: true }))
    : startEngine({ network: true });
  engines.set(modern, starting);
  return starting;
}

/** Its original was not built because what it downloads from did not answer: only the build can tell. */
function unreachableReason(error: unknown, { registries }: Project): string | undefined {
  const said = error instanceof Error ? error.message : String(error);
  const network =
    /Could not resolve|Temporary failure|no such host|dial tcp|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|Connection (refused|timed out)|Network is unreachable/i;
  return registries.length > 0 && network.test(said)
    ? `${registries.join(', ')} cannot be reached from a build`
    : undefined;
}
