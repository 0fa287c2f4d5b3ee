/** Which stage of a file ships, and whether it is on a distroless base already. */
import type { Base } from '../bases/base.ts';
import { baseOf } from '../bases/effective.ts';
import { findBase } from '../bases/find.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { copySource, flag } from '../dockerfile/queries.ts';
import type { Reason } from './conversion.ts';
import { chainOf } from './stage-variables.ts';

/** By index: `stage` is what somebody says, `built` what a compose or bake file builds; else the one that a plain build makes. Undefined: there is none. */
export function shippedStage(
  dockerfile: Dockerfile,
  { stage, built }: { readonly stage?: number; readonly built?: number },
): Stage | undefined {
  const { stages, target = -1 } = dockerfile;
  const plain = stages[target];
  const other = built !== undefined && plain && forDevelopment(dockerfile, plain) ? built : target;
  return stages[stage ?? other];
}

/**
 * Stages, by index, of which each may be what ships where a plain build makes one for development: those below it. Empty: a plain build makes what ships.
 */
export function belowDevelopment(dockerfile: Dockerfile): readonly number[] {
  const plain = dockerfile.stages[dockerfile.target ?? -1];
  if (!plain || !forDevelopment(dockerfile, plain)) return [];
  return chainOf(dockerfile, plain).flatMap(({ index, name }) => (name && index !== plain.index ? [index] : []));
}

/** A stage for working in, put on top of what ships, is not what anybody wants small. */
export function forDevelopment({ stages }: Dockerfile, { name, from, parent, index }: Stage): Reason | undefined {
  const below = parent.kind === 'stage' ? stages[parent.stage] : undefined;
  if (index !== stages.length - 1 || !below?.name || !WORKING.test(name?.text ?? '')) return undefined;
  return {
    line: from.range.start.line,
    message: `A plain build of this file makes “${name?.text}”, which by its name is for development. Say which stage ships: --target ${below.name.text}, “target” in the compose file, or “target” in .distroless.json.`,
  };
}

const WORKING = /^(dev|devel|development|devcontainer|debug|test|tests|testing)([-_.].*)?$/i;

/**
 * The name may be known where the tag hangs on a build argument: `gcr.io/distroless/static:latest-$ARCH`. An image that is not known may say itself that it is
 * distroless: `registry.k8s.io/build-image/distroless-iptables`.
 */
export function distrolessByName({ image, parent, given }: Stage): string | undefined {
  const name = image?.value.replace(/[:@][^/]*$/, '') ?? '';
  if (given || parent.kind === 'stage' || name.includes('$') || /debug|-dev/.test(image?.value ?? '')) return undefined;
  const known = findBase(name);
  const isMinimal = known ? parent.kind === 'unknown' && known.distroless : /(^|[/_-])distroless([/_-]|$)/.test(name);
  return isMinimal ? image?.value : undefined;
}

/** It copies all that this one copies from other stages. */
function repeats(stage: Stage, later: Stage): boolean {
  const copies = ({ instructions }: Stage) =>
    instructions.flatMap((it) => (flag(it, 'from') ? [it.args.map(({ text }) => text).join(' ')] : []));
  const all = new Set(copies(later));
  return copies(stage).length > 0 && copies(stage).every((it) => all.has(it));
}

/** The base of a later stage which ships what this one builds, or has. */
export function shippedFrom(dockerfile: Dockerfile, stage: Stage): Base | undefined {
  for (const later of dockerfile.stages.slice(stage.index + 1)) {
    const base = baseOf(dockerfile, later);
    const takes = later.instructions.some((instruction) => {
      const source = copySource(dockerfile, later, instruction);
      return source?.kind === 'stage' && chainOf(dockerfile, dockerfile.stages[source.stage]!).includes(stage);
    });
    if ((takes || repeats(stage, later)) && base?.distroless && !base.debug) return base;
  }
  return undefined;
}
