/** A script or a jar is named as the program, on a base whose entrypoint is not the interpreter for it. */
import type { Base } from '../bases/base.ts';
import type { Word } from '../dockerfile/dockerfile.ts';
import { replace } from './edits.ts';
import { scriptNeeds, startsByThemselves } from './entrypoint-script.ts';
import type { Fix, Rule, Trouble } from './rule.ts';
import { startsOf } from './starts.ts';

export const missingInterpreter: Rule = {
  id: 'missing-interpreter',
  group: 'cannot start',
  severity: 'error',
  why: 'Only some images start their interpreter by themselves. On the others a script or a jar is no program: it has to stand after the interpreter that runs it, unless the first line of the script names one that is in the image.',
  example: {
    before: 'FROM dhi.io/node:24-debian13\nCOPY . .\nUSER 1000:1000\nCMD ["server.js"]\n',
    after: 'FROM dhi.io/node:24-debian13\nCOPY . .\nUSER 1000:1000\nCMD ["node", "server.js"]\n',
  },
  needs: (dockerfile) => scriptNeeds(dockerfile).filter((path) => kinds.some(({ file }) => file.test(path))),
  *check(check) {
    const { dockerfile, base } = check;
    for (const stage of dockerfile.stages) {
      const image = base(stage);
      // Elsewhere a first line “#!/usr/bin/env node” may find its interpreter.
      if (image?.hasShell !== false) continue;
      for (const { words, role, instruction } of startsOf(dockerfile, stage, image)) {
        const [first] = words;
        const trouble =
          role === 'program' && first ? noProgram(first, image, 'and nothing here starts that') : undefined;
        if (trouble && !startsByThemselves(check, stage).has(instruction)) yield trouble;
      }
    }
  },
};

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

/** As the base's own command names it, so that it is certainly found. */
function programOf({ interpreter, cmd }: Base, name: string): string | undefined {
  const [own] = cmd ?? [];
  return own?.slice(own.lastIndexOf('/') + 1).startsWith(name) ? own : interpreter;
}

function inFront(start: { readonly line: number; readonly character: number }, words: readonly string[]): Fix {
  const text = words.map((word) => `${JSON.stringify(word)}, `).join('');
  return { title: `Write “${words.join(' ')}” before it`, edits: [replace({ start, end: start }, text)] };
}
