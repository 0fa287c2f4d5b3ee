/** What Maven, Gradle and their like leave behind, and where; as far as their words and their project files tell. */
import { matchesName } from '../dockerfile/glob.ts';
import { filesNamed } from './context-files.ts';
import { type Draft, note } from './draft.ts';
import { option } from './effects.ts';
import { folderOf, isInside, nameOf, resolvePath } from './paths.ts';
import { isKnown, programOf, type RunCommand } from './run-commands.ts';
import type { Step, Subject } from './subject.ts';

export interface JavaBuild {
  readonly step: Step;
  readonly command: RunCommand;
  /** Of the project. */
  readonly folder: string | undefined;
}

const TOOLS = /^(mvn|mvnw|mvnd|gradle|gradlew|sbt|ant|lein|mill|bazel|bazelisk|javac|kotlinc|scalac|jar|jlink|jdeps)$/;

export const isJavaBuild = (command: RunCommand): boolean => TOOLS.test(programOf(command));

export function javaBuilds({ steps }: Subject): readonly JavaBuild[] {
  return steps.flatMap((step) =>
    step.commands.filter(isJavaBuild).map((command) => ({ step, command, folder: folderOfBuild(command) })),
  );
}

function folderOfBuild({ cwd, words }: RunCommand): string | undefined {
  const given = option(words, ['-f', '--file', '-p', '--project-dir', '-buildfile']);
  if (given === undefined || cwd === undefined || !isKnown(given)) return cwd;
  const path = resolvePath(cwd, given);
  return /\.(xml|gradle|kts)$/.test(path) ? folderOf(path) : path;
}

/** Whether a build writes what is at that path, by the folders into which its tool writes. */
export function makes({ command, folder }: JavaBuild, path: string): boolean {
  const tool = programOf(command).replace(/w$/, '');
  const output = option(command.words, ['-d', '--output']);
  if ((tool === 'javac' || tool === 'jlink' || tool === 'kotlinc') && output !== undefined && command.cwd !== undefined)
    return isInside(resolvePath(command.cwd, output), path);
  if (folder === undefined) return false;
  const inside =
    path === folder ? '' : isInside(folder, path) ? path.slice(folder === '/' ? 1 : folder.length + 1) : undefined;
  if (inside === undefined) return false;
  if (tool === 'javac' || tool === 'kotlinc' || tool === 'scalac') return true;
  if (tool === 'jar') return command.words.includes(inside) || command.words.includes(path);
  return FOLDERS.get(tool)?.test(inside) ?? false;
}

const FOLDERS: ReadonlyMap<string, RegExp> = new Map([
  ['mvn', /(^|\/)target(\/|$)/],
  ['mvnd', /(^|\/)target(\/|$)/],
  ['gradle', /(^|\/)build(\/|$)/],
  ['sbt', /(^|\/)target(\/|$)/],
  ['lein', /(^|\/)target(\/|$)/],
  ['ant', /(^|\/)(build|dist|out|target|lib|bin|classes)(\/|$)/],
  ['mill', /(^|\/)out(\/|$)/],
  ['bazel', /(^|\/)bazel-bin(\/|$)/],
]);

export const PROJECT_FILES = ['pom.xml', 'build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'];

/** The name behind `target/*.jar`, by the project's own file. Undefined: it cannot be told. */
export function resolveJar(draft: Draft, pattern: string, line: number): string | undefined {
  const { subject } = draft;
  if (subject.cwd === undefined) return undefined;
  const folder = folderOf(resolvePath(subject.cwd, pattern));
  const project = folder.replace(/\/(target|build\/libs)$/, '');
  if (project === folder) return undefined;
  const name = folder.endsWith('/target') ? mavenJar(subject, project) : gradleJar(subject, project);
  if (name === undefined || !matchesName(nameOf(`/${pattern}`), name)) return undefined;
  note(
    draft,
    'assumption',
    line,
    `“${pattern}” is written out as ${name}, the name that the project’s own file gives the jar. If that changes, change it here too.`,
  );
  return pattern.replace(/[^/]*$/, name);
}

function contextText(subject: Subject, name: string, folder: string): string | undefined {
  const found = filesNamed(subject, name).find((it) => it.folder === folder && subject.context.has(it.path));
  return found && subject.context.get(found.path);
}

function mavenJar(subject: Subject, folder: string): string | undefined {
  const text = contextText(subject, 'pom.xml', folder);
  return text === undefined ? undefined : readPom(text).jar;
}

export interface Pom {
  /** Undefined where it hangs on a parent or on properties of elsewhere. */
  readonly jar: string | undefined;
  /** A plugin puts the dependencies into the jar. Undefined: a parent or a profile may. */
  readonly fat: boolean;
  readonly hasDependencies: boolean;
}

/** Of `pom.xml`, what is its own and not its parent's. */
export function readPom(text: string): Pom {
  const own = text.replace(/<!--[\s\S]*?-->/g, '');
  const top = own.replace(
    /<(parent|dependencies|dependencyManagement|profiles|plugins|pluginManagement|reporting)>[\s\S]*?<\/\1>/g,
    '',
  );
  const tag = (name: string, within = top) => new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(within)?.[1];
  const parent = /<parent>[\s\S]*?<\/parent>/.exec(own)?.[0] ?? '';
  const artifact = tag('artifactId');
  const version = tag('version') ?? tag('version', parent);
  const fill = (value: string | undefined) =>
    value
      ?.replace(/\$\{(?:project\.|pom\.)?artifactId\}/g, artifact ?? '$')
      .replace(/\$\{(?:project\.|pom\.)?version\}/g, version ?? '$')
      .replace(/\$\{([\w.-]+)\}/g, (whole, name: string) => tag(name.replace(/\./g, '\\.')) ?? whole);
  const packaging = tag('packaging') ?? 'jar';
  const base = fill(tag('finalName') ?? (artifact && version ? `${artifact}-${version}` : undefined));
  const known = base !== undefined && !base.includes('$') && (packaging === 'jar' || packaging === 'war');
  return {
    jar: known ? `${base}.${packaging}` : undefined,
    fat: /spring-boot-maven-plugin|maven-shade-plugin|maven-assembly-plugin|quarkus-maven-plugin|micronaut-maven-plugin|onejar|capsule-maven|bnd-|wildfly-swarm|thorntail|payara-micro/.test(
      own,
    ),
    hasDependencies: own
      .split('<dependency>')
      .slice(1)
      .some((rest) => !/<scope>\s*(test|provided)\s*<\/scope>/.test(rest.replace(/<\/dependency>[\s\S]*/, ''))),
  };
}

/** The name of a Gradle project's jar: that of its settings, and its version. */
function gradleJar(subject: Subject, folder: string): string | undefined {
  const read = (name: string) => contextText(subject, name, folder) ?? contextText(subject, `${name}.kts`, folder);
  const settings = read('settings.gradle');
  const build = read('build.gradle');
  if (
    settings === undefined ||
    build === undefined ||
    /archive(FileName|BaseName|Version|Classifier)|baseName/.test(build)
  )
    return undefined;
  const name = /^[ \t]*rootProject\.name\s*=\s*["']([\w.-]+)["']/m.exec(settings)?.[1];
  const version = /^[ \t]*version\s*=?\s*["']([\w.-]+)["']/m.exec(build)?.[1];
  return name === undefined ? undefined : version === undefined ? `${name}.jar` : `${name}-${version}.jar`;
}
