/** The literals of an HCL file: its top-level blocks and their attributes that are a text, a list of texts or an object. All else is “computed”. */
import { ANY_NAME } from '../dockerfile/named-contexts.ts';
import { COMPUTED, type Value } from './build.ts';

export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export type Attribute = Value | readonly string[] | ReadonlyMap<string, Value>;

/** Undefined where the braces do not match, or a text has no end. */
export function readHcl(text: string): readonly Block[] | undefined {
  const tokens = tokensOf(text);
  if (!tokens) return undefined;
  const blocks: Block[] = [];
  let at = 0;
  const isEnd = (token: Token | undefined) => !token || token.kind === 'newline';
  while (at < tokens.length) {
    const head = tokens[at++]!;
    if (head.kind !== 'word') continue;
    const labels: string[] = [];
    for (let token = tokens[at]; token; token = tokens[++at]) {
      if (token.kind === 'text' && typeof token.value === 'string') labels.push(token.value);
      else if (token.kind === 'word') labels.push(token.text);
      else break;
    }
    if (!isMark(tokens[at], '{')) {
      at = skipExpression(tokens, at);
      continue;
    }
    const attributes = new Map<string, Attribute>();
    at++;
    while (at < tokens.length && !isMark(tokens[at], '}')) {
      const name = tokens[at++]!;
      // A key may stand in quotes; a block inside the block is passed over.
      const key = name.kind === 'word' ? name.text : name.kind === 'text' ? name.value : undefined;
      if (typeof key !== 'string' || !isMark(tokens[at], '=')) {
        at = Math.max(at, skipExpression(tokens, at - 1));
        if (isEnd(tokens[at])) at++;
        continue;
      }
      const from = at + 1;
      at = skipExpression(tokens, from);
      attributes.set(key, valueFrom(tokens.slice(from, at)));
    }
    at++;
    blocks.push({ type: head.text, labels, attributes });
  }
  return blocks;
}

type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly value: Value }
  | { readonly kind: 'mark'; readonly text: string }
  | { readonly kind: 'newline' };

const isMark = (token: Token | undefined, text: string) => token?.kind === 'mark' && token.text === text;

/** Where the expression at `from` ends: at a line's end outside of all brackets, or before the brace that ends the block. */
function skipExpression(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.kind === 'newline' && depth === 0) return at;
    if (token.kind !== 'mark') continue;
    if ('([{'.includes(token.text)) depth++;
    if (')]}'.includes(token.text) && depth-- === 0) return at;
  }
  return tokens.length;
}

function valueFrom(tokens: readonly Token[]): Attribute {
  const [first] = tokens;
  if (tokens.length === 1 && first?.kind === 'text') return first.value;
  if (tokens.length === 1 && first?.kind === 'word' && first.text === 'null') return undefined;
  if (isMark(first, '{') && isMark(tokens.at(-1), '}')) return objectOf(tokens);
  if (!isMark(first, '[') || !isMark(tokens.at(-1), ']')) return COMPUTED;
  const items: string[] = [];
  for (const token of tokens.slice(1, -1)) {
    if (token.kind === 'newline' || isMark(token, ',')) continue;
    if (token.kind !== 'text' || typeof token.value !== 'string') return COMPUTED;
    items.push(token.value);
  }
  return items;
}

/** Of `{ a = "x", "b": y }` the names that are literal, with what they stand for; for all others one entry. */
function objectOf(tokens: readonly Token[]): ReadonlyMap<string, Value> {
  const values = new Map<string, Value>();
  const end = tokens.length - 1;
  for (let at = 1; at < end; at++) {
    const token = tokens[at]!;
    const name = token.kind === 'word' ? token.text : token.kind === 'text' ? token.value : undefined;
    const isPair = isMark(tokens[at + 1], '=') || isMark(tokens[at + 1], ':');
    if (token.kind === 'newline' || isMark(token, ',')) continue;
    const from = isPair ? at + 2 : at;
    at = Math.min(itemEnd(tokens, from), end);
    if (!isPair || typeof name !== 'string') {
      values.set(ANY_NAME, COMPUTED);
      continue;
    }
    const value = at === from + 1 ? valueFrom([tokens[from]!]) : COMPUTED;
    values.set(name, typeof value === 'string' || value === undefined ? value : COMPUTED);
  }
  return values;
}

/** As for a line of a block, but a comma ends it too. */
function itemEnd(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (depth === 0 && (token.kind === 'newline' || isMark(token, ','))) return at;
    if (token.kind !== 'mark') continue;
    if ('([{'.includes(token.text)) depth++;
    if (')]}'.includes(token.text) && depth-- === 0) return at;
  }
  return tokens.length;
}

/** Comments are left out. */
function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let depth = 0;
  const pattern =
    /(?<newline>\n)|[ \t\r\uFEFF]+|(?:#|\/\/)[^\n]*|(?<open>\/\*)|<<-?(?<heredoc>[A-Za-z_][\w-]*)[ \t\r]*\n|(?<word>[A-Za-z_][\w-]*)|(?<quote>")|(?<mark>.)/suy;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const { newline, open, heredoc, word, quote, mark } = match.groups!;
    if (newline) tokens.push({ kind: 'newline' });
    else if (word) tokens.push({ kind: 'word', text: word });
    else if (open) {
      const end = text.indexOf('*/', pattern.lastIndex);
      if (end < 0) return undefined;
      pattern.lastIndex = end + 2;
    } else if (heredoc) {
      const end = new RegExp(`^[ \\t]*${heredoc}[ \\t\\r]*$`, 'gm');
      end.lastIndex = pattern.lastIndex;
      if (!end.test(text)) return undefined;
      pattern.lastIndex = end.lastIndex;
      tokens.push({ kind: 'text', value: COMPUTED });
    } else if (quote) {
      const read = readText(text, pattern.lastIndex);
      if (!read) return undefined;
      pattern.lastIndex = read.end;
      tokens.push({ kind: 'text', value: read.value });
    } else if (mark) {
      if (mark === '{') depth++;
      if (mark === '}' && depth-- === 0) return undefined;
      tokens.push({ kind: 'mark', text: mark });
    }
  }
  return depth === 0 ? tokens : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** From after the quote on. What holds `${…}` or `%{…}` is computed; `$${` and `%%{` stand for themselves. */
function readText(text: string, from: number): { readonly value: Value; readonly end: number } | undefined {
  let value = '';
  let computed = false;
  /** Of each `${`, how many braces are open in it; a text inside of one is a null. */
  const within: (number | null)[] = [];
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    const inside = within.at(-1);
    if (char === '\n' && (inside === undefined || inside === null)) return undefined;
    if (typeof inside === 'number') {
      if (char === '"') within.push(null);
      else if (char === '{') within[within.length - 1] = inside + 1;
      else if (char === '}') {
        if (inside === 0) within.pop();
        else within[within.length - 1] = inside - 1;
      }
    } else if (char === '"') {
      if (inside === undefined) return { value: computed ? COMPUTED : value, end: at + 1 };
      within.pop();
    } else if (char === '\\') {
      const next = text[++at] ?? '';
      if (next in ESCAPES) value += ESCAPES[next];
      else computed = true;
    } else if ((char === '$' || char === '%') && text[at + 1] === '{') {
      at++;
      computed = true;
      within.push(0);
    } else if ((char === '$' || char === '%') && text[at + 1] === char && text[at + 2] === '{') {
      value += `${char}{`;
      at += 2;
    } else value += char;
  }
  return undefined;
}
