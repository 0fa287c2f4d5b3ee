/** The user that the final image runs as: by number, for the new base knows few names. Google's `:nonroot` images know root, nobody (65534) and nonroot (65532). */

import { wordsIn } from '../dockerfile/run-scripts.ts';
import { variablesUsed } from '../dockerfile/variables-used.ts';
import { isRoot } from '../dockerfile/writing.ts';
import { type Account, accountsOf } from '../facts/accounts.ts';
import { type Draft, decline, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { keyword } from './layout.ts';
import { isInside } from './paths.ts';
import { lastStep, type Step, type Subject } from './subject.ts';

/** `owner` is for what the program writes; undefined when it runs as root, which may write everywhere. */
export interface RunsAs {
  readonly owner: string | undefined;
}

const NONROOT: Account = { name: 'nonroot', number: '65532:65532' };

/** The one without rights that the new base sets. */
const accountOf = ({ base }: Draft): Account => (base && accountsOf(base)?.users[0]) ?? NONROOT;

const uidOf = ({ number }: Account): string => number.replace(/:.*/, '');

/** The number of a name that the new base, or every image, has. */
const known = (account: Account, name: string): string | undefined =>
  name === account.name
    ? account.number
    : name === 'nobody'
      ? '65534:65534'
      : name === NONROOT.name
        ? NONROOT.number
        : undefined;

/** Decides on every USER of the stage. `draft.cut` must be known. */
export function settleUser(draft: Draft): RunsAs {
  const runsAs = decide(draft);
  const word = lastStep(draft.subject, 'USER')?.instruction.args[0]?.value ?? '';
  draft.user = { name: word.replace(/:.*/, ''), owner: runsAs.owner };
  byNumber(draft);
  return runsAs;
}

/** A cluster cannot tell of a name that it is not root's, so what a base names is given by its number. */
function byNumber(draft: Draft): void {
  const { subject, base, fates } = draft;
  const own = subject.steps.some(
    ({ instruction, index }) => instruction.keyword === 'USER' && (fates[index] === 'final' || fates[index] === 'both'),
  );
  if (own || !base?.user || isRoot(base.user) || /^\d/.test(base.user)) return;
  const { number } = accountOf(draft);
  draft.settings.push(`${keyword(subject, 'USER')} ${number}`);
  note(
    draft,
    'change',
    subject.stage.from.range.start.line,
    `USER ${number} is added: “${base.reference}” names its user “${base.user}”, and of a name a cluster cannot tell that it is not root’s.`,
  );
}

function decide(draft: Draft): RunsAs {
  const { subject, fates, cut } = draft;
  const account = accountOf(draft);
  const users = subject.steps.filter(({ instruction }) => instruction.keyword === 'USER');
  const last = users.at(-1);
  for (const step of users) if (step.index > cut) fates[step.index] = 'gone';
  const line = last?.line ?? subject.stage.from.range.start.line;
  const word = last?.instruction.args[0];
  const user = last && word && subject.variables.expand(word.text, last.instruction);
  if (last && (user === undefined || user === '')) {
    decline(
      draft,
      line,
      `Which user “${word?.text ?? ''}” is depends on a build argument. Write the user as a number.`,
    );
    return { owner: undefined };
  }
  const [name = '', group = ''] = (user ?? '').split(':');
  if (!last || (isRoot(name) && last.index <= cut)) {
    note(
      draft,
      'change',
      line,
      `The container no longer runs as root, but as user ${uidOf(account)}${draft.base?.family === 'scratch' ? ` (USER ${account.number})` : ` (“${account.name}”), which the base sets`}. ${WRITES}`,
    );
    return { owner: account.number };
  }
  if (isRoot(name)) {
    keep(draft, last);
    note(
      draft,
      'risk',
      line,
      `The container still runs as root, because USER says so. Remove the line to run as the base’s user ${uidOf(account)}.`,
    );
    return { owner: undefined };
  }
  const number = numberOf(subject, account, name, group);
  if (number === user) {
    keep(draft, last);
    if (name === uidOf(account)) return { owner: account.number };
    note(
      draft,
      'assumption',
      line,
      `The container runs as user ${number}, as before. The base has no name for that number, and nothing is assumed to look one up.`,
    );
    return { owner: number };
  }
  if (number !== undefined) {
    replaceUser(draft, last, number);
    note(
      draft,
      'change',
      line,
      known(account, name) !== undefined
        ? `“${user}” is written as its number, ${number}: clusters that refuse root cannot tell it by a name.`
        : `The base does not know the name “${user}”, so USER is the number that this file gives it: ${number}.`,
    );
    return { owner: number };
  }
  // A line that is explained in a comment stays, so that the comment still has what it explains.
  if (last.top < last.line) replaceUser(draft, last, account.number);
  else fates[last.index] = runsAfter(draft, last) ? 'build' : 'gone';
  note(
    draft,
    'change',
    line,
    name === account.name
      ? `The container runs as user ${uidOf(account)}, which is “${name}” in the base; the one that this file makes has another number. Where a volume holds files of the old user, give them to ${uidOf(account)}.`
      : `The container runs as user ${uidOf(account)} (“${account.name}”) of the base, which does not know the name “${user}”. Where a volume holds files of the old user, give them to ${uidOf(account)}.`,
  );
  const home = `/home/${name}`;
  if (subject.cwd !== undefined && isInside(home, subject.cwd)) {
    note(
      draft,
      'risk',
      line,
      `“${user}” could write to its home, ${home}. What the program writes now has to be in a folder of ${uidOf(account)}, or in /tmp.`,
    );
  }
  return { owner: account.number };
}

/** /root is closed to everybody else in Google's images. */
export function reachable(draft: Draft, paths: readonly string[], { owner }: RunsAs): void {
  if (owner === undefined) return;
  const { subject } = draft;
  const closed = [subject.cwd, ...paths].find((path) => path !== undefined && isInside('/root', path));
  if (closed === undefined) return;
  if (leavesHome(draft, paths)) return;
  const place = subject.steps.findLast(({ instruction }) => instruction.keyword === 'WORKDIR');
  const line =
    (closed === subject.cwd ? place : undefined)?.line ??
    lastStep(subject, 'ENTRYPOINT')?.line ??
    lastStep(subject, 'CMD')?.line ??
    0;
  decline(
    draft,
    line,
    `${closed} cannot be reached without root in the base, where only root may enter /root. Use another folder, such as /app.`,
  );
}

/** A stage that is kept and says its folder once, with everything else relative to it, is moved out of /root as it stands. */
function leavesHome(draft: Draft, paths: readonly string[]): boolean {
  const { subject, cut } = draft;
  const inHome = (path: string | undefined) => path !== undefined && isInside('/root', path);
  if (cut >= subject.inherited || subject.stage.parent.kind === 'stage') return false;
  const [place, ...others] = subject.steps.filter(
    ({ instruction }) =>
      instruction.keyword === 'WORKDIR' ||
      variablesUsed(instruction, subject.dockerfile.escape).has('HOME') ||
      wordsIn(instruction).some((word) => /(^|[=:,])(~|\/root(\/|$))/.test(word)),
  );
  const word = place?.instruction.args[0];
  const absolute = [...paths].some((path) => inHome(path) && !inHome(subject.cwd));
  if (!word || others.length > 0 || absolute || !/^\/root\/?[\w./-]*$/.test(word.value)) return false;
  const path = word.value.replace(/^\/root\/?/, '/app/').replace(/(?<!\/)\/+$/, '');
  draft.edits.push({ range: word.range, newText: path });
  note(
    draft,
    'change',
    place!.line,
    `${word.value} is closed to all but root in the base, so the folder is ${path}. Whatever is mounted there has to move along.`,
  );
  return true;
}

const WRITES = 'What it writes has to be in a folder of that user, or in /tmp.';

/** USER in the builder serves the RUNs after it. */
function runsAfter({ subject, cut }: Draft, step: Step): boolean {
  return subject.steps.some(
    ({ index, instruction }) => index > step.index && index <= cut && instruction.keyword === 'RUN',
  );
}

function keep(draft: Draft, step: Step): void {
  draft.fates[step.index] = step.index <= draft.cut && runsAfter(draft, step) ? 'both' : 'final';
}

function replaceUser(draft: Draft, step: Step, number: string): void {
  keep(draft, step);
  draft.edits.push({ range: step.instruction.args[0]!.range, newText: number });
}

/** What `useradd -u` gave the name, or the number itself; undefined where the system chose. */
function numberOf(subject: Subject, account: Account, name: string, group: string): string | undefined {
  const effects = subject.steps.flatMap(({ commands }) => commands.flatMap(effectsOf));
  const gidOf = (wanted: string) =>
    /^\d+$/.test(wanted) ? wanted : effects.findLast((it) => it.kind === 'group' && it.name === wanted && it.gid);
  const number = (found: ReturnType<typeof gidOf>) =>
    typeof found === 'string' ? found : found?.kind === 'group' ? found.gid : undefined;
  if (/^\d+$/.test(name)) {
    if (group === '' || /^\d+$/.test(group)) return group === '' ? name : `${name}:${group}`;
    const gid = number(gidOf(group));
    return gid === undefined ? undefined : `${name}:${gid}`;
  }
  const made = effects.findLast((it) => it.kind === 'user' && it.name === name);
  if (!made && known(account, name) !== undefined && (group === '' || group === name)) return known(account, name);
  if (made?.kind !== 'user' || made.uid === undefined || !/^\d+$/.test(made.uid) || /^0+$/.test(made.uid))
    return undefined;
  const wanted = group || made.group;
  const gid = wanted === undefined ? made.uid : (number(gidOf(wanted)) ?? (wanted === name ? made.uid : undefined));
  return gid === undefined ? undefined : `${made.uid}:${gid}`;
}
