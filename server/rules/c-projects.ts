/** C and C++ programs that make, CMake, Ninja or Meson builds: the Dockerfile names neither the compiler nor the files that it writes. */
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { runEnvironment, workdirAt } from '../dockerfile/environment.ts';
import { stageOf } from '../dockerfile/queries.ts';
import { type Build, optionOf } from './builds.ts';
import { absolute, copyOf, isInside } from './copies.ts';
import type { Check } from './rule.ts';
import { inFolders, type RunCommand, runCommands } from './run.ts';
import { chainBelow, type Shipment, type Taken } from './shipped.ts';
import { type Programs, startedPrograms } from './started.ts';

/** What such a project is described in, where it stands in the build context. */
const PROJECT_FILES = ['CMakeLists.txt', 'Makefile', 'configure.ac', 'meson.build'];

/** More programs than these are not looked for: no real file starts as many. */
const MOST_PROGRAMS = 20;

interface Project {
  readonly instruction: Instruction;
  readonly command: RunCommand;
  /** Where it writes programs: absolute. */
  readonly folder: string;
}

/** The program that the image starts, where such a tool built it; `builder` is what the stage is built on and has a compiler of C. */
export function projectBuildOf(
  check: Check,
  shipment: Shipment,
  stage: Stage,
  builder: Base,
): { readonly build: Build; readonly taken: Taken } | undefined {
  const projects = projectsOf(check, stage);
  if (projects.length === 0 || (builder.runtime && builder.runtime.language !== 'c')) return undefined;
  if (chainBelow(check.dockerfile, stage).some(isOther)) return undefined;
  if (PROJECT_FILES.some((path) => OTHER.test(check.context.get(path)?.text ?? ''))) return undefined;
  const programs = [...(startedOf(check).get(shipment.root) ?? [])].slice(0, MOST_PROGRAMS);
  for (const taken of programs.length > 0 ? (shipment.taken.get(stage.index)?.all ?? []) : []) {
    const into = stageOf(check.dockerfile, taken.copy);
    const to = into && copyOf(check, into, taken.copy)?.destination;
    for (const program of to === undefined ? [] : programs) {
      const output = sourcesOf(taken.path, to!, program).find((it) =>
        projects.some(({ folder }) => isBelow(folder, it)),
      );
      const project = projects.find(({ folder }) => output !== undefined && isBelow(folder, output));
      if (output === undefined || !project) continue;
      const { instruction, command } = project;
      const given = command.words.slice(1).map(({ value }) => value);
      const variable = (name: string) => runEnvironment(check.dockerfile, stage, instruction).get(name);
      return { build: { stage, instruction, command, tool: 'c', output, given, variable }, taken };
    }
  }
  return undefined;
}

/** Whether the build context has a description of the project. */
export const knowsProject = ({ context }: Check) => PROJECT_FILES.some((path) => context.get(path));

export const projectNeeds = ({ stages }: Dockerfile): readonly string[] =>
  stages.some(({ instructions }) => instructions.some((it) => runCommands(it).some(isTool))) ? PROJECT_FILES : [];

const isBelow = (folder: string, path: string) => folder !== '/' && path !== folder && isInside(folder, path);

/** Where a program stood that is started at a path, or by its name; scripts mostly have an ending. */
function sourcesOf(path: string, to: string, program: string): string[] {
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (name.includes('.')) return [];
  const isNamed = path.endsWith(`/${name}`);
  if (!program.includes('/')) return isNamed || to.endsWith(`/${name}`) ? [path] : [];
  if (program === to) return [path];
  if (!isInside(to, program)) return [];
  return isNamed ? [path] : [absolute(path, `./${program.slice(to.length)}`)];
}

const keptStarted = new WeakMap<Check, Programs>();

function startedOf(check: Check): Programs {
  const made = keptStarted.get(check) ?? startedPrograms(check);
  keptStarted.set(check, made);
  return made;
}

const keptProjects = new WeakMap<Stage, readonly Project[]>();

function projectsOf(check: Check, stage: Stage): readonly Project[] {
  const known = keptProjects.get(stage);
  if (known) return known;
  const prefix = prefixOf(stage);
  const made = stage.instructions.flatMap((instruction) => {
    if (!runCommands(instruction).some(isTool)) return [];
    const from = workdirAt(check.dockerfile, stage, instruction, check.base(stage)?.workdir);
    return [...inFolders(runCommands(instruction), from)].flatMap((command) => {
      const folder = isTool(command) ? folderOf(command, command.cwd, prefix) : undefined;
      return folder === undefined ? [] : [{ instruction, command, folder }];
    });
  });
  // No file has more; each is held against each path.
  keptProjects.set(stage, made.slice(0, MOST_PROGRAMS));
  return made.slice(0, MOST_PROGRAMS);
}

function isTool({ name, words }: RunCommand): boolean {
  const verb = words[1]?.value ?? '';
  if (name === 'cmake') return verb === '--build' || verb === '--install';
  if (name === 'meson') return verb === 'compile' || verb === 'install';
  return /^(g?make|ninja|samu)$/.test(name);
}

/** The folder that it builds in, or installs to. */
function folderOf({ name, words, env }: RunCommand, cwd: string | undefined, prefix: string): string | undefined {
  const given = words.slice(1).map(({ value }) => value);
  const isInstall = given.some((word) => /^(--install|install(-strip|\/strip)?)$/.test(word));
  const root = [...env, ...given].findLast((word) => word.startsWith('DESTDIR='))?.slice('DESTDIR='.length);
  const inside = isInstall
    ? (root ?? optionOf(given, '--prefix') ?? prefix)
    : (optionOf(given, name === 'cmake' ? '--build' : '-C') ?? '.');
  return cwd === undefined || /[$`]/.test(inside) ? undefined : absolute(cwd, inside);
}

/** As it was configured. */
function prefixOf(stage: Stage): string {
  for (const instruction of stage.instructions)
    for (const { words } of runCommands(instruction))
      for (const { value } of words) {
        const found = /^(?:--prefix|-DCMAKE_INSTALL_PREFIX(?::\w+)?|PREFIX|prefix)=(.+)/.exec(value)?.[1];
        if (found) return found;
      }
  return '/usr/local';
}

const keptOther = new WeakMap<Stage, boolean>();

/** Whether what is linked may be static, for another system, or not of C. What stands in a variable may say so. */
function isOther(stage: Stage): boolean {
  const known = keptOther.get(stage);
  if (known !== undefined) return known;
  const made = stage.instructions.some(
    (instruction) =>
      (/^(ENV|ARG|SHELL)$/.test(instruction.keyword) && instruction.args.some(({ value }) => OTHER.test(value))) ||
      runCommands(instruction).some(
        (command) =>
          [...command.env, ...command.words.map(({ value }) => value)].some((word) => OTHER.test(word)) ||
          command.words.some(
            ({ value }) => BARE_VARIABLE.test(value) || (/FLAGS=/i.test(value) && value.includes('$')),
          ),
      ),
  );
  keptOther.set(stage, made);
  return made;
}

/** But for those that name a folder or a number. */
const BARE_VARIABLE = /^\$(?!\(|\{?\w*(DIR|PREFIX|JOBS|PROC))/i;

/** Words of static or cross builds, of other C libraries, and of other languages. */
const OTHER =
  /static|musl-(?!dev|utils)|dietlibc|uclibc|toolchain|sysroot|cross|--(host|target)=|^CC=(?!(gcc|clang|cc)$)|\b(go|cargo|rustc|npm|nim|zig|ghc|cabal|stack|opam|dub|crystal)\s+build\b|^(go|golang\S*|cargo|rust\S*|npm|nodejs\S*|nim|zig|ghc|cabal|stack|opam|dub|crystal|gradle|maven|mvn|dotnet\S*)$|\((go|cargo)\)|rustup|go\.dev|ziglang|vcpkg|conan/i;
