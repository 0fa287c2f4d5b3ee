/**
 * A conversion verified from the editor: built and started in a real engine, as it was and as converted. The bases are stand-ins, and since the
 * test's engine has no bridge, the `docker` that the editor finds adds the network that builds and containers have there.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { packagesReason } from '../bases/debian.ts';
import { importStandIn } from '../bases/stand-in.ts';
import { standInOf } from '../bases/stand-ins.ts';
import { engineReason, run, skipUnless, startEngine, type TestEngine } from '../support/engine.ts';
import { type Editor, editorReason, openEditor, until } from './editor.ts';

const skip = skipUnless(editorReason() ?? engineReason() ?? packagesReason());
let engine: TestEngine;
let editor: Editor;

if (!skip) {
  afterEach((context) => editor?.pictureOfFailure(context));
  before(async () => {
    engine = await startEngine();
    for (const base of ['golang:1.27', 'gcr.io/distroless/static-debian13:nonroot'])
      await importStandIn(engine, base, standInOf(base)!);
    await engine.docker(['tag', 'golang:1.27', 'golang:1.27-trixie']);
    const path = `${await dockerWithNetwork(engine)}:${process.env.PATH}`;
    editor = await openEditor({
      // As started from a terminal: otherwise the editor takes the PATH of a login shell.
      env: { DOCKER_HOST: engine.address, PATH: path, VSCODE_CLI: '1' },
      viewport: { width: 1280, height: 1000 },
      async prepare(workspace) {
        const file = join(workspace, 'go/Dockerfile');
        await writeFile(file, (await readFile(file, 'utf8')).replace('golang:1.26', 'golang:1.27'));
        // Debian's compiler, of which the stand-in is made, is older.
        const module = join(workspace, 'go/go.mod');
        await writeFile(module, (await readFile(module, 'utf8')).replace(/^go .*$/m, 'go 1.21'));
        // A web server takes minutes to compile twice where little else is done at once.
        await writeFile(join(workspace, 'go/main.go'), program);
      },
    });
  });
  after(async () => {
    await editor?.close();
    await engine?.stop();
  });
}

test('both images are built, started and compared, and removed when the user says so', { skip }, async () => {
  await editor.open('go/Dockerfile');
  await editor.command('Distroless: Convert and Verify');
  const compared = editor.page.getByRole('tab', { name: /^Images compared/ });
  await compared.waitFor({ timeout: 240_000 });
  const text = await until('the comparison is shown', () => textOf('Images compared.txt'));
  const rows = new Map(text.split('\n').map((line) => [line.slice(0, 9).trim(), line.slice(9).trim().split(/ {2,}/)]));
  assert.deepEqual(rows.get('Image'), ['distroless-verify:as-it-was', 'distroless-verify:as-converted']);
  assert.deepEqual(rows.get('Starts'), ['yes: still running after 5 seconds', 'yes: still running after 5 seconds']);
  assert.deepEqual(rows.get('User'), ['root', '65532']);
  const [was, is] = rows.get('Size') ?? [];
  assert.match(was ?? '', /^\d{3} MB$/);
  assert.match(is ?? '', /^\d(\.\d)? MB$/);
  assert.equal(rows.get('Flagged')?.[1], 'nothing');
  assert.equal(text.match(/^ {4}hello from \d+$/gm)?.join(), '    hello from 0,    hello from 65532');
  await editor.picture('verified');

  assert.match(await images(), /^distroless-verify:as-converted$/m);
  assert.equal(await engine.docker(['ps', '--all', '--quiet']), '');
  const message = await editor.message(/Converted, it is built and starts/);
  await message.getByRole('button', { name: 'Remove Both Images' }).click();
  await until('they are gone', async () => !(await images()).includes('distroless-verify') || undefined);
  assert.match(await images(), /^golang:1\.27$/m);
});

const program = `package main

import (
	"os"
	"time"
)

func main() {
	println("hello from", os.Getuid())
	time.Sleep(time.Hour)
}
`;

async function dockerWithNetwork({ folder }: TestEngine): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const docker = (await run('sh', ['-c', 'command -v /usr/bin/docker || command -v docker'])).trim();
  const script = `#!/bin/sh
verb=$1
case $verb in
build | run) shift; exec ${docker} "$verb" --network=host "$@" ;;
*) exec ${docker} "$@" ;;
esac
`;
  await writeFile(join(bin, 'docker'), script, { mode: 0o755 });
  return bin;
}

function images(): Promise<string> {
  return engine.docker(['images', '--format', '{{.Repository}}:{{.Tag}}']);
}

function textOf(name: string): Promise<string | undefined> {
  return editor.ask(
    (vscode, name) => vscode.workspace.textDocuments.find(({ uri }) => uri.path.endsWith(name))?.getText() || undefined,
    name,
  );
}
