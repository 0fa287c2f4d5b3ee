/** What an instruction gives a shell to run: its command line, and of its heredocs those that are scripts and not data. */
import type { Command, Heredoc, Instruction } from './dockerfile.ts';
import { isShell, programAt, readsInput, scriptAt } from './invoked.ts';
import { substitutionsIn } from './shell-lexer.ts';
import { type ShellCommand, type ShellReader, shellCommands } from './shell-words.ts';
import { linesOf, type Position } from './text.ts';

export interface Script {
  readonly text: string;
  readonly commands: readonly ShellCommand[];
  /** Of a heredoc: the command that runs it; undefined where the heredoc is all that there is. */
  readonly reader: ShellCommand | undefined;
  /** Of a heredoc: the program that its first line names, if it is no shell; `commands` is empty then. */
  readonly interpreter: string | undefined;
  /** Where a character of the text stands in the file. */
  position(offset: number): Position;
}

type Parsed = Pick<Script, 'text' | 'commands' | 'reader' | 'interpreter'> & { readonly heredoc?: number };

const kept = new WeakMap<object, readonly Parsed[]>();

/** The command line first. None of a command in exec form, or without one. */
export function scriptsOf({ command, heredocs, origin }: Instruction): readonly Script[] {
  if (command?.kind !== 'shell') return [];
  // Read once, however often the file around is edited.
  const parsed = kept.get(origin) ?? parse(command.text, heredocs);
  kept.set(origin, parsed);
  return parsed.map(({ heredoc, ...script }) => ({
    ...script,
    position: heredoc === undefined ? (offset) => positionIn(command, offset) : placesIn(heredocs[heredoc]!),
  }));
}

interface ScriptReader extends ShellReader {
  /** The words of a command, beginning with the program: `sudo` and the like are left out. */
  command?(words: readonly string[]): void;
}

/** Tells of everything that shells read in it, also in `$(…)` and of what `sh -c` is given; nothing of what their programs read. */
export function readScripts(instruction: Instruction, reader: ScriptReader): void {
  const { command } = instruction;
  if (command?.kind === 'exec') readInner(command.words, reader, 0);
  for (const { text, interpreter } of scriptsOf(instruction)) if (interpreter === undefined) readText(text, reader, 0);
}

/** Deeper nesting is not looked into. */
const DEEPEST = 3;

function readText(text: string, reader: ScriptReader, depth: number): void {
  const commands = shellCommands(text, {
    ...reader,
    word(word) {
      reader.word(word);
      const inner = word.dynamic && depth < DEEPEST ? substitutionsIn(word.text) : [];
      for (const one of inner) readText(one, reader, depth + 1);
    },
  });
  for (const { words } of commands) readInner(words, reader, depth);
}

function readInner(words: readonly { readonly value: string }[], reader: ScriptReader, depth: number): void {
  const values = words.map(({ value }) => value);
  const own = values.slice(programAt(values));
  if (own.length > 0) reader.command?.(own);
  const at = scriptAt(own);
  if (at !== undefined && depth < DEEPEST) readText(own[at]!, reader, depth + 1);
}

/** The words of it, whoever reads them: arguments, the values of flags, and what it runs, as far as shells read it. Quotes are taken away. */
export function wordsIn(instruction: Instruction): readonly string[] {
  const { args, flags, command } = instruction;
  const words = [...args.map(({ value }) => value), ...flags.flatMap(({ value }) => value ?? [])];
  if (command?.kind === 'exec') for (const { value } of command.words) words.push(value);
  readScripts(instruction, { word: ({ value }) => words.push(value), heredoc() {} });
  return words;
}

/** The words of all that it runs, in `$(…)` too, each beginning with the program. */
export function commandsIn(instruction: Instruction): readonly (readonly string[])[] {
  const commands: (readonly string[])[] = [];
  readScripts(instruction, { command: (words) => commands.push(words), word() {}, heredoc() {} });
  return commands;
}

function parse(text: string, heredocs: readonly Heredoc[]): readonly Parsed[] {
  const line: Parsed = { text, commands: shellCommands(text), reader: undefined, interpreter: undefined };
  const readers = line.commands.flatMap((command) =>
    command.redirections.filter(({ operator }) => /^\d*<<-?$/.test(operator)).map(() => command),
  );
  const [first, ...more] = line.commands;
  const isAlone =
    heredocs.length === 1 &&
    more.length === 0 &&
    first !== undefined &&
    text.trim() === text.slice(first.start, first.end) &&
    first.redirections.length === 1 &&
    first.words.length === 0 &&
    first.assignments.length === 0;
  const scripts = heredocs.flatMap(({ content }, heredoc): Parsed[] => {
    const reader = readers[heredoc];
    if (isAlone) {
      // Run as a file of its own where it begins so, else given to the shell (dockerfile2llb/convert.go, dispatchRun).
      const named = /^#![ \t]*(?:\S*\/env[ \t]+(?:-S[ \t]+)?)?(\S+)/.exec(content)?.[1];
      const interpreter = named === undefined || isShell(named) ? undefined : named.slice(named.lastIndexOf('/') + 1);
      const commands = interpreter === undefined ? shellCommands(content) : [];
      return [{ text: content, commands, reader: undefined, interpreter, heredoc }];
    }
    const words = reader?.words.map(({ value }) => value) ?? [];
    if (!reader || !readsInput(words.slice(programAt(words)))) return [];
    return [{ text: content, commands: shellCommands(content), reader, interpreter: undefined, heredoc }];
  });
  return [line, ...scripts];
}

function placesIn({ content, contentRange }: Heredoc): (offset: number) => Position {
  let lines: ReturnType<typeof linesOf> | undefined;
  return (offset) => {
    lines ??= linesOf(content);
    const { line, character } = lines.at(offset);
    return { line: contentRange.start.line + line, character };
  };
}

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
