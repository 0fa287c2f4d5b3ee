import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const only = 'other-platform';
const built = (from: string, lines: string, final = 'FROM scratch') =>
  `FROM ${from} AS build\nWORKDIR /src\n${lines}\n${final}\nCOPY --from=build /src/app /app\nENTRYPOINT ["/app"]\n`;
const severities = (file: string) => findings(file, { only }).map(({ severity }) => severity);

test('what ships is built on the platform of the builder', () => {
  checkFindings(
    `
FROM --platform=$BUILDPLATFORM node:24 AS base
#    ^^^^^^^^^^^^^^^^^^^^^^^^^ other-platform
FROM base AS build
RUN npm ci
FROM base
`,
    { only },
  );
  checkFindings(
    `
FROM --platform=$BUILDPLATFORM node:24 AS build
RUN npm ci
FROM --platform=$TARGETPLATFORM node:24
COPY --from=build /app /app
`,
    { only },
  );
});

test('compiled on the machine that builds, for the machine that builds', () => {
  checkFindings(
    `
FROM --platform=\${BUILDPLATFORM} golang:1.27 AS build
WORKDIR /src
RUN go vet && CGO_ENABLED=0 go build -o app .
#                           ^^^^^^^^ other-platform
FROM gcr.io/distroless/static-debian13:nonroot
COPY --from=build /src/app /app
`,
    { only },
  );
  const file = built('--platform=$BUILDPLATFORM rust:1', 'RUN cargo build --release && cp target/release/app app');
  assert.deepEqual(severities(file), ['warning']);
});

test('a processor that is fixed', () => {
  const arm = 'FROM --platform=linux/arm64 gcr.io/distroless/static-debian13:nonroot';
  assert.deepEqual(severities(built('golang:1.27', 'RUN GOARCH=amd64 go build -o app .', arm)), ['error']);
  assert.deepEqual(severities(built('golang:1.27', 'ENV GOARCH=arm64\nRUN go build -o app .', arm)), []);
  assert.deepEqual(severities(built('golang:1.27', 'RUN GOOS=linux GOARCH=amd64 go build -o app .')), ['info']);
  assert.deepEqual(severities(built('--platform=linux/amd64 golang:1.27', 'RUN go build -o app .', arm)), ['error']);
  const rust =
    'RUN cargo build --target aarch64-unknown-linux-musl -r && cp target/aarch64-unknown-linux-musl/release/app app';
  assert.deepEqual(severities(built('rust:1', rust)), ['info']);
  assert.deepEqual(severities(built('rust:1', rust, arm)), []);
});

test('what is compiled for what is asked for, or where it cannot be told', () => {
  const cross = '--platform=$BUILDPLATFORM golang:1.27';
  for (const file of [
    built(cross, 'ARG TARGETARCH\nRUN GOARCH=$TARGETARCH go build -o app .'),
    built(cross, 'ARG TARGETARCH\nENV GOARCH=$TARGETARCH\nRUN go build -o app .'),
    built(cross, 'ARG GOARCH\nRUN go build -o app .'),
    built(cross, 'RUN GOOS=js GOARCH=wasm go build -o app .'),
    built(cross, 'RUN go build -o other .'),
    built(cross, 'RUN make'),
    built(cross, 'ARG TARGETARCH\nRUN if [ "$TARGETARCH" = arm64 ]; then make; else go build -o app .; fi'),
    built(cross, 'COPY --from=tonistiigi/xx / /\nRUN xx-go --wrap && go build -o app .'),
    built(`${cross} AS tools\nRUN xx-apk add gcc\nFROM tools`, 'RUN go build -o app .'),
    built('golang:1.27', 'RUN go build -o app .'),
    built('--platform=$MINE golang:1.27', 'RUN go build -o app .'),
    built(cross, 'RUN go build -o app .', 'FROM registry.example.com/base:1'),
  ]) {
    assert.deepEqual(severities(file), [], file);
  }
});

test('scratch is for what is asked for, whatever --platform says there', () => {
  for (const platform of ['$BUILDPLATFORM', 'linux/arm64']) {
    const scratch = `FROM --platform=${platform} scratch AS base\nFROM base`;
    assert.deepEqual(severities(built('golang:1.27', 'RUN go build -o app .', scratch)), [], platform);
    const fixed = built('golang:1.27', 'RUN GOARCH=amd64 go build -o app .', scratch);
    assert.deepEqual(severities(fixed), ['info'], platform);
  }
  const native = 'RUN go build -o app .';
  const [finding] = findings(
    built('--platform=$BUILDPLATFORM golang:1.27', native, 'FROM --platform=$BUILDPLATFORM scratch'),
    { only },
  );
  assert.match(finding?.message ?? '', /nothing says for which it compiles/);
});

test('a RUN that asks for which platform it compiles', () => {
  const target = (arch: string) => `cargo build -r --target ${arch}-unknown-linux-gnu --target-dir /out`;
  const copied = 'FROM gcr.io/distroless/cc-debian13\nCOPY --from=build /out /out';
  for (const run of [
    `RUN if [ "$TARGETPLATFORM" = linux/amd64 ]; then ${target('x86_64')}; else ${target('aarch64')}; fi`,
    `RUN case "$(uname -m)" in x86_64) ${target('x86_64')};; *) ${target('aarch64')};; esac`,
    `RUN <<EOF\nif [ "\${TARGETARCH}" = arm64 ]; then\n  ${target('aarch64')}\nfi\nEOF`,
  ])
    assert.deepEqual(severities(built('rust:1', run, copied)), [], run);
  assert.deepEqual(severities(built('rust:1', `RUN sh -c '${target('$(uname -m)')}'`, copied)), []);
  for (const run of [
    `echo "$TARGETS"`,
    `echo '$TARGETARCH'`,
    `echo \\$TARGETARCH`,
    'echo uname',
    `true \\\n # $TARGETARCH\n`,
  ])
    assert.deepEqual(severities(built('rust:1', `RUN ${run} && ${target('aarch64')}`, copied)), ['info'], run);
});

test('the fixes', () => {
  const ships = 'FROM  --platform=$BUILDPLATFORM  node:24 AS a\r\nFROM a\r\n';
  assert.equal(fix(ships, only), 'FROM  node:24 AS a\r\nFROM a\r\n');
  const file = built(
    '--platform=$BUILDPLATFORM golang:1.27',
    'ARG TARGETOS\n# compile\nRUN --mount=type=cache,target=/c \\\n  go build -o app .',
  );
  assert.equal(
    fix(file, only),
    file
      .replace('# compile', 'ARG TARGETARCH\n# compile')
      .replace('go build', 'GOOS=$TARGETOS GOARCH=$TARGETARCH go build'),
  );
});

test('of two builds that write the same, the last is told', () => {
  const file = built('golang:1.27', 'ENV GOARCH=amd64\nRUN go build -o app .\nCOPY . .\nRUN go build -o app .');
  assert.deepEqual(
    findings(file, { only }).map(({ range }) => range.start.line),
    [file.split('\n').findLastIndex((line) => line.includes('go build'))],
  );
});

test('the fix of what ships mends the builds that would be told then', () => {
  const rust = `FROM --platform=$BUILDPLATFORM rust:1-trixie AS build
WORKDIR /src
RUN cargo build --release
FROM --platform=$BUILDPLATFORM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /src/target/release/app /app
`;
  assert.equal(fix(rust, only), rust.replaceAll('--platform=$BUILDPLATFORM ', ''));
  const go = `FROM --platform=$BUILDPLATFORM golang:1.27 AS build
RUN CGO_ENABLED=0 go build -o /app .
FROM --platform=$BUILDPLATFORM alpine:3.24
COPY --from=build /app /app
`;
  assert.equal(
    fix(go, only),
    `FROM --platform=$BUILDPLATFORM golang:1.27 AS build
ARG TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /app .
FROM alpine:3.24
COPY --from=build /app /app
`,
  );
  assert.deepEqual(findings(fix(go, only), { only }), []);
});

test('compiled for another system than Linux, and started', () => {
  const mac = built('golang:1.27', 'RUN CGO_ENABLED=0 GOOS="darwin" go build -o app .');
  const [finding] = findings(mac, { only });
  assert.match(finding?.message ?? '', /compiled for macOS, and the image that starts it is one for Linux/);
  assert.equal(finding?.severity, 'error');
  assert.equal(fix(mac, only), mac.replace('darwin', 'linux'));
  const windows = built('golang:1.27', 'ENV GOOS=windows\nRUN go vet && go build -o app .', 'FROM alpine');
  assert.match(findings(windows, { only })[0]?.message ?? '', /compiled for Windows, /);
  assert.equal(fix(windows, only), windows.replace('&& go', '&& GOOS=linux go'));
  assert.deepEqual(severities(built('golang:1.27', 'ARG GOOS=darwin\nRUN go build -o app .')), ['warning']);
  for (const file of [
    // The name is that of the module, and is looked for on PATH.
    'FROM golang:alpine AS b\nWORKDIR /app\nRUN GOOS=darwin GOARCH=amd64 go build .\nFROM scratch\nWORKDIR /app\nCOPY --from=b /app/recipes /usr/bin/\nENTRYPOINT ["recipes"]\n',
    'FROM golang:1.27\nWORKDIR /src\nRUN GOOS=windows go build -o /ping\nCMD ["/ping"]\n',
    'FROM golang:1.27 AS b\nRUN GOOS=darwin go build -o /out/app .\nFROM alpine\nWORKDIR /srv\nCOPY --from=b /out .\nCMD exec ./app --port 80\n',
  ])
    assert.deepEqual(severities(file), ['error'], file);
});

test('programs for other systems that are only handed out', () => {
  const two = 'RUN GOOS=linux go build -o app . && GOOS=darwin go build -o app-mac .';
  for (const file of [
    built('golang:1.27', `${two}\nFROM scratch\nCOPY --from=build /src /`),
    built('golang:1.27', two, 'FROM alpine\nCOPY --from=build /src/app-mac /downloads/app'),
    built('golang:1.27', 'RUN GOOS=darwin go build -o app . && tar cf mac.tar app && GOOS=linux go build -o app .'),
    built('golang:1.27', 'RUN for GOOS in darwin linux; do go build -o app-$GOOS .; done'),
    built('golang:1.27', 'ARG GOOS\nRUN go build -o app .'),
    built('golang:1.27', 'RUN GOOS=windows go build -o app .', 'FROM --platform=windows/amd64 scratch'),
    built('golang:1.27', 'RUN GOOS=windows go build -o app .', 'FROM mcr.microsoft.com/windows/nanoserver:ltsc2022'),
    built('golang:1.27', 'RUN GOOS=windows go build -o app .', 'FROM golang:1.27-nanoserver'),
    // No container is made of it.
    'FROM golang:1.27 AS b\nRUN GOOS=darwin go build -o /app .\nFROM scratch\nCOPY --from=b /app /\n',
    'FROM golang:1.27 AS b\nRUN GOOS=windows go build -o /app.exe .\nFROM scratch\nCOPY --from=b /app.exe /\nENTRYPOINT ["/app.exe"]\n',
    // Started by another program, or another file of the same folder.
    'FROM golang:1.27 AS b\nRUN GOOS=windows go build -o /app.exe .\nFROM debian:13\nCOPY --from=b /app.exe /\nENTRYPOINT ["wine", "/app.exe"]\n',
    'FROM golang:1.27 AS b\nWORKDIR /out\nRUN GOOS=darwin go build .\nFROM alpine\nCOPY --from=b /out /out\nENTRYPOINT ["/out/serve"]\n',
    'FROM golang:1.27 AS b\nRUN GOOS=darwin go build -o /out/app-mac .\nFROM alpine\nCOPY --from=b /out /out\nENTRYPOINT ["/out/app"]\n',
    'FROM golang:1.27 AS b\nRUN go build -o /out/app . && GOOS=darwin go build -o /out/ ./cmd/mac\nFROM alpine\nCOPY --from=b /out/app /app\nENTRYPOINT ["/app"]\n',
    'FROM golang:1.27 AS b\nWORKDIR /out\nRUN GOOS=darwin go build .\nFROM alpine\nCOPY --from=b /out /srv\nENTRYPOINT ["/srv/out"]\n',
    // Written over.
    'FROM golang:1.27\nRUN GOOS=darwin go build -o /app .\nRUN go build -o /app .\nCMD ["/app"]\n',
  ])
    assert.deepEqual(severities(file), [], file);
});
