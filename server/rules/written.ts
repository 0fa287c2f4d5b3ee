/** The folders that an image's program is told to write to: by VOLUME, by the names of variables and options. */
import { assignments } from '../dockerfile/assignments.ts';
import type { Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { environment, expanded } from '../dockerfile/environment.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { absolute, chainOf } from './copies.ts';
import type { Check } from './rule.ts';
import { workdirAfter } from './workdirs.ts';

export interface Written {
  /** Absolute. Of a file the folder in which it is made. */
  readonly path: string;
  /** What says so: `UPLOAD_DIR`, `--data-dir`; undefined for VOLUME. */
  readonly by: string | undefined;
  /** Where that is what is named: the file of a database. */
  readonly file?: string;
  /** By its name it may also hold what is only read. */
  readonly mayBeRead: boolean;
  readonly word: Word;
  readonly instruction: Instruction;
  readonly stage: Stage;
}

/** So many are looked at: a file has one or two. */
const MOST = 20;

/** Each path once. */
export function writtenFolders(check: Check, stage: Stage): Written[] {
  const found = new Map<string, Written>();
  for (const written of all(check, stage)) {
    if (!found.has(written.path)) found.set(written.path, written);
    if (found.size === MOST) break;
  }
  return [...found.values()];
}

function* all(check: Check, stage: Stage): Generator<Written> {
  const { dockerfile } = check;
  const chain = chainOf(dockerfile, stage);
  for (const link of chain) {
    for (const instruction of link.instructions) {
      if (instruction.keyword !== 'VOLUME') continue;
      for (const word of instruction.args) {
        const path = expanded(dockerfile, link, instruction, word);
        if (path?.startsWith('/'))
          yield { path: absolute('/', path), by: undefined, mayBeRead: false, word, instruction, stage: link };
      }
    }
  }
  const cwd = workdirAfter(check, stage)?.path;
  if (cwd === undefined) return;
  const env = environment(dockerfile, stage);
  for (const link of chain) {
    for (const instruction of link.instructions) {
      if (instruction.keyword !== 'ENV') continue;
      for (const { name, value, word } of assignments(instruction)) {
        const text = value === undefined ? undefined : env.get(name);
        const folder = text === undefined ? undefined : folderNamed(name, text, cwd);
        if (folder) yield { ...folder, by: name, word, instruction, stage: link };
      }
    }
  }
  for (const keyword of ['ENTRYPOINT', 'CMD']) {
    const start = lastOf(dockerfile, stage, keyword);
    const command = start?.instruction.command;
    if (command?.kind !== 'exec') continue;
    for (const [i, word] of command.words.entries()) {
      const [, option = '', joined] = /^--?([a-z][\w.-]*)(?:=(.*))?$/i.exec(word.value) ?? [];
      const told = joined === undefined ? command.words[i + 1] : word;
      const folder = told && option && folderNamed(option, joined ?? told.value, cwd);
      if (folder) yield { ...folder, by: `-${word.value.startsWith('--') ? '-' : ''}${option}`, word: told, ...start! };
    }
  }
}

/** Names of variables, and of options once `.` and `-` in them are `_`. */
const WRITE =
  /(^|_)(LOGS?|UPLOADS?|DOWNLOADS?|BACKUPS?|OUTPUT|STATE|SPOOL|SCRATCH|TE?MP)_(DIR|DIRECTORY|FOLDER|PATH|ROOT)$|(^|_)LOG_?FILE$|^XDG_(DATA|STATE|CACHE)_HOME$|^TMPDIR$|^MPLCONFIGDIR$|^DOTNET_BUNDLE_EXTRACT_BASE_DIR$/;
const MAY_READ = /(^|_)(DATA|STORAGE|CACHE|DB|DATABASE|TSDB)_(DIR|DIRECTORY|FOLDER|PATH|ROOT)$/;
const DATABASE =
  /(^|_)(DB|DATABASE|SQLITE(_?DB)?|DATASOURCE)(_?(URL|URI|DSN|PATH|FILE))?$|(^|_)DATA_FILE$|^CONNECTIONSTRINGS__\w+$/;
/** Data that is made elsewhere. */
const ONLY_READ = /GEO|MAXMIND|SEED|SAMPLE|STATIC|MODEL|TRAIN|VULN|CVE|TRIVY|GRYPE|FONT/;

function folderNamed(
  name: string,
  text: string,
  cwd: string,
): Pick<Written, 'path' | 'file' | 'mayBeRead'> | undefined {
  const upper = name.replace(/[.-]+/g, '_').toUpperCase();
  if (ONLY_READ.test(upper)) return undefined;
  const database = DATABASE.test(upper) ? databaseFile(text) : undefined;
  if (database !== undefined) {
    const file = absolute(cwd, database);
    return { path: folderOf(file), file, mayBeRead: false };
  }
  const isWritten = WRITE.test(upper);
  if (!isWritten && !MAY_READ.test(upper)) return undefined;
  const isPath = /^(\.{0,2}\/|[\w.-]+\/)[\w./@-]*$/.test(text);
  const isName =
    isWritten &&
    /^[a-z][\w-]*(\.log|\.txt)?$/i.test(text) &&
    !/^(std(out|err)|none|null|true|false|on|off)$/i.test(text);
  if (!isPath && !isName) return undefined;
  const path = absolute(cwd, text);
  const isFile = /FILE$/.test(upper) || (/PATH$/.test(upper) && /[^/]\.\w+$/.test(path));
  if (isFile && !isWritten) return undefined;
  return { path: isFile ? folderOf(path) : path, mayBeRead: !isWritten };
}

/**
 * The file of a database that is a file, where its place is certain: `sqlite:///a/b.db` is relative to SQLAlchemy, and absolute to others.
 * Such a database writes beside its file, too (sqlite.org/tempfiles.html).
 */
function databaseFile(text: string): string | undefined {
  if (/^sqlite(\+\w+)?:\/\/\/[^/.]|[?&](mode=ro|immutable=1)|memory/i.test(text)) return undefined;
  const path =
    /^(?:jdbc:)?sqlite3?(?:\+\w+)?:(?:\/\/)?([^?#]*)/.exec(text)?.[1] ??
    /^file:(\/[^?#]*)/.exec(text)?.[1] ??
    /^Data Source=([^;]*\.(?:db|sqlite3?))(?:;|$)/i.exec(text)?.[1] ??
    (/\.(sqlite3?|db|bolt|bbolt|duckdb)$/.test(text) ? text : undefined);
  if (path === undefined || !/^[\w./@-]+$/.test(path)) return undefined;
  // `sqlite:///./x` and `sqlite:////x`
  return path.replace(/^\/(?=\.{0,2}\/)/, '');
}

const folderOf = (path: string) => path.slice(0, Math.max(path.lastIndexOf('/'), 1));
