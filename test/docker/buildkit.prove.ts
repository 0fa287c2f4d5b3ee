/**
 * A real BuildKit, that of Debian 13's engine (26.1): it stops at every line that the rule `syntax` marks, in stages that nothing needs at those
 * that are errors there, and takes what a build is given by name as our model does.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Given } from '../../server/dockerfile/dockerfile.ts';
import { withNamedContexts } from '../../server/dockerfile/named-contexts.ts';
import { rootStage } from '../../server/dockerfile/queries.ts';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { engineReason, skipUnless, startEngine, type TestEngine } from '../support/engine.ts';
import { inStage, refused } from '../support/refused.ts';
import { engine26, engine26Reason } from './engine-26.ts';
import { debianReason, importDebian } from './odd-image.ts';

const skip = skipUnless(engineReason() ?? debianReason() ?? engine26Reason());
let engine: TestEngine;
let folder: string;
before(async () => {
  if (skip !== false) return;
  engine = await startEngine({
    root: await engine26(),
    configuration: { features: { 'containerd-snapshotter': false } },
  });
  await importDebian(engine, 'debian:x');
  folder = join(engine.folder, 'context');
  mkdirSync(join(folder, 'files'), { recursive: true });
  writeFileSync(join(folder, 'files', 'file'), '');
});
after(() => engine?.stop());

/** Undefined: it is built; else the last line of what is said. */
async function build(
  text: string,
  contexts: readonly string[] = [],
  args: readonly string[] = [],
): Promise<string | undefined> {
  writeFileSync(join(folder, 'Dockerfile'), text);
  const given = [
    ...contexts.flatMap((one) => ['--build-context', one.replace('=./', `=${folder}/`)]),
    ...args.flatMap((one) => ['--build-arg', one]),
  ];
  const command = ['buildx', 'build', '--network=none', '--progress=plain', ...given, folder];
  try {
    await engine.enter(['docker', '--host', engine.address, ...command]);
    return undefined;
  } catch (error) {
    const lines = String((error as Error).message).split('\n');
    return lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? '';
  }
}

const missing = /not found|no such file|failed to resolve source metadata|did not complete/;
const onScratch = (line: string) => inStage(line.replace(/\b(from) a\b/i, '$1 scratch'), 'scratch');

test('it stops at every line that we mark, and not for want of a file', { skip }, async () => {
  const wrong: string[] = [];
  for (const [line] of refused) {
    const said = await build(onScratch(line));
    if (said === undefined || missing.test(said)) wrong.push(`${line}: ${said ?? 'built'}`);
  }
  assert.deepEqual(wrong, []);
});

test('in a stage that nothing needs it comes to some of them, and only those are errors there', { skip }, async () => {
  const wrong: string[] = [];
  for (const [line] of refused) {
    const text = `${onScratch(line)}FROM scratch\nCOPY files/file /\n`;
    const dockerfile = readDockerfile(text);
    // Of a heredoc without an end all that follows is text.
    if (dockerfile.stages.length < 2) continue;
    const isError = !dockerfile.problems.every(({ whenBuilt }) => whenBuilt);
    const said = await build(text);
    if ((said !== undefined) !== isError) wrong.push(`${line}: ${said ?? 'built'}`);
  }
  assert.deepEqual(wrong, []);
});

test('an argument without a default stops it at FROM, unless it is given', { skip }, async () => {
  const text = 'ARG BASE\nARG NAME=${BASE}:x\nFROM $NAME\nRUN true\n';
  assert.match((await build(text)) ?? '', /failed to parse stage name|should not be blank/);
  assert.equal(await build(text, [], ['BASE=debian']), undefined);
  assert.match((await build('ARG P\nFROM --platform=$P debian:x\n')) ?? '', /platform/);
});

const debian: Given = { kind: 'image', reference: 'debian:x' };
const files: Given = { kind: 'folder', place: './files' };

/** What is built runs only where the files are those of the context that we say. */
const cases: readonly {
  text: string;
  given: Readonly<Record<string, Given>>;
  builds: boolean;
  roots: readonly string[];
}[] = [
  {
    text: 'FROM docker.io/library/base:latest\nCOPY --from=base /etc/debian_version /given\nRUN test -e /given\n',
    given: { base: debian },
    builds: true,
    roots: ['debian:x'],
  },
  { text: 'FROM src\nRUN true\n', given: { src: files }, builds: false, roots: ['unknown'] },
  {
    text: 'FROM debian:x AS Build\nRUN false\nFROM debian:x\nCOPY --from=build /file /1\nCOPY --from=0 /file /2\nRUN test -e /1 && test -e /2\n',
    given: { build: files },
    builds: true,
    roots: ['unknown', 'debian:x'],
  },
  {
    text: 'FROM scratch AS build\nRUN false\nFROM build\nRUN test -e /etc/debian_version\n',
    given: { build: debian },
    builds: true,
    roots: ['debian:x', 'debian:x'],
  },
  {
    text: 'FROM debian:x AS one\nCOPY --from=later /file /\nFROM scratch AS later\nCOPY nowhere /\nFROM one\n',
    given: { later: files },
    builds: true,
    roots: ['debian:x', 'unknown', 'debian:x'],
  },
  {
    text: 'FROM debian:x\nRUN --mount=from=src,target=/m test -e /m/file\n',
    given: { src: files },
    builds: true,
    roots: ['debian:x'],
  },
  {
    text: 'FROM scratch\nCOPY --from=scratch /etc/debian_version /\n',
    given: { scratch: debian },
    builds: false,
    roots: ['scratch'],
  },
];

for (const { text, given, builds, roots } of cases) {
  test(`given ${Object.keys(given)}: ${text.replaceAll('\n', '⏎')}`, { skip }, async () => {
    const contexts = Object.entries(given).map(([name, it]) =>
      it.kind === 'image' ? `${name}=docker-image://${it.reference}` : `${name}=./files`,
    );
    const said = await build(text, contexts);
    assert.equal(said === undefined, builds, said);
    const named = Object.entries(given).map(([name, it]) => ({ name, given: it }));
    const dockerfile = withNamedContexts(readDockerfile(text), named);
    const parents = dockerfile.stages.map((stage) => rootStage(dockerfile, stage).parent);
    assert.deepEqual(
      parents.map((parent) => (parent.kind === 'image' ? parent.reference : parent.kind)),
      roots,
    );
  });
}

test('bake hands names on as they are written, and BuildKit shortens those of the Dockerfile', { skip }, async () => {
  writeFileSync(join(folder, 'Dockerfile'), 'FROM alpine\nCOPY files/file /\n');
  const file = join(folder, 'docker-bake.hcl');
  for (const [name, found] of [
    ['alpine', true],
    ['alpine:latest', false],
    ['docker.io/library/alpine', false],
  ] as const) {
    const attributes = `context = "${folder}"\n contexts = { "${name}" = "docker-image://debian:x" }`;
    writeFileSync(file, `target "default" {\n ${attributes}\n}\n`);
    const built = await engine.enter(['docker', '--host', engine.address, 'buildx', 'bake', '--file', file]).then(
      () => true,
      () => false,
    );
    assert.equal(built, found, name);
  }
});
