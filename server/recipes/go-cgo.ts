/** Whether a Go program holds C code, and what that means for the base. */
import { findBase } from '../bases/find.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { cgoModules } from '../facts/cgo-modules.ts';
import { leaveAlpine } from './alpine.ts';
import { addBefore, type Draft, decline, list, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { assumesRelease } from './glibc.ts';
import type { GoBuild } from './go-build.ts';
import { RELEASE } from './google.ts';
import { keyword } from './layout.ts';
import { COMPILER, readInstall } from './packages.ts';
import { pinRelease } from './pin-release.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import type { Step, Subject } from './subject.ts';

export interface BuildStep {
  /** The stage in which it runs. */
  readonly subject: Subject;
  readonly step: Step;
  readonly command: RunCommand;
  /** Undefined for `make` and the like. */
  readonly build: GoBuild | undefined;
}

export type Cgo =
  /** `said`: the file says so for every build. */
  { readonly kind: 'off'; readonly said: boolean } | { readonly kind: 'on'; readonly image: 'static' | 'base' | 'cc' };

/** Of the programs of one stage. `modules` are those that go.mod requires; undefined when it could not be read. Undefined: declined. */
export function settleCgo(
  draft: Draft,
  subject: Subject,
  builds: readonly BuildStep[],
  modules: readonly string[] | undefined,
): Cgo | undefined {
  const isMusl = subject.base?.os?.libc === 'musl';
  const pie = builds.find(({ build }) => build?.flags.includes('-buildmode=pie'));
  if (pie) {
    decline(
      draft,
      pie.command.line,
      '“-buildmode=pie” makes a program that needs a loader, which Google’s static image has not. Leave the flag out.',
    );
    return undefined;
  }
  const said = builds.map((build) => ({ command: build.command, value: settingOf(build) }));
  const on = said.find(({ value }) => value === '1');
  if (!on && said.length > 0 && said.every(({ value }) => value === '0')) return { kind: 'off', said: true };
  const flagged = builds.find(({ build }) =>
    build?.flags.some((flag) => /^-(race|msan|asan)$|^-buildmode=(c-|plugin|shared)|linkmode[= ]external/.test(flag)),
  );
  const known = (modules ?? []).filter((name) => cgoModules.has(name));
  const compiler = compilerIn(subject);
  const line = on?.command.line ?? flagged?.command.line ?? compiler?.line ?? builds[0]?.command.line ?? 0;
  const wanted = on !== undefined || flagged !== undefined || (known.length > 0 && (!isMusl || compiler !== undefined));
  if (!wanted && !(compiler && modules === undefined)) return { kind: 'off', said: false };
  const why = on
    ? 'CGO_ENABLED=1 asks for C code'
    : flagged
      ? 'the flags ask for C code'
      : known.length > 0
        ? `${list(known)} ${known.length > 1 ? 'hold' : 'holds'} C code`
        : `${list([compiler!.name])} is installed, so the program may hold C code`;
  if (builds.every(({ build }) => build?.flags.some((flag) => /extldflags.*-static/.test(flag)))) {
    note(
      draft,
      'assumption',
      line,
      `${capital(why)}; “-static” is assumed to link all of it in, so that nothing of the builder is needed.`,
    );
    return { kind: 'on', image: 'static' };
  }
  const cure = 'Set CGO_ENABLED=0 if it works without';
  if (isMusl && linkStatically(draft, subject, builds)) {
    note(
      draft,
      'change',
      line,
      `${capital(why)}, and would be linked to Alpine’s C library (musl), which the base has not. GOFLAGS has it linked in, so that nothing of Alpine is needed.`,
    );
    return { kind: 'on', image: 'static' };
  }
  const forMusl = builds.some(({ build }) => build?.flags.some((flag) => /^-tags=.*\bmusl\b/.test(flag)));
  if (isMusl && !forMusl && toDebian(draft, subject, why)) return { kind: 'on', image: 'cc' };
  if (isMusl) {
    decline(
      draft,
      line,
      `${capital(why)}, and would be linked to Alpine’s C library (musl), which Google’s images have not. ${cure}; otherwise build on a Debian-based golang image.`,
    );
    return undefined;
  }
  const release = Number(/^debian(\d+)$/.exec(subject.base?.os?.id ?? '')?.[1]);
  if (Number.isNaN(release) && !assumesRelease(draft, subject)) {
    decline(
      draft,
      line,
      `${capital(why)}, and which C library “${subject.stage.image?.value}” links it to is not known. ${cure}; otherwise name the Debian release in the tag (golang:1.27-trixie).`,
    );
    return undefined;
  }
  if (release > RELEASE) {
    decline(
      draft,
      line,
      `${capital(why)}, and Debian ${release} of the builder is newer than Debian ${RELEASE} of Google’s images. ${cure}; otherwise build on Debian ${RELEASE}.`,
    );
    return undefined;
  }
  const image = known.length > 0 && !on && known.every((name) => cgoModules.get(name) === 'c') ? 'base' : 'cc';
  note(
    draft,
    'change',
    line,
    `${capital(why)}, so the base has the C library${image === 'cc' ? ' and the C++ one' : ''}.`,
  );
  pinRelease(draft, subject);
  return { kind: 'on', image };
}

/**
 * musl can be linked in whole, as glibc cannot. False where other libraries are, of which Alpine has no static files unless asked, and where
 * flags of the file's own would take the place of these.
 */
function linkStatically(draft: Draft, subject: Subject, builds: readonly BuildStep[]): boolean {
  const installed = subject.steps.flatMap(({ commands }) => commands.flatMap((it) => readInstall(it)?.names ?? []));
  const foreign = installed.some((name) => name.endsWith('-dev') && !/^(musl|libc|linux-headers)-dev$/.test(name));
  const flagged = builds.some(
    ({ build, step, command }) =>
      !build ||
      build.flags.some((flag) => flag.startsWith('-ldflags')) ||
      command.env.has('GOFLAGS') ||
      subject.variables.likely('GOFLAGS', step.instruction) !== undefined,
  );
  const [major = 1, minor = 15] = (subject.base?.runtime?.version ?? '').split('.').filter(Boolean).map(Number);
  const [first] = builds;
  // Quotes in GOFLAGS are understood from Go 1.15 on.
  if (foreign || flagged || !first || major < 1 || minor < 15) return false;
  addBefore(
    draft,
    first.step,
    `${keyword(draft.subject, 'ENV')} GOFLAGS="'-ldflags=-linkmode=external -extldflags=-static'"`,
  );
  return true;
}

/** Where other libraries are in it: the builder moves to the Debian of the same Go, and takes their packages along. */
function toDebian(draft: Draft, { dockerfile, stage }: Subject, why: string): boolean {
  const root = rootStage(dockerfile, stage);
  const [, plain = ''] = /^(.+)[-:]alpine[\d.]*$/.exec(root.image?.text ?? '') ?? [];
  const base = plain.includes('$') ? undefined : findBase(plain);
  const { id = '', codename } = base?.os ?? {};
  const release = Number(/^debian(\d+)$/.exec(id)?.[1]);
  if (base?.name !== 'golang' || codename === undefined || !(release <= RELEASE)) return false;
  const image = `${plain}${base.tag === undefined ? ':' : '-'}${codename}`;
  leaveAlpine(draft, new Map([[root, image]]));
  note(
    draft,
    'change',
    root.from.range.start.line,
    `The build moves to “${image}”, which is Debian: ${why}, and Alpine’s C library (musl), to which it would be linked with the rest, is not that of Google’s images.`,
  );
  return true;
}

/** What CGO_ENABLED is when the command runs: set for it, by ENV, or by the default of an ARG. */
function settingOf({ subject, step, command }: BuildStep): string | undefined {
  const given = command.words.find((word) => word.startsWith('CGO_ENABLED='))?.slice('CGO_ENABLED='.length);
  return given ?? command.env.get('CGO_ENABLED') ?? subject.variables.likely('CGO_ENABLED', step.instruction);
}

function compilerIn(subject: Subject): { readonly name: string; readonly line: number } | undefined {
  for (const { commands } of subject.steps) {
    for (const command of commands) {
      for (const effect of effectsOf(command)) {
        if (effect.kind !== 'packages') continue;
        const name = effect.installed.names.find((it) => COMPILER.test(it));
        if (name) return { name, line: command.line };
      }
    }
  }
  return undefined;
}

/** Commands that build the program by a recipe of their own. */
export const isMaker = (command: RunCommand): boolean => /^(make|mage|task|just)$/.test(programOf(command));

/** True for commands that need cgo to be on, such as `go test -race`. */
export function needsCgo(command: RunCommand): boolean {
  return programOf(command) === 'go' && command.words.includes('-race');
}

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
