/** What happens to an engine while its images are looked at: it is restarted, also in the middle of one, its images are removed, and it answers without end. Nothing is lost of what was read, and asking again helps. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ImageService } from '../../../server/image-service.ts';
import { layerCache } from '../../../server/images/layer-cache.ts';
import { ImageError } from '../../../server/images/source.ts';
import { listEngine } from '../../../server/images/sources/engine.ts';
import { configOf, diffIds, file, type Image, legacySave, sha256, tar } from '../../support/image-builder.ts';
import { folderWith, never } from '../../support/images.ts';

const image: Image = {
  name: 'app:1',
  layers: [tar([file('lower', 'x'.repeat(100_000))]), tar([file('upper', 'y'.repeat(100_000))])],
};
const saved = tar(legacySave([image]));
const reference = 'docker-daemon:app:1';

type Answers = Readonly<Record<string, (response: ServerResponse) => void>>;

/** An engine that can be stopped, which breaks all its connections, and started again at the same place. */
async function engineOf(t: TestContext) {
  const socket = join(await folderWith(t, []), 'engine.sock');
  let server: Server | undefined;
  let answers: Answers = {};
  const asked: string[] = [];
  const listener: RequestListener = ({ url = '' }, response) => {
    const path = url.replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '');
    asked.push(path);
    const answer = answers[path];
    if (answer) return answer(response);
    const reply = {
      '/version': { Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12' },
      '/images/json': [{ Id: `sha256:${sha256(configOf(image))}`, RepoTags: ['app:1'], Size: 1, Created: 1 }],
      '/containers/json': [],
    }[path];
    if (path === '/images/get') response.end(saved);
    else if (reply) response.end(JSON.stringify(reply));
    else if (path.endsWith('/history'))
      response.end(JSON.stringify(image.layers.map(() => ({ CreatedBy: 'COPY', Size: 1 }))));
    else
      response.end(
        JSON.stringify({
          Id: `sha256:${sha256(configOf(image))}`,
          RepoTags: ['app:1'],
          Os: 'linux',
          Architecture: 'amd64',
          RootFS: { Layers: diffIds(image) },
        }),
      );
  };
  const stop = async () => {
    const stopped = server && once(server, 'close');
    server?.close();
    server?.closeAllConnections();
    await stopped;
    server = undefined;
    rmSync(socket, { force: true });
  };
  const start = async (now: Answers = {}) => {
    answers = now;
    server = createServer(listener).listen(socket);
    await once(server, 'listening');
  };
  t.after(stop);
  await start();
  return { address: `unix://${socket}`, asked, stop, start };
}

test('an engine that is restarted is asked as if nothing had been', async (t) => {
  const { address, stop, start } = await engineOf(t);
  const kinds: string[] = [];
  const list = async () => void kinds.push((await listEngine({ address }, never)).kind);
  await list();
  // At once: what was kept of a connection would be broken now.
  await stop();
  await start();
  await list();
  await stop();
  await list();
  await start();
  await list();
  assert.deepEqual(kinds, ['connected', 'connected', 'none', 'connected']);
});

test('an engine that is restarted in the middle of an image: what came is shown and kept, and what is missing comes when it is opened again', async (t) => {
  const { address, asked, stop, start } = await engineOf(t);
  const cache = layerCache({ folder: join(await folderWith(t, []), 'layers'), version: '1' });
  const service = new ImageService({ engineAddress: address, cache });
  await stop();
  // In an archive, layers lie in the order of their IDs.
  const [lower, upper] = [saved.indexOf('xxxxxxxx'), saved.indexOf('yyyyyyyy')];
  const secondLayer = Math.max(lower, upper) + 10;
  await start({
    '/images/get': (response) => void response.write(saved.subarray(0, secondLayer), () => setTimeout(stop, 20)),
  });
  const broken = await service.report(reference, never);
  assert.match(broken.problems.join(), /The connection to the engine broke off.*Try again\./);
  const names = async () => {
    const folder = {
      reference,
      view: { kind: 'image' },
      folder: '/',
      offset: 0,
      count: 9,
      flaggedOnly: false,
    } as const;
    return (await service.folder(folder, never)).rows.map(({ name }) => name);
  };
  assert.ok((await names()).includes(lower < upper ? 'lower' : 'upper'));
  await start();
  await service.close(reference);
  assert.deepEqual((await service.report(reference, never)).problems, []);
  assert.deepEqual(await names(), ['lower', 'upper']);
  assert.equal(asked.filter((path) => path === '/images/get').length, 2);
  await service.closeAll();
});

test('an image that is removed while it is looked at, an engine that has no room to save it: a sentence, and asking again helps', async (t) => {
  const { address, stop, start } = await engineOf(t);
  const service = new ImageService({ engineAddress: address });
  for (const [status, message, said] of [
    [404, 'No such image', /^The engine has no image “app:1”\. Pull it, or check the name\.$/],
    [500, 'write /tmp/x: no space left on device', /It says: write \/tmp\/x: no space left on device\.$/],
  ] as const) {
    await stop();
    await start({ '/images/get': (response) => void response.writeHead(status).end(JSON.stringify({ message })) });
    assert.equal((await service.describe(reference, never)).layers.length, 2);
    await assert.rejects(
      service.report(reference, never),
      (error) => error instanceof ImageError && said.test(error.message),
    );
    await stop();
    await start();
    assert.deepEqual((await service.report(reference, never)).problems, []);
    await service.close(reference);
  }
});

test('a list of images without end is read no further than any list is long', async (t) => {
  const { address, stop, start } = await engineOf(t);
  await stop();
  const piece = Buffer.from(`${' '.repeat((1 << 20) - 1)},`);
  let sent = 0;
  await start({
    '/images/json': (response) => {
      response.write('[');
      const more = () => {
        if (sent >= 300 || response.destroyed) return;
        sent++;
        response.write(piece, more);
      };
      more();
    },
  });
  const state = await listEngine({ address }, never);
  assert.equal(state.kind, 'none');
  assert.ok(sent < 80, `${sent} MiB of 300 were taken`);
});
