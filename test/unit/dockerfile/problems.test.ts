/** What BuildKit stops at, and where; and what it takes. Each line was held against its parser and grammar (moby/buildkit@73ed682). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';

/** The text that each problem marks, and its sentences. */
const problems = (text: string) => {
  const { problems, lines } = readDockerfile(text);
  return problems.map(({ message, range, fix }) => ({
    at: text.slice(lines.offset(range.start), lines.offset(range.end)),
    message,
    fixed: fix && applyEdits(text, [fix]),
  }));
};

const inStage = (line: string) => `FROM a AS one\n${line}\n`;

/** Line, what is marked, what its first sentence says, and what the fix makes of the line. */
const refused: readonly (readonly [line: string, at: string, says: RegExp, fixed?: string])[] = [
  ['RUNN make', 'RUNN', /not a Dockerfile instruction\. Write RUN, if that is meant\./, 'RUN make'],
  ['copi a b', 'copi', /Write copy, if that is meant\./, 'copy a b'],
  ['&& make', '&&', /belongs to the line above/],
  ['COPY --form=x a b', '--form=x', /no flag --form\. Write --from, if that is meant\./, 'COPY --from=x a b'],
  ['COPY --unpack a b', '--unpack', /no flag --unpack\. Remove it; there are --from, /],
  ['ADD --from=x a b', '--from=x', /no flag --from/],
  ['ENTRYPOINT --version', '--version', /no flag --version\. Write the command as a JSON array/],
  ['USER --x 1', '--x', /no flag --x\. Remove it\./],
  [
    'RUN --mount=type=cache,target=/a --networ=none b',
    '--networ=none',
    /Write --network, if that is meant\./,
    'RUN --mount=type=cache,target=/a --network=none b',
  ],
  ['RUN --mount=type=cahe,target=/a b', 'cahe', /“cahe” is no type of mount/],
  ['RUN --mount=type=cache,targt=/a b', 'targt=/a', /“targt” is no option of a mount\. Write target, if/],
  ['RUN --mount=type=bind,from=$X,target=/a b', '$X', /takes no variable in “from”/],
  ['RUN --mount=type=bind,nothing \\\n b', 'nothing', /“nothing” is no option of a mount\. Remove it/],
  ['COPY --chown a b', '--chown', /has no value/],
  ['COPY --link= a b', '--link=', /has no value/],
  ['COPY --link=yes a b', 'yes', /on or off, and not “yes”/],
  ['COPY --from=x --from=y a b', '--from=y', /is there twice/],
  ['COPY', 'COPY', /names no files/],
  ['COPY a', 'a', /one of the two is missing/],
  ['ADD ["a"]', '"a"', /one of the two is missing/],
  ['COPY a <<EOF\nEOF', '<<EOF', /heredoc cannot be where COPY copies to/],
  ['COPY "a b" /c', '"a', /quote is not closed in “"a”\. Names with spaces/],
  ['WORKDIR', 'WORKDIR', /names nothing\. Write a folder/],
  ['USER', 'USER', /names nothing\. Write a user/],
  ['MAINTAINER', 'MAINTAINER', /names nothing/],
  ['ENV', 'ENV', /names nothing\. Write NAME=value/],
  ['ENV =a', '=a', /name is missing/],
  ['ENV a=b =c', '=c', /name is missing/],
  ['ENV a', 'a', /ENV takes pairs/],
  ['ENV a b "c', 'b "c', /quote is not closed/],
  ['ENV a="b', 'a="b', /quote is not closed/],
  ['ENV a=${b', 'a=${b', /variable is not written/],
  ['ENV a=${b:@c}', 'a=${b:@c}', /variable is not written/],
  ['LABEL a=b c', 'c', /LABEL takes pairs/],
  ['ARG', 'ARG', /names nothing\. Write a name/],
  ['ARG a =b', '=b', /name is missing/],
  ['EXPOSE', 'EXPOSE', /names nothing\. Write a port/],
  ['EXPOSE http', 'http', /is no port/],
  ['EXPOSE 80 70000', '70000', /is no port/],
  ['EXPOSE 80/icmp', '80/icmp', /is no port/],
  ['EXPOSE 90-80', '90-80', /is no port/],
  ['EXPOSE 80,443', '80,443', /is no port/],
  ['VOLUME', 'VOLUME', /names nothing/],
  ['VOLUME [" "]', '" "', /volume has no folder/],
  ['STOPSIGNAL', 'STOPSIGNAL', /names nothing/],
  ['STOPSIGNAL SIGTEM', 'SIGTEM', /is no signal/, 'STOPSIGNAL SIGTERM'],
  ['STOPSIGNAL 0', '0', /is no signal/],
  ['HEALTHCHECK', 'HEALTHCHECK', /says nothing/],
  ['HEALTHCHECK NONE x y', 'x y', /stands alone/],
  ['HEALTHCHECK CMD', 'CMD', /runs nothing/],
  ['HEALTHCHECK CMD []', 'CMD', /runs nothing/],
  ['HEALTHCHECK curl x', 'curl', /CMD or NONE, and not “curl”/, 'HEALTHCHECK CMD curl x'],
  ['HEALTHCHECK --interval=30 CMD a', '30', /is no time that --interval/, 'HEALTHCHECK --interval=30s CMD a'],
  ['HEALTHCHECK --timeout=10us CMD a', '10us', /is no time/],
  ['HEALTHCHECK --timeout=-1s CMD a', '-1s', /is no time/],
  ['HEALTHCHECK --retries=-1 CMD a', '-1', /no number of retries/],
  ['SHELL /bin/bash -c', '/bin/bash -c', /JSON array/, 'SHELL ["/bin/bash", "-c"]'],
  ['SHELL []', '[]', /JSON array/],
  ['SHELL', 'SHELL', /JSON array/],
  ['CMD ["a", 1]', '["a", 1]', /holds strings only/, 'CMD ["a", "1"]'],
  ['ONBUILD', 'ONBUILD', /carries no instruction/],
  ['ONBUILD ONBUILD RUN a', 'ONBUILD', /cannot carry ONBUILD/],
  ['onbuild from a', 'from', /cannot carry FROM/],
  ['ONBUILD MAINTAINER a', 'MAINTAINER', /cannot carry MAINTAINER/],
  ['ONBUILD ENV a', 'a', /ENV takes pairs/],
  ['FROM', 'FROM', /names no image/],
  ['FROM a b', 'b', /an image, AS and a name/, 'FROM a AS b'],
  ['FROM a AS', 'AS', /an image, AS and a name/],
  ['FROM a AS 1b', '1b', /stage name begins with a letter/],
  ['FROM a AS b_', 'b_', /stage name ends in/],
  ['FROM a AS b._c', 'b._c', /stage name ends in/],
  ['FROM --platfrom=x a', '--platfrom=x', /Write --platform, if that is meant\./, 'FROM --platform=x a'],
  ['FROM --platform=$BULIDPLATFORM a', '$BULIDPLATFORM', /declares “BULIDPLATFORM”.+ Write BUILDPLATFORM, if/],
  ['FROM --platform=linux/${NONE} a', 'linux/${NONE}', /No ARG above the first FROM declares “NONE”/],
  ['FROM $NONE', '$NONE', /No ARG above the first FROM declares “NONE”/],
  ['FROM debian:${NONE}', 'debian:${NONE}', /No ARG above the first FROM declares “NONE”/],
  ['FROM Debian:13', 'Debian:13', /in lower case, and “Debian:13” is not/, 'FROM debian:13'],
  ['FROM One', 'One', /finds a stage by its name in lower case/, 'FROM one'],
  ['FROM debian:', 'debian:', /can be no name of an image/],
  ['FROM debian 13', '13', /an image, AS and a name/, 'FROM debian AS 13'],
];

for (const [line, at, says, fixed] of refused) {
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
    'ADD --keep-git-dir --unpack=false --checksum=sha256:x --link a b',
    'COPY ["a b", "/c"]',
    'COPY <<EOF <<"E2" /c/\nEOF\nE2',
    "COPY a\\ b 'c' /d",
    'COPY --chown=$A $B ${C:-d} ${E#f*} /g',
    'CMD -- --version',
    'ARG --x a',
    'ARG a b=c d="e f"',
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
    'FROM localhost:5000/a/b_c/d--e.f:X_y.z-1@sha256:0123456789abcdef0123456789abcdef',
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
