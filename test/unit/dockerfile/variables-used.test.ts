import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { commandsIn, wordsIn } from '../../../server/dockerfile/run-scripts.ts';
import { variablesIn, variablesUsed } from '../../../server/dockerfile/variables-used.ts';

const used = (text: string, head = '') =>
  [...variablesUsed(readDockerfile(`${head}FROM x\n${text}\n`).instructions[1]!, head ? '`' : '\\')].join(' ');

test('what BuildKit puts into a word', () => {
  assert.equal([...variablesIn('a$B-${C:-${D}}/\\$E"$F"', '\\')].join(' '), 'B C D F');
  assert.equal([...variablesIn("'$A'$BC", '\\')].join(' '), 'BC');
  assert.equal(used('ENV A=$B C=\'$D\' E="${F}" \\\n# $G\n H=\\$I'), 'B F');
  assert.equal(used('ENV A=$B C=`$D', '# escape=`\n'), 'B');
  assert.equal(used('ARG A B=$C'), 'C');
  assert.equal(used('COPY --chown=$A --from=b ["$C", "/${D#x}"]'), 'A C D');
  assert.equal(used('COPY <<A <<"B" /\n$C it\'s ${D}\nA\n$E\nB'), 'C D');
  assert.equal(used('MAINTAINER $A'), '');
  assert.equal(used('ONBUILD ENV A=$B'), '');
});

test('what the shell of a RUN puts in', () => {
  assert.equal(used('RUN echo "$A" \'$B\' \\$C $D_E ${F%.*} # $G'), 'A D_E F');
  assert.equal(used('RUN a \\\n# $B\n && $C'), 'C');
  assert.equal(used('RUN case "$A" in $B) c;; esac; for d in $E; do f; done > $G; [[ $H ]]'), 'A B E G H');
  assert.equal(used('RUN a "$(b \'$C\' $D)" `$E` $((F + $G)) ${#H} ${!I}'), 'D E G H I');
  assert.equal(used('RUN --mount=type=cache,target=/$A b'), 'A');
  assert.equal(used('RUN ["a", "$B"]'), '');
  assert.equal(used('CMD a $B'), 'B');
});

test('a script for another shell uses what it reads from its environment', () => {
  assert.equal(used("RUN sh -ec 'echo $A'"), 'A');
  assert.equal(used('RUN ["/bin/bash", "-c", "echo $A"]'), 'A');
  assert.equal(used("RUN bash <<'EOF'\necho $A '$B'\nEOF"), 'A');
  assert.equal(used("RUN <<EOF\necho $A it\\'s\ncat <<X\n'$B'\nX\ncat <<'Y'\n$C\nY\nEOF"), 'A B');
  assert.equal(used("RUN cat <<EOF\n'$A' \\$B\nEOF"), 'A');
  assert.equal(used("RUN cat <<'EOF'\n$A\nEOF"), '');
});

test('all words of an instruction', () => {
  const words = (text: string) => wordsIn(readDockerfile(`FROM x\n${text}\n`).instructions[1]!).join('|');
  assert.equal(
    words('RUN --mount=type=cache,target=/b cd "/r" && sh -c \'c d\' > e # f'),
    'type=cache,target=/b|cd|/r|sh|-c|c d|e|c|d',
  );
  assert.equal(
    words('RUN a=$(b "`c d`" $((e + 1))) f <(g)'),
    'a=$(b "`c d`" $((e + 1)))|b|`c d`|c|d|$((e + 1))|f|<(g)|g',
  );
  assert.equal(words("RUN a '$(b)' \\$\\(c\\)"), 'a|$(b)|$(c)');
  assert.equal(words('RUN cat <<A\nb\nA'), 'cat|A');
  assert.equal(words('COPY --chown=a ["b c", "/d"]'), 'b c|/d|a');
  assert.equal(words('CMD ["sh", "-c", "e f"]'), 'sh|-c|e f|e|f');
});

test('all commands of an instruction', () => {
  const commands = (text: string) =>
    commandsIn(readDockerfile(`FROM x\n${text}\n`).instructions[1]!)
      .map((words) => words.join(' '))
      .join('|');
  assert.equal(commands('RUN A=$(b c) sudo d && sh -c \'e "$(f)"\' # g'), 'b c|d|sh -c e "$(f)"|f|e $(f)');
  assert.equal(commands('RUN case "$(uname -m)" in a) b;; esac'), 'uname -m|b');
  assert.equal(commands('CMD ["tini", "--", "/a", "b"]'), '/a b');
});

test('a text that is made to hurt is read in bounds', () => {
  for (const text of ['${a', '$(', '"$(', '`', "${a:-'", "sh -c '", '<<a\n'])
    assert.doesNotThrow(() => used(`RUN ${text.repeat(20_000)}`));
});
