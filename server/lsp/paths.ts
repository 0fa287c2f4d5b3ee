/** `file:` URIs and paths. */
import { fileURLToPath } from 'node:url';

/** Undefined where it is no file of this machine. */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    // A host in it, or an encoded slash.
    return undefined;
  }
}
