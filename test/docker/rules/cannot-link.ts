/** “Cannot link”. */
import type { NearMiss, Trial } from './trial.ts';

const STATIC = 'gcr.io/distroless/static-debian13:nonroot';
const BASE = 'gcr.io/distroless/base-debian13:nonroot';
const NODE = 'gcr.io/distroless/nodejs24-debian13:nonroot';
const PYTHON = 'gcr.io/distroless/python3-debian13:nonroot';

/** Compiled in one stage, shipped in another. */
const compiled = (builder: string, compile: string, base: string) => `FROM ${builder} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build ${compile}

FROM ${base}
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
`;

const c = { 'main.c': '#include <stdio.h>\nint main(void) { puts("C runs"); return 0; }\n' };
const cpp = { 'main.cpp': '#include <iostream>\nint main() { std::cout << "C++ runs" << std::endl; }\n' };
const rust = {
  'Cargo.toml': '[package]\nname = "app"\nversion = "1.0.0"\nedition = "2021"\n',
  'src/main.rs': 'fn main() { println!("Rust runs"); }\n',
};
/** strtol of C23, which is new in glibc 2.38. */
const cgo = {
  'main.go':
    'package main\n\n// #define _GNU_SOURCE\n// #include <stdlib.h>\nimport "C"\nimport "fmt"\n\nfunc main() { fmt.Println("cgo runs", C.strtol(C.CString("42"), nil, 10)) }\n',
};
/** A module with C code, by the name of one that has it. */
const cgoModule = {
  'go.mod':
    'module hello\n\ngo 1.24\n\nrequire github.com/mattn/go-sqlite3 v1.14.32\n\nreplace github.com/mattn/go-sqlite3 => ./sqlite\n',
  'main.go':
    'package main\n\nimport (\n\t"fmt"\n\n\tsqlite "github.com/mattn/go-sqlite3"\n)\n\nfunc main() { fmt.Println("the module runs", sqlite.Answer()) }\n',
  'sqlite/go.mod': 'module github.com/mattn/go-sqlite3\n\ngo 1.24\n',
  'sqlite/sqlite.go':
    'package sqlite\n\n// static int answer(void) { return 42; }\nimport "C"\n\nfunc Answer() int { return int(C.answer()) }\n',
};
const openssl = {
  'main.c':
    '#include <openssl/crypto.h>\n#include <stdio.h>\nint main(void) { puts(OpenSSL_version(OPENSSL_VERSION)); return 0; }\n',
};
const noSuchFile = { at: 'start', says: /exec \/app: no such file or directory/ } as const;

const sharp = (builder: string) => `FROM ${builder} AS build
WORKDIR /app
COPY package.json ./
RUN npm install --omit=dev --no-audit --no-fund

FROM ${NODE}
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY server.js ./
CMD ["server.js"]
`;
const psycopg = `FROM python:3.13-slim-trixie AS build
COPY requirements.txt ./
RUN pip install --no-cache-dir --target=/packages -r requirements.txt

FROM ${PYTHON}
ENV PYTHONPATH=/packages
COPY --from=build /packages /packages
CMD ["-c", "import psycopg; print('libpq', psycopg.pq.version() // 10000)"]
`;

export const trials: readonly Trial[] = [
  {
    rule: 'cgo-without-libc',
    what: 'Go that imports “net”',
    dockerfile: compiled('golang:1.27-trixie', 'go build -o /out/app main.go', STATIC),
    fails: noSuchFile,
    fixed: /^User 65532/,
  },
  {
    rule: 'cgo-without-libc',
    slow: true,
    what: 'a Go module that holds C code',
    dockerfile: compiled('golang:1.27-trixie', 'go build -o /out/app .', STATIC),
    files: cgoModule,
    fails: noSuchFile,
    fixed: /^the module runs 42/,
  },
  {
    rule: 'missing-libraries',
    what: 'Rust on base',
    dockerfile: compiled(
      'rust:1-trixie',
      'cargo build --offline --target-dir /out && mv /out/debug/app /out/app',
      BASE,
    ),
    files: rust,
    fails: { at: 'start', says: /libgcc_s.so.1: cannot open shared object file/ },
    fixed: /^Rust runs/,
  },
  {
    rule: 'missing-libraries',
    what: 'C++ on base',
    dockerfile: compiled('golang:1.27-trixie', 'mkdir /out && g++ -o /out/app main.cpp', BASE),
    files: cpp,
    fails: { at: 'start', says: /libstdc\+\+.so.6: cannot open shared object file/ },
    fixed: /^C\+\+ runs/,
  },
  {
    rule: 'missing-libraries',
    what: 'C on static',
    dockerfile: compiled('golang:1.27-trixie', 'mkdir /out && gcc -o /out/app main.c', STATIC),
    files: c,
    fails: noSuchFile,
    fixed: /^C runs/,
  },
  {
    rule: 'missing-libraries',
    what: 'a Python package that loads libpq',
    dockerfile: psycopg,
    files: { 'requirements.txt': 'psycopg\n' },
    registry: 'PyPI',
    fails: { at: 'start', says: /libpq library not found/ },
    byHandFiles: { 'requirements.txt': 'psycopg[binary]\n' },
    fixed: /^libpq 1\d/,
  },
  {
    rule: 'other-libc',
    what: 'C from Alpine on base',
    dockerfile: compiled('alpine:3.24', 'apk add --no-cache build-base && mkdir /out && gcc -o /out/app main.c', BASE),
    files: c,
    fails: noSuchFile,
    byHand: [['gcc -o', 'gcc -static -o']],
    fixed: /^C runs/,
  },
  {
    rule: 'newer-glibc',
    what: 'from Debian 13 on Debian 12',
    dockerfile: compiled(
      'golang:1.27-trixie',
      'go build -o /out/app main.go',
      'gcr.io/distroless/base-debian12:nonroot',
    ),
    files: cgo,
    fails: { at: 'start', says: /version `GLIBC_2\.38' not found/ },
    fixed: /^cgo runs 42/,
  },
  {
    rule: 'other-openssl',
    what: 'on an image without OpenSSL',
    dockerfile: compiled(
      'rust:1-trixie',
      'apt-get install -y libssl-dev && mkdir /out && gcc -o /out/app main.c -lcrypto',
      'gcr.io/distroless/base-nossl-debian13:nonroot',
    ),
    files: openssl,
    fails: { at: 'start', says: /libcrypto.so.3: cannot open shared object file/ },
    byHand: [['base-nossl-', 'base-']],
    fixed: /^OpenSSL 3/,
  },
  {
    rule: 'native-addons',
    what: 'sharp, installed for musl',
    dockerfile: sharp('node:24-alpine'),
    files: {
      'package.json': '{ "dependencies": { "sharp": "^0.34.0" } }\n',
      'server.js': "console.log('libvips', require('sharp').versions.vips);\n",
    },
    registry: 'npm',
    fails: { at: 'start', says: /Could not load the "sharp" module using the linux-x64 runtime/ },
    byHand: [['node:24-alpine', 'node:24-bookworm-slim']],
    fixed: /^libvips 8/,
  },
];

export const nearMisses: readonly NearMiss[] = [
  {
    rule: 'cgo-without-libc',
    what: 'golang on Alpine, without a C compiler',
    dockerfile: compiled('golang:1.27-alpine', 'go build -o /out/app main.go', STATIC),
    says: /^User 65532/,
  },
  {
    rule: 'cgo-without-libc',
    what: 'cgo on a base with the C library',
    dockerfile: compiled('golang:1.27-trixie', 'go build -o /out/app main.go', BASE),
    says: /^User 65532/,
  },
  {
    rule: 'cgo-without-libc',
    slow: true,
    what: 'cgo, linked statically',
    dockerfile: compiled(
      'golang:1.27-trixie',
      'go build -ldflags \'-linkmode external -extldflags "-static"\' -o /out/app main.go',
      STATIC,
    ),
    files: cgo,
    says: /^cgo runs 42/,
  },
  {
    rule: 'missing-libraries',
    what: 'C on base',
    dockerfile: compiled('golang:1.27-trixie', 'mkdir /out && gcc -o /out/app main.c', BASE),
    files: c,
    says: /^C runs/,
  },
  {
    rule: 'missing-libraries',
    what: 'C++ on base, with its libraries linked in',
    dockerfile: compiled(
      'golang:1.27-trixie',
      'mkdir /out && g++ -static-libstdc++ -static-libgcc -o /out/app main.cpp',
      BASE,
    ),
    files: cpp,
    says: /^C\+\+ runs/,
  },
  {
    rule: 'missing-libraries',
    what: 'Rust on static, with the C library linked in',
    dockerfile: compiled(
      'rust:1-trixie',
      'RUSTFLAGS="-C target-feature=+crt-static" cargo build --offline --target-dir /out && mv /out/debug/app /out/app',
      STATIC,
    ),
    files: rust,
    says: /^Rust runs/,
  },
  {
    rule: 'other-libc',
    what: 'C from Alpine, linked statically, on static',
    dockerfile: compiled(
      'alpine:3.24',
      'apk add --no-cache build-base && mkdir /out && gcc -static -o /out/app main.c',
      STATIC,
    ),
    files: c,
    says: /^C runs/,
  },
  {
    rule: 'newer-glibc',
    what: 'from Debian 12 on Debian 13',
    dockerfile: compiled('golang:1.27-bookworm', 'go build -o /out/app main.go', BASE),
    files: cgo,
    says: /^cgo runs 42/,
  },
  {
    rule: 'other-openssl',
    what: 'on an image with the same OpenSSL',
    dockerfile: compiled(
      'rust:1-trixie',
      'apt-get install -y libssl-dev && mkdir /out && gcc -o /out/app main.c -lcrypto',
      BASE,
    ),
    files: openssl,
    says: /^OpenSSL 3/,
  },
  {
    rule: 'native-addons',
    what: 'argon2, which holds compiled code for both',
    dockerfile: sharp('node:24-alpine'),
    files: {
      'package.json': '{ "dependencies": { "argon2": "^0.44.0" } }\n',
      'server.js': "require('argon2').hash('x').then((text) => console.log(text.slice(0, 9)));\n",
    },
    registry: 'npm',
    says: /^\$argon2id/,
  },
];
