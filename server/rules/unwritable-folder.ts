/** A folder that the program is told to write to belongs to root, and the container runs as somebody else. */
import { posix } from 'node:path';
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { copySource, flag, rootStage } from '../dockerfile/queries.ts';
import type { Position } from '../dockerfile/text.ts';
import { isRoot } from '../dockerfile/writing.ts';
import { absolute, type Copy, chainOf, copiesOf, isInside, mayBring } from './copies.ts';
import { insertAfter, insertBefore, keywordLike } from './edits.ts';
import type { Check, Fix, Rule, Trouble } from './rule.ts';
import { runCommands } from './run.ts';
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
      const owners = { copies: copiesOf(check, stage), made: [...foldersMade(check, stage)] };
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
  { copies, made }: Owners,
): Trouble | undefined {
  const { path, by, word } = written;
  const owner = `${id}:${id}`;
  for (const folder of made) {
    if (folder.path === undefined) return undefined;
    const isThere = copies.some(
      (copy) =>
        copy.instruction.index < folder.index &&
        copy.destination &&
        !isGiven(copy) &&
        isInside(folder.path!, copy.destination),
    );
    const isUsed = isInside(path, folder.path) || (by !== undefined && isInside(folder.path, path));
    // Of a folder below it, what is above is made for the user too.
    if (isUsed && folder.root !== true && !(isThere && !isBelow(path, folder.path))) return undefined;
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
function keepsRoot({ dockerfile, base }: Check, { instruction, stage }: Copy, by: string | undefined): boolean {
  if (by === undefined) return false;
  const source = copySource(dockerfile, stage, instruction);
  if (!source) return instruction.keyword === 'COPY';
  const from = source.kind === 'stage' ? dockerfile.stages[source.stage] : undefined;
  if (!from || base(from)?.user === undefined || !isRoot(base(from)!.user!)) return false;
  return chainOf(dockerfile, from).every(({ instructions }) =>
    instructions.every(
      (one) =>
        one.keyword !== 'USER' &&
        !flag(one, 'chown') &&
        !flag(one, 'chmod') &&
        (one.keyword !== 'RUN' ||
          (one.command?.kind === 'shell' &&
            [one.command.text, ...one.heredocs.map(({ content }) => content)].every((text) => !OWNERS.test(text)))),
    ),
  );
}

const OWNERS = /\b(chown|chmod|install|mkdir\s[^&;|]*-m|umask|setfacl|useradd|adduser|tar|rsync|cp\s+-\w*[ap])\b/;

/** From the last stage that the image copies from, where that can make a folder. */
function emptyFolder(
  check: Check,
  stage: Stage,
  { path, instruction, ...written }: Written,
  owner: string,
): readonly Fix[] {
  const { dockerfile } = check;
  const builder = builderOf(check, stage);
  const last = builder?.instructions.at(-1);
  if (!builder || !last || written.stage !== stage || builder.index >= rootStage(dockerfile, stage).index) return [];
  const name = builder.name?.text ?? String(builder.index);
  const copy = `${keywordLike(dockerfile, stage, 'COPY')} --from=${name} --chown=${owner} ${EMPTY} ${path}`;
  return [
    {
      title: `Copy an empty folder there with --chown=${owner}`,
      edits: [
        ...(builder.instructions.some(makesEmpty)
          ? []
          : [insertAfter(dockerfile, last, `${keywordLike(dockerfile, builder, 'RUN')} mkdir -p ${EMPTY}`)]),
        insertBefore(dockerfile, instruction, copy),
      ],
    },
  ];
}

const EMPTY = '/empty';

function builderOf({ dockerfile, base }: Check, stage: Stage): Stage | undefined {
  const sources = stage.instructions.flatMap((one) => {
    const source = one.keyword === 'COPY' ? copySource(dockerfile, stage, one) : undefined;
    return source?.kind === 'stage' ? [dockerfile.stages[source.stage]!] : [];
  });
  const builder = sources.at(-1);
  if (!builder || base(builder)?.hasShell !== true || !isRoot(base(builder)?.user ?? 'unknown')) return undefined;
  const isPlain = chainOf(dockerfile, builder).every(({ instructions }) =>
    instructions.every(
      (one) =>
        one.keyword !== 'USER' &&
        one.keyword !== 'SHELL' &&
        (makesEmpty(one) || !runCommands(one).some(({ words }) => words.some(({ value }) => value === EMPTY))),
    ),
  );
  return isPlain && isUnique(dockerfile, builder) ? builder : undefined;
}

const makesEmpty = (instruction: Instruction) =>
  runCommands(instruction).length === 1 &&
  runCommands(instruction)[0]!
    .words.map(({ value }) => value)
    .join(' ') === `mkdir -p ${EMPTY}`;

/** Whether its name is that of no other stage. */
const isUnique = ({ stages }: Dockerfile, { name }: Stage) =>
  !name || stages.filter((one) => one.name?.text.toLowerCase() === name.text.toLowerCase()).length === 1;
