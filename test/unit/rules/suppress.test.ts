/** What comments silence, and for how much of the file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { ignoresUnknownRule } from '../../../server/rules/ignores-unknown-rule.ts';
import type { Rule } from '../../../server/rules/rule.ts';
import { checkFindings, findings, fix, TODAY } from '../../support/carets.ts';

/** Speaks of every instruction. */
const rule = (id: string, buildkit?: string): Rule => ({
  id,
  group: 'structure',
  severity: 'hint',
  ...(buildkit ? { buildkit } : {}),
  why: '',
  example: { before: '' },
  *check({ dockerfile }) {
    for (const { keyword, keywordRange } of dockerfile.instructions) yield { message: keyword, range: keywordRange };
  },
});

const A = rule('rule-a');
const B = rule('rule-b', 'BuildKitsName');

/** `a: FROM CMD, b: CMD`: of which instructions each of the two still speaks. */
function heard(text: string): string {
  const found = findingsOf(readDockerfile(text), [A, B], { today: TODAY });
  const of = ({ id }: Rule) => found.filter((one) => one.rule === id).map(({ message }) => message);
  return `a: ${of(A).join(' ')}, b: ${of(B).join(' ')}`;
}

test('without such a comment nothing is silenced', () => {
  assert.equal(heard('# ignore=rule-a\nFROM a\nCMD b\n'), 'a: FROM CMD, b: FROM CMD');
  assert.equal(heard('FROM a\nRUN echo "# distroless: ignore=rule-a"\n'), 'a: FROM RUN, b: FROM RUN');
  assert.equal(heard('FROM a\nRUN <<EOF\n# distroless: ignore=rule-a\nEOF\n'), 'a: FROM RUN, b: FROM RUN');
});

test('a comment above an instruction is for that one only', () => {
  assert.equal(heard('FROM a\n# distroless: ignore=rule-a\nRUN x\nRUN y\n'), 'a: FROM RUN, b: FROM RUN RUN');
  assert.equal(heard('# distroless: ignore=rule-a\nFROM a\nCMD b\n'), 'a: CMD, b: FROM CMD');
  assert.equal(heard('# distroless: ignore=rule-a\n# more\nFROM a\nCMD b\n'), 'a: CMD, b: FROM CMD');
  assert.equal(heard('# syntax=x/y\n# distroless: ignore=rule-a\nFROM a\nCMD b\n'), 'a: CMD, b: FROM CMD');
});

test('it may stand anywhere in the block of comments, above empty lines, and inside the instruction', () => {
  assert.equal(heard('FROM a\n# distroless: ignore=rule-a\n# starts it\nCMD b\n'), 'a: FROM, b: FROM CMD');
  assert.equal(heard('FROM a\n# starts it\n  # distroless: ignore=rule-a\n\n\nCMD b\n'), 'a: FROM, b: FROM CMD');
  assert.equal(heard('FROM a\nRUN x && \\\n# distroless: ignore=rule-a\n  y\nCMD b\n'), 'a: FROM CMD, b: FROM RUN CMD');
  assert.equal(heard('FROM a\r\n# distroless: ignore=rule-a\r\nCMD b\r\n'), 'a: FROM, b: FROM CMD');
});

test('in a block of its own at the top it is for the whole file', () => {
  assert.equal(heard('# The service\n# distroless: ignore=rule-a\n\nFROM a\nCMD b\n'), 'a: , b: FROM CMD');
  assert.equal(heard('# distroless: ignore=rule-a\n\n# distroless: ignore=rule-b\nFROM a\nCMD b\n'), 'a: , b: CMD');
  assert.equal(heard('FROM a\n\n# distroless: ignore=rule-a\n'), 'a: FROM, b: FROM');
});

test('several names, reasons, white space and case', () => {
  for (const comment of [
    '# distroless: ignore=rule-a,rule-b',
    '#distroless:ignore=rule-a, rule-b',
    '# Distroless: ignore = RULE-A , rule-b because it is so',
    '# distroless: ignore=all',
  ]) {
    assert.equal(heard(`FROM a\n${comment}\nCMD b\n`), 'a: FROM, b: FROM', comment);
  }
  assert.equal(heard('FROM a\n# distroless: ignore=rule-a rule-b\nCMD b\n'), 'a: FROM, b: FROM CMD');
  assert.equal(heard('FROM a\n# distroless: ignore=\nCMD b\n'), 'a: FROM CMD, b: FROM CMD');
});

test('BuildKit’s own directive and comment silence what BuildKit checks too, and nothing else', () => {
  assert.equal(heard('# check=skip=BuildKitsName;error=true\nFROM a\nCMD b\n'), 'a: FROM CMD, b: ');
  assert.equal(heard('# check=error=true; skip=Other, BuildKitsName\nFROM a\nCMD b\n'), 'a: FROM CMD, b: ');
  assert.equal(heard('# check=skip=all\nFROM a\nCMD b\n'), 'a: FROM CMD, b: ');
  assert.equal(heard('# check=skip=buildkitsname\nFROM a\n'), 'a: FROM, b: FROM', 'its names heed case');
  assert.equal(heard('FROM a\n# check=skip=BuildKitsName // so it is\nCMD b\n'), 'a: FROM CMD, b: FROM');
  assert.equal(heard('# note\n# check=skip=BuildKitsName\n\nFROM a\n'), 'a: FROM, b: FROM', 'no directive any more');
});

test('a finding goes by the instruction that it stands in', () => {
  const text = 'FROM gcr.io/distroless/static-debian13:nonroot\n# distroless: ignore=shell-form\nCMD a b\n';
  assert.deepEqual(findings(text), []);
  assert.deepEqual(
    findings(text.replace('shell-form', 'root-user')).map((one) => one.rule),
    ['shell-form'],
  );
});

test('ignores-unknown-rule marks the name, and knows what may be meant', () => {
  checkFindings(`
FROM scratch
USER 65532
# distroless: ignore=shell-form, nonsense
#                                ^^^^^^^^ ignores-unknown-rule
ENTRYPOINT ["/app"]
`);
  const text = 'FROM scratch\r\nUSER 65532\r\n# distroless: ignore=all,Root-User,shelform\r\nENTRYPOINT ["/app"]\r\n';
  assert.equal(fix(text, 'ignores-unknown-rule'), text.replace('shelform', 'shell-form'));
  const [far] = findings('FROM scratch\nUSER 65532\n# distroless: ignore=DL3006\nENTRYPOINT ["/app"]\n');
  assert.deepEqual(far?.fixes ?? [], []);
});

test('a name that no rule has is compared with all rules once, however often it is written', () => {
  let compared = 0;
  class Names extends Set<string> {
    override [Symbol.iterator]() {
      compared++;
      return super[Symbol.iterator]();
    }
  }
  const text = `FROM a\n${'# distroless: ignore=rule-x,rule-yy\nCMD b\n'.repeat(50)}`;
  const found = findingsOf(readDockerfile(text), [ignoresUnknownRule], {
    today: TODAY,
    ruleNames: new Names(['rule-a']),
  });
  assert.deepEqual([found.length, compared], [100, 2]);
});

test('many comments take time in proportion', () => {
  const count = 20_000;
  const text = `FROM a\n${'# distroless: ignore=rule-a\n'.repeat(count)}${'# distroless: ignore=rule-a\n\nCMD b\n'.repeat(count)}`;
  assert.equal(heard(text), `a: FROM, b: FROM ${'CMD '.repeat(count).trimEnd()}`);
});

test('with error=true BuildKit stops at what its checks find, in the stages that it builds', () => {
  const severities = (head: string, set = {}) =>
    findingsOf(readDockerfile(`${head}FROM a\nFROM b\n`), [A, B], { today: TODAY, severities: set }).map(
      (one) => `${one.rule} ${one.range.start.line} ${one.severity}`,
    );
  const hints = ['rule-a 1 hint', 'rule-b 1 hint', 'rule-a 2 hint', 'rule-b 2 hint'];
  for (const head of ['# check=error=false\n', '# a comment\n', '# check=experimental=error\n'])
    assert.deepEqual(severities(head), hints);
  const errors = ['rule-a 1 hint', 'rule-b 1 hint', 'rule-a 2 hint', 'rule-b 2 error'];
  for (const head of ['# check=error=true\n', '# check=skip=X; error = 1\n'])
    assert.deepEqual(severities(head), errors);
  assert.deepEqual(severities('# check=error=true;skip=BuildKitsName\n'), ['rule-a 1 hint', 'rule-a 2 hint']);
  assert.deepEqual(severities('# check=error=true\n', { 'rule-b': 'info' }).at(-1), 'rule-b 2 info');
});
