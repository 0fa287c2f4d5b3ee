/** The records of package managers. They are shown, not blamed: without them, scanners cannot tell what is in the image. */
import { at, namePattern, programs } from '../paths.ts';
import type { Flag } from '../report.ts';
import { isApplet } from './busybox.ts';
import type { Category, Look } from './component.ts';

export const packageDatabase: Category = {
  id: 'pkg-database',
  *find(look) {
    for (const { manager, paths } of databases) {
      const isThere =
        manager !== undefined &&
        (has(look, manager) || (look.image !== undefined && has({ files: look.image, image: undefined }, manager)));
      for (const node of at(look, paths)) {
        if (look.files.size(node) > 0) yield { node, flag: isThere ? ofManager(manager) : alone };
      }
    }
  },
};

/** Whether a manager of that family can be run here. BusyBox answers to `dpkg` and `rpm` as to hundreds of names, and is none. */
function has(look: Look, family: keyof typeof families): boolean {
  const isNamed = namePattern(families[family]);
  for (const node of programs(look)) if (isNamed(look.files.name(node)) && !isApplet(look, node)) return true;
  return false;
}

const families = {
  dpkg: ['dpkg', 'dpkg-query', 'apt', 'apt-get', 'aptitude'],
  apk: ['apk', 'apk.static'],
  rpm: ['rpm', 'rpmdb', 'dnf', 'dnf5', 'dnf-3', 'dnf4', 'yum', 'microdnf', 'tdnf', 'zypper'],
} as const;

const keep = 'Keep it: without it, vulnerability scanners cannot tell what is in the image.';

const alone: Flag = {
  category: 'pkg-database',
  severity: 'hint',
  title: 'Package records',
  why: 'It says which packages the image is made of, for scanners to read; nothing in the image can install more with it.',
  remedy: keep,
};

const ofManager = (manager: string): Flag => ({
  category: 'pkg-database',
  severity: 'info',
  title: 'Package database',
  why: `These are the records of ${manager}, which is in this image as well; vulnerability scanners read them too.`,
  remedy: `${keep} With a distroless base, it shrinks to the packages that are needed.`,
});

const databases: readonly {
  readonly manager: 'dpkg' | 'apk' | 'rpm' | undefined;
  readonly paths: readonly string[];
}[] = [
  {
    manager: 'dpkg',
    paths: ['/var/lib/dpkg/status', '/var/lib/dpkg/info', '/var/lib/dpkg/available', '/var/lib/dpkg/status.d'],
  },
  { manager: 'apk', paths: ['/usr/lib/apk/db', '/etc/apk/world'] },
  { manager: 'rpm', paths: ['/var/lib/rpm', '/usr/lib/sysimage/rpm', '/usr/share/rpm'] },
  {
    manager: undefined,
    paths: [
      '/var/lib/rpmmanifest',
      '/var/lib/chisel/manifest.wall',
      '/var/lib/db/sbom',
      '/opt/bitnami/*/.spdx-*.spdx',
      '/opt/bitnami/.spdx-*.spdx',
    ],
  },
];
