/** Programs that start another one as process 1, and reap what it leaves. */
import { effectsOf } from './effects.ts';
import { readInstall } from './packages.ts';
import { nameOf } from './paths.ts';
import type { RunCommand } from './run-commands.ts';
import type { Subject } from './subject.ts';

/** How many words at the front belong to tini or dumb-init; 0 where there is none. */
export function unwrapInit(words: readonly string[]): number {
  if (!/^(tini|tini-static|dumb-init)$/.test(nameOf(`/${words[0] ?? ''}`))) return 0;
  let i = 1;
  while (i < words.length && words[i]!.startsWith('-')) {
    const word = words[i++]!;
    if (word === '--') break;
    if (/^-[ep]$|^--rewrite$|^-r$/.test(word)) i++;
  }
  return i;
}

export function installsInit(command: RunCommand, name: string): boolean {
  return readInstall(command)?.names.includes(name.replace('tini-static', 'tini')) === true;
}

/**
 * Where tini or dumb-init is in the builder: from its package in Debian, to which a builder of Alpine moves, or from the line that puts it
 * there.
 */
export function pathOfInit({ steps }: Subject, word: string): string | undefined {
  const name = nameOf(`/${word}`);
  const installed = steps.some(({ commands }) => commands.some((command) => installsInit(command, name)));
  if (installed && [name, `/usr/bin/${name}`, `/sbin/${name}`].includes(word)) return `/usr/bin/${name}`;
  const put = steps.some(
    ({ copy: files, commands }) =>
      (files?.destination === word && !files.intoFolder) ||
      commands.some((command) => effectsOf(command).some((it) => it.kind === 'path' && it.path === word)),
  );
  return put ? word : undefined;
}
