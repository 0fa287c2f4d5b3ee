/** Folders of a build stage that hold a system of their own, whatever they are called: `/dpkg` of `dpkg -x curl.deb /dpkg`. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { chainOf } from './copies.ts';

/** Absolute, without `/` at their ends, as the RUNs of the stage and of those below it name them. */
export function systemRoots(dockerfile: Dockerfile, stage: Stage): { has(path: string): boolean } {
  const chain = chainOf(dockerfile, stage).map(rootsOf);
  return { has: (path) => chain.some((roots) => roots.has(path)) };
}

const kept = new WeakMap<Stage, ReadonlySet<string>>();

function rootsOf(stage: Stage): ReadonlySet<string> {
  const known = kept.get(stage);
  if (known) return known;
  const made = new Set<string>();
  for (const instruction of stage.instructions) {
    if (instruction.keyword !== 'RUN') continue;
    for (const text of textsOf(instruction)) {
      for (const [word] of text.matchAll(/[\w.+@/-]+/g)) {
        const root = word.startsWith('/') && word.length < LONGEST ? rootOf(word) : undefined;
        if (root !== undefined) made.add(root);
      }
      for (const [, path] of text.matchAll(INTO)) made.add(path!);
    }
  }
  kept.set(stage, made);
  return made;
}

function textsOf({ command, heredocs }: Instruction): readonly string[] {
  const own = command?.kind === 'exec' ? command.words.map(({ value }) => value).join(' ') : (command?.text ?? '');
  return [own, ...heredocs.map(({ content }) => content)];
}

const LONGEST = 500;

/** `/dpkg` of `/dpkg/var/lib/dpkg/status`. */
function rootOf(path: string): string | undefined {
  const names = path.split('/');
  const at = names.findIndex((name, i) => i > 1 && SYSTEM.test(name));
  return at > 1 ? names.slice(0, at).join('/') : undefined;
}

const SYSTEM = /^(s?bin|etc|lib(32|64)?|usr|var)$/;

/** What package managers and others are told to fill. */
const INTO =
  /(?:--(?:install)?root|\bDESTDIR|\bROOT|--extract \S{1,200}|\bdpkg -x \S{1,200})[= ]["']?(\/[\w.+/-]{0,200}\w)/g;
