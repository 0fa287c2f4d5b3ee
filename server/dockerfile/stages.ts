/** The stages of a Dockerfile, and what each is built on. */

import { assignments } from './assignments.ts';
import type { Instruction, Parent, Problem, Stage, Word } from './dockerfile.ts';
import { type Platform, readPlatform } from './platform.ts';
import { beforeStages, misnamed, misnamedSources, misshapen, missingArgs, platformArgs } from './stage-problems.ts';
import { type Budget, expand, type Lookup, newBudget, type Variable } from './variables.ts';

export interface Graph {
  readonly stages: readonly Stage[];
  readonly globalArgs: ReadonlyMap<string, string | undefined>;
  readonly problems: readonly Problem[];
}

export function readStages(instructions: readonly Instruction[], escapeToken: string): Graph {
  const stages: Stage[] = [];
  const problems: Problem[] = [];
  const budget = newBudget();
  const checking = newBudget();
  const firstFrom = instructions.findIndex(({ keyword }) => keyword === 'FROM');
  const beforeFrom = firstFrom < 0 ? instructions : instructions.slice(0, firstFrom);
  const args = readGlobalArgs(beforeFrom, escapeToken, budget);
  for (const problem of [...beforeStages(beforeFrom, firstFrom >= 0), ...missingArgs(beforeFrom, escapeToken)])
    problems.push(problem);
  const lookup = globalLookup(args);
  const globalArgs = new Map([...args].map(([name, arg]) => [name, arg.kind === 'set' ? arg.value : undefined]));
  const byName = new Map<string, number>();

  for (let i = Math.max(firstFrom, 0); firstFrom >= 0 && i < instructions.length; ) {
    const from = instructions[i];
    if (!from) break;
    let next = i + 1;
    while (next < instructions.length && instructions[next]?.keyword !== 'FROM') next++;
    const own = instructions.slice(i + 1, next);
    const index = stages.length;
    const image = from.args[0];
    const name = from.args.length === 3 && from.args[1]?.text.toLowerCase() === 'as' ? from.args[2] : undefined;
    const problem = misshapen(from, name) ?? misnamed(from, args, escapeToken, checking, byName);
    if (problem) problems.push(problem);
    const parent = parentOf(image, escapeToken, lookup, budget, byName);
    const platform = from.flags.find((flag) => flag.name === 'platform')?.value;
    let builtFor: Platform = { kind: 'target' };
    if (parent.kind === 'stage') builtFor = stages[parent.stage]!.builtFor;
    else if (platform && parent.kind !== 'scratch')
      builtFor = readPlatform(platform, escapeToken, args, lookup, budget);
    stages.push({
      index,
      name,
      from,
      image,
      parent,
      platform,
      builtFor,
      instructions: own,
      range: { start: from.range.start, end: (own.at(-1) ?? from).range.end },
    });
    if (name) byName.set(name.text.toLowerCase(), index);
    i = next;
  }
  for (const problem of misnamedSources(stages, byName)) problems.push(problem);
  return { stages, globalArgs, problems };
}

/** The base name is looked up as written, among earlier stages only; their names are in lower case (BuildKit's `addState`). */
function parentOf(
  image: Word | undefined,
  escapeToken: string,
  lookup: Lookup,
  budget: Budget,
  byName: ReadonlyMap<string, number>,
): Parent {
  const reference = image && expand(image.text, escapeToken, lookup, budget);
  if (!reference) return { kind: 'unknown' };
  const stage = byName.get(reference);
  if (stage !== undefined) return { kind: 'stage', stage };
  return reference === 'scratch' ? { kind: 'scratch' } : { kind: 'image', reference };
}

/** The variables that FROM sees. What is not declared there, --build-arg does not set. */
const globalLookup =
  (args: ReadonlyMap<string, Variable>): Lookup =>
  (name) =>
    args.get(name) ?? platformArg(name) ?? { kind: 'unset' };

/** What BuildKit sets for an ARG of that name; undefined for others. */
export const platformArg = (name: string): Variable | undefined =>
  platformArgs.has(name) ? { kind: 'unknown', set: true, filled: !/(VERSION|VARIANT)$/.test(name) } : undefined;

function readGlobalArgs(
  instructions: readonly Instruction[],
  escapeToken: string,
  budget: Budget,
): ReadonlyMap<string, Variable> {
  const args = new Map<string, Variable>();
  const lookup = globalLookup(args);
  for (const instruction of instructions) {
    if (instruction.keyword !== 'ARG') continue;
    for (const { name, value } of assignments(instruction)) {
      const known = value === undefined ? undefined : expand(value, escapeToken, lookup, budget);
      if (known !== undefined) args.set(name, { kind: 'set', value: known });
      else if (value !== undefined) args.set(name, { kind: 'unknown', set: true });
      else if (!args.has(name)) args.set(name, platformArg(name) ?? { kind: 'unset', open: true });
    }
  }
  return args;
}
