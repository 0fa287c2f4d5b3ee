/** File capabilities and device numbers: decoded from the tar, shown of the file, and never of another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capabilitiesText, parseCapabilities } from '../../../server/images/capability.ts';
import { imageView } from '../../../server/images/view.ts';
import { type Entry, file, hardlink, tar } from '../../support/image-builder.ts';
import { merged, scan } from '../../support/images.ts';

/** `vfs_cap_data`: revision 1 has one pair of words, 2 and 3 two, 3 the root's ID besides. */
function attribute(revision: number, words: readonly number[], effective = false): Buffer {
  const bytes = Buffer.alloc(4 + words.length * 4);
  bytes.writeUInt32LE(revision * 2 ** 24 + (effective ? 1 : 0), 0);
  for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, 4 + i * 4);
  return bytes;
}
const text = (value: Uint8Array) => {
  const found = parseCapabilities(value);
  return found && capabilitiesText(found);
};
const netRaw = 2 ** 13;
const bind = 2 ** 10;
const capable = (name: string, value: Uint8Array, more: Partial<Entry> = {}): Entry =>
  file(name, 'x', { pax: { 'SCHILY.xattr.security.capability': value }, ...more });

test('as setcap writes it: cap_net_raw,cap_net_bind_service+ep', () => {
  // What `setcap cap_net_raw,cap_net_bind_service+ep` leaves, read back with getfattr.
  const value = Buffer.from('0100000200240000000000000000000000000000', 'hex');
  assert.equal(text(value), 'cap_net_bind_service,cap_net_raw=ep');
});

test('every revision, and which powers are permitted, inherited and in effect', () => {
  assert.equal(text(attribute(1, [netRaw, 0], true)), 'cap_net_raw=ep');
  assert.equal(text(attribute(2, [netRaw, bind, 0, 0])), 'cap_net_bind_service=i cap_net_raw=p');
  assert.equal(text(attribute(2, [netRaw, netRaw, 0, 0], true)), 'cap_net_raw=eip');
  // The second pair goes on at 32: 39 is bpf, 41 has no name yet.
  assert.equal(text(attribute(2, [0, 0, 2 ** 7 + 2 ** 9, 0])), 'cap_bpf,cap_41=p');
  assert.equal(text(attribute(3, [netRaw, 0, 0, 0, 100_000], true)), 'cap_net_raw=ep [rootid=100000]');
  assert.equal(text(attribute(2, [0, 0, 0, 0])), '=');
});

test('bytes that the kernel takes for none', () => {
  for (const value of [
    Buffer.alloc(0),
    attribute(2, [netRaw, 0]),
    attribute(1, [netRaw, 0, 0, 0]),
    attribute(4, [netRaw, 0, 0, 0, 0]),
    attribute(2, [netRaw, 0, 0]),
  ])
    assert.equal(parseCapabilities(value), undefined, value.toString('hex'));
});

test('of a file, by each of its names, and gone with the file', async () => {
  const lower: Entry[] = [
    capable('ping', attribute(2, [netRaw, 0, 0, 0], true)),
    hardlink('alias', 'ping'),
    capable('replaced', attribute(2, [bind, 0, 0, 0])),
    file('plain'),
  ];
  const view = imageView(await merged(lower, [file('replaced')]));
  const of = (path: string) => view.describe(view.find(path)).capabilities;
  assert.deepEqual(['/ping', '/alias', '/replaced', '/plain'].map(of), [
    'cap_net_raw=ep',
    'cap_net_raw=ep',
    undefined,
    undefined,
  ]);
});

test('only of regular files; what cannot be understood is told', async () => {
  const value = attribute(2, [netRaw, 0, 0, 0]);
  const { files, problems } = await scan(
    tar([
      capable('link', value, { type: 'symlink', link: 'x', body: '' }),
      capable('folder/', value, { type: 'directory', body: '' }),
      capable('odd', value.subarray(1)),
    ]),
  );
  assert.equal(files.capabilities.size, 0);
  assert.deepEqual(problems, ['“odd” in it has capabilities that the kernel would not understand']);
});

test('device numbers', async () => {
  const view = imageView(
    await merged([
      { name: 'null', type: 'char', major: 1, minor: 3 },
      { name: 'disk', type: 'block', major: 8, minor: 17 },
      file('file', '', { major: 1, minor: 3 }),
    ]),
  );
  assert.deepEqual(
    ['/null', '/disk', '/file'].map((path) => view.describe(view.find(path)).device),
    [{ major: 1, minor: 3 }, { major: 8, minor: 17 }, undefined],
  );
});
