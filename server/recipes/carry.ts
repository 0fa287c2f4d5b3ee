/** What of the configuration goes along into the final stage: ENV, LABEL, EXPOSE, VOLUME and the like, with the ARGs that they need. */
import { assignments } from '../dockerfile/assignments.ts';
import { type Draft, decline, isBuiltOn, isInPlace, isKept, list, note } from './draft.ts';
import { folderOfBase } from './files.ts';
import { builderName, finalName, keyword, rebasedRoot, shippedName } from './layout.ts';
import { mentioned } from './stage-variables.ts';
import type { Step } from './subject.ts';

/** Where a variable of ENV is needed. */
export type Needed = 'build' | 'both' | 'final';

/** What no recipe can do anything about. */
export function declineAlways(draft: Draft): void {
  const { steps, cwd } = draft.subject;
  for (const { instruction, line, index } of steps) {
    if (instruction.keyword === 'ONBUILD') {
      decline(
        draft,
        line,
        'ONBUILD makes this a base for other builds, which need what distroless leaves out. Convert the Dockerfile that is built FROM it.',
      );
    }
    const next = steps[index + 1];
    if (instruction.keyword === 'WORKDIR' && (next ? next.cwd : cwd) === undefined) {
      decline(
        draft,
        line,
        `Which folder “${instruction.args[0]?.text ?? ''}” is cannot be told from this file. Write the path out, without a build argument.`,
      );
    }
  }
}

/** `neededAt` judges a variable that no line of the builder mentions. `draft.cut` must be known. */
export function carryConfiguration(draft: Draft, neededAt: (name: string, step: Step) => Needed): void {
  const { subject, fates, cut } = draft;
  const mentions = lastMentions(draft);
  for (const step of subject.steps) {
    const { instruction, index } = step;
    switch (instruction.keyword) {
      case 'ENV':
        fates[index] = index > cut ? 'final' : environment(draft, step, mentions, neededAt);
        break;
      case 'ARG':
      case 'SHELL':
        if (index > cut) fates[index] = instruction.keyword === 'ARG' ? 'final' : 'gone';
        break;
      case 'LABEL':
      case 'MAINTAINER':
      case 'STOPSIGNAL':
      case 'EXPOSE':
      case 'VOLUME':
        fates[index] = 'final';
        break;
    }
  }
  workdir(draft);
  argumentsOf(draft);
}

function environment(
  draft: Draft,
  step: Step,
  mentions: ReadonlyMap<string, number>,
  neededAt: (name: string, step: Step) => Needed,
): Needed {
  const pairs = assignments(step.instruction);
  const needs = pairs.map(({ name }) => {
    const need = neededAt(name, step);
    return need === 'final' && (mentions.get(name) ?? -1) > step.index ? 'both' : need;
  });
  if (needs.every((need) => need === 'build')) return 'build';
  if (needs.every((need) => need === 'final')) return 'final';
  const kept = pairs.filter((_, i) => needs[i] !== 'build');
  if (kept.length < pairs.length) {
    draft.copies.set(step, `${keyword(draft.subject, 'ENV')} ${kept.map(({ word }) => word.text).join(' ')}`);
  }
  return 'both';
}

/** PATH with nothing but the folders of the toolchain added: no program that is found there ships. */
export function isToolPath(name: string, { instruction }: Step): boolean {
  const value = name === 'PATH' ? assignments(instruction).find((it) => it.name === name)?.value : undefined;
  const folders = value?.replace(/^["']|["']$/g, '').split(':') ?? [];
  return folders.length > 0 && folders.every((folder) => TOOLS.test(folder));
}

const TOOLS =
  /^(\$\{?(PATH|GOPATH|GOROOT|GOBIN|PNPM_HOME|YARN_\w+)\}?|\/go|\/usr\/local\/go|\/pnpm|.*\/node_modules|.*\/\.(yarn|npm-global|pnpm)|(\/usr(\/local)?)?)(\/s?bin|\/\.bin)?$/;

const READING = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR', 'ENV', 'ARG', 'USER']);

/** Of each variable, the last step of the builder that mentions it. */
function lastMentions({ subject, cut }: Draft): ReadonlyMap<string, number> {
  const { text, lines } = subject.dockerfile;
  const last = new Map<string, number>();
  for (const { instruction, index } of subject.steps.slice(0, cut + 1)) {
    if (!READING.has(instruction.keyword)) continue;
    const { start, end } = instruction.range;
    for (const name of mentioned(text.slice(lines.offset(start), lines.offset(end)))) last.set(name, index);
  }
  return last;
}

/** The folder in which the program starts is the same as before. */
function workdir(draft: Draft): void {
  const { subject, fates, copies, cut } = draft;
  const all = subject.steps.filter(({ instruction }) => instruction.keyword === 'WORKDIR');
  for (const step of all) if (step.index > cut) fates[step.index] = 'final';
  const before = all.filter(({ index }) => index <= cut);
  const last = before.at(-1);
  if (!last || all.some(({ index, instruction }) => index > cut && instruction.args[0]?.value.startsWith('/'))) return;
  fates[last.index] = 'both';
  if (last.instruction.args[0]?.value.startsWith('/')) return;
  const next = subject.steps[last.index + 1];
  const path = (next ? next.cwd : subject.cwd) ?? '/';
  copies.set(last, `${keyword(subject, 'WORKDIR')} ${path}`);
  note(draft, 'change', last.line, `In the stage that ships WORKDIR is written in full, as ${path}.`);
}

/**
 * Where no line says in full which folder the program starts in, one does now: another base starts in another. `draft.cut` must be known, and
 * no file placed yet.
 */
export function keepFolder(draft: Draft, cwd = draft.subject.changes?.from ?? draft.subject.cwd): void {
  const { subject, fates, cut, settings } = draft;
  const own = folderOfBase(draft);
  const all = subject.steps.filter(({ instruction }) => instruction.keyword === 'WORKDIR');
  const [first] = all.filter(({ index }) => index > cut && fates[index] !== 'gone');
  if (all.length === 0 && cwd !== undefined && cwd !== own) {
    settings.push(`${keyword(subject, 'WORKDIR')} ${cwd}`);
    draft.folder = cwd;
    note(
      draft,
      'change',
      subject.stage.from.range.start.line,
      `WORKDIR ${cwd} is added: the program starts there as before, and not in ${own}, where the base does.`,
    );
  } else if (first && first === all[0] && first.cwd !== own) {
    const word = first.instruction.args[0];
    const path = subject.steps[first.index + 1]?.cwd ?? subject.cwd;
    const given = word && (subject.variables.expand(word.text, first.instruction) ?? word.value);
    if (!word || path === undefined || given?.startsWith('/')) return;
    draft.edits.push({ range: word.range, newText: path });
    note(draft, 'change', first.line, `WORKDIR is written in full, because the base starts in ${own}.`);
  }
}

/** What the command did with `cd`, WORKDIR does; written last, because what is written of the command takes the place of what was. */
export function changeFolder(draft: Draft): void {
  const { changes, cwd } = draft.subject;
  if (!changes || cwd === undefined || cwd === changes.from) return;
  const { start } = changes.step.instruction.keywordRange;
  draft.edits.push({
    range: { start, end: start },
    newText: `${keyword(draft.subject, 'WORKDIR')} ${cwd}${draft.subject.dockerfile.eol}`,
  });
  note(
    draft,
    'change',
    changes.step.line,
    `WORKDIR ${cwd} stands for “cd”, because there is no shell to change the folder.`,
  );
}

/** Versions that the official images set, each in its own way. */
const OF_BUILDERS = new Set(['GOLANG_VERSION', 'GOTOOLCHAIN', 'NODE_VERSION', 'YARN_VERSION']);

const EXPANDED = new Set(['ENV', 'ARG', 'LABEL', 'EXPOSE', 'VOLUME', 'USER', 'WORKDIR', 'STOPSIGNAL', 'COPY', 'ADD']);

/** Every ARG and ENV that a line of the final stage mentions is there too; what the old base set is not. */
function argumentsOf(draft: Draft): void {
  const { subject, fates } = draft;
  const steps = new Map(subject.steps.map((step) => [step.instruction, step]));
  // From the last line to the first, because what one line needs stands above it.
  for (const step of [...subject.steps].reverse()) {
    const fate = fates[step.index];
    if ((fate !== 'final' && fate !== 'both') || !EXPANDED.has(step.instruction.keyword)) continue;
    const texts = draft.copies.has(step) ? [draft.copies.get(step)!] : step.instruction.args.map(({ text }) => text);
    const missing: string[] = [];
    for (const name of new Set(texts.flatMap(mentioned))) {
      const setter = subject.variables.setBy(name, step.instruction);
      const above = setter && steps.get(setter);
      if (above) {
        if (fates[above.index] === 'build') fates[above.index] = 'both';
      } else if (Object.hasOwn(draft.base?.env ?? {}, name)) continue;
      else if (name !== 'PATH' && (OF_BUILDERS.has(name) || Object.hasOwn(subject.base?.env ?? {}, name)))
        missing.push(name);
    }
    if (missing.length > 0) {
      decline(
        draft,
        step.line,
        `${list(missing)} ${missing.length > 1 ? 'are' : 'is'} set by the image “${subject.base?.reference}” only, and not by a distroless base. Write the value out.`,
      );
    }
  }
}

/** Ports below 1024 need root on older engines and on most clusters' settings. */
export function warnOfLowPorts(draft: Draft, asRoot: boolean): void {
  if (asRoot) return;
  for (const { instruction, line } of draft.subject.steps) {
    if (instruction.keyword !== 'EXPOSE') continue;
    const low = instruction.args
      .map(({ text }) => draft.subject.variables.expand(text, instruction) ?? '')
      .filter((port) => Number.parseInt(port, 10) < 1024)
      .map((port) => port.replace(/\/.*/, ''));
    if (low.length > 0) {
      note(
        draft,
        'risk',
        line,
        `Port ${low.join(', ')} is below 1024: without root it can be opened on Docker 20.10 and newer, but not on every cluster. A port from 1024 on works everywhere.`,
      );
    }
  }
}

/** Says that there are two stages, which lines change theirs, and which do not although they look as if they should. */
export function noteStages(draft: Draft, base: string): void {
  noteTaken(draft);
  const { subject, fates, cut } = draft;
  const from = subject.stage.from.range.start.line;
  const name = subject.stage.name?.text;
  if (isInPlace(draft) && isBuiltOn(draft)) {
    noteKept(draft, base);
    return;
  }
  if (isInPlace(draft)) {
    const replaced = rebasedRoot(draft) ?? subject.stage;
    const [old = '', digest] = replaced.image?.value.split('@') ?? [];
    const pinned = digest === undefined ? '' : ' The digest went with the old image; pin the new one by its own.';
    note(
      draft,
      'change',
      replaced.from.range.start.line,
      `What ships is built on “${base}” instead of ${replaced.parent.kind === 'stage' ? 'the stage ' : ''}“${old}”, without a shell and a package manager.${pinned}`,
    );
    return;
  }
  if (isKept(draft)) {
    noteKept(draft, base);
    return;
  }
  note(
    draft,
    'change',
    from,
    `What is here builds${name && shippedName(draft) === undefined ? '' : `, under the name “${builderName(draft)}”`}. What ships is a stage of its own, from “${base}”, which has no shell and no package manager.`,
  );
  const goesOn = shippedName(draft);
  if (goesOn !== undefined)
    note(
      draft,
      'change',
      from,
      `“${goesOn}” is now the name of what ships, and “${builderName(draft)}” that of what is here.`,
    );
  else if (name) {
    const final = finalName(draft);
    const cure = final === undefined ? 'Leave it out to get what ships.' : `What ships is “--target ${final}”.`;
    note(draft, 'risk', from, `“--target ${name}” now stops at the builder. ${cure}`);
  }
  const moved = subject.steps.filter(
    ({ index, instruction }) =>
      index <= cut &&
      index >= subject.inherited &&
      fates[index] === 'final' &&
      !['COPY', 'ADD'].includes(instruction.keyword),
  );
  const [first] = moved;
  if (first) {
    const names = [...new Set(moved.map(({ instruction }) => instruction.keyword))];
    note(
      draft,
      'change',
      first.line,
      `${joined(names)} ${names.length > 1 ? 'move' : 'moves'} to the stage that ships.`,
    );
  }
  for (const step of subject.steps) {
    if (step.instruction.keyword !== 'ENV' || step.index > cut || fates[step.index] === 'final') continue;
    const shipped = fates[step.index] === 'both' ? (draft.copies.get(step) ?? undefined) : '';
    if (shipped === undefined) continue;
    const left = assignments(step.instruction)
      .map(({ name }) => name)
      .filter((name) => !shipped.includes(`${name}=`));
    note(
      draft,
      'change',
      step.line,
      `${joined(left)} ${left.length > 1 ? 'are' : 'is'} for the build, and not set in what ships.`,
    );
  }
}

/** What no note has named yet of what is copied into the final stage, of what is set there, and of how it is started. */
function noteTaken(draft: Draft): void {
  const { subject, copied, settings, notes } = draft;
  for (const { instruction, line: at, index } of subject.steps) {
    const { command, keyword: word } = instruction;
    const isWritten = draft.edits.some(({ range }) => range === command?.range);
    if (command?.kind !== 'shell' || !/^(ENTRYPOINT|CMD)$/.test(word) || !isWritten || draft.fates[index] === 'gone')
      continue;
    if (!notes.some((it) => it.line === at && it.message.includes('exec form')))
      note(draft, 'change', at, `${word} is written in exec form: there is no shell that could read it.`);
  }
  const { line } = subject.stage.from.range.start;
  const said = notes.map(({ message }) => message).join('\n');
  const isSaid = (word: string) => said.split(word).some((after, i) => i > 0 && !/^[\w/-]|^\.\w/.test(after));
  const paths = new Map<string, string[]>();
  for (const { path, to = path, from = builderName(draft) } of copied) {
    if (path === '/libraries' || isSaid(path) || isSaid(to)) continue;
    paths.set(from, [...(paths.get(from) ?? []), to === path ? `“${path}”` : `“${path}” (as “${to}”)`]);
  }
  for (const [from, all] of paths) {
    const message = `${joined(all)} ${all.length > 1 ? 'are' : 'is'} copied from “${from}”.`;
    note(draft, 'change', line, message);
  }
  const names = settings
    .filter((text) => /^env\s/i.test(text))
    .flatMap((text) => [...text.matchAll(/\s(\w+)=/g)].map(([, name = '']) => name))
    .filter((name) => !isSaid(name));
  const [loader] = names.filter((name) => name === 'LD_LIBRARY_PATH');
  if (loader)
    note(
      draft,
      'change',
      line,
      'LD_LIBRARY_PATH names the folder of the libraries that come along, which the base’s loader would not look into.',
    );
  const same = names.filter((name) => name !== loader);
  if (same.length > 0) {
    const message = `${joined(same)} ${same.length > 1 ? 'are' : 'is'} set as the image before sets ${same.length > 1 ? 'them' : 'it'}.`;
    note(draft, 'change', line, message);
  }
}

/** Others are built on the stage, so nothing of it moves. */
function noteKept(draft: Draft, base: string): void {
  const { dockerfile, stage } = draft.subject;
  const others = dockerfile.stages.filter(({ parent }) => parent.kind === 'stage' && parent.stage === stage.index);
  const line = stage.from.range.start.line;
  note(
    draft,
    'change',
    line,
    `What is here stays as it is, because ${list(others.map(({ name, index }) => name?.text ?? `stage ${index}`))} ${others.length > 1 ? 'are' : 'is'} built on it. What ships is a stage of its own, from “${base}”, which has no shell and no package manager.`,
  );
  note(
    draft,
    'risk',
    line,
    `“--target ${stage.name?.text}” and a build without --target still make what they made before. What ships is “--target ${finalName(draft)}”; say so where it is built, such as in a compose file.`,
  );
}

const joined = (names: readonly string[]) => names.join(', ').replace(/, ([^,]*)$/, ' and $1');
