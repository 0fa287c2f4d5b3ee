/** What compose files say of builds: `services.*.build` with context, dockerfile and target, as far as they are literals. */
import { basename } from 'node:path';
import { parseDocument } from 'yaml';
import { type Build, type BuildFile, type Builds, type BuildValues, buildOf, COMPUTED, type Value } from './build.ts';

/** An alias can stand for a text that holds aliases: a file of a kilobyte for a gigabyte of text. */
const MOST_ALIASES = 200;

/** The files of one folder: what a file adds to a service of another (`compose.override.yaml`) is read with that one. */
export function composeBuilds(files: readonly BuildFile[]): Builds {
  const problems: string[] = [];
  const read = inOrder(files).map((file) => {
    try {
      return { file, services: servicesIn(file.text) };
    } catch {
      problems.push(
        `“${file.path}” cannot be read as YAML, so what it says of builds is not known. Mend it, and it is read again.`,
      );
      return { file, services: new Map<string, BuildValues>() };
    }
  });
  const base = new Map<string, BuildValues>();
  const builds: Build[] = [];
  const others = new Map<string, Build>();
  for (const { file, services } of read) {
    for (const [name, values] of services) {
      const below = base.get(name);
      const contexts = new Map([...(below?.contexts ?? []), ...(values.contexts ?? [])]);
      const args = new Set([...(below?.args ?? []), ...(values.args ?? [])]);
      const merged = { ...below, ...values, contexts, args };
      if (!below) base.set(name, merged);
      const build = buildOf(file.folder, { ...merged, others });
      if (!build) continue;
      builds.push(build);
      if (!below) others.set(name, build);
    }
  }
  return { builds, problems };
}

const MAIN = /^(docker-)?compose\.ya?ml$/i;

function inOrder(files: readonly BuildFile[]): readonly BuildFile[] {
  const isMain = ({ path }: BuildFile) => MAIN.test(basename(path));
  return [...files.filter(isMain), ...files.filter((file) => !isMain(file))];
}

/** The builds of the services that have one. Throws where it is no YAML, or where aliases grow without measure. */
function servicesIn(text: string): Map<string, BuildValues> {
  const document = parseDocument(text, { merge: true, logLevel: 'silent', uniqueKeys: false });
  if (document.errors.length > 0) throw new Error('Not YAML.');
  const found = new Map<string, BuildValues>();
  const { services } = record(document.toJS({ maxAliasCount: MOST_ALIASES }));
  for (const [name, service] of Object.entries(record(services))) {
    const { build } = record(service);
    if (typeof build === 'string') found.set(name, { context: literal(build) });
    else if (typeof build === 'object' && build !== null) {
      const { context, dockerfile, dockerfile_inline, target, additional_contexts, args } = record(build);
      if (dockerfile_inline !== undefined) continue;
      const values: Record<string, Value> = {
        context: literal(context),
        dockerfile: literal(dockerfile),
        target: literal(target),
      };
      const said = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
      found.set(name, { ...said, contexts: contextsOf(additional_contexts), args: argsOf(args) });
    }
  }
  return found;
}

/** Of a mapping, or of a list of `NAME=VALUE`. */
function contextsOf(contexts: unknown): ReadonlyMap<string, Value> {
  if (!Array.isArray(contexts))
    return new Map(Object.entries(record(contexts)).map(([name, value]) => [name, literal(value)]));
  return new Map(
    contexts.flatMap((it): [string, Value][] => {
      const [, name, value] = typeof it === 'string' ? (/^([^=]*)=(.*)$/s.exec(it) ?? []) : [];
      return name === undefined ? [] : [[name, literal(value)]];
    }),
  );
}

/** The names that are given a value: of a mapping, or of a list of `NAME=VALUE`; where there is none it comes from the environment. */
function argsOf(args: unknown): ReadonlySet<string> {
  const given = Array.isArray(args)
    ? args.flatMap((it) => (typeof it === 'string' && !/^[^=]*=$/.test(it) ? [it.replace(/=.*/s, '')] : []))
    : Object.entries(record(args)).flatMap(([name, value]) => (value === '' ? [] : [name]));
  return new Set(given);
}

/** `${NAME}` is computed, `$$` is a dollar. */
function literal(value: unknown): Value {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return typeof value === 'number' ? String(value) : COMPUTED;
  return value.replaceAll('$$', '').includes('$') ? COMPUTED : value.replaceAll('$$', '$');
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
