/** What scripts come to, and what only a shell can do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { contextNeeds } from '../../../server/recipes/convert.ts';
import { dissolve } from '../../../server/recipes/entry-script.ts';

const plain = (script: string) => {
  const found = dissolve(`#!/bin/sh\n${script}`, '/app');
  return found.kind === 'plain'
    ? [
        ...found.set,
        '|',
        ...found.words,
        ...(found.takesArguments ? ['…'] : []),
        ...(found.prints ? ['prints'] : []),
      ].join(' ')
    : `line ${found.line + 1}: ${found.text}`;
};

test('a script that only starts something is that', () => {
  assert.equal(plain('exec "$@"\n'), '| …');
  assert.equal(plain('set -euo pipefail\n# why\nexec node server.js "$@"\n'), '| node server.js …');
  assert.equal(plain('/usr/bin/app --port 80'), '| /usr/bin/app --port 80');
  assert.equal(plain('cd /app && exec ./server'), '| ./server');
  assert.equal(plain('export A=1 B="two-2"\nexport PORT=${PORT:-8080}\nexec app\n'), 'A=1 B=two-2 PORT=8080 | app');
  assert.equal(
    plain('export PORT="${PORT:-8080}"; NODE_ENV=production exec app'),
    'PORT=8080 NODE_ENV=production | app',
  );
  assert.equal(plain('echo starting\nexec app'), '| app prints');
});

test('what is more is told with its line', () => {
  assert.equal(plain('if [ -f x ]; then y; fi\nexec app'), 'line 2: [ -f x ]');
  assert.equal(plain('./migrate\nexec app'), 'line 2: ./migrate');
  assert.equal(plain('exec app $OPTIONS'), 'line 2: exec app $OPTIONS');
  assert.equal(plain('exec app "$1"'), 'line 2: exec app "$1"');
  assert.equal(plain('exec app $@'), 'line 2: exec app $@');
  assert.equal(plain('A=1\nexec app'), 'line 2: A=1');
  assert.equal(plain('export A=$B\nexec app'), 'line 2: export A=$B');
  assert.equal(plain('export A=${B:-1}\nexec app'), 'line 2: export A=${B:-1}');
  assert.equal(plain('cd /other\nexec app'), 'line 2: cd /other');
  assert.equal(plain('app &\nexec other'), 'line 2: app &'.replace(' &', ''));
  assert.equal(plain('app | tee log'), 'line 2: app');
  assert.equal(plain('app > log'), 'line 2: app > log');
  assert.equal(plain('. ./env\nexec app'), 'line 2: . ./env');
  assert.equal(plain('exec su-exec app server "$@"'), '| su-exec app server …');
  assert.equal(plain('gosu app server'), 'line 2: gosu app server');
  assert.equal(plain('set -e\n'), 'line 1: an empty script');
});

test('the script is asked for where COPY takes it from', () => {
  const needs = (text: string) => contextNeeds(readDockerfile(text));
  const node = 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\n';
  assert.deepEqual(needs(`${node}ENTRYPOINT ["./run.sh"]\n`), ['run.sh', 'package.json', '.yarnrc.yml']);
  assert.deepEqual(needs(`${node}COPY docker/entry.sh /usr/local/bin/entrypoint\nENTRYPOINT ["sh", "entrypoint"]\n`), [
    'entrypoint',
    'package.json',
    '.yarnrc.yml',
  ]);
  assert.deepEqual(
    needs(
      `FROM golang:1.27 AS b\nWORKDIR /src\nCOPY . .\nRUN go build -o /x .\nFROM alpine\nCOPY --from=b /src/run.sh /bin/run.sh\nCMD ["/bin/run.sh"]\n`,
    ),
    ['run.sh', 'go.mod'],
  );
});
