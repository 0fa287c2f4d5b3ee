/** Takes development dependencies out of what ships, beside the user's own lines. */
import { addAfter, type Draft, isInPlace, isKept, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { asRoot } from './interpreter.ts';
import { keyword } from './layout.ts';
import { type Install, isNodeCommand, type Manager, type PackageJson, readInstallOf } from './npm.ts';
import { isInside } from './paths.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import type { Step } from './subject.ts';

interface Installed {
  readonly step: Step;
  readonly command: RunCommand;
  readonly install: Install;
}

/** `packageJson` gives that of a folder, where it could be read. */
export function pruneDevelopment(
  draft: Draft,
  roots: readonly string[],
  packageJson: (folder: string) => PackageJson | undefined,
): void {
  const folders = new Map<string, Installed[]>();
  for (const step of draft.subject.steps) {
    for (const command of step.commands) {
      const install = readInstallOf(command);
      if (!install || install.global || command.cwd === undefined) continue;
      folders.set(command.cwd, [...(folders.get(command.cwd) ?? []), { step, command, install }]);
    }
  }
  for (const [folder, installed] of folders) {
    const ships = roots.some((root) => isInside(root, folder));
    if (!ships || packageJson(folder)?.hasDevDependencies === false) continue;
    if (!installed.every((it) => isProduction(draft, it)))
      pruneFolder(draft, folder, installed, packageJson(folder)?.packageManager);
  }
}

function pruneFolder(
  draft: Draft,
  folder: string,
  installed: readonly Installed[],
  declared: string | undefined,
): void {
  const { subject } = draft;
  const { line } = installed.at(-1)!.command;
  const commands = installed.map(({ command }) => command);
  const how = ofManager(draft, installed.at(-1)!.install.manager, commands, declared);
  if (!how || commands.some(({ words }) => words.includes('--no-save')) || isMoved(draft) || isInPlace(draft)) {
    note(
      draft,
      'assumption',
      line,
      'Development dependencies are installed here, and ship along. Leave them out of the install if the build does not need them.',
    );
    return;
  }
  const place = placeFor(draft, folder);
  if (!place) return;
  // Stages that are built on this one keep what they had.
  const after = isKept(draft) ? subject.steps.at(-1)! : place;
  if (isKept(draft)) asRoot(draft, after.bottom + 1);
  const cwd = subject.steps[after.index + 1]?.cwd ?? subject.cwd;
  const way = cwd !== undefined && cwd !== '/' && isInside(cwd, folder) ? folder.slice(cwd.length + 1) : folder;
  addAfter(draft, after, `${keyword(subject, 'RUN')} ${way === '' ? '' : `cd ${way} && `}${how}`);
  note(
    draft,
    'assumption',
    line,
    `“${how}” takes the development dependencies out again once the build is done. The program is assumed not to load them.`,
  );
}

function isProduction({ subject }: Draft, { step, command, install }: Installed): boolean {
  if (install.production) return true;
  if (command.words.some((word) => /^--(include=dev|production=false|prod=false|dev)$/.test(word))) return false;
  return (command.env.get('NODE_ENV') ?? subject.variables.fixed('NODE_ENV', step.instruction)) === 'production';
}

/** Undefined where there is no command that is known to do it. `declared` is what package.json says of the manager: `yarn@4.1.0`. */
function ofManager(
  { subject }: Draft,
  manager: Manager,
  commands: readonly RunCommand[],
  declared: string | undefined,
): string | undefined {
  const words = commands.flatMap((command) => command.words);
  const all = subject.steps.flatMap((step) => step.commands);
  const files = subject.steps.flatMap(({ copy }) => copy?.sources ?? []);
  const named = (pattern: RegExp) => files.some((source) => pattern.test(source));
  switch (manager) {
    case 'npm': {
      // npm 6, which Node.js has up to 14, does not know --omit; later ones still know what it knows.
      const { language, version = '' } = subject.base?.runtime ?? {};
      return language === 'node' && Number.parseInt(version, 10) < 15
        ? 'npm prune --production'
        : 'npm prune --omit=dev';
    }
    case 'pnpm': {
      // Of a workspace it would prune the root alone; before version 8 it had other options.
      const workspace =
        named(/(^|\/)pnpm-workspace\.yaml$/) || words.some((word) => /^(-r|-F|--(recursive|filter).*)$/.test(word));
      const version = declared ?? all.flatMap((command) => command.words).find((word) => /^pnpm@\d/.test(word));
      const old = Number(/@(\d+)/.exec(version ?? '')?.[1] ?? 8) < 8;
      // Without a terminal it asks for CI before it takes a package away.
      return workspace || old ? undefined : 'CI=true pnpm prune --prod --ignore-scripts';
    }
    case 'yarn': {
      if (/^yarn@[4-9]/.test(declared ?? '')) return 'yarn workspaces focus --all --production';
      const newer =
        declared?.startsWith('yarn@1') !== true &&
        (declared !== undefined ||
          all.some((command) => programOf(command) === 'corepack') ||
          words.some((word) => /^--immutable/.test(word)) ||
          named(/(^|\/)\.(yarn|yarnrc\.yml|pnp\.c?js)\/?$/));
      return newer ? undefined : 'yarn install --production --ignore-scripts --prefer-offline';
    }
    default:
      return undefined;
  }
}

/** Where node_modules is put elsewhere, the folder that would be pruned is empty. */
function isMoved({ subject }: Draft): boolean {
  return subject.steps.some(({ commands }) =>
    commands.some(
      (command) => /^(mv|ln)$/.test(programOf(command)) && command.words.some((word) => word.includes('node_modules')),
    ),
  );
}

/** After the last command that may need them, and not before package.json is there. */
function placeFor({ subject, cut }: Draft, folder: string): Step | undefined {
  const { steps } = subject;
  const last = steps.findLast(({ commands, index }) => index <= cut && commands.some(mayNeedTools));
  const brought = steps.find(
    ({ copy, index }) => index <= cut && copy?.destination !== undefined && isInside(copy.destination, folder),
  );
  if (!last || !brought) return undefined;
  return brought.index > last.index ? brought : last;
}

/** A script of the project may run any of the tools that npm installed. */
function mayNeedTools(command: RunCommand): boolean {
  return isNodeCommand(command) || effectsOf(command).some(({ kind }) => kind === 'unknown');
}
