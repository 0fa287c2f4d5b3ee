/** What the explorer says without an engine, and an archive opened from there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editor } from '../hands.ts';

export function testOpening(skip: string | false): void {
  test('without an engine it says so, and what was tried', { skip }, async () => {
    await editor.showExplorer();
    const message = editor.page.locator('.tree-explorer-viewlet-tree-view .message');
    await message.filter({ hasText: 'No container engine answered' }).waitFor();
    assert.match(await message.innerText(), /There is no socket at .*no-engine\.sock/);
    await editor.row('Try again').waitFor();
    await editor.picture('no-engine');
  });

  test('an archive is opened from there; its layers are rows with their instructions and sizes', { skip }, async () => {
    await editor.row('Open an image archive…').click();
    await editor.page.locator('.quick-input-widget').getByRole('option', { name: 'sample-image.tar' }).click();
    await editor.rowThat(/^sample-image\.tar, .* flagged · .*sample-service:1\.0\.0/).waitFor();
    await editor.row('Packages').waitFor();
    assert.deepEqual(await layerRows(), [
      "# debian.sh --arch 'amd64' out/ 'bookworm' '@1759104000'",
      'ENV NODE_VERSION=24.11.0',
      'RUN curl -fsSLO https://nodejs.org/dist/v24.11.0/node-v24.11.0-linux-x64.tar.xz && tar -xJf node.tar.xz -C /usr/local',
      'RUN apt-get update && apt-get install -y --no-install-recommends curl sudo',
      'RUN rm -rf /var/lib/apt/lists/*',
      'WORKDIR /app',
      'ENV NODE_ENV=production',
      'COPY package.json package-lock.json ./',
      'RUN npm ci --omit=dev',
      'COPY . .',
      'EXPOSE 3000/tcp',
      'CMD ["node" "server.js"]',
    ]);
    await editor.rowThat(/^RUN apt-get update .*, 1\.7 MB · 4\d\d kB wasted · \d+ flagged/).waitFor();
  });
}

/** Without what comes after the instruction. */
async function layerRows(): Promise<string[]> {
  const rows = await editor.page.locator('.tree-explorer-viewlet-tree-view [role="treeitem"][aria-level="3"]').all();
  const said = await Promise.all(rows.map((row) => row.getAttribute('aria-label')));
  // Behind “Whole image”, “Flagged” and “Packages”.
  return said.slice(3).map((says) => says?.replace(/, (no files|\d.*)$/, '') ?? '');
}
