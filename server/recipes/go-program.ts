/** The file that the container runs, and the line that makes it. */

import { type Draft, decline, list, note } from './draft.ts';
import type { BuildStep } from './go-cgo.ts';
import { unwrapInit } from './init.ts';
import { folderOf, isBuildersOwn, nameOf, resolvePath } from './paths.ts';
import { PATH, writePath } from './program-path.ts';
import { type Origin, originOf, type Programs } from './programs.ts';
import { folderUnknown, type Start, writeWords } from './start.ts';

export interface Program {
  /** Those that the stage itself builds, all of which are taken. */
  readonly paths: readonly string[];
  /** That which the container runs. */
  readonly path: string;
  readonly origin: Origin<BuildStep>;
}

/** The first word that is no init, without its folder; what is started, whatever stands before it. */
export function namesRun(start: Start | undefined): readonly string[] {
  return [...(start?.entrypoint?.words ?? []), ...(start?.cmd?.words ?? [])].map((word) => nameOf(`/${word}`));
}

/** `builds`: whether anything of Go is built. */
export function findProgram(
  draft: Draft,
  start: Start,
  programs: Programs<BuildStep>,
  builds: boolean,
): Program | undefined {
  const said = start.entrypoint ?? start.cmd!;
  const first = start.entrypoint?.words.length ? start.entrypoint : start.cmd!;
  const words = [...(start.entrypoint?.words ?? []), ...(start.cmd?.words ?? [])];
  const init = unwrapInit(words);
  const [program = '', ...given] = words.slice(init);
  const refused = whyNot(program, given);
  if (refused) {
    decline(draft, first.step.line, refused);
    return undefined;
  }
  if (!builds) {
    const got = gotten(draft, nameOf(program));
    if (got) {
      decline(
        draft,
        got.line,
        `“go get” builds no programs from Go 1.18 on. Write “go install ${got.name}@latest”, which Go knows from 1.16 on, or another version than the latest.`,
      );
    } else {
      decline(
        draft,
        said.step.line,
        `No line of this file builds “${program}”. Build it here with “go build -o”, so that it can be copied.`,
      );
    }
    return undefined;
  }
  const path = locate(draft, program, programs, first.step.line);
  if (path === undefined) return undefined;
  const origin = originOf(programs, path);
  if (!origin) {
    decline(draft, first.step.line, notMade(path, programs));
    return undefined;
  }
  if (init > 0) withoutInit(draft, start, init);
  writePath(draft, start, init, path);
  const { subject } = draft;
  const own = [...programs.files].filter(
    ([other, it]) => it.subject === subject && other !== path && !programs.spare.has(other) && !isBuildersOwn(other),
  );
  return { paths: [...(origin.subject === subject ? [path] : []), ...own.map(([other]) => other)], path, origin };
}

/** `go get` of the program, by its package, which built it once. */
function gotten({ subject }: Draft, program: string): { readonly line: number; readonly name: string } | undefined {
  const steps = [subject, ...subject.builders.map((builder) => builder.subject)].flatMap((it) => it.steps);
  for (const { words, line } of steps.flatMap(({ commands }) => commands)) {
    if (nameOf(words[0] ?? '') !== 'go' || words[1] !== 'get' || words.includes('-d')) continue;
    const name = words.slice(2).find((word) => word.includes('/') && nameOf(word.replace(/@.*/, '')) === program);
    if (name !== undefined) return { line, name: name.replace(/@.*/, '') };
  }
  return undefined;
}

/** Commands that cannot become a single file without a decision of the author. */
function whyNot(program: string, given: readonly string[]): string | undefined {
  const name = nameOf(program);
  if (name === 'go' && given[0] === 'run') {
    return `“go run” compiles at every start, with the whole toolchain. Build it instead (RUN go build -o /usr/local/bin/app ${given[1] ?? '.'}), and start the file.`;
  }
  if (name === 'go')
    return `“${['go', ...given.slice(0, 1)].join(' ')}” needs the Go toolchain when the container runs. Start a program that the build makes.`;
  if (/^(air|reflex|fresh|gow|CompileDaemon|modd|dlv|realize|watcher|wgo)$/.test(name)) {
    return `“${name}” is for development, and needs the Go toolchain when the container runs. Build the program (RUN go build -o /usr/local/bin/app .), and start the file.`;
  }
  if (/\.(sh|bash)$/.test(program) || /^(ba|da|a|z)?sh$/.test(name)) {
    return `“${program}” is a script, and a distroless image has no shell to run it. Start the program itself, and do in it, or in the build, what the script does.`;
  }
  return undefined;
}

/** The path of the program that the container runs. */
function locate(draft: Draft, program: string, made: Programs<BuildStep>, line: number): string | undefined {
  const { subject } = draft;
  if (program.includes('/')) {
    if (program.startsWith('/')) return resolvePath('/', program);
    if (subject.cwd === undefined) folderUnknown(draft, line);
    return subject.cwd === undefined ? undefined : resolvePath(subject.cwd, program);
  }
  const named = [...made.files.keys()].filter((path) => nameOf(path) === program && !made.spare.has(path));
  if (named.length > 0) return named.find((path) => PATH.includes(folderOf(path))) ?? named[0];
  const folder = made.folders.find(({ path }) => PATH.includes(path) || path.endsWith('/bin'));
  if (folder) return resolvePath(folder.path, program);
  if (made.anywhere.length > 0) {
    decline(
      draft,
      line,
      `Which folder “${program}” is in cannot be told, because “make” puts it there. Write its path in full.`,
    );
  } else decline(draft, line, notMade(program, made));
  return undefined;
}

function notMade(program: string, made: Programs<BuildStep>): string {
  const files = [...made.files.keys()];
  return files.length > 0
    ? `The container runs “${program}”, but the build writes ${list(files)}. Start what is built, or name it with “-o”.`
    : `No line of this file says that it makes “${program}”. Name it in the build: go build -o ${program.startsWith('/') ? program : `/usr/local/bin/${nameOf(program)}`}.`;
}

function withoutInit(draft: Draft, start: Start, count: number): void {
  const { entrypoint, cmd } = start;
  const words = entrypoint?.words ?? [];
  const holder = entrypoint ?? cmd!;
  const name = nameOf(holder.words[0] ?? '');
  note(
    draft,
    'change',
    holder.step.line,
    `“${name}” is left out: a Go program receives signals as the first process too. If it starts other processes, run the container with --init.`,
  );
  if (entrypoint && words.length <= count) draft.fates[entrypoint.step.index] = 'gone';
  else writeWords(draft, holder, holder.words.slice(count));
}
