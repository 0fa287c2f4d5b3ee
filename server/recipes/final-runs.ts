/** RUN in a stage that takes its files from elsewhere: often it does nothing that an image without a shell would need done. */
import { isFilesOnly } from '../facts/os-packages.ts';
import { type Draft, list, note } from './draft.ts';
import { type Effect, effectsOf } from './effects.ts';
import { healthCheckLoses, purposeOf, readInstall } from './packages.ts';
import { isInside } from './paths.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import { isAlone, type Step } from './subject.ts';

/**
 * Takes away each RUN of the stage, and of those that only it is built on, that leaves nothing which the program needs, and says why; one that stays keeps all before it, on which it
 * may rely, and decides on `draft.cut`. `isBuild` tells the commands that make the program: they stay.
 */
export function dropNeedlessRuns(draft: Draft, isBuild: (command: RunCommand) => boolean): void {
  const { subject, fates } = draft;
  const runs = subject.steps
    .slice(isAlone(subject) ? 0 : subject.inherited)
    .filter(({ instruction }) => instruction.keyword === 'RUN')
    .map((step) => ({ step, reasons: step.commands.some(isBuild) ? undefined : needless(draft, step) }));
  const last = runs.findLast(({ reasons }) => reasons === undefined);
  draft.cut = Math.max(subject.inherited - 1, last?.step.index ?? -1);
  for (const { step, reasons } of runs) {
    // A stage below is kept as it is, or without any RUN.
    if (!reasons || (step.index < subject.inherited ? last !== undefined : step.index <= draft.cut)) continue;
    fates[step.index] = 'gone';
    note(draft, 'change', step.line, `RUN is left out, because a distroless image has no shell to run it: ${reasons}.`);
    const others = installedIn(step).filter((name) => purposeOf(name, [], 'final', draft.provided) !== 'base');
    if (others.length > 0) {
      const are = others.length > 1 ? 'are' : 'is';
      note(
        draft,
        'assumption',
        step.line,
        `${list(others)} ${are} assumed not to be started by the program, and ${are} not in what ships.${healthCheckLoses(others, subject.steps)}`,
      );
    }
    const modes = step.commands.filter((command) => programOf(command) === 'chmod').map(({ words }) => words.at(-1)!);
    if (modes.length > 0) {
      const are = modes.length > 1 ? 'are' : 'is';
      note(draft, 'assumption', step.line, `${list(modes)} ${are} assumed to have the right mode without chmod.`);
    }
  }
}

const kept = new WeakMap<Step, readonly string[]>();

/** Each is asked for as often as packages are installed. */
function installedIn(step: Step): readonly string[] {
  const known = kept.get(step);
  if (known) return known;
  const made = step.commands.flatMap((command) => readInstall(command)?.names ?? []);
  kept.set(step, made);
  return made;
}

/** Why nothing of it is missed; undefined: something is. */
function needless(draft: Draft, step: Step): string | undefined {
  const reasons = new Set<string>();
  for (const command of step.commands) {
    for (const effect of effectsOf(command)) {
      const reason = reasonOf(draft, command, effect);
      if (reason === undefined) return undefined;
      reasons.add(reason);
    }
  }
  return reasons.size > 0 ? [...reasons].join(', and ') : 'it changes nothing that the program needs';
}

const makes = (command: RunCommand, path: string) =>
  effectsOf(command).some((it) => it.kind === 'folder' && isInside(path, it.path));

function reasonOf(draft: Draft, command: RunCommand, effect: Effect): string | undefined {
  const { steps, cwd } = draft.subject;
  const brought = steps.flatMap(({ copy, cwd: folder }) => [copy?.destination, folder]);
  switch (effect.kind) {
    case 'packages': {
      const all = steps.flatMap(installedIn);
      const { names, unclear } = effect.installed;
      const purposes = new Set(names.map((name) => purposeOf(name, all, 'final', draft.provided)));
      if (unclear || [...purposes].some((it) => isFilesOnly(it) || it === 'unknown' || it === 'tool')) return undefined;
      return purposes.size === 1 && purposes.has('base')
        ? `${names.some((name) => draft.provided?.test(name)) ? 'what ships' : 'the base'} has ${list(names)} already`
        : 'the program needs nothing that it installs';
    }
    case 'user':
    case 'group':
      return 'the base has a user without rights of its own';
    case 'owner':
      if (steps.some(({ commands }) => commands.some((it) => makes(it, effect.path))))
        return 'a folder is given to its owner where it is copied';
      return `what is in ${effect.path} belongs to root there, and the program only reads it`;
    case 'folder':
      return [...brought, cwd].some((path) => path !== undefined && isInside(effect.path, path))
        ? 'the folder is made by another line'
        : 'a folder for data is made where it is copied';
    case 'path':
      if (effect.path === '/etc/nsswitch.conf') return 'the base has that file';
      return programOf(command) === 'touch' && brought.includes(effect.path)
        ? 'the time at which a file was changed does not matter'
        : undefined;
    case 'certificates':
      return steps.some(
        ({ copy }) => copy?.destination !== undefined && isInside('/usr/local/share/ca-certificates', copy.destination),
      )
        ? undefined
        : 'the base has a list of trusted certificates';
    default:
      return undefined;
  }
}
