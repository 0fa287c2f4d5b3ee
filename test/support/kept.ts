/** What a conversion has to keep: the comments of the file, and what the stages that ship say of the container. */
import { assignments } from '../../server/dockerfile/assignments.ts';
import type { Dockerfile, Instruction } from '../../server/dockerfile/dockerfile.ts';
import { shippedStages } from '../../server/dockerfile/queries.ts';
import type { Note } from '../../server/recipes/conversion.ts';

/** Comments of the whole file and settings of the shipped stage that are gone without a note. */
export function missing(before: Dockerfile, after: Dockerfile, notes: readonly Note[]): string[] {
  const gone: string[] = [];
  const explained = (line: number) => notes.some((it) => it.line === line && /left out|Alpine/.test(it.message));
  const shipped = [...shippedStages(after)].flatMap((index) => after.stages[index]!.instructions);
  const comments = after.comments.map(({ text }) => text);
  const bodies = before.instructions.flatMap(({ heredocs }) => heredocs);
  for (const { text, range } of before.comments) {
    let line = range.start.line;
    while (before.comments.some((it) => it.range.start.line === line + 1)) line++;
    if (bodies.some(({ contentRange }) => contentRange.start.line <= line && line < contentRange.end.line)) continue;
    if (!comments.includes(text) && !explained(line + 1)) gone.push(text);
  }
  for (const index of shippedStages(before)) {
    for (const instruction of before.stages[index]!.instructions) {
      const { keyword, args } = instruction;
      const line = instruction.range.start.line;
      if (keyword === 'ENV') {
        const build = notes.find((it) => it.line === line && it.message.includes('for the build'))?.message ?? '';
        for (const { name, value } of assignments(instruction)) {
          if (!build.includes(name) && !sets(shipped, name, value)) gone.push(`ENV ${name}`);
        }
      } else if (['LABEL', 'EXPOSE', 'VOLUME'].includes(keyword)) {
        for (const { text } of args) {
          const there = shipped.some((it) => it.keyword === keyword && it.args.some((arg) => arg.text === text));
          if (!there) gone.push(`${keyword} ${text}`);
        }
      }
    }
  }
  return gone;
}

function sets(shipped: readonly Instruction[], name: string, value: string | undefined): boolean {
  return shipped.some(
    (it) => it.keyword === 'ENV' && assignments(it).some((pair) => pair.name === name && pair.value === value),
  );
}
