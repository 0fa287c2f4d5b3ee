/** What a RUN runs: programs with their words, folders and lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { readSubject } from '../../../server/recipes/subject.ts';

/** `line folder$ NAME=value program arguments > target`, lines from 1. */
function commands(text: string): string[] {
  const dockerfile = readDockerfile(`FROM x\nWORKDIR /w\n${text}`);
  const subject = readSubject(dockerfile, dockerfile.stages[0]!, undefined, new Map(), '2026-11-21');
  return subject.steps.flatMap((step) =>
    step.commands.map(({ words, env, cwd, writes, line }) =>
      [
        `${line + 1} ${cwd ?? '?'}$`,
        ...[...env].map(([name, value]) => `${name}=${value}`),
        ...words,
        ...writes.map((it) => `> ${it}`),
      ].join(' '),
    ),
  );
}

test('each command of a chain has its own line', () => {
  assert.deepEqual(
    commands(
      'RUN set -eux; \\\n    # a comment; not a command\n    apk add git \\\n      make && \\\n\n    go build -o "/a b" .\n',
    ),
    ['3 /w$ set -eux', '5 /w$ apk add git make', '8 /w$ go build -o /a b .'],
  );
});

test('cd holds until the end of its RUN, and of its parentheses', () => {
  assert.deepEqual(commands('RUN cd client && npm ci && (cd ../server && npm ci) && npm test\nRUN npm ls\n'), [
    '3 /w/client$ npm ci',
    '3 /w/server$ npm ci',
    '3 /w/client$ npm test',
    '4 /w$ npm ls',
  ]);
  assert.deepEqual(commands('RUN cd $SOMEWHERE && make; cd /x && make; cd ~ && make\n'), [
    '3 ?$ make',
    '3 /x$ make',
    '3 ?$ make',
  ]);
});

test('variables of the Dockerfile and of the shell are filled in where they are known', () => {
  assert.deepEqual(commands("ARG OUT=/out\nENV NAME=app\nRUN go build -o $OUT/${NAME} && echo '$NAME' $OTHER\n"), [
    '5 /w$ go build -o /out/app',
    '5 /w$ echo $NAME $OTHER',
  ]);
  assert.deepEqual(commands('RUN export A=1 B=2; C=3 go build; env D=4 go vet; E=5\nRUN go test\n'), [
    '3 /w$ A=1 B=2 C=3 go build',
    '3 /w$ A=1 B=2 D=4 go vet',
    '4 /w$ go test',
  ]);
});

test('where output goes', () => {
  assert.deepEqual(commands('RUN echo a > /etc/a 2>&1 && date >>b 2>/dev/null && cat < /in\n'), [
    '3 /w$ echo a > /etc/a',
    '3 /w$ date > b > /dev/null',
    '3 /w$ cat',
  ]);
});

test('exec form, shells in shells, and words that only lead to a command', () => {
  assert.deepEqual(commands('RUN ["go", "build", "-o", "/a b"]\n'), ['3 /w$ go build -o /a b']);
  assert.deepEqual(commands('RUN ["/bin/sh", "-c", "cd x && make"]\n'), ['3 /w/x$ make']);
  assert.deepEqual(commands("RUN bash -lc 'npm ci; npm test'\n"), ['3 /w$ npm ci', '3 /w$ npm test']);
  assert.deepEqual(commands('RUN if [ -f x ]; then sudo make; fi\n').at(-1), '3 /w$ make');
});

test('heredocs are scripts with lines of their own', () => {
  assert.deepEqual(
    commands(
      'RUN <<EOF\nset -e\ngo build -o /a \\\n  ./cmd\ncat <<X > /c\nrm -rf /\nX\n  # done\nmake\nEOF\nRUN true\n',
    ),
    ['4 /w$ set -e', '5 /w$ go build -o /a ./cmd', '7 /w$ cat > /c', '11 /w$ make', '13 /w$ true'],
  );
  assert.deepEqual(commands('RUN bash -e <<EOF\nmake\nEOF\n'), ['4 /w$ make']);
  assert.deepEqual(commands('RUN cat <<EOF > /x\nmake\nEOF\n'), ['3 /w$ cat > /x']);
  assert.deepEqual(commands('RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF\n'), ['4 /w$ python3']);
});

test('of a thousand variables in one RUN only the first are known, and those can change', () => {
  const sets = Array.from({ length: 1000 }, (_, i) => `V${i}=a`);
  const [first, second, ...more] = commands(`RUN ${sets.join(' && ')} && V1=b $V1$V9 && $V999\n`);
  assert.match(first!, /^3 \/w\$ V0=a V1=b V2=a .* ba$/);
  assert.match(second!, / \$V999$/);
  assert.deepEqual(more, []);
});

test('what only runs a program is left out, and what asks for one does not run it', () => {
  assert.deepEqual(commands('RUN sudo -E -u app A=1 make && command -v curl && time -p nice -n 10 go build\n'), [
    '3 /w$ A=1 make',
    '3 /w$ command -v curl',
    '3 /w$ go build',
  ]);
});

test('a pattern of a case ends no parentheses, and what is exported in them is gone behind them', () => {
  assert.deepEqual(commands('RUN (cd /a && case $X in x) make;; esac; make); make\n'), [
    '3 /a$ make',
    '3 /a$ make',
    '3 /w$ make',
  ]);
  assert.deepEqual(commands('RUN (export A=1; make); make\n'), ['3 /w$ A=1 make', '3 /w$ make']);
  assert.deepEqual(commands('RUN cd /a && bash <<EOF && make\ncd /b\nmake\nEOF\n'), ['5 /b$ make', '3 /a$ make']);
});

test('what xargs runs is given more than is written', () => {
  assert.deepEqual(commands('RUN cat list | xargs -r apt-get install -y\n'), [
    '3 /w$ cat list',
    '3 /w$ apt-get install -y $@',
  ]);
});
