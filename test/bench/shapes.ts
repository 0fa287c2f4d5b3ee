/** Dockerfiles of a given size, each of one kind of thing that could take more than its share of time. */
import { dockerfile } from './dockerfile.ts';
import { hostileShapes } from './hostile-shapes.ts';
import { multipliedShapes } from './multiplied-shapes.ts';
import { FINAL, GO, joined, repeated, type Shape, START } from './shape.ts';

const plainShapes: readonly Shape[] = [
  { name: 'as people write them', text: dockerfile },
  {
    name: 'empty lines',
    text: (n) =>
      joined(
        'FROM scratch',
        repeated(n, () => ''),
      ),
  },
  {
    name: 'comments',
    text: (n) =>
      joined(
        repeated(n, (i) => `# ${i}`),
        FINAL,
      ),
  },
  {
    name: 'ENV of one stage',
    text: (n) =>
      joined(
        FINAL,
        repeated(n, (i) => `ENV VAR_${i}=${i}`),
        START,
      ),
  },
  {
    name: 'ENV, each of the last',
    text: (n) =>
      joined(
        FINAL,
        repeated(n, (i) => `ENV V${i + 1}=$V${i}`),
        START,
      ),
  },
  {
    name: 'ENV that name folders',
    text: (n) =>
      joined(
        FINAL,
        repeated(n, (i) => `ENV A${i}_LOG_DIR=/app/${i}`),
        START,
      ),
  },
  {
    name: 'ENV of one instruction',
    text: (n) =>
      joined(
        FINAL,
        'ENV A=1 \\',
        repeated(n, (i) => `  V${i}=${i} \\`),
        '  Z=1',
      ),
  },
  {
    name: 'ARG before FROM, each of the last',
    text: (n) =>
      joined(
        'ARG V0=13',
        repeated(n, (i) => `ARG V${i + 1}=\${V${i}:-13}`),
        `FROM debian:\${V${n}}`,
      ),
  },
  {
    name: 'LABELs on one line',
    text: (n) => joined('FROM scratch', `LABEL ${repeated(n, (i) => `l${i}="${i}"`).join(' ')}`),
  },
  {
    name: 'one RUN, continued',
    text: (n) =>
      joined(
        'FROM debian:13',
        'RUN true && \\',
        repeated(n, (i) => `  echo ${i} && \\`),
        '  true',
      ),
  },
  {
    name: 'one RUN, on one line',
    text: (n) => joined('FROM debian:13', `RUN ${repeated(n, (i) => `echo ${i}`).join(' && ')}`),
  },
  {
    name: 'comments in one RUN',
    text: (n) =>
      joined(
        'FROM debian:13',
        'RUN true \\',
        repeated(n, (i) => `# ${i}`),
        '  && true',
      ),
  },
  {
    name: 'packages of one RUN',
    text: (n) =>
      joined(
        'FROM debian:13',
        'RUN apt-get install -y \\',
        repeated(n, (i) => `  lib${i} \\`),
        '  curl',
      ),
  },
  {
    name: 'RUNs that install',
    text: (n) =>
      joined(
        'FROM debian:13',
        repeated(n, (i) => `RUN apt-get update && apt-get install -y lib${i} gcc curl`),
      ),
  },
  {
    name: 'RUNs that compile, and COPYs of that',
    text: (n) =>
      joined(
        GO,
        repeated(n / 2, (i) => `RUN go build -o /out/app${i} ./cmd/${i}`),
        FINAL,
        repeated(n / 2, (i) => `COPY --from=build /out/app${i} /app${i}`),
        START,
      ),
  },
  {
    name: 'mounts of one RUN',
    text: (n) =>
      joined('FROM debian:13', `RUN ${repeated(n, (i) => `--mount=type=cache,target=/c${i}`).join(' ')} true`),
  },
  {
    name: 'RUNs that mount a stage',
    text: (n) =>
      joined(
        'FROM debian:13 AS a',
        'FROM debian:13',
        repeated(n, (i) => `RUN --mount=from=a,target=/m${i} true`),
      ),
  },
  {
    name: 'one heredoc',
    text: (n) =>
      joined(
        'FROM debian:13',
        'RUN <<EOF',
        repeated(n, (i) => `echo ${i}`),
        'EOF',
      ),
  },
  {
    name: 'heredocs',
    text: (n) =>
      joined(
        'FROM debian:13',
        repeated(n / 4, (i) => `RUN <<EOF\napt-get install -y lib${i}\necho\nEOF`),
      ),
  },
  { name: 'a stage on each line', text: (n) => joined(repeated(n, (i) => `FROM debian:13 AS s${i}`)) },
  {
    name: 'a stage on each line, with the name of one image',
    text: (n) => joined(repeated(n, () => 'FROM debian:13 AS s')),
  },
  {
    name: 'stages on the last',
    text: (n) =>
      joined(
        'FROM debian:13 AS s0',
        repeated(n, (i) => `FROM s${i} AS s${i + 1}`),
      ),
  },
  {
    name: 'stages on the last, with instructions',
    text: (n) =>
      joined(
        `${FINAL} AS s0`,
        repeated(n / 5, (i) => `FROM s${i} AS s${i + 1}\nWORKDIR /a${i}\nENV A${i}=1\nCOPY a /b${i}/\nUSER ${i + 1}`),
        START,
      ),
  },
  {
    name: 'COPYs of all earlier stages',
    text: (n) =>
      joined(
        repeated(Math.floor(Math.sqrt(2 * n)), (i) => [
          `FROM debian:13 AS s${i}`,
          ...repeated(i, (k) => `COPY --from=s${k} /a /b${k}`),
        ]).flat(),
      ),
  },
  {
    name: 'COPYs of as many stages',
    text: (n) =>
      joined(
        repeated(n / 2, (i) => `FROM golang:1.27 AS s${i}`),
        FINAL,
        repeated(n / 2, (i) => `COPY --from=s${i} /a /b${i}`),
        START,
      ),
  },
  {
    name: 'COPYs of the stage before',
    text: (n) =>
      joined(
        'FROM golang:1.27 AS s0',
        repeated(n / 2, (i) => `FROM golang:1.27 AS s${i + 1}\nCOPY --from=s${i} /a /a`),
        FINAL,
        `COPY --from=s${n / 2} /a /a`,
        START,
      ),
  },
  {
    name: 'COPYs into one stage',
    text: (n) =>
      joined(
        FINAL,
        repeated(n, (i) => `COPY --chown=1 a${i} /b/${i}/`),
        START,
      ),
  },
  {
    name: 'COPYs, WORKDIRs and VOLUMEs',
    text: (n) =>
      joined(
        FINAL,
        repeated(n / 3, (i) => `COPY a /d/${i}/x`),
        'USER 1000',
        repeated(n / 3, (i) => `WORKDIR /d/${i}`),
        repeated(n / 3, (i) => `VOLUME /d/${i}/v`),
        START,
      ),
  },
  {
    name: 'WORKDIRs in the last',
    text: (n) =>
      joined(
        FINAL,
        repeated(n, (i) => `WORKDIR d${i % 10}/..`),
        START,
      ),
  },
  {
    name: 'USER, CMD and HEALTHCHECK again and again',
    text: (n) =>
      joined(
        FINAL,
        repeated(n / 3, (i) => `USER u${i}\nCMD ["/app"]\nHEALTHCHECK CMD curl localhost`),
      ),
  },
  {
    name: 'ONBUILD',
    text: (n) =>
      joined(
        'FROM debian:13',
        repeated(n, (i) => `ONBUILD RUN apt-get install -y lib${i}`),
      ),
  },
  {
    name: 'comments that silence',
    text: (n) =>
      joined(
        'FROM debian:13',
        repeated(n / 2, (i) => `# distroless: ignore=package-manager,no-such-rule\nRUN apt-get install -y lib${i}`),
      ),
  },
  {
    name: 'keywords in mixed case',
    text: (n) =>
      joined(
        'FROM debian:13',
        repeated(n, (i) => (i % 2 ? `Env A${i}=1` : `env A${i}=1`)),
      ),
  },
  {
    name: 'targets',
    allTargets: true,
    text: (n) =>
      joined(
        GO,
        repeated(
          n / 5,
          (i) => `${FINAL} AS t${i}\nCOPY --from=build /app /app\nENV LOG_DIR=/logs\nUSER 1000\n${START}`,
        ),
      ),
  },
  {
    name: 'targets on one stage',
    allTargets: true,
    text: (n) =>
      joined(
        GO,
        `${FINAL} AS base`,
        repeated(n / 2, (i) => `COPY --from=build /a${i} /a${i}`),
        repeated(n / 2, (i) => `FROM base AS t${i}`),
      ),
  },
];

export const shapes: readonly Shape[] = [...plainShapes, ...hostileShapes, ...multipliedShapes];
