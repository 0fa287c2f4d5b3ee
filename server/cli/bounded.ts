/**
 * What reads images runs in a process of its own with a cap on its memory, as in the editor: an image that is made to exhaust it ends that process, and
 * not this one, which can say so.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { outOfMemory, watchMemory } from '../images/memory.ts';
import { imageProcessFlags } from '../protocol.ts';
import { InputError, UsageError } from './output.ts';

const variable = 'DISTROLESS_IMAGE_MEMORY_MB';

/** In that process: keeps to its limit, and ends when nobody waits for it any more. False: this is not that process. */
export function isBounded(): boolean {
  if (!process.send || !process.env[variable]) return false;
  process.once('disconnect', () => process.exit(2));
  process.channel?.unref();
  watchMemory(Number(process.env[variable]));
  return true;
}

/** The same command line, in such a process; gives its exit status. Throws InputError where memory ran out. */
export async function inBounds(args: readonly string[], memory: string): Promise<number> {
  const limit = Number(memory);
  if (!Number.isInteger(limit) || limit < 128)
    throw new UsageError(`--memory takes a number of megabytes, 128 or more, not “${memory}”.`);
  const { isTTY, columns = 80 } = process.stderr;
  const child = fork(process.argv[1] ?? '', [...args], {
    execArgv: [...process.execArgv, ...imageProcessFlags(limit)],
    env: { ...process.env, [variable]: memory, ...(isTTY && { DISTROLESS_COLUMNS: `${columns}` }) },
    stdio: ['inherit', 'inherit', 'pipe', 'ipc'],
  });
  passOn(child);
  const { status, signal } = await new Promise<{ status: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal }));
  });
  if (status === outOfMemory || status === 134 || signal === 'SIGABRT')
    throw new InputError(
      `Reading this image takes more than ${limit} MB of memory, so it was stopped. Allow it more with --memory.`,
    );
  if (signal === 'SIGKILL')
    throw new InputError(
      'The system ended the reading of this image, as it does where memory runs out. Give it more memory, or less to read.',
    );
  return status ?? 2;
}

/** What it says, but for V8's own account of how its memory ran out. */
function passOn({ stderr }: ChildProcess): void {
  let quiet = false;
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    const end = text.search(/\s*(<--- Last few GCs --->|FATAL ERROR:|#\n# Fatal)/);
    if (!quiet) process.stderr.write(end < 0 ? text : text.slice(0, end));
    quiet ||= end >= 0;
  });
}
