/** The files as of a layer: what is there then, what the layer did to it, and from one layer to the next. */
import { test } from 'node:test';
import { until } from '../editor.ts';
import { badgeOf, editor, expandTo, menuOf, openFresh } from '../hands.ts';

export function testLayers(skip: string | false): void {
  test('the files as of a layer are there with what it did; later ones are not', { skip }, async () => {
    await openFresh('sample-image.tar');
    await menuOf(apt, 'Show the Files as of This Layer');
    await editor.rowThat(/^As of layer 3 of 8, RUN apt-get update/).waitFor();
    const usr = editor.rowThat(/^usr, [\d.]+ MB · 4 changed · \d+ flagged$/);
    await expandTo('As of layer 3 of 8', usr);
    await editor.rowThat(/^var, 4\d\d kB · 5 changed/).waitFor();
    await usr.waitFor();
    await until(
      'nothing of the application is there',
      async () => (await editor.row('app').count()) === 0 || undefined,
    );
    for (const folder of ['var', 'lib', 'apt', 'lists']) await editor.expand(folder);
    await editor.rowThat(/^debian\.example\.org.*, 400 kB · added/).waitFor();
    await until('it has its letter', async () => (await badgeOf(list)) === 'A' || undefined);
    await until('a flagged one, too', async () => (await badgeOf('lists')) === 'A!' || undefined);
    await editor.picture('as-of-layer');
  });

  test('what is expanded stays so from layer to layer, with the keyboard alone', { skip }, async () => {
    await editor.ask((vscode) => vscode.commands.executeCommand('distroless.images.focus'));
    const step = async (key: string, wanted: RegExp) =>
      until(`${key} leads there`, async () => {
        if (await editor.rowThat(wanted).isVisible()) return true;
        await editor.page.keyboard.press(key);
        return until('the key is obeyed', async () => (await editor.rowThat(wanted).count()) > 0 || undefined, 5000);
      });
    await step('Alt+ArrowDown', /^As of layer 4 of 8, RUN rm -rf/);
    await editor.rowThat(/^debian\.example\.org.*, removed$/).waitFor();
    await editor.rowThat(/^var, [\d.]+ kB · 1 changed/).waitFor();
    await until('it has another letter', async () => (await badgeOf(list)) === 'D' || undefined);
    await editor.picture('as-of-next');
    await step('Alt+ArrowUp', /^As of layer 3 of 8/);
    await editor.rowThat(/^debian\.example\.org.*, 400 kB · added/).waitFor();
    await editor.command('Distroless: Close the Files as of a Layer');
    await editor.row('As of layer 3 of 8').waitFor({ state: 'detached' });
  });
}

const apt = 'RUN apt-get update && apt-get install -y --no-install-recommends curl sudo';
const list = 'debian.example.org_debian_dists_bookworm_main_binary-amd64_Packages';
