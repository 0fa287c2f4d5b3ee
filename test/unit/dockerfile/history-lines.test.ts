/** Steps of an image's history, and the lines of the Dockerfile that made them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyLines } from '../../../server/dockerfile/history-lines.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';

/** For each step, the line (from 1) of its instruction or `-`; then how many steps are the base's. */
function lines(dockerfile: string, history: readonly (string | undefined)[], target?: number): string {
  const { steps, ofBase } = historyLines(readDockerfile(dockerfile), history, target);
  const numbers = steps.map((step) => (step ? step.range.start.line + 1 : '-'));
  return `${numbers.join(' ')} | ${ofBase ?? '?'}`;
}

const base = ["# debian.sh --arch 'amd64' out/ 'trixie' '@1756' # buildkit", 'CMD ["bash"]'];

const dockerfile = `# syntax=docker/dockerfile:1
ARG VERSION=13
FROM debian:\${VERSION}
ARG TOKEN=none
ENV A=1 \\
    B="two words"
WORKDIR /srv/app
RUN apt-get update && \\
    # what it needs
    apt-get install -y curl
COPY --chown=1000:1000 --from=build /out/\${NAME} ./
USER 1000
EXPOSE 8080 9090/udp
VOLUME ["/data"]
LABEL a=b
HEALTHCHECK CMD ["/app", "--check"]
ENTRYPOINT ["/app", "--serve"]
CMD run it
`;

test('BuildKit: each step has its line, and what is below is the base', () => {
  const history = [
    ...base,
    'ARG TOKEN=none',
    'ENV A=1 B=two words',
    'WORKDIR /srv/app',
    'RUN |1 TOKEN=none /bin/sh -c apt-get update &&     apt-get install -y curl # buildkit',
    'COPY --chown=1000:1000 /out/server ./ # buildkit',
    'USER 1000',
    'EXPOSE map[8080/tcp:{} 9090/udp:{}]',
    'VOLUME [/data]',
    'LABEL a=b',
    'HEALTHCHECK &{["CMD" "/app" "--check"] "0s" "0s" "0s" "0s" \'\\x00\'}',
    'ENTRYPOINT ["/app" "--serve"]',
    'CMD ["/bin/sh" "-c" "run it"]',
  ];
  assert.equal(lines(dockerfile, history), '- - 4 5 7 8 11 12 13 14 15 16 17 18 | 2');
});

test('the classic builder, with digests instead of names', () => {
  const file = 'FROM debian:13\nENV A b\nRUN echo hi\nCOPY one two /app/\nADD x /y\nRUN ["a", "b"]\nCMD ["/app"]\n';
  const digest = 'a'.repeat(64);
  const history = [
    '/bin/sh -c #(nop) ADD file:1 in / ',
    '/bin/sh -c #(nop)  CMD ["bash"]',
    '/bin/sh -c #(nop)  ENV A=b',
    '/bin/sh -c echo hi',
    `/bin/sh -c #(nop) COPY multi:${digest} in /app/ `,
    `/bin/sh -c #(nop) ADD file:${digest} in /y `,
    'a b',
    '/bin/sh -c #(nop)  CMD ["/app"]',
  ];
  assert.equal(lines(file, history), '- - 2 3 4 5 6 7 | 2');
});

test('stages that the target is built on come first; other stages made no step', () => {
  const file = `FROM debian:13 AS base
RUN one
FROM golang:1.27 AS build
RUN go build
FROM base
COPY --from=build /app /app
`;
  const history = [...base, 'RUN /bin/sh -c one # buildkit', 'COPY /app /app # buildkit'];
  assert.equal(lines(file, history), '- - 2 6 | 2');
  assert.equal(lines(file, [...base, 'RUN /bin/sh -c go build # buildkit'], 1), '- - 4 | 2');
});

test('a file that was changed since: the steps that still say the same keep their lines, and the base is not known', () => {
  const file = 'FROM debian:13\nRUN one\nRUN other\nCMD ["new"]\n';
  const history = [...base, 'RUN /bin/sh -c one # buildkit', 'RUN /bin/sh -c two # buildkit', 'CMD ["old"]'];
  assert.equal(lines(file, history), '- - 2 - - | ?');
});

test('what the base did as well is the file’s where the file says it last', () => {
  assert.equal(lines('FROM debian:13\nCMD ["bash"]\n', [...base, 'CMD ["bash"]']), '- - 2 | 2');
  assert.equal(lines('FROM debian:13\n', base), '- - | ?');
});

test('another shell, a heredoc, and a command that only begins alike', () => {
  const file = `FROM debian:13
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN a | b
RUN <<EOF
first
second
EOF
`;
  const shell = 'RUN /bin/bash -o pipefail -c';
  const history = [
    'SHELL [/bin/bash -o pipefail -c]',
    `${shell} a | b # buildkit`,
    `${shell} first\nsecond\n # buildkit`,
  ];
  assert.equal(lines(file, history), '2 3 4 | 0');
  assert.equal(lines(file.replaceAll('EOF', 'THE-END'), history), '2 3 4 | 0');
  assert.equal(lines('FROM x\nRUN a\n', ['RUN /bin/sh -c a b # buildkit']), '- | ?');
  assert.equal(lines('FROM x\nRUN a b\n', ['RUN /bin/sh -c a # buildkit']), '- | ?');
});

test('no stage, no history, and histories without words', () => {
  assert.equal(lines('', base), '- - | ?');
  assert.equal(lines('FROM debian:13\nRUN a\n', []), ' | ?');
  assert.equal(lines('FROM debian:13\nRUN a\n', [undefined, '']), '- - | ?');
});

test('variables made to be slow are not', () => {
  const many = '${A}'.repeat(2_000);
  assert.equal(lines(`FROM x\nENV B=${many}y\n`, [`ENV B=${'z'.repeat(20_000)}`]), '- | ?');
});

test('a history of a hundred thousand steps is not compared', () => {
  const history = Array.from({ length: 100_000 }, () => 'RUN /bin/sh -c a');
  assert.equal(historyLines(readDockerfile(`FROM x\n${'RUN a\n'.repeat(1_000)}`), history).ofBase, undefined);
});
