import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const { checkFindings, findings } = asking('ships-tools');
const BASE = 'FROM registry.example.com/base:1\n';
const FINAL = 'FROM gcr.io/distroless/static-debian13:nonroot\n';

test('one finding an instruction, on the first tool, with all of them named', () => {
  const [found] = checkFindings(`
${BASE}RUN apt-get update && apt-get install -y --no-install-recommends -t trixie-backports \\
      libpq5 \\
      # 🐳 to compile
      gcc=4:14.2.0-1 make vim \\
#     ^^^^^^^^^^^^^^ ships-tools
      git
RUN apk add --no-cache curl
#                      ^^^^ ships-tools
RUN dnf -y install "strace"
#                  ^^^^^^^^ ships-tools
`);
  assert.match(found?.message ?? '', /^“gcc”, “make” and “vim” are for building and editing, and stay/);
  assert.deepEqual(
    findings(`${BASE}RUN apt-get install gcc\nRUN apk add curl\n`).map(({ severity }) => severity),
    ['warning', 'info'],
  );
});

test('headers only where a compiler is installed with them', () => {
  checkFindings(`
${BASE}RUN apk add libpcap-dev
RUN apk add postgresql-dev musl-dev
#                          ^^^^^^^^ ships-tools
`);
  const [found] = findings(`${BASE}RUN apk add postgresql-dev musl-dev\n`);
  assert.match(found?.message ?? '', /“musl-dev” and “postgresql-dev”/);
});

test('what the same RUN takes away again does not stay', () => {
  checkFindings(`
${BASE}RUN apk add --virtual .build gcc make && make && apk del .build
RUN apk add --virtual=.build gcc && apk del .build
RUN apt-get install -y gcc && apt-get purge -y gcc
RUN apt-get install -y gcc && apt-get purge -y --auto-remove $BUILD
RUN apt-get install -y gcc; apt-mark auto '.*'; apt-get purge -y --auto-remove
RUN apk add --virtual .build gcc make
#                            ^^^ ships-tools
RUN apk del .build
`);
});

test('not for what is used to run or to check, not for another root, not in a build stage', () => {
  checkFindings('FROM alpine:3.24\nRUN apk add curl\nENTRYPOINT ["curl"]\n');
  checkFindings(
    'FROM alpine:3.24\nRUN apk add curl netcat-openbsd\nHEALTHCHECK CMD curl -f localhost || nc -z localhost 80\n',
  );
  checkFindings('FROM alpine:3.24\n# for the health check of compose\nRUN apk add curl\n');
  checkFindings('FROM alpine:3.24\nRUN apk add --root /rootfs gcc\nRUN dnf install --installroot=/mnt gcc\n');
  checkFindings(`FROM debian:13 AS build\nRUN apt-get install -y gcc vim\n${FINAL}COPY --from=build /app /app\n`);
  checkFindings(`${BASE}RUN apt-get install -y libpq5 "$TOOLS" git && echo gcc && apt-cache search vim\n`);
  checkFindings(`${BASE}RUN apk info vim\n`);
});

test('a tool that is copied into a distroless image', () => {
  checkFindings(`
${FINAL}COPY --from=busybox:1 /bin/busybox /bin/sh /bin/
#                     ^^^^^^^^^^^^ ships-tools
COPY curl /usr/local/share/recipes
#    ^^^^ ships-tools
COPY --from=tools /usr/lib/libcurl.so.4 /usr/lib/
COPY bash-completion /etc/
COPY --from=tools /usr/share/doc /usr/share/doc
#                 ^^^^^^^^^^^^^^ ships-tools
COPY --from=tools /usr/share/doc/zlib1g/copyright /usr/share/doc/zlib1g/
COPY --from=tools /dpkg /
COPY --from=tools /var/lib/dpkg /var/lib/dpkg
COPY --from=tools /etc/apt /etc/apt
COPY --from=tools /opt/dpkg /usr/bin/
#                 ^^^^^^^^^ ships-tools
`);
  const [first] = checkFindings(`
${FINAL}COPY --from=tools /lib/x /usr/bin/vim /usr/bin/g++ /usr/bin/apt /usr/bin/
#                        ^^^^^^^^^^^^ ships-tools
`);
  assert.match(first?.message ?? '', /^“vim”, “g\+\+” and “apt” are put into what ships/);
  checkFindings('FROM registry.example.com/base:1\nCOPY --from=busybox:1 /bin/busybox /bin/busybox\n');
  checkFindings(`${FINAL}COPY --from=curl /usr/bin/curl /usr/bin/curl\nENTRYPOINT ["/usr/bin/curl"]\n`);
  checkFindings('FROM gcr.io/distroless/static-debian13:debug-nonroot\nCOPY --from=tools /usr/bin/gdb /gdb\n');
  // A shell for the script that starts the container; an image that is nothing but the tool.
  checkFindings(`${FINAL}COPY --from=debian:13 /bin/sh /bin/sh\nENTRYPOINT ["/srv/run.sh", "/app"]\n`);
  checkFindings('FROM scratch\nCOPY busybox /\n');
  checkFindings(`
FROM scratch
COPY busybox /
#    ^^^^^^^ ships-tools
COPY app /app
CMD ["/app"]
`);
  checkFindings(`${BASE}RUN apk add aria2\nENTRYPOINT ["/start", "--conf-path", "/etc/aria2.conf"]\n`);
});
