/** Config and history, however they disagree with the layers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignHistory, describeImage } from '../../../server/images/describe.ts';
import type { HistoryEntry } from '../../../server/images/image.ts';

const blobs = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ digest: `sha256:${i}`, diffId: undefined, storedSize: i }));
/** `-` in front: the step made no layer. */
const steps = (...texts: readonly string[]): HistoryEntry[] =>
  texts.map((text) => ({ createdBy: text.replace(/^-/, ''), created: undefined, empty: text.startsWith('-') }));
function aligned(history: readonly HistoryEntry[], layers: number) {
  const { layers: rows, problem } = alignHistory(history, blobs(layers));
  return {
    rows: rows.map(({ index, createdBy, storedSize }) => `${index ?? '-'} ${createdBy} ${storedSize}`),
    told: problem !== undefined,
  };
}

test('as many steps as layers', () => {
  assert.deepEqual(aligned(steps('a', '-ENV', 'b', '-CMD'), 2), {
    rows: ['0 a 0', '- ENV undefined', '1 b 1', '- CMD undefined'],
    told: false,
  });
});

test('no history', () => {
  assert.deepEqual(aligned([], 2), { rows: ['0 undefined 0', '1 undefined 1'], told: false });
});

test('a base without history: what there is belongs to the top', () => {
  assert.deepEqual(aligned(steps('-ENV', 'top'), 3), {
    rows: ['0 undefined 0', '1 undefined 1', '- ENV undefined', '2 top 2'],
    told: true,
  });
});

test('steps that are not marked as empty are told by what they say', () => {
  const history = steps(
    '/bin/sh -c #(nop) ADD file:1 in / ',
    '/bin/sh -c #(nop)  CMD ["sh"]',
    'RUN make',
    'ENTRYPOINT ["x"]',
  );
  assert.deepEqual(aligned(history, 2), {
    rows: [
      '0 /bin/sh -c #(nop) ADD file:1 in /  0',
      '- /bin/sh -c #(nop)  CMD ["sh"] undefined',
      '1 RUN make 1',
      '- ENTRYPOINT ["x"] undefined',
    ],
    told: false,
  });
});

test('more steps than layers: the lowest steps have none', () => {
  assert.deepEqual(aligned(steps('a', 'b', 'c'), 2), { rows: ['- a undefined', '0 b 0', '1 c 1'], told: true });
});

test('a config of any shape', () => {
  const described = (config: unknown) =>
    describeImage({ reference: 'r', names: [], digest: undefined, config, layers: [] });
  for (const config of [
    undefined,
    null,
    7,
    'text',
    [],
    { config: 3, history: {}, rootfs: [] },
    { history: [null, 5, {}] },
  ]) {
    assert.equal(described(config).platform, 'unknown');
    assert.deepEqual(described(config).config, {
      user: '',
      workingDir: '',
      entrypoint: [],
      cmd: [],
      env: [],
      ports: [],
      labels: {},
    });
  }
  const json =
    '{"os":"linux","architecture":"arm","variant":"v7","config":{"User":"65532","Cmd":["a",1,"b"],"Env":null,"ExposedPorts":{"8080/tcp":{},"53/udp":null},"Labels":{"k":"v","n":1,"__proto__":"x"}}}';
  const { platform, config } = described(JSON.parse(json));
  assert.equal(platform, 'linux/arm/v7');
  assert.deepEqual([config.user, config.cmd, config.env], ['65532', ['a', 'b'], []]);
  assert.deepEqual(config.ports, ['8080/tcp', '53/udp']);
  assert.deepEqual(Object.entries(config.labels), [
    ['k', 'v'],
    ['__proto__', 'x'],
  ]);
  assert.equal(Object.getPrototypeOf({}), Object.prototype);
});
