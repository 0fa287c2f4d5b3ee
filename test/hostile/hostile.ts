/**
 * Tries what is made to hurt on the real image process, and prints a table. Node's permission model forbids that process to write files and to start
 * programs, so that either would show as a fault.
 *
 *     npm run hostile                the table
 *     npm run hostile -- fuzz N      N mutated inputs in all, a million if none is said; SEED repeats a run
 */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import * as protocol from '../../server/protocol.ts';
import { type Case, cases } from './cases.ts';
import { fuzz } from './fuzz.ts';
import { readers } from './readers.ts';

const root = join(import.meta.dirname, '../..');
const capMB = 1024;
const deadline = 120_000;

/** What answers over a network is played by servers of the tests, on loopback: which tests, by their names. */
const tested = [
  ['N1', 'redirects, and where passwords go', 'test/unit/images/registry.test.ts', '^the password is told|^redirects'],
  ['N2', 'challenges, and servers of tokens', 'test/unit/images/registry.test.ts', '^challenges|^a server of tokens'],
  ['N3', 'foreign layers', 'test/unit/images/registry.test.ts', '^foreign layers'],
  ['N4', 'TLS, proxies, http', 'test/unit/images/registry.test.ts', '^proxies|^http:// is|^where a registry may not'],
  ['N5', 'silence, endless bodies', 'test/unit/images/registry.test.ts', '^a registry that is silent|^more bytes than'],
  ['E1', 'no socket', 'test/docker/finding.test.ts', '^no socket'],
  ['E2', 'a socket that may not be opened', 'test/docker/finding.test.ts', '^a socket that may not'],
  [
    'E3',
    'an engine that says nothing',
    'test/docker/finding.test.ts',
    '^a server that takes|^an engine that answers the greeting',
  ],
  [
    'E4',
    'an engine that dies mid-stream',
    'test/docker/opening.test.ts',
    '^a connection that breaks|^a stream that breaks',
  ],
  [
    'E5',
    'a stream that ends too early, without an error',
    'test/unit/images/save-stream.test.ts',
    '^a stream that ends too early',
  ],
  ['E7', 'what is no engine', 'test/docker/finding.test.ts', '^an engine that refuses|^a redirect'],
  ['E9', 'cancelled', 'test/docker/opening.test.ts', '^cancelling|^a scan that is left'],
] as const;

/** Held by how it is made, or by other tests; nothing of it is tried here. */
const untried = [
  ['N6', 'that nothing leaves the machine unasked'],
  ['E6', 'an engine that is restarted'],
  ['E8', 'a list of 300 MB'],
  ['E10', 'an API that is too old or too new: test/docker, with three real engines'],
  ['E11', 'an engine whose disk is full, an image that is removed while it is read'],
  ['E13', 'a window that is closed while an image is read'],
] as const;

if (process.argv[2] === 'fuzz') await fuzzAll(Number(process.argv[3]) || 1_000_000);
else await table();

/** How many of the inputs each reader took as whole, in part, or not at all: a reader that takes none was never reached. */
async function fuzzAll(count: number): Promise<void> {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  const each = Math.ceil(count / readers.length);
  console.log(`Seed ${seed}\n`);
  console.log('| reader | inputs | read | read in part | refused | exceptions | slowest, ms | s | memory, MB |');
  console.log('|---|---|---|---|---|---|---|---|---|');
  for (const reader of readers) {
    const start = performance.now();
    const tally = await fuzz(reader, each, seed).catch((error: Error) => error);
    const failed = tally instanceof Error;
    if (failed) console.error(tally);
    if (failed || tally.read === 0) process.exitCode = 1;
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const memory = (process.memoryUsage.rss() / 2 ** 20).toFixed(0);
    const counts = failed
      ? ['', '', '', 1, '']
      : [tally.read, tally.part, tally.refused, 0, Math.round(tally.slowest)].map((n) => n.toLocaleString('en'));
    console.log(`| ${[reader.name, each.toLocaleString('en'), ...counts, seconds, memory].join(' | ')} |`);
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  readonly exit: Promise<number | string>;
  readonly said: string[];
}

async function table(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'distroless-hostile-'));
  const home = await mkdtemp(join(tmpdir(), 'distroless-home-'));
  try {
    console.log(
      `The image process may use ${capMB} MB.\n\n| case | what | outcome | s | peak, MB |\n|---|---|---|---|---|`,
    );
    const only = process.argv.slice(2);
    for (const each of cases.filter(({ id }) => only.length === 0 || only.includes(id))) {
      const path = join(folder, 'image.tar');
      if (each.make) await writeFile(path, each.make());
      await row(each, path, home);
    }
    if (only.length === 0) {
      for (const way of ['killed', 'out of memory'] as const) await restarts(way);
      for (const [id, what, file, pattern] of tested) await network(id, what, file, pattern);
      for (const [id, what] of untried) console.log(`| ${id} | ${what} | not yet | | |`);
    }
    console.log(
      `\nFiles that the image process left in its home and temporary folder: ${(await readdir(home)).length}.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
  }
}

async function row({ id, what, make }: Case, path: string, home: string): Promise<void> {
  if (!make) return console.log(`| ${id} | ${what} | not yet | | |`);
  const start = performance.now();
  const { child, connection, exit, said } = run(home, capMB);
  const late = new Promise<'hangs'>((resolve) => setTimeout(() => resolve('hangs'), deadline).unref());
  const outcome = await Promise.race([asked(connection, path), exit.then((code) => `ended (${code})`), late]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const peak = await peakOf(child);
  // What nobody foresaw is told on this channel; so is a file that could not be written, and a program that could not be started.
  const fault = said.join('').trim() ? `; fault: ${said.join('').trim().split('\n')[0]}` : '';
  if (outcome === 'hangs' || outcome.startsWith('ended') || fault) process.exitCode = 1;
  console.log(`| ${id} | ${what} | ${outcome}${fault} | ${seconds} | ${peak} |`);
  child.kill('SIGKILL');
  await exit;
  connection.dispose();
}

/** What a user would see, in a word; a file of each image is read, too. */
async function asked(connection: MessageConnection, path: string): Promise<string> {
  const ask = <In, Out>({ method }: protocol.Request<In, Out>, input: In): Promise<Out> =>
    connection.sendRequest(method, input);
  try {
    const { images, problems } = await ask(protocol.listArchive, { path });
    const told = [...problems];
    for (const { reference } of images.slice(0, 3)) {
      told.push(...(await ask(protocol.reportImage, { reference })).problems);
      const view = { kind: 'image' } as const;
      const range = { offset: 0, count: 100, flaggedOnly: false };
      const { rows } = await ask(protocol.listFolder, { reference, view, folder: '/', ...range });
      if (/\\u00[01]|\\n|\u202e|TOPSECRET/.test(JSON.stringify([told, rows]))) return 'LEAKS';
      for (const { name } of rows)
        await ask(protocol.readFile, { reference, view, path: `/${name}`, limit: 1000 }).catch(sentence);
    }
    return told.length > 0 ? `shown, with ${told.length} said to be wrong` : 'shown';
  } catch (error) {
    sentence(error);
    return 'refused, with a sentence';
  }
}

/** LSP's RequestFailed: it has a message for the user. */
function sentence(error: unknown): void {
  if ((error as { code?: number }).code !== -32803) throw error;
}

function run(home: string, memoryMB: number): Running {
  const said: string[] = [];
  const child = fork(join(root, 'server/image-process.ts'), [], {
    execArgv: [
      '--permission',
      '--allow-fs-read=*',
      '--disable-warning=SecurityWarning',
      `--max-old-space-size=${memoryMB}`,
    ],
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, DISTROLESS_IMAGE_MEMORY_MB: `${memoryMB}` },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.onError(() => {});
  connection.listen();
  const exit = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? '')),
  );
  return { child, connection, exit, said };
}

/** Linux says it; elsewhere it is not known. */
async function peakOf({ pid }: ChildProcess): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return peak === undefined ? 'unknown' : (Number(peak) / 1024).toFixed(0);
}

/** Through the language server, whose tests do it: who waits is told, the next request starts the process again, and diagnostics never stop. */
async function restarts(way: 'killed' | 'out of memory'): Promise<void> {
  const pattern = way === 'killed' ? '^the image process dies' : '^an image that takes too much memory';
  for (let round = 1; round <= 3; round++)
    await network('E12', `image process ${way}, round ${round}`, 'test/lsp/images.test.ts', pattern);
}

async function network(id: string, what: string, file: string, pattern: string): Promise<void> {
  const start = performance.now();
  const { stdout } = spawnSync(
    process.execPath,
    ['--test', '--test-isolation=none', '--test-reporter=tap', `--test-name-pattern=${pattern}`, file],
    { cwd: root, encoding: 'utf8', timeout: deadline, killSignal: 'SIGKILL' },
  );
  const count = (name: string) => Number(new RegExp(`^# ${name} (\\d+)`, 'm').exec(stdout)?.[1] ?? 0);
  const held = count('pass') > 0 && count('fail') === 0;
  if (!held) process.exitCode = 1;
  const outcome = held ? `held (${count('pass')} tests)` : `FAILS (${count('fail')} of ${count('tests')})`;
  console.log(`| ${id} | ${what} | ${outcome} | ${((performance.now() - start) / 1000).toFixed(1)} | |`);
}
