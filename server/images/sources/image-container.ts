/** One file of an engine's image, out of a container that is made of it, never started, and removed at once: the only thing that is ever changed in an engine. */
import { parseJson, recordOf } from '../json.ts';
import { limits } from '../limits.ts';
import type { FileBody } from '../source.ts';
import { fileOf } from './container-archive.ts';
import type { Engine } from './engine-connect.ts';
import { isContainerId, ownLabel } from './engine-containers.ts';
import { askEngine, EngineError, type Reply } from './engine-modem.ts';

/** `image` is an ID. Throws EngineError or ImageError. */
export async function readInContainer(
  engine: Engine,
  image: string,
  path: string,
  limit: number,
  signal: AbortSignal,
): Promise<FileBody> {
  signal.throwIfAborted();
  // Not with the user's signal: a request that is broken off may leave a container behind, whose ID nobody has heard.
  const id = await create(engine, image);
  try {
    return await fileOf(engine, id, path, limit, signal);
  } finally {
    // What stays behind all the same is swept later.
    await removeContainer(engine, id).catch(() => {});
  }
}

/**
 * True for what a container shows as the image has it: engines put their own over names and addresses (`/etc/hosts`), and their file systems over devices and the
 * kernel's.
 */
export const isAsInImage = (path: string): boolean =>
  !/^\/(?:etc\/(?:hosts|hostname|resolv\.conf|mtab)|\.dockerenv|(?:dev|proc|sys)(?:\/.*)?|run\/\.containerenv)$/s.test(
    path,
  );

export async function removeContainer(engine: Engine, id: string): Promise<void> {
  await wholeOf(
    await askEngine(brisk(engine), { method: 'DELETE', path: `/containers/${id}?force=true&v=true` }, never),
  );
}

async function create(engine: Engine, image: string): Promise<string> {
  const body = {
    Image: image,
    // An image without a command is refused; this one is never run.
    Entrypoint: ['/'],
    Labels: { [ownLabel]: '1' },
    HostConfig: { NetworkMode: 'none' },
  };
  const reply = await askEngine(brisk(engine), { method: 'POST', path: '/containers/create', body }, never);
  const { Id: id } = recordOf(parseJson(await wholeOf(reply)));
  if (typeof id !== 'string' || !isContainerId(id)) throw new EngineError('strange', 'The answer names no container.');
  return id;
}

/** It is to answer as soon as it answers anything. */
const brisk = (engine: Engine): Engine => ({
  ...engine,
  limits: { ...engine.limits, begin: Math.min(engine.limits.begin, 60_000) },
});

async function wholeOf({ chunks }: Reply): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limits.jsonBytes) throw new EngineError('strange', 'The answer is too long.');
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

const never = new AbortController().signal;
