/** What of the configuration goes along into the final stage: ENV, LABEL, EXPOSE, VOLUME and the like, with the ARGs that they need. */
import { assignments } from '../dockerfile/assignments.ts';
import { variablesIn, variablesUsed } from '../dockerfile/variables-used.ts';
import { type Draft, decline, list, note } from './draft.ts';
import { folderOfBase } from './files.ts';
import { keyword } from './layout.ts';
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
  const last = new Map<string, number>();
  for (const { instruction, index } of subject.steps.slice(0, cut + 1)) {
    if (!READING.has(instruction.keyword)) continue;
    for (const name of variablesUsed(instruction, subject.dockerfile.escape)) last.set(name, index);
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
    const copy = draft.copies.get(step);
    const missing: string[] = [];
    for (const name of copy === undefined
      ? variablesUsed(step.instruction, subject.dockerfile.escape)
      : variablesIn(copy, subject.dockerfile.escape)) {
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
