/** Which base image an image was built on, and up to which layer, as far as its own files and labels tell. */
import type { LayerChanges } from '../images/filesystem.ts';
import type { ImageConfig, LayerDescription } from '../images/image.ts';
import type { View } from '../images/view.ts';
import type { OsRelease } from './os-release.ts';
import type { Owned, OwnedPackage } from './owned.ts';
import type { BaseReport } from './report.ts';

export interface Built {
  readonly image: View;
  readonly owned: Owned;
  readonly config: ImageConfig;
  /** Of the final tree, and the lowest layer that had one. */
  readonly os: { readonly release: OsRelease; readonly firstLayer: number } | undefined;
  /** By layer. */
  readonly changes: readonly (LayerChanges | undefined)[];
  /** The steps of its builds, the lowest first, those without a layer between them. */
  readonly steps: readonly Pick<LayerDescription, 'index' | 'createdBy'>[];
}

/** Undefined: nothing of a base is to be seen, as in an image made from scratch. */
export function recogniseBase(built: Built): BaseReport | undefined {
  const { owned, config, os } = built;
  const reference = config.labels['org.opencontainers.image.base.name'] || undefined;
  const kind = kindOf(built);
  if (!os && !kind && owned.packages.every(({ type }) => !systems.has(type)))
    return reference === undefined
      ? undefined
      : { name: reference, distroless: false, reference, upTo: undefined, exact: false, reasons: [byLabel] };
  const name = kind?.name ?? os?.release.prettyName ?? 'an unnamed system';
  const reasons = [
    ...(kind ? [kind.reason] : []),
    ...(os ? [`Its os-release says “${os.release.prettyName}”.`] : []),
    ...(reference === undefined ? [] : [byLabel]),
  ];
  const distroless = kind?.distroless ?? false;
  if (kind?.form === 'status.d') {
    const upTo = debianPackageLayers(built);
    if (upTo >= 0)
      reasons.push('The layers up to there hold the files of its packages, and what its makers add to them.');
    return { name, distroless, reference, upTo: upTo < 0 ? undefined : upTo, exact: upTo >= 0, reasons };
  }
  if (!os) return { name, distroless, reference, upTo: undefined, exact: false, reasons };
  const ended = endOfEarlierBuild(built.steps);
  if (ended <= os.firstLayer) {
    reasons.push(`Layer ${os.firstLayer + 1} brought that file; layers above may be the base’s as well.`);
    return { name, distroless, reference, upTo: os.firstLayer, exact: false, reasons };
  }
  reasons.push(
    `Above layer ${ended + 1} a build set the command to run, which a later one replaced; layers above may be the base’s as well.`,
  );
  return { name, distroless, reference, upTo: ended, exact: false, reasons };
}

/**
 * A build sets CMD and ENTRYPOINT once each, as of several the last alone counts (Dockerfile reference). So where one of them was set twice, what lies below the last but one was
 * there when the last build began. -1: nothing tells.
 */
function endOfEarlierBuild(steps: Built['steps']): number {
  const ends = ['CMD', 'ENTRYPOINT'].map((keyword) => {
    const sets = new RegExp(`^(?:/bin/sh -c #\\(nop\\) +)?${keyword}\\b`, 'i');
    const at = steps.flatMap(({ createdBy = '' }, step) => (sets.test(createdBy) ? [step] : [])).at(-2) ?? 0;
    return steps.slice(0, at).findLast(({ index }) => index !== undefined)?.index ?? -1;
  });
  return Math.max(...ends);
}

const byLabel = 'The label org.opencontainers.image.base.name names it.';
const systems: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm']);

interface Kind {
  readonly name: string;
  readonly distroless: boolean;
  readonly form?: 'status.d';
  readonly reason: string;
}

function kindOf({ image, owned, os }: Built): Kind | undefined {
  const from = (source: RegExp) => owned.packages.some((each) => systems.has(each.type) && source.test(each.source));
  const { id = '', version = '', prettyName = '' } = os?.release ?? {};
  const isThere = (paths: readonly string[]) => paths.some((path) => image.find(path) > 0);
  const bare = !isThere([
    '/bin/sh',
    '/sbin/apk',
    '/usr/bin/apk',
    '/usr/bin/dpkg',
    '/usr/bin/rpm',
    '/usr/bin/dnf',
    '/usr/bin/tdnf',
  ]);
  if (from(/^\/var\/lib\/dpkg\/status\.d\//) && !from(/^\/var\/lib\/dpkg\/status$/)) {
    const system = id === 'debian' && version ? ` (Debian ${version})` : '';
    return {
      name: prettyName === 'Distroless' ? `Google distroless${system}` : `Distroless image of Debian packages${system}`,
      distroless: true,
      form: 'status.d',
      reason: 'Its packages are recorded one by one in /var/lib/dpkg/status.d, as Google’s distroless images do it.',
    };
  }
  if (
    from(/^\/var\/lib\/chisel\//) ||
    (id === 'ubuntu' && from(/^\/var\/lib\/dpkg\/status$/) && !isThere(['/usr/bin/dpkg', '/var/lib/dpkg/info']))
  ) {
    return {
      name: `Ubuntu ${version}, chiselled`.replace(' ,', ','),
      distroless: bare,
      reason: 'It is made of slices of Ubuntu’s packages, without dpkg.',
    };
  }
  if (from(/^\/var\/lib\/rpmmanifest\//)) {
    return {
      name: `${prettyName || 'Azure Linux'}, distroless`,
      distroless: bare,
      reason: 'Its packages are listed in /var/lib/rpmmanifest, as Azure Linux’ distroless images do it.',
    };
  }
  if (id === 'wolfi' || id === 'chainguard') {
    return {
      name: prettyName,
      distroless: bare,
      reason: bare ? 'It has neither a shell nor apk.' : 'It has a shell or apk.',
    };
  }
  return undefined;
}

/**
 * The highest of the layers, from the lowest on, that hold files of packages or what Google adds to them (common/BUILD.bazel, static/static.bzl), and nothing
 * else. Lists of files have no links and no settings, so links, and files in /etc beside others, are nobody's proof.
 */
function debianPackageLayers({ image, owned, changes }: Built): number {
  const proven = new Set<number>();
  const foreign = new Set<number>();
  // The name of the system is the one file that Google changes.
  const others = new Set<number>();
  for (let node = 1; node < image.count; node++) {
    if (!image.has(node)) continue;
    const type = image.type(node);
    if (type === 'directory' || type === 'symlink') continue;
    const layer = image.layer(node);
    const path = image.path(node);
    if (!/\/os-release$/.test(path)) others.add(layer);
    if (isOfDatabase(owned.ownerOf(node)) || added.test(path)) proven.add(layer);
    else if (!path.startsWith('/etc/')) foreign.add(layer);
  }
  let highest = -1;
  for (const [layer, change] of changes.entries()) {
    if (foreign.has(layer) || !change || change.removed > 0 || (change.modified > 0 && others.has(layer))) break;
    if (proven.has(layer)) highest = layer;
  }
  return highest;
}

const isOfDatabase = (owner: OwnedPackage | undefined) =>
  owner?.type === 'deb' && owner.source.startsWith('/var/lib/dpkg/status.d/');

const added = new RegExp(
  `^(?:${[
    '/etc/(?:passwd|group|nsswitch\\.conf|os-release|ld\\.so\\.cache)',
    '/usr/lib/os-release',
    '/etc/ssl/certs/(?:ca-certificates\\.crt|java/cacerts|adoptium/cacerts)',
    '/var/lib/dpkg/status\\.d/[^/]+',
    '/busybox/[^/]+',
    '/nodejs/.+',
    '/usr/lib/jvm/temurin-[^/]+/.+',
  ].join('|')})$`,
);

/** Whether a file is what the distroless base is made of: by its layer, or by the records of its packages. */
export function isOfDistrolessBase(base: BaseReport | undefined, image: View, owned: Owned, node: number): boolean {
  if (!base?.distroless) return false;
  if (image.type(node) === 'directory') {
    // All of it, or it is not.
    for (const child of image.children(node)) if (!isOfDistrolessBase(base, image, owned, child)) return false;
    return true;
  }
  if (base.upTo !== undefined && image.layer(node) <= base.upTo) return true;
  const owner = owned.ownerOf(node);
  return owner !== undefined && systems.has(owner.type);
}
