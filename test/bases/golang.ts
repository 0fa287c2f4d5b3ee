/** docker-library/golang: Go in /usr/local/go on Debian with a C compiler, which makes cgo the default. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { debian, unpacked } from './debian.ts';
import type { StandIn } from './stand-in.ts';

export function golang(reference: string): StandIn | undefined {
  if (!/^golang:1(?:\.\d+){0,2}(?:-trixie)?$/.test(reference)) return undefined;
  return {
    id: 'golang-trixie',
    madeOf: 'Debian’s Go 1.24',
    source: import.meta.filename,
    configuration: [
      'ENV GOTOOLCHAIN=local',
      'ENV GOPATH=/go',
      'ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'WORKDIR /go',
      'CMD ["bash"]',
    ],
    async fill(root) {
      await debian(root, ['g++', 'gcc', 'libc6-dev', 'make', 'pkg-config', 'git', 'ca-certificates', 'curl', 'wget']);
      const files = await unpacked(['golang-1.24-go', 'golang-1.24-src']);
      // The sources and what else is the same on all machines are links to usr/share there.
      await run('cp', ['-rL', '--preserve=mode', join(files, 'usr/lib/go-1.24'), join(root, 'usr/local/go')]);
      await rm(files, { recursive: true });
      for (const folder of ['src', 'bin']) await mkdir(join(root, 'go', folder), { recursive: true, mode: 0o777 });
    },
  };
}
