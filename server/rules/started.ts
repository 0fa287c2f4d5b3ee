/** Whether the program that a compiler writes is the one that an image starts. */
import type { Stage } from '../dockerfile/dockerfile.ts';
import { workdirAt } from '../dockerfile/environment.ts';
import { programAt } from '../dockerfile/invoked.ts';
import { lastOf, rootStage, stageOf } from '../dockerfile/queries.ts';
import { wordsOf } from '../dockerfile/shell-words.ts';
import { type Build, buildsOf, isLast, takenOf } from './builds.ts';
import { absolute, copyOf, isInside } from './copies.ts';
import type { Check } from './rule.ts';
import type { Shipment } from './shipped.ts';
import { isScript, programName } from './starts.ts';

/** What starts an image, by the stage that names its base: absolute, or a name that is looked for on PATH. */
export type Programs = ReadonlyMap<Stage, ReadonlySet<string>>;

/** More than these of one base are not looked at: no real file has them. */
const MOST_PROGRAMS = 100;

/** The builds of which that is certain, as far as the file tells; each with the program as the image names it. */
export function* startedBuilds(
  check: Check,
  shipment: Shipment,
  started: Programs,
): Generator<{ readonly build: Build; readonly program: string }> {
  const programs = [...(started.get(shipment.root) ?? [])].slice(0, MOST_PROGRAMS);
  if (programs.length === 0) return;
  for (const stage of shipment.stages) {
    for (const build of buildsOf(check, stage)) {
      const program = programs.find((it) => it === build.output);
      if (program !== undefined && isLast(check, build)) yield { build, program };
    }
  }
  for (const [index, paths] of shipment.taken) {
    const stage = check.dockerfile.stages[index];
    for (const build of stage ? buildsOf(check, stage) : []) {
      const taken = takenOf(check, build, paths);
      const into = taken && stageOf(check.dockerfile, taken.copy);
      const to = into && copyOf(check, into, taken.copy)?.destination;
      const name = taken && nameOf(check, build, taken.path);
      if (to === undefined || name === undefined) continue;
      const program = programs.find((it) =>
        it.includes('/')
          ? it === to || (isInside(to, it) && programName(it) === name)
          : it === programName(to) || it === name,
      );
      if (program !== undefined) yield { build, program };
    }
  }
}

export function startedPrograms(check: Check): Programs {
  const { dockerfile } = check;
  const programs = new Map<Stage, Set<string>>();
  for (const target of check.targets) {
    const stage = dockerfile.stages[target];
    const program = stage && startedBy(check, stage);
    if (program === undefined) continue;
    const root = rootStage(dockerfile, stage!);
    programs.set(root, (programs.get(root) ?? new Set()).add(program));
  }
  return programs;
}

function startedBy(check: Check, stage: Stage): string | undefined {
  const { dockerfile } = check;
  const base = check.base(stage);
  const runsCommand = base?.entrypoint?.length === 0 || base?.entrypoint?.some(isScript);
  const start = lastOf(dockerfile, stage, 'ENTRYPOINT') ?? (runsCommand ? lastOf(dockerfile, stage, 'CMD') : undefined);
  const command = start?.instruction.command;
  const words = command ? wordsOf(command) : [];
  const program = words[programAt(words)];
  if (!program || /[$"'`]/.test(program)) return undefined;
  if (!program.includes('/')) return program;
  const folder = program.startsWith('/') ? '/' : workdirAt(dockerfile, stage, undefined, base?.workdir);
  return folder === undefined ? undefined : absolute(folder, program);
}

/** Where only the folder is known that a stage's one build writes to, the name of the file that is copied out of it. */
function nameOf(check: Check, { output, stage }: Build, copied: string): string | undefined {
  if (!output.endsWith('/')) return programName(output);
  const isOnly = buildsOf(check, stage).length === 1;
  return isOnly && copied === absolute(output, programName(copied)) ? programName(copied) : undefined;
}
