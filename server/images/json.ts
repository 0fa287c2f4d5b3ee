/** Reading JSON that others wrote: every question has an answer, whatever the shape. */

/** Undefined where the text is no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    );
  } catch {
    return undefined;
  }
}

/** An object's own properties; those of `Object.prototype` are not there. Anything else has none. */
export function recordOf(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return nothing;
  return Object.assign(Object.create(null), json);
}

export const listOf = (json: unknown): readonly unknown[] => (Array.isArray(json) ? json : []);
export const textOrUndefined = (json: unknown): string | undefined =>
  typeof json === 'string' && json !== '' ? json : undefined;
export const sizeOrUndefined = (json: unknown): number | undefined =>
  Number.isSafeInteger(json) && (json as number) >= 0 ? (json as number) : undefined;

const nothing: Readonly<Record<string, unknown>> = Object.create(null);
