/** One layer as a list of lines: as GNU tar reads it, and as we do. Bytes are one character each (latin1). */
import { fileTypes, kinds, type LayerFiles, marks } from '../../server/images/layer-files.ts';
import { keyOf } from '../../server/images/path-text.ts';
import { run } from '../support/engine.ts';
import { modeOf, unquoted } from './exported.ts';

/** Path → type, mode, owner, size, link target, and whether it has capabilities; and what is removed below, as a line too. */
export type Lines = ReadonlyMap<string, string>;

export async function asTarReadsIt(layer: string): Promise<Lines> {
  const options = ['--list', '-vv', '--xattrs', '--xattrs-include=*', '--numeric-owner', '--quoting-style=c'];
  const listing = await run('tar', [...options, '--file', layer], { ...process.env, LC_ALL: 'C' });
  const lines = new Map<string, string>();
  let last = '';
  for (const line of listing.split('\n')) {
    if (line === '') continue;
    if (/^ +x: +\d+ security\.capability$/.test(line)) lines.set(last, `${lines.get(last)} capable`);
    // `*` and `.` behind the mode: what else there is to say of it follows, or not.
    const [, letter = '', bits = '', owner = '', size = '', name = '', , target = ''] = row.exec(line) ?? [];
    if (letter === '') {
      if (/^ +[xas]: /.test(line)) continue;
      throw new Error(`GNU tar lists what this does not know: ${line}`);
    }
    const path = `/${unquoted(name).replace(/^(\.?\/|\.$)|\/$/g, '')}`;
    const [folder = '', base = ''] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
    last = path;
    if (base === '.wh..wh..opq') lines.set(`${folder || '/'} opaque`, 'opaque');
    else if (base.startsWith('.wh.')) lines.set(`${folder}/${base.slice(4)} removed`, 'removed');
    else lines.set(path, described(types[letter] ?? letter, modeOf(bits), owner, size, unquoted(target)));
  }
  return lines;
}

export function asWeRead(files: LayerFiles): Lines {
  const lines = new Map<string, string>();
  const pending = [{ node: 0, path: '' }];
  for (let at = pending.pop(); at; at = pending.pop()) {
    const { node, path } = at;
    for (const child of files.tree.children(node))
      pending.push({ node: child, path: `${path}/${keyOf(files.tree.name(child))}` });
    const mark = files.marks[node]!;
    if (mark & marks.opaque) lines.set(`${path || '/'} opaque`, 'opaque');
    if (mark & marks.whiteout) lines.set(`${path} removed`, 'removed');
    if (!(mark & marks.explicit) || files.kinds[node] === kinds.nothing) continue;
    const device = files.devices.get(node);
    const size = device ? `${device.major},${device.minor}` : `${files.sizes[node]}`;
    const owner = `${files.uids[node]}/${files.gids[node]}`;
    const line = described(fileTypes[files.kinds[node]!]!, files.modes[node]!, owner, size, keyOf(files.target(node)));
    lines.set(path || '/', files.capabilities.has(node) ? `${line} capable` : line);
  }
  return lines;
}

export function differingLines(a: Lines, b: Lines): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => a.get(path) !== b.get(path))
    .map((path) => `${JSON.stringify(path)}: ${a.get(path) ?? 'nothing'} / ${b.get(path) ?? 'nothing'}`);
}

function described(type: string, mode: number, owner: string, size: string, target: string): string {
  const has = type === 'file' || type === 'char' || type === 'block' ? size : '';
  return [type, mode.toString(8), owner, has, target.replace(/^\.\//, '')].join(' ').trimEnd();
}

const types: Readonly<Record<string, string>> = {
  '-': 'file',
  d: 'directory',
  l: 'symlink',
  h: 'hardlink',
  c: 'char',
  b: 'block',
  p: 'fifo',
};

const row =
  /^(.)([r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-])[.*+]? +(\d+\/\d+) +(\d+(?:,\d+)?) \S+ \S+ "((?:[^"\\]|\\.)*)"(?:( -> | link to )"((?:[^"\\]|\\.)*)")?$/;
