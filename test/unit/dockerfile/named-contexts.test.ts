/** What a build is given by name stands for the stage or the image of that name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withNamedContexts } from '../../../server/dockerfile/named-contexts.ts';
import { copySource, mountSources, rootStage } from '../../../server/dockerfile/queries.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';

const TEXT = `FROM golang AS build
FROM docker.io/library/alpine:latest AS tools
FROM scratch AS src
FROM build AS both
FROM debian:13
COPY --from=golang / /1
COPY --from=SRC / /2
COPY --from=2 / /3
COPY --from=busybox / /4
RUN --mount=type=bind,from=files,target=/f true
`;

test('a stage, an image and what is built on them are not known', () => {
  const dockerfile = withNamedContexts(readDockerfile(TEXT), ['golang:latest', 'Alpine', 'src', 'files', 'debian']);
  assert.deepEqual(
    dockerfile.stages.map((stage) => rootStage(dockerfile, stage).parent),
    [...Array(4).fill({ kind: 'unknown' }), { kind: 'image', reference: 'debian:13' }],
  );
  const last = dockerfile.stages.at(-1)!;
  assert.deepEqual(
    last.instructions.flatMap((it) => copySource(dockerfile, last, it) ?? mountSources(dockerfile, last, it)),
    [
      { kind: 'unknown' },
      { kind: 'unknown' },
      { kind: 'stage', stage: 2 },
      { kind: 'image', reference: 'busybox' },
      { kind: 'unknown' },
    ],
  );
});

test('without names it is the same file', () => {
  const dockerfile = readDockerfile(TEXT);
  assert.equal(withNamedContexts(dockerfile, []), dockerfile);
});
