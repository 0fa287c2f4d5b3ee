/** Distributions and languages that have ended, tags that move, digests that are missing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const FINAL = 'FROM gcr.io/distroless/static-debian13:nonroot\n';

test('end-of-life: of the language or the distribution, by the day it is asked', () => {
  const { checkFindings, findings } = asking('end-of-life');
  const found = checkFindings(`
FROM node:20-alpine AS one
#    ^^^^^^^^^^^^^^ end-of-life
FROM rust:1-buster AS two
#    ^^^^^^^^^^^^^ end-of-life
FROM one AS three
FROM gcr.io/distroless/base-debian10 AS four
FROM registry.example.com/node:8 AS five
FROM node:24-trixie AS six
FROM alpine:3.14
#    ^^^^^^^^^^^ end-of-life
`);
  assert.deepEqual(
    found.map(({ severity, message }) => `${severity} ${message.slice(0, 30)}`),
    [
      'info Node.js 20 has had no fixes si',
      'info Debian 10, on which “rust:1-bu',
      'warning Alpine Linux 3.14 has had no f',
    ],
  );
  const on = (today: string) => findings('FROM debian:11\n', { today }).map(({ severity }) => severity);
  assert.deepEqual(on('2026-05-01'), []);
  assert.deepEqual(on('2026-07-01'), ['hint']);
  assert.deepEqual(on('2026-09-01'), ['warning']);
});

test('floating-tag: no tag, or none that tells one version from another', () => {
  const { checkFindings } = asking('floating-tag');
  checkFindings(`
FROM golang AS a
#    ^^^^^^ floating-tag
FROM node:lts-alpine AS b
#    ^^^^^^^^^^^^^^^ floating-tag
FROM --platform=$BUILDPLATFORM docker.io/library/debian:sid-slim AS c
#                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ floating-tag
FROM a AS d
FROM node:24 AS e
FROM debian:trixie-slim AS f
FROM alpine:latest@sha256:${'a'.repeat(64)} AS g
FROM cgr.dev/chainguard/static:latest AS h
FROM registry.example.com/ours AS i
FROM ours AS j
FROM archlinux AS k
${FINAL}`);
});

test('unpinned-base: only where the file pins others', () => {
  const { checkFindings } = asking('unpinned-base');
  const digest = `@sha256:${'0123456789abcdef'.repeat(4)}`;
  checkFindings(`
FROM golang:1.27${digest} AS build
FROM node:24 AS assets
FROM gcr.io/distroless/static-debian13:nonroot
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unpinned-base
`);
  checkFindings(`
FROM debian:13-slim
#    ^^^^^^^^^^^^^^ unpinned-base
COPY --from=busybox:1${digest} /x /x
`);
  checkFindings(`FROM golang:1.27${digest} AS build\nFROM scratch\n`);
  checkFindings(`FROM golang:1.27${digest} AS build\nFROM debian:13${digest}\n`);
  checkFindings(`FROM golang:1.27${digest} AS build\nFROM debian:latest\n`);
  checkFindings(`FROM golang:1.27${digest} AS build\nFROM registry.example.com/ours:1\n`);
  checkFindings(`FROM golang:1.27 AS build\n${FINAL}`);
});

test('retired-base: what was announced is told as such, and who names no tag is not made to', () => {
  const { findings, fix } = asking('retired-base');
  const message = (text: string) => findings(text)[0]?.message;
  assert.match(message('FROM gcr.io/distroless/nodejs16\n') ?? '', /has had no updates since 2023-09-08 \(as known on/);
  assert.match(
    message('FROM gcr.io/distroless/cc-debian12\n') ?? '',
    /was to get no more updates after 2026-09-30 \(as known on/,
  );
  assert.equal(fix('FROM gcr.io/distroless/cc-debian12\n'), 'FROM gcr.io/distroless/cc-debian13\n');
  assert.equal(fix('FROM gcr.io/distroless/cc-debian12:latest\n'), 'FROM gcr.io/distroless/cc-debian13:latest\n');
});

test('mixed-releases: libraries of another release than that of the base', () => {
  const { checkFindings, findings } = asking('mixed-releases');
  const [newer, older] = checkFindings(`
FROM debian:13 AS new
FROM debian:bullseye AS old
FROM gcr.io/distroless/cc-debian12
COPY --from=new --link /usr/lib/*-linux-gnu/libpq.so.5 /usr/lib/*-linux-gnu/libz.so* /usr/lib/
#                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mixed-releases
COPY --from=new /usr/lib/x86_64-linux-gnu/libffi.so.8 /usr/lib/
COPY --from=old /app /lib/libz.so.1 /lib/
#                    ^^^^^^^^^^^^^^ mixed-releases
`);
  assert.equal(newer?.severity, 'warning');
  assert.match(newer?.message ?? '', /^“libpq.so.5” is made for glibc 2.41 of Debian 13, .* has 2.36, .* Debian 12\.$/);
  assert.equal(older?.severity, 'info');
  assert.match(older?.message ?? '', /^“libz.so.1” is of Debian 11, .* Take it from Debian 12\.$/);
  checkFindings(`
FROM scratch AS tree
FROM ubuntu:22.04
COPY --from=ubuntu:24.04 /lib/x86_64-linux-gnu/libz.so.1 /lib/
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mixed-releases
`);
  const base = 'FROM gcr.io/distroless/cc-debian12\n';
  for (const lines of [
    `FROM debian:12 AS a\n${base}COPY --from=a /usr/lib/libz.so.1 /lib/`,
    // Of which release they are is not known, or where they come from.
    `FROM debian:testing AS a\n${base}COPY --from=a /usr/lib/libz.so.1 /lib/`,
    `FROM registry.example.com/a AS a\n${base}COPY --from=a /usr/lib/libz.so.1 /lib/`,
    `FROM debian:13 AS a\nFROM registry.example.com/b\nCOPY --from=a /usr/lib/libz.so.1 /lib/`,
    `FROM debian:13 AS a\n${base}COPY --from=a /opt/app/libz.so.1 /usr/local/lib/libx.so /lib/`,
    `FROM debian:13 AS a\n${base}COPY /usr/lib/libz.so.1 /lib/`,
    // The other C library comes along, or all that is beside it.
    `FROM debian:13 AS a\n${base}COPY --from=a /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libz.so.1 /lib/`,
    `FROM debian:13 AS a\n${base}COPY --from=a /usr/lib/x86_64-linux-gnu/ /lib/\nCOPY --from=a /lib/libz.so.1 /lib/`,
    `FROM debian:13 AS a\n${base}COPY --from=a /usr/lib/x86_64-linux-gnu/libz.so.1 /usr/lib/x86_64-linux-gnu/*.* /lib/`,
    `FROM debian:13 AS a\n${base}COPY --from=a /usr/lib/x86_64-linux-gnu/lib*.so* /lib/`,
    // Does not ship.
    `FROM debian:13 AS a\n${base}COPY --from=a /usr/lib/libz.so.1 /lib/\nFROM scratch`,
  ])
    assert.deepEqual(findings(`${lines}\n`), [], lines);
});
