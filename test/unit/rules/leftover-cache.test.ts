import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const { checkFindings, findings, fix } = asking('leftover-cache');
const BASE = 'FROM registry.example.com/base:1\n';

test('each manager’s cache, once', () => {
  checkFindings(`
${BASE}RUN apt-get update && apt-get install -y libpq5
#           ^^^^^^ leftover-cache
RUN apk add tzdata && apk add libpq
#       ^^^ leftover-cache
RUN yum install -y libpq
#       ^^^^^^^ leftover-cache
RUN pip install flask && npm ci
#       ^^^^^^^ leftover-cache
#                            ^^ leftover-cache
RUN python3 -m pip install flask
#                  ^^^^^^^ leftover-cache
`);
});

test('not where it is taken away, switched off, mounted, or never made', () => {
  checkFindings(`
${BASE}RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*
RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/cache/apt /var/lib/apt
RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/{apt,dpkg}
RUN apt-get update && apt-get install -y libpq5 && find /var/lib/apt/lists -delete
RUN apt-get update && ./install.sh && cleanup
RUN apt-get install -y libpq5
RUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y libpq5
RUN apk --no-cache add tzdata && apk add --no-cache libpq
RUN apk add tzdata && rm -rf /var/cache/apk/*
RUN dnf install -y libpq && dnf -y clean all
RUN pip install --no-cache-dir flask
RUN pip install --no-index --find-links=wheels flask
RUN PIP_NO_CACHE_DIR=1 pip install flask
RUN npm ci && npm cache clean --force
RUN npm run build && pip list
ENV PIP_NO_CACHE_DIR=1
RUN pip install flask
`);
  checkFindings(`FROM debian:13 AS build\nRUN apt-get update && apt-get install gcc\n${BASE}COPY --from=build /a /a\n`);
});

test('an option goes behind the word that needs it, all of them at once', () => {
  const text = `${BASE}RUN apk add \\\r\n      tzdata && \\\r\n    # more\r\n    apk  add libpq\r\n`;
  assert.equal(fix(text), text.replace('apk add ', 'apk add --no-cache ').replace('apk  add', 'apk  add --no-cache'));
  assert.equal(fix(`${BASE}RUN pip3 install -U pip\n`), `${BASE}RUN pip3 install --no-cache-dir -U pip\n`);
});

test('a cleaner goes behind the last call, before what follows it', () => {
  assert.equal(
    fix(`${BASE}RUN apt-get update \\\n && apt-get install -y \\\n    libpq5 \\\n && echo done\n`),
    `${BASE}RUN apt-get update \\\n && apt-get install -y \\\n    libpq5 && rm -rf /var/lib/apt/lists/* \\\n && echo done\n`,
  );
  assert.equal(
    fix(`${BASE}RUN <<EOF\nset -e\napt-get update\napt-get install -y libpq5\nEOF\n`),
    `${BASE}RUN <<EOF\nset -e\napt-get update\napt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*\nEOF\n`,
  );
  assert.equal(
    fix(`${BASE}RUN microdnf -v; dnf install -y a\n`),
    `${BASE}RUN microdnf -v; dnf install -y a && dnf clean all\n`,
  );
  assert.equal(
    fix(`${BASE}RUN microdnf install -y --nodocs libpq\n`),
    `${BASE}RUN microdnf install -y --nodocs libpq && microdnf clean all\n`,
  );
});

test('no fix inside conditions, pipes and exec form, nor where a later RUN may need the lists', () => {
  for (const run of [
    'RUN if true; then apt-get update && apt-get install -y a; fi',
    'RUN apt-get update && apt-get install -y a | tee log',
    'RUN ["npm", "ci"]',
    'RUN apt-get update',
  ]) {
    const [found] = findings(`${BASE}${run}\n`);
    assert.ok(found, run);
    assert.deepEqual(found.fixes, [], run);
  }
});

test('caches that are copied out of a build stage', () => {
  checkFindings(`
FROM golang:1.27-trixie AS build
FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /app /go/pkg/mod/ /
#                      ^^^^^^^^^^^^ leftover-cache
COPY --from=build /root/.cache/ms-playwright /root/.cache/ms-playwright
COPY --from=build /go/pkg/modern /x
`);
});
