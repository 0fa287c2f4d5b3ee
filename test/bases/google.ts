/** Google’s distroless images, by the .bzl files of GoogleContainerTools/distroless for Debian 13. They are Debian’s packages unpacked, there as here. */

import { chmod, chown, cp, link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { fetchPackages, mozillaAuthorities } from './debian.ts';
import { putOpenjdk, writeTrustStore } from './java.ts';
import { nodeBinary } from './node.ts';
import type { StandIn } from './stand-in.ts';

export function google(reference: string): StandIn | undefined {
  const [, name = '', tag = 'latest'] = /^gcr\.io\/distroless\/([\w-]+)-debian13(?::([\w-]+))?$/.exec(reference) ?? [];
  const image = images[name];
  if (!image || !['latest', 'nonroot', 'debug', 'debug-nonroot'].includes(tag)) return undefined;
  const debug = tag.startsWith('debug');
  return {
    id: `google-${name}-${tag}`,
    madeOf: 'Debian’s packages',
    source: import.meta.filename,
    configuration: [
      ...(tag.endsWith('nonroot') ? ['USER 65532', 'WORKDIR /home/nonroot'] : ['USER 0', 'WORKDIR /']),
      `ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${debug ? ':/busybox' : ''}`,
      'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
      ...(image.configuration ?? (debug ? ['ENTRYPOINT ["/busybox/sh"]'] : [])),
    ],
    async fill(root) {
      await distroless(root, image.packages);
      await image.finish?.(root);
      if (debug) await busybox(root);
    },
  };
}

interface Image {
  readonly packages: readonly string[];
  readonly configuration?: readonly string[];
  finish?(root: string): Promise<void>;
}

const STATIC = ['base-files', 'netbase', 'tzdata', 'tzdata-legacy', 'media-types'];
const NOSSL = [...STATIC, 'libc6'];
const BASE = [...NOSSL, 'libssl3t64', 'zlib1g', 'libzstd1'];
const CC = [...BASE, 'libgcc-s1', 'libstdc++6', 'libgomp1', 'gcc-14-base'];
const PYTHON = [
  ...CC,
  ...['libbz2-1.0', 'libdb5.3t64', 'libexpat1', 'liblzma5', 'libsqlite3-0', 'libuuid1', 'libncursesw6', 'libtinfo6'],
  ...['libcom-err2', 'libcrypt1', 'libc-bin', 'libgssapi-krb5-2', 'libk5crypto3', 'libkeyutils1', 'libkrb5-3'],
  ...['libkrb5support0', 'libnsl2', 'libreadline8t64', 'libtirpc3t64', 'libffi8'],
  ...['libpython3.13-minimal', 'libpython3.13-stdlib', 'python3.13-minimal', 'python3.13-venv'],
];
const JAVA_BASE = [
  ...[...NOSSL, 'zlib1g', 'libjpeg62-turbo', 'liblcms2-2', 'libfreetype6', 'fonts-dejavu-core', 'fontconfig-config'],
  ...['libexpat1', 'libfontconfig1', 'libuuid1', 'libbrotli1', 'libcrypt1', 'libstdc++6', 'libgcc-s1', 'gcc-14-base'],
  ...['libpng16-16t64', 'libbz2-1.0'],
];

const images: Readonly<Record<string, Image>> = {
  static: { packages: STATIC },
  'base-nossl': { packages: NOSSL },
  base: { packages: BASE },
  cc: { packages: CC },
  python3: {
    packages: PYTHON,
    configuration: ['ENV LANG=C.UTF-8', 'ENTRYPOINT ["/usr/bin/python3.13"]'],
    async finish(root) {
      for (const name of ['python', 'python3']) await run('ln', ['-s', 'python3.13', join(root, 'usr/bin', name)]);
      await run('ldconfig', ['-r', root]);
      // Google brings the cache alone.
      await run('rm', ['-r', join(root, 'var/cache/ldconfig')]);
    },
  },
  nodejs24: {
    packages: CC,
    configuration: ['ENTRYPOINT ["/nodejs/bin/node"]'],
    async finish(root) {
      await mkdir(join(root, 'nodejs/bin'), { recursive: true });
      await cp(nodeBinary, join(root, 'nodejs/bin/node'));
    },
  },
  'java-base': { packages: JAVA_BASE, configuration: ['ENV LANG=C.UTF-8'], finish: javaBase },
  java21: {
    packages: JAVA_BASE,
    configuration: ['ENV LANG=C.UTF-8', 'ENV JAVA_VERSION=21', 'ENTRYPOINT ["/usr/bin/java","-jar"]'],
    async finish(root) {
      await javaBase(root);
      // Temurin’s package is not Debian’s; its place and its link are the vendor’s, its files those of Debian’s OpenJDK.
      const home = join(root, 'usr/lib/jvm/temurin-21-jre-amd64');
      await putOpenjdk(home, ['openjdk-21-jre-headless']);
      await run('ln', ['-s', '/usr/lib/jvm/temurin-21-jre-amd64/bin/java', join(root, 'usr/bin/java')]);
    },
  },
};

/** experimental/busybox: one program, and a hard link to it for each of its names. Debian’s has other names than Google’s. */
async function busybox(root: string): Promise<void> {
  const program = join(root, 'busybox/busybox');
  const [file = ''] = await fetchPackages(['busybox-static']);
  await mkdir(join(root, 'busybox'));
  await run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -xO ./usr/bin/busybox > "$2"', 'sh', file, program]);
  await chmod(program, 0o755);
  for (const name of (await run(program, ['--list'])).trim().split('\n'))
    if (name !== 'busybox') await link(program, join(root, 'busybox', name));
}

async function distroless(root: string, packages: readonly string[]): Promise<void> {
  const status = join(root, 'var/lib/dpkg/status.d');
  await mkdir(status, { recursive: true });
  const files = await fetchPackages(packages);
  for (const [i, file] of files.entries()) {
    await run('dpkg-deb', ['-x', file, root]);
    await writeFile(join(status, packages[i]!), await run('dpkg-deb', ['-f', file]));
    const sums = await run('sh', ['-c', 'dpkg-deb --ctrl-tarfile "$1" | tar -xO ./md5sums', 'sh', file]).catch(
      () => '',
    );
    if (sums) await writeFile(join(status, `${packages[i]}.md5sums`), sums);
  }
  const etc = join(root, 'etc');
  await mkdir(join(etc, 'ssl/certs'), { recursive: true });
  await writeFile(
    join(etc, 'passwd'),
    'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  );
  await writeFile(join(etc, 'group'), 'root:x:0:\nnobody:x:65534:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\n');
  await writeFile(join(etc, 'nsswitch.conf'), 'hosts: files dns\n');
  await writeFile(
    join(root, 'usr/lib/os-release'),
    'PRETTY_NAME="Distroless"\nNAME="Debian GNU/Linux"\nID="debian"\nVERSION_ID="13"\nVERSION="Debian GNU/Linux 13 (trixie)"\nHOME_URL="https://github.com/GoogleContainerTools/distroless"\n',
  );
  await writeFile(join(etc, 'ssl/certs/ca-certificates.crt'), (await mozillaAuthorities()).join(''));
  for (const [path, mode, owner] of [
    ['root', 0o700, 0],
    ['home/nonroot', 0o700, 65532],
    ['tmp', 0o1777, 0],
  ] as const) {
    await mkdir(join(root, path), { recursive: true });
    await chmod(join(root, path), mode);
    await chown(join(root, path), owner, owner);
  }
}

/** Debian’s keeps its own trust store apart from the runtime, and so does the vendor’s package: lib/security/cacerts leads here. */
async function javaBase(root: string): Promise<void> {
  await writeTrustStore(join(root, 'etc/ssl/certs/java/cacerts'), await mozillaAuthorities());
}
