/**
 * Edits Dockerfiles at random, as a hasty or hostile typist would, and holds the incremental reading against the one from scratch.
 *
 *     node test/prove/fuzz-dockerfiles.ts [EDITS [FOLDER…]]
 *
 * Without a folder, the Dockerfiles of the sample workspace and of the rules' examples are edited.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createReader, readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../server/recipes/convert.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import { random } from '../support/random.ts';

const SNIPPETS = [
  '\n',
  '\r\n',
  '\\\n',
  '`\n',
  '#',
  '# syntax=docker/dockerfile:1\n',
  '# escape=`\n',
  'FROM ',
  'FROM scratch AS x\n',
  ' AS build',
  'RUN ',
  'RUN <<EOF\n',
  'EOF\n',
  'COPY --from=0 ',
  '--mount=type=cache,from=x ',
  '["',
  '"]',
  '"',
  "'",
  '$',
  '${A:-${B}}',
  '${A}${A}',
  'ARG A=${A}\n',
  'ENV A=1 B=$A\n',
  'ONBUILD ',
  'SHELL ["x"]\n',
  'gcr.io/distroless/static',
  ':debug',
  '@sha256:',
  '&& ',
  '; ',
  '| ',
  '$(',
  ')',
  '\u{1F433}',
  '\ud83d',
  '\udc33',
  '\u0000',
  '\ufeff',
  '\r',
  '\t',
  '\u00a0',
  'CMD node x\n',
  'USER 0\n',
];

const edits = Number(process.argv[2] ?? 10_000);
const folders = process.argv.slice(3);
const texts =
  folders.length > 0
    ? folders.flatMap(dockerfilesIn)
    : [
        ...dockerfilesIn(join(import.meta.dirname, '../../media/sample')),
        ...rules.map(({ example }) => example.before),
      ];
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const next = random(seed);
const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;

let slowest = 0;
for (let done = 0; done < edits; ) {
  let text = pick(texts);
  const read = createReader();
  read(text);
  // A session of edits of one document.
  for (let i = 0; i < 50 && done < edits; i++, done++) {
    const from = Math.floor(next() * (text.length + 1));
    const removed = next() < 0.4 ? Math.floor(next() ** 3 * 200) : 0;
    const added = next() < 0.3 ? pick(texts).slice(0, Math.floor(next() * 400)) : next() < 0.8 ? pick(SNIPPETS) : '';
    text = text.slice(0, from) + added + text.slice(from + removed);
    const start = performance.now();
    const incremental = read(text);
    const findings = findingsOf(incremental, rules, { today: '2026-11-21' });
    const conversion = convert(incremental, { today: '2026-11-21' });
    slowest = Math.max(slowest, performance.now() - start);
    const scratch = readDockerfile(text);
    const told = `seed ${seed}, edit ${done}`;
    assert.deepEqual(plain(incremental), plain(scratch), told);
    assert.deepEqual(findingsOf(scratch, rules, { today: '2026-11-21' }), findings, told);
    assert.equal(convert(scratch, { today: '2026-11-21' }).outcome, conversion.outcome, told);
  }
}
console.log(`| Dockerfile edits | texts | readings that differ | exceptions | slowest edit, ms | seed |`);
console.log('|---|---|---|---|---|---|');
console.log(`| ${edits.toLocaleString('en')} | ${texts.length} | 0 | 0 | ${slowest.toFixed(0)} | ${seed} |`);

function plain({ lines: _, globalArgs, ...rest }: ReturnType<typeof readDockerfile>) {
  return { ...rest, globalArgs: [...globalArgs] };
}

function dockerfilesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /dockerfile/i.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
