/** A folder that the program is told to write to belongs to root, and the container runs as somebody else. */
import { posix } from 'node:path';
import type { Base } from '../bases/base.ts';
import type { Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { copySource, flag, rootStage } from '../dockerfile/queries.ts';
import type { Position } from '../dockerfile/text.ts';
import { isRoot } from '../dockerfile/writing.ts';
import { absolute, type Copy, chainOf, copiesOf, isInside, mayBring } from './copies.ts';
import { insertAfter, insertBefore, keywordLike } from './edits.ts';
import type { Check, Fix, Rule, Trouble } from './rule.ts';
import { runCommands } from './run.ts';
import { ancestors } from './shipped.ts';
import { nameOf } from './stage-names.ts';
import { userOf } from './users.ts';
import { foldersMade, type MadeFolder } from './workdirs.ts';
import { type Written, writtenFolders } from './written.ts';

export const unwritableFolder: Rule = {
  id: 'unwritable-folder',
  group: 'not allowed',
  severity: 'warning',
  why: 'COPY gives folders to root, WORKDIR to the user at that point, and a new volume takes its owner from the image. Where a VOLUME, a variable such as UPLOAD_DIR or DATABASE_URL, or an option such as --data-dir tells the program to write to a folder that belongs to root, a container that runs as somebody else cannot. Code is better left to root: give away only the folder for data.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app . && mkdir /data\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nCOPY --from=build /data /data\nVOLUME /data\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app . && mkdir /data\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nCOPY --chown=65532:65532 --from=build /data /data\nVOLUME /data\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    const seen = new Set<Word>();
    for (const target of check.targets) {
      const stage = check.dockerfile.stages[target];
      const base = stage && check.base(stage);
      const user = stage && userOf(check, stage);
      if (!base || !user?.id || user.root || !holdsNoData(base)) continue;
      // An exec-form RUN could make the folder: nothing can be said then.
      if (chainOf(check.dockerfile, stage).some((link) => link.instructions.some(isExecRun))) continue;
      const owners = ownersOf(check, stage);
      for (const written of writtenFolders(check, stage)) {
        if (seen.has(written.word)) continue;
        seen.add(written.word);
        const trouble = !isOpen(written, base) && unwritable(check, stage, user.id, written, owners);
        if (trouble) yield trouble;
      }
    }
  },
};

const isExecRun = ({ keyword, command }: Instruction) => keyword === 'RUN' && command?.kind === 'exec';

/** Without folders of its own for an application’s data, and without a shell to make them. */
const holdsNoData = ({ family, hasShell }: Base) =>
  hasShell === false && (family === 'google' || family === 'scratch' || family === 'chiselled');

/** Open to all, in somebody’s home, or by its name something that is only read. */
function isOpen({ path, by }: Written, { family }: Base): boolean {
  if (/(^|\/)(etc|conf|config|configs|certs?|ssl|secrets?|pki)(\/|$)/.test(path)) return true;
  if (by === undefined) return /^(\/var)?\/tmp$|^\/dev\/shm$|^\/home\/nonroot$/.test(path);
  return (
    /^\/(dev|proc|run|sys|home|root)(\/|$)/.test(path) || (family !== 'scratch' && /^(\/var)?\/tmp(\/|$)/.test(path))
  );
}

interface Owners {
  readonly copies: readonly Copy[];
  readonly made: readonly MadeFolder[];
  /** Folders that a COPY makes for root, and the index of the first that does. */
  readonly rootFrom: ReadonlyMap<string, number>;
}

function ownersOf(check: Check, stage: Stage): Owners {
  const copies = copiesOf(check, stage);
  const rootFrom = new Map<string, number>();
  for (const copy of copies) {
    if (copy.destination === undefined || isGiven(copy)) continue;
    for (const folder of ancestors(copy.destination))
      if (!rootFrom.has(folder)) rootFrom.set(folder, copy.instruction.index);
  }
  return { copies, made: [...foldersMade(check, stage)], rootFrom };
}

/**
 * Who owns a folder, as BuildKit makes them: a WORKDIR that is not there yet, and what is missing above it, is given to the user at that
 * point; a folder that COPY makes belongs to root unless --chown says otherwise, also where it belonged to somebody else in the stage that it
 * is copied from (moby/buildkit#1941); what is in it keeps its owner from there. Tried with Engine 20.10’s BuildKit.
 */
function unwritable(
  check: Check,
  stage: Stage,
  id: string,
  written: Written,
  { copies, made, rootFrom }: Owners,
): Trouble | undefined {
  const { path, by, word } = written;
  const owner = `${id}:${id}`;
  for (const folder of made) {
    if (folder.path === undefined) return undefined;
    const isUsed = isInside(path, folder.path) || (by !== undefined && isInside(folder.path, path));
    if (!isUsed || folder.root === true) continue;
    // Of a folder below it, what is above is made for the user too.
    const isThere = (rootFrom.get(folder.path) ?? Number.POSITIVE_INFINITY) < folder.index;
    if (!isThere || isBelow(path, folder.path)) return undefined;
  }
  // A database that is copied may be there to be read.
  if (written.file !== undefined && copies.some((copy) => names(copy, written.file!))) return undefined;
  const bringing = copies.filter((copy) => mayBring(copy, path));
  for (const copy of copies) {
    if (copy.destination === undefined) return undefined;
    const mayOwn = bringing.includes(copy) || (by !== undefined && sharesFolder(copy.destination, path));
    if (isGiven(copy) && mayOwn) return undefined;
  }
  for (const copy of bringing) if (!isInside(path, copy.destination!) && !keepsRoot(check, copy, by)) return undefined;
  const isMade = made.some((folder) => isInside(path, folder.path!));
  const isCopied = bringing.some((copy) => isInside(path, copy.destination!));
  if (written.mayBeRead && bringing.length > 0) return undefined;
  const told = by === undefined ? '' : ` The program is told to write there by ${by}.`;
  if (isCopied || isStanding(path, check.base(stage)!)) {
    const [only, ...more] = bringing;
    return {
      message:
        by === undefined
          ? `“${path}” belongs to root, so user ${id} cannot write to it. Copy it with --chown=${owner}.`
          : `“${path}” belongs to root, so user ${id} cannot write to it.${told} Give it a folder of its own for that, copied with --chown=${owner}.`,
      range: word.range,
      fixes:
        !only || more.length > 0 || by !== undefined
          ? []
          : [
              {
                title: `Copy it with --chown=${owner}`,
                edits: [insertAt(only.instruction.keywordRange.end, ` --chown=${owner}`)],
              },
            ],
    };
  }
  if (isMade) {
    return {
      message: `“${path}” is made by a WORKDIR while the user is still root, so user ${id} cannot write to it.${told} Write USER ${owner} above that WORKDIR.`,
      range: word.range,
    };
  }
  return {
    message:
      by === undefined
        ? `“${path}” is not in the image, so Docker makes it for root, and user ${id} cannot write to it. Make an empty folder in a build stage, and copy it with COPY --chown=${owner}.`
        : `“${path}” is not in the image, and user ${id} cannot make it.${told} Make an empty folder in a build stage, and copy it with COPY --chown=${owner}, unless a volume that this user may write to is always put there.`,
    range: word.range,
    ...(by !== undefined && { severity: 'info' as const }),
    fixes: emptyFolder(check, stage, written, owner),
  };
}

const insertAt = (at: Position, newText: string) => ({ range: { start: at, end: at }, newText });

/** In every image of the family, and root’s. */
function isStanding(path: string, { family }: Base): boolean {
  return path === '/' || (family !== 'scratch' && /^\/(usr|opt|srv|mnt|var(\/(lib|log|cache|spool))?)$/.test(path));
}

const isBelow = (folder: string, path: string) => path !== folder && isInside(folder, path);

/** Whether a copy brings that very file, by its name. */
function names({ destination, sources }: Copy, file: string): boolean {
  return destination === file || sources.some((it) => it && absolute(destination ?? '/', posix.basename(it)) === file);
}

/** With an owner or a mode of its own. */
const isGiven = ({ instruction }: Copy) => ['chown', 'chmod', 'parents'].some((name) => flag(instruction, name));

/** Whether a copy may have made a folder on the way to the other path, below `/`. */
function sharesFolder(destination: string, path: string): boolean {
  const [, first] = path.split('/');
  return first !== '' && first !== undefined && isInside(`/${first}`, destination);
}

/** Whether all that a copy brings into an existing folder belongs to root: what the build context holds does. */
function keepsRoot(check: Check, { instruction, stage }: Copy, by: string | undefined): boolean {
  if (by === undefined) return false;
  const source = copySource(check.dockerfile, stage, instruction);
  if (!source) return instruction.keyword === 'COPY';
  const from = source.kind === 'stage' ? check.dockerfile.stages[source.stage] : undefined;
  return from !== undefined && aboutBuilder(check, from).givesNothingAway;
}

interface Builder {
  /** It is root’s throughout, and nothing in it is given to anybody else. */
  readonly givesNothingAway: boolean;
  readonly emptyFolder: 'there' | 'can be made' | undefined;
}

const kept = new WeakMap<Check, Map<Stage, Builder>>();

function aboutBuilder(check: Check, stage: Stage): Builder {
  const all = kept.get(check) ?? new Map<Stage, Builder>();
  kept.set(check, all);
  const known = all.get(stage);
  if (known) return known;
  const base = check.base(stage);
  const instructions = chainOf(check.dockerfile, stage).flatMap((link) => link.instructions);
  const isRoots =
    base?.user !== undefined && isRoot(base.user) && !instructions.some(({ keyword }) => keyword === 'USER');
  const isMade = stage.instructions.some(makesEmpty);
  const canRun = isRoots && base.hasShell === true && !instructions.some((one) => one.keyword === 'SHELL');
  const isFree = instructions.every((one) => makesEmpty(one) || !mentionsEmpty(one));
  const made: Builder = {
    givesNothingAway: isRoots && instructions.every(givesNothing),
    emptyFolder: !canRun || !isFree ? undefined : isMade ? 'there' : 'can be made',
  };
  all.set(stage, made);
  return made;
}

function givesNothing(one: Instruction): boolean {
  if (flag(one, 'chown') || flag(one, 'chmod')) return false;
  return !runCommands(one).some(({ name, words: [, ...given] }) => {
    const has = (option: RegExp) => given.some(({ value }) => option.test(value));
    if (name === 'mkdir') return has(/^(-\w*m|--mode)/);
    if (name === 'cp') return has(/^(-\w*[ap]|--(archive|preserve))/);
    return OWNERS.has(name) || (has(/^install$/) && !OF_ROOT.test(name));
  });
}

const OWNERS = new Set('chown chgrp chmod install umask setfacl useradd adduser tar rsync'.split(' '));

/** What they install belongs to the user that runs them. */
const OF_ROOT = /^(npm|yarn|pnpm|pip[\d.]*|uv|poetry|go|cargo|bundle|gem|composer)$/;

/** From the last stage that the image copies from, where that can make a folder. */
function emptyFolder(
  check: Check,
  stage: Stage,
  { path, instruction, ...written }: Written,
  owner: string,
): readonly Fix[] {
  const { dockerfile } = check;
  const builder = written.stage === stage ? builderOf(check, stage) : undefined;
  const last = builder?.instructions.at(-1);
  const empty =
    builder && builder.index < rootStage(dockerfile, stage).index && aboutBuilder(check, builder).emptyFolder;
  if (!last || !empty) return [];
  const copy = `${keywordLike(dockerfile, stage, 'COPY')} --from=${nameOf(dockerfile, builder)} --chown=${owner} ${EMPTY} ${path}`;
  const make = insertAfter(dockerfile, last, `${keywordLike(dockerfile, builder, 'RUN')} mkdir -p ${EMPTY}`);
  const edits = [...(empty === 'there' ? [] : [make]), insertBefore(dockerfile, instruction, copy)];
  return [{ title: `Copy an empty folder there with --chown=${owner}`, edits }];
}

const EMPTY = '/empty';

function builderOf({ dockerfile }: Check, stage: Stage): Stage | undefined {
  const last = stage.instructions.findLast(
    (one) => one.keyword === 'COPY' && copySource(dockerfile, stage, one)?.kind === 'stage',
  );
  const source = last && copySource(dockerfile, stage, last);
  return source?.kind === 'stage' ? dockerfile.stages[source.stage] : undefined;
}

const mentionsEmpty = (instruction: Instruction) =>
  runCommands(instruction).some(({ words }) => words.some(({ value }) => value === EMPTY));

const makesEmpty = (instruction: Instruction) =>
  runCommands(instruction).length === 1 &&
  runCommands(instruction)[0]!
    .words.map(({ value }) => value)
    .join(' ') === `mkdir -p ${EMPTY}`;
