/** bare-scratch, dotnet-extra, replaces-link: what is not in the base, or not any more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const messages = (text: string, only: string, context?: Record<string, string>) =>
  findings(text, { only, ...(context ? { context } : {}) }).map(({ message }) => message);

const go = (lines: string, from = 'scratch') =>
  `FROM golang:1.27 AS build\nRUN go build -o /app .\nFROM ${from}\nCOPY --from=build /app /app\n${lines}\nENTRYPOINT ["/app"]\n`;

test('bare-scratch: a program of a Go or Rust stage', () => {
  checkFindings(
    `
FROM rust:1.90-alpine AS build
FROM scratch AS base
#    ^^^^^^^ bare-scratch
COPY --from=build /app /usr/bin/app
FROM base
CMD ["app"]
`,
    { only: 'bare-scratch', crlf: true },
  );
  assert.deepEqual(
    findings(go(''), { only: 'bare-scratch' }).map(({ severity }) => severity),
    ['hint'],
  );
});

test('bare-scratch: not where certificates are, or may be; not for other programs, other bases, other stages', () => {
  for (const text of [
    go('COPY --from=build /etc/ssl/certs/ /etc/ssl/certs'),
    go('COPY cacert.pem /'),
    go('COPY --from=build /out /'),
    go('ENV SSL_CERT_FILE=/ca'),
    go('', 'gcr.io/distroless/static-debian13'),
    go('FROM debian'),
    'FROM golang AS build\nFROM scratch\nCOPY --from=build /app.wasm /app.wasm\nENTRYPOINT ["app.wasm"]\n',
    'FROM golang AS build\nFROM scratch\nCOPY --from=build /out/data /data\n',
    'FROM debian AS build\nFROM scratch\nCOPY --from=build /app /app\nCMD ["/app"]\n',
    'FROM scratch\nCOPY app /app\nCMD ["/app"]\n',
  ])
    assert.deepEqual(messages(text, 'bare-scratch'), [], text);
});

test('bare-scratch: a time zone that is asked for', () => {
  const [zone, hint] = findings(go('ENV TZ=Europe/Berlin'), { only: 'bare-scratch' });
  assert.equal(zone?.severity, 'warning');
  assert.match(
    zone?.message ?? '',
    /^TZ is “Europe\/Berlin”, but “scratch” has no time zones, so the program takes UTC, unless/,
  );
  assert.equal(hint?.severity, 'hint');
  assert.equal(messages(go('COPY cacert.pem /\nENV TZ=Asia/Tokyo'), 'bare-scratch').length, 1);
  for (const lines of [
    'COPY cacert.pem /x.pem\nENV TZ=UTC',
    'COPY cacert.pem /x.pem\nENV TZ=$ZONE',
    'COPY cacert.pem /x.pem\nCOPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo\nENV TZ=Asia/Tokyo',
  ])
    assert.deepEqual(messages(go(lines), 'bare-scratch'), [], lines);
  assert.deepEqual(
    messages(
      go('COPY a.pem /a.pem\nENV TZ=Asia/Tokyo').replace('go build', 'go build -tags timetzdata'),
      'bare-scratch',
    ),
    [],
  );
});

test('bare-scratch: what the files around say of the program', () => {
  const certified = 'COPY cacert.pem /\n';
  const main = (imports: string) => ({ 'main.go': `package main\n\nimport (\n\t${imports}\n)\n` });
  for (const [lines, context, count] of [
    ['ENV TZ=Asia/Tokyo', main('"os"'), 2],
    ['ENV TZ=Asia/Tokyo', main('_ "time/tzdata"'), 1],
    ['', { 'go.mod': 'require golang.org/x/crypto/x509roots/fallback v0.1.0\n' }, 0],
    ['', main('_ "golang.org/x/crypto/x509roots/fallback"'), 0],
    [certified, main('"os/user"'), 1],
    [`${certified}ENV USER=app`, main('"os/user"'), 0],
    [`${certified}COPY --from=build /etc/passwd /etc/`, main('"os/user"'), 0],
    [certified, main('"example.com/os/user"'), 0],
  ] as const)
    assert.equal(messages(go(lines), 'bare-scratch', context).length, count, lines + JSON.stringify(context));
  const rust = 'FROM rust:1.90-alpine AS b\nRUN cargo build --release\nFROM scratch\nCOPY --from=b /a /a\nCMD ["/a"]\n';
  assert.deepEqual(messages(rust, 'bare-scratch', { 'Cargo.toml': '[dependencies]\nwebpki-roots = "1"\n' }), []);
  assert.equal(messages(rust, 'bare-scratch', { 'Cargo.toml': '[dependencies]\nreqwest = "0.12"\n' }).length, 1);
});

test('bare-scratch: nsswitch.conf, for Go before 1.16 only', () => {
  const old = (tag: string, lines = '') => go(`COPY cacert.pem /\n${lines}`).replace('golang:1.27', `golang:${tag}`);
  for (const tag of ['1.15', '1.15.15-alpine3.14', '1.9-stretch']) {
    const [finding, ...more] = findings(old(tag), { only: 'bare-scratch' });
    assert.equal(finding?.severity, 'warning', tag);
    assert.match(finding?.message ?? '', /asks DNS before \/etc\/hosts/);
    assert.deepEqual(more, []);
  }
  for (const text of [
    old('1.16'),
    old('1.27-alpine'),
    old('latest'),
    old('1'),
    old('1.15', 'COPY --from=build /etc/nsswitch.conf /etc/nsswitch.conf'),
    old('1.15', 'COPY etc /etc'),
    old('1.15').replace('scratch', 'gcr.io/distroless/static-debian13'),
  ])
    assert.deepEqual(messages(text, 'bare-scratch'), [], text);
  assert.match(
    fix(old('1.15'), 'bare-scratch'),
    /^FROM scratch\nCOPY --from=build \/etc\/nsswitch.conf \/etc\/nsswitch.conf\n/m,
  );
  // That image had no such file yet.
  assert.deepEqual(findings(old('1.9-alpine'), { only: 'bare-scratch' })[0]?.fixes, []);
});

test('bare-scratch: the fix copies from the official image, by name, or by number where the name is taken', () => {
  const after = fix(go('USER 1'), 'bare-scratch');
  assert.equal(
    after,
    go('USER 1').replace(
      'FROM scratch\n',
      'FROM scratch\nCOPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n',
    ),
  );
  assert.match(
    fix('from golang\nfrom scratch\ncopy --from=0 /a /a\ncmd ["/a"]\n', 'bare-scratch'),
    /\ncopy --from=0 \/etc/,
  );
  const twice = 'FROM golang AS b\nFROM debian AS b\nFROM scratch\nCOPY --from=0 /a /a\nCMD ["/a"]\n';
  assert.match(fix(twice, 'bare-scratch'), /\nCOPY --from=0 \/etc/);
  const hardened = 'FROM dhi.io/golang:1.26-debian13 AS b\nFROM scratch\nCOPY --from=b /a /a\nCMD ["/a"]\n';
  assert.deepEqual(findings(hardened, { only: 'bare-scratch' })[0]?.fixes, []);
});

const BASE = 'mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled';

test('dotnet-extra: globalization switched on, or a time zone, without what it needs', () => {
  const only = 'dotnet-extra';
  checkFindings(
    `
FROM ${BASE}
ENV A=1 \\
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ dotnet-extra
`,
    { only, crlf: true },
  );
  const [zone] = checkFindings(
    `
FROM mcr.microsoft.com/dotnet/runtime:9.0-azurelinux3.0-distroless AS base
ENV TZ Europe/Berlin
#   ^^ dotnet-extra
FROM base
CMD ["x"]
`,
    { only },
  );
  assert.equal(zone?.severity, 'warning');
});

test('dotnet-extra: what the project says', () => {
  const only = 'dotnet-extra';
  const text = `FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\nCOPY ./src/Web.csproj src/\nFROM ${BASE}\nCOPY --from=build /app /app\n`;
  const project = (body: string) => ({ 'src/Web.csproj': `<Project>${body}</Project>` });
  assert.match(
    messages(text, only, project('<PackageReference Include="Microsoft.Data.SqlClient" Version="6" />'))[0] ?? '',
    /^The project uses Microsoft\.Data\.SqlClient, /,
  );
  assert.match(
    messages(text, only, project('<InvariantGlobalization>false</InvariantGlobalization>'))[0] ?? '',
    /^The project switches globalization on/,
  );
  assert.deepEqual(messages(text, only, project('<PackageReference Include="Npgsql" />')), []);
  assert.deepEqual(
    messages(
      text,
      only,
      project('<InvariantGlobalization>false</InvariantGlobalization><X Include="System.Globalization.AppLocalIcu" />'),
    ),
    [],
  );
  assert.deepEqual(messages(text, only, {}), []);
});

test('dotnet-extra: not with -extra, with the setting as it is, with ICU copied, or on a whole distribution', () => {
  for (const text of [
    `FROM ${BASE}-extra\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false TZ=Asia/Tokyo\n`,
    `FROM ${BASE}\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true TZ=Etc/UTC\n`,
    `FROM ${BASE}\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=$X\n`,
    `FROM ${BASE}\nCOPY --from=build /usr/lib/libicuuc.so.74 /usr/lib/\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false\n`,
    `FROM ${BASE}\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false TZ=Asia/Seoul\nCOPY --from=build /rootfs /\n`,
    `FROM ${BASE}\nENV TZ=Asia/Seoul\nCOPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo\n`,
    'FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false\n',
    `FROM ${BASE}\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1\n`,
  ])
    assert.deepEqual(messages(text, 'dotnet-extra'), [], text);
});

test('dotnet-extra: the fix takes the twin of the tag, where there certainly is one', () => {
  assert.equal(
    fix(`FROM ${BASE}-composite AS run\nENV TZ=Asia/Tokyo\n`, 'dotnet-extra'),
    `FROM ${BASE}-composite-extra AS run\nENV TZ=Asia/Tokyo\n`,
  );
  for (const from of [`${BASE}-amd64`, `${BASE}@sha256:${'a'.repeat(64)}`])
    assert.deepEqual(findings(`FROM ${from}\nENV TZ=Asia/Tokyo\n`, { only: 'dotnet-extra' })[0]?.fixes, []);
});

test('replaces-link: --link into what is a link', () => {
  const only = 'replaces-link';
  checkFindings(
    `
FROM gcr.io/distroless/base-debian13:nonroot
WORKDIR /lib/x
COPY --link a.so .
#                ^ replaces-link
ADD --link=true --chown=1 ["a b", "/bin/"]
#                                 ^^^^^^^ replaces-link
COPY --link=false a.so /lib/
COPY a.so /lib/
COPY --link a /usr/lib/ 
COPY --link a /library
COPY --link a /
COPY --link a $X
`,
    { only },
  );
});

test('replaces-link: only where the links are known to be', () => {
  for (const from of ['gcr.io/distroless/base-debian12', 'alpine:3.22', 'debian:11', 'scratch', 'example.com/x'])
    assert.deepEqual(messages(`FROM ${from}\nCOPY --link a /lib/\n`, 'replaces-link'), [], from);
});

test('replaces-link: the fix names the folder itself', () => {
  const after = (from: string, to: string) =>
    fix(`FROM ${from}\nCOPY --link a ${to} \n`, 'replaces-link').split('\n')[1];
  assert.equal(after('ubuntu:24.04', '/lib64/x/'), 'COPY --link a /usr/lib64/x/ ');
  assert.equal(after('cgr.dev/chainguard/static', '/sbin/init'), 'COPY --link a /usr/bin/init ');
  assert.equal(
    fix('FROM debian:13\nCOPY --link ["a", "/lib"]\n', 'replaces-link'),
    'FROM debian:13\nCOPY --link ["a", "/usr/lib"]\n',
  );
  assert.deepEqual(
    findings('FROM debian:13\nWORKDIR /lib\nCOPY --link a b\n', { only: 'replaces-link' })[0]?.fixes,
    [],
  );
});
