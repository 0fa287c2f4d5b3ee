import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const { checkFindings, findings } = asking('package-manager');

test('package managers of distributions and languages, anywhere in the command line', () => {
  checkFindings(`
FROM registry.example.com/base:1
RUN set -e; export A=1; apt-get update && apt-get install -y curl
#                       ^^^^^^^ package-manager
RUN ["apk", "add", "curl"]
#    ^^^^^ package-manager
RUN DEBIAN_FRONTEND=noninteractive sudo -E /usr/bin/apt-get -qq install curl
#                                          ^^^^^^^^^^^^^^^^ package-manager
RUN python3 -m pip install flask
#   ^^^^^^^ package-manager
RUN --mount=type=cache,target=/root/.npm npm ci
#                                        ^^^ package-manager
RUN yarn --frozen-lockfile
#   ^^^^ package-manager
`);
});

test('the exact word, also behind continuation lines, comments, CRLF and characters of two units', () => {
  for (const crlf of [false, true]) {
    checkFindings(
      `
FROM registry.example.com/base:1
RUN echo "🐳🐳" && \\
    # 🐳 what the service needs
    apt-get \\
#   ^^^^^^^ package-manager
      install curl
RUN echo "🐳" && apk add curl
#                ^^^ package-manager
`,
      { crlf },
    );
  }
});

test('in the body of a heredoc', () => {
  checkFindings(`
FROM registry.example.com/base:1
RUN <<EOF
set -e
  apk add curl
# ^^^ package-manager
EOF
`);
});

test('only in what ships, the stages below it included', () => {
  checkFindings(
    `
FROM debian:13 AS common
RUN apt-get install -y ca-certificates
#   ^^^^^^^ package-manager
FROM common AS build
RUN apt-get install -y gcc
FROM common
`,
  );
});

test('not words that only look like one', () => {
  checkFindings(
    `
FROM registry.example.com/base:1
RUN echo "apt-get install" # apt-get install
RUN rm -rf /var/lib/apt/lists/* && npm run build && apt-get clean
RUN npx prisma generate
RUN yarn build
RUN python3 -m http.server
COPY apt-get /usr/bin/
`,
  );
});

test('where there is no shell, the shell form is the trouble, and the rule for that says so', () => {
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
RUN apt-get install -y curl
`);
});

test('what only brings the base up to date installs nothing', () => {
  const told = (run: string) =>
    findings(`FROM registry.example.com/base:1\nRUN ${run}\n`).map(({ severity }) => severity);
  for (const run of [
    'apk update && apk upgrade --no-cache',
    'apt-get update && apt-get -y dist-upgrade',
    'microdnf -y update',
  ])
    assert.deepEqual(told(run), ['info'], run);
  for (const run of [
    'apk upgrade && apk add curl',
    'apt-get update',
    'npm update && npm install',
    'dnf update -y && pip install x',
  ])
    assert.deepEqual(told(run), ['warning'], run);
  const [finding] = findings('FROM alpine:3.24\nRUN apk upgrade\n');
  assert.match(finding?.message ?? '', /^“apk” brings packages of the base up to date .* Take a newer base instead\.$/);
});
