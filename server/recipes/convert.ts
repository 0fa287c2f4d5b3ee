import { baseOf } from '../bases/effective.ts';
import { findBase } from '../bases/find.ts';
import { comesTo } from '../dockerfile/built.ts';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { isWindows } from '../dockerfile/environment.ts';
import { frontendOf } from '../dockerfile/frontend.ts';
import { flag, lastBefore } from '../dockerfile/queries.ts';
import { applyEdits } from '../dockerfile/text.ts';
import { bun } from './bun.ts';
import { c } from './c.ts';
import { changeFolder } from './carry.ts';
import { type BuildContext, type Conversion, FAMILIES, type Family, type Note, type Reason } from './conversion.ts';
import { deno } from './deno.ts';
import { dotnet } from './dotnet.ts';
import { type Draft, isBuiltOn, isInPlace, note } from './draft.ts';
import { scriptFiles } from './entry-script.ts';
import { warnOfBase } from './families.ts';
import { changesGiven, hindrance } from './given.ts';
import { go } from './go.ts';
import { unwrapInit } from './init.ts';
import { java } from './java.ts';
import { languageOf, languageOfContext, projectFiles, startWords } from './language.ts';
import { finalName, layOut } from './layout.ts';
import { node } from './node.ts';
import { php } from './php.ts';
import { python } from './python.ts';
import type { Recipe } from './recipe.ts';
import { ruby } from './ruby.ts';
import { rust } from './rust.ts';
import { distrolessByName, forDevelopment, shippedFrom, shippedStage } from './shipped-stage.ts';
import { noteStages } from './stage-notes.ts';
import { readSubject, type Subject } from './subject.ts';
import { unconverted } from './unconverted.ts';
import { untold } from './untold.ts';
import { web } from './web.ts';

const recipes: readonly Recipe[] = [go, node, rust, c, dotnet, java, python, web, bun, deno, ruby, php];

export interface ConvertOptions {
  /** Index of the stage, where somebody says which one ships; by default the one that a plain build makes. */
  readonly stage?: number;
  /** The one that a compose or bake file builds: it ships where a plain build makes a stage for development. */
  readonly built?: number;
  /** By default the one that fits best. */
  readonly family?: Family;
  readonly context?: BuildContext;
  /** ISO date. */
  readonly today: string;
}

/** What is converted is held against the whole file, line by line; nobody writes as many. */
const MOST_INSTRUCTIONS = 1_000;
const MOST_COMMANDS = 2_000;
const MOST_CHARACTERS = 500_000;

const READ_ELSEWHERE =
  'What this line says is not known here: the image that “# syntax=” names may have rules of its own. Leave it out, or write it as docker/dockerfile:1 reads it.';

function tooMuch({ instructions, text }: Dockerfile): string | undefined {
  if (instructions.length > MOST_INSTRUCTIONS) return tooMany(instructions.length, 'instructions');
  return text.length > MOST_CHARACTERS ? tooMany(text.length, 'characters') : undefined;
}

const tooMany = (count: number, what: string) =>
  `This Dockerfile has ${count.toLocaleString('en')} ${what}, and only smaller ones are converted. Take it apart, and convert what ships.`;

export function convert(dockerfile: Dockerfile, options: ConvertOptions): Conversion {
  const { context = new Map(), today } = options;
  const stage = shippedStage(dockerfile, options);
  const frontend = frontendOf(dockerfile);
  const isReached = stage ? comesTo(dockerfile, [stage.index]) : () => true;
  const problems = dockerfile.problems
    .filter((it) => !it.olderTakes && isReached(it))
    .map(({ message, range, newer }) => ({
      line: range.start.line,
      message: frontend === 'another' || (newer && frontend === 'newer') ? READ_ELSEWHERE : message,
    }));
  if (!stage) return declined(undefined, inOrder(problems));
  const line = stage.from.range.start.line;
  const base = baseOf(dockerfile, stage);
  if (base?.distroless) {
    if (!base.debug) return { outcome: 'already-minimal', base: base.reference };
    return declined(undefined, [
      {
        line,
        message: `“${base.reference}” is distroless with a shell for debugging in it. Take the tag without “debug”.`,
      },
    ]);
  }
  const shipped = shippedFrom(dockerfile, stage);
  if (shipped) return { outcome: 'already-minimal', base: shipped.reference };
  const named = distrolessByName(stage);
  if (named !== undefined) return { outcome: 'already-minimal', base: named };
  const much = tooMuch(dockerfile);
  if (much) return declined(undefined, [{ line, message: much }]);
  problems.push(...dockerfile.instructions.flatMap((instruction) => unfinished(dockerfile, instruction)));
  if (problems.length > 0) return declined(undefined, inOrder(problems));
  if (isWindows(dockerfile, stage)) {
    return declined(undefined, [
      { line, message: 'This is an image of Windows, for which there are no distroless images. Build it for Linux.' },
    ]);
  }
  const hindered = hindrance(dockerfile, stage);
  if (hindered) return declined(undefined, [hindered]);
  if (stage.parent.kind === 'unknown' && stage.image) {
    return declined(undefined, [
      {
        line,
        message: `Which image “${stage.image.value}” is depends on a build argument without a default. Give it one above the first FROM: ARG ${/\$\{?(\w+)/.exec(stage.image.value)?.[1] ?? 'NAME'}=….`,
      },
    ]);
  }
  const working = options.stage === undefined ? forDevelopment(dockerfile, stage) : undefined;
  if (working) return declined(languageOf(subjectOf(dockerfile, stage, context, today)), [working]);
  const subject = subjectOf(dockerfile, stage, context, today);
  const commands = subject.steps.reduce((sum, step) => sum + step.commands.length, 0);
  if (commands > MOST_COMMANDS) return declined(undefined, [{ line, message: tooMany(commands, 'commands') }]);
  const other = unconverted(subject);
  if (other) return declined(other.language, [other.reason]);
  const recipe = recipeFor(subject);
  const language = languageOf(subject);
  if (!recipe)
    return declined(language, [language === undefined ? untold(subject) : { line, message: notYet(language) }]);

  const { draft, base: chosen } = recipe.convert(subject, options.family);
  const reasons = [...draft.reasons, ...changesGiven(draft)];
  if (reasons.length > 0 || chosen === undefined) return declined(recipe.language, inOrder(reasons));
  const isAdded = !isInPlace(draft) || isBuiltOn(draft);
  const hinders = (isAdded ? countedLater(dockerfile, stage) : undefined) ?? unlikeShell(draft);
  if (hinders) return declined(recipe.language, [hinders]);
  leaveOutScripts(draft);
  changeFolder(draft);
  noteStages(draft, chosen);
  if (draft.base) warnOfBase(draft, draft.base);
  const edits = layOut(draft, chosen);
  return {
    outcome: 'converted',
    language: recipe.language,
    family: familyOf(chosen),
    base: chosen,
    edits,
    target: targetsOf(draft),
    dockerfile: applyEdits(dockerfile.text, edits),
    notes: inOrder(draft.notes),
  };
}

/** The same in the other families that have an image for it, each base once. */
export function alternatives(
  dockerfile: Dockerfile,
  options: ConvertOptions,
  chosen: Extract<Conversion, { outcome: 'converted' }>,
): readonly Extract<Conversion, { outcome: 'converted' }>[] {
  const bases = new Set([chosen.base]);
  return FAMILIES.flatMap((family) => {
    const other = family === chosen.family ? undefined : convert(dockerfile, { ...options, family });
    if (other?.outcome !== 'converted' || bases.has(other.base)) return [];
    bases.add(other.base);
    return [other];
  });
}

/** Whether a conversion is worth offering: a stage on a full base whose language is known. Cheap. */
export function convertible(dockerfile: Dockerfile, stage: Stage): boolean {
  if (baseOf(dockerfile, stage)?.distroless) return false;
  return recipeFor(subjectOf(dockerfile, stage, new Map(), '')) !== undefined;
}

/** The files of the build context that a conversion would like to read. */
export function contextNeeds(dockerfile: Dockerfile, target = dockerfile.target): readonly string[] {
  const stage = dockerfile.stages[target ?? -1];
  if (!stage || tooMuch(dockerfile)) return [];
  const subject = subjectOf(dockerfile, stage, new Map(), '');
  const names = [...startScripts(subject), ...(recipeFor(subject)?.contextFiles(subject) ?? projectFiles(subject))];
  return [...new Set(names)].filter((name) => !name.startsWith('..')).slice(0, 8);
}

function startScripts(subject: Subject): readonly string[] {
  const words = startWords(subject);
  return words.slice(0, unwrapInit(words) + 2).flatMap((word) => scriptFiles(subject, word));
}

/** A line that brings nothing but a script which is not run any more. */
function leaveOutScripts(draft: Draft): void {
  const { subject, fates, scripts } = draft;
  for (const { copy, index, line } of subject.steps.slice(subject.inherited)) {
    const sources = copy?.from === undefined ? (copy?.sources ?? []) : [];
    const isScript = (source: string) => scripts.has(source.replace(/^(\.?\/)+/, ''));
    if (sources.length > 0 && sources.every(isScript) && fates[index] !== 'build') {
      fates[index] = 'gone';
      note(draft, 'change', line, 'This line is left out: the script that it brings is not run any more.');
    }
  }
}

/** Whatever is written below it would become a part of it. */
function unfinished({ text, lines, escape: goesOn }: Dockerfile, { range }: Instruction): readonly Reason[] {
  const { line } = range.end;
  if (text[lines.offset(range.end) - 1] !== goesOn) return [];
  return [
    { line, message: `This line ends in “${goesOn}”, and what it should go on with is not there. Take it away.` },
  ];
}

/** What a conversion adds to a builder is written for the shell of POSIX. */
function unlikeShell({ subject: { dockerfile }, added }: Draft): Reason | undefined {
  for (const [line, texts] of added) {
    const last = dockerfile.instructions.findLast(({ range }) => range.end.line < line);
    const stage = dockerfile.stages.findLast(({ from }) => from.range.start.line < line);
    if (!last || !stage || !texts.some((text) => /^RUN\s/i.test(text))) continue;
    const shell = last.keyword === 'SHELL' ? last : lastBefore(dockerfile, stage, 'SHELL', last)?.instruction;
    const words = shell?.command?.kind === 'exec' ? shell.command.words.map(({ value }) => value) : [];
    if (!shell || words.some((word) => /^(.*\/)?(ba|da|a|k)?sh$/.test(word))) continue;
    return {
      line: shell.range.start.line,
      message: `The conversion adds commands for /bin/sh below this line, and “${words[0] ?? ''}” may not run them. Take SHELL away, and start that program by its name where it is needed.`,
    };
  }
  return undefined;
}

/** A stage between others moves those after it on by one, and some may be called by their number. */
function countedLater(dockerfile: Dockerfile, stage: Stage): Reason | undefined {
  for (const later of dockerfile.stages.slice(stage.index + 1)) {
    for (const instruction of later.instructions) {
      const from = flag(instruction, 'from')?.value ?? '';
      if (!/^\d+$/.test(from) || Number(from) <= stage.index) continue;
      const { line } = instruction.range.start;
      return {
        line,
        message: `A stage is added, and --from=${from} would then mean another one. Call it by its name.`,
      };
    }
  }
  return undefined;
}

function familyOf(base: string): Family {
  const family = findBase(base)?.family;
  return FAMILIES.find((it) => it === family) ?? (family === 'scratch' ? 'static' : 'google');
}

function subjectOf(dockerfile: Dockerfile, stage: Stage, context: BuildContext, today: string): Subject {
  return readSubject(dockerfile, stage, baseOf(dockerfile, stage), context, today);
}

function recipeFor(subject: Subject): Recipe | undefined {
  const language = languageOf(subject);
  if (language !== undefined) return recipes.find((recipe) => recipe.language === language);
  const found = recipes.find((recipe) => recipe.recognises(subject));
  const byContext = found ? undefined : languageOfContext(subject);
  return found ?? recipes.find((recipe) => recipe.language === byContext);
}

const NAMES: Readonly<Record<string, string>> = { dotnet: '.NET', php: 'PHP', nginx: 'nginx', c: 'C', cpp: 'C++' };

function notYet(language: string): string {
  const name = NAMES[language] ?? language.slice(0, 1).toUpperCase() + language.slice(1);
  const known = recipes.map((recipe) => recipe.name).join(', ');
  return `${name} is not among the languages that can be converted: ${known}.`;
}

function targetsOf(draft: Draft): { readonly before: string | undefined; readonly after: string | undefined } {
  const { stage, dockerfile } = draft.subject;
  if (stage.index === dockerfile.target) return { before: undefined, after: undefined };
  const before = stage.name?.text ?? String(stage.index);
  return { before, after: isInPlace(draft) && !isBuiltOn(draft) ? before : finalName(draft) };
}

function declined(language: string | undefined, reasons: readonly Reason[]): Conversion {
  return { outcome: 'declined', language, reasons };
}

/** By line, each sentence once. */
function inOrder<Said extends Note | Reason>(said: readonly Said[]): readonly Said[] {
  const different = new Map(said.map((one) => [`${one.line} ${one.message}`, one]));
  return [...different.values()].sort((a, b) => a.line - b.line);
}
