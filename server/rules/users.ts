/** As whom the container of a stage runs. */

import type { Base } from '../bases/base.ts';
import type { Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { expanded, isWindows } from '../dockerfile/environment.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { expand } from '../dockerfile/variables.ts';
import { isRoot } from '../dockerfile/writing.ts';
import { type Account, accountsOf } from '../facts/accounts.ts';
import { chainOf, copiesOf, mayBring } from './copies.ts';

import type { Check } from './rule.ts';
import { runCommands } from './run.ts';

export interface User {
  /** `name`, `name:group` or numbers, with variables replaced. */
  readonly text: string;
  readonly name: string;
  readonly group: string | undefined;
  readonly root: boolean;
  /** The number, where it is one or the base tells it. */
  readonly id: string | undefined;
  /** The USER that says so; undefined where the base does. */
  readonly said: { readonly word: Word; readonly instruction: Instruction; readonly stage: Stage } | undefined;
}

/** Undefined: it cannot be told, or is none of Linux: users of Windows have no numbers, and no ports are kept from them. */
export function userOf(check: Check, stage: Stage): User | undefined {
  if (isWindows(check.dockerfile, stage)) return undefined;
  const base = check.base(stage);
  const found = lastOf(check.dockerfile, stage, 'USER');
  if (!found) {
    return base?.user === undefined ? undefined : userNamed(check, stage, base.user || 'root', undefined);
  }
  const word = found.instruction.args[0];
  if (!word) return undefined;
  const text =
    expanded(check.dockerfile, found.stage, found.instruction, word) ?? setByBase(check.dockerfile, word, base?.env);
  // USER without a name is root (Docker takes an empty one of the image's configuration so).
  return text === undefined ? undefined : userNamed(check, stage, text || 'root', { word, ...found });
}

/** What the word says, where all of its variables are those of the base image. */
function setByBase({ escape: token }: Dockerfile, { text }: Word, env: Base['env'] = {}): string | undefined {
  return expand(text, token, (name) =>
    Object.hasOwn(env, name) ? { kind: 'set', value: env[name]! } : { kind: 'unknown', set: false },
  );
}

function userNamed(check: Check, stage: Stage, text: string, said: User['said']): User {
  const [name = '', group] = text.split(':');
  const root = isRoot(text);
  const id = /^\d+$/.test(name) ? name : root ? '0' : numberOf(check, stage, name)?.split(':')[0];
  return { text, name, group, root, id, said };
}

/** `uid:gid` of a user of the base, or the `uid` that a RUN gave it. Undefined: it is not known. */
export function numberOf(check: Check, stage: Stage, name: string): string | undefined {
  const made = numberGiven(check, stage, name);
  if (made !== undefined) return made || undefined;
  const base = check.base(stage);
  const known: readonly Account[] = base ? (accountsOf(base)?.users ?? []) : [];
  return mayChangeAccounts(check, stage) ? undefined : known.find((user) => user.name === name)?.number;
}

/** Whether a file with the accounts may have been copied into the stage. */
export function mayChangeAccounts(check: Check, stage: Stage): boolean {
  return copiesOf(check, stage).some((copy) => mayBring(copy, '/etc/passwd') || mayBring(copy, '/etc/group'));
}

/** The number in `useradd -u 1000 name`; empty where the name is made or changed without one that can be read. */
function numberGiven(check: Check, stage: Stage, name: string): string | undefined {
  let number: string | undefined;
  for (const link of chainOf(check.dockerfile, stage)) {
    for (const instruction of link.instructions) {
      for (const command of runCommands(instruction)) {
        if (!/^(useradd|adduser|usermod|deluser|userdel)$/.test(command.name)) continue;
        const given = command.words.slice(1);
        if (given.some(({ value }) => value === name)) {
          number = numberIn(given.map(({ value, dynamic }) => (dynamic ? '' : value)));
        }
      }
    }
  }
  return number;
}

function numberIn(words: readonly string[]): string {
  for (const [i, word] of words.entries()) {
    const joined = /^(?:--uid=|-u=?)(\d+)$/.exec(word)?.[1];
    if (joined) return joined;
    if ((/^--uid$/.test(word) || /^-[A-Za-tv-z]*u$/.test(word)) && /^\d+$/.test(words[i + 1] ?? ''))
      return words[i + 1]!;
  }
  return '';
}
