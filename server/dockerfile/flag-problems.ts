/** The flags of an instruction that BuildKit stops at: instructions/bflag.go, and who adds which in parse.go and commands_run*.go (moby/buildkit@v0.34.2). */
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

/** Flags that take one of a few values, as they are written here. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  network: ['default', 'none', 'host'],
  security: ['sandbox', 'insecure'],
};

/** They are lists, which are never empty. */
const LISTS = new Set(['mount', 'device']);

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
    const values = Object.hasOwn(VALUES, flag.name) ? VALUES[flag.name]! : undefined;
    const isEmpty = flag.value === '' && (kind === 'switch' || values || LISTS.has(flag.name));
    if (isEmpty || (flag.value === undefined && kind !== 'switch')) {
      const message = `--${flag.name} has no value. Write it after “=”, or remove the flag.`;
      yield { message, range: flag.range };
    } else if (kind === 'switch' && flag.value !== undefined && !/^(true|false)$/i.test(flag.value)) {
      const message = `--${flag.name} is on or off, and not “${flag.value.slice(0, 40)}”. Write true or false.`;
      yield { message, range: flag.valueRange ?? flag.range };
    } else if (values && flag.value && !values.includes(flag.value)) {
      const meant = values.find((one) => one === flag.value?.toLowerCase()) ?? nearest(values, flag.value);
      const range = flag.valueRange ?? flag.range;
      const message = `--${flag.name} takes one of ${values.join(', ')}, and not “${flag.value.slice(0, 40)}”. Write one of them.`;
      const fix = meant && { title: `Write ${meant} (assumes that it is meant)`, range, newText: meant };
      yield { message, range, newer: true, ...(fix && { fix }) };
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
