/**
 * What BuildKit stops at in one instruction that could be read: instructions/parse.go and bflag.go, and of dockerfile2llb what hangs on the
 * text alone (moby/buildkit@v0.34.2). What an ONBUILD carries is only looked at when somebody builds on the image, and so is not here.
 */
import { copyShape, copyValues } from './copy-problems.ts';
import type { Instruction, Problem } from './dockerfile.ts';
import { flagProblems, HEALTH_TIMES } from './flag-problems.ts';
import { deviceProblems, mountNames, mountOptions } from './mount-problems.ts';
import { nearest } from './near.ts';
import { isPort } from './ports.ts';
import { fixedValue } from './shell-syntax.ts';
import { wordProblems } from './word-problems.ts';

/** Of flags, grammar, words and values only the first that are wrong: the rest may be right once those are. */
export function instructionProblems(it: Instruction, escapeToken: string): readonly Problem[] {
  for (const find of [flagProblems, grammar[it.keyword] ?? none]) {
    const found = [...find(it)];
    if (found.length > 0) return found;
  }
  for (const find of [wordProblems, values[it.keyword] ?? none]) {
    const found = [...find(it, escapeToken)];
    if (found.length > 0) return found.map((problem) => ({ ...problem, whenBuilt: true }));
  }
  return [];
}

type Grammar = (it: Instruction, escapeToken: string) => Iterable<Problem>;
type Shape = (it: Instruction) => Iterable<Problem>;

const none = () => [];

/** What it stops at as soon as it has read the file. */
const grammar: Readonly<Record<string, Shape>> = {
  ADD: copyShape,
  ARG: named,
  COPY: copyShape,
  ENV: named,
  EXPOSE: (it) => wanting(it, 'a port'),
  HEALTHCHECK: health,
  LABEL: named,
  MAINTAINER: (it) => wanting(it, 'a name'),
  ONBUILD: onbuild,
  RUN: runs,
  SHELL: shell,
  STOPSIGNAL: (it) => wanting(it, 'a signal'),
  USER: (it) => wanting(it, 'a user'),
  VOLUME: (it) => (it.args.length === 0 ? wanting(it, 'a folder') : volumes(it, it.isJson)),
  WORKDIR: (it) => wanting(it, 'a folder'),
};

/** What it stops at when it comes to the instruction, which is only where its stage is built. */
const values: Readonly<Record<string, Grammar>> = {
  ADD: copyValues,
  COPY: copyValues,
  EXPOSE: ports,
  RUN: mountOptions,
  STOPSIGNAL: signal,
  VOLUME: (it) => volumes(it, true),
};

function* runs(it: Instruction): Iterable<Problem> {
  yield* mountNames(it);
  yield* deviceProblems(it);
}

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

/** Quotes around nothing are taken away only when it comes to the instruction. */
function* volumes({ args }: Instruction, isEmptyToo: boolean): Iterable<Problem> {
  for (const { value, range } of args)
    if (isEmptyToo && value.trim() === '')
      yield { message: 'A volume has no folder here. Name one, or remove it.', range };
}

function* ports({ args }: Instruction, escapeToken: string): Iterable<Problem> {
  for (const { text, range } of args) {
    const value = fixedValue(text, escapeToken);
    // What is nothing in the end is left out.
    if (!value || isPort(value)) continue;
    const cure = value.includes(':')
      ? 'Write the port in the container alone, such as 8080: EXPOSE publishes nothing.'
      : 'Write a number up to 65535, or a range of them, with /tcp, /udp or /sctp behind it if need be.';
    yield { message: `“${text.slice(0, 40)}” is no port. ${cure}`, range };
  }
}

function* health({ keywordRange, args, command, flags }: Instruction): Iterable<Problem> {
  const [type, ...more] = args;
  if (!type) {
    const message = 'HEALTHCHECK says nothing. Write CMD and a command, or NONE.';
    yield { message, range: keywordRange };
    return;
  }
  const name = type.text.toUpperCase();
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
    } else if (name === 'retries' && !(/^(\+?\d+|-0+)$/.test(value) && Number(value) <= 2 ** 31 - 1)) {
      yield { message: `“${shown}” is no number of retries. Write 0 or more.`, range };
    }
  }
}

/** Of Go, in nanoseconds. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 36e11,
};

/** Go's time.ParseDuration; BuildKit takes none below a millisecond but 0, and reads flags by bytes, so that “µs” is no unit. */
function isDuration(text: string): boolean {
  if (/^[+-]?0$/.test(text)) return true;
  let time = 0;
  // One by one: a repeated group would take a stack as long as the text.
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|ms|s|m|h)/y;
  part.lastIndex = /^[+-]/.test(text) ? 1 : 0;
  do {
    const [, count, unit] = part.exec(text) ?? [];
    if (unit === undefined) return false;
    time += Math.trunc(Number(count) * UNITS[unit]!);
  } while (part.lastIndex < text.length);
  return time === 0 || (time >= 1e6 && time <= 2 ** 63 && !text.startsWith('-'));
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
  const isPlain = text.length <= 200 && range.start.line === range.end.line && /^[\w/.:+= \t-]+$/.test(text);
  const newText = `[${text
    .split(/[ \t]+/)
    .map((word) => JSON.stringify(word))
    .join(', ')}]`;
  yield { message, range, ...(isPlain && { fix: { title: `Write ${newText}`, range, newText } }) };
}

function* signal({ args: [word] }: Instruction, escapeToken: string): Iterable<Problem> {
  const value = word && fixedValue(word.text, escapeToken);
  if (!word || value === undefined) return;
  const name = value.toUpperCase().replace(/^SIG/, '');
  if (/^[+-]?\d{1,19}$/.test(value) ? !/^[+-]?0+$/.test(value) : SIGNALS.has(name) || REAL_TIME.test(name)) return;
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
const REAL_TIME = /^RTM(IN(\+([1-9]|1[0-5]))?|AX(-([1-9]|1[0-4]))?)$/;
