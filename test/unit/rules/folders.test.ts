/** private-home, unwritable-volume: folders that the user of the container may not enter or change. */
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
  assert.equal(program?.severity, 'error');
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

test('unwritable-volume: a folder that nothing makes', () => {
  checkFindings(
    `
FROM gcr.io/distroless/static-debian13:nonroot AS base
VOLUME ["/tmp", "/var/lib/app/"]
#               ^^^^^^^^^^^^^^^ unwritable-volume
FROM base
COPY app /app
ENTRYPOINT ["/app"]
`,
    { only: 'unwritable-volume' },
  );
  assert.deepEqual(messages('FROM scratch\nUSER 1000\nVOLUME /data\n', 'unwritable-volume'), [
    '“/data” is not in the image, so Docker makes it for root, and user 1000 cannot write to it. Make an empty folder in a build stage, and copy it with COPY --chown=1000:1000.',
  ]);
  // The folder is made for user 1000, but what is below it is not.
  assert.equal(messages('FROM scratch\nUSER 1000\nWORKDIR /app\nVOLUME /app/data\n', 'unwritable-volume').length, 1);
});

test('unwritable-volume: a folder that belongs to root', () => {
  const only = 'unwritable-volume';
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

test('unwritable-volume: not where the user owns it, where that cannot be told, or where it is only read', () => {
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
    'FROM debian AS b\nRUN mkdir -m 777 /d\nFROM scratch\nCOPY --from=b /d /data\nUSER 1000\nVOLUME /data\n',
    'FROM scratch\nCOPY --from=image /d /data\nUSER 1000\nVOLUME /data\n',
    'FROM scratch\nUSER 1000\nVOLUME /etc/app /app/config /certs\n',
    'FROM scratch\nUSER 1000\nRUN ["/app", "init"]\nVOLUME /data\n',
  ])
    assert.deepEqual(messages(text, 'unwritable-volume'), [], text);
});
