/** What a RUN runs, as far as its text tells: simple commands in order, each with its line and its folder. */
import type { Instruction } from '../dockerfile/dockerfile.ts';
import { shellCommands } from '../dockerfile/shell-words.ts';
import { expand } from '../dockerfile/variables.ts';
import { resolvePath } from './paths.ts';

export interface RunCommand {
  /** The program and its arguments without quotes. A variable whose value is not known stays as it is written: see `isKnown`. */
  readonly words: readonly string[];
  /** What is set for this command, exports of the same RUN included. */
  readonly env: ReadonlyMap<string, string>;
  /** Undefined: not known. */
  readonly cwd: string | undefined;
  /** Files that its output goes to. */
  readonly writes: readonly string[];
  readonly line: number;
}

export const isKnown = (word: string): boolean => !word.includes('$') && !word.includes('`');

/** The program without its folder. */
export const programOf = ({ words }: RunCommand): string => (words[0] ?? '').replace(/^.*\//, '');

/** `value` gives what a variable of the Dockerfile holds; undefined where that is not known. */
export function commandsOf(
  instruction: Instruction,
  cwd: string | undefined,
  value: (name: string) => string | undefined,
): readonly RunCommand[] {
  const { command, heredocs } = instruction;
  if (!command) return [];
  const state: State = { cwd, env: new Map(), value };
  const line = instruction.range.start.line;
  if (command.kind === 'exec') {
    return unwrapped({ words: command.words.map((word) => word.value), env: new Map(), cwd, writes: [], line }, state);
  }
  const parts = command.pieces.map(({ start, at }) => ({ start, line: at.line }));
  const commands = parse({ text: command.text, parts }, state);
  const [heredoc] = heredocs;
  const [first, second] = commands;
  const isScript =
    !first || (!second && SHELLS.test(programOf(first)) && !first.words.some((word) => /^-\w*c$/.test(word)));
  if (!heredoc || !isScript) return commands;
  const top = heredoc.contentRange.start.line;
  const interpreter = /^#!\s*(?:\S*\/env\s+)?(\S+)/.exec(heredoc.content)?.[1]?.replace(/^.*\//, '');
  if (interpreter && !SHELLS.test(interpreter)) {
    return [{ words: [interpreter], env: new Map(), cwd, writes: [], line: top }];
  }
  return parse(heredocBody(heredoc.content, top), { cwd, env: new Map(), value });
}

const SHELLS = /^(sh|bash|ash|dash|zsh)$/;

/** Changed by `cd` and `export` on the way. */
interface State {
  cwd: string | undefined;
  env: Map<string, string>;
  readonly value: (name: string) => string | undefined;
}

/** Text for the shell, with the line of the Dockerfile on which each part of it stands. */
interface Script {
  readonly text: string;
  readonly parts: readonly { readonly start: number; readonly line: number }[];
}

/** Heredocs in a heredoc are data of their command: their lines are emptied. */
function heredocBody(content: string, top: number): Script {
  let awaited: string | undefined;
  const kept = content.split('\n').map((line) => {
    if (awaited !== undefined) {
      if (line.trim() === awaited) awaited = undefined;
      return '';
    }
    awaited = /<<-?\s*(["']?)([A-Za-z_]\w*)\1/.exec(line)?.[2];
    return line;
  });
  let start = 0;
  const parts = kept.map((line, i) => {
    const part = { start, line: top + i };
    start += line.length + 1;
    return part;
  });
  return { text: kept.join('\n'), parts };
}

function parse({ text, parts }: Script, state: State, depth = 0): readonly RunCommand[] {
  const commands: RunCommand[] = [];
  const folders: (string | undefined)[] = [];
  let end = 0;
  let part = 0;
  for (const found of shellCommands(text)) {
    for (const ch of text.slice(end, found.start)) {
      if (ch === '(') folders.push(state.cwd);
      else if (ch === ')' && folders.length > 0) state.cwd = folders.pop();
    }
    end = found.end;
    while (part + 1 < parts.length && parts[part + 1]!.start <= found.start) part++;
    const env = found.assignments.length > 0 ? new Map(state.env) : state.env;
    const read = (word: { readonly text: string; readonly value: string }) => {
      const lookup = (name: string) => env.get(name) ?? state.value(name);
      const known = expand(word.text, '\\', (name) => {
        const value = lookup(name);
        return value === undefined ? { kind: 'unknown', set: false } : { kind: 'set', value };
      });
      return known ?? word.value;
    };
    for (const word of found.assignments) setFrom(read(word), env);
    const command: RunCommand = {
      words: withoutPrefix(found.words.map(read)),
      env,
      cwd: state.cwd,
      writes: found.redirections.flatMap(({ operator, target }) =>
        target && /^(\d*|&)>(>|\|)?$/.test(operator) ? [read(target)] : [],
      ),
      line: parts[part]?.line ?? 0,
    };
    if (command.words.length === 0 && command.writes.length === 0) state.env = env;
    else if (!follow(command, state)) commands.push(...unwrapped(command, state, depth));
  }
  return commands;
}

/** Nobody sets more in one RUN, and each command that sets one has a table of its own. */
const MOST_VARIABLES = 300;

function setFrom(assignment: string, env: Map<string, string>): boolean {
  const equals = assignment.indexOf('=');
  if (!/^[A-Za-z_]\w*$/.test(assignment.slice(0, Math.max(equals, 0)))) return false;
  const name = assignment.slice(0, equals);
  if (env.size < MOST_VARIABLES || env.has(name)) env.set(name, assignment.slice(equals + 1));
  return true;
}

function withoutPrefix(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !['exec', 'sudo', 'command', 'nohup', 'time', '{', '}'].includes(word));
  return first <= 0 ? words : words.slice(first);
}

/** `cd` and `export` change what follows, and do nothing else. */
function follow({ words, env }: RunCommand, state: State): boolean {
  const [program, ...given] = words;
  if (program === 'cd' || program === 'pushd') {
    const target = given.find((word) => !word.startsWith('-'));
    const known = target !== undefined && isKnown(target) && !target.startsWith('~');
    state.cwd =
      known && (state.cwd !== undefined || target.startsWith('/')) ? resolvePath(state.cwd ?? '/', target) : undefined;
    return true;
  }
  if (program === 'export') {
    state.env = new Map(env);
    for (const word of given) setFrom(word, state.env);
    return true;
  }
  return false;
}

/** `sh -c '…'` and `env NAME=value …` are what is in them. */
function unwrapped(command: RunCommand, state: State, depth = 0): readonly RunCommand[] {
  const { words, line } = command;
  if (depth > 3) return [command];
  if (SHELLS.test(programOf(command))) {
    const flag = words.findIndex((word, i) => i > 0 && /^-\w*c$/.test(word));
    const body = flag > 0 ? words[flag + 1] : undefined;
    if (body !== undefined) {
      return parse({ text: body, parts: [{ start: 0, line }] }, { ...state, env: new Map(command.env) }, depth + 1);
    }
  }
  if (programOf(command) === 'env') {
    const env = new Map(command.env);
    let i = 1;
    while (i < words.length && setFrom(words[i]!, env)) i++;
    if (i < words.length && !words[i]!.startsWith('-')) {
      return unwrapped({ ...command, words: words.slice(i), env }, state, depth + 1);
    }
  }
  return [command];
}

/** Whether one of these lines takes the file away again: a script that only the build ran. */
export function isRemoved(steps: readonly { readonly commands: readonly RunCommand[] }[], path: string): boolean {
  return steps.some(({ commands }) => commands.some((it) => programOf(it) === 'rm' && it.words.includes(path)));
}
