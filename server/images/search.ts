/** Files by a part of their name or path, or by a pattern. */
import { isPattern, matcher } from './glob.ts';
import type { View } from './view.ts';

export interface Found {
  /** The best first: names that are the words, then those that begin with them, then the others, each by path. */
  readonly nodes: readonly number[];
  /** How many there are in all. */
  readonly total: number;
}

/** Words without a slash are looked for in names, with one in paths; letters count alike in both cases, but in a pattern. */
export function search(view: View, words: string, limit: number): Found {
  const wanted = words.trim();
  if (wanted === '') return { nodes: [], total: 0 };
  const { of, rank } = isPattern(wanted) ? byPattern(wanted) : byWords(wanted.toLowerCase());
  const paths = of === 'path' ? allPaths(view) : undefined;
  const ranked: (readonly number[])[] = [[], [], []];
  for (let node = 1; node < view.count; node++) {
    if (!view.has(node)) continue;
    const at = rank(paths ? paths[node]! : view.name(node));
    if (at !== undefined) (ranked[at] as number[]).push(node);
  }
  const total = ranked.reduce((sum, nodes) => sum + nodes.length, 0);
  const nodes: number[] = [];
  for (const group of ranked) {
    if (nodes.length >= limit) break;
    const byPath = group.map((node) => ({ node, path: view.path(node) }));
    byPath.sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const { node } of byPath.slice(0, limit - nodes.length)) nodes.push(node);
  }
  return { nodes, total };
}

interface Ranking {
  readonly of: 'name' | 'path';
  /** 0 is the best. Undefined: it does not match. */
  rank(text: string): 0 | 1 | 2 | undefined;
}

function byPattern(pattern: string): Ranking {
  const { of, matches } = matcher(pattern);
  return { of, rank: (text) => (matches(text) ? 0 : undefined) };
}

function byWords(words: string): Ranking {
  const of = words.includes('/') ? 'path' : 'name';
  return {
    of,
    rank(text) {
      const at = text.toLowerCase().indexOf(words);
      if (at < 0) return undefined;
      return text.length === words.length ? 0 : at === 0 ? 1 : 2;
    },
  };
}

/** Parents come before what is in them. */
function allPaths(view: View): readonly string[] {
  const paths: string[] = [''];
  for (let node = 1; node < view.count; node++) paths.push(`${paths[view.parent(node)] ?? ''}/${view.name(node)}`);
  return paths;
}
