/** Small edits that keep the layout, comments and line endings of the file around them. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import type { Range, TextEdit } from '../dockerfile/text.ts';

export function replace(range: Range, newText: string): TextEdit {
  return { range, newText };
}

/** A new instruction on the line after another one, heredoc bodies included. */
export function insertAfter(dockerfile: Dockerfile, instruction: Instruction, text: string): TextEdit {
  const line = instruction.range.end.line;
  const offset = dockerfile.lines.end(line);
  const at = dockerfile.lines.at(offset);
  return { range: { start: at, end: at }, newText: dockerfile.eol + text };
}

/** A new instruction on a line of its own before another one, and before the comment lines that belong to that one. */
export function insertBefore(dockerfile: Dockerfile, instruction: Instruction, text: string): TextEdit {
  const commented = new Set(dockerfile.comments.map(({ range }) => range.start.line));
  let line = instruction.range.start.line;
  while (commented.has(line - 1)) line--;
  const at = { line, character: 0 };
  return { range: { start: at, end: at }, newText: text + dockerfile.eol };
}

/** The instruction of the stage that starts the container, before which settings such as USER are usually written. */
export function startOf(stage: Stage): Instruction | undefined {
  return stage.instructions.find(({ keyword }) => keyword === 'ENTRYPOINT' || keyword === 'CMD');
}

/** The keyword as the file writes it: lower case where its FROM is. */
export function keywordLike(dockerfile: Dockerfile, stage: Stage, keyword: string): string {
  const { start, end } = stage.from.keywordRange;
  const written = dockerfile.text.slice(dockerfile.lines.offset(start), dockerfile.lines.offset(end));
  return written === written.toLowerCase() ? keyword.toLowerCase() : keyword;
}

/** An instruction gone with its line, heredoc bodies included. It is not the first of the file. */
export function removed({ lines }: Dockerfile, { range }: Instruction): TextEdit {
  const start = lines.at(lines.end(range.start.line - 1));
  return replace({ start, end: lines.at(lines.end(range.end.line)) }, '');
}
