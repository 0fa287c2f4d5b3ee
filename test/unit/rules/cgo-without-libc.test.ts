import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const only = 'cgo-without-libc';
const FINAL = '\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n';

/** A build stage with these lines; the program that ships is /app. */
const built = (lines: string, image = 'golang:1.27-trixie', final = FINAL) =>
  `FROM ${image} AS build\n${lines}\n${final}`;
const found = (file: string, context?: Record<string, string>) =>
  findings(file, context ? { only, context } : { only }).map(({ severity, message }) => `${severity}: ${message}`);

test('go build where a C compiler is at hand', () => {
  checkFindings(
    `
FROM golang:1.27-trixie AS build
WORKDIR /src
RUN go mod download && go build -trimpath -o /out/ ./cmd/...
#                      ^^^^^^^^ cgo-without-libc
RUN GOBIN=/out go install example.com/x@latest
#              ^^^^^^^^^^ cgo-without-libc
FROM scratch
USER 1
COPY --from=build /out/x /x
ENTRYPOINT ["/x"]
`,
    { only },
  );
  checkFindings(
    `
FROM golang:1.27-alpine AS build
RUN apk add --no-cache gcc musl-dev
WORKDIR /src
RUN go build -o app .
#   ^^^^^^^^ cgo-without-libc
${FINAL.replace('/app /app', '/src/app /app')}`,
    { only },
  );
});

test('a build that only fills the cache is not the one that is copied', () => {
  const lines = (second: string) => `WORKDIR /src\nCOPY . .\nRUN go build .\nRUN ${second}go build -o manager .`;
  const final = FINAL.replace('/app /app', '/src/manager /app');
  assert.deepEqual(found(built(lines('CGO_ENABLED=0 '), undefined, final)), []);
  assert.equal(found(built(lines(''), undefined, final)).length, 1);
  const twice = 'WORKDIR /src\nRUN go build .\nRUN CGO_ENABLED=0 go build .';
  assert.deepEqual(found(built(twice, undefined, final)), []);
  assert.equal(found(built('WORKDIR /src\nRUN go build .', undefined, final)).length, 1);
});

test('through cp and mv, other stages, folders, and stages built on the builder', () => {
  for (const [lines, copy] of [
    ['WORKDIR /src\nRUN go build -o bin/app . && mv bin/app /app', 'COPY --from=build /app /app'],
    ['WORKDIR /src\nRUN cd cmd && go build\nRUN cp cmd/x /usr/local/bin/', 'COPY --from=build /usr/local/bin/x /app'],
    ['RUN go build -o /out/app .\nFROM build AS more', 'COPY --from=more /out /'],
    [
      'RUN go build -o /out/app .\nFROM debian:13 AS more\nCOPY --from=build /out/ /dist/',
      'COPY --from=more /dist/app /app',
    ],
    ['WORKDIR /src\nRUN go build -o ./$NAME .', 'COPY --from=build /src/service /app'],
    ['RUN go build -o /out/app .', 'COPY --from=build /out/app /'],
    ['RUN <<EOF\ngo build -o /app .\nEOF', 'COPY --from=build /app /app'],
    ['ENV GOOS=linux\nRUN go build -o /app .', 'COPY --from=build /app /app'],
  ] as const) {
    const file = built(lines, undefined, `FROM scratch\n${copy}\nENTRYPOINT ["/app"]\n`);
    assert.equal(found(file).length, 1, file);
  }
});

test('not what is static, cross-compiled, not shipped, or not known', () => {
  for (const file of [
    built('RUN CGO_ENABLED=0 go build -o /app .'),
    built('ENV CGO_ENABLED=0\nRUN go build -o /app .'),
    built('ENV CGO_ENABLED 0\nRUN go build -o /app .'),
    built('ARG CGO_ENABLED=0\nRUN go build -o /app .'),
    built('ARG CGO_ENABLED\nRUN go build -o /app .'),
    built('RUN export CGO_ENABLED=0 && go build -o /app .'),
    built('RUN <<EOF\nexport CGO_ENABLED=0\ngo build -o /app .\nEOF'),
    built('RUN GOOS=linux GOARCH=arm64 go build -o /app .'),
    built('ARG TARGETARCH\nENV GOARCH=$TARGETARCH\nRUN go build -o /app .'),
    built('RUN go build -ldflags \'-linkmode external -extldflags "-static"\' -o /app .'),
    built('RUN go build -tags netgo,osusergo -o /app .'),
    built('RUN go build -ldflags "$LDFLAGS" -o /app .'),
    built('RUN go build -o /other .'),
    built('RUN go test ./... && go vet ./...'),
    built('RUN make build'),
    built('RUN go build -o /app .', 'golang:1.27-alpine'),
    built('RUN apk add gcc\nRUN go build -o /app .', 'golang:1.18-alpine'),
    built('RUN go build -o /app .', 'registry.example.com/go:1'),
    built('RUN go build -o /app .', undefined, FINAL.replace('static-debian13', 'base-debian13')),
    built(
      'RUN go build -o /app .',
      undefined,
      FINAL.replace('gcr.io/distroless/static-debian13', 'registry.example.com/base'),
    ),
    built('RUN go build -o /app .', undefined, FINAL.replace('COPY', 'COPY --from=build /lib64/ /lib64/\nCOPY')),
    built('RUN go build -o /out/app .', undefined, FINAL.replace('/app /app', '/out/ /')),
    built('RUN go build -o /app .', undefined, `${FINAL}\nFROM debian:13\n`),
  ]) {
    assert.deepEqual(found(file), [], file);
  }
});

test('what “go env -w” has written, unless the environment says otherwise', () => {
  for (const lines of ['RUN go env -w CGO_ENABLED=0\n', 'RUN go env -w GOPROXY=direct "CGO_ENABLED=0" && ']) {
    const build = lines.endsWith('&& ') ? `${lines}go build -o /app .` : `${lines}RUN go build -o /app .`;
    assert.deepEqual(found(built(build)), [], build);
    assert.equal(found(built(build.replace('go build', 'CGO_ENABLED=1 go build'))).length, 1);
    assert.equal(found(built(build.replace('CGO_ENABLED=0', 'CGO_ENABLED=1'))).length, 1);
  }
  assert.deepEqual(
    found(`FROM golang:1.27-trixie AS base\nRUN go env -w CGO_ENABLED=0\n${built('RUN go build -o /app .', 'base')}`),
    [],
  );
});

test('what go.mod and the main file say makes it certain', () => {
  const file = built('WORKDIR /src\nRUN go build -o /app .');
  assert.match(found(file)[0] ?? '', /^warning: Go uses cgo here/);
  const sqlite = { 'go.mod': 'module x\n\ngo 1.27\n\nrequire (\n\tgithub.com/mattn/go-sqlite3 v1.14.32\n)\n' };
  assert.match(found(file, sqlite)[0] ?? '', /^error: .*“github.com\/mattn\/go-sqlite3” holds C code.*base-debian13/);
  const newer = { 'go.mod': 'module x\nrequire github.com/confluentinc/confluent-kafka-go/v9 v9.0.0\n' };
  assert.match(
    found(file, newer)[0] ?? '',
    /^error: .*“github.com\/confluentinc\/confluent-kafka-go\/v9” holds C code/,
  );
  const indirect = { 'go.mod': 'module x\nrequire github.com/mattn/go-sqlite3 v1.14.32 // indirect\n' };
  assert.match(found(file, indirect)[0] ?? '', /^warning: /);
  const net = { 'main.go': 'package main\n\nimport (\n\t"fmt"\n\t"net/http"\n)\n' };
  assert.match(found(file, net)[0] ?? '', /^error: .*it imports “net\/http”/);
  assert.match(
    found(built('RUN go build -o /app ./cmd/x'), { 'cmd/x/main.go': 'package main\nimport "net"\n' })[0] ?? '',
    /^error/,
  );
});

test('the fix sets CGO_ENABLED=0 for that command only', () => {
  const file = built(
    'WORKDIR /src\nRUN --mount=type=cache,target=/c \\\n  # 🐳\n  go mod download && \\\n  go build -o /app . # end',
  ).replaceAll('\n', '\r\n');
  assert.equal(fix(file, only), file.replace('go build', 'CGO_ENABLED=0 go build'));
});

test('with a module of C code the fix is another base; without certainty there is none', () => {
  const context = { 'go.mod': 'require github.com/marcboeker/go-duckdb v1.8.5\n' };
  const file = built('RUN go build -o /app .');
  assert.equal(fix(file, only, { context }), file.replace('/static-', '/cc-'));
  assert.deepEqual(
    findings(
      built('RUN go build -o /app .', undefined, FINAL.replace('gcr.io/distroless/static-debian13:nonroot', 'scratch')),
      { only, context },
    )[0]?.fixes,
    [],
  );
  assert.deepEqual(findings(built('ENV CGO_ENABLED=1\nRUN go build -o /app .'), { only })[0]?.fixes, []);
  assert.deepEqual(findings(built('RUN ["go", "build", "-o", "/app", "."]'), { only })[0]?.fixes, []);
});

test('without cgo, what go.mod requires is nothing or not built, on any base', () => {
  const requires = (...modules: string[]) => ({ 'go.mod': `module x\n\nrequire (\n${modules.join('\n')}\n)\n` });
  const sqlite = requires('\tgithub.com/mattn/go-sqlite3 v1.14.32');
  const off = 'COPY . .\nRUN CGO_ENABLED=0 go build -o /app .';
  const onBase = FINAL.replace('static-', 'base-');
  checkFindings(
    `
FROM golang:1.27-trixie AS build
COPY . .
RUN CGO_ENABLED=0 go build -o /app .
#                 ^^^^^^^^ cgo-without-libc
${FINAL}`,
    { only, context: sqlite },
  );
  for (const [lines, image, final] of [
    [off, undefined, FINAL],
    [off, undefined, onBase],
    [off, undefined, FINAL.replace(/gcr\S+/, 'alpine:3.24')],
    ['ENV CGO_ENABLED=0\nRUN GOOS=linux go build -o /app .', undefined, FINAL],
    ['RUN go env -w CGO_ENABLED=0\nRUN go build -o /app .', undefined, FINAL],
    ['RUN go build -o /app .', 'golang:1.27-alpine', FINAL],
    ['RUN apk add --no-cache git make\nRUN go build -o /app .', 'golang:1.27-alpine', FINAL],
  ] as const) {
    const all = found(built(lines, image, final), sqlite);
    assert.equal(all.length, 1, lines);
    assert.match(
      all[0] ?? '',
      /^warning: .*go-sqlite3” is nothing without cgo, .*“Binary was compiled with 'CGO_ENABLED=0', go-sqlite3 requires cgo to work”.*base-debian13”, or use “modernc.org\/sqlite”/,
    );
  }
  assert.match(found(built('RUN go build -o /app .', 'golang:1.27-alpine'), sqlite)[0] ?? '', /has no C compiler/);
  assert.match(
    found(built(off), requires('\tgocv.io/x/gocv v0.41.0'))[0] ?? '',
    /^warning: “gocv.io\/x\/gocv” holds C code, .* cannot be built\. .*cc-debian13”, or do without/,
  );
  const mixed = `${off}\nRUN CGO_ENABLED=1 go build -o /other .`;
  for (const [file, context] of [
    [built(off), undefined],
    [built(off), requires('\tgithub.com/mattn/go-sqlite3 v1.14.32 // indirect')],
    [built(off), requires('\tgithub.com/mattn/go-sqlite3 v1.14.32', '\tmodernc.org/sqlite v1.40.0 // indirect')],
    [
      built(off),
      requires('\tgithub.com/mattn/go-sqlite3 v1.14.32', ')\nreplace (', '\tgithub.com/mattn/go-sqlite3 => ../x'),
    ],
    // It could not be tried.
    [built(off), requires('\trogchap.com/v8go v0.9.0')],
    [built(off.replace('go build', 'go build -tags nosqlite')), sqlite],
    [built(off.replace('go build -o /app .', 'GOBIN=/ go install example.com/app@latest')), sqlite],
    [built(off.replace('COPY . .', 'RUN git clone https://example.com/x .')), sqlite],
    [built('ARG CGO_ENABLED=0\nRUN go build -o /app .'), sqlite],
    [built(off.replace('go build', 'GOOS=js go build')), sqlite],
    [built('RUN apk add build-base\nRUN go build -o /app .', 'golang:1.27-alpine', onBase), {}],
    [built('RUN apk add $TOOLS\nRUN go build -o /app .', 'golang:1.27-alpine', onBase), sqlite],
    [built('RUN go build -o /app .', 'golang:1.18-alpine', onBase), sqlite],
    [built('RUN go build -o /app .', undefined, onBase), sqlite],
    [built(mixed, undefined, onBase.replace('COPY', 'COPY --from=build /other /other\nCOPY')), sqlite],
    [built(off, undefined, FINAL.replace('/app /app', '/x /app')), sqlite],
  ] as const)
    assert.deepEqual(found(file, context), [], `${file} ${JSON.stringify(context)}`);
});
