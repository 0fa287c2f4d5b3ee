/** private-home, unwritable-folder: folders that the user of the container may not enter or change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const messages = (text: string, only: string) => findings(text, { only }).map(({ message }) => message);

test('private-home: the program, else the working directory, else what is copied', () => {
  const only = 'private-home';
  const [program] = checkFindings(
    `
FROM gcr.io/distroless/base-debian13:nonroot
WORKDIR /root
COPY app .
CMD [ "./app" ]
#     ^^^^^^^ private-home
`,
    { only },
  );
  // Newer engines start it, unless capabilities are dropped.
  assert.equal(program?.severity, 'warning');
  assert.match(program.message, /cannot start “\.\/app” in Docker 20\.10, nor where capabilities are dropped/);
  const [script] = findings('FROM debian:13\nCOPY start.sh /root/\nUSER 1000\nENTRYPOINT ["/root/start.sh"]\n', {
    only,
  });
  assert.equal(script?.severity, 'error');
  assert.match(script.message, /cannot start “\/root\/start\.sh”\./);
  const [workdir] = checkFindings(
    `
FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /root/app
#       ^^^^^^^^^ private-home
COPY . .
CMD ["index.js"]
`,
    { only },
  );
  assert.equal(workdir?.severity, 'warning');
  checkFindings(
    `
FROM alpine:3.24
RUN apk add x
COPY conf /root/.conf/
#         ^^^^^^^^^^^^ private-home
USER 1000
ENTRYPOINT ["app"]
`,
    { only, crlf: true },
  );
});

test('private-home: the home of user 65532, for others', () => {
  const only = 'private-home';
  checkFindings(
    `
FROM gcr.io/distroless/base-debian13:nonroot
USER 1000
COPY app .
#        ^ private-home
ENTRYPOINT ["/usr/bin/x"]
`,
    { only },
  );
  for (const text of [
    'FROM gcr.io/distroless/base-debian13:nonroot\nCOPY app .\nCMD ["./app"]\n',
    'FROM gcr.io/distroless/base-debian13:nonroot\nUSER nonroot\nWORKDIR /home/nonroot/x\n',
    'FROM gcr.io/distroless/base-debian13\nCOPY app /home/nonroot/\n',
    'FROM gcr.io/distroless/base-debian13:nonroot\nUSER 1000\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  ])
    assert.deepEqual(messages(text, only), [], text);
});

test('private-home: not as root, on scratch, where the mode may be changed, on other bases, or before the last WORKDIR', () => {
  for (const text of [
    'FROM gcr.io/distroless/base-debian13\nWORKDIR /root\n',
    'FROM scratch\nUSER 1000\nCOPY app /root/app\nENTRYPOINT ["/root/app"]\n',
    'FROM debian:13\nRUN chmod 755 /root\nUSER 1000\nWORKDIR /root\n',
    'FROM debian:13\nRUN <<EOF\nchmod 755 $HOME\nEOF\nUSER 1000\nWORKDIR /root\n',
    'FROM registry.example.com/base\nUSER 1000\nWORKDIR /root\n',
    'FROM debian:13\nUSER $WHO\nWORKDIR /root\n',
    'FROM debian:13\nWORKDIR /root\nRUN make\nUSER 1000\nWORKDIR /app\n',
    'FROM debian:13\nUSER 1000\nWORKDIR /rooted\nCOPY $A $B\n',
  ])
    assert.deepEqual(messages(text, 'private-home'), [], text);
});

test('unwritable-folder: a folder that nothing makes', () => {
  checkFindings(
    `
FROM gcr.io/distroless/static-debian13:nonroot AS base
VOLUME ["/tmp", "/var/lib/app/"]
#               ^^^^^^^^^^^^^^^ unwritable-folder
FROM base
COPY app /app
ENTRYPOINT ["/app"]
`,
    { only: 'unwritable-folder' },
  );
  assert.deepEqual(messages('FROM scratch\nUSER 1000\nVOLUME /data\n', 'unwritable-folder'), [
    '“/data” is not in the image, so Docker makes it for root, and user 1000 cannot write to it. Make an empty folder in a build stage, and copy it with COPY --chown=1000:1000.',
  ]);
  // The folder is made for user 1000, but what is below it is not.
  assert.equal(messages('FROM scratch\nUSER 1000\nWORKDIR /app\nVOLUME /app/data\n', 'unwritable-folder').length, 1);
});

test('unwritable-folder: a folder that belongs to root', () => {
  const only = 'unwritable-folder';
  assert.match(
    messages('FROM scratch\nWORKDIR /data\nUSER 1000\nVOLUME /data\n', only)[0] ?? '',
    /while the user is still root/,
  );
  assert.match(
    messages('FROM scratch\nCOPY seed /data/seed\nUSER 1000\nVOLUME /data\n', only)[0] ?? '',
    /belongs to root/,
  );
  assert.equal(
    fix('FROM debian AS b\nRUN mkdir /d\nFROM scratch\ncopy  --from=b \\\n  /d /data\nUSER 1000\nVOLUME /data\n', only),
    'FROM debian AS b\nRUN mkdir /d\nFROM scratch\ncopy --chown=1000:1000  --from=b \\\n  /d /data\nUSER 1000\nVOLUME /data\n',
  );
});

test('unwritable-folder: the folder that COPY makes is root’s, whoever owned it in the stage', () => {
  for (const text of [
    'FROM debian AS b\nRUN mkdir -m 777 /d\nFROM scratch\nCOPY --from=b /d /data\nUSER 1000\nVOLUME /data\n',
    'FROM debian AS b\nRUN mkdir /d && chown 1000 /d\nFROM scratch\nCOPY --from=b --link /d /data\nUSER 1000\nVOLUME /data\n',
    'FROM scratch\nCOPY --from=image /d /data\nUSER 1000\nVOLUME /data\n',
    // What is beside it is the user’s, and so is the folder above, but a volume is made for root.
    'FROM scratch\nUSER 1000\nCOPY --chown=1000 app /app/bin\nVOLUME /app/data\n',
    // The folder is there when WORKDIR comes to it.
    'FROM scratch\nUSER 1000\nCOPY seed /data/seed\nWORKDIR /data\nVOLUME /data\n',
  ])
    assert.equal(messages(text, 'unwritable-folder').length, 1, text);
});

const NODE = 'gcr.io/distroless/nodejs24-debian13:nonroot';
const app = (lines: string, base = 'gcr.io/distroless/static-debian13') =>
  `FROM golang:1.27 AS build\nRUN go build -o /app/app .\nFROM ${base} AS final\nWORKDIR /app\nCOPY --from=build /app/app ./\nUSER 65532\n${lines}\n`;

test('unwritable-folder: what variables and options tell the program to write', () => {
  const only = 'unwritable-folder';
  checkFindings(
    `
FROM gcr.io/distroless/static-debian13
WORKDIR /app
COPY app .
USER 65532
ENV PORT=80 DATABASE_URL=sqlite:./data.db
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unwritable-folder
ENTRYPOINT ["./app", "--data-dir=/var/lib/app", "--log-dir", "logs", "--port", "80"]
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^ unwritable-folder
#                                                            ^^^^^^ unwritable-folder
`,
    { only, crlf: true },
  );
  const told = (lines: string, base?: string) => findings(app(lines, base), { only });
  const [sqlite] = told('ENV DATABASE_URL=sqlite:////app/data.db');
  assert.equal(sqlite?.severity, 'warning');
  assert.match(sqlite?.message ?? '', /^“\/app” belongs to root, .* by DATABASE_URL\. /);
  const [absent] = told('ENV UPLOAD_DIR=/uploads');
  assert.equal(absent?.severity, 'info');
  assert.match(absent?.message ?? '', /^“\/uploads” is not in the image, and user 65532 cannot make it\./);
  for (const [lines, folder, base] of [
    ['ENV DATABASE_URL=sqlite:///./data.db', '/app'],
    ['ENV DATABASE_URL sqlite:data/app.db?mode=rwc', '/app/data'],
    ['ENV DATABASE_URL="file:/db/app.sqlite"', '/db'],
    ['ENV SPRING_DATASOURCE_URL=jdbc:sqlite:/db/app.db', '/db'],
    ['ENV ConnectionStrings__Default="Data Source=/db/app.db;Cache=Shared"', '/db'],
    ['ENV DB_PATH=/db/app.bolt', '/db'],
    ['ENV DB_PATH=/app.db', '/'],
    ['ARG ROOT=/srv\nENV LOG_DIR=${ROOT}/logs', '/srv/logs'],
    ['ENV APP_LOG_FILE=app.log', '/app'],
    ['ENV XDG_CACHE_HOME=/app/.cache', '/app/.cache'],
    ['ENV TMPDIR=/tmp', '/tmp', 'scratch'],
    ['ENV DATA_DIR=/data', '/data', 'mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled'],
    ['CMD ["/app/app", "-storage.tsdb.path=/prometheus"]', '/prometheus'],
    ['cmd ["/app/app", "--db", "./app.sqlite3"]', '/app'],
    ['FROM final\nENV LOG_DIR=/app/logs', '/app/logs'],
    ['ENV GATEWAY_DATA_FILE=/db/gateway.db', '/db', 'scratch'],
  ] as const)
    assert.ok(
      told(lines, base).some(({ message }) => message.startsWith(`“${folder}” `)),
      lines,
    );
});

test('unwritable-folder: not where it may be written, may only be read, or is not certain', () => {
  const only = 'unwritable-folder';
  for (const lines of [
    'ENV DATABASE_URL=sqlite:///data.db',
    'ENV DATABASE_URL=sqlite::memory: DB_URL=sqlite://:memory: DB=postgres://db/app',
    'ENV DATABASE_URL=file:/app/ref.db?mode=ro',
    'ENV DB_PATH=$WHERE LOG_DIR=$WHERE/logs LOG_LEVEL=info',
    'ENV LOG_FILE=/dev/stdout TMPDIR=/tmp UPLOAD_DIR=/tmp/up DATA_DIR=/home/nonroot/data',
    'ENV GEOIP_DB_PATH=/geo MODEL_CACHE_DIR=/models SEED_DATA_PATH=/seed',
    'ENV DATA_DIR=/app/data\nCOPY data /app/data',
    'ENV UPLOAD_DIR=/up\nENV UPLOAD_DIR=/tmp',
    'ENV UPLOAD_DIR=/uploads\nCOPY --from=build --chown=65532:65532 /empty /uploads',
    'ENV UPLOAD_DIR=/uploads/images\nCOPY --from=build --chown=65532:65532 /empty /uploads',
    'ENV UPLOAD_DIR=/uploads\nWORKDIR /uploads',
    'ENV UPLOAD_DIR=/uploads\nWORKDIR /uploads/images',
    'ENV UPLOAD_DIR=/srv/uploads\nWORKDIR /srv',
    'ENV UPLOAD_DIR=/uploads\nUSER 0',
    'ENV UPLOAD_DIR=/uploads\nCOPY --from=other /rootfs /',
    'ENV UPLOAD_DIR=/uploads\nCOPY $A $B',
    'CMD /app/app --data-dir=/data',
    'COPY --from=build /made.db /made.db\nCMD ["serve", "--db", "/made.db"]',
    'COPY --from=build /out/made.db ./\nENV APP_DB=made.db',
    'CMD ["/app/app", "--database", "postgres"]',
  ])
    assert.deepEqual(messages(app(lines), only), [], lines);
  const built = (run: string) =>
    `FROM node:24 AS build\nWORKDIR /app\nCOPY . .\nRUN ${run}\nFROM ${NODE}\nCOPY --from=build /app /app\nENV LOG_DIR=/app/logs\nCMD ["/app/x.js"]\n`;
  assert.equal(messages(built('npm ci'), only).length, 1);
  assert.deepEqual(messages(built('npm ci && mkdir logs && chown 65532 logs'), only), []);
  assert.deepEqual(messages(built('npm ci').replace('RUN', 'USER node\nRUN'), only), []);
  for (const base of ['debian:13', 'cgr.dev/chainguard/node', 'registry.example.com/x'])
    assert.deepEqual(messages(app('ENV UPLOAD_DIR=/uploads', base), only), [], base);
});

test('unwritable-folder: the fix copies an empty folder out of the build stage', () => {
  const before = app('# where files go\nENV UPLOAD_DIR=/uploads\nVOLUME /data\nENTRYPOINT ["/app/app"]');
  const once = fix(before, 'unwritable-folder');
  assert.equal(
    once,
    before
      .replace('/app/app .\n', '/app/app .\nRUN mkdir -p /empty\n')
      .replace('# where', 'COPY --from=build --chown=65532:65532 /empty /uploads\n# where'),
  );
  const twice = fix(once, 'unwritable-folder');
  assert.equal(twice, once.replace('VOLUME', 'COPY --from=build --chown=65532:65532 /empty /data\nVOLUME'));
  assert.deepEqual(messages(twice, 'unwritable-folder'), []);
  for (const builder of [
    'gcr.io/distroless/base-debian13',
    'golang:1.27 AS build\nUSER 1000',
    'golang:1.27 AS build\nRUN ls /empty',
  ])
    assert.deepEqual(
      findings(before.replace(/^FROM golang:1.27( AS build)?/, `FROM ${builder}`), {
        only: 'unwritable-folder',
      }).flatMap(({ fixes }) => fixes ?? []),
      [],
      builder,
    );
});

test('unwritable-folder: not where the user owns it, where that cannot be told, or where it is only read', () => {
  for (const text of [
    'FROM scratch\nUSER 1000\nWORKDIR /data\nVOLUME /data\n',
    'FROM scratch\nUSER 1000\nWORKDIR /data/db\nVOLUME /data\n',
    'FROM scratch\nUSER $WHO\nVOLUME /data\n',
    'FROM scratch\nVOLUME /data\n',
    'FROM debian\nUSER 1000\nVOLUME /data\n',
    'FROM gcr.io/distroless/base-debian13:nonroot\nVOLUME /home/nonroot /tmp $X relative\n',
    'FROM scratch\nUSER 1000\nCOPY --chown=1000 seed /data\nVOLUME /data\n',
    'FROM scratch\nUSER 1000\nCOPY --chmod=777 seed /data\nVOLUME /data\n',
    'FROM scratch\nUSER 1000\nCOPY rootfs /\nVOLUME /data\n',
    'FROM scratch\nUSER 1000\nVOLUME /etc/app /app/config /certs\n',
    'FROM scratch\nUSER 1000\nRUN ["/app", "init"]\nVOLUME /data\n',
  ])
    assert.deepEqual(messages(text, 'unwritable-folder'), [], text);
});
