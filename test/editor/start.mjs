/**
 * `npm start`: sets up what is missing and opens the extension in an editor. Node's built-ins only, because it runs before anything is
 * installed, and on the Node that the machine has; the work is done by `open.ts`, on the project's own Node.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install, nodePath, root } from '../support/setup.mjs';

install();
const child = spawn(nodePath(), [join(root, 'test/editor/open.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C reaches the child as well, which then stops what it has started; this process only has to wait for it.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
