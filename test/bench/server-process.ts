/** A language server as a process over pipes: what it is asked, how long it takes, and what it uses. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { type Request, SERVER_FLAGS } from '../../server/protocol.ts';

const ROOT = join(import.meta.dirname, '../..');

export const SERVERS = [
  { name: 'distroless', args: [...SERVER_FLAGS, join(ROOT, 'dist/server.cjs'), '--stdio'] },
  {
    name: 'dockerfile-language-server-nodejs 0.15.0',
    args: [join(ROOT, 'node_modules/dockerfile-language-server-nodejs/bin/docker-langserver'), '--stdio'],
  },
];

export interface Edit {
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
  readonly text: string;
}

export interface ServerProcess {
  /** Milliseconds from the start of the process to the first diagnostics. */
  readonly first: number;
  /** Done when its diagnostics are there; gives the milliseconds that took. */
  edit(change: Edit): Promise<number>;
  usage(): Usage;
  ask<In, Out>(request: Request<In, Out>, input: In): Promise<Out>;
  stop(): void;
}

/** Linux only: elsewhere not numbers, and shown so. */
export interface Usage {
  readonly rssMB: number;
  /** Of all threads, in user mode. */
  readonly userMs: number;
}

/** Starts the server and opens `text` in it. */
export async function openIn(args: readonly string[], text: string): Promise<ServerProcess> {
  const started = performance.now();
  const server = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => null));
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { configuration: true } },
  });
  await connection.sendNotification('initialized', {});

  const uri = 'file:///bench/Dockerfile';
  let version = 1;
  let answered = () => {};
  // Not every server says which version it speaks of, and ours speaks again of one it has spoken of.
  connection.onNotification('textDocument/publishDiagnostics', (said: { version?: number }) => {
    if (said.version === undefined || said.version >= version) answered();
  });
  const answer = () => new Promise<void>((resolve) => (answered = resolve));
  const opened = answer();
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'dockerfile', version, text },
  });
  await opened;
  return {
    first: performance.now() - started,
    async edit(change) {
      version++;
      const done = answer();
      const start = performance.now();
      const textDocument = { uri, version };
      await connection.sendNotification('textDocument/didChange', { textDocument, contentChanges: [change] });
      await done;
      return performance.now() - start;
    },
    usage: () => usage(server),
    ask: ({ method }, input) => connection.sendRequest(method, input),
    stop() {
      connection.dispose();
      server.kill();
    },
  };
}

function usage({ pid }: ChildProcess): Usage {
  try {
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    // Field 14, in hundredths of a second (proc_pid_stat(5)).
    return { rssMB: Number(rss) / 1000, userMs: Number(rest.split(' ')[11]) * 10 };
  } catch {
    return { rssMB: Number.NaN, userMs: Number.NaN };
  }
}
