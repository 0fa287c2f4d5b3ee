/**
 * `node test/corpus/buildkit-checks.ts FILE`: BuildKit's own check tests, as JSON (`{func, dockerfile, dockerignore, warnings: [{rule, line}],
 * frontendAttrs}`), against those of our rules that make the same check: same rule, same lines.
 */
import { readFileSync } from 'node:fs';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import type { ContextFile } from '../../server/rules/rule.ts';
import { today } from '../../server/today.ts';

interface Case {
  readonly func: string;
  readonly dockerfile: string | null;
  readonly dockerignore: string | null;
  /** Lines count from 1. */
  readonly warnings: readonly { readonly rule: string; readonly line: number }[];
  /** The test also hands options to the build, which a Dockerfile does not tell. */
  readonly frontendAttrs: boolean;
}

/**
 * Tests whose expectations are made by a function, so that a file taken from the source has none: `testMultipleInstructionsDisallowed` of
 * frontend/dockerfile/dockerfile_check_test.go expects the lines of the earlier ENTRYPOINT, CMD and HEALTHCHECK in its first case.
 */
const MADE_BY_FUNCTION: ReadonlyMap<string, readonly number[]> = new Map([
  ['testMultipleInstructionsDisallowed ENTRYPOINT ["/myotherapp"]\nCMD ["/myapp"]\nCMD', [3, 5, 7]],
]);

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Which file? node test/corpus/buildkit-checks.ts FILE');
  process.exit(2);
}

const ours = rules.flatMap(({ id, buildkit }) => (buildkit ? [{ id, buildkit }] : []));
const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8'));
const comparable = cases.filter(({ dockerfile, frontendAttrs }) => dockerfile !== null && !frontendAttrs);
const differences: string[] = [];

console.log(`${'check'.padEnd(32)} ${'rule'.padEnd(24)} expected  same  missing  extra`);
for (const { id, buildkit } of ours) {
  const sum = { expected: 0, same: 0, missing: 0, extra: 0 };
  for (const one of comparable) {
    const expected = expectedLines(one, buildkit);
    const found = foundLines(one, id);
    const missing = without(expected, found);
    const extra = without(found, expected);
    sum.expected += expected.length;
    sum.same += expected.length - missing.length;
    sum.missing += missing.length;
    sum.extra += extra.length;
    if (missing.length + extra.length === 0) continue;
    const text = `${one.dockerfile}`.trim().replace(/\n/g, '\n    ');
    differences.push(`${one.func}: ${buildkit} expected at [${expected}], found at [${found}]\n    ${text}`);
  }
  const cells = [sum.expected, sum.same, sum.missing, sum.extra].map((value) => String(value).padStart(7));
  console.log(`${buildkit.padEnd(32)} ${id.padEnd(24)} ${cells.join(' ')}`);
}
const others = new Set(cases.flatMap(({ warnings }) => warnings.map(({ rule }) => rule)));
for (const { buildkit } of ours) others.delete(buildkit);
console.log(`\nnot made: ${[...others].sort().join(', ')}`);
console.log(
  `${cases.length} cases: ${comparable.length} compared, ${cases.length - comparable.length} left out (they hang on options of the build); ${differences.length} differences`,
);
for (const difference of differences) console.log(`\nDIFFERS ${difference}`);
if (differences.length > 0) process.exitCode = 1;

function expectedLines({ func, dockerfile, warnings }: Case, check: string): readonly number[] {
  if (warnings.length === 0 && check === 'MultipleInstructionsDisallowed') {
    for (const [key, lines] of MADE_BY_FUNCTION) {
      const space = key.indexOf(' ');
      if (key.slice(0, space) === func && dockerfile?.includes(key.slice(space + 1))) return lines;
    }
  }
  return warnings.flatMap(({ rule, line }) => (rule === check ? [line] : [])).sort((a, b) => a - b);
}

function foundLines({ dockerfile, dockerignore }: Case, rule: string): readonly number[] {
  const model = readDockerfile(dockerfile ?? '');
  const asked = rules.filter(({ id }) => id === rule);
  const context = new Map<string, ContextFile | null>(
    asked.flatMap(({ needs }) => needs?.(model) ?? []).map((path) => [path, null]),
  );
  if (context.has('Dockerfile')) context.set('Dockerfile', { text: model.text, executable: false });
  if (dockerignore !== null) context.set('.dockerignore', { text: dockerignore, executable: false });
  return findingsOf(model, asked, { today: today(), context }).map(({ range }) => range.start.line + 1);
}

/** Each taken away once. */
function without(lines: readonly number[], taken: readonly number[]): readonly number[] {
  const left = [...lines];
  for (const line of taken) if (left.includes(line)) left.splice(left.indexOf(line), 1);
  return left;
}
