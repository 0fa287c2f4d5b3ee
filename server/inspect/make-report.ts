/** Everything that is said of an image as a whole: layers, components, packages, waste. */
import type { LayerChanges } from '../images/filesystem.ts';
import type { ImageDescription } from '../images/image.ts';
import type { LayerFiles } from '../images/layer-files.ts';
import type { View } from '../images/view.ts';
import type { Waste } from '../images/waste.ts';
import { categoryOrder, type Flags } from './components/index.ts';
import { hiddenSecret } from './components/secrets.ts';
import { configurationComponents } from './configuration.ts';
import type { Owned } from './owned.ts';
import type { BaseReport, Component, Evidence, Flag, ImageReport, LayerReport } from './report.ts';
import type { Study } from './study.ts';

export interface Inspected {
  readonly description: ImageDescription;
  readonly image: View;
  readonly study: Pick<Study, 'owned' | 'base' | 'hidden' | 'system'>;
  readonly flags: Flags;
  /** By index. */
  readonly layers: readonly InspectedLayer[];
  readonly waste: Waste;
  /** Of reading and merging. */
  readonly problems: readonly string[];
}

export interface InspectedLayer {
  readonly files: LayerFiles;
  readonly changes: LayerChanges | undefined;
  readonly diffId: string | undefined;
  /** Flagged files and folders in the layer itself, hints not counted. */
  readonly flagged: number;
}

export function makeReport(inspected: Inspected): ImageReport {
  const { description, image, study, flags, layers, waste, problems } = inspected;
  const { owned, base, system } = study;
  return {
    size: image.size(0),
    files: countFiles(image),
    flagged: countFlagged(flags),
    layers: layers.map((layer, index) => layerReport(layer, index, description, waste.byLayer[index] ?? 0, base)),
    components: [
      ...componentsOf(image, flags, owned, base),
      ...hiddenComponents(study),
      ...configurationComponents(description, base),
    ].sort((a, b) => byGravity(a, b) || (firstPath(a) < firstPath(b) ? -1 : 1)),
    packages: owned.packages.map((each) => ({ ...each, fromBase: isFromBase(base, each.layer) })),
    waste,
    base,
    system: system && { id: system.id, version: system.version },
    problems: [...description.problems, ...problems, ...owned.problems, ...unexamined(waste)],
  };
}

const unexamined = ({ count, unexamined }: Waste): readonly string[] =>
  unexamined === 0
    ? []
    : [
        `Of ${count.toLocaleString('en')} files that are stored and not used, the ${unexamined.toLocaleString('en')} smallest were only counted, and may have been stored again for another owner or mode alone. Look at them layer by layer.`,
      ];

/** The gravest first; else in the order of the categories. */
export const byGravity = (a: Pick<Flag, 'severity' | 'category'>, b: Pick<Flag, 'severity' | 'category'>): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  categoryOrder.indexOf(a.category) - categoryOrder.indexOf(b.category);
const severities: readonly Flag['severity'][] = ['error', 'warning', 'info', 'hint'];

/** Of a layer, and so of what it brought. */
export function isFromBase(base: BaseReport | undefined, layer: number): boolean | null {
  if (base?.upTo === undefined) return null;
  return layer <= base.upTo ? true : base.exact ? false : null;
}

/** Hints are shown, but not counted: they blame nothing. */
export const countFlagged = (flags: Flags): number => flaggedNodes(flags).length;
export const flaggedNodes = (flags: Flags): number[] =>
  [...flags].flatMap(([node, each]) => (each.some(({ severity }) => severity !== 'hint') ? [node] : []));

function layerReport(
  { files, changes, diffId, flagged }: InspectedLayer,
  index: number,
  { layers }: ImageDescription,
  wasted: number,
  base: BaseReport | undefined,
): LayerReport {
  const described = layers.find((layer) => layer.index === index);
  return {
    index,
    digest: described?.digest,
    diffId: diffId ?? described?.diffId,
    size: files.stored,
    createdBy: described?.createdBy,
    added: changes?.added ?? 0,
    modified: changes?.modified ?? 0,
    removed: changes?.removed ?? 0,
    wasted,
    flagged,
    fromBase: isFromBase(base, index),
    verification: described?.verification,
  };
}

function countFiles(image: View): number {
  let files = 0;
  for (let node = 1; node < image.count; node++) if (image.has(node) && image.type(node) !== 'directory') files++;
  return files;
}

/** What is of no file comes last. */
const firstPath = ({ evidence }: Component) => evidence[0]?.path ?? '\uffff';

/** One for each kind of flag, in the order of the categories. */
function componentsOf(image: View, flags: Flags, owned: Owned, base: BaseReport | undefined): readonly Component[] {
  const groups = new Map<string, { readonly flag: Flag; readonly nodes: number[] }>();
  for (const [node, each] of flags) {
    for (const flag of each) {
      const key = JSON.stringify([flag.category, flag.severity, flag.title, flag.why]);
      const group = groups.get(key);
      if (group) group.nodes.push(node);
      else groups.set(key, { flag, nodes: [node] });
    }
  }
  return [...groups.values()].map(({ flag, nodes }) => componentOf(image, flag, nodes, owned, base));
}

function componentOf(
  image: View,
  flag: Flag,
  nodes: readonly number[],
  owned: Owned,
  base: BaseReport | undefined,
): Component {
  const evidence: Evidence[] = [];
  const layers = new Set<number>();
  const packages = new Set<string>();
  const contents = new Set<string>();
  let files = 0;
  let size = 0;
  for (const node of nodes) {
    const owners = new Set<string | undefined>();
    let layer = image.layer(node);
    for (const each of filesIn(image, node)) {
      files++;
      layers.add(image.layer(each));
      if (each !== node) layer = Math.max(layer, image.layer(each));
      const owner = ownerOf(image, owned, each);
      owners.add(owner);
      if (owner !== undefined) packages.add(owner);
      const content = image.content(each);
      const key = content && `${content.layer} ${content.offset}`;
      if (key === undefined || contents.has(key)) continue;
      contents.add(key);
      size += image.size(each);
    }
    evidence.push({
      path: image.path(node),
      size: image.size(node),
      layer,
      package: owners.size === 1 ? [...owners][0] : undefined,
      fromBase: isFromBase(base, layer),
    });
  }
  const from = new Set([...layers].map((layer) => isFromBase(base, layer)));
  const fromBase = from.size === 1 ? ([...from][0] ?? null) : null;
  return {
    ...flag,
    remedy: fromBase === true && leftByBuilds.has(flag.category) ? leftByTheBase : flag.remedy,
    evidence: evidence.sort(byPath).slice(0, listed),
    unlisted: Math.max(evidence.length - listed, 0),
    files,
    size,
    layers: [...layers].sort((a, b) => a - b),
    packages: [...packages].sort(),
    fromBase,
  };
}

/** What is to be deleted where it was made, which in a base it cannot be. */
const leftByBuilds: ReadonlySet<Flag['category']> = new Set([
  'shell-history',
  'os-package-cache',
  'temp-files',
  'logs',
  'app-caches',
  'backup-files',
]);
const leftByTheBase =
  'The base brought it, and what a later layer deletes is still stored. End in another base, and copy to it what the application needs.';

/** The links of alternatives belong to nobody, and lead to somebody's. */
function ownerOf(image: View, owned: Owned, node: number): string | undefined {
  const owner = owned.ownerOf(node);
  if (owner || image.type(node) !== 'symlink') return owner?.name;
  const target = image.follow(node);
  return target < 0 ? undefined : owned.ownerOf(target)?.name;
}

/** What several layers have under one path stays in their order. */
const byPath = (a: Evidence, b: Evidence): number => (a.path === b.path ? 0 : a.path < b.path ? -1 : 1);

/** Whoever has the image has these too. */
function hiddenComponents({ hidden, base }: Pick<Study, 'hidden' | 'base'>): readonly Component[] {
  const groups = new Map<string, { readonly flag: Flag; readonly evidence: Evidence[] }>();
  for (const { path, layer, size, fact } of hidden) {
    const flag = hiddenSecret(fact.found);
    const group = groups.get(flag.why) ?? { flag, evidence: [] };
    group.evidence.push({ path, size, layer, package: undefined, fromBase: isFromBase(base, layer) });
    groups.set(flag.why, group);
  }
  return [...groups.values()].map(({ flag, evidence }) => ({
    ...flag,
    evidence: evidence.sort(byPath).slice(0, listed),
    unlisted: Math.max(evidence.length - listed, 0),
    files: evidence.length,
    size: evidence.reduce((sum, each) => sum + each.size, 0),
    layers: [...new Set(evidence.map(({ layer }) => layer))].sort((a, b) => a - b),
    packages: [],
    fromBase: null,
  }));
}

/** The node itself, or the files in the folder. */
function* filesIn(image: View, top: number): Generator<number> {
  const pending = [top];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (image.type(node) !== 'directory') yield node;
    else for (const child of image.children(node)) pending.push(child);
  }
}

/** Evidence of one component; `files` counts all. */
const listed = 1000;
