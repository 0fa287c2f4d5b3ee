/** The script that starts the container, as it is in the build context: its interpreter, its line ends, its mode. */
import type { Base } from '../bases/base.ts';
import { baseOf } from '../bases/effective.ts';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { heredocText, workdirAt } from '../dockerfile/environment.ts';
import { isShell } from '../dockerfile/invoked.ts';
import { flag, lastOf } from '../dockerfile/queries.ts';
import { wordsIn } from '../dockerfile/run-scripts.ts';
import { absolute, copyOf } from './copies.ts';
import { replace } from './edits.ts';
import { isInterpreted } from './interpreted.ts';
import { missingIn } from './programs.ts';
import type { Check, ContextFile, ContextFiles, Fix, Rule } from './rule.ts';
import { runCommands } from './run.ts';
import { ancestors, chainBelow } from './shipped.ts';
import { programName, type Start, startsOf } from './starts.ts';

export const entrypointScript: Rule = {
  id: 'entrypoint-script',
  group: 'cannot start',
  severity: 'error',
  why: 'A script is started by the interpreter that its first line names. Where that is not in the image, where the line ends as Windows ends lines, or where the file may not be executed, the container ends at once, often with “no such file or directory” though the script is there.',
  example: {
    before:
      'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nCOPY docker-entrypoint.sh /\nENTRYPOINT ["/docker-entrypoint.sh"]\n',
    context: { 'docker-entrypoint.sh': '#!/bin/sh\nexec /app "$@"\n' },
  },
  needs: scriptNeeds,
  *check({ dockerfile, base, context, targets }) {
    const last = targets.flatMap((target) =>
      ['ENTRYPOINT', 'CMD'].flatMap((keyword) => lastOf(dockerfile, dockerfile.stages[target]!, keyword) ?? []),
    );
    const started = new Set(last.map(({ instruction }) => instruction));
    const stages = [...new Set(last.map(({ stage }) => stage))].sort((a, b) => a.index - b.index);
    for (const { stage, start, candidates } of scriptsOf(dockerfile, stages)) {
      if (!started.has(start.instruction)) continue;
      const { found, file } = readScript(candidates, context) ?? {};
      if (!found || !file) continue;
      const trouble = troubleOf(dockerfile, stage, start, base(stage), found, file);
      if (trouble) yield { ...trouble, range: start.words[0]!.range };
    }
  },
};

/** The paths in the build context where the scripts that are started may be. */
export function scriptNeeds(dockerfile: Dockerfile): readonly string[] {
  const paths = new Set<string>();
  for (const { candidates } of scriptsOf(dockerfile, dockerfile.stages))
    for (const { path, inline } of candidates) if (!inline) paths.add(path);
  return [...paths];
}

/**
 * The commands of a stage whose file says in its first line what runs it. Where that is known to be missing, only a shell counts:
 * of that this rule speaks, and of other interpreters missing-interpreter.
 */
export function startsByThemselves(check: Check, stage: Stage): ReadonlySet<Instruction> {
  const { dockerfile, base } = check;
  const starts = new Set<Instruction>();
  for (const { instruction, shebang } of shebangsOf(check, stage)) {
    if (isShell(shebang) || !missingIn(dockerfile, stage, instruction, base(stage), shebang)) starts.add(instruction);
  }
  return starts;
}

/** A script that the stage starts, as ENTRYPOINT or CMD, would find no interpreter in `image`. */
export function lacksInterpreter(check: Check, stage: Stage, image: Base): boolean {
  for (const { instruction, shebang } of shebangsOf(check, stage))
    if (missingIn(check.dockerfile, stage, instruction, image, shebang)) return true;
  return false;
}

function* shebangsOf(
  { dockerfile, context }: Check,
  stage: Stage,
): Generator<{ readonly instruction: Instruction; readonly shebang: string }> {
  for (const { start, candidates } of scriptsOf(dockerfile, [stage])) {
    const shebang = shebangOf(readScript(candidates, context)?.file.text ?? '');
    if (shebang !== undefined) yield { instruction: start.instruction, shebang };
  }
}

/** What the last copy that has it puts there, unless it is no text. */
function readScript(
  candidates: readonly Candidate[],
  context: ContextFiles,
): { readonly found: Candidate; readonly file: ContextFile } | undefined {
  const found = candidates.find(({ path, inline }) => inline ?? context.get(path));
  const file = found && (found.inline ?? context.get(found.path));
  return !found || !file || file.text.includes('\0') || file.text.startsWith('\x7fELF') ? undefined : { found, file };
}

const shebangOf = (text: string) => /^#!\s*(\S+)/.exec(text.split('\n', 1)[0] ?? '')?.[1];

interface Candidate {
  /** In the build context; of a heredoc in the image. */
  readonly path: string;
  /** What a heredoc holds. BuildKit makes such files with mode 0644. */
  readonly inline?: ContextFile;
  readonly copy: Instruction;
}

interface Script {
  readonly stage: Stage;
  readonly start: Start;
  /** The last copy first. */
  readonly candidates: readonly Candidate[];
}

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

function* scriptsOf(dockerfile: Dockerfile, stages: readonly Stage[]): Generator<Script> {
  const check = { dockerfile, base: (stage: Stage) => baseOf(dockerfile, stage) };
  for (const stage of stages) {
    const image = check.base(stage);
    for (const start of startsOf(dockerfile, stage, image)) {
      if (start.role !== 'program' || start.instruction.keyword === 'RUN') continue;
      const { value } = start.words[0]!;
      const folder = workdirAt(dockerfile, stage, undefined, image?.workdir);
      const paths = value.includes('/')
        ? value.startsWith('/') || folder !== undefined
          ? [absolute(folder ?? '/', value)]
          : []
        : isScriptName(value)
          ? folders.map((it) => `${it}/${value}`)
          : [];
      const candidates = paths.length > 0 ? candidatesOf(check, stage, paths) : [];
      if (candidates.length > 0) yield { stage, start, candidates };
    }
  }
}

const isScriptName = (name: string) => /\.\w+$|entry-?point|^(start|run|init)\b/.test(name);

/** The files of the context that a COPY may have put at one of the paths. */
function candidatesOf(check: Pick<Check, 'dockerfile' | 'base'>, stage: Stage, paths: readonly string[]): Candidate[] {
  const found: Candidate[] = [];
  for (const link of chainBelow(check.dockerfile, stage)) {
    const copies = contextCopies(check, link);
    for (const path of paths) {
      for (const folder of ancestors(path)) {
        const rest = path.slice(folder === '/' ? 1 : folder.length + 1);
        for (const { sources, instruction } of copies.get(folder) ?? []) {
          for (const heredoc of instruction.heredocs) {
            if (rest !== '' && rest !== heredoc.name) continue;
            const written = heredocText(check.dockerfile, link, instruction, heredoc) ?? heredoc.content;
            const text = written.replace(/\r$/gm, '');
            found.push({ path, copy: instruction, inline: { text, executable: false } });
          }
          for (const source of sources) {
            const at = candidatePath(source, rest);
            if (at !== undefined) found.push({ path: at, copy: instruction });
          }
        }
      }
    }
  }
  return found.sort((a, b) => b.copy.index - a.copy.index).slice(0, MOST);
}

/** So many copies to one place, and so many candidates, are looked at. */
const MOST = 8;

interface ContextCopy {
  readonly sources: readonly string[];
  readonly instruction: Instruction;
}

const kept = new WeakMap<Stage, ReadonlyMap<string, readonly ContextCopy[]>>();

/** The copies of a stage that take files from the build context, by where they put them. */
function contextCopies(
  check: Pick<Check, 'dockerfile' | 'base'>,
  stage: Stage,
): ReadonlyMap<string, readonly ContextCopy[]> {
  const known = kept.get(stage);
  if (known) return known;
  const made = new Map<string, ContextCopy[]>();
  for (const instruction of stage.instructions) {
    if ((instruction.keyword !== 'COPY' && instruction.keyword !== 'ADD') || flag(instruction, 'from')) continue;
    const copy = copyOf(check, stage, instruction);
    if (copy?.destination === undefined) continue;
    const sources = copy.sources
      .flatMap((it) =>
        it === undefined || it.startsWith('<<') || it.includes('://') ? [] : [absolute('/', it).slice(1)],
      )
      .slice(0, MOST * 10);
    const list = made.get(copy.destination) ?? [];
    made.set(copy.destination, [...list.slice(1 - MOST), { sources, instruction }]);
  }
  kept.set(stage, made);
  return made;
}

/** `source` is the file itself, a pattern that it matches, or a folder that it is in. */
function candidatePath(source: string, rest: string): string | undefined {
  if (rest === '') return /[*?[]/.test(source) ? undefined : source;
  const name = programName(source);
  if (/[*?[]/.test(source)) {
    const [before = '', after = ''] = name.split('*');
    const folder = source.slice(0, source.length - name.length);
    const fits =
      !/[?[]/.test(source) &&
      !folder.includes('*') &&
      rest.startsWith(before) &&
      rest.endsWith(after) &&
      !rest.includes('/');
    return fits ? folder + rest : undefined;
  }
  if (name === rest) return source;
  return source === '' ? rest : `${source}/${rest}`;
}

function troubleOf(
  dockerfile: Dockerfile,
  stage: Stage,
  { instruction, words }: Start,
  image: Base | undefined,
  { path, copy }: Candidate,
  { text, executable }: ContextFile,
): { readonly message: string; readonly fixes?: readonly Fix[] } | undefined {
  const [line = ''] = text.split('\n', 1);
  const later = runsAfter(dockerfile, stage, copy.index);
  const shebang = shebangOf(text);
  if (shebang === undefined) {
    if (text.trim() === '' || !/\.(sh|bash)$/.test(words[0]!.value) || later.length > 0) return undefined;
    return {
      message: `“${path}” does not begin with “#!”, so the system cannot tell what should run it. Write “#!/bin/sh”, or whatever it is written for, in its first line.`,
    };
  }
  const lacks = missingIn(dockerfile, stage, instruction, image, shebang) !== undefined;
  // Of these missing-interpreter speaks, which knows how they are started.
  if (lacks && isInterpreted(words[0]!.value) && !isShell(shebang)) return undefined;
  const missing =
    lacks ||
    (programName(shebang) === 'bash' && isBareAlpine(image) && !runsAfter(dockerfile, stage, -1).some(mayBringBash));
  if (missing) {
    return {
      message: `“${path}” is run by “${shebang}”, which “${image?.reference}” has not. ${programName(shebang) === 'bash' && image?.hasShell ? 'Install it, or write the script for “/bin/sh”.' : 'Do in the build, or in the program, what the script does, and start the program itself.'}`,
    };
  }
  if (line.endsWith('\r')) {
    if (later.some(mendsLines)) return undefined;
    return {
      message: `The lines of “${path}” end as Windows ends them, so the system looks for an interpreter called “${shebang}” with a carriage return after it. Save the file with LF, and have “*.sh text eol=lf” in .gitattributes.`,
    };
  }
  if (executable !== false || flag(copy, 'chmod') || later.some(changesModes)) return undefined;
  const at = copy.keywordRange.end;
  return {
    message: `“${path}” is not executable, and COPY keeps it so. Copy it with --chmod=0755.`,
    fixes: [{ title: 'Copy it with --chmod=0755', edits: [replace({ start: at, end: at }, ' --chmod=0755')] }],
  };
}

/** The Alpine variants of these have BusyBox’s shell only. */
const isBareAlpine = (image: Base | undefined) =>
  image?.os?.libc === 'musl' && /^(alpine|golang|node|python|rust)$/.test(image.name);

/** What RUNs after an instruction start, in the stage and in those below it. */
function runsAfter(dockerfile: Dockerfile, stage: Stage, after: number): readonly Instruction[] {
  return chainBelow(dockerfile, stage)
    .flatMap(({ instructions }) => instructions)
    .filter(({ keyword, index }) => keyword === 'RUN' && index > after);
}

/** It installs bash, links it, or takes what it installs from a variable. */
const mayBringBash = (instruction: Instruction) =>
  wordsIn(instruction).some((word) => /(^|\/)bash([=~<>@].*)?$/.test(word)) ||
  runCommands(instruction).some(({ name, words }) => name === 'apk' && words.some(({ dynamic }) => dynamic));

/** It takes carriage returns away: `dos2unix`, `sed -i 's/\r$//'`, `tr -d '\r'`. */
const mendsLines = (instruction: Instruction) =>
  wordsIn(instruction).some((word) => /(^|\/)(dos2unix|fromdos)$|\\r/.test(word));

const changesModes = (instruction: Instruction) =>
  runCommands(instruction).some(({ name }) => name === 'chmod' || name === 'install');
