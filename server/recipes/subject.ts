/** The stage that is to be converted, with what every recipe wants to know of each of its lines. */
import type { Base } from '../bases/base.ts';
import { baseOf } from '../bases/effective.ts';
import type { CopySource, Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { copySource, flag, mountSources } from '../dockerfile/queries.ts';
import type { BuildContext } from './conversion.ts';
import { leadingCd } from './leading-cd.ts';
import { resolvePath } from './paths.ts';
import { commandsOf, type RunCommand } from './run-commands.ts';
import { chainOf, type StageVariables, stageVariables } from './stage-variables.ts';

export interface Subject {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  /** That at the bottom, below the stages that it is built on. */
  readonly base: Base | undefined;
  readonly context: BuildContext;
  /** ISO date. */
  readonly today: string;
  /** Those of the stages that it is built on, then its own. */
  readonly steps: readonly Step[];
  /** How many of the steps stand in stages that it is built on. They can be read and repeated, not taken away. */
  readonly inherited: number;
  /** The stages that its COPY --from lines name, each once. */
  readonly builders: readonly Builder[];
  readonly variables: StageVariables;
  /** The working directory in which the container starts. */
  readonly cwd: string | undefined;
  /** Where the command changes to it first: the line that does, and the folder that WORKDIR leaves it in. */
  readonly changes: { readonly step: Step; readonly from: string } | undefined;
}

/** Another stage, from which files are copied. */
export interface Builder {
  /** As it is written after --from. */
  readonly name: string;
  readonly stage: Stage;
  /** Which language builds there, and with which C library; undefined: not known. */
  readonly base: Base | undefined;
  /** The stage as a subject of its own, read when it is first asked for. */
  readonly subject: Subject;
}

/** An instruction of the stage. */
export interface Step {
  readonly instruction: Instruction;
  /** Position in `Subject.steps`. */
  readonly index: number;
  readonly line: number;
  /** The first line that belongs to it: that of the comment lines right above it, if there are any. */
  readonly top: number;
  readonly bottom: number;
  /** The working directory before it. Undefined: it hangs on a build argument, or is not known. */
  readonly cwd: string | undefined;
  /** What a RUN runs. */
  readonly commands: readonly RunCommand[];
  /** What COPY and ADD put where. */
  readonly copy: Copy | undefined;
}

export interface Copy {
  readonly sources: readonly string[];
  /** Absolute; undefined where it hangs on a build argument. */
  readonly destination: string | undefined;
  /** True where the destination is certainly a folder. */
  readonly intoFolder: boolean;
  /** `--from` as written. */
  readonly from: string | undefined;
  /** What that means. */
  readonly source: CopySource | undefined;
  readonly owner: string | undefined;
}

/** Folders that images start in, where the data of base images says nothing (oven-sh/bun, dockerhub). */
const FOLDERS: Readonly<Record<string, string>> = { 'oven/bun': '/home/bun/app' };

export function readSubject(
  dockerfile: Dockerfile,
  stage: Stage,
  base: Base | undefined,
  context: BuildContext,
  today: string,
  known = new Map<number, Subject>(),
): Subject {
  const variables = stageVariables(dockerfile, stage, base?.env ?? {});
  const commented = new Set(dockerfile.comments.map(({ range }) => range.start.line));
  let cwd = FOLDERS[base?.name ?? ''] ?? (base?.workdir === undefined ? undefined : base.workdir || '/');
  const steps: Step[] = [];
  let inherited = 0;
  for (const part of chainOf(dockerfile, stage)) {
    let above = part.from.range.end.line;
    inherited = steps.length;
    for (const instruction of part.instructions) {
      const { keyword } = instruction;
      const line = instruction.range.start.line;
      let top = line;
      while (top - 1 > above && commented.has(top - 1)) top--;
      above = instruction.range.end.line;
      steps.push({
        instruction,
        index: steps.length,
        line,
        top,
        bottom: above,
        cwd,
        commands: keyword === 'RUN' ? commandsOf(instruction, cwd, (name) => variables.likely(name, instruction)) : [],
        copy:
          keyword === 'COPY' || keyword === 'ADD'
            ? readCopy(instruction, cwd, variables, copySource(dockerfile, part, instruction))
            : undefined,
      });
      if (keyword === 'WORKDIR') {
        const path = variables.expand(instruction.args[0]?.text ?? '', instruction);
        cwd = path === undefined ? undefined : resolved(cwd, path);
      }
    }
  }
  const read = (other: Stage) => {
    const found =
      known.get(other.index) ?? readSubject(dockerfile, other, baseOf(dockerfile, other), context, today, known);
    known.set(other.index, found);
    return found;
  };
  const builders = buildersOf(dockerfile, steps, read);
  const change = changeOf(steps.slice(inherited), cwd);
  const changes = change && { step: change.step, from: change.from };
  const given = { dockerfile, stage, base, context, today, steps, inherited, builders, variables };
  return { ...given, cwd: change?.to ?? cwd, changes };
}

/** By what starts the container, where that begins with `cd`. */
function changeOf(steps: readonly Step[], from: string | undefined) {
  const last = (wanted: string) => steps.findLast(({ instruction }) => instruction.keyword === wanted);
  const step = last('ENTRYPOINT') ?? last('CMD');
  const cd = leadingCd(step?.instruction.command);
  const isLate = steps.some(
    ({ instruction, index }) => instruction.keyword === 'WORKDIR' && index > (step?.index ?? 0),
  );
  if (!step || !cd || isLate || from === undefined) return undefined;
  return { step, from, to: resolvePath(from, cd.folder) };
}

function buildersOf(
  dockerfile: Dockerfile,
  steps: readonly Step[],
  read: (stage: Stage) => Subject,
): readonly Builder[] {
  const found = new Map<number, Builder>();
  for (const { copy } of steps) {
    const stage = copy?.source?.kind === 'stage' ? dockerfile.stages[copy.source.stage] : undefined;
    if (!stage || found.has(stage.index)) continue;
    found.set(stage.index, {
      name: copy!.from!,
      stage,
      base: baseOf(dockerfile, stage),
      get subject() {
        return read(stage);
      },
    });
  }
  return [...found.values()];
}

/** Whether it is built on stages that serve nothing else. */
export function isAlone({ dockerfile, stage }: Subject): boolean {
  if (stage.parent.kind !== 'stage') return false;
  const chain = chainOf(dockerfile, stage);
  const below = new Set(chain.slice(0, -1).map(({ index }) => index));
  return !dockerfile.stages.some(
    (other) =>
      (!chain.includes(other) && other.parent.kind === 'stage' && below.has(other.parent.stage)) ||
      other.instructions.some((instruction) =>
        [copySource(dockerfile, other, instruction), ...mountSources(dockerfile, other, instruction)].some(
          (source) => source?.kind === 'stage' && below.has(source.stage),
        ),
      ),
  );
}

/** The builder that a COPY --from takes from; undefined where that is an image, or nothing that is known. */
export function builderOf(subject: Subject, { copy }: Step): Builder | undefined {
  const source = copy?.source;
  return source?.kind === 'stage' ? subject.builders.find(({ stage }) => stage.index === source.stage) : undefined;
}

function resolved(cwd: string | undefined, path: string): string | undefined {
  if (path.startsWith('/')) return resolvePath('/', path);
  return cwd === undefined ? undefined : resolvePath(cwd, path);
}

function readCopy(
  instruction: Instruction,
  cwd: string | undefined,
  variables: StageVariables,
  source: CopySource | undefined,
): Copy {
  const words = instruction.args.map(({ text, value }) => variables.expand(text, instruction) ?? value);
  const last = instruction.args.at(-1);
  const target = last && variables.expand(last.text, instruction);
  const sources = words.slice(0, -1);
  return {
    sources,
    destination: target === undefined ? undefined : resolved(cwd, target),
    intoFolder:
      sources.length > 1 ||
      target === undefined ||
      /(^|\/)\.{0,2}$/.test(target) ||
      sources.some((it) => /[*?[]/.test(it)),
    from: flag(instruction, 'from')?.value,
    source,
    owner: flag(instruction, 'chown')?.value,
  };
}

/** The step that holds; of several of a keyword, Docker goes by the last. */
export function lastStep(subject: Subject, keyword: string): Step | undefined {
  return subject.steps.findLast(({ instruction }) => instruction.keyword === keyword);
}
