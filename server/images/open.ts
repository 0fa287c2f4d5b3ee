/** Opens an image by its reference, whatever holds it. */
import { stat } from 'node:fs/promises';
import { familiar, parseReference, splits } from './reference.ts';
import { ImageError, type OpenImage, type OpenOptions } from './source.ts';
import { type Archive, openArchive } from './sources/archive.ts';
import { openEngineImage } from './sources/engine.ts';
import { isLayout, openLayout } from './sources/layout.ts';
import { openRegistryImage } from './sources/registry.ts';
import type { StoredImage } from './stored-images.ts';

export interface OpenImageOptions extends OpenOptions {
  /** Where the engine is, if the user said so. */
  readonly engineAddress?: string | undefined;
}

/** Throws ImageError where there is no such image. */
export async function openImage(reference: string, options: OpenImageOptions): Promise<OpenImage> {
  const parsed = parseReference(reference);
  switch (parsed.kind) {
    case 'engine':
      return openInEngine(parsed.name, options);
    case 'stored':
      return openAt(reference, parsed.rest, options);
    case 'bare':
      return (await isStored(parsed.text))
        ? openAt(reference, parsed.text, options)
        : openInEngine(parsed.text, options);
    case 'registry':
      return openRegistryImage(reference, parsed.name, options);
    case 'unsupported':
      throw new ImageError(
        'unsupported',
        `Images of “${parsed.transport}:” cannot be opened yet. Pull the image, or copy it to an archive with \`skopeo copy\`.`,
      );
  }
}

/** References to the images in an archive or layout. */
export async function listArchive(path: string, signal: AbortSignal) {
  const archive = await openFileOrFolder(path, undefined, signal);
  await archive.close();
  const { images, problems, transport } = archive;
  return {
    images: images.map((image, index) => ({
      reference: images.length === 1 ? `${transport}:${path}` : `${transport}:${path}:${image.names[0] ?? `@${index}`}`,
      name: image.names.join(', ') || image.platform || 'image',
    })),
    problems,
  };
}

const openInEngine = (name: string, { platform, engineAddress, cache, trusted, signal }: OpenImageOptions) =>
  openEngineImage(name, { platform, address: engineAddress, cache, trusted }, signal);

async function openAt(reference: string, rest: string, { platform, cache, signal }: OpenOptions): Promise<OpenImage> {
  const { path, name } = await locate(rest);
  const archive = await openFileOrFolder(path, platform, signal);
  try {
    const image = pick(archive, path, name);
    const others = name === undefined ? archive.images.filter((each) => each !== image) : [];
    if (others.length === 0) return archive.open(reference, image, cache);
    const note = `Here are ${archive.images.length} images, and this is the first. Another is opened by its name behind the path: ${namesIn(archive)}.`;
    return archive.open(reference, { ...image, problems: [...image.problems, note] }, cache);
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function openFileOrFolder(path: string, platform: string | undefined, signal: AbortSignal): Promise<Archive> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? openLayout(path, platform, signal) : openArchive(path, platform, signal);
}

/** The longest part of `PATH[:NAME]` that is there. */
async function locate(rest: string): Promise<{ path: string; name: string | undefined }> {
  const candidates = splits(rest);
  for (const candidate of candidates) {
    if (await stat(candidate.path).catch(() => undefined)) return candidate;
  }
  // Whoever opens it says that it is not there.
  return candidates.at(-1) ?? { path: rest, name: undefined };
}

async function isStored(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  // A folder of that name is no image, unless it says so: it may just be called like one.
  return found?.isFile() === true || (found?.isDirectory() === true && (await isLayout(path)));
}

function pick({ images, problems }: Archive, path: string, name: string | undefined): StoredImage {
  const index = /^@(\d+)$/.exec(name ?? '')?.[1];
  const isNamed = (image: StoredImage) =>
    name === undefined ||
    image.tag === name ||
    image.names.some((each) => each === familiar(name) || each === `${name}:latest` || each.endsWith(`/${name}`));
  const image = index === undefined ? images.find(isNamed) : images[Number(index)];
  if (image) return image;
  if (images.length === 0)
    throw new ImageError('not-found', [`“${path}” has no image that can be opened.`, ...problems].join(' '));
  throw new ImageError('not-found', `“${path}” has no image “${name}”. It has: ${namesIn({ images })}.`);
}

const namesIn = ({ images }: Pick<Archive, 'images'>): string =>
  images
    .map((each, i) => each.names[0] ?? `@${i}`)
    .slice(0, 10)
    .join(', ');
