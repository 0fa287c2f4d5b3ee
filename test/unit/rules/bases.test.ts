/** retired-base, floating-base, full-distribution, root-user: what the base alone tells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

test('retired-base: what Google no longer builds, by the day on which it stopped', () => {
  const { checkFindings, findings } = asking('retired-base');
  checkFindings(`
FROM gcr.io/distroless/python3-debian12:nonroot
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ retired-base
CMD ["app.py"]
`);
  assert.deepEqual(findings('FROM gcr.io/distroless/python3-debian12:nonroot\n', { today: '2025-12-01' }), []);
});

test('retired-base: today decides, not the day of the data', () => {
  const { findings } = asking('retired-base');
  const text = 'FROM gcr.io/distroless/static-debian12:nonroot\n';
  assert.deepEqual(findings(text, { today: '2026-05-01' }), []);
  assert.deepEqual(
    findings(text, { today: '2026-09-01' }).map(({ severity }) => severity),
    ['info'],
  );
  assert.deepEqual(
    findings(text, { today: '2026-10-01' }).map(({ severity }) => severity),
    ['warning'],
  );
});

test('retired-base: in a build stage too; where a variable holds the name too, but without a fix; not for other images', () => {
  const { checkFindings, findings } = asking('retired-base');
  checkFindings(`
FROM --platform=$BUILDPLATFORM gcr.io/distroless/nodejs20-debian12:nonroot AS old
#                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ retired-base
FROM gcr.io/distroless/static-debian13:nonroot
`);
  assert.deepEqual(findings('FROM debian:8 AS build\nFROM scratch\nUSER 1\n'), []);
  const [held] = checkFindings(`
ARG RELEASE=12
ARG BASE=gcr.io/distroless/cc-debian\${RELEASE}:nonroot
FROM \${BASE}
#    ^^^^^^^ retired-base
`);
  assert.match(
    held?.message ?? '',
    /^“gcr\.io\/distroless\/cc-debian12” .* Build on “gcr\.io\/distroless\/cc-debian13:nonroot”\.$/,
  );
  assert.deepEqual(held?.fixes, []);
  assert.deepEqual(findings('ARG BASE\nFROM $BASE\n'), []);
});

test('retired-base: the fix says where it brings another version of the language', () => {
  const { findings } = asking('retired-base');
  const title = (image: string) => findings(`FROM gcr.io/distroless/${image}\n`)[0]?.fixes?.[0]?.title;
  assert.equal(
    title('nodejs20-debian12'),
    'Build on “gcr.io/distroless/nodejs22-debian13” (assumes that the application runs with Node.js 22 too)',
  );
  assert.match(title('java:8') ?? '', /runs with Java 17 too\)$/);
  assert.match(title('python3-debian12') ?? '', /runs with Python 3\.13 too\)$/);
  assert.equal(title('java21-debian12'), 'Build on “gcr.io/distroless/java21-debian13”');
  assert.equal(title('cc-debian12'), 'Build on “gcr.io/distroless/cc-debian13”');
});

test('retired-base: the fix keeps the tag’s kind, and the rest of the line', () => {
  const { fix } = asking('retired-base');
  assert.equal(
    fix('FROM  gcr.io/distroless/cc-debian12:debug-nonroot  AS run\n'),
    'FROM  gcr.io/distroless/cc-debian13:debug-nonroot  AS run\n',
  );
});

test('floating-base: a name without a release', () => {
  const { checkFindings, findings, fix } = asking('floating-base');
  checkFindings(`
FROM gcr.io/distroless/cc:nonroot
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ floating-base
`);
  assert.equal(
    fix('FROM gcr.io/distroless/cc:nonroot AS run\n'),
    'FROM gcr.io/distroless/cc-debian13:nonroot AS run\n',
  );
  const digest = `FROM gcr.io/distroless/cc:nonroot@sha256:${'a'.repeat(64)}\n`;
  assert.deepEqual(findings(digest), []);
});

test('full-distribution: what ships, and only that', () => {
  const { checkFindings } = asking('full-distribution');
  checkFindings(`
FROM golang:1.27 AS build
FROM debian:13-slim
#    ^^^^^^^^^^^^^^ full-distribution
USER 1000
`);
  checkFindings(`
FROM node:24-alpine AS base
FROM base AS final
#    ^^^^ full-distribution
USER 1000
`);
  checkFindings('FROM debian:13 AS build\nFROM gcr.io/distroless/static-debian13:nonroot\n');
  checkFindings('FROM registry.example.com/base:1\n');
});

test('root-user: where paths go by the working directory, which is another in the images called nonroot', () => {
  const { findings, fix } = asking('root-user');
  const java = 'FROM gcr.io/distroless/java21-debian13\n';
  for (const lines of [
    'COPY app.jar app.jar\nENTRYPOINT ["java", "-jar", "/app.jar"]\n',
    'WORKDIR app\nCOPY app.jar /app/\nCMD ["/app/app.jar"]\n',
    'COPY app.jar /\nCMD ["app.jar"]\n',
    'COPY app.jar ./\nWORKDIR /srv\nCMD ["../app.jar"]\n',
  ]) {
    assert.match(findings(java + lines)[0]?.message ?? '', /Name another user by its number\.$/, lines);
    const fixed = fix(java + lines);
    assert.ok(fixed.startsWith(java) && fixed.includes('\nUSER 65532:65532\n'), fixed);
  }
  for (const lines of [
    'COPY app.jar /app.jar\nENTRYPOINT ["java", "-jar", "/app.jar"]\n',
    'WORKDIR /app\nCOPY app.jar .\nCMD ["app.jar"]\n',
    'COPY app.jar $HOME/\nCMD ["-version"]\n',
  ])
    assert.equal(fix(java + lines), `FROM gcr.io/distroless/java21-debian13:nonroot\n${lines}`);
});

test('root-user: by the base, by USER, and not where somebody else is named', () => {
  const { checkFindings } = asking('root-user');
  checkFindings(`
FROM gcr.io/distroless/static-debian13
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ root-user
`);
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
USER root:root
#    ^^^^^^^^^ root-user
`);
  checkFindings('FROM gcr.io/distroless/static-debian13\nUSER 1000\n');
  checkFindings('FROM gcr.io/distroless/static-debian13\nUSER $WHO\n');
  checkFindings('FROM registry.example.com/base:1\n');
  checkFindings('FROM golang:1.27 AS build\nUSER root\nFROM gcr.io/distroless/static-debian13:nonroot\n');
});

test('root-user: the last USER counts, also one of the stage below', () => {
  const { checkFindings } = asking('root-user');
  checkFindings('FROM gcr.io/distroless/static-debian13 AS base\nUSER 1000\nFROM base\nCMD ["/app"]\n');
  checkFindings('FROM gcr.io/distroless/static-debian13\nUSER root\nCOPY a /a\nUSER 1000\n');
});

test('root-user: the fix takes the vendor’s tag, or adds a USER above the command and its comment', () => {
  const { fix } = asking('root-user');
  assert.equal(
    fix('FROM gcr.io/distroless/base-debian13:latest AS run\n'),
    'FROM gcr.io/distroless/base-debian13:nonroot AS run\n',
  );
  assert.equal(
    fix('FROM scratch\r\nCOPY app /app\r\n\r\n# starts it\r\nENTRYPOINT ["/app"]\r\n'),
    'FROM scratch\r\nCOPY app /app\r\n\r\nUSER 65532:65532\r\n# starts it\r\nENTRYPOINT ["/app"]\r\n',
  );
  const digest = `@sha256:${'0a'.repeat(32)}`;
  assert.equal(
    fix(`from gcr.io/distroless/static-debian13:latest${digest}\ncopy app /app`),
    `from gcr.io/distroless/static-debian13:latest${digest}\ncopy app /app\nuser 65532:65532`,
  );
  assert.equal(
    fix('FROM gcr.io/distroless/static-debian13\nUSER 0\n'),
    'FROM gcr.io/distroless/static-debian13\nUSER 65532:65532\n',
  );
});

test('root-user: what starts nothing and has nothing is no container', () => {
  const { findings } = asking('root-user');
  assert.deepEqual(findings('FROM scratch AS out\nCOPY dist/*.zip /\n'), []);
  assert.equal(findings('FROM scratch AS out\nCOPY app /\nCMD ["/app"]\n').length, 1);
  assert.equal(findings('FROM gcr.io/distroless/static-debian13\nCOPY app /\n').length, 1);
});

test('root-user: no fix on a whole distribution, where the application may rely on being root', () => {
  const { findings } = asking('root-user');
  const [finding] = findings('FROM nginx:1.31\n', { only: 'root-user' });
  assert.deepEqual(finding?.fixes, []);
});
