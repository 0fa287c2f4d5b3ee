/** How a Java program is started on its new base, whose ENTRYPOINT may be `java -jar`, `java`, or nothing. */
import type { Base } from '../bases/base.ts';
import { assignments } from '../dockerfile/assignments.ts';
import { commandWords } from '../dockerfile/queries.ts';
import { execForm } from '../dockerfile/writing.ts';
import { addAfter, type Draft, decline, list, note } from './draft.ts';
import { unwrapInit } from './init.ts';
import { isJava, type JavaCommand, readJavaCommand } from './java-command.ts';
import { keyword } from './layout.ts';
import { nameOf } from './paths.ts';
import { type Start, writeWords } from './start.ts';
import { startOnBase } from './start-on-base.ts';

const BUILDERS = /^(mvn|mvnw|mvnd|gradle|gradlew|sbt|ant|lein|mill|bazel|jbang|kotlinc?|groovy|scala|quarkus)$/;

/** The `java` command that the container runs. Undefined: declined. */
export function startedJava(draft: Draft, { entrypoint, cmd }: Start): JavaCommand | undefined {
  const all = [...(entrypoint?.words ?? []), ...(cmd?.words ?? [])];
  const [program = '', ...given] = all.slice(unwrapInit(all));
  const { line } = (entrypoint?.words.length ? entrypoint : cmd!).step;
  if (isJava(program)) {
    const command = readJavaCommand(given);
    if (!command)
      decline(
        draft,
        line,
        '“java” alone runs nothing. Name the jar or the class: ENTRYPOINT ["java", "-jar", "/app.jar"].',
      );
    return command;
  }
  decline(draft, line, whyNot(program, given));
  return undefined;
}

function whyNot(program: string, given: readonly string[]): string {
  const name = nameOf(`/${program}`);
  if (BUILDERS.test(name)) {
    return `“${[program, ...given].join(' ').slice(0, 60)}” builds at every start, with the whole toolchain. Build a jar instead (RUN mvn package, or RUN gradle build), and start it: ENTRYPOINT ["java", "-jar", "target/app.jar"].`;
  }
  if (/^(catalina|standalone|domain|startup|jetty|asadmin|startserv|server|liberty|run-java)(\.sh)?$/.test(name)) {
    return `“${program}” starts a server by a shell script, and a distroless image has no shell. Build a jar with the server in it, and start that with java.`;
  }
  if (/\.(sh|bash)$/.test(program) || /^(ba|da|a)?sh$/.test(name)) {
    return `“${program}” is a script, and a distroless image has no shell to run it. Start java itself, and do in the program, or in the build, what the script does.`;
  }
  if (/\.(jar|war)$/.test(name)) {
    return `“${program}” starts by the shell script at its front. Start it with java: ENTRYPOINT ["java", "-jar", "${program}"].`;
  }
  if (/(^|\/)bin\//.test(program)) {
    return `“${program}” is a start script of the build tool, and a distroless image has no shell to run it. Start the class itself: ENTRYPOINT ["java", "-cp", "${program.replace(/\/?bin\/[^/]*$/, '') || '.'}/lib/*", "com.example.Main"].`;
  }
  return `“${program}” is a program of the image, and would not be found. Start java itself: ENTRYPOINT ["java", "-jar", "/app.jar"].`;
}

/**
 * Red Hat's images start what JAVA_APP_JAR names by a script, and say nothing in the Dockerfile. Undefined: it is none of these, or what is
 * started is not named so.
 */
export function startOfRunJava(
  draft: Draft,
): { readonly start: Start; readonly passed: readonly string[] } | undefined {
  const { subject, fates } = draft;
  const steps = subject.steps.filter(({ instruction }) => /^(ENTRYPOINT|CMD)$/.test(instruction.keyword));
  const [only] = steps;
  const words = (only?.instruction.command && commandWords(only.instruction.command)) ?? [];
  const isRunJava = words.length === 1 && /(^|\/)run-java\.sh$/.test(words[0]!);
  const jar = subject.variables.fixed('JAVA_APP_JAR', undefined);
  const set = subject.steps.findLast(({ instruction }) =>
    assignments(instruction).some(({ name }) => instruction.keyword === 'ENV' && name === 'JAVA_APP_JAR'),
  );
  const isTheirs = /(^|\/)ubi\d+\/openjdk-\d+/.test(subject.base?.name ?? '');
  if (jar === undefined || !set || steps.length > 1 || !(only ? isRunJava : isTheirs)) return undefined;
  const path = jar.startsWith('/') ? jar : `/deployments/${jar}`;
  const step = only ?? set;
  const line = { step, words: ['java', '-jar', path] };
  if (only) {
    fates[only.index] = 'final';
    writeWords(draft, line, line.words, 'ENTRYPOINT');
  } else addAfter(draft, subject.steps.at(-1)!, `${keyword(subject, 'ENTRYPOINT')} ${execForm(line.words)}`);
  note(
    draft,
    'change',
    step.line,
    `The image before starts ${path} by a shell script of its own (run-java.sh), and a distroless image has no shell, so java starts it.`,
  );
  note(
    draft,
    'risk',
    step.line,
    'That script also chose options for memory and garbage collection. Java goes by the limits of the container itself, and takes a quarter of the memory; -XX:MaxRAMPercentage in JAVA_TOOL_OPTIONS says otherwise.',
  );
  return {
    start: { entrypoint: line, cmd: undefined },
    passed: ['JAVA_OPTS', 'JAVA_OPTS_APPEND'],
  };
}

/** Writes ENTRYPOINT and CMD so that the new base runs the same. `own`: the file brings its Java, which is where it says. */
export function settleJavaStart(draft: Draft, start: Start, base: Base, own: boolean): void {
  const all = [...(start.entrypoint?.words ?? []), ...(start.cmd?.words ?? [])];
  const [program = ''] = all.slice(unwrapInit(all));
  startOnBase(draft, start, base, 'Java', ([first = '', ...given]) => [
    !own && isJava(first) ? 'java' : first,
    ...given,
  ]);
  if (own || program === 'java' || !isJava(program)) return;
  const { line } = (start.entrypoint?.words.includes(program) ? start.entrypoint : start.cmd!).step;
  note(draft, 'change', line, `“${program}” is written as “java”, which the base finds by its name.`);
}

/** The virtual machine reads JAVA_TOOL_OPTIONS without a shell; what the file sets in `names` is passed on to it. `draft.cut` must be known. */
export function passOptions(draft: Draft, names: readonly string[], line: number): void {
  const { subject, fates, cut, copies } = draft;
  const wanted = [...new Set(names)].filter((name) => name !== 'JAVA_TOOL_OPTIONS');
  if (wanted.length === 0) return;
  const isSet = (name: string) =>
    subject.variables.setBy(name, undefined)?.keyword === 'ENV' &&
    (subject.variables.fixed(name, undefined) ?? ' ').trim() !== '';
  const set = wanted.filter(isSet);
  if (set.length > 0) {
    const all = [...(isSet('JAVA_TOOL_OPTIONS') ? ['JAVA_TOOL_OPTIONS'] : []), ...set];
    const text = `${keyword(subject, 'ENV')} JAVA_TOOL_OPTIONS="${all.map((name) => `$${name}`).join(' ')}"`;
    const last = subject.steps.findLast(
      ({ instruction, index }) =>
        instruction.keyword === 'ENV' &&
        fates[index] !== 'build' &&
        assignments(instruction).some(({ name }) => all.includes(name)),
    );
    if (last && last.index > cut && last.index >= subject.inherited) addAfter(draft, last, text);
    else if (last && !copies.has(last)) {
      const { start, end } = last.instruction.range;
      const { lines, text: whole } = subject.dockerfile;
      copies.set(last, `${whole.slice(lines.offset(start), lines.offset(end))}\n${text}`);
    } else draft.settings.push(text);
  }
  note(
    draft,
    'risk',
    line,
    `Without a shell nothing fills in ${list(wanted.map((name) => `$${name}`))}. Java reads JAVA_TOOL_OPTIONS by itself${set.length > 0 ? ', which now gets what this file sets' : ''}: set that one where the container is started.`,
  );
}
