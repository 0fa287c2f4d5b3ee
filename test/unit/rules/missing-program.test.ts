import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const NODE = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\n';
const PYTHON = 'FROM gcr.io/distroless/python3-debian13:nonroot\n';
const STATIC = 'FROM gcr.io/distroless/static-debian13:nonroot\n';
const only = 'missing-program';

test('shells, package managers, interpreters and tools that are not there', () => {
  checkFindings(
    `
FROM gcr.io/distroless/base-debian13:nonroot AS a
RUN ["/bin/mkdir", "/data"]
#    ^^^^^^^^^^^^ missing-program
ENTRYPOINT ["/bin/sh", "-c", "exec /app"]
#           ^^^^^^^^^ missing-program
FROM scratch AS b
CMD ["python", "app.py"]
#    ^^^^^^^^ missing-program
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled AS c
ENTRYPOINT ["dotnet", "app.dll"]
#           ^^^^^^^^ missing-program
FROM cgr.dev/chainguard/static:latest AS d
ENTRYPOINT ["/tini", "--", "/app"]
CMD ["npm", "start"]
FROM cgr.dev/chainguard/static:latest
ENTRYPOINT []
CMD ["npm", "start"]
#    ^^^^^ missing-program
`,
    { only },
  );
});

test('with continuation lines, CRLF and characters of two units before it', () => {
  for (const crlf of [false, true]) {
    checkFindings(
      `
# 🐳
FROM gcr.io/distroless/static-debian13:nonroot
LABEL a="🐳"
ENTRYPOINT [ \\
    # 🐳
    "bash", "/🐳.sh" ]
#   ^^^^^^ missing-program
`,
      { crlf, only },
    );
  }
});

test('what the base has is left alone', () => {
  for (const file of [
    `${NODE}ENTRYPOINT ["/nodejs/bin/node", "server.js"]\n`,
    `${PYTHON}ENTRYPOINT ["python", "-m", "app"]\n`,
    `${PYTHON}ENTRYPOINT ["/usr/bin/python3", "-m", "app"]\n`,
    'FROM gcr.io/distroless/java21-debian13:nonroot\nENTRYPOINT ["java", "-cp", "/app", "Main"]\n',
    'FROM dhi.io/node:24-debian13\nUSER 1000\nCMD ["node", "server.js"]\n',
    'FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\nENTRYPOINT ["dotnet", "app.dll"]\n',
    'FROM cgr.dev/chainguard/node:latest\nENTRYPOINT ["npm", "start"]\n',
    'FROM gcr.io/distroless/base-debian13:debug-nonroot\nENTRYPOINT ["sh", "-c", "ls"]\n',
    'FROM registry.example.com/base:1\nENTRYPOINT ["sh", "-c", "ls"]\n',
    'FROM node:24\nCMD ["npm", "start"]\n',
    `${STATIC}ENTRYPOINT ["/app", "sh"]\n`,
    `${STATIC}ENTRYPOINT ["server"]\n`,
    'FROM gcr.io/distroless/java:8-jetty\nENTRYPOINT ["java", "a.jar"]\n',
  ]) {
    assert.deepEqual(findings(file, { only }), [], file);
  }
});

test('a script of an official image, which nothing copies', () => {
  checkFindings(
    `
FROM gcr.io/distroless/nodejs24-debian13:nonroot
ENTRYPOINT ["docker-entrypoint.sh"]
#           ^^^^^^^^^^^^^^^^^^^^^^ missing-program
`,
    { only },
  );
  const file = `${NODE}COPY docker-entrypoint.sh /usr/local/bin/\nENTRYPOINT ["docker-entrypoint.sh"]\n`;
  assert.deepEqual(findings(file, { only }), []);
});

test('commands of Python packages, which no base has', () => {
  const python = 'FROM gcr.io/distroless/python3-debian13:nonroot\n';
  const deps = `${python}COPY --from=build /deps /deps\nENV PYTHONPATH=/deps\n`;
  assert.equal(
    fix(`${deps}ENTRYPOINT ["uvicorn", "app:app"]\n`, only),
    `${deps}ENTRYPOINT ["/usr/bin/python3.13", "-m", "uvicorn", "app:app"]\n`,
  );
  assert.equal(findings(`${deps}ENTRYPOINT []\nCMD ["/usr/local/bin/gunicorn", "app:app"]\n`, { only }).length, 1);
  for (const lines of [
    'COPY --from=build /deps/bin/ /usr/local/bin/\nENTRYPOINT ["uvicorn", "app:app"]\n',
    'COPY --from=build /usr/local /usr/local\nENTRYPOINT ["uvicorn", "app:app"]\n',
    'COPY --from=build /venv /venv\nENV PATH=/venv/bin:$PATH\nENTRYPOINT ["uvicorn", "app:app"]\n',
    'COPY --from=build /venv /venv\nENTRYPOINT ["/venv/bin/uvicorn", "app:app"]\n',
  ])
    assert.deepEqual(findings(`${python}${lines}`, { only }), [], lines);
});

test('what is mounted for a RUN may be its program', () => {
  const run = (mount: string) => `${STATIC}RUN --mount=${mount} ["busybox", "sh", "-c", "mkdir /data"]\n`;
  assert.deepEqual(findings(run('from=busybox:1.37,dst=/usr/'), { only }), []);
  assert.equal(findings(run('type=cache,target=/data'), { only }).length, 1);
});

test('what was copied may be the program', () => {
  for (const copy of [
    'COPY --from=busybox:musl /bin/busybox /bin/sh',
    'COPY --from=build /rootfs/ /',
    'COPY --from=build /usr/local /usr/local',
    'ADD tree.tar.gz /',
    'COPY --from=build /custom /usr',
  ]) {
    assert.deepEqual(findings(`${STATIC}${copy}\nENTRYPOINT ["/bin/sh", "-c", "x"]\n`, { only }), [], copy);
  }
  assert.equal(findings(`${STATIC}COPY app /bin/app\nENTRYPOINT ["/bin/sh", "-c", "x"]\n`, { only }).length, 1);
  // What a stage has filled as a system is one, whatever it is called.
  const copied = (run: string) =>
    `FROM debian:13 AS deb\n${run}\n${STATIC}COPY --from=deb /deps /\nENTRYPOINT ["/bin/sh", "-c", "x"]\n`;
  for (const run of [
    'RUN apt-get download dash && dpkg --extract dash.deb /deps',
    'RUN dpkg -x dash.deb "/deps"',
    `RUN bash -c 'sudo dnf -y --root "/deps" install bash'`,
    'RUN DESTDIR=/deps make install',
    'RUN mkdir -p /deps/usr/bin && cp -L /bin/dash /deps/usr/bin/sh',
    'RUN <<EOF\ndnf install --installroot=/deps bash\nEOF',
    'RUN make install DESTDIR=/deps\nFROM deb AS next\nRUN rm -r /deps/share\nFROM next AS deb',
  ])
    assert.deepEqual(findings(copied(run), { only }), [], run);
  for (const run of [
    'RUN go build -o /deps/app .',
    'RUN cp /etc/deps /usr/deps',
    'RUN cp /a/deps/bin/x /x',
    'RUN true # dpkg -x dash.deb /deps',
    'RUN true \\\n  # mkdir -p /deps/usr/bin\n  && true',
    'RUN cat <<EOF > /x\n/deps/usr/bin\nEOF',
  ])
    assert.equal(findings(copied(run), { only }).length, 1, run);
  // A copy that comes later helps the command, but not a RUN before it.
  checkFindings(
    `
FROM gcr.io/distroless/static-debian13:nonroot
RUN ["/bin/sh", "-c", "x"]
#    ^^^^^^^^^ missing-program
COPY --from=busybox:musl /bin/busybox /bin/sh
RUN ["/bin/sh", "-c", "x"]
`,
    { only },
  );
});

test('a PATH of the file’s own may lead to the interpreter', () => {
  assert.deepEqual(findings(`${NODE}ENV PATH=/nodejs/bin:$PATH\nENTRYPOINT ["node", "server.js"]\n`, { only }), []);
});

test('node by its path, with what is around kept', () => {
  assert.equal(
    fix(`${NODE}entrypoint [ "node",   "server.js" ] \r\n`, only),
    `${NODE}entrypoint [ "/nodejs/bin/node",   "server.js" ] \r\n`,
  );
  assert.match(findings(`${NODE}ENTRYPOINT ["node", "a.js"]\n`, { only })[0]?.message ?? '', /not on PATH/);
});

test('npm start becomes what package.json starts', () => {
  const context = { 'package.json': JSON.stringify({ scripts: { start: 'node --enable-source-maps dist/main.js' } }) };
  assert.equal(
    fix(`${NODE}ENTRYPOINT ["npm", "start"]\n`, only, { context }),
    `${NODE}ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps", "dist/main.js"]\n`,
  );
  assert.equal(
    fix(`${NODE}CMD ["npm", "run", "start"]\n`, only, { context }),
    `${NODE}CMD ["--enable-source-maps", "dist/main.js"]\n`,
  );
});

test('no guess where the script is more than node, or not known', () => {
  for (const scripts of [
    { start: 'next start' },
    { start: 'NODE_ENV=production node a.js' },
    { start: 'node a.js && node b.js' },
    { prestart: 'node build.js', start: 'node a.js' },
    {},
  ]) {
    const context = { 'package.json': JSON.stringify({ scripts }) };
    const [finding] = findings(`${NODE}CMD ["npm", "start"]\n`, { context, only });
    assert.deepEqual(finding?.fixes, [], JSON.stringify(scripts));
  }
  assert.deepEqual(findings(`${NODE}CMD ["npm", "start"]\n`, { context: { 'package.json': '{' }, only })[0]?.fixes, []);
  assert.deepEqual(findings(`${NODE}CMD ["npm", "start"]\n`, { only })[0]?.fixes, []);
});

test('the interpreter of the base takes such a command for a file', () => {
  checkFindings(`
FROM gcr.io/distroless/python3-debian13:nonroot
CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]
#    ^^^^^^^^^^ missing-program
`);
  assert.equal(
    fix(`${PYTHON}CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]\n`, only),
    `${PYTHON}CMD ["-m", "gunicorn", "-b", "0.0.0.0:8000", "app:app"]\n`,
  );
  checkFindings(`
FROM gcr.io/distroless/nodejs24-debian13:nonroot
CMD ["sh", "-c", "node server.js"]
#    ^^^^ missing-program
`);
  assert.deepEqual(findings(`${PYTHON}CMD ["app.py"]\n`), []);
  assert.deepEqual(findings(`${PYTHON}ENTRYPOINT ["/venv/bin/run"]\nCMD ["gunicorn"]\n`), []);
});

test('what a container runs may be copied below it, what a RUN runs may not', () => {
  const copy = 'COPY --from=build /usr/local/bin/node /usr/local/bin/node\n';
  const stage = (line: string) => `FROM node:24 AS build\nFROM gcr.io/distroless/cc-debian13:nonroot\n${line}\n${copy}`;
  for (const line of ['CMD ["node", "a.js"]', 'ENTRYPOINT ["node"]', 'HEALTHCHECK CMD ["node", "h.js"]'])
    assert.deepEqual(findings(stage(line), { only }), [], line);
  assert.equal(findings(stage('RUN ["node", "a.js"]'), { only }).length, 1);
});
