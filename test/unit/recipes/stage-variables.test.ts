import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { stageVariables } from '../../../server/recipes/stage-variables.ts';

function variables(lines: string, inherited: Readonly<Record<string, string>> = {}) {
  const dockerfile = readDockerfile(`FROM golang:1.27\n${lines}\n`);
  return stageVariables(dockerfile, dockerfile.stages[0]!, inherited);
}

test('the later of ENV and ARG wins, as in a build', () => {
  assert.equal(variables('ENV A=1\nARG A=2').likely('A', undefined), '2');
  assert.equal(variables('ARG A=1\nENV A=2').likely('A', undefined), '2');
});

test('an ARG that is given nothing leaves the value, but no longer fixed', () => {
  const { fixed, likely } = variables('ENV A=1\nARG A');
  assert.equal(likely('A', undefined), '1');
  assert.equal(fixed('A', undefined), undefined);
});

test('what the base sets holds until the stage sets it', () => {
  assert.equal(variables('ENV B=1', { A: 'base' }).fixed('A', undefined), 'base');
  assert.equal(variables('ENV A=$A:more', { A: 'base' }).fixed('A', undefined), 'base:more');
});

test('an ARG is handed down to the stages that are built on its own, unless the image has a value', () => {
  const handedDown = (lines: string, inherited: Readonly<Record<string, string>> = {}) => {
    const dockerfile = readDockerfile(`FROM golang:1.27 AS below\n${lines}\nFROM below\nRUN true\n`);
    return stageVariables(dockerfile, dockerfile.stages[1]!, inherited).likely('A', undefined);
  };
  assert.equal(handedDown('ARG A=1'), '1');
  assert.equal(handedDown('ARG A=1\nARG A'), '1');
  assert.equal(handedDown('ENV A=1\nARG A=2'), '1');
  assert.equal(handedDown('ARG A=1', { A: 'base' }), 'base');
});
