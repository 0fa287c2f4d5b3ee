/** What is known of a base image, of a stage, and of what the build is given by name, as Markdown: names of the user's are code, and cannot end it. */
import type { Base, Family } from '../bases/base.ts';
import { baseOf } from '../bases/effective.ts';
import { knowledge } from '../bases/find.ts';
import { languageNames } from '../bases/language-names.ts';
import { lifecycle } from '../bases/lifecycle.ts';
import type { Dockerfile, Given, Stage } from '../dockerfile/dockerfile.ts';
import { expanded } from '../dockerfile/environment.ts';
import { whatItIs } from '../dockerfile/named-contexts.ts';
import { lastOf, rootStage } from '../dockerfile/queries.ts';
import { isRoot } from '../dockerfile/writing.ts';

export interface Description {
  readonly facts: string;
  /** Where they come from. */
  readonly source?: string;
}

/** `day`: today, as an ISO date. */
export function describeBase(base: Base, day: string): Description {
  const sources = base.sources.length > 0 ? ` Sources: ${base.sources.map(code).join(', ')}.` : '';
  const runs = base.user === undefined ? undefined : runsAs(base);
  return {
    facts: `${code(base.reference)}\n\n${list([system(base), starts(base), runs, tools(base), ends(base, day)])}`,
    source: `As known on ${knowledge.asOf}.${sources}`,
  };
}

/** Of --from: who misspells a stage has named an image. */
export function describeImage(name: string): Description {
  return { facts: `No stage of this file is called ${code(name)}, so it is the name of an image.` };
}

export type Shipping = 'target' | 'below a target' | 'development' | 'no';

/** Of the finished stage. Undefined facts are left out. */
export function describeStage(dockerfile: Dockerfile, stage: Stage, shipping: Shipping, day: string): Description {
  const base = baseOf(dockerfile, stage);
  const user = lastOf(dockerfile, stage, 'USER');
  const [word] = user?.instruction.args ?? [];
  const said = user && word && (expanded(dockerfile, user.stage, user.instruction, word) ?? word.text);
  const as = said ?? base?.user;
  const facts = list([
    SHIPS[shipping],
    base && system(base),
    as === undefined ? undefined : runsAs({ user: as }),
    base && tools(base),
    base && ends(base, day),
  ]);
  return {
    facts: `Stage ${called(stage)} is built on ${origin(dockerfile, stage)}\n\n${facts}`,
    ...(base && { source: `The base as known on ${knowledge.asOf}.` }),
  };
}

const SHIPS: Readonly<Record<Shipping, string>> = {
  target: 'Ships: it is what is built',
  'below a target': 'Ships: what is built stands on it',
  development: 'Built by name, but not to ship',
  no: 'Does not ship, but for what is copied from it',
};

function called({ index, name, from }: Stage): string {
  return `${name ? code(name.text) : index} (line ${from.range.start.line + 1})`;
}

function origin(dockerfile: Dockerfile, stage: Stage): string {
  const { parent } = rootStage(dockerfile, stage);
  const root =
    parent.kind === 'image'
      ? code(parent.reference)
      : parent.kind === 'scratch'
        ? 'nothing (`scratch`)'
        : 'an image that is only known when it is built';
  const above = stage.parent.kind === 'stage' ? dockerfile.stages[stage.parent.stage] : undefined;
  if (!above) return root;
  return `stage ${called(above)}, and ${above.parent.kind === 'stage' ? 'in the end' : 'that'} on ${root}`;
}

/** `name`: what it is given as; or the stage that it replaces. */
export function describeGiven(given: Given, name: string, replaced?: string): string {
  if (given.kind === 'unknown')
    return `What ${code(replaced ?? name)} means here is only known when it is built: a bake or compose file may give the build something of that name.`;
  const what = whatItIs(given, code);
  return replaced === undefined
    ? `A bake or compose file gives ${what} to the build as ${code(name)}.`
    : `A bake or compose file gives ${what} to the build instead of the stage ${code(replaced)}.`;
}

const list = (facts: readonly (string | undefined)[]) =>
  facts.flatMap((fact) => (fact === undefined ? [] : [`- ${fact}`])).join('\n');

const FAMILIES: Readonly<Partial<Record<Family, string>>> = {
  google: 'Google distroless',
  chainguard: 'Chainguard',
  dhi: 'Docker Hardened',
  chiselled: 'Ubuntu chiselled',
  azurelinux: 'Azure Linux distroless',
};

function system({ family, distroless, os, runtime }: Base): string | undefined {
  const language = runtime && languageNames[runtime.language];
  const parts = [
    distroless ? FAMILIES[family] : undefined,
    os?.name,
    os?.libc && (os.libc === 'none' ? 'no C library' : versioned(os.libc, os.libcVersion)),
    language && versioned(language, runtime.version),
  ];
  const known = parts.filter((part) => part !== undefined);
  return known.length > 0 ? known.join(' · ') : undefined;
}

const versioned = (name: string, version: string | undefined) => (version ? `${name} ${version}` : name);

function starts({ entrypoint, cmd }: Base): string | undefined {
  if (!entrypoint) return undefined;
  if (entrypoint.length > 0) return `Starts ${code(entrypoint.join(' '))}: CMD holds only what comes after it`;
  return cmd && cmd.length > 0
    ? `Has no entrypoint; runs ${code(cmd.join(' '))} by default`
    : 'Has no entrypoint: CMD or ENTRYPOINT has to name the program';
}

function runsAs({
  user,
  workdir,
}: {
  readonly user: string | undefined;
  readonly workdir?: string | undefined;
}): string {
  const who = !user || isRoot(user) ? 'root' : code(user);
  return `Runs as ${who}${workdir ? ` in ${code(workdir)}` : ''}`;
}

function tools({ hasShell, shellPath, hasPackageManager }: Base): string | undefined {
  if (hasShell === undefined) return undefined;
  const shell = hasShell ? 'A shell' : shellPath ? `No \`/bin/sh\`, but ${code(shellPath)}` : 'No shell';
  return hasPackageManager === undefined ? shell : `${shell}, ${hasPackageManager ? 'a' : 'no'} package manager`;
}

function ends(base: Base, day: string): string | undefined {
  const life = lifecycle(base, day);
  const better = base.replacements[0] ? `; ${code(base.replacements[0])} is there instead` : '';
  if (life.kind === 'ended') return `No updates since ${life.date}${better}`;
  return life.kind === 'ending' ? `Updates end on ${life.date}${better}` : undefined;
}

/** A code span that no backtick in the text can end, nor a name without end. */
function code(name: string): string {
  const text = (name.length > 200 ? `${name.slice(0, 200)}…` : name).replace(/[\p{Cc}\p{Cf}]/gu, '\u{FFFD}');
  const fence = '`'.repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const gap = fence.length > 1 ? ' ' : '';
  return `${fence}${gap}${text}${gap}${fence}`;
}
