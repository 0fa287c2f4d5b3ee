/** Splits a shell command line into simple commands and words, as POSIX `sh` does, without running or expanding anything. */
import type { Command } from './dockerfile.ts';

export interface ShellWord {
  /** As written. */
  readonly text: string;
  /** Quotes and escapes taken away; what the shell would expand is left as it is. */
  readonly value: string;
  /** Offsets in the text that was split. */
  readonly start: number;
  readonly end: number;
  /** What the shell makes of it is not `value`: a variable, `$(…)`, a pattern, `~`, `{a,b}`, or a quote without end. */
  readonly dynamic: boolean;
  /** Holds quotes or escapes. */
  readonly quoted: boolean;
}

export interface Redirection {
  /** Such as `>`, `2>&`, `<<`. */
  readonly operator: string;
  readonly target: ShellWord | undefined;
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
  readonly start: number;
  readonly end: number;
}

/** The words of all that a command runs, assignments and redirections left out. */
export function wordsOf(command: Command): readonly string[] {
  if (command.kind === 'exec') return command.words.map(({ value }) => value);
  return shellCommands(command.text).flatMap(({ words }) => words.map(({ value }) => value));
}

export function shellCommands(text: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let assignments: ShellWord[] = [];
  let words: ShellWord[] = [];
  let redirections: Redirection[] = [];
  let compound = false;
  let inCompound = false;
  let start = -1;
  let end = 0;
  /** A redirection that waits for its target. */
  let pending: string | undefined;

  const finish = (operator: string | undefined) => {
    if (pending !== undefined) redirections.push({ operator: pending, target: undefined });
    pending = undefined;
    if (start >= 0) {
      commands.push({ assignments, words, redirections, operator, compound: compound || inCompound, start, end });
    }
    assignments = [];
    words = [];
    redirections = [];
    compound = false;
    start = -1;
  };

  let i = 0;
  while (i < text.length) {
    const ch = text[i] ?? '';
    if (ch === ' ' || ch === '\t' || ch === '\r') {
      i++;
      continue;
    }
    if (ch === '\\' && text[i + 1] === '\n') {
      i += 2;
      continue;
    }
    if (ch === '#') {
      const newline = text.indexOf('\n', i);
      i = newline < 0 ? text.length : newline;
      continue;
    }
    const operator = operatorAt(text, i);
    if (operator) {
      if (operator === '(') inCompound = true;
      finish(operator);
      i += operator.length;
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
    const word = readWord(text, i);
    i = word.end;
    if (pending !== undefined) {
      redirections.push({ operator: pending, target: word });
      pending = undefined;
    } else if (words.length === 0 && isAssignment(word.text)) assignments.push(word);
    else if (words.length === 0 && assignments.length === 0 && reserved.has(word.text)) {
      compound = true;
      inCompound ||= word.text !== '!';
      continue;
    } else words.push(word);
    if (start < 0) start = word.start;
    end = word.end;
  }
  finish(undefined);
  return commands;
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

const reserved = new Set('! { } if then else elif fi do done while until for case esac in function [[ time'.split(' '));

/** Commands that only a shell knows, or that mean something else without one. */
const builtins = new Set(
  '. : alias bg break cd command continue eval exec exit export fg getopts hash jobs let local read readonly return set shift source times trap type ulimit umask unalias unset wait'.split(
    ' ',
  ),
);

const isAssignment = (word: string) => /^[A-Za-z_][A-Za-z0-9_]*\+?=/.test(word);

function operatorAt(text: string, i: number): string | undefined {
  switch (text[i]) {
    case '&':
      return text[i + 1] === '&' ? '&&' : text[i + 1] === '>' ? undefined : '&';
    case '|':
      return text[i + 1] === '|' || text[i + 1] === '&' ? text.slice(i, i + 2) : '|';
    case ';':
      return text[i + 1] === ';' ? ';;' : ';';
    case '\n':
    case '(':
    case ')':
      return text[i];
    default:
      return undefined;
  }
}

/** With the number of the file before it. */
function redirectionAt(text: string, i: number): string | undefined {
  let j = i;
  while (isDigit(text[j])) j++;
  if (j === i && text[i] === '&' && text[i + 1] === '>') return text[i + 2] === '>' ? '&>>' : '&>';
  if (text[j] !== '<' && text[j] !== '>') return undefined;
  const rest = ['<<<', '<<-', '<<', '<&', '<>', '<', '>>', '>&', '>|', '>'].find((it) => text.startsWith(it, j));
  return rest && text.slice(i, j) + rest;
}

const isDigit = (ch: string | undefined) => ch !== undefined && ch >= '0' && ch <= '9';

function readWord(text: string, start: number): ShellWord {
  const parts: string[] = [];
  let dynamic = text[start] === '~';
  let quoted = false;
  let i = start;
  let from = start;
  const keep = () => parts.push(text.slice(from, i));
  loop: while (i < text.length) {
    switch (text[i]) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ';':
      case '&':
      case '|':
      case '(':
      case ')':
      case '<':
      case '>':
        break loop;
      case "'": {
        quoted = true;
        keep();
        const close = text.indexOf("'", i + 1);
        if (close < 0) dynamic = true;
        from = i + 1;
        i = close < 0 ? text.length : close;
        keep();
        i = Math.min(i + 1, text.length);
        from = i;
        break;
      }
      case '"': {
        quoted = true;
        keep();
        i++;
        from = i;
        while (i < text.length && text[i] !== '"') {
          if (text[i] === '$' || text[i] === '`') {
            const next = expansionEnd(text, i);
            if (next > i + 1) dynamic = true;
            i = next;
          } else if (text[i] === '\\' && '$`"\\\n'.includes(text[i + 1] ?? ' ')) {
            keep();
            from = text[i + 1] === '\n' ? i + 2 : i + 1;
            i += 2;
          } else i++;
        }
        if (i >= text.length) dynamic = true;
        keep();
        i = Math.min(i + 1, text.length);
        from = i;
        break;
      }
      case '\\':
        quoted = true;
        keep();
        from = text[i + 1] === '\n' ? i + 2 : i + 1;
        i = Math.min(i + 2, text.length);
        break;
      case '$':
      case '`': {
        const next = expansionEnd(text, i);
        if (next > i + 1) dynamic = true;
        i = next;
        break;
      }
      case '*':
      case '?':
      case '[':
        dynamic = true;
        i++;
        break;
      case '{':
        if (braces(text, i)) dynamic = true;
        i++;
        break;
      default:
        i++;
    }
  }
  keep();
  const written = text.slice(start, i);
  // A lone `[` is the command of that name.
  return { text: written, value: parts.join(''), start, end: i, dynamic: dynamic && written !== '[', quoted };
}

/** `{a,b}` or `{1..3}`; looks no further than a few hundred characters. */
function braces(text: string, from: number): boolean {
  for (let i = from + 1; i < Math.min(text.length, from + 200); i++) {
    const ch = text[i] ?? '';
    if (ch === ',' || (ch === '.' && text[i + 1] === '.')) return true;
    if (ch === '}' || /[\s;&|<>]/.test(ch)) return false;
  }
  return false;
}

/** Offset after the variable or substitution that begins at `i`; `i + 1` when it is a plain `$`. */
function expansionEnd(text: string, i: number): number {
  if (text[i] === '$') {
    const next = text[i + 1] ?? '';
    if (next === '{' || next === '(') return closing(text, i);
    if (/[A-Za-z_]/.test(next)) {
      let j = i + 2;
      while (/[A-Za-z0-9_]/.test(text[j] ?? '')) j++;
      return j;
    }
    return /[0-9@*#?$!'"-]/.test(next) && next !== '"' && next !== "'" ? i + 2 : i + 1;
  }
  return closing(text, i);
}

/** Walks over `${…}`, `$(…)`, backticks and what is nested in them, without recursion: a hostile text must not exhaust the stack. */
function closing(text: string, from: number): number {
  const open: string[] = [];
  let i = from;
  do {
    const ch = text[i] ?? '';
    const inside = open.at(-1);
    if (inside === "'") {
      const close = text.indexOf("'", i);
      i = close < 0 ? text.length : close + 1;
      open.pop();
    } else if (ch === '\\') i += 2;
    else if (ch === inside) {
      open.pop();
      i++;
    } else if (ch === '$' && (text[i + 1] === '{' || text[i + 1] === '(')) {
      open.push(text[i + 1] === '{' ? '}' : ')');
      i += 2;
    } else if (ch === '`' || ch === '"') {
      open.push(ch);
      i++;
    } else if (ch === "'" && inside !== '"' && inside !== '}') {
      open.push(ch);
      i++;
    } else {
      if (ch === '(' && inside === ')') open.push(')');
      i++;
    }
  } while (i < text.length && open.length > 0);
  return Math.min(i, text.length);
}
