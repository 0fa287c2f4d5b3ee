/** Splits a shell command line into simple commands and words, as POSIX `sh` does, without running or expanding anything. */
import type { Command } from './dockerfile.ts';
import { closing, isAssignment, operatorAt, readWord, redirectionAt, type ShellWord } from './shell-lexer.ts';

export type { ShellWord };

export interface Redirection {
  /** Such as `>`, `2>&`, `<<`. */
  readonly operator: string;
  readonly target: ShellWord | undefined;
}

/** None is told from the next where more of them are nested. */
const DEEPEST = 50;

export interface Subshell {
  readonly outer: Subshell | undefined;
}

/** A command with its arguments. Commands inside `$(…)` and backticks are part of their word, not commands of their own. */
export interface ShellCommand {
  /** `A=1` before the command. */
  readonly assignments: readonly ShellWord[];
  readonly words: readonly ShellWord[];
  readonly redirections: readonly Redirection[];
  /** What follows it: `&&`, `||`, `|`, `;`, `&`, a newline, a parenthesis; undefined at the end. */
  readonly operator: string | undefined;
  /** It stands in, or after, `( )`, `{ }`, `if`, `while`, `for`, `case`; or `!` stands before it. */
  readonly compound: boolean;
  /** The `( )` around it: what changes in there is gone behind it. */
  readonly subshell: Subshell | undefined;
  readonly start: number;
  readonly end: number;
}

/** Is told of everything that is read: also what a `for` goes through, what a `case` compares, and where redirections lead. */
export interface ShellReader {
  word(word: ShellWord): void;
  /** The text of a heredoc in the text itself. */
  heredoc(body: string, redirection: Redirection): void;
}

/** The words of all that a command runs, assignments and redirections left out. */
export function wordsOf(command: Command): readonly string[] {
  if (command.kind === 'exec') return command.words.map(({ value }) => value);
  return shellCommands(command.text).flatMap(({ words }) => words.map(({ value }) => value));
}

export function shellCommands(text: string, reader?: ShellReader): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let assignments: ShellWord[] = [];
  let words: ShellWord[] = [];
  let redirections: Redirection[] = [];
  let compound = false;
  let inCompound = false;
  let subshell: Subshell | undefined;
  let nested = 0;
  /** So many `case` are open. */
  let cases = 0;
  let start = -1;
  let end = 0;
  /** A redirection that waits for its target. */
  let pending: string | undefined;
  /** Heredocs whose text begins at the next newline. */
  let heredocs: Redirection[] = [];
  /** So many `((` were none that counts. */
  let notSums = 0;
  let i = 0;

  const forget = () => {
    assignments = [];
    words = [];
    redirections = [];
    pending = undefined;
    compound = false;
    start = -1;
  };
  const finish = (operator: string | undefined) => {
    if (pending !== undefined) redirections.push({ operator: pending, target: undefined });
    if (start >= 0) {
      const flags = { compound: compound || inCompound, subshell };
      commands.push({ assignments, words, redirections, operator, ...flags, start, end });
    }
    forget();
  };
  const newline = () => {
    i++;
    for (const heredoc of heredocs) {
      const from = i;
      i = afterHeredoc(text, from, heredoc);
      reader?.heredoc(text.slice(from, i), heredoc);
    }
    heredocs = [];
  };
  /** The next word; undefined at an operator, which is left, or at the end. White space and comments before it are skipped, newlines too if asked. */
  const nextWord = (overLines: boolean): ShellWord | undefined => {
    for (;;) {
      i = skipBlank(text, i);
      if (!overLines || text[i] !== '\n') break;
      newline();
    }
    if (i >= text.length || operatorAt(text, i) || redirectionAt(text, i)) return undefined;
    const word = readWord(text, i);
    reader?.word(word);
    i = word.end;
    return word;
  };
  /** After a for: its name, and the list after `in`. */
  const skipHead = () => {
    i = skipBlank(text, i);
    if (text[i] === '(') {
      i = closing(text, i);
      return;
    }
    nextWord(false);
    const after = i;
    if (nextWord(true)?.text !== 'in') i = after;
    else while (nextWord(false));
  };
  /** From after `in` or `;;` to the commands of the next pattern, or after `esac`. */
  const skipPatterns = () => {
    let first = true;
    while (i < text.length) {
      const word = nextWord(true);
      if (first && word?.text === 'esac') {
        cases--;
        return;
      }
      first = false;
      if (word) continue;
      const sign = text[i++];
      if (sign === ')') return;
      // `(a)` is `a)`.
      if (sign === '(') first = true;
    }
  };

  for (;;) {
    i = skipBlank(text, i);
    if (i >= text.length) break;
    const operator = operatorAt(text, i);
    if (operator) {
      const empty = operator === '(' && words.length === 1 && assignments.length === 0 ? /\(\s*\)/y : undefined;
      if (empty) empty.lastIndex = i;
      if (empty?.test(text)) {
        // `name() …` says what a name does, and does not run it.
        forget();
        inCompound = true;
        i = empty.lastIndex;
        continue;
      }
      const sum = operator === '(' && start < 0 && notSums < MOST_LOOKED_AT ? endOfSum(text, i) : undefined;
      if (sum) {
        i = sum;
        continue;
      }
      if (sum === 0) notSums++;
      finish(operator);
      if (operator === '(') {
        inCompound = true;
        if (++nested <= DEEPEST) subshell = { outer: subshell };
      } else if (operator === ')' && nested > 0 && nested-- <= DEEPEST) subshell = subshell?.outer;
      if (operator === '\n') newline();
      else i += operator.length;
      if (operator.startsWith(';') && operator !== ';' && cases > 0) skipPatterns();
      continue;
    }
    const redirection = redirectionAt(text, i);
    if (redirection) {
      if (start < 0) start = i;
      if (pending !== undefined) redirections.push({ operator: pending, target: undefined });
      pending = redirection;
      i += redirection.length;
      end = i;
      continue;
    }
    if (words.length === 0 && pending === undefined && text.startsWith('!(', i)) {
      compound = true;
      i++;
      continue;
    }
    const word = readWord(text, i);
    reader?.word(word);
    i = word.end;
    if (pending !== undefined) {
      const made = { operator: pending, target: word };
      redirections.push(made);
      if (/^\d*<<-?$/.test(pending)) heredocs.push(made);
      pending = undefined;
    } else if (words.length === 0 && isAssignment(word.text)) assignments.push(word);
    else if (words.length === 0 && assignments.length === 0 && reserved.has(word.text)) {
      compound = true;
      inCompound ||= word.text !== '!';
      if (word.text === 'for' || word.text === 'select') skipHead();
      else if (word.text === 'function') nextWord(false);
      else if (word.text === 'case') {
        nextWord(false);
        if (nextWord(true)?.text === 'in') {
          cases++;
          skipPatterns();
        }
      } else if (word.text === 'esac' && cases > 0) cases--;
      else if (word.text === '[[') {
        words.push(word);
        start = word.start;
        i = endOfTest(text, i, reader);
        end = i;
      }
      continue;
    } else words.push(word);
    if (start < 0) start = word.start;
    end = word.end;
  }
  finish(undefined);
  return commands;
}

/** Over white space, joined lines and a comment. */
function skipBlank(text: string, from: number): number {
  let i = from;
  for (;;) {
    const ch = text[i];
    if (ch === ' ' || ch === '\t' || ch === '\r') i++;
    else if (ch === '\\' && text[i + 1] === '\n') i += 2;
    else if (ch === '#') {
      const newline = text.indexOf('\n', i);
      return newline < 0 ? text.length : newline;
    } else return i;
  }
}

/** After the text of a heredoc that begins at `from`; it goes to the end where nothing ends it. */
function afterHeredoc(text: string, from: number, { operator, target }: Redirection): number {
  let i = from;
  while (i < text.length) {
    const newline = text.indexOf('\n', i);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(i, end).replace(/\r$/, '');
    i = Math.min(end + 1, text.length);
    if ((operator.endsWith('-') ? line.replace(/^\t+/, '') : line) === target?.value) break;
  }
  return i;
}

/** What a `((` ends with may be far away. */
const MOST_LOOKED_AT = 5;

/** After `((…))`, with which bash counts; 0 where it is a `( )` in another. */
function endOfSum(text: string, i: number): number | undefined {
  if (text[i + 1] !== '(') return undefined;
  const end = closing(text, i);
  return text.startsWith('))', end - 2) ? end : 0;
}

/** After the `]]` of a test: what stands in it is no command, whatever signs it has. */
function endOfTest(text: string, from: number, reader: ShellReader | undefined): number {
  let i = skipBlank(text, from);
  while (i < text.length) {
    const sign = operatorAt(text, i) ?? redirectionAt(text, i);
    const word = sign === undefined ? readWord(text, i) : undefined;
    if (word) reader?.word(word);
    i = word ? word.end : i + (sign?.length ?? 1);
    if (word?.text === ']]') return i;
    i = skipBlank(text, i);
  }
  return i;
}

/**
 * The exec form that does the same as the shell form, where there is one: a single command of plain words. A leading `exec` is
 * dropped. Whatever the shell itself would have to do (variables, patterns, `&&`, redirections, builtins, escapes) makes it undefined.
 */
export function asExec(
  command:
    | Pick<Extract<Command, { kind: 'exec' }>, 'kind' | 'words'>
    | Pick<Extract<Command, { kind: 'shell' }>, 'kind' | 'text'>,
): string[] | undefined {
  if (command.kind === 'exec') return command.words.map(({ value }) => value);
  const [only, ...more] = shellCommands(command.text);
  if (!only || more.length > 0 || only.operator !== undefined || only.compound) return undefined;
  if (only.assignments.length > 0 || only.redirections.length > 0) return undefined;
  if (only.end < command.text.trimEnd().length) return undefined;
  if (only.words.some(({ dynamic, text }) => dynamic || text.includes('\\'))) return undefined;
  const values = only.words.map(({ value }) => value);
  if (only.words[0]?.text === 'exec') values.shift();
  const [program] = values;
  return program === undefined || program === '' || program.startsWith('-') || builtins.has(program)
    ? undefined
    : values;
}

const reserved = new Set(
  '! { } if then else elif fi do done while until for select case esac in function [['.split(' '),
);

/** Commands that only a shell knows, or that mean something else without one. */
const builtins = new Set(
  '. : alias bg break cd command continue eval exec exit export fg getopts hash jobs let local read readonly return set shift source time times trap type ulimit umask unalias unset wait'.split(
    ' ',
  ),
);
