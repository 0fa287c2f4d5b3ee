/** The extension as it is installed: built, and packed into one file. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** `DISTROLESS_VSIX` names one that is packed already. */
export function buildVsix(): string {
  if (process.env.DISTROLESS_VSIX) return process.env.DISTROLESS_VSIX;
  const vsix = join(root, 'dist', 'distroless.vsix');
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'package'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The extension could not be packaged.\n${stdout}${stderr}`);
  return vsix;
}
