/** Archives that the sample has no place for: large folders, odd names, two versions of an image. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imageAfter, imageBefore } from '../compared-images.ts';
import { sampleImage } from '../sample-image.ts';

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
  await writeFile(
    join(workspace, 'odd.tar'),
    sampleImage('odd:1', [{ createdBy: 'COPY . / # buildkit', entries: [...many, ...odd] }]),
  );
}
