/** An archive whose manifest is missing, mostly because the archive is cut short and the manifest comes last: what can be told from what is there. */
import { type Blobs, pathOfDigest } from './blobs.ts';
import { diffIdsOf, platformOf } from './describe.ts';
import { recordOf, textOrUndefined } from './json.ts';
import type { StoredImage, StoredLayer } from './stored-images.ts';

/** A blob that is no document. `diffId`: where it has been read. */
export interface Found {
  readonly path: string;
  readonly diffId?: string | undefined;
}

/** True for the names that image tools give to the parts of an image, and nobody else to files of a root filesystem. */
export const isPartOfAnImage = (path: string): boolean =>
  /^(blobs\/[a-z0-9]+\/[0-9a-f]{32,}|oci-layout|[0-9a-f]{64}(\.json|\.tar|\.tar\.gz|\/(layer\.tar|json|VERSION))?)$/.test(
    path,
  );

/** Undefined: there is no layer. `documents` are the JSON documents by path. */
export function salvage(
  blobs: Blobs,
  layers: readonly Found[],
  documents: ReadonlyMap<string, unknown>,
): StoredImage | undefined {
  if (layers.length === 0) return undefined;
  const configs = [...documents].filter(([, json]) => diffIdsOf(json).length > 0);
  // Docker 25 and newer write a configuration for every layer of its own, in the old form: the real one has most layers.
  const [configPath, config] = configs.sort(([, a], [, b]) => diffIdsOf(b).length - diffIdsOf(a).length)[0] ?? [];
  const ordered = inOrder(layers, diffIdsOf(config), documents);
  const missing =
    diffIdsOf(config).length > layers.length ? `, ${diffIdsOf(config).length - layers.length} of them are missing` : '';
  return {
    names: [],
    tag: undefined,
    digest: undefined,
    platform: platformOf(config),
    config,
    configPath,
    layers: ordered.layers.map(
      ({ path, diffId }): StoredLayer => ({
        blob: path,
        path,
        digest: undefined,
        diffId,
        storedSize: blobs.size(path),
      }),
    ),
    problems: [
      `The archive has no manifest, which says what lies over what: the layers that it has are shown ${ordered.known ? 'in the order that they name themselves' : 'in the order in which they lie in it'}${missing}. Save the image again.`,
    ],
  };
}

function inOrder(
  layers: readonly Found[],
  diffIds: readonly string[],
  documents: ReadonlyMap<string, unknown>,
): { layers: readonly Found[]; known: boolean } {
  const byId = new Map(layers.map((layer) => [layer.diffId, layer]));
  const byPath = new Map(layers.map((layer) => [layer.path, layer]));
  // Docker 25 and newer store a layer under its diff ID.
  const found = diffIds.map((diffId) => ({
    diffId,
    layer: byId.get(diffId) ?? byPath.get(pathOfDigest(diffId) ?? ''),
  }));
  const ordered = found.flatMap(({ diffId, layer }) => (layer ? [{ path: layer.path, diffId }] : []));
  if (ordered.length > 0) return { layers: ordered, known: true };
  return { layers: byParents(layers, documents) ?? layers, known: byParents(layers, documents) !== undefined };
}

/** Until Docker 24, `ID/json` beside `ID/layer.tar` names the layer below. */
function byParents(layers: readonly Found[], documents: ReadonlyMap<string, unknown>): readonly Found[] | undefined {
  const depth = (layer: Found): number => {
    let depth = 0;
    for (let id = layer.path.split('/')[0]; id && depth <= documents.size; depth++) {
      id = textOrUndefined(recordOf(documents.get(`${id}/json`)).parent);
    }
    return depth;
  };
  if (!layers.every(({ path }) => documents.has(`${path.split('/')[0]}/json`))) return undefined;
  return layers
    .map((layer) => ({ layer, depth: depth(layer) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ layer }) => layer);
}
