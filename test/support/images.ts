/** Images for tests, and what is in them as lines of text. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { StreamCursor } from '../../server/images/cursor.ts';
import { Filesystem } from '../../server/images/filesystem.ts';
import type { ScanPlan } from '../../server/images/image.ts';
import { openImage } from '../../server/images/open.ts';
import { type LayerScan, scanTar } from '../../server/images/scan.ts';
import { type FileEntry, imageView, layerView, type View } from '../../server/images/view.ts';
import { type Entry, tar } from './image-builder.ts';

export const noPlan: ScanPlan = { want: () => undefined, extract: () => undefined };
export const never = new AbortController().signal;

/** The bytes in chunks of that size: headers and bodies are cut anywhere. */
export async function* inChunks(data: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

export const scan = (data: Uint8Array, plan = noPlan): Promise<LayerScan> =>
  scanTar(new StreamCursor(inChunks(data), never), plan);

/** Layers given as entries or as tars, merged. */
export async function merged(...layers: readonly (readonly Entry[] | Uint8Array)[]): Promise<Filesystem> {
  const filesystem = new Filesystem();
  for (const [index, layer] of layers.entries())
    filesystem.add(index, (await scan(layer instanceof Uint8Array ? layer : tar(layer))).files);
  return filesystem;
}

export const viewOfLayer = (filesystem: Filesystem, index: number): View =>
  layerView(filesystem.layers[index]!, index, filesystem);

/** `/path -> target`, folders with a slash at the end, a hard link with `=>`. */
export function paths(filesystem: Filesystem): string[] {
  return listed(imageView(filesystem), ({ path, type, target }) => {
    if (type === 'directory') return `${path}/`;
    return target === undefined ? path : `${path} ${type === 'hardlink' ? '=>' : '->'} ${target}`;
  });
}

export function listed(view: View, line: (entry: FileEntry) => string): string[] {
  return Array.from(view.walk(), (node) => line(view.describe(node)));
}

/** A folder that is removed with the test, with these files in it. */
export async function folderWith(test: TestContext, files: readonly Entry[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'distroless-test-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  for (const { name, body = '', type } of files) {
    if (type === 'directory') continue;
    const path = join(folder, name.toString());
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
  }
  return folder;
}

/** The path of an archive that is removed with the test. */
export async function archiveWith(
  test: TestContext,
  data: Uint8Array | readonly Entry[],
  name = 'image.tar',
): Promise<string> {
  return join(await folderWith(test, [{ name, body: data instanceof Uint8Array ? data : tar(data) }]), name);
}

/** Everything that opening, scanning and merging gives. */
export async function opened(reference: string, platform?: string) {
  const image = await openImage(reference, { signal: never, platform });
  try {
    const description = await image.describe(never);
    const filesystem = new Filesystem();
    const layers = [];
    for await (const layer of image.scan(noPlan, never, () => {})) layers.push(layer);
    for (const { index, files } of layers.sort((a, b) => a.index - b.index)) filesystem.add(index, files);
    return {
      description,
      filesystem,
      layers,
      problems: [...description.problems, ...layers.flatMap(({ problems }) => problems)],
    };
  } finally {
    await image.close();
  }
}
