/** How the program that the container runs is called: by its path, or by a name that PATH finds. */
import { type Draft, note } from './draft.ts';
import { unwrapInit } from './init.ts';
import { folderOf, resolvePath } from './paths.ts';
import { pathFolders } from './pip.ts';
import { type Start, writeWords } from './start.ts';
import type { Step, Subject } from './subject.ts';

/** Where a bare name is looked for, in builders and in Google's images alike. */
export const PATH: readonly string[] = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** A path of one of them, or its name where PATH finds it. */
export function isProgram(paths: readonly string[], word: string, cwd: string | undefined): boolean {
  if (word.includes('/')) return paths.includes(resolvePath(cwd ?? '/', word));
  return PATH.some((folder) => paths.includes(`${folder}/${word}`));
}

/** Whether the folder that the old base starts in decides on where the program is. */
export function isRelative({ entrypoint, cmd }: Start): boolean {
  const words = [...(entrypoint?.words ?? []), ...(cmd?.words ?? [])];
  const program = words[unwrapInit(words)] ?? '';
  return program.includes('/') && !program.startsWith('/');
}

/** Whether it decides on where files are: those that `brings`, which copies the program, says nothing of, and that line itself. */
export function isPlaced({ steps, variables }: Subject, brings: Step | undefined): boolean {
  return steps.some((step) => {
    const to = step.instruction.args.at(-1);
    return (
      step.copy !== undefined &&
      (step !== brings || !(variables.expand(to?.text ?? '', step.instruction) ?? '/').startsWith('/'))
    );
  });
}

/** A name that is found by PATH in the builder only is written in full. */
export function writePath(draft: Draft, { entrypoint, cmd }: Start, init: number, path: string): void {
  const count = entrypoint?.words.length ?? 0;
  const holder = count > init ? entrypoint! : cmd!;
  const skipped = count > init ? init : Math.max(0, init - count);
  const program = holder.words[skipped]!;
  const onPath = PATH.includes(folderOf(path)) || pathFolders(draft.subject).includes(folderOf(path));
  if (!program.includes('/') && !onPath) {
    writeWords(draft, holder, [path, ...holder.words.slice(skipped + 1)]);
    const message = `“${program}” is written as ${path}, because it is not found by its name in the base.`;
    note(draft, 'change', holder.step.line, message);
  } else if (holder.step.instruction.command?.kind === 'shell') {
    const { keyword: word } = holder.step.instruction;
    note(draft, 'change', holder.step.line, `${word} is written in exec form: there is no shell that could read it.`);
    if (init === 0) writeWords(draft, holder, holder.words);
  }
}
