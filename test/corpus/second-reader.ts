/**
 * `node test/corpus/second-reader.ts FOLDER`: each instruction of the Dockerfiles of a folder as we read it and as dockerfile-ast does, one at a
 * time: how many are the same, the kinds of differences, those of no kind, and how long both take.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { kinds, predicted } from '../support/reader-differences.ts';
import { compareReaders, FIELDS, secondReading } from '../support/second-reader.ts';
import { dockerfilesIn } from './dockerfiles.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Which folder? node test/corpus/second-reader.ts FOLDER');
  process.exit(2);
}

const files = dockerfilesIn(folder).map((path) => ({
  path: relative(folder, path),
  dockerfile: readDockerfile(readFileSync(path, 'utf8')),
}));
const rows = files.flatMap(({ path, dockerfile }) =>
  compareReaders(dockerfile).map((compared, i) => {
    const instruction = dockerfile.instructions[i]!;
    const because = (kind: (typeof kinds)[number]) =>
      predicted(compared, instruction, dockerfile.escape, [kind]).length > 0;
    return {
      path,
      compared,
      token: dockerfile.escape,
      kinds: compared.differs.length > 0 ? kinds.filter(because) : [],
      known: String(predicted(compared, instruction, dockerfile.escape)) === String(compared.differs),
    };
  }),
);

console.log(`${files.length} files, ${rows.length} instructions`);
for (const field of FIELDS) {
  console.log(`same ${field.padEnd(8)} ${rows.filter(({ compared }) => !compared.differs.includes(field)).length}`);
}
for (const kind of kinds) {
  const count = rows.filter((row) => row.kinds.includes(kind)).length;
  if (count > 0) console.log(`${String(count).padStart(6)}  ${kind.what}`);
}
const unknown = rows.filter(({ known }) => !known);
console.log(`${unknown.length} differ otherwise`);
for (const { path, compared } of unknown.slice(0, 50)) {
  console.log(
    `\nDIFFERS ${path}:${compared.line + 1} in ${compared.differs.join(', ') || 'nothing'}\n${compared.source.slice(0, 300)}`,
  );
}

const texts = files.map(({ dockerfile }) => dockerfile.text);
const ours = took(() => texts.map((text) => readDockerfile(text)));
const theirs = took(() => rows.map(({ compared, token }) => secondReading(compared.source, token)));
console.log(
  `\nour reader, all of each file: ${ours} ms; dockerfile-ast, instruction by instruction: ${theirs} ms (medians of 9)`,
);
if (unknown.length > 0) process.exitCode = 1;

function took(work: () => unknown): string {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return (times.sort((a, b) => a - b)[4] ?? 0).toFixed(1);
}
