import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environment, expanded, workdirAt } from '../../../server/dockerfile/environment.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';

const variable = (text: string, name: string) => {
  const dockerfile = readDockerfile(text);
  const found = environment(dockerfile, dockerfile.stages.at(-1)!);
  return found.has(name) ? (found.get(name) ?? 'set') : 'not set';
};
/** What the first word of the last instruction says. */
const lastWord = (text: string) => {
  const dockerfile = readDockerfile(text);
  const stage = dockerfile.stages.at(-1)!;
  const instruction = stage.instructions.at(-1)!;
  return expanded(dockerfile, stage, instruction, instruction.args[0]!);
};
const workdir = (text: string, base?: string) => {
  const dockerfile = readDockerfile(text);
  return workdirAt(dockerfile, dockerfile.stages.at(-1)!, undefined, base);
};

test('ENV holds from its line on, and in the stages built on it', () => {
  assert.equal(variable('FROM a\nENV B=1 C="2 3"', 'C'), '2 3');
  assert.equal(variable('FROM a\nENV B 1 2', 'B'), '1 2');
  assert.equal(variable('FROM a AS s\nENV B=1\nFROM s\nENV C=$B', 'C'), '1');
  assert.equal(variable('FROM a AS s\nENV B=1\nFROM a', 'B'), 'not set');
  const dockerfile = readDockerfile('FROM a\nRUN x\nENV B=1\nRUN y\nENV B=2');
  const [stage] = dockerfile.stages;
  assert.deepEqual(
    stage!.instructions.map((it) => environment(dockerfile, stage!, it).get('B')),
    [undefined, undefined, '1', '1'],
  );
});

test('the values of one ENV do not see each other, those of one ARG do', () => {
  assert.equal(variable('FROM a\nENV B=1\nENV B=2 C=$B', 'C'), '1');
  assert.equal(variable('FROM a\nARG B=1\nARG B=2 C=$B\nENV D=$C', 'D'), '2');
});

test('ARG is no ENV, but its value may go into one; it ends with its stage', () => {
  assert.equal(variable('FROM a\nARG B=1', 'B'), 'not set');
  assert.equal(variable('FROM a\nARG B=1\nENV C=$B', 'C'), '1');
  assert.equal(variable('ARG B=1\nFROM a\nARG B\nENV C=$B', 'C'), '1');
  assert.equal(variable('ARG B=1\nFROM a\nENV C=$B', 'C'), 'set');
  assert.equal(variable('FROM a AS s\nARG B=1\nFROM s\nENV C=$B', 'C'), 'set');
});

test('what the base image may set is not known', () => {
  assert.equal(variable('FROM a\nENV PATH=/app:$PATH', 'PATH'), 'set');
  assert.equal(variable('FROM a\nENV B=${C:-d}', 'B'), 'set');
});

test('a word with its variables filled in', () => {
  assert.equal(lastWord('FROM a\nARG UID=65532\nUSER $UID'), '65532');
  assert.equal(lastWord('FROM a\nENV D=/app\nWORKDIR ${D}/x'), '/app/x');
  assert.equal(lastWord('FROM a\nARG UID\nUSER $UID'), undefined);
  assert.equal(lastWord("FROM a\nENV D=1\nUSER '$D'"), '$D');
});

test('working directories are joined, through the stages too', () => {
  assert.equal(workdir('FROM a\nWORKDIR /a\nWORKDIR b\nWORKDIR ./c/../d'), '/a/b/d');
  assert.equal(workdir('FROM a AS s\nWORKDIR /a\nFROM s\nWORKDIR b'), '/a/b');
  assert.equal(workdir('FROM a\nWORKDIR /a\nWORKDIR /b//c/'), '/b/c');
  assert.equal(workdir('FROM a\nENV D=x\nWORKDIR /$D'), '/x');
});

test('a relative one stands in that of the base image, if that is known', () => {
  assert.equal(workdir('FROM a\nWORKDIR b', '/home'), '/home/b');
  assert.equal(workdir('FROM a\nWORKDIR ../b', '/home/x'), '/home/b');
  assert.equal(workdir('FROM a\nWORKDIR b'), undefined);
  assert.equal(workdir('FROM a\nRUN b', ''), '/');
  assert.equal(workdir('FROM scratch\nWORKDIR b'), '/b');
  assert.equal(workdir('FROM a\nWORKDIR $X\nWORKDIR b', '/'), undefined);
  assert.equal(workdir('FROM a\nWORKDIR $X\nWORKDIR /b'), '/b');
});

test('it is that of the line which asks', () => {
  const dockerfile = readDockerfile('FROM a\nRUN 1\nWORKDIR /b\nRUN 2');
  const [stage] = dockerfile.stages;
  assert.deepEqual(
    stage!.instructions.map((it) => workdirAt(dockerfile, stage!, it, '/')),
    ['/', '/', '/b'],
  );
});
