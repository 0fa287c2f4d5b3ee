/** The program of .NET that the container runs, the line that brings it, and the command that published it. */

import { dotnetImage } from './dotnet-image.ts';
import { libcOf, type ProjectFile, type Publish, readProject, readPublish, writesTo } from './dotnet-publish.ts';
import { type Draft, decline, note } from './draft.ts';
import { unwrapInit } from './init.ts';
import { folderOf, isInside, isSystemFolder, nameOf, resolvePath } from './paths.ts';
import { programOf } from './run-commands.ts';
import { folderUnknown, type Start } from './start.ts';
import { builderOf, type Step, type Subject } from './subject.ts';

export interface DotnetProgram {
  /** As the command names it: `X.dll`, `./X`. */
  readonly word: string;
  /** Of the program, without folder and ending. */
  readonly name: string;
  /** It is started by itself, and not by `dotnet`. */
  readonly apphost: boolean;
  /** Where what ships is, when it is published in the stage itself. */
  readonly folder: string;
  /** The command that publishes it in the stage itself, with the index of its step. */
  readonly here: (Publish & { readonly index: number }) | undefined;
  /** The one that publishes it, wherever that is; undefined: none is in sight. */
  readonly publish: Publish | undefined;
  readonly project: ProjectFile | undefined;
  /** .NET is in what is published, or is not needed. */
  readonly brings: boolean;
  /** The command names a runtime for one system. */
  readonly runtimeGiven: boolean;
  /** For which C library it is made. Undefined: not known. */
  readonly libc: 'musl' | 'glibc' | undefined;
  /** Release of the SDK that builds it: `8.0`. */
  readonly version: string | undefined;
}

/** Undefined: declined. */
export function findDotnetProgram(draft: Draft, start: Start): DotnetProgram | undefined {
  const { subject } = draft;
  const all = [...(start.entrypoint?.words ?? []), ...(start.cmd?.words ?? [])];
  const words = all.slice(unwrapInit(all));
  const { line } = (start.entrypoint?.words.length ? start.entrypoint : start.cmd!).step;
  const started = startedWord(draft, words, line);
  if (!started) return undefined;
  const { word, apphost } = started;
  if (!word.startsWith('/') && subject.cwd === undefined) {
    folderUnknown(draft, line);
    return undefined;
  }
  const path = resolvePath(subject.cwd ?? '/', word);
  const own = publishesOf(subject);
  const here = own.findLast((it) => writesTo(it, path) === true);
  const brought = here
    ? undefined
    : subject.steps.findLast(({ copy }) => copy?.destination !== undefined && isInside(copy.destination, path));
  const image = dotnetImage(subject.base, subject.base?.reference ?? '');
  const onSdk = image?.kind === 'sdk' && brought?.copy?.source?.kind !== 'stage';
  if (!here && (!brought || (onSdk && !isPublished(subject, brought)))) {
    decline(draft, line, notMade(word, own));
    return undefined;
  }
  if (!here && onSdk)
    note(
      draft,
      'assumption',
      brought!.line,
      'What is copied here is assumed to be what “dotnet publish” wrote: no line of this file builds anything.',
    );
  const folder = here ? (here.output ?? folderOf(path)) : folderOf(path);
  if (here && (isSystemFolder(folder) || folder === '/')) {
    decline(
      draft,
      here.command.line,
      `The program is published into ${folder}, among the files of the system, and cannot be copied apart from them. Give it a folder: -o /app.`,
    );
    return undefined;
  }
  const built = here ? { subject, publish: here } : brought && publishedBy(subject, brought);
  const publish = built?.publish;
  const project = built && projectOf(built.subject, publish);
  const name = nameOf(path).replace(/\.dll$/, '');
  if (here && project && project.assembly !== name) {
    decline(
      draft,
      line,
      `The container runs “${word}”, but the project makes “${project.assembly}”. Start that, or set AssemblyName in the project.`,
    );
    return undefined;
  }
  if (here && !project)
    note(
      draft,
      'assumption',
      here.command.line,
      `The project is assumed to make “${nameOf(path)}”, which the container runs.`,
    );
  const sdk = built && dotnetImage(built.subject.base, built.subject.base?.reference ?? '');
  return {
    word,
    name,
    apphost,
    folder,
    here,
    publish,
    project,
    brings:
      (publish?.selfContained ?? project?.selfContained ?? false) || (publish?.native ?? project?.native ?? false),
    runtimeGiven: publish !== undefined && libcOf(publish) !== undefined,
    libc: (publish && libcOf(publish)) ?? ((built?.subject ?? subject).base?.os?.libc === 'musl' ? 'musl' : undefined),
    version: sdk?.version,
  };
}

/** The file that `dotnet` runs, or that is run by itself. */
function startedWord(
  draft: Draft,
  words: readonly string[],
  line: number,
): { readonly word: string; readonly apphost: boolean } | undefined {
  const [program = '', ...given] = words;
  const name = nameOf(`/${program}`);
  const refuse = (message: string) => {
    decline(draft, line, message);
    return undefined;
  };
  if (name === 'dotnet') {
    if (!/^(dotnet|\/usr\/bin\/dotnet|\/usr\/share\/dotnet\/dotnet)$/.test(program))
      return refuse(`“${program}” is not where the base has dotnet. Write “dotnet” alone.`);
    const verb = given.findIndex((word, i) => !word.startsWith('-') && !TAKES.test(given[i - 1] ?? ''));
    const word = given[verb] === 'exec' ? given.slice(verb + 1).find((it) => /\.dll$/i.test(it)) : given[verb];
    if (word === undefined || /\.(\w+proj|sln)$/.test(word))
      return refuse(
        'This does not name the program that dotnet runs. Publish it, and name it: ENTRYPOINT ["dotnet", "App.dll"].',
      );
    if (/^(run|watch)$/.test(word))
      return refuse(
        `“dotnet ${word}” builds at every start, with the whole SDK. Publish instead (RUN dotnet publish -c Release -o /app), and start what is published: ENTRYPOINT ["dotnet", "/app/App.dll"].`,
      );
    if (!/\.(dll|exe)$/i.test(word) && !word.includes('/') && !word.includes('.'))
      return refuse(
        `“dotnet ${word}” needs the SDK when the container runs, which no small image has. Do it in the build, and start the program alone.`,
      );
    return { word, apphost: false };
  }
  if (/\.(sh|bash)$/.test(program) || /^(ba|da|a)?sh$/.test(name))
    return refuse(
      `“${program}” is a script, and a distroless image has no shell to run it. Start the program itself, and do in it, or in the build, what the script does.`,
    );
  if (/^dotnet-\w+$/.test(name))
    return refuse(`“${program}” is a tool of the SDK, which no small image has. Start the program that is published.`);
  if (!program.includes('/'))
    return refuse(
      `“${program}” is a program of the image, and would not be found. Start the program that is published, by its path.`,
    );
  return { word: program, apphost: true };
}

const TAKES = /^(--(depsfile|runtimeconfig|additionalprobingpath|additional-deps|fx-version|roll-forward))$/;

function notMade(word: string, own: readonly Publish[]): string {
  const into = own.map(({ output }) => output).find((output) => output !== undefined);
  return into === undefined
    ? `No line of this file says that it makes “${word}”. Publish it into a folder of its own, and start it there: RUN dotnet publish -c Release -o /app.`
    : `The container runs “${word}”, but the build writes into ${into}. Start what is built there.`;
}

/** On an SDK that builds nothing, a folder of that name holds what was published before. */
function isPublished({ steps }: Subject, { copy }: Step): boolean {
  const builds = steps.some(({ commands }) => commands.some((it) => programOf(it) === 'dotnet'));
  return (
    !builds &&
    (copy?.sources ?? []).every((source) => /(^|\/)(publish\w*|published|out|output|release|dist)(\/|$)/i.test(source))
  );
}

function publishesOf(subject: Subject): readonly (Publish & { readonly index: number })[] {
  return subject.steps.flatMap(({ commands, index }) =>
    commands.flatMap((command) => {
      const publish = readPublish(command);
      return publish ? [{ ...publish, index }] : [];
    }),
  );
}

/** What published the files that a COPY --from brings, through stages that only hand them on. */
function publishedBy(
  subject: Subject,
  step: Step,
  depth = 0,
): { readonly subject: Subject; readonly publish: Publish | undefined } | undefined {
  const builder = builderOf(subject, step);
  const [source] = step.copy?.sources ?? [];
  if (!builder || source === undefined || depth > 8) return undefined;
  const path = resolvePath('/', source);
  const all = publishesOf(builder.subject);
  const publish =
    all.findLast(({ output }) => output !== undefined && (isInside(path, output) || isInside(output, path))) ??
    all.findLast(({ verb }) => verb === 'publish');
  if (publish) return { subject: builder.subject, publish };
  const before = builder.subject.steps.findLast(
    ({ copy }) =>
      copy?.destination !== undefined && (isInside(copy.destination, path) || isInside(path, copy.destination)),
  );
  return (
    (before && publishedBy(builder.subject, before, depth + 1)) ?? { subject: builder.subject, publish: undefined }
  );
}

/** The project files that matter, where the Dockerfile tells their place in the build context. */
export function projectFiles(subject: Subject): readonly string[] {
  const subjects = [subject, ...subject.builders.map((builder) => builder.subject)];
  return [...new Set(subjects.flatMap((it) => projectPlaces(it).map(({ path }) => path)))];
}

interface ProjectPlace {
  /** Relative to the build context. */
  readonly path: string;
  /** In the image. */
  readonly place: string;
}

function projectPlaces(subject: Subject): readonly ProjectPlace[] {
  const named = publishesOf(subject).flatMap(({ command, project }) =>
    project !== undefined && /proj$/.test(project) && command.cwd !== undefined
      ? [resolvePath(command.cwd, project)]
      : [],
  );
  return subject.steps.flatMap(({ copy }) => {
    if (!copy || copy.from !== undefined || copy.destination === undefined) return [];
    const { destination, sources } = copy;
    return sources.flatMap((source): ProjectPlace[] => {
      const path = resolvePath('/', source).slice(1);
      if (/[*?$]|^https?:/.test(source)) return [];
      if (/\.(cs|fs|vb)proj$/.test(path))
        return [{ path, place: copy.intoFolder ? resolvePath(destination, nameOf(`/${path}`)) : destination }];
      return named
        .filter((place) => isInside(destination, place) && !/\.\w+$/.test(path))
        .map((place) => ({
          path: resolvePath(`/${path}`, place.slice(destination.length).replace(/^\/+/, '')).slice(1),
          place,
        }));
    });
  });
}

/** The project that is published, where its file could be read. */
function projectOf(subject: Subject, publish: Publish | undefined): ProjectFile | undefined {
  const places = projectPlaces(subject).filter(({ path }) => subject.context.has(path));
  const { project, command } = publish ?? {};
  const wanted = project !== undefined && command?.cwd !== undefined ? resolvePath(command.cwd, project) : undefined;
  const folder = wanted ?? command?.cwd;
  const found =
    places.find(({ place }) => place === wanted) ??
    places.find(({ place }) => folderOf(place) === folder) ??
    (places.length === 1 ? places[0] : undefined);
  return found && readProject(found.path, subject.context.get(found.path)!);
}
