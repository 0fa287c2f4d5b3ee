/** Which images a `docker save` archive, an OCI layout, or a mixture of both holds. Lenient: what names something that is not there is left out, and told. */
import { type Blobs, pathOfDigest } from './blobs.ts';
import { diffIdsOf, platformOf } from './describe.ts';
import { listOf, recordOf, sizeOrUndefined, textOrUndefined } from './json.ts';
import { limits } from './limits.ts';
import { familiar } from './reference.ts';

export interface StoredLayer {
  /** Where the blob lies, links followed; undefined: not here. */
  readonly blob: string | undefined;
  /** As the manifest names it. */
  readonly path: string;
  /** Its maker gives it out himself, from addresses of his own, which are never asked: Windows' base layers are such. */
  readonly foreign?: boolean;
  readonly digest: string | undefined;
  readonly diffId: string | undefined;
  readonly storedSize: number | undefined;
}

export interface StoredImage {
  readonly names: readonly string[];
  /** What else it may be asked for by: the tag, where an OCI layout names it by that. */
  readonly tag: string | undefined;
  /** Of the manifest, where it is an OCI one. */
  readonly digest: string | undefined;
  /** Undefined: not said. */
  readonly platform: string | undefined;
  /** Of all images of that name that are here. */
  readonly platforms?: readonly string[] | undefined;
  /** The config JSON; undefined: it is not here. */
  readonly config: unknown;
  readonly configPath: string | undefined;
  /** The lowest first. */
  readonly layers: readonly StoredLayer[];
  readonly problems: readonly string[];
}

/** Image-spec, layer.md, “Non-Distributable Layers”. */
const isForeign = (mediaType: unknown, urls: unknown): boolean =>
  /foreign|nondistributable/.test(textOrUndefined(mediaType) ?? '') || listOf(urls).length > 0;

export interface SaveContents {
  /** One for each name; of an image for several platforms the one that was asked for, or suits this machine, or is the first. */
  readonly images: readonly StoredImage[];
  readonly problems: readonly string[];
}

/** `platform`: `os/arch[/variant]`, if one is wanted. */
export async function imagesIn(blobs: Blobs, platform: string | undefined, signal: AbortSignal): Promise<SaveContents> {
  const oci = await ociImages(blobs, platform, signal);
  const problems = [...oci.problems];
  const list = first(listOf(await documentIn(blobs, 'manifest.json', problems, signal)), problems);
  if (list.length === 0) return { images: oci.images, problems };
  const images: StoredImage[] = [];
  for (const item of list) images.push(await dockerImage(blobs, item, oci.images, signal));
  return { images, problems };
}

/** As many as are read. */
function first(images: readonly unknown[], problems: string[]): readonly unknown[] {
  if (images.length > limits.images)
    problems.push(
      `${images.length.toLocaleString('en')} images are named in one document; only the first ${limits.images.toLocaleString('en')} are shown. Save those that are missing by themselves.`,
    );
  return images.slice(0, limits.images);
}

/** The JSON document there; that it is too large to be read is told. */
async function documentIn(blobs: Blobs, path: string, problems: string[], signal: AbortSignal): Promise<unknown> {
  const located = blobs.locate(path);
  if (located !== undefined && (blobs.size(located) ?? 0) > limits.jsonBytes) problems.push(tooLarge(path));
  return blobs.json(path, signal);
}

const tooLarge = (path: string) =>
  `“${path}” is larger than a document of an image is read (${limits.jsonBytes >> 20} MiB), and was left out. Make the image again with fewer labels or less history.`;

export const tooManyEntries = (what: 'archive' | 'folder') =>
  `The ${what} holds more than the ${limits.archiveEntries.toLocaleString('en')} entries that are read of one; what comes after was left out. Save the image by itself.`;

/** The one that suits best: what was asked for, else Linux on this machine's processor, else the first. */
export function choosePlatform<Item extends { readonly platform: string | undefined }>(
  items: readonly Item[],
  platform: string | undefined,
): Item | undefined {
  const wanted = platform ?? hostPlatform;
  const fits = (item: Item) => item.platform === wanted || item.platform?.startsWith(`${wanted}/`);
  return (
    items.find((item) => item.platform === wanted) ??
    items.find(fits) ??
    (platform === undefined ? items[0] : undefined)
  );
}

const architectures: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
};
const hostPlatform = `linux/${architectures[process.arch] ?? process.arch}`;

/**
 * An item of `manifest.json`. In archives of Docker 25 and newer both forms are there; this one has the layers in order, which the OCI manifests of 25.0.0 had not
 * (moby#47150), and the digests come from the other.
 */
async function dockerImage(
  blobs: Blobs,
  item: unknown,
  oci: readonly StoredImage[],
  signal: AbortSignal,
): Promise<StoredImage> {
  const { Config, RepoTags, Layers, LayerSources } = recordOf(item);
  const problems: string[] = [];
  const configPath = textOrUndefined(Config) && blobs.locate(Config as string);
  const config = configPath === undefined ? undefined : await documentIn(blobs, configPath, problems, signal);
  if (config === undefined && problems.length === 0)
    problems.push(
      `The image's configuration (“${textOrUndefined(Config) ?? 'not named'}”) is not in the archive, or is no JSON.`,
    );
  const same = oci.find((image) => image.configPath !== undefined && image.configPath === configPath);
  const diffIds = diffIdsOf(config);
  // By diff ID. Since Docker 25 every layer is in it, so it is the media type that tells.
  const foreign = new Set(
    Object.entries(recordOf(LayerSources)).flatMap(([id, source]) =>
      isForeign(recordOf(source).mediaType, recordOf(source).urls) ? [id] : [],
    ),
  );
  const digests = new Map(same?.layers.map(({ blob, digest }) => [blob, digest]));
  const layers = limitLayers(listOf(Layers), problems).map((path, index): StoredLayer => {
    const text = typeof path === 'string' ? path : '';
    const blob = blobs.locate(text);
    return {
      blob,
      path: text,
      foreign: foreign.has(diffIds[index] ?? ''),
      digest: blob === undefined ? undefined : digests.get(blob),
      diffId: diffIds[index],
      storedSize: blob === undefined ? undefined : blobs.size(blob),
    };
  });
  compareCounts(layers.length, diffIds.length, config, problems);
  return {
    names: listOf(RepoTags)
      .filter((name) => typeof name === 'string')
      .map(familiar),
    tag: same?.tag,
    digest: same?.digest,
    platform: platformOf(config),
    platforms: same?.platforms,
    config,
    configPath,
    layers,
    problems: [...problems, ...(same?.problems.filter((problem) => !problems.includes(problem)) ?? [])],
  };
}

export interface Candidate {
  readonly digest: string;
  readonly manifest: unknown;
  readonly platform: string | undefined;
}

/** What stands under one name of `index.json`. */
interface Named {
  readonly name: string | undefined;
  readonly tag: string | undefined;
  readonly candidates: Candidate[];
  readonly problems: string[];
  /** Platforms that the index names and that are not here. */
  readonly absent: string[];
  /** Digests that were come by: an index may lead to itself, and to others by a million ways. */
  readonly seen: Set<string>;
}

async function ociImages(blobs: Blobs, platform: string | undefined, signal: AbortSignal): Promise<SaveContents> {
  const groups = new Map<string | undefined, Named>();
  const problems: string[] = [];
  const { manifests } = recordOf(await documentIn(blobs, 'index.json', problems, signal));
  for (const descriptor of first(listOf(manifests), problems)) {
    const name = nameOf(descriptor);
    const group: Named = groups.get(name) ?? {
      name,
      tag: tagOf(descriptor),
      candidates: [],
      problems: [],
      absent: [],
      seen: new Set(),
    };
    groups.set(name, group);
    await collect(blobs, descriptor, group, 0, signal);
  }
  const images: StoredImage[] = [];
  for (const group of groups.values()) {
    const chosen = choosePlatform(group.candidates, platform);
    if (chosen) {
      const platforms = group.candidates.flatMap(({ platform }) => platform ?? []);
      images.push({ ...(await ociImage(blobs, chosen, group, signal)), platforms });
      continue;
    }
    const of = group.name === undefined ? 'The image' : `“${group.name}”`;
    const here = group.candidates.map((candidate) => candidate.platform ?? 'unknown').join(', ');
    if (here) problems.push(`${of} is not here for ${platform}; it is here for ${here}.`);
    else if (group.absent.length > 0)
      problems.push(
        `${of} is named, but its files are not here (${group.absent.slice(0, 5).join(', ')}): save it again where it is.`,
      );
    problems.push(...group.problems);
  }
  return { images, problems };
}

/** Goes down from the descriptor to manifests, through indexes in indexes. */
async function collect(
  blobs: Blobs,
  descriptor: unknown,
  group: Named,
  depth: number,
  signal: AbortSignal,
): Promise<void> {
  const { digest, annotations, platform: stated } = recordOf(descriptor);
  const path = pathOfDigest(digest);
  if (path === undefined || typeof digest !== 'string') {
    group.problems.push('The index names a manifest without a digest, which was left out.');
    return;
  }
  if (group.seen.has(digest)) return;
  group.seen.add(digest);
  if (depth >= limits.indexDepth) {
    group.problems.push(`More than ${limits.indexDepth} indexes lie in one another; the rest was left out.`);
    return;
  }
  const platform = platformOf(stated);
  if (recordOf(annotations)['vnd.docker.reference.type'] === 'attestation-manifest' || platform === 'unknown/unknown') {
    group.problems.push(attestationNote(digest));
    return;
  }
  const json = await documentIn(blobs, path, group.problems, signal);
  const document = recordOf(json);
  if (json === undefined) {
    group.absent.push(platform ?? digest);
  } else if (document.manifests !== undefined && document.layers !== undefined) {
    // An index to one reader and a manifest to another: CVE-2021-41190.
    group.problems.push(`The document ${digest} can be read in two ways, and was left out.`);
  } else if (Array.isArray(document.manifests)) {
    for (const next of first(document.manifests, group.problems)) await collect(blobs, next, group, depth + 1, signal);
  } else if (
    document.artifactType !== undefined ||
    recordOf(document.config).mediaType === 'application/vnd.oci.empty.v1+json'
  ) {
    group.problems.push(attestationNote(digest));
  } else {
    const config =
      platform === undefined
        ? await blobs.json(pathOfDigest(recordOf(document.config).digest) ?? '', signal)
        : undefined;
    group.candidates.push({ digest, manifest: json, platform: platform ?? platformOf(config) });
  }
}

/** The image of one manifest. */
export async function ociImage(
  blobs: Blobs,
  { digest, manifest, platform }: Candidate,
  group: Pick<Named, 'name' | 'tag' | 'problems'>,
  signal: AbortSignal,
): Promise<StoredImage> {
  const { config: configDescriptor, layers: descriptors } = recordOf(manifest);
  const problems = [...group.problems];
  const configPath = blobs.locate(pathOfDigest(recordOf(configDescriptor).digest) ?? '');
  const unread = problems.length;
  const config = configPath === undefined ? undefined : await documentIn(blobs, configPath, problems, signal);
  if (config === undefined && problems.length === unread)
    problems.push("The image's configuration is not here, or is no JSON.");
  const diffIds = diffIdsOf(config);
  const layers = limitLayers(listOf(descriptors), problems).map((descriptor, index): StoredLayer => {
    const { digest: layerDigest, size, mediaType, urls } = recordOf(descriptor);
    const path = pathOfDigest(layerDigest);
    const blob = path === undefined ? undefined : blobs.locate(path);
    const stored = blob === undefined ? undefined : blobs.size(blob);
    const said = sizeOrUndefined(size);
    if (stored !== undefined && said !== undefined && stored !== said) {
      problems.push(
        `Layer ${index + 1} is ${stored} bytes large, but the manifest says ${said}; save the image again if files are missing.`,
      );
    }
    return {
      blob,
      path: path ?? '',
      foreign: isForeign(mediaType, urls),
      digest: textOrUndefined(layerDigest),
      diffId: diffIds[index],
      storedSize: stored ?? said,
    };
  });
  compareCounts(layers.length, diffIds.length, config, problems);
  return {
    names: group.name === undefined ? [] : [familiar(group.name)],
    tag: group.tag,
    digest,
    platform: platformOf(config) ?? platform,
    config,
    configPath,
    layers,
    problems,
  };
}

function compareCounts(layers: number, diffIds: number, config: unknown, problems: string[]): void {
  if (config === undefined || layers === diffIds) return;
  problems.push(
    `The manifest names ${layers === 1 ? '1 layer' : `${layers} layers`}, but the configuration ${diffIds}; those of the manifest are shown.`,
  );
}

function limitLayers(layers: readonly unknown[], problems: string[]): readonly unknown[] {
  if (layers.length > limits.layers)
    problems.push(`The image has ${layers.length} layers; only the lowest ${limits.layers} are shown.`);
  return layers.slice(0, limits.layers);
}

/** containerd writes the whole name; the OCI's own annotation mostly holds the tag alone. */
function nameOf(descriptor: unknown): string | undefined {
  const annotations = recordOf(recordOf(descriptor).annotations);
  return textOrUndefined(annotations['io.containerd.image.name']) ?? tagOf(descriptor);
}

const tagOf = (descriptor: unknown) =>
  textOrUndefined(recordOf(recordOf(descriptor).annotations)['org.opencontainers.image.ref.name']);

export const attestationNote = (digest: string) =>
  `With the image comes ${digest}, which is no image but says something of it (provenance, SBOM or the like); it is not shown.`;
