/** Reads one instruction, and moves it where the file around it changes. */
import type { Command, Flag, Heredoc, Instruction, Problem, Word } from './dockerfile.ts';
import { instructionProblems } from './instruction-problems.ts';
import { nearest } from './near.ts';
import { ownText, type Piece, sourceEnd, sourceStart } from './split.ts';
import type { Lines, Position, Range } from './text.ts';
import {
  blankWords,
  type Head,
  nameAndRest,
  quotedWords,
  readHead,
  readJson,
  skipSpace,
  type Token,
  wholeRest,
} from './words.ts';

/** What a piece says. */
export interface Reading {
  readonly instruction: Instruction;
  readonly problems: readonly Problem[];
}

type Shape = 'json or words' | 'command' | 'words' | 'pairs' | 'names' | 'whole' | 'health' | 'trigger';

const shapes: Readonly<Record<string, Shape>> = {
  ADD: 'json or words',
  ARG: 'names',
  CMD: 'command',
  COPY: 'json or words',
  ENTRYPOINT: 'command',
  ENV: 'pairs',
  EXPOSE: 'words',
  FROM: 'words',
  HEALTHCHECK: 'health',
  LABEL: 'pairs',
  MAINTAINER: 'whole',
  ONBUILD: 'trigger',
  RUN: 'command',
  SHELL: 'command',
  STOPSIGNAL: 'whole',
  USER: 'whole',
  VOLUME: 'json or words',
  WORKDIR: 'whole',
};

/** Those that there are. */
export const keywords: readonly string[] = Object.keys(shapes);

/** `index`: its position among the instructions of the file, whose lines are given. */
export function readInstruction(lines: Lines, piece: Piece, escapeToken: string, index: number): Reading {
  const source = lines.text;
  const line = piece.line;
  const problems: Problem[] = [];
  const at = (offset: number): Position => lines.at(Math.min(piece.from + offset, piece.end));
  const origin = {};
  const range = (start: number, end: number): Range => ({
    start: at(sourceStart(line, start)),
    end: at(sourceEnd(line, end)),
  });
  const word = ({ start, end, value }: Token): Word => ({
    text: line.text.slice(start, end),
    value,
    range: range(start, end),
  });

  const heredocs = piece.heredocs.map((heredoc): Heredoc => {
    const place = range(heredoc.start, heredoc.end);
    if (!heredoc.terminated) {
      const cure = inArithmetic(line.text, heredoc.start)
        ? 'If no heredoc is meant, write it without spaces: $((1<<2)).'
        : `Write ${heredoc.name} alone on the line after its text.`;
      const message = `The heredoc “${heredoc.name}” has no end. ${cure}`;
      problems.push({ message, range: place });
    }
    return {
      name: heredoc.name,
      expand: heredoc.expand,
      chomp: heredoc.chomp,
      range: place,
      content: ownText(source.slice(piece.from + heredoc.contentStart, piece.from + heredoc.contentEnd)),
      contentRange: { start: at(heredoc.contentStart), end: at(heredoc.contentEnd) },
      terminated: heredoc.terminated,
    };
  });

  const command = (from: number, end: number): Command | undefined => {
    if (from >= end) return undefined;
    const json = readJson(line.text, from, end);
    const place = range(from, end);
    if (json.kind === 'strings') return { kind: 'exec', words: json.words.map(word), range: place };
    if (json.kind === 'mixed') problems.push(mixed(line.text.slice(from, end), place));
    const inside = line.starts.filter((start) => start > from && start < end);
    const pieces = [from, ...inside].map((start) => ({
      start: start - from,
      at: at(sourceStart(line, start)),
    }));
    return { kind: 'shell', text: line.text.slice(from, end), pieces, range: place };
  };

  const read = (head: Head, inTrigger: boolean): Instruction => {
    const { rest, end } = head;
    const keyword = head.keyword.value;
    const shape = shapes[keyword];
    const isPair = ({ start, end }: Token) => line.text.slice(start, end).includes('=');
    const blank = (from: number) => blankWords(line.text, escapeToken, from, end);

    let args: Token[];
    let isJson = false;
    let run: Command | undefined;
    let trigger: Instruction | undefined;
    switch (shape) {
      case 'json or words': {
        const json = readJson(line.text, rest, end);
        isJson = json.kind === 'strings';
        args = json.kind === 'strings' ? [...json.words] : blank(rest);
        if (json.kind === 'mixed') problems.push(mixed(line.text.slice(rest, end), range(rest, end)));
        break;
      }
      case 'command':
        args = [];
        run = command(rest, end);
        break;
      case 'health': {
        const type = blank(rest)[0];
        const after = type ? skipSpace(line.text, type.end, end) : end;
        const isCommand = type?.value.toUpperCase() === 'CMD';
        args = type ? [type, ...(isCommand ? [] : blank(after))] : [];
        if (isCommand) run = command(after, end);
        break;
      }
      case 'names':
        args = quotedWords(line.text, escapeToken, rest, end);
        break;
      case 'pairs':
        args = quotedWords(line.text, escapeToken, rest, end);
        if (args[0] && !isPair(args[0])) {
          args = nameAndRest(line.text, escapeToken, rest, end);
          if (args.length === 1) problems.push({ message: noValue(keyword), range: range(rest, end) });
        } else {
          const odd = args.find((it) => !isPair(it));
          if (odd) problems.push({ message: noValue(keyword), range: range(odd.start, odd.end) });
        }
        break;
      case 'whole':
        args = wholeRest(line.text, escapeToken, rest, end);
        break;
      case 'trigger':
        args = blank(rest);
        // ONBUILD ONBUILD is an error to BuildKit, and a file full of it must not exhaust the stack.
        if (!inTrigger && rest < end) trigger = read(readHead(line.text, escapeToken, rest), true);
        break;
      case 'words':
        args = blank(rest);
        break;
      default:
        args = blank(rest);
        if (!inTrigger) problems.push(unknown(word(head.keyword)));
    }
    const first = range(head.keyword.start, head.keyword.end);
    return {
      keyword,
      keywordRange: first,
      range: { start: first.start, end: lines.at(piece.end) },
      flags: head.flags.map(
        (flag): Flag => ({
          name: flag.name,
          value: flag.value,
          range: range(flag.start, flag.end),
          valueRange:
            flag.valueStart === undefined ? undefined : range(flag.valueStart, Math.max(flag.end, flag.valueStart)),
        }),
      ),
      args: args.map(word),
      isJson,
      command: run,
      heredocs: trigger ? [] : heredocs,
      trigger,
      origin,
      index,
    };
  };
  const head = readHead(line.text, escapeToken);
  const instruction = read(head, false);
  // What could not be read is not judged further.
  return {
    instruction,
    problems: problems.length > 0 ? problems : instructionProblems(instruction, escapeToken),
  };
}

/** `$(( 1 << 2 ))`: BuildKit sees a heredoc there, since 0.22 also where a space is behind “<<”. */
function inArithmetic(line: string, at: number): boolean {
  const before = line.slice(Math.max(0, at - 200), at);
  return before.lastIndexOf('((') > before.lastIndexOf('))');
}

const noValue = (keyword: string) =>
  `${keyword} takes pairs, and this is none. Write it as NAME=value, in quotes if it holds spaces.`;

function unknown({ text, value, range }: Word): Problem {
  const near = nearest(keywords, value);
  const fact = `“${text.slice(0, 40)}” is not a Dockerfile instruction.`;
  const cure = 'If it belongs to the line above, that line has to end in the escape character.';
  if (near === undefined) return { message: `${fact} ${cure}`, range, newer: true };
  const newText = text === text.toLowerCase() ? near.toLowerCase() : near;
  const title = `Write ${newText} (assumes that it is meant)`;
  return { message: `${fact} Write ${newText}, if that is meant.`, range, newer: true, fix: { title, range, newText } };
}

/** An array that is one of strings but for their quotes is given them. */
function mixed(text: string, range: Range): Problem {
  const message = 'A JSON array of a Dockerfile holds strings only. Put each element in double quotes.';
  const elements = JSON.parse(text) as readonly unknown[];
  const isPlain = elements.every((it) => it !== null && typeof it !== 'object');
  if (!isPlain || range.start.line !== range.end.line) return { message, range };
  const newText = `[${elements.map((it) => JSON.stringify(String(it))).join(', ')}]`;
  return { message, range, fix: { title: 'Put each element in double quotes', range, newText } };
}

/** The reading that many lines further down: what is kept of a file begins where its line begins. */
export function moved(reading: Reading, down: number, index: number): Reading {
  const position = ({ line, character }: Position): Position => ({ line: line + down, character });
  const range = ({ start, end }: Range): Range => ({ start: position(start), end: position(end) });
  const word = (it: Word): Word => ({ text: it.text, value: it.value, range: range(it.range) });
  const command = (it: Command): Command =>
    it.kind === 'exec'
      ? { kind: 'exec', words: it.words.map(word), range: range(it.range) }
      : {
          kind: 'shell',
          text: it.text,
          pieces: it.pieces.map(({ start, at: there }) => ({ start, at: position(there) })),
          range: range(it.range),
        };
  const instruction = (it: Instruction): Instruction => ({
    keyword: it.keyword,
    keywordRange: range(it.keywordRange),
    range: range(it.range),
    flags: it.flags.map((flag) => ({
      name: flag.name,
      value: flag.value,
      range: range(flag.range),
      valueRange: flag.valueRange && range(flag.valueRange),
    })),
    args: it.args.map(word),
    isJson: it.isJson,
    command: it.command && command(it.command),
    heredocs: it.heredocs.map((heredoc) => ({
      ...heredoc,
      range: range(heredoc.range),
      contentRange: range(heredoc.contentRange),
    })),
    trigger: it.trigger && instruction(it.trigger),
    origin: it.origin,
    index,
  });
  return {
    instruction: instruction(reading.instruction),
    problems: reading.problems.map((problem) => ({
      ...problem,
      range: range(problem.range),
      ...(problem.fix && { fix: { ...problem.fix, range: range(problem.fix.range) } }),
    })),
  };
}
