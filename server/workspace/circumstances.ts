/** What rules are told besides the text: the user's settings over what the folder around the Dockerfile says. */
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { withNamedContexts } from '../dockerfile/named-contexts.ts';
import { targetStages } from '../dockerfile/targets.ts';
import type { Family } from '../recipes/conversion.ts';
import type { Circumstances, SeveritySettings } from '../rules/check.ts';
import type { Surroundings } from './workspace.ts';

export function circumstancesOf(
  dockerfile: Dockerfile,
  surroundings: Surroundings | undefined,
  { today, rules = {} }: { readonly today: string; readonly rules?: SeveritySettings },
): Circumstances {
  if (!surroundings) return { today, severities: rules };
  const { severities, ignored, targets, files, namedContexts, buildArgs } = surroundings;
  return {
    today,
    nothingShips: surroundings.development,
    // What is ignored at a path is no matter of severity: a setting does not bring it back.
    severities: { ...severities, ...rules, ...Object.fromEntries(ignored.map((rule) => [rule, 'off' as const])) },
    context: files,
    namedContexts,
    buildArgs: new Set(buildArgs),
    ...targetStages(dockerfile, targets.names, targets.sure),
  };
}

/** The Dockerfile as compose and bake files have it built: with what they give it by name. */
export const asBuilt = (dockerfile: Dockerfile, surroundings: Surroundings | undefined): Dockerfile =>
  withNamedContexts(dockerfile, surroundings?.namedContexts ?? []);

/** What conversions are told of the same. */
export function conversionOptions(
  dockerfile: Dockerfile,
  surroundings: Surroundings | undefined,
): {
  readonly context: ReadonlyMap<string, string>;
  readonly stage?: number;
  readonly built?: number;
  readonly family?: Family;
} {
  const context = new Map<string, string>();
  for (const [path, file] of surroundings?.files ?? []) if (file) context.set(path, file.text);
  if (!surroundings) return { context };
  const { targets, family } = surroundings;
  const stages = targetStages(dockerfile, targets.names, targets.sure);
  const [stage, ...others] = stages.targets;
  const [built, ...more] = targets.names.includes(undefined) ? [] : stages.development;
  return {
    context,
    // Of several that ship, a plain build makes the last, and nobody has said that it does.
    ...(stage !== undefined && others.length === 0 && (targets.sure || stage !== dockerfile.target) ? { stage } : {}),
    ...(built !== undefined && more.length === 0 ? { built } : {}),
    ...(family ? { family } : {}),
  };
}

/** Whether rules are told the same. Files that have not changed are the same objects. */
export function sameSurroundings(a: Surroundings | undefined, b: Surroundings): boolean {
  if (!a || a.files.size !== b.files.size) return false;
  for (const [path, file] of b.files) if (a.files.get(path) !== file) return false;
  return JSON.stringify({ ...a, files: 0 }) === JSON.stringify({ ...b, files: 0 });
}
