/** What compose and bake files give a build by name besides its context: which image, stage, folder or other build that is. */
import type { Dockerfile, Given, Stage } from '../dockerfile/dockerfile.ts';
import { ANY_NAME, looseName, type NamedContext, withNamedContexts } from '../dockerfile/named-contexts.ts';
import { copySource, mountSources, rootStage } from '../dockerfile/queries.ts';
import { readDockerfile } from '../dockerfile/read-dockerfile.ts';
import { stageNamed } from '../dockerfile/targets.ts';
import { type Build, type BuildTarget, COMPUTED, type Value } from './build.ts';

/** The text of a Dockerfile of the workspace. */
type ReadText = (path: string) => Promise<string | undefined>;

interface Left {
  dockerfiles: number;
}

/** Nobody gives more, and a file that does was made for that. */
const MOST = { names: 100, builds: 50, dockerfiles: 20 };

/** `builds`: those of this very file. Where those that use a name are not given the same for it, it is not known what it means. */
export async function namedContextsOf(
  dockerfile: Dockerfile,
  builds: readonly Build[],
  readText: ReadText,
  left: Left = { dockerfiles: MOST.dockerfiles },
): Promise<readonly NamedContext[]> {
  const counted = builds.slice(0, MOST.builds);
  const names = new Set(counted.flatMap(({ contexts }) => [...contexts.keys()]));
  if (names.size === 0) return [];
  const using = counted.map((build) => ({ build, used: namesUsed(dockerfile, build.target) }));
  const found: NamedContext[] = names.delete(ANY_NAME) ? [{ name: ANY_NAME, given: { kind: 'unknown' } }] : [];
  for (const name of [...names].slice(0, MOST.names)) {
    const users = using.filter(({ used }) => used.has(looseName(name)));
    const all: (Given | undefined)[] = [];
    for (const { build } of users) all.push(await givenBy(build.contexts.get(name), build, readText, left));
    const [first, ...others] = all;
    if (first === undefined && others.every((other) => other === undefined)) continue;
    const isSame = others.every((other) => JSON.stringify(other) === JSON.stringify(first));
    found.push({ name, given: (isSame && first) || { kind: 'unknown' } });
  }
  return found;
}

/** Undefined where the build is given nothing. */
async function givenBy(value: Value, build: Build, readText: ReadText, left: Left): Promise<Given | undefined> {
  if (value === COMPUTED) return { kind: 'unknown' };
  if (value === undefined) return undefined;
  const [, scheme = '', rest = ''] = /^(docker-image:\/\/|target:|service:|oci-layout:\/\/)?(.*)$/s.exec(value) ?? [];
  switch (scheme) {
    case 'docker-image://':
      return rest === 'scratch' ? { kind: 'scratch' } : { kind: 'image', reference: rest };
    case 'target:':
    case 'service:':
      return builtBy(rest, build, readText, left);
    case 'oci-layout://':
      return { kind: 'oci-layout', place: rest };
  }
  if (/^(git@|git:\/\/|ssh:\/\/|github\.com\/)/i.test(value) || /^https?:\/\/[^#?]*\.git(#|\?|$)/i.test(value))
    return { kind: 'git', place: value };
  return { kind: /^https?:\/\//i.test(value) ? 'url' : 'folder', place: value };
}

async function builtBy(target: string, build: Build, readText: ReadText, left: Left): Promise<Given> {
  const other = build.others.get(target);
  if (!other || other.target.kind === 'unknown' || left.dockerfiles === 0) return { kind: 'target', target };
  const name = other.target.kind === 'named' ? other.target.name : undefined;
  if (other.dockerfile === build.dockerfile) {
    // It may be given other things by the same names.
    return other.contexts.size === 0 ? { kind: 'stage', target: name } : { kind: 'target', target };
  }
  left.dockerfiles--;
  const text = await readText(other.dockerfile);
  if (text === undefined) return { kind: 'target', target };
  const plain = readDockerfile(text);
  const dockerfile = withNamedContexts(plain, await namedContextsOf(plain, [other], readText, left));
  const stage = dockerfile.stages[stageOf(dockerfile, other.target) ?? -1];
  if (!stage || dockerfile.problems.length > 0) return { kind: 'target', target };
  const { parent } = rootStage(dockerfile, stage);
  const on = parent.kind === 'image' ? parent.reference : parent.kind === 'scratch' ? 'scratch' : undefined;
  if (on === undefined) return { kind: 'target', target };
  return { kind: 'target', target, on, ...(on !== 'scratch' && addsNothing(dockerfile, stage) ? { image: on } : {}) };
}

const stageOf = (dockerfile: Dockerfile, target: BuildTarget) =>
  target.kind === 'named' ? stageNamed(dockerfile, target.name) : dockerfile.target;

/** Nothing that anybody who builds on it could tell from the image itself. */
function addsNothing({ stages }: Dockerfile, stage: Stage): boolean {
  for (let at: Stage | undefined = stage; at; at = at.parent.kind === 'stage' ? stages[at.parent.stage] : undefined)
    if (!at.instructions.every(({ keyword }) => ['ARG', 'LABEL', 'MAINTAINER'].includes(keyword))) return false;
  return true;
}

/** The names, as `looseName` gives them, that are looked for when the target is built; of a target that is not known those of all stages. */
function namesUsed(dockerfile: Dockerfile, target: BuildTarget): ReadonlySet<string> {
  const { stages } = dockerfile;
  const names = new Set<string>();
  const built = target.kind === 'unknown' ? undefined : stageOf(dockerfile, target);
  const seen = new Set<number>(built === undefined ? stages.keys() : [built]);
  for (const index of seen) {
    const stage = stages[index];
    if (!stage) continue;
    if (stage.name) names.add(looseName(stage.name.text));
    const sources = stage.instructions
      .filter(({ flags }) => flags.length > 0)
      .flatMap((it) => [copySource(dockerfile, stage, it), ...mountSources(dockerfile, stage, it)]);
    for (const source of [stage.parent, ...sources]) {
      if (source?.kind === 'stage') seen.add(source.stage);
      if (source?.kind === 'image') names.add(looseName(source.reference));
    }
  }
  return names;
}
