/** What long builders, bake files and files of the context multiply. */
import { allTargets, FINAL, GO, joined, repeated, type Shape, START, shape } from './shape.ts';

const contextOf = (path: string, text: string) => ({ context: new Map([[path, { text, executable: undefined }]]) });

/** A stage that builds, and then one that takes all of it. */
const builds = (builder: string, final: string, run: (i: number) => string) => (n: number) =>
  joined(
    `FROM ${builder} AS build`,
    repeated(n / 2, (i) => `RUN ${run(i)} -o /out${i}`),
    `FROM ${final}`,
    repeated(n / 2, (i) => `COPY --from=build /out${i} /app${i}`),
    START,
  );

export const multipliedShapes: readonly Shape[] = [
  shape('images', (n) => joined(repeated(n, (i) => `FROM registry${i}.example.com/a/b${i}:${i} AS s${i}`))),
  shape(
    'C programs, with another OpenSSL',
    builds('debian:11', 'gcr.io/distroless/cc-debian13', (i) => `gcc a${i}.c`),
  ),
  shape(
    'Go programs on Alpine',
    builds('golang:1.27-alpine', 'gcr.io/distroless/static-debian13', (i) => `go build ./cmd/${i}`),
  ),
  shape(
    'Go programs, and as many modules',
    builds('golang:1.27', 'gcr.io/distroless/static-debian13', (i) => `go build ./cmd/${i}`),
    {
      circumstances: (n) => contextOf('go.mod', joined(repeated(n, (i) => `require example.com/a/b${i} v1.0.0`))),
    },
  ),
  shape('builders of another C library', (n) =>
    joined(
      repeated(n / 3, (i) => `FROM golang:1.27-alpine AS b${i}\nRUN apk add gcc && CGO_ENABLED=1 gcc -o /x`),
      'FROM gcr.io/distroless/base-debian13',
      repeated(n / 3, (i) => `COPY --from=b${i} /x /x${i}`),
    ),
  ),
  shape('Python environments', (n) =>
    joined(
      'FROM python:3.13 AS build',
      repeated(n / 2, (i) => `RUN python -m venv /v${i} && /v${i}/bin/pip install -r requirements${i}.txt`),
      'FROM gcr.io/distroless/python3-debian13',
      repeated(n / 2, (i) => `COPY --from=build /v${i} /v${i}`),
      'CMD ["/v1/bin/python"]',
    ),
  ),
  shape('the same copied from stage to stage', (n) =>
    joined(
      GO,
      'FROM debian:13 AS s0',
      repeated(n / 3, (i) => `FROM debian:13 AS s${i + 1}\nCOPY --from=s${i} /a /a\nCOPY --from=s${i} /a /b`),
      'FROM scratch',
      `COPY --from=s${Math.floor(n / 3)} /a /a`,
      START,
    ),
  ),
  shape('all copied from stage to stage', (n) =>
    joined(
      'FROM debian:13 AS s0',
      repeated(n / 3, (i) => `FROM debian:13 AS s${i + 1}\nCOPY --from=s${i} / /`),
      'FROM scratch',
      repeated(n / 3, (i) => `COPY --from=s${Math.floor(n / 3)} /a${i} /b${i}`),
    ),
  ),
  shape(
    'targets that take from one stage',
    (n) =>
      joined(
        'FROM golang:1.27-alpine AS s',
        repeated(n / 2, (i) => `RUN go build -o /o${i}`),
        repeated(n / 4, (i) => `${FINAL} AS t${i}\nCOPY --from=s /o${i} /o`),
      ),
    allTargets,
  ),
  shape(
    'targets that take what was copied',
    (n) =>
      joined(
        'FROM golang:1.27 AS s0',
        repeated(n / 4, (i) => `FROM debian:13 AS s${i + 1}\nCOPY --from=s${i} /a /a`),
        repeated(n / 4, (i) => `FROM scratch AS t${i}\nCOPY --from=s${i} /a /a`),
      ),
    allTargets,
  ),
  shape(
    'targets on the platform that builds',
    (n) =>
      joined(
        'FROM --platform=$BUILDPLATFORM golang:1.27 AS s',
        repeated(n / 2, (i) => `FROM --platform=$BUILDPLATFORM scratch AS t${i}\nCOPY --from=s /a /a`),
      ),
    allTargets,
  ),
  shape(
    'names that the build is given',
    (n) => joined(repeated(n / 2, (i) => `FROM image${i} AS s${i}\nCOPY --from=c${i} a b`)),
    {
      circumstances: (n) => ({
        namedContexts: repeated(n, (i) => ({
          name: i % 2 ? `c${i}` : `image${i}`,
          given: { kind: 'stage', target: `s${i}` },
        })),
      }),
    },
  ),
  shape(
    'one name for many platforms',
    (n) => joined(repeated(n / 2, (i) => `FROM image AS s${i}\nCOPY --from=image a b`)),
    {
      circumstances: (n) => ({
        namedContexts: repeated(n, (i) => ({ name: `image::linux/${i}`, given: { kind: 'scratch' } })),
      }),
    },
  ),
  shape(
    '.dockerignore of 10,000 patterns',
    (n) =>
      joined(
        FINAL,
        repeated(n, (i) => `COPY a${i}/b /c${i}`),
      ),
    {
      circumstances: () => contextOf('.dockerignore', joined(repeated(5_000, (i) => `**/a${i}/*\n!c${i}`))),
    },
  ),
  shape(
    'long patterns in .dockerignore',
    (n) =>
      joined(
        FINAL,
        repeated(n, (i) => `COPY ${'a/'.repeat(30)}b /c${i}`),
      ),
    {
      circumstances: (n) => contextOf('.dockerignore', joined(repeated(n, () => `${'**/'.repeat(30)}x`))),
    },
  ),
];
