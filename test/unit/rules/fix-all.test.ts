/** Many fixes at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dockerfile } from '../../../server/dockerfile/dockerfile.ts';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { applyEdits } from '../../../server/dockerfile/text.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { fixAll } from '../../../server/rules/fix-all.ts';
import { rules } from '../../../server/rules/index.ts';
import type { Finding } from '../../../server/rules/rule.ts';
import { TODAY } from '../../support/carets.ts';

const judge = (dockerfile: Dockerfile) => findingsOf(dockerfile, rules, { today: TODAY });
const fixed = (text: string, by: typeof judge = judge) => {
  const edit = fixAll(readDockerfile(text), by, ({ safe }) => safe === true);
  return edit && applyEdits(text, [edit]);
};

/** Finds each word, and replaces it by another. */
const replacing =
  (...pairs: readonly (readonly [string, string])[]) =>
  ({ text, lines }: Dockerfile): Finding[] =>
    pairs.flatMap(([word, by]) =>
      [...text.matchAll(new RegExp(word, 'g'))].map(({ index }) => {
        const range = { start: lines.at(index), end: lines.at(index + word.length) };
        const fixes = [{ title: by, edits: [{ range, newText: by }], safe: true }];
        return { rule: 'x', severity: 'hint' as const, message: '', range, fixes };
      }),
    );

test('what is apart is done together, what touches one after the other', () => {
  assert.equal(fixed('FROM a\nRUN aXXXb X c\n', replacing(['X', '😀'])), 'FROM a\nRUN a😀😀😀b 😀 c\n');
  assert.equal(fixed('RUN one', replacing(['one', 'two'], ['two', 'three'])), 'RUN three');
});

test('two fixes that are the same one are done once', () => {
  const twice = ({ text, lines }: Dockerfile): Finding[] => {
    const at = lines.at(text.length);
    const fixes = [{ title: 'x', edits: [{ range: { start: at, end: at }, newText: 'USER 7\n' }], safe: true }];
    const finding = { rule: 'x', severity: 'hint' as const, message: '', range: { start: at, end: at }, fixes };
    return text.includes('USER') ? [] : [finding, finding];
  };
  assert.equal(fixed('FROM a\n', twice), 'FROM a\nUSER 7\n');
});

test('nothing to do is no edit; fixes that never end, or undo each other, are not begun', () => {
  assert.equal(fixed('FROM a\n', replacing(['X', 'Y'])), undefined);
  assert.equal(fixed('RUN X', replacing(['X', 'XX'])), undefined);
  assert.equal(fixed('RUN X', replacing(['X', 'Y'], ['Y', 'X'])), undefined);
});

test('the edit covers what changes and no more, and keeps characters and line endings whole', () => {
  const text = 'FROM a\r\nRUN 😀 X 😀\r\nCMD b\r\n';
  const edit = fixAll(readDockerfile(text), replacing(['X', '\ud83d\ude01']), () => true);
  assert.deepEqual(edit, {
    range: { start: { line: 1, character: 7 }, end: { line: 1, character: 8 } },
    newText: '😁',
  });
  const smile = fixAll(readDockerfile('RUN 😀'), replacing(['😀', '😁']), () => true);
  assert.deepEqual(smile?.range, { start: { line: 0, character: 4 }, end: { line: 0, character: 6 } });
});

test('rules together: a second time there is nothing to do', () => {
  const text = `from golang:1.27-trixie As Build
RUN go build -o /app .
FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --from=Build /app /app
CMD ["x.js"]
# starts it
CMD node server.js
`;
  const result = fixed(text);
  assert.ok(result);
  assert.ok(result.includes('\n# starts it\nCMD ["server.js"]\n'), result);
  assert.ok(!result.includes('Build') && !result.includes('x.js'), result);
  assert.equal(fixed(result), undefined);
});

test('tens of thousands are done in a few rounds', () => {
  let rounds = 0;
  const counting = (dockerfile: Dockerfile) => {
    rounds++;
    return replacing(['X', 'Y'])(dockerfile);
  };
  assert.equal(fixed('RUN X\n'.repeat(60_000), counting), 'RUN Y\n'.repeat(60_000));
  assert.equal(rounds, 2);
});
