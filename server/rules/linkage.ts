/** Whether a program that a build stage makes needs the libraries of that stage when it runs. */
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { cgoModules } from '../facts/cgo-modules.ts';
import { type Build, buildsOf, optionOf, takenOf } from './builds.ts';
import { projectBuildOf, projectNeeds } from './c-projects.ts';
import type { Check, ContextFiles } from './rule.ts';
import { type RunCommand, runCommands } from './run.ts';
import { chainBelow, type Shipment, type Taken } from './shipped.ts';

export interface Linkage {
  /** Which of the compiler's libraries are needed beside the C library. */
  readonly needs: 'c' | 'gcc' | 'c++';
  /** Go: what makes it certain that the program is linked to the C library; undefined where it depends on what it imports. */
  readonly because: string | undefined;
  /** Go: the C code is that of a module, so that the program is nothing without cgo. */
  readonly module: boolean;
  readonly certain: boolean;
}

/** Undefined: it stands alone, or that cannot be told. `builder` is what the stage that builds is built on. */
function linkageOf(check: Check, build: Build, builder: Base): Linkage | undefined {
  if (build.tool === 'go') return ofGo(check, build, builder);
  if (build.tool === 'cargo') return ofRust(build, builder, check.context);
  const isStatic = build.given.some((word) => /^(-static|-static-pie|-nostdlib|--static|-m32)$/.test(word));
  const isCross = build.given.some((word) => /^--?(target|sysroot)\b/.test(word));
  // What stands in a variable may say “-static”.
  const isKnown = !build.given.some((word) => word.includes('$') || word.includes('`'));
  if (isStatic || isCross || !isKnown) return undefined;
  const own = build.given.includes('-static-libstdc++') && build.given.includes('-static-libgcc');
  return { needs: build.tool === 'c' || own ? 'c' : 'c++', because: undefined, module: false, certain: true };
}

function ofGo(check: Check, build: Build, builder: Base): Linkage | undefined {
  const { given, variable } = build;
  const cgo = variable('CGO_ENABLED');
  if (cgo === undefined ? chainBelow(check.dockerfile, build.stage).some(keepsCgoOff) : cgo !== '1') return undefined;
  const os = variable('GOOS');
  if (variable('GOARCH') !== undefined || (os !== undefined && os !== 'linux')) return undefined;
  // Such as musl-gcc and `zig cc`, which link to another library than the builder's.
  if (!/^(gcc|cc|clang)?$/.test(variable('CC') ?? '')) return undefined;
  const flags = [...given, variable('GOFLAGS') ?? '', variable('CGO_LDFLAGS') ?? ''].join(' ');
  if (/-static\b|\$\(|\$\{?\w*(LD_?FLAGS|BUILD_?FLAGS|GOFLAGS|BUILD_?TAGS|OPTS)/i.test(flags)) return undefined;
  if (/-tags\b[^-]*\b(netgo|osusergo|static\w*)\b/.test(flags) || /-buildmode[= ]/.test(flags)) return undefined;
  const [major = 0, minor = 0] = (builder.runtime?.version ?? '').split('.').map(Number);
  const musl = builder.os?.libc === 'musl';
  // Before 1.20, what the Alpine image's own standard library was linked to depended on more than the file says.
  if (musl && major === 1 && minor < 20) return undefined;
  if (!hasCompiler(check.dockerfile, build.stage, builder)) return undefined;
  const modules = given.some((word) => word.includes('@')) ? [] : modulesWithC(check.context);
  if (modules.length > 0) {
    const needs = modules.some((name) => cgoModules.get(name) === 'c++') ? 'c++' : 'c';
    return { needs, because: `“${modules[0]}” holds C code`, module: true, certain: true };
  }
  if (cgo === '1') return { needs: 'c', because: 'CGO_ENABLED is 1', module: false, certain: false };
  const imported = importOf(check.context, build);
  return {
    needs: 'c',
    because: imported && `it imports “${imported}”`,
    module: false,
    certain: imported !== undefined,
  };
}

/** The C compiler is part of the images golang, on Debian, and gcc; elsewhere somebody has to install it. */
export function hasCompiler(dockerfile: Dockerfile, stage: Stage, builder: Base): boolean {
  if (/^(golang|gcc|buildpack-deps)$/.test(builder.name) && builder.os?.libc === 'glibc') return true;
  return chainBelow(dockerfile, stage).some(installsCompiler);
}

const installsCompiler = ofStage(
  ({ name, words }) =>
    /^(apk|apt|apt-get|dnf|yum|microdnf|tdnf|zypper)$/.test(name) &&
    words.some(({ value }) => /^(gcc|g\+\+|build-base|build-essential|alpine-sdk|clang)$/.test(value)),
);

/** Whether a stage runs a command of that kind itself: looked for once, however many programs it builds. */
export function ofStage(isWanted: (command: RunCommand) => boolean): (stage: Stage) => boolean {
  const kept = new WeakMap<Stage, boolean>();
  return (stage) => {
    const found = kept.get(stage) ?? stage.instructions.some((it) => runCommands(it).some(isWanted));
    kept.set(stage, found);
    return found;
  };
}

/** `go env -w CGO_ENABLED=0` is kept for every go command of that user; the environment goes over it. */
export const keepsCgoOff = ofStage(
  ({ name, words }) =>
    name === 'go' && words[1]?.value === 'env' && words.some(({ value }) => /^CGO_ENABLED=(?!1$)/.test(value)),
);

const keptModules = new WeakMap<ContextFiles, readonly string[]>();

/** Those that go.mod requires directly, and that hold C code. */
export function modulesWithC(context: ContextFiles): readonly string[] {
  const made =
    keptModules.get(context) ?? requiredModules(context.get('go.mod')?.text).filter((name) => cgoModules.has(name));
  keptModules.set(context, made);
  return made;
}

function requiredModules(text: string | undefined): string[] {
  return (text ?? '').split('\n').flatMap((line) => {
    const found = /^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v\d\S*\s*(\/\/.*)?$/.exec(line);
    return found?.[1] && !/indirect/.test(found[2] ?? '') ? [found[1]] : [];
  });
}

/** Of the file with `func main`, where it is the one that is built: a package that is linked to the C library. */
function importOf(context: ContextFiles, build: Build): string | undefined {
  const text = context.get(mainFileOf(build))?.text ?? '';
  return /^[ \t]*(?:import\s+)?(?:[\w.]+\s+)?"(net|net\/http|net\/rpc|net\/smtp|os\/user|C)"\s*$/m.exec(text)?.[1];
}

function mainFileOf({ given }: Pick<Build, 'given'>): string {
  const what = given.findLast((word) => /^\.(\/|$)|\.go$/.test(word)) ?? '.';
  const path = what.replace(/^\.\/?/, '').replace(/\/$/, '');
  return path.endsWith('.go') ? path : path === '' ? 'main.go' : `${path}/main.go`;
}

/** The files that tell more of what is built. */
export function linkageNeeds(dockerfile: Dockerfile): readonly string[] {
  const needs = new Set<string>();
  for (const instruction of dockerfile.instructions) {
    for (const { name, words } of runCommands(instruction)) {
      if (name === 'go' && words[1]?.value === 'build') {
        needs.add('go.mod');
        const file = mainFileOf({ given: words.slice(2).map(({ value }) => value) });
        if (!file.includes('..') && needs.size < 20) needs.add(file);
      }
      if (name === 'cargo') needs.add('.cargo/config.toml').add('.cargo/config');
    }
  }
  return [...needs, ...projectNeeds(dockerfile)];
}

function ofRust(build: Build, builder: Base, context: ContextFiles): Linkage | undefined {
  // Alpine's target links all of its C library in.
  if (builder.os?.libc !== 'glibc') return undefined;
  const target = optionOf(build.given, '--target') ?? build.variable('CARGO_BUILD_TARGET');
  if (target !== undefined && !/-linux-gnu\w*$/.test(target)) return undefined;
  const flags = [build.variable('RUSTFLAGS') ?? '', build.variable('CARGO_ENCODED_RUSTFLAGS') ?? ''].join(' ');
  if (/crt-static|\$/.test(flags) || build.given.some((word) => word.includes('--config'))) return undefined;
  for (const path of ['.cargo/config.toml', '.cargo/config']) {
    if (/crt-static|musl|^[ \t]*target\s*=/m.test(context.get(path)?.text ?? '')) return undefined;
  }
  return { needs: 'gcc', because: undefined, module: false, certain: true };
}

/** A program that a compiler makes in a stage on a known base, and that ships. */
export interface TakenBuild {
  readonly build: Build;
  readonly builder: Base;
  readonly taken: Taken;
}

export interface ShippedBuild extends TakenBuild {
  readonly linkage: Linkage;
  /** Built by make, CMake and the like, which may link it statically; it is the program that the image starts. */
  readonly project?: true;
}

/** Those that need libraries. */
export function* shippedBuilds(check: Check, shipment: Shipment): Generator<ShippedBuild> {
  for (const taken of takenBuilds(check, shipment)) {
    const linkage = linkageOf(check, taken.build, taken.builder);
    if (linkage) yield { ...taken, linkage };
  }
  for (const index of shipment.taken.keys()) {
    const stage = check.dockerfile.stages[index];
    const builder = stage && check.base(stage);
    const libc = builder?.os?.libc;
    if (!stage || !builder || !libc || libc === 'none' || !hasCompiler(check.dockerfile, stage, builder)) continue;
    const found = projectBuildOf(check, shipment, stage, builder);
    const linkage: Linkage = { needs: 'c', because: undefined, module: false, certain: false };
    if (found) yield { ...found, builder, linkage, project: true };
  }
}

export function* takenBuilds(check: Check, { taken }: Shipment): Generator<TakenBuild> {
  for (const [index, paths] of taken) {
    const stage = check.dockerfile.stages[index];
    const builder = stage && check.base(stage);
    if (!stage || !builder?.os?.libc || builder.os.libc === 'none') continue;
    for (const build of buildsOf(check, stage)) {
      const found = takenOf(check, build, paths);
      if (found) yield { build, builder, taken: found };
    }
  }
}

/** Whether what ships may hold libraries that somebody put there: then nothing can be said. */
export function bringsLibraries({ stages }: Shipment): boolean {
  return stages.some(({ instructions }) =>
    instructions.some(({ keyword, args }) => {
      if (keyword === 'RUN') return true;
      if (keyword !== 'COPY' && keyword !== 'ADD') return false;
      const to = args.at(-1)?.value ?? '';
      const isTree = /^\/?(usr\/?)?$/.test(to);
      return (
        LIBRARIES.test(to) ||
        args.slice(0, -1).some(({ value }) => LIBRARIES.test(value) || (isTree && TREE.test(value)))
      );
    }),
  );
}

const LIBRARIES = /(^|\/)lib(32|64|x32)?(\/|$)|\.so\b|(^|\/)ld-/;

/** What may be a whole file system, or a part of one. */
const TREE = /(^|\/)\.?$|[*$]|rootfs|sysroot|chroot|libs|deps|(^|\/)usr$|\.(tar|tgz|txz)\b/;
