/**
 * Loaded before a program of ours: notes down every attempt to write a file, to start a program or to open a connection, whether it succeeds or not, and
 * whatever the program makes of its failure. One line each, in the file that DISTROLESS_WATCHED names.
 */
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { inspect } from 'node:util';
import workers from 'node:worker_threads';

type Any = (...args: unknown[]) => unknown;
type Holder = Record<string, Any | undefined>;

const log = fs.openSync(process.env.DISTROLESS_WATCHED ?? '', 'a');
const note = (kind: 'write' | 'program' | 'connection', what: string, args: readonly unknown[]) =>
  fs.writeSync(log, `${kind} ${what} ${inspect(args[0], { depth: 1, breakLength: Infinity }).slice(0, 200)}\n`);

function watch(
  holder: unknown,
  name: string,
  kind: 'write' | 'program' | 'connection',
  counts?: (args: unknown[]) => boolean,
) {
  const own = holder as Holder;
  const original = own[name];
  if (typeof original !== 'function') return;
  own[name] = function (this: unknown, ...args: unknown[]) {
    if (!counts || counts(args)) note(kind, name, args);
    return new.target ? Reflect.construct(original, args) : original.apply(this, args);
  };
  Object.setPrototypeOf(own[name], original);
  own[name].prototype = original.prototype;
}

const writers = [
  ...['writeFile', 'appendFile', 'mkdir', 'mkdtemp', 'rename', 'rm', 'rmdir', 'unlink', 'symlink', 'link', 'truncate'],
  ...['chmod', 'lchmod', 'chown', 'lchown', 'utimes', 'lutimes', 'copyFile', 'cp', 'createWriteStream'],
];
const toWrite = ([, flags]: unknown[]) =>
  typeof flags === 'number' ? (flags & 3) !== fs.constants.O_RDONLY : typeof flags === 'string' && /[wa+]/.test(flags);
for (const holder of [fs, fs.promises]) {
  for (const name of writers) for (const each of [name, `${name}Sync`]) watch(holder, each, 'write');
  for (const name of ['open', 'openSync']) watch(holder, name, 'write', toWrite);
}
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'])
  watch(childProcess, name, 'program', ([program]) => !isOurs(program));
watch(workers, 'Worker', 'program');
watch(net.Socket.prototype, 'connect', 'connection');
for (const name of ['send', 'connect']) watch(dgram.Socket.prototype, name, 'connection');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6', 'reverse'])
  for (const holder of [dns, dns.promises]) watch(holder, name, 'connection');
syncBuiltinESMExports();

/** The process that images are read in. */
function isOurs(program: unknown): boolean {
  return /\/server\/(image-process|cli)\.ts$/.test(String(program));
}
