/** What a RUN runs, as far as its text tells: simple commands in order, each with its line and its folder. */
import type { Instruction } from '../dockerfile/dockerfile.ts';
import { programAt, scriptAt } from '../dockerfile/invoked.ts';
import { type Script, scriptsOf } from '../dockerfile/run-scripts.ts';
import { type ShellCommand, type Subshell, shellCommands } from '../dockerfile/shell-words.ts';
import { expand } from '../dockerfile/variables.ts';
import { nameOf, resolvePath } from './paths.ts';

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

/** Stands for words that are not written: those that xargs reads. */
export const MORE = '$@';

/** The program without its folder. */
export const programOf = ({ words }: RunCommand): string => (words[0] ?? '').replace(/^.*\//, '');

/** `value` gives what a variable of the Dockerfile holds; undefined where that is not known. */
export function commandsOf(
  instruction: Instruction,
  cwd: string | undefined,
  value: (name: string) => string | undefined,
): readonly RunCommand[] {
  const { command } = instruction;
  if (!command) return [];
  const state: State = { cwd, env: new Map(), value };
  const line = instruction.range.start.line;
  if (command.kind === 'exec') {
    return unwrapped({ words: command.words.map((word) => word.value), env: new Map(), cwd, writes: [], line }, state);
  }
  const [main, ...heredocs] = scriptsOf(instruction);
  const read = (script: Script, from: State): readonly RunCommand[] =>
    script.interpreter === undefined
      ? parse(script.commands, (offset) => script.position(offset).line, from)
      : [{ words: [script.interpreter], env: new Map(), cwd, writes: [], line: script.position(0).line }];
  const alone = heredocs.find(({ reader }) => reader === undefined);
  if (alone || !main) return alone ? read(alone, state) : [];
  const scripts = new Map(heredocs.map((script) => [script.reader, script]));
  return parse(
    main.commands,
    (offset) => main.position(offset).line,
    state,
    0,
    (reader, at) => {
      const script = scripts.get(reader);
      return script && read(script, { ...at, env: new Map(at.env) });
    },
  );
}

/** Changed by `cd` and `export` on the way. */
interface State {
  cwd: string | undefined;
  env: Map<string, string>;
  readonly value: (name: string) => string | undefined;
}

/** `instead` gives what a shell runs that reads it from a heredoc. */
function parse(
  found: readonly ShellCommand[],
  lineAt: (offset: number) => number,
  state: State,
  depth = 0,
  instead?: (command: ShellCommand, state: State) => readonly RunCommand[] | undefined,
): readonly RunCommand[] {
  const commands: RunCommand[] = [];
  const left: { scope: Subshell; cwd: State['cwd']; env: State['env'] }[] = [];
  for (const one of found) {
    leave(state, left, one);
    const env = one.assignments.length > 0 ? new Map(state.env) : state.env;
    const read = (word: { readonly text: string; readonly value: string }) => {
      const lookup = (name: string) => env.get(name) ?? state.value(name);
      const known = expand(word.text, '\\', (name) => {
        const value = lookup(name);
        return value === undefined ? { kind: 'unknown', set: false } : { kind: 'set', value };
      });
      return known ?? word.value;
    };
    for (const word of one.assignments) setFrom(read(word), env);
    const command: RunCommand = {
      words: one.words.map(read),
      env,
      cwd: state.cwd,
      writes: one.redirections.flatMap(({ operator, target }) =>
        target && /^(\d*|&)>(>|\|)?$/.test(operator) ? [read(target)] : [],
      ),
      line: lineAt(one.start),
    };
    const others = instead?.(one, { ...state, env });
    if (others) commands.push(...others);
    else if (command.words.length === 0 && command.writes.length === 0) state.env = env;
    else if (!follow(command, state)) commands.push(...unwrapped(command, state, depth));
  }
  return commands;
}

/** What a `( )` changed is as it was before, where the command stands in it no more. */
function leave(
  state: State,
  left: { scope: Subshell; cwd: State['cwd']; env: State['env'] }[],
  { subshell }: ShellCommand,
): void {
  const scopes: Subshell[] = [];
  for (let at = subshell; at; at = at.outer) scopes.unshift(at);
  const gone = left.findIndex(({ scope }, i) => scope !== scopes[i]);
  if (gone >= 0) {
    const [{ cwd, env }] = left.splice(gone) as [(typeof left)[number]];
    Object.assign(state, { cwd, env });
  }
  for (const scope of scopes.slice(left.length)) {
    left.push({ scope, cwd: state.cwd, env: state.env });
    state.env = new Map(state.env);
  }
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

/** `cd` and `export` change what follows, and do nothing else. */
function follow({ words, env }: RunCommand, state: State): boolean {
  const [program, ...given] = words;
  if (program === 'cd' || program === 'pushd') {
    const target = given.find((word) => !word.startsWith('-'));
    const known = target !== undefined && isKnown(target) && !target.startsWith('~');
    state.cwd =
      known && (state.cwd !== undefined || target.startsWith('/')) ? resolvePath(state.cwd ?? '/', target) : undefined;
    // Linux knows no longer paths.
    if (state.cwd !== undefined && state.cwd.length > 4_096) state.cwd = undefined;
    return true;
  }
  if (program === 'export') {
    state.env = new Map(env);
    for (const word of given) setFrom(word, state.env);
    return true;
  }
  return false;
}

/** `sh -c '…'`, `sudo …` and `env NAME=value …` are what is in them. */
function unwrapped(command: RunCommand, state: State, depth = 0): readonly RunCommand[] {
  const { line } = command;
  if (depth > 3) return [command];
  const at = programAt(command.words);
  const env = new Map(command.env);
  for (const word of command.words.slice(0, at)) setFrom(word, env);
  // What xargs runs is given more than is written.
  const isOpen = command.words.slice(0, at).some((word) => nameOf(`/${word}`) === 'xargs');
  const words = [...command.words.slice(at), ...(isOpen ? [MORE] : [])];
  const script = scriptAt(words);
  if (script === undefined) return [{ ...command, words, env }];
  return parse(shellCommands(words[script]!), () => line, { ...state, env: new Map(env) }, depth + 1);
}

/** Whether one of these lines takes the file away again: a script that only the build ran. */
export function isRemoved(steps: readonly { readonly commands: readonly RunCommand[] }[], path: string): boolean {
  return steps.some(({ commands }) => commands.some((it) => programOf(it) === 'rm' && it.words.includes(path)));
}
