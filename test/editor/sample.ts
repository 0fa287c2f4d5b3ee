/** The sample workspace, in a place where it can be changed without changing the project. */
import { existsSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleImage } from './sample-image.ts';

const source = join(import.meta.dirname, '../../media/sample');

/** Files that are there already are left as they are, unless it is to be `fresh`. */
export async function makeSample(folder: string, fresh: boolean): Promise<void> {
  if (fresh) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(source, folder, { recursive: true, force: false });
  const archive = join(folder, 'sample-image.tar');
  if (!existsSync(archive)) await writeFile(archive, sampleImage());
}
