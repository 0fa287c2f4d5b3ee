import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  environment,
  expanded,
  heredocText,
  pathOf,
  runEnvironment,
  workdirAt,
} from '../../../server/dockerfile/environment.ts';
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

test('ARG is no ENV, but its value may go into one', () => {
  assert.equal(variable('FROM a\nARG B=1', 'B'), 'not set');
  assert.equal(variable('FROM a\nARG B=1\nENV C=$B', 'C'), '1');
  assert.equal(variable('ARG B=1\nFROM a\nARG B\nENV C=$B', 'C'), '1');
  assert.equal(variable('ARG B=1\nFROM a\nENV C=$B', 'C'), 'set');
  assert.equal(variable('FROM a\nARG BUILDKIT_SBOM_SCAN_STAGE=true\nENV C=$BUILDKIT_SBOM_SCAN_STAGE', 'C'), 'set');
});

// What a build makes of them: dockerfile2llb of BuildKit 0.34.2, without build arguments.
test('of ENV and ARG the later one is in force, and an ARG without a value leaves what was there', () => {
  assert.equal(variable('FROM a\nENV B=1\nARG B=2\nENV C=$B', 'C'), '2');
  assert.equal(variable('FROM a\nARG B=2\nENV B=1\nENV C=$B', 'C'), '1');
  assert.equal(variable('FROM a\nENV B=1\nARG B\nENV C=$B', 'C'), '1');
  assert.equal(variable('FROM a\nARG B=1\nARG B\nENV C=$B', 'C'), '1');
  assert.equal(variable('FROM a\nARG P\nENV C=${P:-8080}', 'C'), '8080');
  assert.equal(variable('FROM a\nARG P\nENV C=$P', 'C'), 'set');
});

test('a stage hands its ARGs down, except where its image has an ENV of that name', () => {
  assert.equal(variable('FROM a AS s\nARG B=1\nFROM s\nENV C=$B', 'C'), '1');
  assert.equal(variable('FROM a AS s\nARG B=1\nFROM s AS t\nFROM t\nENV C=$B', 'C'), '1');
  assert.equal(variable('FROM a AS s\nENV B=1\nARG B=2\nFROM s\nENV C=$B', 'C'), '1');
  assert.equal(variable('ARG B=2\nFROM a AS s\nARG B=1\nFROM s\nARG B\nENV C=$B', 'C'), '2');
  assert.equal(variable('FROM a AS s\nARG B=1\nFROM s', 'B'), 'not set');
  // The image of node sets it.
  assert.equal(variable('FROM node AS s\nARG NODE_VERSION=1\nFROM s\nENV C=$NODE_VERSION', 'C'), 'set');
  assert.equal(variable('FROM scratch AS s\nARG NODE_VERSION=1\nFROM s\nENV C=$NODE_VERSION', 'C'), '1');
});

test('ONBUILD is carried out first in the stage that is built on it, and no further', () => {
  const two = 'FROM a AS s\nONBUILD ENV B=1\nONBUILD WORKDIR /w\nONBUILD ARG D=2\nENV B=0\nWORKDIR /v\nFROM s AS t\n';
  assert.equal(variable(`${two}ENV C=$B$D`, 'C'), '12');
  assert.equal(variable(`${two}ENV B=3\nFROM t`, 'B'), '3');
  assert.equal(workdir(`${two}WORKDIR x`), '/w/x');
  assert.equal(workdir(`${two}WORKDIR x\nFROM t`), '/w/x');
});

test('what nothing sets is empty on scratch, but for the PATH that BuildKit sets', () => {
  assert.equal(variable('FROM scratch\nENV B=x$C', 'B'), 'x');
  assert.equal(variable('FROM scratch AS s\nFROM s\nENV B=x$C', 'B'), 'x');
  assert.equal(variable('FROM scratch\nENV B=x$PATH', 'B'), 'set');
  assert.equal(variable('FROM scratch\nARG C\nENV B=x$C', 'B'), 'set');
});

test('what BuildKit sets is there, and not always filled', () => {
  const two = 'FROM a\nARG TARGETARCH TARGETVARIANT\n';
  assert.equal(variable(`${two}ENV C=\${TARGETARCH:+x}`, 'C'), 'x');
  assert.equal(variable(`${two}ENV C=\${TARGETVARIANT+x}`, 'C'), 'x');
  assert.equal(variable(`${two}ENV C=\${TARGETVARIANT:+x}`, 'C'), 'set');
  assert.equal(variable(`${two}ENV C=$TARGETARCH\nENV D=\${C:+x}`, 'D'), 'set');
});

test('names of ENV are expanded too', () => {
  assert.equal(variable('FROM a\nENV A=B\nENV "D"=2 E$A=3', 'D'), '2');
  assert.equal(variable('FROM a\nENV A=B\nENV "D"=2 E$A=3', 'EB'), '3');
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
  assert.equal(lastWord('FROM a\nENV D=1\nCOPY ["\\"$D\\"", "b"]'), '1');
  assert.equal(lastWord('FROM a\nCOPY ["b\\\\c", "b"]'), 'bc');
});

test('heredocs are expanded with quotes as they are and a backslash as escape', () => {
  const text = 'FROM a\nENV A=1 B=\nCOPY <<E <<-"F" /\n$A \'$A\' "${B:-d}" \\$A \\\\ \\a\nE\n\t\t$A\n\tx\nF\n';
  const dockerfile = readDockerfile(text);
  const [stage] = dockerfile.stages;
  const copy = stage!.instructions.at(-1)!;
  assert.deepEqual(
    copy.heredocs.map((it) => heredocText(dockerfile, stage!, copy, it)),
    ['1 \'1\' "d" $A \\ a\n', '$A\nx\n'],
  );
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

test('on Windows drives do not count, and either slash parts a path', () => {
  const windows = 'FROM mcr.microsoft.com/windows/nanoserver:ltsc2025\n';
  assert.equal(workdir(`# escape=\`\n${windows}WORKDIR C:\\app\nWORKDIR b\\c`), '/app/b/c');
  assert.equal(workdir(`${windows}WORKDIR app`, 'C:\\'), '/app');
  assert.equal(workdir('# escape=`\nFROM a\nWORKDIR /w\nWORKDIR C:\\app'), '/w/C:\\app');
  assert.equal(workdir('# escape=`\nFROM --platform=windows/amd64 a\nWORKDIR /w\nWORKDIR C:\\app'), '/app');
});

test('where a path leads', () => {
  const path = (text: string, base?: string) => {
    const dockerfile = readDockerfile(text);
    const [stage] = dockerfile.stages;
    const instruction = stage!.instructions.at(-1)!;
    return pathOf(dockerfile, stage!, instruction, instruction.args.at(-1)!, base);
  };
  assert.equal(path('FROM a\nWORKDIR /w\nCOPY x ./y/../z/'), '/w/z');
  assert.equal(path('FROM a\nENV D=/d\nCOPY x $D/'), '/d');
  assert.equal(path('FROM a\nCOPY x y', '/home'), '/home/y');
  assert.equal(path('FROM a\nCOPY x y'), undefined);
  assert.equal(path('FROM a\nCOPY x $D', '/'), undefined);
  assert.equal(path('FROM mcr.microsoft.com/windows/nanoserver:ltsc2025\nCOPY x c:/y/'), '/y');
});

test('a RUN sees ENV and ARG', () => {
  const dockerfile = readDockerfile('FROM scratch\nARG B=1 C\nENV D=$B\nARG E=$D\nRUN x\nARG F=1');
  const [stage] = dockerfile.stages;
  const seen = runEnvironment(dockerfile, stage!, stage!.instructions[3]!);
  assert.deepEqual(
    ['B', 'C', 'D', 'E', 'F', 'G'].map((name) => (seen.has(name) ? (seen.get(name) ?? 'open') : 'not set')),
    ['1', 'open', '1', '1', 'not set', 'not set'],
  );
});

test('it is that of the line which asks', () => {
  const dockerfile = readDockerfile('FROM a\nRUN 1\nWORKDIR /b\nRUN 2');
  const [stage] = dockerfile.stages;
  assert.deepEqual(
    stage!.instructions.map((it) => workdirAt(dockerfile, stage!, it, '/')),
    ['/', '/', '/b'],
  );
});
