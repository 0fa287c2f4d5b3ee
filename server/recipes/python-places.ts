/** Where a build of Python puts packages and the application. */
import { isRoot } from '../dockerfile/writing.ts';
import { addLine, type Draft, decline, note } from './draft.ts';
import { shipFiles } from './files.ts';
import { keyword } from './layout.ts';
import { isBuildersOwn, isInside, isSystemFolder, nameOf, outermost } from './paths.ts';
import { environmentsOf, type Place, pythonInstalls, TOOLS } from './pip.ts';
import type { Runtime } from './python-runtime.ts';
import { isRemoved } from './run-commands.ts';
import type { Step, Subject } from './subject.ts';

/** Where the packages are, all together; and for an interpreter that is not their own, the one folder with them. */
export interface Places {
  readonly all: readonly Place[];
  /** `site-packages` without the version in it: `/usr/local`, `/opt/venv`. Undefined: there are several, or none that one can point at. */
  readonly base: string | undefined;
}

export function placesOf(draft: Draft): Places {
  const { subject } = draft;
  const installs = pythonInstalls(subject);
  for (const { place, command, tool, missing, step } of installs) {
    if (place.kind === 'unknown')
      decline(
        draft,
        command.line,
        `Where ${tool} puts the packages depends on something that cannot be read here. Write the path out.`,
      );
    if (missing === undefined) continue;
    const line = `${keyword(subject, 'ENV')} ${missing}=1`;
    addLine(draft, step.top, line);
    note(
      draft,
      'change',
      command.line,
      `“${line}” is added above, so that ${tool} puts the packages into a folder of the project, from which they can be copied.`,
    );
  }
  const environments = environmentsOf(subject).map((path): Place => ({ kind: 'environment', path }));
  const isTool = (packages: readonly string[]) =>
    packages.length > 0 && packages.every((name) => TOOLS.test(name.replace(/[=<>~![].*$/, '')));
  const used = installs.filter(({ packages }) => !isTool(packages)).map(({ place }) => place);
  const all = [...used, ...environments];
  const paths = new Set(
    all.map((place) => (place.kind === 'interpreter' ? '/usr/local' : place.kind === 'unknown' ? '' : place.path)),
  );
  if (subject.steps.some(({ copy: files }) => files?.from !== undefined && isPythonPlace(files.destination ?? '')))
    paths.add('/usr/local');
  const [only] = paths;
  const hasFolder = all.some(({ kind }) => kind === 'folder');
  return { all, base: paths.size === 1 && !hasFolder ? only : paths.size === 0 ? '/usr/local' : undefined };
}

/** What `pip install --user` fills has the layout of /usr/local, and goes there: the home it is in cannot be entered by everybody. */
export const isUserSite = (path: string) => /^\/(root|home\/[^/]+)\/\.local$/.test(path);

/** Folders of /usr/local that Python and its packages fill; others there are the application's, if it likes. */
export const isPythonPlace = (path: string) =>
  path === '/usr/local' || /^\/usr\/local\/(bin|lib|include|share|etc)(\/|$)/.test(path);

/** Whether the packages can be taken by themselves: not where they are inside a folder that is taken whole, and would be there twice. */
export function isSeparable(subject: Subject, { base }: Places): boolean {
  if (base === undefined || base === '/usr/local' || isUserSite(base)) return base !== undefined;
  const lastRun = subject.steps.findLastIndex(({ instruction }) => instruction.keyword === 'RUN');
  return subject.steps.every(
    (step) =>
      step.copy?.destination === undefined ||
      step.copy.destination === base ||
      !isInside(step.copy.destination, base) ||
      (step.copy.from === undefined && (step.index > lastRun || isInstallInput(step))),
  );
}

/** A line that brings a virtual environment along from another stage. */
export function bringsEnvironment(subject: Subject, { copy: files }: Step): boolean {
  const { destination, from } = files ?? {};
  if (destination === undefined || from === undefined) return false;
  return environmentsOf(subject).some((path) => isInside(destination, path) || isInside(path, destination));
}

/** The home of a user, filled by pip in another stage. */
export function userSites({ steps }: Subject): readonly string[] {
  return steps.flatMap(({ copy: files }) =>
    files?.destination !== undefined && isUserSite(files.destination) ? [files.destination] : [],
  );
}

/** Files that only an installation reads. */
const INPUT =
  /^(requirements[\w.-]*|constraints[\w.-]*|[\w.-]*requirements\.(txt|in)|pyproject\.toml|poetry\.(lock|toml)|uv\.(lock|toml)|pdm\.(lock|toml)|Pipfile(\.lock)?|setup\.cfg|\.python-version|wheels?|wheelhouse|[\w.-]*\.whl)$/;

function isInstallInput({ copy: files }: Step): boolean {
  return files?.sources.every((source) => INPUT.test(nameOf(`/${source.replace(/\/+$|\*/g, '')}`))) === true;
}

/** A folder or file that the builder holds for the program. */
export interface Root {
  readonly path: string;
  /** The line that brings it gives it to somebody. */
  readonly owned: boolean;
}

/** Those besides Python and its packages. */
export function rootsOf(draft: Draft, places: Places, runtime: Runtime, init: string | undefined): readonly Root[] {
  const { subject, cut } = draft;
  const { steps, cwd } = subject;
  const found: string[] = [];
  const owned = new Set<string>();
  for (const place of places.all) {
    if (place.kind === 'folder' && !isBuildersOwn(place.path)) found.push(place.path);
    if (place.kind === 'environment' && runtime.kind === 'own') found.push(place.path);
  }
  for (const step of steps.slice(0, cut + 1)) {
    const files = step.copy;
    if (!files) continue;
    const { destination } = files;
    if (destination === undefined) {
      decline(draft, step.line, 'Where this is copied to depends on a build argument. Write the path out.');
      continue;
    }
    if (destination === init || isPythonPlace(destination) || isUserSite(destination)) continue;
    if (isBuildersOwn(destination) || isInstallInput(step)) continue;
    if (places.all.some((place) => place.kind === 'environment' && isInside(place.path, destination))) continue;
    if (
      isSystemFolder(destination) ||
      ['/bin', '/usr', '/etc', '/lib'].some(
        (folder) =>
          isInside(folder, destination) && !isInside('/usr/src', destination) && !isInside('/usr/app', destination),
      )
    ) {
      if (destination === '/' && files.sources.some((source) => /^\/?\.?$/.test(source)) && files.from !== undefined) {
        decline(
          draft,
          step.line,
          `All of “${files.from}” is put over this image, and what of it the program needs cannot be told. Copy that alone, by its name.`,
        );
      } else if (files.from !== undefined) {
        note(draft, 'assumption', step.line, `What comes from “${files.from}” is assumed to serve the build only.`);
      } else if (destination === '/' && files.intoFolder) {
        outsideOfSystem(draft, step, found);
      } else shipFiles(draft, step);
      continue;
    }
    if (isRemoved(steps.slice(step.index, cut + 1), destination)) continue;
    const root = cwd !== undefined && cwd !== '/' && isInside(cwd, destination) ? cwd : destination;
    found.push(root);
    if (files.owner !== undefined && !isRoot(files.owner)) owned.add(root);
  }
  return outermost(found).map((path) => ({ path, owned: owned.has(path) }));
}

/** Single files in / can be named; what cannot be told from the system is copied anew, where no line of the build changes it. */
function outsideOfSystem(draft: Draft, step: Step, found: string[]): void {
  const { sources } = step.copy!;
  const later = draft.subject.steps.slice(step.index, draft.cut + 1);
  const names = sources.map((source) => nameOf(`/${source.replace(/(?<!\/)\/+$/, '')}`));
  if (names.every((name, i) => /\.\w+$/.test(name) && !/[*?]/.test(name) && !sources[i]!.endsWith('/'))) {
    const paths = names.map((name) => `/${name}`);
    found.push(...paths.filter((path) => !isRemoved(later, path)));
    return;
  }
  if (later.every(({ commands }) => commands.every(({ words }) => readsOnly(words)))) {
    shipFiles(draft, step, true);
    return;
  }
  decline(
    draft,
    step.line,
    'The application is in /, among the files of the system, and cannot be copied apart from them. Give it a folder: WORKDIR /app.',
  );
}

/** What installs packages leaves the files of the application as they are. */
const readsOnly = ([program = '', ...words]: readonly string[]): boolean =>
  /^(pip[\d.]*|apt|apt-get|apk)$/.test(nameOf(`/${program}`)) ||
  (/^python[\d.]*$/.test(nameOf(`/${program}`)) && words[0] === '-m' && words[1] === 'pip');
