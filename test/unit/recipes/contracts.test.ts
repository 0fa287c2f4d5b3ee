/** How the bases of each family are started, in the shapes in which published guides get it wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import type { Conversion, Family } from '../../../server/recipes/conversion.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

function shipped(text: string, family: Family): readonly string[] {
  const conversion: Conversion = convert(readDockerfile(text), { today: TODAY, family });
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion, null, 2));
  assert.equal(conversion.family, family);
  const final = conversion.dockerfile.slice(conversion.dockerfile.lastIndexOf('\nFROM ') + 1);
  return final.trimEnd().split('\n');
}

const NODE = `FROM node:24-alpine
WORKDIR /usr/src/app
COPY package*.json ./
RUN npm install
COPY . .
CMD ["node", "index.js"]
`;

/** docker/docs, content/manuals/dhi/migration: its “After” has CMD ["index.js"] on an image without an ENTRYPOINT. */
test('Node.js: Google’s image starts node by itself, Docker’s hardened one does not', () => {
  const [google, hardened] = [shipped(NODE, 'google'), shipped(NODE, 'dhi')];
  assert.equal(google[0], 'FROM gcr.io/distroless/nodejs24-debian13:nonroot');
  assert.equal(google.at(-1), 'CMD ["index.js"]');
  assert.equal(hardened[0], 'FROM dhi.io/node:24-debian13');
  assert.ok(hardened.includes('USER 1000:1000'), 'by its number: the image names it “node”');
  assert.equal(hardened.at(-1), 'CMD ["node", "index.js"]');
});

const PYTHON = `FROM python:3.14-slim AS builder
WORKDIR /app
RUN python -m venv venv
ENV PATH="/app/venv/bin:$PATH"
COPY requirements.txt .
RUN pip install -r requirements.txt

FROM python:3.14-slim
WORKDIR /app
ENV PATH="/app/venv/bin:$PATH"
COPY --from=builder /app/venv /app/venv
COPY main.py ./
CMD ["python", "/app/main.py"]
`;

/**
 * chainguard-dev/edu, content/get-started/migration/dockerfile-conversion.md: it keeps CMD ["python", …] on an image that starts Python itself, and moves the
 * virtual environment, whose programs begin with its old path.
 */
test('Python in two stages: Chainguard’s image starts python by itself, and the packages of the venv stay where they were', () => {
  const final = shipped(PYTHON, 'chainguard');
  assert.equal(final[0], 'FROM cgr.dev/chainguard/python:latest');
  assert.equal(final.at(-1), 'CMD ["/app/main.py"]');
  const [copied] = final.filter((line) => line.startsWith('COPY --from=builder'));
  const [, from, to] = copied?.split(' ').slice(1) ?? [];
  assert.equal(from, to);
  assert.ok(final.includes(`ENV PYTHONPATH=${to}`));
  assert.match(shipped(PYTHON, 'dhi').at(-1)!, /^CMD \["python3?", "\/app\/main\.py"\]$/);
});

/** chainguard-dev/dfc, testdata: a user is made by “adduser” without -D, which asks for a password. */
test('no shell is called for in the final stage, and no user is made there', () => {
  const final = shipped(
    `FROM golang:1.27 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM debian:13-slim
RUN useradd --create-home --shell /bin/bash --uid 1001 appuser
RUN echo "built" > /etc/nsswitch.conf
COPY --from=build /server /server
USER appuser
CMD /server
`,
    'chainguard',
  );
  assert.deepEqual(final, [
    'FROM cgr.dev/chainguard/static:latest',
    'COPY --from=build /server /server',
    'USER 1001:1001',
    'CMD ["/server"]',
  ]);
});

/** docker/docs, the guide for PHP: RUN echo in a stage without a shell, and extensions copied to /usr/local of an image whose PHP is in /opt. */
test('PHP: extensions go where its own PHP looks for them, and nothing is run in the final stage', () => {
  const text = `FROM php:8.4-cli
RUN docker-php-ext-install pcntl
RUN echo "memory_limit=256M" > /usr/local/etc/php/conf.d/memory.ini
WORKDIR /app
COPY . .
CMD ["php", "server.php"]
`;
  const final = shipped(text, 'google');
  assert.ok(!final.some((line) => line.startsWith('RUN')));
  const copied = final.filter((line) => line.startsWith('COPY')).map((line) => line.split(' ').slice(-2));
  assert.ok(
    copied.every(([from, to]) => from === to || from === '/libraries'),
    final.join('\n'),
  );
  for (const path of ['/usr/local/bin/php', '/usr/local/lib/php', '/usr/local/etc/php'])
    assert.ok(
      copied.some(([from = '']) => path === from || path.startsWith(`${from}/`)),
      path,
    );
  assert.equal(convert(readDockerfile(text), { today: TODAY, family: 'dhi' }).outcome, 'declined');
});

const JAVA = (version: string) => `FROM maven:3-eclipse-temurin-${version} AS build
WORKDIR /src
COPY . .
RUN mvn -B package

FROM eclipse-temurin:${version}-jre
WORKDIR /app
COPY --from=build /src/target/app.jar app.jar
CMD ["java", "-jar", "app.jar"]
`;

test('Java: Google’s image starts java -jar, Chainguard’s java alone, Docker’s hardened one nothing', () => {
  const started = (lines: readonly string[]) => lines.filter((line) => /^(ENTRYPOINT|CMD)/.test(line));
  assert.deepEqual(started(shipped(JAVA('21'), 'google')), ['CMD ["app.jar"]']);
  assert.deepEqual(started(shipped(JAVA('21'), 'dhi')), ['CMD ["java", "-jar", "app.jar"]']);
  assert.deepEqual(started(shipped(JAVA('26'), 'chainguard')), ['CMD ["-jar", "app.jar"]']);
});

test('.NET: none of them starts dotnet in the place of the program', () => {
  const text = `FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN dotnet publish web.csproj -c Release -o /out

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /out .
CMD ["dotnet", "web.dll"]
`;
  for (const family of ['chiselled', 'chainguard', 'dhi'] as const) {
    const final = shipped(text, family);
    const words = JSON.parse(final.at(-1)!.replace(/^(CMD|ENTRYPOINT) /, ''));
    const own = family === 'dhi' ? [] : ['/usr/bin/dotnet'];
    // A CMD comes behind what the base starts; an ENTRYPOINT takes its place.
    const all = final.at(-1)!.startsWith('CMD') ? [...own, ...words] : words;
    assert.deepEqual(
      all.map((word: string) => word.replace('/usr/bin/', '')),
      ['dotnet', 'web.dll'],
      family,
    );
  }
});

test('a program with C in it is on a base that has what it links, or declined', () => {
  const linked = (libraries: string) =>
    `FROM debian:13 AS build\nWORKDIR /src\nCOPY . .\nRUN apt-get update && apt-get install -y gcc && gcc -o /out main.c ${libraries}\n\nFROM debian:13-slim\nCOPY --from=build /out /out\nCMD ["/out"]\n`;
  assert.equal(shipped(linked('-lssl -lz'), 'google')[0], 'FROM gcr.io/distroless/base-debian13:nonroot');
  assert.equal(shipped(linked('-lm'), 'chainguard')[0], 'FROM cgr.dev/chainguard/glibc-dynamic:latest');
  assert.match(shipped(linked('-lm'), 'dhi')[0]!, /^FROM dhi\.io\/static:\d+-glibc-debian13$/);
  for (const family of ['chainguard', 'dhi'] as const) {
    const conversion = convert(readDockerfile(linked('-lssl')), { today: TODAY, family });
    assert.match(JSON.stringify(conversion), /has the C library and little else, and not what “-lssl” asks for/);
  }
});

test('Chainguard’s Python has no time zones, and that is said', () => {
  const conversion = convert(readDockerfile(PYTHON), { today: TODAY, family: 'chainguard' });
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
  assert.ok(conversion.notes.some(({ kind, message }) => kind === 'risk' && message.includes('has no time zones')));
  const hardened = convert(readDockerfile(PYTHON), { today: TODAY, family: 'dhi' });
  assert.ok(!JSON.stringify(hardened).includes('has no time zones'));
});

test('every family says the truth of itself, or declines', () => {
  const go = 'FROM golang:1.27\nRUN CGO_ENABLED=0 go build -o /app .\nCMD ["/app"]\n';
  const bases = (['google', 'chainguard', 'dhi', 'static'] as const).map((family) => shipped(go, family)[0]);
  assert.deepEqual(bases, [
    'FROM gcr.io/distroless/static-debian13:nonroot',
    'FROM cgr.dev/chainguard/static:latest',
    'FROM dhi.io/static:20250419-debian13',
    'FROM scratch',
  ]);
  assert.ok(shipped(go, 'static').includes('USER 65532:65532'));
  for (const [text, family] of [
    [go, 'chiselled'],
    [NODE, 'chainguard'],
    [NODE, 'static'],
  ] as const) {
    const conversion = convert(readDockerfile(text), { today: TODAY, family });
    assert.equal(conversion.outcome, 'declined', family);
    assert.match(JSON.stringify(conversion), / have no .+ Choose another family, or leave the choice open\./);
  }
});
