/**
 * Certificate authorities that this machine trusts besides those of its distribution: behind a proxy that reads along, the registries answer with certificates of
 * theirs. Builders get them, or nothing could be downloaded in a build; images that ship never do. Most machines have none.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where builders have all of them in one file, for programs that ask for one. */
export const authoritiesFile = '/usr/local/share/ca-certificates/machine.pem';
/** The bundle of Debian's package ca-certificates, which update-ca-certificates makes and adds them to. */
export const bundleFile = '/etc/ssl/certs/ca-certificates.crt';

/** One PEM certificate each. */
export const machineAuthorities: readonly string[] = readAuthorities();

/** Gives them to a root file system; a package ca-certificates in it takes notice of them when update-ca-certificates runs. */
export async function putAuthorities(root: string): Promise<void> {
  if (machineAuthorities.length === 0) return;
  const folder = join(root, 'usr/local/share/ca-certificates');
  await mkdir(folder, { recursive: true });
  for (const [i, certificate] of machineAuthorities.entries())
    await writeFile(join(folder, `machine-${i}.crt`), certificate);
  await writeFile(join(root, authoritiesFile), machineAuthorities.join(''));
}

/** `ENV` lines for programs that do not look at the system's certificates, where there is something to tell them. */
export const tellOf = (variables: readonly string[], file: string): readonly string[] =>
  machineAuthorities.length === 0 ? [] : variables.map((name) => `ENV ${name}=${file}`);

function readAuthorities(): readonly string[] {
  if (!existsSync(bundleFile)) return [];
  const packaged = new Set(crtFiles('/usr/share/ca-certificates').flatMap(certificates).map(bare));
  return certificates(bundleFile).filter((certificate) => !packaged.has(bare(certificate)));
}

export function crtFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => path.endsWith('.crt')).map((path) => join(folder, path));
}

export function certificates(file: string): readonly string[] {
  const found = readFileSync(file, 'latin1').match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  return (found ?? []).map((text) => `${text}\n`);
}

function bare(certificate: string): string {
  return certificate.replaceAll(/\s/g, '');
}
