/** A command that begins by changing the folder: WORKDIR does the same without a shell. */
import type { Command } from '../dockerfile/dockerfile.ts';
import { isShell } from '../dockerfile/invoked.ts';
import { leadingCd as ofText } from '../dockerfile/shell-parts.ts';

export interface LeadingCd {
  /** As written. */
  readonly folder: string;
  /** What the shell runs there. */
  readonly rest: string;
}

/** `cd folder && rest`, in shell form or given to `sh -c`. Undefined: it does not begin so, or with more than a plain path. */
export function leadingCd(command: Command | undefined): LeadingCd | undefined {
  const text = shellText(command);
  return text === undefined ? undefined : ofText(text);
}

/** What a shell is given; one word behind it is only the name that the shell goes by. Undefined: none is there. */
export function shellText(command: Command | undefined): string | undefined {
  if (command?.kind !== 'exec') return command?.text;
  const [shell = '', flag = '', script, ...more] = command.words.map(({ value }) => value);
  const isNamed = more.length === 0 || (more.length === 1 && !/\$\{?0/.test(script ?? ''));
  return isShell(shell) && /^-\w*c$/.test(flag) && isNamed ? script : undefined;
}
