/** Text in, Dockerfile out. A reader remembers the instructions of the text it read last, so that an edit costs one instruction. */
import type { Comment, Directive, Dockerfile, Problem } from './dockerfile.ts';
import { moved, type Reading, readInstruction } from './instruction.ts';
import { type Span, type Split, splitDockerfile } from './split.ts';
import { readStages } from './stages.ts';
import { linesOf, type Range } from './text.ts';

export function readDockerfile(text: string): Dockerfile {
  return createReader()(text);
}

/** One for each document. Never throws. */
export function createReader(): (text: string) => Dockerfile {
  let before: { readonly source: string; readonly split: Split; readonly readings: readonly Reading[] } | undefined;

  return (text) => {
    const split = splitDockerfile(text, before);
    const { pieces, kept } = split;
    const lines = linesOf(text);
    const range = ({ start, end }: Span): Range => ({ start: lines.at(start), end: lines.at(end) });

    const ofTail = (before?.readings.length ?? 0) - pieces.length;
    const readings = pieces.map((piece, index): Reading => {
      if (before && index < kept.first) return before.readings[index]!;
      if (!before || index < pieces.length - kept.last) return readInstruction(lines, piece, split.escape, index);
      const known = before.readings[index + ofTail]!;
      const down = lines.at(piece.start).line - known.instruction.range.start.line;
      return down === 0 && ofTail === 0 ? known : moved(known, down, index);
    });
    before = { source: text, split, readings };
    const instructions = readings.map(({ instruction }) => instruction);
    const problems: Problem[] = split.problems.map((problem) => ({ message: problem.message, range: range(problem) }));
    for (const reading of readings) for (const problem of reading.problems) problems.push(problem);

    const { stages, globalArgs, problems: stageProblems } = readStages(instructions, split.escape);
    for (const problem of stageProblems) problems.push(problem);
    return {
      text,
      lines,
      eol: text[text.indexOf('\n') - 1] === '\r' ? '\r\n' : '\n',
      escape: split.escape,
      directives: split.directives.map((it): Directive => ({ name: it.name, value: it.value, range: range(it) })),
      comments: split.comments.map((it): Comment => ({ text: it.text, range: range(it) })),
      instructions,
      stages,
      globalArgs,
      target: stages.length > 0 ? stages.length - 1 : undefined,
      problems,
    };
  };
}
