/** The ways through an image: only what is flagged, by kind, by package, by name, by size, in groups, and why a file is there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../editor.ts';
import { choose, editor, expandSample, isSelected, openFresh } from '../hands.ts';

export function testFinding(skip: string | false): void {
  test('“show only flagged” hides the rest, and “show all” brings it back', { skip }, async () => {
    await expandSample('app');
    await editor.command('Distroless: Show Only Flagged Files');
    await editor.row('server.js').first().waitFor({ state: 'detached' });
    await editor.row('ENV NODE_ENV=production').waitFor({ state: 'detached' });
    await expandSample('usr', 'bin');
    await editor.row('sudo').first().waitFor();
    await editor.picture('flagged-only');
    await editor.page.getByRole('button', { name: 'Show All Files' }).click();
    await expandSample('app');
    await editor.row('server.js').first().waitFor();
  });

  test('what is flagged is listed by kind, and leads to its place in the image', { skip }, async () => {
    await expandSample();
    await editor.expand('Flagged');
    await editor.picture('kinds');
    await editor.expand('Setuid program');
    await editor.row('/usr/bin/sudo').click();
    await until('sudo is selected', () => isSelected('sudo'));
  });

  test('packages are listed by ecosystem, with their versions and files', { skip }, async () => {
    await expandSample();
    await editor.expand('Packages');
    await editor.expand('Debian packages');
    await editor.rowThat(/^curl, /).waitFor();
    await editor.expand('curl');
    await editor.row('/usr/bin/curl').waitFor();
    await editor.picture('packages');
  });

  test('files are found by name and shown in the tree, with the keyboard alone', { skip }, async () => {
    await openFresh('sample-image.tar');
    await editor.row('Whole image').click();
    await editor.command('Distroless: Search Files');
    await editor.page.getByPlaceholder('Part of a name').waitFor();
    await editor.page.keyboard.type('bin/*.sh');
    const option = editor.page.getByRole('option', { name: /start\.sh/ });
    await option.waitFor();
    await editor.picture('search');
    const options = await editor.page.getByRole('option').allInnerTexts();
    assert.deepEqual(
      options.map((text) => text.match(/\/\S+/)?.[0]),
      ['/app/bin/start.sh', '/usr/local/bin/docker-entrypoint.sh'],
    );
    await editor.page.keyboard.press('Enter');
    await until('it is selected', () => isSelected('start.sh'));
  });

  test('rows are sorted by size when that is wanted', { skip }, async () => {
    await expandSample();
    const rows = editor.rowThat(/^(app|etc|usr|var), /).and(editor.page.locator('[aria-level="4"]'));
    const names = () => rows.locator('.label-name').allInnerTexts();
    await until('they are there', async () => (await names()).length === 4 || undefined);
    assert.deepEqual(await names(), ['app', 'etc', 'usr', 'var']);
    await editor.command('Distroless: Sort Files by Size');
    const shown = async (wanted: (first: string) => boolean) => {
      const all = await names();
      return (all.length === 4 && wanted(all[0]!)) || undefined;
    };
    await until('they are in another order', () => shown((first) => first === 'usr'));
    const sizes = (await rows.locator('.label-description').allInnerTexts()).map(bytesOf);
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => b - a),
    );
    await editor.picture('by-size');
    await editor.command('Distroless: Sort Files by Name');
    await until('they are sorted by name again', () => shown((first) => first === 'app'));
  });

  test('files are grouped by layer, by what they are flagged as, or by package, and shown there', {
    skip,
  }, async () => {
    await expandSample();
    await groupBy('Layer');
    const layer = editor.rowThat(/^Layer 3, 1\.3 MB · 9 files · RUN apt-get update/);
    await layer.waitFor();
    await editor.expand('Flagged');
    await editor.expand('Setuid program');
    await editor.row('/usr/bin/sudo').click();
    await until('sudo is selected', () => isSelected('sudo'));
    assert.equal(await layer.getAttribute('aria-expanded'), 'true');
    await editor.picture('by-layer');
    await expandSample();
    await groupBy('What they are flagged as');
    await editor.rowThat(/^Not flagged, 5\.7 MB · 59 files/).waitFor();
    await groupBy('Package');
    await editor.rowThat(/^Of no package, /).waitFor();
    await groupBy('Folder');
    await editor.row('usr').first().waitFor();
  });

  test('why a file is here: the layers that did something to it, its package, and what it is flagged for', {
    skip,
  }, async () => {
    await expandSample('var', 'lib', 'dpkg');
    await editor.row('status').first().click({ button: 'right' });
    await choose('Why Is This Here?');
    const list = editor.page.locator('.quick-input-list');
    await list.getByText('Layer 1 added it').waitFor();
    await list.getByText('Layer 3 changed it').waitFor();
    await editor.picture('why');
    await editor.page.keyboard.press('Escape');
  });
}

async function groupBy(name: string): Promise<void> {
  await editor.command('Distroless: Group Files By');
  await editor.page.getByRole('option', { name: new RegExp(`^${name}`) }).click();
}

/** Of “1.3 MB · 2 flagged”. */
function bytesOf(description: string): number {
  const [, number, unit = ''] = description.match(/([\d.]+) (\w+)/) ?? [];
  return Number(number) * 1000 ** ['B', 'kB', 'MB'].indexOf(unit);
}
