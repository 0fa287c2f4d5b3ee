/**
 * Tries what is made to hurt on the real image process, and prints a table. Node's permission model forbids that process to write files and to start
 * programs; that it does not even try to is seen by a hook in front of everything else (`watch.ts`).
 *
 *     npm run hostile                the table
 *     npm run hostile -- fuzz N      N mutated inputs in all, a million if none is said; SEED repeats a run
 *     npm run hostile -- archives FOLDER   what each archive of a folder gives
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
import { archives } from './archives.ts';
import { cases } from './cases.ts';
import { fuzz } from './fuzz.ts';
import { offlineArchive, workOffline } from './offline.ts';
import { readers } from './readers.ts';
import { namedElsewhere, tested } from './tested.ts';
import { type Watched, watchedIn } from './watched.ts';

const root = join(import.meta.dirname, '../..');
const capMB = 1024;
/** Milliseconds of the processor that a case may take, so that others on the machine do not count; of the clock where that is not known, or nothing is done. */
const deadline = 120_000;
const standstill = 600_000;

if (process.argv[2] === 'fuzz') await fuzzAll(Number(process.argv[3]) || 1_000_000);
else if (process.argv[2] === 'archives' && process.argv[3])
  process.exitCode = (await archives(process.argv[3])) ? 0 : 1;
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
  const watched = watchedIn(folder);
  const found = new Map<string, number>();
  /** With what was tried while it ran, and ought not to have been. */
  const line = (id: string, what: string, outcome: string, seconds = '', peak = '') => {
    const attempts = watched.attempts();
    for (const attempt of attempts) {
      const kind = attempt.split(' ', 1)[0]!;
      found.set(kind, (found.get(kind) ?? 0) + 1);
    }
    const tried = attempts.length > 0 ? `; tried: ${attempts.slice(0, 3).join(', ')}` : '';
    if (tried || /^(hangs|ended|FAILS|LEAKS|over)|fault/.test(outcome)) process.exitCode = 1;
    console.log(`| ${[id, what, outcome + tried, seconds, peak].join(' | ')} |`);
  };
  try {
    control(folder, watched);
    console.log(
      `The image process may use ${capMB} MB.\n\n| case | what | outcome | s | peak, MB |\n|---|---|---|---|---|`,
    );
    const only = process.argv.slice(2);
    const wanted = ({ id }: { readonly id: string }) => only.length === 0 || only.includes(id);
    for (const each of cases.filter(wanted)) {
      const path = join(folder, 'image.tar');
      await writeFile(path, await each.make());
      const { outcome, seconds, peak } = await tryImage(path, home, watched);
      line(each.id, each.what, outcome, seconds, peak);
    }
    if (wanted({ id: 'N6' })) {
      const path = join(folder, 'offline.tar');
      await writeFile(path, offlineArchive());
      const start = performance.now();
      const done = await workOffline(path, watched);
      line('N6', 'nothing leaves the machine unasked', `${done}: no connection`, since(start));
    }
    for (const [id, what, file, pattern] of tested) {
      if (!wanted({ id })) continue;
      const start = performance.now();
      line(id, what, byTests(`test/${file}.test.ts`, pattern), since(start));
    }
    for (const { id, what, file, there } of namedElsewhere.filter(wanted))
      line(id, what, there ? `tried by ${file}` : `FAILS: ${file} has no such test`);
    const left = (await readdir(home)).length;
    if (left > 0) process.exitCode = 1;
    const counts = ['write', 'program', 'connection'].map((kind) => found.get(kind) ?? 0);
    console.log(`\nTried by our programs: ${counts[0]} writes, ${counts[1]} programs, ${counts[2]} connections.`);
    console.log(`Files that the image process left in its home and temporary folder: ${left}.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
  }
}

/** That attempts are seen whose failure nobody speaks of, when the permission model forbids them and when nothing does. */
function control(folder: string, { flags, env, attempts }: Watched): void {
  for (const permission of [['--permission', '--allow-fs-read=*'], []]) {
    const [hook = '', allowed = ''] = flags;
    const args = [
      hook,
      ...permission,
      ...(permission.length > 0 ? [allowed] : []),
      join(import.meta.dirname, 'control.ts'),
    ];
    spawnSync(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH, ...env } });
    const seen = attempts().map((attempt) => attempt.split(' ', 1)[0]);
    if (seen.join() !== 'write,write,write,program,connection')
      throw new Error(`Of what a program tries in silence, this was seen: ${seen.join() || 'nothing'}.`);
  }
}

async function tryImage(path: string, home: string, watched: Watched) {
  const start = performance.now();
  const { child, connection, exit, said } = run(home, capMB, watched);
  const outcome = await Promise.race([
    asked(connection, path),
    exit.then((code) => `ended (${code})`),
    untilHanging(child, start),
  ]);
  const seconds = since(start);
  const peak = await peakOf(child);
  // What nobody foresaw is told on this channel.
  const fault = said.join('').trim() ? `; fault: ${said.join('').trim().split('\n')[0]}` : '';
  child.kill('SIGKILL');
  await exit;
  connection.dispose();
  return { outcome: Number(peak) > capMB ? `over its memory: ${outcome}` : `${outcome}${fault}`, seconds, peak };
}

async function untilHanging(child: ChildProcess, start: number): Promise<'hangs'> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1000).unref());
    const spent = await spentBy(child);
    if ((spent ?? performance.now() - start) > deadline || performance.now() - start > standstill) return 'hangs';
  }
}

/** Milliseconds of the processor, where the system tells (proc_pid_stat(5), fields 14 and 15, in hundredths of a second). */
async function spentBy({ pid }: ChildProcess): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = text.split(') ').at(-1)!.split(' ').slice(11, 13).map(Number);
  return text === '' ? undefined : (user! + system!) * 10;
}

/** Seconds. */
function since(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
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

function run(home: string, memoryMB: number, { flags, env }: Watched): Running {
  const said: string[] = [];
  const child = fork(join(root, 'server/image-process.ts'), [], {
    execArgv: [
      ...flags,
      '--permission',
      '--allow-fs-read=*',
      '--disable-warning=SecurityWarning',
      ...protocol.imageProcessFlags(memoryMB),
    ],
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, DISTROLESS_IMAGE_MEMORY_MB: `${memoryMB}`, ...env },
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

function byTests(file: string, pattern: string): string {
  const { stdout } = spawnSync(
    process.execPath,
    ['--test', '--test-isolation=none', '--test-reporter=tap', `--test-name-pattern=${pattern}`, file],
    { cwd: root, encoding: 'utf8', timeout: standstill, killSignal: 'SIGKILL' },
  );
  const count = (name: string) => Number(new RegExp(`^# ${name} (\\d+)`, 'm').exec(stdout)?.[1] ?? 0);
  // A test whose own deadline has passed is cancelled.
  const failed = count('fail') + count('cancelled');
  const held = count('pass') > 0 && failed === 0;
  if (count('skipped') > 0 && count('skipped') === count('tests')) return 'skipped: this machine lacks what it needs';
  return held ? `held (${count('pass')} tests)` : `FAILS (${failed} of ${count('tests')})`;
}
