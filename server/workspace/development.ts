/** Whether the name of a Dockerfile says that what it makes is there to work with, and does not ship. */
import { dirname, relative } from 'node:path';
import type { Place } from './workspace.ts';

/** `Dockerfile.dev`, `test.Dockerfile`, `.devcontainer/Dockerfile`, `tests/e2e/Dockerfile`. */
export function isForDevelopment({ path, root }: Place): boolean {
  const folders = relative(dirname(root), path).split(/[\\/]/);
  const name = folders.pop() ?? '';
  // What the workspace itself is called says nothing of what is in it.
  const isTest = folders.slice(1).some((folder) => /^(tests?|e2e)$/i.test(folder));
  return isTest || folders.includes('.devcontainer') || WORK.test(name.replace(/(dockerfile|containerfile)/i, '.'));
}

const WORK = /(^|[-_.])(dev|devel|develop|development|devcontainer|debug|tests?|testing|e2e|lint|linter)([-_.]|$)/i;
