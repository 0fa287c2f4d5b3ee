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
