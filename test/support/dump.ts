import type { Dockerfile, Instruction, Word } from '../../server/dockerfile/dockerfile.ts';

/** The file as BuildKit's `Node.Dump` writes it, an instruction a line. */
export function dump(dockerfile: Dockerfile): string {
  return dockerfile.instructions.map((instruction) => `(${dumped(dockerfile, instruction)})`).join('\n');
}

function dumped(dockerfile: Dockerfile, { keyword, flags, args, command, trigger }: Instruction): string {
  const name = keyword.toLowerCase();
  if (trigger) return `${name} (${dumped(dockerfile, trigger)})`;
  const written = flags.map((flag) =>
    quote(flag.value === undefined ? `--${flag.name}` : `--${flag.name}=${flag.value}`),
  );
  const words = ['ENV', 'LABEL'].includes(keyword) ? pairs(args) : plain(dockerfile, args);
  if (command?.kind === 'exec') words.push(...command.words.map(({ value }) => value));
  if (command?.kind === 'shell') words.push(command.text);
  const [type, ...more] = words;
  const shown = keyword === 'HEALTHCHECK' && !command && type ? [type, more.join(' ')].filter(Boolean) : words;
  return [name, ...(written.length > 0 ? [`[${written.join(' ')}]`] : []), ...shown.map(quote)].join(' ');
}

function pairs(args: readonly Word[]): string[] {
  const [first, second] = args;
  if (first && second && !first.text.includes('=')) return [first.text, second.text, ''];
  return args.flatMap(({ text }) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1), '=']);
}

/** A string of a JSON array as it is meant, any other word as it is written. */
function plain({ text, lines }: Dockerfile, words: readonly Word[]): string[] {
  const [first] = words;
  const isArray = first && text.slice(0, lines.offset(first.range.start)).trimEnd().endsWith('[');
  return words.map((word) => (isArray ? word.value : word.text));
}

/** Go's `%q`, of what is printable. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/\\(?:u00(..)|.)/g, (it, hex) => (hex ? `\\x${hex}` : it));
}
