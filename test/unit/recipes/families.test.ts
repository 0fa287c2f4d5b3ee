/** Every fixture in every family: what is converted holds what a conversion promises, and the same text gives the same result. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { FAMILIES } from '../../../server/recipes/conversion.ts';
import { alternatives, convert } from '../../../server/recipes/convert.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { rules } from '../../../server/rules/index.ts';
import { TODAY } from '../../support/carets.ts';
import { unexplained } from '../../support/explained.ts';
import { missing } from '../../support/kept.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/recipes');
const names = readdirSync(FOLDER).flatMap((file) => /^(.+)\.before\.Dockerfile$/.exec(file)?.[1] ?? []);

function fixture(name: string) {
  const path = join(FOLDER, `${name}.context.json`);
  const files: Record<string, string> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return {
    before: readDockerfile(readFileSync(join(FOLDER, `${name}.before.Dockerfile`), 'utf8')),
    options: { today: TODAY, context: new Map(Object.entries(files)) },
  };
}

for (const family of FAMILIES) {
  test(`what is converted to ${family} holds its promises`, () => {
    let count = 0;
    for (const name of names) {
      const { before, options } = fixture(name);
      const conversion = convert(before, { ...options, family });
      if (conversion.outcome === 'declined') {
        assert.ok(conversion.reasons.length > 0, name);
        for (const { line, message } of conversion.reasons)
          assert.ok(line < before.lines.count && /\.$/.test(message), `${name}: ${line} ${message}`);
        continue;
      }
      assert.equal(conversion.outcome, 'converted', name);
      if (conversion.outcome !== 'converted') continue;
      count++;
      // .NET's images are Microsoft's own in any case, and a static program needs no base of a family.
      if (conversion.language !== 'dotnet') assert.equal(conversion.family, family, name);
      const result = readDockerfile(conversion.dockerfile);
      assert.deepEqual(result.problems, [], name);
      assert.deepEqual(missing(before, result, conversion.notes), [], name);
      assert.deepEqual(unexplained(before, result, conversion.notes), [], name);
      const again = convert(result, { ...options, family });
      assert.deepEqual(again, { outcome: 'already-minimal', base: conversion.base }, name);
      const grave = findingsOf(result, rules, { today: TODAY }).filter(({ severity }) => severity === 'error');
      assert.deepEqual(
        grave.map(({ rule, message }) => `${rule}: ${message}`),
        [],
        name,
      );
    }
    assert.ok(count > 0, 'none of the fixtures is converted');
  });
}

test('the same text gives the same conversion, with each alternative once', () => {
  for (const name of names) {
    const { before, options } = fixture(name);
    const [first, second] = [0, 1].map(() => convert(readDockerfile(before.text), options));
    assert.deepEqual(first, second, name);
    if (first?.outcome !== 'converted') continue;
    const bases = alternatives(before, options, first).map(({ base }) => base);
    assert.deepEqual(
      bases,
      [...new Set(bases)].filter((base) => base !== first.base),
      name,
    );
  }
});

test('what is handed to a shell in exec form is started without it', () => {
  let count = 0;
  for (const name of names) {
    const { before, options } = fixture(name);
    const start = before.instructions.findLast(({ keyword }) => keyword === 'CMD' || keyword === 'ENTRYPOINT');
    if (start?.command?.kind !== 'exec' || !start.command.words.every(({ value }) => /^[\w./:=-]+$/.test(value)))
      continue;
    const words = start.command.words.map(({ value }) => value);
    for (const shell of ['sh', '/bin/bash']) {
      const newText = JSON.stringify([shell, '-c', words.join(' ')]);
      const conversion = convert(
        readDockerfile(applyEdits(before.text, [{ range: start.command.range, newText }])),
        options,
      );
      if (conversion.outcome !== 'converted') continue;
      count++;
      const after = readDockerfile(conversion.dockerfile).stages.at(-1)!.instructions;
      const started = after.flatMap(({ keyword, command }) =>
        /^(CMD|ENTRYPOINT)$/.test(keyword) && command?.kind === 'exec' ? command.words.map(({ value }) => value) : [],
      );
      assert.ok(!started.includes(shell) && !started.includes('-c'), `${name}\n${conversion.dockerfile}`);
    }
  }
  assert.ok(count > 50, `${count} conversions`);
});
