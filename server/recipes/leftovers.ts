/** What the builder's commands leave behind beside the program itself: packages, folders for data, files elsewhere. Each is accounted for. */
import { isRoot } from '../dockerfile/writing.ts';
import type { PackagePurpose } from '../facts/os-packages.ts';
import { addAfter, addBefore, addLine, copy, type Draft, decline, list, note } from './draft.ts';
import { type Effect, effectsOf } from './effects.ts';
import { asRoot, endOfBuilder, forShell } from './interpreter.ts';
import { keyword } from './layout.ts';
import { healthCheckLoses, type Installed, purposeOf, readInstall, removedGroup } from './packages.ts';
import { folderOf, isBuildersOwn, isInside, isSystemFolder, nameOf } from './paths.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import type { Builder, Step, Subject } from './subject.ts';
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
  return words.slice(0, 2).join(' ').slice(0, 40);
}

/**
 * Says what every package is for; one that the program may need is a reason. `taken` are those whose files are copied; `place` says what the
 * stage does.
 */
export function settlePackages(
  draft: Draft,
  taken: readonly string[] = [],
  place: 'builder' | 'final' = 'builder',
): void {
  const { steps } = draft.subject;
  const commands = steps.filter(({ index }) => draft.fates[index] !== 'gone').flatMap((step) => step.commands);
  const removed = new Set(commands.flatMap(removedGroup));
  const all = commands.flatMap((command) => readInstall(command)?.names ?? []);
  for (const command of commands) {
    for (const effect of effectsOf(command)) {
      if (effect.kind === 'packages') packages(draft, taken, command.line, effect.installed, { removed, all, place });
    }
  }
}

interface PackageSetting {
  readonly removed: ReadonlySet<string>;
  readonly all: readonly string[];
  readonly place: 'builder' | 'final';
}

function packages(
  draft: Draft,
  taken: readonly string[],
  line: number,
  installed: Installed,
  { removed, all, place }: PackageSetting,
): void {
  if (installed.unclear) {
    decline(draft, line, 'Which packages this installs hangs on a variable. Write their names out.');
    return;
  }
  const grouped = installed.group !== undefined && removed.has(installed.group);
  const of = (wanted: PackagePurpose) =>
    installed.names.filter(
      (name) => !taken.includes(name) && (grouped ? 'build' : purposeOf(name, all, place, draft.provided)) === wanted,
    );
  const unknown = [...of('unknown'), ...of('tool'), ...of('library')];
  if (unknown.length > 0) {
    decline(
      draft,
      line,
      `${list(unknown)} may be needed while the program runs, and distroless images cannot install packages. Leave ${unknown.length > 1 ? 'them' : 'it'} out if nothing needs ${unknown.length > 1 ? 'them' : 'it'}; otherwise keep the full base.`,
    );
  }
  const inBase = of('base');
  if (inBase.length > 0)
    note(
      draft,
      'change',
      line,
      `${list(inBase)}: the distroless base has ${inBase.length > 1 ? 'these' : 'this'} already.`,
    );
  for (const [names, purpose] of [
    [of('build'), 'serve the build only'],
    [of('people'), 'be for people who look into the container'],
  ] as const) {
    if (names.length === 0) continue;
    const are = names.length > 1 ? 'are' : 'is';
    const lost = grouped ? '' : healthCheckLoses(names, draft.subject.steps);
    note(
      draft,
      'assumption',
      line,
      `${list(names)} ${are} assumed to ${purpose}, and ${are} not in what ships.${lost}`,
    );
  }
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

/** A folder that the program is to write into. */
interface DataFolder {
  readonly path: string;
  readonly line: number;
  /** A VOLUME that nothing makes. */
  readonly missing: boolean;
}

/** Folders made by hand into which the file itself puts nothing, and volumes. */
function dataFolders({ subject, fates }: Draft, kept: Kept): readonly DataFolder[] {
  const { steps, variables } = subject;
  const effects = steps.flatMap((step) =>
    step.commands.flatMap((command) => effectsOf(command).map((effect) => ({ effect, line: command.line }))),
  );
  const filled = [
    ...steps.flatMap(({ copy: files, cwd }) => [files?.destination, cwd]),
    subject.cwd,
    ...effects.flatMap(({ effect }) => (effect.kind === 'path' ? [effect.path] : [])),
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

function takeData(draft: Draft, kept: Kept, data: readonly DataFolder[], { owner }: RunsAs): void {
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
