/** What `cargo build` and `cargo install` write, as far as their words and Cargo.toml tell (The Cargo Book: cargo-build, cargo-install, build cache). */
import { isKnown, programOf, type RunCommand } from './run-commands.ts';

export interface CargoBuild {
  readonly command: RunCommand;
  readonly verb: 'build' | 'install' | 'run';
  /** As given; undefined: that of the machine that builds. */
  readonly target: string | undefined;
  /** `release`, `debug` or that of a profile. */
  readonly profile: string;
  readonly targetDir: string | undefined;
  /** `--manifest-path`, or `--path` of an install. */
  readonly manifest: string | undefined;
  readonly packages: readonly string[];
  readonly bins: readonly string[];
  readonly examples: readonly string[];
  /** `--root` of an install. */
  readonly root: string | undefined;
  /** Crates of a registry that an install names. */
  readonly crates: readonly string[];
  /** After `--`, of a run. */
  readonly given: readonly string[];
}

const WITH_VALUE = new Set(
  '-p --package --exclude --bin --example --test --bench -F --features --target --profile --target-dir --manifest-path --path --root --git --branch --tag --rev --version --vers --registry --index -j --jobs --config -Z --color --message-format --out-dir --artifact-dir --lockfile-path'.split(
    ' ',
  ),
);

/** `variable` gives what an environment variable holds where the command runs. */
export function readCargo(
  command: RunCommand,
  variable: (name: string) => string | undefined = () => undefined,
): CargoBuild | undefined {
  const program = programOf(command);
  if (program !== 'cargo' && program !== 'cross') return undefined;
  const words = command.words.slice(1).filter((word) => !word.startsWith('+'));
  const verb = VERBS[words.find((word) => !word.startsWith('-')) ?? ''];
  if (!verb) return undefined;
  const values = new Map<string, string[]>();
  const crates: string[] = [];
  const rest = words.slice(words.findIndex((word) => !word.startsWith('-')) + 1);
  let i = 0;
  for (; i < rest.length && rest[i] !== '--'; i++) {
    const word = rest[i]!;
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = equals < 0 ? word : word.slice(0, equals);
    if (!name.startsWith('-')) {
      if (verb === 'install') crates.push(name.replace(/@.*/, ''));
    } else if (WITH_VALUE.has(name)) add(values, name, equals < 0 ? (rest[++i] ?? '') : word.slice(equals + 1));
    else if (/^-[pjFZ]./.test(name)) add(values, name.slice(0, 2), name.slice(2));
    else add(values, name, '');
  }
  const value = (...names: string[]) => names.flatMap((name) => values.get(name) ?? []).at(-1);
  const all = (...names: string[]) => names.flatMap((name) => values.get(name) ?? []);
  const profile = value('--profile') ?? (values.has('--release') || values.has('-r') ? 'release' : undefined);
  const isDebug = values.has('--debug') || profile === 'dev' || profile === 'test';
  const set = (name: string) => command.env.get(name) ?? variable(name);
  return {
    command,
    verb,
    target: value('--target') ?? (set('CARGO_BUILD_TARGET') || undefined),
    profile: isDebug
      ? 'debug'
      : profile === 'bench'
        ? 'release'
        : (profile ?? (verb === 'install' ? 'release' : 'debug')),
    targetDir: value('--target-dir') ?? set('CARGO_TARGET_DIR') ?? set('CARGO_BUILD_TARGET_DIR'),
    manifest: value('--manifest-path')?.replace(/\/?Cargo\.toml$/, '') ?? value('--path'),
    packages: all('-p', '--package').map((name) => name.replace(/@.*/, '')),
    bins: all('--bin'),
    examples: all('--example'),
    root: value('--root') ?? set('CARGO_INSTALL_ROOT'),
    crates,
    given: rest.slice(i + 1),
  };
}

/** `zigbuild` and `auditable build` are `build` with another linker, and with a list of the dependencies in the program. */
const VERBS: Readonly<Record<string, CargoBuild['verb'] | undefined>> = {
  build: 'build',
  b: 'build',
  rustc: 'build',
  zigbuild: 'build',
  auditable: 'build',
  install: 'install',
  run: 'run',
  r: 'run',
};

function add(values: Map<string, string[]>, name: string, value: string): void {
  values.set(name, [...(values.get(name) ?? []), value]);
}

export interface CargoToml {
  readonly name: string | undefined;
  /** By [[bin]]. */
  readonly bins: readonly string[];
  readonly defaultRun: string | undefined;
  readonly isWorkspace: boolean;
  readonly dependencies: readonly string[];
}

/** The few lines that matter; what is written in another way is not seen. */
export function readCargoToml(text: string): CargoToml {
  let table = '';
  let name: string | undefined;
  let defaultRun: string | undefined;
  let isWorkspace = false;
  const bins: string[] = [];
  const dependencies: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[{1,2}([^[\]]+)\]/.exec(line);
    if (header) {
      table = header[1]!.replace(/["'\s]/g, '');
      isWorkspace ||= table === 'workspace' || table.startsWith('workspace.');
      const single = /(?:^|\.)dependencies\.([\w-]+)$/.exec(table);
      if (single) dependencies.push(single[1]!);
      continue;
    }
    const [, key, value] = /^\s*([\w-]+)(?:\.[\w-]+)?\s*=\s*(.*)$/.exec(line) ?? [];
    if (key === undefined) continue;
    const string = /^["']([^"']*)["']/.exec(value ?? '')?.[1];
    if (table === 'package' && key === 'name') name = string;
    else if (table === 'package' && key === 'default-run') defaultRun = string;
    else if (table === 'bin' && key === 'name' && string !== undefined) bins.push(string);
    else if (/^(workspace\.|target\..*\.)?dependencies$/.test(table)) dependencies.push(key);
  }
  return { name, bins, defaultRun, isWorkspace, dependencies };
}

/** Of each package in Cargo.lock, the names of those that it is built with. */
export function readCargoLock(text: string): ReadonlyMap<string, readonly string[]> {
  const packages = new Map<string, readonly string[]>();
  for (const block of text.split(/^\[\[package\]\]\s*$/m).slice(1)) {
    const name = /^name\s*=\s*"([^"]+)"/m.exec(block)?.[1];
    const list = /^dependencies\s*=\s*\[([^\]]*)\]/m.exec(block)?.[1] ?? '';
    if (name)
      packages.set(
        name,
        [...list.matchAll(/"([^"\s]+)[^"]*"/g)].map(([, it]) => it!),
      );
  }
  return packages;
}

/** The names of programs that are certain. Empty: whatever the packages are called. */
export function binNames(build: CargoBuild, toml: CargoToml | undefined): readonly string[] {
  const named = [...build.bins, ...build.examples];
  if (named.length > 0) return named.filter(isKnown);
  if (build.packages.length > 0 || toml?.isWorkspace) return build.packages.filter(isKnown);
  return toml?.name === undefined ? [] : [...new Set([...toml.bins, toml.name])];
}
