/** An engine behind `ssh`: a program in its place, which leads to a socket of the test's own. */
import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connectEngine, dockerOf } from '../../../server/images/sources/engine-connect.ts';
import { folderWith, never } from '../../support/images.ts';

const version = { Version: '26.1.5', ApiVersion: '1.45', MinAPIVersion: '1.24' };

/** A folder to be PATH, whose `ssh` is that shell script; `$SOCKET` is the engine's. */
async function sshWith(t: TestContext, script: string, listener: RequestListener = () => {}) {
  const folder = await folderWith(t, []);
  const socket = join(folder, 'engine.sock');
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const bridge = `const s=require("net").connect(process.argv[1]);process.stdin.pipe(s);s.pipe(process.stdout)`;
  const text = script.replace('BRIDGE', `"${process.execPath}" -e '${bridge}' "$SOCKET"`);
  await writeFile(join(folder, 'ssh'), `#!/bin/sh\nSOCKET=${socket}\necho $$ >> ${folder}/pids\n${text}\n`);
  await chmod(join(folder, 'ssh'), 0o755);
  const pids = async () => (await readFile(join(folder, 'pids'), 'utf8')).trim().split('\n').map(Number);
  return { environment: { PATH: `${folder}:/usr/bin:/bin`, DOCKER_HOST: 'ssh://ada@far' }, home: folder, pids };
}

const gone = async (pid: number) => {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

test('an engine is found, and asked, through ssh; nothing of it stays', async (t) => {
  const big = JSON.stringify([{ Id: 'x'.repeat(3_000_000) }]);
  const { pids, ...where } = await sshWith(t, 'exec BRIDGE', ({ url }, response) =>
    response.end(url === '/version' ? JSON.stringify(version) : big),
  );
  const found = await connectEngine({ ...where, trusted: true }, never);
  assert.equal(found.kind, 'connected');
  assert.deepEqual(
    [found.engine.name, found.engine.address, found.engine.api],
    ['Docker Engine 26.1.5', 'ssh://ada@far', '1.45'],
  );
  const [image] = (await (await dockerOf(found.engine, never)).listImages()) as { Id: string }[];
  assert.equal(image?.Id.length, 3_000_000);
  for (const pid of await pids()) await gone(pid);
});

test('what ssh complains of is said', async (t) => {
  const { pids: _, ...where } = await sshWith(t, 'echo "Host key verification failed." >&2; exit 255');
  const found = await connectEngine({ ...where, trusted: true }, never);
  assert.deepEqual(found, {
    kind: 'none',
    tried: [
      {
        address: 'ssh://ada@far',
        why: 'ssh://ada@far could not be reached with ssh: Host key verification failed. Check that “ssh” and “docker” work there from a terminal.',
      },
    ],
  });
});

test('ssh that is silent is given up, and ended', async (t) => {
  const { pids, ...where } = await sshWith(t, 'exec sleep 1000');
  const found = await connectEngine({ ...where, trusted: true, patience: 300, limits: { answer: 300 } }, never);
  assert.match(found.kind === 'none' ? found.tried[0]!.why : '', /gave no answer in time/);
  for (const pid of await pids()) await gone(pid);
});
