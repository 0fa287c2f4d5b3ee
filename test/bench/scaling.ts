/** How reading and checking grow with the file, every rule on, for files of many shapes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * By default V8 collects on helper threads, whose share changes with the load of the machine, and in few large steps: one that falls
 * into the run with 50,000 lines and none into that with 25,000 says nothing of what is measured. So one thread, 4 MB at a time, and
 * no full collection before the heap has 2 GB.
 */
const FLAGS = [
  '--expose-gc',
  '--single-threaded-gc',
  '--min-semi-space-size=4',
  '--max-semi-space-size=4',
  '--initial-old-space-size=2048',
];

export function benchScaling(): void {
  spawnSync(process.execPath, [...FLAGS, join(import.meta.dirname, 'scaling-process.ts')], { stdio: 'inherit' });
}
