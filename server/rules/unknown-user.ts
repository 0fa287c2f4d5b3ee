/** USER or --chown names somebody whom the image does not know. */

import type { Base } from '../bases/base.ts';
import type { Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { expanded } from '../dockerfile/environment.ts';
import { flag } from '../dockerfile/queries.ts';
import { isRoot } from '../dockerfile/writing.ts';
import { type Accounts, accountsOf } from '../facts/accounts.ts';
import { chainOf } from './copies.ts';
import { replace } from './edits.ts';

import type { Check, Fix, Rule, Trouble } from './rule.ts';
import { isParcel } from './starts.ts';
import { mayChangeAccounts, type User, userOf } from './users.ts';

export const unknownUser: Rule = {
  id: 'unknown-user',
  group: 'not allowed',
  severity: 'error',
  why: 'A name is looked up in the image’s own /etc/passwd and /etc/group. A container whose USER is not there does not start, and files copied with such a name belong to root.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN useradd app\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nUSER app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN useradd app\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nUSER 65532:65532\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    const seen = new Set<Instruction>();
    for (const target of check.targets) {
      const stage = check.dockerfile.stages[target];
      const base = stage && check.base(stage);
      const accounts = base && knownAccounts(check, stage);
      if (!accounts) continue;
      const user = userOf(check, stage);
      // What is built on it may bring its own accounts.
      if (user?.said && !seen.has(user.said.instruction) && !isParcel(check.dockerfile, stage, base)) {
        seen.add(user.said.instruction);
        const trouble = cannotStart(user, base, accounts);
        if (trouble) yield trouble;
      }
      for (const link of chainOf(check.dockerfile, stage)) {
        for (const instruction of link.instructions) {
          const trouble = seen.has(instruction)
            ? undefined
            : wrongOwner(check, link, instruction, user, base, accounts);
          if (!trouble) continue;
          seen.add(instruction);
          yield trouble;
        }
      }
    }
  },
};

/** All accounts of the stage; undefined where they are not known, or where the file may add some. */
export function knownAccounts(check: Check, stage: Stage): Accounts | undefined {
  const base = check.base(stage);
  const accounts = base && accountsOf(base);
  if (!base || !accounts?.complete) return undefined;
  const runs = chainOf(check.dockerfile, stage).some(({ instructions }) =>
    instructions.some(({ keyword }) => keyword === 'RUN'),
  );
  return runs || mayChangeAccounts(check, stage) ? undefined : accounts;
}

const isNumber = (text: string) => /^\d+$/.test(text);

export const isMissing = (name: string, { users }: Accounts) =>
  !isNumber(name) && !isRoot(name) && !users.some((user) => user.name === name);

function cannotStart({ name, group, root, said }: User, base: Base, accounts: Accounts): Trouble | undefined {
  if (!said || root) return undefined;
  const { range } = said.word;
  const here = whose(base);
  const fixes = [runAs(said.word.range, base, accounts)];
  if (isMissing(name, accounts)) {
    return { message: `${here} no user “${name}”, so the container does not start. ${cure(accounts)}`, range, fixes };
  }
  if (group && !isNumber(group) && !accounts.groups.includes(group)) {
    return { message: `${here} no group “${group}”, so the container does not start. ${cure(accounts)}`, range, fixes };
  }
  return undefined;
}

function wrongOwner(
  check: Check,
  stage: Stage,
  instruction: Instruction,
  user: User | undefined,
  base: Base,
  accounts: Accounts,
): Trouble | undefined {
  const { keyword } = instruction;
  const chown = keyword === 'COPY' || keyword === 'ADD' ? flag(instruction, 'chown') : undefined;
  if (!chown?.value || !chown.valueRange) return undefined;
  const written = { text: chown.value, value: chown.value, range: chown.valueRange };
  const [name = ''] = (expanded(check.dockerfile, stage, instruction, written) ?? '').split(':');
  if (name === '' || !isMissing(name, accounts)) return undefined;
  const number = user && !user.root && user.id ? `${user.id}:${user.id}` : undefined;
  return {
    message: `${whose(base)} no user “${name}”, so these files belong to root. Write the owner as a number.`,
    range: chown.valueRange,
    severity: 'warning',
    fixes: number
      ? [
          {
            title: `Give them to ${number}, as whom the container runs`,
            edits: [replace(chown.valueRange, number)],
          },
        ]
      : [],
  };
}

const whose = ({ reference, family }: Base) =>
  family === 'scratch' ? '“scratch” has no /etc/passwd, and so' : `“${reference}” has`;

const cure = ({ users: [first] }: Accounts) =>
  first ? `Its own is “${first.name}”: write ${first.number}.` : 'Write a number, which needs no entry there.';

function runAs(range: Trouble['range'], { family }: Base, { users: [first] }: Accounts): Fix {
  const number = first?.number ?? '65532:65532';
  const who = family === 'scratch' ? '' : `, whom the image calls ${first?.name}`;
  return {
    title: `Run as ${number}${who} (assumes that the application writes only where that user may)`,
    edits: [replace(range, number)],
  };
}
