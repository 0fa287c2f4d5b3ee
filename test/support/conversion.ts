/** A Dockerfile's text in, what becomes of it out. Lines count from 1 here, as an editor shows them. */
import assert from 'node:assert/strict';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import type { Conversion, Family } from '../../server/recipes/conversion.ts';
import { convert } from '../../server/recipes/convert.ts';
import { TODAY } from './carets.ts';

interface Around {
  readonly context?: Readonly<Record<string, string>>;
  readonly family?: Family;
}

type Converted = Extract<Conversion, { outcome: 'converted' }>;

function conversion(text: string, { context = {}, family }: Around): Conversion {
  const options = { today: TODAY, context: new Map(Object.entries(context)) };
  return convert(readDockerfile(text), family ? { ...options, family } : options);
}

/** Each reason begins with its expectation, and there are no others. */
export function declines(text: string, expected: readonly string[], around: Around = {}): void {
  const found = conversion(text, around);
  if (found.outcome !== 'declined') assert.fail(JSON.stringify(found, null, 2));
  const said = found.reasons.map(({ line, message }) => `${line + 1}: ${message}`);
  assert.equal(said.length, expected.length, said.join('\n'));
  for (const [i, start] of expected.entries())
    assert.ok(said[i]!.startsWith(start), `${said[i]}\nshould begin with\n${start}`);
}

export function converted(text: string, around: Around = {}): Converted {
  const found = conversion(text, around);
  if (found.outcome !== 'converted') assert.fail(JSON.stringify(found, null, 2));
  return found;
}

/** The stage that ships, without its FROM. */
export function shipped(text: string, around: Around = {}): readonly string[] {
  const { dockerfile } = converted(text, around);
  const lines = dockerfile.trimEnd().split('\n');
  return lines.slice(lines.findLastIndex((line) => /^FROM /i.test(line)) + 1);
}

/** Whether a note of that kind, at that line, begins so. */
export function says(found: Converted, expected: string): void {
  const said = found.notes.map(({ kind, line, message }) => `${line + 1} ${kind}: ${message}`);
  assert.ok(
    said.some((it) => it.startsWith(expected)),
    `no note begins with\n${expected}\n${said.join('\n')}`,
  );
}
