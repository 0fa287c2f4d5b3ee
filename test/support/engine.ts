/**
 * A Docker Engine for the tests: `dockerd` in namespaces of its own (mounts, network, processes), with its own socket and data, so that nothing of the
 * machine is touched, least of all an engine that is already there. It dies with the test process, however that ends.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface TestEngine {
  readonly socket: string;
  /** `unix:///…`: what DOCKER_HOST would hold. */
  readonly address: string;
  /** A folder for the test's own files; removed with the engine. */
  readonly folder: string;
  /** Runs the `docker` command against this engine and gives what it prints; throws with what it says on stderr. */
  docker(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>;
  /** The last lines that a container wrote, to either stream. */
  logs(container: string): Promise<string>;
  /** What answers in the engine's network, such as a container with `--network=host`; throws where nothing does, or with an error. */
  fetch(url: string): Promise<string>;
  /** Runs a command where the engine is: in its namespaces, with its files. */
  enter(command: readonly string[]): Promise<string>;
  /** Ends the engine at once, as a power cut would. */
  kill(): Promise<void>;
  /** Ends the engine and removes everything it wrote. */
  stop(): Promise<void>;
}

/** Why no engine can be started here, in one line. */
export function engineReason(): string | undefined {
  if (process.platform !== 'linux') return 'an engine of the tests’ own needs Linux';
  if (process.getuid?.() !== 0) return 'an engine of the tests’ own needs root';
  for (const [command, from] of [
    ['dockerd', 'docker.io'],
    ['docker', 'docker.io'],
    ['iptables', 'iptables'],
    ['unshare', 'util-linux'],
    ['setpriv', 'util-linux'],
  ] as const) {
    if (!onPath(command))
      return `an engine of the tests’ own needs ${command} (apt-get install --no-install-recommends ${from})`;
  }
  if (spawnSync('unshare', [...namespaces, 'true']).status !== 0)
    return 'an engine of the tests’ own needs the right to make namespaces, which this container does not give';
  return undefined;
}

/** Why the builds of such an engine cannot reach a network, in one line. */
export function networkReason(): string | undefined {
  if (!onPath('slirp4netns'))
    return 'builds that download need slirp4netns (apt-get install --no-install-recommends slirp4netns)';
  return existsSync('/dev/net/tun') ? undefined : 'builds that download need /dev/net/tun, which this machine lacks';
}

/** What to give to `test(name, { skip }, …)`: the reason, but where everything must run (CI) nothing is skipped, and the test fails with the reason instead. */
export function skipUnless(reason: string | undefined): string | false {
  const everything = Boolean(process.env.CI) || process.env.DISTROLESS_REQUIRE_ALL === '1';
  return everything || reason === undefined ? false : reason;
}

const namespaces = [
  '--mount',
  '--net',
  '--pid',
  '--ipc',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--propagation',
  'private',
];
const prefix = 'distroless-engine-';

export interface EngineChoice {
  /** A folder with a Linux of its own, whose engine it is; without, it is this machine's. */
  readonly root?: string;
  /** `daemon.json`. */
  readonly configuration?: object;
  /** Builds and containers with `--network=host` reach what this machine reaches, but not its loopback. */
  readonly network?: boolean;
}

export async function startEngine({ root, configuration = {}, network }: EngineChoice = {}): Promise<TestEngine> {
  const reason = engineReason() ?? (network ? networkReason() : undefined);
  if (reason) throw new Error(`No engine can be started: ${reason}.`);
  sweep();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  const socket = join(folder, 'docker.sock');
  const address = `unix://${socket}`;
  const cgroup = folder.split('/').at(-1)!;
  const log = join(folder, 'dockerd.log');
  const output = openSync(log, 'w');
  // Not the configuration of the machine.
  const config = join(folder, 'daemon.json');
  await writeFile(config, JSON.stringify(configuration));
  const dockerd = [
    'dockerd',
    `--host=${address}`,
    `--data-root=${join(folder, 'data')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'pid')}`,
    `--config-file=${config}`,
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-forward=false',
    '--ip-masq=false',
    `--cgroup-parent=/${cgroup}`,
    '--exec-opt=native.cgroupdriver=cgroupfs',
  ];
  const command = root ? ['sh', '-c', moveInto, 'sh', root, folder, ...dockerd] : dockerd;
  // setpriv ends unshare when this process dies, and unshare ends dockerd, the first process of its namespace, and with it all others there.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...namespaces, ...command], {
    stdio: ['ignore', output, output],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));

  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
    await untilGone(folder);
  };
  const clear = () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    removeCgroups(cgroup);
  };
  const atExit = () => {
    child.kill('SIGKILL');
    try {
      clear();
    } catch {}
  };
  process.once('exit', atExit);
  const own = { ...process.env, DOCKER_CONFIG: folder, DOCKER_HOST: address, DOCKER_CONTEXT: '' };
  const engine: TestEngine = {
    socket,
    address,
    folder,
    docker: (args, environment) => run(dockerCommand, args, { ...own, ...environment }),
    logs: (container) => run('sh', ['-c', '"$0" logs --tail 40 "$1" 2>&1', dockerCommand, container], own),
    async fetch(url) {
      const command = [
        '--target',
        firstOf(child),
        '--net',
        process.execPath,
        '--input-type=module',
        '-e',
        fetchUrl,
        url,
      ];
      return Buffer.from(await run('nsenter', command), 'latin1').toString();
    },
    enter(command) {
      return run('nsenter', ['--target', firstOf(child), '--mount', '--net', '--pid', '--ipc', ...command]);
    },
    kill,
    async stop() {
      await kill();
      clear();
      process.off('exit', atExit);
    },
  };
  try {
    await untilAnswering(socket, child);
  } catch (cause) {
    const said = await readFile(log, 'utf8');
    await engine.stop();
    throw new Error(`dockerd did not start. Its last words:\n${said.slice(-2000)}`, { cause });
  }
  if (network) {
    try {
      await connect(engine, firstOf(child));
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }
  return engine;
}

/** A network in user space: nothing of the machine's own is set up differently, and nothing is left of it when the engine is gone. */
async function connect(engine: TestEngine, first: string): Promise<void> {
  const options = ['--configure', '--mtu=1500', '--disable-host-loopback', '--ready-fd=3', first, 'tap0'];
  const slirp = spawn('setpriv', ['--pdeathsig', 'KILL', 'slirp4netns', ...options], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let said = '';
  slirp.stderr?.setEncoding('utf8').on('data', (text) => (said += text));
  await new Promise<void>((resolve, reject) => {
    slirp.stdio[3]?.once('data', () => resolve());
    slirp.once('error', reject).once('exit', () => reject(new Error(`slirp4netns ended: ${said}`)));
  });
  // It ends by itself with the namespace, and must not keep this process from ending.
  slirp.unref();
  for (const stream of slirp.stdio) (stream as { unref?(): void } | null)?.unref?.();
  // The machine's own may name a server on its loopback; slirp4netns passes questions on.
  const resolver = join(engine.folder, 'resolv.conf');
  await writeFile(resolver, 'nameserver 10.0.2.3\n');
  await engine.enter(['mount', '--bind', resolver, '/etc/resolv.conf']);
  // As in the network that a container has by default.
  await engine.enter(['sh', '-c', 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start']);
}

/** The first process of the namespaces. */
const firstOf = (child: ChildProcess): string =>
  readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim();

const fetchUrl = `
const response = await fetch(process.argv[1]);
const text = await response.text();
process.stdout.write(text);
if (!response.ok) throw new Error(response.status + ': ' + text);
`;

/** Makes the folder the root of the mount namespace, as a container has it, with the engine's own folder at the path where the test sees it. */
const moveInto = `
set -eu
root=$1 folder=$2; shift 2
mount --bind "$root" "$root"; cd "$root"
mount -t proc proc proc; mount -t sysfs sysfs sys; mount --rbind /sys/fs/cgroup sys/fs/cgroup; mount --rbind /dev dev
mount -t tmpfs tmpfs run; mount -t tmpfs tmpfs tmp
mkdir -p ".$folder" run/old; mount --bind "$folder" ".$folder"
pivot_root . run/old; cd /; umount -l run/old
exec "$@"
`;

/** Debian's own `docker` has BuildKit inside; another one earlier on PATH may lack it. */
const dockerCommand = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';

function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command)));
}

async function untilAnswering(socket: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('dockerd ended.');
    if (await ping(socket)) return;
    await sleep(100);
  }
  throw new Error('dockerd did not answer within 30 seconds.');
}

function ping(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    request({ socketPath, path: '/_ping', timeout: 1000 }, (response) => resolve(response.resume().statusCode === 200))
      .on('error', () => resolve(false))
      .on('timeout', () => resolve(false))
      .end();
  });
}

/** containerd and its shims go down with the namespace, a moment after its first process. */
async function untilGone(folder: string): Promise<void> {
  for (let tries = 0; tries < 100 && processesOf(folder); tries++) await sleep(20);
}

function processesOf(folder: string): boolean {
  return readdirSync('/proc').some((id) => {
    if (!/^\d+$/.test(id) || Number(id) === process.pid) return false;
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'latin1').includes(folder);
    } catch {
      return false;
    }
  });
}

/** Folders of test processes that were killed before they could clear up. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = name.startsWith(prefix) && /^\d+/.exec(name.slice(prefix.length))?.[0];
    if (!owner || existsSync(`/proc/${owner}`)) continue;
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
    removeCgroups(name);
  }
}

/** The groups that runc made are empty by now; a group is removed as a folder, its children first. */
function removeCgroups(name: string): void {
  const remove = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) remove(join(folder, entry.name));
    rmdirSync(folder);
  };
  const root = '/sys/fs/cgroup';
  if (!existsSync(root)) return;
  for (const folder of [root, ...readdirSync(root).map((controller) => join(root, controller))].map((parent) =>
    join(parent, name),
  )) {
    try {
      if (existsSync(folder)) remove(folder);
    } catch {}
  }
}

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { env, encoding: 'latin1', maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')}: ${stderr || error.message}`));
      else resolve(stdout);
    });
  });
}
