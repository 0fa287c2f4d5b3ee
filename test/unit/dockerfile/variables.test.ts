import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand, type Variable } from '../../../server/dockerfile/variables.ts';

const set = (value: string): Variable => ({ kind: 'set', value });
const variables = new Map<string, Variable>([
  ['X', set('aabbcab')],
  ['P', set('/usr/lib/lib.so.1')],
  ['E', set('')],
  ['S', set('😀é😀')],
  ['T', { kind: 'unknown', set: true, filled: true }],
  ['V', { kind: 'unknown', set: true }],
  ['U', { kind: 'unknown', set: false }],
]);
const value = (text: string, escapeToken = '\\') =>
  expand(text, escapeToken, (name) => variables.get(name) ?? { kind: 'unset', open: true });
const all = (cases: Record<string, string | undefined>) => {
  for (const [text, expected] of Object.entries(cases)) assert.equal(value(text), expected, text);
};

test('names', () => {
  all({
    $X: 'aabbcab',
    '${X}y': 'aabbcaby',
    '$X.y': 'aabbcab.y',
    $Xy: undefined,
    a$: 'a$',
    '$.': '$.',
    '\\$X': '$X',
    "'$X'": '$X',
    '"$X"': 'aabbcab',
  });
});

test('values for want of one', () => {
  all({
    '${N:-d}': 'd',
    '${N-d}': 'd',
    '${E:-d}': 'd',
    '${E-d}': '',
    '${X:-d}': 'aabbcab',
    '${N:-${M:-$X}}': 'aabbcab',
    '${N:-"a b"}': 'a b',
    '${X:+y}': 'y',
    '${E:+y}': '',
    '${E+y}': 'y',
    '${N+y}': '',
    '${X:?no}': 'aabbcab',
    '${N:?no}': undefined,
    '${E?no}': '',
  });
});

test('parts of a value', () => {
  all({
    '${X#a*b}': 'bcab',
    '${X##a*b}': '',
    '${X%b*}': 'aabbca',
    '${X%%b*}': 'aa',
    '${X%?}': 'aabbca',
    '${X#z}': 'aabbcab',
    '${P##*/}': 'lib.so.1',
    '${P%/*}': '/usr/lib',
    '${P%.so*}': '/usr/lib/lib',
  });
});

test('replacing in a value', () => {
  all({
    '${X/b/-}': 'aa-bcab',
    '${X//b/-}': 'aa--ca-',
    '${X/a*b/-}': '-',
    '${X//z/-}': 'aabbcab',
    '${X//b/}': 'aaca',
    '${P//\\//:}': ':usr:lib:lib.so.1',
  });
});

// The values are those of BuildKit 0.34.2.
test('all occurrences replaced as Go does it', () => {
  all({
    '${X///z}': 'zazazbzbzczazbz',
    '${X//x*/z}': 'aabbcab',
    "${X//b/'[$0]'}": 'aa[b][b]ca[b]',
    "${X//b/'$$'}": 'aa$$ca$',
    "${X//b/'$1x${y}$.'}": 'aa$.$.ca$.',
    "${X/b/'$0'}": 'aa$0bcab',
    '${S#?}': 'é😀',
    '${S%?}': '😀é',
    '${S//?/z}': 'zzz',
  });
});

test('what is not known makes all of it unknown, unless it does not matter', () => {
  all({
    $N: undefined,
    $T: undefined,
    '${T:-d}': undefined,
    '${T:+y}': 'y',
    '${V+y}': 'y',
    '${V:+y}': undefined,
    '${U:+y}': undefined,
    '${U:-d}': undefined,
    '${X:-$N}': 'aabbcab',
  });
});

test('what BuildKit rejects has no value', () => {
  all({
    '${X': undefined,
    '${}': undefined,
    '${X^^}': undefined,
    '${X:}': undefined,
    '${X:#a}': undefined,
    '"a': undefined,
    "'a": undefined,
    '${X/a}': undefined,
  });
});

test('the escape character may be a backtick', () => {
  assert.equal(value('`$X\\a', '`'), '$X\\a');
  assert.equal(value('"`"\\n"', '`'), '"\\n');
});

test('growth is bounded', () => {
  const long = set('a'.repeat(5_000));
  assert.equal(
    expand('$A$A', '\\', () => long),
    undefined,
  );
  assert.equal(expand('$A', '\\', () => long)?.length, 5_000);
});

test('work is bounded', () => {
  const budget = { left: 100_000 };
  const lookup = () => set('a'.repeat(8_000));
  assert.equal(expand('${A##*a*a*a*a*a*a*a*a*b}', '\\', lookup, budget), undefined);
  assert.ok(budget.left < 0);
  assert.equal(expand('plain', '\\', lookup, budget), undefined);
});

test('nesting is bounded', () => {
  assert.equal(value(`${'${N:-'.repeat(100_000)}${'}'.repeat(100_000)}`), undefined);
});

test('what nobody can set is empty', () => {
  const alone = (text: string) => expand(text, '\\', () => ({ kind: 'unset' }));
  assert.equal(alone('a$N'), 'a');
  assert.equal(alone('${N}b'), 'b');
  assert.equal(alone('${N-c}${N:-d}${N+e}'), 'cd');
  assert.equal(alone('${N/a/b}${N#a}'), '');
  assert.equal(alone('${N?}'), undefined);
});
