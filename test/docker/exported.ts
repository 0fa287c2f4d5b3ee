/**
 * The files of an image as the engine itself lays them out: a container is created, never started, and exported. The export is listed by GNU tar, which is part
 * of every Debian, and not by anything of ours: a proof that reads itself proves nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run, type TestEngine } from '../support/engine.ts';

/** Path → what is there. Hardlinks carry what they link to, and `links`, all paths of their group. Bytes are one character each (latin1). */
export type Files = ReadonlyMap<string, OneFile>;

export interface OneFile {
  readonly type: 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo';
  readonly mode: number;
  readonly owner: string;
  /** Of files alone. */
  readonly size: number | undefined;
  readonly target: string | undefined;
  /** The paths that share this file's content, sorted; undefined where it is alone. */
  readonly links: readonly string[] | undefined;
  /** As libcap writes them; empty: none. */
  readonly capabilities: string;
}

/** What the engine puts into every container, whatever the image has there. */
export const injected: ReadonlySet<string> = new Set([
  '/.dockerenv',
  '/dev/console',
  '/etc/hostname',
  '/etc/hosts',
  '/etc/mtab',
  '/etc/resolv.conf',
]);

/** What it makes where the image has it not. */
export const made: readonly string[] = ['/dev', '/dev/pts', '/dev/shm', '/proc', '/sys'];

export async function exportedFiles(engine: TestEngine, image: string): Promise<Files> {
  const { file, remove } = await exportContainer(engine, image);
  try {
    const options = ['--list', '-vv', ...xattrs, '--numeric-owner', '--quoting-style=c'];
    const files = parseListing(await run('tar', [...options, '--file', file], { ...process.env, LC_ALL: 'C' }));
    const capable = [...files].filter(([, { capabilities }]) => capabilities !== '').map(([path]) => path);
    if (capable.length > 0) await readCapabilities(file, capable, files);
    return files;
  } finally {
    await remove();
  }
}

const xattrs = ['--xattrs', '--xattrs-include=security.capability'];

/** GNU tar lists that there are some; what they are, the kernel tells of the unpacked files. */
async function readCapabilities(archive: string, paths: readonly string[], files: Map<string, OneFile>): Promise<void> {
  const folder = await mkdtemp(`${archive}-`);
  try {
    const names = paths.map((path) => path.slice(1));
    await run('tar', ['--extract', ...xattrs, '--file', archive, '--directory', folder, ...names]);
    for (const path of paths) {
      const said = await run('getcap', [`${folder}${path}`]);
      files.set(path, { ...files.get(path)!, capabilities: said.trim().slice(folder.length + path.length + 1) });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function exportContainer(
  engine: TestEngine,
  image: string,
): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const container = (await engine.docker(['create', image, '/never-started'])).trim();
  const file = join(engine.folder, `${container}.tar`);
  await engine.docker(['export', '--output', file, container]);
  return {
    file,
    async remove() {
      await rm(file, { force: true });
      await engine.docker(['rm', '--force', container]);
    },
  };
}

const types = { '-': 'file', d: 'directory', l: 'symlink', c: 'char', b: 'block', p: 'fifo' } as const;

function parseListing(listing: string): Map<string, OneFile> {
  const files = new Map<string, OneFile>();
  const groups = new Map<string, string[]>();
  let last = '';
  for (const line of listing.split('\n').filter((text) => text !== '')) {
    if (/^ +x: +\d+ security\.capability$/.test(line)) {
      files.set(last, { ...files.get(last)!, capabilities: 'some' });
      continue;
    }
    const [, letter = '', bits = '', owner = '', size = '', name = '', joint, second = ''] = row.exec(line) ?? [];
    const path = `/${unquoted(name).replace(/\/$/, '')}`;
    last = path;
    if (letter === 'h') {
      const first = `/${unquoted(second)}`;
      const original = files.get(first);
      if (joint !== ' link to ' || !original) throw new Error(`GNU tar lists a hardlink without its file: ${line}`);
      groups.set(first, [...(groups.get(first) ?? [first]), path]);
      files.set(path, original);
      continue;
    }
    const type = types[letter as keyof typeof types];
    if (!type) throw new Error(`GNU tar lists what this does not know: ${line}`);
    const target = type === 'symlink' ? unquoted(second) : undefined;
    files.set(path, {
      type,
      mode: modeOf(bits),
      owner,
      size: type === 'file' ? Number(size) : undefined,
      target,
      links: undefined,
      capabilities: '',
    });
  }
  for (const group of groups.values()) {
    const links = group.sort();
    for (const path of links) files.set(path, { ...files.get(path)!, links });
  }
  return files;
}

/** `-rwsr-xr-x 0/0  123 2026-07-17 17:05 "usr/bin/su"`, then ` -> "…"` or ` link to "…"`; devices have `1,3` for a size. */
const row =
  /^(.)([r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-])[.*+]? +(\d+\/\d+) +(\d+(?:,\d+)?) \S+ \S+ "((?:[^"\\]|\\.)*)"(?:( -> | link to )"((?:[^"\\]|\\.)*)")?$/;

export function modeOf(bits: string): number {
  const plain = [...bits].reduce((mode, letter) => mode * 2 + (/[rwxst]/.test(letter) ? 1 : 0), 0);
  return (
    plain +
    (/[sS]/.test(bits[2]!) ? 0o4000 : 0) +
    (/[sS]/.test(bits[5]!) ? 0o2000 : 0) +
    (/[tT]/.test(bits[8]!) ? 0o1000 : 0)
  );
}

/** C's escapes, as GNU tar writes them. */
export function unquoted(text: string): string {
  const named: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };
  return text.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (named[code] ?? code),
  );
}
