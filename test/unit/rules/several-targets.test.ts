/** Rules for what ships go by the targets that a project names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { rules } from '../../../server/rules/index.ts';
import { TODAY } from '../../support/carets.ts';

const TEXT = `FROM debian:13 AS base
USER root
FROM base AS api
CMD ["/api"]
FROM base AS worker
CMD ["/worker"]
FROM gcr.io/distroless/static-debian13:nonroot
CMD ["/app"]
`;

const lines = (rule: string, targets?: readonly number[]) =>
  findingsOf(readDockerfile(TEXT), rules, { today: TODAY, ...(targets ? { targets } : {}) })
    .filter((finding) => finding.rule === rule)
    .map(({ range }) => range.start.line);

test('each target is judged, what they have in common once, and what is none not at all', () => {
  assert.deepEqual(lines('full-distribution'), []);
  assert.deepEqual(lines('full-distribution', [1, 2]), [2, 4]);
  assert.deepEqual(lines('root-user'), []);
  assert.deepEqual(lines('root-user', [1, 2, 3]), [1]);
});
