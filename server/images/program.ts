/** Programs of the user's own that are run for him, by name, never through a shell: `ssh`, and the helpers that keep his registry passwords. */
import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { Duplex } from 'node:stream';

/**
 * The program's path. Only absolute folders of PATH are searched: the system itself would also look in the current one, which may be a folder of anybody's.
 * Undefined: there is none of that name.
 */
export async function programPath(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (!/^[\w.-]+$/.test(name)) return undefined;
  const path = environment.PATH ?? environment.Path ?? '';
  const names = process.platform === 'win32' ? [`${name}.exe`] : [name];
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const each of names) {
      const file = join(folder, each);
      if (
        await access(file, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return file;
    }
  }
  return undefined;
}

/** The program's input and output, as a connection. It ends with the connection; where it ends by itself with a complaint, that is the error (code `PROGRAM`). */
export function converse({
  path,
  args,
  environment,
}: {
  readonly path: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Duplex {
  const child = spawn(path, args, { stdio: 'pipe', cwd: homedir(), env: { ...environment }, windowsHide: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  child.stdin.on('error', () => {});
  const stream = new Duplex({
    read: () => void child.stdout.resume(),
    // Why it does not listen is known when it has ended.
    write: (chunk, _, done) => void child.stdin.write(chunk, () => done()),
    final: (done) => void child.stdin.end(done),
    destroy(error, done) {
      child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  const fail = (message: string) => stream.destroy(Object.assign(new Error(message), { code: 'PROGRAM' }));
  child.once('error', (error) => fail(error.message));
  // When all it wrote has been read.
  child.once('close', (code) => {
    if (code === 0 || stream.destroyed) stream.push(null);
    else fail(said.trim() || `It ended with status ${code}.`);
  });
  return stream;
}
