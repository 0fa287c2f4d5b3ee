/** What stands before or behind a single command and can be said without a shell; and what needs one. */
import { shellCommands } from './shell-words.ts';

/** Without `|| exit 1` or `|| false` at its end: what a command that fails says anyway. */
export function withoutExit(text: string): string {
  const [last, before, ...more] = shellCommands(text).reverse();
  const words = last?.words.map(({ value }) => value).join(' ') ?? '';
  const isNothing = /^(exit( 1)?|false)$/.test(words) && last?.redirections.length === 0 && !last.compound;
  const ends = last?.operator === undefined || last.operator === ';';
  return before?.operator === '||' && more.length === 0 && isNothing && ends ? text.slice(0, before.end) : text;
}

/** `cd folder && rest`; undefined where it does not begin so, or with more than a plain path. */
export function leadingCd(text: string): { readonly folder: string; readonly rest: string } | undefined {
  const [first] = shellCommands(text);
  if (first?.operator !== '&&' || first.compound || first.redirections.length > 0 || first.assignments.length > 0)
    return undefined;
  const [program, folder, ...more] = first.words;
  if (program?.text !== 'cd' || !folder || more.length > 0 || !/^[\w./@+-]*[\w./@+]$/.test(folder.value))
    return undefined;
  // Nothing but white space is between a command and its operator.
  const rest = text.slice(text.indexOf('&&', first.end) + 2).trim();
  return rest === '' ? undefined : { folder: folder.value, rest };
}

/** `NAME=value NAME=value rest`, as far as nothing in the values has to be put in by a shell, or quoted for ENV. */
export function leadingAssignments(text: string): { readonly set: readonly string[]; readonly rest: string } {
  const [first] = shellCommands(text);
  const none = { set: [], rest: text.trim() };
  if (!first?.words[0] || text.slice(0, first.start).trim() !== '') return none;
  const open = first.assignments.findIndex(({ value, dynamic }) => dynamic || !/^\w+=[\w./:@%+,-]*$/.test(value));
  const plain = open < 0 ? first.assignments : first.assignments.slice(0, open);
  const next = first.assignments[plain.length] ?? first.words[0];
  return { set: plain.map(({ value }) => value), rest: text.slice(next.start).trim() };
}

/** What keeps a command from being a plain list of words; `other` where it is none of these. */
export function needsShell(text: string): 'commands' | 'variables' | 'patterns' | 'redirections' | 'other' {
  const [only, ...more] = shellCommands(text);
  if (!only || more.length > 0 || only.operator !== undefined) return 'commands';
  const dynamic = [...only.assignments, ...only.words].filter((word) => word.dynamic);
  if (dynamic.some((word) => /[$`]/.test(word.text))) return 'variables';
  if (dynamic.some((word) => /[*?]/.test(word.text))) return 'patterns';
  return only.redirections.length > 0 ? 'redirections' : 'other';
}
