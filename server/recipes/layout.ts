/** Puts a draft on the page: the edits that make two stages of one, or give the stage another base, with every other line as it was. */

import type { Stage } from '../dockerfile/dockerfile.ts';
import { copySource, flag, mountSources, rootStage } from '../dockerfile/queries.ts';
import { applyEdits, type Lines, type TextEdit } from '../dockerfile/text.ts';
import { execForm } from '../dockerfile/writing.ts';
import { type Draft, isBuiltOn, isInPlace, isKept } from './draft.ts';
import { isGiven } from './given.ts';
import { chainOf } from './stage-variables.ts';
import { isAlone, type Step } from './subject.ts';
import { looksAtTarget } from './target-platform.ts';

export function layOut(draft: Draft, base: string): readonly TextEdit[] {
  const { dockerfile, stage, steps, inherited } = draft.subject;
  const { lines } = dockerfile;
  const inPlace = isInPlace(draft);
  const kept = isKept(draft);
  const root = rebasedRoot(draft);
  const edits: TextEdit[] = [...(inPlace ? newBase(root ?? stage, base) : nameBuilder(stage, draft))];
  for (const edit of draft.edits) {
    const step = steps.find(({ instruction }) => holds(instruction.range, edit.range));
    const isBelow = step && step.index < inherited;
    const staysPut =
      !step || (!kept && draft.fates[step.index] !== 'gone' && (isBelow ? root !== undefined : step.index > draft.cut));
    if (staysPut) edits.push(edit);
  }
  edits.push(...draft.rewritten);
  const deleted = kept ? new Set<number>() : deletedLines(draft);
  const end = new Map(atEnd(draft));
  const inserted = new Map(
    [...draft.added].filter(([line]) => !end.has(line)).map(([line, texts]) => [line, [...texts]]),
  );
  const insert = (line: number, texts: readonly string[]) => {
    if (texts.length > 0) inserted.set(line, [...(inserted.get(line) ?? []), ...texts]);
  };
  if (inPlace) {
    const last = steps.findLast(({ copy, index }) => copy && index >= inherited && draft.fates[index] !== 'gone');
    const top = stage.from.range.end.line + 1;
    const { settings, copies, rest } = finalLines(draft);
    insert(top, settings);
    insert(last ? last.bottom + 1 : top, copies);
    insert(top, rest);
  } else {
    const below = endOf(stage, kept ? steps.at(-1) : steps[draft.cut]);
    const asStage = `${keyword(draft.subject, 'FROM')} ${stage.name?.text} ${keyword(draft.subject, 'AS')} ${builderName(draft)}`;
    insert(below, [...(hasOwnEnd(draft) ? ['', asStage] : []), ...[...end.values()].flat()]);
    const { settings, copies, rest } = finalLines(draft);
    const name = finalName(draft);
    const named = name === undefined ? '' : ` ${keyword(draft.subject, 'AS')} ${name}`;
    const from = `${keyword(draft.subject, 'FROM')} ${platform(draft)}${base}${named}`;
    const [first, ...others] = [...settings, ...copies, ...rest];
    insert(below, ['', from, ...(first === '' || first === undefined ? [] : [first]), ...others]);
  }
  // What is put before a line comes before what is changed at its start.
  edits.unshift(...lineEdits(lines, deleted, inserted, dockerfile.eol));
  const from = ({ range }: TextEdit) => lines.offset(range.start);
  const to = ({ range }: TextEdit) => lines.offset(range.end);
  edits.sort((a, b) => from(a) - from(b) || to(a) - to(b));
  return inPlace && isBuiltOn(draft) ? besideIt(draft, edits) : edits;
}

/** What would be changed in the stage is changed in a copy of it, which stands after it under a name of its own. */
function besideIt(draft: Draft, edits: readonly TextEdit[]): readonly TextEdit[] {
  const { dockerfile, stage, steps } = draft.subject;
  const { lines, text, eol } = dockerfile;
  const start = lines.start(stage.from.range.start.line);
  const below = endOf(stage, steps.at(-1));
  const end = below < lines.count ? lines.start(below) : text.length;
  const isInside = ({ range }: TextEdit) => lines.offset(range.end) > start && lines.offset(range.end) <= end;
  const inside = edits.filter(isInside);
  const name = finalName(draft) ?? '';
  const renamed = stage.name ? [{ range: stage.name.range, newText: name }] : [];
  const whole = applyEdits(text, [...inside, ...renamed]);
  const copy = whole.slice(start, whole.length - (text.length - end)).trimEnd();
  const at = lines.at(end);
  const insertion = {
    range: { start: at, end: at },
    newText: `${text.slice(0, end).endsWith('\n') ? '' : eol}${eol}${copy}${eol}`,
  };
  const outside = edits.filter((edit) => !isInside(edit));
  return [
    ...outside.filter(({ range }) => lines.offset(range.start) < end),
    insertion,
    ...outside.filter(({ range }) => lines.offset(range.start) >= end),
  ];
}

/**
 * The lowest of the stages that this one is built on, where they serve nothing else, and every line of theirs is kept but a RUN that is not
 * needed: then the image in its FROM is the one that is replaced. Undefined: what this one needs of them is repeated in it.
 */
export function rebasedRoot(draft: Draft): Stage | undefined {
  const { subject, fates, copied } = draft;
  const { dockerfile, stage, steps, inherited } = subject;
  if (!isInPlace(draft) || isBuiltOn(draft) || !isAlone(subject) || copied.some(({ from }) => from === undefined))
    return undefined;
  const isLost = ({ instruction: { keyword }, index }: Step) =>
    keyword === 'ONBUILD' || (keyword === 'RUN') !== (fates[index] === 'gone');
  return steps.slice(0, inherited).some(isLost) ? undefined : chainOf(dockerfile, stage)[0];
}

function newBase(stage: Stage, base: string): readonly TextEdit[] {
  return stage.image ? [{ range: stage.image.range, newText: base }] : [];
}

const endOf = ({ from }: Stage, step: Step | undefined): number => Math.max(step?.bottom ?? 0, from.range.end.line) + 1;

/** Of a stage that is left whole: what would be put at the end of the builder, by line. */
function atEnd(draft: Draft): readonly (readonly [number, readonly string[]])[] {
  const { stage, steps } = draft.subject;
  const [first, last] = [endOf(stage, steps[draft.cut]), endOf(stage, steps.at(-1))];
  return isKept(draft)
    ? [...draft.added].filter(([line]) => first <= line && line <= last).sort(([a], [b]) => a - b)
    : [];
}

/** It is put into a stage of its own, so that it changes nothing for those that are built on the builder. */
const hasOwnEnd = (draft: Draft): boolean => {
  const texts = atEnd(draft).flatMap(([, all]) => all);
  return texts.some((text) => text !== '') && !texts.some((text) => /^from\s/i.test(text));
};

/** What --from says of the builder: the stage itself under a name, or where it is kept with another base, the stage below it. */
export function builderName(draft: Draft): string {
  const { stage } = draft.subject;
  if (isInPlace(draft)) return stage.image?.text ?? '';
  if (stage.name && shippedName(draft) === undefined && !hasOwnEnd(draft)) return stage.name.text;
  return unused(draft, ['build', 'app-build', 'final-build'], `build-${stage.index}`);
}

/** What the new stage is called: it needs a name where it is not the last, which a plain build makes. */
export function finalName(draft: Draft): string | undefined {
  const { stage, dockerfile } = draft.subject;
  const isLast = stage.index === dockerfile.stages.length - 1;
  return (
    shippedName(draft) ?? (isLast ? undefined : unused(draft, ['final', 'ship', 'runtime'], `final-${stage.index}`))
  );
}

function unused({ subject: { dockerfile } }: Draft, names: readonly string[], otherwise: string): string {
  const images = dockerfile.instructions.map((instruction) => flag(instruction, 'from')?.value);
  const taken = new Set([...dockerfile.stages.map(({ name }) => name?.text), ...images].map((it) => it?.toLowerCase()));
  return names.find((name) => !taken.has(name) && !isGiven(dockerfile, name)) ?? otherwise;
}

/** A name that is for what ships, by which people and compose files may ask for it, goes along to the new stage; one that others build on stays. */
export function shippedName(draft: Draft): string | undefined {
  const { stage, dockerfile } = draft.subject;
  const name = stage.name?.text;
  if (name === undefined || isInPlace(draft) || BUILDER.test(name)) return undefined;
  const isUsed = dockerfile.stages.some(
    (other) =>
      (other.parent.kind === 'stage' && other.parent.stage === stage.index) ||
      other.instructions.some((instruction) =>
        [copySource(dockerfile, other, instruction), ...mountSources(dockerfile, other, instruction)].some(
          (source) => source?.kind === 'stage' && source.stage === stage.index,
        ),
      ),
  );
  return isUsed ? undefined : name;
}

const BUILDER = /(^|[-_])(base|build|builder|compile|compiler|deps|dependencies|install|packages?)([-_]|$)/i;

/** The keyword in lower case where the file writes FROM so. */
export function keyword({ dockerfile, stage }: Draft['subject'], word: string): string {
  const { start, end } = stage.from.keywordRange;
  const written = dockerfile.text.slice(dockerfile.lines.offset(start), dockerfile.lines.offset(end));
  return written === written.toLowerCase() ? word.toLowerCase() : word;
}

function nameBuilder(stage: Stage, draft: Draft): readonly TextEdit[] {
  if (stage.name) {
    return shippedName(draft) === undefined || isKept(draft)
      ? []
      : [{ range: stage.name.range, newText: builderName(draft) }];
  }
  if (!stage.image) return [];
  const { end } = stage.image.range;
  return [{ range: { start: end, end }, newText: ` ${keyword(draft.subject, 'AS')} ${builderName(draft)}` }];
}

const SETTINGS = new Set(['ARG', 'ENV', 'LABEL', 'MAINTAINER', 'WORKDIR', 'STOPSIGNAL']);
const FILES = new Set(['COPY', 'ADD']);

/** What is built for one platform runs on that one, unless the build itself looks at the target's. */
function platform({ subject }: Draft): string {
  const { platform: own } = rootStage(subject.dockerfile, subject.stage);
  return own === undefined || looksAtTarget(subject) ? '' : `--platform=${own} `;
}

/** What is put into the final stage: settings, then what is copied, then how it is run; each group in the order of the original. */
function finalLines(draft: Draft): Record<'settings' | 'copies' | 'rest', readonly string[]> {
  const { subject } = draft;
  const kept = isKept(draft);
  const stays = rebasedRoot(draft) === undefined ? 0 : subject.inherited;
  const carried = subject.steps
    .slice(stays)
    .filter(
      ({ index }) =>
        (index <= draft.cut || index < subject.inherited || kept) && ['both', 'final'].includes(draft.fates[index]!),
    );
  const put = (wanted: (keyword: string) => boolean) =>
    carried
      .filter(({ instruction }) => wanted(instruction.keyword))
      .flatMap((step) => {
        const piece = carriedText(draft, step);
        return [...(/^\s*#/.test(piece) ? [''] : []), ...piece.split(/\r?\n/)];
      });
  const copied = draft.copied.map(({ path, to = path, owner, from = builderName(draft) }) => {
    const paths = /\s/.test(path + to) ? execForm([path, to]) : `${path} ${to}`;
    return `${keyword(subject, 'COPY')} --from=${from}${owner ? ` --chown=${owner}` : ''} ${paths}`;
  });
  return {
    settings: [...put((it) => SETTINGS.has(it)), ...draft.settings.flatMap((text) => text.split(/\r?\n/))],
    copies: [...copied, ...put((it) => FILES.has(it))],
    rest: [...put((it) => !SETTINGS.has(it) && !FILES.has(it)), ...draft.ending],
  };
}

/** What moves takes its comments with it; what is in both stages leaves them in the builder. */
function carriedText(draft: Draft, step: Step): string {
  const given = draft.copies.get(step);
  if (given !== undefined) return given;
  const { lines, text } = draft.subject.dockerfile;
  const from = lines.start(
    draft.fates[step.index] === 'final' && step.index >= draft.subject.inherited && !isKept(draft)
      ? step.top
      : step.line,
  );
  const to = lines.end(step.bottom);
  const inside = draft.edits
    .map(({ range, newText }) => ({ from: lines.offset(range.start), to: lines.offset(range.end), newText }))
    .filter((edit) => edit.from >= from && edit.to <= to)
    .sort((a, b) => a.from - b.from);
  let result = '';
  let done = from;
  for (const edit of inside) {
    result += text.slice(done, edit.from) + edit.newText;
    done = edit.to;
  }
  return result + text.slice(done, to);
}

/** The lines of what moves or goes, and a blank line where two would meet. */
function deletedLines(draft: Draft): ReadonlySet<number> {
  const { steps, dockerfile, inherited } = draft.subject;
  const { lines, text } = dockerfile;
  const deleted = new Set<number>();
  for (const step of steps.slice(rebasedRoot(draft) ? 0 : inherited)) {
    const fate = draft.fates[step.index];
    if (fate !== 'gone' && !(fate === 'final' && step.index >= inherited && step.index <= draft.cut)) continue;
    for (let line = step.top; line <= step.bottom; line++) deleted.add(line);
  }
  const blank = (line: number) => line < lines.count && text.slice(lines.start(line), lines.end(line)).trim() === '';
  const afterCut = (steps[draft.cut]?.bottom ?? draft.subject.stage.from.range.end.line) + 1;
  for (const first of [...deleted].filter((line) => !deleted.has(line - 1))) {
    let next = first;
    while (deleted.has(next)) next++;
    const atEnd = text.slice(lines.start(Math.min(next, lines.count - 1))).trim() === '' || next >= lines.count;
    if (atEnd) {
      for (let line = first - 1; line > afterCut - 1 && blank(line); line--) deleted.add(line);
    } else if (blank(next) && blank(first - 1) && first !== afterCut) deleted.add(next);
  }
  return deleted;
}

/** One edit for each run of lines that are deleted, or before which something is put. */
function lineEdits(
  lines: Lines,
  deleted: ReadonlySet<number>,
  inserted: ReadonlyMap<number, readonly string[]>,
  eol: string,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  for (let line = 0; line <= lines.count; line++) {
    if (!deleted.has(line) && !inserted.has(line)) continue;
    const first = line;
    const texts: string[] = [...(inserted.get(line) ?? [])];
    while (deleted.has(line)) {
      line++;
      texts.push(...(inserted.get(line) ?? []));
    }
    if (line < lines.count) {
      const range = { start: { line: first, character: 0 }, end: { line, character: 0 } };
      edits.push({ range, newText: texts.map((text) => text + eol).join('') });
    } else {
      // The last line has no line ending of its own.
      const start = lines.at(lines.end(first - 1));
      edits.push({
        range: { start, end: lines.at(lines.text.length) },
        newText: texts.map((text) => eol + text).join(''),
      });
    }
  }
  return edits;
}

function holds(outer: TextEdit['range'], inner: TextEdit['range']): boolean {
  const { start, end } = outer;
  return (
    (inner.start.line > start.line || (inner.start.line === start.line && inner.start.character >= start.character)) &&
    (inner.end.line < end.line || (inner.end.line === end.line && inner.end.character <= end.character))
  );
}
