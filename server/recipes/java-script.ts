/** The start script that Gradle makes of a program: what it would run, by the project's own file. */
import { filesNamed } from './context-files.ts';
import { type Draft, note } from './draft.ts';
import { unwrapInit } from './init.ts';
import { folderOf, nameOf, resolvePath } from './paths.ts';
import type { Start, StartLine } from './start.ts';
import type { Subject } from './subject.ts';

export interface GradleProgram {
  readonly main: string;
  /** That the script gives to the virtual machine in any case. */
  readonly options: readonly string[];
}

/** Of `build.gradle` or `build.gradle.kts`. Undefined: it does not say which class that script starts, or computes how. */
export function readGradleProgram(text: string, script: string): GradleProgram | undefined {
  const own = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const tasks = [...own.matchAll(/CreateStartScripts(?:::class)?\s*\)\s*\{/g)].map(({ index, 0: found }) =>
    blockAt(own, index + found.length),
  );
  const named = tasks.find((body) => new RegExp(`applicationName\\s*=\\s*["']${escaped(script)}["']`).test(body));
  const application = /(^|\n)[ \t]*application\s*\{/.exec(own);
  // Before Gradle 7 the class was named outside of the block.
  const body =
    named ??
    (/startScripts\.enabled\s*=\s*false/.test(own)
      ? undefined
      : application
        ? `${blockAt(own, application.index + application[0].length)}\n${own.replace(/\{[\s\S]*?\}/g, '')}`
        : own);
  const main = body && /mainClass(?:Name)?\s*(?:=|\.set\()\s*["']([\w.]+)["']/.exec(body)?.[1];
  if (body === undefined || main === undefined) return undefined;
  const given = /(?:applicationDefaultJvmArgs|defaultJvmOpts)(?:\s*=\s*|\.set\()\s*(?:listOf\(|\[)([^\])]*)[\])]/.exec(
    body,
  );
  if (!given && /applicationDefaultJvmArgs|defaultJvmOpts/.test(body)) return undefined;
  const options = [...(given?.[1] ?? '').matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, a, b]) => a ?? b ?? '');
  const rest = (given?.[1] ?? '').replace(/"[^"]*"|'[^']*'|[\s,]/g, '');
  return rest === '' && !options.some((it) => it.includes('$')) ? { main, options } : undefined;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What stands between the brace before that place and the one that closes it. */
function blockAt(text: string, start: number): string {
  let depth = 1;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return text.slice(start, i);
  }
  return text.slice(start);
}

/** With `java` in place of the script, where build.gradle tells what that runs; `passed` are the variables that it reads. Undefined: it is none, or not told. */
export function withoutGradleScript(
  draft: Draft,
  start: Start,
): { readonly start: Start; readonly passed: readonly string[] } | undefined {
  const { subject } = draft;
  const entry = start.entrypoint?.words ?? [];
  const all = [...entry, ...(start.cmd?.words ?? [])];
  const at = unwrapInit(all);
  const script = all[at] ?? '';
  const holder = entry.length > at ? start.entrypoint : start.cmd;
  if (!holder || !/(^|\/)bin\/[\w.-]+$/.test(script) || /^\/(usr\/(local\/)?)?bin\//.test(script)) return undefined;
  if (!script.startsWith('/') && subject.cwd === undefined) return undefined;
  const texts = [...new Set(projectTexts(subject))];
  const program = texts.length === 1 ? readGradleProgram(texts[0]!, nameOf(`/${script}`)) : undefined;
  if (!program) return undefined;
  const root = folderOf(folderOf(resolvePath(subject.cwd ?? '/', script)));
  const words = ['java', ...program.options, '-cp', `${root}/lib/*`, program.main];
  const own = holder === start.entrypoint ? at : Math.max(0, at - entry.length);
  const fresh: StartLine = {
    step: holder.step,
    words: [...holder.words.slice(0, own), ...words, ...holder.words.slice(own + 1)],
  };
  note(
    draft,
    'change',
    holder.step.line,
    `“${script}” is a shell script that Gradle makes. What it runs is written out by build.gradle: the class ${program.main}. If that changes, change it here too.`,
  );
  note(
    draft,
    'assumption',
    holder.step.line,
    `All jars in ${root}/lib are on the class path, in any order; the script names them one by one. The order is assumed not to matter.`,
  );
  // As Gradle makes a constant of a name: `AD_SERVICE_OPTS` of `adService`.
  const constant = nameOf(`/${script}`)
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/\W/g, '_');
  return {
    start: holder === start.entrypoint ? { ...start, entrypoint: fresh } : { ...start, cmd: fresh },
    passed: ['JAVA_OPTS', `${constant.toUpperCase()}_OPTS`],
  };
}

function projectTexts(subject: Subject, depth = 0): readonly string[] {
  const own = ['build.gradle', 'build.gradle.kts'].flatMap((name) =>
    filesNamed(subject, name).flatMap(({ path }) => subject.context.get(path) ?? []),
  );
  return depth > 8 ? own : [...own, ...subject.builders.flatMap((builder) => projectTexts(builder.subject, depth + 1))];
}
