/** Conversions ask what instructions and commands say, and do not search their text. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';
import { converted, declines, shipped } from '../../support/conversion.ts';

describe('the platform of what ships', () => {
  const from = (head: string, run: string) =>
    converted(`${head}FROM --platform=$BUILDPLATFORM golang:1.27\n${run}\nCMD ["/app"]\n`)
      .dockerfile.split('\n')
      .findLast((line) => line.startsWith('FROM '));
  const OWN = 'FROM --platform=$BUILDPLATFORM gcr.io/distroless/static-debian13:nonroot';
  const GIVEN = 'FROM gcr.io/distroless/static-debian13:nonroot';
  const BUILD = 'CGO_ENABLED=0 go build -o /app .';

  test('is that of the build, where only a comment or a text speaks of the target', () => {
    assert.equal(from('', `RUN ${BUILD}`), OWN);
    assert.equal(from('# ARG TARGETARCH\n', `RUN ${BUILD}`), OWN);
    assert.equal(from('', `RUN ${BUILD} \\\n  # GOARCH=$TARGETARCH\n  && true`), OWN);
    assert.equal(from('', `RUN echo 'not for $TARGETARCH' && ${BUILD}`), OWN);
    assert.equal(from('', `ARG TARGETARCHX\nRUN echo $TARGETARCHX && ${BUILD}`), OWN);
    assert.equal(from('', `RUN cat <<'EOF' > /x\n$TARGETARCH\nEOF\nRUN ${BUILD}`), OWN);
  });

  test('and whatever is asked for, where the build looks at that', () => {
    assert.equal(from('', `ARG TARGETARCH\nRUN GOARCH=$TARGETARCH ${BUILD}`), GIVEN);
    assert.equal(from('', `ARG TARGETOS TARGETARCH\nRUN ${BUILD}`), GIVEN);
    assert.equal(from('', `RUN case "$TARGETARCH" in arm64) true;; esac; ${BUILD}`), GIVEN);
    assert.equal(from('', `RUN sh -c 'GOARCH=$TARGETARCH ${BUILD}'`), GIVEN);
  });
});

test('a setting goes along into the build where a line of it uses the variable, and not where a text looks like it', () => {
  const line = (run: string) =>
    converted(`FROM golang:1.27\nENV NAME=x\nRUN ${run} && CGO_ENABLED=0 go build -o /app .\nCMD ["/app"]\n`)
      .dockerfile.split('\n\nFROM ')[0]!
      .includes('ENV NAME=x');
  assert.ok(line('echo "$NAME"'));
  assert.ok(line('sh -c \'echo "$NAME"\''));
  assert.ok(line('case ${NAME:-y} in x) true;; esac'));
  assert.ok(!line("echo 'a $NAME'"));
  assert.ok(!line('echo \\$NAME $NAMES'));
  assert.ok(!line('true \\\n  # $NAME\n'));
});

test('a test for races is found by its command', () => {
  const from = (test: string) =>
    `FROM golang:1.27 AS build\nRUN go build -o /app .\nFROM build AS test\n${test}\nFROM alpine\nCOPY --from=build /app /app\nCMD ["/app"]\n`;
  declines(from('RUN cd /x && sudo go test -v -race ./...'), ['4: “-race” needs cgo']);
  declines(from('RUN ["go", "test", "-race", "./..."]'), ['4: “-race” needs cgo']);
  for (const run of ['RUN go vet && echo " -race"', 'RUN go vet # -race', "RUN go vet; echo 'go test -race'"])
    assert.equal(convert(readDockerfile(from(run)), { today: TODAY }).outcome, 'converted', run);
});

test('a start is taken for Java by its words', () => {
  const language = (start: string) => {
    const found = convert(readDockerfile(`FROM debian:12\nCOPY a /a\n${start}\n`), { today: TODAY });
    return 'language' in found ? found.language : undefined;
  };
  assert.equal(language('CMD exec java $OPTS -jar /a'), 'java');
  assert.equal(language('CMD ["sh", "-c", "java -jar /a"]'), 'java');
  assert.notEqual(language('CMD ["/a", "the java way"]'), 'java');
  assert.notEqual(language('CMD /a # java -jar x'), 'java');
});

test('a folder under /root is left by a build that names it once', () => {
  const kept = (more: string) =>
    convert(
      readDockerfile(
        `FROM golang:1.27 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o app .\nFROM alpine:3.22\nWORKDIR /root/\n${more}COPY --from=build /src/app .\nCMD ["./app"]\n`,
      ),
      { today: TODAY },
    ).outcome;
  assert.equal(kept(''), 'converted');
  assert.equal(kept('LABEL about="not ~ but /rooted"\n'), 'converted');
  assert.equal(kept('ENV DATA=$HOME/data\n'), 'declined');
  assert.equal(kept('ENV DATA=/root/data\n'), 'declined');
});

test('what a shell would do is named by what is written, not by the signs in a text', () => {
  const why = (start: string) => {
    const found = convert(readDockerfile(`FROM golang:1.27\nRUN go build -o /app .\n${start}\n`), { today: TODAY });
    return found.outcome === 'declined'
      ? found.reasons[0]!.message.replace(/.*: (it|variables|patterns) (\S+).*/, '$1 $2')
      : found.outcome;
  };
  assert.equal(why('CMD /app && b'), 'it joins');
  assert.equal(why('CMD /app "$A;"'), 'variables are');
  assert.equal(why("CMD /app '$A' > /log"), 'it redirects');
  assert.equal(why('CMD /app *.x'), 'patterns are');
  assert.equal(why("CMD /app 'a && $b *'"), 'converted');
});

test('what a start sets and where it goes to may be quoted', () => {
  const lines = shipped(
    'FROM golang:1.27\nRUN CGO_ENABLED=0 go build -o /srv/app .\nCMD cd "/srv" && A="b" ./app "c d"\n',
  );
  assert.deepEqual(
    lines.filter((line) => /^(ENV|CMD|WORKDIR \/srv)/.test(line)),
    ['ENV A=b', 'WORKDIR /srv', 'CMD ["./app", "c d"]'],
  );
});

describe('what moves from Alpine to Debian', () => {
  const python = (run: string) =>
    `FROM python:3.12-alpine\n${run}\nCOPY a.py requirements.txt /app/\nRUN pip install -r /app/requirements.txt\nCMD ["python", "/app/a.py"]\n`;
  const lines = (run: string) =>
    converted(python(run)).dockerfile.split('\nCOPY a.py')[0]!.split('\n').slice(1).join('\n');
  const install = 'apt-get update && apt-get install -y --no-install-recommends';

  test('is translated in a chain, in a script and beside a text', () => {
    assert.equal(lines('RUN sudo apk add --no-cache gcc && a'), `RUN sudo ${install} gcc && a`);
    assert.equal(lines('RUN <<EOF\nset -e\napk add gcc\nEOF'), `RUN <<EOF\nset -e\n${install} gcc\nEOF`);
    assert.equal(
      lines('RUN apk add gcc && cat <<EOF > /x\napk add b\nEOF'),
      `RUN ${install} gcc && cat <<EOF > /x\napk add b\nEOF`,
    );
    assert.equal(lines('RUN echo "apk add b" # apk add c'), 'RUN echo "apk add b" # apk add c');
  });

  test('leaves no condition without a command', () => {
    assert.equal(lines('RUN a; if b; then apk del c; fi'), 'RUN a; if b; then true; fi');
    assert.equal(lines('RUN apk del c; for d in e; do f $d; done'), 'RUN true; for d in e; do f $d; done');
    assert.equal(lines('RUN a && apk del c && d'), 'RUN a && d');
  });

  test('and what another shell or xargs runs is a reason', () => {
    for (const run of ["RUN sh -c 'apk add gcc'", 'RUN ["apk", "add", "gcc"]', 'RUN sh -e <<EOF\napk add gcc\nEOF'])
      declines(python(run), [
        '2: The build has to move from Alpine to Debian, whose commands are others, and this script',
      ]);
    declines(python('RUN cat x | xargs apk add'), [
      '2: The build has to move from Alpine to Debian, whose commands are others, and this script',
      '2: Which packages this installs depends on what another command prints.',
    ]);
  });
});
