/** Quotes and variables that BuildKit's shell lexer cannot read, in the words that it expands as a shell would. */
import type { Instruction, Problem, Word } from './dockerfile.ts';
import { mountsOf } from './mounts.ts';
import { type Misread, misread } from './shell-syntax.ts';
import type { Range } from './text.ts';

/** SupportsSingleWordExpansion (instructions/commands.go); EXPOSE is expanded by itself. */
const EXPANDED = new Set('ADD ARG COPY ENV EXPOSE LABEL STOPSIGNAL USER VOLUME WORKDIR'.split(' '));
const FLAGS = new Set(['chown', 'chmod', 'checksum']);
const LONGEST = 10_000;

/** The first only. */
export function* wordProblems(it: Instruction, escapeToken: string): Iterable<Problem> {
  for (const { text, range, whole = text } of expandedTexts(it)) {
    const wrong = text.length > LONGEST ? undefined : misread(text, escapeToken);
    if (!wrong) continue;
    const isFile = (it.keyword === 'COPY' || it.keyword === 'ADD') && !it.isJson;
    const message = wrong.kind === 'quote' ? unclosedQuote(whole, isFile, escapeToken) : unreadable(text, wrong);
    yield { message, range };
    return;
  }
}

function* expandedTexts(it: Instruction): Iterable<{
  readonly text: string;
  readonly range: Range;
  readonly whole?: string;
}> {
  for (const { name, value, valueRange, range } of it.keyword === 'COPY' || it.keyword === 'ADD' ? it.flags : [])
    if (FLAGS.has(name) && value) yield { text: value, range: valueRange ?? range };
  for (const { value, valueRange } of mountsOf(it).flat()) if (value) yield { text: value, range: valueRange };
  if (!EXPANDED.has(it.keyword)) return;
  // `ENV NAME value`: the name is no word of a shell, but is expanded all the same; the value may hold any “=”.
  const pairs = it.keyword === 'ARG' || (/^(ENV|LABEL)$/.test(it.keyword) && it.args[0]?.text.includes('='));
  for (const word of it.args) {
    if (!/['"$]/.test(word.text)) continue;
    const { range } = word;
    if (it.isJson) yield { text: word.value, range };
    else if (!pairs) {
      if (!word.text.startsWith('<<')) yield word;
    } else {
      const [name, value] = partsOf(word);
      // The name of an ARG is taken as it stands: `ARG A=1 # don't` declares “#” and “don't”, too.
      if (it.keyword !== 'ARG') yield { text: name, range, whole: word.text };
      if (value !== undefined) yield { text: value, range, whole: word.text };
    }
  }
}

const partsOf = ({ text }: Word): readonly [string, string?] => {
  const equals = text.indexOf('=');
  return equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
};

function unclosedQuote(text: string, isFile: boolean, escapeToken: string): string {
  const cure = isFile
    ? 'Names with spaces are written as a JSON array: ["a file", "/to/"].'
    : `Close the quote, or write ${escapeToken} before it.`;
  return `A quote is not closed in “${text.slice(0, 40)}”. ${cure}`;
}

/** What is wrong with a variable, and what may be written. */
export function unreadable(text: string, { at, kind, operator = '' }: Misread): string {
  const shown = text.slice(at, at + 40);
  switch (kind) {
    case 'operator':
      return `“${operator}” is nothing that a Dockerfile can do with a variable, in “${shown}”. There are ${'${NAME:-text}, ${NAME:+text}, ${NAME:?message}, ${NAME#pattern}, ${NAME%pattern} and ${NAME/pattern/text}'}.`;
    case 'name':
      return `A variable has no name in “${shown}”. Write it as ${'${NAME}'}.`;
    case 'pattern':
      return `“\\” stands before *, ? or \\ only in the pattern of a variable, and not as in “${shown}”. Remove it.`;
    default:
      return `A variable is not closed in “${shown}”. Write “}” at its end.`;
  }
}
