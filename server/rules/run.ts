/** What a RUN runs: its simple commands, each with the places of its words in the file. */
import type { Instruction, Word } from '../dockerfile/dockerfile.ts';
import { execsOf, programAt, scriptAt } from '../dockerfile/invoked.ts';
import { type Script, scriptsOf } from '../dockerfile/run-scripts.ts';
import { type ShellCommand, type ShellWord, shellCommands } from '../dockerfile/shell-words.ts';
import type { Range } from '../dockerfile/text.ts';
import { absolute } from './copies.ts';

export interface RunWord {
  /** As written. */
  readonly text: string;
  readonly value: string;
  /** What the shell makes of it is not `value`. */
  readonly dynamic: boolean;
  range(): Range;
}

export interface RunCommand {
  /** The program, without its folder. */
  readonly name: string;
  /** The program and what it is given; what only runs it, as `sudo` and `xargs`, and `A=1` before it left out. */
  readonly words: readonly [RunWord, ...RunWord[]];
  /** `A=1` before it. */
  readonly env: readonly string[];
  /** The same, with their places. */
  readonly assignments: readonly RunWord[];
  /** Where another command can be put after it with `&&`: in shell form, not in a pipe, a condition or a loop. */
  readonly extensible: boolean;
  /** Where `A=1 ` can be put in front of its program. */
  readonly settable: boolean;
  /** The `( )` and the shells of their own around it, the outermost first: a `cd` in one ends with it. */
  readonly scopes: readonly object[];
}

const kept = new WeakMap<Instruction, readonly RunCommand[]>();

/** Also those of heredocs that a shell runs, of `sh -c '…'` and of `find -exec`; not those in `$(…)`. */
export function runCommands(instruction: Instruction): readonly RunCommand[] {
  if (instruction.keyword !== 'RUN' || !instruction.command) return [];
  const known = kept.get(instruction);
  if (known) return known;
  const made = [...read(instruction)];
  kept.set(instruction, made);
  return made;
}

function* read(instruction: Instruction): Iterable<RunCommand> {
  const { command } = instruction;
  if (command?.kind === 'exec') {
    const words = command.words.map((word) => ({ ...word, dynamic: false, range: () => word.range }));
    yield* ofWords(words, { assignments: [], extensible: false, settable: false, scopes: [] }, 0, (word) =>
      within(command.words, word),
    );
  }
  for (const { commands, interpreter, position } of scriptsOf(instruction)) {
    if (interpreter !== undefined) {
      const word = { text: interpreter, value: interpreter, dynamic: true, range: () => instruction.keywordRange };
      yield {
        name: interpreter,
        words: [word],
        env: [],
        assignments: [],
        extensible: false,
        settable: false,
        scopes: [],
      };
    } else yield* ofScript(commands, position, [], 0);
  }
}

/** Deeper nesting is not looked into. */
const DEEPEST = 3;

function* ofScript(
  commands: readonly ShellCommand[],
  position: Script['position'] | undefined,
  outer: readonly object[],
  depth: number,
  whole?: () => Range,
): Iterable<RunCommand> {
  const place = (word: ShellWord): RunWord =>
    position
      ? { text: word.text, value: word.value, dynamic: word.dynamic, range: () => rangeOf(word, position) }
      : { text: word.value, value: word.value, dynamic: true, range: whole! };
  let scopes = outer;
  let innermost: ShellCommand['subshell'];
  for (const command of commands) {
    if (command.subshell !== innermost) {
      innermost = command.subshell;
      const own: object[] = [];
      for (let at = innermost; at; at = at.outer) own.push(at);
      scopes = [...outer, ...own.reverse()];
    }
    const about = {
      assignments: command.assignments.map(place),
      settable: position !== undefined,
      extensible: position !== undefined && isExtensible(command),
      scopes,
    };
    yield* ofWords(command.words.map(place), about, depth, (at) => positionsIn(command.words[at]!, position));
  }
}

/** `inside` tells where the characters of the word at an index stand; undefined where quotes or escapes in it move them. */
function* ofWords(
  all: readonly RunWord[],
  about: Omit<RunCommand, 'name' | 'words' | 'env'>,
  depth: number,
  inside: (at: number) => Script['position'] | undefined,
): Iterable<RunCommand> {
  const at = programAt(all.map(({ value }) => value));
  const [program, ...given] = all.slice(at);
  if (!program) return;
  // More comes from its input.
  const last = given.at(-1) ?? program;
  if (all.slice(0, at).some(({ value }) => baseName(value) === 'xargs'))
    given.push({ ...last, value: '', dynamic: true });
  const assignments = [...about.assignments, ...all.slice(0, at).filter(({ value }) => /^[A-Za-z_]\w*=/.test(value))];
  const env = assignments.map(({ value }) => value);
  const settable = about.settable && all.slice(0, at).every(({ value }) => /^-|^\w+=|^(sudo|env)$/.test(value));
  yield { ...about, name: baseName(program.value), words: [program, ...given], env, assignments, settable };
  if (depth === DEEPEST) return;
  const values = [program, ...given].map(({ value }) => value);
  const script = scriptAt(values);
  if (script !== undefined) {
    const word = all[at + script]!;
    const commands = shellCommands(word.value);
    yield* ofScript(commands, inside(at + script), [...about.scopes, commands], depth + 1, word.range);
  }
  for (const { start, end } of execsOf(values)) {
    const words = all
      .slice(at + start, at + end)
      .map((it) => (it.value.includes('{}') ? { ...it, dynamic: true } : it));
    yield* ofWords(words, { ...about, extensible: false, settable: false }, depth + 1, (i) => inside(at + start + i));
  }
}

/** Of a word in one pair of quotes, in which nothing is escaped. */
function positionsIn(
  { text, value, start }: ShellWord,
  position: Script['position'] | undefined,
): Script['position'] | undefined {
  const isPlain = /^(["']).*\1$/s.test(text) && text.slice(1, -1) === value;
  return position && isPlain ? (offset) => position(start + 1 + offset) : undefined;
}

function within(words: readonly Word[], at: number): Script['position'] | undefined {
  const { text, value, range } = words[at]!;
  if (text.slice(1, -1) !== value || range.start.line !== range.end.line) return undefined;
  return (offset) => ({ line: range.start.line, character: range.start.character + 1 + offset });
}

function rangeOf({ start, end }: ShellWord, position: Script['position']): Range {
  const last = position(end - 1);
  return { start: position(start), end: { line: last.line, character: last.character + 1 } };
}

const isExtensible = ({ compound, operator, redirections }: ShellCommand) =>
  !compound &&
  redirections.length === 0 &&
  (operator === undefined || operator === '&&' || operator === ';' || operator === '\n');

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Linux knows none that are longer. */
const LONGEST_PATH = 4_096;

/** Each command with the folder that it runs in, as far as `cd` before it tells. */
export function* inFolders(
  commands: readonly RunCommand[],
  from: string | undefined,
): Generator<RunCommand & { readonly cwd: string | undefined }> {
  let cwd = from;
  const left: { scope: object; cwd: string | undefined }[] = [];
  for (const command of commands) {
    const { scopes, name, words } = command;
    const gone = left.findIndex(({ scope }, i) => scope !== scopes[i]);
    if (gone >= 0) cwd = left.splice(gone)[0]!.cwd;
    for (const scope of scopes.slice(left.length)) left.push({ scope, cwd });
    if (name === 'cd' || name === 'pushd') {
      const to = words.slice(1).find(({ value }) => !value.startsWith('-'));
      cwd = to && !to.dynamic && cwd !== undefined ? absolute(cwd, to.value) : undefined;
      if (cwd !== undefined && cwd.length > LONGEST_PATH) cwd = undefined;
    }
    yield { ...command, cwd };
  }
}
