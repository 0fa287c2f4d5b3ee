import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command, Instruction } from '../../../server/dockerfile/dockerfile.ts';
import { createReader, readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import type { Range } from '../../../server/dockerfile/text.ts';

const only = (text: string): Instruction => {
  const { instructions } = readDockerfile(text);
  assert.equal(instructions.length, 1);
  return instructions[0]!;
};
/** What stands in the file at a range. */
const at = (text: string, range: Range) => {
  const { lines } = readDockerfile(text);
  return text.slice(lines.offset(range.start), lines.offset(range.end));
};
const values = (text: string) => only(text).args.map(({ value }) => value);
const exec = (command: Command | undefined) =>
  command?.kind === 'exec' ? command.words.map(({ value }) => value) : undefined;
const shell = (command: Command | undefined) => (command?.kind === 'shell' ? command.text : undefined);
const messages = (text: string) => readDockerfile(text).problems.map(({ message }) => message);

test('keyword, flags and arguments', () => {
  const text = 'copy --from=build --chown=1:1 --link a b /c/';
  const copy = only(text);
  assert.equal(copy.keyword, 'COPY');
  assert.equal(at(text, copy.keywordRange), 'copy');
  assert.deepEqual(
    copy.flags.map(({ name, value }) => [name, value]),
    [
      ['from', 'build'],
      ['chown', '1:1'],
      ['link', undefined],
    ],
  );
  assert.deepEqual(
    copy.flags.map(({ range, valueRange }) => [at(text, range), valueRange && at(text, valueRange)]),
    [
      ['--from=build', 'build'],
      ['--chown=1:1', '1:1'],
      ['--link', undefined],
    ],
  );
  assert.deepEqual(values(text), ['a', 'b', '/c/']);
});

test('flags end at the first word without dashes, or at two dashes alone', () => {
  assert.deepEqual(values('COPY --a=b -- --from=c d'), ['--from=c', 'd']);
  assert.deepEqual(values('COPY a --from=c d'), ['a', '--from=c', 'd']);
  assert.deepEqual(only('RUN --mount="type=bind,source=a b" ls').flags[0]?.value, 'type=bind,source=a b');
  assert.deepEqual(only('HEALTHCHECK --interval=5s --retries=3 CMD a').flags.length, 2);
  // BuildKit looks for flags in every instruction.
  assert.deepEqual(only('CMD --foo bar').flags[0]?.name, 'foo');
});

test('FROM has image, AS and name, without its flags', () => {
  const text = 'FROM --platform=$BUILDPLATFORM node:22 AS Build';
  assert.deepEqual(values(text), ['node:22', 'AS', 'Build']);
  assert.equal(readDockerfile(text).stages[0]?.platform, '$BUILDPLATFORM');
});

test('exec form is a JSON array of strings and nothing else', () => {
  assert.deepEqual(exec(only('CMD ["a", "b c"]').command), ['a', 'b c']);
  assert.deepEqual(exec(only('CMD []').command), []);
  assert.deepEqual(exec(only('CMD [ "\\u0041\\n\\"\\\\" ]').command), ['A\n"\\']);
  assert.equal(shell(only("CMD ['a']").command), "['a']");
  assert.equal(shell(only('CMD ["a"] b').command), '["a"] b');
  assert.equal(shell(only('CMD ["a",]').command), '["a",]');
  assert.equal(shell(only('CMD ["a"').command), '["a"');
  assert.equal(shell(only('CMD a ["b"]').command), 'a ["b"]');
  assert.equal(only('CMD').command, undefined);
});

test('a JSON array of something else is reported', () => {
  assert.match(messages('FROM a\nCMD ["a", 1]')[0] ?? '', /strings only/);
  assert.deepEqual(messages('FROM a\nCOPY [1] /b'), []);
  assert.match(messages('FROM a\nCOPY ["a", null]')[0] ?? '', /strings only/);
});

test('each word of the exec form is found with its quotes, also over lines, CRLF and characters of four bytes', () => {
  const text = 'ENTRYPOINT ["💥", \\\r\n  # why\r\n  "b\\"c", \\\r\n"d"]\r\n';
  const { command, range } = only(text);
  assert.ok(command?.kind === 'exec');
  assert.deepEqual(
    command.words.map((word) => [word.text, at(text, word.range)]),
    [
      ['"💥"', '"💥"'],
      ['"b\\"c"', '"b\\"c"'],
      ['"d"', '"d"'],
    ],
  );
  assert.deepEqual(command.words[0]?.range, { start: { line: 0, character: 12 }, end: { line: 0, character: 16 } });
  assert.deepEqual(command.words[1]?.range, { start: { line: 2, character: 2 }, end: { line: 2, character: 8 } });
  assert.deepEqual(range.end, { line: 3, character: 4 });
});

test('shell form is what the shell gets', () => {
  const text = 'RUN apk add \\\n  # a comment\n  curl \\\n\n  git  \n';
  const { command } = only(text);
  assert.equal(shell(command), 'apk add   curl   git');
  assert.equal(at(text, command!.range), 'apk add \\\n  # a comment\n  curl \\\n\n  git');
  assert.equal(shell(only('RUN --mount=type=cache,target=/x npm ci').command), 'npm ci');
});

test('a word that is broken by a continuation is one word, over two lines', () => {
  const text = 'USER no\\\nbody';
  const [user] = only(text).args;
  assert.equal(user?.value, 'nobody');
  assert.deepEqual(user?.range, { start: { line: 0, character: 5 }, end: { line: 1, character: 4 } });
});

test('a range ends behind its last character, not before the first of the next line', () => {
  const text = 'COPY a\\\n b /c';
  assert.deepEqual(only(text).args[0]?.range.end, { line: 0, character: 6 });
});

test('quotes and escapes are taken away from values, not from texts', () => {
  const [a, b, c, d] = only('ENV A="b \\"c\\"" B=\'d $E\' C=e\\ f D=${X:-y}').args;
  assert.deepEqual(
    [a, b, c, d].map((word) => word?.value),
    ['A=b "c"', 'B=d $E', 'C=e f', 'D=${X:-y}'],
  );
  assert.deepEqual(values("ENV A='b\\' C=d"), ['A=b\\', 'C=d']);
  assert.equal(a?.text, 'A="b \\"c\\""');
});

test('the old form of ENV takes the rest of the line', () => {
  assert.deepEqual(values('ENV name a  b=c'), ['name', 'a  b=c']);
  assert.deepEqual(values('LABEL k v'), ['k', 'v']);
});

test('ENV and LABEL without a value are reported', () => {
  assert.match(messages('FROM a\nENV b')[0] ?? '', /ENV takes pairs/);
  const { problems } = readDockerfile('FROM a\nENV b=c d e=f');
  assert.deepEqual(problems[0]?.range, { start: { line: 1, character: 8 }, end: { line: 1, character: 9 } });
});

test('COPY, EXPOSE and the like are cut at white space, whatever is quoted', () => {
  assert.deepEqual(
    only('COPY "a b" /c').args.map(({ text }) => text),
    ['"a', 'b"', '/c'],
  );
  assert.deepEqual(values('COPY ["a b", "/c"]'), ['a b', '/c']);
  assert.deepEqual(values('EXPOSE 80\t443/tcp'), ['80', '443/tcp']);
});

test('WORKDIR, USER, STOPSIGNAL and MAINTAINER take the line as one', () => {
  assert.deepEqual(values('WORKDIR /a b'), ['/a b']);
  assert.deepEqual(values('USER "a"'), ['a']);
});

test('HEALTHCHECK has a command behind CMD, and none for NONE', () => {
  const text = 'HEALTHCHECK --timeout=3s CMD curl -f localhost || exit 1';
  const { command, args } = only(text);
  assert.equal(shell(command), 'curl -f localhost || exit 1');
  assert.equal(at(text, command!.range), 'curl -f localhost || exit 1');
  assert.equal(args[0]?.value, 'CMD');
  assert.deepEqual(exec(only('HEALTHCHECK cmd ["/h"]').command), ['/h']);
  assert.equal(only('HEALTHCHECK NONE').command, undefined);
});

test('ONBUILD has a trigger, but a trigger has none', () => {
  const text = 'ONBUILD COPY --from=a b \\\n c';
  const { trigger } = only(text);
  assert.equal(trigger?.keyword, 'COPY');
  assert.equal(trigger?.flags[0]?.value, 'a');
  assert.deepEqual(trigger?.args[1]?.range.start, { line: 1, character: 1 });
  assert.equal(only('ONBUILD ONBUILD RUN a').trigger?.trigger, undefined);
});

test('what is no instruction is reported, with what was meant where that is clear', () => {
  assert.deepEqual(messages('FROM a\nEXPOSEE 80'), [
    '“EXPOSEE” is not a Dockerfile instruction. Write EXPOSE, if that is meant.',
  ]);
  assert.deepEqual(messages('FROM a\nCOYP a b'), [
    '“COYP” is not a Dockerfile instruction. Write COPY, if that is meant.',
  ]);
  assert.match(
    messages('FROM a\n&& b')[0] ?? '',
    /“&&” is not a Dockerfile instruction. If it belongs to the line above/,
  );
});

test('an edit gives what reading the whole text anew gives', () => {
  const read = createReader();
  const plain = (text: string, how: (text: string) => unknown) => JSON.stringify(how(text));
  const first = 'FROM a AS b\nRUN c\nRUN c\n# d\nONBUILD RUN <<E\nx\nE\nCMD ["e", \\\n "f"]\n';
  for (const text of [
    first,
    `\n${first}`,
    first.replace('c\n', 'cc\n'),
    first,
    'FROM a\nENV B=c`d',
    '# escape=`\nFROM a\nENV B=c`d',
    `# escape=\`\n${first}`,
    `ARG x\n  ${first}`,
    '',
  ]) {
    assert.equal(plain(text, read), plain(text, readDockerfile));
  }
});
