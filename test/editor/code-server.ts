/** A VS Code in the browser, from npm: installs it once into the user's cache, starts it, and stops it with all that it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const version = '4.139.1';

/** Where downloads are kept that more than one checkout can use. */
export function userCache(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'distroless');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'distroless');
}

/** The folder of an installed code-server. `say` gets one line when something has to be downloaded. */
export async function installCodeServer(say: (line: string) => void, signal?: AbortSignal): Promise<string> {
  const folder = join(userCache(), `code-server-${version}`);
  if (existsSync(folder)) return folder;
  say(`Downloading code-server ${version} (VS Code for the browser, about 50 MB) from npm. This is done once.`);
  const draft = `${folder}.${process.pid}`;
  try {
    await mkdir(draft, { recursive: true });
    await npm(['pack', `code-server@${version}`, '--silent'], draft, signal);
    await run('tar', ['-xzf', `code-server-${version}.tgz`], draft, signal);
    await rm(join(draft, `code-server-${version}.tgz`));
    const root = join(draft, 'package');
    for (const part of ['.', 'lib/vscode', 'lib/vscode/extensions']) {
      // Its own postinstall compiles native parts that are not needed to edit files, and asks for compilers.
      await npm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], join(root, part), signal);
    }
    // Another start may have been quicker; then its copy is as good as ours.
    await rename(root, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(
      'code-server could not be downloaded from npm. Check that the npm registry can be reached, and try again.',
      { cause },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

export interface CodeServer {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** What it printed so far, for messages when something went wrong. */
  output(): string;
  stop(): Promise<void>;
}

export interface Launch {
  /** The folder that `installCodeServer` gave. */
  readonly folder: string;
  /** Holds the settings, the state and the extensions of this editor, and nothing of the user's own. */
  readonly data: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Without it, folders open in Restricted Mode. */
  readonly trust: boolean;
  /** VSIX files, or folders of extensions under development. */
  readonly extensions: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

export async function startCodeServer(launch: Launch): Promise<CodeServer> {
  const { folder, data, port } = launch;
  const user = join(data, 'User');
  await mkdir(user, { recursive: true });
  await writeFile(join(user, 'settings.json'), JSON.stringify({ ...quiet, ...launch.settings }, null, 2));
  // Without a file of its own it writes one into the user's home folder.
  const config = join(data, 'config.yaml');
  await writeFile(config, '');
  const common = ['--config', config, '--user-data-dir', data, '--extensions-dir', join(data, 'extensions')];
  const entry = join(folder, 'out', 'node', 'entry.js');
  const env = { ...withoutNpm(process.env), ...launch.env };
  if (launch.extensions.length > 0) {
    const flags = launch.extensions.flatMap((vsix) => ['--install-extension', vsix]);
    await run(process.execPath, [entry, ...common, ...flags, '--force'], data, launch.signal, env);
  }
  const child = spawn(
    process.execPath,
    [
      ...[entry, ...common, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      // A closed page otherwise leaves its extension host running for three hours.
      ...['--reconnection-grace-time', '1'],
      ...(launch.trust ? ['--disable-workspace-trust'] : []),
    ],
    // A process group of its own, so that everything it starts can be stopped with it.
    { cwd: data, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await answers(`${address}/healthz`)); tries++) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`code-server did not start.\n${output}`);
    if (tries > 300 || launch.signal?.aborted) {
      await stopGroup(child, ended);
      launch.signal?.throwIfAborted();
      throw new Error(`code-server does not answer on ${address}.\n${output}`);
    }
    await wait(100);
  }
  return { address, ended, output: () => output, stop: () => stopGroup(child, ended) };
}

/** The wanted port, or the next one that nothing listens on. */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 100; port++) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error(`All ports from ${wanted} to ${wanted + 99} are taken. Name a free one with --port.`);
}

/** A quiet editor: nothing that asks, phones home, or covers what is to be seen. */
const quiet = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

async function stopGroup(child: ChildProcess, ended: Promise<void>): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-(child.pid as number), signal);
    } catch {
      return; // The whole group is gone.
    }
    await Promise.race([ended, wait(3000, undefined, { ref: false })]);
  }
}

/** `npm run` tells its children which package they are in; an npm that we start elsewhere must not believe it. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(npm_(lifecycle|package|config_local_prefix|command)|INIT_CWD)/.test(name),
    ),
  );
}

function npm(args: readonly string[], cwd: string, signal: AbortSignal | undefined): Promise<void> {
  // Its packages ask for Node 24, which is what runs this.
  const path = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
  return run('npm', args, cwd, signal, { ...withoutNpm(process.env), PATH: path });
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  signal?: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], ...(signal ? { signal } : {}) });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`“${command} ${args.join(' ')}” failed.\n${output.trim()}`);
}
