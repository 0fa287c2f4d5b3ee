/** What `npm start` does once packages are installed: builds, makes the sample workspace, and opens it in the editor that is there. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort, installCodeServer, startCodeServer } from './code-server.ts';
import { makeSample } from './sample.ts';
import { buildVsix } from './vsix.ts';

const root = join(import.meta.dirname, '../..');
const sample = join(root, '.cache', 'sample');
const first = join(sample, 'broken', 'Dockerfile');

const help = `npm start                 opens the extension on a sample workspace: in VS Code where it is installed, otherwise in the browser
npm start -- --browser    in the browser in any case
             --no-open    only prints the address
             --port N     serves it there (8137 or the next free one)
             --fresh      makes the sample workspace anew`;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const options = {
    browser: { type: 'boolean' },
    'no-open': { type: 'boolean' },
    fresh: { type: 'boolean' },
    help: { type: 'boolean' },
    port: { type: 'string' },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const port = Number(values.port ?? 8137);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`“${values.port}” is not a port: give a number from 1 to 65535.`);
  await makeSample(sample, values.fresh === true);
  const desktop = values.browser ? undefined : findDesktop();
  if (desktop) return openDesktop(desktop);
  if (process.platform === 'win32')
    throw new Error(
      'VS Code was not found. Install it from https://code.visualstudio.com (1.101 or newer) and run “npm start” again.',
    );
  return openBrowser(port, values.port !== undefined, values['no-open'] !== true);
}

function openDesktop(code: string): number {
  build();
  console.log('Opening the sample workspace in VS Code …');
  const args = [`--extensionDevelopmentPath=${root}`, '--disable-workspace-trust', sample, first];
  const windows = process.platform === 'win32';
  const { status } = spawnSync(windows ? `"${code}"` : code, windows ? args.map((arg) => `"${arg}"`) : args, {
    stdio: 'inherit',
    shell: windows,
  });
  if (status !== 0)
    throw new Error(`“${code}” could not open a window. “npm start -- --browser” opens it in the browser instead.`);
  return 0;
}

async function openBrowser(wanted: number, insist: boolean, show: boolean): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    const folder = await installCodeServer(console.log, stop.signal);
    const vsix = buildVsix();
    const port = await freePort(wanted);
    if (port !== wanted && insist)
      throw new Error(`Port ${wanted} is taken. Name another one with --port, or leave it out.`);
    const settings = { 'workbench.colorTheme': 'Default Dark Modern' };
    const data = join(root, '.cache', 'editor');
    const server = await startCodeServer({
      folder,
      data,
      port,
      settings,
      trust: true,
      extensions: [vsix],
      signal: stop.signal,
    });
    try {
      const address = workbenchAddress(server.address, sample, first);
      console.log(`Distroless runs in the browser: ${address}\nCtrl-C stops it.`);
      if (show) openAddress(address);
      const aborted = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
      await Promise.race([server.ended, aborted]);
      if (!stop.signal.aborted) throw new Error('The editor ended by itself. “npm start” starts it again.');
    } finally {
      await server.stop();
    }
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    throw error;
  }
}

/** Opens a folder, and a file in it. */
function workbenchAddress(address: string, folder: string, file: string): string {
  const payload = JSON.stringify([['openFile', `vscode-remote://${new URL(address).host}${encodeURI(file)}`]]);
  const query = new URLSearchParams({ folder, payload }).toString();
  return `${address}/?${query.replaceAll('%2F', '/').replaceAll('%3A', ':')}`;
}

function openAddress(address: string): void {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  // No browser, as on a server, is no failure: the address is there to be copied.
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  spawn(command, [address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

function build(): void {
  const { status } = spawnSync(process.execPath, ['build.ts'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The extension could not be built; the lines above say why.');
}

/** The `code` command of a VS Code that is new enough and can open a window here. */
function findDesktop(): string | undefined {
  // In a terminal of a remote window or in WSL, `code` speaks with an editor elsewhere, which cannot load an extension from here.
  if (process.env.VSCODE_IPC_HOOK_CLI || process.env.WSL_DISTRO_NAME) return undefined;
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  if (process.getuid?.() === 0) return undefined; // It refuses to run as root.
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  const path = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return [...path.map((folder) => join(folder, name)), ...usualPlaces()].find(
    (file) => existsSync(file) && isNewEnough(file),
  );
}

function usualPlaces(): string[] {
  switch (process.platform) {
    case 'darwin':
      return ['/Applications', join(homedir(), 'Applications')].map((folder) =>
        join(folder, 'Visual Studio Code.app/Contents/Resources/app/bin/code'),
      );
    case 'win32':
      return [join(process.env.LOCALAPPDATA ?? '', 'Programs'), process.env.ProgramFiles ?? ''].map((folder) =>
        join(folder, 'Microsoft VS Code', 'bin', 'code.cmd'),
      );
    default:
      return [
        '/usr/bin/code',
        '/usr/share/code/bin/code',
        '/snap/bin/code',
        '/var/lib/flatpak/exports/bin/com.visualstudio.code',
      ];
  }
}

function isNewEnough(code: string): boolean {
  const windows = process.platform === 'win32';
  const { stdout } = spawnSync(windows ? `"${code}"` : code, ['--version'], {
    encoding: 'utf8',
    shell: windows,
    timeout: 20_000,
  });
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(stdout ?? '') ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 101);
}
