/** Whose certificates are trusted when a registry is asked: Node's own and the system's, and what was put there for Docker for this one registry. */
import { open, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, rootCertificates } from 'node:tls';
import type { CredentialPlaces } from './registry-credentials.ts';

/** PEM. Empty: there is nothing to add to what Node trusts by itself. */
export async function trustedAuthorities(
  host: string,
  { environment = process.env, home = homedir() }: CredentialPlaces,
): Promise<readonly string[]> {
  const folders = [
    '/etc/docker/certs.d',
    '/etc/containers/certs.d',
    join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'docker/certs.d'),
    join(home, '.docker/certs.d'),
  ];
  const own = (await Promise.all(folders.map((folder) => certificates(join(folder, host))))).flat();
  return [...usual(), ...own];
}

/** `*.crt`, as for the engine (docs.docker.com, “Verify repository client with certificates”). */
async function certificates(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith('.crt')) continue;
    const file = await open(join(folder, name)).catch(() => undefined);
    try {
      const status = await file?.stat();
      if (file && status?.isFile() && status.size < 1 << 20) found.push(await file.readFile('utf8'));
    } catch {
      // A certificate that cannot be read trusts nobody.
    } finally {
      await file?.close();
    }
  }
  return found;
}

/** Older versions of Node know only their own. */
function usual(): readonly string[] {
  if (typeof getCACertificates !== 'function') return rootCertificates;
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}
