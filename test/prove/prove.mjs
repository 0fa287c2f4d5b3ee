/** `npm run prove`: proofs that take longer than `npm test` may. Prints tables; ends with 1 when one of them fails. Built-ins only. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { install, nodePath, root } from '../support/setup.mjs';

install();
const node = nodePath();
const onEngines = ['explorer.test.ts', 'second-engine.prove.ts', 'podman.prove.ts'];
const proofs = [
  ['Bundles', ['build.ts']],
  [
    '10,000 edits of Dockerfiles, the incremental reading against the one from scratch',
    ['test/prove/fuzz-dockerfiles.ts', '10000'],
  ],
  ['What is flagged in base images, as a person has read it', ['--test', 'test/docker/components.test.ts']],
  ['Damaged archives and layers', ['test/prove/fuzz-images.ts', '20000']],
  [
    'The language server killed ten times in a real editor, and then as often as the client takes',
    ['test/prove/killing.ts'],
  ],
  ['Bills of materials, judged by the schema of CycloneDX and the tools of SPDX', ['test/prove/boms.ts']],
  ['Somebody at work in a real editor while an image of 1 GB is read', ['test/prove/reading.ts']],
  ['The explorer on every engine: this machine’s, Docker 26.1 with both of its stores, Podman 4.3', enginesTested()],
  ...readdirSync(join(root, 'test/docker'))
    .filter((name) => name.endsWith('.prove.ts') && !onEngines.includes(name))
    .map((name) => [name, ['--test', join('test/docker', name)]]),
];
const asked = process.argv.slice(2);
const chosen = proofs.filter(([, args]) => asked.length === 0 || asked.some((word) => args.join(' ').includes(word)));
// Of these, one by its name too.
const projects = readdirSync(join(root, 'test/fixtures/projects')).filter((name) => asked.includes(name));
if (asked.length === 0 || projects.length > 0) {
  process.env.DISTROLESS_PROJECTS = projects.join(',') || 'all';
  chosen.push(['Conversions, built and started', ['--test', 'test/docker/convert.test.ts']]);
}
process.env.DISTROLESS_COMPONENTS ??= 'all';
let failed = 0;
for (const [title, args] of chosen) {
  console.log(`\n── ${title}\n`);
  if (spawnSync(node, args, { cwd: root, stdio: 'inherit' }).status !== 0) failed++;
}
console.log(failed === 0 ? '\nAll proofs hold.' : `\n${failed} of the proofs failed.`);
process.exit(failed === 0 ? 0 : 1);

/** One after the other; at the end a table. */
function enginesTested() {
  const reporters = ['spec', './test/support/engine-table.mjs'].flatMap((reporter) => [
    `--test-reporter=${reporter}`,
    '--test-reporter-destination=stdout',
  ]);
  return ['--test', '--test-concurrency=1', ...reporters, ...onEngines.map((name) => join('test/docker', name))];
}
