/** How a Python container is started: by its own interpreter, as before; or by that of a base which starts Python by itself and has no programs of packages. */

import { moduleOf } from '../facts/python-programs.ts';
import { copy, type Draft, decline, note } from './draft.ts';
import { pathOfInit, unwrapInit } from './init.ts';
import { nameOf, resolvePath } from './paths.ts';
import { pathFolders, pythonInstalls } from './pip.ts';
import { isOfPackage } from './python-package-program.ts';
import { folderUnknown, type Start, type StartLine, writeWords } from './start.ts';
import type { Subject } from './subject.ts';

/** What is run, whoever runs it. */
export interface PythonStart {
  readonly line: number;
  /** Words before it that belong to tini or dumb-init. */
  readonly init: readonly string[];
  /** `python`: the words after it. `program`: one that a package installed. */
  readonly kind: 'python' | 'program';
  /** The interpreter or program as written, or as it has to be written without the one that started it. */
  readonly program: string;
  readonly given: readonly string[];
  /** The file that Python runs, absolute; undefined where it is a module, a program, or text. */
  readonly script: string | undefined;
  /** How many of the words of ENTRYPOINT and CMD together stand before `given`. */
  readonly consumed: number;
}

/** Undefined: declined. */
export function readPythonStart(draft: Draft, start: Start): PythonStart | undefined {
  const entry = start.entrypoint?.words ?? [];
  const all = [...entry, ...(start.cmd?.words ?? [])];
  const count = unwrapInit(all);
  const holder = entry.length > count || !start.cmd ? start.entrypoint! : start.cmd;
  const { line } = holder.step;
  const runner = runnerOf(draft, all.slice(count), line);
  if (!runner) return undefined;
  const from = count + runner.count;
  const program = all[from];
  if (program === undefined) {
    decline(draft, line, 'Nothing here says which program is run. Name it: CMD ["python", "app.py"].');
    return undefined;
  }
  const init = all.slice(0, count);
  const rest = all.slice(from + 1);
  const common = { line, init };
  const name = nameOf(`/${program}`);
  if (runner.module) {
    const interpreter = runner.folder === undefined ? 'python' : `${runner.folder}/python`;
    const given = ['-m', program, ...rest];
    return { ...common, kind: 'python', program: interpreter, given, script: undefined, consumed: from };
  }
  if (/^python[\d.]*$/.test(name) && !/\.py$/.test(name)) {
    const script = scriptOf(draft, rest, line);
    if (script === false) return undefined;
    const interpreter = runner.folder === undefined ? program : `${runner.folder}/${name}`;
    return { ...common, kind: 'python', program: interpreter, given: rest, script, consumed: from + 1 };
  }
  if (/\.py$/.test(program)) {
    const script = absolute(draft, program, line);
    if (script === undefined) return undefined;
    const interpreter = runner.folder === undefined ? 'python' : `${runner.folder}/python`;
    if (runner.count === 0)
      note(
        draft,
        'change',
        line,
        `“${program}” is given to Python, because the “env” that its first line asks is not there.`,
      );
    return { ...common, kind: 'python', program: interpreter, given: [program, ...rest], script, consumed: from };
  }
  if (!isOfPackage(draft, program, line)) return undefined;
  const found = runner.folder === undefined ? program : `${runner.folder}/${name}`;
  return { ...common, kind: 'program', program: found, given: rest, script: undefined, consumed: from + 1 };
}

interface Runner {
  /** Words of it. */
  readonly count: number;
  /** Where the programs of its environment are; undefined where they are found as they are. */
  readonly folder: string | undefined;
  /** What follows is the name of a module. */
  readonly module: boolean;
}

/** `uv run`, `poetry run` and the like, which find the environment and start the program in it. */
function runnerOf(draft: Draft, words: readonly string[], line: number): Runner | undefined {
  const { subject } = draft;
  const tool = nameOf(`/${words[0] ?? ''}`);
  if (!/^(uv|poetry|pipenv|pdm)$/.test(tool) || words[1] !== 'run')
    return { count: 0, folder: undefined, module: false };
  let count = 2;
  while (/^--(frozen|no-sync|locked|no-dev|offline|no-cache|no-project)$/.test(words[count] ?? '')) count++;
  const module = tool === 'uv' && /^(-m|--module)$/.test(words[count] ?? '');
  if (module || words[count] === '--') count++;
  const cure = 'Name the program alone: CMD ["python", "app.py"].';
  if (words[count]?.startsWith('-')) {
    decline(draft, line, `“${tool} run ${words[count]}” is more than the program that it starts. ${cure}`);
    return undefined;
  }
  const install = pythonInstalls(subject).findLast((it) => it.tool === tool);
  const place = install?.place;
  if (!place || place.kind === 'unknown' || place.kind === 'folder') {
    decline(draft, line, `${tool} is not in a distroless image, and where it put the packages cannot be told. ${cure}`);
    return undefined;
  }
  note(draft, 'change', line, `“${words.slice(0, count).join(' ')}” is left out: what it starts is started directly.`);
  const folder = place.kind === 'environment' ? `${place.path}/bin` : undefined;
  return { count, module, folder: folder !== undefined && pathFolders(subject).includes(folder) ? undefined : folder };
}

/** `false`: declined. */
function scriptOf(draft: Draft, words: readonly string[], line: number): string | undefined | false {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (/^-\w*[cm]$/.test(word)) return undefined;
    if (word === '-W' || word === '-X' || word === '--check-hash-based-pycs') i++;
    else if (!word.startsWith('-') || word === '-') return absolute(draft, word, line) ?? false;
  }
  decline(
    draft,
    line,
    'python without a file is a prompt for typing. Name the file that it runs: CMD ["python", "app.py"].',
  );
  return false;
}

function absolute(draft: Draft, path: string, line: number): string | undefined {
  const { cwd } = draft.subject;
  if (path.startsWith('/') || cwd !== undefined) return resolvePath(cwd ?? '/', path);
  folderUnknown(draft, line);
  return undefined;
}

/** By the interpreter that is taken along: what is written stays, but for what started it. */
export function startAsBefore(draft: Draft, start: Start, run: PythonStart): void {
  if (!takeInit(draft, start, run)) return;
  const words = [...run.init, run.program, ...run.given];
  rewrite(draft, start, run, words);
}

/** By a base that has the interpreter; with it in ENTRYPOINT where `starts`, else its name in front. */
export function startOnBase(
  draft: Draft,
  start: Start,
  run: PythonStart,
  { interpreter, starts }: { readonly interpreter: string; readonly starts: boolean },
): void {
  if (!takeInit(draft, start, run)) return;
  const module = run.kind === 'program' ? (moduleOf.get(nameOf(`/${run.program}`)) ?? nameOf(run.program)) : undefined;
  const given = module === undefined ? run.given : ['-m', module, ...run.given];
  if (module !== undefined)
    note(
      draft,
      'change',
      run.line,
      `“${run.program}” becomes “-m ${module}”: the programs that packages install do not come along, and this runs the same.`,
    );
  const { entrypoint, cmd } = start;
  const isEntry = (entrypoint?.words.length ?? 0) > 0;
  if (!starts || run.init.length > 0) {
    rewrite(draft, start, run, [...run.init, interpreter, ...given], run.init.length > 0 && starts);
    return;
  }
  if (!isEntry) {
    if (entrypoint) draft.fates[entrypoint.step.index] = 'gone';
    writeWords(draft, cmd!, given);
    if (module === undefined)
      note(
        draft,
        'change',
        cmd!.step.line,
        `“${run.program}” is left out: the base starts ${interpreter} by itself, and CMD is what comes after it.`,
      );
    return;
  }
  const own = entrypoint!.words.length - run.consumed;
  if (own <= 0 && cmd && module === undefined && entrypoint!.step.top === entrypoint!.step.line) {
    draft.fates[entrypoint!.step.index] = 'gone';
    note(draft, 'change', entrypoint!.step.line, `ENTRYPOINT is left out: the base starts ${interpreter} by itself.`);
    writeWords(draft, cmd, given);
    return;
  }
  rewrite(draft, start, run, [interpreter, ...given]);
  note(draft, 'change', entrypoint!.step.line, `Python is at ${interpreter} in the base.`);
}

/** Whether `python -m` can start it, which the base can. */
export function hasModule(run: PythonStart): boolean {
  return run.kind === 'python' || moduleOf.has(nameOf(`/${run.program}`));
}

/** Writes the words back: those of ENTRYPOINT there, and the rest where they stood. */
function rewrite(draft: Draft, start: Start, run: PythonStart, words: readonly string[], asEntry = false): void {
  const { entrypoint, cmd } = start;
  const entry = entrypoint?.words.length ?? 0;
  if (!entrypoint || entry === 0) {
    if (entrypoint) draft.fates[entrypoint.step.index] = 'gone';
    writeLine(draft, cmd!, words, asEntry);
    return;
  }
  // The words of CMD that stay are the last ones; where one of them started the program, CMD is what is run.
  const taken = Math.max(0, run.consumed - entry);
  const kept = (cmd?.words.length ?? 0) - taken;
  if (taken > 0 && cmd) {
    draft.fates[entrypoint.step.index] = 'gone';
    writeLine(draft, cmd, words, asEntry);
    return;
  }
  writeWords(draft, entrypoint, words.slice(0, words.length - kept));
  if (cmd && cmd.step.instruction.command?.kind === 'shell') writeWords(draft, cmd, cmd.words);
}

function writeLine(draft: Draft, line: StartLine, words: readonly string[], asEntry: boolean): void {
  writeWords(draft, line, words, asEntry ? 'ENTRYPOINT' : undefined);
}

/** False: declined. */
function takeInit(draft: Draft, start: Start, { init }: PythonStart): boolean {
  const [word] = init;
  if (word === undefined) return true;
  const line = (start.entrypoint ?? start.cmd)!.step.line;
  const path = pathOfInit(draft.subject, word);
  if (path === undefined) {
    decline(
      draft,
      line,
      `Where “${word}” comes from cannot be told, so it cannot be copied. Leave it out, and run the container with --init.`,
    );
    return false;
  }
  copy(draft, path);
  note(draft, 'change', line, `${path} is taken along, and starts the program as before.`);
  return true;
}

/** The program that is process 1 in the builder, where it is to be copied from. */
export function initOf(subject: Subject, { init }: PythonStart): string | undefined {
  return init[0] === undefined ? undefined : pathOfInit(subject, init[0]);
}
