/** Images of a Docker Engine, or of Podman speaking its language. Nothing that is asked of an engine changes anything in it, but for what `image-container.ts` does where it may. */
import type { EngineImage, EngineState } from '../../protocol.ts';
import { describeImage } from '../describe.ts';
import type { ScanPlan, ScanProgress } from '../image.ts';
import { recordOf, sizeOrUndefined, textOrUndefined } from '../json.ts';
import { KeptBodies } from '../kept-bodies.ts';
import type { LayerCache } from '../layer-cache.ts';
import { LayerFiles } from '../layer-files.ts';
import { familiar } from '../reference.ts';
import { digestsFromSave, readFromSave, scannedLayer, scanSave } from '../save-stream.ts';
import { ImageError, type OpenImage, type ScannedLayer } from '../source.ts';
import type { StoredImage } from '../stored-images.ts';
import {
  type ConnectOptions,
  compareApi,
  connectEngine,
  dockerOf,
  type Engine,
  noEngine,
  sentence,
  whyNot,
} from './engine-connect.ts';
import { listContainers } from './engine-containers.ts';
import { type Inspected, inspectImage, isImageName, tagsOf } from './engine-inspect.ts';
import { EngineError } from './engine-modem.ts';
import { isAsInImage, readInContainer, removeContainer } from './image-container.ts';

export interface EngineOptions extends ConnectOptions {
  /** The image's `os/arch[/variant]`; undefined: the one that the engine itself takes. */
  readonly platform?: string | undefined;
  readonly cache?: LayerCache | undefined;
  /** Bytes of an image from which on a file is rather read in a container than out of another save. */
  readonly containerFrom?: number;
}

/** The engine, the images that `docker images` shows, and the containers of `docker ps --all`. Throws only when cancelled. */
export async function listEngine(options: ConnectOptions, signal: AbortSignal): Promise<EngineState> {
  const found = await connectEngine(options, signal);
  if (found.kind === 'none') return found;
  const { name, address, context } = found.engine;
  try {
    const images: unknown = await (await dockerOf(found.engine, signal)).listImages();
    if (!Array.isArray(images)) throw new EngineError('strange', 'The answer is not a list.');
    // Something that stands before an engine may let its images alone be seen.
    const none = { containers: [], forgotten: [] };
    const { containers, forgotten } = await listContainers(found.engine, signal).catch(() => none);
    signal.throwIfAborted();
    for (const id of forgotten) void removeContainer(found.engine, id).catch(() => {});
    return { kind: 'connected', name, address, ...(context && { context }), images: images.flatMap(rows), containers };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'none', tried: [{ address, why: whyNot(address, error) }] };
  }
}

/** `name` is a name, with or without tag or digest, or an ID. Config and history are asked for at once; files only when they are scanned. */
export async function openEngineImage(name: string, options: EngineOptions, signal: AbortSignal): Promise<OpenImage> {
  if (!isImageName(name)) {
    throw new ImageError(
      'not-found',
      `“${name}” cannot be the name of an image. Names look like “app:latest” or “registry.example/team/app”.`,
    );
  }
  const found = await connectEngine(options, signal);
  if (found.kind === 'none') throw noEngine(found);
  const { engine } = found;
  const image = await inspectImage(engine, name, options.platform, signal).catch((error) => {
    throw asImageError(error, name, signal);
  });
  const closed = new AbortController();
  /** Where each layer lies in the save, once that has been seen. */
  const blobs = new Map<number, string>();
  const bodies = new KeptBodies();
  let stored: StoredImage | undefined;
  let problems = image.problems;

  return {
    async describe() {
      const layers = image.diffIds.map((diffId, i) => {
        const layer = stored?.layers.length === image.diffIds.length ? stored.layers[i] : undefined;
        return { digest: layer?.digest, diffId, storedSize: layer?.storedSize };
      });
      // Which steps made a layer is a guess until the configuration itself has come with the save.
      const config = stored?.config ?? image.config;
      return describeImage({
        reference: `docker-daemon:${name}`,
        names: image.names,
        digest: image.id,
        config,
        layers,
        problems,
        platforms: image.platforms,
      });
    },

    async *scan(plan, signal, onProgress) {
      // What is kept under the diff ID that the engine names was computed to be just that.
      const known = new Set<number>();
      for (const [index, diffId] of image.diffIds.entries()) {
        const scan = await options.cache?.find(diffId);
        if (scan) yield scannedLayer(index, '', scan, diffId);
        if (scan) known.add(index);
      }
      if (known.size === image.diffIds.length) return;
      for await (const layer of saved(plan, signal, onProgress)) if (!known.has(layer.index)) yield layer;
    },

    async read({ layer, offset }, limit, signal, shown) {
      const any = AbortSignal.any([signal, closed.signal]);
      const known = bodies.find(blobs.get(layer) ?? `layer ${layer}`, offset, limit);
      if (known) return known;
      if (shown && shown.container !== 'no' && isWorthContainer(shown.path)) {
        if (shown.container === 'ask') throw new ImageError('asks', question(shown.path, image));
        const body = await readInContainer(engine, image.id, shown.path, limit, any).catch((error) => {
          // Another way is left.
          if (any.aborted) throw error;
        });
        // Whatever else stands there is not the file that was asked for.
        if (body?.size === shown.size) {
          bodies.add(blobs.get(layer) ?? `layer ${layer}`, offset, body);
          return body;
        }
      }
      if (!blobs.has(layer)) for await (const _ of saved(nothing, any, () => {}));
      const blob = blobs.get(layer);
      if (blob === undefined)
        throw new ImageError(
          'failed',
          `Layer ${layer + 1} of “${name}” did not come with the image. Open the image again.`,
        );
      const kept = bodies.find(blob, offset, limit);
      if (kept) return kept;
      const ended = new AbortController();
      const until = AbortSignal.any([any, ended.signal]);
      try {
        const body = await readFromSave(await save(engine, image, until), blob, offset, limit, until);
        bodies.add(blob, offset, body);
        return body;
      } catch (error) {
        throw asImageError(error, name, until);
      } finally {
        ended.abort();
      }
    },

    async *digests(files, signal) {
      const ended = new AbortController();
      const any = AbortSignal.any([signal, closed.signal, ended.signal]);
      try {
        if (blobs.size === 0) for await (const _ of saved(nothing, any, () => {}));
        yield* digestsFromSave(await save(engine, image, any), files, (layer) => blobs.get(layer), any);
      } catch (error) {
        throw asImageError(error, name, any);
      } finally {
        ended.abort();
      }
    },

    async close() {
      closed.abort();
    },
  };

  function isWorthContainer(path: string): boolean {
    const { size, hasVolumes, platform } = image;
    const isLarge = size >= (options.containerFrom ?? largeImage);
    return isLarge && !hasVolumes && platform.os === 'linux' && isAsInImage(path);
  }

  /** All layers, out of one save. */
  async function* saved(
    plan: ScanPlan,
    signal: AbortSignal,
    onProgress: (progress: ScanProgress) => void,
  ): AsyncGenerator<ScannedLayer> {
    // Engines refuse to save an image without layers: “empty export - not implemented”.
    if (image.diffIds.length === 0) return;
    const ended = new AbortController();
    const any = AbortSignal.any([signal, closed.signal, ended.signal]);
    try {
      const stream = untilBroken(await save(engine, image, any));
      const { os, architecture } = image.platform;
      const layers = scanSave(
        stream.chunks,
        {
          plan,
          diffIds: image.diffIds,
          platform: os && architecture && `${os}/${architecture}`,
          onProgress,
          bodies,
          cache: plan === nothing ? undefined : options.cache,
        },
        any,
      );
      let next = await layers.next();
      for (; !next.done; next = await layers.next()) {
        blobs.set(next.value.index, next.value.blob);
        yield next.value;
      }
      stored = next.value.image;
      const said = [...next.value.problems, ...(stored?.problems ?? [])];
      // A connection that breaks in the padding behind the archive took nothing away.
      const broken = stored && said.length === 0 && blobs.size === image.diffIds.length ? undefined : stream.error();
      problems = [...image.problems, ...(broken ? [sentenceOf(broken, name)] : said)];
      // Where nothing at all came of it, the whole source failed.
      if (broken && blobs.size === 0) throw broken;
      for (const index of image.diffIds.keys()) if (!blobs.has(index)) yield unreadLayer(index);
    } catch (error) {
      throw asImageError(error, name, any);
    } finally {
      ended.abort();
    }
  }
}

/** To save so much takes an engine about as long as to make a container and to remove it (measured: 130 to 150 MB/s, and 0.4 s). */
const largeImage = 64e6;

const question = (path: string, { size }: Inspected): string =>
  `“${path}” can be read in a container that is made of the image in the engine, never started, and removed at once. Otherwise the engine has to send the whole image again (${Math.round(size / 1e6).toLocaleString('en')} MB).`;

/** To learn where the layers lie, and no more. */
const nothing: ScanPlan = { want: () => undefined, extract: () => undefined };

function unreadLayer(index: number): ScannedLayer {
  const problems = [`Layer ${index + 1} did not come with the image that the engine sent. Open the image again.`];
  return { index, blob: '', files: new LayerFiles(), facts: [], problems, diffId: undefined, verification: 'unknown' };
}

/** A stream that breaks ends early, so that whoever reads it keeps what came before. */
function untilBroken(source: AsyncIterable<Uint8Array>): {
  readonly chunks: AsyncIterable<Uint8Array>;
  error(): EngineError | undefined;
} {
  let broken: EngineError | undefined;
  return {
    chunks: (async function* () {
      try {
        yield* source;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        broken = error;
      }
    })(),
    error: () => broken,
  };
}

async function save(
  engine: Engine,
  { id, platform }: Inspected,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const docker = (await dockerOf(engine, signal)) as unknown as {
    getImages(options: object): Promise<AsyncIterable<Uint8Array>>;
  };
  // By ID: a name may have moved to another image since. The platform, where the engine knows it: other platforms of the image need not be there in full.
  return docker.getImages({ names: [id], ...(compareApi(engine.api, '1.48') >= 0 && { platform }) });
}

/** One row for each tag, as `docker images` has them. */
function rows(json: unknown): readonly EngineImage[] {
  const { Id, RepoTags, RepoDigests, Size, Created } = recordOf(json);
  const id = textOrUndefined(Id);
  if (!id) return [];
  const common = { id, size: sizeOrUndefined(Size) ?? 0, created: sizeOrUndefined(Created) ?? 0 };
  const tags = tagsOf(RepoTags);
  if (tags.length > 0)
    return tags.map((tag) => ({ reference: `docker-daemon:${tag}`, name: familiar(tag), ...common }));
  const [digest] = tagsOf(RepoDigests);
  const short = id.replace('sha256:', '').slice(0, 12);
  // Pulled by digest, it has a name but no tag.
  return [{ reference: `docker-daemon:${id}`, name: digest ? `${digest.split('@')[0]}@${short}` : short, ...common }];
}

function asImageError(error: unknown, name: string, signal: AbortSignal): unknown {
  if (signal.aborted || !(error instanceof EngineError)) return error;
  return new ImageError(error.status === 404 ? 'not-found' : 'failed', sentenceOf(error, name), { cause: error });
}

function sentenceOf({ kind, status, message }: EngineError, name: string): string {
  switch (kind) {
    case 'refused':
      if (status === 404) return `The engine has no image “${name}”. Pull it, or check the name.`;
      return `The engine could not give all of “${name}”.${message && ` It says: ${sentence(message)}`}`;
    case 'strange':
      return `The engine's answer about “${name}” could not be understood. ${message}`;
    case 'silent':
      return `The engine stopped answering while it was asked for “${name}”. Try again.`;
    case 'cut':
    case 'unreachable':
      return `The connection to the engine broke off while it was asked for “${name}”. Try again.`;
  }
}
