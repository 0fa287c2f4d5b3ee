/** Which program of a compiled language the container runs, and who builds it. */
import type { Compiled } from './compiled.ts';
import { type Draft, decline, list, note } from './draft.ts';
import { unwrapInit } from './init.ts';
import { folderOf, isBuildersOwn, nameOf, resolvePath } from './paths.ts';
import { PATH, writePath } from './program-path.ts';
import { type Origin, originOf, type Programs } from './programs.ts';
import { folderUnknown, type Start, writeWords } from './start.ts';

export interface Program<Build> {
  /** All that are taken; the one that the container runs is the first. */
  readonly paths: readonly string[];
  readonly origin: Origin<Build>;
}

/** Undefined: declined. */
export function findProgram<Build>(
  draft: Draft,
  start: Start,
  programs: Programs<Build>,
  language: Compiled<Build>,
): Program<Build> | undefined {
  const { subject } = draft;
  const first = start.entrypoint?.words.length ? start.entrypoint : start.cmd!;
  const all = [...(start.entrypoint?.words ?? []), ...(start.cmd?.words ?? [])];
  const init = unwrapInit(all);
  const instead = first.words.length === all.length ? language.instead?.(draft, all.slice(init), programs) : undefined;
  if (instead) {
    writeWords(draft, first, instead.words);
    note(draft, 'change', first.step.line, instead.why);
  }
  const [program = '', ...given] = instead?.words ?? all.slice(init);
  const refused = language.refuse(program, given) ?? isScript(program);
  if (refused) {
    decline(draft, first.step.line, refused);
    return undefined;
  }
  const path = locate(draft, program, programs, first.step.line);
  if (path === undefined) return undefined;
  const origin = originOf(programs, path);
  if (!origin) {
    const files = [...programs.files.keys()].filter((file) => !programs.spare.has(file));
    decline(
      draft,
      first.step.line,
      files.length > 0
        ? `The container runs “${path}”, but the build writes ${list(files)}. Start what is built.`
        : `No line of this file builds “${program}”. ${language.how}, so that it can be copied.`,
    );
    return undefined;
  }
  if (init > 0) withoutInit(draft, start, init);
  if (!instead) writePath(draft, start, init, path);
  const others = [...programs.files].filter(
    ([other, { subject: from }]) =>
      other !== path && from === subject && !programs.spare.has(other) && !isBuildersOwn(other),
  );
  return { paths: [path, ...others.map(([other]) => other)], origin };
}

function isScript(program: string): string | undefined {
  if (!/\.(sh|bash)$/.test(program) && !/^(ba|da|a|z)?sh$/.test(nameOf(`/${program}`))) return undefined;
  return `“${program}” is a script, and a distroless image has no shell to run it. Start the program itself, and do in it, or in the build, what the script does.`;
}

function locate<Build>(draft: Draft, program: string, programs: Programs<Build>, line: number): string | undefined {
  const { cwd } = draft.subject;
  if (program.startsWith('/')) return resolvePath('/', program);
  if (program.includes('/')) {
    if (cwd === undefined) folderUnknown(draft, line);
    return cwd === undefined ? undefined : resolvePath(cwd, program);
  }
  const named = [...programs.files.keys()].filter((path) => nameOf(path) === program && !programs.spare.has(path));
  if (named.length > 0) return named.find((path) => PATH.includes(folderOf(path))) ?? named[0];
  const folder = programs.folders.findLast(({ path }) => PATH.includes(path) || path.endsWith('/bin'));
  if (folder) return resolvePath(folder.path, program);
  decline(
    draft,
    line,
    `Which folder “${program}” is in cannot be told: no line of this file names it. Write its path in full.`,
  );
  return undefined;
}

function withoutInit(draft: Draft, start: Start, count: number): void {
  const { entrypoint, cmd } = start;
  const words = entrypoint?.words ?? [];
  const holder = entrypoint ?? cmd!;
  note(
    draft,
    'change',
    holder.step.line,
    `“${nameOf(`/${holder.words[0] ?? ''}`)}” is left out, so the program is the first process of the container. If it ignores SIGTERM then, or starts other processes, run the container with --init.`,
  );
  if (entrypoint && words.length <= count) draft.fates[entrypoint.step.index] = 'gone';
  else writeWords(draft, holder, holder.words.slice(count));
}
