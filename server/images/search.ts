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
  const pathOf = pathsIn(view);
  const nameOf = view.names();
  const best = [0, 1, 2].map(() => new First(limit));
  let total = 0;
  for (let node = 1; node < view.count; node++) {
    if (!view.has(node)) continue;
    const name = nameOf(node);
    const path = of === 'path' ? pathOf(node, name) : undefined;
    const at = rank(path ?? name);
    if (at === undefined) continue;
    total++;
    best[at]!.add(node, path ?? pathOf(node, name));
  }
  return { nodes: best.flatMap((each) => each.nodes).slice(0, limit), total };
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

/** The first by path of all that is added, without keeping the others. */
class First {
  readonly #limit: number;
  #kept: { readonly node: number; readonly path: string }[] = [];
  #last: string | undefined;

  constructor(limit: number) {
    this.#limit = Math.max(limit, 0);
  }

  add(node: number, path: string): void {
    if (this.#last !== undefined && path >= this.#last) return;
    this.#kept.push({ node, path });
    if (this.#kept.length >= 2 * this.#limit + 1000) this.#cut();
  }

  get nodes(): readonly number[] {
    this.#cut();
    return this.#kept.map(({ node }) => node);
  }

  #cut(): void {
    this.#kept = this.#kept.sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, this.#limit);
    if (this.#kept.length === this.#limit) this.#last = this.#kept.at(-1)?.path;
  }
}

/** Those of folders are made once. */
function pathsIn(view: View): (node: number, name: string) => string {
  const folders = new Map<number, string>([[0, '']]);
  const folderOf = (node: number): string => {
    const known = folders.get(node);
    if (known !== undefined) return known;
    const path = `${folderOf(view.parent(node))}/${view.name(node)}`;
    folders.set(node, path);
    return path;
  };
  return (node, name) => `${folderOf(view.parent(node))}/${name}`;
}
