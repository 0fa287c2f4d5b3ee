/** What COPY and ADD put where, as far as the file tells. */
import { posix } from 'node:path';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { expanded, pathOf } from '../dockerfile/environment.ts';
import { flag } from '../dockerfile/queries.ts';
import { stepsOf } from '../dockerfile/steps.ts';
import type { Check } from './rule.ts';

export interface Copy {
  readonly instruction: Instruction;
  readonly stage: Stage;
  /** Paths with variables replaced, undefined where that cannot be told; `<<NAME` for a heredoc. */
  readonly sources: readonly (string | undefined)[];
  /** Absolute, without `/` at its end; undefined where it cannot be told. */
  readonly destination: string | undefined;
  /** Written with `/` at its end, or several sources: what is copied goes into it. */
  readonly intoFolder: boolean;
}

/** Undefined for other instructions. */
export function copyOf(
  { dockerfile, base }: Pick<Check, 'dockerfile' | 'base'>,
  stage: Stage,
  instruction: Instruction,
): Copy | undefined {
  const { keyword, args } = instruction;
  const last = args.at(-1);
  if ((keyword !== 'COPY' && keyword !== 'ADD') || args.length < 2 || !last) return undefined;
  const to = expanded(dockerfile, stage, instruction, last);
  return {
    instruction,
    stage,
    sources: args.slice(0, -1).map((word) => expanded(dockerfile, stage, instruction, word)),
    destination: pathOf(dockerfile, stage, instruction, last, base(stage)?.workdir),
    intoFolder: args.length > 2 || to === undefined || /(^|\/)\.?$/.test(to),
  };
}

/** Those of a stage and of the stages that it is built on, the lowest first. */
export function copiesOf(check: Pick<Check, 'dockerfile' | 'base'>, stage: Stage): Copy[] {
  const copies: Copy[] = [];
  for (const link of chainOf(check.dockerfile, stage))
    for (const instruction of stepsOf(check.dockerfile, link)) {
      const copy = copyOf(check, link, instruction);
      if (copy) copies.push(copy);
    }
  return copies;
}

/** The stages that a stage is built on, itself included, the lowest first. */
export function chainOf({ stages }: Dockerfile, stage: Stage): Stage[] {
  const chain = [stage];
  for (let { parent } = stage; parent.kind === 'stage'; ) {
    const below = stages[parent.stage];
    if (!below) break;
    chain.push(below);
    parent = below.parent;
  }
  return chain.reverse();
}

/** False only where it is certain that the copy puts nothing at the path: a name without an ending may be that of a folder. */
export function mayBring(copy: Copy, path: string): boolean {
  const { destination, intoFolder, sources, instruction } = copy;
  if (destination === undefined || isInside(path, destination)) return true;
  if (!isInside(destination, path)) return false;
  const parents = flag(instruction, 'parents') !== undefined;
  return sources.some((source) => {
    if (source === undefined) return true;
    const file = source.startsWith('<<') ? source.replace(/^<<-?/, '') : source;
    const name = file.slice(file.lastIndexOf('/') + 1);
    const isFile = file !== source || /^[^*?[]+\.(?!d$)[A-Za-z]{1,5}$/.test(name);
    const unpacked = instruction.keyword === 'ADD' && /\.(tar|tgz|gz|bz2|xz|zst)$/.test(name);
    if (!isFile || unpacked) return true;
    // `--parents` keeps the folders of the source, from `/./` on where that is in it.
    const kept = parents ? (source.split('/./').at(-1) ?? source) : name;
    return (intoFolder || parents ? absolute(destination, `./${kept}`) : destination) === path;
  });
}

/** The path itself, or something below it. */
export function isInside(folder: string, path: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

/** Normal, without `/` at its end. */
export function absolute(folder: string, path: string): string {
  const whole = posix.join('/', path.startsWith('/') ? '/' : folder, path);
  return whole.length > 1 && whole.endsWith('/') ? whole.slice(0, -1) : whole;
}
