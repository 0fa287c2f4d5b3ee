/** Switches a rule off in the text of a project file: one edit, which keeps everything else as it is written. */
import { linesOf, type TextEdit } from '../dockerfile/text.ts';

/** A project file that does nothing else. */
export function projectFileWithout(rule: string): string {
  return `${JSON.stringify({ rules: { [rule]: 'off' } }, null, 2)}\n`;
}

/** Undefined where the text is none that it can be written into. */
export function ruleSwitchedOff(text: string, rule: string): TextEdit | undefined {
  if (!isObject(parsed(text))) return undefined;
  const lines = linesOf(text);
  const edit = (start: number, end: number, newText: string): TextEdit => ({
    range: { start: lines.at(start), end: lines.at(end) },
    newText,
  });
  const top = readObject(text, text.indexOf('{'));
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const first = top.members[0];
  const step = (first && indentOf(text, first.start)) || '  ';
  const member = `${JSON.stringify(rule)}: "off"`;
  const add = ({ members, open, close }: ObjectText, outer: string, what: string) => {
    const last = members.at(-1);
    if (!last) return edit(open + 1, close, `${eol}${outer}${step}${what}${eol}${outer}`);
    const indent = indentOf(text, last.start);
    return edit(last.end, last.end, `,${indent === undefined ? ' ' : eol + indent}${what}`);
  };
  // Of a name that is there twice, JSON takes the last.
  const rules = top.members.findLast(({ name }) => name === 'rules');
  if (!rules) return add(top, '', `"rules": {${eol}${step}${step}${member}${eol}${step}}`);
  if (text[rules.value] !== '{') return undefined;
  const inner = readObject(text, rules.value);
  const known = inner.members.findLast(({ name }) => name === rule);
  if (known) return edit(known.value, known.end, '"off"');
  return add(inner, indentOf(text, rules.start) ?? '', member);
}

interface Member {
  readonly name: string;
  readonly start: number;
  /** Where its value begins. */
  readonly value: number;
  readonly end: number;
}

interface ObjectText {
  readonly members: readonly Member[];
  readonly open: number;
  readonly close: number;
}

/** The object at `open`, of a text that is JSON. */
function readObject(text: string, open: number): ObjectText {
  const members: Member[] = [];
  const token = /\s+|("(?:[^"\\]|\\.)*")|([{}[\]])|([:,])|[^\s"{}[\]:,]+/gy;
  token.lastIndex = open + 1;
  let depth = 0;
  let name: { readonly text: string; readonly at: number } | undefined;
  let value = -1;
  let end = open + 1;
  const finish = () => {
    if (name && value >= 0) members.push({ name: JSON.parse(name.text) as string, start: name.at, value, end });
    name = undefined;
    value = -1;
  };
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [whole, string, bracket, mark] = match;
    if (depth === 0 && (mark === ',' || bracket === '}')) {
      finish();
      if (bracket === '}') return { members, open, close: match.index };
      continue;
    }
    if (whole.trim() === '' || (depth === 0 && mark === ':')) continue;
    if (depth === 0 && !name && string) name = { text: string, at: match.index };
    else if (value < 0) value = match.index;
    if (bracket) depth += bracket === '{' || bracket === '[' ? 1 : -1;
    end = token.lastIndex;
  }
  return { members, open, close: text.length };
}

/** The white space before `at`, where nothing else is before it on its line. */
function indentOf(text: string, at: number): string | undefined {
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return before.trim() === '' ? before : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
