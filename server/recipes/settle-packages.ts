import { isFilesOnly, type PackagePurpose } from '../facts/os-packages.ts';
import { carryPackages, packagesToCarry } from './by-package.ts';
import { type Draft, decline, list, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { healthCheckLoses, type Installed, purposeOf, readInstall, removedGroup } from './packages.ts';

/**
 * Says what every package is for. What the program may need is carried along by package; where that cannot be, it is a reason. `taken` are those that
 * are accounted for; `place` says what the stage does.
 */
export function settlePackages(
  draft: Draft,
  taken: readonly string[] = [],
  place: 'builder' | 'final' = 'builder',
): void {
  const { steps } = draft.subject;
  const commands = steps.filter(({ index }) => draft.fates[index] !== 'gone').flatMap((step) => step.commands);
  const removed = new Set(commands.flatMap(removedGroup));
  const all = commands.flatMap((command) => readInstall(command)?.names ?? []);
  const carried = packagesToCarry(draft).filter(({ name }) => !taken.includes(name));
  const accounted = [...taken, ...carried.map(({ name }) => name)];
  for (const command of commands) {
    for (const effect of effectsOf(command)) {
      if (effect.kind === 'packages')
        packages(draft, accounted, command.line, effect.installed, { removed, all, place });
    }
  }
  carryPackages(draft, carried);
}

interface PackageSetting {
  readonly removed: ReadonlySet<string>;
  readonly all: readonly string[];
  readonly place: 'builder' | 'final';
}

function packages(
  draft: Draft,
  taken: readonly string[],
  line: number,
  installed: Installed,
  { removed, all, place }: PackageSetting,
): void {
  if (installed.unclear) {
    const what = installed.unclear === 'input' ? 'what another command prints' : 'a variable';
    decline(draft, line, `Which packages this installs depends on ${what}. Write their names out.`);
    return;
  }
  const grouped = installed.group !== undefined && removed.has(installed.group);
  const purposes = installed.names
    .filter((name) => !taken.includes(name))
    .map((name) => ({ name, purpose: grouped ? 'build' : purposeOf(name, all, place, draft.provided) }));
  const of = (matches: (purpose: PackagePurpose) => boolean) =>
    purposes.filter(({ purpose }) => matches(purpose)).map(({ name }) => name);
  const unknown = of((it) => isFilesOnly(it) || it === 'unknown' || it === 'tool');
  if (unknown.length > 0) {
    decline(
      draft,
      line,
      `${list(unknown)} may be needed while the program runs, and distroless images cannot install packages. Leave ${unknown.length > 1 ? 'them' : 'it'} out if nothing needs ${unknown.length > 1 ? 'them' : 'it'}; otherwise keep the full base.`,
    );
  }
  const inBase = of((it) => it === 'base');
  if (inBase.length > 0)
    note(
      draft,
      'change',
      line,
      `${list(inBase)}: the distroless base has ${inBase.length > 1 ? 'these' : 'this'} already.`,
    );
  for (const [names, purpose] of [
    [of((it) => it === 'build'), 'serve the build only'],
    [of((it) => it === 'people'), 'be for people who look into the container'],
  ] as const) {
    if (names.length === 0) continue;
    const are = names.length > 1 ? 'are' : 'is';
    const lost = grouped ? '' : healthCheckLoses(names, draft.subject.steps);
    note(
      draft,
      'assumption',
      line,
      `${list(names)} ${are} assumed to ${purpose}, and ${are} not in what ships.${lost}`,
    );
  }
}
