/** Tars of millions of empty files, made fast: one header, in which only the numbers of its name change. */
import { file, header } from './image-builder.ts';

const perPiece = 2048;

/** In pieces of 1 MiB; the end marks are the last. Names are `dNNNN/fNNNNNNNN`, spread over so many folders. */
export function* manyFiles(count: number, folders = 1): Generator<Buffer> {
  const name = 'd0000/f00000000';
  const template = header(file(name));
  const pattern = Buffer.concat(Array.from({ length: perPiece }, () => template));
  // Of the name with all digits zero; the checksum is that and the digits.
  const sum = Number.parseInt(template.toString('latin1', 148, 154), 8);
  for (let from = 0; from < count; from += perPiece) {
    const piece = Buffer.from(pattern);
    const entries = Math.min(perPiece, count - from);
    for (let i = 0; i < entries; i++) {
      const at = i * 512;
      const digits = put(piece, at + 1, 4, (from + i) % folders) + put(piece, at + 7, 8, from + i);
      octal(piece, at + 148, 6, sum + digits);
    }
    yield piece.subarray(0, entries * 512);
  }
  yield Buffer.alloc(1024);
}

/** Gives the sum of the digits. */
function put(bytes: Buffer, at: number, length: number, value: number): number {
  let sum = 0;
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    const digit = rest % 10;
    rest = (rest - digit) / 10;
    bytes[i] = 0x30 + digit;
    sum += digit;
  }
  return sum;
}

function octal(bytes: Buffer, at: number, length: number, value: number): void {
  let rest = value;
  for (let i = at + length - 1; i >= at; i--) {
    bytes[i] = 0x30 + (rest & 7);
    rest >>= 3;
  }
}
