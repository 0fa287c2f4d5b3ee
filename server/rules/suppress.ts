/**
 * What comments silence. Ours, `# distroless: ignore=rule[,rule] [reason]` (`all` for every rule): above an instruction or inside it, for that
 * instruction; in a block of comments of its own before the first instruction, with an empty line below, for the whole file. And BuildKit's,
 * `# check=skip=Name[,Name]`: as a directive for the whole file, above an instruction for that one; it silences what BuildKit checks too.
 */
import type { Comment, Dockerfile, Instruction } from '../dockerfile/dockerfile.ts';
import type { Position, Range, TextEdit } from '../dockerfile/text.ts';
import type { Rule } from './rule.ts';

export type Silenced = (rule: Rule, at: Position) => boolean;

/** Undefined where nothing is silenced. */
export function silencedBy(dockerfile: Dockerfile): Silenced | undefined {
  const wholeFile = newNames();
  const byInstruction = new Map<Instruction, Names>();
  const directive = dockerfile.directives.find(({ name }) => name === 'check');
  if (directive) for (const name of skipped(directive.value)) wholeFile.buildkit.add(name);
  for (const { comment, instruction } of placed(dockerfile, (text) => OURS.test(text) || BUILDKITS.test(text))) {
    let names = wholeFile;
    if (instruction) {
      names = byInstruction.get(instruction) ?? newNames();
      byInstruction.set(instruction, names);
    }
    for (const { name } of namesIn(comment)) names.ours.add(name.toLowerCase());
    // A comment that stands for no instruction is none of BuildKit's: its directive stands above all else.
    const check = instruction && BUILDKITS.exec(comment.text)?.[1];
    if (check) for (const name of skipped(check.replace(/\s*\/\/.*$/, ''))) names.buildkit.add(name);
  }
  if (byInstruction.size === 0 && wholeFile.ours.size === 0 && wholeFile.buildkit.size === 0) return undefined;
  return (rule, at) => {
    if (holds(wholeFile, rule)) return true;
    const instruction = byInstruction.size > 0 ? instructionAt(dockerfile, at) : undefined;
    const names = instruction && byInstruction.get(instruction);
    return names !== undefined && holds(names, rule);
  };
}

export interface IgnoredName {
  readonly name: string;
  readonly range: Range;
}

/** The names of rules in all comments of ours. */
export function ignoredNames(dockerfile: Dockerfile): readonly IgnoredName[] {
  return dockerfile.comments.flatMap((comment) => [...namesIn(comment)]);
}

/** The edit that silences the rule for the instruction at `at`; undefined where none is there. */
export function ignoreEdit(dockerfile: Dockerfile, rule: string, at: Position): TextEdit | undefined {
  const instruction = instructionAt(dockerfile, at);
  if (!instruction) return undefined;
  const { start } = instruction.range;
  // One line of names instead of two.
  const above = commentAt(dockerfile, start.line - 1);
  const last = above && [...namesIn(above)].at(-1);
  if (last) return { range: { start: last.range.end, end: last.range.end }, newText: `,${rule}` };
  const line = { line: start.line, character: 0 };
  const indent = dockerfile.text.slice(dockerfile.lines.offset(line), dockerfile.lines.offset(start));
  const newText = `${indent.replace(/\S.*/s, '')}# distroless: ignore=${rule}${dockerfile.eol}`;
  return { range: { start: line, end: line }, newText };
}

function commentAt({ comments }: Dockerfile, line: number): Comment | undefined {
  const found = firstThat(comments, ({ range }) => range.start.line >= line);
  return found?.range.start.line === line ? found : undefined;
}

/** The instruction that `at` stands in. */
export function instructionAt({ instructions }: Dockerfile, at: Position): Instruction | undefined {
  const found = lastThat(instructions, ({ range }) => !isBefore(at, range.start));
  return found && !isBefore(found.range.end, at) ? found : undefined;
}

interface Names {
  readonly ours: Set<string>;
  readonly buildkit: Set<string>;
}

const newNames = (): Names => ({ ours: new Set(), buildkit: new Set() });

const OURS = /^#\s*distroless\s*:\s*ignore\s*=/i;
const BUILDKITS = /^#\s*check\s*=(.*)$/i;

function holds({ ours, buildkit }: Names, rule: Rule): boolean {
  if (ours.has(rule.id) || ours.has('all')) return true;
  return rule.buildkit !== undefined && (buildkit.has(rule.buildkit) || buildkit.has('all'));
}

function* namesIn({ text, range }: Comment): Generator<IgnoredName> {
  const head = OURS.exec(text);
  if (!head) return;
  const name = /\s*([\w-]+)\s*(,?)/y;
  name.lastIndex = head[0].length;
  const { line, character } = range.start;
  for (let match = name.exec(text); match; match = match[2] ? name.exec(text) : null) {
    const [whole, word = ''] = match;
    const start = character + match.index + whole.indexOf(word);
    yield { name: word, range: { start: { line, character: start }, end: { line, character: start + word.length } } };
  }
}

/** `skip=A,B;error=true`, as BuildKit reads it: names as they are written, `all` for every one. */
function skipped(options: string): readonly string[] {
  return options
    .split(';')
    .map((option) => option.split('='))
    .filter(([key]) => key?.trim() === 'skip')
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
}

/** Each comment that is wanted, with the instruction it stands for; without one it stands for the file. */
function* placed(
  dockerfile: Dockerfile,
  wanted: (text: string) => boolean,
): Generator<{ readonly comment: Comment; readonly instruction: Instruction | undefined }> {
  const { comments, instructions } = dockerfile;
  if (!comments.some(({ text }) => wanted(text))) return;
  const first = instructions[0];
  // From the last one up, so that each block of comments is gone through once.
  let below: { readonly line: number; readonly instruction: Instruction | undefined } | undefined;
  for (const comment of comments.toReversed()) {
    const { start } = comment.range;
    let instruction = instructionAt(dockerfile, start);
    if (!instruction) {
      if (below?.line === start.line + 1) instruction = below.instruction;
      else {
        const next = firstThat(instructions, ({ range }) => isBefore(start, range.start));
        // An empty line below makes a heading of it where nothing is above, and changes nothing elsewhere.
        const heading = next === first && next?.range.start.line !== start.line + 1;
        instruction = heading ? undefined : next;
      }
      below = { line: start.line, instruction };
    }
    if (wanted(comment.text) && (instruction || !first || isBefore(start, first.range.start)))
      yield { comment, instruction };
  }
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

/** Of a list that is first all true, then all false. */
export function lastThat<T>(list: readonly T[], holdsFor: (one: T) => boolean): T | undefined {
  return list[boundary(list, holdsFor) - 1];
}

/** Of a list that is first all false, then all true. */
function firstThat<T>(list: readonly T[], holdsFor: (one: T) => boolean): T | undefined {
  return list[boundary(list, (one) => !holdsFor(one))];
}

function boundary<T>(list: readonly T[], holdsFor: (one: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holdsFor(list[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
