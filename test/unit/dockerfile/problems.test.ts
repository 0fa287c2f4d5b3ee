/** What BuildKit stops at, and where; and what it takes. Each line was held against its parser and grammar (moby/buildkit@v0.34.2). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { inStage, refused, refusedByNewer } from '../../support/refused.ts';

/** The text that each problem marks, and its sentences. */
const problems = (text: string) => {
  const { problems, lines } = readDockerfile(text);
  return problems.map(({ message, range, fix }) => ({
    at: text.slice(lines.offset(range.start), lines.offset(range.end)),
    message,
    fixed: fix && applyEdits(text, [fix]),
  }));
};

for (const [line, at, says, fixed] of [...refused, ...refusedByNewer]) {
  test(`stops: ${line.replaceAll('\n', '⏎')}`, () => {
    const found = problems(inStage(line));
    assert.equal(found.length, 1, JSON.stringify(found));
    assert.equal(found[0]!.at, at);
    assert.match(found[0]!.message, says);
    assert.match(found[0]!.message, /^\S.+\.( .+\.)?$/);
    assert.equal(found[0]!.fixed, fixed === undefined ? undefined : inStage(fixed));
  });
}

test('taken by BuildKit', () => {
  for (const line of [
    'RUN',
    'CMD',
    'ENTRYPOINT []',
    'RUN --mount=type=cache,target=/a --mount=target=/b --network=none --security=insecure --device=x a',
    'RUN --mount=type=SECRET,id=$A,Required,env=B --mount=type=$T,ro --mount="type=cache,target=/a b" c',
    'COPY --link --parents --exclude=a --exclude=b --from=x --chown=1 --chmod=755 a b /c/',
    'COPY --link=TRUE a b',
    'ADD --keep-git-dir --unpack=false --checksum=$C --link a b',
    `ADD --checksum=sha256:${'0'.repeat(64)} https://example.com/a b`,
    'ADD --checksum=0123456 https://example.com/a.git?ref=v1&submodules=false b',
    'ADD https://example.com/a git@example.com:a/b.git /c/',
    'COPY --chmod=u=rwX,go=rX a b',
    'COPY --chmod=$M --chown=$U --link a b',
    'COPY --chmod=${M:-9} a b',
    'COPY --chown=app:app --link=false a b',
    'COPY --chown=1000:0 --link a b',
    'COPY github.com/a/b user@host /d/',
    'COPY --from=99999999999999999999 a b',
    'COPY --from=docker.io/library/debian:13 a b',
    'COPY <<E /a\n${b:-c} "\nE',
    'COPY <<"E" /a\n${b^^}\nE',
    'RUN <<E\n${b^^}\nE',
    'RUN ${b^^} "',
    'RUN --mount=type=cache,target=$D,mode=$M,uid=$U,sharing=$S a',
    'RUN --mount=type=tmpfs,target=/a,size=1.5g --mount=type=$T,required a',
    'RUN --mount=type=secret,id=a,mode=0400,uid=1,required=1 --mount=type=ssh,required a',
    'RUN --device=vendor.com/a=b,required --device=name=c a',
    'EXPOSE +80 [::1]:80:80 80-81:80',
    'EXPOSE \\ "" 80',
    'STOPSIGNAL ${S:-x}',
    'VOLUME $V',
    'COPY ["a b", "/c"]',
    'COPY <<EOF <<"E2" /c/\nEOF\nE2',
    "COPY a\\ b 'c' /d",
    'COPY --chown=$A $B ${C:-d} ${E#f*} /g',
    'CMD -- --version',
    'ARG --x a',
    'ARG a b=c d="e f"',
    "ARG a=1 # don't change",
    'ARG ${',
    'ENV a=b\\ c d="e f"',
    'ENV a ${b:?missing}',
    'ENV a=',
    'LABEL a ""',
    'EXPOSE 80 443/tcp 53/UDP 8000-8010 127.0.0.1:80:80 8080:80/sctp $P ${P}/tcp 0 80/',
    'STOPSIGNAL 15',
    'STOPSIGNAL term',
    'STOPSIGNAL SIGRTMIN+3',
    'STOPSIGNAL $S',
    'STOPSIGNAL "SIGTERM"',
    'HEALTHCHECK --x NONE',
    'HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0 --start-interval=.5h --retries=0 CMD a',
    'healthcheck --interval= cmd ["a"]',
    'HEALTHCHECK --interval=1.s --timeout=1h1.5m2s CMD a',
    'SHELL ["a"]',
    'ONBUILD RUNN a',
    'ONBUILD COPY a',
    'ONBUILD COPY --x a b',
    'VOLUME /a /b',
    'VOLUME []'.replace('[]', '["/a"]'),
    'FROM ${NONE:-debian}',
    'FROM debian:${TARGETARCH}',
    'FROM "debian"',
    'FROM --platform=$BUILDPLATFORM debian',
    'FROM --platform=${NONE:-linux/amd64} debian',
    'FROM --platform= debian',
    'FROM --platform=linux/arm/v7 debian',
    'FROM --platform=arm64 debian',
    'FROM --platform=windows(10.0.1)/amd64 debian',
    'FROM --platform=x/y debian',
    'FROM localhost:5000/a/b_c/d--e.f:X_y.z-1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'FROM EXAMPLE.com/a',
    'FROM one AS ONE-2.x__y--z',
    'FROM scratch as two',
  ])
    assert.deepEqual(problems(inStage(line)), [], line);
  assert.deepEqual(problems('ARG A\nARG B=debian\nFROM $A\nFROM $B:$A\nFROM ${A}x\n'), []);
});

test('a file without a stage, and what stands before the first', () => {
  const nothing = [
    { at: '', message: 'There is no FROM, and so nothing to build. Write FROM and an image.', fixed: undefined },
  ];
  assert.deepEqual(problems(''), nothing);
  assert.deepEqual(problems('# comment\n\n'), nothing);
  assert.deepEqual(problems('ARG A\nARG B\n')[0]!.at, 'ARG');
  const marked = (text: string) => problems(text).map(({ at }) => at);
  assert.deepEqual(marked('ARG A\nRUN a\nRUN b\n'), ['RUN']);
  assert.deepEqual(marked('RUN a\nRUN b\nFROM c\nRUN d\n'), ['RUN']);
  assert.deepEqual(marked('FRM a\nRUN b\nRUN c\nFROM d\n'), ['FRM'], 'what follows is not said to be wrong');
});

test('directives', () => {
  const marked = (text: string) =>
    problems(`${text}\nFROM a\n`).map(({ at, message }) => `${at}: ${message.split(/[.?] /)[0]}`);
  assert.deepEqual(marked('# syntax=a\n# syntax=b'), [
    '# syntax=b: “syntax” is set twice, and BuildKit allows it once',
  ]);
  assert.deepEqual(marked('#escape=x'), ['#escape=x: The escape character can only be \\ or `']);
  assert.deepEqual(marked('# check=skp=all'), ['# check=skp=all: “skp=all” is no option of “check”']);
  assert.deepEqual(marked('# check=error'), ['# check=error: “error” is no option of “check”']);
  assert.deepEqual(marked('# check=error=yes'), ['# check=error=yes: “error” is on or off, and not “yes”']);
  assert.deepEqual(marked('# check=skip=A,B; error=true ;experimental=all'), []);
  assert.deepEqual(marked('# a comment\n# escape=x'), [], 'it is a comment there');
});

test('a quote is left as it is behind the escape character of the file', () => {
  const [problem] = problems('# escape=`\nFROM a\nENV A=C:\\a"\n');
  assert.equal(problem!.message, 'A quote is not closed in “A=C:\\a"”. Close the quote, or write ` before it.');
  assert.deepEqual(problems('# escape=`\nFROM a\nENV A=C:\\a`"\n'), []);
});

test('a broken line, half typed, changes nothing of what is said of the others', () => {
  const text = (line: string) => `FROM a AS one\nRUN b\n${line}\nFROM c\nCOPY --from=one d e\nCMD ["f"]\n`;
  for (const line of [
    'R',
    'RU',
    'RUN <<E',
    'COPY',
    'COPY --f',
    'ENV A',
    'ENV A="',
    'FRO',
    'SHELL [',
    'HEALTHCHECK --interval=',
  ]) {
    const { stages, problems } = readDockerfile(text(line));
    assert.deepEqual([stages.length, stages[1]?.instructions.length], [2, 2], line);
    assert.equal(problems.length, 1, line);
    assert.deepEqual(problems[0]?.range.start.line, 2, line);
  }
});
