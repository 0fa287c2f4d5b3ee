/** C and C++: what ships is the program, on `base` (C) or `cc` (C++), or on `static` where it is linked so. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import { type CBuild, compilerOf, isCTool, readC } from './c-build.ts';
import { type Compiled, convertCompiled, type Links } from './compiled.ts';
import { copy, type Draft, decline, newDraft, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { glibcFits, hasOpenSsl3, imageBelow } from './glibc.ts';
import { keyword } from './layout.ts';
import { COMPILER } from './packages.ts';
import { nameOf } from './paths.ts';
import { type Origin, stagesOf } from './programs.ts';
import type { Recipe } from './recipe.ts';
import type { Subject } from './subject.ts';

export const c: Recipe = {
  language: 'c',
  name: 'C and C++',
  recognises: (subject) => stagesOf(subject).some(buildsC),
  contextFiles: () => [],
  convert(subject, family) {
    const draft = newDraft(subject);
    const made = convertCompiled(draft, family, language);
    if (made) takeRuntime(draft, made.origin);
    return { draft, base: made?.base };
  },
};

/** A compiler that is run, or one that is installed for a tool that runs it. */
function buildsC({ steps, base }: Subject): boolean {
  const commands = steps.flatMap((step) => step.commands);
  if (commands.some((command) => compilerOf(command) !== undefined)) return true;
  const installs = commands.some((command) =>
    effectsOf(command).some((it) => it.kind === 'packages' && it.installed.names.some((name) => COMPILER.test(name))),
  );
  return (
    (installs || base?.runtime?.language === 'c') &&
    commands.some((command) => /^(cmake|make|ninja|meson)$/.test(command.words[0] ?? ''))
  );
}

const language: Compiled<CBuild> = {
  name: 'a program in C or C++',
  how: 'Build it here, with “-o” and its path',
  read: readC,
  refuse: (program) =>
    /^(gdb|valgrind|gdbserver|make|cmake|ninja)$/.test(nameOf(`/${program}`))
      ? `“${program}” is a tool for development, and not in a distroless image. Build in the build, and start the program itself.`
      : undefined,
  links,
  sources: ({ command }) => (command.cwd === undefined ? [] : [command.cwd]),
  isSource: (source) =>
    /(^|\/)(CMakeLists\.txt|CMakePresets\.json|cmake|Makefile\S*|meson\.build|meson_options\.txt|conanfile\.\w+|vcpkg\.json|configure\S*|src|include|lib|tests?|[^/]*\.(c|cc|cpp|cxx|h|hh|hpp|hxx|in|am|ac))\/?$/.test(
      source,
    ),
  setting:
    /^(CC|CXX|AR|LD|CFLAGS|CPPFLAGS|CXXFLAGS|LDFLAGS|MAKEFLAGS|CMAKE_\w+|CCACHE_\w+|CONAN_\w+|VCPKG_\w+|PKG_CONFIG\w*|DESTDIR|PREFIX)$/,
  packages: ['libc6-dev', 'libstdc++-dev', 'zlib1g-dev', 'libzstd-dev', 'libssl-dev'],
  isTool: isCTool,
};

/** Libraries that are part of the C library, or in Google's `base`. */
const IN_BASE = new Set(['c', 'm', 'pthread', 'dl', 'rt', 'util', 'resolv', 'anl', 'z', 'zstd', 'ssl', 'crypto']);
/** Of these, those that only Google's images have. */
const ONLY_GOOGLES = new Set(['z', 'zstd', 'ssl', 'crypto', 'gomp']);
const IN_CC = new Set(['stdc++', 'gcc_s', 'gcc', 'gomp', 'stdc++fs']);

function links(draft: Draft, origin: Origin<CBuild>): Links | undefined {
  const { build, command, subject: builder } = origin;
  const os = systemOf(builder)?.os;
  const said = command.words[0] ?? '';
  if (build.special !== undefined) {
    decline(
      draft,
      command.line,
      `“${build.special}” needs libraries that come with the compiler, and that a distroless image has not. Leave it out of what ships.`,
    );
    return undefined;
  }
  if (build.isStatic) {
    note(draft, 'change', command.line, `The program is linked statically, so the base has no C library.`);
    if (os?.libc !== 'musl' && !build.isMusl)
      note(
        draft,
        'risk',
        command.line,
        'Where a static program looks up host names or users, glibc loads libraries that are not there then. If it does, link it to the C library, or build it on Alpine.',
      );
    return { wanted: 'static', collects: false };
  }
  if (build.isMusl || os?.libc === 'musl') {
    if (os?.libc !== 'musl') {
      decline(
        draft,
        command.line,
        `What “${said}” makes is linked to another C library (musl) than the one of its own image. Link it statically (-static).`,
      );
      return undefined;
    }
    note(
      draft,
      'change',
      command.line,
      'The program is linked to Alpine’s C library (musl), which no base of Google’s has: it comes along, with its loader.',
    );
    return { wanted: 'static', collects: true };
  }
  const others = build.libraries.filter((name) => !IN_BASE.has(name) && !IN_CC.has(name));
  const openSsl = build.libraries.some((name) => name === 'ssl' || name === 'crypto');
  const collects = others.length > 0 || (openSsl && !hasOpenSsl3(systemOf(builder)));
  if (!glibcFits(draft, origin, 'Link it statically (-static), or build on Debian.', systemOf)) return undefined;
  const wanted = build.language === 'c' && !build.libraries.some((name) => IN_CC.has(name)) ? 'base' : 'cc';
  if (wanted === 'cc' && !build.ownRuntime && newerRuntime(builder) === 'system') {
    decline(
      draft,
      builder.stage.from.range.start.line,
      `The C++ library of ${os?.name ?? `“${imageBelow(builder)}”`} is newer than that of Google’s images, which is of GCC 14. Build on debian:13, or link with -static-libstdc++ -static-libgcc.`,
    );
    return undefined;
  }
  note(
    draft,
    'change',
    command.line,
    wanted === 'base'
      ? 'The program is linked to the C library, so the base has that.'
      : `${build.language === 'unknown' ? 'The program may be linked to the C++ library' : 'The program is linked to the C++ library'}, so the base has that, and the one of C.`,
  );
  return { wanted, collects, only: build.libraries.filter((name) => ONLY_GOOGLES.has(name)) };
}

/** `own`: in /usr/local, beside that of the system. */
function newerRuntime(builder: Subject): 'own' | 'system' | undefined {
  const { base, steps } = builder;
  if (base?.name === 'gcc') {
    const major = Number.parseInt(base.runtime?.version ?? '', 10);
    return major <= GCC_OF_RELEASE ? undefined : 'own';
  }
  if (/^(ubuntu2[5-9]|fedora(4[2-9]|[5-9]\d))/.test(base?.os?.id ?? '')) return 'system';
  const newer = steps.some(({ commands }) =>
    commands.some((command) =>
      effectsOf(command).some(
        (it) =>
          it.kind === 'packages' &&
          it.installed.names.some((name) => Number(/^(?:g\+\+|gcc)-(\d+)$/.exec(name)?.[1]) > GCC_OF_RELEASE),
      ),
    ),
  );
  return newer ? 'system' : undefined;
}

/** Debian 13's libstdc++6 is of GCC 14. */
const GCC_OF_RELEASE = 14;

/** The official image of GCC has a newer C++ library than Debian, in /usr/local/lib64: that one is taken along. */
function takeRuntime(draft: Draft, { build, subject: builder }: Origin<CBuild>): void {
  if (build.isStatic || build.ownRuntime || build.language === 'c' || newerRuntime(builder) !== 'own') return;
  const from = builder === draft.subject ? undefined : (builder.stage.name?.text ?? String(builder.stage.index));
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) copy(draft, `/usr/local/lib64/${name}`, undefined, from);
  draft.settings.push(`${keyword(draft.subject, 'ENV')} LD_LIBRARY_PATH=/usr/local/lib64`);
  const image = imageBelow(builder);
  note(
    draft,
    'risk',
    builder.stage.from.range.start.line,
    `“${image}” has a newer C++ library than Debian 13, so that one is taken along, and LD_LIBRARY_PATH names its folder. It is updated by building anew, not with the base. With gcc:${GCC_OF_RELEASE}, or -static-libstdc++ -static-libgcc, the program would not need it.`,
  );
}

/** The official images of GCC 14 and newer were made from Debian 13 when the facts were gathered, older ones from older releases. */
function systemOf({ base }: Subject): Base | undefined {
  if (base?.name !== 'gcc' || base.os) return base;
  const major = Number.parseInt(base.runtime?.version ?? '', 10);
  const debian = findBase(major < GCC_OF_RELEASE ? 'debian:older' : `debian:13`);
  return debian?.os ? { ...base, os: debian.os } : base;
}
