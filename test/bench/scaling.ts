/** How reading and checking grow with the file, every rule on, for files of many shapes. Further arguments of `npm run bench -- scaling` are parts of names of shapes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { rules } from '../../server/rules/index.ts';
import type { Growth } from './scaling-process.ts';
import { shapes } from './shapes.ts';

export const LINES: readonly number[] = [12_500, 25_000, 50_000];
/** Milliseconds: of less, the ratio says nothing. */
const LEAST = 20;

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

export function benchScaling(names: readonly string[] = []): void {
  console.log(
    `\nReading from scratch and checking with ${rules.length} rules, ms of processor time: least of 5 to 15 runs, each shape in a process of its own`,
  );
  console.log(
    'Garbage is collected before each run, and in it by the same thread in many small steps, so all its time is counted, whatever else the machine does\n',
  );
  console.log(`| shape | ${LINES.map((lines) => lines.toLocaleString('en')).join(' | ')} | last ratio | RSS, MB |`);
  console.log(`|---|${'---:|'.repeat(LINES.length + 2)}`);
  let worst = 0;
  for (const { name } of shapes.filter((shape) => names.length === 0 || names.some((it) => shape.name.includes(it)))) {
    const { stdout } = spawnSync(process.execPath, [...FLAGS, join(import.meta.dirname, 'scaling-process.ts'), name], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    const { times, rssMB }: Growth = JSON.parse(stdout);
    const ratio = times.at(-1)! / times.at(-2)!;
    const counts = times.at(-1)! >= LEAST;
    if (counts) worst = Math.max(worst, ratio);
    const cells = [...times.map((time) => time.toFixed(0)), counts ? ratio.toFixed(2) : '–', rssMB.toFixed(0)];
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  console.log(`\nWorst ratio: ${worst.toFixed(2)}`);
}
