/** Images in a registry (OCI distribution-spec): only what is shown is fetched, nothing is kept but small files in memory, and every blob is held against its digest. */
import { createHash } from 'node:crypto';
import { type Blobs, pathOfDigest } from '../blobs.ts';
import { type BodyDigest, digestsInBlob, offsetsByLayer } from '../contents.ts';
import { describeImage, platformOf } from '../describe.ts';
import type { ScanPlan } from '../image.ts';
import { parseJson, recordOf, sizeOrUndefined, textOrUndefined } from '../json.ts';
import { KeptBodies } from '../kept-bodies.ts';
import { LayerFiles } from '../layer-files.ts';
import { limits } from '../limits.ts';
import { missingLayer, readFromBlob, scannedLayer } from '../save-stream.ts';
import { scanBlob } from '../scan.ts';
import { ImageError, type OpenImage, type OpenOptions, type ScannedLayer } from '../source.ts';
import { attestationNote, type Candidate, choosePlatform, ociImage, type StoredLayer } from '../stored-images.ts';
import { sentence } from './engine-connect.ts';
import { trustedAuthorities } from './registry-authorities.ts';
import { type ClientOptions, type RegistryClient, RegistryError, registryClient } from './registry-client.ts';
import { type CredentialPlaces, findCredential } from './registry-credentials.ts';
import { nameText, parseRegistryName, type RegistryName } from './registry-name.ts';

export interface RegistryOptions extends OpenOptions, CredentialPlaces, Pick<ClientOptions, 'limits'> {
  /** PEM of authorities that are trusted, besides those of the system and of Docker's `certs.d`. */
  readonly authorities?: readonly string[];
}

/** `name` is what stands behind `docker://`. Manifest and configuration are fetched at once; layers only when they are scanned. */
export async function openRegistryImage(reference: string, name: string, options: RegistryOptions): Promise<OpenImage> {
  const parsed = parseRegistryName(name);
  if (!parsed) {
    throw new ImageError(
      'not-found',
      `“${name}” cannot be the name of an image in a registry. Names look like “docker://ghcr.io/team/app:1.0”.`,
    );
  }
  const { signal, platform, cache } = options;
  const found = options.trusted
    ? await findCredential(parsed.host, parsed.repository, options, signal)
    : { credential: undefined, problems: [] };
  const authorities = [...(await trustedAuthorities(parsed.host, options)), ...(options.authorities ?? [])];
  const client = registryClient(parsed, {
    credential: found.credential,
    authorities,
    limits: options.limits,
    proxy: options.proxy,
    environment: options.environment,
  });
  const why = (error: unknown): unknown => asImageError(error, parsed, options.trusted === true, found);
  const closed = new AbortController();
  const bodies = new KeptBodies();
  try {
    const chosen = await findManifest(client, parsed, platform, signal);
    const blobs = blobsOf(client, chosen.manifest);
    const image = await ociImage(
      blobs,
      chosen,
      { name: nameText(parsed), tag: parsed.tag, problems: chosen.problems },
      signal,
    );
    if (platform !== undefined && image.platform !== undefined && !choosePlatform([image], platform))
      throw notThere(parsed, platform, [image.platform], undefined);
    const { layers } = image;

    return {
      async describe() {
        return describeImage({ reference, ...image, platforms: chosen.platforms });
      },

      async *scan(plan, signal, onProgress) {
        const any = AbortSignal.any([signal, closed.signal]);
        const total = layers.reduce((sum, { storedSize }) => sum + (storedSize ?? 0), 0);
        const bytes = new Map<number, number>();
        const report = (index: number, count: number) => {
          bytes.set(index, count);
          onProgress({ layer: index, bytes: [...bytes.values()].reduce((sum, each) => sum + each, 0), total });
        };
        yield* atOnce(layers, sidesteps, (layer, index) =>
          scanLayer(layer, index, plan, any, (count) => report(index, count)),
        );
      },

      async read({ layer, offset }, limit, signal) {
        const { digest, storedSize } = layers[layer] ?? {};
        if (digest === undefined) throw new ImageError('not-found', 'The layer with this file is not in the registry.');
        const kept = bodies.find(digest, offset, limit);
        if (kept) return kept;
        const any = AbortSignal.any([signal, closed.signal]);
        try {
          const body = await readFromBlob(blobStream(client, digest, storedSize, any), offset, limit, any);
          bodies.add(digest, offset, body);
          return body;
        } catch (error) {
          throw why(error);
        }
      },

      async *digests(files, signal) {
        const any = AbortSignal.any([signal, closed.signal]);
        for (const [layer, offsets] of offsetsByLayer(files)) {
          const { digest, storedSize } = layers[layer] ?? {};
          if (digest === undefined) continue;
          const blob = verifying(digest, blobStream(client, digest, storedSize, any));
          const found: BodyDigest[] = [];
          for await (const each of digestsInBlob(blob.stream, offsets, any)) found.push(each);
          // What is not the layer that the manifest names tells nothing of its files.
          const outcome = await blob.finish();
          any.throwIfAborted();
          if (outcome === true || outcome === undefined) for (const each of found) yield { layer, ...each };
        }
      },

      async close() {
        closed.abort();
        client.close();
      },
    };
  } catch (error) {
    client.close();
    throw why(error);
  }

  async function scanLayer(
    { digest, diffId, storedSize, foreign }: StoredLayer,
    index: number,
    plan: ScanPlan,
    signal: AbortSignal,
    report: (bytes: number) => void,
  ): Promise<ScannedLayer> {
    if (digest === undefined || pathOfDigest(digest) === undefined) return missingLayer(index, foreign);
    // The digest that the manifest names tells all bytes of the blob, so what has been read of it once need not be read again.
    const known = await cache?.diffIdOf(digest);
    const kept = known === undefined ? undefined : await cache?.find(known);
    if (kept) {
      report(storedSize ?? 0);
      return scannedLayer(index, digest, kept, diffId);
    }
    const blob = verifying(digest, blobStream(client, digest, storedSize, signal, report));
    const scan = await scanBlob(blob.stream, plan, signal, { keep: bodies.of(digest) });
    const outcome = await blob.finish();
    signal.throwIfAborted();
    if (outcome === true) await cache?.keep(scan, digest);
    if (outcome === true || outcome === undefined) return scannedLayer(index, digest, scan, diffId);
    if (outcome !== false && outcome.status === 404) return missingInRegistry(index, foreign);
    const problem =
      outcome === false
        ? `Layer ${index + 1} is not what the image's manifest names: the registry sent other bytes. Try again, and tell whoever runs the registry.`
        : `Layer ${index + 1} did not come whole. ${(why(outcome) as Error).message}`;
    // What was read may be anything: it is not said to be this or that layer.
    const layer = scannedLayer(index, digest, { ...scan, diffId: undefined }, diffId);
    return { ...layer, verification: outcome === false ? 'wrong' : 'unknown', problems: [problem, ...layer.problems] };
  }
}

/** Layers that are fetched at once: one is inflated while another is under way. */
const sidesteps = 3;

/** Results as they come, `count` at work at a time. */
async function* atOnce<Item, Result>(
  items: readonly Item[],
  count: number,
  work: (item: Item, index: number) => Promise<Result>,
): AsyncGenerator<Result> {
  const running = new Map<number, Promise<readonly [number, Result]>>();
  let next = 0;
  while (next < items.length || running.size > 0) {
    for (; next < items.length && running.size < count; next++) {
      const index = next;
      const result = work(items[index]!, index).then((value) => [index, value] as const);
      // Whoever is still at work when another has failed fails unheard.
      result.catch(() => {});
      running.set(index, result);
    }
    const [index, value] = await Promise.race(running.values());
    running.delete(index);
    yield value;
  }
}

function missingInRegistry(index: number, foreign: boolean | undefined): ScannedLayer {
  const problem = `Layer ${index + 1} is not in the registry any more. Push the image again.`;
  return foreign ? missingLayer(index, true) : { ...missingLayer(index), files: new LayerFiles(), problems: [problem] };
}

interface Chosen extends Candidate {
  readonly problems: string[];
}

/** Goes down from the name to the manifest of one platform; what is not wanted is not fetched. */
async function findManifest(
  client: RegistryClient,
  name: RegistryName,
  platform: string | undefined,
  signal: AbortSignal,
) {
  const problems: string[] = [];
  const here: string[] = [];
  const seen = new Set<string>();
  let isCut = false;

  async function search(reference: string, stated: string | undefined, depth: number): Promise<Chosen | undefined> {
    const { digest, json } = await fetchManifest(client, reference, signal);
    if (seen.has(digest)) return undefined;
    if (depth > limits.indexDepth || seen.size >= manifestsAtMost) {
      isCut = true;
      return undefined;
    }
    seen.add(digest);
    const document = recordOf(json);
    if (document.manifests !== undefined && document.layers !== undefined)
      throw new RegistryError('strange', 'its document can be read in two ways');
    if (!Array.isArray(document.manifests)) return found(digest, json, stated);
    isCut ||= document.manifests.length > limits.images;
    const nested = document.manifests.slice(0, limits.images).flatMap((descriptor) => {
      const { digest: next, annotations } = recordOf(descriptor);
      const platform = platformOf(recordOf(descriptor).platform);
      if (typeof next !== 'string' || pathOfDigest(next) === undefined) return [];
      const isAttestation = recordOf(annotations)['vnd.docker.reference.type'] === 'attestation-manifest';
      if (isAttestation || platform === 'unknown/unknown') {
        problems.push(attestationNote(next));
        return [];
      }
      return [{ digest: next, platform }];
    });
    here.push(...nested.flatMap(({ platform }) => platform ?? []));
    const best = choosePlatform(
      nested.filter(({ platform }) => platform !== undefined),
      platform,
    );
    // One without a platform may be an index in turn.
    const others = nested.filter((each) => each !== best && each.platform === undefined);
    for (const each of best ? [best, ...others] : others) {
      const result = await search(each.digest, each.platform, depth + 1);
      if (result) return result;
    }
    return undefined;
  }

  function found(digest: string, json: unknown, stated: string | undefined): Chosen {
    const { schemaVersion, config, artifactType, layers } = recordOf(json);
    if (schemaVersion === 1)
      throw new ImageError(
        'unsupported',
        `“${nameText(name)}” is in a form that was given up in 2017. Push it again with a newer tool.`,
      );
    const type = textOrUndefined(artifactType) ?? textOrUndefined(recordOf(config).mediaType) ?? '';
    if (!Array.isArray(layers)) throw new RegistryError('strange', 'its document is no manifest');
    if (
      artifactType !== undefined ||
      (type !== '' && !/image|^application\/octet-stream$/.test(type)) ||
      /empty/.test(type)
    )
      throw new ImageError(
        'unsupported',
        `“${nameText(name)}” is no image, but something else that is kept in a registry (${sentence(type).slice(0, -1)}).`,
      );
    return { digest, manifest: json, platform: stated, problems };
  }

  const result = await search(name.digest ?? name.tag ?? 'latest', undefined, 0);
  const read = `${limits.images.toLocaleString('en')} images, ${manifestsAtMost} documents, ${limits.indexDepth} indexes in one another`;
  if (!result) throw notThere(name, platform, here, isCut ? read : undefined);
  const cut = `The image's index has more than is read of one (${read}): it may be there for other platforms, too. Name one of those by its digest.`;
  return { ...result, problems: isCut ? [...problems, cut] : problems, platforms: here };
}

function notThere(
  name: RegistryName,
  platform: string | undefined,
  here: readonly string[],
  /** How much was, where that was not all. */
  read: string | undefined,
): ImageError {
  const has = here.length > 0 ? ` It is there for ${[...new Set(here)].slice(0, 12).join(', ')}.` : '';
  return new ImageError(
    'not-found',
    read
      ? `“${nameText(name)}” for ${platform ?? 'any platform'} is not in what is read of an index: ${read}. Name the image by its digest.`
      : `“${nameText(name)}” is not in the registry for ${platform ?? 'any platform'}.${has}`,
  );
}

/** By tag, or by digest, which it then must have. */
async function fetchManifest(client: RegistryClient, reference: string, signal: AbortSignal) {
  const { body } = await client.get(`manifests/${reference}`, { accept: manifestTypes }, signal);
  const bytes = await gathered(body);
  const algorithm = /^([a-z0-9]+):/.exec(reference)?.[1];
  const digest = digestOf(bytes, algorithm ?? 'sha256');
  if (digest === undefined)
    throw new RegistryError('strange', `its documents are named with “${algorithm}”, which cannot be checked`);
  if (algorithm !== undefined && digest !== reference)
    throw new RegistryError('strange', `the document that it sent is not ${reference}`);
  const json = parseJson(bytes);
  if (json === undefined) throw new RegistryError('strange', 'its document is no JSON');
  return { digest, json };
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Everything that a manifest names counts as there; only its configuration is ever fetched as JSON. */
function blobsOf(client: RegistryClient, manifest: unknown): Blobs {
  const { config } = recordOf(manifest);
  const { digest, size } = recordOf(config);
  return {
    locate: (path) => path || undefined,
    size: () => undefined,
    async json(path, signal) {
      if (typeof digest !== 'string' || path !== pathOfDigest(digest)) return undefined;
      const stated = sizeOrUndefined(size);
      if (stated !== undefined && stated > limits.jsonBytes) throw tooLong();
      const bytes = await gathered(blobStream(client, digest, stated, signal));
      if (digestOf(bytes, digest.split(':')[0]!) !== digest)
        throw new RegistryError('strange', `the configuration that it sent is not ${digest}`);
      return parseJson(bytes);
    },
  };
}

/** All bytes of a blob, no more than the manifest says there are. Goes on where a connection broke. */
async function* blobStream(
  client: RegistryClient,
  digest: string,
  size: number | undefined,
  signal: AbortSignal,
  report?: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let tries = 0; ; tries++) {
    const before = at;
    try {
      const range: Record<string, string> = at > 0 ? { range: `bytes=${at}-` } : {};
      const { status, body } = await client.get(`blobs/${digest}`, { accept: '*/*', ...range }, signal);
      let skip = at > 0 && status !== 206 ? at : 0;
      for await (const chunk of body) {
        const fresh = skip > 0 ? chunk.subarray(skip) : chunk;
        skip = Math.max(skip - chunk.length, 0);
        if (fresh.length === 0) continue;
        at += fresh.length;
        if (size !== undefined && at > size)
          throw new RegistryError('strange', 'it sent more bytes than the manifest says there are');
        report?.(at);
        yield fresh;
      }
      if (size === undefined || at === size) return;
      throw new RegistryError('cut', 'it ended too early');
    } catch (error) {
      signal.throwIfAborted();
      const goesOn = error instanceof RegistryError && (error.kind === 'cut' || error.kind === 'silent');
      if (!goesOn || (at === before && tries >= triesAtMost) || tries >= 20) throw error;
    }
  }
}

/**
 * A stream whose bytes are digested to the end, also where whoever reads it has seen enough before. Where the registry fails, it ends early, so that what came
 * before is kept.
 */
function verifying(digest: string, source: AsyncGenerator<Uint8Array>) {
  const algorithm = digest.split(':')[0]!;
  const hash = algorithms.has(algorithm) ? createHash(algorithm) : undefined;
  let ended = false;
  let failure: RegistryError | undefined;
  async function* rest() {
    try {
      while (!ended) {
        const { value, done } = await source.next();
        ended = done === true;
        if (ended) return;
        hash?.update(value as Uint8Array);
        yield value as Uint8Array;
      }
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      ended = true;
      failure = error;
    }
  }
  return {
    stream: rest(),
    /** True: it is what it should be; false: it is not; undefined: that cannot be told. An error: not all of it came. */
    async finish(): Promise<boolean | undefined | RegistryError> {
      for await (const _ of rest());
      return failure ?? (hash && `${algorithm}:${hash.digest('hex')}` === digest);
    },
  };
}

async function gathered(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > limits.jsonBytes) throw tooLong();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const tooLong = () =>
  new RegistryError('strange', `a document of it is larger than is read of one (${limits.jsonBytes >> 20} MiB)`);
const algorithms: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512']);
const digestOf = (bytes: Uint8Array, algorithm: string): string | undefined =>
  algorithms.has(algorithm) ? `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` : undefined;
const triesAtMost = 2;
const manifestsAtMost = 30;

function asImageError(
  error: unknown,
  name: RegistryName,
  trusted: boolean,
  { credential, problems }: Awaited<ReturnType<typeof findCredential>>,
): unknown {
  if (!(error instanceof RegistryError)) return error;
  const text = nameText(name);
  const said = error.kind === 'refused' && error.message ? ` It says: ${sentence(error.message)}` : '';
  const make = (code: ConstructorParameters<typeof ImageError>[0], message: string) =>
    new ImageError(code, message, { cause: error });
  switch (error.kind) {
    case 'refused': {
      if (error.status === 404)
        return make('not-found', `${name.host} has no image “${text}”. Check the name and the tag.`);
      if (error.status === 429)
        return make(
          'denied',
          `${name.host} answers no more for now: too much was asked of it. Sign in, or try again later.`,
        );
      if (error.status !== 401 && error.status !== 403)
        return make('failed', `${name.host} could not give “${text}” (status ${error.status}).${said}`);
      const cure = !trusted
        ? 'In a workspace that is not trusted no sign-in is used; trust it, or make the image public.'
        : credential
          ? `The sign-in that is kept for ${name.host} is not allowed to; sign in with one that is: “docker login ${name.host}”.`
          : `Sign in with “docker login ${name.host}”, or check the name: of images that are not public many registries say the same as of those that are not there.`;
      return make('denied', [`${name.host} does not show “${text}”.`, ...problems, cure].join(' '));
    }
    case 'untrusted':
      return make(
        'failed',
        `The certificate of ${name.host} could not be trusted (${error.message}). Put the authority that signed it into /etc/docker/certs.d/${name.host}/ca.crt.`,
      );
    case 'silent':
      return make('failed', `${name.host} gave no answer in time. Try again.`);
    case 'cut':
      return make('failed', `The connection to ${name.host} broke off. Try again.`);
    case 'elsewhere':
      return make('denied', `“${text}” was not fetched from ${name.host}, because ${error.message}.`);
    case 'strange':
      return make('failed', `What ${name.host} answers about “${text}” cannot be used: ${error.message}.`);
    case 'unreachable':
      return make('failed', unreachable(name, error));
  }
}

function unreachable({ host }: RegistryName, { code, message }: RegistryError): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `No registry was found at ${host}. Check the name, and the connection to the network.`;
  if (code === 'ECONNREFUSED') return `Nothing listens at ${host}. Check the name and the port.`;
  if (/SSL|EPROTO/.test(code ?? ''))
    return `${host} does not speak TLS. If it is in your own network, and nobody else can listen there, name it with http:// (“docker://http://${host}/…”).`;
  if (code === 'PROXY')
    return `${host} could not be reached: ${message}. Check HTTPS_PROXY and NO_PROXY, or, in the editor, “http.proxy” and “http.noProxy”.`;
  if (code === 'PROXY-TLS')
    return `${host} could not be reached: ${message}. Name whoever signed it in NODE_EXTRA_CA_CERTS, or, in the editor, switch “http.proxyStrictSSL” off.`;
  if (code === 'PROXY-SIGN-IN')
    return `${host} could not be reached: ${message}. In the editor that is “http.proxyAuthorization”; else it stands in HTTPS_PROXY, as in http://NAME:PASSWORD@PROXY.`;
  return `${host} could not be reached (${code || message}).`;
}
