/** What the package managers of Node.js do: installs, scripts, and what package.json says of them. */
import { leadingAssignments } from '../dockerfile/shell-parts.ts';
import { asExec } from '../dockerfile/shell-words.ts';
import { operands } from './effects.ts';
import { nameOf } from './paths.ts';
import { programOf, type RunCommand } from './run-commands.ts';

export type Manager = 'npm' | 'yarn' | 'pnpm' | 'bun';

export interface Install {
  readonly manager: Manager;
  /** Development dependencies are left out. */
  readonly production: boolean;
  readonly global: boolean;
  /** Packages named in the command. */
  readonly packages: readonly string[];
}

const WITH_VALUE = [
  '--prefix',
  '-C',
  '--registry',
  '--loglevel',
  '--cache',
  '--network-timeout',
  '--omit',
  '--include',
  '--filter',
  '--dir',
  '-w',
  '--workspace',
  '--network-concurrency',
  '--maxsockets',
  '--fetch-timeout',
];

/** Undefined: the command installs nothing. */
export function readInstallOf(command: RunCommand): Install | undefined {
  const manager = managerOf(programOf(command));
  if (!manager) return undefined;
  const given = command.words.slice(1);
  const [verb, ...rest] = operands(given, WITH_VALUE);
  const isGlobal = given.includes('-g') || given.includes('--global') || (manager === 'yarn' && verb === 'global');
  const installs =
    verb === undefined
      ? manager === 'yarn'
      : /^(install|ci|i|add|clean-install|ic|isntall|global|install-clean|cit)$/.test(verb);
  if (!installs) return undefined;
  const packages = verb === 'global' ? rest.slice(1) : rest;
  const text = given.join(' ');
  const production =
    /--omit[= ]dev\b|--production\b(?!=false)|--only[= ]prod(uction)?\b|--prod\b(?!=false)|(^|\s)-P\b/.test(text);
  return { manager, production: production && !/--include[= ]dev\b/.test(text), global: isGlobal, packages };
}

function managerOf(program: string): Manager | undefined {
  return program === 'npm' || program === 'yarn' || program === 'pnpm' || program === 'bun' ? program : undefined;
}

/** Everything that Node.js and its tools do, they do in the folder in which they run. */
export function isNodeCommand(command: RunCommand): boolean {
  return /^(npm|npx|yarn|yarnpkg|pnpm|pnpx|node|nodejs|corepack|tsc|vite|webpack|esbuild|ng|nest|next|turbo|nx|prisma|rollup|gulp|grunt|babel|bun)$/.test(
    programOf(command),
  );
}

/** The script that `npm start`, `yarn run x` and the like name, with what is given to it. */
export function scriptNamed(
  words: readonly string[],
): { readonly name: string; readonly given: readonly string[] } | undefined {
  const manager = managerOf(nameOf(`/${words[0] ?? ''}`));
  if (!manager || manager === 'bun') return undefined;
  const [verb, ...rest] = words
    .slice(1)
    .filter((word) => !/^(-s|-q|--silent|--quiet|--loglevel=\S+|--production|--no-update-notifier)$/.test(word));
  if (verb === undefined) return undefined;
  if (/^(run|run-script|rum|urn)$/.test(verb)) {
    const [name, ...given] = rest;
    return name === undefined ? undefined : { name, given: given[0] === '--' ? given.slice(1) : given };
  }
  if (verb === 'start' || (manager !== 'npm' && !verb.startsWith('-'))) {
    return { name: verb, given: rest[0] === '--' ? rest.slice(1) : rest };
  }
  return undefined;
}

export interface PackageJson {
  readonly scripts: ReadonlyMap<string, string>;
  readonly dependencies: readonly string[];
  readonly hasDevDependencies: boolean;
  /** `pnpm@10.1.0`, as corepack reads it. */
  readonly packageManager: string | undefined;
}

/** Undefined: it is not JSON. */
export function readPackageJson(json: string): PackageJson | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  const strings = (key: string): ReadonlyMap<string, string> => {
    const value = parsed && typeof parsed === 'object' ? (parsed as Readonly<Record<string, unknown>>)[key] : undefined;
    if (!value || typeof value !== 'object') return new Map();
    return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  };
  return {
    scripts: strings('scripts'),
    dependencies: [...strings('dependencies').keys(), ...strings('optionalDependencies').keys()],
    hasDevDependencies: strings('devDependencies').size > 0,
    packageManager: text(parsed, 'packageManager'),
  };
}

function text(parsed: unknown, key: string): string | undefined {
  const value = parsed && typeof parsed === 'object' ? (parsed as Readonly<Record<string, unknown>>)[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** A script as the words that it runs and what it sets before; undefined where only a shell can run it. */
export function scriptWords(
  script: string,
): { readonly words: readonly string[]; readonly set: readonly string[] } | undefined {
  const { set, rest } = leadingAssignments(script.replace(/^\s*cross-env\s+/, ''));
  const words = asExec({ kind: 'shell', text: rest });
  return words && { words, set };
}
