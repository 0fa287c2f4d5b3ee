/** The Dockerfiles of a folder, and of the folders in it: their paths, in order. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export function dockerfilesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /dockerfile|containerfile/i.test(entry.name) && !OTHER.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Programs and texts about Dockerfiles. */
const OTHER = /\.(c?[jt]sx?|cs|dockerignore|go|java|json|kt|md|php|py|rb|rs|sh|txt|xml|ya?ml)$/i;
