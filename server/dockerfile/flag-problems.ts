/** The flags of an instruction that BuildKit stops at: instructions/bflag.go, and who adds which in parse.go (moby/buildkit@73ed682). */
import type { Flag, Instruction, Problem } from './dockerfile.ts';
import { nearest } from './near.ts';

type FlagKind = 'text' | 'texts' | 'switch';
export const HEALTH_TIMES = ['interval', 'timeout', 'start-period', 'start-interval'];

/** Those of the labs frontend too. */
const FLAGS: Readonly<Record<string, Readonly<Record<string, FlagKind>>>> = {
  ADD: {
    chown: 'text',
    chmod: 'text',
    link: 'switch',
    'keep-git-dir': 'switch',
    checksum: 'text',
    unpack: 'switch',
    exclude: 'texts',
  },
  COPY: { from: 'text', chown: 'text', chmod: 'text', link: 'switch', parents: 'switch', exclude: 'texts' },
  FROM: { platform: 'text' },
  HEALTHCHECK: Object.fromEntries([...HEALTH_TIMES, 'retries'].map((name) => [name, 'text'])),
  RUN: { mount: 'texts', network: 'text', security: 'text', device: 'texts' },
};

/** BuildKit passes over whatever stands there. */
const UNREAD = new Set(['ARG', 'STOPSIGNAL']);

export function* flagProblems({ keyword, flags, args }: Instruction): Iterable<Problem> {
  if (flags.length === 0 || UNREAD.has(keyword)) return;
  if (keyword === 'HEALTHCHECK' && args[0]?.value.toUpperCase() === 'NONE') return;
  const known = FLAGS[keyword];
  const seen = new Set<string>();
  for (const flag of flags) {
    const kind = known && Object.hasOwn(known, flag.name) ? known[flag.name] : undefined;
    if (!kind) {
      yield unknownFlag(keyword, flag, Object.keys(known ?? {}));
      continue;
    }
    if (seen.has(flag.name) && kind !== 'texts') {
      const message = `--${flag.name} is there twice, and BuildKit takes it once. Remove one of the two.`;
      yield { message, range: flag.range };
    }
    seen.add(flag.name);
    if (kind !== 'switch' ? flag.value === undefined : flag.value === '') {
      const message = `--${flag.name} has no value. Write it after “=”, or remove the flag.`;
      yield { message, range: flag.range };
    } else if (kind === 'switch' && flag.value !== undefined && !/^(true|false)$/i.test(flag.value)) {
      const message = `--${flag.name} is on or off, and not “${flag.value.slice(0, 40)}”. Write true or false.`;
      yield { message, range: flag.valueRange ?? flag.range };
    }
  }
}

function unknownFlag(keyword: string, { name, range }: Flag, known: readonly string[]): Problem {
  const shown = `--${name.slice(0, 40)}`;
  const meant = nearest(known, name);
  if (meant === undefined) {
    const cure =
      keyword === 'CMD' || keyword === 'ENTRYPOINT'
        ? 'Write the command as a JSON array if that belongs to it.'
        : known.length > 0
          ? `Remove it; there are ${known.map((one) => `--${one}`).join(', ')}.`
          : 'Remove it.';
    return { message: `${keyword} has no flag ${shown}. ${cure}`, range, newer: true };
  }
  const start = { line: range.start.line, character: range.start.character + 2 };
  const end = { line: range.start.line, character: start.character + name.length };
  const isPlain = range.end.line === range.start.line && range.end.character >= end.character;
  return {
    message: `${keyword} has no flag ${shown}. Write --${meant}, if that is meant.`,
    range,
    newer: true,
    ...(isPlain && {
      fix: { title: `Write --${meant} (assumes that it is meant)`, range: { start, end }, newText: meant },
    }),
  };
}
