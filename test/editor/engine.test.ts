/** The image explorer with an engine: which one it is, its images, and one of them opened. The engine is one that the test starts for itself. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { engineReason, skipUnless, startEngine, type TestEngine } from '../support/engine.ts';
import { type Editor, editorReason, openEditor } from './editor.ts';
import { sampleImage } from './sample-image.ts';

const skip = skipUnless(editorReason() ?? engineReason());
let engine: TestEngine;
let gate: Gate;
let editor: Editor;

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(async () => {
    engine = await startEngine();
    const archive = join(engine.folder, 'sample.tar');
    await writeFile(archive, sampleImage('sample-service:1.0.0'));
    await engine.docker(['load', '--input', archive]);
    gate = await openGate(engine.socket, join(engine.folder, 'gate.sock'));
    editor = await openEditor({ env: { DOCKER_HOST: gate.address } });
  });
  after(async () => {
    await editor?.close();
    gate?.close();
    await engine?.stop();
  });
}

test('the engine is named with its address, and its images with their sizes', { skip }, async () => {
  const version = (await engine.docker(['version', '--format', '{{.Server.Version}}'])).replace(/\+.*/s, '').trim();
  await editor.showExplorer();
  const row = editor.row(`Docker Engine ${version}`);
  await row.waitFor();
  assert.equal(await row.getAttribute('aria-label'), `Docker Engine ${version}, ${gate.address}`);
  await editor.rowThat(/^sample-service:1\.0\.0, 9\.\d MB/).waitFor();
});

test('while an image is read its layers are rows already; reading can be cancelled, and begun again', {
  skip,
}, async () => {
  gate.hold();
  await editor.expand('sample-service:1.0.0');
  const status = editor.rowThat(/^Reading layer/);
  await status.waitFor();
  await editor.rowThat(/^RUN npm ci --omit=dev/).waitFor();
  await status.hover();
  await editor.picture('reading');
  await status.getByRole('button', { name: 'Cancel Reading' }).click();
  const cancelled = editor.row('Cancelled. Read again');
  await cancelled.waitFor();
  await status.waitFor({ state: 'detached' });
  gate.release();
  await cancelled.click();
  await editor.rowThat(/^sample-service:1\.0\.0, .* flagged/).waitFor();
});

test('an image of the engine opens down to a file', { skip }, async () => {
  await editor.expand('sample-service:1.0.0');
  await editor.rowThat(/^sample-service:1\.0\.0, .* flagged/).waitFor();
  await editor.expand('COPY . .');
  await editor.expand('app');
  await editor.row('server.js').click();
  await editor.page.locator('.view-line').filter({ hasText: "import express from 'express';" }).waitFor();
  await editor.picture('engine');
});

test('a new image is there after a refresh', { skip }, async () => {
  await engine.docker(['tag', 'sample-service:1.0.0', 'another:2']);
  await editor.page.getByRole('button', { name: 'Refresh Images' }).click();
  await editor.row('another:2').waitFor();
});

test('a base that the engine has is shown there', { skip }, async () => {
  await editor.showExplorer();
  await editor.row('sample-service:1.0.0').waitFor();
  await editor.ask((vscode) =>
    vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'),
  );
  await editor.ask((vscode) => vscode.commands.executeCommand('distroless.exploreBase', 'sample-service:1.0.0'));
  await editor
    .rowThat(/^sample-service:1\.0\.0/)
    .and(editor.page.locator('[aria-expanded="true"]'))
    .waitFor();
  assert.equal(await editor.row('Registries').count(), 0);
});

test('when the engine has gone, the explorer says so', { skip }, async () => {
  await engine.kill();
  gate.close();
  await editor.page.getByRole('button', { name: 'Refresh Images' }).click();
  await editor.row('Try again').waitFor();
  await editor.page.locator('.message').filter({ hasText: 'No container engine answered' }).waitFor();
});

/** Stands between the editor and the engine, and can keep the end of an image back for as long as a test looks at what is shown meanwhile. */
interface Gate {
  readonly address: string;
  hold(): void;
  release(): void;
  close(): void;
}

async function openGate(engineSocket: string, path: string): Promise<Gate> {
  const sockets = new Set<Socket>();
  const waiting: Socket[] = [];
  let held = false;
  const server = createServer((client) => {
    const upstream = connect(engineSocket);
    let passed = 0;
    for (const socket of [client, upstream]) sockets.add(socket);
    client.on('error', () => {}).on('close', () => upstream.destroy());
    // What was written before the end is still to arrive.
    upstream.on('error', () => client.destroy()).on('close', () => client.end());
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      client.write(chunk);
      passed += chunk.length;
      // No answer but an image is that long.
      if (!held || passed < 1_000_000) return;
      upstream.pause();
      waiting.push(upstream);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    address: `unix://${path}`,
    hold() {
      held = true;
    },
    release() {
      held = false;
      for (const socket of waiting.splice(0)) socket.resume();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
