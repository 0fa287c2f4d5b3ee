import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const only = 'missing-shell';

test('a shell that is not there, where something is written for it', () => {
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
#      ^^^^^^^^^^^ missing-shell
RUN echo hello
`);
  checkFindings(
    `
FROM gcr.io/distroless/cc-debian13:debug-nonroot
SHELL ["bash", "-c"]
#      ^^^^^^ missing-shell
CMD /app
`,
    { only },
  );
});

test('not where nothing uses it, or where it is there, copied, or not known', () => {
  for (const file of [
    'FROM gcr.io/distroless/static-debian13:nonroot\nSHELL ["/bin/bash", "-c"]\nCMD ["/app"]\n',
    'FROM gcr.io/distroless/static-debian13:debug-nonroot\nSHELL ["/busybox/sh", "-c"]\nRUN echo\n',
    'FROM gcr.io/distroless/static-debian13:debug-nonroot\nSHELL ["sh", "-c"]\nRUN echo\n',
    'FROM gcr.io/distroless/static-debian13:nonroot\nSHELL ["/bin/sh", "-c"]\nCOPY --from=busybox:1 /bin/sh /bin/sh\nRUN echo\n',
    'FROM gcr.io/distroless/python3-debian13:nonroot\nSHELL ["/usr/bin/python3", "-c"]\nRUN print(1)\n',
    'FROM gcr.io/distroless/static-debian13:debug-nonroot\nSHELL ["/bin/sh", "-c"]\nSHELL ["/busybox/sh", "-c"]\nRUN echo\n',
    'FROM scratch\nSHELL ["python3", "-c"]\nRUN print(1)\n',
    'FROM debian:13\nSHELL ["/bin/bash", "-c"]\nRUN echo\n',
    'FROM registry.example.com/base:1\nSHELL ["/bin/bash", "-c"]\nRUN echo\n',
  ]) {
    assert.deepEqual(findings(file, { only }), [], file);
  }
});

test('the fix names the shell that a debug image has, and there is none where there is no shell', () => {
  const debug = 'FROM gcr.io/distroless/cc-debian13:debug-nonroot\r\n';
  assert.equal(
    fix(`${debug}SHELL [ "/bin/sh","-c" ]\r\nRUN echo\r\n`, only),
    `${debug}SHELL [ "/busybox/sh","-c" ]\r\nRUN echo\r\n`,
  );
  const [finding] = findings('FROM scratch\nSHELL ["/bin/sh", "-c"]\nRUN echo\n', { only });
  assert.deepEqual(finding?.fixes, []);
});
