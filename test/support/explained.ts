/** Whether a conversion tells of everything that it changes: each instruction that is not there as it was, and each that is new. */
import { assignments } from '../../server/dockerfile/assignments.ts';
import type { Dockerfile, Instruction } from '../../server/dockerfile/dockerfile.ts';
import type { Note } from '../../server/recipes/conversion.ts';

/** The instructions whose difference no note tells of, as they are written before or after. */
export function unexplained(before: Dockerfile, after: Dockerfile, notes: readonly Note[]): string[] {
  const old = before.instructions.map((it) => ({ it, text: textOf(before, it) }));
  const fresh = after.instructions.map((it) => ({ it, text: textOf(after, it) }));
  const wasThere = new Set(old.map(({ text }) => text));
  const left = fresh.map(({ text }) => text);
  const changed = old.filter(({ text }) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const untold = changed.filter(({ it }) => !notes.some((note) => isOn(before, it, note)));
  const told = changed.filter((one) => !untold.includes(one));
  const forShell = told.filter(({ it }) => {
    const starts = it.keyword === 'CMD' || it.keyword === 'ENTRYPOINT';
    const messages = notes.filter((note) => isOn(before, it, note)).map(({ message }) => message);
    return starts && it.command?.kind === 'shell' && !messages.some((message) => /exec form|left out/.test(message));
  });
  const said = notes.map(({ message }) => message).join('\n');
  const pairs = new Set(before.instructions.filter(({ keyword }) => keyword === 'ENV').flatMap(pairsOf));
  const added = fresh.filter(({ text, it }) => {
    if (wasThere.has(text) || (it.keyword === 'ENV' && pairsOf(it).every((pair) => pairs.has(pair)))) return false;
    const [from = -1] = [told.findIndex((one) => becomes(one.it, it))];
    if (from >= 0) told.splice(from, 1);
    return from < 0 && !isNamed(it, said);
  });
  return [
    ...forShell.map(({ text }) => `not said to be without a shell: ${text}`),
    ...untold.map(({ text }) => `before: ${text}`),
    ...added.map(({ text }) => `after: ${text}`),
  ];
}

function textOf({ text, lines }: Dockerfile, { range }: Instruction): string {
  return text.slice(lines.offset(range.start), lines.offset(range.end)).replace(/\r/g, '');
}

/** On its lines, or on those of the comment above, which belongs to it. */
function isOn({ comments }: Dockerfile, { range }: Instruction, { line }: Note): boolean {
  let top = range.start.line;
  while (comments.some((comment) => comment.range.start.line === top - 1)) top--;
  return top <= line && line <= range.end.line;
}

const pairsOf = (instruction: Instruction): readonly string[] =>
  assignments(instruction).map(({ name, value }) => `${name}=${value}`);

/** The same instruction written otherwise: CMD may become ENTRYPOINT, and the other way about. */
function becomes(old: Instruction, fresh: Instruction): boolean {
  const kind = ({ keyword }: Instruction) => (keyword === 'ENTRYPOINT' ? 'CMD' : keyword === 'ADD' ? 'COPY' : keyword);
  if (kind(old) !== kind(fresh)) return false;
  if (['CMD', 'ENTRYPOINT', 'FROM', 'USER', 'WORKDIR'].includes(old.keyword)) return true;
  const words = (it: Instruction) => (it.keyword === 'ENV' ? assignments(it).map(({ name }) => name) : wordsOf(it));
  return words(fresh).some((word) => words(old).includes(word));
}

const wordsOf = ({ args, command }: Instruction): readonly string[] =>
  command?.kind === 'shell'
    ? command.text.split(/\s+/)
    : [...(command?.words ?? []), ...args].map(({ value }) => value);

/** Whether a note, wherever it is, names what a new instruction is about. */
function isNamed(instruction: Instruction, said: string): boolean {
  const { keyword, args, command } = instruction;
  const names = (word: string) => said.split(word).some((rest, i) => i > 0 && !/^[\w/-]|^\.\w/.test(rest));
  switch (keyword) {
    case 'FROM':
      return names(args[0]?.value ?? '');
    case 'ENV':
      return assignments(instruction).every(({ name }) => names(name));
    case 'COPY':
      // The libraries that a program loads are told of as such, and what is given away is collected in a folder of its own.
      return args.some(({ value }) => names(value.replace(/(.)\/$/, '$1')) || /^\/(libraries|writable)\b/.test(value));
    case 'USER':
    case 'WORKDIR':
      return names(args[0]?.value ?? '');
    case 'RUN': {
      const text = (command?.kind === 'shell' ? command.text : '').trim().replace(/^cd \S+ && /, '');
      if (said.includes(text)) return true;
      if (text.includes('/libraries')) return said.includes('libraries');
      const paths = text.split(/\s+/).filter((word) => /^\/(?!writable\b)[\w./-]+[\w-]$/.test(word));
      return /\bpip\b/.test(text) ? names('pip') : paths.length > 0 && paths.every(names);
    }
    default:
      return names(keyword) || wordsOf(instruction).some((word) => word.startsWith('/') && names(word));
  }
}
