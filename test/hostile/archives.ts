/** `npm run hostile -- archives FOLDER`: what each archive, layout and package database of a folder gives. Nothing of them becomes part of the project. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageService } from '../../server/image-service.ts';
import { ImageError } from '../../server/images/source.ts';
import { readRpm } from '../../server/inspect/packages/rpm.ts';
import { visible } from '../../server/words.ts';

const never = new AbortController().signal;

/** Prints the table. False: something else than a sentence for the user was thrown. */
export async function archives(folder: string): Promise<boolean> {
  let held = true;
  console.log('| file | kind | image, platform | layers | files | packages | flagged | and |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { parentPath, name } of readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .sort((a, b) => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1))) {
    const path = join(parentPath, name);
    for (const cells of await rowsOf(path).catch((error: unknown) => {
      held &&= error instanceof ImageError;
      return [['', '', '', '', '', '', String(error instanceof Error ? error.message : error)]];
    }))
      console.log(
        `| ${[name, ...cells].map((cell) => visible(cell.replaceAll(path, name)).replaceAll('|', '\\|')).join(' | ')} |`,
      );
  }
  return held;
}

async function rowsOf(path: string): Promise<string[][]> {
  const service = new ImageService();
  try {
    const { images, problems } = await service.listArchive(path, never);
    const rows: string[][] = [];
    for (const { reference } of images) rows.push(await rowOf(service, reference));
    return rows.length > 0 ? rows : [['', 'none', '', '', '', '', problems.join(' ')]];
  } catch (error) {
    const { records, problems } = readRpm(readFileSync(path));
    if (!(error instanceof ImageError) || records.length === 0) throw error;
    return [['rpm database', '', '', '', `${records.length} rpm`, '', problems.join(' ')]];
  } finally {
    await service.closeAll();
  }
}

async function rowOf(service: ImageService, reference: string): Promise<string[]> {
  await service.verified(reference, never);
  const { names, platform, platforms = [], layers } = await service.describe(reference, never);
  const { files, flagged, packages, problems } = await service.report(reference, never);
  const real = layers.filter(({ index }) => index !== undefined);
  const verified = real.filter(({ verification }) => verification === 'verified').length;
  const types = [...new Set(packages.map(({ type }) => type))].sort();
  const of = platforms.length > 1 ? `${platform} of ${platforms.join(', ')}` : platform;
  return [
    names.length === 0 && platform === 'unknown' ? 'tar of files' : reference.slice(0, reference.indexOf(':')),
    [...names, of].join(', '),
    `${real.length}, ${verified} verified${layers.length > real.length ? `, ${layers.length} steps` : ''}`,
    `${files}`,
    types.map((type) => `${packages.filter((each) => each.type === type).length} ${type}`).join(', '),
    `${flagged}`,
    problems.join(' '),
  ];
}
