/** Rules that compare the libraries of a builder with those of the base: missing-libraries, other-libc, newer-glibc. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const rules = ['missing-libraries', 'other-libc', 'newer-glibc'];
const found = (file: string, context?: Record<string, string>) =>
  rules.flatMap((only) =>
    findings(file, context ? { only, context } : { only }).map(({ rule, severity }) => `${rule} ${severity}`),
  );

const rust = (builder: string, final: string, lines = 'RUN cargo build --release', path = '/src/target/release/app') =>
  `FROM ${builder} AS build\nWORKDIR /src\n${lines}\nFROM ${final}\nCOPY --from=build ${path} /app\nENTRYPOINT ["/app"]\n`;
const c = (builder: string, final: string, command: string) =>
  `FROM ${builder} AS build\nRUN ${command}\nFROM ${final}\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n`;

const STATIC = 'gcr.io/distroless/static-debian13:nonroot';
const BASE = 'gcr.io/distroless/base-debian13:nonroot';
const CC = 'gcr.io/distroless/cc-debian13:nonroot';

test('Rust, C and C++ where their libraries are not', () => {
  checkFindings(`
FROM rust:1-trixie AS build
WORKDIR /src
RUN cargo build --release && cp target/release/app /out/
FROM gcr.io/distroless/static-debian13:nonroot
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing-libraries
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
`);
  for (const [file, expected] of [
    [rust('rust:1-trixie', 'scratch'), ['missing-libraries error']],
    [rust('rust:1-trixie', BASE), ['missing-libraries error']],
    [rust('rust:1-trixie', CC), []],
    [rust('rust:1-trixie', 'cgr.dev/chainguard/glibc-dynamic:latest'), []],
    [c('debian:13', STATIC, 'gcc -o /out/app main.c'), ['missing-libraries error']],
    [c('debian:13', BASE, 'gcc -o /out/app main.c'), []],
    [c('debian:13', BASE, 'g++ main.cc -o /out/app'), ['missing-libraries error']],
    [c('debian:13', BASE, 'g++ -static-libgcc -static-libstdc++ main.cc -o /out/app'), []],
    [c('debian:13', STATIC, 'g++ -static main.cc -o /out/app'), []],
    [c('debian:13', STATIC, 'gcc $FLAGS main.c -o /out/app'), []],
    [c('debian:13', STATIC, 'gcc -c main.c -o /out/app'), []],
    [c('alpine:3.24', 'scratch', 'gcc main.c -o /out/app'), ['missing-libraries error']],
    [c('debian:13', STATIC, 'gcc main.c -o /out/other'), []],
  ] as const) {
    assert.deepEqual(found(file), expected, file);
  }
});

test('Rust for musl, for WebAssembly and with everything linked in', () => {
  const musl = 'RUN cargo build --release --target x86_64-unknown-linux-musl';
  const path = '/src/target/x86_64-unknown-linux-musl/release/app';
  assert.deepEqual(found(rust('rust:1-trixie', STATIC, musl, path)), []);
  assert.deepEqual(found(rust('rust:1-trixie', STATIC, musl.replace('musl', 'gnu'), path.replace('musl', 'gnu'))), [
    'missing-libraries error',
  ]);
  assert.deepEqual(found(rust('rust:1-alpine', STATIC)), []);
  assert.deepEqual(found(rust('rust:1-alpine', CC)), []);
  assert.deepEqual(
    found(rust('rust:1-trixie', STATIC, "ENV RUSTFLAGS='-C target-feature=+crt-static'\nRUN cargo build --release")),
    [],
  );
  assert.deepEqual(
    found(rust('rust:1-trixie', STATIC), {
      '.cargo/config.toml': '[build]\nrustflags = ["-C", "target-feature=+crt-static"]\n',
    }),
    [],
  );
  const wasm = rust(
    'rust:1-trixie',
    'scratch',
    'RUN cargo build --target wasm32-wasip1 --release',
    '/src/target/wasm32-wasip1/release/app.wasm',
  );
  assert.deepEqual(found(wasm), []);
});

test('one finding an image, however many programs', () => {
  const two = c('debian:13', STATIC, 'gcc -o /out/app a.c && gcc -o /out/b b.c').replace(
    '/out/app /app',
    '/out/ /bin/',
  );
  assert.deepEqual(found(two), ['missing-libraries error']);
  const newer = c('ubuntu:26.04', CC, 'gcc -o /out/app a.c && gcc -o /out/b b.c').replace(
    '/out/app /app',
    '/out/ /bin/',
  );
  assert.deepEqual(found(newer), ['newer-glibc warning']);
  // The C library is the trouble there, and other-libc says so.
  assert.deepEqual(found(c('alpine:3.24', BASE, 'g++ -o /out/app a.cc')), ['other-libc error']);
});

test('libraries that were copied may be the ones', () => {
  const file = rust('rust:1-trixie', STATIC).replace(
    'COPY',
    'COPY --from=build /lib/x86_64-linux-gnu/ /lib/x86_64-linux-gnu/\nCOPY',
  );
  assert.deepEqual(found(file), []);
});

test('the fix takes the image that has them', () => {
  const file = rust('rust:1-trixie', 'gcr.io/distroless/base:nonroot').replaceAll('\n', '\r\n');
  assert.equal(fix(file, 'missing-libraries'), file.replace('/base:', '/cc:'));
  assert.deepEqual(findings(rust('rust:1-trixie', 'scratch'), { only: 'missing-libraries' })[0]?.fixes, []);
  const named = `ARG B=${BASE}\n${rust('rust:1-trixie', '$B')}`;
  assert.deepEqual(findings(named, { only: 'missing-libraries' })[0]?.fixes, []);
});

test('musl here, glibc there', () => {
  checkFindings(
    `
FROM alpine:3.24 AS build
RUN c++ -o /out/app main.cc
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /out/app /app
#                 ^^^^^^^^ other-libc
ENTRYPOINT ["/app"]
`,
    { only: 'other-libc' },
  );
  for (const [file, expected] of [
    [rust('rust:1-trixie', 'alpine:3.24'), ['other-libc error']],
    [c('alpine:3.24', CC, 'gcc -static -o /out/app main.c'), []],
    [c('alpine:3.24', 'alpine:3.22', 'gcc -o /out/app main.c'), []],
    [c('debian:13', 'alpine:3.24\nRUN apk add gcompat', 'gcc -o /out/app main.c'), []],
    [
      c(
        'debian:13',
        'alpine:3.24\nRUN mkdir /lib64 && ln -s /lib/libc.musl-x86_64.so.1 /lib64/ld-linux-x86-64.so.2',
        'gcc -o /out/app main.c',
      ),
      [],
    ],
  ] as const) {
    assert.deepEqual(found(file), expected, file);
  }
});

test('Go with cgo, musl here and glibc there: a doubt, as on a base without either, unless the project makes it certain', () => {
  const only = 'other-libc';
  const said = (builder: string, final: string, lines: string, context?: Record<string, string>) =>
    findings(c(builder, final, lines), context ? { only, context } : { only }).map((it) => it.severity);
  const gcc = 'apk add --no-cache gcc musl-dev && go build -o /out/app .';
  for (const final of [
    BASE,
    CC,
    'cgr.dev/chainguard/glibc-dynamic:latest',
    'mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled',
  ])
    assert.deepEqual(said('golang:1.27-alpine', final, gcc), ['warning'], final);
  assert.deepEqual(said('golang:1.27', 'alpine:3.24', 'go build -o /out/app .'), ['warning']);
  assert.deepEqual(said('golang:1.27', 'alpine:3.24', 'CGO_ENABLED=1 go build -o /out/app .'), ['warning']);
  assert.match(
    findings(c('golang:1.27-alpine', BASE, gcc), { only })[0]?.message ?? '',
    /if anything in it imports “net” or “os\/user”, and .*CGO_ENABLED=0/,
  );
  const net = { 'main.go': 'package main\n\nimport "net/http"\n' };
  assert.deepEqual(said('golang:1.27-alpine', BASE, gcc, net), ['error']);
  for (const [builder, final, lines] of [
    ['golang:1.27-alpine', BASE, 'go build -o /out/app .'],
    ['golang:1.27-alpine', BASE, gcc.replace('go build', 'CGO_ENABLED=0 go build')],
    ['golang:1.27-alpine', BASE, gcc.replace('go build', 'go build -tags netgo,osusergo')],
    ['golang:1.27-alpine', BASE, gcc.replace('go build', `go build -ldflags '-extldflags "-static"'`)],
    ['golang:1.27-alpine', BASE, gcc.replace('go build', 'CGO_LDFLAGS=-static go build')],
    ['golang:1.27-alpine', 'alpine:3.24', gcc],
    ['golang:1.27', 'alpine:3.24', 'apt-get install musl-tools && CC=musl-gcc go build -o /out/app .'],
    ['golang:1.27', 'alpine:3.24', 'CGO_ENABLED=0 go build -o /out/app .'],
    ['golang:1.27', 'alpine:3.24\nRUN apk add gcompat', 'go build -o /out/app .'],
    ['golang:1.27', BASE, 'go build -o /out/app .'],
  ] as const)
    assert.deepEqual(said(builder, final, lines), [], `${builder} ${lines} ${final}`);
  const sqlite = { 'go.mod': 'require github.com/mattn/go-sqlite3 v1.14.32\n' };
  assert.deepEqual(found(c('golang:1.27', 'alpine:3.24', 'go build -o /out/app .'), sqlite), ['other-libc error']);
});

test('a builder with a newer glibc', () => {
  checkFindings(
    `
FROM rust:1 AS tools
FROM tools AS build
WORKDIR /src
RUN cargo build --release
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/target/release/app /app
`.replace('FROM rust:1 AS tools\n', 'FROM rust:1 AS tools\n#    ^^^^^^ newer-glibc\n'),
    { only: 'newer-glibc' },
  );
  for (const [file, expected] of [
    [rust('rust:1-bookworm', CC), []],
    [rust('rust:1-trixie', CC), []],
    [c('ubuntu:26.04', CC, 'gcc -o /out/app main.c'), ['newer-glibc warning']],
    [c('golang:1.27', 'gcr.io/distroless/base-debian12', 'go build -o /out/app .'), ['newer-glibc info']],
    [c('golang:1.27', 'gcr.io/distroless/base-debian12', 'CGO_ENABLED=0 go build -o /out/app .'), []],
    // Which Debian is in so old a tag is not known.
    [c('golang:1.15', 'gcr.io/distroless/base-debian11', 'go build -o /out/app .'), []],
  ] as const) {
    assert.deepEqual(found(file), expected, file);
  }
});

test('the fix names the release of the base, where such an image is made', () => {
  const file = rust('rust:1', 'gcr.io/distroless/cc-debian12:nonroot');
  assert.equal(fix(file, 'newer-glibc'), file.replace('rust:1', 'rust:1-bookworm'));
  const slim = rust('rust:1.98-slim-trixie', 'gcr.io/distroless/cc-debian12:nonroot');
  assert.equal(fix(slim, 'newer-glibc'), slim.replace('slim-trixie', 'slim-bookworm'));
  const noble = rust('rust:1', 'mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled');
  assert.deepEqual(findings(noble, { only: 'newer-glibc' })[0]?.fixes, []);
  const ubuntu = c('ubuntu:26.04', CC, 'gcc -o /out/app main.c');
  assert.deepEqual(findings(ubuntu, { only: 'newer-glibc' })[0]?.fixes, []);
});

test('OpenSSL of another generation, or none', () => {
  const ssl = (builder: string, final: string, install = 'RUN apt-get install -y libssl-dev') =>
    c(builder, final, 'gcc -o /out/app main.c -lssl').replace('RUN gcc', `${install}\nRUN gcc`);
  const only = 'other-openssl';
  checkFindings(
    `
FROM rust:1-bullseye AS build
WORKDIR /src
RUN apt-get update && apt-get install -y --no-install-recommends libssl-dev
RUN cargo build --release
FROM gcr.io/distroless/cc-debian13:nonroot
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ other-openssl
COPY --from=build /src/target/release/app /app
`,
    { only },
  );
  for (const [file, count] of [
    [ssl('debian:13', 'gcr.io/distroless/base-nossl-debian13'), 1],
    [ssl('debian:13', 'cgr.dev/chainguard/glibc-dynamic:latest'), 1],
    [ssl('debian:13', BASE), 0],
    [ssl('debian:12', BASE), 0],
    [ssl('debian:11', BASE, ''), 0],
    [ssl('debian:11', 'debian:13'), 0],
    [ssl('debian:11', BASE, 'RUN apt-get install -y libssl-dev\nENV OPENSSL_STATIC=1'), 0],
    [ssl('debian:11', `${BASE}\nCOPY --from=build /usr/lib/x86_64-linux-gnu/libssl.so.1.1 /usr/lib/`), 0],
    [ssl('registry.example.com/x:1', BASE), 0],
  ] as const) {
    assert.equal(findings(file, { only }).length, count, file);
  }
  const rustFile = rust('rust:1-bullseye', CC, 'RUN apt-get install -y libssl-dev\nRUN cargo build --release');
  assert.equal(findings(rustFile, { only }).length, 1);
  assert.equal(
    findings(rustFile, { only, context: { 'Cargo.toml': 'openssl = { version = "0.10", features = ["vendored"] }\n' } })
      .length,
    0,
  );
  // Rust's own image has the headers, and the project says that it builds with them.
  const plain = rust('rust:1-bullseye', CC);
  for (const [manifest, count, file] of [
    ['[package]\nname = "a"\n[dependencies]\nserde = { features = ["derive"] }\nopenssl = "0.10"\n', 1, plain],
    ['[dependencies]\nnative-tls = { version = "0.2" }\n[[bin]]\nname = "b"\n', 1, plain],
    ['[dependencies]\nopenssl = "0.10"\n', 0, rust('rust:1-slim-bullseye', CC)],
    ['[dependencies]\nopenssl = "0.10"\n', 0, rust('rust:1-bookworm', CC)],
    ['[dependencies]\nopenssl = { version = "0.10", features = ["vendored"] }\n', 0, plain],
    ['[dependencies]\nopenssl = { version = "0.10", optional = true }\n', 0, plain],
    ['[dependencies]\nserde = "1"\n[dev-dependencies]\nopenssl = "0.10"\n', 0, plain],
    ['[dependencies]\nrustls = "0.23"\n', 0, plain],
  ] as const)
    assert.equal(findings(file, { only, context: { 'Cargo.toml': manifest } }).length, count, manifest);
});
