/** Which files of a stage are programs that a build makes: followed through `mv` and `cp`, and through COPY from other stages. */
import { matchesPath } from '../dockerfile/glob.ts';
import { mountsOf } from '../dockerfile/mounts.ts';
import { operands } from './effects.ts';
import { foldersOf } from './go-outputs.ts';
import { folderOf, isInside, isSystemFolder, nameOf, resolvePath } from './paths.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import { builderOf, type Step, type Subject } from './subject.ts';

/** What a command writes. `why` says what is assumed of a path there, because the command does not name it. */
export type Output =
  | { readonly kind: 'files'; readonly paths: readonly string[] }
  /** Programs right in that folder. */
  | { readonly kind: 'folder'; readonly path: string; readonly why: (path: string) => string }
  | { readonly kind: 'anywhere'; readonly why: (path: string) => string };

/** A command that makes programs, as a language reads it. */
export interface Made<Build> {
  readonly build: Build;
  readonly outputs: readonly Output[];
}

export interface Origin<Build> {
  readonly build: Build;
  readonly command: RunCommand;
  readonly step: Step;
  /** The stage in which it runs. */
  readonly subject: Subject;
  /** What is assumed; undefined: certain. */
  readonly deduced: string | undefined;
  /** Where another stage first copies it from; undefined: it has not left its own. */
  readonly taken?: { readonly from: Subject; readonly path: string };
}

export interface Programs<Build> {
  readonly files: ReadonlyMap<string, Origin<Build>>;
  /** Those of them that were copied on to another place. */
  readonly spare: ReadonlySet<string>;
  readonly folders: readonly { readonly path: string; readonly origin: (path: string) => Origin<Build> }[];
  readonly anywhere: readonly ((path: string) => Origin<Build>)[];
}

export type ReadBuild<Build> = (subject: Subject, step: Step, command: RunCommand) => Made<Build> | undefined;

export function programsOf<Build>(
  subject: Subject,
  read: ReadBuild<Build>,
  known = new Map<Subject, Programs<Build>>(),
): Programs<Build> {
  const before = known.get(subject);
  if (before) return before;
  const files = new Map<string, Origin<Build>>();
  const spare = new Set<string>();
  const folders: { path: string; origin: (path: string) => Origin<Build> }[] = [];
  const anywhere: ((path: string) => Origin<Build>)[] = [];
  const programs = { files, spare, folders, anywhere };
  known.set(subject, programs);
  const isFolder = foldersOf(subject);
  /** `from` is a file that is known, or one in a folder that is. */
  const move = (from: string, to: string) => {
    const origin = originOf(programs, from);
    if (origin) files.set(to, origin);
    return origin !== undefined;
  };
  for (const step of subject.steps) {
    for (const command of step.commands) {
      const made = read(subject, step, command);
      const origin = (deduced: string | undefined): Origin<Build> => ({
        build: made!.build,
        command,
        step,
        subject,
        deduced,
      });
      for (const output of made?.outputs ?? []) {
        if (output.kind === 'files') for (const path of output.paths) files.set(path, origin(undefined));
        else if (output.kind === 'folder')
          folders.push({ path: output.path, origin: (path) => origin(output.why(path)) });
        else anywhere.push((path) => origin(output.why(path)));
      }
      if (made || !['mv', 'cp', 'install'].includes(programOf(command)) || command.cwd === undefined) continue;
      const given = operands(command.words.slice(1), ['-m', '-o', '-g']);
      const target = given.at(-1);
      if (target === undefined) continue;
      const to = resolvePath(command.cwd, target);
      const into = target.endsWith('/') || given.length > 2 || isFolder(to);
      for (const source of given.slice(0, -1)) {
        const from = resolvePath(command.cwd, source);
        if (!move(from, into ? resolvePath(to, nameOf(from)) : to)) continue;
        if (programOf(command) === 'mv') files.delete(from);
        else spare.add(from);
      }
    }
    // What is written into a cache is not in the image.
    for (const path of cachesOf(subject, step)) {
      for (const file of files.keys()) if (isInside(path, file)) files.delete(file);
      const kept = folders.filter((folder) => !isInside(path, folder.path));
      folders.splice(0, folders.length, ...kept);
    }
    const builder = builderOf(subject, step);
    const { destination } = step.copy ?? {};
    if (!builder || destination === undefined) continue;
    const theirs = programsOf(builder.subject, read, known);
    const leaving = (origin: Origin<Build>, path: string): Origin<Build> => ({
      ...origin,
      taken: origin.taken ?? { from: builder.subject, path },
    });
    /** A folder of which it is not told what is in it. */
    const takeFolder = (from: string, to: string) => {
      const isThere = theirs.anywhere.length > 0 || theirs.folders.some(({ path }) => path === from);
      const origin = (there: string) => {
        const file = resolvePath(from, nameOf(there));
        return leaving(originOf(theirs, file)!, file);
      };
      if (isThere) folders.push({ path: to, origin });
      return isThere;
    };
    for (const source of step.copy!.sources) {
      const from = resolvePath('/', source);
      if (/[*?]/.test(from)) {
        const folder = folderOf(from);
        for (const [path, origin] of theirs.files)
          if (matchesPath(from, path))
            programs.files.set(resolvePath(destination, nameOf(path)), leaving(origin, path));
        takeFolder(folder, destination);
        continue;
      }
      const inside = (path: string) => resolvePath(destination, path.slice(from === '/' ? 1 : from.length + 1) || '.');
      const files = [...theirs.files].filter(([path]) => path !== from && isInside(from, path));
      const places = theirs.folders.filter(({ path }) => isInside(from, path));
      for (const [path, origin] of files) programs.files.set(inside(path), leaving(origin, path));
      for (const { path, origin } of places) {
        folders.push({
          path: inside(path),
          origin: (there) => {
            const file = resolvePath(path, nameOf(there));
            return leaving(origin(file), file);
          },
        });
      }
      if (files.length > 0 || places.length > 0) continue;
      if (/\/\.?$/.test(source) && takeFolder(from, destination)) continue;
      const into = step.copy!.intoFolder || isSystemFolder(destination) || isFolder(destination);
      const origin = originOf(theirs, from);
      if (origin)
        programs.files.set(into ? resolvePath(destination, nameOf(from)) : destination, leaving(origin, from));
    }
  }
  return programs;
}

/** The stage, and all those from which it copies, also by way of others. */
export function stagesOf(subject: Subject): readonly Subject[] {
  const found = new Set([subject]);
  for (const stage of found) for (const builder of stage.builders) found.add(builder.subject);
  return [...found];
}

/** Undefined: no build is known to make it. */
export function originOf<Build>(programs: Programs<Build>, path: string): Origin<Build> | undefined {
  return (
    programs.files.get(path) ??
    programs.folders.findLast((folder) => folder.path === folderOf(path))?.origin(path) ??
    programs.anywhere.at(-1)?.(path)
  );
}

/** Folders of a RUN that are mounted, and gone when it is done. */
function cachesOf({ variables }: Subject, { instruction, cwd }: Step): readonly string[] {
  return mountsOf(instruction)
    .filter((fields) => fields.some(({ key, value }) => key === 'type' && /^(cache|tmpfs)$/.test(value ?? '')))
    .flatMap((fields) => {
      const target = fields.findLast(({ key }) => /^(target|dst|destination)$/.test(key))?.value;
      const path = target && variables.expand(target, instruction);
      if (!path || (cwd === undefined && !path.startsWith('/'))) return [];
      return [resolvePath(cwd ?? '/', path)];
    });
}
