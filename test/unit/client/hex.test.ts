import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexDump } from '../../../client/explorer/hex.ts';

test('bytes, where they are, and what of them can be read', () => {
  assert.equal(
    hexDump(Buffer.from('\x7fELF\0\xff0123456789ab', 'latin1')),
    `00000000  7f 45 4c 46 00 ff 30 31  32 33 34 35 36 37 38 39  |.ELF..0123456789|
00000010  61 62                                             |ab|`,
  );
  assert.equal(hexDump(new Uint8Array()), '');
});
