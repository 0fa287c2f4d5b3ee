/** Runs rules over a Dockerfile. */
import type { Base } from '../bases/base.ts';
import { baseOf } from '../bases/effective.ts';
import { comesTo } from '../dockerfile/built.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { type NamedContext, withNamedContexts } from '../dockerfile/named-contexts.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { asGiven } from './given.ts';
import type { Check, ContextFiles, Finding, Rule, Severity } from './rule.ts';
import { silencedBy } from './suppress.ts';

export type SeveritySettings = Readonly<Record<string, Severity | 'off'>>;

/** What is known besides the text. */
export interface Circumstances {
  /** ISO date. */
  readonly today: string;
  readonly severities?: SeveritySettings;
  readonly context?: ContextFiles;
  /** What the build is given by name besides its context. */
  readonly namedContexts?: readonly NamedContext[];
  /** Names of the build arguments that the build is given a value for. */
  readonly buildArgs?: ReadonlySet<string>;
  /** The stages that are built and ship; default: the last. */
  readonly targets?: readonly number[];
  /** The stages that are built by name, but do not ship. */
  readonly development?: readonly number[];
  /** What the file makes is there to develop or to test with: nothing in it is told to be smaller. */
  readonly nothingShips?: boolean;
  /** The names that a comment may silence; default: those of the rules that are asked. */
  readonly ruleNames?: ReadonlySet<string>;
}

/** In the order of the text. */
export function findingsOf(file: Dockerfile, rules: readonly Rule[], circumstances: Circumstances): Finding[] {
  const dockerfile = withNamedContexts(file, circumstances.namedContexts ?? []);
  const { today, severities = {}, context = new Map(), targets = lastStage(dockerfile) } = circumstances;
  const check: Check = {
    dockerfile,
    today,
    targets: affordable(dockerfile, targets),
    shipped: shippedBy(dockerfile, targets),
    development: circumstances.development ?? [],
    ruleNames: circumstances.ruleNames ?? new Set(rules.map(({ id }) => id)),
    context,
    buildArgs: circumstances.buildArgs ?? new Set(),
    base: bases(dockerfile),
  };
  const silenced = silencedBy(dockerfile);
  const given = dockerfile.contexts ? dockerfile.stages.filter((stage) => stage.given) : [];
  const stopsAt = isStrict(dockerfile) ? comesTo(dockerfile, [...check.targets, ...check.development]) : undefined;
  const findings: Finding[] = [];
  for (const rule of rules) {
    const set = severities[rule.id];
    if (set === 'off' || (rule.minimal && circumstances.nothingShips)) continue;
    for (const found of rule.check(check)) {
      const trouble = given.length > 0 ? asGiven(given, rule, found) : found;
      if (!trouble || silenced?.(rule, trouble.range.start)) continue;
      const stops = rule.buildkit !== undefined && stopsAt?.({ ...trouble, whenBuilt: true });
      const severity = set ?? (stops ? 'error' : (trouble.severity ?? rule.severity));
      const fixes = trouble.fixes?.map((fix) => ({ ...fix, title: readable(fix.title) }));
      findings.push({
        ...trouble,
        message: readable(trouble.message),
        ...(fixes && { fixes }),
        rule: rule.id,
        severity,
      });
    }
  }
  return findings.sort(
    (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character,
  );
}

/** A name out of the file may have megabytes, and half a character is none. */
const readable = (text: string) =>
  text.length > 1_000 ? `${text.slice(0, 1_000).replace(/[\ud800-\udbff]$/, '')}…` : text;

/** With `# check=error=true` BuildKit stops at what its checks find in what it builds. */
const isStrict = ({ directives }: Dockerfile) =>
  directives.some(({ name, value }) => name === 'check' && /(^|;)\s*error\s*=\s*(1|t|true)\s*(;|$)/i.test(value));

/** The targets and the stages that they are built on, by their indexes. */
export function shippedBy({ stages }: Dockerfile, targets: readonly number[]): Set<number> {
  const shipped = new Set<number>();
  for (const target of targets) {
    let stage = stages[target];
    while (stage && !shipped.has(stage.index)) {
      shipped.add(stage.index);
      stage = stage.parent.kind === 'stage' ? stages[stage.parent.stage] : undefined;
    }
  }
  return shipped;
}

function bases(dockerfile: Dockerfile): Check['base'] {
  const known = new Map<Stage, Base | undefined>();
  return (stage) => {
    const root = rootStage(dockerfile, stage);
    if (!known.has(root)) known.set(root, baseOf(dockerfile, root));
    return known.get(root);
  };
}

/** Rules walk through all that a target is built on, so thousands of targets on one large stage are not all looked at: no real file has them. */
const MOST_INSTRUCTIONS = 200_000;

function affordable({ stages }: Dockerfile, targets: readonly number[]): readonly number[] {
  if (targets.length < 2) return targets;
  const below: number[] = [];
  for (const { instructions, parent } of stages)
    below.push(instructions.length + 1 + (parent.kind === 'stage' ? (below[parent.stage] ?? 0) : 0));
  let sum = 0;
  return targets.filter((target) => {
    const taken = sum < MOST_INSTRUCTIONS;
    sum += below[target] ?? 0;
    return taken;
  });
}

/** The files of the build context that the rules would like to see. */
export function contextNeeds(
  dockerfile: Dockerfile,
  rules: readonly Rule[],
  read: ContextFiles = new Map(),
): readonly string[] {
  return [...new Set(rules.flatMap((rule) => rule.needs?.(dockerfile, read) ?? []))];
}

function lastStage({ target }: Dockerfile): readonly number[] {
  return target === undefined ? [] : [target];
}
