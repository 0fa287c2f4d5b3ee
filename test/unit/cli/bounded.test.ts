/** Images that take more memory than is allowed them: a sentence and status 2, whatever it is that runs out. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { file, legacySave, tar } from '../../support/image-builder.ts';
import { archiveWith } from '../../support/images.ts';

const CLI = join(import.meta.dirname, '../../../server/cli.ts');

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout, stderr };
}

const sentence =
  'distroless: Reading this image takes more than 128 MB of memory, so it was stopped. Allow it more with --memory.\n';
const bombs = {
  'names, which lie in buffers': Array.from({ length: 20_000 }, (_, i) =>
    file(`${`${i}${'x'.repeat(200)}/`.repeat(18)}file`),
  ),
  'records of packages, which lie in V8’s heap': Array.from({ length: 40 }, (_, i) =>
    file(`var/lib/dpkg/status.d/${i}`, 'Package: a\nVersion: 1\n\n'.repeat(150_000)),
  ),
};
for (const [what, entries] of Object.entries(bombs))
  test(`too many ${what}`, async (t) => {
    const path = await archiveWith(t, legacySave([{ name: 'bomb:1', layers: [tar(entries)] }]));
    assert.deepEqual(await run(['inspect', '--memory', '128', path]), { status: 2, stdout: '', stderr: sentence });
  });

test('what reads the image prints and ends as if it had not been started by another', async (t) => {
  const path = await archiveWith(t, legacySave([{ name: 'app:1', layers: [tar([file('f', 'x')])] }]));
  const { status, stdout, stderr } = await run(['files', path]);
  assert.deepEqual([status, JSON.parse(stdout).path, stderr], [0, '/f', '']);
  assert.deepEqual(await run(['inspect', '/nowhere.tar']), {
    status: 2,
    stdout: '',
    stderr: 'distroless: There is no file “/nowhere.tar”. Check the path.\n',
  });
  const odd = await run(['inspect', '--memory', '12', path]);
  assert.equal(odd.status, 2);
  assert.match(odd.stderr, /--memory takes a number of megabytes, 128 or more, not “12”\./);
});
