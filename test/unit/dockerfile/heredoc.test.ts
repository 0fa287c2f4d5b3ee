import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReader, readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';

const heredocs = (text: string) =>
  readDockerfile(text).instructions.flatMap(({ heredocs }) => heredocs.map(({ name, content }) => [name, content]));
const keywords = (text: string) => readDockerfile(text).instructions.map(({ keyword }) => keyword);

test('the body of a heredoc is no instruction', () => {
  const text = 'FROM a\nRUN <<EOF\nUSER b\n# c\nEOF\nUSER d';
  assert.deepEqual(keywords(text), ['FROM', 'RUN', 'USER']);
  assert.deepEqual(heredocs(text), [['EOF', 'USER b\n# c\n']]);
  assert.deepEqual(readDockerfile(text).comments, []);
});

test('its instruction reaches to the end of its delimiter, the command to the end of its line', () => {
  const run = readDockerfile('RUN cat <<EOF > /f\na\nEOF\n\n').instructions[0];
  assert.deepEqual(run?.range.end, { line: 2, character: 3 });
  assert.deepEqual(run?.command?.range.end, { line: 0, character: 18 });
  assert.deepEqual(run?.heredocs[0]?.range, { start: { line: 0, character: 8 }, end: { line: 0, character: 13 } });
  assert.deepEqual(run?.heredocs[0]?.contentRange, {
    start: { line: 1, character: 0 },
    end: { line: 2, character: 0 },
  });
});

test('the forms that BuildKit takes', () => {
  assert.deepEqual(heredocs('RUN cat << EOF\na\nEOF'), [['EOF', 'a\n']]);
  assert.deepEqual(heredocs('RUN cat 3<<EOF\na\nEOF'), [['EOF', 'a\n']]);
  assert.deepEqual(heredocs('COPY <<a.txt <<b.txt /x/\n1\na.txt\n2\nb.txt'), [
    ['a.txt', '1\n'],
    ['b.txt', '2\n'],
  ]);
  assert.deepEqual(heredocs('ADD <<E /x\n1\r\nE\r\n'), [['E', '1\r\n']]);
  assert.deepEqual(heredocs('RUN a \\\n <<EOF\nx\nEOF'), [['EOF', 'x\n']]);
});

test('and those that it does not take', () => {
  assert.deepEqual(heredocs('RUN cat<<EOF\nUSER a'), []);
  assert.deepEqual(heredocs('RUN cat <<<EOF\nUSER a'), []);
  assert.deepEqual(heredocs('RUN "cat <<EOF"\nUSER a'), []);
  assert.deepEqual(heredocs('RUN echo $((1<<2))\nUSER a'), []);
  assert.deepEqual(heredocs('RUN ["a", "<<EOF"]\nUSER a'), []);
  assert.deepEqual(heredocs('CMD cat <<EOF\nUSER a'), []);
  // Its lexer stumbles over the quote, and then sees none.
  assert.deepEqual(heredocs("RUN echo it's <<EOF\nUSER a"), []);
  assert.deepEqual(heredocs('RUN echo ${A^^} <<EOF\nUSER a'), []);
});

test('a quoted name keeps variables, a dash drops leading tabs, also before the delimiter', () => {
  const [run] = readDockerfile("RUN <<'A' <<-\"B\" <<C''\n1\nA\n\t2\n\tB\n3\nC").instructions;
  assert.deepEqual(
    run?.heredocs.map(({ name, expand, chomp, content, terminated }) => [name, expand, chomp, content, terminated]),
    [
      ['A', false, false, '1\n', true],
      ['B', false, true, '\t2\n', true],
      ['C', false, false, '3\n', true],
    ],
  );
});

test('inside ONBUILD it belongs to the trigger', () => {
  const [onbuild, user] = readDockerfile('ONBUILD RUN <<EOF\na\nEOF\nUSER b').instructions;
  assert.deepEqual(
    onbuild?.trigger?.heredocs.map(({ content }) => content),
    ['a\n'],
  );
  assert.deepEqual(onbuild?.heredocs, []);
  assert.equal(user?.keyword, 'USER');
});

test('without its delimiter it reaches to the end of the file, and that is reported', () => {
  const { instructions, problems } = readDockerfile('FROM b\nRUN <<EOF\na\n EOF\n');
  assert.equal(instructions[1]?.heredocs[0]?.terminated, false);
  assert.equal(instructions[1]?.heredocs[0]?.content, 'a\n EOF\n');
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['The heredoc “EOF” has no end. Write EOF alone on the line after its text.'],
  );
});

test('a shift of bits that is taken for one is told how to be written', () => {
  const says = (line: string) => readDockerfile(`FROM b\nRUN ${line}\n`).problems.map(({ message }) => message);
  assert.deepEqual(says('echo $((1<<2))'), []);
  for (const line of ['echo $(( 1 << 2 ))', 'a=$((\tb <<c))'])
    assert.match(
      says(line)[0] ?? '',
      /has no end\. If no heredoc is meant, write it without spaces: \$\(\(1<<2\)\)\.$/,
    );
  assert.match(says('(( a )) && cat <<EOF')[0] ?? '', /Write EOF alone/);
});

test('without its delimiter it ends above the next stage, as long as no delimiter is written further down', () => {
  const read = createReader();
  const rest = 'from b AS two\nRUN <<X\nc\nX\nCMD d\n';
  const { stages, problems, instructions } = read(`FROM a\nRUN <<EOF\nfrom\nFROM --x\n\n${rest}`);
  assert.deepEqual([stages.length, problems.length, stages[1]?.name?.text], [2, 1, 'two']);
  assert.equal(instructions[1]?.heredocs[0]?.content, 'from\nFROM --x\n\n');
  assert.equal(instructions.at(-1)?.keyword, 'CMD');
  for (const [text, count] of [
    [`FROM a\nRUN <<EOF\n\n${rest}EOF\n`, 1],
    [`FROM a\nRUN <<EOF\n\n${rest}EOF`, 1],
    [`FROM a\nRUN <<EOF\n\n${rest}EO`, 2],
    [`FROM a\nRUN <<EOF\n\n${rest}EOF`, 1],
    [`FROM a\nRUN <<EOF\n\n${rest}EO`, 2],
    [`FROM a\nRUN <<EOF\nEOF\n${rest}EO`, 2],
    [`FROM a\nRUN <<EO\nEOF\n${rest}EO`, 1],
  ] as const) {
    const edited = read(text);
    assert.deepEqual(edited.stages.length, count, text);
    assert.deepEqual(
      { ...edited, lines: 0, instructions: 0, stages: 0 },
      { ...readDockerfile(text), lines: 0, instructions: 0, stages: 0 },
    );
  }
});

test('white space typed behind a heredoc without an end is in it, also when the rest is remembered', () => {
  const read = createReader();
  const content = (text: string) => read(text).instructions[0]?.heredocs[0]?.content;
  assert.equal(content('RUN <<EOF\na\n'), 'a\n');
  assert.equal(content('RUN <<EOF\na\n\n'), 'a\n\n');
});
