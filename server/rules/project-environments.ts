/** The virtual environments that uv, Poetry, PDM and virtualenv make in a build stage. */
import type { Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { runEnvironment, workdirAt } from '../dockerfile/environment.ts';
import type { Check } from './rule.ts';
import { inFolders, type RunCommand, type RunWord, runCommands } from './run.ts';

export interface MadeEnvironment {
  /** As the tool is told: absolute, or from `cwd` on. */
  readonly path: RunWord | string;
  /** The folder of the command; undefined where that cannot be told. */
  readonly cwd: string | undefined;
  readonly command: RunCommand;
}

/** What a stage and those below it say of how these tools make environments. */
export interface Told {
  /** `poetry config virtualenvs.in-project true` */
  readonly inProject: boolean;
  /** Something chooses a Python, or another place, in a way that is not followed. */
  readonly open: boolean;
}

export const nothingTold: Told = { inProject: false, open: false };

/** Those of one instruction, and what it leaves to the next. Each takes the first Python of PATH, unless something says otherwise. */
export function environmentsIn(
  check: Check,
  stage: Stage,
  instruction: Instruction,
  before: Told,
): { readonly made: readonly MadeEnvironment[]; readonly told: Told } {
  if (instruction.keyword !== 'RUN') return { made: [], told: before };
  let told = before;
  const made: MadeEnvironment[] = [];
  const variables = runEnvironment(check.dockerfile, stage, instruction);
  const from = workdirAt(check.dockerfile, stage, instruction, check.base(stage)?.workdir);
  for (const command of inFolders(runCommands(instruction), from)) {
    const words = command.words.map(({ value }) => value);
    if (command.env.some((it) => TOLD.test(it)) || words.some((it) => CHOOSES.test(it)) || chooses(words)) {
      told = { ...told, open: true };
    }
    if (command.name === 'poetry' && words[1] === 'config' && words.includes('virtualenvs.in-project')) {
      told = { ...told, inProject: /^(true|1)$/i.test(words[words.indexOf('virtualenvs.in-project') + 1] ?? '') };
    }
    if (told.open || OPEN.some((name) => variables.has(name))) continue;
    const path = pathMade(command, variables, told);
    if (path !== undefined) made.push({ path, cwd: command.cwd, command });
  }
  return { made, told };
}

/** Words of a command that name a Python other than that of PATH, copy it into the environment, or set a variable of these tools for what follows. */
const CHOOSES =
  /(^|[=/])usr\/bin\/python|managed-python|^--(always-copy|copies)$|^(UV|POETRY|PDM|VIRTUALENV|VIRTUAL_ENV)(_\w+)?=/;
/** The same before a command; where it keeps its packages and how it links them does not matter. */
const TOLD =
  /^(?!UV_(LINK_MODE|COMPILE_BYTECODE|CACHE_DIR|NO_CACHE|FROZEN|LOCKED)=|PDM_CHECK_UPDATE=)(UV|POETRY|PDM|VIRTUALENV|VIRTUAL_ENV)(_\w+)?=/;

/** `uv python install 3.13`, `poetry env use …`, `pdm use …`, `pdm config venv.in_project false`, `poetry config virtualenvs.create false` */
function chooses([program = '', ...given]: readonly string[]): boolean {
  const line = given.filter((word) => !word.startsWith('-')).join(' ');
  switch (program.replace(/^.*\//, '')) {
    case 'uv':
      return /^python /.test(line);
    case 'poetry':
      return (
        /^(env use|python )/.test(line) || (/^config /.test(line) && /virtualenvs\.(create|options|path)/.test(line))
      );
    case 'pdm':
      return /^(use|python|venv|config \S*(venv|python))\b/.test(line);
    default:
      return /^(pyenv|conda|mamba|micromamba)$/.test(program);
  }
}

/** Variables that choose a Python, or take the environment elsewhere. */
const OPEN = [
  'UV_PYTHON',
  'UV_PYTHON_INSTALL_DIR',
  'UV_PYTHON_PREFERENCE',
  'UV_MANAGED_PYTHON',
  'UV_WORKING_DIRECTORY',
  'UV_WORKING_DIR',
  'UV_PROJECT',
  'UV_VENV_RELOCATABLE',
  'VIRTUALENV_PYTHON',
  'VIRTUALENV_COPIES',
  'VIRTUALENV_ALWAYS_COPY',
  'POETRY_VIRTUALENVS_CREATE',
  'POETRY_VIRTUALENVS_OPTIONS_ALWAYS_COPY',
  'PDM_USE_VENV',
  'PDM_PYTHON',
  'PDM_PROJECT',
  'PDM_VENV_IN_PROJECT',
];

type Variables = ReturnType<typeof runEnvironment>;

function pathMade({ name, words }: RunCommand, variables: Variables, told: Told): RunWord | string | undefined {
  const given = words.slice(1);
  const [verb, ...rest] = given.map(({ value }) => value);
  // `$ARGS` may hold anything.
  if (given.some(({ dynamic, text }, i) => dynamic && !(i === given.length - 1 && /\/|VENV|VIRTUAL/i.test(text))))
    return undefined;
  if (name === 'virtualenv' || (name === 'uv' && verb === 'venv')) {
    const after = name === 'uv' ? given.slice(1) : given;
    if (after.some(({ value }) => value.startsWith('-') && !PLAIN.test(value))) return undefined;
    const [path, ...more] = after.filter(({ value }) => !value.startsWith('-'));
    if (more.length > 0) return undefined;
    if (path) return path;
    return name === 'uv' && !variables.has('UV_PROJECT_ENVIRONMENT') ? '.venv' : undefined;
  }
  if (rest.some((word) => ELSEWHERE.test(word))) return undefined;
  if (name === 'uv' && verb === 'sync') {
    if (rest.includes('--check')) return undefined;
    if (!variables.has('UV_PROJECT_ENVIRONMENT')) return '.venv';
    const set = variables.get('UV_PROJECT_ENVIRONMENT');
    return set === undefined || /^\/usr(\/local)?\/?$/.test(set) ? undefined : set;
  }
  // In an environment that is active these two make none of their own.
  if (!/^(install|sync)$/.test(verb ?? '') || variables.has('VIRTUAL_ENV')) return undefined;
  if (name === 'pdm') return '.venv';
  if (name !== 'poetry') return undefined;
  const variable = 'POETRY_VIRTUALENVS_IN_PROJECT';
  const isInProject = variables.has(variable) ? /^(true|1)$/i.test(variables.get(variable) ?? '') : told.inProject;
  return isInProject ? '.venv' : undefined;
}

/** Options of `uv venv` and virtualenv that take no value, and leave the link as it is. */
const PLAIN =
  /^(--seed|--clear|-c|--allow-existing|--no-project|--quiet|-q|--verbose|-v|--no-download|--download|--offline|--no-cache)$/;
/** Another project, Python or environment; or nothing is made at all. */
const ELSEWHERE = /^(-p|-C|-P|-g|--(python|project|directory|active|dry-run|script|global|venv|target|system))(=|$)/;
