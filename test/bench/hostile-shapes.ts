/** What nobody writes but to stop a reader. */
import { allTargets, FINAL, GO, joined, repeated, type Shape, START, shape } from './shape.ts';

/** Lines that go on with the next one. */
const continued = (count: number, line: (n: number) => string) => repeated(count, (n) => `  ${line(n)} \\`);

const LONG = 'x'.repeat(8_000);

/** One RUN of many commands, and what stands after it. */
const oneRun =
  (from: string, command: (i: number) => string, ...after: readonly string[]) =>
  (n: number) =>
    joined(`FROM ${from}`, 'RUN set -e; \\', continued(n, command), '  true', after);

export const hostileShapes: readonly Shape[] = [
  shape('comments with check=skip', (n) =>
    joined(
      'FROM debian:13',
      repeated(n / 2, (i) => `# check=skip=Rule${i}\nRUN apt-get install -y lib${i}`),
    ),
  ),
  shape('rules that are ignored above each other', (n) =>
    joined(
      'FROM debian:13',
      repeated(n, (i) => `# distroless: ignore=rule${100_000 + i}`),
      'RUN apt-get install -y gcc',
    ),
  ),
  shape('comments that silence inside of a RUN', (n) =>
    joined(
      'FROM debian:13',
      'RUN true \\',
      repeated(n / 2, (i) => `# distroless: ignore=rule${i}\n  && gcc \\`),
      '  a',
    ),
  ),
  shape('heredocs of one RUN', (n) =>
    joined(
      'FROM debian:13',
      `RUN ${repeated(n / 3, (i) => `<<E${i} \\`).join('\n')}`,
      '  cat',
      repeated(n / 3, (i) => `apt-get install -y lib${i}\nE${i}`),
    ),
  ),
  shape('heredocs of one COPY', (n) =>
    joined(
      FINAL,
      `COPY ${repeated(n / 3, (i) => `<<E${i} \\`).join('\n')}`,
      '  /a/',
      repeated(n / 3, (i) => `text ${i}\nE${i}`),
    ),
  ),
  shape('heredocs that are files', (n) =>
    joined(
      FINAL,
      repeated(n / 3, (i) => `COPY <<E /a${i}.sh\n#!/bin/bash\nE`),
      START,
    ),
  ),
  shape('heredocs without an end', (n) => joined(repeated(n / 2, (i) => `FROM debian:13\nRUN <<E${i}`))),
  shape('SHELLs', (n) =>
    joined(
      FINAL,
      repeated(n / 2, (i) => `SHELL ["/bin/sh${i}", "-c"]\nRUN gcc a${i}.c`),
    ),
  ),
  shape('SHELLs, and RUNs after them', (n) =>
    joined(
      FINAL,
      repeated(n / 2, (i) => `SHELL ["/bin/sh${i}", "-c"]`),
      repeated(n / 2, (i) => `RUN gcc a${i}.c`),
    ),
  ),
  shape('ONBUILDs that copy', (n) =>
    joined(
      'FROM debian:13 AS a',
      FINAL,
      repeated(n, (i) => `ONBUILD COPY --from=a /x${i} /y${i}`),
    ),
  ),
  shape('ONBUILDs, and stages built on them', (n) =>
    joined(
      'FROM debian:13 AS a',
      repeated(n / 2, (i) => `ONBUILD ENV A${i}=$B`),
      repeated(n / 2, (i) => `FROM a AS s${i}`),
    ),
  ),
  shape('ENV handed down', (n) =>
    joined(
      'FROM debian:13 AS s0',
      repeated(n / 4, (i) => `FROM s${i} AS s${i + 1}\nENV V${i + 1}=\${V${i}}x P=$P:/x${i}\nCOPY $V${i} /x\nRUN $V0`),
    ),
  ),
  shape('WORKDIR handed down', (n) =>
    joined(
      'FROM debian:13 AS s0',
      'WORKDIR /far',
      repeated(n / 2, (i) => `FROM s${i} AS s${i + 1}\nCOPY a x`),
      START,
    ),
  ),
  shape(
    'stages on the last, all built',
    (n) =>
      joined(
        `${FINAL} AS s0`,
        repeated(n / 4, (i) => `FROM s${i} AS s${i + 1}\nUSER u${i}\nHEALTHCHECK CMD curl x\n${START}`),
      ),
    allTargets,
  ),
  shape('values that double', (n) =>
    joined(
      FINAL,
      'ENV A=xxxxxxxx',
      repeated(n, () => 'ENV A=${A}${A}'),
      'COPY $A /x',
    ),
  ),
  shape('ARGs in a circle', (n) =>
    joined(
      repeated(n / 4, () => 'ARG A=$B\nARG B=$A'),
      'FROM $A',
      repeated(n / 4, () => 'ARG A=$B\nARG B=$A'),
    ),
  ),
  shape('ARGs, and FROMs that demand others', (n) =>
    joined(
      repeated(n / 2, (i) => `ARG A${i}=1`),
      repeated(n / 2, (i) => `FROM \${B${i}:?is needed}`),
    ),
  ),
  shape('ARGs, each for one FROM', (n) =>
    joined(
      repeated(n / 2, (i) => `ARG V${i}=1.${i}`),
      repeated(n / 2, (i) => `FROM debian:$V${i}`),
    ),
  ),
  shape('values within values', (n) =>
    joined(
      FINAL,
      repeated(n, () => `ENV A=${'${A:-'.repeat(40)}${'}'.repeat(40)}`),
    ),
  ),
  shape('a long value in each COPY', (n) =>
    joined(
      FINAL,
      `ENV A=${LONG}`,
      repeated(n, () => 'COPY a /$A'),
    ),
  ),
  shape('patterns in a long value', (n) =>
    joined(
      FINAL,
      `ENV A=${LONG}`,
      repeated(n, () => 'COPY a /${A#*x*x*x*y}'),
    ),
  ),
  shape('patterns in WORKDIR', (n) =>
    joined(
      FINAL,
      `ENV A=${LONG}`,
      repeated(n, () => 'WORKDIR /${A#*x*x*x*y}'),
    ),
  ),
  shape('patterns that are replaced', (n) =>
    joined(
      FINAL,
      `ENV A=${LONG}`,
      repeated(n, () => 'COPY --chown=${A//x*x*y/z} a /${A//x*x*y/z}'),
    ),
  ),
  shape('names that can be none', (n) => joined(repeated(n, (i) => `FROM debian:13 AS ${'a'.repeat(40)}!${i}`))),
  shape('halves of characters', (n) =>
    joined(
      repeated(
        n / 4,
        (i) => `FROM \ud800${i} AS \udc00${i}\nRUN \ud800\nENV \udc00=\ud800\nCOPY --from=\udc00${i} \ud800 /`,
      ),
    ),
  ),
  shape('keywords that there are not', (n) =>
    joined(
      'FROM debian:13',
      repeated(n, (i) => `RUNN${i} a`),
    ),
  ),
  shape('flags of one COPY', (n) =>
    joined(
      'FROM debian:13',
      'COPY \\',
      continued(n, (i) => `--exclude=a${i}`),
      '  a b',
    ),
  ),
  shape('flags that there are not', (n) =>
    joined(
      'FROM debian:13',
      repeated(n, (i) => `RUN --mont${i}=a b`),
    ),
  ),
  shape('mounts of one RUN, continued', (n) =>
    joined(
      'FROM debian:13 AS a',
      'FROM debian:13',
      'RUN \\',
      continued(n, (i) => `--mount=from=a,target=/m${i}`),
      '  true',
    ),
  ),
  shape('mounts of as many stages', (n) =>
    joined(
      repeated(n / 2, (i) => `FROM debian:13 AS s${i}`),
      repeated(n / 2, (i) => `RUN --mount=from=s${i},target=/m a`),
    ),
  ),
  shape(
    'commands of one RUN',
    oneRun('debian:13', (i) => `apt-get install -y lib${i} && rm -rf /var/lib/apt/lists/* ;`),
  ),
  shape(
    'users and folders of one RUN',
    oneRun('debian:13', (i) => `mkdir -p /d${i} && useradd u${i} && chown u${i} /d${i} ;`, 'USER u1'),
  ),
  shape(
    'programs of one RUN',
    oneRun(
      'golang:1.27-alpine AS b',
      (i) => `export V${i}=1 && A=${'1'} go build -o /o${i} ;`,
      'FROM scratch',
      'COPY --from=b /o1 /a',
      START,
    ),
  ),
  shape(
    'pipes of one RUN',
    oneRun('debian:13', (i) => `true | tee f${i} > g${i} ;`),
  ),
  shape('commands within commands', (n) =>
    joined(
      'FROM debian:13',
      'RUN echo \\',
      continued(n, () => '$(echo'),
      '  a',
    ),
  ),
  shape('conditions within conditions', (n) =>
    joined(
      'FROM debian:13',
      'RUN \\',
      continued(n, () => 'if true; then'),
      '  a',
    ),
  ),
  shape('a RUN of 500 characters a line', (n) =>
    joined(
      'FROM debian:13',
      'RUN true \\',
      continued(n, () => `&& apt-get install ${'xyz '.repeat(120)}`),
      '  true',
    ),
  ),
  shape('words of one CMD', (n) =>
    joined(
      FINAL,
      'CMD ["a" \\',
      continued(n, (i) => `, "$a${i}"`),
      '  ]',
    ),
  ),
  shape('sources of one COPY', (n) =>
    joined(
      GO,
      FINAL,
      'COPY --from=build \\',
      continued(n, (i) => `/a${i}`),
      '  /x/',
      START,
    ),
  ),
  shape('volumes and ports', (n) =>
    joined(
      FINAL,
      repeated(n / 2, (i) => `VOLUME /a${i}/b\nEXPOSE ${(i % 65_535) + 1}`),
      'USER 1000',
    ),
  ),
  shape('PATH, longer with each ENV', (n) =>
    joined(
      FINAL,
      repeated(n, (i) => `ENV PATH=/x${i}:$PATH`),
      'CMD ["node"]',
    ),
  ),
];
