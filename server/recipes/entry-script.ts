/** Shell scripts that a container is started with: what they do, where a line of the Dockerfile can do the same. */
import { type ShellCommand, type ShellWord, shellCommands } from '../dockerfile/shell-words.ts';
import { filesNamed } from './context-files.ts';
import { isInside, nameOf, resolvePath } from './paths.ts';
import { builderOf, type Subject } from './subject.ts';

export interface EntryScript {
  /** Relative to the build context. */
  readonly path: string;
  readonly text: string;
}

/** The files of the build context that the path in the image may be, if it is a script by its name. */
export function scriptFiles(subject: Subject, program: string): readonly string[] {
  if (!/\.(sh|bash)$|entrypoint/.test(program) || (!program.startsWith('/') && subject.cwd === undefined)) return [];
  // A bare name is found by PATH.
  const wanted = program.includes('/') ? resolvePath(subject.cwd ?? '/', program) : undefined;
  return placesOf(subject, wanted).flatMap((place) =>
    filesNamed(place.subject, nameOf(`/${program}`))
      .filter(({ folder }) => place.folder === undefined || folder === place.folder)
      .map(({ path }) => path),
  );
}

/** The folder in which the script may be: in the stage itself, and in a stage from which a line copies it. */
function placesOf(
  subject: Subject,
  wanted: string | undefined,
): readonly { readonly subject: Subject; readonly folder: string | undefined }[] {
  const folder = wanted?.replace(/\/[^/]*$/, '') || (wanted === undefined ? undefined : '/');
  const others = subject.steps.flatMap((step) => {
    const builder = builderOf(subject, step);
    const { destination, sources = [] } = step.copy ?? {};
    if (!builder || destination === undefined || wanted === undefined || !isInside(destination, wanted)) return [];
    return sources.map((source) => {
      const from = nameOf(source) === nameOf(wanted) ? source : `${source}${wanted.slice(destination.length)}`;
      return { subject: builder.subject, folder: resolvePath('/', from).replace(/\/[^/]*$/, '') || '/' };
    });
  });
  return [{ subject, folder }, ...others];
}

export function readScript(subject: Subject, program: string): EntryScript | undefined {
  const path = scriptFiles(subject, program).find((it) => subject.context.has(it));
  return path === undefined ? undefined : { path, text: subject.context.get(path)! };
}

/** What a script comes to. */
export type Dissolved =
  | {
      readonly kind: 'plain';
      /** What it runs in the end, before the arguments if it takes them; empty: the arguments alone. */
      readonly words: readonly string[];
      /** `"$@"` is handed on. */
      readonly takesArguments: boolean;
      /** `NAME=value` for ENV. */
      readonly set: readonly string[];
      /** It prints something, and that is lost. */
      readonly prints: boolean;
    }
  /** The first line, from 0, that only a shell can run. */
  | { readonly kind: 'shell'; readonly line: number; readonly text: string };

/** `cwd` is where the container starts. */
export function dissolve(text: string, cwd: string | undefined): Dissolved {
  const set: string[] = [];
  let prints = false;
  const commands = shellCommands(text);
  for (const [i, command] of commands.entries()) {
    const isLast = i === commands.length - 1;
    const refused: Dissolved = {
      kind: 'shell',
      line: text.slice(0, command.start).split('\n').length - 1,
      text: text.slice(command.start, command.end).split('\n')[0]!,
    };
    const { words, assignments, redirections, operator, compound } = command;
    if (compound || redirections.length > 0 || !SEQUENCE.has(operator)) return refused;
    const [program, ...given] = words;
    const name = program?.value;
    const settings = name === undefined ? assignments : name === 'export' ? given : undefined;
    if (settings) {
      const read = settings.map(setting);
      if (assignments.length > 0 && name === 'export') return refused;
      // Without export, only a variable that is in the environment already is seen by others.
      if (name === undefined || read.includes(undefined)) return refused;
      set.push(...read.filter((it) => it !== undefined));
    } else if (name === 'set' && given.every(({ dynamic }) => !dynamic)) continue;
    else if (name === 'echo' && given.every(({ dynamic }) => !dynamic) && !isLast) prints = true;
    else if (name === 'cd' && given.length === 1 && given[0]!.value === cwd) continue;
    else if (isLast) return started(command, set, prints) ?? refused;
    else return refused;
  }
  return { kind: 'shell', line: 0, text: 'an empty script' };
}

const SEQUENCE: ReadonlySet<string | undefined> = new Set(['\n', ';', '&&', undefined]);

/** `PORT=8080`, and `PORT=${PORT:-8080}`, which is what ENV does: a value that can be given another when the container starts. */
function setting(word: ShellWord): string | undefined {
  const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(word.value) ?? [];
  if (name === undefined) return undefined;
  if (!word.dynamic && PLAIN.test(value)) return `${name}=${value}`;
  const [, same, fallback = ''] = /^"?\$\{([A-Za-z_]\w*):?-([^"'$`\\{}]*)\}"?$/.exec(value) ?? [];
  return same === name && PLAIN.test(fallback) ? `${name}=${fallback}` : undefined;
}

const PLAIN = /^[\w./:@%+,-]*$/;

function started({ words, assignments }: ShellCommand, set: readonly string[], prints: boolean): Dissolved | undefined {
  const rest = words[0]?.value === 'exec' ? words.slice(1) : words;
  const more = assignments.map(setting);
  if (more.includes(undefined)) return undefined;
  const takesArguments = rest.at(-1)?.text === '"$@"';
  const own = takesArguments ? rest.slice(0, -1) : rest;
  if (own.some(({ dynamic }) => dynamic) || (own.length === 0 && !takesArguments)) return undefined;
  if (words[0]?.value !== 'exec' && BUILT_IN.test(own[0]?.value ?? '')) return undefined;
  return {
    kind: 'plain',
    words: own.map(({ value }) => value),
    takesArguments,
    set: [...set, ...more.filter((it) => it !== undefined)],
    prints,
  };
}

const BUILT_IN = /^(\.|source|eval|exit|trap|wait|read|ulimit|umask|su|gosu|su-exec|sleep|test|\[)$/;
