/** A volume of a container that does not run as root belongs to root. */
import type { Base } from '../bases/base.ts';
import type { Stage, Word } from '../dockerfile/dockerfile.ts';
import { expanded } from '../dockerfile/environment.ts';
import { copySource, flag } from '../dockerfile/queries.ts';
import { absolute, type Copy, chainOf, copiesOf, isInside, mayBring } from './copies.ts';
import type { Check, Rule, Trouble } from './rule.ts';
import { type User, userOf } from './users.ts';
import { foldersMade } from './workdirs.ts';

export const unwritableVolume: Rule = {
  id: 'unwritable-volume',
  group: 'not allowed',
  severity: 'warning',
  why: 'A new volume takes its owner from the folder in the image. Where the image has no such folder, or has one that belongs to root, a container that runs as somebody else cannot write to it.',
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
      const copies = copiesOf(check, stage);
      for (const { word, path } of volumes(check, stage)) {
        if (seen.has(word) || isOpen(path, user)) continue;
        seen.add(word);
        const trouble = unwritable(check, stage, user.id, word, path, copies);
        if (trouble) yield trouble;
      }
    }
  },
};

const isExecRun = ({ keyword, command }: Stage['instructions'][number]) =>
  keyword === 'RUN' && command?.kind === 'exec';

/** Without folders of its own for an application’s data, and without a shell to make them. */
const holdsNoData = ({ family, hasShell }: Base) =>
  hasShell === false && (family === 'google' || family === 'scratch' || family === 'chiselled');

/** So many are looked at: a file has one or two. */
const MOST = 20;

function volumes({ dockerfile }: Check, stage: Stage): { word: Word; path: string }[] {
  const found: { word: Word; path: string }[] = [];
  for (const link of chainOf(dockerfile, stage)) {
    for (const instruction of link.instructions) {
      if (instruction.keyword !== 'VOLUME') continue;
      for (const word of instruction.args) {
        const path = expanded(dockerfile, link, instruction, word);
        if (path?.startsWith('/')) found.push({ word, path: absolute('/', path) });
        if (found.length === MOST) return found;
      }
    }
  }
  return found;
}

/** Open to all, the user’s own, or by its name something that is only read. */
function isOpen(path: string, { id }: User): boolean {
  if (/^(\/var)?\/tmp$|^\/dev\/shm$/.test(path) || (path === '/home/nonroot' && id === '65532')) return true;
  return /(^|\/)(etc|conf|config|configs|certs?|ssl|secrets?|pki)(\/|$)/.test(path);
}

function unwritable(
  check: Check,
  stage: Stage,
  id: string,
  word: Word,
  path: string,
  copies: readonly Copy[],
): Trouble | undefined {
  const owner = `${id}:${id}`;
  for (const made of foldersMade(check, stage)) {
    // BuildKit makes all folders on the way for the user of that moment.
    if (made.path === undefined || (isInside(path, made.path) && made.root !== true)) return undefined;
  }
  const bringing = copies.filter((copy) => mayBring(copy, path));
  if (bringing.length === 0) {
    const exists = [...foldersMade(check, stage)].some((made) => made.path !== undefined && isInside(path, made.path));
    return {
      message: exists
        ? `“${path}” is made by a WORKDIR while the user is still root, so user ${id} cannot write to it. Write USER ${owner} above that WORKDIR.`
        : `“${path}” is not in the image, so Docker makes it for root, and user ${id} cannot write to it. Make an empty folder in a build stage, and copy it with COPY --chown=${owner}.`,
      range: word.range,
    };
  }
  const [only, ...more] = bringing;
  if (!only || bringing.some((copy) => !belongsToRoot(check, copy, path))) return undefined;
  const at = only.instruction.keywordRange.end;
  return {
    message: `“${path}” belongs to root, so user ${id} cannot write to it. Copy it with --chown=${owner}.`,
    range: word.range,
    fixes:
      more.length > 0
        ? []
        : [
            {
              title: `Copy it with --chown=${owner}`,
              edits: [{ range: { start: at, end: at }, newText: ` --chown=${owner}` }],
            },
          ],
  };
}

/** Certain only for a copy to that very place, with the modes that folders usually have. */
function belongsToRoot({ dockerfile }: Check, { instruction, stage, destination }: Copy, path: string): boolean {
  if (destination === undefined || !isInside(path, destination)) return false;
  if (flag(instruction, 'chown') || flag(instruction, 'chmod') || flag(instruction, 'parents')) return false;
  const source = copySource(dockerfile, stage, instruction);
  if (!source) return true;
  const made = source.kind === 'stage' ? dockerfile.stages[source.stage] : undefined;
  if (!made) return false;
  return !chainOf(dockerfile, made).some(({ instructions }) =>
    instructions.some(
      ({ keyword, command, heredocs }) =>
        keyword === 'RUN' &&
        (command?.kind !== 'shell' ||
          [command.text, ...heredocs.map(({ content }) => content)].some((text) => MODES.test(text))),
    ),
  );
}

const MODES = /\b(chmod|install|mkdir\s[^&;|]*-m|umask|setfacl)\b/;
