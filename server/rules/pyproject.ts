/** What a pyproject.toml lists: as far as its lines tell, which is how people and tools write it (PEP 621, PEP 735, Poetry). */

export interface Pyproject {
  /** What is installed with the project, as pip would be told: `psycopg2>=2.9`. */
  readonly dependencies: readonly string[];
  /** The groups that uv, without being asked, installs too: `dev`, where it holds something and nothing else is said. */
  readonly uvDev: boolean;
  /** The groups that Poetry, without being asked, installs too: all that are not optional. */
  readonly poetryGroups: readonly string[];
}

const kept = new Map<string, Pyproject>();

export function readPyproject(text: string): Pyproject {
  const known = kept.get(text);
  if (known) return known;
  const made = read(text);
  kept.clear();
  kept.set(text, made);
  return made;
}

function read(text: string): Pyproject {
  const dependencies: string[] = [];
  const groups = new Set<string>();
  const optional = new Set<string>();
  let uvDev = false;
  let uvSaysGroups = false;
  let section = '';
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const header = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line);
    if (header) {
      section = header[1]!.replace(/[\s"']/g, '');
      continue;
    }
    if (/^\s*\[\[/.test(line)) section = '';
    const [, key = '', value = ''] = /^\s*["']?([\w.-]+)["']?\s*=\s*(.*)$/.exec(line) ?? [];
    if (key === '') continue;
    const group = /^tool\.poetry\.group\.([\w-]+)(\.dependencies)?$/.exec(section);
    if (section === 'tool.poetry.dependencies') {
      if (key !== 'python' && !/optional\s*=\s*true|markers\s*=|platform\s*=/.test(value))
        dependencies.push(/\bbinary\b/.test(value) ? `${key}[binary]` : key);
    } else if (group?.[2] !== undefined) groups.add(group[1]!);
    else if (group && key === 'optional' && /^true\b/.test(value)) optional.add(group[1]!);
    else if (section === 'tool.poetry.dev-dependencies') groups.add('dev');
    else if (section === 'tool.uv' && key === 'default-groups') uvSaysGroups = true;
    else if (value.startsWith('[')) {
      const list = listAt(lines, at, value);
      at = list.end;
      if (section === 'project' && key === 'dependencies') dependencies.push(...list.items);
      const isDev =
        (section === 'dependency-groups' && key === 'dev') || (section === 'tool.uv' && key === 'dev-dependencies');
      if (isDev && list.items.length > 0) uvDev = true;
    }
  }
  return {
    dependencies,
    uvDev: uvDev && !uvSaysGroups,
    poetryGroups: [...groups].filter((name) => !optional.has(name)),
  };
}

/** The strings of an array that begins on that line; `end`: the line with its `]`. */
function listAt(lines: readonly string[], start: number, value: string): { items: string[]; end: number } {
  const items: string[] = [];
  for (let end = start; end < lines.length; end++) {
    const text = end === start ? value.slice(1) : lines[end]!;
    for (const [whole, double, single] of text.matchAll(/"([^"]*)"|'([^']*)'|#.*|\]/g)) {
      if (whole === ']') return { items, end };
      if (whole.startsWith('#')) break;
      items.push(double ?? single ?? '');
    }
  }
  return { items: [], end: lines.length };
}
