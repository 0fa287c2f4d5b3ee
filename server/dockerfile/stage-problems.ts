/** What BuildKit stops at in the stages of a file: dockerfile2llb/convert.go, instructions/parse.go (moby/buildkit@v0.34.2). */
import { assignments } from './assignments.ts';
import type { Instruction, Problem, Stage, Word } from './dockerfile.ts';
import { isPlatform, isReference } from './image-names.ts';
import { keywords } from './instruction.ts';
import { mountOrigins } from './mounts.ts';
import { nearest } from './near.ts';
import { fixedValue, misread } from './shell-syntax.ts';
import type { Range } from './text.ts';
import { type Budget, expand, hasVariable, newBudget, type Variable } from './variables.ts';
import { unreadable } from './word-problems.ts';

/** What BuildKit sets by itself before the first FROM: certainly there, with a value that the file does not tell. */
export const platformArgs: ReadonlySet<string> = new Set(
  ['BUILD', 'TARGET']
    .flatMap((side) => ['PLATFORM', 'OS', 'OSVERSION', 'ARCH', 'VARIANT'].map((part) => side + part))
    .concat('TARGETSTAGE'),
);

const nowhere: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** BuildKit stops at the first that is no ARG; so does this, and says nothing where that is no instruction at all. */
export function beforeStages(instructions: readonly Instruction[], hasStages: boolean): readonly Problem[] {
  const first = instructions.find(({ keyword }) => keyword !== 'ARG');
  if (first && !keywords.includes(first.keyword)) return [];
  const cure = hasStages ? 'Move it below a FROM.' : 'Write FROM and an image above it.';
  if (first) {
    const message = `${first.keyword} stands before the first FROM, where only ARG may stand. ${cure}`;
    return [{ message, range: first.keywordRange }];
  }
  if (hasStages) return [];
  const message = 'There is no FROM, and so nothing to build. Write FROM and an image.';
  return [{ message, range: instructions.at(-1)?.keywordRange ?? nowhere }];
}

/** What FROM sees, with the names of variables that no ARG above the first FROM declares. They are empty, whatever --build-arg says. */
function seenByFrom(text: string, args: ReadonlyMap<string, Variable>, escapeToken: string, budget: Budget) {
  const undeclared: string[] = [];
  const lookup = (name: string): Variable => {
    const known = args.get(name);
    // --build-arg may give it a value.
    if (known) return known.kind === 'unset' ? { kind: 'unknown', set: false } : known;
    if (platformArgs.has(name)) return { kind: 'unknown', set: false };
    undeclared.push(name);
    return { kind: 'unset' };
  };
  const value = expand(text, escapeToken, lookup, budget);
  return { value, undeclared: undeclared[0] };
}

/** What no --build-arg changes: a variable that is always empty, or a name that can be no image. */
export function misnamed(
  { args: [image], flags }: Instruction,
  args: ReadonlyMap<string, Variable>,
  escapeToken: string,
  budget: Budget,
  byName: ReadonlyMap<string, number>,
): Problem | undefined {
  const platform = flags.find(({ name, value }) => name === 'platform' && value);
  const { text, range } = image!;
  for (const [written, place] of [
    [platform?.value ?? '', platform?.valueRange ?? platform?.range ?? range],
    [text, range],
  ] as const) {
    const wrong = misread(written, escapeToken);
    const message = wrong?.kind === 'quote' ? `A quote is not closed in “${written.slice(0, 40)}”. Close it.` : '';
    if (wrong) return { message: message || unreadable(written, wrong), range: place };
  }
  const { value: on, undeclared: variable } = seenByFrom(platform?.value ?? '', args, escapeToken, budget);
  if (variable !== undefined && on !== undefined && !on.split('/').every((part) => part !== ''))
    return alwaysEmpty(variable, args, platform?.valueRange ?? platform!.range);
  const fixed = platform && fixedValue(platform.value!, escapeToken);
  if (fixed !== undefined && !isPlatform(fixed)) {
    const message = `“${fixed.slice(0, 40)}” is no platform. Write one such as linux/amd64 or linux/arm64/v8, or a variable that holds one.`;
    return { message, range: platform!.valueRange ?? platform!.range };
  }
  const { value: reference, undeclared } = seenByFrom(text, args, escapeToken, budget);
  const missing = reference === undefined ? missingIn(text, args, escapeToken, budget) : '';
  if (missing) return undeclaredArg(missing, range);
  if (reference === undefined || byName.has(reference) || isReference(reference)) return undefined;
  if (undeclared !== undefined) return alwaysEmpty(undeclared, args, range);
  if (fixedValue(text, escapeToken) === undefined) return undefined;
  const lower = reference.toLowerCase();
  const shown = reference.slice(0, 60);
  const isStage = byName.has(lower);
  if (!isStage && !isReference(lower))
    return {
      message: `“${shown}” can be no name of an image. Write one such as debian:13, or the name of a stage.`,
      range,
    };
  const message = isStage
    ? `FROM finds a stage by its name in lower case, so “${shown}” is no stage and no image. Write “${lower}”.`
    : `The name of an image is in lower case, and “${shown}” is not. Write “${lower}”.`;
  const title = isStage ? `Write “${lower}”` : `Write “${lower}” (assumes that this image is meant)`;
  return { message, range, fix: { title, range, newText: lower } };
}

function alwaysEmpty(name: string, args: ReadonlyMap<string, Variable>, range: Range): Problem {
  const shown = name.slice(0, 40);
  const meant = name.length < 100 && args.size < 100 ? nearest([...platformArgs, ...args.keys()], name) : undefined;
  const cure = meant === undefined ? `Declare it there: ARG ${shown}=….` : `Write ${meant}, if that is meant.`;
  return {
    message: `No ARG above the first FROM declares “${shown}”, so it is empty here, whatever --build-arg says. ${cure}`,
    range,
  };
}

/** In lower case. */
export const STAGE_NAME = /^[a-z][a-z0-9\-_.]*$/;

export function misshapen(from: Instruction, name: Word | undefined): Problem | undefined {
  const { args } = from;
  if (args.length === 0)
    return { message: 'FROM names no image. Write the image to start from, or scratch.', range: from.keywordRange };
  const lower = name?.text.toLowerCase() ?? '';
  if (name && !STAGE_NAME.test(lower)) {
    const message =
      'A stage name begins with a letter and holds letters, digits, “-”, “_” and “.” only. Choose another name.';
    return { message, range: name.range };
  }
  // It is looked up as an image among the contexts that the build is given.
  if (name && !isReference(lower)) {
    const message =
      'A stage name ends in a letter or digit, with one “.”, one or two “_”, or “-” between them. Choose another name.';
    return { message, range: name.range };
  }
  if (args.length === 1 || name) return undefined;
  const second = args[1] ?? args[0];
  const last = args.at(-1) ?? args[0];
  if (!second || !last) return undefined;
  const message =
    'FROM takes an image, or an image, AS and a name. Remove what is too much, or write AS before the name.';
  const at = { start: second.range.start, end: second.range.start };
  const written = second.text.toLowerCase();
  const isName = args.length === 2 && written !== 'as' && STAGE_NAME.test(written) && isReference(written);
  const fix = {
    title: `Write AS (assumes that “${second.text.slice(0, 40)}” is the stage’s name)`,
    range: at,
    newText: 'AS ',
  };
  return { message, range: { start: second.range.start, end: last.range.end }, ...(isName && { fix }) };
}

/** What is looked at in all stages before any is built: whether what --from and mounts name is a stage, or can be an image. */
export function misnamedSources(stages: readonly Stage[], byName: ReadonlyMap<string, number>): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { instructions } of stages)
    for (const instruction of instructions)
      for (const { name, range } of instruction.flags.length > 0 ? originsOf(instruction) : []) {
        const isStage = byName.has(name.toLowerCase()) || hasVariable(name);
        if (isStage || isReference(name)) continue;
        const lower = name.toLowerCase();
        const message = `No stage is called “${name.slice(0, 60)}”, and no image can be. Write the name of a stage, or of an image such as debian:13.`;
        const fix = { title: `Write “${lower}” (assumes that this image is meant)`, range, newText: lower };
        const isPlain =
          range.start.line === range.end.line && range.end.character - range.start.character === name.length;
        problems.push({ message, range, ...(isPlain && isReference(lower) && { fix }) });
      }
  return problems;
}

function originsOf(it: Instruction): readonly { readonly name: string; readonly range: Range }[] {
  if (it.keyword === 'RUN') return mountOrigins(it);
  const from = it.keyword === 'COPY' ? it.flags.find(({ name, value }) => name === 'from' && value) : undefined;
  // A number is that of a stage, if it is not too large for one.
  if (!from?.value || /^[+-]?\d{1,18}$/.test(from.value)) return [];
  return [{ name: from.value, range: from.valueRange ?? from.range }];
}

/** `ARG A=${B:?message}` above the first FROM, of a B that nothing gives a value. */
export function missingArgs(beforeFrom: readonly Instruction[], escapeToken: string): readonly Problem[] {
  const declared = new Set<string>();
  const problems: Problem[] = [];
  const budget = newBudget();
  for (const instruction of beforeFrom) {
    if (instruction.keyword !== 'ARG') continue;
    for (const { name, value, word } of assignments(instruction)) {
      const missing = value === undefined ? '' : missingIn(value, declared, escapeToken, budget);
      if (missing) problems.push(undeclaredArg(missing, word.range));
      declared.add(name);
    }
  }
  return problems;
}

/** The variable that has to have a value in the text, and that nothing declares; empty without one. */
function missingIn(
  text: string,
  declared: { has(name: string): boolean },
  escapeToken: string,
  budget: Budget,
): string {
  if (!text.includes('?') || misread(text, escapeToken)) return '';
  let missing = '';
  const lookup = (name: string): Variable => {
    if (declared.has(name) || platformArgs.has(name)) return { kind: 'set', value: 'x' };
    missing = name;
    return { kind: 'unset' };
  };
  return expand(text, escapeToken, lookup, budget) === undefined && budget.left > 0 ? missing : '';
}

function undeclaredArg(name: string, range: Range): Problem {
  const shown = name.slice(0, 40);
  const message = `No ARG above declares “${shown}”, which has to have a value here. Declare it above the first FROM: ARG ${shown}=….`;
  return { message, range };
}
