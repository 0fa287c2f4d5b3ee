/** The commonest mistake on language images: CMD names the interpreter that the base's ENTRYPOINT already is. */

import type { Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { execForm } from '../dockerfile/writing.ts';
import { type CommandFit, fitCommand } from './commands.ts';
import { keywordLike, replace } from './edits.ts';
import type { Fix, Rule } from './rule.ts';

export const repeatsEntrypoint: Rule = {
  id: 'repeats-entrypoint',
  group: 'cannot start',
  severity: 'error',
  why: 'Distroless language images start their interpreter by themselves: CMD holds only what comes after it. `CMD ["node", "server.js"]` makes Node.js look for a script called `node`.',
  example: {
    before: 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n',
    after: 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY . .\nCMD ["server.js"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      const image = base(stage);
      if (!image?.distroless || !image.entrypoint?.length) continue;
      const command = stage.instructions.findLast(({ keyword }) => keyword === 'CMD');
      if (command?.command?.kind !== 'exec' || lastOf(dockerfile, stage, 'ENTRYPOINT')) continue;
      const words = command.command.words;
      const fit = fitCommand(
        words.map(({ value }) => value),
        image.entrypoint,
      );
      // `java -jar -jar app.jar` works.
      if (fit.kind === 'fits' || words[0]?.value.startsWith('-')) continue;
      const entrypoint = image.entrypoint.join(' ');
      yield {
        message: `“${image.reference}” already starts “${entrypoint}”, so this runs “${entrypoint} ${words.map(({ value }) => value).join(' ')}”. ${cure(fit, words)}`,
        range: span(words, fit.kind === 'repeats' ? fit.repeated : 1),
        fixes: fix(dockerfile, stage, command, words, fit),
      };
    }
  },
};

function cure(fit: CommandFit, words: readonly Word[]): string {
  if (fit.kind === 'replaces') return 'Make it the ENTRYPOINT, with options and all.';
  if (fit.kind === 'repeats' && fit.words.length === 0) return 'Name what it should run.';
  return `Leave out “${repeatedWords(fit, words)}”.`;
}

function repeatedWords(fit: CommandFit, words: readonly Word[]): string {
  const count = fit.kind === 'repeats' ? fit.repeated : 1;
  return words
    .slice(0, count)
    .map(({ value }) => value)
    .join(' ');
}

function fix(
  dockerfile: Dockerfile,
  stage: Stage,
  command: Instruction,
  words: readonly Word[],
  fit: CommandFit,
): readonly Fix[] {
  if (fit.kind === 'repeats') {
    const next = words[fit.repeated];
    if (!next) return [];
    const cut = { start: words[0]!.range.start, end: next.range.start };
    return [{ title: `Leave out “${repeatedWords(fit, words)}”`, edits: [replace(cut, '')], safe: true }];
  }
  if (fit.kind === 'replaces' && command.command) {
    return [
      {
        title: 'Make it the ENTRYPOINT',
        edits: [
          replace(command.keywordRange, keywordLike(dockerfile, stage, 'ENTRYPOINT')),
          replace(command.command.range, execForm(fit.words)),
        ],
      },
    ];
  }
  return [];
}

function span(words: readonly Word[], count: number) {
  return { start: words[0]!.range.start, end: words[count - 1]!.range.end };
}
