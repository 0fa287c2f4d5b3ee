/** Archives that the sample has no place for: large folders, odd names, two versions of an image. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { file, legacySave, tar } from '../../support/image-builder.ts';
import { imageAfter, imageBefore } from '../compared-images.ts';
import { sampleImage } from '../sample-image.ts';

/** With the folder and the slashes, as long as a path may be on Linux. */
export const longName = `begin${'n'.repeat(4090 - 8)}end`;

export async function addArchives(workspace: string): Promise<void> {
  const many = Array.from({ length: 2345 }, (_, i) => ({ path: `many/file${String(i).padStart(4, '0')}`, body: '' }));
  const odd = [
    { path: '$(rocket) launch', body: 'x' },
    { path: 'a\u202etxt.exe', body: 'x' },
    { path: '[link](command:workbench.action.quit)', body: 'x' },
    { path: 'project.code-workspace', body: '{"settings":{}}' },
    { path: 'large.log', body: 'line after line\n'.repeat(400_000) },
  ];
  await writeFile(join(workspace, 'before.tar'), imageBefore('compared:1'));
  await writeFile(join(workspace, 'after.tar'), imageAfter('compared:1'));
  const layers = [tar([file(`long/${longName}`, 'Its text.'), file(`${'deep/'.repeat(800)}end`, 'x')])];
  const history = [{ created_by: 'COPY . /' }];
  await writeFile(join(workspace, 'long.tar'), tar(legacySave([{ name: 'long:1', layers, history }])));
  await writeFile(
    join(workspace, 'odd.tar'),
    sampleImage('odd:1', [{ createdBy: 'COPY . / # buildkit', entries: [...many, ...odd] }]),
  );
}
