/**
 * Nothing freezes while an image of 1 GB is read: in a real editor somebody types in a Dockerfile, opens folders of another image and searches its files, and
 * the time from each key or click to what it brings is taken; without any image being read, from an archive, and from a real engine. What is read says how
 * far it is, and is cancelled in the midst.
 */
import { rmSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gigabyteArchive } from '../bench/big-archive.ts';
import { type Editor, editorReason, openEditor, until } from '../editor/editor.ts';
import { engineReason, startEngine, type TestEngine } from '../support/engine.ts';

const reason = editorReason();
if (reason) {
  console.log(`Skipped: ${reason}.`);
  process.exit(0);
}

const rounds = 3;
const dockerfile = 'broken/Dockerfile';
const text = 'FROM scratch\nUSER 1\nCMD app\n';
const folders = ['usr', 'etc', 'var', 'app'];
const words = ['bin/', 'server', 'libc', '*.json', 'node_modules/e', 'start.sh'];

/** Milliseconds of each, by what was waited for. */
type Times = Map<string, number[]>;

const { path, layer } = await gigabyteArchive('gzip');
const noEngine = engineReason();
let engine: TestEngine | undefined;
let editor: Editor | undefined;
try {
  if (noEngine) console.log(`Without an engine: ${noEngine}.`);
  else {
    engine = await startEngine();
    await copyFile(layer, join(engine.folder, 'layer.tar.gz'));
    await engine.docker(['import', join(engine.folder, 'layer.tar.gz'), 'gigabyte:1']);
    rmSync(join(engine.folder, 'layer.tar.gz'));
  }
  editor = await openEditor({
    ...(engine ? { env: { DOCKER_HOST: engine.address } } : {}),
    viewport: { width: 1280, height: 1000 },
  });
  await prepare(editor);
  const table = new Map<string, Times>();
  table.set('nothing is read', await whileNothing(editor));
  await editor.openArchive(path);
  table.set('an archive is read', await whileRead(editor, 'gigabyte.gzip.tar'));
  if (engine) table.set('an image of the engine is read', await whileRead(editor, 'gigabyte:1'));
  print(table);
} catch (error) {
  await editor?.picture('failed reading');
  throw error;
} finally {
  await editor?.close();
  await engine?.stop();
}

/** The Dockerfile beside the tree, in which another image is read and open. */
async function prepare(editor: Editor): Promise<void> {
  await editor.showExplorer();
  await editor.openArchive(join(editor.workspace, 'sample-image.tar'));
  await editor.rowThat(/^sample-image\.tar, .* flagged/).waitFor();
  await editor.expand('Whole image');
  await editor.row('usr').waitFor();
  await editor.ask(
    async (vscode, { path, text }) => {
      const document = await vscode.workspace.openTextDocument(path);
      const shown = await vscode.window.showTextDocument(document, { preview: false });
      const everything = new vscode.Range(0, 0, document.lineCount, 0);
      await shown.edit((edit) => edit.replace(everything, text));
      shown.selection = new vscode.Selection(2, 0, 2, 0);
      const seen: { at: number; count: number }[] = [];
      Object.assign(globalThis, { seen });
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        if (uris.some((uri) => uri.toString() === document.uri.toString()))
          seen.push({ at: Date.now(), count: vscode.languages.getDiagnostics(document.uri).length });
      });
    },
    { path: join(editor.workspace, dockerfile), text },
  );
}

async function whileNothing(editor: Editor): Promise<Times> {
  const times: Times = new Map();
  const done = await watch(editor, times);
  for (let round = 0; round < rounds; round++) await work(editor, times, round, () => true);
  await done();
  return times;
}

/** Reads it until it is read, as often as there are rounds, and cancels it in the last. */
async function whileRead(editor: Editor, label: string): Promise<Times> {
  const times: Times = new Map();
  const status = editor.rowThat(/^(Reading|Putting)/);
  const told = new Set<string>();
  for (let round = 0; round <= rounds; round++) {
    await forget(editor, label);
    await editor.expand(label);
    await status.waitFor();
    const isReading = async () => (await status.count()) > 0;
    const done = await watch(editor, times);
    if (round < rounds) for (let at = round; await isReading(); at++) await work(editor, times, at, isReading);
    else {
      const start = performance.now();
      await status.hover();
      await status.getByRole('button', { name: 'Cancel Reading' }).click();
      await editor.row('Cancelled. Read again').waitFor();
      note(times, 'cancel → cancelled', performance.now() - start);
    }
    for (const words of await done()) told.add(words);
  }
  // An engine says nothing before it has put the whole image together.
  if (told.size < 2) throw new Error(`Of “${label}” nobody was told how far it is: ${[...told].join('; ')}`);
  note(times, 'how often it was told how far it is', told.size);
  return times;
}

/** As if nothing had been read: what is kept of layers goes, too. */
async function forget(editor: Editor, label: string): Promise<void> {
  await rm(join(editor.workspace, '../data/User/globalStorage'), { recursive: true, force: true });
  await editor.ask((vscode) =>
    vscode.commands.executeCommand('workbench.actions.treeView.distroless.images.collapseAll'),
  );
  await editor.ask((vscode) => vscode.commands.executeCommand('distroless.refresh'));
  const engine = await editor
    .rowThat(/^Docker Engine/)
    .locator('.label-name')
    .allInnerTexts();
  // A row that is expanded while the rows around it are drawn anew may be collapsed again.
  await until(
    'the other image is open',
    async () => {
      const rows = [editor.row('usr').first(), editor.row(label).first()];
      if ((await Promise.all(rows.map((row) => row.isVisible()))).every(Boolean)) return true;
      for (const label of [...engine, 'Opened archives', 'sample-image.tar', 'Whole image'])
        if (await editor.row(label).first().isVisible()) await editor.expand(label).catch(() => {});
      return undefined;
    },
    120_000,
  );
  await editor.rowThat(/^sample-image\.tar, .* flagged/).waitFor();
}

/** All that somebody does, begun with another part of it each round: what is read may be read before he is through. */
async function work(
  editor: Editor,
  times: Times,
  round: number,
  goesOn: () => boolean | Promise<boolean>,
): Promise<void> {
  const noted = async (what: string, time: number) => {
    if (!(await goesOn())) return false;
    note(times, what, time);
    return true;
  };
  const parts = [
    async () => {
      // Both, so that the text is the same again.
      for (const [what, time] of [...(await type(editor, '#')), ...(await type(editor, 'Backspace'))])
        await noted(what, time);
    },
    async () => {
      for (const name of folders)
        if (!(await noted('folder of another image → its rows', await toggle(editor, name)))) return;
    },
    () => search(editor, (time) => noted('search in it → files', time)),
  ];
  for (let i = 0; i < parts.length; i++) {
    await parts[(round + i) % parts.length]!();
    if (!(await goesOn())) return;
  }
}

async function type(editor: Editor, key: string): Promise<[what: string, time: number][]> {
  const { page } = editor;
  await editor.ask((vscode) => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
  const start = Date.now();
  await page.keyboard.press(key);
  await page.waitForFunction(
    (there) => {
      const { document } = globalThis as unknown as {
        document: { querySelector(of: string): { textContent: string } | null };
      };
      return document.querySelector('.view-lines')?.textContent.includes('#CMD') === there;
    },
    key === '#',
    { polling: 'raf' },
  );
  const shown = Date.now();
  const wanted = key === '#' ? 0 : 1;
  const at = await until('the findings follow', () =>
    editor.ask(
      (_, { start, wanted }) => {
        const { seen } = globalThis as unknown as { seen: { at: number; count: number }[] };
        return seen.find(({ at, count }) => at >= start && (count > 0 ? 1 : 0) === wanted)?.at;
      },
      { start, wanted },
    ),
  );
  return [
    ['key → character', shown - start],
    ['key → findings', at - start],
  ];
}

/** Opens the folder and closes it again: the editor asks for its rows anew each time that the image has been read anew. */
async function toggle(editor: Editor, name: string): Promise<number> {
  const twistie = editor.row(name).and(editor.page.locator('[aria-level="4"]')).first().locator('.monaco-tl-twistie');
  const inside = editor.page.locator('.tree-explorer-viewlet-tree-view [role="treeitem"][aria-level="5"]').first();
  // Rows above go when an image is read, and a click at where the row was is lost.
  const clickUntil = (state: 'visible' | 'hidden') =>
    until(`“${name}” is ${state}`, async () => {
      const start = performance.now();
      await twistie.click({ timeout: 5000 }).catch(() => {});
      return inside.waitFor({ state, timeout: 5000 }).then(
        () => performance.now() - start,
        () => undefined,
      );
    });
  const time = await clickUntil('visible');
  await clickUntil('hidden');
  return time;
}

async function search(editor: Editor, noted: (time: number) => Promise<boolean>): Promise<void> {
  const { page } = editor;
  const image = editor.row('sample-image.tar');
  await image.hover();
  await image.getByRole('button', { name: 'Search Files…' }).click();
  const input = page.getByPlaceholder('Part of a name');
  await input.waitFor();
  for (const word of words) {
    await input.fill('');
    await page.getByRole('option').first().waitFor({ state: 'detached' });
    const start = performance.now();
    await input.fill(word);
    await page.getByRole('option').first().waitFor();
    if (!(await noted(performance.now() - start))) break;
  }
  await page.keyboard.press('Escape');
}

/** The longest that the window draws nothing, and that the extensions answer nothing; and what is told of a reading, which is given at the end. */
async function watch(editor: Editor, times: Times): Promise<() => Promise<readonly string[]>> {
  await editor.page.evaluate(() => {
    const page = globalThis as unknown as Page;
    let last = performance.now();
    Object.assign(page, { gap: 0, told: [], watching: true });
    const frame = () => {
      const now = performance.now();
      page.gap = Math.max(page.gap, now - last);
      last = now;
      const row = page.document.querySelector('[role="treeitem"]:is([aria-label^="Reading"], [aria-label^="Putting"])');
      const words = row?.getAttribute('aria-label') ?? '';
      if (words !== '' && !page.told.includes(words)) page.told.push(words);
      if (page.watching) page.requestAnimationFrame(frame);
    };
    page.requestAnimationFrame(frame);
  });
  await editor.ask(() => {
    const delay = process.getBuiltinModule('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    Object.assign(globalThis, { delay });
  });
  return async () => {
    const { gap, told } = await editor.page.evaluate(() => {
      const page = globalThis as unknown as Page;
      page.watching = false;
      return { gap: page.gap, told: page.told };
    });
    const delay = await editor.ask(() => {
      const { delay } = globalThis as unknown as { delay: { max: number; disable(): void } };
      delay.disable();
      return delay.max / 1e6;
    });
    note(times, 'window: longest without a frame', gap);
    note(times, 'extensions: longest without an answer', delay);
    return told;
  };
}

/** The window, as far as it is looked at. */
interface Page {
  gap: number;
  told: string[];
  watching: boolean;
  readonly document: { querySelector(of: string): { getAttribute(name: string): string | null } | null };
  requestAnimationFrame(of: () => void): void;
}

function note(times: Times, what: string, time: number): void {
  times.set(what, [...(times.get(what) ?? []), time]);
}

function print(table: ReadonlyMap<string, Times>): void {
  const whats = [...new Set([...table.values()].flatMap((times) => [...times.keys()]))];
  console.log(`Milliseconds: the median, the longest, of how many\n`);
  console.log(`| | ${[...table.keys()].map((name) => `while ${name}`).join(' | ')} |`);
  console.log(`|---|${'---|'.repeat(table.size)}`);
  for (const what of whats)
    console.log(`| ${what} | ${[...table.values()].map((times) => cell(times.get(what))).join(' | ')} |`);
}

function cell(times: readonly number[] | undefined): string {
  if (!times) return '';
  const sorted = times.toSorted((a, b) => a - b);
  return `${Math.round(sorted[Math.floor(sorted.length / 2)]!)}, ${Math.round(sorted.at(-1)!)} of ${sorted.length}`;
}
