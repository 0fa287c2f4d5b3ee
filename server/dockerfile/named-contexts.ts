/** Build contexts with a name, which a build takes for the stage or the image of that name: `--build-context`, bake's `contexts`. */
import type { Dockerfile, Stage } from './dockerfile.ts';

/** The same file where a stage that is such a context, or is built on one, starts from what is not known. */
export function withNamedContexts(dockerfile: Dockerfile, names: readonly string[]): Dockerfile {
  if (names.length === 0) return dockerfile;
  const contexts = new Set(names.map(familiar));
  const stages = dockerfile.stages.map((stage): Stage => {
    const { name, parent } = stage;
    const isGiven = parent.kind === 'image' && contexts.has(familiar(parent.reference));
    // New objects also where nothing changes: what is kept of a stage hangs on what the stages below are built on.
    return isGiven || (name && contexts.has(familiar(name.text)))
      ? { ...stage, parent: { kind: 'unknown' } }
      : { ...stage };
  });
  return { ...dockerfile, stages, contexts };
}

export const isNamedContext = ({ contexts }: Dockerfile, name: string): boolean =>
  contexts?.has(familiar(name)) ?? false;

/** As BuildKit compares them (dockerui/namedcontext.go): `docker.io/library/alpine:latest` is `alpine`. */
const familiar = (name: string) =>
  name
    .toLowerCase()
    .replace(/^((index\.)?docker\.io\/)?(library\/)?/, '')
    .replace(/:latest$/, '');
