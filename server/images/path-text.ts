/**
 * Names of files are bytes; people read text. Bytes that are not UTF-8, control characters and those that turn the direction of text are written `\xNN`,
 * and so is a backslash that would otherwise read as such an escape: so the text leads back to exactly one name.
 */

/** Byte for byte: what `Buffer.from(key, 'latin1')` gives back. The key to compare names by. */
export const keyOf = (bytes: Uint8Array): string => asBuffer(bytes).toString('latin1');

export function textOf(bytes: Uint8Array): string {
  const key = keyOf(bytes);
  if (isPlain(key)) return key;
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    text = decodeLeniently(bytes);
  }
  return text
    .replace(ambiguous, '\\x5c')
    .replace(unsafe, escapeCharacter)
    .replace(lone, (c) => escapeByte(c.charCodeAt(0) - loneBase));
}

/** The bytes that `textOf` made the text from. */
export function bytesOf(text: string): Uint8Array {
  if (isPlain(text)) return Buffer.from(text, 'latin1');
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(/\\x([0-9a-f]{2})/g)) {
    parts.push(Buffer.from(text.slice(from, match.index)), Buffer.from(match[1] ?? '', 'hex'));
    from = match.index + match[0].length;
  }
  parts.push(Buffer.from(text.slice(from)));
  return Buffer.concat(parts);
}

/** Of a key: it is the text itself. */
export const isPlain = (key: string): boolean => plain.test(key);

const plain = /^[\x20-\x5b\x5d-\x7e]*$/;
const ambiguous = /\\(?=x[0-9a-f]{2})/g;
/** C0, DEL, C1, line and paragraph separators, the byte order mark, and whatever reorders text (Unicode's Bidi_Control). */
const unsafe = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Stands for a byte that is not UTF-8 until everything else is escaped: lone surrogates, which no UTF-8 decodes to. */
const loneBase = 0xdc00;
const lone = /[\udc80-\udcff](?<![\ud800-\udbff][\udc80-\udcff])/g;

const escapeByte = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`;
const escapeCharacter = (character: string) => [...Buffer.from(character)].map(escapeByte).join('');
const asBuffer = (bytes: Uint8Array) =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Runs of UTF-8 as they are; every other byte as a lone surrogate. */
function decodeLeniently(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) text += String.fromCharCode(loneBase + (bytes[at] ?? 0));
    else text += asBuffer(bytes).toString('utf8', at, at + length);
    at += length || 1;
  }
  return text;
}

/** Of the UTF-8 sequence that begins there; 0 where none does. RFC 3629: no overlong forms, no surrogates, nothing over U+10FFFF. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  try {
    utf8.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
}
