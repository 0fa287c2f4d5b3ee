import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparison, type Side } from '../../../client/conversion/comparison.ts';

const fat: Side = {
  image: 'verify:before',
  facts: {
    size: '260 MB',
    layers: '9',
    flagged: ['Command shell', 'Setuid program'],
    user: 'root',
    starts: 'yes',
    said: ['up'],
  },
};
const lean: Side = {
  image: 'verify:after',
  facts: {
    size: '4 MB',
    layers: '3',
    flagged: [],
    user: '65532',
    starts: 'no: ended with 1',
    said: ['\u001b[31mno \u202efile'],
  },
};

test('columns are aligned, what is flagged is listed, and what was printed stands below', () => {
  assert.equal(
    comparison(fat, lean),
    `         as it was          as converted
Image    verify:before      verify:after
Starts   yes                no: ended with 1
Size     260 MB             4 MB
Layers   9                  3
User     root               65532
Flagged  2 kinds of things  nothing
         Command shell
         Setuid program

The last that verify:before printed:
    up

The last that verify:after printed:
    \\x1b[31mno \\u202efile
`,
  );
});

test('what was not built says so in every row', () => {
  const text = comparison(fat, { image: 'verify:after', facts: undefined });
  assert.match(text, /^Starts +yes +not built$/m);
  assert.match(text, /^Flagged +2 kinds of things +not built$/m);
});
