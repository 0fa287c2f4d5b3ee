/** What the package managers of Python do: what they install, and where it goes. */
import { assignments } from '../dockerfile/assignments.ts';
import { operands, option } from './effects.ts';
import { isInside, resolvePath } from './paths.ts';
import { isKnown, programOf, type RunCommand } from './run-commands.ts';
import { builderOf, type Step, type Subject } from './subject.ts';

export type Tool = 'pip' | 'uv' | 'poetry' | 'pipenv' | 'pdm';

/**
 * Where packages are. `interpreter`: beside Python's own modules. `environment`: a virtual environment. `user`: what `pip install --user`
 * fills, a folder with `bin` and `lib` as in /usr/local. `folder`: of `--target`. `unknown`: it hangs on something that cannot be read.
 */
export type Place =
  | { readonly kind: 'interpreter' }
  | { readonly kind: 'environment'; readonly path: string }
  | { readonly kind: 'user'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'unknown' };

export interface PythonInstall {
  readonly tool: Tool;
  readonly step: Step;
  readonly command: RunCommand;
  readonly place: Place;
  /** Named in the command. */
  readonly packages: readonly string[];
  /** Virtual environments are kept in the home of the user unless this variable is set. */
  readonly missing?: string;
}

/** Packages that install others, and nothing of the program. */
export const TOOLS = /^(pip|setuptools|wheel|poetry(-core|-plugin-\S+)?|pipenv|uv|pdm|virtualenv|build|hatch(ling)?)$/;

/** Those of the stage, and of the stages that it is built on. */
export function pythonInstalls(subject: Subject): readonly PythonInstall[] {
  return subject.steps.flatMap((step) =>
    step.commands.flatMap((command) => {
      const found = readInstallOf(subject, step, command);
      return found ? [found] : [];
    }),
  );
}

/** `pip install …`, however it is called. */
function afterPip(command: RunCommand): readonly string[] | undefined {
  const { words } = command;
  if (/^pip[\d.]*$/.test(programOf(command))) return words.slice(1);
  if (/^python[\d.]*$/.test(programOf(command))) {
    const module = words.indexOf('-m');
    return module > 0 && words[module + 1] === 'pip' ? words.slice(module + 2) : undefined;
  }
  return programOf(command) === 'uv' && words[1] === 'pip' ? words.slice(2) : undefined;
}

const PIP_VALUES = [
  '-r',
  '--requirement',
  '-c',
  '--constraint',
  '-i',
  '--index-url',
  '--extra-index-url',
  '--trusted-host',
  '-f',
  '--find-links',
  '-t',
  '--target',
  '--prefix',
  '--root',
  '--python',
  '-p',
  '--timeout',
  '--retries',
  '--cache-dir',
  '--no-binary',
  '--only-binary',
  '--platform',
  '--python-version',
  '--implementation',
  '--abi',
  '--src',
  '--upgrade-strategy',
  '--config-settings',
  '--progress-bar',
];

function readInstallOf(subject: Subject, step: Step, command: RunCommand): PythonInstall | undefined {
  const pip = afterPip(command);
  const tool = programOf(command);
  const common = { step, command };
  if (pip) {
    if (!pip.includes('install')) return undefined;
    const packages = operands(pip.slice(pip.indexOf('install') + 1), PIP_VALUES);
    const isUv = tool === 'uv';
    return { ...common, tool: isUv ? 'uv' : 'pip', place: placeOfPip(subject, step, command, pip, isUv), packages };
  }
  const verb = operands(command.words.slice(1), ['-C', '--directory', '-P', '--project'])[0];
  if (tool === 'poetry' && (verb === 'install' || verb === 'sync'))
    return { ...common, tool, packages: [], ...placeOfPoetry(subject, step, command) };
  if (tool === 'uv' && verb === 'sync') {
    const set = variable(subject, step, command, 'UV_PROJECT_ENVIRONMENT');
    return { ...common, tool, packages: [], place: environmentAt(command, set ?? '.venv') };
  }
  if (tool === 'pdm' && (verb === 'install' || verb === 'sync'))
    return { ...common, tool, packages: [], place: environmentAt(command, '.venv') };
  if (tool === 'pipenv' && (verb === 'install' || verb === 'sync')) {
    if (command.words.includes('--system'))
      return { ...common, tool, packages: [], place: inForce(subject, step, command) };
    const name = 'PIPENV_VENV_IN_PROJECT';
    const place = environmentAt(command, '.venv');
    return isSet(variable(subject, step, command, name))
      ? { ...common, tool, packages: [], place }
      : { ...common, tool, packages: [], place, missing: name };
  }
  return undefined;
}

const isSet = (value: string | undefined) => value !== undefined && /^(1|true|yes|on)$/i.test(value);

/** As the command sees it. */
function variable(subject: Subject, { instruction }: Step, command: RunCommand, name: string): string | undefined {
  return command.env.get(name) ?? subject.variables.likely(name, instruction);
}

function environmentAt(command: RunCommand, path: string): Place {
  const folder = path.startsWith('/') ? path : command.cwd && resolvePath(command.cwd, path);
  if (folder === undefined || !isKnown(folder)) return { kind: 'unknown' };
  return resolvePath('/', folder) === '/usr/local'
    ? { kind: 'interpreter' }
    : { kind: 'environment', path: resolvePath('/', folder) };
}

function placeOfPip(subject: Subject, step: Step, command: RunCommand, words: readonly string[], isUv: boolean): Place {
  const folder = option(words, ['-t', '--target']);
  const prefix = option(words, ['--prefix', '--root']);
  const target = folder ?? prefix;
  if (target !== undefined) {
    const path = target.startsWith('/') ? target : command.cwd && resolvePath(command.cwd, target);
    if (path === undefined || !isKnown(path)) return { kind: 'unknown' };
    return path === '/usr/local' ? { kind: 'interpreter' } : { kind: 'folder', path: resolvePath('/', path) };
  }
  if (words.includes('--user') || isSet(variable(subject, step, command, 'PIP_USER'))) {
    const set = variable(subject, step, command, 'PYTHONUSERBASE');
    const home = homeOf(subject, step);
    return set !== undefined
      ? { kind: 'user', path: set }
      : home === undefined
        ? { kind: 'unknown' }
        : { kind: 'user', path: `${home}/.local` };
  }
  const system = words.includes('--system') || isSet(variable(subject, step, command, 'UV_SYSTEM_PYTHON'));
  if (isUv && system) return { kind: 'interpreter' };
  return inForce(subject, step, command, isUv);
}

/** The home of the user that runs the step: /root, or what USER says by a name. */
function homeOf(subject: Subject, { index, instruction }: Step): string | undefined {
  const home = subject.variables.likely('HOME', instruction);
  if (home !== undefined) return home;
  const user = subject.steps.findLast((it) => it.index < index && it.instruction.keyword === 'USER');
  const name = user?.instruction.args[0]?.value.split(':')[0] ?? 'root';
  if (/^(root|0)$/.test(name)) return '/root';
  const made = subject.steps
    .flatMap(({ commands }) => commands)
    .findLast((it) => /^(useradd|adduser)$/.test(programOf(it)) && it.words.includes(name));
  const given = made && option(made.words.slice(1), ['-d', '--home-dir', '-h', '--home']);
  return given ?? (/^[a-z_][\w-]*$/.test(name) && made ? `/home/${name}` : undefined);
}

/** The environment whose programs are found first, or that of the program's own path. */
function inForce(subject: Subject, step: Step, command: RunCommand, isUv = false): Place {
  const own = /^(\/.+)\/bin\/[^/]+$/.exec(command.words[0] ?? '')?.[1];
  if (own !== undefined)
    return own === '/usr' || own === '/usr/local' ? { kind: 'interpreter' } : { kind: 'environment', path: own };
  const active = step.commands
    .slice(0, step.commands.indexOf(command))
    .findLast(({ words }) => /^(\.|source)$/.test(words[0] ?? '') && /\/bin\/activate$/.test(words[1] ?? ''));
  if (active) return environmentAt(active, active.words[1]!.replace(/\/bin\/activate$/, ''));
  const known = environmentsOf(subject, step.index);
  const first = pathFolders(subject, step).find((folder) => known.some((path) => folder === `${path}/bin`));
  if (first !== undefined) return { kind: 'environment', path: first.slice(0, -'/bin'.length) };
  if (isUv) {
    const set = variable(subject, step, command, 'VIRTUAL_ENV');
    if (set !== undefined) return environmentAt(command, set);
    const beside = command.cwd && known.find((path) => path === resolvePath(command.cwd!, '.venv'));
    return beside === undefined ? { kind: 'unknown' } : { kind: 'environment', path: beside };
  }
  return { kind: 'interpreter' };
}

function placeOfPoetry(
  subject: Subject,
  step: Step,
  command: RunCommand,
): Pick<PythonInstall, 'place'> & { missing?: string } {
  const configured = (name: string) => {
    const set = variable(subject, step, command, `POETRY_VIRTUALENVS_${name.replace('-', '_').toUpperCase()}`);
    const said = subject.steps
      .filter(({ index }) => index <= step.index)
      .flatMap(({ commands }) => commands)
      .findLast((it) => programOf(it) === 'poetry' && it.words.includes(`virtualenvs.${name}`));
    return set ?? said?.words.at(said.words.indexOf(`virtualenvs.${name}`) + 1);
  };
  const active = inForce(subject, step, { ...command, words: ['poetry'] });
  if (active.kind === 'environment') return { place: active };
  if (/^(false|0)$/i.test(configured('create') ?? '')) return { place: { kind: 'interpreter' } };
  const place = environmentAt(command, '.venv');
  return isSet(configured('in-project')) ? { place } : { place, missing: 'POETRY_VIRTUALENVS_IN_PROJECT' };
}

interface Environment {
  readonly index: number;
  readonly path: string;
}

/** Filled while a subject is read for the first time, so that what asks for it on the way sees what stands above. */
const remembered = new WeakMap<Subject, Environment[]>();

/** The virtual environments that are there before that step: made here, or brought along from other stages. */
export function environmentsOf(subject: Subject, before = subject.steps.length): readonly string[] {
  let all = remembered.get(subject);
  if (!all) {
    all = [];
    remembered.set(subject, all);
    for (const step of subject.steps) {
      for (const path of environmentsAt(subject, step)) {
        if (!all.some((it) => it.path === path)) all.push({ index: step.index, path });
      }
    }
  }
  return all.flatMap(({ index, path }) => (index < before ? [path] : []));
}

function environmentsAt(subject: Subject, step: Step): readonly string[] {
  const made = step.commands.flatMap((command) => madeBy(subject, step, command) ?? []);
  const builder = builderOf(subject, step);
  const { destination, sources = [] } = step.copy ?? {};
  if (!builder || destination === undefined) return made;
  const brought = environmentsOf(builder.subject).flatMap((path) => {
    const source = sources.map((it) => resolvePath('/', it)).find((it) => isInside(it, path));
    // Of a folder the contents are copied.
    return source === undefined
      ? []
      : [resolvePath('/', `${destination}/${path.slice(source === '/' ? 0 : source.length)}`)];
  });
  return [...made, ...brought];
}

function madeBy(subject: Subject, step: Step, command: RunCommand): string | undefined {
  const program = programOf(command);
  const { words } = command;
  const module = words.indexOf('-m');
  const given =
    /^python[\d.]*$/.test(program) && module > 0 && /^(venv|virtualenv)$/.test(words[module + 1] ?? '')
      ? words.slice(module + 2)
      : program === 'virtualenv'
        ? words.slice(1)
        : program === 'uv' && words[1] === 'venv'
          ? words.slice(2)
          : undefined;
  if (given) {
    const named = operands(given, ['-p', '--python', '--prompt', '--seeder'])[0];
    const target =
      named ?? (program === 'uv' ? (variable(subject, step, command, 'VIRTUAL_ENV') ?? '.venv') : undefined);
    const place = target === undefined ? undefined : environmentAt(command, target);
    return place?.kind === 'environment' ? place.path : undefined;
  }
  if (!/^(poetry|uv|pdm|pipenv)$/.test(program)) return undefined;
  const install = program === 'uv' && words[1] === 'pip' ? undefined : readInstallOf(subject, step, command);
  return install?.place.kind === 'environment' ? install.place.path : undefined;
}

/** The folders that PATH has in front of those of the image, first the one that is searched first. */
export function pathFolders({ steps, variables }: Subject, before?: Step): readonly string[] {
  let folders: string[] = [];
  for (const { instruction, index } of steps) {
    if (instruction.keyword !== 'ENV' || (before && index >= before.index)) continue;
    for (const { name, value } of assignments(instruction)) {
      if (name !== 'PATH') continue;
      const parts = (value ?? '').replace(/^["']|["']$/g, '').split(':');
      folders = parts.flatMap((part) =>
        /^\$\{?PATH\}?$/.test(part) ? folders : [variables.expand(part, instruction) ?? ''],
      );
    }
  }
  return folders.map((folder) => (folder.startsWith('/') ? resolvePath('/', folder) : folder));
}

/** Whether the command is one that makes or fills the place where packages are. */
export function isPythonBuild(command: RunCommand): boolean {
  const program = programOf(command);
  if (/^(pip[\d.]*|uv|poetry|pipenv|pdm|virtualenv)$/.test(program)) return true;
  if (!/^python[\d.]*$/.test(program)) return false;
  const { words } = command;
  const module = words[words.indexOf('-m') + 1];
  if (words.includes('-m') && /^(pip|venv|virtualenv|ensurepip|compileall|spacy|build)$/.test(module ?? ''))
    return true;
  return words.some((word) => /(^|\/)setup\.py$/.test(word));
}
