/** Folders of a build stage that hold a system of their own, whatever they are called: `/dpkg` of `dpkg -x curl.deb /dpkg`. */
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { commandsIn, wordsIn } from '../dockerfile/run-scripts.ts';
import { chainBelow } from './shipped.ts';

/** Absolute, without `/` at their ends, as the RUNs of the stage and of those below it name them. */
export function systemRoots(dockerfile: Dockerfile, stage: Stage): { has(path: string): boolean } {
  const chain = chainBelow(dockerfile, stage).map(rootsOf);
  return { has: (path) => chain.some((roots) => roots.has(path)) };
}

const kept = new WeakMap<Stage, ReadonlySet<string>>();

function rootsOf(stage: Stage): ReadonlySet<string> {
  const known = kept.get(stage);
  if (known) return known;
  const made = new Set<string>();
  for (const instruction of stage.instructions) {
    if (instruction.keyword !== 'RUN') continue;
    for (const word of wordsIn(instruction)) {
      for (const [path] of word.matchAll(/[\w.+@/-]+/g)) {
        const root = path.startsWith('/') && path.length < LONGEST ? rootOf(path) : undefined;
        if (root !== undefined) made.add(root);
      }
      const [, path] = INTO.exec(word) ?? [];
      if (path !== undefined) made.add(path);
    }
    for (const words of commandsIn(instruction)) for (const path of filled(words)) made.add(path);
  }
  kept.set(stage, made);
  return made;
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
const INTO = /(?:^|\W)(?:--(?:install)?root|DESTDIR|ROOT)=["']?(\/[\w.+/-]{0,200}\w)/;

/** The same in a word of its own: `--root /a`, `dpkg -x b.deb /a`, `dpkg-deb --extract b.deb /a`. */
const filled = (words: readonly string[]): readonly string[] =>
  words.filter(
    (word, i) =>
      /^\/[\w.+/-]{0,200}\w$/.test(word) &&
      (/^--(install)?root$/.test(words[i - 1] ?? '') ||
        (/(^|\/)dpkg(-deb)?$/.test(words[0] ?? '') && /^(--extract|-x)$/.test(words[i - 2] ?? ''))),
  );
