/** Java compiled to machine code (GraalVM's native image): what ships is the program, which needs no Java. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import { type Compiled, convertCompiled } from './compiled.ts';
import type { Family } from './conversion.ts';
import { type Draft, decline } from './draft.ts';
import { option } from './effects.ts';
import type { Wanted } from './families.ts';
import { glibcFits, imageBelow } from './glibc.ts';
import { unwrapInit } from './init.ts';
import { isJavaBuild } from './java-build.ts';
import { isJava } from './java-command.ts';
import { startWords } from './language.ts';
import { folderOf, nameOf, resolvePath } from './paths.ts';
import type { Origin, Output } from './programs.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import type { Subject } from './subject.ts';

interface NativeBuild {
  /** Linked to no library at all, or to the C library only. */
  readonly links: 'all' | 'libc' | 'none';
  readonly folder: string;
}

/** Whether the container starts a program that is compiled so. */
export function isNative(subject: Subject, depth = 0): boolean {
  const words = startWords(subject);
  const program = words[unwrapInit(words)] ?? '';
  if (depth === 0 && (isJava(program) || program === '' || /\.(sh|jar)$/.test(program))) return false;
  return (
    subject.steps.some(({ commands }) => commands.some((command) => readNative(command) !== undefined)) ||
    (depth < 8 && subject.builders.some((builder) => isNative(builder.subject, depth + 1)))
  );
}

export const convertNative = (draft: Draft, family: Family | undefined): string | undefined =>
  convertCompiled(draft, family, language)?.base;

function readNative(command: RunCommand): NativeBuild | undefined {
  const program = programOf(command);
  const { words, cwd } = command;
  if (cwd === undefined) return undefined;
  const asked = words.some((word) =>
    /^(-Pnative(,.*)?|-P.*,native|(\w*:)*nativeCompile|native:compile(-no-fork)?|-Dnative|-Dpackaging=native-image|-Dquarkus\.(native\.enabled=true|package\.type=native))$/.test(
      word,
    ),
  );
  const text = words.join(' ');
  const links = /--static-nolibc|StaticExecutableWithDynamicLibC/.test(text)
    ? 'libc'
    : /(^|[ =,])--static([ ,]|$)/.test(text)
      ? 'none'
      : 'all';
  if (program === 'native-image') return { links, folder: cwd };
  return asked && isJavaBuild(command) ? { links, folder: cwd } : undefined;
}

const language: Compiled<NativeBuild> = {
  name: 'a native image',
  how: 'Build it here with “native-image -o”',
  read(_subject, _step, command) {
    const build = readNative(command);
    return build && { build, outputs: outputsOf(command, build) };
  },
  refuse: () => undefined,
  links(draft: Draft, origin: Origin<NativeBuild>): Wanted | undefined {
    const { links } = origin.build;
    if (links === 'none') return 'static';
    const cure = 'Link it statically (--static), or build it on an image of Debian or Ubuntu.';
    if (/--libc=musl/.test(origin.command.words.join(' '))) {
      decline(draft, origin.command.line, `The program is linked to musl, which distroless images have not. ${cure}`);
      return undefined;
    }
    if (!glibcFits(draft, origin, cure, systemOf)) return undefined;
    return links === 'libc' ? 'base' : 'cc';
  },
  sources: ({ build }) => [build.folder],
  isSource: (source) => /(^|\/)(pom\.xml|mvnw|gradlew|gradle|\.mvn|src|[^/]*\.(gradle|kts|java))\/?$/.test(source),
  setting: /^(MAVEN_\w+|GRADLE_\w+|JAVA_HOME|GRAALVM_\w+|NATIVE_IMAGE_\w+)$/,
  packages: [],
  isTool: (command) => isJavaBuild(command) || programOf(command) === 'native-image' || programOf(command) === 'gu',
};

/** GraalVM's images are of Oracle Linux, by default 9, and those of Quarkus of Red Hat's universal base (docs.oracle.com/en/graalvm, container images). */
function systemOf(builder: Subject): Base | undefined {
  const name = imageBelow(builder);
  const oracle = /(^|\/)graalvm\//.test(name) ? (/(?:^|-)ol(\d+)(?:-|$)/.exec(name)?.[1] ?? '9') : undefined;
  const redHat = /(^|\/)quarkus\/ubi(\d*)-/.exec(name)?.[2];
  if (builder.base?.os) return builder.base;
  if (oracle !== undefined) return findBase(`oraclelinux:${oracle}`);
  return redHat === undefined ? undefined : findBase(`registry.access.redhat.com/ubi${redHat || '8'}/ubi`);
}

function outputsOf(command: RunCommand, { folder }: NativeBuild): readonly Output[] {
  const tool = programOf(command).replace(/w$/, '');
  const why = (path: string) =>
    `The build is assumed to name the program “${nameOf(path)}”, which is what the container runs.`;
  if (tool === 'native-image') {
    const { words } = command;
    const name =
      option(words, ['-o']) ?? words.map((word) => /^-H:Name=(.+)/.exec(word)?.[1]).find((it) => it !== undefined);
    const jar = option(words, ['-jar']);
    const path = name ?? (jar && nameOf(`/${jar}`).replace(/\.jar$/, ''));
    return path === undefined || path.includes('$')
      ? [{ kind: 'folder', path: folder, why }]
      : [{ kind: 'files', paths: [resolvePath(folder, path)] }];
  }
  if (tool === 'gradle') {
    return ['build/native/nativeCompile', 'build'].map((place) => ({
      kind: 'folder',
      path: resolvePath(folder, place),
      why,
    }));
  }
  const pom = option(command.words, ['-f', '--file']);
  const project =
    pom === undefined ? folder : resolvePath(folder, /\.xml$/.test(pom) ? folderOf(`/${pom}`).slice(1) : pom);
  return [{ kind: 'folder', path: `${project}/target`, why }];
}
