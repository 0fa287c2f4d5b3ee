/** Scripts and jars, told by their names, that are named where a program is asked for. */
import type { Base } from '../bases/base.ts';
import type { Word } from '../dockerfile/dockerfile.ts';
import { replace } from './edits.ts';
import type { Fix, Trouble } from './rule.ts';

/** `word` is a script or a jar by its name, where a program is asked for; `consequence` is said of it. */
export function noProgram(word: Word, image: Base, consequence: string): Trouble | undefined {
  const kind = kinds.find(({ file }) => file.test(word.value));
  if (!kind) return undefined;
  const program = image.runtime?.language === kind.language ? programOf(image, kind.program) : undefined;
  const words = program === undefined ? [] : [program, ...kind.before];
  return {
    message: `“${word.value}” is no program: ${kind.what} is run by ${kind.program}, ${consequence}. ${program ? `Write “${words.join(' ')}” before it.` : `Use a base that has ${kind.program}, and name that first.`}`,
    range: word.range,
    fixes: program ? [inFront(word.range.start, words)] : [],
  };
}

const kinds = [
  { file: /\.[cm]?js$/, what: 'a script', language: 'node', program: 'node', before: [] },
  { file: /\.py$/, what: 'a script', language: 'python', program: 'python3', before: [] },
  { file: /\.jar$/, what: 'a jar', language: 'java', program: 'java', before: ['-jar'] },
  { file: /\.rb$/, what: 'a script', language: 'ruby', program: 'ruby', before: [] },
  { file: /\.php$/, what: 'a script', language: 'php', program: 'php', before: [] },
  { file: /\.dll$/, what: 'an assembly', language: 'dotnet', program: 'dotnet', before: [] },
] as const;

/** By its name a script or a jar, which is no program. */
export const isInterpreted = (name: string): boolean => kinds.some(({ file }) => file.test(name));

/** As the base's own command names it, so that it is certainly found. */
function programOf({ interpreter, cmd }: Base, name: string): string | undefined {
  const [own] = cmd ?? [];
  return own?.slice(own.lastIndexOf('/') + 1).startsWith(name) ? own : interpreter;
}

function inFront(start: { readonly line: number; readonly character: number }, words: readonly string[]): Fix {
  const text = words.map((word) => `${JSON.stringify(word)}, `).join('');
  return { title: `Write “${words.join(' ')}” before it`, edits: [replace({ start, end: start }, text)] };
}
