/** Rust: what ships is the program, on `cc` (it is linked to glibc and libgcc), or on `static` where its target is musl. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import { rustLibraries } from '../facts/rust-libraries.ts';
import { binNames, type CargoBuild, type CargoToml, readCargo, readCargoLock, readCargoToml } from './cargo.ts';
import { type Compiled, convertCompiled, type Links } from './compiled.ts';
import { filesNamed } from './context-files.ts';
import { copy, type Draft, decline, newDraft, note } from './draft.ts';
import { glibcFits, hasOpenSsl3, imageBelow } from './glibc.ts';
import { isInside, nameOf, resolvePath } from './paths.ts';
import { type Origin, type Output, originOf, type Programs, stagesOf } from './programs.ts';
import type { Recipe } from './recipe.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import type { Subject } from './subject.ts';

export const rust: Recipe = {
  language: 'rust',
  name: 'Rust',
  recognises: (subject) => stagesOf(subject).some(buildsRust),
  contextFiles: (subject) =>
    stagesOf(subject).flatMap((stage) =>
      ['Cargo.toml', 'Cargo.lock', 'Rocket.toml'].flatMap((name) => filesNamed(stage, name).map(({ path }) => path)),
    ),
  convert(subject, family) {
    const draft = newDraft(subject);
    const made = convertCompiled(draft, family, language);
    if (made) takeRocket(draft, made.origin);
    return { draft, base: made?.base };
  },
};

const buildsRust = ({ steps }: Subject) =>
  steps.some(({ commands }) => commands.some((command) => readCargo(command)?.verb === 'build'));

const language: Compiled<CargoBuild> = {
  name: 'a Rust program',
  how: 'Build it here with “cargo build --release”',
  read(subject, step, command) {
    const build = readCargo(command, (name) => subject.variables.likely(name, step.instruction));
    if (!build || build.verb === 'run' || build.crates.length > 0) return undefined;
    const outputs = outputsOf(subject, build);
    return outputs.length > 0 ? { build, outputs } : undefined;
  },
  refuse(program, given) {
    const name = nameOf(`/${program}`);
    if (name === 'cargo' && given[0] === 'run') {
      const flags = given.slice(1, given.includes('--') ? given.indexOf('--') : undefined);
      const folder = flags.some((word) => word === '--release' || word === '-r') ? 'release' : 'debug';
      return `“cargo run” compiles when the container starts, with the whole toolchain. Build the program instead (RUN ${['cargo', 'build', ...flags].join(' ')}), and start the file: CMD ["./target/${folder}/NAME"].`;
    }
    if (name === 'cargo' || name === 'rustup')
      return `“${[name, ...given.slice(0, 1)].join(' ')}” needs the Rust toolchain when the container runs. Start a program that the build makes.`;
    if (/^(cargo-watch|bacon|trunk|wasm-pack|dx)$/.test(name))
      return `“${name}” is for development, and needs the Rust toolchain when the container runs. Build the program (RUN cargo build --release), and start the file.`;
    return undefined;
  },
  instead: withoutCargo,
  links,
  sources: ({ build, subject }) => {
    const folder = folderOfBuild(build);
    const manifests = filesNamed(subject, 'Cargo.toml').map((it) => it.folder);
    return [...(folder === undefined ? [] : [folder]), ...manifests.filter((it) => it !== '/')];
  },
  isSource: (source) =>
    /(^|\/)(Cargo\.(toml|lock|\*)|Cargo\*|src|crates|\.cargo|build\.rs|[^/]*\.rs|rust-toolchain(\.toml)?)\/?$/.test(
      source,
    ),
  setting:
    /^(CARGO_\w+|RUSTFLAGS|RUSTDOCFLAGS|RUSTC\w*|RUSTUP_\w+|RUST_VERSION|SCCACHE_\w+|SQLX_OFFLINE|OPENSSL_\w+|PQ_LIB_\w+|PROTOC)$/,
  packages:
    'cargo rust rustc rustup musl-tools libssl-dev openssl-dev openssl-libs-static libssl3 libssl3t64 openssl libgcc libgcc-s1'.split(
      ' ',
    ),
  isTool: (command) => /^(cargo|rustc|rustup|cross|sccache|wasm-pack|trunk)(-\w+)?$/.test(programOf(command)),
};

/** `cargo run` after the very same `cargo build` only starts the program, whose name must be certain. */
function withoutCargo(draft: Draft, words: readonly string[], programs: Programs<CargoBuild>) {
  const { subject } = draft;
  const command = { words, env: new Map<string, string>(), cwd: subject.cwd, writes: [], line: 0 };
  const run = readCargo(command, (name) => subject.variables.likely(name, undefined));
  const folder = run && folderOfBuild(run);
  if (run?.verb !== 'run' || folder === undefined) return undefined;
  const toml = tomlIn(subject, folder);
  const only = toml && (toml.defaultRun ?? (toml.bins.length === 0 ? toml.name : undefined));
  const name = run.bins[0] ?? run.examples[0] ?? (run.packages.length === 0 ? only : undefined);
  if (name === undefined) return undefined;
  const [path] = outputsOf(subject, { ...run, verb: 'build', bins: [name] }).flatMap((it) =>
    it.kind === 'files' ? it.paths : [],
  );
  if (path === undefined || originOf(programs, path)?.subject !== subject) return undefined;
  return {
    words: [path, ...run.given],
    why: `“cargo run” is left out: the program is built already, and is ${path}. It starts in the same folder as before.`,
  };
}

function folderOfBuild({ command, manifest }: CargoBuild): string | undefined {
  if (manifest === undefined) return command.cwd;
  return manifest.startsWith('/') || command.cwd !== undefined ? resolvePath(command.cwd ?? '/', manifest) : undefined;
}

function outputsOf(subject: Subject, build: CargoBuild): readonly Output[] {
  const folder = folderOfBuild(build);
  const toml = folder === undefined ? undefined : tomlIn(subject, folder);
  const names = binNames(build, toml);
  const assumed = (path: string) =>
    `Cargo names the program as Cargo.toml says; that name is assumed to be “${nameOf(path)}”, because no line makes it otherwise.`;
  const at = (place: string): readonly Output[] => [
    ...(names.length > 0 ? [{ kind: 'files' as const, paths: names.map((name) => resolvePath(place, name)) }] : []),
    ...(build.bins.length > 0 ? [] : [{ kind: 'folder' as const, path: place, why: assumed }]),
  ];
  if (build.verb === 'install') {
    const home = subject.variables.likely('CARGO_HOME', undefined) ?? '/usr/local/cargo';
    const root = build.root ?? home;
    return root.startsWith('/') || build.command.cwd !== undefined
      ? at(resolvePath(resolvePath(build.command.cwd ?? '/', root), 'bin'))
      : [];
  }
  const root = folder === undefined ? undefined : workspaceOf(subject, folder);
  const target = build.targetDir ?? (root === undefined ? undefined : `${root}/target`);
  if (target === undefined || (!target.startsWith('/') && build.command.cwd === undefined)) return [];
  // `x86_64-unknown-linux-gnu.2.17` of cargo-zigbuild.
  const triple = build.target?.replace(/\.\d.*$/, '').replace(/\.json$/, '');
  const place = resolvePath(
    resolvePath(build.command.cwd ?? '/', target),
    [...(triple ? [nameOf(`/${triple}`)] : []), build.profile, ...(build.examples.length > 0 ? ['examples'] : [])].join(
      '/',
    ),
  );
  return at(place);
}

/** The outermost folder above that is known to hold a workspace; else the folder itself. */
function workspaceOf(subject: Subject, folder: string): string {
  const above = filesNamed(subject, 'Cargo.toml').filter(
    (it) => it.folder !== folder && isInside(it.folder, folder) && readToml(subject, it.path)?.isWorkspace,
  );
  return above[0]?.folder ?? folder;
}

const readToml = (subject: Subject, path: string): CargoToml | undefined => {
  const text = subject.context.get(path);
  return text === undefined ? undefined : readCargoToml(text);
};

function tomlIn(subject: Subject, folder: string): CargoToml | undefined {
  const found = filesNamed(subject, 'Cargo.toml').find((it) => it.folder === folder && subject.context.has(it.path));
  return found && readToml(subject, found.path);
}

/** cargo-chef's images are Rust's with one more tool, and say which in their tag. */
function systemOf(subject: Subject): Base | undefined {
  const chef = /(?:^|\/)cargo-chef:(?:[\w.]+-)?rust-([\w.-]+)$/.exec(imageBelow(subject))?.[1];
  return chef === undefined ? subject.base : (findBase(`rust:${chef}`) ?? subject.base);
}

function links(draft: Draft, origin: Origin<CargoBuild>): Links | undefined {
  const { build, command, step, subject: builder } = origin;
  const flags = `${command.env.get('RUSTFLAGS') ?? builder.variables.likely('RUSTFLAGS', step.instruction) ?? ''} ${command.words.join(' ')}`;
  const isStatic = /\+crt-static/.test(flags) ? true : /-crt-static/.test(flags) ? false : undefined;
  const triple = build.target ?? targetOfImage(builder);
  if (triple !== undefined && /wasm|windows|darwin/.test(triple)) {
    decline(draft, command.line, `“${triple}” is not a program for Linux. Build for Linux what the container runs.`);
    return undefined;
  }
  const os = systemOf(builder)?.os;
  const musl = triple === undefined ? os?.libc === 'musl' : /musl/.test(triple);
  if (triple?.includes('$')) {
    decline(draft, command.line, `Which target “${triple}” is depends on a variable. Write it out.`);
    return undefined;
  }
  if (musl) {
    const ofAlpine = triple === undefined && isAlpinesOwn(builder);
    if (isStatic === false || (ofAlpine && isStatic !== true)) {
      decline(
        draft,
        command.line,
        `${ofAlpine ? 'The Rust of Alpine’s own packages links programs to' : '“-crt-static” links the program to'} Alpine’s C library (musl), which Google’s images have not. ${ofAlpine ? 'Build on rust:alpine, which links statically' : 'Leave it out, so that the program is static'}, or build on Debian.`,
      );
      return undefined;
    }
    needsLibraries(draft, origin, true);
    note(
      draft,
      'change',
      command.line,
      `${triple === undefined ? `“${imageBelow(builder)}” makes` : `The target ${triple} makes`} a static program, which needs no C library, so the base has none.`,
    );
    return { wanted: 'static', collects: false };
  }
  if (isStatic) {
    note(
      draft,
      'risk',
      command.line,
      '“+crt-static” with glibc makes a static program; looking up host names in it may still need the C library of the builder. A musl target does not.',
    );
    return { wanted: 'static', collects: false };
  }
  if (!glibcFits(draft, origin, 'Build for the target x86_64-unknown-linux-musl, or on Debian.', systemOf))
    return undefined;
  const collects = needsLibraries(draft, origin, false);
  note(
    draft,
    'change',
    command.line,
    'Rust links programs to libc and libgcc, so the base has the libraries of C and of its compiler.',
  );
  return { wanted: 'cc', collects, only: linksOpenSsl(origin.subject) ? ['ssl'] : [] };
}

/** Images whose environment sets the target. */
function targetOfImage(subject: Subject): string | undefined {
  const image = imageBelow(subject);
  const cross = /(?:^|\/)rust-musl-cross:([\w-]+)/.exec(image)?.[1];
  if (cross) return cross.startsWith('x86_64') ? 'x86_64-unknown-linux-musl' : cross;
  return /(?:^|\/)(muslrust|rust-musl-builder|rust-musl)(:|$)/.test(image) ? 'x86_64-unknown-linux-musl' : undefined;
}

/** Alpine's packages `rust` and `cargo` have another target than the official image, and another default. */
function isAlpinesOwn({ steps, base }: Subject): boolean {
  if (base?.runtime?.language === 'rust') return false;
  return !steps.some(({ commands }) =>
    commands.some((command: RunCommand) => command.words.some((word) => /rustup/.test(word))),
  );
}

/** Whether a crate is linked to a library that the base has not: by Cargo.lock, where it can be read. */
function needsLibraries(draft: Draft, { subject: builder, command }: Origin<CargoBuild>, isStatic: boolean): boolean {
  const place = filesNamed(builder, 'Cargo.lock').find(({ path }) => builder.context.has(path));
  const sameOpenSsl = hasOpenSsl3(systemOf(builder));
  if (!place) {
    const known = isStatic
      ? ''
      : sameOpenSsl
        ? ': the base has libc and libgcc, and Google’s libssl too'
        : ': the base has libc and libgcc';
    note(
      draft,
      'assumption',
      command.line,
      `Cargo.lock could not be read; no crate is assumed to need a library of the system, such as ${sameOpenSsl || isStatic ? 'libpq' : 'libssl or libpq'}${known}.`,
    );
    return false;
  }
  const lock = readCargoLock(builder.context.get(place.path)!);
  return [...rustLibraries].some(([crate, { bundled, inBase }]) => {
    const built = lock.get(crate);
    if (!built || (bundled !== undefined && built.includes(bundled)) || isStatic) return false;
    return !(inBase && sameOpenSsl);
  });
}

function linksOpenSsl(builder: Subject): boolean {
  const place = filesNamed(builder, 'Cargo.lock').find(({ path }) => builder.context.has(path));
  const built = place && readCargoLock(builder.context.get(place.path)!).get('openssl-sys');
  return built !== undefined && !built.includes('openssl-src');
}

/** Rocket reads its settings from a file in the folder in which it starts, or above. */
function takeRocket(draft: Draft, { subject: builder }: Origin<CargoBuild>): void {
  const { subject } = draft;
  const found = filesNamed(builder, 'Rocket.toml').find(({ path }) => subject.context.has(path));
  if (!found || builder !== subject) return;
  const path = resolvePath(found.folder, 'Rocket.toml');
  copy(draft, path);
  note(
    draft,
    'change',
    subject.stage.from.range.start.line,
    `${path} is taken along: Rocket reads its settings from it.`,
  );
}
