/** Files made to stop a reader. A test fails here by throwing, or by not ending. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environment, expanded, workdirAt } from '../../../server/dockerfile/environment.ts';
import { lastOf, rootStage, shellInForce, shippedStages } from '../../../server/dockerfile/queries.ts';
import { createReader, readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { wordsIn } from '../../../server/dockerfile/run-scripts.ts';
import { asExec, shellCommands } from '../../../server/dockerfile/shell-words.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { rules } from '../../../server/rules/index.ts';
import { random } from '../../support/random.ts';

/** Reads it, and asks everything that can be asked of each stage and instruction. */
function readAll(text: string) {
  const dockerfile = readDockerfile(text);
  for (const stage of dockerfile.stages) {
    for (const keyword of ['CMD', 'USER']) lastOf(dockerfile, stage, keyword);
    rootStage(dockerfile, stage);
    environment(dockerfile, stage).get('A');
    for (const instruction of stage.instructions) {
      shellInForce(dockerfile, stage, instruction);
      workdirAt(dockerfile, stage, instruction, '/');
      if (instruction.command) asExec(instruction.command);
    }
  }
  shippedStages(dockerfile);
  return dockerfile;
}
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

test('a line of 10 MB', () => {
  for (const piece of [
    'a',
    'a ',
    '"',
    '\\"',
    '<<',
    '<<a ',
    '$',
    '${a:-',
    '--a=b ',
    '[',
    '"a",',
    '`',
    '\\',
    '\r',
    '\0',
  ]) {
    for (const start of ['RUN ', 'ENV ', 'ENV a=', 'FROM ', 'CMD [', '# ']) {
      const { problems } = readAll(`FROM x\n${start}${piece.repeat(10_000_000 / piece.length)}`);
      assert.ok(problems.length > 0);
    }
  }
});

test('long shell texts', () => {
  for (const piece of ['a ', '$(', '`', '"', "'", '${', '{a', '<', '1', '\\', '(', ')', ';', '#', '~', '>&', 'a${b"']) {
    assert.ok(Array.isArray(shellCommands(piece.repeat(300_000 / piece.length))));
  }
});

test('a number without an end where a time is asked for', () => {
  const number = Array(20).fill('1'.repeat(60_000)).join('\\\n');
  assert.equal(readAll(`FROM x\nHEALTHCHECK --interval=${number} CMD a`).problems.length, 1);
});

test('more flags than a call can be given, each of them wrong', () => {
  const flags = lines(300_000, () => '--a \\');
  assert.equal(readAll(`FROM x\nRUN ${flags}\n  b`).problems.length, 300_000);
});

test('words of an array, more than a call can be given', () => {
  const words = lines(300_000, () => ', "a" \\');
  const [run] = readAll(`FROM x\nRUN ["a" \\\n${words}\n]`).stages[0]!.instructions;
  assert.equal(wordsIn(run!).length, 300_001);
});

test('patterns in a long value are looked for so many times, and no more', () => {
  const dockerfile = readDockerfile(
    `FROM x\nENV A=${'a'.repeat(8_000)}\n${lines(2_000, () => 'COPY ${A#*b} /c')}\nCOPY b /c`,
  );
  const [stage] = dockerfile.stages;
  const known = stage!.instructions.slice(1).map((it) => expanded(dockerfile, stage!, it, it.args[0]!) !== undefined);
  assert.equal(known[0], true);
  assert.equal(known.at(-1), true);
  const count = known.filter(Boolean).length;
  assert.ok(count < 1_000, `${count}`);
});

test('values of millions of parts', () => {
  const long = (part: string) =>
    Array(100)
      .fill(part.repeat(60_000 / part.length))
      .join('\\\n');
  for (const line of [
    `HEALTHCHECK --interval=${long('1s')}! CMD a`,
    `COPY --from=${long('a.')}a/b /x /y`,
    `COPY --chmod=${long('+r')}! a /b`,
    `SHELL ${long('a ')}!`,
    `ENV SECRET=${long('/a')}`,
    `RUN --mount=target=${long('/')}a b`,
  ]) {
    const dockerfile = readAll(`FROM gcr.io/distroless/static-debian13:nonroot\n${line}`);
    assert.doesNotThrow(() => findingsOf(dockerfile, rules, { today: '2026-11-21' }), line.slice(0, 20));
  }
});

test('a hundred thousand stages, side by side and one upon the other', () => {
  assert.equal(readAll(lines(100_000, (i) => `FROM x AS s${i}`)).stages.length, 100_000);
  const chain = readAll(
    `FROM x AS s0\n${lines(99_999, (i) => `FROM s${i} AS s${i + 1}\nENV A=$A:$A\nWORKDIR a\nUSER u`)}`,
  );
  assert.equal(rootStage(chain, chain.stages.at(-1)!).index, 0);
  assert.equal(shippedStages(chain).size, 100_000);
});

test('tens of thousands of instructions in a stage', () => {
  for (const line of [
    'ENV A=$A:b',
    'WORKDIR a',
    'ARG A=$A$A',
    'SHELL ["a"]',
    'RUN a',
    'ONBUILD RUN a',
    '&& a',
    'LABEL',
  ]) {
    assert.equal(readAll(`FROM x\n${lines(30_000, () => line)}`).stages.length, 1);
  }
});

test('variables that grow, chase each other, or ask for much work', () => {
  const doubling = `ARG A0=aaaaaaaaaa\n${lines(100_000, (i) => `ARG A${i + 1}=\${A${i}}\${A${i}}`)}\nFROM $A99999`;
  assert.deepEqual(readAll(doubling).stages[0]?.parent, { kind: 'unknown' });
  assert.deepEqual(readAll('ARG A=$B\nARG B=$A\nFROM $A').stages[0]?.parent, { kind: 'unknown' });
  assert.deepEqual(readAll('ARG A=$A$A\nFROM $A').stages[0]?.parent, { kind: 'unknown' });
  const patterns = `ARG A=${'a'.repeat(8_000)}\n${lines(10_000, (i) => `ARG B${i}=\${A##*a*a*a*a*a*b}\${A//a*b/c}`)}\nFROM $B1`;
  assert.equal(readAll(patterns).stages.length, 1);
  assert.equal(readAll(`ARG A=${'${a:-'.repeat(10_000)}${'}'.repeat(10_000)}\nFROM $A`).stages.length, 1);
});

test('stage names that other checkers cannot finish', () => {
  const { problems } = readAll(`FROM alpine AS ${'a'.repeat(60_000)}!`);
  assert.match(problems[0]?.message ?? '', /A stage name begins with a letter/);
});

test('continued lines by the hundred thousand, comments, and empty lines', () => {
  assert.equal(readAll(`RUN a${' \\\n b'.repeat(200_000)}`).instructions.length, 1);
  assert.equal(readAll(`RUN a \\\n${'# b\n'.repeat(200_000)}`).comments.length, 200_000);
  assert.equal(readAll('\n'.repeat(1_000_000)).instructions.length, 0);
});

test('heredocs by the thousand, and one without an end', () => {
  assert.equal(
    readAll(`RUN ${'<<a '.repeat(10_000)}\n${'a\n'.repeat(10_000)}`).instructions[0]?.heredocs.length,
    10_000,
  );
  assert.equal(readAll(`FROM b\nRUN ${'<<a '.repeat(10_000)}\n${'b\n'.repeat(100_000)}`).problems.length, 10_000);
  const endless = (name: (i: number) => string) =>
    readAll(Array.from({ length: 20_000 }, (_, i) => `FROM b\nRUN <<${name(i)}\nx\n`).join(''));
  assert.equal(endless(() => 'E').stages.length, 20_000);
  // Each name is searched for to the end: of many, the rest is not looked at.
  assert.equal(endless((i) => `E${i}`).stages.length, 11);
});

test('characters that are none', () => {
  const text = 'FROM x\uD800\0\nRUN \uDC00 <<\uD800\n\uD800\nCMD ["\uD800\\ud800"]\n\uFEFF\u2028RUN\u00a0x\n';
  assert.equal(readAll(text).stages[0]?.instructions[1]?.command?.kind, 'exec');
});

test('names of what every object has', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    const text = `ARG ${name}\nFROM ${name}\nENV ${name}=1\nCOPY --from=${name} a b\n${name} x\n# ${name}=x`;
    assert.deepEqual(readAll(text).stages[0]?.parent, { kind: 'image', reference: name });
  }
});

test('every prefix of a file is read', () => {
  const text =
    '# syntax=a\n# escape=`\nARG A="b"\r\nFROM --platform=$B a:${A:-c} AS d `\n # e\nRUN <<E <<-\'F\'\n1\nE\n\t2\n\tF\nHEALTHCHECK --a=b CMD ["c", "\\u0041"]\nONBUILD COPY --from=d "a b" /💥\nENV A=\'b\' C="d\\"e"\n';
  const read = createReader();
  for (let end = 0; end <= text.length; end++) {
    assert.deepEqual(read(text.slice(0, end)).instructions, readAll(text.slice(0, end)).instructions);
    readAll(text.slice(end));
  }
});

test('an edit anywhere gives what reading the whole text anew gives', () => {
  const parts = [
    ...[
      '\n',
      '\r\n',
      '\\\n',
      '`\n',
      ' ',
      '\t',
      '# a\n',
      '# escape=`\n',
      '# syntax=x\n',
      '#!x\n',
      '<<E',
      '\nE\n',
      '<<-"F"',
      '\tF\n',
    ],
    ...[
      'FROM a AS b\n',
      'FROM b\n',
      'RUN x && y \\\n  z\n',
      'RUN <<E\nx\nE\n',
      'CMD ["c"]\n',
      'ONBUILD RUN x\n',
      'ENV A=b\n',
      'L',
      '[',
      '"',
    ],
  ];
  const next = random(3);
  const below = (limit: number) => Math.floor(next() * limit);
  for (let round = 0; round < 40; round++) {
    const read = createReader();
    let text = Array.from({ length: 30 }, () => parts[below(parts.length)]).join('');
    for (let edit = 0; edit < 50; edit++) {
      const from = below(text.length + 1);
      const removed = below(4) === 0 ? below(40) : below(4);
      text = text.slice(0, from) + (below(3) === 0 ? '' : parts[below(parts.length)]) + text.slice(from + removed);
      const { lines: _, ...incremental } = read(text);
      const { lines: __, ...anew } = readDockerfile(text);
      assert.deepEqual(incremental, anew, JSON.stringify(text));
    }
  }
});

test('what has not changed is not read again', () => {
  const read = createReader();
  const text = 'FROM a\nRUN b\n# c\nRUN d\nRUN e\nRUN f\n';
  const before = read(text).instructions;
  const after = read(text.replace('RUN d', 'RUN dd')).instructions;
  assert.deepEqual(
    after.map((it, i) => it === before[i]),
    [true, true, false, true, true],
  );
  const moved = read(text.replace('RUN d', 'RUN dd\n')).instructions;
  assert.ok(moved.every(({ origin }, i) => origin === after[i]?.origin));
  assert.equal(moved[4]?.range.start.line, 6);
});
