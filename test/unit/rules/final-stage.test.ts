/** What does not belong into what ships: variants for debugging, whole trees, secrets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking, findings } from '../../support/carets.ts';

const FINAL = 'FROM gcr.io/distroless/static-debian13:nonroot\n';

test('debug-base: the variant for debugging, in what ships', () => {
  const { checkFindings } = asking('debug-base');
  checkFindings(`
FROM cgr.dev/chainguard/go:latest-dev AS build
FROM gcr.io/distroless/base-debian13:debug AS base
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ debug-base
FROM base
`);
  checkFindings('FROM gcr.io/distroless/base-debian13:debug AS debug\n');
  checkFindings('FROM gcr.io/distroless/base-debian13:nonroot\n');
  checkFindings('FROM registry.example.com/base:debug\n');
  checkFindings('FROM debian:13-slim\n');
});

test('debug-base: the fix takes the same tag without it, unless the stage needs a shell', () => {
  const { fix, findings } = asking('debug-base');
  const base = 'gcr.io/distroless/base-debian13';
  assert.equal(fix(`FROM ${base}:debug  AS run\n`), `FROM ${base}:latest  AS run\n`);
  assert.equal(
    fix('FROM cgr.dev/chainguard/node:latest-dev\nCMD ["server.js"]\n'),
    'FROM cgr.dev/chainguard/node:latest\nCMD ["server.js"]\n',
  );
  const message = (text: string) => findings(text)[0]?.message ?? '';
  assert.match(
    message(`FROM ${base}:debug\nENTRYPOINT ["/busybox/sh", "/run.sh"]\n`),
    /Do in a build stage what needs/,
  );
  assert.match(message(`FROM ${base}:debug\nENTRYPOINT ["/app"]\n`), /a shell\. Ship /);
  for (const text of [
    'FROM cgr.dev/chainguard/node:latest-dev\nRUN apk add git\n',
    'FROM cgr.dev/chainguard/node:latest-dev\nCMD npm start\n',
    'FROM cgr.dev/chainguard/node:latest-dev AS base\nFROM base\nENTRYPOINT ["/bin/sh", "-c", "x"]\n',
    `FROM ${base}:debug@sha256:${'a'.repeat(64)}\n`,
  ]) {
    assert.deepEqual(
      findings(text).map(({ fixes }) => fixes),
      [[]],
      text,
    );
  }
});

test('debug-base: no fix after which what is started would not be found', () => {
  const { fix, findings } = asking('debug-base');
  const dev = 'FROM dhi.io/python:3.13-debian13-dev\nUSER 1000\n';
  const script = { context: { run: '#!/bin/sh\nexec /app\n' } };
  const debug = 'FROM gcr.io/distroless/base-debian13:debug-nonroot\n';
  for (const [text, options] of [
    [`${dev}CMD ["a.py"]\n`],
    [`${debug}CMD ["/usr/bin/curl"]\n`],
    [`${debug}HEALTHCHECK CMD ["wget", "-q", "http://localhost"]\nENTRYPOINT ["/app"]\n`],
    [`${debug}COPY run /run.d/run\nENTRYPOINT ["/run.d/run"]\n`, script],
    [`${debug} AS base\nFROM base\nCMD ["app.jar"]\n`.replace('\n AS', ' AS')],
  ] as const)
    assert.deepEqual(
      findings(text, options).map(({ fixes }) => fixes),
      [[]],
      text,
    );
  assert.match(fix(`${dev}CMD ["python3", "a.py"]\n`), /FROM dhi\.io\/python:3\.13-debian13\n/);
  assert.match(
    fix(`${debug}COPY --from=x /usr/bin/curl /usr/bin/curl\nCMD ["/usr/bin/curl"]\n`),
    /FROM gcr\.io\/distroless\/base-debian13:nonroot\n/,
  );
  assert.match(fix('FROM gcr.io/distroless/nodejs24-debian13:debug-nonroot\nCMD ["a.js"]\n'), /:nonroot\n/);
});

test('whole-filesystem: all of a stage on a distribution', () => {
  const { checkFindings } = asking('whole-filesystem');
  checkFindings(`
FROM debian:13 AS build
FROM scratch AS tree
COPY --from=build /etc/passwd /etc/passwd
FROM scratch
COPY --link --from=build / /
#                        ^ whole-filesystem
COPY --from=0 /. /
#             ^^ whole-filesystem
COPY --from=tree / /
COPY --from=build /rootfs /
COPY --from=build / /debian
COPY --from=build . .
#                 ^ whole-filesystem
COPY --from=build ["./", "/app/"]
#                  ^^^^ whole-filesystem
COPY --from=build ./app .
COPY --from=registry.example.com/files / /
COPY / /
`);
  checkFindings('FROM debian:13 AS build\nFROM scratch AS copy\nCOPY --from=build / /\nFROM scratch\n');
  checkFindings(`
FROM gcr.io/distroless/base-debian13:nonroot
COPY --link --from=debian:13 / /
#                            ^ whole-filesystem
COPY --from=registry.example.com/tree / /
COPY --from=gcr.io/distroless/cc-debian13 / /
`);
});

test('whole-context: with the history, or with nothing that leaves anything out', () => {
  const { checkFindings, findings } = asking('whole-context');
  const git = { '.git/HEAD': 'ref' };
  const text = `${FINAL}COPY . .\n`;
  checkFindings(
    `
FROM debian:13 AS build
COPY . .
FROM debian:13
COPY --from=build . .
COPY --exclude=.git . .
COPY ./ /app/
#    ^^ whole-context
ADD src . /app/
#       ^ whole-context
`,
    { context: git },
  );
  assert.deepEqual(findings(text), []);
  assert.deepEqual(findings(text, { context: { ...git, '.dockerignore': 'node_modules\n.git\n' } }), []);
  assert.deepEqual(findings(text, { context: { ...git, '.dockerignore': '*\n!server.js\n' } }), []);
  assert.equal(findings(text, { context: { ...git, '.dockerignore': 'node_modules\n' } }).length, 1);
  assert.deepEqual(
    findings(text, { context: { 'other.txt': '' } }).map(({ severity }) => severity),
    ['info'],
  );
  assert.deepEqual(findings(text, { context: { '.dockerignore': 'x\n' } }), []);
  assert.deepEqual(findings('FROM node:24\nCOPY . .\n', { context: { 'other.txt': '' } }), []);
});

test('what starts an init system is a machine, and not told to be less', () => {
  const machine = (lines: string) => `FROM debian:13 AS build\nRUN x\nFROM scratch\nCOPY --from=build / /\n${lines}\n`;
  for (const rule of ['root-user', 'whole-filesystem']) {
    const { findings } = asking(rule);
    assert.equal(findings(machine('ENTRYPOINT ["/app"]')).length, 1, rule);
    assert.equal(findings(machine('STOPSIGNAL SIGTERM\nENTRYPOINT ["/app", "init"]')).length, 1, rule);
    for (const lines of [
      'STOPSIGNAL SIGRTMIN+3\nENTRYPOINT ["/start"]',
      'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]',
      'CMD exec /lib/systemd/systemd --unit=x',
    ])
      assert.deepEqual(findings(machine(lines)), [], `${rule}: ${lines}`);
  }
  const { findings } = asking('full-distribution');
  assert.equal(findings('FROM debian:13\nCMD ["/app"]\n').length, 1);
  assert.deepEqual(findings('FROM debian:13\nCMD ["/sbin/init"]\n'), []);
});

test('whole-context: version control by its own name', () => {
  const { checkFindings, findings } = asking('whole-context');
  checkFindings(`
FROM debian:13 AS build
COPY .git .git
FROM debian:13
COPY --from=build /src/.git /src/.git
#                 ^^^^^^^^^ whole-context
COPY package.json .git/ /app/
#                 ^^^^^ whole-context
ADD --keep-git-dir=true https://github.com/moby/buildkit.git#v0.10.1 /buildkit
#   ^^^^^^^^^^^^^^^^^^^ whole-context
ADD --keep-git-dir=false https://github.com/moby/buildkit.git#v0.10.1 /buildkit
ADD --keep-git-dir=true x.tar /x
COPY .gitconfig .github .git/HEAD /app/
`);
  assert.deepEqual(findings('FROM debian:13\nCOPY . /.git\n'), []);
});

test('secret-variable: what is only about a secret, or says where it will be', () => {
  const { checkFindings } = asking('secret-variable');
  checkFindings(`
FROM debian:13
ENV TLS_KEY=/certs/server.key SECRET_DIR="/run/secrets"
ENV AUTH_USERNAME=app DefaultProcess__Filters__0__Key=ProcessId
ARG one_password_ver=2.0.0
ENV HOST_KEY_CHECKING=False BASIC_AUTH="on"
ENV GIT_KEY= OTHER_KEY=""
#   ^^^^^^^ secret-variable
#            ^^^^^^^^^ secret-variable
ENV USER_PASSWORD=app
#   ^^^^^^^^^^^^^ secret-variable
ENV API_TOKEN=/s3cret+value
#   ^^^^^^^^^ secret-variable
`);
});

test('secret-variable: what a stage is given that does not ship is in no image', () => {
  const { findings } = asking('secret-variable');
  const [builder] = findings('FROM node:24 AS build\nARG NPM_TOKEN\nFROM scratch\nCOPY --from=build /a /a\n');
  assert.match(builder?.message ?? '', /does not ship, .* recorded of the build/);
  assert.match(findings('FROM node:24\nARG NPM_TOKEN\n')[0]?.message ?? '', /history of the image/);
  assert.deepEqual(findings('FROM node:24\nENV STRIPE_PUBLISHABLE_KEY=pk_1 PASSWORD_MIN_LENGTH=8\n'), []);
});

test('secret-variable: names as BuildKit knows them; the value is never told', () => {
  const { checkFindings } = asking('secret-variable');
  const found = checkFindings(`
ARG GLOBAL_TOKEN=hunter2
FROM scratch
ARG NPM_TOKEN
#   ^^^^^^^^^ secret-variable
ENV A=1 AWS_SECRET_ACCESS_KEY=hunter2 \\
#       ^^^^^^^^^^^^^^^^^^^^^ secret-variable
    db_password="hunter2"
#   ^^^^^^^^^^^ secret-variable
ENV apikey hunter2
#   ^^^^^^ secret-variable
ENV PUBLIC_KEY=a TOKEN_FILE=/run/secrets/token AUTH_VERSION=1 KEYBOARD=us AUTHOR=me MONKEY=1
ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305
ENV SIGNING_KEY=7169605F62C751356D054A26A821E680E5FA6305
`);
  for (const { message } of found) assert.doesNotMatch(message, /hunter2/);
});

test('secret-file: keys and passwords that are copied out of the context', () => {
  const { checkFindings } = asking('secret-file');
  checkFindings(`
FROM debian:13 AS build
COPY .env .aws /root/
FROM scratch
COPY app config/.env /app/
#        ^^^^^^^^^^^ secret-file
ADD id_rsa.pub id_ed25519 /root/.ssh/
#              ^^^^^^^^^^ secret-file
COPY tls/server-key.pem tls/server.pem /tls/
#    ^^^^^^^^^^^^^^^^^^ secret-file
COPY ./.aws/ /root/.aws
#    ^^^^^^^ secret-file
COPY .env.example .npmrc environment /app/
COPY nginx_signing.key /etc/apk/keys/
COPY vendor.key /usr/share/keyrings/vendor.key
COPY --from=build /root/id_rsa /root/.environment /root/
COPY --from=build /root/.env /root/.env
#                 ^^^^^^^^^^ secret-file
COPY --from=debian:13 /root/.env /root/.env
`);
});

test('secret-file: the file itself decides, where it can be read', () => {
  const { findings } = asking('secret-file');
  const with_ = (path: string, text: string) =>
    findings(`FROM scratch\nCOPY ./${path} /x/\n`, { context: { [path]: text } }).length;
  assert.equal(with_('.npmrc', 'registry=https://registry.example.com\n'), 0);
  assert.equal(with_('.npmrc', '//registry.example.com/:_authToken=${NPM_TOKEN}\n'), 0);
  assert.equal(with_('.npmrc', '//registry.example.com/:_authToken=npm_abc\n'), 1);
  assert.equal(with_('a.key', '-----BEGIN PUBLIC KEY-----\n'), 0);
  assert.equal(with_('a.key', '-----BEGIN RSA PRIVATE KEY-----\n'), 1);
  assert.equal(with_('.env', ''), 0);
  assert.equal(with_('.env', 'A=1\n'), 1);
});

test('a name of megabytes is cut in messages and titles, between characters', () => {
  // A line of its own may not be that long.
  const long = (part: string) => `${part.repeat(10_000)}\\\n`.repeat(100);
  for (const text of [
    `FROM scratch\nENV API_KEY_${long('A_')}=a\n`,
    `FROM scratch\nENV A=1\nCMD ["/$A${long('😀')}"]\n`,
  ]) {
    const shown = findings(text).flatMap(({ message, fixes = [] }) => [message, ...fixes.map(({ title }) => title)]);
    assert.ok(
      shown.some((it) => it.endsWith('…')),
      text.slice(0, 40),
    );
    for (const it of shown) assert.ok(it.length <= 1_001 && !/[\ud800-\udbff](?![\udc00-\udfff])/.test(it));
  }
});
