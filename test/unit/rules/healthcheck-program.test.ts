import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const { checkFindings, fix, findings } = asking('healthcheck-program');
const STATIC = 'FROM gcr.io/distroless/static-debian13:nonroot\n';
const NODE = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\n';

test('a program that the base does not have', () => {
  checkFindings(`
${STATIC}HEALTHCHECK --interval=5s CMD ["curl", "-f", "http://localhost"]
#                              ^^^^^^ healthcheck-program
`);
  checkFindings(`
${STATIC}HEALTHCHECK CMD ["/bin/sh", "-c", "exit 0"]
#                ^^^^^^^^^ healthcheck-program
ENTRYPOINT ["/app"]
`);
  checkFindings(`
FROM scratch AS base
FROM base
HEALTHCHECK CMD ["wget", "-q", "http://localhost"]
#                ^^^^^^ healthcheck-program
`);
});

test('not the application itself, not where the program is copied, before or after, not on another base', () => {
  checkFindings(`${STATIC}HEALTHCHECK CMD ["/app", "--health"]\n`);
  checkFindings(`${STATIC}COPY --from=busybox:1-musl /bin/wget /bin/wget\nHEALTHCHECK CMD ["wget", "x"]\n`);
  checkFindings(`${STATIC}HEALTHCHECK CMD ["wget", "x"]\nCOPY --from=busybox:1-musl /bin/wget /bin/wget\n`);
  checkFindings(`${STATIC}HEALTHCHECK CMD ["wget", "x"]\nCOPY --from=busybox:1-musl /bin/wget /bin/wget\nUSER 1\n`);
  checkFindings('FROM gcr.io/distroless/static-debian13:debug-nonroot\nHEALTHCHECK CMD ["wget", "x"]\n');
  checkFindings('FROM debian:13\nHEALTHCHECK CMD ["curl", "x"]\n');
  checkFindings('FROM registry.example.com/base:1\nHEALTHCHECK CMD ["curl", "x"]\n');
  checkFindings(`${STATIC}HEALTHCHECK CMD ["curl", "x"]\nHEALTHCHECK NONE\n`);
  checkFindings(`${STATIC}HEALTHCHECK CMD curl x\n`);
});

test('Node.js is there, but not on the PATH', () => {
  const text = `${NODE}HEALTHCHECK CMD [ "node", "health.js" ]\nCMD ["server.js"]\n`;
  assert.equal(fix(text), text.replace('"node"', '"/nodejs/bin/node"'));
  assert.deepEqual(findings(fix(text)), []);
});

test('a script is no program', () => {
  checkFindings(`
${NODE}HEALTHCHECK CMD ["/app/health.js"]
#                ^^^^^^^^^^^^^^^^ healthcheck-program
CMD ["server.js"]
`);
  assert.equal(
    fix(`${NODE}HEALTHCHECK CMD ["/app/health.js"]\n`),
    `${NODE}HEALTHCHECK CMD ["/nodejs/bin/node", "/app/health.js"]\n`,
  );
  checkFindings('FROM node:24\nUSER 1000\nHEALTHCHECK CMD ["/app/health.js"]\n');
});

test('the interpreter is not where that of the official images is', () => {
  const python = 'FROM gcr.io/distroless/python3-debian13:nonroot\n';
  const text = `${python}HEALTHCHECK CMD ["/usr/local/bin/python3", "health.py"]\n`;
  assert.match(findings(text)[0]?.message ?? '', /has no “\/usr\/local\/bin\/python3”, so/);
  assert.equal(fix(text), text.replace('/usr/local/bin/python3', '/usr/bin/python3.13'));
  checkFindings(text.replace('/usr/local/bin', '/usr/bin'));
  checkFindings(text.replace('HEALTHCHECK', 'COPY --from=python:3.13 /usr/local/bin /usr/local/bin\nHEALTHCHECK'));
});
