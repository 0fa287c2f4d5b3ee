/** Programs that Deno and Bun make of a script, with themselves inside: linked to the C library and that of the compiler, as they are. */
import { type Compiled, convertCompiled, type Links } from './compiled.ts';
import type { Family } from './conversion.ts';
import { type Draft, decline, note } from './draft.ts';
import { option } from './effects.ts';
import { imageBelow } from './glibc.ts';
import { isNodeCommand } from './npm.ts';
import { nameOf, resolvePath } from './paths.ts';
import { type Made, type Origin, programsOf } from './programs.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import type { Step, Subject } from './subject.ts';

type Tool = 'deno' | 'bun';

/** True where a line of the stage, or of one that it copies from, makes such a program. */
export function makesSingleFile(subject: Subject): boolean {
  const { files, folders } = programsOf(subject, read);
  return files.size > 0 || folders.length > 0;
}

export function convertSingleFile(draft: Draft, family: Family | undefined): string | undefined {
  return convertCompiled(draft, family, language)?.base;
}

/** `deno compile [options] [--output NAME] main.ts`, `bun build --compile [--outfile NAME] index.ts`. */
function read(_subject: Subject, _step: Step, command: RunCommand): Made<Tool> | undefined {
  const { words, cwd } = command;
  const tool = programOf(command);
  const given = words.slice(2);
  if (cwd === undefined) return undefined;
  if (tool === 'deno' && words[1] === 'compile') {
    const script = given.find((word) => /\.[cm]?[jt]sx?$/.test(word));
    const output = option(given, ['--output', '-o']) ?? (script && nameOf(`/${script}`).replace(/\.\w+$/, ''));
    return output === undefined
      ? undefined
      : { build: 'deno', outputs: [{ kind: 'files', paths: [resolvePath(cwd, output)] }] };
  }
  if (tool === 'bun' && words[1] === 'build' && given.includes('--compile')) {
    const script = given.find((word) => /\.[cm]?[jt]sx?$/.test(word));
    const output = option(given, ['--outfile']) ?? (script && nameOf(`/${script}`).replace(/\.\w+$/, ''));
    return output === undefined
      ? undefined
      : { build: 'bun', outputs: [{ kind: 'files', paths: [resolvePath(cwd, output)] }] };
  }
  return undefined;
}

const language: Compiled<Tool> = {
  name: 'a program that Deno or Bun makes',
  how: 'Build it here with “deno compile” or “bun build --compile”',
  read,
  refuse: () => undefined,
  links,
  sources: ({ command }) => (command.cwd === undefined ? [] : [command.cwd]),
  isSource: (source) =>
    /(^|\/)(src|deno\.\w+|bun\.lockb?|bunfig\.toml|package.*\.json|tsconfig.*\.json|[^/]*\.[cm]?[jt]sx?)\/?$/.test(
      source,
    ),
  setting: /^(DENO_DIR|DENO_INSTALL\w*|BUN_INSTALL\w*|npm_config_\w+|NPM_TOKEN)$/i,
  packages: [],
  isTool: (command) => programOf(command) === 'deno' || isNodeCommand(command),
};

function links(draft: Draft, { build, command, subject: builder }: Origin<Tool>): Links | undefined {
  const target = option(command.words, ['--target']) ?? '';
  const image = imageBelow(builder);
  if (/musl/.test(target) || (/alpine/.test(image) && !/linux/.test(target))) {
    decline(
      draft,
      command.line,
      `What is made here is linked to the C library of Alpine, which Google’s images have not. Build on ${build === 'deno' ? 'denoland/deno:debian' : 'oven/bun:debian'}.`,
    );
    return undefined;
  }
  if (/windows|darwin|apple/.test(target)) {
    decline(draft, command.line, `“${target}” is not a program for Linux. Build for Linux what the container runs.`);
    return undefined;
  }
  note(
    draft,
    'change',
    command.line,
    `The program has ${build === 'deno' ? 'Deno' : 'Bun'} inside, which is linked to the C library and that of its compiler, so the base has those.`,
  );
  return { wanted: 'cc', collects: false };
}
