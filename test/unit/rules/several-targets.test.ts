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

test('of thousands of targets that take from one long builder, not all are followed', () => {
  const said = (count: number) => {
    const each = (line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('\n');
    const text = `FROM golang:1.27 AS build\n${each((i) => `RUN go build -o /o${i}`)}\n${each((i) => `FROM scratch AS t${i}\nCOPY --from=build /o${i} /o\nENTRYPOINT ["/o"]`)}`;
    const targets = Array.from({ length: count }, (_, i) => i + 1);
    const findings = findingsOf(readDockerfile(text), rules, { today: TODAY, targets });
    return findings.filter(({ rule }) => rule === 'cgo-without-libc').length;
  };
  assert.equal(said(100), 100);
  const many = said(1_000);
  assert.ok(many > 100 && many < 300, `${many}`);
});

test('each target is judged, what they have in common once, and what is none not at all', () => {
  assert.deepEqual(lines('full-distribution'), []);
  assert.deepEqual(lines('full-distribution', [1, 2]), [2, 4]);
  assert.deepEqual(lines('root-user'), []);
  assert.deepEqual(lines('root-user', [1, 2, 3]), [1]);
});
