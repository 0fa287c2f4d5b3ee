/**
 * What BuildKit stops at in one instruction that could be read: instructions/parse.go and bflag.go, and of dockerfile2llb what hangs on the
 * text alone (moby/buildkit@73ed682). What an ONBUILD carries is only looked at when somebody builds on the image, and so is not here.
 */
import type { Instruction, Problem, Word } from './dockerfile.ts';
import { flagProblems, HEALTH_TIMES } from './flag-problems.ts';
import { mountsOf } from './mounts.ts';
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

type Grammar = (it: Instruction) => Iterable<Problem>;

const none: Grammar = () => [];

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
  RUN: mounts,
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

const MOUNT_KEYS =
  'type from source src target dst destination readonly ro readwrite rw required size id sharing mode uid gid env'.split(
    ' ',
  );
const MOUNT_TYPES = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];

function* mounts(it: Instruction): Iterable<Problem> {
  for (const { key, value = '', range, valueRange } of mountsOf(it).flat()) {
    const shown = (key === 'type' ? value : key).slice(0, 40);
    if (key === '') continue;
    if (!MOUNT_KEYS.includes(key)) {
      const meant = nearest(MOUNT_KEYS, key);
      const cure = meant === undefined ? 'Remove it.' : `Write ${meant}, if that is meant.`;
      yield { message: `“${shown}” is no option of a mount. ${cure}`, range, newer: true };
    } else if (key === 'from' && /\$./.test(value)) {
      const message =
        'A mount takes no variable in “from”. Name the image in a FROM of its own, where variables can be used, and mount from that stage.';
      yield { message, range: valueRange };
    } else if (key === 'type' && !value.includes('$') && !MOUNT_TYPES.includes(value.toLowerCase())) {
      const message = `“${shown}” is no type of mount. Write one of ${MOUNT_TYPES.join(', ')}.`;
      yield { message, range: valueRange, newer: true };
    }
  }
}

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
  if (!/^[+-]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return false;
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
  // `ENV NAME value`: the name is no word of a shell, but is expanded all the same; the value may hold any “=”.
  const pairs = keyword === 'ARG' || (/^(ENV|LABEL)$/.test(keyword) && args[0]?.text.includes('='));
  for (const word of args) {
    if (!/['"$]/.test(word.text) || word.text.startsWith('<<') || word.text.length > LONGEST) continue;
    const parts = pairs ? partsOf(word) : [word.text];
    // The name of an ARG is taken as it stands: `ARG A=1 # don't` declares “#” and “don't”, too.
    const read = keyword === 'ARG' ? parts.slice(1) : parts;
    if (read.every((part) => expand(part, escapeToken, () => anything) !== undefined)) continue;
    const unclosed = /["']/.test(word.text) && !word.text.includes('${');
    const cure =
      unclosed && (keyword === 'COPY' || keyword === 'ADD')
        ? 'Names with spaces are written as a JSON array: ["a file", "/to/"].'
        : unclosed
          ? `Close the quote, or write ${escapeToken} before it.`
          : 'Close it, and write what it takes if it is empty as ${NAME:-value}.';
    const fact = unclosed ? 'A quote is not closed' : 'A variable is not written as BuildKit reads it';
    yield { message: `${fact} in “${word.text.slice(0, 40)}”. ${cure}`, range: word.range };
    return;
  }
}

const partsOf = ({ text }: Word): readonly string[] => {
  const equals = text.indexOf('=');
  return equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
};
