/** Bun: one file that is taken along from its own image. Facts of the images: oven-sh/bun@10babb5, dockerhub/debian-slim and dockerhub/alpine. */
import { declineAlways } from './carry.ts';
import { filesNamed } from './context-files.ts';
import { type Draft, decline, newDraft, note } from './draft.ts';
import { imageBelow } from './glibc.ts';
import { unwrapInit } from './init.ts';
import { keyword } from './layout.ts';
import { DEVELOPMENT, TOOLS } from './node-tools.ts';
import { isNodeCommand, type PackageJson, readPackageJson, scriptWords } from './npm.ts';
import { convertOwnRuntime } from './own-runtime.ts';
import { nameOf } from './paths.ts';
import type { Recipe } from './recipe.ts';
import { convertSingleFile, makesSingleFile } from './single-file.ts';
import { readStart, type Start, writeWords } from './start.ts';
import type { Subject } from './subject.ts';

export const bun: Recipe = {
  language: 'bun',
  name: 'Bun',
  recognises: makesSingleFile,
  contextFiles: (subject) => filesNamed(subject, 'package.json').map(({ path }) => path),
  convert(subject, family) {
    const draft = newDraft(subject);
    if (makesSingleFile(subject)) return { draft, base: convertSingleFile(draft, family) };
    declineAlways(draft);
    const fits = isBun(draft);
    const isMusl = /alpine/.test(subject.base?.tag ?? '');
    const start = settleStart(draft);
    const base = convertOwnRuntime(
      draft,
      family,
      {
        name: 'Bun',
        image: imageBelow(subject),
        files: [{ path: PROGRAM }],
        written: [],
        libraries: isMusl ? { programs: [PROGRAM], folders: [] } : undefined,
        kind: isMusl ? 'static' : 'cc',
        environment: [['BUN_RUNTIME_TRANSPILER_CACHE_PATH', '0']],
        isTool: isNodeCommand,
        packages: [],
        needed: (name) =>
          /^(BUN_INSTALL\w*|npm_config_\w+|NPM_TOKEN|DEBIAN_FRONTEND)$/i.test(name) ? 'build' : 'both',
        check: `HEALTHCHECK CMD ["${PROGRAM}", "healthcheck.ts"]`,
      },
      start,
    );
    return { draft, base: fits ? base : undefined };
  },
};

const PROGRAM = '/usr/local/bin/bun';

function isBun(draft: Draft): boolean {
  const { subject } = draft;
  const { base, stage } = subject;
  const line = stage.from.range.start.line;
  if (base?.name !== 'oven/bun') {
    decline(
      draft,
      line,
      `Bun is taken along from its own image only, where it is known where it is. Build on oven/bun instead of “${base?.reference ?? stage.image?.value}”, or ship what “bun build --compile” makes.`,
    );
    return false;
  }
  return true;
}

function settleStart(draft: Draft): Start | undefined {
  const start = readStart(draft);
  if (!start) return undefined;
  const entry = start.entrypoint?.words ?? [];
  const all = [...entry, ...(start.cmd?.words ?? [])];
  let at = unwrapInit(all);
  if (nameOf(`/${all[at] ?? ''}`) === 'docker-entrypoint.sh') at++;
  const holder = (entry.length > at || !start.cmd ? start.entrypoint : start.cmd)!;
  const { line } = holder.step;
  const named = nameOf(`/${all[at] ?? ''}`) === 'bun';
  const words = all.slice(named ? at + 1 : at);
  // The image's script gives to bun what is no program.
  if (!named && (entry.length > at || !/^(run|start|-)|\.[cm]?[jt]sx?$/.test(words[0] ?? ''))) {
    decline(
      draft,
      line,
      `“${words[0] ?? ''}” is not Bun, and a distroless image has neither a shell nor other programs. Start Bun: CMD ["bun", "run", "index.ts"].`,
    );
    return undefined;
  }
  const run = settleRun(draft, words, line);
  if (!run) return undefined;
  const isPlain = at === 0 && named && run.words === words;
  if (isPlain) {
    for (const part of [start.entrypoint, start.cmd]) {
      if (part?.step.instruction.command?.kind === 'shell') writeWords(draft, part, part.words);
    }
    return start;
  }
  if (entry.length === 0) {
    if (start.entrypoint) draft.fates[start.entrypoint.step.index] = 'gone';
    writeWords(draft, start.cmd!, [PROGRAM, ...run.words]);
  } else {
    writeWords(draft, start.entrypoint!, [PROGRAM, ...run.words]);
    if (start.cmd) draft.fates[start.cmd.step.index] = 'gone';
  }
  note(draft, 'change', line, `${PROGRAM} is started by itself: the image’s docker-entrypoint.sh needs a shell.`);
  return start;
}

interface Run {
  readonly words: readonly string[];
}

/** What bun is given; a script of package.json is written out, because bun runs it with the system's shell. */
function settleRun(draft: Draft, words: readonly string[], line: number): Run | undefined {
  const watched = words.find((word) => /^--(watch|hot|inspect\S*)$/.test(word));
  const flags = words.findIndex((word) => !word.startsWith('-'));
  const [verb = '', next = ''] = words.slice(Math.max(flags, 0));
  const target = verb === 'run' ? next : verb;
  if (watched || /^(dev|test|install|add|build|create|x|repl|upgrade|publish|outdated)$/.test(verb)) {
    decline(
      draft,
      line,
      `“${watched ?? verb}” is for development, or needs more than Bun. Start the program: CMD ["bun", "run", "index.ts"].`,
    );
    return undefined;
  }
  if (/\.[cm]?[jt]sx?$/.test(target) || target.includes('/')) return { words };
  const packageJson = packageJsonOf(draft.subject);
  const text = packageJson?.scripts.get(target);
  const cure = 'Write here what it runs: CMD ["bun", "run", "index.ts"].';
  if (text === undefined) {
    decline(
      draft,
      line,
      packageJson
        ? `package.json has no script “${target}”. ${cure}`
        : `Bun runs the scripts of package.json with a shell, which a distroless image has not, and what “${target}” runs could not be read. ${cure}`,
    );
    return undefined;
  }
  const around = [`pre${target}`, `post${target}`].find((name) => packageJson!.scripts.has(name));
  const read = around ? undefined : scriptWords(text);
  const [program = '', ...rest] = read?.words ?? [];
  if (
    !read ||
    program !== 'bun' ||
    !/\.[cm]?[jt]sx?$/.test(rest.find((word) => !word.startsWith('-') && word !== 'run') ?? '')
  ) {
    const tool =
      TOOLS.get(nameOf(`/${program}`)) ?? (rest.some((word) => /^--(watch|hot)$/.test(word)) ? DEVELOPMENT : undefined);
    decline(
      draft,
      line,
      tool
        ? `The script “${target}” of package.json runs “${program}”, which ${tool}`
        : `The script “${target}” of package.json is “${text.slice(0, 80)}”${around ? `, with “${around}”` : ''}, which is more than a file that Bun runs. ${cure}`,
    );
    return undefined;
  }
  if (rest.some((word) => /^--(watch|hot)$/.test(word))) {
    decline(draft, line, `The script “${target}” of package.json ${DEVELOPMENT}`);
    return undefined;
  }
  if (read.set.length > 0) draft.settings.push(`${keyword(draft.subject, 'ENV')} ${read.set.join(' ')}`);
  note(
    draft,
    'change',
    line,
    `Bun would run the script “${target}” with a shell, so what it runs is written out: ${text.trim()}. If package.json changes, change it here too.`,
  );
  const given = words.slice(words.indexOf(target) + 1);
  return { words: [...rest, ...given] };
}

function packageJsonOf(subject: Subject): PackageJson | undefined {
  const places = filesNamed(subject, 'package.json').filter(({ path }) => subject.context.has(path));
  const place = places.find(({ folder }) => folder === subject.cwd) ?? places[0];
  return place && readPackageJson(subject.context.get(place.path)!);
}
