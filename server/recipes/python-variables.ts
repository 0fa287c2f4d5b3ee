/** Which variables of a Python image are for the build, and which for the program. */
import { type Assignment, assignments } from '../dockerfile/assignments.ts';
import { isToolPath, type Needed } from './carry.ts';
import { type Draft, note } from './draft.ts';
import { isInside, nameOf, resolvePath } from './paths.ts';
import { environmentsOf, pathFolders } from './pip.ts';
import type { Runtime } from './python-runtime.ts';
import type { Step } from './subject.ts';

/** Where a variable of ENV is needed, as `carryConfiguration` asks. */
export function neededAt(
  draft: Draft,
  { runtime, roots }: { readonly runtime: Runtime; readonly roots: readonly string[] },
  name: string,
  step: Step,
): Needed {
  if (
    /^(PIP_\w+|PIPENV_\w+|POETRY_\w+|UV_\w+|PDM_\w+|VENV_PATH|DEBIAN_FRONTEND|PYSETUP_PATH|PYTHON_PIP_VERSION|LD_LIBRARY_PATH_BUILD)$/i.test(
      name,
    )
  )
    return 'build';
  if (name === 'VIRTUAL_ENV') return runtime.kind === 'own' ? 'both' : 'build';
  if (name === 'PATH') {
    if (isToolPath(name, step)) return 'build';
    const added = pathFolders(draft.subject, draft.subject.steps[step.index + 1]);
    const ours = environmentsOf(draft.subject).map((path) => `${path}/bin`);
    const there = [
      ...roots,
      ...shipped(draft),
      '/usr/local',
      ...(runtime.kind === 'own' ? environmentsOf(draft.subject) : []),
    ];
    const ships = added.filter((folder) => folder === '' || there.some((path) => isInside(path, folder)));
    return ships.length === 0 || (runtime.kind === 'base' && ships.every((folder) => ours.includes(folder)))
      ? 'build'
      : 'both';
  }
  return /^(PORT|HOST|LOG_LEVEL|WORKERS|WEB_CONCURRENCY|GUNICORN_\w+|UVICORN_\w+|FLASK_\w+|[A-Z]+_PORT)$/.test(name)
    ? 'final'
    : 'both';
}

/** PATH of what does not come along; the lines of the builder have been judged already. */
export function leaveOutPaths(
  draft: Draft,
  to: { readonly runtime: Runtime; readonly roots: readonly string[] },
): void {
  for (const step of draft.subject.steps) {
    if (step.index <= draft.cut || step.instruction.keyword !== 'ENV') continue;
    const pairs = assignments(step.instruction);
    const needless = (name: string) => /^(PATH|VIRTUAL_ENV)$/.test(name) && neededAt(draft, to, name, step) === 'build';
    const gone = pairs.filter(({ name }) => needless(name));
    if (gone.length === 0) continue;
    if (gone.length === pairs.length) draft.fates[step.index] = 'gone';
    else leaveOutPairs(draft, pairs, gone);
    const names = gone.map(({ name }) => name).join(' and ');
    const [are, they] = gone.length > 1 ? ['are', 'they name'] : ['is', 'it names'];
    note(draft, 'change', step.line, `${names} ${are} for the build: the folders that ${they} do not come along.`);
  }
}

/** Each with the space between it and the next, or the one before where it is the last. */
function leaveOutPairs(draft: Draft, pairs: readonly Assignment[], gone: readonly Assignment[]): void {
  const last = pairs.findLastIndex((pair) => !gone.includes(pair));
  for (const pair of gone) {
    const i = pairs.indexOf(pair);
    const { range } = pair.word;
    const start = i > last ? pairs[i - 1]!.word.range.end : range.start;
    const end = i > last ? range.end : pairs[i + 1]!.word.range.start;
    draft.edits.push({ range: { start, end }, newText: '' });
  }
}

/** The places that lines of the final stage fill. */
export function shipped({ subject, cut, fates }: Draft): readonly string[] {
  return subject.steps.flatMap(({ copy: files, index }) => {
    if ((index <= cut && fates[index] === 'build') || files?.destination === undefined) return [];
    const { destination, sources, intoFolder } = files;
    if (destination !== '/' || !intoFolder) return [destination];
    return sources.map((source) =>
      /[*?]/.test(source) ? '/' : resolvePath('/', nameOf(`/${source.replace(/(?<!\/)\/+$/, '')}`)),
    );
  });
}
