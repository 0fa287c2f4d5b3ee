/**
 * `node test/corpus/buildkit-parser.ts FOLDER`: BuildKit's parser goldens (`testfiles/NAME/{Dockerfile,result}`), the files that it refuses
 * (`testfiles-negative/NAME/Dockerfile`), and the table of its shell lexer (`envVarTest`), against our model.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { expand, type Variable } from '../../server/dockerfile/variables.ts';
import { dump } from '../support/dump.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Which folder? node test/corpus/buildkit-parser.ts FOLDER');
  process.exit(2);
}

const differences: string[] = [];
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const names = (of: string) => readdirSync(join(folder, of)).sort();

tell('parser goldens', names('testfiles'), (name) => {
  const dockerfile = readDockerfile(read('testfiles', name, 'Dockerfile'));
  return [dump(dockerfile), read('testfiles', name, 'result').trim()];
});
tell('refused files', names('testfiles-negative'), (name) => {
  const { problems, instructions } = readDockerfile(read('testfiles-negative', name, 'Dockerfile'));
  return [problems.length > 0 || instructions.length === 0 ? 'refused' : 'taken', 'refused'];
});
/** Those of BuildKit's TestShellParser4EnvVars (frontend/dockerfile/shell/lex_test.go); whatever else is not set. */
const given: ReadonlyMap<string, Variable> = new Map(
  Object.entries({ PWD: '/home', SHELL: 'bash', KOREAN: '한국어', NULL: '' }).map(([name, value]) => [
    name,
    { kind: 'set', value },
  ]),
);
const table = read('envVarTest')
  .split('\n')
  .filter((line) => /^[AU]\|/.test(line));
tell('lines of the shell lexer', table, (line) => {
  const [, text = '', expected = ''] = line.split('|').map((part) => part.trim());
  return [expand(text, '\\', (name) => given.get(name) ?? { kind: 'unset' }) ?? 'error', expected];
});
for (const difference of differences) console.log(`\nDIFFERS ${difference}`);
if (differences.length > 0) process.exitCode = 1;

function tell(what: string, cases: readonly string[], compare: (one: string) => readonly [string, string]) {
  const before = differences.length;
  for (const one of cases) {
    const [ours, theirs] = compare(one);
    if (ours !== theirs) differences.push(`${one}\n  ours:\n${ours}\n  BuildKit:\n${theirs}`);
  }
  console.log(`${what.padEnd(26)} ${cases.length - (differences.length - before)} of ${cases.length}`);
}
