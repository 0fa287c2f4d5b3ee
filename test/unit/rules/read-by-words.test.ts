/** Rules ask what instructions and commands say, and do not search their text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findings } from '../../support/carets.ts';

type Context = Readonly<Record<string, string>>;

const count = (rule: string, text: string, context?: Context) =>
  findings(text, { only: rule, ...(context && { context }) }).length;
/** Each of the texts is judged; the rule speaks of it, or does not. */
const speaks = (rule: string, texts: readonly string[], of: (text: string) => string, context?: Context) => {
  for (const text of texts) assert.ok(count(rule, of(text), context) > 0, text);
};
const isSilent = (rule: string, texts: readonly string[], of: (text: string) => string, context?: Context) => {
  for (const text of texts) assert.equal(count(rule, of(text), context), 0, text);
};

test('private-home: a folder is opened by a command, and not by a text about one', () => {
  const image = (run: string) =>
    `FROM debian:13\nWORKDIR /srv\nCOPY app /root/app\n${run}\nUSER 1000\nENTRYPOINT ["/root/app"]\n`;
  speaks(
    'private-home',
    [
      'RUN true',
      'RUN echo "chmod 755 /root"',
      'RUN true \\\n  # chmod 755 /root\n  && true',
      'RUN chmod 755 /rooted && echo /root',
      'RUN npm install /root/app',
      "RUN cat <<'EOF' > /x\nchmod 755 /root\nEOF",
      'RUN (cd /root) && chmod 755 x',
    ],
    image,
  );
  isSilent(
    'private-home',
    [
      'RUN chmod 755 /root',
      'RUN chmod 755 ~',
      'RUN cd /root && chmod o+rx .',
      'RUN find / -name root -exec chmod 755 {} +',
      'RUN ls -d /root | xargs sudo chmod 755 /root',
      "RUN sh -c 'chmod -R a+rX /'",
      'RUN <<EOF\nchown -R 1000 /root/\nEOF',
      'RUN ["chmod", "755", "/root"]',
    ],
    image,
  );
});

test('unwritable-folder: a builder gives nothing away by a word in a text', () => {
  const image = (run: string) =>
    `FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app . && mkdir -p /data/x\n${run}\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nCOPY --from=build /data /data\nENV UPLOAD_DIR=/data/x\nENTRYPOINT ["/app"]\n`;
  speaks(
    'unwritable-folder',
    ['RUN true', 'RUN echo "chown tar"', 'RUN true # chown -R 1 /data', 'RUN go install x', 'RUN cp -r /a /data'],
    image,
  );
  isSilent(
    'unwritable-folder',
    [
      'RUN chown -R 65532 /data',
      'RUN mkdir -m 777 /data/y',
      'RUN cp -a /a /data',
      'RUN find /data -exec chown 65532 {} +',
    ],
    image,
  );
});

test('bare-scratch: the time zones are in the program by a tag, and not by a text', () => {
  const image = (run: string) =>
    `FROM golang:1.27 AS build\n${run}\nFROM scratch\nCOPY cacert.pem /etc/ssl/certs/\nCOPY --from=build /app /app\nENV TZ=Asia/Tokyo\nENTRYPOINT ["/app"]\n`;
  const build = 'CGO_ENABLED=0 go build -o /app .';
  speaks(
    'bare-scratch',
    [`RUN ${build}`, `RUN ${build} # -tags timetzdata`, `RUN echo mytimetzdata && ${build}`],
    image,
  );
  isSilent(
    'bare-scratch',
    [
      'RUN CGO_ENABLED=0 go build -tags timetzdata -o /app .',
      'RUN CGO_ENABLED=0 go build -tags="a,timetzdata" -o /app .',
      `ENV GOFLAGS=-tags=timetzdata\nRUN ${build}`,
      `RUN GOFLAGS=-tags=timetzdata ${build}`,
    ],
    image,
  );
});

test('entrypoint-script: a RUN mends the file by what it runs', () => {
  const image = (run: string) => `FROM alpine:3.22\nCOPY start.sh /start.sh\n${run}\nENTRYPOINT ["/start.sh"]\n`;
  const says = (run: string, file: string) =>
    findings(image(run), { only: 'entrypoint-script', context: { 'start.sh': file } })
      .map(({ message }) => message)
      .join();
  const mode = '#!/bin/sh\n# (not executable)\n';
  for (const run of ['RUN true # chmod', "RUN echo 'chmod +x /start.sh'"])
    assert.match(says(run, mode), /not executable/, run);
  for (const run of [
    'RUN chmod +x /start.sh',
    'RUN find / -name "*.sh" -exec chmod +x {} \\;',
    'RUN ["chmod", "+x", "/start.sh"]',
  ])
    assert.equal(says(run, mode), '', run);
  const windows = '#!/bin/sh\r\nexec a\r\n';
  for (const run of ['RUN true # dos2unix', 'RUN apk add dos2unix-doc'])
    assert.match(says(run, windows), /Windows/, run);
  for (const run of ['RUN dos2unix /start.sh', "RUN sed -i 's/\\r$//' /start.sh"])
    assert.equal(says(run, windows), '', run);
  const bash = '#!/bin/bash\nexec a\n';
  for (const run of ['RUN true # bash', 'RUN apk add bash-completion']) assert.match(says(run, bash), /bash/, run);
  for (const run of [
    'RUN apk add --no-cache bash',
    'RUN apk add "bash~=5"',
    'RUN apk add $PACKAGES',
    'RUN ln -s sh /bin/bash',
  ])
    assert.equal(says(run, bash), '', run);
});

test('ships-tools: what the container starts is told by its words', () => {
  const image = (start: string) => `FROM debian:13-slim\nRUN apt-get update && apt-get install -y curl\n${start}\n`;
  speaks('ships-tools', ['CMD ["/app"]', 'CMD /app # curl', "CMD /app 'no curl here'"], image);
  isSilent(
    'ships-tools',
    [
      'CMD ["curl", "x"]',
      'CMD /app "$(curl x)"',
      'CMD A=`/usr/bin/curl x` /app',
      'ENTRYPOINT ["/usr/bin/tini", "--", "bash", "-c", "exec curl x"]',
      'HEALTHCHECK CMD if curl x; then true; fi\nCMD ["/app"]',
    ],
    image,
  );
});

test('what installs is found in shells of its own, and not in texts', () => {
  const image = (run: string) => `FROM debian:13-slim\n${run}\nCMD ["/app"]\n`;
  speaks(
    'ships-tools',
    [
      "RUN bash -o pipefail -c 'apt-get install -y gcc'",
      'RUN ["/bin/sh", "-c", "apt-get install -y gcc"]',
      'RUN sudo -E apt-get install -y gcc',
      'RUN <<EOF\napt-get install -y gcc\nEOF',
    ],
    image,
  );
  isSilent(
    'ships-tools',
    [
      'RUN echo "apt-get install gcc"',
      'RUN cat <<EOF > /x\napt-get install gcc\nEOF',
      'RUN case x in apt-get install gcc) ;; esac',
      'RUN command -v apt-get install gcc',
    ],
    image,
  );
});

test('leftover-cache: a mount is read by its fields', () => {
  const image = (mount: string) =>
    `FROM debian:13-slim\nRUN --mount=${mount} apt-get update && apt-get install -y x\nCMD ["/app"]\n`;
  speaks('leftover-cache', ['type=bind,source=a,target=/type=cache', 'type=secret,id=type=cache'], image);
  isSilent('leftover-cache', ['type=cache,target=/var/lib/apt', 'target=/var/lib/apt,TYPE=tmpfs'], image);
});

test('unused-stage: a stage may be named by a variable, whatever stands in its default', () => {
  const image = (base: string) => `ARG A\nARG B\nFROM debian:13 AS x\nRUN a\nFROM ${base}\nCMD ["/app"]\n`;
  isSilent('unused-stage', ['${A:-${B}/y}', '$A', '${A}${B}'], image);
  speaks('unused-stage', ['${A:-${B}}:13', '$A/y'], image);
});

test('shell-form: what a shell would do is named by what is written', () => {
  const cure = (command: string) =>
    findings(`FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nCMD ${command}\n`, {
      only: 'shell-form',
    })[0]!.message;
  assert.match(cure('/app && b'), /without “&&”/);
  assert.match(cure('/app "$A;b"'), /without variables/);
  assert.match(cure("/app '$A' > b"), /without what only a shell can do/);
  const check = findings(
    'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nCOPY a.js /a.js\nHEALTHCHECK CMD /nodejs/bin/node /a.js "|| exit 1" || exit 1 ;\nCMD ["/a.js"]\n',
    { only: 'shell-form' },
  );
  assert.match(check[0]!.fixes![0]!.edits[0]!.newText, /\["\/nodejs\/bin\/node", "\/a\.js", "\|\| exit 1"\]/);
});
