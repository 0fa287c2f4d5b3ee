/** How images and files are written: references, and names whose bytes are no text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf, keyOf, textOf } from '../../../server/images/path-text.ts';
import { parseReference, splits } from '../../../server/images/reference.ts';
import { Tree } from '../../../server/images/tree.ts';
import { namesIn } from '../../../server/images/tree-path.ts';
import { random } from '../../support/random.ts';

test('references', () => {
  const stored = (transport: string | undefined, rest: string) => ({ kind: 'stored', transport, rest });
  assert.deepEqual(parseReference('docker-daemon:app:1'), { kind: 'engine', name: 'app:1' });
  assert.deepEqual(parseReference('docker-archive:a.tar:app:1'), stored('docker-archive', 'a.tar:app:1'));
  assert.deepEqual(parseReference('oci:folder:tag'), stored('oci', 'folder:tag'));
  assert.deepEqual(parseReference('oci-archive:x'), stored('oci-archive', 'x'));
  assert.deepEqual(parseReference('docker://alpine'), { kind: 'registry', name: 'alpine' });
  assert.deepEqual(parseReference('containers-storage:alpine'), {
    kind: 'unsupported',
    transport: 'containers-storage',
  });
  assert.deepEqual(parseReference('docker:24'), { kind: 'bare', text: 'docker:24' });
  assert.deepEqual(parseReference('alpine:3.20'), { kind: 'bare', text: 'alpine:3.20' });
  assert.deepEqual(parseReference('gcr.io/distroless/static'), { kind: 'bare', text: 'gcr.io/distroless/static' });
  for (const path of ['./x', '../x', '/x', 'x.tar', 'dir/x.tar.gz', 'C:\\x.tar', 'C:/x', '.\\x', '~/x', '.']) {
    assert.deepEqual(parseReference(path), stored(undefined, path));
  }
});

test('paths with a name behind them, drives and colons included', () => {
  const of = (rest: string) => splits(rest).map(({ path, name }) => (name === undefined ? path : `${path} | ${name}`));
  assert.deepEqual(of('a.tar'), ['a.tar']);
  assert.deepEqual(of('a.tar:app:1'), ['a.tar:app:1', 'a.tar:app | 1', 'a.tar | app:1']);
  assert.deepEqual(of('C:\\x.tar'), ['C:\\x.tar']);
  assert.deepEqual(of('C:\\x.tar:app:1'), ['C:\\x.tar:app:1', 'C:\\x.tar:app | 1', 'C:\\x.tar | app:1']);
  assert.deepEqual(of('c:/x.tar:app'), ['c:/x.tar:app', 'c:/x.tar | app']);
});

test('names as text, and back', () => {
  const cases: [Uint8Array, string][] = [
    [Buffer.from('plain-name.txt'), 'plain-name.txt'],
    [Buffer.from('é中😀'), 'é中😀'],
    [Buffer.from('caf\xe9', 'latin1'), 'caf\\xe9'],
    [Buffer.from('a\nb\x1b[31m\x7f'), 'a\\x0ab\\x1b[31m\\x7f'],
    [Buffer.from('evil\u202egnp.exe'), 'evil\\xe2\\x80\\xaegnp.exe'],
    [Buffer.from('back\\slash'), 'back\\slash'],
    [Buffer.from('\\x41'), '\\x5cx41'],
    [Buffer.from([0xf0, 0x9f, 0x98]), '\\xf0\\x9f\\x98'],
    [Buffer.from([0xed, 0xa0, 0x80]), '\\xed\\xa0\\x80'],
    [Buffer.concat([Buffer.from('é'), Buffer.from([0xff]), Buffer.from('中')]), 'é\\xff中'],
  ];
  for (const [bytes, text] of cases) {
    assert.equal(textOf(bytes), text);
    assert.deepEqual([...bytesOf(text)], [...bytes]);
  }
});

test('every name leads back to its bytes, and no two names read the same', () => {
  const next = random(7);
  const alphabet = [...Buffer.from('ax\\41\n/é中'), 0x80, 0xc3, 0xe2, 0xff, 0xed, 0xb0];
  const texts = new Map<string, string>();
  for (let i = 0; i < 5000; i++) {
    const bytes = Buffer.from(
      Array.from({ length: 1 + next() * 8 }, () => alphabet[Math.floor(next() * alphabet.length)]!),
    );
    const text = textOf(bytes);
    assert.deepEqual([...bytesOf(text)], [...bytes], text);
    assert.equal(texts.get(text) ?? keyOf(bytes), keyOf(bytes), text);
    texts.set(text, keyOf(bytes));
  }
});

test('many names at once are the same as one by one, in whatever order they are asked for', () => {
  const next = random(8);
  const tree = new Tree();
  // Plain ones for longer than a piece, then others among them, and some as long as a name can be.
  for (let i = 0; i < 6000; i++) {
    const odd = i > 3000 && next() < 0.001 ? Buffer.from([0xff, 0x5c, 0x78, 0x34, 0x31]) : Buffer.from('');
    tree.add(0, Buffer.concat([Buffer.from(`${i}`.padEnd(next() < 0.01 ? 4000 : 1 + next() * 30, 'n')), odd]));
  }
  const all = Array.from({ length: tree.count - 1 }, (_, i) => i + 1);
  for (const order of [all, all.toReversed(), all.map(() => 1 + Math.floor(next() * all.length))]) {
    const nameOf = namesIn(tree);
    for (const node of order) assert.equal(nameOf(node), textOf(tree.name(node)));
  }
});
