/** Runs programs of ours under watch, and says what they tried that they have no business to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Watched {
  /** Arguments for Node, before the program. */
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The same, for what it starts itself. */
  readonly inherited: Readonly<Record<string, string>>;
  /** What was tried since this was last asked, one line each: `write`, `program` or `connection`, and what. */
  attempts(): readonly string[];
}

export function watchedIn(folder: string): Watched {
  const log = join(folder, 'attempts.txt');
  writeFileSync(log, '');
  const hook = `--import=${pathToFileURL(join(import.meta.dirname, 'watch.ts'))}`;
  const env = { DISTROLESS_WATCHED: log };
  let seen = 0;
  return {
    flags: [hook, `--allow-fs-write=${log}`],
    env,
    inherited: { ...env, NODE_OPTIONS: hook },
    attempts() {
      const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
      const fresh = lines.slice(seen);
      seen = lines.length;
      return fresh;
    },
  };
}
