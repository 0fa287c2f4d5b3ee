/** “Cannot start”: what the program that is started is. `app` is put into each context. */
import { java, onJava } from './java.ts';
import { type NearMiss, script, type Trial } from './trial.ts';

const STATIC = 'gcr.io/distroless/static-debian13:nonroot';
const NODE = 'gcr.io/distroless/nodejs24-debian13:nonroot';

const server = { 'server.js': "console.log('served', process.argv.slice(2).join());\n" };
/** Compiled fast, also for other systems. */
const go = {
  'main.go': 'package main\n\nimport "syscall"\n\nfunc main() { syscall.Write(1, []byte("Go runs\\n")) }\n',
};

export const trials: readonly Trial[] = [
  {
    rule: 'missing-interpreter',
    what: 'a script as the program',
    dockerfile: `FROM ${NODE}\nWORKDIR /app\nCOPY server.js ./\nENTRYPOINT ["server.js"]\n`,
    files: server,
    fails: { at: 'start', says: /"server.js": executable file not found in \$PATH/ },
    fixed: /^served/,
  },
  {
    rule: 'missing-interpreter',
    what: 'a jar as the program',
    dockerfile: onJava('ENTRYPOINT ["/app/app.jar"]'),
    files: java,
    fails: { at: 'start', says: /"\/app\/app.jar": permission denied/ },
    fixed: /^hello/,
  },
  {
    rule: 'entrypoint-script',
    what: 'an interpreter that is not there',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n`,
    files: { 'start.sh': script('#!/bin/sh\nexec /app "$@"\n') },
    fails: { at: 'start', says: /exec \/start.sh: no such file or directory/ },
    byHand: [['["/start.sh"]', '["/app"]']],
    fixed: /^User 65532/,
  },
  {
    rule: 'entrypoint-script',
    what: 'lines that end as Windows ends them',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY app /app\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
    files: { 'start.sh': script('#!/bin/sh\r\nexec /app\r\n') },
    fails: { at: 'start', says: /exec \/start.sh: no such file or directory/ },
    byHandFiles: { 'start.sh': script('#!/bin/sh\nexec /app\n') },
    fixed: /^User 65532/,
  },
  {
    rule: 'entrypoint-script',
    what: 'a file that may not be executed',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY app /app\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
    files: { 'start.sh': '#!/bin/sh\nexec /app\n' },
    fails: { at: 'start', says: /"\/start.sh": permission denied/ },
    fixed: /^User 65532/,
  },
  {
    rule: 'entrypoint-script',
    what: 'no first line that names an interpreter',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY app /app\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
    files: { 'start.sh': script('exec /app\n') },
    fails: { at: 'start', says: /exec \/start.sh: exec format error/ },
    byHandFiles: { 'start.sh': script('#!/bin/sh\nexec /app\n') },
    fixed: /^User 65532/,
  },
  {
    rule: 'other-platform',
    slow: true,
    what: 'compiled for macOS',
    dockerfile: `FROM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY main.go .\nENV CGO_ENABLED=0 GOOS=darwin\nRUN go build -o /out/app main.go\n\nFROM ${STATIC}\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n`,
    files: go,
    fails: { at: 'start', says: /exec \/app: exec format error/ },
    fixed: /^Go runs/,
  },
  {
    rule: 'other-platform',
    slow: true,
    what: 'compiled for arm64, shipped as amd64',
    dockerfile: `FROM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY main.go .\nRUN CGO_ENABLED=0 GOARCH=arm64 go build -o /out/app main.go\n\nFROM --platform=linux/amd64 ${STATIC}\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n`,
    files: go,
    fails: { at: 'start', says: /exec \/app: exec format error/ },
    byHand: [['GOARCH=arm64', 'GOARCH=amd64']],
    fixed: /^Go runs/,
  },
  {
    rule: 'other-platform',
    slow: true,
    what: '--platform=$BUILDPLATFORM without TARGETARCH, built for arm64',
    dockerfile:
      'FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY main.go .\nENV CGO_ENABLED=0\nRUN go build -o /out/app main.go\n\nFROM scratch\nUSER 65532:65532\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
    build: ['--platform=linux/arm64'],
    look: 'platform',
    files: go,
    fails: { at: 'runs', says: /^image arm64, program amd64/ },
    fixed: /^image arm64, program arm64/,
  },
];

export const nearMisses: readonly NearMiss[] = [
  {
    rule: 'missing-interpreter',
    what: 'a script whose first line names an interpreter that is there',
    dockerfile: `FROM ${NODE}\nWORKDIR /app\nCOPY server.js ./\nENTRYPOINT ["/app/server.js"]\n`,
    files: { 'server.js': script(`#!/nodejs/bin/node\n${server['server.js']}`) },
    says: /^served/,
  },
  {
    rule: 'entrypoint-script',
    what: 'a script with an interpreter that is there',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY app /app\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
    files: { 'start.sh': script('#!/bin/sh\nexec /app "$@"\n') },
    says: /^User 65532/,
  },
  {
    rule: 'entrypoint-script',
    what: 'line ends and mode that a RUN puts right',
    dockerfile:
      'FROM debian:13-slim\nCOPY app /app\nCOPY start.sh /\nRUN sed -i \'s/\\r$//\' /start.sh && chmod 755 /start.sh\nUSER 65532:65532\nENTRYPOINT ["/start.sh"]\n',
    files: { 'start.sh': '#!/bin/sh\r\nexec /app\r\n' },
    says: /^User 65532/,
  },
  {
    rule: 'other-platform',
    slow: true,
    what: 'GOOS and GOARCH of what is asked for',
    dockerfile:
      'FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY main.go .\nARG TARGETOS TARGETARCH\nRUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /out/app main.go\n\nFROM scratch\nUSER 65532:65532\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
    files: go,
    says: /^Go runs/,
  },
  {
    rule: 'other-platform',
    slow: true,
    what: '--platform=$BUILDPLATFORM on scratch, which does not heed it, built for arm64',
    dockerfile:
      'FROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY main.go .\nARG TARGETARCH\nRUN CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /out/app main.go\n\nFROM --platform=$BUILDPLATFORM scratch\nUSER 65532:65532\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
    build: ['--platform=linux/arm64'],
    look: 'platform',
    files: go,
    says: /^image arm64, program arm64/,
  },
];
