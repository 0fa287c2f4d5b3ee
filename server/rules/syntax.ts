/** What the build stops at before it begins: BuildKit cannot read it. */
import { comesTo } from '../dockerfile/built.ts';
import type { Dockerfile, Problem } from '../dockerfile/dockerfile.ts';
import { workdirAt } from '../dockerfile/environment.ts';
import { frontendOf } from '../dockerfile/frontend.ts';
import { mountsOf } from '../dockerfile/mounts.ts';
import { replace } from './edits.ts';
import type { Check, Fix, Rule, Trouble } from './rule.ts';
import { instructionAt } from './suppress.ts';

export const syntax: Rule = {
  id: 'syntax',
  group: 'does not build',
  severity: 'error',
  saidElsewhere: true,
  why: 'BuildKit reads the whole Dockerfile before it builds anything, and stops at the first thing that it cannot read: a word that is no instruction, a flag that there is not, a heredoc or quote without an end, arguments that are missing, values that a flag or an instruction does not take. What it comes to only where the stage is built is a hint in stages that nothing builds. With a frontend of somebody else’s in `# syntax=` nothing is said.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUNN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    const { dockerfile } = check;
    const frontend = frontendOf(dockerfile);
    if (frontend === 'another') return;
    const isReached = comesTo(dockerfile, [...check.targets, ...check.development]);
    for (const problem of [...dockerfile.problems, ...mountsOverRoot(check)]) {
      if (problem.newer && frontend === 'newer') continue;
      const { message, range } = problem;
      const said = { message, range, fixes: [...goesOn(dockerfile, problem), ...fixes(problem)] };
      const found: Trouble = problem.olderTakes ? { ...said, severity: 'warning' } : said;
      yield isReached(problem) ? found : { ...found, message: `${message} ${notBuilt}`, severity: 'hint' };
    }
  },
};

const notBuilt = 'It counts only if somebody builds this stage.';

/** Without a target, or with one that leads there, a mount stands in the place of the working directory: not where that is “/”. */
function* mountsOverRoot(check: Check): Generator<Problem> {
  const { dockerfile } = check;
  for (const stage of dockerfile.stages)
    for (const instruction of stage.instructions) {
      if (instruction.flags.length === 0) continue;
      for (const fields of mountsOf(instruction)) {
        const type = fields.findLast(({ key }) => key === 'type');
        const target = fields.findLast(({ key }) => /^(target|dst|destination)$/.test(key));
        const isFolder = !type || /^(bind|cache|tmpfs)$/i.test(type.value ?? '');
        if (!isFolder || fields.length === 0 || !/^(\.?\/?)?$/.test(target?.value ?? '') || target?.value === '/')
          continue;
        if (workdirAt(dockerfile, stage, instruction, check.base(stage)?.workdir) !== '/') continue;
        const range = (target ?? type ?? fields[0]!).range;
        const message = 'The mount has no target, and cannot stand in the place of “/”. Write target= and a folder.';
        yield { message, range, whenBuilt: true };
      }
    }
}

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
