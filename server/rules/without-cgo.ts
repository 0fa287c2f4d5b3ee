/** Go programs that are nothing without cgo, and are built without it. */
import { cgoModules, withoutCgo } from '../facts/cgo-modules.ts';
import { argsOf, type Build } from './builds.ts';
import { hasCompiler, keepsCgoOff, modulesWithC, ofStage, type TakenBuild, takenBuilds } from './linkage.ts';
import type { Check } from './rule.ts';
import { chainBelow, type Shipment } from './shipped.ts';

export interface BuildWithoutCgo extends TakenBuild {
  readonly module: string;
  /** Why there is no cgo. */
  readonly because: string;
}

/** Builds that ship, of a module that go.mod requires directly. Whether the program uses it is not known. */
export function* buildsWithoutCgo(check: Check, shipment: Shipment): Generator<BuildWithoutCgo> {
  const module = modulesWithC(check.context).find((name) => withoutCgo(name));
  const project = check.context.get('go.mod')?.text ?? '';
  if (module === undefined || PURE_GO.test(project)) return;
  if (project.split('\n').some((line) => line.includes('=>') && line.includes(module))) return;
  const all = [...takenBuilds(check, shipment)].filter(({ build }) => build.tool === 'go');
  // Then the program that uses it may be another of them.
  if (all.some(({ build, builder }) => becauseOf(check, build, builder) === undefined)) return;
  for (const taken of all) {
    const because = becauseOf(check, taken.build, taken.builder)!;
    yield { ...taken, module, because };
  }
}

/** The same database without C code: which of them is built in may be chosen by a build tag, or when the program runs. */
const PURE_GO = /modernc\.org\/sqlite|glebarez\/|ncruces\/go-sqlite3|zombiezen\.com\/go\/sqlite/;

export const needsOf = (module: string) => (cgoModules.get(module) === 'c++' ? 'cc' : 'base');

/** Undefined where cgo is used, or that is not known. */
function becauseOf(check: Check, build: Build, builder: TakenBuild['builder']): string | undefined {
  const { given, variable, stage } = build;
  if (given.some((word) => word.includes('@') || /^--?(C|modfile|tags)\b/.test(word))) return undefined;
  if (/-tags/.test(variable('GOFLAGS') ?? '') || !/^(linux)?$/.test(variable('GOOS') ?? '')) return undefined;
  const chain = chainBelow(check.dockerfile, stage);
  if (chain.some(clones)) return undefined;
  const set = variable('CGO_ENABLED');
  if (set !== undefined) {
    // Whoever builds may set it otherwise.
    const byBuilder = chain.some((link) => argsOf(link).has('CGO_ENABLED'));
    return set === '0' && !byBuilder ? 'CGO_ENABLED is 0' : undefined;
  }
  if (chain.some(keepsCgoOff)) return 'CGO_ENABLED is 0';
  if (builder.name !== 'golang' || builder.os?.libc !== 'musl' || hasCompiler(check.dockerfile, stage, builder))
    return undefined;
  // Before 1.20, Go does not see that there is no compiler.
  const [major = 0, minor = Number.POSITIVE_INFINITY] = (builder.runtime?.version ?? '').split('.').map(Number);
  if (major === 1 && minor < 20) return undefined;
  if (chain.some(mayHaveCompiler) || variable('CC') !== undefined) return undefined;
  return `“${builder.reference}” has no C compiler`;
}

const mayHaveCompiler = ofStage(
  ({ name, words }) =>
    name === 'apk' && words.some(({ value, dynamic }) => dynamic || /gcc|clang|llvm|zig|tcc|-(dev|base)$/.test(value)),
);

/** Then go.mod is that of another project. */
const clones = ofStage(({ name, words }) => name === 'git' && words.some(({ value }) => value === 'clone'));
