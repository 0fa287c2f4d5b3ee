/** Which steps of an engine's history made a layer is guessed well. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptySteps, type Step } from '../../../server/images/sources/engine-history.ts';

/** Steps as `size instruction`; gives those that made a layer. */
function made(layers: number, ...lines: string[]): string[] {
  const steps: Step[] = lines.map((line) => ({
    size: Number.parseInt(line, 10),
    createdBy: line.replace(/^\d+ /, ''),
  }));
  const empty = emptySteps(steps, layers);
  return steps.filter((_, i) => !empty[i]).map(({ createdBy }) => createdBy);
}

test('a step with files made a layer', () => {
  assert.deepEqual(made(2, '5 COPY a', '0 ENV A=b', '7 RUN x'), ['COPY a', 'RUN x']);
});

test('a step that only removed files made a layer too, and has no size', () => {
  assert.deepEqual(made(2, '5 COPY a', '0 ENV A=b', '0 RUN rm a', '0 CMD ["b"]'), ['COPY a', 'RUN rm a']);
});

test('the classic builder writes instructions behind #(nop)', () => {
  const lines = [
    '5 /bin/sh -c #(nop) ADD file:0 in / ',
    '0 /bin/sh -c #(nop)  CMD ["bash"]',
    '0 /bin/sh -c rm /x',
    '0 /bin/sh -c #(nop) WORKDIR /',
  ];
  assert.deepEqual(made(2, ...lines), ['/bin/sh -c #(nop) ADD file:0 in / ', '/bin/sh -c rm /x']);
});

test('WORKDIR is taken for a layer before ENV is, and after RUN', () => {
  assert.deepEqual(made(2, '0 ENV A=b', '0 WORKDIR /w', '0 RUN true'), ['WORKDIR /w', 'RUN true']);
});

test('fewer steps than layers, and fewer layers than steps with files, break nothing', () => {
  assert.deepEqual(made(3, '1 COPY a'), ['COPY a']);
  assert.deepEqual(made(1, '1 COPY a', '1 COPY b'), ['COPY a']);
  assert.deepEqual(made(0, '0 ENV A=b'), []);
});
