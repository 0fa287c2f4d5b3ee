/**
 * A language whose interpreter Google has no image of: that of the user's own image is taken along, with the application, onto an image that has
 * the C library. Everything is installed and copied in the builder as before, and what ships are the folders that came of it, at the same paths.
 */
import type { Base } from '../bases/base.ts';
import { endOfLine } from '../facts/ends.ts';
import { packagesToCarry } from './by-package.ts';
import { carryConfiguration, keepFolder, type Needed, warnOfLowPorts } from './carry.ts';
import type { Family } from './conversion.ts';
import { giveAway } from './data-folders.ts';
import { copy, type Draft, decline, list, note } from './draft.ts';
import { imageOf } from './families.ts';
import { shipFiles } from './files.ts';
import { settleHealthcheck } from './health.ts';
import { type Taken, takeLibraries } from './interpreter.ts';
import { keyword } from './layout.ts';
import { settleLeftovers } from './leftovers.ts';
import { warnOfWrites } from './named-files.ts';
import { isBuildersOwn, isInside, isSystemFolder, nameOf, outermost } from './paths.ts';
import { isRemoved, type RunCommand } from './run-commands.ts';
import { settlePackages } from './settle-packages.ts';
import type { Start } from './start.ts';
import type { Step } from './subject.ts';
import { reachable, settleUser } from './users.ts';

export interface OwnRuntime {
  readonly name: string;
  /** Where it comes from. */
  readonly image: string;
  /** Files and folders of the image, each with where it comes to lie when that is another place. */
  readonly files: readonly { readonly path: string; readonly to?: string }[];
  /** What runs is of a package: there may be no application beside it. */
  readonly alone?: boolean;
  /** Folders of the runtime that it writes to when it runs. */
  readonly written: readonly string[];
  /** Folders of the application that it writes to; they are made where they are not there. */
  readonly data?: readonly string[];
  /** Names of programs that are copied in for the build only. */
  readonly forBuild?: RegExp;
  /** Undefined: the base has all that it loads. */
  readonly libraries: Taken | undefined;
  /** `static`: with musl, whose loader is taken along. */
  readonly kind: 'cc' | 'static';
  /** What the image sets and the runtime reads: name and value. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** Commands that write nowhere but into the folders that are taken. */
  readonly isTool: (command: RunCommand) => boolean;
  /** Packages of the system whose files are taken, or that are for the build. */
  readonly packages: readonly string[];
  readonly needed: (name: string, step: Step) => Needed;
  /** What stands in for a check that has been left out. */
  readonly check: string;
}

/** `start` is what the container runs, written already. Gives the base. */
export function convertOwnRuntime(
  draft: Draft,
  family: Family | undefined,
  runtime: OwnRuntime,
  start: Start | undefined,
): string | undefined {
  const { subject } = draft;
  const { steps, stage, cwd } = subject;
  const from = stage.from.range.start.line;
  if (family !== undefined && family !== 'google') {
    decline(
      draft,
      from,
      `Only with the ${runtime.name} of its own image is this converted, and that goes onto Google’s images. Leave the choice of the family open.`,
    );
    return undefined;
  }
  const inPlace = staysInPlace(draft, runtime);
  draft.cut = inPlace
    ? subject.inherited - 1
    : steps.findLastIndex(({ instruction }) => /^(RUN|COPY|ADD)$/.test(instruction.keyword));
  const said = draft.reasons.length;
  const own = runtime.files.map(({ path }) => path);
  const folders = outermost([
    ...(cwd === undefined || cwd === '/' ? [] : [cwd]),
    ...copiedTo(draft, [...own, ...runtime.written], runtime.forBuild),
  ]);
  const system = folders.find(isSystemFolder);
  const alone = runtime.alone === true && steps.every((step) => step.copy === undefined);
  if (system !== undefined || (folders.length === 0 && !alone)) {
    const place = steps.findLast(({ instruction }) => instruction.keyword === 'WORKDIR') ?? steps.find((it) => it.copy);
    if (draft.reasons.length > said) return undefined;
    decline(
      draft,
      place?.line ?? from,
      `The application is in ${system ?? '/'}, among the files of the system, and cannot be copied apart from them. Give it a folder: WORKDIR /app.`,
    );
    return undefined;
  }
  const base = imageOf('google', runtime.kind, subject.today);
  if (!base || !start) {
    settlePackages(draft, runtime.packages);
    return undefined;
  }
  draft.base = base;
  const runsAs = settleUser(draft);
  reachable(draft, folders, runsAs);
  carryConfiguration(draft, runtime.needed);
  keepFolder(draft);
  const settings = runtime.environment.flatMap(([name, value]) => {
    if (subject.variables.setBy(name, undefined) === undefined) return [`${name}=${value}`];
    // What the file sets stays in force, behind what the image had.
    return /PATH$/.test(name) ? [`${name}=${value.replace(`:$${name}`, '')}:$${name}`] : [];
  });
  if (settings.length > 0) draft.settings.push(`${keyword(subject, 'ENV')} ${settings.join(' ')}`);
  // What a stage is built on has the runtime, and can be named as it is.
  const image = inPlace && stage.parent.kind !== 'stage' ? stage.image!.text : undefined;
  for (const { path, to } of runtime.files)
    draft.copied.push({ path, owner: undefined, ...(to ? { to } : {}), ...(image ? { from: image } : {}) });
  if (runtime.libraries) takeLibraries(draft, runtime.libraries, runtime.kind);
  if (!inPlace) for (const path of folders) copy(draft, path);
  for (const path of runtime.written) copy(draft, path, runsAs.owner, image);
  if (inPlace) for (const step of steps) if (step.copy) shipFiles(draft, step);
  settleHealthcheck(draft, () => undefined, runtime.check);
  const carried = new Set(packagesToCarry(draft).map(({ name }) => name));
  settleLeftovers(
    draft,
    {
      taken: [...folders, ...own, ...runtime.written],
      sources: [],
      packages: runtime.packages.filter((name) => !carried.has(name)),
      isBuild: runtime.isTool,
      // Nothing is built that other packages could be for.
      ...(alone ? { place: 'final' } : {}),
    },
    runsAs,
  );
  const { data = [] } = runtime;
  if (runsAs.owner !== undefined && data.length > 0) {
    giveAway(draft, runsAs.owner, data, true);
    note(
      draft,
      'change',
      from,
      `${list(data)} ${data.length > 1 ? 'belong' : 'belongs'} to ${runsAs.owner}, because ${runtime.name} writes there; what else the program writes needs a folder of its own.`,
    );
  }
  if (runsAs.owner !== undefined) warnOfWrites(draft, start, folders);
  warnOfLowPorts(draft, runsAs.owner === undefined);
  const { runtime: theirs } = subject.base ?? {};
  const line = /^\d+\.\d+/.exec(theirs?.version ?? '')?.[0] ?? '';
  const ends = endOfLine(theirs?.language ?? '', line);
  const ended =
    ends !== undefined && ends <= subject.today ? ` ${runtime.name} ${line} has had no fixes since ${ends}.` : '';
  note(
    draft,
    'risk',
    from,
    `Google has no image with ${runtime.name}. What ships is that of “${runtime.image}”${runtime.libraries ? ' with the libraries that it loads' : ''}${runtime.kind === 'static' ? ', the C library (musl) among them' : ''}: it is brought up to date by building anew on a newer image, and not with the base, and a scanner that reads lists of packages does not see it.${ended}`,
  );
  note(
    draft,
    'assumption',
    (start.entrypoint ?? start.cmd)?.step.line ?? from,
    folders.length === 0
      ? 'The program is assumed to read nothing but what its packages bring, and to start no other programs: there is no shell.'
      : `${list(folders)} ${folders.length > 1 ? 'are' : 'is'} assumed to be all that the program reads, and it is assumed to start no other programs: there is no shell.`,
  );
  return base.reference;
}

/** True where the stage runs nothing of its own, so that its lines stand as well on another base. */
function staysInPlace({ subject, rewritten }: Draft, { libraries, data }: OwnRuntime): boolean {
  const { steps, inherited, stage } = subject;
  if (libraries || data || rewritten.length > 0 || stage.image?.text.includes('$')) return false;
  return steps.every(({ instruction: { keyword: word }, index }) =>
    index < inherited ? !/^(RUN|COPY|ADD)$/.test(word) : word !== 'RUN',
  );
}

/** Where COPY and ADD put things, apart from what is covered already; a reason where that is among the files of the system. */
function copiedTo(draft: Draft, covered: readonly string[], forBuild?: RegExp): readonly string[] {
  const paths: string[] = [];
  for (const { copy: files, line, index } of draft.subject.steps) {
    if (!files || draft.fates[index] === 'gone') continue;
    const { destination, intoFolder, sources } = files;
    if (forBuild && sources.every((source) => forBuild.test(nameOf(`/${source}`)))) continue;
    if (destination === undefined)
      decline(draft, line, 'Where this is copied to depends on a build argument. Write the path out.');
    else if (isBuildersOwn(destination) || covered.some((folder) => isInside(folder, destination))) continue;
    else if (isInside('/usr/local/share/ca-certificates', destination)) continue;
    else if (isRemoved(draft.subject.steps.slice(index), destination)) continue;
    else if (!isSystemFolder(destination)) paths.push(destination);
    else if (!intoFolder || sources.some((source) => !/[^/]\.\w+$/.test(source) || /[*?]/.test(source))) {
      decline(
        draft,
        line,
        `This is copied to ${destination}, among the files of the system, and cannot be copied apart from them. Give it a folder of its own.`,
      );
    } else paths.push(...sources.map((source) => `${destination === '/' ? '' : destination}/${nameOf(`/${source}`)}`));
  }
  return paths;
}

/**
 * Whether the official image of that version was last made of Debian 10 or older, where libcrypt is a part of the C library and cannot be taken
 * along. `first`: of release lines, the first patch on Debian 11; lines before them were not made of it. Without a patch the last one is meant.
 */
export function isBeforeDebian11(base: Base | undefined, first: Readonly<Record<string, number>>): boolean {
  const { os, runtime } = base ?? {};
  if (os?.libc === 'musl') return false;
  if (os?.id.startsWith('debian') && os.version !== '') return Number(os.version) < 11;
  const [major, minor, patch] = runtime?.version?.split('.').map(Number) ?? [];
  if (major === undefined || minor === undefined) return false;
  const known = first[`${major}.${minor}`];
  if (known !== undefined) return patch !== undefined && patch < known;
  const isOlder = (line: string) => {
    const [a = 0, b = 0] = line.split('.').map(Number);
    return major < a || (major === a && minor < b);
  };
  return Object.keys(first).every(isOlder);
}
