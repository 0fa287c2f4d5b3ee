/**
 * Python: packages are installed in the builder as before. What ships is Google's Python of the same version with the packages where it looks
 * for them, or else the interpreter of the user's own image, with all that is installed beside it, on `cc`; and the application at the same path.
 */

import { copySource, flag } from '../dockerfile/queries.ts';
import { packagesToCarry } from './by-package.ts';
import { carryConfiguration, declineAlways, keepFolder, warnOfLowPorts } from './carry.ts';
import type { Family } from './conversion.ts';
import { addLine, type Draft, decline, isInPlace, newDraft, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { shipFiles } from './files.ts';
import { addressAsked, asExpression, settleHealthcheck } from './health.ts';
import { type AddedStage, endOfBuilder } from './interpreter.ts';
import { builderName, keyword } from './layout.ts';
import { settleLeftovers } from './leftovers.ts';
import { warnOfWrites } from './named-files.ts';
import { readInstall } from './packages.ts';
import { isInside, nameOf, outermost } from './paths.ts';
import { environmentsOf, isPythonBuild, pythonInstalls } from './pip.ts';
import { notePackages, rolesOf } from './python-packages.ts';
import { bringsEnvironment, isPythonPlace, isSeparable, isUserSite, placesOf, rootsOf } from './python-places.ts';
import { keepInPlace, type Runtime, settleRuntime } from './python-runtime.ts';
import { hasModule, initOf, type PythonStart, readPythonStart, startAsBefore, startOnBase } from './python-start.ts';
import { takePackages } from './python-take.ts';
import { leaveOutPaths, neededAt, shipped } from './python-variables.ts';
import type { Recipe } from './recipe.ts';
import { programOf } from './run-commands.ts';
import { settlePackages } from './settle-packages.ts';
import { readStart } from './start.ts';
import type { Step } from './subject.ts';
import { reachable, settleUser } from './users.ts';

export const python: Recipe = {
  language: 'python',
  name: 'Python',
  recognises: (subject) => pythonInstalls(subject).length > 0,
  contextFiles: () => [],
  convert(subject, family) {
    const draft = newDraft(subject);
    return { draft, base: convertPython(draft, family) };
  },
};

function convertPython(draft: Draft, family: Family | undefined): string | undefined {
  const { subject } = draft;
  declineAlways(draft);
  whatNeedsMore(draft);
  const start = readStart(draft);
  const run = start && readPythonStart(draft, start);
  const places = placesOf(draft);
  const runtime = settleRuntime(draft, family, !run || (hasModule(run) && isSeparable(subject, places)));
  if (!start || !run || !runtime) {
    const names = subject.steps.flatMap(({ commands }) => commands.flatMap((it) => readInstall(it)?.names ?? []));
    // Where the Python of a distribution is the reason, its packages are not another one.
    settlePackages(draft, [...rolesOf(subject).taken, ...names.filter((name) => /^(python|py)[\d.]*(-|$)/.test(name))]);
    return undefined;
  }
  if (runtime.kind === 'own') startAsBefore(draft, start, run);
  else startOnBase(draft, start, run, runtime);

  const stage = splitAt(draft, runtime);
  keepFolder(draft);
  const init = initOf(subject, run);
  const taken = rootsOf(draft, places, runtime, init);
  const roots = taken.map(({ path }) => path);
  const runsAs = settleUser(draft);
  reachable(draft, roots, runsAs);
  for (const step of subject.steps) if (step.index > draft.cut && step.copy) shipFiles(draft, step);
  isThere(draft, run, roots);
  carryConfiguration(draft, (name, step) => neededAt(draft, { runtime, roots }, name, step));
  leaveOutPaths(draft, { runtime, roots });
  takePackages(draft, { places, runtime, roots: taken, stage, owner: runsAs.owner });
  settleHealthcheck(draft, (words) => check(runtime, words), `HEALTHCHECK CMD ["python", "healthcheck.py"]`);
  const roles = rolesOf(subject);
  const carried = packagesToCarry(draft).map(({ name }) => name);
  notePackages(draft, carried);
  settleLeftovers(
    draft,
    {
      taken: [...roots, '/usr/local', ...(init === undefined ? [] : [init])],
      sources: [],
      packages: [...roles.taken, ...carried, ...(init === undefined ? [] : [nameOf(init)])],
      isBuild: isPythonBuild,
    },
    runsAs,
  );
  // What a line gives to the program’s user is its own in what ships too.
  for (const { path } of taken.filter(({ owned }) => owned)) {
    const said = draft.notes.findIndex(({ message }) => message.startsWith(`${path} belonged to “`));
    if (said >= 0) draft.notes.splice(said, 1);
  }
  if (runsAs.owner !== undefined) warnOfWrites(draft, start, [...roots, ...shipped(draft)]);
  warnOfLowPorts(draft, runsAs.owner === undefined);
  describe(draft, run, runtime.kind === 'own' ? roots : roots.filter((path) => path !== places.base));
  if (isInPlace(draft)) keepInPlace(draft);
  return runtime.base.reference;
}

/**
 * The builder ends with the last line that installs or runs something. Where the stage has none of its own and stands on another, it keeps its
 * lines, and what is needed of the interpreter is made ready in a stage that is added above it.
 */
function splitAt(draft: Draft, runtime: Runtime): AddedStage | undefined {
  const { subject } = draft;
  const { steps, inherited, stage, dockerfile } = subject;
  const isLoaded = runtime.kind === 'own' || rolesOf(subject).collects;
  draft.cut = steps.findLastIndex(
    (step) =>
      step.index < inherited ||
      (step.instruction.keyword === 'RUN' && !onlyMakesUsers(step)) ||
      (isLoaded && bringsEnvironment(subject, step)) ||
      (step.copy?.destination !== undefined &&
        (isPythonPlace(step.copy.destination) || isUserSite(step.copy.destination))),
  );
  for (const step of steps) {
    if (step.index <= draft.cut || step.instruction.keyword !== 'RUN') continue;
    leaveOut(draft, step);
    note(draft, 'change', step.line, 'RUN is left out: the base has a user without rights of its own.');
  }
  const isShared = isUsedElsewhere(draft);
  if (draft.cut >= inherited ? !isShared : stage.parent.kind !== 'stage') return undefined;
  const taken = new Set(dockerfile.stages.map(({ name }) => name?.text.toLowerCase()));
  const name = ['python-runtime', 'python-copy'].find((it) => !taken.has(it)) ?? `build-${stage.index}`;
  if (draft.cut >= inherited) {
    const line = endOfBuilder(draft);
    addLine(draft, line, '');
    addLine(draft, line, `${keyword(subject, 'FROM')} ${builderName(draft)} ${keyword(subject, 'AS')} ${name}`);
    return { line, name };
  }
  const counted = dockerfile.stages
    .slice(stage.index + 1)
    .flatMap(({ instructions }) => instructions)
    .find((instruction) => Number(flag(instruction, 'from')?.value ?? -1) >= stage.index);
  if (counted)
    decline(
      draft,
      counted.range.start.line,
      'A stage is added, and this number would then mean another one. Call the stage by its name.',
    );
  const commented = new Set(dockerfile.comments.map(({ range }) => range.start.line));
  let line = stage.from.range.start.line;
  while (commented.has(line - 1)) line--;
  addLine(draft, line, `${keyword(subject, 'FROM')} ${stage.image?.text ?? ''} ${keyword(subject, 'AS')} ${name}`);
  note(
    draft,
    'change',
    stage.from.range.start.line,
    `A stage “${name}” is added above: it takes Python and its packages out of “${stage.image?.text}”.`,
  );
  return { line, name };
}

/** What was to be translated in it for Debian is not. */
function leaveOut({ fates, rewritten, notes }: Draft, { index, instruction, line }: Step): void {
  fates[index] = 'gone';
  const { start, end } = instruction.range;
  const kept = rewritten.filter(({ range }) => range.end.line < start.line || range.start.line > end.line);
  if (kept.length === rewritten.length) return;
  rewritten.splice(0, rewritten.length, ...kept);
  notes.splice(0, notes.length, ...notes.filter((it) => it.line !== line));
}

/** Other stages take something from the one that becomes the builder, and are to find it as it was. */
function isUsedElsewhere({ subject: { dockerfile, stage } }: Draft): boolean {
  return dockerfile.stages.some(
    (other) =>
      (other.parent.kind === 'stage' && other.parent.stage === stage.index) ||
      other.instructions.some((instruction) => {
        const source = copySource(dockerfile, other, instruction);
        return source?.kind === 'stage' && source.stage === stage.index;
      }),
  );
}

function onlyMakesUsers({ commands }: Step): boolean {
  const effects = commands.flatMap(effectsOf);
  return effects.length > 0 && effects.every(({ kind }) => kind === 'user' || kind === 'group');
}

function isThere(draft: Draft, run: PythonStart, roots: readonly string[]): void {
  const { script } = run;
  if (script === undefined || isPythonPlace(script) || draft.reasons.length > 0) return;
  if ([...roots, ...shipped(draft)].some((path) => isInside(path, script))) return;
  decline(draft, run.line, `No line of this file puts “${script}” into the image. COPY it there.`);
}

/** What curl or wget asked for, Python asks for too. */
function check(runtime: Runtime, words: readonly string[]): readonly string[] | undefined {
  const name = nameOf(`/${words[0] ?? ''}`);
  const interpreter = runtime.kind === 'own' ? 'python' : runtime.starts ? runtime.interpreter : 'python3';
  if (/^python[\d.]*$/.test(name)) return runtime.kind === 'own' ? words : [interpreter, ...words.slice(1)];
  const address = addressAsked(words);
  if (address === undefined) return undefined;
  const url = asExpression(address, (name, otherwise) =>
    otherwise === undefined ? `environ['${name}']` : `(environ.get('${name}') or '${otherwise}')`,
  );
  const needs = url.includes('environ') ? 'from os import environ; ' : '';
  return [interpreter, '-c', `${needs}from urllib.request import urlopen; urlopen(${url})`];
}

/** What no conversion can give. */
function whatNeedsMore(draft: Draft): void {
  for (const { commands } of draft.subject.steps) {
    for (const command of commands) {
      const { words, line } = command;
      if (words.includes('playwright') && words.includes('install'))
        decline(
          draft,
          line,
          'The program starts a browser, which needs libraries and fonts that distroless has not. Run the browser in a container of its own.',
        );
      if (words.includes('nltk.downloader') && !words.includes('-d'))
        decline(
          draft,
          line,
          'This downloads into the home of root, where the program cannot read without root. Download into a folder of the program (-d /usr/local/share/nltk_data).',
        );
      if (/^(conda|mamba|micromamba)$/.test(programOf(command)))
        decline(
          draft,
          line,
          `“${programOf(command)}” brings a Python of its own, with libraries of the system, which is not converted yet. Install with pip on an official image of Python.`,
        );
    }
  }
}

function describe(draft: Draft, run: PythonStart, roots: readonly string[]): void {
  const environments = environmentsOf(draft.subject);
  const folders = outermost([...roots, ...shipped(draft)]).filter(
    (path) => !isPythonPlace(path) && !environments.includes(path),
  );
  note(
    draft,
    'assumption',
    run.line,
    folders.length > 0
      ? `${folders.map((path) => `“${path}”`).join(', ')} and the packages are all that the program reads, and it starts no programs of the system: neither a shell nor anything else of it is there.`
      : 'The packages are all that the program reads, and it starts no programs of the system: neither a shell nor anything else of it is there.',
  );
  const words = [run.program, ...run.given];
  if (words.some((word) => /manage\.py$/.test(word)) && words.includes('runserver'))
    note(
      draft,
      'risk',
      run.line,
      '“runserver” is Django’s server for development. Start the application with gunicorn or uvicorn.',
    );
  else if (words.includes('--reload') || words.includes('--debug'))
    note(
      draft,
      'risk',
      run.line,
      `“${words.find((word) => /^--(reload|debug)$/.test(word))}” is for development: leave it out where this ships.`,
    );
}
