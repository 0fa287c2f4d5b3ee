/** An ELF program with what Go's linker writes into it (debug/buildinfo). */

/** A header, one executable and two writable segments, in the second of which Go's linker wrote. */
export function goProgram(text: string, wide: boolean, little: boolean): Buffer {
  const head = Buffer.alloc(4096);
  const u16 = (value: number, at: number) => (little ? head.writeUInt16LE(value, at) : head.writeUInt16BE(value, at));
  const u32 = (value: number, at: number) => (little ? head.writeUInt32LE(value, at) : head.writeUInt32BE(value, at));
  const word = (value: number, at: number) =>
    wide
      ? little
        ? head.writeBigUInt64LE(BigInt(value), at)
        : head.writeBigUInt64BE(BigInt(value), at)
      : u32(value, at);
  head.write('\x7fELF', 0, 'latin1');
  head[4] = wide ? 2 : 1;
  head[5] = little ? 1 : 2;
  const table = wide ? 64 : 52;
  const size = wide ? 56 : 32;
  word(table, wide ? 32 : 28);
  u16(size, wide ? 54 : 42);
  u16(3, wide ? 56 : 44);
  const marks = 'm'.repeat(16);
  const string = (value: string) =>
    Buffer.concat([Buffer.from([(value.length & 0x7f) | 0x80, value.length >> 7]), Buffer.from(value)]);
  const info = Buffer.concat([
    Buffer.alloc(32),
    Buffer.from('\xff Go buildinf:\x08\x02', 'latin1'),
    Buffer.alloc(16),
    string('go1.24.4'),
    string(marks + text + marks),
  ]);
  for (const [i, [flags, from, length]] of [
    [5, 0, 100],
    [6, 4096, 100],
    [6, 4200, info.length],
  ].entries()) {
    const at = table + i * size;
    u32(1, at);
    u32(flags!, at + (wide ? 4 : 24));
    word(from!, at + (wide ? 8 : 4));
    word(length!, at + (wide ? 32 : 16));
  }
  // 4200 is no multiple of 16; what is looked for lies at one.
  return Buffer.concat([head, Buffer.alloc(4192 - 4096), info, Buffer.alloc(64)]);
}
