/** Where a build stage puts Python packages, and what becomes of them in the stage that copies them. */
import type { Base } from '../bases/base.ts';
import type { Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { expanded, workdirAt } from '../dockerfile/environment.ts';
import { copySource } from '../dockerfile/queries.ts';
import { absolute, type Copy, copyOf, isInside } from './copies.ts';
import { environmentsIn, nothingTold, type Told } from './project-environments.ts';
import type { Check } from './rule.ts';
import { type RunCommand, type RunWord, runCommands } from './run.ts';

/** What `python -m venv` and the like, `pip install --target`, or `pip install --prefix` (and `--user`) made and filled. */
export interface PackageFolder {
  readonly kind: 'venv' | 'target' | 'prefix';
  readonly path: string;
  readonly program: RunWord;
  /** Made by uv, Poetry, PDM or virtualenv, from the first Python of PATH. */
  readonly byTool: boolean;
  readonly instruction: Instruction;
  readonly stage: Stage;
}

export interface CopiedFolder {
  readonly copy: Copy;
  readonly folder: PackageFolder;
  /** Where it is after the copy. */
  readonly path: string;
}

/** `3.13`; undefined where the image has no Python, or it cannot be told which. */
export function pythonOf(base: Base | undefined): string | undefined {
  if (base?.runtime?.language === 'python') return /^3\.\d+/.exec(base.runtime.version ?? '')?.[0];
  if (base?.family !== 'other' || base.runtime) return undefined;
  return DEBIAN.get(base.os?.id ?? '');
}

/** The python3 of each Debian: GoogleContainerTools/distroless@python3/config.bzl. */
const DEBIAN: ReadonlyMap<string, string> = new Map([
  ['debian11', '3.9'],
  ['debian12', '3.11'],
  ['debian13', '3.13'],
]);

/** The package folders that a copy from another stage brings. */
export function foldersCopied(check: Check, stage: Stage, instruction: Instruction): CopiedFolder[] {
  const source = copySource(check.dockerfile, stage, instruction);
  const from = source?.kind === 'stage' ? check.dockerfile.stages[source.stage] : undefined;
  const copy = from && copyOf(check, stage, instruction);
  const { destination } = copy ?? {};
  if (!from || !copy || destination === undefined) return [];
  const folders = foldersOf(check, from);
  return copy.sources.flatMap((written) => {
    if (written === undefined || /[*?[]/.test(written)) return [];
    const path = absolute('/', written);
    return folders.flatMap((folder) =>
      isInside(path, folder.path)
        ? [{ copy, folder, path: absolute(destination, `./${folder.path.slice(path === '/' ? 0 : path.length)}`) }]
        : [],
    );
  });
}

interface Known {
  readonly folders: readonly PackageFolder[];
  readonly told: Told;
}

const kept = new WeakMap<Stage, Known>();

/** So many of a stage are looked at: there is one, or two. */
const MOST = 20;

/** Those that a stage and the stages it is built on make. */
function foldersOf(check: Check, stage: Stage): readonly PackageFolder[] {
  const waiting: Stage[] = [];
  let state: Known = { folders: [], told: nothingTold };
  for (let at: Stage | undefined = stage; at; ) {
    const known = kept.get(at);
    if (known) {
      state = known;
      break;
    }
    waiting.push(at);
    at = at.parent.kind === 'stage' ? check.dockerfile.stages[at.parent.stage] : undefined;
  }
  for (const link of waiting.reverse()) {
    let { told, folders } = state;
    const own = link.instructions.flatMap((instruction) => {
      const found = environmentsIn(check, link, instruction, told);
      told = found.told;
      const environments = found.made.flatMap(({ path: said, cwd, command }): PackageFolder[] => {
        const path =
          typeof said === 'string' ? cwd && absolute(cwd, said) : pathOf(check, link, instruction, said, cwd);
        const [program] = command.words;
        return path ? [{ kind: 'venv', path, program, byTool: true, instruction, stage: link }] : [];
      });
      return [...foldersIn(check, link, instruction), ...environments];
    });
    if (own.length > 0) folders = [...own, ...folders].slice(0, MOST);
    state = { folders, told };
    kept.set(link, state);
  }
  return state.folders;
}

function foldersIn(check: Check, stage: Stage, instruction: Instruction): PackageFolder[] {
  if (instruction.keyword !== 'RUN') return [];
  const workdir = workdirAt(check.dockerfile, stage, instruction, check.base(stage)?.workdir);
  return runCommands(instruction).flatMap((command) => {
    const found = folderOf(command);
    const path = found && pathOf(check, stage, instruction, found.word, workdir);
    return path ? [{ kind: found.kind, path, program: command.words[0], byTool: false, instruction, stage }] : [];
  });
}

function folderOf({
  name,
  words,
}: RunCommand): { readonly kind: PackageFolder['kind']; readonly word: RunWord } | undefined {
  const given = words.slice(1);
  const python = /^python(3(\.\d+)?)?$/.test(name);
  const module = python && given[0]?.value === '-m' ? given[1]?.value : undefined;
  if (module === 'venv') {
    const [word, ...more] = given.slice(2).filter(({ value }) => !value.startsWith('-'));
    const certain = !given.some(({ value }) => /^--(copies|prompt|system-site-packages)/.test(value));
    return word && more.length === 0 && certain ? { kind: 'venv', word } : undefined;
  }
  const pip = module === 'pip' || /^pip(3(\.\d+)?)?$/.test(name) ? given.slice(module ? 2 : 0) : [];
  if (pip[0]?.value !== 'install') return undefined;
  for (const [i, word] of pip.entries()) {
    if (word.value === '--user') return { kind: 'prefix', word: { ...word, text: ROOTS, value: ROOTS } };
    const [, option, joined] = /^(--target|--prefix|-t)(?:=(.+))?$/s.exec(word.value) ?? [];
    if (!option) continue;
    const folder = joined === undefined ? pip[i + 1] : { ...word, text: joined, value: joined };
    return folder && { kind: option === '--prefix' ? 'prefix' : 'target', word: folder };
  }
  return undefined;
}

/** Where `--user` puts packages for root, as whom build stages of the official images run. */
const ROOTS = '/root/.local';

function pathOf(
  check: Check,
  stage: Stage,
  instruction: Instruction,
  word: RunWord,
  cwd: string | undefined,
): string | undefined {
  // A variable that the Dockerfile sets means the same to the shell; whatever else the shell would do is not looked into.
  if (word.dynamic && !/^"?\$(\w+|\{\w+\})[\w/.-]*"?$/.test(word.text)) return undefined;
  const path = word.dynamic
    ? expanded(check.dockerfile, stage, instruction, { text: word.text, value: word.value, range: word.range() })
    : word.value;
  if (!path) return undefined;
  const workdir = path.startsWith('/') ? '/' : cwd;
  return workdir === undefined ? undefined : absolute(workdir, path);
}
