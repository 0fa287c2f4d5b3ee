import { type Draft, note } from './draft.ts';
import { addressAsked, asExpression } from './health.ts';
import { type Start, writeWords } from './start.ts';

export interface Written {
  readonly count: number;
  readonly init: string | undefined;
  readonly words: readonly string[];
  readonly named: boolean;
}

/** For an image that starts nothing by itself. */
export function writeNamed(
  draft: Draft,
  { entrypoint, cmd }: Start,
  { count, init, words, named }: Written,
  node: string,
): void {
  const { entry, before } = parts({ entrypoint, cmd }, { count, init });
  if (entry.length > count && named) writeWords(draft, entrypoint!, [...before, node, ...entry.slice(count + 1)]);
  else if (entry.length > count) {
    // npm, or a file by itself, in ENTRYPOINT.
    writeWords(draft, entrypoint!, [...before, node, ...words]);
    if (cmd) draft.fates[cmd.step.index] = 'gone';
  } else if (entrypoint && entry.length > 0) {
    writeWords(draft, entrypoint, before);
    writeWords(draft, cmd!, [node, ...words]);
  } else {
    if (entrypoint) draft.fates[entrypoint.step.index] = 'gone';
    writeWords(draft, cmd!, [...before, node, ...words]);
  }
  const shell = [entrypoint, cmd].find((it) => it?.step.instruction.command?.kind === 'shell');
  if (shell)
    note(
      draft,
      'change',
      shell.step.line,
      `${shell.step.instruction.keyword} is written in exec form: there is no shell that could read it.`,
    );
}

/** For an image that starts node by itself: what is left of the command comes after it. */
export function write(
  draft: Draft,
  { entrypoint, cmd }: Start,
  { count, init, words, named }: Written,
  node: string,
): void {
  const { entry, before } = parts({ entrypoint, cmd }, { count, init });
  if (!entrypoint || entry.length === 0) {
    if (entrypoint) draft.fates[entrypoint.step.index] = 'gone';
    if (count > 0) writeWords(draft, cmd!, [...before, node, ...words], 'ENTRYPOINT');
    else writeWords(draft, cmd!, words);
    if (named && count === 0)
      note(
        draft,
        'change',
        cmd!.step.line,
        `“node” is left out: the base starts ${node} by itself, and CMD is what comes after it.`,
      );
    return;
  }
  if (entry.length > count && !named) {
    // npm, or a file by itself, in ENTRYPOINT.
    writeWords(draft, entrypoint, [...before, node, ...words]);
    if (cmd) draft.fates[cmd.step.index] = 'gone';
  } else if (entry.length === 1 && count === 0 && entrypoint.step.top === entrypoint.step.line) {
    draft.fates[entrypoint.step.index] = 'gone';
    note(draft, 'change', entrypoint.step.line, `ENTRYPOINT is left out: the base starts ${node} by itself.`);
  } else if (entry.length > count) {
    writeWords(draft, entrypoint, [...before, node, ...entry.slice(count + 1)]);
    note(draft, 'change', entrypoint.step.line, `node is at ${node} in the base, and not on PATH.`);
  } else {
    writeWords(draft, entrypoint, [...before, node]);
    writeWords(draft, cmd!, words);
    note(draft, 'change', entrypoint.step.line, `node is at ${node} in the base, and not on PATH.`);
  }
}

/** The words of ENTRYPOINT, and those that stand before node: an init program and what it is told. */
function parts({ entrypoint, cmd }: Start, { count, init }: Pick<Written, 'count' | 'init'>) {
  const entry = entrypoint?.words ?? [];
  const before = init === undefined ? [] : [init, ...[...entry, ...(cmd?.words ?? [])].slice(1, count)];
  return { entry, before };
}

/** node is not on PATH; what curl or wget asked for, node asks for too. */
export function checkByNode(words: readonly string[], node: string): readonly string[] | undefined {
  if (/^((\/usr)?(\/local)?\/bin\/)?node$/.test(words[0] ?? '')) return [node, ...words.slice(1)];
  const address = addressAsked(words);
  if (address === undefined) return undefined;
  const url = asExpression(address, (name, otherwise) =>
    otherwise === undefined ? `process.env.${name}` : `(process.env.${name} || '${otherwise}')`,
  );
  return [node, '-e', `fetch(${url}).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`];
}
