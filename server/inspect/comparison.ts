/** What two images differ in as a whole: sizes, layers, configuration, packages, what is flagged. Plain data; their files are compared by `images/compared-tree.ts`. */
import type { ComparedTotals, SameContents } from '../images/compared-tree.ts';
import type { ImageDescription } from '../images/image.ts';
import { isSecretName } from '../words.ts';
import { byGravity } from './make-report.ts';
import type { Component, ComponentCategory, ImageReport, Package, PackageType } from './report.ts';

export interface ImageComparison {
  readonly before: ComparedImage;
  readonly after: ComparedImage;
  /** Layers that both have, by the digests that were computed, and the bytes of the files in them. */
  readonly sharedLayers: { readonly count: number; readonly size: number };
  readonly configuration: readonly ConfigurationChange[];
  /** By type and name. */
  readonly packages: readonly PackageChange[];
  /** The gravest first. Other sizes alone are no change. */
  readonly components: readonly ComponentChange[];
  readonly files: ComparedTotals;
  /** How it was told that files of one size have the same content; of the others it is in `files`. */
  readonly sameFiles: SameContents;
  /** Nothing of all this differs, and nothing was left open. Labels and times are not compared: they differ from build to build. */
  readonly same: boolean;
  /** Sentences about what could not be read of either. */
  readonly problems: readonly { readonly of: 'before' | 'after'; readonly text: string }[];
}

export interface ComparedImage {
  readonly reference: string;
  readonly digest: string | undefined;
  readonly platform: string;
  /** Bytes of the files of the final tree; hardlinked content once. */
  readonly size: number;
  readonly files: number;
  readonly layers: number;
  readonly packages: number;
  readonly flagged: number;
}

/** Undefined: it is not set on that side. Values of variables that by their names hold secrets are `…`. */
export interface ConfigurationChange {
  readonly what: 'platform' | 'base' | 'user' | 'working-directory' | 'entrypoint' | 'command' | 'variable' | 'port';
  /** Of a variable or a port. */
  readonly name: string | undefined;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Versions that only one side has. None before: it is new; none after: it is gone. */
export interface PackageChange {
  readonly type: PackageType;
  readonly name: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What is flagged for the same reason. Undefined: nothing on that side. */
export interface ComponentChange {
  readonly category: ComponentCategory;
  readonly severity: Component['severity'];
  readonly title: string;
  readonly before: Flagged | undefined;
  readonly after: Flagged | undefined;
  /** Flagged files and folders that only one side has; of more than 1000, those that are listed of both. */
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

export interface Flagged {
  readonly files: number;
  readonly size: number;
}

export interface Subject {
  readonly description: ImageDescription;
  readonly report: ImageReport;
  /** By layer: what was computed of all its bytes. */
  readonly diffIds: readonly (string | undefined)[];
}

interface ComparedFiles {
  readonly totals: ComparedTotals;
  readonly same: SameContents;
  readonly isSame: boolean;
}

export function compareReports(before: Subject, after: Subject, files: ComparedFiles): ImageComparison {
  const configuration = configurationChanges(before, after);
  const packages = packageChanges(before.report.packages, after.report.packages);
  const components = componentChanges(before.report.components, after.report.components);
  return {
    before: summary(before),
    after: summary(after),
    sharedLayers: sharedLayers(before, after),
    configuration,
    packages,
    components,
    files: files.totals,
    sameFiles: files.same,
    same: files.isSame && configuration.length + packages.length + components.length === 0,
    problems: [
      ...before.report.problems.map((text) => ({ of: 'before', text }) as const),
      ...after.report.problems.map((text) => ({ of: 'after', text }) as const),
    ],
  };
}

function summary({ description, report }: Subject): ComparedImage {
  const { reference, digest, platform } = description;
  const { size, files, layers, packages, flagged } = report;
  return { reference, digest, platform, size, files, layers: layers.length, packages: packages.length, flagged };
}

function sharedLayers(before: Subject, after: Subject): ImageComparison['sharedLayers'] {
  const there = new Set(before.diffIds.filter((id) => id !== undefined));
  const shared = after.report.layers.filter(({ index }) => there.has(after.diffIds[index] ?? ''));
  return { count: shared.length, size: shared.reduce((sum, { size }) => sum + size, 0) };
}

function configurationChanges(before: Subject, after: Subject): readonly ConfigurationChange[] {
  const one = settingsOf(before);
  const other = settingsOf(after);
  const changes = [...new Map([...one, ...other])].flatMap(([key, { what, name }]): ConfigurationChange[] => {
    const [from, to] = [one.get(key), other.get(key)];
    return from?.value === to?.value ? [] : [{ what, name, before: from?.shown, after: to?.shown }];
  });
  return changes.sort((a, b) => settingOrder.indexOf(a.what) - settingOrder.indexOf(b.what));
}

const settingOrder: readonly ConfigurationChange['what'][] = [
  'platform',
  'base',
  'user',
  'working-directory',
  'entrypoint',
  'command',
  'variable',
  'port',
];

interface Setting extends Pick<ConfigurationChange, 'what' | 'name'> {
  readonly value: string;
  readonly shown: string;
}

/** By what they are. What is not set is not among them. */
function settingsOf({ description: { platform, config }, report: { base } }: Subject): ReadonlyMap<string, Setting> {
  const settings: Setting[] = [];
  const set = (what: Setting['what'], value: string | undefined, name?: string, shown = value) => {
    if (value !== undefined && shown !== undefined) settings.push({ what, name, value, shown });
  };
  const words = (list: readonly string[]) => (list.length > 0 ? JSON.stringify(list) : undefined);
  set('platform', platform);
  set('base', base && (base.reference === undefined ? base.name : `${base.name} (${base.reference})`));
  set('user', config.user || undefined);
  set('working-directory', config.workingDir || undefined);
  set('entrypoint', words(config.entrypoint));
  set('command', words(config.cmd));
  for (const each of config.env) {
    const at = each.indexOf('=');
    const [name, value] = at < 0 ? [each, ''] : [each.slice(0, at), each.slice(at + 1)];
    set('variable', value, name, isSecretName(name) ? '…' : value);
  }
  for (const port of config.ports) set('port', port, port);
  // Of a variable that is set twice the last counts.
  return new Map(settings.map((setting) => [`${setting.what} ${setting.name ?? ''}`, setting]));
}

function packageChanges(before: readonly Package[], after: readonly Package[]): readonly PackageChange[] {
  const [one, other] = [versions(before), versions(after)];
  const changes: PackageChange[] = [];
  for (const [key, { type, name }] of new Map([...one, ...other])) {
    const [from, to] = [one.get(key)?.versions ?? none, other.get(key)?.versions ?? none];
    const change = {
      type,
      name,
      before: [...from].filter((version) => !to.has(version)).sort(),
      after: [...to].filter((version) => !from.has(version)).sort(),
    };
    if (change.before.length + change.after.length > 0) changes.push(change);
  }
  return changes.sort((a, b) => order(a.type, b.type) || order(a.name, b.name));
}

function versions(packages: readonly Package[]) {
  const found = new Map<string, Pick<Package, 'type' | 'name'> & { readonly versions: Set<string> }>();
  for (const { type, name, version } of packages) {
    const key = `${type} ${name}`;
    const known = found.get(key) ?? { type, name, versions: new Set<string>() };
    known.versions.add(version);
    found.set(key, known);
  }
  return found;
}

function componentChanges(before: readonly Component[], after: readonly Component[]): readonly ComponentChange[] {
  const [one, other] = [byTitle(before), byTitle(after)];
  const changes: ComponentChange[] = [];
  for (const [key, [{ category, severity, title }]] of new Map([...one, ...other])) {
    const [from, to] = [summed(one.get(key)), summed(other.get(key))];
    // What is missing in a list that was cut short may be there all the same.
    const gone = to?.isCut ? [] : [...(from?.paths ?? [])].filter((path) => !to?.paths.has(path));
    const added = from?.isCut ? [] : [...(to?.paths ?? [])].filter((path) => !from?.paths.has(path));
    if (from && to && from.flagged.files === to.flagged.files && gone.length + added.length === 0) continue;
    changes.push({ category, severity, title, before: from?.flagged, after: to?.flagged, gone, added });
  }
  return changes.sort(byGravity);
}

/** The gravest of each first. */
function byTitle(components: readonly Component[]): ReadonlyMap<string, readonly [Component, ...Component[]]> {
  const groups = new Map<string, [Component, ...Component[]]>();
  for (const component of components) {
    const key = `${component.category} ${component.title}`;
    const group = groups.get(key);
    if (group) group.push(component);
    else groups.set(key, [component]);
  }
  return groups;
}

function summed(components: readonly Component[] | undefined) {
  if (!components) return undefined;
  return {
    flagged: {
      files: components.reduce((sum, { files }) => sum + files, 0),
      size: components.reduce((sum, { size }) => sum + size, 0),
    },
    paths: new Set(components.flatMap(({ evidence }) => evidence.map(({ path }) => path))),
    isCut: components.some(({ evidence }) => evidence.length >= listedAtMost),
  };
}

const none: ReadonlySet<string> = new Set();
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
/** As many paths as a component lists. */
const listedAtMost = 1000;
