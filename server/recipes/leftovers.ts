import { type DataFolder, dataFolders, takeData } from './data-folders.ts';
import { copy, type Draft, decline, list, note } from './draft.ts';
import { type Effect, effectsOf } from './effects.ts';
import { isBuildersOwn, isInside, isSystemFolder } from './paths.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import { settlePackages } from './settle-packages.ts';
import type { Step } from './subject.ts';
import type { RunsAs } from './users.ts';

export interface Kept {
  /** Folders that the final stage takes whole, or files. */
  readonly taken: readonly string[];
  /** Folders of which the build may do with what it likes, and of which only single files are taken. */
  readonly sources: readonly string[];
  /** The commands that make the program. What stands after the last of them is there for the program. */
  isBuild(command: RunCommand): boolean;
  /** Packages whose files are taken. */
  readonly packages: readonly string[];
  /** What packages of the system are for, where the commands do not tell: by default, for the build if there is one. */
  readonly place?: 'builder' | 'final';
}

export function settleLeftovers(draft: Draft, kept: Kept, runsAs: RunsAs): void {
  const { steps } = draft.subject;
  const commands = steps
    .filter(({ index }) => draft.fates[index] !== 'gone')
    .flatMap((step) => step.commands.map((command) => ({ step, command })));
  const lastBuild = commands.findLastIndex(({ command }) => kept.isBuild(command));
  // In a stage that only takes what others build, packages are there for the program.
  const place = kept.place ?? (lastBuild < 0 && draft.subject.builders.length > 0 ? 'final' : 'builder');
  settlePackages(draft, kept.packages, place);
  const data = dataFolders(draft, kept);
  const unclear = new Map<number, Set<string>>();
  for (const [i, { step, command }] of commands.entries()) {
    const isBuild = kept.isBuild(command);
    for (const effect of isBuild ? effectsOf({ ...command, words: [] }) : effectsOf(command)) {
      if (effect.kind === 'capabilities') {
        decline(
          draft,
          command.line,
          '“setcap” gives a file rights that are not certain to survive a copy into another stage. Listen on a port from 1024 on, and leave it out.',
        );
      } else if (effect.kind === 'certificates') certificates(draft, command.line);
      else if (effect.kind === 'owner') ownership(draft, kept, command.line, effect, runsAs);
      else if (effect.kind === 'path')
        written(draft, kept, data, { step, command, path: effect.path, forProgram: i > lastBuild });
      else if (effect.kind === 'unknown') {
        const inTaken = command.cwd !== undefined && kept.taken.some((folder) => isInside(folder, command.cwd!));
        if (i > lastBuild && !inTaken) {
          decline(
            draft,
            command.line,
            `What “${shown(command)}” leaves behind cannot be told, and it runs after the program is built. Do it before, or in a stage of its own.`,
          );
        } else unclear.set(command.line, (unclear.get(command.line) ?? new Set()).add(shown(command)));
      }
    }
  }
  for (const [line, names] of unclear) {
    note(
      draft,
      'assumption',
      line,
      `What ${list([...names])} ${names.size > 1 ? 'leave' : 'leaves'} outside of what is copied is assumed to serve the build only.`,
    );
  }
  takeData(draft, kept, data, runsAs);
}

/** `swag init`: enough to recognise it. */
function shown(command: RunCommand): string {
  const words = [programOf(command), ...command.words.slice(1)].filter(
    (word) => !word.startsWith('-') && !word.includes('://'),
  );
  const text = words.slice(0, 2).join(' ');
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function certificates(draft: Draft, line: number): void {
  const folder = '/usr/local/share/ca-certificates';
  const own = draft.subject.steps.some(
    ({ copy: files, commands }) =>
      (files?.destination !== undefined && isInside(folder, files.destination)) ||
      commands.some((command) => effectsOf(command).some((it) => it.kind === 'path' && isInside(folder, it.path))),
  );
  if (!own) return;
  copy(draft, '/etc/ssl/certs/ca-certificates.crt');
  note(draft, 'change', line, 'The list of trusted certificates with your own in it is copied over that of the base.');
}

function ownership(
  draft: Draft,
  kept: Kept,
  line: number,
  { owner, path }: Extract<Effect, { kind: 'owner' }>,
  runsAs: RunsAs,
): void {
  if (runsAs.owner === undefined || /^(root|0)(:|$)/.test(owner) || !kept.taken.includes(path)) return;
  if (draft.copied.some((it) => it.owner !== undefined && isInside(it.path, path))) return;
  note(
    draft,
    'risk',
    line,
    `${path} belonged to “${owner}”; in what ships it belongs to root, and the program cannot change it. What it writes there needs a folder of its own.`,
  );
}

/** A file or a folder that a command writes. */
interface Written {
  readonly step: Step;
  readonly command: RunCommand;
  readonly path: string;
  /** It comes after the build, so it is there for the program. */
  readonly forProgram: boolean;
}

function written(draft: Draft, kept: Kept, data: readonly DataFolder[], it: Written): void {
  const { command, path, forProgram } = it;
  const isIn = (folders: readonly string[]) => folders.some((folder) => isInside(folder, path));
  const hasZone = draft.subject.variables.fixed('TZ', undefined) !== undefined;
  if (isIn([...kept.taken, ...data.map((folder) => folder.path), '/usr/local/share/ca-certificates'])) return;
  if (isBuildersOwn(path) || ['/etc/nsswitch.conf', '/etc/passwd', '/etc/group'].includes(path)) return;
  if (['/etc/localtime', '/etc/timezone'].includes(path)) {
    if (hasZone) return;
    decline(
      draft,
      command.line,
      `${path} is set here, and the base has its own. Set the time zone with ENV TZ instead.`,
    );
  } else if (!forProgram && isIn(kept.sources)) {
    if (!/^(curl|wget)$/.test(programOf(command))) return;
    note(
      draft,
      'assumption',
      command.line,
      `${path}, which “${shown(command)}” fetches, is assumed to serve the build only.`,
    );
  } else if (kept.sources.includes(path)) {
    decline(
      draft,
      command.line,
      `“${shown(command)}” puts something among the sources, in ${path}, after the program is built. Put it into a folder of its own.`,
    );
  } else if (isSystemFolder(path) || SYSTEM.some((folder) => isInside(folder, path))) {
    if (forProgram) {
      decline(
        draft,
        command.line,
        `“${shown(command)}” writes to ${path}, among the system’s files, after the program is built. Put it into a folder of the program.`,
      );
    } else {
      note(
        draft,
        'assumption',
        command.line,
        `What “${shown(command)}” puts into ${path} is assumed to serve the build only.`,
      );
    }
  } else {
    copy(draft, path);
    note(draft, 'change', it.step.line, `${path}, which “${shown(command)}” writes, is copied too.`);
  }
}

const SYSTEM = ['/usr', '/bin', '/lib', '/sbin', '/etc'];
