/** “Not allowed”. */
import { type NearMiss, script, type Trial } from './trial.ts';

const STATIC = 'gcr.io/distroless/static-debian13:nonroot';
const denied = /open \/data\/written: permission denied/;
const onData = (lines: string) =>
  `FROM golang:1.27-trixie AS build\nRUN mkdir /made\n\nFROM ${STATIC}\nCOPY app /app\n${lines}ENTRYPOINT ["/app", "--into", "/data"]\n`;

const inRoot = `FROM ${STATIC}\nCOPY app /root/app\nENTRYPOINT ["/root/app"]\n`;

export const trials: readonly Trial[] = [
  {
    rule: 'root-user',
    what: 'a tag that runs as root',
    dockerfile: 'FROM gcr.io/distroless/static-debian13\nCOPY app /app\nENTRYPOINT ["/app"]\n',
    fails: { at: 'runs', says: /^User 0:0/ },
    fixed: /^User 65532:65532/,
  },
  {
    rule: 'root-user',
    what: 'USER root',
    dockerfile: `FROM ${STATIC}\nUSER root\nCOPY app /app\nENTRYPOINT ["/app"]\n`,
    fails: { at: 'runs', says: /^User 0:0/ },
    fixed: /^User 65532:65532/,
  },
  {
    rule: 'root-user',
    what: 'scratch, without USER',
    dockerfile: 'FROM scratch\nCOPY app /app\nENTRYPOINT ["/app"]\n',
    fails: { at: 'runs', says: /^User 0:0/ },
    fixed: /^User 65532:65532/,
  },
  {
    rule: 'unknown-user',
    what: 'USER',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nUSER app\nENTRYPOINT ["/app"]\n`,
    fails: { at: 'start', says: /unable to find user app: no matching entries in passwd file/ },
    fixed: /^User 65532:65532/,
  },
  {
    rule: 'unknown-user',
    what: 'the group of USER',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nUSER 65532:app\nENTRYPOINT ["/app"]\n`,
    fails: { at: 'start', says: /unable to find group app: no matching entries in group file/ },
    fixed: /^User 65532:65532/,
  },
  {
    rule: 'unknown-user',
    what: 'USER on scratch',
    dockerfile: 'FROM scratch\nCOPY app /app\nUSER app\nENTRYPOINT ["/app"]\n',
    fails: { at: 'start', says: /unable to find user app: no matching entries in passwd file/ },
    fixed: /^User 65532:65532/,
  },
  {
    rule: 'unknown-user',
    what: '--chown, which gives the files to root',
    dockerfile: onData('COPY --from=build --chown=app /made /data\n'),
    fails: { at: 'start', says: denied },
    fixed: /^\/data is written to/,
  },
  {
    rule: 'named-user',
    what: 'a name, which docker starts as a number',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nUSER nonroot\nENTRYPOINT ["/app"]\n`,
    fails: { at: 'runs', says: /^User 65532:65532/ },
    fixed: /^User 65532:65532/,
  },
  {
    rule: 'unwritable-folder',
    what: 'a VOLUME that is copied',
    dockerfile: onData('COPY --from=build /made /data\nVOLUME /data\n'),
    fails: { at: 'start', says: denied },
    fixed: /^\/data is written to/,
  },
  {
    rule: 'unwritable-folder',
    what: 'a VOLUME that is not there',
    dockerfile: onData('COPY --from=build /etc/hostname /hostname\nVOLUME /data\n'),
    fails: { at: 'start', says: denied },
    fixed: /^\/data is written to/,
  },
  {
    rule: 'unwritable-folder',
    what: 'a folder that a variable names',
    dockerfile: onData('COPY --from=build /etc/hostname /\nENV UPLOAD_DIR=/data\n').replace(', "--into", "/data"', ''),
    fails: { at: 'start', says: /open \/data\/written: no such file or directory/ },
    fixed: /^\/data is written to/,
  },
  {
    rule: 'unwritable-folder',
    what: 'a WORKDIR that root makes',
    dockerfile:
      'FROM gcr.io/distroless/static-debian13\nWORKDIR /data\nUSER 65532:65532\nCOPY app /app\nVOLUME /data\nENTRYPOINT ["/app", "--into", "/data"]\n',
    fails: { at: 'start', says: denied },
    byHand: [['WORKDIR /data\nUSER 65532:65532\n', 'USER 65532:65532\nWORKDIR /data\n']],
    fixed: /^\/data is written to/,
  },
  {
    rule: 'low-port',
    what: 'in the host’s network',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nEXPOSE 443\nENTRYPOINT ["/app", "--port", "443"]\n`,
    run: ['--network=host'],
    fails: { at: 'start', says: /listen tcp 127.0.0.1:443: bind: permission denied/ },
    byHand: [
      ['EXPOSE 443', 'EXPOSE 8443'],
      ['"443"', '"8443"'],
    ],
    fixed: /^port 8443 is open/,
  },
  {
    rule: 'low-port',
    what: 'in a network of the container’s own, where docker allows it, as the rule says',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nEXPOSE 443\nENTRYPOINT ["/app", "--port", "443"]\n`,
    fails: { at: 'runs', says: /^port 443 is open/ },
    byHand: [
      ['EXPOSE 443', 'EXPOSE 8443'],
      ['"443"', '"8443"'],
    ],
    fixed: /^port 8443 is open/,
  },
  {
    rule: 'private-home',
    what: 'the program in /root, without capabilities',
    dockerfile: inRoot,
    run: ['--cap-drop=ALL'],
    fails: { at: 'start', says: /"\/root\/app": stat \/root\/app: permission denied/ },
    byHand: [
      ['COPY app /root/app', 'COPY app /app/app'],
      ['"/root/app"', '"/app/app"'],
    ],
    fixed: /^User 65532/,
  },
  {
    rule: 'private-home',
    what: 'the program in /root, with docker’s capabilities, where it starts, as the rule says',
    newer: true,
    dockerfile: inRoot,
    fails: { at: 'runs', says: /^User 65532/ },
    byHand: [
      ['COPY app /root/app', 'COPY app /app/app'],
      ['"/root/app"', '"/app/app"'],
    ],
    fixed: /^User 65532/,
  },
  {
    rule: 'private-home',
    what: 'a script in /root',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY start.sh /root/\nENTRYPOINT ["/root/start.sh"]\n',
    files: { 'start.sh': script('#!/bin/sh\necho started\n') },
    fails: { at: 'start', says: /cannot open \/root\/start.sh: Permission denied/ },
    byHand: [
      ['/root/\n', '/app/\n'],
      ['"/root', '"/app'],
    ],
    fixed: /^started/,
  },
  {
    rule: 'private-home',
    what: 'WORKDIR in /home/nonroot, for another user',
    dockerfile:
      'FROM gcr.io/distroless/python3-debian13:nonroot\nWORKDIR /home/nonroot\nCOPY main.py ./\nUSER 1000:1000\nCMD ["main.py"]\n',
    files: { 'main.py': "print('ran')\n" },
    fails: { at: 'start', says: /can't open file '\/home\/nonroot\/main.py': \[Errno 13\] Permission denied/ },
    byHand: [['WORKDIR /home/nonroot', 'WORKDIR /app']],
    fixed: /^ran/,
  },
];

export const nearMisses: readonly NearMiss[] = [
  {
    rule: 'root-user',
    what: 'a base that says USER',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nENTRYPOINT ["/app"]\n`,
    says: /^User 65532:65532/,
  },
  {
    rule: 'unknown-user',
    what: 'a number that is in no /etc/passwd',
    dockerfile: 'FROM scratch\nCOPY app /app\nUSER 1234:5678\nENTRYPOINT ["/app"]\n',
    says: /^User 1234:5678/,
  },
  {
    rule: 'unknown-user',
    what: 'a name that the base knows',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nUSER nobody\nENTRYPOINT ["/app"]\n`,
    says: /^User 65534:65534/,
  },
  {
    rule: 'named-user',
    what: 'a number',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nUSER 65532\nENTRYPOINT ["/app"]\n`,
    says: /^User 65532:65532/,
  },
  {
    rule: 'unwritable-folder',
    what: 'a folder of the user’s own, and /tmp',
    dockerfile: onData('COPY --from=build --chown=65532:65532 /made /data\nVOLUME /data\nENV UPLOAD_DIR=/tmp\n'),
    says: /^\/data is written to/,
  },
  {
    rule: 'unwritable-folder',
    what: 'a WORKDIR that the user makes',
    dockerfile: onData('WORKDIR /data\nVOLUME /data\n'),
    says: /^\/data is written to/,
  },
  {
    rule: 'low-port',
    what: 'a port above, in the host’s network',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nEXPOSE 8443\nENTRYPOINT ["/app", "--port", "8443"]\n`,
    run: ['--network=host'],
    says: /^port 8443 is open/,
  },
  {
    rule: 'private-home',
    what: '/home/nonroot, for its own user',
    dockerfile: `FROM ${STATIC}\nWORKDIR /home/nonroot\nCOPY app ./\nENTRYPOINT ["./app"]\n`,
    says: /^User 65532/,
  },
  {
    rule: 'private-home',
    what: '/root on scratch, which COPY makes',
    dockerfile: 'FROM scratch\nUSER 65532:65532\nCOPY app /root/app\nENTRYPOINT ["/root/app"]\n',
    says: /^User 65532/,
  },
];
