/** What only developers of a Python project need is installed in the folder that ships. */
import type { Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { runEnvironment } from '../dockerfile/environment.ts';
import { readPyproject } from './pyproject.ts';
import { foldersCopied, type PackageFolder } from './python.ts';
import { isProject, type PythonInstall, pythonInstalls } from './python-installs.ts';
import type { Check, Trouble } from './rule.ts';
import type { RunWord } from './run.ts';

/** For dev-dependencies. */
export function* pythonDevelopers(check: Check): Generator<Trouble> {
  const installs = pythonInstalls(check.dockerfile);
  if (installs.length === 0) return;
  const told = new Set<RunWord>();
  for (const folders of foldersShipped(check)) {
    const paths = new Set(folders.map(({ path }) => path));
    for (const path of paths) {
      const filling = installs.filter((install) =>
        folders.some((folder) => folder.path === path && fills(install, folder)),
      );
      const found = filling.map((install) => troubleOf(check, install));
      // What another command leaves out, or takes away, is gone.
      if (filling.some((install) => leavesOut(check, install))) continue;
      for (const trouble of found) {
        if (!trouble || told.has(trouble.word)) continue;
        told.add(trouble.word);
        yield { message: trouble.message, range: trouble.word.range(), fixes: [] };
      }
    }
  }
}

function* foldersShipped(check: Check): Generator<readonly PackageFolder[]> {
  for (const stage of check.dockerfile.stages) {
    if (!check.shipped.has(stage.index)) continue;
    for (const instruction of stage.instructions) {
      if (instruction.keyword !== 'COPY' || instruction.flags.length === 0) continue;
      yield foldersCopied(check, stage, instruction).map(({ folder }) => folder);
    }
  }
}

/** The command made the folder, or is the pip of it. */
function fills({ command: { words } }: PythonInstall, { path, program, kind }: PackageFolder): boolean {
  return words[0] === program || (kind === 'venv' && words[0].value.startsWith(`${path}/bin/`));
}

function leavesOut({ dockerfile }: Check, { command, stage, instruction }: PythonInstall): boolean {
  const set = [...SETTINGS].some((name) => isSet(dockerfile, stage, instruction, name));
  return set || command.env.length > 0 || command.words.some(({ value, dynamic }) => dynamic || WITHOUT.test(value));
}

const isSet = (dockerfile: Check['dockerfile'], stage: Stage, instruction: Instruction, name: string) =>
  runEnvironment(dockerfile, stage, instruction).has(name);

const WITHOUT =
  /^--(no-dev|no-default-groups|no-group|only|only-group|only-dev|without|prod|production|package|project|directory)(=|$)/;
const SETTINGS = ['UV_NO_DEV', 'UV_NO_DEFAULT_GROUPS', 'UV_NO_GROUP', 'POETRY_NO_DEV', 'POETRY_INSTALL_ONLY'];

function troubleOf(
  { context }: Check,
  { command, files }: PythonInstall,
): { readonly message: string; readonly word: RunWord } | undefined {
  const [, verb = command.words[0]] = command.words;
  const ships = 'and it becomes part of what ships';
  if (command.name === 'uv' || command.name === 'poetry') {
    const path = files.flat().find((file) => isProject(file) && context.get(file));
    const project = path === undefined ? undefined : readPyproject(context.get(path)?.text ?? '');
    if (command.name === 'uv' && verb.value === 'sync' && project?.uvDev)
      return {
        message: `“uv sync” also installs what ${path} lists for developers only, ${ships}. Add “--no-dev”.`,
        word: verb,
      };
    const groups = (project?.poetryGroups ?? []).filter((name) => DEVELOPERS.test(name));
    if (command.name !== 'poetry' || groups.length === 0) return undefined;
    return {
      message: `“poetry ${verb.value}” also installs the group “${groups[0]}” of ${path}, ${ships}. Add “--without ${groups.join(',')}”.`,
      word: verb,
    };
  }
  const word = command.words.find(
    ({ value }, i) =>
      /^(-r|--requirement)$/.test(command.words[i - 1]?.value ?? '') && value.length < LONGEST && FILE.test(value),
  );
  return (
    word && {
      message: `By its name “${word.value}” lists what only developers need, ${ships}. Install what the program needs alone.`,
      word,
    }
  );
}

const DEVELOPERS = /^(dev|develop|development|test|tests|testing|lint|linting|typing|docs)$/;
const LONGEST = 300;
const FILE = /(^|[/_.-])(dev|develop|development|test|tests|testing|lint)([_.-][\w.-]*)?\.txt$/;
