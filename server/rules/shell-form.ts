/** Shell form needs a shell, and most distroless images have none. */

import type { Base } from '../bases/base.ts';
import type { Command, Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { lastOf, shellInForce } from '../dockerfile/queries.ts';
import { needsShell, withoutExit } from '../dockerfile/shell-parts.ts';
import { asExec, shellCommands } from '../dockerfile/shell-words.ts';
import { execForm } from '../dockerfile/writing.ts';
import { commandOn } from './commands.ts';
import { keywordLike, replace } from './edits.ts';
import { missingIn } from './programs.ts';
import type { Fix, Rule, Trouble } from './rule.ts';
import { mayHaveShell } from './shell.ts';

type Shell = Extract<Command, { kind: 'shell' }>;

export const shellForm: Rule = {
  id: 'shell-form',
  group: 'cannot start',
  severity: 'error',
  why: 'Shell form is run by `/bin/sh -c`, or by what SHELL names. Where that shell is not in the image, the build stops at such a RUN, and a container with such a command never starts.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT /app --port 8080\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app", "--port", "8080"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      const image = base(stage);
      if (image?.hasShell !== false) continue;
      for (const [i, written] of stage.instructions.entries()) {
        // What ONBUILD carries is run on the same base, when another image is built on this one.
        const instruction = written.trigger ?? written;
        const command = instruction.command;
        if (written.keyword === 'SHELL') {
          yield* absentShell(dockerfile, stage, i, image);
          continue;
        }
        if (command?.kind !== 'shell' || instruction.keyword === 'SHELL') continue;
        if (!lacksShell(dockerfile, stage, instruction, image)) continue;
        yield trouble(dockerfile, stage, instruction, command, image);
      }
    }
  },
};

/** What is written in shell form there certainly finds no /bin/sh. */
export function lacksShell(dockerfile: Dockerfile, stage: Stage, instruction: Instruction, image: Base): boolean {
  return (
    image.hasShell === false &&
    !mayHaveShell(dockerfile, stage, instruction) &&
    shellInForce(dockerfile, stage, instruction).kind !== 'set'
  );
}

/** SHELL names a shell that the base has not, and something is written for it. */
function* absentShell(dockerfile: Dockerfile, stage: Stage, at: number, image: Base): Generator<Trouble> {
  const command = stage.instructions[at]?.command;
  const word = command?.kind === 'exec' ? command.words[0] : undefined;
  if (!word || !SHELLS.test(word.value)) return;
  const user = stage.instructions.slice(at + 1).find((it) => it.keyword === 'SHELL' || it.command?.kind === 'shell');
  if (!user || user.keyword === 'SHELL' || !missingIn(dockerfile, stage, user, image, word.value)) return;
  const has = image.shellPath;
  yield {
    message: `“${image.reference}” has no “${word.value}”, so what follows in shell form cannot be run. ${has ? `Its shell is “${has}”.` : 'Use exec form, and do what needs a shell in a build stage.'}`,
    range: word.range,
    fixes: has ? [{ title: `Write “${has}”`, edits: [replace(word.range, JSON.stringify(has))] }] : [],
  };
}

const SHELLS = /(^|\/)(ba|da|a|k|z)?sh$/;

function trouble(dockerfile: Dockerfile, stage: Stage, instruction: Instruction, command: Shell, image: Base): Trouble {
  const { keyword } = instruction;
  const without = image.shellPath
    ? `“${image.reference}” has its shell at “${image.shellPath}” and none at /bin/sh`
    : `“${image.reference}” has no shell`;
  if (keyword === 'RUN') {
    return {
      message: `${without}, so this RUN cannot be carried out. ${image.shellPath ? `Write SHELL ["${image.shellPath}", "-c"] above it, or do` : 'Do'} it in a build stage, and copy what it makes with COPY --from.`,
      range: instruction.keywordRange,
    };
  }
  const absent = keyword === 'HEALTHCHECK' ? absentProgram(dockerfile, stage, command, image) : undefined;
  if (absent && absent.instead === undefined) {
    return {
      message: `“${image.reference}” has neither ${image.shellPath ? '/bin/sh' : 'a shell'} nor “${absent.program}”, so the container would always be unhealthy. Let the application check itself, in exec form, or leave the check to what runs the container.`,
      range: instruction.keywordRange,
    };
  }
  const words = keyword === 'HEALTHCHECK' ? checkAsExec(command, absent?.instead) : asExec(command);
  const cure = words
    ? `Write it in exec form, as a JSON array.`
    : `Write it in exec form, without ${whatNeedsAShell(command.text)}.`;
  return {
    message: `${without}, and ${keyword} in shell form is run by /bin/sh. ${cure}`,
    range: instruction.keywordRange,
    fixes: words ? [inExecForm(dockerfile, stage, instruction, command, words, image)] : [],
  };
}

/** The program of the check, where exec form would not find it either; and where it is instead. */
function absentProgram(
  dockerfile: Dockerfile,
  stage: Stage,
  { text }: Shell,
  image: Base,
): { readonly program: string; readonly instead: string | undefined } | undefined {
  const program = shellCommands(text)[0]?.words[0];
  const last = stage.instructions.at(-1);
  // What is copied after the HEALTHCHECK is there too when it runs.
  if (!program || program.dynamic || !last || last.keyword === 'COPY' || last.keyword === 'ADD') return undefined;
  const missing = missingIn(dockerfile, stage, last, image, program.value);
  return missing && { program: program.value, instead: missing.instead };
}

/** Any status but 0 means unhealthy, so `|| exit 1` is for nothing; what stands before it may be a JSON array already. */
function checkAsExec(command: Shell, program: string | undefined): readonly string[] | undefined {
  const text = withoutExit(command.text);
  const [first, ...rest] = wordsOfJson(text) ?? asExec({ ...command, text }) ?? [];
  return first === undefined ? undefined : [program ?? first, ...rest];
}

function wordsOfJson(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The fix that writes `words`, which are those of the command, as a JSON array that fits the entrypoint of the base. */
export function inExecForm(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  command: Shell,
  words: readonly string[],
  image: Base,
): Fix {
  const overridden = lastOf(dockerfile, stage, 'ENTRYPOINT') !== undefined;
  const cured = commandOn(overridden ? undefined : image, instruction.keyword, words);
  const edits = [replace(command.range, execForm(cured.words))];
  if (cured.keyword !== instruction.keyword) {
    edits.unshift(replace(instruction.keywordRange, keywordLike(dockerfile, stage, cured.keyword)));
  }
  const dropped = cured.words.length < words.length;
  return {
    title: dropped
      ? `Write it in exec form, without the “${words[0]}” that the base’s entrypoint already is`
      : 'Write it in exec form',
    edits,
    safe: true,
  };
}

/** Names what keeps the command from being a plain list of words. */
function whatNeedsAShell(text: string): string {
  const what = needsShell(text);
  if (what === 'commands') return '“&&”, “;” and pipes, which only a shell knows';
  return what === 'variables' ? 'variables, which only a shell fills in' : 'what only a shell can do';
}
