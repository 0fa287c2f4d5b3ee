/** The image explorer with an engine: which one it is, its images and containers, and one image opened. The engine is one that the tests start for themselves. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { engineReason, skipUnless } from '../support/engine.ts';
import { file, ociBlobs, tar } from '../support/image-builder.ts';
import { editorReason, until } from './editor.ts';
import { testComparing } from './engine/comparing.ts';
import { testContainers } from './engine/containers.ts';
import { engine, engineLabel, gate, start, stop } from './engine/started.ts';
import { collapseAll, editor, opens } from './hands.ts';

const skip = skipUnless(editorReason() ?? engineReason());

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(start);
  after(stop);
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

testContainers(skip);
testComparing(skip);

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
