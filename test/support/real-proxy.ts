/** A real proxy on loopback that wants a sign-in: Debian's tinyproxy, started from the project's cache. It asks the next proxy, who knows the names of the tests. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpacked } from '../bases/debian.ts';
import { freePort } from './real-registry.ts';

export interface RealProxy {
  /** `127.0.0.1:40123` */
  readonly host: string;
  /** Targets that it let through, each time. */
  readonly passed: readonly string[];
  stop(): Promise<void>;
}

/** Whatever host is asked for is sought on this machine. */
export async function startRealProxy(user: string, password: string): Promise<RealProxy> {
  const passed: string[] = [];
  const next = createServer().on('connect', ({ url = '' }, socket: Socket) => {
    passed.push(url);
    const further = connect(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      further.pipe(socket).pipe(further);
    });
    for (const end of [socket, further]) end.on('error', () => {});
  });
  await new Promise<void>((resolve) => next.listen(0, '127.0.0.1', resolve));
  const program = await unpacked(['tinyproxy-bin'], 'bookworm');
  const folder = await mkdtemp(join(tmpdir(), 'distroless-proxy-'));
  const port = await freePort();
  await writeFile(
    join(folder, 'tinyproxy.conf'),
    [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Allow 127.0.0.1',
      'MaxClients 20',
      `LogFile "${join(folder, 'log')}"`,
      `BasicAuth ${user} ${password}`,
      `Upstream http 127.0.0.1:${(next.address() as AddressInfo).port}`,
      '',
    ].join('\n'),
  );
  const child = spawn(join(program, 'usr/bin/tinyproxy'), ['-d', '-c', join(folder, 'tinyproxy.conf')], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  const clear = () => {
    child.kill('SIGKILL');
    for (const each of [folder, program]) rmSync(each, { recursive: true, force: true });
  };
  process.once('exit', clear);
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries === 300 || child.exitCode !== null) throw new Error('tinyproxy did not start.');
    await sleep(50);
  }
  return {
    host: `127.0.0.1:${port}`,
    passed,
    async stop() {
      process.off('exit', clear);
      clear();
      next.close();
      next.closeAllConnections();
      await ended;
    },
  };
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
