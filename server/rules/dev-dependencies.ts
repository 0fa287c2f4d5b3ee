/** Dependencies that only developers need are installed in what ships. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { environment, workdirAt } from '../dockerfile/environment.ts';
import { copySource, lastOf } from '../dockerfile/queries.ts';
import { wordsOf } from '../dockerfile/shell-words.ts';
import { replace } from './edits.ts';
import { parsedJson } from './npm-script.ts';
import { pythonDevelopers } from './python-developers.ts';
import { installFiles, isProject } from './python-installs.ts';
import type { Check, ContextFiles, Fix, Rule } from './rule.ts';
import { type RunCommand, type RunWord, runCommands } from './run.ts';

const MANIFEST = 'package.json';

export const devDependencies: Rule = {
  id: 'dev-dependencies',
  group: 'does not belong',
  severity: 'warning',
  minimal: true,
  why: 'Test runners, bundlers and type checkers are often the greater part of node_modules, and of a Python environment too. The running application opens none of them, and each is one more thing to patch. Known are npm, pnpm, Yarn and Bun; of the last three it is said only where package.json can be read and names such dependencies. Of Python it is said of uv and Poetry, where pyproject.toml can be read and names a group for developers, and of requirements files called dev, test or lint.',
  example: {
    before:
      'FROM node:24-trixie AS build\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\n\nFROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\nCOPY server.js ./\nCMD ["server.js"]\n',
    after:
      'FROM node:24-trixie AS build\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\n\nFROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\nCOPY server.js ./\nCMD ["server.js"]\n',
  },
  needs: (dockerfile, read = new Map()) => [
    ...(dockerfile.instructions.some((it) => runCommands(it).some(isInstall)) ? [MANIFEST] : []),
    ...installFiles(dockerfile, read).filter(isProject),
  ],
  *check(check) {
    const { dockerfile, context } = check;
    yield* pythonDevelopers(check);
    const developers = namesSome(context);
    if (developers === false) return;
    const installs = new Map<number, Install | undefined>();
    const told = new Set<RunWord>();
    for (const stage of stagesWhoseModulesShip(check)) {
      const install = lastInstall(dockerfile, stage, installs);
      if (!install || told.has(install.verb) || (install.tool !== 'npm' && !developers)) continue;
      const { tool, verb, builds } = install;
      told.add(verb);
      yield {
        message: `“${verb.value === tool ? tool : `${tool} ${verb.value}`}” also installs what package.json lists for developers only, and it becomes part of what ships. ${builds ? `Remove it with ${TOOLS[tool].remove} once everything is built.` : `${TOOLS[tool].without}.`}`,
        range: verb.range(),
        // Without a package.json nobody knows whether there is any.
        severity: context.get(MANIFEST) ? 'warning' : 'info',
        fixes: fixes(install),
      };
    }
  },
};

/** Yarn 1 leaves them out by an option, which later versions do not take. `bun` has no prune, and that of pnpm may ask. */
const TOOLS = {
  npm: {
    install: /^(ci|install|i)$/,
    option: '--omit=dev',
    without: 'Add “--omit=dev”',
    remove: '“npm prune --omit=dev”',
    prune: 'npm prune --omit=dev',
  },
  pnpm: {
    install: /^(install|i)$/,
    option: '--prod',
    without: 'Add “--prod”',
    remove: '“pnpm prune --prod”',
    prune: undefined,
  },
  yarn: {
    install: /^install$/,
    option: undefined,
    without: 'Add “--production” (Yarn 1), or write “yarn workspaces focus --production”',
    remove: '“yarn install --production” (Yarn 1) or “yarn workspaces focus --production”',
    prune: undefined,
  },
  bun: {
    install: /^(install|i)$/,
    option: '--production',
    without: 'Add “--production”',
    remove: '“rm -rf node_modules && bun install --production”',
    prune: undefined,
  },
} as const;

type Tool = keyof typeof TOOLS;

const toolOf = (name: string): Tool | undefined => (Object.hasOwn(TOOLS, name) ? (name as Tool) : undefined);

interface Install {
  readonly tool: Tool;
  /** The word that says it; of `yarn` by itself that one. */
  readonly verb: RunWord;
  /** What is built after it, for which the dependencies may be needed. */
  readonly builds: RunCommand | undefined;
}

function fixes({ tool, verb, builds }: Install): Fix[] {
  const { option, prune } = TOOLS[tool];
  if (!builds) {
    if (verb.dynamic || option === undefined) return [];
    const { end } = verb.range();
    return [{ title: `Add “${option}”`, edits: [replace({ start: end, end }, ` ${option}`)] }];
  }
  if (!builds.extensible || prune === undefined) return [];
  const { end } = builds.words.at(-1)!.range();
  return [{ title: `Add “${prune}” after the build`, edits: [replace({ start: end, end }, ` && ${prune}`)] }];
}

/** Whether package.json names dependencies for developers; undefined where it cannot be read. */
function namesSome(context: ContextFiles): boolean | undefined {
  const manifest = readManifest(context);
  return manifest && Object.keys(manifest.devDependencies ?? {}).length > 0;
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
  const tool = toolOf(name);
  if (!tool || given.some(({ value }) => OTHERWISE.test(value))) return false;
  // `--network-timeout 100000`
  const [verb, ...more] = given.filter(({ value }) => !/^(-.*|\d+)$/.test(value));
  if (!verb) return tool === 'yarn' && given.every(({ value }) => OF_YARN.test(value));
  return more.length === 0 && TOOLS[tool].install.test(verb.value);
}

/** Says itself what is installed, where, or nothing that developers need. */
const OTHERWISE =
  /^(--omit|--only|--production|--prod|-[PpDCFg]|--include|--prefix|--global|--location|--dev|--filter|--dir|--cwd|--mode|--modules-(dir|folder)|--lockfile-only|--package-lock-only|--dry-run|--help|-h)(=|$)|\$/;

/** With these `yarn` by itself installs. */
const OF_YARN =
  /^(--(frozen-lockfile|pure-lockfile|immutable|non-interactive|silent|prefer-offline|no-progress|check-files|ignore-\w+|network-timeout(=.*)?)|\d+)$/;

/** The stage's last install, its own or one below it, that leaves dependencies for developers behind. `known`: of stages that were asked before. */
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
    if (SETTINGS.some((name) => variables.has(name)) || command.env.some((it) => SETTING.test(it))) return undefined;
    return { tool: toolOf(command.name)!, verb: verb ?? command.words[0], builds: undefined };
  }
  if (!left) return undefined;
  if (left.tool !== 'npm' && toolOf(command.name)) {
    // Of the rest each may take them away, or install in another way.
    const builds = /^(run|exec|build|test|lint|generate|compile|typecheck|tsc|next|nest|vite)\b/.test(
      verb?.value ?? '',
    );
    const keeps = builds && !given.some(({ value }) => OTHERWISE.test(value) || /node_modules|prune/.test(value));
    return keeps ? { ...left, builds: command } : undefined;
  }
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
  'pnpm_config_production',
  'PNPM_CONFIG_PRODUCTION',
  'YARN_PRODUCTION',
];
const SETTING = /^(NODE_ENV|p?npm_config_(production|omit|only)|yarn_production)=/i;
