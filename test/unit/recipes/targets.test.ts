/** What --target has to say to build what ships, before a conversion and after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { stageNamed } from '../../../server/dockerfile/targets.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

const APP = (name: string) =>
  `FROM golang:1.27-trixie${name}\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\nCMD ["/app"]\n`;

function targets(text: string, stage?: number) {
  const conversion = convert(readDockerfile(text), { today: TODAY, ...(stage === undefined ? {} : { stage }) });
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
  const { before, after } = conversion.target;
  const result = readDockerfile(conversion.dockerfile);
  const index = after === undefined ? result.stages.length - 1 : stageNamed(result, after);
  assert.equal(result.stages[index ?? -1]?.image?.text, conversion.base, 'what is named is what ships');
  return [before, after];
}

test('of the last stage, nothing', () => {
  assert.deepEqual(targets(APP('')), [undefined, undefined]);
  assert.deepEqual(targets(APP(' AS server')), [undefined, undefined]);
});

test('of another, its name, or that of the stage which then ships', () => {
  const other = 'FROM debian:13 AS other\nCMD ["bash"]\n';
  assert.deepEqual(targets(`${APP(' AS server')}${other}`, 0), ['server', 'server'], 'the name goes along');
  assert.deepEqual(targets(`${APP('')}${other}`, 0), ['0', 'final']);
  assert.deepEqual(targets(`${APP(' AS builder')}${other}`, 0), ['builder', 'final']);
  assert.deepEqual(targets(`${APP(' AS server')}FROM server AS dev\n`, 0), ['server', 'final']);
});

test('a stage that only gets another base keeps its name', () => {
  const ships = 'FROM debian:13 AS server\nCOPY --from=build /app /app\nCMD ["/app"]\n';
  assert.deepEqual(targets(`${APP(' AS build')}${ships}FROM debian:13 AS other\n`, 1), ['server', 'server']);
});
