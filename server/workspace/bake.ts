/** What the bake files of a folder say of builds: targets with context, dockerfile and target, as far as they are literals. */
import { basename } from 'node:path';
import { ANY_NAME } from '../dockerfile/named-contexts.ts';
import { type Build, type BuildFile, type Builds, buildOf, COMPUTED, type Value } from './build.ts';
import { type Attribute, type Block, readHcl } from './hcl.ts';

/** What buildx reads without being told, each over the one before. */
const ORDER = ['docker-bake.json', 'docker-bake.override.json', 'docker-bake.hcl', 'docker-bake.override.hcl'];

export function bakeBuilds(files: readonly BuildFile[]): Builds {
  const problems: string[] = [];
  const rank = ({ path }: BuildFile) => (ORDER.indexOf(basename(path).toLowerCase()) + ORDER.length) % ORDER.length;
  const targets = new Map<string, Attributes>();
  const budget = { left: MOST.attributes };
  const grouped = new Set<string>();
  const folder = files[0]?.folder ?? '';
  for (const { path, text } of [...files].sort((a, b) => rank(a) - rank(b))) {
    const blocks = /\.json$/i.test(path) ? readJson(text) : readHcl(text);
    if (!blocks) {
      const language = /\.json$/i.test(path) ? 'JSON' : 'HCL';
      problems.push(
        `“${path}” cannot be read as ${language}, so what it says of builds is not known. Mend it, and it is read again.`,
      );
      continue;
    }
    for (const { type, labels, attributes } of blocks) {
      const [name] = labels;
      if (type === 'target' && name !== undefined) {
        const below = targets.get(name);
        if (below) budget.left -= sizeOf(below);
        if (!below || budget.left > 0) targets.set(name, over(below ?? new Map(), attributes));
      }
      if (type === 'group') for (const one of listOf(attributes.get('targets'))) grouped.add(one);
    }
  }
  const inherited = new Set([...targets.values()].flatMap((attributes) => listOf(attributes.get('inherits'))));
  const named = new Map<string, Build>();
  const merged = inheriting(targets, budget);
  for (const name of targets.keys()) {
    const attributes = merged(name);
    if (!attributes || attributes.has('dockerfile-inline')) continue;
    const build = buildOf(folder, {
      context: single(attributes.get('context')),
      dockerfile: single(attributes.get('dockerfile')),
      target: single(attributes.get('target')),
      contexts: contextsOf(attributes.get('contexts')),
      args: argsOf(attributes.get('args')),
      others: named,
    });
    if (build) named.set(name, build);
  }
  // What is only there to be inherited from is built by nobody.
  const isBuilt = (name: string) => grouped.has(name) || (!inherited.has(name) && !name.startsWith('_'));
  return { builds: [...named].flatMap(([name, build]) => (isBuilt(name) ? [build] : [])), problems };
}

type Attributes = Block['attributes'];

/** Nobody inherits through as many, and all targets together have no more attributes: a file that does was made for that. */
const MOST = { deep: 100, attributes: 500_000 };

/** Of a target its own attributes over those of what it inherits from, of which the last one counts (buildx: bake.go, Config.target). */
function inheriting(
  targets: ReadonlyMap<string, Attributes>,
  budget: { left: number },
): (name: string) => Attributes | undefined {
  /** Undefined while it is being read: what inherits from itself does so once. */
  const known = new Map<string, Attributes | undefined>();
  const read = (name: string, depth: number): Attributes | undefined => {
    const own = targets.get(name);
    if (!own || known.has(name) || depth > MOST.deep) return known.get(name);
    known.set(name, undefined);
    let merged: Attributes = new Map();
    for (const parent of [...listOf(own.get('inherits')).map((it) => read(it, depth + 1)), own]) {
      if (!parent) continue;
      budget.left -= sizeOf(merged) + sizeOf(parent);
      if (budget.left < 0) return undefined;
      merged = over(merged, parent);
    }
    known.set(name, merged);
    return merged;
  };
  return (name) => read(name, 0);
}

const sizeOf = (attributes: Attributes) =>
  attributes.size + contextsOf(attributes.get('contexts')).size + contextsOf(attributes.get('args')).size;

/** What both name counts as the second says; contexts and arguments add up. */
function over(below: Attributes, own: Attributes): Attributes {
  const added = ['contexts', 'args'].map((key): [string, Attribute] => [
    key,
    new Map([below, own].flatMap((it) => [...contextsOf(it.get(key))])),
  ]);
  return new Map<string, Attribute>([...below, ...own, ...added]);
}

function listOf(value: Attribute): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function contextsOf(value: Attribute): ReadonlyMap<string, Value> {
  if (value === COMPUTED) return new Map([[ANY_NAME, COMPUTED]]);
  return value instanceof Map ? value : new Map();
}

/** One that is null, or nothing, keeps the default of the Dockerfile. */
const argsOf = (value: Attribute): ReadonlySet<string> =>
  new Set([...contextsOf(value)].flatMap(([name, one]) => (one === undefined || one === '' ? [] : [name])));

function single(value: Attribute): Value {
  return Array.isArray(value) || value instanceof Map ? COMPUTED : (value as Value);
}

function readJson(text: string): readonly Block[] | undefined {
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  return ['group', 'target'].flatMap((type) =>
    entries(new Map(entries(file)).get(type)).map(([label, body]) => ({
      type,
      labels: [label],
      attributes: new Map(entries(body).map(([key, value]) => [key, literal(value)])),
    })),
  );
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function literal(value: unknown): Attribute {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string' && !isTemplate(one)) ? value : COMPUTED;
  if (typeof value === 'object')
    return new Map(entries(value).map(([key, one]) => [isTemplate(key) ? ANY_NAME : key, single(flat(one))]));
  return typeof value === 'string' && !isTemplate(value) ? value : COMPUTED;
}

/** What an object in an object holds is never looked at. */
const flat = (value: unknown) => (typeof value === 'object' && value !== null ? COMPUTED : literal(value));

const isTemplate = (text: string) => /[$%]\{/.test(text);
