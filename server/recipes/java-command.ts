/** The words of a `java` command: what the virtual machine is told, and what it runs. */
import { shellCommands } from '../dockerfile/shell-words.ts';
import { expand } from '../dockerfile/variables.ts';
import { variablesIn } from '../dockerfile/variables-used.ts';
import { type Draft, note } from './draft.ts';
import { nameOf } from './paths.ts';
import type { ReadScript } from './start.ts';
import type { Step } from './subject.ts';

export interface JavaCommand {
  /** Before what is run: `-Xmx512m`, `-Dx=y`. */
  readonly options: readonly string[];
  readonly runs:
    | { readonly kind: 'jar'; readonly jar: string }
    | { readonly kind: 'class'; readonly name: string; readonly path: readonly string[] };
  readonly given: readonly string[];
}

const WITH_VALUE =
  /^(-cp|-classpath|--class-path|-p|--module-path|--upgrade-module-path|--add-modules|--add-opens|--add-exports|--add-reads|--patch-module|--limit-modules|--enable-native-access|--source)$/;

/** `words` are those after `java`. Undefined: nothing is run. */
export function readJavaCommand(words: readonly string[]): JavaCommand | undefined {
  const options: string[] = [];
  let path: readonly string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '-jar') {
      const jar = words[i + 1];
      return jar === undefined ? undefined : { options, runs: { kind: 'jar', jar }, given: words.slice(i + 2) };
    }
    if (word === '-m' || word === '--module') {
      const name = words[i + 1];
      return name === undefined
        ? undefined
        : { options, runs: { kind: 'class', name, path }, given: words.slice(i + 2) };
    }
    const value = WITH_VALUE.test(word) ? words[++i] : undefined;
    const joined = /^(?:--class-path|--module-path)=(.*)$/.exec(word)?.[1];
    if (/^(-cp|-classpath|--class-path|-p|--module-path)/.test(word) && (value ?? joined) !== undefined)
      path = [...path, ...(value ?? joined)!.split(':')];
    if (!word.startsWith('-') && !word.startsWith('@'))
      return { options, runs: { kind: 'class', name: word, path }, given: words.slice(i + 1) };
    options.push(word, ...(value === undefined ? [] : [value]));
  }
  return undefined;
}

/** Files that the options name: agents, settings, lists of arguments. */
export function filesOfOptions(options: readonly string[]): readonly string[] {
  return options.flatMap(
    (word) =>
      /^-(?:javaagent|agentpath):([^=]+)/.exec(word)?.[1] ??
      /^@(.+)/.exec(word)?.[1] ??
      /^-D[\w.]*(?:file|config|configuration|location|policy)\w*=(?:file:)?(\.{0,2}\/?[\w./-]+\.\w+)$/i.exec(
        word,
      )?.[1] ??
      [],
  );
}

export const isJava = (word: string): boolean => nameOf(`/${word}`) === 'java';

/** Names whose value is for the virtual machine, where they stand in front of what it runs. */
const OPTIONS = /OPT|ARG|FLAG|PARAM|AGENT|MEM|HEAP|DEBUG|PROFIL|JAVA|JVM/i;

export interface JavaScript {
  readonly read: ReadScript;
  /** Variables that a shell would have put in front of what is run: `JAVA_OPTS`. */
  readonly passed: string[];
}

/** Reads what a shell is given: `java $JAVA_OPTS -jar /app.jar "$@"`. What becomes of the variables is said. */
export function javaScript(
  draft: Draft,
  resolveJar: (pattern: string, line: number) => string | undefined,
): JavaScript {
  const passed: string[] = [];
  const read: ReadScript = (text, step) => {
    const [only, ...more] = shellCommands(text);
    if (!only || more.length > 0 || only.operator !== undefined || only.compound) return undefined;
    if (only.assignments.length > 0 || only.redirections.length > 0) return undefined;
    const [program, ...rest] = only.words[0]?.text === 'exec' ? only.words.slice(1) : only.words;
    if (!program || !isJava(program.value)) return undefined;
    const words: string[] = ['java'];
    const options: string[] = [];
    const said: (() => void)[] = [];
    let target = false;
    for (const [i, word] of rest.entries()) {
      const isJar = rest[i - 1]?.value === '-jar';
      const variable = /^"?\$(?:(\w+|@|\*)|\{(\w+|@|\*)(?::?-)?\})"?$/.exec(word.text);
      const name = variable?.[1] ?? variable?.[2];
      if (name !== undefined && target && /^[@*0]$/.test(name)) {
        const message = `“${word.text}” is left out: what the container is given comes last without a shell, too.`;
        said.push(() => note(draft, 'change', step.line, message));
        continue;
      }
      if (name !== undefined && !target && !isJar && OPTIONS.test(name) && i < rest.length - 1) {
        options.push(name);
        continue;
      }
      if (word.text.includes('\\')) return undefined;
      const isPattern = isJar && /[*?]/.test(word.value) && !word.value.includes('$');
      const value = isPattern
        ? resolveJar(word.value, step.line)
        : word.dynamic
          ? setBefore(draft, step, word.text)
          : word.value;
      if (value === undefined) return undefined;
      if (word.dynamic && !isPattern) {
        const message = `“${word.text}” is written out as ${value}, which this file sets. Setting it when the container is started no longer changes it.`;
        said.push(() => note(draft, 'risk', step.line, message));
      }
      words.push(value);
      target ||= isJar || (!value.startsWith('-') && !WITH_VALUE.test(rest[i - 1]?.value ?? ''));
    }
    for (const say of said) say();
    passed.push(...options);
    return words;
  };
  return { read, passed };
}

/** Only what an ENV of this file holds is there when the container starts, and on another base. */
function setBefore({ subject }: Draft, step: Step, text: string): string | undefined {
  // Apart from variables there is nothing in it for a shell to do.
  const rest = expand(text, '\\', () => ({ kind: 'set', value: '' }));
  if (rest === undefined || /[*?`~{($]/.test(rest)) return undefined;
  const names = [...variablesIn(text, '\\')];
  if (!names.every((name) => subject.variables.setBy(name, step.instruction) !== undefined)) return undefined;
  return expand(text, '\\', (name) => {
    const value = subject.variables.fixed(name, step.instruction);
    return value === undefined ? { kind: 'unknown', set: false } : { kind: 'set', value };
  });
}
