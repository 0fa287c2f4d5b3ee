/** Programs of C and C++ that make, CMake, Ninja and Meson build: other-libc, missing-libraries. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings } from '../../support/carets.ts';

const CC = 'gcr.io/distroless/cc-debian13:nonroot';
const STATIC = 'gcr.io/distroless/static-debian13:nonroot';

const project = (builder: string, lines: string, from: string, final: string = CC, start = '["/app"]') =>
  `FROM ${builder} AS build\nWORKDIR /src\nCOPY . .\n${lines}\nFROM ${final}\nCOPY --from=build ${from}\nENTRYPOINT ${start}\n`;
const found = (file: string, context?: Record<string, string>) =>
  ['other-libc', 'missing-libraries'].flatMap((only) =>
    findings(file, context ? { only, context } : { only }).map(({ rule, severity }) => `${rule} ${severity}`),
  );

const APK = 'RUN apk add --no-cache build-base cmake\n';
const CMAKE = `${APK}RUN cmake -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build -j$(nproc)`;

test('built on musl, started on glibc', () => {
  checkFindings(
    `
FROM alpine:3.24 AS build
RUN apk add --no-cache g++ cmake
WORKDIR /src
COPY . .
RUN cmake -B build && cmake --build build
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /src/build/app /app
#                 ^^^^^^^^^^^^^^ other-libc
ENTRYPOINT ["/app"]
`,
    { only: 'other-libc' },
  );
  assert.match(
    findings(project('alpine:3.24', CMAKE, '/src/build/app /app'), { only: 'other-libc' })[0]?.message ?? '',
    /^Unless “cmake” links it statically, .*“alpine:3.24” \(musl\), and .*\(glibc\)\. Link it statically, or build it on Debian\.$/,
  );
  for (const file of [
    project('alpine:3.24', CMAKE, '/src/build/bin/app /usr/bin/', CC, '["/usr/bin/app"]'),
    project('alpine:3.24', CMAKE, '/src/build /opt', CC, '["/opt/app"]'),
    project('alpine:3.24', CMAKE, '/src/build/app /usr/bin/app', CC, '["app"]'),
    project('alpine:3.24', `${CMAKE} && cp build/app /out`, '/out /app'),
    project('alpine:3.24', `${CMAKE} && cmake --install build --prefix /out`, '/out/bin/app /app'),
    project('alpine:3.24', `${APK}RUN make -j4`, '/src/app /app'),
    project('alpine:3.24', 'RUN apk add gcc musl-dev make\nRUN make', '/src/app /app'),
    project('alpine:3.24', `${APK}RUN ./configure --prefix=/out && make && make install`, '/out/bin/app /app'),
    project('alpine:3.24', `${APK}RUN ./configure && make && make install`, '/usr/local/bin/app /app'),
    project('alpine:3.24', `${APK}RUN make && DESTDIR=/out make install`, '/out/usr/bin/app /app'),
    project('alpine:3.24', `${APK}RUN meson setup o && meson compile -C o`, '/src/o/app /app'),
    project('alpine:3.24', `${APK}RUN meson setup o && ninja -C o`, '/src/o/app /app'),
    project('gcc:15', 'RUN make', '/src/app /app', 'alpine:3.24'),
    project('debian:13', 'RUN apt-get install -y build-essential\nRUN make', '/src/app /app', 'alpine:3.24'),
  ])
    assert.deepEqual(found(file), ['other-libc warning'], file);
});

test('what may be static, or not of C, or not built there', () => {
  for (const file of [
    project(
      'alpine:3.24',
      CMAKE.replace('-B build', '-B build -DCMAKE_EXE_LINKER_FLAGS=-static'),
      '/src/build/app /app',
    ),
    project('alpine:3.24', CMAKE.replace('-B build', '-B build -DBUILD_STATIC=ON'), '/src/build/app /app'),
    project('alpine:3.24', `ENV LDFLAGS="-static"\n${APK}RUN make`, '/src/app /app'),
    project('alpine:3.24', `ARG LDFLAGS=-static\n${APK}RUN make`, '/src/app /app'),
    project('alpine:3.24', `${APK}RUN make LDFLAGS=-static`, '/src/app /app'),
    project('alpine:3.24', `${APK}RUN LDFLAGS=-static make`, '/src/app /app'),
    project('alpine:3.24', `${APK}RUN make LDFLAGS="$MORE"`, '/src/app /app'),
    project('alpine:3.24', `${APK}RUN apk add zlib-static\nRUN make`, '/src/app /app'),
    project('alpine:3.24', `RUN apk add gcc go make\nRUN make`, '/src/app /app'),
    project('golang:1.27-alpine', `${APK}RUN make`, '/src/app /app'),
    project('rust:1-alpine', `${APK}RUN make`, '/src/target/release/app /app'),
    project('alpine:3.24', 'RUN apk add make\nRUN make', '/src/app /app'),
    project('alpine:3.24', `${APK}RUN make`, '/src/run.sh /app/', CC, '["/app/run.sh"]'),
    project('alpine:3.24', `${APK}RUN make`, '/src/data /data', CC, '["/app"]'),
    project('alpine:3.24', CMAKE, '/src/tools/app /app'),
    project('alpine:3.24', CMAKE, '/src/build/app /app', 'alpine:3.22'),
    project('debian:13', 'RUN apt-get install -y gcc make\nRUN make', '/src/app /app'),
    project(
      'debian:13',
      'RUN apt-get install -y gcc make\nRUN make',
      '/src/app /app',
      'alpine:3.24\nRUN apk add gcompat',
    ),
  ])
    assert.deepEqual(found(file), [], file);
  const make = project('alpine:3.24', `${APK}RUN make`, '/src/app /app');
  assert.deepEqual(found(make, { Makefile: 'app: main.c\n\t$(CC) -o $@ $<\n' }), ['other-libc warning']);
  for (const text of ['LDFLAGS = -static\n', 'app:\n\tgo build -o app .\n', 'app:\n\t$(GO) build\n', 'CC = musl-gcc\n'])
    assert.deepEqual(found(make, { Makefile: text }), [], text);
});

test('no C library at all: only where the project says how it is built', () => {
  const file = project('debian:13', 'RUN apt-get install -y gcc make\nRUN make', '/src/app /app', STATIC);
  assert.deepEqual(found(file), []);
  assert.deepEqual(found(file, { Makefile: 'app: main.c\n\t$(CC) -o $@ $<\n' }), ['missing-libraries warning']);
  assert.deepEqual(found(file, { Makefile: 'app: main.c\n\t$(CC) -static -o $@ $<\n' }), []);
});
