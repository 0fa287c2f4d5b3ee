/** How a Node.js container is started: on some images the entrypoint is node itself, on others it has to be named; nowhere is there npm or a shell. */

import { type NodeBin, nodeBins } from '../facts/node-bins.ts';
import { copy, type Draft, decline, note } from './draft.ts';
import { pathOfInit, unwrapInit } from './init.ts';
import { keyword } from './layout.ts';
import type { NodeRuntime } from './node-base.ts';
import { DEVELOPMENT, TOOLS } from './node-tools.ts';
import { write, writeNamed } from './node-write.ts';
import { type PackageJson, scriptNamed, scriptWords } from './npm.ts';
import { nameOf, resolvePath } from './paths.ts';
import { folderUnknown, type Start } from './start.ts';

export interface NodeStart {
  /** Absolute; undefined where no file is named (`node -e …`). */
  readonly script: string | undefined;
  readonly line: number;
  /** A program of the builder that starts node, and is taken along. */
  readonly init: string | undefined;
}

/** Undefined: declined. */
export function settleNodeStart(
  draft: Draft,
  start: Start,
  packageJson: PackageJson | undefined,
  runtime: NodeRuntime,
): NodeStart | undefined {
  const { subject } = draft;
  const entry = start.entrypoint?.words ?? [];
  const cmd = start.cmd?.words ?? [];
  const all = [...entry, ...cmd];
  const count = unwrapInit(all);
  const holder = entry.length > count || (entry.length > 0 && cmd.length === 0) ? start.entrypoint! : start.cmd!;
  const { line } = holder.step;
  const run = afterNode(draft, all.slice(count), { line, bare: entry.length === 0 }, packageJson);
  if (!run) return undefined;
  const script = scriptOf(draft, run.words, line);
  if (script === undefined) return undefined;
  let init: string | undefined;
  if (count > 0) {
    init = pathOfInit(subject, all[0]!);
    if (init === undefined) {
      const first = (start.entrypoint ?? start.cmd)!.step.line;
      decline(
        draft,
        first,
        `Where “${all[0]}” comes from cannot be told, so it cannot be copied. Leave it out, and run the container with --init.`,
      );
      return undefined;
    }
    copy(draft, init);
    note(
      draft,
      'change',
      (start.entrypoint ?? start.cmd)!.step.line,
      `${init} is taken along, and starts node as before${entry.length === 0 && runtime.starts ? '; CMD becomes ENTRYPOINT, because that of the base starts node alone' : ''}.`,
    );
  }
  const written = { count, init, words: run.words, named: run.named };
  if (runtime.starts) write(draft, start, written, runtime.node);
  else writeNamed(draft, start, written, runtime.node);
  return { script: script || undefined, line, init };
}

interface AfterNode {
  /** What node is given. */
  readonly words: readonly string[];
  /** True where the line names node, so that the words after it are as written. */
  readonly named: boolean;
}

/** What comes after `node` when these words are run. */
function afterNode(
  draft: Draft,
  words: readonly string[],
  { line, bare }: { readonly line: number; readonly bare: boolean },
  packageJson: PackageJson | undefined,
): AfterNode | undefined {
  const [program = ''] = words;
  const name = nameOf(`/${program}`);
  if (name === 'node' || name === 'nodejs') return { words: words.slice(1), named: true };
  const script = scriptNamed(words);
  const bin = binOf(name === 'npx' || name === 'yarn' || name === 'pnpm' ? words.slice(1) : words);
  if (bin && !(script && packageJson?.scripts.has(script.name))) return fileOf(draft, bin, line, packageJson);
  if (script) return ofScript(draft, { ...script, manager: name }, line, packageJson);
  const tool = TOOLS.get(name);
  if (tool) decline(draft, line, `“${program}” ${tool}`);
  else if (name === 'npm' || name === 'npx' || name === 'yarn' || name === 'pnpm' || name === 'bun') {
    decline(
      draft,
      line,
      `“${name}” is not in a distroless image. Start the file that it runs: CMD ["node", "server.js"].`,
    );
  } else if (/\.(sh|bash)$/.test(program) || /^(ba|da|a)?sh$/.test(name) || name === 'docker-entrypoint.sh') {
    decline(
      draft,
      line,
      `“${program}” is a script, and a distroless image has no shell to run it. Start node itself, and do in the program, or in the build, what the script does.`,
    );
  } else if (program.startsWith('-') || /\.[cm]?[jt]s$/.test(name)) return { words, named: false };
  else if (/^\.{0,2}\//.test(program)) {
    note(draft, 'assumption', line, `“${program}” is assumed to be a script of Node.js, because node runs it now.`);
    return { words, named: false };
  } else {
    const where = bare ? 'of the image, or of node_modules/.bin' : 'of the image';
    decline(
      draft,
      line,
      `“${program}” is a program ${where}, and would not be found. Start the file behind it: CMD ["node", "node_modules/…"].`,
    );
  }
  return undefined;
}

function ofScript(
  draft: Draft,
  { name, given, manager }: { readonly name: string; readonly given: readonly string[]; readonly manager: string },
  line: number,
  packageJson: PackageJson | undefined,
): AfterNode | undefined {
  const cure = 'Write here what it runs: CMD ["node", "server.js"].';
  if (!packageJson && /^(dev|develop|watch|hot)\b|:(dev|watch)$/.test(name)) {
    decline(draft, line, `By its name, the script “${name}” ${DEVELOPMENT}`);
    return undefined;
  }
  if (!packageJson) {
    decline(
      draft,
      line,
      `${manager} is not in a distroless image, and package.json, which says what “${name}” runs, could not be read. ${cure}`,
    );
    return undefined;
  }
  const text = packageJson.scripts.get(name);
  if (text === undefined) {
    decline(draft, line, `${manager} is not in a distroless image, and package.json has no script “${name}”. ${cure}`);
    return undefined;
  }
  const around = [`pre${name}`, `post${name}`].find((other) => packageJson.scripts.has(other));
  if (around) {
    decline(
      draft,
      line,
      `The script “${name}” of package.json comes with “${around}”, and only ${manager} would run both. Do its work in the build, and start the program alone.`,
    );
    return undefined;
  }
  const read = scriptWords(text);
  const [program = '', ...words] = read?.words ?? [];
  const bin = read && binOf(read.words);
  if (bin) {
    const found = fileOf(draft, bin, line, packageJson);
    if (!found) return undefined;
    written(draft, read.set, { name, manager, text }, line);
    return { words: [...found.words, ...given], named: false };
  }
  if (!read || !/^node(js)?$/.test(program)) {
    const tool = TOOLS.get(nameOf(`/${program}`));
    decline(
      draft,
      line,
      tool
        ? `The script “${name}” of package.json runs “${program}”, which ${tool}`
        : `The script “${name}” of package.json is “${text.slice(0, 80)}”, which is more than a file that node runs. ${cure}`,
    );
    return undefined;
  }
  written(draft, read.set, { name, manager, text }, line);
  return { words: [...words, ...given], named: false };
}

/** A script of package.json is written out. */
function written(
  draft: Draft,
  set: readonly string[],
  { name, manager, text }: { readonly name: string; readonly manager: string; readonly text: string },
  line: number,
): void {
  if (set.length > 0) draft.settings.push(`${keyword(draft.subject, 'ENV')} ${set.join(' ')}`);
  note(
    draft,
    'change',
    line,
    `${manager} is not in the base, so what its script “${name}” runs is written out: ${text.trim()}. If package.json changes, change it here too.`,
  );
  note(
    draft,
    'risk',
    line,
    `node is now the first process of the container, which ${manager} was: unless the program handles SIGTERM, stopping the container takes until it is killed. Run it with --init, or handle the signal.`,
  );
}

interface Bin {
  readonly name: string;
  readonly given: readonly string[];
  readonly bin: NodeBin;
}

/** A program of node_modules/.bin whose file is known. */
function binOf(words: readonly string[]): Bin | undefined {
  const [program = '', ...given] = words;
  const name = nameOf(`/${program}`);
  const bin = nodeBins.get(name);
  return bin && /^((\.\/)?node_modules\/\.bin\/)?[\w-]+$/.test(program) && bin.runs(given)
    ? { name, given, bin }
    : undefined;
}

/** node runs the file behind it: what is in .bin needs “env”, which is not there. */
function fileOf(
  draft: Draft,
  { name, given, bin }: Bin,
  line: number,
  packageJson: PackageJson | undefined,
): AfterNode | undefined {
  if (packageJson && !packageJson.dependencies.includes(bin.package)) {
    decline(
      draft,
      line,
      `“${name}” comes with “${bin.package}”, which package.json does not have among its dependencies, so where it is cannot be told. Add it there.`,
    );
    return undefined;
  }
  const file = `node_modules/${bin.package}/${bin.file}`;
  note(
    draft,
    packageJson ? 'change' : 'assumption',
    line,
    `“${name}” is written as the file behind it, ${file}, for node to run.${packageJson ? '' : ' It is assumed to be installed in the folder in which the program starts.'}`,
  );
  return { words: [file, ...given], named: false };
}

const WITH_VALUE =
  /^(-r|--require|--import|--loader|--experimental-loader|--env-file|--env-file-if-exists|-C|--conditions|--title|--input-type)$/;
const COMPILERS = /ts-node|tsx|@?babel|swc|esbuild-register|sucrase/;

/** The file that node runs; empty where it runs none; undefined: declined. */
function scriptOf(draft: Draft, words: readonly string[], line: number): string | undefined {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (/^(-e|--eval|-p|--print|-pe)$/.test(word)) return '';
    if (/^--watch|^--run|^--test/.test(word)) {
      decline(draft, line, `“${word}” is for development. Start the program without it.`);
      return undefined;
    }
    const value = WITH_VALUE.test(word)
      ? words[++i]
      : word.startsWith('-')
        ? (/^[^=]+=(.*)$/.exec(word)?.[1] ?? '')
        : undefined;
    if (value === undefined) {
      const { cwd } = draft.subject;
      if (!word.startsWith('/') && cwd === undefined) {
        folderUnknown(draft, line);
        return undefined;
      }
      return resolvePath(cwd ?? '/', word);
    }
    if (/^(-r|--require|--import|--(experimental-)?loader)/.test(word) && COMPILERS.test(value)) {
      decline(
        draft,
        line,
        `“${word} ${value}” compiles the sources at every start. Build first, and start what is built.`,
      );
      return undefined;
    }
  }
  decline(
    draft,
    line,
    'node without a file is a prompt for typing. Name the file that it runs: CMD ["node", "server.js"].',
  );
  return undefined;
}
