/**
 * `npm test`: sets up what is missing, then runs everything that a change must not break. Node's built-ins only, because it runs before
 * anything is installed. Arguments name the steps to run: check, unit, lsp, docker, editor.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { install, nodePath, root } from './support/setup.mjs';

const SUITES = {
  unit: { concurrent: true },
  lsp: { concurrent: true },
  docker: { concurrent: false },
  // A browser, an editor and an engine at once: a click can be lost on a busy machine, so a file with a failed test is tried again, twice at most, and that is said.
  editor: { concurrent: false, tries: 3 },
};

const asked = process.argv.slice(2);
const wanted = (step) => asked.length === 0 || asked.includes(step);
const started = Date.now();
const results = join(root, 'test-results');
mkdirSync(results, { recursive: true });

install();
const node = nodePath();
/** Steps that failed other than by a failed test. */
const broken = [];
if (wanted('check')) {
  for (const project of ['.', 'media'])
    step(`Types: ${project}`, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]);
  step('Lint', [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '.']);
}
step('Build', ['build.ts']);
if (wanted('editor')) {
  const vsix = join(root, 'dist/distroless.vsix');
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', vsix];
  step('Package', [join(root, 'node_modules/@vscode/vsce/vsce'), 'package', ...options]);
  process.env.DISTROLESS_VSIX = vsix;
}

const totals = { passed: 0, failed: 0, skipped: 0 };
const reasons = new Map();
for (const [suite, { concurrent, tries = 1 }] of Object.entries(SUITES)) {
  if (!wanted(suite)) continue;
  let tests = run(suite, concurrent, [`test/${suite}/**/*.test.ts`]);
  for (let again = 1; again < tries && tests.some(({ state }) => state === 'failed'); again++) {
    const failed = tests.filter(({ state }) => state === 'failed');
    const files = [...new Set(failed.map(({ file }) => startedBy(file)))];
    console.log(
      `\nTheir files are tried once more, because these failed: ${failed.map(({ name }) => name).join('; ')}`,
    );
    tests = [...tests.filter(({ file }) => !files.includes(startedBy(file))), ...run(suite, concurrent, files)];
  }
  for (const { state, why } of tests) {
    totals[state]++;
    if (state === 'skipped') reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  // Whatever ends a suite without a failed test is a failure too.
  if (tests.length === 0) broken.push(`Test: ${suite}`);
}

for (const [why, count] of reasons) console.log(`Skipped ${count}: ${why}`);
if (process.env.CI && totals.skipped > 0) {
  broken.push('nothing may be skipped here');
}
console.log(`${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
if (broken.length > 0) console.log(`Failed: ${broken.join(', ')}`);
process.exit(broken.length > 0 || totals.failed > 0 ? 1 : 0);

/** The tests of `explorer/odd.ts` are called by `explorer.test.ts`; started by itself it would try nothing, and pass. */
function startedBy(file) {
  return file.endsWith('.test.ts') ? file : `${dirname(file)}.test.ts`;
}

/** What each test of the suite came to. */
function run(suite, concurrent, files) {
  const tally = join(results, `${suite}.jsonl`);
  rmSync(tally, { force: true });
  const status = step(
    `Test: ${suite}`,
    [
      '--test',
      concurrent ? '--test-isolation=none' : '--test-concurrency=1',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${join(root, 'test/support/tally.mjs')}`,
      `--test-reporter-destination=${tally}`,
      ...files,
    ],
    true,
  );
  const tests = readFileSync(tally, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  if (status !== 0 && tests.every(({ state }) => state !== 'failed')) broken.push(`Test: ${suite}`);
  return tests;
}

function step(title, args, counted = false) {
  console.log(`\n── ${title}`);
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0 && !counted) broken.push(title);
  return status;
}
