/** Images on Debian 12, for what goes wrong between two releases: Google’s with the C library, and golang’s with that release’s C compiler. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { debian, fetchPackages, unpacked } from './debian.ts';
import type { StandIn } from './stand-in.ts';

export function older(reference: string): StandIn | undefined {
  const source = import.meta.filename;
  if (/^golang:1(?:\.\d+){0,2}-bookworm$/.test(reference))
    return {
      id: 'golang-bookworm',
      madeOf: 'Debian 13’s Go 1.24, on Debian 12',
      source,
      configuration: [
        'ENV GOTOOLCHAIN=local',
        'ENV GOPATH=/go',
        'ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'WORKDIR /go',
        'CMD ["bash"]',
      ],
      async fill(root) {
        await debian(root, ['gcc', 'libc6-dev', 'ca-certificates'], 'bookworm');
        const files = await unpacked(['golang-1.24-go', 'golang-1.24-src']);
        await run('cp', ['-rL', '--preserve=mode', join(files, 'usr/lib/go-1.24'), join(root, 'usr/local/go')]);
        await rm(files, { recursive: true });
      },
    };
  if (reference !== 'gcr.io/distroless/base-debian12:nonroot') return undefined;
  return {
    id: 'google-12-base-nonroot',
    madeOf: 'Debian 12’s packages',
    source,
    configuration: [
      'USER 65532',
      'WORKDIR /home/nonroot',
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
    ],
    async fill(root) {
      const packages = ['base-files', 'netbase', 'tzdata', 'media-types', 'libc6', 'libssl3'];
      for (const file of await fetchPackages(packages, 'bookworm')) await run('dpkg-deb', ['-x', file, root]);
      await writeFile(
        join(root, 'etc/passwd'),
        'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
      );
      for (const [path, mode] of [
        ['home/nonroot', 0o700],
        ['tmp', 0o1777],
      ] as const) {
        await mkdir(join(root, path), { recursive: true });
        await chmod(join(root, path), mode);
      }
      await run('chown', ['65532:65532', join(root, 'home/nonroot')]);
    },
  };
}
