/**
 * Build contexts with a name, which a build takes for the stage or the image of that name: `--build-context`, bake's `contexts`, compose's
 * `additional_contexts`. As BuildKit reads them: dockerui/namedcontext.go, dockerfile2llb/convert.go.
 */
import type { Contexts, CopySource, Dockerfile, Given, Parent, Stage } from './dockerfile.ts';
import { stageNamed } from './targets.ts';

export interface NamedContext {
  /** As bake and compose hand it on: as it is written. */
  readonly name: string;
  readonly given: Given;
}

/** In place of a name: more names may be given something, and only the build knows which. */
export const ANY_NAME = '*';

const kept = new WeakMap<Dockerfile, { readonly contexts: readonly NamedContext[]; readonly made: Dockerfile }>();

/** The same file as it is built with the contexts. */
export function withNamedContexts(dockerfile: Dockerfile, contexts: readonly NamedContext[]): Dockerfile {
  if (contexts.length === 0 || dockerfile.contexts) return dockerfile;
  const known = kept.get(dockerfile);
  if (known?.contexts === contexts) return known.made;
  const found = tableOf(contexts);
  const stages: Stage[] = [];
  /** Whether a stage, or one that it is built on, is not what the file says. */
  const changed: boolean[] = [];
  for (const stage of dockerfile.stages) {
    const { name, parent } = stage;
    // A stage of that name is not built at all: the context is there in its stead.
    const lower = name?.text.toLowerCase();
    const instead = lower === undefined || lower === 'context' ? undefined : found.stage(lower, stage);
    const given = instead ?? (parent.kind === 'image' ? found.get(parent.reference) : undefined);
    const on = given && parentGiven(dockerfile, changed, stage, given);
    // New objects also where nothing changes: what is kept of a stage hangs on what the stages below are built on.
    if (!given || on === 'itself') stages.push({ ...stage });
    else if (instead)
      stages.push({ ...stage, parent: on!, instructions: [], given: { context: given, replaces: true } });
    else stages.push({ ...stage, parent: on!, given: { context: given, replaces: false } });
    const made = stages.at(-1)!;
    changed.push(made.given !== undefined || (made.parent.kind === 'stage' && changed[made.parent.stage] === true));
  }
  const made: Dockerfile = { ...dockerfile, stages, contexts: found };
  kept.set(dockerfile, { contexts, made });
  return made;
}

function parentGiven(
  dockerfile: Dockerfile,
  changed: readonly boolean[],
  stage: Stage,
  given: Given,
): Parent | 'itself' {
  if (given.kind === 'image') return { kind: 'image', reference: given.reference };
  if (given.kind === 'scratch') return { kind: 'scratch' };
  if (given.kind === 'target' && given.image !== undefined) return { kind: 'image', reference: given.image };
  if (given.kind !== 'stage') return { kind: 'unknown' };
  const index = stageOfTarget(dockerfile, given.target);
  if (index === stage.index) return 'itself';
  // What comes later is built before all the same, but nothing that reads a file from the top can follow it.
  if (index !== undefined && changed[index]) return { kind: 'unknown' };
  return index !== undefined && index < stage.index ? { kind: 'stage', stage: index } : { kind: 'unknown' };
}

const stageOfTarget = (dockerfile: Dockerfile, target: string | undefined) =>
  target === undefined ? dockerfile.target : stageNamed(dockerfile, target);

/** What COPY or a mount takes where it names a context. */
export function sourceGiven(dockerfile: Dockerfile, stage: Stage, given: Given): CopySource {
  if (given.kind === 'image') return { kind: 'image', reference: given.reference };
  if (given.kind === 'target' && given.image !== undefined) return { kind: 'image', reference: given.image };
  const index = given.kind === 'stage' ? stageOfTarget(dockerfile, given.target) : undefined;
  const isAbove = index !== undefined && index < stage.index && !dockerfile.stages[index]?.given;
  return isAbove ? { kind: 'stage', stage: index } : { kind: 'unknown' };
}

/** What the build gives for a name of an image or a stage. */
export const contextNamed = ({ contexts }: Dockerfile, name: string): Given | undefined => contexts?.get(name);

/** BuildKit shortens the names of the Dockerfile, and compares them with those of the build as they stand. */
function tableOf(
  contexts: readonly NamedContext[],
): Contexts & { stage(name: string, stage: Stage): Given | undefined } {
  const groups = new Map<string, NamedContext[]>();
  for (const context of contexts) {
    const key = looseName(context.name);
    const group = groups.get(key);
    if (group) group.push(context);
    else groups.set(key, [context]);
  }
  const isOpen = groups.has(ANY_NAME);
  const unknown: Given = { kind: 'unknown' };
  const get = (name: string): Given | undefined => {
    if (name === 'scratch') return undefined;
    const group = groups.get(looseName(name));
    const [only, other] = group ?? [];
    if (!only) return undefined;
    // `alpine::linux/arm64` is for one platform only, and `alpine:latest` is never looked for.
    return !other && only.name === familiar(name) ? only.given : unknown;
  };
  return {
    // What has a tag, a registry or a digest is hardly ever the name of a context; a word by itself may be one.
    get: (name) => get(name) ?? (isOpen && name !== 'scratch' && !/[:/@]/.test(name) ? unknown : undefined),
    // An empty stage is there to be replaced.
    stage: (name, { parent, instructions }) =>
      get(name) ?? (isOpen && parent.kind === 'scratch' && instructions.length === 0 ? unknown : undefined),
  };
}

/** `docker.io/library/alpine:latest` is `alpine`. */
const familiar = (name: string) => name.replace(/^((index\.)?docker\.io\/)?(library\/)?/, '').replace(/:latest$/, '');

/** The same for all that could be meant by a name. */
export const looseName = (name: string) => familiar(name.toLowerCase().replace(/::.*$/, ''));

/** With an article, in a sentence: what a build is given by name. `quoted` puts a name of the user's into it. */
export function whatItIs(given: Given, quoted = (name: string) => `“${name}”`): string {
  switch (given.kind) {
    case 'image':
      return `the image ${quoted(given.reference)}`;
    case 'scratch':
      return 'an empty image';
    case 'stage':
      return given.target === undefined
        ? 'the last stage of this file'
        : `the stage ${quoted(given.target)} of this file`;
    case 'target':
      return `what ${quoted(given.target)} builds${given.on === undefined ? '' : ` on ${quoted(given.on)}`}`;
    case 'folder':
      return `the folder ${quoted(given.place)}`;
    case 'git':
      return `the Git repository ${quoted(given.place)}`;
    case 'url':
      return `what ${quoted(given.place)} holds`;
    case 'oci-layout':
      return `the image in the OCI layout ${quoted(given.place)}`;
    case 'unknown':
      return 'something that is only known when it is built';
  }
}
