/** Builds a Dockerfile's text and starts the result for a few seconds, with the user's own `docker` or `podman`. Everything goes as arguments; there is no shell. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

export interface Builder {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  /** The build context. */
  readonly folder: string;
  /** What the programs print, as it comes. */
  print(text: string): void;
  readonly signal: AbortSignal;
}

export interface Source {
  /** Of the Dockerfile. */
  readonly text: string;
  /** The stage; undefined: the last. */
  readonly target: string | undefined;
}

export interface Started {
  /** It was running when it was looked at last, or has ended by itself with 0. */
  readonly starts: boolean;
  /** “still running after 5 seconds”, “ended with 1 after a second”. */
  readonly how: string;
  /** The last lines that it printed. */
  readonly said: readonly string[];
}

/** On every image and container that is made here. */
export const label = 'distroless.verify=1';

const LOOK_FOR = 5000;
const LAST_LINES = 5;

/** True where it was built under that name. */
export async function build(builder: Builder, { text, target }: Source, name: string): Promise<boolean> {
  const stage = target === undefined ? [] : ['--target', target];
  const args = ['build', '--progress=plain', '--label', label, '--tag', name, ...stage, '--file', '-', builder.folder];
  const { code } = await run(builder, args, { input: text, shown: true });
  return code === 0;
}

/** As `docker run` starts it, with nothing added; it is ended and removed after a few seconds. */
export async function start(builder: Builder, image: string): Promise<Started> {
  const begun = await run(builder, ['run', '--detach', '--label', label, image], { shown: false });
  const container = begun.output.trim().split('\n').at(-1) ?? '';
  if (begun.code !== 0 || !/^[0-9a-f]{12,}$/.test(container)) {
    const said = begun.errors.trim().split('\n');
    // A container that could not be started has been made all the same; its ID is what was printed.
    if (/^[0-9a-f]{64}$/.test(container)) await remove(builder, ['rm', '--force', '--volumes', container]);
    return { starts: false, how: 'does not start', said: said.slice(-LAST_LINES) };
  }
  try {
    const since = Date.now();
    for (;;) {
      const state = await run(builder, ['inspect', '--format', '{{.State.Running}} {{.State.ExitCode}}', container], {
        shown: false,
      });
      const [running, code] = state.output.trim().split(' ');
      const seconds = Math.round((Date.now() - since) / 1000);
      if (running !== 'true' || Date.now() - since > LOOK_FOR || builder.signal.aborted) {
        const logs = await run(builder, ['logs', '--tail', String(LAST_LINES), container], { shown: false });
        const said = `${logs.output}${logs.errors}`.trim().split('\n').filter(Boolean).slice(-LAST_LINES);
        if (running === 'true') return { starts: true, how: `still running after ${seconds} seconds`, said };
        return { starts: code === '0', how: `ended with exit code ${code}`, said };
      }
      await wait(250);
    }
  } finally {
    await remove(builder, ['rm', '--force', '--volumes', container]);
  }
}

/** Also when everything else was cancelled. */
export async function remove(builder: Builder, args: readonly string[]): Promise<void> {
  await run({ ...builder, signal: new AbortController().signal }, args, { shown: false });
}

interface Ran {
  /** Undefined: the program is not there, or was cancelled. */
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
}

export function run(
  { command, env, print, signal }: Omit<Builder, 'folder'>,
  args: readonly string[],
  { input, shown }: { readonly input?: string; readonly shown: boolean },
): Promise<Ran> {
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(command, args, { env, signal, windowsHide: true });
    let output = '';
    let errors = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-100_000);
      if (shown) print(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-100_000);
      if (shown) print(text);
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
    child.once('error', () => resolve({ code: undefined, output, errors }));
    child.once('close', (code) => resolve({ code: code ?? undefined, output, errors }));
  });
}
