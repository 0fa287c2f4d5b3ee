/** The packages of the operating system that a build installs, and what they are for. */
import { needsMoreThanLibraries, type PackagePurpose, purposeOfOsPackage } from '../facts/os-packages.ts';
import { isDevelopmentPackage } from '../facts/tools.ts';
import { isKnown, MORE, programOf, type RunCommand } from './run-commands.ts';
import type { Step } from './subject.ts';

export interface Installed {
  readonly manager: 'apt' | 'apk' | 'other';
  /** Without versions. */
  readonly names: readonly string[];
  /** A name that hangs on a variable, or on what xargs reads. */
  readonly unclear: false | 'variable' | 'input';
  /** `apk add --virtual NAME`: a group that can be removed as one. */
  readonly group: string | undefined;
}

/** Undefined: not a package manager. Without names: it installs nothing. */
export function readInstall(command: RunCommand): Installed | undefined {
  const manager = MANAGERS[programOf(command)];
  if (!manager) return undefined;
  // A variable may hold several names.
  const given = command.words.slice(1).flatMap((word) => word.split(/\s+/).filter((part) => part !== ''));
  const verb = given.find((word) => !word.startsWith('-'));
  const nothing: Installed = { manager, names: [], unclear: false, group: undefined };
  if (verb !== 'install' && verb !== 'add') return nothing;
  const names: string[] = [];
  let group: string | undefined;
  let unclear: Installed['unclear'] = false;
  const rest = given.slice();
  rest.splice(rest.indexOf(verb), 1);
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i]!;
    if (word === '--virtual' || word === '-t' || word === '--target-release') {
      if (manager === 'apk') group = rest[i + 1];
      i++;
    } else if (word.startsWith('--virtual=')) group = word.slice('--virtual='.length);
    else if (word === '-X' || word === '--repository' || word === '-o' || word === '-c' || word === '-p') i++;
    else if (word.startsWith('-')) continue;
    else if (!isKnown(word.replace(/[=~<>].*$/, ''))) unclear = word === MORE ? 'input' : 'variable';
    else names.push(word.replace(/[=~<>@/:].*$/, ''));
  }
  return { manager, names: names.filter((name) => !name.startsWith('.')), unclear, group };
}

/** Groups that `apk del NAME` takes away again. */
export function removedGroup(command: RunCommand): readonly string[] {
  return programOf(command) === 'apk' ? removedNames(command) : [];
}

/** Packages, and groups of them, that are taken away again. */
export function removedNames(command: RunCommand): readonly string[] {
  const verb = command.words.findIndex((word) => /^(del|remove|purge|autoremove)$/.test(word));
  return MANAGERS[programOf(command)] && verb > 0 ? command.words.slice(verb + 1) : [];
}

const MANAGERS: Readonly<Record<string, 'apt' | 'apk' | 'other' | undefined>> = {
  apt: 'apt',
  'apt-get': 'apt',
  aptitude: 'apt',
  apk: 'apk',
  dnf: 'other',
  microdnf: 'other',
  yum: 'other',
  zypper: 'other',
};

/**
 * `place`: in a builder what a program may start, or load, is there for the build like everything else that is not unknown. `others` are all
 * that the file installs: with a compiler, Python is there for node-gyp; without one, for the program.
 */
export function purposeOf(
  name: string,
  others: readonly string[],
  place: 'builder' | 'final' = 'builder',
  provided?: RegExp,
): PackagePurpose {
  if (provided?.test(name)) return 'base';
  if (PYTHON.test(name)) return others.some((other) => COMPILER.test(other)) ? 'build' : 'unknown';
  const purpose = purposeOfOsPackage(name);
  if (place === 'final') return purpose === 'fetch' ? 'people' : purpose;
  return purpose === 'tool' || purpose === 'fetch' ? 'build' : purpose;
}

/** What to say of a program that no line of the stage calls: it may be there for a check in another file. */
export function healthCheckLoses(names: readonly string[], steps: readonly Step[]): string {
  if (steps.some(({ instruction }) => instruction.keyword === 'HEALTHCHECK')) return '';
  const isCalled = (name: string) => steps.some(({ commands }) => commands.some((it) => programOf(it) === name));
  const lost = names.some((name) => /^(curl|wget)$/.test(name) && !isCalled(name));
  return lost ? ' A health check outside of this file, such as in a compose file, cannot call it.' : '';
}

const PYTHON = /^(python[23]?|python-is-python3|python3?-(dev|minimal|distutils|setuptools)|py3-setuptools)$/;

/** Headers of interpreters are for extensions of theirs, and not for programs of other languages. */
const EMBEDDED = /^(ruby|perl|php|python|lua|tcl|tk|nodejs|guile|ocaml|ghc)[\d.]*-(dev|devel)$/;

/** What brings a C compiler. */
export const COMPILER = /^(gcc|g\+\+|clang|build-base|build-essential|alpine-sdk|musl-dev|libc-dev|libc6-dev)(-\d+)?$/;

/** Packages with shared libraries, and with their headers: what a compiler links to, the builder can collect. */
export function librariesIn(commands: readonly RunCommand[]): readonly string[] {
  const names = commands.flatMap((command) => readInstall(command)?.names ?? []);
  const isLibrary = (name: string) => {
    // Whatever else a file may hold: these names become patterns.
    if (!/^[a-z0-9][a-z0-9+.-]*$/.test(name)) return false;
    const purpose = purposeOfOsPackage(name);
    if (needsMoreThanLibraries(name)) return false;
    if (purpose === 'library') return true;
    if (purpose !== 'unknown' || EMBEDDED.test(name)) return false;
    return isDevelopmentPackage(name) || /^lib[a-z0-9.+-]+$|-libs$/.test(name);
  };
  return [...new Set(names)].filter(isLibrary);
}
