/** What the build stops at before it begins: BuildKit cannot read it. */
import type { Dockerfile, Problem } from '../dockerfile/dockerfile.ts';
import { frontendOf } from '../dockerfile/frontend.ts';
import { replace } from './edits.ts';
import type { Fix, Rule } from './rule.ts';
import { instructionAt } from './suppress.ts';

export const syntax: Rule = {
  id: 'syntax',
  group: 'does not build',
  severity: 'error',
  saidElsewhere: true,
  why: 'BuildKit reads the whole Dockerfile before it builds anything, and stops at the first thing that it cannot read: a word that is no instruction, a flag that there is not, a heredoc or quote without an end, arguments that are missing. With a frontend of somebody else’s in `# syntax=` nothing is said.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUNN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile }) {
    const frontend = frontendOf(dockerfile);
    if (frontend === 'another') return;
    for (const problem of dockerfile.problems) {
      if (problem.newer && frontend === 'newer') continue;
      yield {
        message: problem.message,
        range: problem.range,
        fixes: [...goesOn(dockerfile, problem), ...fixes(problem)],
      };
    }
  },
};

const fixes = ({ fix }: Problem): readonly Fix[] =>
  fix ? [{ title: fix.title, edits: [replace(fix.range, fix.newText)] }] : [];

/** `&& make` on a line of its own belongs to the RUN above. */
function goesOn(dockerfile: Dockerfile, { range }: Problem): readonly Fix[] {
  const { text, lines, escape: token, instructions } = dockerfile;
  if (!/^(&&|\|\|?|;)/.test(text.slice(lines.offset(range.start), lines.offset(range.end)))) return [];
  const at = instructionAt(dockerfile, range.start)?.index ?? 0;
  const above = instructions[at - 1];
  if (above?.keyword !== 'RUN' || above.heredocs.length > 0) return [];
  const { end } = above.range;
  const title = `End the line above in “${token}” (assumes that the command goes on)`;
  return [{ title, edits: [replace({ start: end, end }, ` ${token}`)] }];
}
