/** Keeps ARCHITECTURE.md true: its table of rooms is the rule that every import is held against. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');

interface Room {
  readonly path: string;
  readonly imports: ReadonlyMap<string, 'all' | 'type'>;
  readonly uses: ReadonlySet<string>;
}

interface Source {
  /** Relative to the project, with `/`. */
  readonly path: string;
  readonly text: string;
}

const IO = /^node:(fs|fs\/promises|net|http|https|child_process|tls|dgram|readline|worker_threads|os)$|^dockerode$/;
const CONNECTION = /^vscode-(languageserver|languageclient|jsonrpc)(\/|$)/;
const CLOCK = /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/;

const rooms = readRooms(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'));

test('every import is one that ARCHITECTURE.md allows', () => {
  assert.deepEqual(violations(sources(), rooms), []);
});

test('every room of the table is there', () => {
  const paths = sources().map(({ path }) => path);
  for (const { path } of rooms)
    assert.ok(
      paths.some((file) => inRoom(file, path)),
      `${path} is in the table, but not in the project`,
    );
});

test('a forbidden import, a stray file, I/O and a clock are found', () => {
  const bad = (path: string, text: string) => violations([{ path, text }], rooms);
  assert.equal(bad('server/rules/x.ts', "import { connect } from '../lsp/server.ts';").length, 1);
  assert.equal(bad('server/inspect/x.ts', "import { openImage } from '../images/open.ts';").length, 1);
  assert.equal(bad('server/inspect/x.ts', "import type { OpenImage } from '../images/open.ts';").length, 0);
  assert.equal(bad('server/inspect/x.ts', "import { type OpenImage } from '../images/open.ts';").length, 1);
  assert.equal(bad('server/dockerfile/x.ts', "import { readFile } from 'node:fs/promises';").length, 1);
  assert.equal(bad('server/dockerfile/x.ts', "const fs = await import('node:fs');").length, 1);
  assert.equal(bad('server/lsp/x.ts', "import { window } from 'vscode';").length, 1);
  assert.equal(bad('server/recipes/x.ts', 'const now = new Date();').length, 1);
  assert.equal(bad('server/rules/x.ts', "import { createConnection } from 'vscode-languageserver/node';").length, 1);
  assert.equal(bad('server/elsewhere/x.ts', '').length, 1);
});

function violations(files: readonly Source[], table: readonly Room[]): string[] {
  return files.flatMap(({ path, text }) => {
    const room = table.find((one) => inRoom(path, one.path));
    if (!room) return [`${path} is in no room`];
    const found: string[] = [];
    for (const { from, typeOnly } of importsOf(text)) {
      if (from === 'vscode' && !room.uses.has('vscode')) found.push(`${path} imports vscode`);
      if (IO.test(from) && !room.uses.has('io')) found.push(`${path} does I/O (${from})`);
      if (CONNECTION.test(from) && !room.uses.has('connection')) found.push(`${path} knows the connection (${from})`);
      if (!from.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), from);
      const other = table.find((one) => inRoom(target, one.path));
      if (!other) {
        if (!target.endsWith('.json')) found.push(`${path} imports ${target}, which is in no room`);
      } else if (other !== room) {
        const allowed = room.imports.get(nameOf(other.path));
        if (!allowed || (allowed === 'type' && !typeOnly)) found.push(`${path} imports ${target}`);
      }
    }
    if (CLOCK.test(text) && !room.uses.has('clock')) found.push(`${path} looks at the clock`);
    return found;
  });
}

function* importsOf(text: string): Generator<{ from: string; typeOnly: boolean }> {
  for (const [, type, from] of text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'";]*?\sfrom\s+['"]([^'"]+)['"]/gm)) {
    yield { from: from!, typeOnly: type !== undefined };
  }
  for (const [, from] of text.matchAll(/^\s*import\s+['"]([^'"]+)['"]/gm)) yield { from: from!, typeOnly: false };
  for (const [, from] of text.matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]/g))
    yield { from: from!, typeOnly: false };
}

function readRooms(markdown: string): Room[] {
  const section = markdown.slice(markdown.indexOf('## Rooms'), markdown.indexOf('## Invariants'));
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, path = '', , imports = '', uses = ''] = line.split('|').map((cell) => cell.trim());
      return {
        path: path.replaceAll('`', ''),
        imports: new Map(
          [...imports.matchAll(/`([^`]+)`( type)?/g)].map(([, name, type]) => [name!, type ? 'type' : 'all']),
        ),
        uses: new Set([...uses.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)),
      };
    });
}

function inRoom(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`);
}

/** `server/images` is `images`, `server/protocol.ts` is `protocol`. */
function nameOf(room: string): string {
  return posix.basename(room).replace(/\.ts$/, '');
}

function sources(): Source[] {
  return ['client', 'server', 'media/report'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => relative(ROOT, file) !== join('server', 'bases', 'make-data.ts'))
      .map((file) => ({ path: relative(ROOT, file).split(sep).join('/'), text: readFileSync(file, 'utf8') })),
  );
}
