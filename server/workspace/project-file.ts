/** `.distroless.json`: what a project says of itself, for the editor and the command line alike. media/distroless.schema.json describes it. */
import { dirname, relative, resolve, sep } from 'node:path';
import { matchesGlob } from '../dockerfile/glob.ts';
import type { Family } from '../recipes/conversion.ts';
import type { SeveritySettings } from '../rules/check.ts';
import type { Severity } from '../rules/rule.ts';
import { isInside } from './files.ts';

export const PROJECT_FILE = '.distroless.json';

export const SEVERITIES: readonly (Severity | 'off')[] = ['error', 'warning', 'info', 'hint', 'off'];

/** What may be named in it. */
export interface Known {
  readonly rules: ReadonlySet<string>;
  readonly families: readonly Family[];
}

/** A value for every Dockerfile, or values by their paths, as patterns relative to the project file. */
export interface ByPath<T> {
  readonly everywhere: T | undefined;
  readonly at: readonly (readonly [pattern: string, value: T])[];
}

export interface Project {
  readonly path: string;
  readonly folder: string;
  readonly rules: SeveritySettings;
  readonly ignore: readonly { readonly rules: readonly string[]; readonly paths: readonly string[] }[];
  /** Names or numbers of stages. */
  readonly target: ByPath<readonly string[]>;
  /** Folders, relative to the project file. */
  readonly context: ByPath<string>;
  readonly family: Family | undefined;
}

export interface ProjectReading {
  /** Undefined where the file is none that can be used. */
  readonly project: Project | undefined;
  /** Sentences, each of which names the file. What they speak of is left out. */
  readonly problems: readonly string[];
}

const MOST_PROBLEMS = 10;

const MEMBERS: ReadonlySet<string> = new Set(['$schema', 'rules', 'ignore', 'target', 'context', 'family']);

export function readProjectFile(path: string, text: string, known: Known): ProjectReading {
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const line = lineOf(error as Error, text);
    const where = line === undefined ? '' : ` (line ${line})`;
    return { project: undefined, problems: [`“${path}” is not JSON${where}, so it is not used. Mend it there.`] };
  }
  if (!isObject(file)) {
    return { project: undefined, problems: [`“${path}” holds no JSON object, so it is not used. Begin it with “{”.`] };
  }
  const problems: string[] = [];
  const wrong: Wrong = (what, cure) => void problems.push(`In “${path}”, ${what}, which is not used. ${cure}`);
  for (const name of Object.keys(file)) {
    if (!MEMBERS.has(name)) wrong(`“${name}” is not known`, `What may stand there is ${listed(MEMBERS)}.`);
  }
  const project = {
    path,
    folder: dirname(path),
    rules: severitiesIn(file.rules, known, wrong),
    ignore: ignoresIn(file.ignore, known, wrong),
    target: byPath(file.target, namesIn, () =>
      wrong('“target” names no stage', 'Write the name of a stage, or a list of names.'),
    ),
    context: byPath(file.context, textIn, () =>
      wrong('“context” names no folder', 'Write its path, relative to the file.'),
    ),
    family: familyIn(file.family, known, wrong),
  };
  return { project, problems: problems.slice(0, MOST_PROBLEMS) };
}

/** A sentence for each context that leads out of `root`, outside of which nothing is read. */
export function contextsOutside({ path, folder, context }: Project, root: string): readonly string[] {
  const said = new Set([context.everywhere, ...context.at.map(([, one]) => one)]);
  return [...said]
    .filter((one) => one !== undefined && !isInside(root, resolve(folder, one)))
    .slice(0, MOST_PROBLEMS)
    .map(
      (one) =>
        `In “${path}”, “context” leads to “${one}”, outside of “${root}”, which is not used. Name a folder inside, or work from a folder that holds both.`,
    );
}

/** Severities as the project file sets them for that Dockerfile, what it ignores there being off. */
export function severitiesFor(
  project: Project,
  dockerfile: string,
): { readonly rules: SeveritySettings; readonly ignored: readonly string[] } {
  const path = pathIn(project, dockerfile);
  const ignored = project.ignore.filter(({ paths }) => paths.some((pattern) => matchesGlob(pattern, path)));
  return { rules: project.rules, ignored: ignored.flatMap(({ rules }) => rules) };
}

/** What the file says of that Dockerfile; of several patterns the last one that fits counts. */
export function saidAt<T>({ at }: ByPath<T>, project: Project, dockerfile: string): T | undefined {
  const path = pathIn(project, dockerfile);
  return at.findLast(([pattern]) => matchesGlob(pattern, path))?.[1];
}

/** With `/` on every system. */
function pathIn({ folder }: Project, dockerfile: string): string {
  return relative(folder, dockerfile).split(sep).join('/');
}

type Wrong = (what: string, cure: string) => void;

function severitiesIn(value: unknown, { rules }: Known, wrong: Wrong): SeveritySettings {
  if (value === undefined) return {};
  if (!isObject(value)) {
    wrong('“rules” is no object', 'Write names of rules with their severities in it.');
    return {};
  }
  const set = Object.entries(value).filter(([rule, severity]) => {
    if (!rules.has(rule)) wrong(`no rule is called “${rule}”`, 'Name a rule that a finding shows.');
    else if (!(SEVERITIES as readonly unknown[]).includes(severity))
      wrong(`the severity of “${rule}” is not known`, `Write one of ${listed(SEVERITIES)}.`);
    else return true;
    return false;
  });
  return Object.fromEntries(set) as SeveritySettings;
}

function ignoresIn(value: unknown, { rules }: Known, wrong: Wrong): Project['ignore'] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    wrong('“ignore” is no list', 'Write a list of objects with “rule” and “path”.');
    return [];
  }
  return value.flatMap((one) => {
    const named = isObject(one) ? namesIn(one.rule) : undefined;
    const paths = isObject(one) ? namesIn(one.path) : undefined;
    if (!named || !paths) {
      wrong(
        'an entry of “ignore” lacks “rule” or “path”',
        'Write both: the name of a rule, and a path such as “tools/**”.',
      );
      return [];
    }
    for (const rule of named) {
      if (rule !== 'all' && !rules.has(rule)) wrong(`no rule is called “${rule}”`, 'Name a rule that a finding shows.');
    }
    return [{ rules: named.includes('all') ? [...rules] : named, paths }];
  });
}

function familyIn(value: unknown, { families }: Known, wrong: Wrong): Family | undefined {
  if (value === undefined) return undefined;
  const known = families.find((family) => family === value);
  if (known) return known;
  wrong('“family” is none that a Dockerfile can be converted to', `Write one of ${listed(families)}.`);
  return undefined;
}

function byPath<T>(value: unknown, read: (value: unknown) => T | undefined, wrong: () => void): ByPath<T> {
  const everywhere = read(value);
  if (everywhere !== undefined || value === undefined) return { everywhere, at: [] };
  if (!isObject(value)) {
    wrong();
    return { everywhere: undefined, at: [] };
  }
  const at = Object.entries(value).flatMap(([pattern, one]): (readonly [string, T])[] => {
    const said = read(one);
    if (said === undefined) wrong();
    return said === undefined ? [] : [[pattern, said]];
  });
  return { everywhere: undefined, at };
}

function namesIn(value: unknown): readonly string[] | undefined {
  const names = Array.isArray(value) ? value : [value];
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '') ? names : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listed(names: Iterable<string>): string {
  return [...names].map((name) => `“${name}”`).join(', ');
}

/** Where V8 says that the text stops to be JSON, from 1. */
function lineOf({ message }: Error, text: string): number | undefined {
  const [, position] = /position (\d+)/.exec(message) ?? [];
  if (position !== undefined) return text.slice(0, Number(position)).split('\n').length;
  return /end of JSON/.test(message) ? text.trimEnd().split('\n').length : undefined;
}
