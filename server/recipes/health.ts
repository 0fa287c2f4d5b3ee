/** HEALTHCHECK in an image without a shell and without curl: rewritten where that means the same, otherwise left out and said so. */

import type { Command } from '../dockerfile/dockerfile.ts';
import { scriptAt } from '../dockerfile/invoked.ts';
import { withoutExit } from '../dockerfile/shell-parts.ts';
import { asExec, shellCommands } from '../dockerfile/shell-words.ts';
import { execForm } from '../dockerfile/writing.ts';
import { type Draft, note } from './draft.ts';
import { shellText } from './leading-cd.ts';
import type { Step } from './subject.ts';

/** What a recipe makes of the words of a check; undefined: they cannot run. */
export type Adapt = (words: readonly string[]) => readonly string[] | undefined;

/** `example` is how a check may look. */
export function settleHealthcheck(draft: Draft, adapt: Adapt, example: string): void {
  const steps = draft.subject.steps.filter(({ instruction }) => instruction.keyword === 'HEALTHCHECK');
  const last = steps.at(-1);
  for (const step of steps) draft.fates[step.index] = step === last ? 'final' : 'gone';
  if (last) settle(draft, last, adapt, example);
}

function settle(draft: Draft, step: Step, adapt: Adapt, example: string): void {
  const { command } = step.instruction;
  if (!command) return;
  const isSet = (name: string) => draft.subject.variables.setBy(name, undefined) !== undefined;
  const words = wordsOf(command) ?? wordsWithVariables(command, isSet);
  const adapted = words && adapt(words);
  if (!adapted) {
    draft.fates[step.index] = 'gone';
    const program = words?.[0];
    const why = program ? `it runs “${program}”, which is not in a distroless image` : 'it needs a shell';
    note(
      draft,
      'risk',
      step.line,
      `HEALTHCHECK is left out: ${why}. Let the program check itself (${example}), or check it from outside.`,
    );
    return;
  }
  if (
    command.kind === 'exec' &&
    adapted.every((word, i) => word === command.words[i]?.value) &&
    adapted.length === command.words.length
  )
    return;
  draft.edits.push({ range: command.range, newText: execForm(adapted) });
  note(draft, 'change', step.line, 'HEALTHCHECK is written so that it runs without a shell, and asks the same.');
}

/** `… || exit 1` says what a failing command says by itself. */
function wordsOf(command: Command): readonly string[] | undefined {
  if (command.kind === 'exec') {
    const words = command.words.map(({ value }) => value);
    const script = scriptAt(words);
    if (script === undefined || script < words.length - 1) return asExec(command);
    return asExec({ kind: 'shell', text: withoutExit(words[script]!) });
  }
  return asExec({ kind: 'shell', text: withoutExit(command.text) });
}

/** An address may hold variables: the program that asks for it then reads them itself. Those without a value or a default are none. */
function wordsWithVariables(command: Command, isSet: (name: string) => boolean): readonly string[] | undefined {
  const text = shellText(command);
  const [only, ...more] = shellCommands(withoutExit(text ?? ''));
  if (!only || more.length > 0 || only.compound || only.operator !== undefined) return undefined;
  if (only.assignments.length > 0 || only.redirections.length > 0) return undefined;
  const words = only.words.map(({ text: written, value, dynamic }) =>
    dynamic ? written.replace(/^"(.*)"$/, '$1') : value,
  );
  const address = addressAsked(words);
  const isPlain =
    words.every((word) => word === address || !word.includes('$')) &&
    !/[`$"]/.test(address?.replace(VARIABLE, '') ?? '$');
  const names = [...(address ?? '').matchAll(VARIABLE)].filter(([, , , otherwise]) => otherwise === undefined);
  return isPlain && names.every(([, bare, braced]) => isSet(bare ?? braced!)) ? words : undefined;
}

/** `$PORT`, `${PORT}` and `${PORT:-8000}`. */
const VARIABLE = /\$(?:(\w+)|\{(\w+)(?::-([\w.-]+))?\})/g;

/** The address as an expression; `read` writes what reads a variable, or says `otherwise`. */
export function asExpression(address: string, read: (name: string, otherwise: string | undefined) => string): string {
  const parts: string[] = [];
  let from = 0;
  for (const found of address.matchAll(VARIABLE)) {
    const [all, bare, braced, otherwise] = found;
    if (found.index > from) parts.push(`'${address.slice(from, found.index)}'`);
    parts.push(read(bare ?? braced!, otherwise));
    from = found.index + all.length;
  }
  if (from < address.length) parts.push(`'${address.slice(from)}'`);
  return parts.join(' + ');
}

/** The address that `curl -f` or `wget -q --spider` asks for, where they do nothing else. */
export function addressAsked([program = '', ...given]: readonly string[]): string | undefined {
  const name = program.replace(/^.*\//, '');
  if (name !== 'curl' && name !== 'wget') return undefined;
  const addresses: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const word = given[i]!;
    if (/^https?:\/\/[^\s'"\\]+$/.test(word)) addresses.push(word);
    else if (name === 'curl' && /^(localhost|127\.0\.0\.1)[:/]?[^\s'"\\]*$/.test(word))
      addresses.push(`http://${word}`);
    else if (/^(-O|-o|--output|--output-document)$/.test(word) && /^(-|\/dev\/null)$/.test(given[i + 1] ?? '')) i++;
    else if (/^(--tries|--timeout|-T|-t|-m|--max-time|--connect-timeout|--retry)$/.test(word)) i++;
    else if (!(name === 'curl' ? CURL : WGET).test(word)) return undefined;
  }
  if (name === 'curl' && !given.some((word) => word === '--fail' || /^-\w*f/.test(word))) return undefined;
  return addresses.length === 1 ? addresses[0] : undefined;
}

const CURL =
  /^(-[fsSLIiv]+|--fail|--silent|--show-error|--location|--head|-sSf|--(max-time|connect-timeout|retry)=\d+)$/;
const WGET =
  /^(-[qSc]+|-qO-|-nv|--quiet|--spider|--no-verbose|--output-document=\S+|-O-|-O\/dev\/null|-qO\/dev\/null|--(tries|timeout)=\d+)$/;
