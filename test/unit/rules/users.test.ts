/** unknown-user, named-user, low-port: what follows from the user that the container runs as. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { rootUser } from '../../../server/rules/root-user.ts';
import { checkFindings, findings, fix, TODAY } from '../../support/carets.ts';

const messages = (text: string, only: string) => findings(text, { only }).map(({ message }) => message);

test('unknown-user: a user that Google’s images, scratch and chiselled .NET do not have', () => {
  const only = 'unknown-user';
  checkFindings(
    `
FROM gcr.io/distroless/base-debian13:nonroot
USER app
#    ^^^ unknown-user
`,
    { only, crlf: true },
  );
  checkFindings(
    `
FROM scratch AS one
USER "nobody":nogroup
#    ^^^^^^^^^^^^^^^^ unknown-user
FROM one
COPY app /app
CMD ["/app"]
`,
    { only },
  );
  checkFindings(
    `
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
USER nonroot
#    ^^^^^^^ unknown-user
`,
    { only },
  );
  assert.deepEqual(messages('FROM scratch\nUSER app\nCMD ["/app"]\n', only), [
    '“scratch” has no /etc/passwd, and so no user “app”, so the container does not start. Write a number, which needs no entry there.',
  ]);
});

test('root-user: what USER says once its variables are filled in', () => {
  const user = (before: string, word: string, buildArgs: readonly string[] = []) => {
    const text = `FROM gcr.io/distroless/static-debian13:nonroot\n${before}\nUSER ${word}\nCOPY app /app\nCMD ["/app"]\n`;
    return findingsOf(readDockerfile(text), [rootUser], { today: TODAY, buildArgs: new Set(buildArgs) }).map(
      ({ message }) => message,
    );
  };
  const cure = 'Name another user by its number.';
  assert.deepEqual(user('', 'root'), [`The container runs as root, because USER says “root”. ${cure}`]);
  assert.deepEqual(user('ARG U=0', '$U'), [
    `The container runs as root, because USER says “$U”, which is “0”. ${cure}`,
  ]);
  assert.deepEqual(user('ENV U=', '$U'), [
    `The container runs as root, because USER says “$U”, which is empty. ${cure}`,
  ]);
  assert.equal(user('', '""').length, 1);
  assert.deepEqual(user('ARG U', '$U'), []);
  assert.deepEqual(user('ARG U=1000', '$U'), []);
  assert.deepEqual(user('ARG U=0', '$U', ['U']), []);
  assert.deepEqual(user('ARG U=0', '$U', ['*']), []);
  assert.equal(user('ARG APP_USER=0', '$APP_USER', ['USER']).length, 1);
});

test('unknown-user: a group', () => {
  checkFindings(
    `
FROM gcr.io/distroless/base-debian13:nonroot
USER nonroot:users
#    ^^^^^^^^^^^^^ unknown-user
`,
    { only: 'unknown-user' },
  );
  checkFindings('FROM gcr.io/distroless/base-debian13\nUSER 1000:staff\n', { only: 'unknown-user' });
});

test('unknown-user: numbers, the image’s own users, whoever a copied /etc/passwd may hold, unknown bases', () => {
  for (const text of [
    'FROM scratch\nUSER 1000:1000\n',
    'FROM gcr.io/distroless/base-debian13\nUSER nobody\n',
    'FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\nUSER $APP_UID\n',
    'FROM scratch\nCOPY --from=build /etc/passwd /etc/group /etc/\nUSER app\n',
    'FROM scratch\nCOPY passwd.min /etc/passwd\nUSER app\n',
    'FROM scratch\nCOPY --from=build /out /\nUSER app\n',
    'FROM scratch\nADD rootfs.tar.gz /\nUSER app\n',
    'FROM scratch\nCOPY etc $WHERE\nUSER app\n',
    'FROM scratch AS one\nCOPY <<passwd <<group /etc/\nx\npasswd\ny\ngroup\nFROM one\nUSER app\n',
    'FROM debian:13\nRUN useradd app\nUSER app\n',
    'FROM scratch\nCOPY busybox /bin/sh\nRUN adduser -D app\nUSER app\n',
    'FROM gcr.io/distroless/base-debian13:debug\nRUN ["/busybox/adduser", "-D", "app"]\nUSER app\n',
    'FROM registry.example.com/base\nUSER app\n',
    'FROM scratch\nUSER $WHO\n',
    'FROM scratch AS build\nUSER app\nFROM gcr.io/distroless/static-debian13:nonroot\n',
    // Nothing is started: a base for others, which bring the accounts.
    'FROM scratch\nLABEL a=b\nUSER app\n',
  ])
    assert.deepEqual(messages(text, 'unknown-user'), [], text);
});

test('unknown-user: copies of other files do not hide it', () => {
  for (const copy of [
    'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/',
    'COPY app.conf /etc/',
    'COPY <<hosts /etc/\nx\nhosts',
    'COPY app /usr/bin/app',
  ])
    assert.equal(messages(`FROM scratch\n${copy}\nUSER app\nCMD ["/app"]\n`, 'unknown-user').length, 1, copy);
});

test('unknown-user: files copied with such an owner', () => {
  const text = `
FROM gcr.io/distroless/base-debian13:nonroot
COPY --chown=app:app data /data
#            ^^^^^^^ unknown-user
COPY --chown=nonroot:nonroot data /data
COPY --chown=1000 data /data
COPY --chown=$WHO data /data
COPY --chown=root data /data
`;
  const [finding] = checkFindings(text, { only: 'unknown-user' });
  assert.equal(finding?.severity, 'warning');
  assert.equal(
    fix('FROM gcr.io/distroless/base-debian13:nonroot\nCOPY --chown=app:app a /a\n', 'unknown-user'),
    'FROM gcr.io/distroless/base-debian13:nonroot\nCOPY --chown=65532:65532 a /a\n',
  );
});

test('unknown-user: the fix writes the number of the image’s own user', () => {
  assert.equal(
    fix('FROM mcr.microsoft.com/dotnet/runtime:10.0-noble-chiseled\nuser nonroot:nonroot # x\n', 'unknown-user'),
    'FROM mcr.microsoft.com/dotnet/runtime:10.0-noble-chiseled\nuser 1654:1654\n',
  );
  assert.equal(
    fix('FROM scratch\nUSER app\nCMD ["/app"]\n', 'unknown-user'),
    'FROM scratch\nUSER 65532:65532\nCMD ["/app"]\n',
  );
});

test('named-user: a name, where it is known and where it is not', () => {
  const only = 'named-user';
  const [first] = checkFindings(
    `
FROM gcr.io/distroless/base-debian13:nonroot
USER nobody
#    ^^^^^^ named-user
`,
    { only },
  );
  assert.equal(first?.severity, 'info');
  const [second] = findings('FROM debian:13\nRUN useradd app\nUSER app\n', { only });
  assert.equal(second?.severity, 'hint');
  assert.deepEqual(second?.fixes, []);
  assert.match(second?.message ?? '', /Write the number of that user\.$/);
});

test('named-user: not for numbers, root, an unknown user or stages that are not built by name', () => {
  for (const text of [
    'FROM debian:13\nUSER 1000\n',
    'FROM debian:13\nUSER root\n',
    'FROM debian:13\nUSER $WHO\n',
    'FROM gcr.io/distroless/base-debian13:nonroot\nUSER app\n',
    'FROM gcr.io/distroless/base-debian13:nonroot\n',
    'FROM node:24 AS build\nUSER node\nFROM scratch\n',
    'FROM debian:13\nUSER app\nUSER 1000\n',
  ])
    assert.deepEqual(messages(text, 'named-user'), [], text);
});

test('named-user: the fix knows the number from the base or from the RUN that made the user', () => {
  const after = (text: string) => fix(text, 'named-user');
  assert.equal(
    after('FROM gcr.io/distroless/cc-debian13:nonroot\r\nUSER nonroot:nonroot\r\n'),
    'FROM gcr.io/distroless/cc-debian13:nonroot\r\nUSER 65532:65532\r\n',
  );
  assert.equal(
    after('FROM gcr.io/distroless/cc-debian13:nonroot\nUSER nonroot:staff\n'),
    'FROM gcr.io/distroless/cc-debian13:nonroot\nUSER 65532:staff\n',
  );
  assert.equal(after('FROM node:24\nUSER node\n'), 'FROM node:24\nUSER 1000:1000\n');
  for (const command of ['useradd -r -u 1001 -g app app', 'adduser --uid=1001 app', 'adduser -D -H -u 1001 app'])
    assert.equal(
      after(`FROM debian:13 AS base\nRUN true && \\\n  ${command}\nFROM base\nUSER app:app\n`),
      `FROM debian:13 AS base\nRUN true && \\\n  ${command}\nFROM base\nUSER 1001:app\n`,
    );
  for (const lines of [
    'FROM node:24\nRUN usermod -l x node',
    'FROM debian:13\nRUN useradd -u $N node',
    'FROM node:24\nCOPY passwd /etc/passwd',
    'FROM node:24\nENV WHO=node',
  ])
    assert.deepEqual(
      findings(`${lines}\nUSER ${lines.includes('ENV') ? '$WHO' : 'node'}\n`, { only: 'named-user' })[0]?.fixes,
      [],
      lines,
    );
});

test('low-port: each word, ranges and protocols too, where somebody else than root runs', () => {
  const only = 'low-port';
  checkFindings(
    `
FROM gcr.io/distroless/base-debian13:nonroot
ENV PORT=80
EXPOSE 8080 443/tcp 53-60/udp 1024 \\
  $PORT $OTHER
# ^^^^^ low-port
`.replace(
      'EXPOSE 8080 443/tcp 53-60/udp 1024 \\',
      'EXPOSE 8080 443/tcp 53-60/udp 1024 \\\n#           ^^^^^^^ low-port\n#                   ^^^^^^^^^ low-port',
    ),
    { only },
  );
  assert.match(
    messages('FROM nginx\nUSER nginx\nEXPOSE 80\n', only)[0] ?? '',
    /runs as 101, .* port 80 .* such as 8080,/,
  );
});

test('low-port: not as root, nor where the user is not known, nor for other ports', () => {
  for (const text of [
    'FROM gcr.io/distroless/base-debian13\nEXPOSE 80\n',
    'FROM registry.example.com/base\nEXPOSE 80\n',
    'FROM debian\nUSER $WHO\nEXPOSE 80\n',
    'FROM debian\nUSER 1\nEXPOSE 1024 0 x 80000\n',
    'FROM debian AS a\nUSER 1\nEXPOSE 80\nFROM scratch\n',
    'FROM debian AS a\nCOPY app /app\nRUN apt-get install -y libcap2-bin && setcap cap_net_bind_service=+ep /app\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=a /app /app\nEXPOSE 53\n',
  ])
    assert.deepEqual(messages(text, 'low-port'), [], text);
  const other = 'FROM debian\nRUN setcap cap_net_raw=+ep /app\nUSER 1\nEXPOSE 80\n';
  assert.equal(messages(other, 'low-port').length, 1);
});

test('users of Windows have no numbers, and every port is open to them', () => {
  for (const image of [
    'mcr.microsoft.com/dotnet/aspnet:8.0-windowsservercore-ltsc2022',
    'mcr.microsoft.com/dotnet/runtime:10.0-nanoserver-ltsc2022',
    'mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022',
  ]) {
    const text = `FROM ${image} AS final\nEXPOSE 80\nUSER ContainerUser\nFROM final\nENTRYPOINT ["C:\\\\a.exe"]\n`;
    for (const only of ['named-user', 'low-port', 'root-user']) assert.deepEqual(messages(text, only), [], image);
  }
});
