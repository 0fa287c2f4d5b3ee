/** What makers of programs publish in the npm registry themselves. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { cache } from './debian.ts';

/** Unpacks `name@version` into a folder. */
export async function putNpmPackage(name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const packed = await run('npm', ['pack', '--silent', `--pack-destination=${cache}`, name]);
  const archive = packed.trim().split('\n').at(-1) ?? '';
  await run('tar', ['-xzf', join(cache, archive), '-C', folder, '--strip-components=1', '--no-same-owner']);
}
