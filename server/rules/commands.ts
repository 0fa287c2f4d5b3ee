/** How a stage's command meets the entrypoint of its base. */
import type { Base } from '../bases/base.ts';

/** What CMD should hold, given the base's entrypoint. */
export type CommandFit =
  | { readonly kind: 'fits' }
  /** The command begins with the entrypoint once more: `words` are what is left. */
  | { readonly kind: 'repeats'; readonly repeated: number; readonly words: readonly string[] }
  /** The command names the interpreter, with options that must stand before what the entrypoint adds: it has to be an ENTRYPOINT. */
  | { readonly kind: 'replaces'; readonly words: readonly string[] };

/** `words` is the exec form of CMD, run after `entrypoint`. */
export function fitCommand(words: readonly string[], entrypoint: readonly string[]): CommandFit {
  const [program, ...given] = entrypoint;
  if (!program || words.length === 0) return { kind: 'fits' };
  const named = sameProgram(words[0]!, program);
  const rest = named ? words.slice(1) : words;
  const startsWithGiven = given.length > 0 && given.every((word, i) => rest[i] === word);
  if (!named && !startsWithGiven) return { kind: 'fits' };
  if (given.length === 0 || startsWithGiven) {
    const repeated = (named ? 1 : 0) + (startsWithGiven ? given.length : 0);
    return { kind: 'repeats', repeated, words: words.slice(repeated) };
  }
  return { kind: 'replaces', words: [program, ...rest] };
}

/** The words that a shell-form or repeated command becomes on this base, and under which keyword. */
export function commandOn(
  base: Base | undefined,
  keyword: string,
  words: readonly string[],
): { readonly keyword: string; readonly words: readonly string[] } {
  if (keyword !== 'CMD' || !base?.entrypoint) return { keyword, words };
  const fit = fitCommand(words, base.entrypoint);
  if (fit.kind === 'repeats') return { keyword, words: fit.words };
  if (fit.kind === 'replaces') return { keyword: 'ENTRYPOINT', words: fit.words };
  return { keyword, words };
}

/** `node` is `/nodejs/bin/node`; `python`, `python3` and `python3.13` are `/usr/bin/python3.13`. A path that is another one is another program. */
function sameProgram(word: string, program: string): boolean {
  if (word === program) return true;
  const slash = word.lastIndexOf('/');
  const name = word.slice(slash + 1);
  const own = program.slice(program.lastIndexOf('/') + 1);
  const same = name === own || (isPython(name) && isPython(own)) || (name === 'nodejs' && own === 'node');
  return same && (slash < 0 || /^(\/usr)?(\/local)?\/bin\/$|^\/nodejs\/bin\/$/.test(word.slice(0, slash + 1)));
}

function isPython(name: string): boolean {
  return /^python(\d+(\.\d+)?)?$/.test(name);
}
