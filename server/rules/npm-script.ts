/** What `npm start` and its like run, where that is plain Node.js. */
import { asExec } from '../dockerfile/shell-words.ts';
import type { ContextFiles } from './rule.ts';

export interface NpmScript {
  readonly name: string;
  /** What follows `node`. */
  readonly words: readonly string[];
}

/** Undefined where package.json is not known, or the script is more than `node` with plain words. */
export function npmScript(command: readonly string[], context: ContextFiles): NpmScript | undefined {
  const [manager = '', ...rest] = command;
  const given = rest.filter((word) => word !== '-s' && word !== '--silent');
  if (given[0] === 'run' || given[0] === 'run-script') given.shift();
  else if (/^(npm|pnpm)$/.test(manager) && given[0] !== 'start') return undefined;
  const [name, ...more] = given;
  if (name === undefined || more.length > 0 || !/^(npm|yarn|pnpm)$/.test(manager)) return undefined;
  const scripts = scriptsOf(context.get('package.json')?.text);
  const script = scripts?.get(name);
  if (script === undefined || scripts?.has(`pre${name}`)) return undefined;
  const [program, ...words] = asExec({ kind: 'shell', text: script }) ?? [];
  return program === 'node' && words.length > 0 ? { name, words } : undefined;
}

function scriptsOf(text: string | undefined): ReadonlyMap<string, string> | undefined {
  const { scripts } = (parsedJson(text) ?? {}) as { scripts?: unknown };
  if (typeof scripts !== 'object' || scripts === null) return undefined;
  return new Map(Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

export function parsedJson(text: string | undefined): object | undefined {
  // Asked with every edit: that there is no file must not cost an exception.
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
