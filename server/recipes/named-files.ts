/** Files among the sources that ENV or the command line name: the program opens them when it runs. */
import { assignments } from '../dockerfile/assignments.ts';
import { copy, type Draft, note } from './draft.ts';
import { isBuildersOwn, isInside, resolvePath } from './paths.ts';
import type { Start } from './start.ts';

/** Takes along what is certainly read; of anything else that is named, says that it is not there. */
export function takeNamedFiles(draft: Draft, start: Start, sources: readonly string[]): void {
  const { subject, fates } = draft;
  const { cwd, steps } = subject;
  if (cwd === undefined) return;
  const shipped = steps.flatMap(({ copy: files, index }) =>
    files?.destination !== undefined && fates[index] !== 'build' ? [files.destination] : [],
  );
  const volumes = steps.flatMap(({ instruction }) =>
    instruction.keyword === 'VOLUME' ? instruction.args.map(({ value }) => resolvePath(cwd, value)) : [],
  );
  for (const { word, line, by } of namedWords(draft, start)) {
    const path = resolvePath(cwd, word);
    const isTheirs = sources.some((folder) => path !== folder && isInside(folder, path)) && !isBuildersOwn(path);
    const isThere = [...draft.copied.map((it) => it.path), ...shipped, ...volumes].some((folder) =>
      isInside(folder, path),
    );
    if (!isTheirs || isThere) continue;
    const from = steps.find(
      ({ copy: files, index }) =>
        index <= draft.cut && files?.destination !== undefined && files.intoFolder && isInside(files.destination, path),
    );
    if (from && isAsset(word) && !isSecret(by, word)) {
      copy(draft, path);
      note(
        draft,
        'assumption',
        line,
        `${path} is taken along, because ${by} names it. It is assumed to come with line ${from.line + 1}.`,
      );
    } else {
      note(
        draft,
        'risk',
        line,
        `${by} names ${path}, which is among the sources and not in what ships. If the program reads it, copy it with COPY --from; if it writes it, choose a folder that it owns.`,
      );
    }
  }
}

/** What is mounted into a container more often than it is built into its image. */
const isSecret = (name: string, word: string) =>
  /KEY|SECRET|CRED|TOKEN|PASS|CERT/.test(name) || /\.(crt|key|pem)$/.test(word);

/** A database or a log that ENV puts among files which the program can only read. */
export function warnOfWrites(draft: Draft, start: Start, roots: readonly string[]): void {
  const { cwd } = draft.subject;
  const owned = draft.copied.flatMap(({ path, owner }) => (owner === undefined ? [] : [path]));
  for (const { word, line, by } of namedWords(draft, start)) {
    const path = resolvePath(cwd ?? '/', word);
    if (!/\.(db|sqlite3?|log)$/.test(word) || !roots.some((root) => isInside(root, path))) continue;
    if (owned.some((folder) => isInside(folder, path))) continue;
    note(
      draft,
      'risk',
      line,
      `${by} names ${path}, in a folder that belongs to root in what ships, so the program cannot write there. Make a folder for it in the build, and give it to the program: RUN mkdir -p /data.`,
    );
  }
}

interface NamedWord {
  readonly word: string;
  readonly line: number;
  /** ENTRYPOINT, CMD, or the variable. */
  readonly by: string;
}

function namedWords({ subject, fates }: Draft, start: Start): readonly NamedWord[] {
  const said = [start.entrypoint, start.cmd].flatMap((part) => (part ? [part] : []));
  const given = said.flatMap(({ words, step }) =>
    words.map((word) => ({ word, line: step.line, by: step.instruction.keyword })),
  );
  const set = subject.steps.flatMap(({ instruction, line, index }) =>
    instruction.keyword === 'ENV' && fates[index] !== 'build'
      ? assignments(instruction).map(({ name, value }) => ({
          word: subject.variables.expand(value ?? '', instruction) ?? '',
          line,
          by: name,
        }))
      : [],
  );
  return [...given.slice(1), ...set]
    .map(({ word, line, by }) => ({ word: word.replace(/^-[^=]*=/, ''), line, by }))
    .filter(({ word, by }) => PATH.test(word) && isFileName(word, START.has(by)));
}

/** `Europe/Vienna` and `text/html` are none; `./templates` and `config/app.yaml` are. */
function isFileName(word: string, given: boolean): boolean {
  return /^\.{0,2}\//.test(word) || ((given || word.includes('/')) && isAsset(word) && /\.\w+$/.test(word));
}

const START = new Set(['ENTRYPOINT', 'CMD']);

const PATH = /^(\.{0,2}\/)?[\w.-]+(\/[\w.-]+)*\/?$/;

/** By name: pages, templates, settings; not code. */
export function isAsset(source: string): boolean {
  const path = source.replace(/^\.?\//, '').replace(/(?<!\/)\/+$/, '');
  if (/(^|\/)(go\.(mod|sum|work)|go\.\*|package.*\.json|tsconfig.*\.json|Makefile)$/.test(path)) return false;
  return (
    /(^|\/)(assets|configs?|html|i18n|locales?|migrations|public|resources|static|templates?|tmpl|views|www)$/.test(
      path,
    ) ||
    /\.(cfg|conf|crt|css|csv|env|gohtml|html?|ini|json|mmdb|pem|properties|sql|tmpl|toml|txt|xml|ya?ml)$/.test(path)
  );
}
