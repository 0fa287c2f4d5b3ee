/** Bytes as `xxd` and `hexdump -C` print them. Pure. */

/** Lines of 16 bytes: where they are, the bytes, and what of them is printable ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = (from: number, to: number) =>
      row
        .slice(from, to)
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join(' ')
        .padEnd(23);
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex(0, 8)}  ${hex(8, 16)}  |${text}|`);
  }
  return lines.join('\n');
}
