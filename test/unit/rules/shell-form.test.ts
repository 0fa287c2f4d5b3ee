import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const { checkFindings, findings, fix } = asking('shell-form');

const STATIC = 'FROM gcr.io/distroless/static-debian13:nonroot\n';

test('each instruction in shell form', () => {
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
RUN mkdir /data
#^^ shell-form
HEALTHCHECK --interval=5s CMD /app --health
#^^^^^^^^^^ shell-form
ENTRYPOINT /app
#^^^^^^^^^ shell-form
CMD serve
#^^ shell-form
`);
});

test('a RUN may have its shell mounted, and only that RUN', () => {
  const base = 'FROM gcr.io/distroless/base-debian13:nonroot\n';
  for (const mount of [
    'from=busybox:1.37,source=/bin,target=/bin',
    'type=bind,from=busybox:1.37,src=/bin/,dst=/bin/',
    'from=busybox:1.37,source=/bin/busybox,destination=/bin/sh',
  ]) {
    assert.deepEqual(findings(`${base}RUN --mount=${mount} mkdir -p /data\n`), [], mount);
    assert.equal(findings(`${base}RUN --mount=${mount} true\nRUN mkdir /data\n`).length, 1, mount);
  }
  for (const mount of ['type=cache,target=/root/.cache', 'from=busybox:1.37,target=/mnt', 'type=secret,id=a'])
    assert.equal(findings(`${base}RUN --mount=${mount} mkdir -p /data\n`).length, 1, mount);
});

test('what ONBUILD copies is there for what ONBUILD runs', () => {
  const copy = 'ONBUILD COPY --from=busybox:1.37 /bin/busybox /bin/sh\n';
  assert.deepEqual(findings(`${STATIC}${copy}ONBUILD RUN mkdir /data\n`), []);
  assert.equal(findings(`${STATIC}ONBUILD RUN mkdir /data\n${copy}`).length, 1);
});

test('a check whose program is missing too would not be cured by exec form', () => {
  const file = `${STATIC}HEALTHCHECK CMD curl -f http://localhost:8080 || exit 1\nENTRYPOINT ["/app"]\n`;
  const [finding] = findings(file);
  assert.match(finding?.message ?? '', /has neither a shell nor “curl”, so the container would always be unhealthy\. /);
  assert.equal(finding?.fixes, undefined);
  const copied = file.replace('HEALTHCHECK', 'COPY --from=busybox /bin/curl /bin/curl\nHEALTHCHECK');
  assert.match(findings(copied)[0]?.message ?? '', /Write it in exec form/);
});

test('“|| exit 1” of a check is left out, and the interpreter is called where it is', () => {
  const node = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\n';
  assert.equal(
    fix(`${node}HEALTHCHECK CMD node check.js || exit 1\n`),
    `${node}HEALTHCHECK CMD ["/nodejs/bin/node", "check.js"]\n`,
  );
  assert.equal(
    fix(`${STATIC}HEALTHCHECK --timeout=3s CMD ["/app", "--health"] || exit 1\n`),
    `${STATIC}HEALTHCHECK --timeout=3s CMD ["/app", "--health"]\n`,
  );
  const [finding] = findings(`${STATIC}HEALTHCHECK CMD /app --a || /app --b || exit 1\n`);
  assert.match(finding?.message ?? '', /without “&&”/);
  assert.deepEqual(finding?.fixes, []);
});

test('exec form, an empty HEALTHCHECK and other instructions are left alone', () => {
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
COPY app /app
WORKDIR /srv
HEALTHCHECK NONE
ENTRYPOINT ["/app"]
CMD ["serve"]
`);
});

test('also where the base is another stage, scratch, or comes out of an ARG', () => {
  checkFindings(`
ARG VARIANT=nonroot
FROM gcr.io/distroless/base-debian13:\${VARIANT} AS one
FROM one AS two
CMD /app
#^^ shell-form
`);
  checkFindings(`
FROM scratch
USER 1000:1000
  cmd /app
# ^^^ shell-form
`);
});

test('not where a shell is there, or may be', () => {
  checkFindings('FROM node:24 AS build\nRUN echo hello\nFROM scratch\nUSER 1\n');
  checkFindings('FROM registry.example.com/our/base:1\nRUN echo hello\nCMD run me\n');
  checkFindings(`${STATIC}COPY --from=busybox:1 /bin/busybox /bin/sh\nRUN echo hello\n`);
  checkFindings('FROM scratch\nADD rootfs.tar.xz /\nUSER 1\nRUN echo hello\n');
  checkFindings('FROM gcr.io/distroless/static-debian13:debug-nonroot\nSHELL ["/busybox/sh", "-c"]\nRUN echo hello\n');
});

test('a debug image has a shell, but none at /bin/sh', () => {
  const debug = 'FROM gcr.io/distroless/java21-debian13:debug\n';
  const [run] = checkFindings(`${debug}RUN echo hello\n#^^ shell-form\n`);
  assert.match(
    run?.message ?? '',
    /has its shell at “\/busybox\/sh” and none at \/bin\/sh, .* SHELL \["\/busybox\/sh", "-c"\]/,
  );
  const [check] = checkFindings(`${debug}HEALTHCHECK CMD wget -q localhost || exit 1\n#^^^^^^^^^^ shell-form\n`);
  assert.match(
    check?.message ?? '',
    /none at \/bin\/sh, and HEALTHCHECK in shell form is run by \/bin\/sh\. Write it in exec/,
  );
});

test('a shell that comes later does not help what is before it', () => {
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
RUN echo hello
#^^ shell-form
COPY --from=busybox:1 /bin/busybox /bin/sh
RUN echo hello
`);
});

test('JSON that is not quite JSON is shell form, as the builder reads it', () => {
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
CMD ['/app']
#^^ shell-form
`);
});

test('with comments and continuation lines, CRLF, and characters of two units before it', () => {
  for (const crlf of [false, true]) {
    checkFindings(
      `
# 🐳🐳 a whale
FROM gcr.io/distroless/static-debian13:nonroot
LABEL name="🐳"
ENTRYPOINT \\
#^^^^^^^^^ shell-form
  # 🐳 the program
  /app \\
  --flag
`,
      { crlf },
    );
  }
});

test('the fix writes the same words in exec form, and keeps what is around', () => {
  assert.equal(
    fix(`${STATIC}ENTRYPOINT   /app "a b" 'c d'  \n# end\n`),
    `${STATIC}ENTRYPOINT   ["/app", "a b", "c d"]  \n# end\n`,
  );
  assert.equal(fix(`${STATIC}CMD exec /app\r\nUSER 1\r\n`), `${STATIC}CMD ["/app"]\r\nUSER 1\r\n`);
  assert.equal(
    fix(`${STATIC}HEALTHCHECK --timeout=3s CMD /app --health\n`),
    `${STATIC}HEALTHCHECK --timeout=3s CMD ["/app", "--health"]\n`,
  );
});

test('the fix does not repeat the entrypoint of the base', () => {
  const node = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\n';
  assert.equal(fix(`${node}CMD node server.js\n`), `${node}CMD ["server.js"]\n`);
  const java = 'FROM gcr.io/distroless/java21-debian13:nonroot\n';
  assert.equal(fix(`${java}CMD java -jar app.jar\n`), `${java}CMD ["app.jar"]\n`);
  assert.equal(
    fix(`${java}CMD java -Xmx1g -jar app.jar\n`),
    `${java}ENTRYPOINT ["/usr/bin/java", "-Xmx1g", "-jar", "app.jar"]\n`,
  );
  assert.equal(
    fix(`${node}ENTRYPOINT ["/nodejs/bin/node", "wrapper.js"]\nCMD node server.js\n`),
    `${node}ENTRYPOINT ["/nodejs/bin/node", "wrapper.js"]\nCMD ["node", "server.js"]\n`,
  );
});

test('no fix where only a shell knows what is meant', () => {
  for (const command of [
    '/app $PORT',
    '/app && /b',
    '/app > /log',
    '/app *.txt',
    'A=1 /app',
    'cd /x; ./app',
    '/app "$HOME"',
  ]) {
    const [finding] = findings(`${STATIC}CMD ${command}\n`);
    assert.equal(finding?.rule, 'shell-form');
    assert.deepEqual(finding.fixes, [], command);
  }
});

test('RUN has no fix: only a build stage can do it', () => {
  const [finding] = findings(`${STATIC}RUN mkdir /data\n`);
  assert.deepEqual(finding?.fixes ?? [], []);
  assert.equal(
    finding?.message,
    '“gcr.io/distroless/static-debian13:nonroot” has no shell, so this RUN cannot be carried out. Do it in a build stage, and copy what it makes with COPY --from.',
  );
});

test('SHELL: a shell that is not there, where something is written for it', () => {
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
#      ^^^^^^^^^^^ shell-form
RUN echo hello
`);
  checkFindings(
    `
FROM gcr.io/distroless/cc-debian13:debug-nonroot
SHELL ["bash", "-c"]
#      ^^^^^^ shell-form
CMD /app
`,
  );
});

test('SHELL: not where nothing uses it, or where it is there, copied, or not known', () => {
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
    assert.deepEqual(findings(file), [], file);
  }
});

test('SHELL: the fix names the shell that a debug image has, and there is none where there is no shell', () => {
  const debug = 'FROM gcr.io/distroless/cc-debian13:debug-nonroot\r\n';
  assert.equal(
    fix(`${debug}SHELL [ "/bin/sh","-c" ]\r\nRUN echo\r\n`),
    `${debug}SHELL [ "/busybox/sh","-c" ]\r\nRUN echo\r\n`,
  );
  const [finding] = findings('FROM scratch\nSHELL ["/bin/sh", "-c"]\nRUN echo\n');
  assert.deepEqual(finding?.fixes, []);
});

test('what ONBUILD carries', () => {
  checkFindings(`
FROM gcr.io/distroless/static-debian13:nonroot
ONBUILD RUN mkdir /data
#       ^^^ shell-form
ONBUILD COPY a /a
ONBUILD ENTRYPOINT ["/a"]
onbuild cmd /a -x
#       ^^^ shell-form
FROM debian:13
ONBUILD RUN mkdir /data
`);
  const file = `${STATIC}ONBUILD CMD /a -x\n`;
  const after = fix(file);
  assert.equal(after, `${STATIC}ONBUILD CMD ["/a", "-x"]\n`);
  assert.deepEqual(findings(after), []);
});
