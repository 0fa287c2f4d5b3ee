/** Debian’s packages and sources, fetched with apt into folders of their own (the machine's apt is not touched), and kept; and root file systems made of them. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { certificates, crtFiles, putAuthorities } from './authorities.ts';

export const cache = join(import.meta.dirname, '../../.cache/bases');

export type Release = 'bookworm' | 'trixie';

/** Why nothing can be made of Debian's packages here, in one line. */
export function packagesReason(): string | undefined {
  for (const [command, from] of [
    ['mmdebstrap', 'mmdebstrap'],
    ['apt-get', 'apt'],
    ['dpkg-deb', 'dpkg'],
    ['xz', 'xz-utils'],
  ] as const) {
    if (!(process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command))))
      return `stand-ins of base images are made of Debian’s packages, which needs ${command} (apt-get install --no-install-recommends ${from})`;
  }
  return undefined;
}

/** Fills a folder with a Debian in which these packages are installed, and which trusts what this machine trusts. */
export async function debian(root: string, packages: readonly string[], release: Release = 'trixie'): Promise<void> {
  await putAuthorities(root);
  const options = [
    ...(packages.length > 0 ? [`--include=${packages.join(',')}`] : []),
    // Whether the folder is empty, which it is not where there were authorities to put into it.
    '--skip=check/empty',
    '--customize-hook=if [ -x "$1/usr/sbin/update-ca-certificates" ]; then chroot "$1" update-ca-certificates >/dev/null; fi',
  ];
  await run('mmdebstrap', ['--quiet', '--variant=minbase', ...options, release, root]);
}

/** A folder with the files of packages, as they would be under `/`; whoever asks removes it. */
export async function unpacked(names: readonly string[], release: Release = 'trixie'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'distroless-deb-'));
  for (const file of await fetchPackages(names, release)) await run('dpkg-deb', ['-x', file, folder]);
  return folder;
}

/** The authorities that Mozilla, and so Debian, trusts: one PEM certificate each. */
export async function mozillaAuthorities(): Promise<readonly string[]> {
  const files = await unpacked(['ca-certificates']);
  try {
    return crtFiles(join(files, 'usr/share/ca-certificates/mozilla')).toSorted().flatMap(certificates);
  } finally {
    await rm(files, { recursive: true, force: true });
  }
}

/** Paths of the .deb files, in the order asked for. */
export async function fetchPackages(names: readonly string[], release: Release = 'trixie'): Promise<readonly string[]> {
  const folder = join(cache, 'packages', release);
  const find = (name: string) =>
    (existsSync(folder) ? readdirSync(folder) : []).find((file) => file.startsWith(`${name}_`));
  const missing = names.filter((name) => !find(name));
  if (missing.length > 0) await apt(release, folder, ['download', ...missing]);
  return names.map((name) => join(folder, find(name) ?? name));
}

/** Path of the tar that the makers of a program published, as Debian keeps it with its source package. */
export async function fetchSource(name: string, release: Release): Promise<string> {
  const folder = join(cache, 'sources', release);
  const find = () =>
    (existsSync(folder) ? readdirSync(folder) : []).find((file) =>
      new RegExp(`^${name.replaceAll('.', '\\.')}_[^_]*\\.orig\\.tar\\.\\w+$`).test(file),
    );
  if (!find()) await apt(release, folder, ['source', '--download-only', '--tar-only', `${name}/${release}`]);
  return join(folder, find() ?? name);
}

async function apt(release: Release, folder: string, command: readonly string[]): Promise<void> {
  const own = join(cache, 'apt', release);
  for (const part of [
    'etc/sources.list.d',
    'etc/preferences.d',
    'etc/apt.conf.d',
    'state/lists/partial',
    'cache/archives/partial',
  ])
    await mkdir(join(own, part), { recursive: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(own, 'state/status'), '');
  await writeSources(join(own, 'etc'), release);
  const options = [
    `Dir::Etc=${join(own, 'etc')}`,
    `Dir::State=${join(own, 'state')}`,
    `Dir::State::status=${join(own, 'state/status')}`,
    `Dir::Cache=${join(own, 'cache')}`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
  await run('apt-get', [...options, '-qq', 'update']);
  await run('sh', ['-c', 'cd "$1" && shift && exec apt-get "$@"', 'sh', folder, ...options, '-qq', ...command]);
}

/** The machine's own Debian sources, mirrors and all, with its release replaced, and with source packages. */
async function writeSources(folder: string, release: Release): Promise<void> {
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? release;
  for (const path of ['sources.list.d/debian.sources', 'sources.list']) {
    const text = await readFile(join('/etc/apt', path), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const ours = text
      .replaceAll(codename, release)
      .replace(/^Types: deb$/gm, 'Types: deb deb-src')
      .replace(/^deb (.*)$/gm, '$&\ndeb-src $1');
    await writeFile(join(folder, path), ours);
  }
}
