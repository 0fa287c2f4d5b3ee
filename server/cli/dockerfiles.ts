/** Finds and reads the Dockerfiles that the command line is pointed at. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UsageError } from './output.ts';

const NAME = /^((Docker|Container)file(\..+)?|.+\.(Docker|Container)file)$/i;
/** Templates become Dockerfiles only when somebody fills them in. */
const NOT_A_DOCKERFILE =
  /\.(dockerignore|md|txt|orig|rej|bak|swp|j2|jinja2?|tmpl|gotmpl|tpl|template|erb|ejs|hbs|mustache)$/i;
const SKIPPED = new Set(['.git', 'node_modules']);

/** Files as they are named; folders searched, in the order of their names, links not followed; `-` is standard input. */
export async function* dockerfilesAt(
  paths: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<{ path: string; text: string }> {
  for (const path of paths) {
    if (path === '-') {
      yield { path: '-', text: await standardInput(signal) };
      continue;
    }
    const kind = await stat(path).catch(() => undefined);
    if (!kind) throw new UsageError(`There is no file or folder “${path}”.`);
    if (kind.isDirectory()) yield* search(path, signal);
    else yield { path, text: await read(path) };
  }
}

async function* search(folder: string, signal: AbortSignal): AsyncGenerator<{ path: string; text: string }> {
  signal.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`The folder “${folder}” cannot be read (${cause.code}).`);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  // What Go has copied here is not the project's own.
  if (basename(folder) === 'vendor' && entries.some(({ name }) => name === 'modules.txt')) return;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) yield* search(path, signal);
    } else if (entry.isFile() && NAME.test(entry.name) && !NOT_A_DOCKERFILE.test(entry.name)) {
      yield { path, text: await read(path) };
    }
  }
}

export async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UsageError(`There is no file “${path}”.`);
    if (code === 'EISDIR') throw new UsageError(`“${path}” is a folder; name the Dockerfile in it.`);
    throw new UsageError(`“${path}” cannot be read (${code}).`);
  }
}

async function standardInput(signal: AbortSignal): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    signal.throwIfAborted();
    text += chunk;
  }
  return text;
}
