/** COPY and ADD lines that belong into the final stage, and what has to change in them there. */
import { accountsOf } from '../facts/accounts.ts';
import { type Draft, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { isInside, isSystemFolder, nameOf } from './paths.ts';
import type { Step } from './subject.ts';

/**
 * A line for the final stage: moved there, or repeated where the builder needs it too. `isFolder`: what it copies to is a folder, although
 * it does not end in a slash.
 */
export function shipFiles(
  draft: Draft,
  step: Step,
  keepInBuilder = isReadLater(draft, step),
  isFolder = isMadeBefore(draft, step),
): void {
  const { cut, fates, subject } = draft;
  fates[step.index] = step.index <= cut && keepInBuilder ? 'both' : 'final';
  if (step.index <= cut && fates[step.index] === 'final') {
    note(draft, 'change', step.line, 'This is copied into the stage that ships, where it is read.');
  }
  withoutOwner(draft, step);
  const word = step.instruction.args.at(-1);
  const { destination, intoFolder } = step.copy!;
  if (!word || destination === undefined) return;
  const inFinal = lastWorkdir(draft, step) ? finalFolder(draft, step) : (draft.folder ?? folderOfBase(draft));
  const isAbsolute = (subject.variables.expand(word.text, step.instruction) ?? word.value).startsWith('/');
  const isMoved = !isAbsolute && step.cwd !== inFinal;
  if (!isMoved && !isFolder) return;
  const quoted = word.text.startsWith('"');
  const given = isMoved ? destination : quoted ? word.value : word.text;
  const path = (intoFolder || isFolder) && given !== '/' ? `${given}/` : given;
  draft.edits.push({ range: word.range, newText: quoted ? JSON.stringify(path) : path });
  if (isFolder && !isMoved)
    note(draft, 'change', step.line, `${given} ends in a slash now: it is a folder, which no line makes before.`);
}

/** A RUN that is not in the final stage makes the folder into which this copies. */
function isMadeBefore({ subject, fates, cut }: Draft, step: Step): boolean {
  const { destination, intoFolder } = step.copy ?? {};
  if (destination === undefined || intoFolder || destination === step.cwd) return false;
  return subject.steps.some(
    ({ commands, index }) =>
      index < step.index &&
      (index <= cut || fates[index] === 'gone') &&
      commands.some((command) =>
        effectsOf(command).some((it) => it.kind === 'folder' && isInside(destination, it.path)),
      ),
  );
}

/** Where the new base starts when nothing says otherwise; Google's `:nonroot` in the home of its user. */
export const folderOfBase = ({ base }: Draft): string => (base ? base.workdir || '/' : '/home/nonroot');

function lastWorkdir({ subject }: Draft, step: Step): Step | undefined {
  return subject.steps.findLast(({ index, instruction }) => index < step.index && instruction.keyword === 'WORKDIR');
}

/** The working directory at the place where the line comes to stand. */
function finalFolder(draft: Draft, step: Step): string | undefined {
  const { subject, cut } = draft;
  if (step.index > cut) return step.cwd;
  const last = subject.steps.findLast(({ index, instruction }) => index <= cut && instruction.keyword === 'WORKDIR');
  return last ? (subject.steps[last.index + 1]?.cwd ?? subject.cwd) : folderOfBase(draft);
}

/** True when a RUN after it, still in the builder, speaks of where it puts something. */
function isReadLater({ subject, cut }: Draft, step: Step): boolean {
  const destination = step.copy?.destination ?? '';
  const names = [
    destination,
    ...(step.copy?.sources ?? []).map((source) => nameOf(`/${source.replace(/(?<!\/)\/+$/, '')}`)),
  ];
  const wanted = names.filter((name) => name !== '' && !isSystemFolder(name) && name !== '/');
  return subject.steps.some(
    ({ index, commands }) =>
      index > step.index &&
      index <= cut &&
      commands.some(({ words }) => words.some((word) => wanted.some((name) => word.includes(name)))),
  );
}

/** Names of users are not known to the base; what it does not need to write belongs to root. */
function withoutOwner(draft: Draft, step: Step): void {
  const flag = step.instruction.flags.find(({ name }) => name === 'chown');
  const owner = draft.subject.variables.expand(flag?.value ?? '', step.instruction) ?? flag?.value ?? '';
  const own = draft.base && accountsOf(draft.base);
  const isKnown = (name: string) => /^\d+$/.test(name) || name === 'root' || own?.users.some((it) => it.name === name);
  if (!flag || owner.split(':').every(isKnown)) return;
  const { user } = draft;
  if (flag.valueRange && user?.owner !== undefined && user.name !== '' && owner.replace(/:.*/, '') === user.name) {
    draft.edits.push({ range: flag.valueRange, newText: user.owner });
    const message = `--chown=${owner} is written as ${user.owner}, the number that “${user.name}” is now: the base does not know the name.`;
    note(draft, 'change', step.line, message);
    return;
  }
  const { start } = flag.range;
  const next = step.instruction.flags.find(({ range }) => isAfter(range.start, start)) ?? step.instruction.args[0];
  if (!next) return;
  draft.edits.push({ range: { start, end: next.range.start }, newText: '' });
  note(
    draft,
    'change',
    step.line,
    `--chown=${owner} is left out: the base does not know that name, and the program only reads these files.`,
  );
}

function isAfter(a: { line: number; character: number }, b: { line: number; character: number }): boolean {
  return a.line > b.line || (a.line === b.line && a.character > b.character);
}
