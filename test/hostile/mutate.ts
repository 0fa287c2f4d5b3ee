/** Inputs made of good ones: a few bytes changed, a piece cut out, doubled or filled; a JSON document with a value replaced, taken away or put in twice. */
import { withChecksum } from '../support/image-builder.ts';

/** Numbers in [0, 1). */
export type Random = () => number;

/** As a rule more than one change. */
export function mutated(seed: Uint8Array, next: Random): Buffer {
  const below = (limit: number) => Math.floor(next() * limit);
  let bytes = Buffer.from(seed);
  for (let times = 1 + below(4); times > 0 && bytes.length > 0; times--) {
    const at = below(bytes.length);
    const length = below(Math.min(bytes.length - at, 600) + 1);
    const kind = below(6);
    if (kind < 2) bytes[at] = below(256);
    else if (kind === 2) bytes.fill([0, 0xff, 0x30, 0x0a][below(4)]!, at, Math.min(at + below(12), bytes.length));
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    else if (kind === 4) bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    else bytes = Buffer.from(bytes.subarray(0, at));
  }
  return bytes;
}

/** Every other time with headers whose checksums are right again: else none but the checksum would ever be looked at. */
export function mutatedTar(seed: Uint8Array, next: Random): Buffer {
  const bytes = mutated(seed, next);
  if (next() < 0.5) return bytes;
  for (let at = 0; at + 512 <= bytes.length; at += 512)
    if (bytes.toString('latin1', at + 257, at + 262) === 'ustar') withChecksum(bytes.subarray(at, at + 512));
  return bytes;
}

/** Every other time in its values, and not in its bytes: the document remains one. */
export function mutatedJson(seed: Uint8Array, next: Random): Buffer {
  if (next() < 0.5) return mutated(seed, next);
  const below = (limit: number) => Math.floor(next() * limit);
  let document: unknown = JSON.parse(Buffer.from(seed).toString());
  for (let times = 1 + below(3); times > 0; times--) {
    const places = placesIn(document);
    const [holder, key] = places[below(places.length)] ?? [];
    if (holder === undefined || key === undefined) break;
    const kind = below(4);
    if (kind === 0) delete holder[key];
    else if (kind === 1 && Array.isArray(holder)) holder.push(...holder.slice(0, 50));
    else if (kind === 2) holder[key] = holder[places[below(places.length)]![1]];
    else holder[key] = structuredClone(odd[below(odd.length)]);
    document = JSON.parse(JSON.stringify(document) ?? 'null');
  }
  return Buffer.from(JSON.stringify(document));
}

const odd: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, '', '..', '/', 'x'.repeat(5000), [], {}, [[]], [null], [{}]],
  ...['sha256:../../etc/passwd', `sha256:${'0'.repeat(64)}`, 'md5:0', '\u202e\u001b[2J', { __proto__: { x: 1 } }],
];

type Holder = Record<string, unknown>;

function placesIn(value: unknown): (readonly [Holder, string])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [[value as Holder, key] as const, ...placesIn((value as Holder)[key])]);
}
