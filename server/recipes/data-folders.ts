/** Folders that the program writes into: made in the builder where they are missing, and given to the user that it runs as. */

import { isRoot } from '../dockerfile/writing.ts';
import { addAfter, addBefore, addLine, copy, type Draft, decline, list, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { asRoot, endOfBuilder, forShell } from './interpreter.ts';
import { keyword } from './layout.ts';
import type { Kept } from './leftovers.ts';
import { folderOf, isBuildersOwn, isInside, isSystemFolder, nameOf } from './paths.ts';
import type { Builder, Step, Subject } from './subject.ts';
import type { RunsAs } from './users.ts';

/** A folder that the program is to write into. */
export interface DataFolder {
  readonly path: string;
  readonly line: number;
  /** A VOLUME that nothing makes. */
  readonly missing: boolean;
}

/** Folders made by hand into which the file itself puts nothing, and volumes. */
export function dataFolders({ subject, fates }: Draft, kept: Kept): readonly DataFolder[] {
  const { steps, variables } = subject;
  const effects = steps.flatMap((step) =>
    step.commands.flatMap((command) => effectsOf(command).map((effect) => ({ effect, line: command.line }))),
  );
  // What a folder holds is the program's to change, where the folder is given to its user.
  const isGiven = (path: string) =>
    effects.some(
      ({ effect }) => effect.kind === 'owner' && !/^(root|0)?(:|$)/.test(effect.owner) && isInside(effect.path, path),
    );
  const filled = [
    ...steps.flatMap(({ copy: files, cwd }) => [files?.destination, cwd]),
    subject.cwd,
    ...effects.flatMap(({ effect }) => (effect.kind === 'path' && !isGiven(effect.path) ? [effect.path] : [])),
    ...kept.taken,
  ].filter((path) => path !== undefined);
  const volumes = steps.flatMap(({ instruction, line }) =>
    instruction.keyword === 'VOLUME'
      ? instruction.args.flatMap(({ text }) => {
          const path = variables.expand(text, instruction);
          return path?.startsWith('/') ? [{ path: path.replace(/(.)\/+$/, '$1'), line }] : [];
        })
      : [],
  );
  const made = effects.flatMap(({ effect, line }) => (effect.kind === 'folder' ? [{ path: effect.path, line }] : []));
  const owned = effects.flatMap(({ effect }) => (effect.kind === 'owner' ? [effect.path] : []));
  // A folder among the sources is the build's own, unless it is given to somebody.
  const isBuilds = (path: string) =>
    kept.sources.some((folder) => isInside(folder, path)) && !owned.some((folder) => isInside(folder, path));
  const isFilled = (path: string) => filled.some((other) => isInside(path, other));
  const folders = new Map<string, DataFolder>();
  for (const { path, line } of made) {
    if (!isFilled(path) && !isBuilds(path) && !NOT_DATA.test(nameOf(path)))
      folders.set(path, { path, line, missing: false });
  }
  for (const { path, line } of volumes) {
    const shipped = steps.some(
      ({ copy: files, index }) =>
        fates[index] === 'final' && files?.destination !== undefined && isInside(path, files.destination),
    );
    if (!folders.has(path) && !shipped && nameOf(path) !== 'node_modules')
      folders.set(path, { path, line, missing: !isFilled(path) });
  }
  return [...folders.values()].filter(
    ({ path }) =>
      !isBuildersOwn(path) &&
      !isSystemFolder(path) &&
      ![...folders.keys()].some((other) => other !== path && isInside(other, path)),
  );
}

const NOT_DATA = /^(bin|build|dist|lib|node_modules|out|public|src|target|\.npm|\.cache|\.yarn)$/;

export function takeData(draft: Draft, kept: Kept, data: readonly DataFolder[], { owner }: RunsAs): void {
  const { subject } = draft;
  // A stage that is kept has no builder of its own: the folders are made in one that it copies from.
  const host = draft.cut < subject.inherited ? hostOf(draft.subject) : undefined;
  const wanted = data.filter(({ path, missing }) => {
    const inside = kept.taken.some((folder) => isInside(folder, path));
    return owner !== undefined || !(inside || missing);
  });
  const isCovered = (path: string) =>
    draft.copied.some((it) => it.from === undefined && it.path !== path && isInside(it.path, path));
  for (const { path, line, missing } of wanted) {
    if (owner === undefined || !isCovered(path)) copy(draft, path, owner, host?.name);
    const why = owner === undefined ? '' : `, and belongs to ${owner}, so that the program can write there`;
    note(draft, 'change', line, `${path} ${missing || host ? 'is made in the builder, ' : ''}is copied too${why}.`);
  }
  const missing = wanted.filter((it) => it.missing || draft.cut < subject.inherited).map(({ path }) => forShell(path));
  if (missing.length > 0) makeMissing(draft, missing, wanted[0]?.line ?? 0, host);
  if (owner !== undefined) giveAway(draft, owner, wanted.map(({ path }) => path).filter(isCovered));
}

/**
 * COPY gives an owner to what it makes, and not to the folder that it copies to when that is there already (BuildKit, fsutil’s copyDirectory):
 * what is inside of another folder that is copied comes by way of a folder of its own, from above. `make`: it may not be there yet.
 */
export function giveAway(draft: Draft, owner: string, paths: readonly string[], make = false): void {
  if (paths.length === 0) return;
  const { subject } = draft;
  const parents = [...new Set(paths.map(folderOf))];
  const line = endOfBuilder(draft);
  asRoot(draft, line);
  for (const parent of parents) {
    const inside = paths.filter((path) => folderOf(path) === parent).map(forShell);
    const to = forShell(`${WRITABLE}${parent}`);
    addLine(
      draft,
      line,
      `${keyword(subject, 'RUN')} mkdir -p ${[...(make ? inside : []), to].join(' ')} && cp -a ${inside.join(' ')} ${to}/`,
    );
    draft.copied.push({ path: `${WRITABLE}${parent}`, to: parent, owner });
  }
}

const WRITABLE = '/writable';

function makeMissing(
  draft: Draft,
  missing: readonly string[],
  line: number,
  host: Pick<Builder, 'name' | 'stage'> | undefined,
): void {
  const { subject } = draft;
  const made = `${keyword(subject, 'RUN')} mkdir -p ${missing.join(' ')}`;
  if (host) addLine(draft, (host.stage.instructions.at(-1) ?? host.stage.from).range.end.line + 1, made);
  else if (subject.stage.parent.kind === 'stage') {
    decline(
      draft,
      line,
      `No stage that runs as root is there to make ${list(missing)} in. Make it before USER, in “${subject.stage.image?.text}”.`,
    );
  } else if (draft.cut < subject.inherited) addLine(draft, subject.stage.from.range.end.line + 1, made);
  if (draft.cut < subject.inherited) return;
  // As root, so before the builder's user changes.
  const user = subject.steps.find(({ instruction, index }) => instruction.keyword === 'USER' && index <= draft.cut);
  const last = subject.steps[draft.cut];
  if (user) addBefore(draft, user, made);
  else if (last) addAfter(draft, last, made);
}

/** A stage with a shell, run as root, on which the subject is built or from which it copies already. */
function hostOf({
  dockerfile,
  stage,
  base,
  steps,
  inherited,
  builders,
}: Subject): Pick<Builder, 'name' | 'stage'> | undefined {
  const asRoot = (all: readonly Step[]) =>
    all.every(({ instruction: { keyword: word, args } }) => word !== 'USER' || isRoot(args[0]?.value ?? ''));
  const parent = stage.parent.kind === 'stage' ? dockerfile.stages[stage.parent.stage] : undefined;
  if (parent && base?.hasShell === true && asRoot(steps.slice(0, inherited)))
    return { name: stage.image?.text ?? '', stage: parent };
  return builders.find((it) => it.base?.hasShell === true && asRoot(it.subject.steps));
}
