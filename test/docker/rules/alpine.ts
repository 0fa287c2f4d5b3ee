/**
 * What builds on Alpine leave behind, made on Debian: no image of Alpine can be had from Debian's archive, but musl can, and npm takes packages for musl where it is
 * told to. Only for build stages: nothing is started on these.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpacked } from '../../bases/debian.ts';
import type { TestEngine } from '../../support/engine.ts';
import { build } from '../proof.ts';

interface OnAlpine {
  readonly from: string;
  readonly lines: readonly string[];
  readonly packages?: readonly string[];
}

/** docker-library/golang: no C compiler is in it, which switches cgo off. alpine: its gcc links to musl. docker-library/node: its npm installs for musl. */
const images: Readonly<Record<string, OnAlpine>> = {
  'golang:1.27-alpine': {
    from: 'golang:1.27-trixie',
    lines: ['RUN rm -f /usr/bin/*gcc* /usr/bin/*g++* /usr/bin/cc /usr/bin/c++'],
  },
  'alpine:3.24': {
    from: 'golang:1.27-trixie',
    packages: ['musl', 'musl-dev', 'musl-tools'],
    lines: [
      'COPY files /',
      'RUN mv /usr/bin/gcc /usr/bin/gcc.debian && printf \'#!/bin/sh\\nREALGCC=gcc.debian exec musl-gcc "$@"\\n\' > /usr/bin/gcc && chmod 755 /usr/bin/gcc && ln -s /bin/true /usr/local/bin/apk',
    ],
  },
  'node:24-alpine': { from: 'node:24-bookworm-slim', lines: ['ENV npm_config_libc=musl'] },
};

export const isOnAlpine = (image: string): boolean => Object.hasOwn(images, image);

export async function provideAlpine(
  engine: TestEngine,
  image: string,
  provide: (image: string) => Promise<unknown>,
): Promise<void> {
  const { from, lines, packages = [] } = images[image]!;
  await provide(from);
  const folder = join(engine.folder, 'alpine', image.replace(':', '-'));
  await mkdir(folder, { recursive: true });
  if (packages.length > 0) {
    const files = await unpacked(packages);
    await cp(files, join(folder, 'files'), { recursive: true, verbatimSymlinks: true });
    await rm(files, { recursive: true });
  }
  await writeFile(join(folder, 'Dockerfile'), [`FROM ${from}`, ...lines, ''].join('\n'));
  await build(engine, image, folder);
}
