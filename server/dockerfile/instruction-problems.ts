/**
 * What BuildKit stops at in one instruction that could be read: instructions/parse.go and bflag.go, and of dockerfile2llb what hangs on the
 * text alone (moby/buildkit@73ed682). What an ONBUILD carries is only looked at when somebody builds on the image, and so is not here.
 */
import type { Flag, Instruction, Problem, Word } from './dockerfile.ts';
import { nearest } from './near.ts';
import type { Range } from './text.ts';
import { expand, type Variable } from './variables.ts';

/** Of flags, grammar and words only the first that are wrong: the rest may be right once those are. */
export function instructionProblems(it: Instruction, isJson: boolean, escapeToken: string): readonly Problem[] {
  const flags = [...flagProblems(it)];
  if (flags.length > 0) return flags;
  const shape = [...(grammar[it.keyword] ?? none)(it)];
  return shape.length > 0 || isJson || !expanded.has(it.keyword) ? shape : [...wordProblems(it, escapeToken)];
}

type FlagKind = 'text' | 'texts' | 'switch';
type Grammar = (it: Instruction) => Iterable<Problem>;

const none: Grammar = () => [];

const HEALTH_TIMES = ['interval', 'timeout', 'start-period', 'start-interval'];

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

function* flagProblems({ keyword, flags, args }: Instruction): Iterable<Problem> {
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

const grammar: Readonly<Record<string, Grammar>> = {
  ADD: copies,
  ARG: named,
  COPY: copies,
  ENV: named,
  EXPOSE: ports,
  HEALTHCHECK: health,
  LABEL: named,
  MAINTAINER: (it) => wanting(it, 'a name'),
  ONBUILD: onbuild,
  SHELL: shell,
  STOPSIGNAL: signal,
  USER: (it) => wanting(it, 'a user'),
  VOLUME: volumes,
  WORKDIR: (it) => wanting(it, 'a folder'),
};

function* wanting({ keyword, keywordRange, args }: Instruction, what: string): Iterable<Problem> {
  if (args.length === 0)
    yield { message: `${keyword} names nothing. Write ${what} after it, or remove the line.`, range: keywordRange };
}

function* named(it: Instruction): Iterable<Problem> {
  yield* wanting(it, it.keyword === 'ARG' ? 'a name' : 'NAME=value');
  for (const { text, range } of it.args.slice(
    0,
    it.args[0]?.text.includes('=') || it.keyword === 'ARG' ? undefined : 1,
  ))
    if (text.startsWith('=')) yield { message: `A name is missing before “=”. Write it as NAME=value.`, range };
}

function* copies({ keyword, keywordRange, args, heredocs }: Instruction): Iterable<Problem> {
  const [first] = args;
  const last = args.at(-1);
  if (!first || !last) {
    yield { message: `${keyword} names no files. Write what to copy, and where to.`, range: keywordRange };
  } else if (args.length === 1) {
    const message = `${keyword} takes what to copy, and where to, and one of the two is missing. Write both.`;
    yield { message, range: first.range };
  } else if (heredocs.some(({ range }) => sameStart(range, last.range))) {
    yield { message: `A heredoc cannot be where ${keyword} copies to. Write a path after it.`, range: last.range };
  }
}

const sameStart = (a: Range, b: Range) => a.start.line === b.start.line && a.start.character === b.start.character;

function* volumes(it: Instruction): Iterable<Problem> {
  yield* wanting(it, 'a folder');
  for (const { value, range } of it.args)
    if (value.trim() === '') yield { message: 'A volume has no folder here. Name one, or remove it.', range };
}

function* ports(it: Instruction): Iterable<Problem> {
  yield* wanting(it, 'a port');
  for (const { value, text, range } of it.args) {
    if (text.includes('$') || isPort(value)) continue;
    const message = `“${text.slice(0, 40)}” is no port. Write a number up to 65535, or a range of them, with /tcp, /udp or /sctp behind it if need be.`;
    yield { message, range };
  }
}

/** `[[IP:]HOST:]PORT[-PORT][/PROTOCOL]`; BuildKit takes all of it, though only what stands last counts. An IP is not looked at here. */
function isPort(value: string): boolean {
  const parts = value.split(':');
  const [range = '', protocol = 'tcp'] = /^([^/]*)(?:\/(.*))?$/s.exec(parts.at(-1) ?? '')?.slice(1) ?? [];
  if (!/^(tcp|udp|sctp|)$/i.test(protocol)) return false;
  return isRange(range) && (parts.length === 1 || parts.at(-2) === '' || isRange(parts.at(-2)!));
}

function isRange(text: string): boolean {
  const [start, end = start, ...more] = text.split('-');
  const number = (part: string | undefined) => (/^\d{1,9}$/.test(part ?? '') ? Number(part) : Number.NaN);
  return more.length === 0 && number(end) <= 65_535 && number(start) <= number(end);
}

function* health({ keywordRange, args, command, flags }: Instruction): Iterable<Problem> {
  const [type, ...more] = args;
  if (!type) {
    const message = 'HEALTHCHECK says nothing. Write CMD and a command, or NONE.';
    yield { message, range: keywordRange };
    return;
  }
  const name = type.value.toUpperCase();
  if (name === 'NONE') {
    const last = more.at(-1);
    const range = { start: more[0]?.range.start ?? type.range.start, end: last?.range.end ?? type.range.end };
    if (last) yield { message: 'HEALTHCHECK NONE stands alone. Remove what is behind it.', range };
    return;
  }
  if (name !== 'CMD') {
    const message = `HEALTHCHECK takes CMD or NONE, and not “${type.text.slice(0, 40)}”. Write CMD before the command.`;
    const at = { start: type.range.start, end: type.range.start };
    const fix = { title: 'Write CMD (assumes that the command follows)', range: at, newText: 'CMD ' };
    yield { message, range: type.range, fix };
  } else if (!command || (command.kind === 'exec' && command.words.length === 0)) {
    yield {
      message: 'HEALTHCHECK CMD runs nothing. Write the command behind it, or HEALTHCHECK NONE.',
      range: type.range,
    };
  }
  for (const flag of flags) {
    const { name, value } = flag;
    if (!value) continue;
    const range = flag.valueRange ?? flag.range;
    const shown = value.slice(0, 40);
    if (HEALTH_TIMES.includes(name) && !isDuration(value)) {
      const message = `“${shown}” is no time that --${name} can take. Write it with its unit, of a millisecond or more: 30s, 1m30s.`;
      const fix = { title: `Write ${value}s (assumes seconds)`, range, newText: `${value}s` };
      yield { message, range, ...(/^[1-9]\d*$/.test(value) && { fix }) };
    } else if (name === 'retries' && !/^\+?\d{1,9}$/.test(value)) {
      yield { message: `“${shown}” is no number of retries. Write 0 or more.`, range };
    }
  }
}

/** Go's time.ParseDuration; BuildKit takes none below a millisecond but 0. */
function isDuration(text: string): boolean {
  if (/^[+-]?0$/.test(text)) return true;
  if (!/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return false;
  const units: Readonly<Record<string, number>> = {
    ns: 1e-6,
    us: 1e-3,
    µs: 1e-3,
    μs: 1e-3,
    ms: 1,
    s: 1e3,
    m: 6e4,
    h: 36e5,
  };
  let milliseconds = 0;
  for (const [, count, unit] of text.matchAll(/([\d.]+)([a-zµμ]+)/g)) milliseconds += Number(count) * units[unit!]!;
  return milliseconds === 0 || (milliseconds >= 1 && !text.startsWith('-'));
}

function* onbuild({ keywordRange, trigger }: Instruction): Iterable<Problem> {
  if (!trigger) {
    yield { message: 'ONBUILD carries no instruction. Write one behind it, or remove the line.', range: keywordRange };
  } else if (['ONBUILD', 'FROM', 'MAINTAINER'].includes(trigger.keyword)) {
    const message = `ONBUILD cannot carry ${trigger.keyword}. Carry another instruction, or remove the line.`;
    yield { message, range: trigger.keywordRange };
  }
}

function* shell({ keywordRange, command }: Instruction): Iterable<Problem> {
  const message = 'SHELL names its program and options as a JSON array. Write it like this: SHELL ["/bin/sh", "-c"].';
  if (command?.kind !== 'shell') {
    if (!command?.words.length) yield { message, range: command?.range ?? keywordRange };
    return;
  }
  const { range, text } = command;
  const isPlain = range.start.line === range.end.line && /^[\w/.:+=-]+([ \t]+[\w/.:+=-]+)*$/.test(text);
  const newText = `[${text
    .split(/[ \t]+/)
    .map((word) => JSON.stringify(word))
    .join(', ')}]`;
  yield { message, range, ...(isPlain && { fix: { title: `Write ${newText}`, range, newText } }) };
}

function* signal(it: Instruction): Iterable<Problem> {
  yield* wanting(it, 'a signal');
  const [word] = it.args;
  if (!word || word.text.includes('$')) return;
  const name = word.value.toUpperCase().replace(/^SIG/, '');
  if (/^[+-]?\d{1,9}$/.test(name) ? Number(name) !== 0 : SIGNALS.has(name) || REAL_TIME.test(name)) return;
  const message = `“${word.text.slice(0, 40)}” is no signal. Write the name or number of one, such as SIGTERM or SIGINT.`;
  const meant = nearest([...SIGNALS], name);
  const fix = { title: `Write SIG${meant} (assumes that it is meant)`, range: word.range, newText: `SIG${meant}` };
  yield { message, range: word.range, ...(meant !== undefined && { fix }) };
}

/** Of Linux (moby/sys, signal). */
const SIGNALS = new Set(
  'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ'.split(
    ' ',
  ),
);
const REAL_TIME = /^RTM(IN(\+\d{1,2})?|AX(-\d{1,2})?)$/;

/** Those whose words BuildKit expands as a shell would (SupportsSingleWordExpansion). */
const expanded = new Set('ADD ARG COPY ENV EXPOSE LABEL STOPSIGNAL USER VOLUME WORKDIR'.split(' '));
const LONGEST = 2_000;
const anything: Variable = { kind: 'set', value: 'x' };

function* wordProblems({ keyword, args }: Instruction, escapeToken: string): Iterable<Problem> {
  // `ENV NAME value`: the name is no word of a shell, but is expanded all the same.
  for (const word of args) {
    if (!/['"$]/.test(word.text) || word.text.startsWith('<<') || word.text.length > LONGEST) continue;
    if (partsOf(keyword, word).every((part) => expand(part, escapeToken, () => anything) !== undefined)) continue;
    const unclosed = /["']/.test(word.text) && !word.text.includes('${');
    const cure =
      unclosed && (keyword === 'COPY' || keyword === 'ADD')
        ? 'Names with spaces are written as a JSON array: ["a file", "/to/"].'
        : unclosed
          ? 'Close the quote, or write a backslash before it.'
          : 'Close it, and write what it takes if it is empty as ${NAME:-value}.';
    const fact = unclosed ? 'A quote is not closed' : 'A variable is not written as BuildKit reads it';
    yield { message: `${fact} in “${word.text.slice(0, 40)}”. ${cure}`, range: word.range };
    return;
  }
}

const partsOf = (keyword: string, { text }: Word): readonly string[] => {
  const equals = ['ENV', 'LABEL', 'ARG'].includes(keyword) ? text.indexOf('=') : -1;
  return equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
};
