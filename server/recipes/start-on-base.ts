/** ENTRYPOINT and CMD as they have to be on a base that has an ENTRYPOINT of its own. */
import type { Base } from '../bases/base.ts';
import { type Draft, note } from './draft.ts';
import { unwrapInit } from './init.ts';
import { nameOf } from './paths.ts';
import { type Start, type StartLine, writeWords } from './start.ts';

/**
 * Writes both so that the base runs the same words; without tini or dumb-init, which `runtime` (as it stands in a sentence) needs not.
 * `written` gives the words as the base finds their program.
 */
export function startOnBase(
  draft: Draft,
  { entrypoint, cmd }: Start,
  base: Base,
  runtime: string,
  written: (words: readonly string[]) => readonly string[] = (words) => words,
): void {
  const count = unwrapInit([...(entrypoint?.words ?? []), ...(cmd?.words ?? [])]);
  const inEntrypoint = Math.min(count, entrypoint?.words.length ?? 0);
  if (count > 0) {
    const first = entrypoint?.words.length ? entrypoint : cmd!;
    note(
      draft,
      'change',
      first.step.line,
      `“${nameOf(`/${first.words[0]}`)}” is left out: ${runtime} receives signals as the first process too. If it starts other processes, run the container with --init.`,
    );
  }
  const before = entrypoint?.words.slice(inEntrypoint) ?? [];
  const after = cmd?.words.slice(count - inEntrypoint) ?? [];
  if (entrypoint && before.length > 0) write(draft, entrypoint, written(before));
  // `ENTRYPOINT []` takes that of the base away, too.
  else if (entrypoint?.words.length === 0) {
    if (cmd) write(draft, cmd, written(after));
  } else {
    if (entrypoint) draft.fates[entrypoint.step.index] = 'gone';
    if (cmd) writeCommand(draft, cmd, { words: after, written, own: base.entrypoint ?? [] });
  }
}

function writeCommand(
  draft: Draft,
  cmd: StartLine,
  {
    words,
    written,
    own,
  }: {
    readonly words: readonly string[];
    readonly written: (words: readonly string[]) => readonly string[];
    readonly own: readonly string[];
  },
): void {
  const { line } = cmd.step;
  if (own.length === 0) write(draft, cmd, written(words));
  else if (own.every((word, i) => (i === 0 ? nameOf(`/${words[0]}`) === nameOf(word) : words[i] === word))) {
    writeWords(draft, cmd, words.slice(own.length));
    const left = words.slice(0, own.length).join(' ');
    const message = `“${left}” is left out: the base starts ${own.join(' ')} by itself, and CMD is what comes after it.`;
    note(draft, 'change', line, message);
  } else {
    writeWords(draft, cmd, written(words), 'ENTRYPOINT');
    const message = `CMD becomes ENTRYPOINT, because the base would put its own, ${own.join(' ')}, in front of it.`;
    note(draft, 'change', line, message);
  }
}

function write(draft: Draft, line: StartLine, words: readonly string[]): void {
  const { command, keyword } = line.step.instruction;
  writeWords(draft, line, words);
  if (command?.kind === 'shell')
    note(draft, 'change', line.step.line, `${keyword} is written in exec form: there is no shell that could read it.`);
}
