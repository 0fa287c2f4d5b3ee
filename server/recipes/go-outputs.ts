/** What Go's builds write: programs by name, or in a folder, or, of what builds by a recipe, anywhere. */
import { effectsOf } from './effects.ts';
import { outputOf, readGoBuild, toolName } from './go-build.ts';
import { type BuildStep, isMaker } from './go-cgo.ts';
import { moduleOf } from './go-module.ts';
import { folderOf, isSystemFolder, nameOf } from './paths.ts';
import type { Output, ReadBuild } from './programs.ts';
import type { RunCommand } from './run-commands.ts';
import type { Step, Subject } from './subject.ts';

/** `run` are the names of what the container starts: a tool that is installed counts only if it is one of them. */
export function readerOfGo(run: readonly string[]): ReadBuild<BuildStep> {
  const folders = remembered(foldersOf);
  const modules = remembered(moduleOf);
  return (subject, step, command) => {
    const build = buildIn(subject, step, command, run);
    if (!build) return undefined;
    if (!build.build) return { build, outputs: [{ kind: 'anywhere', why: whyOfMaker(command) }] };
    const { folder, name } = modules(subject);
    const module = folder === undefined ? undefined : { folder, name };
    const output = outputOf(build.build, module, goBin(subject, step, command), folders(subject));
    const outputs: readonly Output[] =
      output.kind === 'files'
        ? [output]
        : output.kind === 'folder'
          ? [{ ...output, why: whyOfName(build.build.verb) }]
          : [];
    return { build, outputs };
  };
}

/** All of a stage, those too of which nothing is known to last. */
export function buildsOf(subject: Subject, run: readonly string[]): readonly BuildStep[] {
  return subject.steps.flatMap((step) =>
    step.commands.flatMap((command) => buildIn(subject, step, command, run) ?? []),
  );
}

function buildIn(subject: Subject, step: Step, command: RunCommand, run: readonly string[]): BuildStep | undefined {
  const build = readGoBuild(command);
  const tools = build?.packages.map(toolName).filter((name) => name !== undefined) ?? [];
  if (build && (tools.length === 0 || tools.some((name) => run.includes(name))))
    return { subject, step, command, build };
  return isMaker(command) ? { subject, step, command, build: undefined } : undefined;
}

const whyOfName = (verb: string) => (path: string) =>
  `“go ${verb}” names the program after its package; that name is assumed to be “${nameOf(path)}”, which is what the container runs.`;

const whyOfMaker =
  ({ words }: RunCommand) =>
  (path: string) =>
    `“${words.slice(0, 2).join(' ')}” is assumed to write ${path}, a Go program: the container runs it, and no other line makes it.`;

function remembered<Value>(make: (subject: Subject) => Value): (subject: Subject) => Value {
  const known = new Map<Subject, Value>();
  return (subject) => {
    const value = known.get(subject) ?? make(subject);
    known.set(subject, value);
    return value;
  };
}

/** Where `go install` puts programs; undefined for another system's, which have a folder of their own. */
function goBin({ variables }: Subject, { instruction }: Step, { env }: RunCommand): string | undefined {
  if (env.has('GOARCH') || (env.get('GOOS') ?? 'linux') !== 'linux') return undefined;
  const path = env.get('GOPATH') ?? variables.fixed('GOPATH', instruction) ?? '/go';
  return env.get('GOBIN') ?? variables.fixed('GOBIN', instruction) ?? `${path.split(':')[0]}/bin`;
}

/** Whether the file makes the path a folder: what is written to it then goes into it. */
export function foldersOf({ steps }: Subject): (path: string) => boolean {
  const known = new Set<string>();
  const add = (path: string) => {
    for (let at = path; !known.has(at); at = folderOf(at)) known.add(at);
  };
  for (const { cwd, copy, commands } of steps) {
    if (cwd !== undefined) add(cwd);
    if (copy?.intoFolder && copy.destination !== undefined) add(copy.destination);
    for (const effect of commands.flatMap(effectsOf)) if (effect.kind === 'folder') add(effect.path);
  }
  return (path) => isSystemFolder(path) || known.has(path);
}
