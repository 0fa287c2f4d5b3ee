/** What compilers of C and C++ and the tools that run them write, and how the result is linked, as far as the words of the build tell. */
import { resolvePath } from './paths.ts';
import type { Made, Output } from './programs.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import type { Step, Subject } from './subject.ts';

export interface CBuild {
  /** `unknown`: a tool chose the compiler. */
  readonly language: 'c' | 'c++' | 'unknown';
  readonly isStatic: boolean;
  /** libstdc++ and libgcc are in the program. */
  readonly ownRuntime: boolean;
  /** Linked against musl, whatever the system has. */
  readonly isMusl: boolean;
  /** Names after `-l`; of a tool that runs the compiler, those are not known. */
  readonly libraries: readonly string[];
  /** Flags that need libraries which come with the compiler only: `-fsanitize=address`. */
  readonly special: string | undefined;
}

const COMPILER = /^(?:[\w.]+-)*?(musl-gcc|gcc|g\+\+|cc|c\+\+|clang|clang\+\+|tcc)(?:-\d+(?:\.\d+)*)?$/;

export const compilerOf = (command: RunCommand): string | undefined => COMPILER.exec(programOf(command))?.[1];

/** Tools that build by a recipe of their own. */
export const isCTool = (command: RunCommand): boolean =>
  compilerOf(command) !== undefined ||
  /^(make|gmake|ninja|samu|cmake|ctest|cpack|meson|configure|autogen\.sh|autoreconf|bootstrap|autoconf|automake|libtoolize|ar|ranlib|ld|scons|conan|vcpkg|xmake|premake5|bear)$/.test(
    programOf(command),
  );

export function readC(subject: Subject, step: Step, command: RunCommand): Made<CBuild> | undefined {
  const compiler = compilerOf(command);
  return compiler === undefined ? readTool(subject, step, command) : readCompiler(command, compiler);
}

function readCompiler(command: RunCommand, compiler: string): Made<CBuild> | undefined {
  const { words, cwd } = command;
  const given = words.slice(1);
  if (cwd === undefined || given.some((word) => /^-(c|S|E|M|MM|shared|v|-version|dumpversion|print-\S+)$/.test(word)))
    return undefined;
  const at = given.indexOf('-o');
  const output = at < 0 ? given.find((word) => /^-o.+/.test(word))?.slice(2) : given[at + 1];
  const sources = given.filter((word, i) => !word.startsWith('-') && given[i - 1] !== '-o');
  if (sources.length === 0) return undefined;
  const isCpp =
    compiler.endsWith('++') ||
    sources.some((word) => /\.(cc|cpp|cxx|C|c\+\+)$/.test(word)) ||
    given.includes('-lstdc++');
  return {
    build: {
      language: isCpp ? 'c++' : 'c',
      isStatic: given.some((word) => /^-(static|static-pie)$/.test(word)),
      ownRuntime: given.includes('-static-libstdc++') && given.includes('-static-libgcc'),
      isMusl: compiler === 'musl-gcc' || /-musl-/.test(programOf(command)),
      libraries: given.flatMap((word, i) =>
        word === '-l' ? (given[i + 1] ?? []) : /^-l./.test(word) ? word.slice(2) : [],
      ),
      special: given.find((word) => SPECIAL.test(word)),
    },
    outputs: [{ kind: 'files', paths: [resolvePath(cwd, output ?? 'a.out')] }],
  };
}

const SPECIAL = /^-(fsanitize=|stdlib=libc\+\+|pg$|p$|fprofile|coverage|fopenacc)/;

function readTool(subject: Subject, step: Step, command: RunCommand): Made<CBuild> | undefined {
  const { words } = command;
  const name = programOf(command);
  const isBuild =
    /^(make|gmake|ninja|samu|scons|xmake)$/.test(name) ||
    (name === 'cmake' && words.some((word) => word === '--build' || word === '--install')) ||
    (name === 'meson' && /^(compile|install)$/.test(words[1] ?? ''));
  if (!isBuild || words.includes('clean')) return undefined;
  const installs = words.some((word) => /^(--)?install(\/\w+)?$/.test(word));
  const said = [name, ...words.slice(1).filter((word) => /^(install|compile|--build|--install)$/.test(word))].join(' ');
  const why = (path: string) =>
    `“${said}” is assumed to write ${path}: the container runs it, and no other line makes it. It is assumed to load no library of its own, and none but those of C and C++.`;
  const flags = flagsBefore(subject, step, command);
  const outputs: Output[] = [{ kind: 'anywhere', why }];
  if (installs) {
    const prefix = prefixOf(flags);
    for (const folder of ['bin', 'sbin']) outputs.unshift({ kind: 'folder', path: `${prefix}/${folder}`, why });
  }
  return {
    build: {
      language: 'unknown',
      isStatic: flags.some((flag) => STATIC.test(flag)),
      ownRuntime:
        flags.some((flag) => flag.includes('-static-libstdc++')) &&
        flags.some((flag) => flag.includes('-static-libgcc')),
      isMusl: flags.some((flag) => /musl-(gcc|g\+\+)/.test(flag)),
      libraries: [],
      special:
        flags.find((flag) => SPECIAL.test(flag)) ??
        flags.find((flag) => / -fsanitize=|=-fsanitize=|-stdlib=libc\+\+/.test(flag)),
    },
    outputs,
  };
}

/** `LDFLAGS=-static`, `-DCMAKE_EXE_LINKER_FLAGS="-static"`, `-Dc_link_args=-static`; not `--disable-static`, which is of libraries. */
const STATIC =
  /^(-static(-pie)?$|(LDFLAGS|CC|CXX)=(.*[\s"'])?-static(-pie)?([\s"']|$)|-D\w*(LINKER_FLAGS|link_args)\w*(:\w+)?=(.*[\s"',])?-static(-pie)?([\s"',]|$))/;

/** The words and settings of what configures and runs the build, up to this command. */
function flagsBefore(subject: Subject, step: Step, command: RunCommand): readonly string[] {
  const flags: string[] = [];
  for (const { commands, index } of subject.steps) {
    if (index > step.index) break;
    for (const it of commands) {
      if (isCTool(it)) {
        flags.push(...it.words.slice(1));
        for (const name of SETTINGS) if (it.env.has(name)) flags.push(`${name}=${it.env.get(name)}`);
      }
      if (it === command) break;
    }
  }
  for (const name of SETTINGS) {
    const value = subject.variables.likely(name, step.instruction);
    if (value !== undefined) flags.push(`${name}=${value}`);
  }
  return flags;
}

const SETTINGS = ['CC', 'CXX', 'CFLAGS', 'CXXFLAGS', 'LDFLAGS'];

function prefixOf(flags: readonly string[]): string {
  const given = flags
    .map((flag) => /^(?:--prefix|-DCMAKE_INSTALL_PREFIX(?::\w+)?|PREFIX|prefix|DESTDIR)=(\/.+)$/.exec(flag)?.[1])
    .findLast((it) => it !== undefined);
  return given === undefined ? '/usr/local' : resolvePath('/', given);
}
