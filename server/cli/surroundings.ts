/** The folder around a Dockerfile, for the command line: up to the root of the Git repository, or to the current folder. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { FAMILIES } from '../recipes/conversion.ts';
import { rules } from '../rules/index.ts';
import { isInside } from '../workspace/files.ts';
import { createWorkspace, type Needs, type Surroundings } from '../workspace/workspace.ts';
import { InputError } from './output.ts';

export type Look = (path: string, dockerfile: Dockerfile, needs: Needs) => Promise<Surroundings>;

/** A project file that cannot be used ends the command: it would be checked by other rules than the project's. */
export function createLook(): Look {
  const workspace = createWorkspace({ rules: new Set(rules.map(({ id }) => id)), families: FAMILIES });
  const said = new Set<string>();
  return async (path, dockerfile, needs) => {
    const place = { path: resolve(path), root: rootAround(dirname(resolve(path))) };
    const surroundings = await workspace.read(place, dockerfile, needs);
    const [problem] = surroundings.problems;
    if (problem !== undefined) throw new InputError(problem);
    for (const remark of surroundings.remarks) {
      if (!said.has(remark)) process.stderr.write(`distroless: ${remark}\n`);
      said.add(remark);
    }
    return surroundings;
  };
}

function rootAround(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) break;
  }
  return isInside(process.cwd(), folder) ? process.cwd() : folder;
}
