/**
 * Kills the language server of a real editor ten times, as far apart as the client's limit of five in three minutes asks, and then past the client’s limit:
 * each time what is found in a Dockerfile and the tree of an image are back, at the end by the command “Restart Language Server”.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Editor, editorReason, openEditor, until } from '../editor/editor.ts';
import { sampleImage } from '../editor/sample-image.ts';

const rounds = 10;
/** Five of these intervals' ends are more than three minutes apart. */
const apart = 46_000;
const dockerfile = 'broken/Dockerfile';
/** What the document is in turn, so that what is found is never what was found before. Without a server, nothing is. */
const texts = [
  { text: 'FROM scratch\nUSER 1\nCMD app\n', codes: ['shell-form'] },
  { text: 'FROM scratch\nUSER 1\nHEALTHCHECK CMD app\nCMD app\n', codes: ['shell-form', 'shell-form'] },
] as const;

const reason = editorReason();
if (reason) {
  console.log(`Skipped: ${reason}.`);
  process.exit(0);
}
const editor = await openEditor({
  async prepare(workspace) {
    for (let round = 0; round <= rounds + 1; round++)
      await writeFile(join(workspace, nameOf(round)), sampleImage('sample-service:1.0.0'));
  },
});
try {
  await editor.open(dockerfile);
  await editor.showExplorer();
  const host = await editor.ask(() => process.pid);
  let server = await until('there is a server', () => serverOf(host));
  await isBack(editor, 0);
  console.log('| killed | back after, s | |\n|---|---|---|');
  for (let round = 1; round <= rounds; round++) {
    const next = wait(apart);
    const start = performance.now();
    process.kill(server, 'SIGKILL');
    const former = server;
    server = await until('there is another server', () => other(serverOf(host), former));
    await isBack(editor, round);
    console.log(`| ${round} | ${seconds(start)} | findings and tree |`);
    if (round < rounds) await next;
  }
  let killed = 0;
  for (let now: number | undefined = server; now !== undefined; killed++) {
    process.kill(now, 'SIGKILL');
    const former: number = now;
    now = await until(
      'there is another server, or none is to be',
      async () => other(serverOf(host), former) ?? ((await gaveUp(editor)) ? -1 : undefined),
    );
    if (now === -1) now = undefined;
    if (killed > 10) throw new Error('The client has no limit any more.');
  }
  console.log(`| ${killed} more at once | | the client starts it no more |`);
  const start = performance.now();
  await editor.command('Distroless: Restart Language Server');
  await until('there is a server again', () => serverOf(host));
  await isBack(editor, rounds + 1);
  console.log(`| | ${seconds(start)} | “Restart Language Server”: findings and tree |`);
} catch (error) {
  await editor.pictureOfFailure({ passed: false, name: 'killing the language server' });
  throw error;
} finally {
  await editor.close();
}

/** Findings of a text that the server before has not seen, and an image that it has not read. */
async function isBack(editor: Editor, round: number): Promise<void> {
  const { text, codes } = texts[round % texts.length]!;
  const path = join(editor.workspace, dockerfile);
  await editor.ask(
    async (api, { path, text }) => {
      const document = await api.workspace.openTextDocument(path);
      const edit = new api.WorkspaceEdit();
      edit.replace(document.uri, new api.Range(0, 0, document.lineCount, 0), text);
      await api.workspace.applyEdit(edit);
    },
    { path, text },
  );
  await until(`this is found: ${codes.join(', ') || 'nothing'}`, async () => {
    const found = await editor.ask(
      (api, path) =>
        api.languages
          .getDiagnostics(api.Uri.file(path))
          .map(({ code }) => String(typeof code === 'object' ? code.value : code)),
      path,
    );
    return found.join() === codes.join() || undefined;
  });
  await editor.ask((api) => api.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'));
  // Another archive, which nobody has read yet; and the one before it, which is to be there still.
  for (const archive of [nameOf(round), ...(round > 0 ? [nameOf(round - 1)] : [])]) {
    // The tree may be made anew at this moment, and not show what it was asked to.
    await until(`${archive} is shown`, async () => {
      await editor.openArchive(join(editor.workspace, archive)).catch(() => {});
      return (await editor.row(archive).first().isVisible()) || undefined;
    });
    await editor.expand(archive);
    await editor.rowThat(new RegExp(`^${archive}, .* flagged`)).waitFor();
  }
}

function nameOf(round: number): string {
  return `image-${round}.tar`;
}

/** The process of that extension host, if there is one. */
function serverOf(host: number): number | undefined {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[1];
      const isServer = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('dist/server.cjs');
      if (isServer && Number(parent) === host) return Number(name);
    } catch {
      // It has ended meanwhile.
    }
  }
  return undefined;
}

function other(pid: number | undefined, than: number): number | undefined {
  return pid === than ? undefined : pid;
}

/** The client says so. */
async function gaveUp(editor: Editor): Promise<boolean> {
  await editor.ask((api) => api.commands.executeCommand('notifications.showList'));
  return editor.page
    .locator('.notification-list-item')
    .filter({ hasText: /will not be restarted/ })
    .first()
    .isVisible();
}

function seconds(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}
