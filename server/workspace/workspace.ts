/** What the folder around a Dockerfile says of it: its project file, what is built of it by compose and bake, and its build context. */
import { basename, dirname, join, posix, resolve } from 'node:path';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { type NamedContext, withNamedContexts } from '../dockerfile/named-contexts.ts';
import type { Family } from '../recipes/conversion.ts';
import type { SeveritySettings } from '../rules/check.ts';
import type { ContextFile, ContextFiles } from '../rules/rule.ts';
import { bakeBuilds } from './bake.ts';
import type { Build, BuildFile, Builds } from './build.ts';
import { composeBuilds } from './compose.ts';
import { likelyContext } from './context-folder.ts';
import { isForDevelopment } from './development.ts';
import { createFileReader, isInside } from './files.ts';
import { buildFilesIn, findBuildFiles, foldersUp } from './find-builds.ts';
import { namedContextsOf } from './given.ts';
import {
  contextsOutside,
  type Known,
  PROJECT_FILE,
  type Project,
  type ProjectReading,
  readProjectFile,
  saidAt,
  severitiesFor,
} from './project-file.ts';

export interface Surroundings {
  /** What the project file sets for this Dockerfile. */
  readonly severities: SeveritySettings;
  /** Rules that the project file ignores for it. */
  readonly ignored: readonly string[];
  readonly family: Family | undefined;
  readonly targets: {
    /** Undefined: the last stage. */
    readonly names: readonly (string | undefined)[];
    /** The project file names them. */
    readonly sure: boolean;
  };
  /** By its name the Dockerfile is there to work with, and the project file names no stage of it that ships. */
  readonly development: boolean;
  /** What compose and bake files give to the build besides its context. */
  readonly namedContexts: readonly NamedContext[];
  /** The build arguments that compose and bake files give a value. */
  readonly buildArgs: readonly string[];
  /** Undefined where it is no folder inside the workspace. */
  readonly contextFolder: string | undefined;
  readonly files: ContextFiles;
  /** The project file that is used, and where one belongs when there is none. */
  readonly projectFile: { readonly path: string; readonly text: string | undefined };
  /** What is wrong with the project file: it matters to the user. */
  readonly problems: readonly string[];
  /** What else could not be read. */
  readonly remarks: readonly string[];
}

/** Where a Dockerfile stands. Absolute paths; nothing outside of `root` is read. */
export interface Place {
  readonly path: string;
  readonly root: string;
}

/** The files of the build context that are asked for, by what the Dockerfile is as compose and bake files have it built, and by what was read of them. */
export type Needs = readonly string[] | ((built: Dockerfile, read: ContextFiles) => readonly string[]);

export interface Workspace {
  read(place: Place, dockerfile: Dockerfile, needs: Needs): Promise<Surroundings>;
  /** Compose and bake files may have come or gone. */
  filesChanged(): void;
}

const MOST_NEEDS = 200;
/** So many times files lead to further ones. */
const MOST_ROUNDS = 5;
const LARGEST_DESCRIPTION = 256 * 1024;

/** `open` gives the text of a file that is open in an editor: it counts, not what is on the disk. */
export function createWorkspace(known: Known, open: (path: string) => string | undefined = () => undefined): Workspace {
  const reader = createFileReader();
  const found = new Map<string, Promise<readonly string[]>>();
  const builds = new Map<string, { readonly files: readonly BuildFile[]; readonly builds: Builds }>();

  const lastGood = new Map<string, Project>();

  const describing = async (path: string, root: string): Promise<string | undefined> => {
    const file = await reader.read(path, root);
    // Deleted, it may still be open.
    const text = file === null ? undefined : (open(path) ?? file?.text);
    return text !== undefined && text.length <= LARGEST_DESCRIPTION ? text : undefined;
  };

  const nearestProject = async ({
    path,
    root,
  }: Place): Promise<ProjectReading & { readonly at: Surroundings['projectFile'] }> => {
    for (const folder of foldersUp(dirname(path), root)) {
      const at = join(folder, PROJECT_FILE);
      const text = await describing(at, root);
      if (text === undefined) continue;
      const reading = readProjectFile(at, text, known);
      if (reading.project) lastGood.set(at, reading.project);
      // While it is being written it is often not JSON: what it said before goes on, and nobody is told.
      if (open(at) !== undefined) return { project: lastGood.get(at), problems: [], at: { path: at, text } };
      const outside = reading.project ? contextsOutside(reading.project, root) : [];
      return { ...reading, problems: [...reading.problems, ...outside], at: { path: at, text } };
    }
    return { project: undefined, problems: [], at: { path: join(root, PROJECT_FILE), text: undefined } };
  };

  const remembered = (key: string, find: () => Promise<readonly string[]>) => {
    const paths = found.get(key) ?? find();
    found.set(key, paths);
    return paths;
  };

  /** Those around the Dockerfile first. */
  const buildsAround = async ({ path, root }: Place): Promise<readonly Builds[]> => {
    const near = foldersUp(dirname(path), root).map((folder) => remembered(`in ${folder}`, () => buildFilesIn(folder)));
    const paths = new Set(
      (await Promise.all([...near, remembered(`below ${root}`, () => findBuildFiles(root))])).flat(),
    );
    const files = await Promise.all(
      [...paths].map(async (file) => ({ path: file, folder: dirname(file), text: await describing(file, root) })),
    );
    const read = files.filter((file): file is BuildFile => file.text !== undefined);
    const groups = new Map<string, BuildFile[]>();
    for (const file of read) {
      const key = `${/\.ya?ml$/i.test(file.path) ? 'compose' : 'bake'} ${file.folder}`;
      const group = groups.get(key);
      if (group) group.push(file);
      else groups.set(key, [file]);
    }
    return [...groups].map(([key, group]) => {
      const before = builds.get(key);
      if (before && sameTexts(before.files, group)) return before.builds;
      const made = key.startsWith('compose') ? composeBuilds(group) : bakeBuilds(group);
      builds.set(key, { files: group, builds: made });
      return made;
    });
  };

  const contextFiles = async (place: Place, folder: string, built: Dockerfile, needs: Needs): Promise<ContextFiles> => {
    const files = new Map<string, ContextFile | null>();
    const asked = new Set<string>();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const wanted = (typeof needs === 'function' ? needs(built, files) : needs)
        .filter((name) => !asked.has(name))
        .slice(0, MOST_NEEDS - asked.size);
      if (wanted.length === 0) break;
      for (const name of wanted) asked.add(name);
      await readInto(files, place, folder, wanted);
    }
    return files;
  };

  const readInto = async (
    files: Map<string, ContextFile | null>,
    place: Place,
    folder: string,
    names: readonly string[],
  ): Promise<void> => {
    await Promise.all(
      names.map(async (name) => {
        const path = join(folder, posix.join('/', name));
        // BuildKit takes the Dockerfile's own .dockerignore before that of the context.
        const own = name === '.dockerignore' ? await reader.read(`${place.path}.dockerignore`, place.root) : null;
        const inContext = async () => (isInside(folder, path) ? reader.read(path, place.root) : undefined);
        const file = own === null ? await inContext() : own && { ...own, name: `${basename(place.path)}.dockerignore` };
        if (file !== undefined) files.set(name, file);
      }),
    );
  };

  return {
    async read(place, dockerfile, needs) {
      const { project, problems, at } = await nearestProject(place);
      const all = await buildsAround(place);
      const mine = all.flatMap((one) => one.builds).filter((build) => build.dockerfile === place.path);
      const namedContexts = await namedContextsOf(dockerfile, mine, (path) => describing(path, place.root));
      const built = withNamedContexts(dockerfile, namedContexts);
      const contextFolder = await contextOf(place, built, project, mine);
      const targets = targetsOf(place, project, mine);
      const files = contextFolder === undefined ? new Map() : await contextFiles(place, contextFolder, built, needs);
      return {
        ...(project ? severitiesIn(project, place) : { severities: {}, ignored: [] }),
        family: project?.family,
        targets,
        development: !targets.sure && isForDevelopment(place),
        namedContexts,
        buildArgs: [...new Set(mine.flatMap(({ args }) => [...args]))],
        contextFolder,
        files,
        projectFile: at,
        problems,
        remarks: all.flatMap((one) => one.problems),
      };
    },
    filesChanged: () => found.clear(),
  };

  /** What is said of this very Dockerfile comes first, then what is built of it, then what the project file says of all. */
  async function contextOf(
    place: Place,
    dockerfile: Dockerfile,
    project: Project | undefined,
    mine: readonly Build[],
  ): Promise<string | undefined> {
    const said = project && saidAt(project.context, project, place.path);
    const otherwise = project?.context.everywhere;
    const exists = (path: string) => reader.exists(path, place.root);
    const folder =
      project && said !== undefined
        ? resolve(project.folder, said)
        : (mine[0]?.context ??
          (project && otherwise !== undefined
            ? resolve(project.folder, otherwise)
            : await likelyContext(dockerfile, foldersUp(dirname(place.path), place.root), exists)));
    return folder !== undefined && isInside(place.root, folder) && (await exists(folder)) ? folder : undefined;
  }
}

function targetsOf(place: Place, project: Project | undefined, mine: readonly Build[]): Surroundings['targets'] {
  const said = project && saidAt(project.target, project, place.path);
  if (said) return { names: said, sure: true };
  const names = mine.flatMap(({ target }) =>
    target.kind === 'unknown' ? [] : [target.kind === 'named' ? target.name : undefined],
  );
  const otherwise = project?.target.everywhere;
  if (names.length === 0 && otherwise) return { names: otherwise, sure: true };
  return { names: [...new Set(names)], sure: false };
}

function severitiesIn(project: Project, { path }: Place): Pick<Surroundings, 'severities' | 'ignored'> {
  const { rules, ignored } = severitiesFor(project, path);
  return { severities: rules, ignored };
}

function sameTexts(a: readonly BuildFile[], b: readonly BuildFile[]): boolean {
  return a.length === b.length && a.every((file, i) => file.path === b[i]?.path && file.text === b[i]?.text);
}
