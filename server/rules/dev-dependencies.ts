/** Dependencies that only developers need are installed in what ships. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { environment, workdirAt } from '../dockerfile/environment.ts';
import { copySource, lastOf } from '../dockerfile/queries.ts';
import { wordsOf } from '../dockerfile/shell-words.ts';
import { replace } from './edits.ts';
import { parsedJson } from './npm-script.ts';
import type { Check, ContextFiles, Fix, Rule } from './rule.ts';
import { type RunCommand, type RunWord, runCommands } from './run.ts';

const MANIFEST = 'package.json';

export const devDependencies: Rule = {
  id: 'dev-dependencies',
  group: 'does not belong',
  severity: 'warning',
  minimal: true,
  why: 'Test runners, bundlers and type checkers are often the greater part of node_modules. The running application opens none of them, and each is one more thing to patch.',
  example: {
    before:
      'FROM node:24-trixie AS build\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\n\nFROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\nCOPY server.js ./\nCMD ["server.js"]\n',
    after:
      'FROM node:24-trixie AS build\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\n\nFROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\nCOPY server.js ./\nCMD ["server.js"]\n',
  },
  needs: ({ instructions }) => (instructions.some((it) => runCommands(it).some(isInstall)) ? [MANIFEST] : []),
  *check(check) {
    const { dockerfile, context } = check;
    if (saysThereAreNone(context)) return;
    const installs = new Map<number, Install | undefined>();
    const told = new Set<RunWord>();
    for (const stage of stagesWhoseModulesShip(check)) {
      const install = lastInstall(dockerfile, stage, installs);
      if (!install || told.has(install.verb)) continue;
      told.add(install.verb);
      yield {
        message: `“npm ${install.verb.value}” also installs what package.json lists for developers only, and it becomes part of what ships. ${install.builds ? 'Remove it with “npm prune --omit=dev” once everything is built.' : 'Add “--omit=dev”.'}`,
        range: install.verb.range(),
        // Without a package.json nobody knows whether there is any.
        severity: context.get(MANIFEST) ? 'warning' : 'info',
        fixes: fixes(install),
      };
    }
  },
};

interface Install {
  readonly verb: RunWord;
  /** What is built after it, for which the dependencies may be needed. */
  readonly builds: RunCommand | undefined;
}

function fixes({ verb, builds }: Install): Fix[] {
  if (!builds) {
    if (verb.dynamic) return [];
    const { end } = verb.range();
    return [{ title: 'Add “--omit=dev”', edits: [replace({ start: end, end }, ' --omit=dev')] }];
  }
  if (!builds.extensible) return [];
  const { end } = builds.words.at(-1)!.range();
  const title = 'Add “npm prune --omit=dev” after the build';
  return [{ title, edits: [replace({ start: end, end }, ' && npm prune --omit=dev')] }];
}

/** Where package.json can be read, and has no dependencies for developers. */
function saysThereAreNone(context: ContextFiles): boolean {
  const manifest = readManifest(context);
  return manifest !== undefined && Object.keys(manifest.devDependencies ?? {}).length === 0;
}

interface Manifest {
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

function readManifest(context: ContextFiles): Manifest | undefined {
  return parsedJson(context.get(MANIFEST)?.text);
}

/** The targets whose program is Node.js itself, and the stages from which node_modules are copied into what ships. */
function* stagesWhoseModulesShip({ dockerfile, targets, shipped, base, context }: Check): Iterable<Stage> {
  for (const index of targets) {
    const stage = dockerfile.stages[index];
    if (stage && startsNode(dockerfile, stage, base(stage)?.entrypoint, context)) yield stage;
  }
  for (const stage of dockerfile.stages) {
    if (!shipped.has(stage.index)) continue;
    for (const instruction of stage.instructions) {
      if (instruction.keyword !== 'COPY' || instruction.flags.length === 0) continue;
      const source = copySource(dockerfile, stage, instruction);
      const origin = source?.kind === 'stage' ? dockerfile.stages[source.stage] : undefined;
      if (!origin) continue;
      const folder = workdirAt(dockerfile, origin, undefined, base(origin)?.workdir);
      if (folder !== undefined && copiesModules(instruction, folder)) yield origin;
    }
  }
}

/** A dev server, a test runner or a script of unknown content may need what developers need. */
function startsNode(
  dockerfile: Dockerfile,
  stage: Stage,
  ofBase: readonly string[] | undefined,
  context: ContextFiles,
): boolean {
  const words = ['ENTRYPOINT', 'CMD'].flatMap((keyword) => {
    const command = lastOf(dockerfile, stage, keyword)?.instruction.command;
    if (!command) return keyword === 'ENTRYPOINT' ? (ofBase ?? []) : [];
    return wordsOf(command);
  });
  const [program = '', ...given] = words.filter(
    (word) => !/^(docker-entrypoint\.sh|tini|dumb-init|--|-s)$/.test(word.replace(/^.*\//, '')),
  );
  if (/(^|\/)(node|nodejs)$/.test(program))
    return !given.some((word) => /nodemon|--inspect|ts-node|tsx|webpack|vite/.test(word));
  const start = readManifest(context)?.scripts?.start;
  return program === 'npm' && /^(run )?start$/.test(given.join(' ')) && /^node [\w./-]+$/.test(start ?? '');
}

function copiesModules({ args }: Instruction, folder: string): boolean {
  const root = folder === '/' ? '' : folder;
  return args
    .slice(0, -1)
    .map(({ value }) => (value.startsWith('/') ? value : `/${value.replace(/^\.\//, '')}`).replace(/\/\.?$/, ''))
    .some((path) => path === `${root}/node_modules` || (path === root && root !== ''));
}

function isInstall({ name, words: [, ...given] }: RunCommand): boolean {
  if (name !== 'npm') return false;
  const words = given.filter(({ value }) => !value.startsWith('-'));
  return (
    words.length === 1 && /^(ci|install|i)$/.test(words[0]!.value) && !given.some(({ value }) => OTHERWISE.test(value))
  );
}

/** Says itself what is installed, where, or nothing that developers need. */
const OTHERWISE = /^(--omit|--only|--production|--prod|-P|--include|--prefix|-C|-g|--global|--location)(=|$)|\$/;

/** The stage's last npm install, its own or one below it, that leaves dependencies for developers behind. `known`: of stages that were asked before. */
function lastInstall(
  dockerfile: Dockerfile,
  stage: Stage,
  known: Map<number, Install | undefined>,
): Install | undefined {
  const chain: Stage[] = [];
  for (let at: Stage | undefined = stage; at && !known.has(at.index); ) {
    chain.push(at);
    at = at.parent.kind === 'stage' ? dockerfile.stages[at.parent.stage] : undefined;
  }
  for (const link of chain.reverse()) {
    let left = link.parent.kind === 'stage' ? known.get(link.parent.stage) : undefined;
    for (const instruction of link.instructions) {
      for (const command of runCommands(instruction)) left = after(dockerfile, link, instruction, command, left);
    }
    known.set(link.index, left);
  }
  return known.get(stage.index);
}

function after(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  command: RunCommand,
  left: Install | undefined,
): Install | undefined {
  const [, ...given] = command.words;
  const verb = given.find(({ value }) => !value.startsWith('-'));
  if (isInstall(command)) {
    const variables = environment(dockerfile, stage, instruction);
    const set = SETTINGS.some((name) => variables.has(name)) || command.env.some((it) => SETTING.test(it));
    return set || !verb ? undefined : { verb, builds: undefined };
  }
  if (!left) return undefined;
  if (command.name === 'npm' && /^(ci|install|i|prune)$/.test(verb?.value ?? '')) {
    // Pruned, or installed again without them; `npm install PACKAGE` changes nothing.
    return given.some(({ value }) => OTHERWISE.test(value)) ? undefined : left;
  }
  if (OTHER_TOOLS.test(command.name) || given.some(({ value }) => /node_modules|prune|\.sh$/.test(value)))
    return undefined;
  return BUILDERS.test(command.name) ? { ...left, builds: command } : left;
}

/** What else may take them away. */
const OTHER_TOOLS = /^(yarn|pnpm|bun|node-prune|turbo|nx|make|.*\.sh)$/;
/** What may need them. */
const BUILDERS = /^(npm|npx|tsc|node|vite|webpack|next|ng|gulp|grunt)$/;

const SETTINGS = [
  'NODE_ENV',
  'NPM_CONFIG_PRODUCTION',
  'NPM_CONFIG_OMIT',
  'NPM_CONFIG_ONLY',
  'npm_config_omit',
  'npm_config_production',
];
const SETTING = /^(NODE_ENV|npm_config_(production|omit|only))=/i;
