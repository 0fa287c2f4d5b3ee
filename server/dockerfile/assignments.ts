/** The pairs of ENV, LABEL and ARG. */
import type { Instruction, Word } from './dockerfile.ts';

export interface Assignment {
  readonly name: string;
  /** As written, quotes and variables included; undefined for `ARG NAME`. */
  readonly value: string | undefined;
  /** The word that holds it; of the old form `ENV NAME value` that of the name. */
  readonly word: Word;
}

export function assignments({ keyword, args }: Instruction): Assignment[] {
  const [first, second] = args;
  if (keyword !== 'ARG' && first && !first.text.includes('=')) {
    return second ? [{ name: first.text, value: second.text, word: first }] : [];
  }
  return args.map((word) => {
    const equals = word.text.indexOf('=');
    return equals < 0
      ? { name: word.text, value: undefined, word }
      : { name: word.text.slice(0, equals), value: word.text.slice(equals + 1), word };
  });
}
