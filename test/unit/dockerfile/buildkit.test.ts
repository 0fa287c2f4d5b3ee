/**
 * Our reading beside that of BuildKit v0.34.2's own parser. Each entry of the fixture is a Dockerfile and what `parser.Parse(…).AST.Dump()` printed
 * of it: instructions of every kind and form, each in which dockerfile-ast reads otherwise than BuildKit, and lines put together at random.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dockerfile, Instruction } from '../../../server/dockerfile/dockerfile.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { linesOf, type Range } from '../../../server/dockerfile/text.ts';
import { dockerfilesIn } from '../../corpus/dockerfiles.ts';
import dumps from '../../fixtures/buildkit-dumps.json' with { type: 'json' };
import { dump } from '../../support/dump.ts';

/** Go writes what cannot be seen as `\u00a0`. */
const visible = (text: string) =>
  text.replace(/[\u00a0\u2003\u2028]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);

test('keywords, flags and words are those of BuildKit', () => {
  for (const [text = '', expected] of dumps) assert.equal(visible(dump(readDockerfile(text))), expected, text);
});

test('what a word says stands where it is said to stand', () => {
  let words = 0;
  const files = dockerfilesIn(join(import.meta.dirname, '../../fixtures')).map((path) => readFileSync(path, 'utf8'));
  for (const text of [...files, ...dumps.map(([text = '']) => text)]) {
    const dockerfile = readDockerfile(text);
    for (const [written, range, hidden] of dockerfile.instructions.flatMap(wordsOf)) {
      const found = joined(dockerfile, range);
      assert.equal(hidden ? found.replace(hidden, '') : found, written, `${text}\n${JSON.stringify(range)}`);
      words++;
    }
  }
  assert.ok(words > 4_000, `${words} words`);
});

/** Words as they are written; values of flags without the quotes and escapes that they may have. */
function wordsOf({ args, command, flags, trigger }: Instruction): [string, Range, RegExp?][] {
  const words = command?.kind === 'exec' ? [...args, ...command.words] : args;
  const values = flags.flatMap(({ value, valueRange }): [string, Range, RegExp][] =>
    value && valueRange && /^[\w.:=,/-]*$/.test(value) ? [[value, valueRange, /["'`\\]/g]] : [],
  );
  return [
    ...words.map(({ text, range }): [string, Range] => [text, range]),
    ...values,
    ...(trigger ? wordsOf(trigger) : []),
  ];
}

/** The source at a range as one line: continuations, and comments and empty lines behind them, are taken away. */
function joined({ text, lines, escape: token }: Dockerfile, { start, end }: Range): string {
  const parts = linesOf(text.slice(lines.offset(start), lines.offset(end)));
  let line = '';
  for (let i = 0; i < parts.count; i++) {
    const part = parts.text.slice(parts.start(i), parts.end(i));
    if (i > 0 && /^\s*(#|$)/.test(part)) continue;
    line += i < parts.count - 1 ? part.replace(/[ \t]*$/, '').replace(new RegExp(`\\${token}$`), '') : part;
  }
  return line;
}
