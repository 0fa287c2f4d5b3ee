/** The words and signs of a shell command line, as POSIX `sh` cuts them; nothing is run or expanded. */

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

export const isAssignment = (word: string) => /^[A-Za-z_][A-Za-z0-9_]*(\[[^\]=]*\])?\+?=/.test(word);

export function operatorAt(text: string, i: number): string | undefined {
  switch (text[i]) {
    case '&':
      return text[i + 1] === '&' ? '&&' : text[i + 1] === '>' ? undefined : '&';
    case '|':
      return text[i + 1] === '|' || text[i + 1] === '&' ? text.slice(i, i + 2) : '|';
    case ';':
      return [';;&', ';;', ';&'].find((it) => text.startsWith(it, i)) ?? ';';
    case '\n':
    case '(':
    case ')':
      return text[i];
    default:
      return undefined;
  }
}

/** With the number of the file before it. */
export function redirectionAt(text: string, i: number): string | undefined {
  let j = i;
  while (isDigit(text[j])) j++;
  if (j === i && text[i] === '&' && text[i + 1] === '>') return text[i + 2] === '>' ? '&>>' : '&>';
  if ((text[j] !== '<' && text[j] !== '>') || isProcess(text, j)) return undefined;
  const rest = ['<<<', '<<-', '<<', '<&', '<>', '<', '>>', '>&', '>|', '>'].find((it) => text.startsWith(it, j));
  return rest && text.slice(i, j) + rest;
}

/** `<(…)` and `>(…)`, which are words. */
const isProcess = (text: string, i: number) => (text[i] === '<' || text[i] === '>') && text[i + 1] === '(';

const isDigit = (ch: string | undefined) => ch !== undefined && ch >= '0' && ch <= '9';

/** Nobody opens more before the one with a list in it, and each is looked into. */
const MOST_BRACES = 10;

export function readWord(text: string, start: number): ShellWord {
  const parts: string[] = [];
  let opened = 0;
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
      case ')':
        break loop;
      case '(':
        // `!(a|b)`, as bash has it on request.
        if (!'?*+@!'.includes(text[i - 1] ?? ' ') || i === start) break loop;
        dynamic = true;
        i = closing(text, i);
        break;
      case '<':
      case '>':
        if (!isProcess(text, i)) break loop;
        dynamic = true;
        i = closing(text, i);
        break;
      case '=':
        i++;
        // A list of bash: `a=(b c)`.
        if (text[i] === '(' && isAssignment(text.slice(start, Math.min(i, start + 200)))) {
          dynamic = true;
          i = closing(text, i);
        }
        break;
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
            const next = expansionEnd(text, i, true);
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
        const next = expansionEnd(text, i, false);
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
        if (!dynamic && opened++ < MOST_BRACES && braces(text, i)) dynamic = true;
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
  const list = /\{(?:[^,}.\s;&|<>]|\.(?!\.)){0,200}(?:,|\.\.)/y;
  list.lastIndex = from;
  return list.test(text);
}

/** Offset after the variable or substitution that begins at `i`; `i + 1` when it is a plain `$`. */
function expansionEnd(text: string, i: number, quoted: boolean): number {
  if (text[i] === '$') {
    const next = text[i + 1] ?? '';
    if (next === '{' || next === '(') return closing(text, i, quoted);
    if (/[A-Za-z_]/.test(next)) {
      let j = i + 2;
      while (/[A-Za-z0-9_]/.test(text[j] ?? '')) j++;
      return j;
    }
    return /[0-9@*#?$!'"-]/.test(next) && next !== '"' && next !== "'" ? i + 2 : i + 1;
  }
  return closing(text, i);
}

/** The commands of `$(…)`, backticks and `<(…)` in a word as it is written; what is nested in them is theirs. */
export function substitutionsIn(text: string): readonly string[] {
  const found: string[] = [];
  let quoted = false;
  for (let i = 0; i < text.length; ) {
    const ch = text[i]!;
    if (ch === '\\') i += 2;
    else if (ch === "'" && !quoted) {
      const close = text.indexOf("'", i + 1);
      i = close < 0 ? text.length : close + 1;
    } else if (ch === '`' || (ch === '$' && text[i + 1] === '(') || (!quoted && isProcess(text, i))) {
      const end = closing(text, i, quoted);
      const isSum = text.startsWith('$((', i) && text.startsWith('))', end - 2);
      if (!isSum && end > i + 1) found.push(text.slice(i + (ch === '`' ? 1 : 2), end - 1));
      i = end;
    } else {
      if (ch === '"') quoted = !quoted;
      i++;
    }
  }
  return found;
}

interface Open {
  readonly close: string;
  /** Of `${…}`: it stands in double quotes, where a single quote is none. */
  readonly quoted: boolean;
  /** Of `$(…)`: so many `case` have no `esac` yet, and the `)` of their patterns close nothing. */
  cases: number;
}

/** Walks over `${…}`, `$(…)`, backticks and what is nested in them, without recursion: a hostile text must not exhaust the stack. */
export function closing(text: string, from: number, quoted = false): number {
  const open: Open[] = [];
  const isQuoted = (at: Open | undefined) => (at ? at.close === '"' || (at.close === '}' && at.quoted) : quoted);
  const push = (close: string) => open.push({ close, quoted: isQuoted(open.at(-1)), cases: 0 });
  let i = from;
  do {
    const ch = text[i] ?? '';
    const inside = open.at(-1);
    if (ch === '\\') i += 2;
    else if (ch === inside?.close) {
      if (inside.cases === 0) open.pop();
      i++;
    } else if ((ch === '$' && (text[i + 1] === '{' || text[i + 1] === '(')) || (i === from && isProcess(text, i))) {
      push(text[i + 1] === '{' ? '}' : ')');
      i += 2;
    } else if (ch === '`' || ch === '"') {
      push(ch);
      i++;
    } else if (ch === "'" && !isQuoted(inside)) {
      const close = text.indexOf("'", i + 1);
      i = close < 0 ? text.length : close + 1;
    } else if (ch === '(' && (inside?.close === ')' || i === from)) {
      push(')');
      i++;
    } else if (inside?.close === ')' && isBoundary(text[i - 1])) {
      if (ch === '#' && text[i - 1] !== '(') {
        const newline = text.indexOf('\n', i);
        i = newline < 0 ? text.length : newline;
      } else {
        if (isWordAt(text, i, 'case') && COMMAND_NEXT.test(text.slice(Math.max(from, i - 12), i))) inside.cases++;
        else if (inside.cases > 0 && isWordAt(text, i, 'esac')) inside.cases--;
        i++;
      }
    } else i++;
  } while (i < text.length && open.length > 0);
  return Math.min(i, text.length);
}

const isBoundary = (ch: string | undefined) => ch !== undefined && ' \t\r\n;&|()'.includes(ch);

const isWordAt = (text: string, i: number, word: string) =>
  text.startsWith(word, i) && (i + word.length >= text.length || isBoundary(text[i + word.length]));

/** What a command follows. */
const COMMAND_NEXT = /(^|[(;&|\n]|[\s;(](then|do|else|\{|!))\s*$/;
