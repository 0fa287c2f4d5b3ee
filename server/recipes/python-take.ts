/** Takes the packages of Python, and the interpreter where it is the user's own, out of the builder. */
import { assignments } from '../dockerfile/assignments.ts';
import type { Stage } from '../dockerfile/dockerfile.ts';
import { copySource } from '../dockerfile/queries.ts';
import { carryPackages, packagesToCarry } from './by-package.ts';
import { addLine, type Draft, list, note } from './draft.ts';
import { imageBelow } from './glibc.ts';
import { type AddedStage, asRoot, endOfBuilder, takeLibraries } from './interpreter.ts';
import { keyword } from './layout.ts';
import { isInside, nameOf, outermost } from './paths.ts';
import { environmentsOf, pythonInstalls } from './pip.ts';
import { rolesOf } from './python-packages.ts';
import { type Places, type Root, userSites } from './python-places.ts';
import type { Runtime } from './python-runtime.ts';
import { type Builder, builderOf, type Step, type Subject } from './subject.ts';

export interface Packages {
  readonly places: Places;
  readonly runtime: Runtime;
  readonly roots: readonly Root[];
  readonly stage: AddedStage | undefined;
  /** Of what the program may write. */
  readonly owner: string | undefined;
}

export function takePackages(draft: Draft, { places, runtime, roots, stage, owner }: Packages): void {
  const { subject } = draft;
  const line = stage?.line ?? endOfBuilder(draft);
  const from = stage ? { from: stage.name } : {};
  const users = [...places.all.flatMap((it) => (it.kind === 'user' ? [it.path] : [])), ...userSites(subject)];
  const userSite = [...new Set(users)];
  const copied: Draft['copied'] = [];
  const roles = rolesOf(subject);
  const removePip = (more?: string) => {
    asRoot(draft, line);
    addLine(draft, line, `${keyword(subject, 'RUN')} ${withoutPip(subject, more)}`);
    noteNoPip(draft);
  };
  if (runtime.kind === 'own') {
    addLine(draft, line, '# For what ships: no pip, and the shared libraries that Python and its packages load');
    removePip('/usr/local/lib/python3.*/ensurepip');
    if (/^3\.([0-9]|1[01])$/.test(runtime.image.line ?? ''))
      note(
        draft,
        'assumption',
        subject.stage.from.range.start.line,
        'setuptools, which images of Python up to 3.11 have, ships along, because programs may load pkg_resources from it. If yours does not, add “setuptools wheel” to what is uninstalled with pip.',
      );
    const folders = outermost([
      '/usr/local',
      ...roots.map(({ path }) => path).filter((path) => !isFile(path)),
      ...userSite,
    ]);
    takeLibraries(draft, { programs: [], folders, except: '_tkinter*', systemOnly: true }, 'cc', stage);
    copied.push({ path: '/usr/local', owner: undefined, ...from });
    for (const path of userSite) {
      copied.push({ path, to: '/usr/local', owner: undefined, ...from });
      note(
        draft,
        'change',
        subject.stage.from.range.start.line,
        `What pip put into ${path} is copied to /usr/local, where Python finds it whoever the user is.`,
      );
    }
  } else if (!movedInPlace(draft, runtime, places)) {
    const base = places.base ?? '/usr/local';
    const isDebians = runtime.image.isDebians && base === '/usr/local';
    const packages = `${base}/lib/python${runtime.image.line}/${isDebians ? 'dist' : 'site'}-packages`;
    if (base === '/usr/local' && !isDebians) removePip();
    if (roles.collects) {
      asRoot(draft, line);
      takeLibraries(draft, { programs: [], folders: [packages], systemOnly: true }, 'cc', stage);
    }
    const to = runtime.packages === undefined || runtime.packages === packages ? {} : { to: runtime.packages };
    copied.push({ path: packages, owner: undefined, ...to, ...from });
    if (runtime.packages === undefined) onPath(draft, packages);
  }
  for (const path of environmentsOf(subject)) {
    const isThere = runtime.kind === 'own' ? roots.some((root) => isInside(root.path, path)) : path === places.base;
    const removes = removingPip(subject, path);
    if (!isThere || removes === undefined || copied.length === 0) continue;
    asRoot(draft, line);
    addLine(draft, line, `${keyword(subject, 'RUN')} ${removes}`);
    if (runtime.kind === 'base') noteNoPip(draft);
  }
  for (const folder of roles.plugins) {
    addLine(draft, line, `${keyword(subject, 'RUN')} cp -r --parents ${folder} /libraries`);
    note(
      draft,
      'change',
      subject.stage.from.range.start.line,
      `${folder} comes along too: the library beside it loads what is in there while it runs.`,
    );
  }
  carryPackages(draft, packagesToCarry(draft), { stage, byName: true });
  draft.copied.unshift(...copied);
  for (const { path, owned } of roots) {
    if (runtime.kind === 'own' && isInside('/usr/local', path)) continue;
    draft.copied.push({ path, owner: owned ? owner : undefined, ...from });
  }
  if (!stage || draft.cut >= subject.inherited) return;
  if (draft.added.get(line)?.length === 1 && draft.copied.every((it) => it.from !== stage.name)) {
    // Nothing is made ready in it, and nothing taken from it.
    draft.added.delete(line);
    const said = draft.notes.findIndex(({ message }) => message.startsWith(`A stage “${stage.name}” is added`));
    if (said >= 0) draft.notes.splice(said, 1);
    return;
  }
  addLine(draft, line, '');
  beforeFiles(draft, stage.name);
}

/** What changes less often is copied first, so that it need not be copied again. */
function beforeFiles(draft: Draft, name: string): void {
  const { subject, copied } = draft;
  const first = subject.steps.find(({ copy: files, index }) => index >= subject.inherited && files !== undefined);
  if (!first) return;
  const moved = copied.filter((it) => it.from === name);
  note(
    draft,
    'change',
    subject.stage.from.range.start.line,
    `What is copied from “${name}” stands above the lines that change more often: ${list(moved.map(({ path }) => path))}.`,
  );
  for (const { path, to = path, owner, from } of moved)
    addLine(
      draft,
      first.top,
      `${keyword(subject, 'COPY')} --from=${from}${owner ? ` --chown=${owner}` : ''} ${path} ${to}`,
    );
  copied.splice(0, copied.length, ...copied.filter((it) => it.from !== name));
}

function noteNoPip(draft: Draft): void {
  note(
    draft,
    'change',
    draft.subject.stage.from.range.start.line,
    'pip is removed at the end of the build, when nothing more is to be installed, so that it does not ship.',
  );
}

/**
 * Environments of venv and virtualenv have a pip of their own, and those that poetry and pipenv make unless they are told otherwise; those of uv and pdm
 * have none. Undefined: nothing is to be removed.
 */
function removingPip(subject: Subject, environment: string): string | undefined {
  const all = [subject, ...subject.builders.map((builder) => builder.subject)];
  const commands = all.flatMap(({ steps }) => steps.flatMap((step) => step.commands));
  const made = commands.some(
    ({ words }) =>
      words[0] === 'virtualenv' ||
      (/^(venv|virtualenv)$/.test(words[words.indexOf('-m') + 1] ?? '') &&
        words.includes('-m') &&
        !words.includes('--without-pip')),
  );
  if (made) return `${environment}/bin/python -m pip uninstall --yes pip`;
  const byTool = all.some((it) =>
    pythonInstalls(it).some(
      ({ tool, place }) => /^(poetry|pipenv)$/.test(tool) && place.kind === 'environment' && place.path === environment,
    ),
  );
  // Whether there is one is the tool's own choice.
  const packages = `${environment}/lib/python3.*/site-packages`;
  return byTool
    ? `rm -rf ${packages}/pip ${packages}/pip-*.dist-info ${environment}/bin/pip ${environment}/bin/pip3*`
    : undefined;
}

const isFile = (path: string) => /.\.\w+$/.test(nameOf(path));

/** A line that brings the environment from another stage brings only its packages, to where the base looks for them. */
function movedInPlace(draft: Draft, runtime: Extract<Runtime, { kind: 'base' }>, { base }: Places): boolean {
  const { subject, cut } = draft;
  const step = subject.steps.find(
    ({ copy: files, index }) => index > cut && files?.from !== undefined && files.destination === base,
  );
  const [source, target] = step?.instruction.args ?? [];
  if (!step || !source || !target || step.copy?.sources.length !== 1) return false;
  const packages = `lib/python${runtime.image.line}/site-packages`;
  draft.edits.push({ range: source.range, newText: `${source.text.replace(/(?<!\/)\/+$/, '')}/${packages}` });
  const to = runtime.packages ?? `${base}/${packages}`;
  draft.edits.push({ range: target.range, newText: to });
  if (runtime.packages === undefined) onPath(draft, to);
  const removes = removingPip(subject, source.value.replace(/(?<!\/)\/+$/, ''));
  if (removes !== undefined) withoutPipIn(draft, step, removes);
  note(
    draft,
    'change',
    step.line,
    `Of the environment only the packages are copied, to where the Python of the base looks for them: ${to}.`,
  );
  return true;
}

/** At the end of the stage that makes the environment, where nobody else takes from it and root is at work. */
function withoutPipIn(draft: Draft, step: Step, removes: string): void {
  const { subject } = draft;
  const builder = builderOf(subject, step);
  if (!builder || !servesAlone(subject, builder)) {
    note(
      draft,
      'risk',
      step.line,
      'The environment has a pip, which ships along. Make it with --without-pip, or with uv.',
    );
    return;
  }
  const { line } = (builder.stage.instructions.at(-1) ?? builder.stage.from).range.end;
  addLine(draft, line + 1, `${keyword(subject, 'RUN')} ${removes}`);
  noteNoPip(draft);
}

function servesAlone({ dockerfile, stage }: Subject, builder: Builder): boolean {
  const { index } = builder.stage;
  const takes = (other: Stage) =>
    (other.parent.kind === 'stage' && other.parent.stage === index) ||
    other.instructions.some((instruction) => {
      const source = copySource(dockerfile, other, instruction);
      return source?.kind === 'stage' && source.stage === index;
    });
  const asRoot = builder.subject.steps.every(({ instruction }) => instruction.keyword !== 'USER');
  return asRoot && !dockerfile.stages.some((other) => other !== stage && takes(other));
}

/** What installs packages is not for what ships. `more` is removed with it. */
function withoutPip(subject: Subject, more: string | undefined): string {
  const tools = new Set(['pip']);
  for (const { packages } of pythonInstalls(subject)) {
    for (const name of packages) {
      const plain = name.replace(/[=<>~![].*$/, '');
      if (/^(poetry|pipenv|uv|pdm)$/.test(plain)) tools.add(plain);
    }
  }
  const folders = subject.steps.flatMap(({ copy: files }) =>
    files?.sources.some((source) => /(^|\/)uvx?$/.test(source)) && files.destination === '/usr/local/bin'
      ? ['/usr/local/bin/uv', '/usr/local/bin/uvx']
      : [],
  );
  if (/\/astral-sh\/uv:/.test(imageBelow(subject))) folders.push('/usr/local/bin/uv', '/usr/local/bin/uvx');
  const removed = [...(more ? [more] : []), ...folders];
  return `/usr/local/bin/python3 -m pip uninstall --yes ${[...tools].join(' ')}${removed.length > 0 ? ` && rm -rf ${removed.join(' ')}` : ''}`;
}

/** Joined to what is set already. */
function onPath(draft: Draft, folder: string): void {
  const { subject, cut } = draft;
  const setters = subject.steps.filter(
    ({ instruction }) =>
      instruction.keyword === 'ENV' && assignments(instruction).some(({ name }) => name === 'PYTHONPATH'),
  );
  const last = setters.at(-1);
  const word = last?.instruction.args.findLast(
    ({ text }, i, all) => text.startsWith('PYTHONPATH=') || all[i - 1]?.text === 'PYTHONPATH',
  );
  if (last && word && last.index > cut) {
    const quote = /["']$/.exec(word.text)?.[0] ?? '';
    const text = quote ? word.text.slice(0, -1) : word.text;
    draft.edits.push({ range: word.range, newText: `${text}:${folder}${quote}` });
  } else draft.settings.push(`${keyword(subject, 'ENV')} PYTHONPATH=${folder}${last ? ':$PYTHONPATH' : ''}`);
  note(
    draft,
    'risk',
    subject.stage.from.range.start.line,
    'The packages are found by PYTHONPATH, where .pth files count for nothing: packages that need one, such as editable installs, are not found.',
  );
}
