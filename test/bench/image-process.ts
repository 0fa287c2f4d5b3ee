/** The image process as it is shipped, and what it used when it had answered; and the bare cost of what it cannot avoid. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import {
  describeImage,
  imageProcessFlags,
  imageVerified,
  listFolder,
  type Request,
  reportImage,
} from '../../server/protocol.ts';
import type { Packing } from './big-archive.ts';

const root = join(import.meta.dirname, '../..');

/** Milliseconds; of the processor's, those of all threads in user mode. Neither counts the start of the process. */
export interface Opened {
  readonly described: number;
  readonly listed: number;
  /** By the time when the files were listed. */
  readonly processor: number;
  readonly reported: number;
  /** MB. */
  readonly peak: number;
}

export interface OpenOptions {
  readonly cacheFolder?: string;
  readonly engineAddress?: string;
  /** Waits until digests are computed, and what is kept is kept. */
  readonly verified?: boolean;
  /** Of its files nothing is asked. */
  readonly describeOnly?: boolean;
}

export async function open(reference: string, options: OpenOptions = {}): Promise<Opened> {
  const { cacheFolder = '', engineAddress = '', verified = false, describeOnly = false } = options;
  const child = fork(join(root, 'dist/image-process.cjs'), {
    execArgv: [...imageProcessFlags(1024)],
    env: { ...process.env, DISTROLESS_CACHE_FOLDER: cacheFolder, DISTROLESS_ENGINE_ADDRESS: engineAddress },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  const ask = <In, Out>({ method }: Request<In, Out>, input: In): Promise<Out> => connection.sendRequest(method, input);
  const whenVerified = new Promise((resolve) => connection.onNotification(imageVerified, resolve));
  // It has started, and has not loaded what an engine takes.
  await ask(describeImage, { reference: 'oci:/nowhere' }).catch(() => {});
  const before = usage(child);
  const start = performance.now();
  await ask(describeImage, { reference });
  const described = performance.now() - start;
  const end = () => {
    connection.dispose();
    child.kill();
  };
  if (describeOnly) {
    end();
    return { described, listed: Number.NaN, processor: Number.NaN, reported: Number.NaN, peak: Number.NaN };
  }
  const view = { kind: 'image' } as const;
  await ask(listFolder, { reference, view, folder: '/', offset: 0, count: 1000, flaggedOnly: false });
  const listed = performance.now() - start;
  const processor = usage(child).processor - before.processor;
  await ask(reportImage, { reference });
  const reported = performance.now() - start;
  const { peak } = usage(child);
  if (verified) await whenVerified;
  end();
  return { described, listed, processor, reported, peak };
}

/** Linux only: elsewhere not numbers, and shown so. */
function usage({ pid }: ChildProcess): { readonly processor: number; readonly peak: number } {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    // Field 14, in hundredths of a second (proc_pid_stat(5)).
    return { processor: Number(rest.split(' ')[11]) * 10, peak: Number(peak) / 1000 };
  } catch {
    return { processor: Number.NaN, peak: Number.NaN };
  }
}

export interface Bare {
  readonly time: number;
  readonly processor: number;
}

const bare = `
const { createReadStream } = require('node:fs'), { createHash } = require('node:crypto'), { pipeline } = require('node:stream/promises'), zlib = require('node:zlib');
const [path, packing] = process.argv.slice(1);
const chunks = { chunkSize: 256 << 10, readableHighWaterMark: 1 << 20 };
const unpack = { plain: [], gzip: [zlib.createGunzip(chunks)], zstd: [zlib.createZstdDecompress(chunks)] }[packing];
const start = performance.now(), used = process.cpuUsage();
pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), ...unpack, createHash('sha256')).then(() => console.log(performance.now() - start, process.cpuUsage(used).user / 1000));
`;

/** Decompressing and hashing the layer, and nothing else. */
export function unpackAndHash(layer: string, packing: Packing): Bare {
  return measured(process.execPath, ['-e', bare, layer, packing]);
}

/** GNU tar, listing the layer. Not numbers where it cannot be run. */
export function tarList(layer: string): Bare {
  const script = 'TIMEFORMAT="%R %U"; time tar -tf "$0" > /dev/null';
  const { stderr } = spawnSync('bash', ['-c', script, layer], { encoding: 'utf8' });
  const [time = Number.NaN, processor = Number.NaN] = (stderr ?? '').trim().split(' ').map(Number);
  return { time: time * 1000, processor: processor * 1000 };
}

function measured(program: string, args: readonly string[]): Bare {
  const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
  const [time = Number.NaN, processor = Number.NaN] = stdout.split(' ').map(Number);
  return { time, processor };
}
