/**
 * An engine over SSH, by a real `ssh`, a real `sshd` on loopback and the real `docker system dial-stdio` behind it, with keys and known hosts of the test's own.
 * Run by `npm run prove`; the first time, Debian's packages are fetched.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Filesystem } from '../../server/images/filesystem.ts';
import { listEngine, openEngineImage } from '../../server/images/sources/engine.ts';
import { type DebianRoot, debianRoot, debianRootReason } from '../support/debian-root.ts';
import { engineReason, run, skipUnless, startEngine, type TestEngine } from '../support/engine.ts';
import { freePort } from '../support/real-registry.ts';
import { differences, exploredFiles } from './explored.ts';
import { build, debianReason, importDebian } from './odd-image.ts';

const root: DebianRoot = { name: 'trixie-sshd', release: 'trixie', packages: ['openssh-server', 'docker-cli'] };
const clientReason = () =>
  existsSync('/usr/bin/ssh') ? undefined : 'it needs ssh (apt-get install --no-install-recommends openssh-client)';
const skip = skipUnless(engineReason() ?? debianReason() ?? debianRootReason(root) ?? clientReason());
const never = new AbortController().signal;

test('an engine over SSH lists and gives the images that it gives at its socket', { skip }, async (t) => {
  const engine = await startEngine();
  t.after(() => engine.stop());
  const far = await startSshd(engine);
  t.after(far.stop);
  await importDebian(engine, 'debian:x');
  await build(engine, 'classic', 'plain', 'FROM debian:x\nRUN rm -r /usr/share/doc\n');
  const near = { address: engine.address };

  await t.test('its own socket, or another that the address names', async () => {
    for (const address of [far.address, `${far.address}${engine.socket}`]) {
      const over = { address, environment: await far.environment({}), trusted: true };
      const [there, here] = [await listEngine(over, never), await listEngine(near, never)];
      assert.deepEqual(there, { ...here, address });
      assert.ok(there.kind === 'connected' && there.images.length === 2);
    }
  });

  await t.test('a context that the docker command has made', async () => {
    const environment = { ...(await far.environment({})), DOCKER_CONFIG: engine.folder, DOCKER_CONTEXT: 'far' };
    await engine.docker(['context', 'create', 'far', '--docker', `host=${far.address}`], { DOCKER_HOST: '' });
    const [there, here] = [await listEngine({ environment, trusted: true }, never), await listEngine(near, never)];
    assert.ok(there.kind === 'connected' && here.kind === 'connected');
    assert.deepEqual([there.address, there.images], [far.address, here.images]);
  });

  await t.test('an image', async () => {
    const over = { address: far.address, environment: await far.environment({}), trusted: true };
    const [there, here] = [await explored('plain', over), await explored('plain', near)];
    assert.ok(here.size > 1000);
    assert.deepEqual(differences(there, here), []);
  });

  await t.test('a host that is not known is refused, and a key that is not its own; each is said', async () => {
    const why = async (environment: NodeJS.ProcessEnv, trusted = true) => {
      const state = await listEngine({ address: far.address, environment, trusted }, never);
      return state.kind === 'none' ? state.tried.map((each) => each.why).join('\n') : 'connected';
    };
    assert.match(
      await why(await far.environment({ known: false })),
      /could not be reached with ssh: .*Host key verification failed\./,
    );
    assert.match(
      await why(await far.environment({ key: 'other' })),
      /could not be reached with ssh: .*Permission denied/,
    );
    assert.match(await why(await far.environment({}), false), /run only in a trusted workspace/);
  });

  await t.test('an engine that is not there behind it is said', async () => {
    const over = { address: `${far.address}/run/none.sock`, environment: await far.environment({}), trusted: true };
    const state = await listEngine(over, never);
    assert.match(
      state.kind === 'none' ? state.tried[0]!.why : '',
      /could not be reached with ssh: .*dial unix \/run\/none\.sock: .*no such file/,
    );
  });

  await t.test('when sshd goes away in the middle of an image, a sentence says so', async () => {
    const over = { address: far.address, environment: await far.environment({}), trusted: true };
    const image = await openEngineImage('plain', over, never);
    let stopped: Promise<void> | undefined;
    const problems: string[] = [];
    try {
      for await (const layer of image.scan(nothing, never, () => (stopped ??= far.stop())))
        problems.push(...layer.problems);
    } catch (error) {
      problems.push((error as Error).message);
    }
    await stopped;
    problems.push(...(await image.describe(never)).problems);
    assert.match(
      problems.join('\n'),
      /The connection to the engine broke off while it was asked for “plain”\. Try again\./,
    );
  });
});

const nothing = { want: () => undefined, extract: () => undefined };

async function explored(name: string, options: Parameters<typeof openEngineImage>[1]) {
  const image = await openEngineImage(name, options, never);
  const filesystem = new Filesystem();
  const layers = [];
  for await (const layer of image.scan(nothing, never, () => {})) layers.push(layer);
  for (const { index, files } of layers.sort((a, b) => a.index - b.index)) filesystem.add(index, files);
  await image.close();
  return exploredFiles(filesystem);
}

/** In namespaces of its own, with the engine's folder at its path; it dies with the test process. */
async function startSshd(engine: TestEngine) {
  const path = await debianRoot(root);
  const folder = join(engine.folder, 'ssh');
  await mkdir(folder);
  for (const key of ['host', 'user', 'other'])
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)]);
  const port = await freePort();
  const publicKey = (name: string) => readFile(join(folder, `${name}.pub`), 'utf8');
  await writeFile(join(folder, 'authorized'), await publicKey('user'));
  await writeFile(join(folder, 'known'), `[127.0.0.1]:${port} ${await publicKey('host')}`);
  await writeFile(join(folder, 'known-none'), '');
  const options = {
    ListenAddress: `127.0.0.1:${port}`,
    HostKey: join(folder, 'host'),
    AuthorizedKeysFile: join(folder, 'authorized'),
    StrictModes: 'no',
    UsePAM: 'no',
    PasswordAuthentication: 'no',
    SetEnv: `DOCKER_HOST=${engine.address}`,
  };
  await writeFile(
    join(folder, 'sshd_config'),
    Object.entries(options)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
  );
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const command = ['/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd_config')];
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', '-c', inRoot, 'sh', path, engine.folder, ...command],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; !(await listens(port)); tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`sshd did not start. Its last words:\n${said}`);
    await sleep(50);
  }
  return {
    address: `ssh://root@127.0.0.1:${port}`,
    /** In which `ssh` is the real one, with a configuration that names the test's own keys and hosts. */
    async environment({ key = 'user', known = true }): Promise<NodeJS.ProcessEnv> {
      const bin = join(folder, `bin-${key}-${known}`);
      await mkdir(bin, { recursive: true });
      const file = join(bin, 'config');
      await writeFile(
        file,
        `IdentityFile ${join(folder, key)}\nIdentitiesOnly yes\nUserKnownHostsFile ${join(folder, known ? 'known' : 'known-none')}\nGlobalKnownHostsFile none\n`,
      );
      await writeFile(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${file} "$@"\n`);
      await chmod(join(bin, 'ssh'), 0o755);
      return { PATH: `${bin}:/usr/bin:/bin` };
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const inRoot = `
set -eu
root=$1 folder=$2; shift 2
mount --bind "$root" "$root"; cd "$root"
mount -t proc proc proc; mount --rbind /dev dev; mount -t tmpfs tmpfs run; mount -t tmpfs tmpfs tmp
mkdir -p run/sshd ".$folder"; mount --bind "$folder" ".$folder"
exec chroot . "$@"
`;

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
