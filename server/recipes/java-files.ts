/** The files of a Java program: what its command names, and the line that brings or makes each. */
import { type Draft, decline, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { shipFiles } from './files.ts';
import { javaBuilds, makes } from './java-build.ts';
import { filesOfOptions, type JavaCommand } from './java-command.ts';
import { folderOf, isBuildersOwn, isInside, isSystemFolder, nameOf, outermost, resolvePath } from './paths.ts';
import { folderUnknown } from './start.ts';
import { lastStep, type Step } from './subject.ts';

export interface Wanted {
  /** In the image. */
  readonly path: string;
  readonly line: number;
  /** As the command names it. */
  readonly word: string;
}

/** What the command names: the jar, the class path, agents. Undefined: declined. */
export function wantedPaths(draft: Draft, { runs, options }: JavaCommand): readonly Wanted[] | undefined {
  const { subject } = draft;
  const { line } = lastStep(subject, 'ENTRYPOINT') ?? lastStep(subject, 'CMD') ?? subject.steps.at(-1)!;
  const first = runs.kind === 'jar' ? [runs.jar] : runs.path.length > 0 ? runs.path.filter((it) => it !== '') : ['.'];
  const words = [...first, ...filesOfOptions(options)];
  if (subject.cwd === undefined && words.some((word) => !word.startsWith('/'))) {
    folderUnknown(draft, line);
    return undefined;
  }
  const jar = words.find((word) => /[?[{]|\*[^/]|[^/]\*/.test(word));
  if (jar !== undefined && runs.kind === 'jar') {
    decline(draft, line, `“${jar}” is a pattern, which only a shell fills in. Write the name of the jar out.`);
    return undefined;
  }
  return words.map((word) => ({
    path: resolvePath(subject.cwd ?? '/', word.replace(/\/?\*$/, '') || '/'),
    line,
    word,
  }));
}

/** Sees to it that everything that is wanted is in the final stage; gives the paths that are copied from the builder that this stage becomes. */
export function placeFiles(draft: Draft, wanted: readonly Wanted[], sources: readonly string[]): readonly string[] {
  const { subject, fates, cut } = draft;
  const builds = javaBuilds(subject);
  const lastBuild = builds.at(-1)?.step.index ?? -1;
  // A jar that is looked for inside of what it is copied to is copied into a folder, which the old base has.
  const ship = (step: Step) => {
    const { destination = '', intoFolder, sources: names = [] } = step.copy ?? {};
    const isInFolder =
      !intoFolder &&
      /\.(jar|war)$/.test(names[0] ?? '') &&
      wanted.some(({ path }) => path !== destination && isInside(destination, path));
    shipFiles(draft, step, undefined, isInFolder || undefined);
  };
  for (const step of subject.steps.slice(subject.inherited)) {
    const files = step.copy;
    if (!files) continue;
    if (files.destination === undefined) {
      decline(draft, step.line, 'Where this is copied to depends on a build argument. Write the path out.');
    } else if (step.index > cut || builds.length === 0 || step.index > lastBuild) ship(step);
    else if (
      !isBuildersOwn(files.destination) &&
      files.from === undefined &&
      !sources.some((folder) => isInside(folder, files.destination!) || isInside(files.destination!, folder))
    )
      ship(step);
    else fates[step.index] = 'build';
  }
  const taken: string[] = [];
  for (const { path, line, word } of wanted) {
    const isIn = (folder: string | undefined) => folder !== undefined && isInside(folder, path);
    const build = builds.findLast((it) => makes(it, path));
    if (build) {
      taken.push(takenWith(draft, path, build.command.line));
      continue;
    }
    const written = subject.steps.some(
      ({ commands, index }) =>
        fates[index] !== 'gone' &&
        commands.some((command) =>
          effectsOf(command).some((it) => it.kind === 'path' && (isIn(it.path) || isInside(path, it.path))),
        ),
    );
    const step = subject.steps.findLast(
      ({ copy }) => copy?.destination !== undefined && (isIn(copy.destination) || isInside(path, copy.destination)),
    );
    if (step && (fates[step.index] === 'final' || fates[step.index] === 'both')) continue;
    if (written || step) taken.push(path);
    else decline(draft, line, notThere(word, builds.length > 0));
  }
  const bad = taken.find((path) => isSystemFolder(path) || path === '/');
  if (bad !== undefined) {
    decline(
      draft,
      wanted[0]?.line ?? 0,
      `The program is in ${bad}, among the files of the system, and cannot be copied apart from them. Give it a folder: WORKDIR /app.`,
    );
  }
  return outermost(taken);
}

function notThere(word: string, builds: boolean): string {
  return builds
    ? `No line of this file says that it makes “${word}”. Start what the build writes, such as target/app.jar or build/libs/app.jar.`
    : `No line of this file puts “${word}” there. COPY it there, or build it here.`;
}

/** Quarkus starts a small jar that needs its folder; a jar may name others beside it in its manifest. */
function takenWith(draft: Draft, path: string, line: number): string {
  const name = nameOf(path);
  if (name === 'quarkus-run.jar') return folderOf(path);
  const { steps } = draft.subject;
  const libraries = steps.flatMap(({ commands }) =>
    commands.flatMap((command) => {
      if (!command.words.some((word) => /dependency:.*copy-dependencies|dependency:copy-dependencies/.test(word)))
        return [];
      const given = command.words
        .map((word) => /^-DoutputDirectory=(.+)/.exec(word)?.[1])
        .find((it) => it !== undefined);
      const folder = given ?? 'target/dependency';
      return command.cwd === undefined || folder.includes('$') ? [] : [resolvePath(command.cwd, folder)];
    }),
  );
  for (const folder of libraries) {
    if (isInside(folder, path) || !/\.jar$/.test(name)) continue;
    draft.copied.push({ path: folder, owner: undefined });
    note(draft, 'assumption', line, `${folder} is taken along, because the jar may name the libraries in it.`);
  }
  return path;
}
