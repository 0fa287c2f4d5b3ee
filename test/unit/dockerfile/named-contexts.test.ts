/** What a build is given by name stands for the stage or the image of that name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Given, Stage } from '../../../server/dockerfile/dockerfile.ts';
import { withNamedContexts } from '../../../server/dockerfile/named-contexts.ts';
import { copySource, mountSources, rootStage } from '../../../server/dockerfile/queries.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';

const image = (reference: string): Given => ({ kind: 'image', reference });
const folder: Given = { kind: 'folder', place: '.' };

function built(text: string, contexts: Readonly<Record<string, Given>>) {
  const dockerfile = withNamedContexts(
    readDockerfile(text),
    Object.entries(contexts).map(([name, given]) => ({ name, given })),
  );
  const words = (one: Stage) => {
    const { parent } = rootStage(dockerfile, one);
    return parent.kind === 'image' ? parent.reference : parent.kind;
  };
  const last = dockerfile.stages.at(-1)!;
  const sources = last.instructions.flatMap((it) => [
    ...[copySource(dockerfile, last, it) ?? []].flat(),
    ...mountSources(dockerfile, last, it),
  ]);
  return {
    stages: dockerfile.stages,
    roots: dockerfile.stages.map(words),
    sources: sources.map((it) => (it.kind === 'image' ? it.reference : it.kind === 'stage' ? it.stage : it.kind)),
  };
}

test('FROM, COPY --from and mounts take the image that is given, whatever else the name could mean', () => {
  const text = `FROM docker.io/library/golang:latest AS build
RUN go build
FROM index.docker.io/library/alpine AS tools
FROM build AS both
FROM debian:13
COPY --from=golang / /1
COPY --from=own /x /2
RUN --mount=type=bind,from=files,target=/f --mount=from=own,target=/g true
COPY --from=busybox / /3
`;
  const { roots, sources, stages } = built(text, {
    golang: image('golang:1.22'),
    alpine: { kind: 'scratch' },
    own: image('ghcr.io/a/own:1'),
    files: folder,
  });
  assert.deepEqual(roots, ['golang:1.22', 'scratch', 'golang:1.22', 'debian:13']);
  assert.deepEqual(sources, ['golang:1.22', 'ghcr.io/a/own:1', 'unknown', 'ghcr.io/a/own:1', 'busybox']);
  assert.equal(stages[0]!.instructions.length, 1, 'the stage is built, on another image');
});

test('a stage of that name is not built; those on it, and its number, mean what is given', () => {
  const text = `FROM golang AS Build
RUN go build
FROM build AS more
FROM scratch AS src
COPY . .
FROM debian:13
COPY --from=0 / /1
COPY --from=BUILD / /2
COPY --from=src / /3
COPY --from=later / /4
COPY --from=more / /5
`;
  const { roots, sources, stages } = built(text, { build: image('golang:1.22'), src: folder, later: folder });
  assert.deepEqual(roots, ['golang:1.22', 'golang:1.22', 'unknown', 'debian:13']);
  assert.deepEqual(sources, ['golang:1.22', 'golang:1.22', 'unknown', 'unknown', 1]);
  assert.deepEqual(
    stages.map(({ instructions, given }) => [instructions.length, given?.replaces]),
    [
      [0, true],
      [0, undefined],
      [0, true],
      [5, undefined],
    ],
  );
});

test('BuildKit shortens the names of the Dockerfile, and not those of the build: what it would not find is not known', () => {
  const text =
    'FROM alpine\nFROM debian\nFROM golang:1.22\nFROM scratch\nFROM context\nFROM node\nCOPY --from=scratch / /\n';
  const { roots, sources } = built(text, {
    'alpine:latest': image('a'),
    Debian: image('b'),
    'golang:1.22': image('golang:1.23'),
    scratch: image('c'),
    context: image('d'),
    node: image('node:24'),
    'node::linux/arm64': image('node:22'),
  });
  assert.deepEqual(roots, ['unknown', 'unknown', 'golang:1.23', 'scratch', 'd', 'unknown']);
  assert.deepEqual(sources, ['scratch']);
  // A stage of that name is built as it stands.
  assert.deepEqual(built('FROM a AS context\nFROM context\n', { context: image('d') }).roots, ['a', 'a']);
});

test('a stage of the same file, as its own build makes it', () => {
  const text = 'FROM debian:13 AS base\nFROM base AS one\nFROM given AS two\nFROM ahead\nFROM alpine AS later\n';
  const stage = (target?: string): Given => ({ kind: 'stage', target });
  assert.deepEqual(built(text, { given: stage('ONE') }).roots.slice(2), ['debian:13', 'ahead', 'alpine']);
  assert.deepEqual(built(text, { ahead: stage('later') }).roots[3], 'unknown', 'it stands below');
  assert.deepEqual(built(text, { ahead: stage() }).roots[3], 'unknown', 'the last one');
  assert.deepEqual(built(text, { given: stage('none') }).roots[2], 'unknown');
  const own = built(text, { base: stage('base') });
  assert.deepEqual([own.roots[1], own.stages[0]!.given], ['debian:13', undefined], 'the stage is its own context');
  // Built by itself, it is not given what it is given here.
  assert.deepEqual(built(text, { base: folder, given: stage('one') }).roots[2], 'unknown');
});

test('what another file builds counts as its image only where it adds nothing', () => {
  const text = 'FROM a\nFROM b\nCOPY --from=a / /\nCOPY --from=b / /\n';
  const { roots, sources } = built(text, {
    a: { kind: 'target', target: 'a', on: 'alpine:3.22', image: 'alpine:3.22' },
    b: { kind: 'target', target: 'b', on: 'alpine:3.22' },
  });
  assert.deepEqual(roots, ['alpine:3.22', 'unknown']);
  assert.deepEqual(sources, ['alpine:3.22', 'unknown']);
});

test('without names it is the same file; with the same names it is made once', () => {
  const dockerfile = readDockerfile('FROM a\n');
  assert.equal(withNamedContexts(dockerfile, []), dockerfile);
  const contexts = [{ name: 'a', given: folder }];
  assert.equal(withNamedContexts(dockerfile, contexts), withNamedContexts(dockerfile, contexts));
});
