/** Which files of build stages end up in what ships: COPY --from is followed back through stages, `cp` and `mv` through RUNs. */
import type { Base } from '../bases/base.ts';
import type { CopySource, Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { workdirAt } from '../dockerfile/environment.ts';
import { copySource, rootStage } from '../dockerfile/queries.ts';
import { absolute, copyOf } from './copies.ts';
import type { Check } from './rule.ts';
import { inFolders, type RunWord, runCommands } from './run.ts';

/** A path of a build stage that ships. */
export interface Taken {
  /** Absolute; of a pattern the folder before it. */
  readonly path: string;
  /** The COPY of the stage that ships. */
  readonly copy: Instruction;
}

/** What one image takes from build stages. */
export interface Shipment {
  /** The stage that names the base, and the base. */
  readonly root: Stage;
  readonly base: Base;
  /** By the index of the stage that it comes from. */
  readonly taken: ReadonlyMap<number, TakenPaths>;
  /** The stages that ship, the lowest first. */
  readonly stages: readonly Stage[];
}

export interface TakenPaths {
  /** The copy that takes the file; of a path with `/` at its end, a copy of something in that folder. */
  find(path: string): Taken | undefined;
  readonly all: readonly Taken[];
}

const kept = new WeakMap<Check, readonly Shipment[]>();

/** All shipments together are held against as many instructions and paths: of thousands that take from one large stage, not all are followed. */
const MOST = 200_000;

/** One for each base that ships; none where the base is not known. */
export function shipments(check: Check): readonly Shipment[] {
  const known = kept.get(check);
  if (known) return known;
  const byRoot = new Map<Stage, Stage[]>();
  for (const index of [...check.shipped].sort((a, b) => a - b)) {
    const stage = check.dockerfile.stages[index];
    if (!stage) continue;
    const root = rootStage(check.dockerfile, stage);
    const list = byRoot.get(root);
    if (list) list.push(stage);
    else byRoot.set(root, [stage]);
  }
  const landings = new Map<number, Landings>();
  const budget = { left: MOST };
  const made: Shipment[] = [];
  for (const [root, stages] of byRoot) {
    const base = budget.left > 0 ? check.base(root) : undefined;
    if (base) made.push({ root, base, stages, taken: trace(check, stages, landings, budget) });
  }
  kept.set(check, made);
  return made;
}

/** Deeper chains of stages are not followed: no real file has them. */
const deepestChain = 30;

export function chainBelow({ stages }: Dockerfile, stage: Stage): Stage[] {
  const chain: Stage[] = [];
  for (let at: Stage | undefined = stage; at && chain.length < deepestChain; ) {
    chain.push(at);
    at = at.parent.kind === 'stage' ? stages[at.parent.stage] : undefined;
  }
  return chain;
}

function trace(
  check: Check,
  shipped: readonly Stage[],
  landings: Map<number, Landings>,
  budget: { left: number },
): ReadonlyMap<number, TakenPaths> {
  const found = new Map<number, Map<string, Taken>>();
  const waiting: { readonly stage: number; readonly taken: Taken }[] = [];
  const take = (source: CopySource | undefined, paths: readonly (string | undefined)[], copy: Instruction) => {
    if (source?.kind !== 'stage') return;
    for (const path of paths) {
      if (path !== undefined) waiting.push({ stage: source.stage, taken: { path: withoutPattern(path), copy } });
    }
  };
  for (const stage of shipped) {
    for (const instruction of stage.instructions) {
      if (instruction.keyword !== 'COPY') continue;
      take(
        copySource(check.dockerfile, stage, instruction),
        copyOf(check, stage, instruction)?.sources ?? [],
        instruction,
      );
    }
  }
  const done = new Set<string>();
  for (let next = waiting.pop(); next && budget.left > 0; next = waiting.pop()) {
    const { stage, taken } = next;
    const key = `${stage} ${taken.path}`;
    if (done.has(key)) continue;
    done.add(key);
    for (const link of chainBelow(check.dockerfile, check.dockerfile.stages[stage]!)) {
      let list = found.get(link.index);
      if (!list) {
        list = new Map<string, Taken>();
        found.set(link.index, list);
        budget.left -= link.instructions.length;
      }
      if (list.has(taken.path)) continue;
      list.set(taken.path, taken);
      budget.left--;
      let own = landings.get(link.index);
      if (!own) {
        own = landingsOf(check, link);
        landings.set(link.index, own);
      }
      for (const { from, path } of own.under(taken.path))
        waiting.push({ stage: from, taken: { path, copy: taken.copy } });
    }
  }
  return new Map([...found].map(([stage, list]) => [stage, lookUp([...list.values()])]));
}

function lookUp(all: readonly Taken[]): TakenPaths {
  const byPath = new Map(all.map((taken) => [taken.path, taken]));
  const byFolder = new Map(all.map((taken) => [folderOf(taken.path), taken]));
  return {
    all,
    find(path) {
      if (path.endsWith('/') && path !== '/') {
        const folder = path.slice(0, -1) || '/';
        return (
          byFolder.get(folder) ??
          ancestors(folder)
            .map((it) => byPath.get(it))
            .find(Boolean)
        );
      }
      return ancestors(path)
        .map((it) => byPath.get(it))
        .find(Boolean);
    },
  };
}

/** Where files come from that stand in a stage: another stage, or another path of the same. */
interface Landings {
  under(path: string): { readonly from: number; readonly path: string }[];
}

interface Landing {
  readonly to: string;
  readonly from: number;
  readonly sources: readonly string[];
}

function landingsOf(check: Check, stage: Stage): Landings {
  const exact = new Map<string, Landing[]>();
  const below = new Map<string, Landing[]>();
  for (const landing of readLandings(check, stage)) {
    append(exact, landing.to, landing);
    for (const folder of ancestors(landing.to)) append(below, folder, landing);
  }
  return {
    under(path) {
      const found = (below.get(path) ?? []).flatMap(({ from, sources }) => sources.map((it) => ({ from, path: it })));
      for (const folder of ancestors(path)) {
        const rest = path.slice(folder === '/' ? 1 : folder.length + 1);
        for (const { from, sources } of exact.get(folder) ?? []) {
          for (const source of sources) {
            found.push({ from, path: rest === '' ? source : absolute(source, rest) });
            const [name = ''] = rest.split('/');
            if (rest !== '' && source.endsWith(`/${name}`))
              found.push({ from, path: absolute(source, rest.slice(name.length + 1)) });
          }
        }
      }
      return found;
    },
  };
}

function* readLandings(check: Check, stage: Stage): Generator<Landing> {
  const { dockerfile } = check;
  for (const instruction of stage.instructions) {
    if (instruction.keyword === 'COPY') {
      const source = copySource(dockerfile, stage, instruction);
      const copy = source?.kind === 'stage' ? copyOf(check, stage, instruction) : undefined;
      if (source?.kind !== 'stage' || copy?.destination === undefined) continue;
      const sources = copy.sources.flatMap((path) => (path === undefined ? [] : [withoutPattern(path)]));
      yield { to: copy.destination, from: source.stage, sources };
    } else if (instruction.keyword === 'RUN') {
      const from = workdirAt(dockerfile, stage, instruction, check.base(stage)?.workdir);
      for (const { name, words, cwd } of inFolders(runCommands(instruction), from)) {
        if (!/^(cp|mv|install)$/.test(name) || cwd === undefined) continue;
        const paths = words.slice(1).filter(({ value }) => !value.startsWith('-'));
        const to = paths.pop();
        if (!to || isOpen(to)) continue;
        const sources = paths.flatMap((word) => (isOpen(word) ? [] : [withoutPattern(absolute(cwd, word.value))]));
        yield { to: absolute(cwd, to.value), from: stage.index, sources };
      }
    }
  }
}

/** What it is the shell finds out; a pattern's folder is known. */
const isOpen = ({ dynamic, value }: RunWord) => dynamic && /[$`]/.test(value);

/** `/out` of `/out/*.jar`; always absolute. */
function withoutPattern(path: string): string {
  const at = path.search(/[*?[]/);
  return absolute('/', at < 0 ? path : path.slice(0, path.lastIndexOf('/', at) + 1));
}

/** The path itself first, `/` last. */
export function ancestors(path: string): string[] {
  const found = [path];
  let at = path;
  while (at !== '/' && found.length < 40) {
    at = folderOf(at);
    found.push(at);
  }
  return found;
}

const folderOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 1)) || '/';

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value) {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
