/** What `dotnet publish` and `dotnet build` write, and what kind of program, as far as their words and the project file tell. */
import { operands, option, pathOf } from './effects.ts';
import { folderOf, nameOf } from './paths.ts';
import { isKnown, programOf, type RunCommand } from './run-commands.ts';

export interface Publish {
  readonly command: RunCommand;
  readonly verb: 'publish' | 'build';
  /** Project or solution as given, if any. */
  readonly project: string | undefined;
  /** Absolute; undefined where it is not known. */
  readonly output: string | undefined;
  /** `linux-musl-x64`, or an architecture alone as `-a` gives it. */
  readonly runtime: string | undefined;
  /** .NET itself is among what is written. Undefined: the words do not say. */
  readonly selfContained: boolean | undefined;
  /** Compiled to machine code: needs no .NET. */
  readonly native: boolean | undefined;
  readonly invariant: boolean | undefined;
}

const WITH_VALUE =
  '-c --configuration -o --output -r --runtime -f --framework -a --arch --os -v --verbosity -s --source --version-suffix --manifest --property -p --tl --artifacts-path'.split(
    ' ',
  );

/** Undefined: it publishes and builds nothing. `value` gives what a variable holds by default. */
export function readPublish(command: RunCommand): Publish | undefined {
  const [, verb, ...given] = command.words;
  if (programOf(command) !== 'dotnet' || (verb !== 'publish' && verb !== 'build')) return undefined;
  // `-c:Release` and `--output=x` are other ways to write it; `/p:A=B` is MSBuild's.
  const words = given.flatMap((word) => {
    const split = /^(--?[a-z-]+)[:=](.+)$/i.exec(word);
    return split && WITH_VALUE.includes(split[1]!) ? [split[1]!, split[2]!] : [word];
  });
  const project = operands(words, WITH_VALUE).find((word) => !word.startsWith('/') || /\.(\w+proj|slnx?)$/.test(word));
  const properties = propertiesOf(words);
  const output = option(words, ['-o', '--output']) ?? properties.get('publishdir') ?? properties.get('outputpath');
  const contained = words.indexOf('--self-contained');
  const value = contained < 0 ? undefined : words[contained + 1];
  return {
    command,
    verb,
    project,
    output: output === undefined ? undefined : pathOf(command, output),
    runtime:
      option(words, ['-r', '--runtime']) ?? option(words, ['-a', '--arch']) ?? properties.get('runtimeidentifier'),
    selfContained:
      words.includes('--no-self-contained') || words.includes('--self-contained=false') || words.includes('--sc=false')
        ? false
        : contained >= 0
          ? value !== 'false'
          : (flagOf(properties, 'selfcontained') ??
            (words.some((word) => /^--(sc|self-contained=true)$/.test(word)) || undefined)),
    native: flagOf(properties, 'publishaot'),
    invariant: flagOf(properties, 'invariantglobalization'),
  };
}

/** `-p:A=B`, `/p:A=B;C=D`, `--property:A=B`, `-p A=B`; names in lower case, for MSBuild does not tell them apart. */
function propertiesOf(words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [i, word] of words.entries()) {
    const text =
      /^(?:--?|\/)(?:p|property)[:=](.+)$/i.exec(word)?.[1] ??
      (/^(?:-p|--property|\/p)$/i.test(word) ? words[i + 1] : undefined);
    for (const pair of text?.split(';') ?? []) {
      const equals = pair.indexOf('=');
      if (equals > 0) found.set(pair.slice(0, equals).toLowerCase(), pair.slice(equals + 1).replace(/^"|"$/g, ''));
    }
  }
  return found;
}

function flagOf(properties: ReadonlyMap<string, string>, name: string): boolean | undefined {
  const value = properties.get(name)?.toLowerCase();
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** Where the project is; a project may be named by its folder. */
function folderOfProject(command: RunCommand, project: string): string | undefined {
  const path = pathOf(command, project);
  if (path === undefined) return undefined;
  return /\.(\w+proj|slnx?)$/.test(path) ? folderOf(path) : path;
}

/** Whether it writes what is at that path: into the folder given, else into `bin` beside the project. Undefined: it cannot be told. */
export function writesTo(publish: Publish, path: string): boolean | undefined {
  const { output, command, project } = publish;
  if (output !== undefined) return folderOf(path) === output || folderOf(path).startsWith(`${output}/`);
  const folder = project === undefined ? command.cwd : folderOfProject(command, project);
  if (folder === undefined) return undefined;
  if (!path.startsWith(`${folder}/`) || !/\/bin\/[^/]+\/.*[^/]$/.test(path.slice(folder.length))) return false;
  // Without an output of its own, `publish` writes into the folder of that name.
  return publish.verb === 'build' || /\/publish\/[^/]+$/.test(path);
}

/** Such as `musl`; undefined where the runtime is of the machine that builds. */
export function libcOf({ runtime }: Publish): 'musl' | 'glibc' | undefined {
  if (runtime === undefined || !isKnown(runtime)) return undefined;
  return runtime.includes('musl') ? 'musl' : runtime.startsWith('linux') ? 'glibc' : undefined;
}

export interface ProjectFile {
  /** Of the file that is started, without `.dll`. */
  readonly assembly: string;
  readonly web: boolean;
  readonly selfContained: boolean | undefined;
  readonly native: boolean;
  readonly invariant: boolean | undefined;
  readonly packages: readonly string[];
}

/** Of `X.csproj`, `X.fsproj` or `X.vbproj`. */
export function readProject(path: string, text: string): ProjectFile {
  const own = text.replace(/<!--[\s\S]*?-->/g, '');
  const value = (name: string) => new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`, 'i').exec(own)?.[1];
  const flag = (name: string) => {
    const found = value(name)?.toLowerCase();
    return found === 'true' ? true : found === 'false' ? false : undefined;
  };
  const named = value('AssemblyName');
  return {
    assembly: named && !named.includes('$') ? named : nameOf(`/${path}`).replace(/\.\w+proj$/, ''),
    web:
      /Sdk\s*=\s*"Microsoft\.NET\.Sdk\.(Web|BlazorWebAssembly)"/i.test(own) || /Microsoft\.AspNetCore\.App"/.test(own),
    selfContained: flag('SelfContained'),
    native: flag('PublishAot') === true,
    invariant: flag('InvariantGlobalization'),
    packages: [...own.matchAll(/<PackageReference\s[^>]*Include\s*=\s*"([^"]+)"/gi)].map(([, name]) => name!),
  };
}
