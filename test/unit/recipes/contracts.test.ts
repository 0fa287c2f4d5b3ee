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

test('Node.js: Google’s image starts node by itself, Docker’s hardened one does not', () => {
  const [google, hardened] = [shipped(NODE, 'google'), shipped(NODE, 'dhi')];
  assert.equal(google[0], 'FROM gcr.io/distroless/nodejs24-debian13:nonroot');
  assert.equal(google.at(-1), 'CMD ["index.js"]');
  assert.equal(hardened[0], 'FROM dhi.io/node:24-debian13');
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
