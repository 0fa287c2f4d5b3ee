/**
 * Podman for the tests: Debian 12's (4.3), unpacked into the project's cache, its service in namespaces of its own, asked by the `docker` command. Nothing of the machine's own
 * containers is touched. It dies with the test process, however that ends.
 */
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DebianRoot, debianRoot, debianRootReason } from './debian-root.ts';
import { engineReason, run, type TestEngine } from './engine.ts';

/** Why it cannot be started here, in one line. */
export function podmanReason(): string | undefined {
  return debianRootReason(root) ?? engineReason();
}

const root: DebianRoot = {
  name: 'bookworm-podman',
  release: 'bookworm',
  packages: ['podman', 'runc', 'ca-certificates'],
};

export async function startPodman(): Promise<TestEngine> {
  const path = await debianRoot(root);
  const folder = await mkdtemp(join(tmpdir(), `distroless-podman-${process.pid}-`));
  const socket = join(folder, 'podman.sock');
  const address = `unix://${socket}`;
  // The engine's own runtime, as crun does not know every machine's cgroups; and its capabilities: without CAP_MKNOD no image with a device can be built.
  await writeFile(
    join(folder, 'containers.conf'),
    `[engine]\nruntime = "runc"\n[containers]\ndefault_capabilities = [${capabilities.map((name) => `"CAP_${name}"`).join(', ')}]\n`,
  );
  const log = join(folder, 'log');
  const output = openSync(log, 'w');
  const namespaces = ['--mount', '--net', '--pid', '--ipc', '--fork', '--kill-child', '--propagation', 'private'];
  const podman = [
    'podman',
    `--root=${join(folder, 'data')}`,
    `--runroot=${join(folder, 'run')}`,
    '--cgroup-manager=cgroupfs',
    '--events-backend=none',
    ...['system', 'service', '--time=0', address],
  ];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', '-c', moveInto, 'sh', path, folder, ...podman],
    {
      stdio: ['ignore', output, output],
      detached: true,
      env: { ...process.env, CONTAINERS_CONF: join(folder, 'containers.conf') },
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  const clear = () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  const atExit = () => {
    child.kill('SIGKILL');
    try {
      clear();
    } catch {}
  };
  process.once('exit', atExit);
  const first = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim();
  const environment = { ...process.env, DOCKER_CONFIG: folder, DOCKER_HOST: address, DOCKER_CONTEXT: '' };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const engine: TestEngine = {
    socket,
    address,
    folder,
    docker: (args, more) =>
      run(existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker', args, { ...environment, ...more }),
    logs: (container) => run('docker', ['logs', '--tail', '40', container], environment),
    fetch: () => Promise.reject(new Error('Podman’s containers have no network here.')),
    enter: (command) => run('nsenter', ['--target', first(), '--mount', '--net', '--pid', '--ipc', ...command]),
    kill,
    async stop() {
      await kill();
      clear();
      process.off('exit', atExit);
    },
  };
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    if (await answers(socket)) return engine;
    await sleep(100);
  }
  const said = await readFile(log, 'utf8');
  await engine.stop();
  throw new Error(`podman did not start. Its last words:\n${said.slice(-2000)}`);
}

const capabilities =
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  );

/** As for the engine: the folder becomes the root, with the service's own folder at the path where the test sees it. */
const moveInto = `
set -eu
root=$1 folder=$2; shift 2
mount --bind "$root" "$root"; cd "$root"
mount -t proc proc proc; mount -t sysfs sysfs sys; mount --rbind /sys/fs/cgroup sys/fs/cgroup; mount --rbind /dev dev
mount -t tmpfs tmpfs run; mount -t tmpfs tmpfs tmp; mount -t tmpfs tmpfs var/tmp
mkdir -p ".$folder" run/old; mount --bind "$folder" ".$folder"
pivot_root . run/old; cd /; umount -l run/old
exec "$@"
`;

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    request({ socketPath, path: '/_ping', timeout: 1000 }, (response) => resolve(response.resume().statusCode === 200))
      .on('error', () => resolve(false))
      .on('timeout', () => resolve(false))
      .end();
  });
}
