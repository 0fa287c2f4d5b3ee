/** Where a build stage installs npm packages. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { workdirAt } from '../dockerfile/environment.ts';
import { absolute } from './copies.ts';
import type { Check } from './rule.ts';
import { inFolders, runCommands } from './run.ts';

/** Whether any stage installs npm packages. */
export const hasInstall = ({ instructions }: Dockerfile) => instructions.some((instruction) => installer(instruction));

/** The install that says for which C library it is meant is left alone. */
function installer(instruction: Instruction): boolean {
  return runCommands(instruction).some(
    ({ name, words }) =>
      /^(npm|yarn|pnpm)$/.test(name) &&
      (words.length === 1 ||
        words.some(({ value }) => /^(ci|i|install|clean-install|--frozen-lockfile|--immutable)$/.test(value))) &&
      !words.some(({ value }) => /^--(libc|platform|os|ignore-scripts)\b/.test(value)),
  );
}

/** The node_modules that the last install of the stage fills. */
export function modulesOf({ dockerfile, base }: Check, stage: Stage): string | undefined {
  const instruction = stage.instructions.findLast(installer);
  if (!instruction) return undefined;
  const from = workdirAt(dockerfile, stage, instruction, base(stage)?.workdir);
  const commands = [...inFolders(runCommands(instruction), from)];
  const cwd = commands.find(({ name }) => /^(npm|yarn|pnpm)$/.test(name))?.cwd;
  return cwd && absolute(cwd, 'node_modules');
}
