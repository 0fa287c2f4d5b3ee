/** Deno: one file that is taken along from its own image, with the cache of modules. Facts of the images: denoland/deno_docker@b7864b7, debian.dockerfile. */
import { declineAlways } from './carry.ts';
import { type Draft, decline, newDraft, note } from './draft.ts';
import { imageBelow } from './glibc.ts';
import { unwrapInit } from './init.ts';
import { keyword } from './layout.ts';
import { convertOwnRuntime } from './own-runtime.ts';
import { nameOf } from './paths.ts';
import type { Recipe } from './recipe.ts';
import { programOf } from './run-commands.ts';
import { convertSingleFile, makesSingleFile } from './single-file.ts';
import { readStart, type Start, writeWords } from './start.ts';

export const deno: Recipe = {
  language: 'deno',
  name: 'Deno',
  recognises: makesSingleFile,
  contextFiles: () => [],
  convert(subject, family) {
    const draft = newDraft(subject);
    if (makesSingleFile(subject)) return { draft, base: convertSingleFile(draft, family) };
    declineAlways(draft);
    const fits = onDebian(draft);
    const start = settleStart(draft);
    const cache = subject.variables.fixed('DENO_DIR', undefined)?.replace(/(.)\/+$/, '$1') ?? '/deno-dir';
    const base = convertOwnRuntime(
      draft,
      family,
      {
        name: 'Deno',
        image: imageBelow(subject).replace(':alpine', ':debian'),
        files: [{ path: PROGRAM }, { path: INIT }],
        written: [cache],
        libraries: undefined,
        kind: 'cc',
        environment: [
          ['DENO_DIR', '/deno-dir/'],
          ['DENO_USE_CGROUPS', '1'],
        ],
        isTool: (command) => programOf(command) === 'deno',
        packages: [],
        needed: (name) => (/^(DENO_INSTALL\w*|DEBIAN_FRONTEND)$/.test(name) ? 'build' : 'both'),
        check: `HEALTHCHECK CMD ["${PROGRAM}", "eval", "…"]`,
      },
      start,
    );
    return { draft, base: fits ? base : undefined };
  },
};

const PROGRAM = '/usr/bin/deno';
/** Deno does not end on SIGTERM as process 1, so its images start it with tini, which is linked to the C library alone. */
const INIT = '/tini';

/** In Alpine's variant Deno is patched to load a glibc of its own; that of Debian's is as it was built. */
function onDebian(draft: Draft): boolean {
  const { subject } = draft;
  const { base, stage } = subject;
  const line = stage.from.range.start.line;
  const image = stage.image!;
  const shown = base?.reference ?? image.value;
  if (base?.name !== 'denoland/deno') {
    decline(
      draft,
      line,
      `Deno is taken along from its own image only, where it is known where it is. Build on denoland/deno instead of “${shown}”, or ship what “deno compile” makes.`,
    );
    return false;
  }
  const tag = base.tag ?? 'latest';
  const version = /\d+\.\d+/.exec(tag)?.[0].split('.').map(Number);
  if (/^bin\b/.test(tag) || (version && (version[0] === 0 || (version[0] === 1 && version[1]! < 14)))) {
    decline(
      draft,
      line,
      `“${shown}” is not one of the images that start Deno with tini. Build on denoland/deno:debian, of version 1.14 or newer.`,
    );
    return false;
  }
  if (!/alpine/.test(tag)) return true;
  const foreign = subject.steps
    .flatMap(({ commands }) => commands)
    .find((command) => /^(apk|addgroup|adduser|su-exec)$/.test(programOf(command)));
  const cure = `“${shown}” has a Deno that is patched for Alpine, and does not run on Google’s images. Build on denoland/deno:debian`;
  if (foreign || !/:alpine(-[\w.]+)?$/.test(image.text) || stage.parent.kind !== 'image') {
    decline(
      draft,
      foreign?.line ?? line,
      `${cure}${foreign ? ', where this line has to be written with apt-get or useradd' : ''}.`,
    );
    return false;
  }
  const { end } = image.range;
  const length = image.text.length - image.text.lastIndexOf(':alpine') - 1;
  const start = { line: end.line, character: end.character - length };
  draft.rewritten.push({
    range: { start, end: { line: end.line, character: start.character + 'alpine'.length } },
    newText: 'debian',
  });
  note(
    draft,
    'change',
    line,
    `The build moves to “${image.text.replace(':alpine', ':debian')}”: the Deno of Alpine’s variant is patched for Alpine, and does not run on Google’s images.`,
  );
  return true;
}

/** Of docker-entrypoint.sh, in the same repository: these are given to deno, and anything else is run by itself. */
const COMMANDS = new Set(
  'add bench bundle cache compile completions coverage doc eval fmt help init info install jupyter lint lsp publish remove repl run serve task test types uninstall upgrade vendor'.split(
    ' ',
  ),
);
const DEVELOPMENT =
  /^(add|bench|bundle|cache|compile|coverage|doc|fmt|init|install|jupyter|lint|lsp|publish|remove|repl|test|uninstall|upgrade|vendor)$/;

function settleStart(draft: Draft): Start | undefined {
  const start = readStart(draft);
  if (!start) return undefined;
  const entry = start.entrypoint?.words ?? [];
  const all = [...entry, ...(start.cmd?.words ?? [])];
  let at = unwrapInit(all);
  const isScript = nameOf(`/${all[at] ?? ''}`) === 'docker-entrypoint.sh';
  if (isScript) at++;
  const byScript = isScript || entry.length === 0;
  const named = nameOf(`/${all[at] ?? ''}`) === 'deno';
  if (named) at++;
  const holder = (start.entrypoint ?? start.cmd)!;
  const [command = '', ...given] = all.slice(at);
  if (!named && !(byScript && (COMMANDS.has(command) || command.startsWith('-')))) {
    decline(
      draft,
      holder.step.line,
      `“${command}” is not Deno, and a distroless image has neither a shell nor other programs. Start Deno: CMD ["deno", "run", "main.ts"].`,
    );
    return undefined;
  }
  const development = DEVELOPMENT.test(command)
    ? command
    : given.find((word) => /^--(watch|watch-hmr)(=|$)/.test(word));
  if (development) {
    decline(
      draft,
      holder.step.line,
      `“${development}” is for development. Start the program: CMD ["deno", "run", "main.ts"].`,
    );
    return undefined;
  }
  if (command === 'task')
    note(
      draft,
      'assumption',
      holder.step.line,
      '“deno task” runs commands with a shell of its own; none of them is assumed to be another program.',
    );
  write(draft, start, at);
  return start;
}

/** ENTRYPOINT is what it was in the image, without its script; where the file writes one of its own, that stays. */
function write(draft: Draft, { entrypoint, cmd }: Start, at: number): void {
  const { subject, ending } = draft;
  const count = entrypoint?.words.length ?? 0;
  if (!entrypoint || count === 0) {
    if (entrypoint) draft.fates[entrypoint.step.index] = 'gone';
    ending.push(`${keyword(subject, 'ENTRYPOINT')} ["${INIT}", "--", "${PROGRAM}"]`);
    if (cmd) writeWords(draft, cmd, cmd.words.slice(at));
    note(
      draft,
      'change',
      (cmd ?? entrypoint)!.step.line,
      `ENTRYPOINT starts ${PROGRAM} with ${INIT}, as the image did by a script that needs a shell; CMD is what comes after it.`,
    );
    return;
  }
  const script = entrypoint.words.findIndex((word) => nameOf(`/${word}`) === 'docker-entrypoint.sh');
  if (script < 0) {
    if (entrypoint.step.instruction.command?.kind === 'shell') writeWords(draft, entrypoint, entrypoint.words);
    return;
  }
  const rest = entrypoint.words.slice(script + 1).filter((word, i) => i > 0 || nameOf(`/${word}`) !== 'deno');
  writeWords(draft, entrypoint, [...entrypoint.words.slice(0, script), PROGRAM, ...rest]);
  if (cmd && count <= at) writeWords(draft, cmd, cmd.words.slice(at - count));
  note(
    draft,
    'change',
    entrypoint.step.line,
    'docker-entrypoint.sh is left out: it needs a shell, and only starts Deno.',
  );
}
