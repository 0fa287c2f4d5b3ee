/** Which variables an instruction uses: those that BuildKit puts in, and those that a shell does. */
import type { Instruction } from './dockerfile.ts';
import { readScripts, scriptsOf } from './run-scripts.ts';
import { expand } from './variables.ts';

/** In a text that BuildKit expands, such as a word of ENV, COPY or FROM. */
export function variablesIn(text: string, escapeToken: string): ReadonlySet<string> {
  const names = new Set<string>();
  expand(text, escapeToken, (name) => {
    names.add(name);
    return { kind: 'unknown', set: false };
  });
  return names;
}

/** BuildKit reads the words of these as they are, or leaves them to a shell (instructions/parse.go, dockerfile2llb/convert.go). */
const plain = new Set(['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK', 'SHELL', 'MAINTAINER', 'ONBUILD']);

const kept = new WeakMap<object, ReadonlySet<string>>();

/** What ONBUILD carries is used where it is carried out, and not here. */
export function variablesUsed(instruction: Instruction, escapeToken: string): ReadonlySet<string> {
  if (instruction.keyword === 'ONBUILD') return new Set();
  const known = kept.get(instruction);
  if (known) return known;
  const names = new Set<string>();
  const add = (more: Iterable<string>) => {
    for (const name of more) names.add(name);
  };
  const { keyword, flags, args, heredocs } = instruction;
  for (const { value } of flags) if (value) add(variablesIn(value, escapeToken));
  if (!plain.has(keyword)) for (const { text } of args) add(variablesIn(text, escapeToken));
  readScripts(instruction, {
    word: (word) => add(wordVariables(word.text)),
    heredoc: (body, { target }) => add(target?.quoted ? [] : plainVariables(body)),
  });
  const scripts = new Set(scriptsOf(instruction).map(({ text }) => text));
  for (const { content, expand: isExpanded } of heredocs)
    if (isExpanded && !scripts.has(content)) add(plainVariables(content));
  kept.set(instruction, names);
  return names;
}

/** In a word as it is written, quotes and all. */
function wordVariables(text: string): readonly string[] {
  const names: string[] = [];
  const open: { readonly close: string; readonly quoted: boolean }[] = [];
  const push = (close: string, quoted: boolean) => open.push({ close, quoted });
  for (let i = 0; i < text.length; ) {
    const ch = text[i]!;
    const { close, quoted = false } = open.at(-1) ?? {};
    if (ch === '\\') i += 2;
    else if (ch === "'" && !quoted) {
      const end = text.indexOf("'", i + 1);
      i = end < 0 ? text.length : end + 1;
    } else if (ch === '$') {
      const { name, end } = nameAt(text, i);
      if (name !== '') names.push(name);
      if (text[i + 1] === '{') push('}', quoted);
      else if (text[i + 1] === '(') push(')', false);
      i = end;
    } else {
      if (ch === close) open.pop();
      else if (ch === '"') push(ch, true);
      else if (ch === '`' || (ch === '(' && close === ')')) push(ch === '`' ? ch : ')', false);
      i++;
    }
  }
  return names;
}

/** In a heredoc that a shell or BuildKit fills in: there, quotes are plain text. */
function plainVariables(text: string): readonly string[] {
  const names: string[] = [];
  for (let i = 0; i < text.length; ) {
    if (text[i] === '\\') i += 2;
    else if (text[i] === '$') {
      const { name, end } = nameAt(text, i);
      if (name !== '') names.push(name);
      i = end;
    } else i++;
  }
  return names;
}

/** Of `$NAME`, `${NAME…` and `${#NAME…` the name, and where it ends. */
function nameAt(text: string, dollar: number): { readonly name: string; readonly end: number } {
  const named = /\$(?:\(|(?:\{[#!]?)?([A-Za-z_]\w*)?)/y;
  named.lastIndex = dollar;
  const [whole = '$', name = ''] = named.exec(text) ?? [];
  return { name, end: dollar + whole.length };
}
