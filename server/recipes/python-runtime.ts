/** Which Python the program runs on in what ships: that of a distroless base of the same version, or its own, taken along. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import type { Stage } from '../dockerfile/dockerfile.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { WITHOUT_RUNPATH } from '../facts/python-images.ts';
import { leaveAlpine } from './alpine.ts';
import type { Family } from './conversion.ts';
import { type Draft, decline, list, note } from './draft.ts';
import { declineFamily, imageOf } from './families.ts';
import { keyword } from './layout.ts';
import { healthCheckLoses, purposeOf, readInstall } from './packages.ts';
import { type PythonImage, pythonImage } from './python-image.ts';
import { programOf } from './run-commands.ts';
import { hasOpenTag } from './stage-variables.ts';
import type { Subject } from './subject.ts';
import { looksAtTarget } from './target-platform.ts';

/** `own`: the interpreter of the user's image. `base`: the image has one, and `packages` is where it looks for packages, if that is known. */
export type Runtime =
  | { readonly kind: 'own'; readonly base: Base; readonly image: PythonImage }
  | {
      readonly kind: 'base';
      readonly base: Base;
      readonly image: PythonImage;
      readonly interpreter: string;
      /** The base starts it by itself. */
      readonly starts: boolean;
      readonly packages: string | undefined;
    };

/** Undefined: declined. `fitsBase` says whether the program can be started by an interpreter that is not its own. */
export function settleRuntime(draft: Draft, family: Family | undefined, fitsBase: boolean): Runtime | undefined {
  const { subject } = draft;
  const { line } = subject.stage.from.range.start;
  const image = pythonImage(subject.dockerfile, subject.stage);
  const shown = rootStage(subject.dockerfile, subject.stage).image?.value ?? '';
  if (!image) {
    decline(
      draft,
      line,
      `Which Python “${shown}” has, and where, is not known. Build on an official image that names it, such as python:3.13-slim.`,
    );
    return undefined;
  }
  if (image.codename === undefined || /^2/.test(image.version ?? '')) {
    decline(
      draft,
      line,
      `For Python ${image.version ?? ''} there is neither a distroless image nor a Debian-based one that its interpreter could be taken from. Move to a version that is still maintained, such as python:3.13-slim.`,
    );
    return undefined;
  }
  const runtime = choose(draft, image, family, fitsBase);
  if (!runtime) return undefined;
  draft.base = runtime.base;
  if (hasOpenTag(shown)) openVersion(draft, image, runtime);
  moveBuilders(draft);
  return runtime;
}

function choose(draft: Draft, image: PythonImage, family: Family | undefined, fitsBase: boolean): Runtime | undefined {
  const { today, stage } = draft.subject;
  const { line } = stage.from.range.start;
  const wanted = { language: 'python', version: image.line ?? '' };
  const base = image.line === undefined ? undefined : imageOf(family ?? 'google', wanted, today);
  if (base && fitsBase) {
    const starts = (base.entrypoint?.length ?? 0) > 0;
    const isGoogle = base.family === 'google';
    if (base.runtime?.version && !image.isDebians)
      note(
        draft,
        'change',
        line,
        `Python ${image.line} is now that of “${base.name}”${isGoogle ? `, which is Debian’s ${base.runtime.version} with its fixes of security, and not the one of python.org` : ''}.`,
      );
    return {
      kind: 'base',
      base,
      image,
      interpreter: starts ? base.entrypoint![0]! : 'python3',
      starts,
      // Debian’s Python looks there and heeds .pth files; of the others the folder is not known, and PYTHONPATH has to do.
      packages: isGoogle ? `/usr/local/lib/python${image.line}/dist-packages` : undefined,
    };
  }
  if (family !== undefined && family !== 'google') {
    declineFamily(
      draft,
      line,
      family,
      base ? `way to start this program by Python alone` : `Python ${image.line ?? 'without a version'}`,
    );
    return undefined;
  }
  if (image.isDebians) {
    decline(
      draft,
      line,
      'Debian’s Python is spread over /usr, and cannot be copied apart from the system; Google’s image has the same one, but starts modules only, from one place with packages. Install into one virtual environment, and start a file or a module: CMD ["python3", "-m", "…"].',
    );
    return undefined;
  }
  const cc = imageOf('google', 'cc', today);
  if (!cc) {
    declineFamily(draft, line, 'google', 'image that the interpreter could be copied to');
    return undefined;
  }
  const why = base
    ? 'What is started here comes with the packages or their environment, and Google’s own Python does not have it'
    : `Google has no image of Python ${image.line ?? 'that moves from one version to the next'}`;
  const ends = findBase(`python:${image.line}`)?.ends;
  const ended = ends !== undefined && ends <= today ? ` Python ${image.line} has had no fixes since ${ends}.` : '';
  note(
    draft,
    'risk',
    line,
    `${why}, so the interpreter of this image is copied, with all that is installed beside it in /usr/local and the shared libraries that these link. It is as new as that image, so build anew when it is updated, and no scanner finds it by a package.${ended}`,
  );
  if (WITHOUT_RUNPATH.has(image.codename ?? '')) {
    draft.settings.push(`${keyword(draft.subject, 'ENV')} LD_LIBRARY_PATH=/usr/local/lib`);
    note(
      draft,
      'change',
      line,
      'LD_LIBRARY_PATH is set, because the Python of images as old as this one finds its own library by a cache that is not copied.',
    );
  }
  // From 3.7 on, Python takes UTF-8 where no language is set.
  if (/^3\.[0-6]$/.test(image.line ?? '')) draft.settings.push(`${keyword(draft.subject, 'ENV')} LANG=C.UTF-8`);
  return { kind: 'own', base: cc, image };
}

function openVersion(draft: Draft, image: PythonImage, runtime: Runtime): void {
  note(
    draft,
    'assumption',
    image.root.from.range.start.line,
    runtime.kind === 'own'
      ? `The version comes from a build argument, by default ${image.version ?? 'none'}; what is copied follows it, as long as it is built on Debian 13 or older.`
      : `The version comes from a build argument, by default ${image.version ?? 'none'}; “${runtime.base.name}” does not follow it. A build with another version needs another base.`,
  );
}

/** Off Alpine, and to names that do not move to another release of Debian than the base has. */
function moveBuilders(draft: Draft): void {
  const { subject } = draft;
  const all = rootsOf(subject);
  const alpine = new Map([...all].filter(([, it]) => it.alpine).map(([stage, it]) => [stage, it.text]));
  for (const [stage, it] of all) {
    const { line } = stage.from.range.start;
    if (it.alpine) {
      const digest = stage.image!.text.includes('@') ? ' The digest was that of Alpine’s image, and is left out.' : '';
      note(
        draft,
        'change',
        line,
        `The build moves to “${it.text}”, which is Debian: Google’s images have not Alpine’s C library (musl), and nothing that is built on it runs there.${digest}`,
      );
    } else if (it.text !== stage.image!.text) {
      draft.rewritten.push({ range: stage.image!.range, newText: it.text });
      note(
        draft,
        'change',
        line,
        `“${it.text}” is what “${stage.image!.text}” means today; with the name of the release in it, the build stays with the Debian that the base can follow.`,
      );
    }
  }
  if ([...all.values()].some((it) => it.alpine && ARCHIVED.has(it.codename ?? ''))) withoutTools(draft);
  if (alpine.size > 0) leaveAlpine(draft, alpine);
  for (const it of all.values()) if (it.alpine && ARCHIVED.has(it.codename ?? '')) declineInstalls(draft, it);
}

/** Releases of Debian whose packages have left its servers, so that apt-get finds none. */
const ARCHIVED: ReadonlySet<string> = new Set(['stretch', 'buster']);

/** Where there are no packages to install, a line goes that installs nothing but what no line calls: curl for a check elsewhere. */
function withoutTools(draft: Draft): void {
  const { steps, inherited } = draft.subject;
  const called = new Set(steps.flatMap(({ commands }) => commands.map(programOf)));
  for (const { commands, index, line } of steps.slice(inherited)) {
    const names = commands.flatMap((command) => readInstall(command)?.names ?? []);
    const isOnly = commands.every((command) => readInstall(command) !== undefined);
    const isFor = names.every((name) => purposeOf(name, names, 'final') === 'people' && !called.has(name));
    if (names.length === 0 || !isOnly || !isFor) continue;
    draft.fates[index] = 'gone';
    note(
      draft,
      'assumption',
      line,
      `RUN is left out: ${list(names)} ${names.length > 1 ? 'are' : 'is'} called by no line of this file, and Debian keeps no packages any more for the release that the build moves to.${healthCheckLoses(names, steps)}`,
    );
  }
}

function declineInstalls(draft: Draft, image: PythonImage): void {
  const { subject } = draft;
  for (const { commands, index } of subject.steps) {
    if (draft.fates[index] === 'gone') continue;
    for (const command of commands) {
      if ((readInstall(command)?.names.length ?? 0) === 0) continue;
      decline(
        draft,
        command.line,
        `The build has to move from Alpine to Debian, and of Python ${image.version} there is only “${image.text}”, for which Debian keeps no packages any more. Leave them out, or move to a newer ${image.line}.`,
      );
    }
  }
}

/** The lowest of each chain of stages of Python from which files come. */
function rootsOf(subject: Subject, visited = new Set<Stage>()): ReadonlyMap<Stage, PythonImage> {
  const roots = new Map<Stage, PythonImage>();
  if (visited.has(subject.stage)) return roots;
  visited.add(subject.stage);
  const own = pythonImage(subject.dockerfile, subject.stage);
  if (own) roots.set(own.root, own);
  for (const builder of subject.builders) {
    for (const [stage, image] of rootsOf(builder.subject, visited)) roots.set(stage, image);
  }
  return roots;
}

/** Where the stage itself gets another base after all, it is not moved besides; and it is for the platform that what it copies is for. */
export function keepInPlace({ subject, rewritten, notes }: Draft): void {
  const { dockerfile, stage } = subject;
  const { image, from } = stage;
  const { platform } = rootStage(dockerfile, stage);
  if (platform !== stage.platform && !looksAtTarget(subject)) {
    const { end } = from.keywordRange;
    rewritten.push({ range: { start: end, end }, newText: ` --platform=${platform}` });
  }
  const edit = rewritten.findIndex(({ range }) => range === image?.range);
  if (edit >= 0) rewritten.splice(edit, 1);
  const moved = notes.findIndex(({ line, message }) => line === from.range.start.line && MOVED.test(message));
  if (edit >= 0 && moved >= 0) notes.splice(moved, 1);
}

const MOVED = /^(The build moves to “|“\S+” is what “)/;
