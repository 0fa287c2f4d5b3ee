/**
 * `node test/corpus/tally.ts PROGRAM FOLDER`: the Dockerfiles of a folder, judged by another linter that embeds BuildKit's parser and its
 * checks (`bin/tally` of the npm package @wharflab/tally-linux-x64, run as a program of its own) and by those of our rules that make the same
 * check from the text alone: same rule, same lines.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import { today } from '../../server/today.ts';
import { dockerfilesIn } from './dockerfiles.ts';

interface Report {
  readonly files: readonly {
    readonly file: string;
    readonly violations: readonly {
      readonly rule: string;
      readonly location: { readonly start: { readonly line: number } };
    }[];
  }[];
}

const [program, folder] = process.argv.slice(2);
if (program === undefined || folder === undefined) {
  console.error('Which program, and which folder? node test/corpus/tally.ts PROGRAM FOLDER');
  process.exit(2);
}

/** It refuses larger files. */
const LARGEST = 100 * 1024;
const paths = dockerfilesIn(folder).filter((path) => readFileSync(path).length <= LARGEST);
const options = ['--format', 'json', '--slow-checks', 'off', '--no-config', '--fail-level', 'none', '--hide-source'];
const run = spawnSync(program, ['lint', ...options, '--select', 'buildkit/*', ...paths], {
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
if (run.error) throw run.error;
const report: Report = JSON.parse(run.stdout);
const theirs = new Map(report.files.map(({ file, violations }) => [file, violations]));

const ours = rules.flatMap((rule) => (rule.buildkit && !rule.needs ? [{ rule, check: rule.buildkit }] : []));
const differences: string[] = [];
console.log(`${'check'.padEnd(32)} ${'rule'.padEnd(24)} ${'both'.padStart(6)} only they only we`);
for (const { rule, check } of ours) {
  const sum = { both: 0, they: 0, we: 0 };
  for (const path of paths) {
    const found = findingsOf(readDockerfile(readFileSync(path, 'utf8')), [rule], { today: today() });
    const we = new Set(found.map(({ range }) => range.start.line + 1));
    const they = new Set(
      (theirs.get(path) ?? []).flatMap((it) => (it.rule === `buildkit/${check}` ? [it.location.start.line] : [])),
    );
    for (const line of new Set([...we, ...they])) {
      if (we.has(line) && they.has(line)) sum.both++;
      else {
        sum[we.has(line) ? 'we' : 'they']++;
        differences.push(`${path}:${line}: ${check}, only ${we.has(line) ? 'we' : 'they'}`);
      }
    }
  }
  const cells = [sum.both, sum.they, sum.we].map((value) => String(value).padStart(6)).join('    ');
  console.log(`${check.padEnd(32)} ${rule.id.padEnd(24)} ${cells}`);
}
console.log(`\n${paths.length} files, ${differences.length} differences`);
for (const difference of differences) console.log(difference);
if (differences.length > 0) process.exitCode = 1;
