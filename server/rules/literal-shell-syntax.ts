/** Exec form hands on `$VAR`, `&&` and the like as they stand: only a shell knows them. */
import type { Base } from '../bases/base.ts';
import { assignments } from '../dockerfile/assignments.ts';
import type { Command, Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { environment } from '../dockerfile/environment.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { replace } from './edits.ts';
import { missingIn } from './programs.ts';
import type { Fix, Rule, Trouble } from './rule.ts';
import { isScript, programName } from './starts.ts';

export const literalShellSyntax: Rule = {
  id: 'literal-shell-syntax',
  group: 'cannot start',
  severity: 'warning',
  why: 'Exec form starts the program without a shell, so nobody replaces `$VAR`, and `&&`, `|`, `>`, spaces or quotes inside a word reach the program as they are written.',
  example: {
    before:
      'FROM gcr.io/distroless/static-debian13:nonroot\nENV PORT=8080\nCOPY app /app\nENTRYPOINT ["/app", "--port", "$PORT"]\n',
    after:
      'FROM gcr.io/distroless/static-debian13:nonroot\nENV PORT=8080\nCOPY app /app\nENTRYPOINT ["/app", "--port", "8080"]\n',
  },
  *check({ dockerfile, base }) {
    for (const stage of dockerfile.stages) {
      for (const instruction of stage.instructions) {
        const { keyword, command } = instruction;
        if (command?.kind !== 'exec' || !/^(CMD|ENTRYPOINT|HEALTHCHECK)$/.test(keyword)) continue;
        if (!command.words.some(({ value }) => SIGNS.test(value))) continue;
        if (keyword !== 'HEALTHCHECK' && lastOf(dockerfile, stage, keyword)?.instruction !== instruction) continue;
        const image = base(stage);
        const before = keyword === 'CMD' ? entrypointOf(dockerfile, stage, image?.entrypoint) : [];
        if (!before) continue;
        const trouble = inOneWord(dockerfile, stage, instruction, command, image, before);
        if (trouble) {
          yield trouble;
          continue;
        }
        yield* inWords(dockerfile, stage, instruction, command, before);
      }
    }
  },
};

const SIGNS = /[\s$&|;<>'"*?]/;

/** What CMD is handed to. Undefined where it is not known, or is a script of the user's, which may have its arguments evaluated. */
function entrypointOf(dockerfile: Dockerfile, stage: Stage, ofBase: readonly string[] | undefined) {
  const own = lastOf(dockerfile, stage, 'ENTRYPOINT')?.instruction.command;
  // The scripts of the official images run their arguments as they are.
  if (!own) return ofBase?.some(isScript) ? [] : ofBase;
  const words = own.kind === 'exec' ? own.words.map(({ value }) => value) : undefined;
  return words?.some(isScript) ? undefined : words;
}

/** A whole command line is the name of one program, or of one file for the interpreter of the base. */
function inOneWord(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  { words: [word] }: Extract<Command, { kind: 'exec' }>,
  image: Base | undefined,
  before: readonly string[],
): Trouble | undefined {
  const isHanded = before.length > 0;
  if (!word || word.value.startsWith('-') || (isHanded && before[0] !== image?.interpreter)) return undefined;
  const [program = '', second = '', ...rest] = word.value.trim().split(/\s+/);
  // `/opt/My App/run` may well be a file, and so may `My App.js`.
  const isCertain = program.includes('/') ? second.startsWith('-') : !isHanded || HANDED.test(program);
  if (second === '' || /[\\\n]/.test(word.value) || !isCertain) return undefined;
  const missing = missingIn(dockerfile, stage, instruction, image, program);
  const plain = /^[\w@%+=:,./ -]+$/.test(word.value) && !isHanded && (!missing || missing.instead !== undefined);
  const words = [missing?.instead ?? program, second, ...rest].map((it) => JSON.stringify(it)).join(', ');
  return {
    message: `“${word.value}” is one word here, so ${isHanded ? `“${before[0]}” looks for a file` : 'what is looked for is a program'} of that name. Write each word of it as a string of its own.`,
    range: word.range,
    severity: 'error',
    fixes: plain ? [{ title: `Write ${words}`, edits: [replace(word.range, words)] }] : [],
  };
}

const HANDED = /^(npm|npx|yarn|pnpm|node|python3?|java|gunicorn|uvicorn|flask)$|\.([cm]?js|py|jar)$/;

function* inWords(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  { words }: Extract<Command, { kind: 'exec' }>,
  before: readonly string[],
): Generator<Trouble> {
  const all = [...before, ...words.map(({ value }) => value)];
  const programs = all.filter((word) => !word.startsWith('-')).map(programName);
  // These read such words themselves.
  if (programs.slice(0, 3).some((name) => OWN_SYNTAX.test(name))) return;
  for (const [i, word] of words.entries()) {
    const previous = all[before.length + i - 1];
    if (previous !== undefined && /^(-c|-e|-p|--eval|--print|--command|-exec|--entrypoint)$/.test(previous)) continue;
    if (/^(&&|\|\||\||;|>|>>|<|2>|2>&1|>\/dev\/null|&>)$/.test(word.value)) {
      if (before.length + i === 0 || programs[0] === 'find' || programs[0] === 'test') continue;
      yield {
        message: `“${word.value}” is handed to “${all[0]}” as an argument: exec form has no shell that would know it. Leave it out, or do what it is for in the program.`,
        range: word.range,
      };
      return;
    }
    if (/[*?]/.test(word.value) && isFile(all, before.length + i)) {
      yield {
        message: `“${word.value}” is taken for the name of one file: exec form has no shell that would look for what it stands for. Write the name, or copy the file to one that does not change.`,
        range: word.range,
        severity: 'error',
      };
      continue;
    }
    const quoted = /^'([^']+)'$/.exec(word.value)?.[1] ?? /^"([^"]+)"$/.exec(word.value)?.[1];
    if (quoted !== undefined && before.length + i > 0 && !/^[[{]/.test(quoted)) {
      yield {
        message: `The quotes around ${quoted} reach “${all[0]}” as part of the word: exec form has no shell that would take them away. Leave them out.`,
        range: word.range,
        fixes: [{ title: 'Leave out the quotes', edits: [replace(word.range, JSON.stringify(quoted))] }],
      };
      continue;
    }
    // Spring fills in such placeholders by itself.
    const trouble =
      /^java$/.test(programs[0] ?? '') && /^-.*\$\{/.test(word.value)
        ? undefined
        : variableIn(dockerfile, stage, instruction, words, i);
    if (trouble) yield trouble;
  }
}

/** The program, the jar, or the script of an interpreter: it has to be there by that name. */
function isFile(words: readonly string[], at: number): boolean {
  const program = programName(words[0] ?? '');
  if (at === 0 || (program === 'java' && words[at - 1] === '-jar')) return true;
  return at === 1 && INTERPRETER.test(program) && !words[1]!.startsWith('-');
}

const INTERPRETER = /^(node|nodejs|python[\d.]*|ruby|php|perl|deno|bun)$/;

/** Shells, and programs with a language in which these signs have a meaning. */
const OWN_SYNTAX =
  /^((ba|da|a|k|z|c|tc|fi)?sh|busybox|env|envsubst|awk|gawk|mawk|sed|grep|egrep|perl|jq|yq|php|pwsh|powershell|powershell\.exe|cmd|cmd\.exe|tclsh|expect|s6-svscan|supervisord|execlineb|foreground|xargs|parallel|watchexec|nodemon|concurrently|eval|exec|nginx-envsubst|dockerize|confd|chamber|doppler|op)$/i;

/** Only a variable that the file itself sets: of any other, `$` may be meant as it stands. */
function variableIn(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  words: readonly Word[],
  at: number,
): Trouble | undefined {
  const word = words[at]!;
  const name = /\$\{?([A-Z_][A-Z0-9_]*)/.exec(word.value)?.[1];
  if (name === undefined) return undefined;
  const variables = environment(dockerfile, stage);
  const isEnv = variables.has(name);
  if (!isEnv && !argNames(stage).has(name) && !dockerfile.globalArgs.has(name)) return undefined;
  const written = word.value.includes(`\${${name}`) ? `\${${name}}` : `$${name}`;
  const value = variables.get(name);
  const whole =
    value !== undefined
      ? word.value.replace(
          /\$\{([A-Z_][A-Z0-9_]*)\}|\$([A-Z_][A-Z0-9_]*)/g,
          (all, a, b) => variables.get(a ?? b) ?? all,
        )
      : undefined;
  return {
    message: `“${written}” reaches the program as it stands, because exec form has no shell that would fill it in. Let the program read ${name} itself${isEnv ? ', or write the value' : ''}.`,
    range: word.range,
    fixes: whole !== undefined && !whole.includes('$') && instruction.command ? writtenOut(words, at, whole) : [],
  };
}

/** What a shell makes of a word that is nothing but a variable: as many words as it holds, or none. */
function writtenOut(words: readonly Word[], at: number, whole: string): readonly Fix[] {
  const word = words[at]!;
  const isVariable = /^\$(\w+|\{\w+\})$/.test(word.value);
  const parts = isVariable ? whole.split(/\s+/).filter((part) => part !== '') : [whole];
  const heeded = '(one given when the container starts is then not heeded)';
  if (parts.length > 0) {
    const text = parts.map((part) => JSON.stringify(part)).join(', ');
    return [{ title: `Write the value that ENV gives it, “${whole}” ${heeded}`, edits: [replace(word.range, text)] }];
  }
  const [before, next] = [words[at - 1], words[at + 1]];
  if (!before && !next) return [];
  const range = next
    ? { start: word.range.start, end: next.range.start }
    : { start: before!.range.end, end: word.range.end };
  return [{ title: `Leave it out, since ENV gives it no value ${heeded}`, edits: [replace(range, '')] }];
}

const kept = new WeakMap<Stage, ReadonlySet<string>>();

function argNames(stage: Stage): ReadonlySet<string> {
  const known = kept.get(stage);
  if (known) return known;
  const made = new Set(
    stage.instructions
      .filter(({ keyword }) => keyword === 'ARG')
      .flatMap((instruction) => assignments(instruction).map(({ name }) => name)),
  );
  kept.set(stage, made);
  return made;
}
