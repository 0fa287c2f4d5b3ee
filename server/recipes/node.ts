/** Node.js: dependencies and build stay in the builder, and what ships is the application's folder, at the same path, on Google's image of the same version. */

import { packagesToCarry } from './by-package.ts';
import { carryConfiguration, declineAlways, isToolPath, keepFolder, type Needed, warnOfLowPorts } from './carry.ts';
import { filesNamed } from './context-files.ts';
import type { Family } from './conversion.ts';
import { giveAway } from './data-folders.ts';
import { type Draft, decline, list, newDraft, note } from './draft.ts';
import { shipFiles } from './files.ts';
import { dropNeedlessRuns } from './final-runs.ts';
import { settleHealthcheck } from './health.ts';
import { installsInit } from './init.ts';
import { settleLeftovers } from './leftovers.ts';
import { warnOfWrites } from './named-files.ts';
import { settleNodeBase } from './node-base.ts';
import { pruneDevelopment } from './node-prune.ts';
import { type NodeStart, settleNodeStart } from './node-start.ts';
import { takeAddons, takeInterpreter, takeRoots } from './node-take.ts';
import { checkByNode } from './node-write.ts';
import { isNodeCommand, type PackageJson, readInstallOf, readPackageJson } from './npm.ts';
import { librariesIn } from './packages.ts';
import { folderOf, isBuildersOwn, isInside, isSystemFolder, nameOf, outermost } from './paths.ts';
import type { Recipe } from './recipe.ts';
import { settlePackages } from './settle-packages.ts';
import { readStart } from './start.ts';
import type { Step, Subject } from './subject.ts';
import { reachable, settleUser } from './users.ts';

export const node: Recipe = {
  language: 'node',
  name: 'Node.js',
  recognises: ({ steps }) =>
    steps.some(({ commands }) => commands.some((command) => readInstallOf(command) !== undefined)),
  contextFiles: (subject) =>
    placesOf(subject).flatMap((it) =>
      ['package.json', '.yarnrc.yml'].flatMap((name) => filesNamed(it, name).map(({ path }) => path)),
    ),
  convert(subject, family) {
    const draft = newDraft(subject);
    return { draft, base: convertNode(draft, family) };
  },
};

function convertNode(draft: Draft, family: Family | undefined): string | undefined {
  const { subject } = draft;
  const { steps } = subject;
  declineAlways(draft);
  const lines = readStart(draft);
  const init = nameOf(`/${[...(lines?.entrypoint?.words ?? []), ...(lines?.cmd?.words ?? [])][0] ?? ''}`);
  const builds = steps.some(({ commands, index }) => index >= subject.inherited && commands.some(isNodeCommand));
  if (builds) draft.cut = steps.findLastIndex(({ instruction }) => instruction.keyword === 'RUN');
  else dropNeedlessRuns(draft, (command) => installsInit(command, init));
  const runtime = settleNodeBase(draft, family);
  const packageJson = packageJsonOf(subject);
  const start = lines && runtime && settleNodeStart(draft, lines, packageJson, runtime);
  whatNeedsMore(draft, packageJson);
  const roots = start ? rootsOf(subject, start) : [];
  // What only takes the files of others keeps its lines; what builds takes them from what it has built.
  const inPlace = !builds && draft.cut < subject.inherited;
  if (!start || !runtime || !(inPlace ? isBrought(draft, start) : hasPlace(draft, roots, start))) {
    settlePackages(draft);
    return undefined;
  }
  const inRoots = (path: string | undefined) => path !== undefined && roots.some((root) => isInside(root, path));
  if (!inPlace) {
    draft.cut = steps.findLastIndex(
      ({ instruction, copy: files, index }) =>
        (instruction.keyword === 'RUN' && draft.fates[index] !== 'gone') ||
        (files !== undefined && (inRoots(files.destination) || files.destination === start.init)),
    );
  }
  keepFolder(draft);
  const runsAs = settleUser(draft);
  reachable(draft, inPlace ? [] : roots, runsAs);
  for (const step of steps) {
    const files = step.copy;
    if (!files) continue;
    if (files.destination === undefined)
      decline(draft, step.line, 'Where this is copied to depends on a build argument. Write the path out.');
    else if (step.index > draft.cut) shipFiles(draft, step);
    else if (
      !inRoots(files.destination) &&
      files.destination !== start.init &&
      !isBuildersOwn(files.destination) &&
      !isInside('/usr/local/share/ca-certificates', files.destination)
    ) {
      if (files.from !== undefined)
        note(draft, 'assumption', step.line, `What comes from “${files.from}” is assumed to serve the build only.`);
      else shipFiles(draft, step);
    }
  }
  carryConfiguration(draft, neededAt);
  if (!inPlace || subject.stage.parent.kind === 'stage') takeRoots(draft, roots);
  const carried = new Set(packagesToCarry(draft).map(({ name }) => name));
  const libraries = builds
    ? librariesIn(steps.flatMap(({ commands }) => commands)).filter((name) => !carried.has(name))
    : [];
  if (libraries.length > 0) takeAddons(draft, roots, libraries);
  if (runtime.interpreter !== undefined) takeInterpreter(draft, runtime.interpreter, inPlace);
  settleHealthcheck(
    draft,
    (words) => checkByNode(words, runtime.node),
    `HEALTHCHECK CMD ["${runtime.node}", "healthcheck.js"]`,
  );
  settleLeftovers(
    draft,
    {
      taken: start.init === undefined ? roots : [...roots, start.init],
      sources: [],
      packages: [
        ...libraries,
        ...(start.init === undefined ? [] : [nameOf(start.init).replace('tini-static', 'tini')]),
      ],
      isBuild: isNodeCommand,
    },
    runsAs,
  );
  if (runsAs.owner !== undefined && lines) warnOfWrites(draft, lines, roots);
  pruneDevelopment(draft, roots, (folder) => packageJsonIn(subject, folder));
  if (!inPlace && runsAs.owner !== undefined) giveNextCache(draft, start, runsAs.owner);
  warnOfLowPorts(draft, runsAs.owner === undefined);
  describe(draft, roots, start, runtime.interpreter !== undefined);
  return runtime.image.reference;
}

/** `next start` keeps there what it makes while it runs: pictures of other sizes, and what it fetched. */
function giveNextCache(draft: Draft, { script, line }: NodeStart, owner: string): void {
  const folder = /^(.*)\/node_modules\/next\/dist\/bin\/next$/.exec(script ?? '')?.[1];
  if (folder === undefined) return;
  const cache = `${folder}/.next/cache`;
  giveAway(draft, owner, [cache], true);
  note(
    draft,
    'change',
    line,
    `${cache} belongs to ${owner}, because Next.js writes there while it runs. Pages that it makes anew it keeps in memory only: their folder is not its own.`,
  );
}

/** That of the folder in which the program starts, else the first that could be read, also by a stage from which files come. */
function packageJsonOf(subject: Subject): PackageJson | undefined {
  const inPlace = subject.cwd === undefined ? undefined : packageJsonIn(subject, subject.cwd);
  const [first] = placesOf(subject)
    .flatMap((place) => filesNamed(place, 'package.json'))
    .filter(({ path }) => subject.context.has(path));
  return inPlace ?? (first && readPackageJson(subject.context.get(first.path)!));
}

/** The stage and those that it copies from. */
function placesOf(subject: Subject): readonly Subject[] {
  return [subject, ...subject.builders.map((it) => it.subject)];
}

function packageJsonIn(subject: Subject, wanted: string): PackageJson | undefined {
  const found = filesNamed(subject, 'package.json').find(
    ({ path, folder }) => folder === wanted && subject.context.has(path),
  );
  return found && readPackageJson(subject.context.get(found.path)!);
}

/** The folders that are taken whole: where the program starts, where it is, and where its dependencies are. */
function rootsOf(subject: Subject, start: NodeStart): readonly string[] {
  const installed = subject.steps.flatMap(({ commands }) =>
    commands.flatMap((command) => {
      const install = readInstallOf(command);
      return install && !install.global && command.cwd !== undefined ? [command.cwd] : [];
    }),
  );
  const cwd = subject.cwd === undefined || subject.cwd === '/' ? [] : [subject.cwd];
  const isCovered = start.script === undefined || cwd.some((folder) => isInside(folder, start.script!));
  const script = isCovered ? [] : [folderOf(start.script!)];
  // node looks for packages in every folder above the program.
  const modules = subject.steps.flatMap(({ commands }) =>
    commands.flatMap(({ words }) =>
      /^(mv|cp)$/.test(words[0] ?? '') && words.at(-1) === '/node_modules' ? ['/node_modules'] : [],
    ),
  );
  return outermost([
    ...cwd,
    ...script,
    ...installed.filter((path) => !isBuildersOwn(path) && path !== '/'),
    ...modules,
  ]);
}

/** In a stage that is kept, a line has to bring what the container runs. */
function isBrought(draft: Draft, { script, line }: NodeStart): boolean {
  const brought =
    script === undefined ||
    draft.subject.steps.some(({ copy: it }) => it?.destination !== undefined && isInside(it.destination, script));
  if (!brought)
    decline(draft, line, `No line of this stage brings ${script}, which the container runs. COPY it there.`);
  return brought;
}

function hasPlace(draft: Draft, roots: readonly string[], start: NodeStart): boolean {
  const { subject } = draft;
  const bad = roots.find(isSystemFolder);
  if (bad !== undefined || roots.length === 0) {
    const place =
      subject.steps.findLast(({ instruction }) => instruction.keyword === 'WORKDIR') ??
      subject.steps.find(({ copy: files }) => files !== undefined);
    decline(
      draft,
      place?.line ?? start.line,
      `The application is in ${bad ?? '/'}, among the files of the system, and cannot be copied apart from them. Give it a folder: WORKDIR /app.`,
    );
    return false;
  }
  const filled = subject.steps.some(
    ({ copy: files, commands }) =>
      (files?.destination !== undefined &&
        roots.some((root) => isInside(root, files.destination!) || isInside(files.destination!, root))) ||
      commands.some(({ words }) => words[0] === 'git' && words.includes('clone')),
  );
  if (!filled) decline(draft, start.line, `No line of this file puts the program into ${roots[0]}. COPY it there.`);
  return filled;
}

/** What no conversion can give: browsers with their libraries, and engines that look for a shell. */
function whatNeedsMore(draft: Draft, packageJson: PackageJson | undefined): void {
  const { subject } = draft;
  const from = subject.stage.from.range.start.line;
  const browsers =
    packageJson?.dependencies.filter((name) =>
      /^(puppeteer|playwright|playwright-chromium|selenium-webdriver)$/.test(name),
    ) ?? [];
  if (browsers.length > 0)
    decline(
      draft,
      from,
      `package.json names ${list(browsers)}, which starts a browser, and a browser needs libraries and fonts that distroless has not. Run the browser in a container of its own.`,
    );
  const yarn = Number(/^yarn@(\d+)/.exec(packageJson?.packageManager ?? '')?.[1] ?? 1);
  const settings = placesOf(subject).flatMap((it) => filesNamed(it, '.yarnrc.yml'));
  const linked = settings.some(({ path }) =>
    /^nodeLinker:\s*["']?(node-modules|pnpm)\b/m.test(subject.context.get(path) ?? ''),
  );
  if (yarn > 1 && !linked)
    decline(
      draft,
      from,
      'Yarn keeps the packages in archives (Plug’n’Play), which node alone cannot read. Set “nodeLinker: node-modules” in .yarnrc.yml.',
    );
  for (const { instruction, commands, line } of subject.steps) {
    const command = commands.find(
      ({ words }) => words.some((word) => /^(playwright|puppeteer)$/.test(word)) && words.includes('install'),
    );
    const setting =
      instruction.keyword === 'ENV' && instruction.args.some(({ text }) => /^(PUPPETEER|PLAYWRIGHT)_/.test(text));
    if (command || setting)
      decline(
        draft,
        command?.line ?? line,
        'The program starts a browser, which needs libraries and fonts that distroless has not. Run the browser in a container of its own.',
      );
  }
  const all = subject.steps.flatMap(({ commands }) => commands);
  const prisma = all.find(({ words }) => words.includes('prisma') && words.includes('generate'));
  if (prisma || packageJson?.dependencies.includes('@prisma/client'))
    note(
      draft,
      'risk',
      prisma?.line ?? from,
      'Prisma’s engine looks for OpenSSL by running other programs, which are not there. Set binaryTargets to the engine of Debian with OpenSSL 3 (debian-openssl-3.0.x) in the schema.',
    );
}

function neededAt(name: string, step: Step): Needed {
  if (isToolPath(name, step)) return 'build';
  if (/^(npm_config_\w+|npm_token|yarn_\w+|pnpm_home|corepack_\w+|debian_frontend|husky\w*)$/i.test(name))
    return 'build';
  return /^(PORT|HOST|HOSTNAME|LOG_LEVEL|[A-Z]+_PORT)$/.test(name) ? 'final' : 'both';
}

/** `named`: node is where its name finds it. */
function describe(draft: Draft, roots: readonly string[], start: NodeStart, named: boolean): void {
  const { subject } = draft;
  note(
    draft,
    'assumption',
    start.line,
    `${list(roots)} ${roots.length > 1 ? 'are' : 'is'} all that the program reads, and it starts no other programs: ${named ? 'there is no shell' : 'neither a shell nor node by its name is there'}.`,
  );
  for (const { commands } of subject.steps) {
    for (const command of commands) {
      const install = readInstallOf(command);
      if (!install?.global || install.packages.length === 0) continue;
      note(
        draft,
        'assumption',
        command.line,
        `${list(install.packages)} ${install.packages.length > 1 ? 'are' : 'is'} assumed to serve the build only, and ${install.packages.length > 1 ? 'are' : 'is'} not in what ships.`,
      );
    }
  }
}
