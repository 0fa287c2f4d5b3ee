/** `npm start` as a user has it: an address to open, a Dockerfile with its marks, and nothing left behind after Ctrl-C. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { skipUnless } from '../support/engine.ts';
import { freePort } from './code-server.ts';
import { editorReason, launchBrowser, until } from './editor.ts';

const skip = skipUnless(editorReason());

test('npm start opens the sample in the browser, and Ctrl-C stops all of it', { skip }, async () => {
  const port = await freePort(18_000 + (process.pid % 1000));
  const start = startScript(['--browser', '--no-open', '--port', String(port)]);
  const browser = await launchBrowser();
  try {
    const address = await until('it prints an address', () => /http:\/\/\S+/.exec(start.output())?.[0], 120_000);
    const page = await browser.newPage();
    await page.goto(address);
    await page.getByRole('tab', { name: /^Dockerfile/ }).waitFor({ timeout: 60_000 });
    await page.locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    start.interrupt();
    assert.equal(await start.ended, 0, start.output());
    assert.equal(await freePort(port), port, 'the port is free again');
  } finally {
    start.interrupt();
    await browser.close();
  }
});

test('npm start says in one sentence that the port it was told is taken', { skip }, async () => {
  const port = await freePort(19_000 + (process.pid % 1000));
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  const start = startScript(['--browser', '--no-open', '--port', String(port)]);
  assert.equal(await start.ended, 1);
  assert.equal(start.output(), `Port ${port} is taken. Name another one with --port, or leave it out.\n`);
  other.close();
});

function startScript(args: readonly string[]) {
  // A process group of its own: Ctrl-C in a terminal reaches all of it.
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.mjs'), ...args], { detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    output: () => output,
    ended,
    interrupt() {
      try {
        process.kill(-(child.pid as number), 'SIGINT');
      } catch {
        // It has ended already.
      }
    },
  };
}
