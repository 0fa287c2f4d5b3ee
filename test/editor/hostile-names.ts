/** An image in which everything that has a name bears one that is made to come alive: as a link, an element, an icon, a control sequence. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { file, legacySave, symlink, tar } from '../support/image-builder.ts';

/** By what would show it. */
export const hostileNames = {
  link: '[go](command:workbench.action.quit)',
  element: '<img src=x onerror=globalThis.cameAlive=1>',
  icon: '$(rocket) launch',
  ansi: '\u001b[31mred\u001b[0m',
  hyperlink: '\u001b]8;;command:quit\u0007go\u001b]8;;\u0007',
  bidi: 'a\u202etxt.exe',
  lines: 'one\ntwo',
  long: 'x'.repeat(4096),
} as const;

export async function writeHostileImage(workspace: string): Promise<void> {
  const names = Object.values(hostileNames);
  const status = names.map((name) => {
    const package_ = name.replace(/\n/g, '\v');
    return `Package: ${package_}\nStatus: install ok installed\nVersion: 1${package_}\nArchitecture: amd64\n`;
  });
  const layers = [
    tar([
      ...names.map((name) => file(`names/${name}`, 'text')),
      ...names.map((name, i) => symlink(`links/${i}`, name)),
      ...names.map((name) => file(`names/setuid ${name}`, 'program', { mode: 0o4755 })),
      file('etc/os-release', `ID=${hostileNames.icon}\nPRETTY_NAME="${hostileNames.element}${hostileNames.bidi}"\n`),
      file('var/lib/dpkg/status', status.join('\n')),
    ]),
    ...names.map((name) => tar([file('names/changed', name)])),
  ];
  const image = {
    name: `${hostileNames.element}${hostileNames.bidi}${hostileNames.link}${hostileNames.icon}:1`,
    layers,
    config: {
      User: hostileNames.bidi,
      Entrypoint: names,
      Cmd: names,
      Env: names.map((name) => `${name}=${name}`),
      WorkingDir: hostileNames.ansi,
    },
    history: ['COPY names /', ...names].map((created_by) => ({ created_by })),
  };
  await writeFile(join(workspace, 'hostile.tar'), tar(legacySave([image])));
}

/** What has come alive in the window and the pages in it: elements, links to commands, icons, characters that hide or turn text. */
export async function alive(page: Page): Promise<readonly string[]> {
  const found = await Promise.all(
    page.frames().map((frame) =>
      frame
        .evaluate(() => {
          const browser = globalThis as unknown as { document: Dom; cameAlive?: number };
          interface Dom {
            querySelectorAll(what: string): Iterable<{ outerHTML: string }>;
            createTreeWalker(root: unknown, what: number): { nextNode(): { data: string } | null };
            readonly body: unknown;
          }
          const live: string[] = [];
          if (browser.cameAlive) live.push('a script ran');
          const elements =
            'img[onerror], .codicon-rocket, [href^="command:workbench.action.quit"], [data-href*="quit"]';
          for (const { outerHTML } of browser.document.querySelectorAll(elements)) live.push(outerHTML.slice(0, 200));
          const texts = browser.document.createTreeWalker(browser.document.body, 4);
          for (let text = texts.nextNode(); text; text = texts.nextNode())
            if (/[\u001b\u0007\u202e]/.test(text.data)) live.push(JSON.stringify(text.data.slice(0, 100)));
          return live;
        })
        // A frame that has just gone.
        .catch(() => []),
    ),
  );
  return found.flat();
}
