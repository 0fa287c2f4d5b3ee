import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { asExec, shellCommands } from '../../../server/dockerfile/shell-words.ts';

const words = (text: string) => shellCommands(text).map((command) => command.words.map(({ value }) => value));
const operators = (text: string) => shellCommands(text).map(({ operator }) => operator);
const exec = (text: string) => asExec(readDockerfile(`CMD ${text}`).instructions[0]!.command!);

test('commands are cut at operators', () => {
  assert.deepEqual(words('a b&&c||d;e|f&g\nh'), [['a', 'b'], ['c'], ['d'], ['e'], ['f'], ['g'], ['h']]);
  assert.deepEqual(operators('a b&&c||d;e|f&g\nh'), ['&&', '||', ';', '|', '&', '\n', undefined]);
  assert.deepEqual(words(''), []);
  assert.deepEqual(words(' ; '), []);
});

test('but not inside quotes and substitutions', () => {
  assert.deepEqual(words('a "b && c" \'d ; e\' f\\;g'), [['a', 'b && c', 'd ; e', 'f;g']]);
  assert.deepEqual(words('a $(b && c "$(d; e)") `f | g` ${h:-i; j}'), [
    ['a', '$(b && c "$(d; e)")', '`f | g`', '${h:-i; j}'],
  ]);
  assert.deepEqual(words('a "$(b "c && d")" e'), [['a', '$(b "c && d")', 'e']]);
  assert.deepEqual(words('a $(echo ")") b'), [['a', '$(echo ")")', 'b']]);
});

test('each word knows where it stands', () => {
  const text = 'a  "b c"; d';
  const places = shellCommands(text).flatMap((command) =>
    command.words.map(({ start, end }) => text.slice(start, end)),
  );
  assert.deepEqual(places, ['a', '"b c"', 'd']);
  assert.deepEqual(
    shellCommands(text).map(({ start, end }) => text.slice(start, end)),
    ['a  "b c"', 'd'],
  );
});

test('quotes and escapes are taken away as the shell does', () => {
  assert.deepEqual(words(`a"b"'c'd "e\\"\\n" 'f\\g' h\\ i \\\n j ""`), [['abcd', 'e"\\n', 'f\\g', 'h i', 'j', '']]);
});

test('what the shell would make something else of is called dynamic', () => {
  const dynamic = (text: string) => shellCommands(text)[0]?.words.map((word) => word.dynamic);
  assert.deepEqual(dynamic('a $b ${c} $(d) `e` *.f g? [h] ~/i {j,k} "$l" $1 $@'), [false, ...Array(12).fill(true)]);
  assert.deepEqual(dynamic('a \'$b\' "*" \\$c d$ {} a{b} e~ [ "'), [...Array(9).fill(false), true]);
});

test('assignments and redirections are no words', () => {
  const [command] = shellCommands('A=1 B="2 3" c D=4 >/e 2>&1 <f 2>>g');
  assert.deepEqual(
    command?.assignments.map(({ text }) => text),
    ['A=1', 'B="2 3"'],
  );
  assert.deepEqual(
    command?.words.map(({ text }) => text),
    ['c', 'D=4'],
  );
  assert.deepEqual(
    command?.redirections.map(({ operator, target }) => `${operator} ${target?.text}`),
    ['> /e', '2>& 1', '< f', '2>> g'],
  );
});

test('comments reach to the end of the line', () => {
  assert.deepEqual(words('a b#c # d && e\nf'), [['a', 'b#c'], ['f']]);
});

test('commands in groups are found, and marked', () => {
  assert.deepEqual(words('(a; b) && { c; } && if d; then e; fi && ! f'), [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]);
  assert.ok(shellCommands('(a)')[0]?.compound);
  assert.ok(shellCommands('! a')[0]?.compound);
  assert.ok(!shellCommands('a; b')[1]?.compound);
});

test('plain commands have an exec form', () => {
  assert.deepEqual(exec('node server.js --port 80'), ['node', 'server.js', '--port', '80']);
  assert.deepEqual(exec('exec java -jar "my app.jar" \'a$b\''), ['java', '-jar', 'my app.jar', 'a$b']);
  assert.deepEqual(exec('a ""'), ['a', '']);
  assert.deepEqual(exec('["a", "b"]'), ['a', 'b']);
});

test('where the shell itself has something to do, there is none', () => {
  const refused = [
    'a $B',
    'a "$B"',
    'a `b`',
    'a *.js',
    'a ~/b',
    'a {b,c}',
    'a && b',
    'a; b',
    'a;',
    'a &',
    'a | b',
    'a > b',
    'A=1 a',
    'a # b',
    '(a)',
    '! a',
    'if a; then b; fi',
    'a "b',
    'a b\\ c',
    'a "b\\"c"',
    'cd /a',
    '. ./a',
    'exec -a b c',
    'exec',
    'export A=1',
    '""',
  ];
  for (const text of refused) assert.equal(exec(text), undefined, text);
});

test('what a case compares, what a for goes through, and the name of a function are no commands', () => {
  assert.deepEqual(words('case "$curl" in curl|wget) a b;; (c) d ;; *) esac; e'), [['a', 'b'], ['d'], ['e']]);
  assert.deepEqual(words('case x in a) case y in b) c;; esac;; d) e; esac\nf'), [['c'], ['e'], ['f']]);
  assert.deepEqual(words('case x in\n# why\n a) b ;;\n esac'), [['b']]);
  assert.deepEqual(words('for curl in wget git; do a $curl; done'), [['a', '$curl']]);
  assert.deepEqual(words('for x\ndo a; done; for y; do b; done; select z in c; do d; done'), [['a'], ['b'], ['d']]);
  assert.deepEqual(words('for ((i=0; i<3; i++)); do a; done'), [['a']]);
  assert.deepEqual(words('retry() { a "$@"; }; function wait { b; }; retry c'), [['a', '$@'], ['b'], ['retry', 'c']]);
});

test('nor is what bash counts, tests or lists', () => {
  assert.deepEqual(words('[[ $a == b && -n $c ]] && d; (( e > 1 )) && f; ((a); b)'), [
    ['[['],
    ['d'],
    ['f'],
    ['a'],
    ['b'],
  ]);
  const [first, second] = shellCommands('a=(curl wget) b; c=([x]=$(d)) e');
  assert.deepEqual(
    [...first!.assignments, ...first!.words, ...second!.assignments, ...second!.words].map(({ text }) => text),
    ['a=(curl wget)', 'b', 'c=([x]=$(d))', 'e'],
  );
  assert.deepEqual(words('rm -rf !(a|b) && c'), [['rm', '-rf', '!(a|b)'], ['c']]);
});

test('a process that is read like a file is part of its word', () => {
  assert.deepEqual(words('diff <(curl a) >(tee b) && c'), [['diff', '<(curl a)', '>(tee b)'], ['c']]);
  assert.equal(shellCommands('diff <(a)')[0]?.words[1]?.dynamic, true);
});

test('the text of a heredoc is no command, that of a here-string a word', () => {
  assert.deepEqual(words("cat <<A > b; c\napt-get install curl\nA\nd <<-'B C' <<D\n\te\n\tB C\nf\nD\ng"), [
    ['cat'],
    ['c'],
    ['d'],
    ['g'],
  ]);
  assert.deepEqual(words('a <<<"b" c\nd <<e\nnever ends'), [['a', 'c'], ['d']]);
  assert.deepEqual(words('case x in a) b <<C ;;\nd) e\nC\nf) g ;; esac'), [['b'], ['g']]);
});

test('quotes in ${…} end where those of the shell do', () => {
  assert.deepEqual(words("a ${b:-'}'} c \"${d:-it's}\" e"), [['a', "${b:-'}'}", 'c', "${d:-it's}", 'e']]);
  assert.deepEqual(words('a $(case x in b) c;; esac) d $(echo case x) e'), [
    ['a', '$(case x in b) c;; esac)', 'd', '$(echo case x)', 'e'],
  ]);
  assert.deepEqual(words("a $(b # it's\n) c"), [['a', "$(b # it's\n)", 'c']]);
  assert.deepEqual(words('a `(b; c)` $((1 << 2)) d'), [['a', '`(b; c)`', '$((1 << 2))', 'd']]);
});

test('each ( ) is told from the next', () => {
  const [a, b, c, d] = shellCommands('(a; (b)); (c); d').map(({ subshell }) => subshell);
  assert.equal(b?.outer, a);
  assert.ok(a && c && a !== c && !c.outer && !d);
});

test('commands joined from several lines are cut as on one', () => {
  assert.deepEqual(words('a \\\n  && b \\\n# no comment ends a line that is joined\n'), [['a'], ['b']]);
  const text = 'RUN a \\\n  # apt-get install curl\n  && b \\\n\n  && c d\\\ne\n';
  const command = readDockerfile(`FROM x\n${text}`).instructions[1]?.command;
  assert.deepEqual(words(command?.kind === 'shell' ? command.text : ''), [['a'], ['b'], ['c', 'de']]);
});

test('the first words of a compound command, and what only looks like one', () => {
  assert.deepEqual(words('if ! command -v curl; then a; elif b; then c; else d; fi | e'), [
    ['command', '-v', 'curl'],
    ['a'],
    ['b'],
    ['c'],
    ['d'],
    ['e'],
  ]);
  assert.deepEqual(words('echo if then; "if" a; X=1 for'), [['echo', 'if', 'then'], ['if', 'a'], ['for']]);
});
