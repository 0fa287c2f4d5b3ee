/** The image explorer with an engine: which one it is, its images, and one of them opened. The engine is one that the test starts for itself. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { engineReason, skipUnless, startEngine, type TestEngine } from '../support/engine.ts';
import { file, ociBlobs, tar } from '../support/image-builder.ts';
import { type Editor, editorReason, openEditor, until } from './editor.ts';
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
  await editor.showExplorer();
  const label = await engineLabel();
  const row = editor.row(label);
  await row.waitFor();
  assert.equal(await row.getAttribute('aria-label'), `${label}, ${gate.address}`);
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

test('a new image is there by itself, and gone by itself', { skip }, async () => {
  await editor.showExplorer();
  await engine.docker(['tag', 'sample-service:1.0.0', 'another:2']);
  await editor.row('another:2').waitFor();
  await engine.docker(['rmi', 'another:2']);
  await editor.row('another:2').waitFor({ state: 'detached' });
});

test('the files of a container that never ran are shown, and go with it', { skip }, async () => {
  await engine.docker(['create', '--name', 'web', 'sample-service:1.0.0', '/nothing']);
  await editor.row('Containers').waitFor();
  await collapseAll();
  await editor.expand(await engineLabel());
  await editor.expand('Containers');
  await editor.expand('web');
  await editor.expand('etc');
  await opens('os-release', editor.page.locator('.view-line').filter({ hasText: 'PRETTY_NAME' }));
  await editor.picture('container');
  await engine.docker(['rm', 'web']);
  await editor.row('Containers').waitFor({ state: 'detached' });
});

test('a file of a large image is read in a container, once the user allows it', { skip }, async () => {
  await writeFile(join(engine.folder, 'large.tar'), tar([file('blob.bin', Buffer.alloc(70_000_000))]));
  await engine.docker(['import', join(engine.folder, 'large.tar'), 'large:1']);
  await editor.expand('large:1');
  // Rows above it go when all has been read, and it moves.
  await editor.rowThat(/^Whole image, 70 MB/).waitFor();
  await editor.expand('Whole image');
  const dialog = editor.page.locator('.monaco-dialog-box');
  await opens('blob.bin', dialog.getByText('never started, and removed at once'));
  await editor.picture('consent');
  await dialog.getByRole('button', { name: 'Make Container', exact: true }).click();
  await editor.page.locator('.view-line').filter({ hasText: 'is a binary file of 70' }).waitFor();
  assert.equal(await engine.docker(['ps', '--all', '--quiet']), '');
  await engine.docker(['rmi', 'large:1']);
  await editor.row('large:1').waitFor({ state: 'detached' });
});

test('another engine is chosen, and the row of the engine says which it is', { skip }, async () => {
  const label = await engineLabel();
  const { page } = editor;
  const option = page.getByRole('option', { name: /^Another Address…/ });
  await until('the engines are listed', async () => {
    await editor.row(label).hover();
    await editor.row(label).getByRole('button', { name: 'Choose Engine…' }).click({ timeout: 2000 });
    await option.waitFor({ timeout: 3000 });
    return true;
  });
  await page.getByRole('option', { name: /^Automatic, in use/ }).waitFor();
  await editor.picture('engines');
  await option.click();
  const input = page.locator('.quick-input-widget .quick-input-box input');
  await until(
    'the address is asked for',
    async () => (await input.getAttribute('placeholder')) === 'tcp://127.0.0.1:2375',
  );
  await input.fill(engine.address);
  await input.press('Enter');
  const rowOf = (address: string) => editor.page.locator(`[aria-label="${label}, ${address}"]`);
  await rowOf(engine.address).waitFor();
  await editor.ask((vscode) =>
    vscode.workspace
      .getConfiguration('distroless')
      .update('engine.address', undefined, vscode.ConfigurationTarget.Global),
  );
  await rowOf(gate.address).waitFor();
});

test('a base that the engine has is shown there', { skip }, async () => {
  await editor.showExplorer();
  await editor.row('sample-service:1.0.0').waitFor();
  await collapseAll();
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

test('the platform of an image is chosen, where it is there for several', { skip }, async () => {
  const of = (architecture: string) => ({
    layers: [tar([file(`${architecture}.txt`)])],
    platform: { os: 'linux', architecture },
  });
  const { blobs, descriptors, add } = ociBlobs([of('s390x'), of('riscv64')]);
  const index = add(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: descriptors })));
  const entry = file('index.json', JSON.stringify({ manifests: [{ digest: index.digest, size: index.size }] }));
  const path = join(engine.folder, 'many.tar');
  await writeFile(path, tar([...blobs, index.entry, entry]));
  await editor.openArchive(path);
  await editor.row('many.tar').waitFor();
  await collapseAll();
  await editor.expand('Opened archives');
  await editor.expand('many.tar');
  await editor.expand('Whole image');
  await editor.row('s390x.txt').waitFor();
  await editor.row('many.tar').click();
  await editor.command('Distroless: Choose Platform');
  await editor.page.getByRole('option', { name: /^linux\/riscv64/ }).click();
  await editor.rowThat(/^many\.tar, linux\/riscv64/).waitFor();
});

/** Clicks the row until that is there: a row that has just moved may not get the click. */
const opens = (label: string, there: Locator) =>
  until(
    `“${label}” opens`,
    async () => {
      if (!(await there.isVisible())) await editor.row(label).click();
      return there.waitFor({ timeout: 5000 }).then(
        () => true,
        () => undefined,
      );
    },
    60_000,
  );

const collapseAll = () =>
  editor.ask((vscode) => vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'));

async function engineLabel(): Promise<string> {
  const version = (await engine.docker(['version', '--format', '{{.Server.Version}}'])).replace(/\+.*/s, '').trim();
  return `Docker Engine ${version}`;
}

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
