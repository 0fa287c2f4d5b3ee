/**
 * Instructions as dockerfile-ast reads them, one at a time, beside our own reader: keyword, flags and arguments, with their places. What differs
 * is said; reader-differences.ts has the kinds of it.
 */
import {
  Copy,
  DockerfileParser,
  JSONInstruction,
  ModifiableInstruction,
  Onbuild,
  PropertyInstruction,
  Run,
  type Instruction as Theirs,
} from 'dockerfile-ast';
import type { Command, Dockerfile, Instruction } from '../../server/dockerfile/dockerfile.ts';
import type { Lines, Position, Range } from '../../server/dockerfile/text.ts';

export const FIELDS = ['keyword', 'flags', 'words'] as const;
export type Field = (typeof FIELDS)[number];

/** Each entry is what is written and where it stands, `TEXT@LINE:CHARACTER-LINE:CHARACTER`, counted from the instruction's first character. */
export type Reading = Readonly<Record<Field, readonly string[]>>;

export interface Compared {
  /** As it stands in the file, from the keyword on. */
  readonly source: string;
  readonly keyword: string;
  /** From 0. */
  readonly line: number;
  readonly differs: readonly Field[];
  readonly ours: Reading;
  readonly theirs: Reading;
}

/** Every instruction of the file. */
export function compareReaders(dockerfile: Dockerfile): readonly Compared[] {
  const { text, lines, instructions, escape: token } = dockerfile;
  return instructions.map((instruction) => {
    const { start, end } = instruction.range;
    const source = text.slice(lines.offset(start), lines.offset(end));
    const ours = ourReading(text, lines, instruction, start);
    const theirs = secondReading(source, token);
    const differs = FIELDS.filter((field) => JSON.stringify(ours[field]) !== JSON.stringify(theirs[field]));
    return { source, keyword: instruction.keyword, line: start.line, differs, ours, theirs };
  });
}

/** What dockerfile-ast makes of one instruction. */
export function secondReading(source: string, token: string): Reading {
  const directive = token === '\\' ? '' : `# escape=${token}\n`;
  const down = directive === '' ? 0 : 1;
  const [first, ...more] = DockerfileParser.parse(directive + source).getInstructions();
  if (!first) return { keyword: [], flags: [], words: [] };
  const reading = theirReading(first, { line: down, character: 0 });
  // A line that it takes for an instruction of its own is one that it lost.
  return { ...reading, keyword: [...reading.keyword, ...more.map((it) => `and ${it.getKeyword()}`)] };
}

function theirReading(instruction: Theirs, from: Position): Reading {
  const written = (text: string, range: Range) => `${text}@${place(range, from)}`;
  const keyword = [written(instruction.getKeyword(), instruction.getInstructionRange())];
  if (instruction instanceof Onbuild) {
    const trigger = instruction.getTriggerInstruction();
    if (trigger === null) return { keyword, flags: [], words: [] };
    const inside = theirReading(trigger, from);
    return { ...inside, keyword: [...keyword, ...inside.keyword] };
  }
  const flags = instruction instanceof ModifiableInstruction ? instruction.getFlags() : [];
  return {
    keyword,
    flags: flags.map((flag) => {
      const value = flag.getValue();
      const name = written(`--${flag.getName()}`, flag.getRange());
      return value === null ? name : name + written(`=${value}`, flag.getValueRange() ?? flag.getRange());
    }),
    words: theirWords(instruction).map(({ text, range }) => written(text, range)),
  };
}

interface Piece {
  readonly text: string;
  readonly range: Range;
}

function theirWords(instruction: Theirs): readonly Piece[] {
  try {
    return argumentsOf(instruction);
  } catch {
    return [{ text: 'throws', range: instruction.getInstructionRange() }];
  }
}

function argumentsOf(instruction: Theirs): readonly Piece[] {
  const all = instruction.getArgumentsRange();
  if (!all) return [];
  if (instruction instanceof JSONInstruction) {
    // It has no word for whether this is an array: one that is closed by the last character counts as one.
    const close = instruction.getClosingBracket()?.getRange().end;
    if (instruction.getOpeningBracket() && close && compare(close, all.end) === 0)
      return instruction.getJSONStrings().map((it) => ({ text: it.getJSONValue(), range: it.getRange() }));
  }
  if (instruction instanceof PropertyInstruction) {
    // `ENV NAME all the rest`, which ARG does not know.
    const [one, ...more] = instruction.getProperties();
    const value = one?.getValueRange();
    if (instruction.getKeyword() !== 'ARG' && one && value && more.length === 0 && !one.getAssignmentOperatorRange())
      return [
        { text: one.getName(), range: one.getNameRange() },
        { text: one.getUnescapedValue() ?? '', range: value },
      ];
  }
  const args =
    instruction instanceof PropertyInstruction ? instruction.getPropertyArguments() : instruction.getArguments();
  const words = args.map((it) => ({ text: it.getValue(), range: it.getRange() }));
  // It counts the lines of a heredoc among the arguments, and says which they are.
  const bodies =
    instruction instanceof Run || instruction instanceof Copy
      ? instruction.getHeredocs().flatMap((it) => it.getContentRange() ?? it.getDelimiterRange() ?? [])
      : [];
  const [body] = bodies.map(({ start }) => start).sort(compare);
  return oneWord.test(instruction.getKeyword())
    ? joined(words)
    : words.filter(({ range }) => !body || compare(range.start, body) < 0);
}

/** All that stands there is one word to BuildKit. */
const oneWord = /^(MAINTAINER|STOPSIGNAL|USER|WORKDIR)$/;

function joined(words: readonly Piece[]): readonly Piece[] {
  const [first, last] = [words[0], words.at(-1)];
  if (!first || !last) return [];
  return [{ text: words.map(({ text }) => text).join(' '), range: { start: first.range.start, end: last.range.end } }];
}

function ourReading(text: string, lines: Lines, instruction: Instruction, from: Position): Reading {
  const written = (text: string, range: Range) => `${text}@${place(range, from)}`;
  const { trigger, command, args, flags } = instruction;
  const keyword = [written(instruction.keyword, instruction.keywordRange)];
  if (trigger) {
    const inside = ourReading(text, lines, trigger, from);
    return { ...inside, keyword: [...keyword, ...inside.keyword] };
  }
  // A JSON string is compared by what it means, any other word by how it is written.
  const [first] = args;
  const isArray =
    /^(ADD|COPY|VOLUME)$/.test(instruction.keyword) &&
    first &&
    /\[[\s\\]*$/.test(text.slice(0, lines.offset(first.range.start)));
  const words: Piece[] = args.map((it) => ({ text: isArray ? it.value : it.text, range: it.range }));
  if (command?.kind === 'exec') words.push(...command.words.map(({ value, range }) => ({ text: value, range })));
  if (command?.kind === 'shell') words.push(...wordsOf(command));
  const blanks = (it: Piece) => ({ ...it, text: it.text.replace(/\s+/g, ' ') });
  return {
    keyword,
    flags: flags.map(({ name, value, range, valueRange }) =>
      value === undefined
        ? written(`--${name}`, range)
        : written(`--${name}`, range) + written(`=${value}`, valueRange ?? range),
    ),
    words: (oneWord.test(instruction.keyword) ? words.map(blanks) : words).map((it) => written(it.text, it.range)),
  };
}

/** A shell form is one text to BuildKit; it is cut at white space to be held against the other's arguments. */
function wordsOf({ text, pieces }: Extract<Command, { kind: 'shell' }>): readonly Piece[] {
  const at = (offset: number): Position => {
    const piece = pieces.findLast(({ start }) => start <= offset)!;
    return { line: piece.at.line, character: piece.at.character + offset - piece.start };
  };
  return [...text.matchAll(/[^ \t\v\f\r]+/g)].map(({ 0: word, index }) => {
    const last = at(index + word.length - 1);
    return { text: word, range: { start: at(index), end: { line: last.line, character: last.character + 1 } } };
  });
}

function place({ start, end }: Range, from: Position): string {
  const one = ({ line, character }: Position) =>
    `${line - from.line}:${line === from.line ? character - from.character : character}`;
  return `${one(start)}-${one(end)}`;
}

const compare = (a: Position, b: Position) => a.line - b.line || a.character - b.character;
