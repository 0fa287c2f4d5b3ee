/** What is packed into the extension: what runs, what is read, and nothing else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');

test('the package holds only what runs', () => {
  const vsce = join(ROOT, 'node_modules/@vscode/vsce/vsce');
  const { stdout, status } = spawnSync(process.execPath, [vsce, 'ls', '--no-dependencies'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(status, 0);
  const files = stdout.trim().split('\n');
  for (const needed of ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', manifest.icon])
    assert.ok(files.includes(needed), needed);
  const stray = files.filter(
    (file) =>
      !/^(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/[a-z-]+\.cjs|dist\/THIRD-PARTY-NOTICES\.txt|dist\/report\.(js|css)|dist\/rules\/[a-z-]+\.md|media\/walkthrough\/[a-z]+\.md|media\/[a-z.-]+\.(svg|png|json))$/.test(
        file,
      ),
  );
  assert.deepEqual(stray, []);
});

test('it starts by language, view or file system only, and says what it can in a folder that is not trusted', () => {
  assert.ok(manifest.activationEvents.every((event) => /^(onLanguage:dockerfile|onView:|onFileSystem:)/.test(event)));
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
  assert.deepEqual(manifest.extensionKind, ['workspace']);
});

test('the walkthrough has five steps, whose pages are there and whose commands are ours or the editor’s', () => {
  const [walkthrough] = manifest.contributes.walkthroughs;
  assert.equal(walkthrough?.steps.length, 5);
  const ours = new Set(manifest.contributes.commands.map(({ command }) => command));
  for (const { description, media } of walkthrough?.steps ?? []) {
    assert.ok(existsSync(join(ROOT, media.markdown)), media.markdown);
    for (const [, command = ''] of description.matchAll(/\(command:([\w.]+)/g))
      assert.ok(ours.has(command) || /^workbench\.|\.focus$/.test(command), command);
  }
});

test('every command that a menu shows is one', () => {
  const ours = new Set(manifest.contributes.commands.map(({ command }) => command));
  for (const items of Object.values(manifest.contributes.menus))
    for (const { command } of items) assert.ok(ours.has(command), command);
});

test('every command is “Distroless: …”; one that acts on a row is offered in the palette while such a row is selected, or asks', () => {
  const { commands, menus } = manifest.contributes;
  assert.ok(commands.every(({ category }) => category === 'Distroless'));
  const asks = new Set(
    ['refresh', 'search', 'report', 'chooseEngine', 'choosePlatform'].map((id) => `distroless.${id}`),
  );
  const offered = new Map(menus.commandPalette.map(({ command, when }) => [command, when]));
  for (const { command } of menus['view/item/context'])
    if (!asks.has(command))
      assert.match(offered.get(command) ?? 'always', /^(distroless\.selected |distroless\.asOf$|false$)/, command);
});
