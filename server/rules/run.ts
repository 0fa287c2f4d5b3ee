/** What a RUN runs: its simple commands, each with the places of its words in the file. */
import type { Command, Heredoc, Instruction } from '../dockerfile/dockerfile.ts';
import { type ShellCommand, type ShellWord, shellCommands } from '../dockerfile/shell-words.ts';
import { linesOf, type Position, type Range } from '../dockerfile/text.ts';

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
  /** The program and what it is given; `sudo`, `env` and `A=1` before it left out. */
  readonly words: readonly [RunWord, ...RunWord[]];
  /** `A=1` before it. */
  readonly env: readonly string[];
  /** Where another command can be put after it with `&&`: in shell form, not in a pipe, a condition or a loop. */
  readonly extensible: boolean;
}

const kept = new WeakMap<Instruction, readonly RunCommand[]>();

export function runCommands(instruction: Instruction): readonly RunCommand[] {
  if (instruction.keyword !== 'RUN' || !instruction.command) return [];
  const known = kept.get(instruction);
  if (known) return known;
  const made = [...read(instruction, instruction.command)];
  kept.set(instruction, made);
  return made;
}

function* read({ origin, heredocs }: Instruction, command: Command): Iterable<RunCommand> {
  if (command.kind === 'exec') {
    const words = command.words.map(({ text, value, range }) => ({ text, value, dynamic: false, range: () => range }));
    const [program, ...given] = words;
    if (program) yield { name: baseName(program.value), words: [program, ...given], env: [], extensible: false };
    return;
  }
  const [own = [], ...others] = scripts(origin, command.text, heredocs);
  yield* own.map((it) => placed(it, (offset) => positionIn(command, offset)));
  for (const [i, { content, contentRange }] of heredocs.entries()) {
    const first = contentRange.start.line;
    const lines = others[i]?.length ? linesOf(content) : undefined;
    if (!lines) continue;
    yield* others[i]!.map((it) =>
      placed(it, (offset) => {
        const { line, character } = lines.at(offset);
        return { line: first + line, character };
      }),
    );
  }
}

/** A command, wherever it stands. */
interface Script {
  readonly name: string;
  readonly words: readonly [ShellWord, ...ShellWord[]];
  readonly env: readonly string[];
  readonly extensible: boolean;
}

const keptScripts = new WeakMap<object, readonly (readonly Script[])[]>();

/** The commands of a RUN and of each of its heredocs: read once, however often the file around is edited. */
function scripts(origin: object, text: string, heredocs: readonly Heredoc[]): readonly (readonly Script[])[] {
  const known = keptScripts.get(origin);
  if (known) return known;
  const made = [text, ...heredocs.map(({ content }) => content)].map((it) => [...commandsIn(it)]);
  keptScripts.set(origin, made);
  return made;
}

function* commandsIn(text: string): Iterable<Script> {
  for (const command of shellCommands(text)) {
    const from = command.words.findIndex(({ value }) => !BEFORE.test(value));
    const [program, ...given] = command.words.slice(from < 0 ? command.words.length : from);
    if (!program) continue;
    yield {
      name: baseName(program.value),
      words: [program, ...given],
      env: [...command.assignments, ...command.words.slice(0, from)].map(({ value }) => value),
      extensible: isExtensible(command),
    };
  }
}

function placed({ name, words, env, extensible }: Script, position: (offset: number) => Position): RunCommand {
  const [program, ...given] = words.map(({ text, value, dynamic, start, end }) => ({
    text,
    value,
    dynamic,
    range: () => {
      const last = position(end - 1);
      return { start: position(start), end: { line: last.line, character: last.character + 1 } };
    },
  }));
  return { name, words: [program!, ...given], env, extensible };
}

const isExtensible = ({ compound, operator, redirections }: ShellCommand) =>
  !compound &&
  redirections.length === 0 &&
  (operator === undefined || operator === '&&' || operator === ';' || operator === '\n');

/** What stands before the program it runs, and that program's options as far as they are flags. */
const BEFORE = /^(sudo|env|exec|command|time|nice|-\w+|[A-Za-z_]\w*=.*)$/s;

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Where a character of the command's text stands in the file. */
function positionIn({ pieces }: Extract<Command, { kind: 'shell' }>, offset: number): Position {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low]!;
  return { line: piece.at.line, character: piece.at.character + offset - piece.start };
}
