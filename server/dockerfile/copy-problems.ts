/** What BuildKit stops at in COPY and ADD: instructions/parse.go, dockerfile2llb/convert_copy.go (moby/buildkit@v0.34.2). */
import type { Flag, Heredoc, Instruction, Problem } from './dockerfile.ts';
import { isDigest } from './image-names.ts';
import { fixedValue, misread } from './shell-syntax.ts';
import type { Range } from './text.ts';

/** What it stops at wherever the instruction stands. */
export function* copyShape({ keyword, keywordRange, args, heredocs }: Instruction): Iterable<Problem> {
  const [first] = args;
  const last = args.at(-1);
  if (!first || !last) {
    yield { message: `${keyword} names no files. Write what to copy, and where to.`, range: keywordRange };
  } else if (args.length === 1) {
    const message = `${keyword} takes what to copy, and where to, and one of the two is missing. Write both.`;
    yield { message, range: first.range };
  } else if (heredocs.some(({ range }) => placeOf(range) === placeOf(last.range))) {
    yield { message: `A heredoc cannot be where ${keyword} copies to. Write a path after it.`, range: last.range };
  }
}

const placeOf = ({ start }: Range) => `${start.line}:${start.character}`;

/** What it stops at where the instruction is carried out. */
export function* copyValues(it: Instruction, escapeToken: string): Iterable<Problem> {
  const { keyword, flags, args, heredocs, isJson } = it;
  const given = (name: string) => {
    const flag = flags.find((one) => one.name === name);
    const value = flag?.value && fixedValue(flag.value, escapeToken);
    return flag && value ? { flag, value } : undefined;
  };
  const written = new Set(heredocs.map(({ range }) => placeOf(range)));
  const files = args.slice(0, -1).filter(({ range }) => written.size === 0 || !written.has(placeOf(range)));
  const sources = files.map(({ text, value, range }) => ({
    value: isJson ? fixedValue(value, escapeToken) : fixedValue(text, escapeToken),
    range,
  }));
  yield* wrongMode(given('chmod'));
  yield* ownerByName(given('chown'), flags);
  yield* wrongChecksum(given('checksum'), sources);
  for (const { value, range } of sources) {
    const kind = value === undefined ? undefined : remoteKind(value);
    if (keyword === 'ADD' && kind === 'git') yield* wrongQuery(value!, range);
    if (keyword !== 'COPY' || !kind) continue;
    const isPlain = flags.every(({ name }) => name !== 'from' && name !== 'parents');
    const cure = isPlain ? 'Write ADD in place of COPY.' : 'Write an ADD for it, which has no --from and no --parents.';
    const message = `COPY takes no files from ${kind === 'git' ? 'a Git repository' : 'a URL'}. ${cure}`;
    const fix = { title: 'Write ADD', range: it.keywordRange, newText: 'ADD' };
    yield { message, range, ...(isPlain && { fix }) };
    break;
  }
  for (const heredoc of heredocs) yield* heredocText(keyword, heredoc);
}

interface Given {
  readonly flag: Flag;
  readonly value: string;
}

const rangeOf = ({ valueRange, range }: Flag) => valueRange ?? range;

/** Octal digits up to 07777, or what chmod(1) takes. */
function* wrongMode(given: Given | undefined): Iterable<Problem> {
  if (!given) return;
  const { flag, value } = given;
  if (/^[0-7]+$/.test(value) ? Number.parseInt(value, 8) <= 0o7777 : isSymbolic(value)) return;
  const message = `--chmod takes digits from 0 to 7, no more than 7777, or changes as in u=rwX,go=rX, and not “${value.slice(0, 40)}”. Write one of the two.`;
  yield { message, range: rangeOf(flag), newer: true };
}

const isSymbolic = (mode: string) => mode.split(',').every((part) => /^[augo]*[-+=][-+=rstwXxugo]*$/.test(part));

/** Before, it hung on the engine's storage whether the names were found. */
function* ownerByName(given: Given | undefined, flags: readonly Flag[]): Iterable<Problem> {
  const link = flags.find(({ name }) => name === 'link');
  if (!given || !link || link.value?.toLowerCase() === 'false') return;
  const { flag, value } = given;
  const [user = '', group = ''] = /^([^:]*)(?::(.*))?$/s.exec(value)?.slice(1) ?? [];
  if ([user, group].every((one) => one === '' || isNumber(one))) return;
  const message = `--link copies without looking at the image, so BuildKit since 0.34 stops at the names in --chown=${value.slice(0, 40)}. Write the numbers of user and group, or remove --link.`;
  yield { message, range: rangeOf(flag), olderTakes: true };
}

const isNumber = (text: string) => text === 'root' || (/^[+-]?\d{1,10}$/.test(text) && Number(text) <= 2 ** 31 - 1);

function* wrongChecksum(
  given: Given | undefined,
  sources: readonly { readonly value: string | undefined; readonly range: Range }[],
): Iterable<Problem> {
  if (!given) return;
  const range = rangeOf(given.flag);
  const [source, ...more] = sources;
  if (!source || more.length > 0) {
    const message = '--checksum is that of one file, and here is not one. Write an ADD for each.';
    yield { message, range };
    return;
  }
  const kind = source.value === undefined ? undefined : remoteKind(source.value);
  // That one is a folder, but the question whether it is one of Git's was answered before.
  if (source.value !== undefined && !kind && !source.value.startsWith('github.com/')) {
    const message = '--checksum goes with a URL or a Git repository only. Remove it for files of the build context.';
    yield { message, range };
  } else if (kind === 'url' && !isDigest(given.value)) {
    const message = `“${given.value.slice(0, 40)}” is no checksum. Write sha256: and its 64 digits, in lower case.`;
    yield { message, range };
  }
}

/** dfgitutil, ParseGitRef: what ends in `.git`, and what ssh or git would fetch. A URL that is none is one to BuildKit, too. */
function remoteKind(source: string): 'url' | 'git' | undefined {
  if (/^[\w-]+@[a-zA-Z0-9-.]+:/.test(source)) return 'git';
  const isRemote = /^(https?|ssh|git):\/\//i.test(source);
  const isPlain = /^https?:\/\//.test(source) ? 'url' : undefined;
  if (!isRemote || !URL.canParse(source)) return isPlain;
  const { protocol, pathname } = new URL(source);
  return /^(ssh|git):$/.test(protocol) || pathname.endsWith('.git') ? 'git' : isPlain;
}

const QUERY: Readonly<Record<string, RegExp>> = {
  ref: /./,
  tag: /./,
  branch: /./,
  subdir: /./,
  checksum: /./,
  commit: /./,
  mtime: /^(checkout|commit)$/,
  'keep-git-dir': /^(|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/,
  submodules: /^(|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/,
  'fetch-by-commit': /^(|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/,
};

/** dfgitutil, loadQuery. */
function* wrongQuery(source: string, range: Range): Iterable<Problem> {
  const [, query] = /\?([^#]*)/.exec(source) ?? [];
  for (const [key, value] of new URLSearchParams(query)) {
    const takes = Object.hasOwn(QUERY, key) ? QUERY[key] : undefined;
    if (takes?.test(value)) continue;
    const shown = key.slice(0, 40);
    const message = takes
      ? `“${shown}” has no value that it can take behind “?”. Write one, or remove it.`
      : `“${shown}” is nothing that can stand behind “?”. Write one of ${Object.keys(QUERY).join(', ')}.`;
    yield { message, range, newer: true };
    return;
  }
}

const LONGEST = 200_000;

/** Variables are replaced in it, with “\” as escape whatever the file says, and quotes are text. */
function* heredocText(keyword: string, heredoc: Heredoc): Iterable<Problem> {
  const { content, contentRange, name, chomp, range } = heredoc;
  if (!heredoc.expand || content.length > LONGEST) return;
  const wrong = misread(content, '\\', false);
  if (!wrong) return;
  const before = content.slice(0, wrong.at).split('\n');
  const start = { line: contentRange.start.line + before.length - 1, character: before.at(-1)!.length };
  const written = /^\$\{[^\s"'}]*\}?/.exec(content.slice(wrong.at, wrong.at + 40))?.[0] ?? '${';
  const newText = `<<${chomp ? '-' : ''}"${name}"`;
  yield {
    message: `${keyword} replaces variables in the text of “${name}”, and cannot read “${written}”. Write ${newText}, and nothing in it is replaced, or \\ before the “$”.`,
    range: { start, end: { line: start.line, character: start.character + written.length } },
    fix: { title: `Write ${newText} (assumes that nothing in the text is to be replaced)`, range, newText },
  };
}
