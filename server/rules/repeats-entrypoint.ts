/** The commonest mistake on language images: CMD names the interpreter that the base's ENTRYPOINT already is. */

import type { Base } from '../bases/base.ts';
import type { Command, Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { isShell } from '../dockerfile/invoked.ts';
import { lastOf, shellInForce } from '../dockerfile/queries.ts';
import { asExec, wordsOf } from '../dockerfile/shell-words.ts';
import { execForm } from '../dockerfile/writing.ts';
import { type CommandFit, fitCommand } from './commands.ts';
import { keywordLike, replace } from './edits.ts';
import type { Fix, Rule, Trouble } from './rule.ts';
import { inExecForm, lacksShell } from './shell-form.ts';
import { isScript } from './starts.ts';

export const repeatsEntrypoint: Rule = {
  id: 'repeats-entrypoint',
  group: 'cannot start',
  severity: 'error',
  why: 'Distroless language images start their interpreter by themselves: CMD holds only what comes after it. `CMD ["node", "server.js"]` makes Node.js look for a script called `node`, and `CMD node server.js` hands it `/bin/sh` as the script.',
  example: {
    before: 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n',
    after: 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY . .\nCMD ["server.js"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      const image = base(stage);
      if (!image?.distroless || !image.entrypoint?.length) continue;
      const command = stage.instructions.findLast(({ keyword }) => keyword === 'CMD');
      if (!command?.command || lastOf(dockerfile, stage, 'ENTRYPOINT')) continue;
      if (command.command.kind === 'shell') {
        yield* handedShell(dockerfile, stage, command, command.command, image);
        continue;
      }
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

/** A command in shell form is handed to the entrypoint as `/bin/sh -c "…"`. Where there is no shell at all, shell-form says it. */
function* handedShell(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  command: Extract<Command, { kind: 'shell' }>,
  image: Base,
): Generator<Trouble> {
  const own = image.entrypoint ?? [];
  // A script, or a shell, may run what it is handed.
  if (own.some((word) => isScript(word) || isShell(word))) return;
  // Nothing; or a JSON array that is not written well, of which another rule speaks.
  const [first] = wordsOf(command);
  if (!first || first.startsWith('[')) return;
  if (shellInForce(dockerfile, stage, instruction).kind === 'set') return;
  if (lacksShell(dockerfile, stage, instruction, image)) return;
  const words = asExec(command) ?? [];
  const fit = fitCommand(words, own);
  const isFixable = fit.kind !== 'fits' && fit.words.length > 0;
  const entrypoint = own.join(' ');
  yield {
    message: `“${image.reference}” already starts “${entrypoint}”, so this runs “${entrypoint} /bin/sh -c …”, and a shell is nothing that it runs. ${fit.kind === 'replaces' ? 'Make it the ENTRYPOINT, in exec form.' : `Write CMD in exec form, as a JSON array, with only what comes after “${entrypoint}”.`}`,
    range: instruction.keywordRange,
    fixes: isFixable ? [inExecForm(dockerfile, stage, instruction, command, words, image)] : [],
  };
}

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
