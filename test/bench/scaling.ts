/** How reading and checking grow with the file, every rule on, for files of many shapes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import { type Shape, shapes } from './shapes.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const LINES = [12_500, 25_000, 50_000];
/** Milliseconds: of less, the ratio says nothing. */
const LEAST = 20;

/** Names of shapes to measure, in part; all where none is given. */
export function benchScaling(names: readonly string[] = []): void {
  console.log(
    `\nReading from scratch and checking with ${rules.length} rules, ms of processor time: median of 5, of 3 where that takes long\n`,
  );
  console.log(`| shape | ${LINES.map((lines) => lines.toLocaleString('en')).join(' | ')} | last ratio |`);
  console.log(`|---|${'---:|'.repeat(LINES.length + 1)}`);
  let worst = 0;
  for (const shape of shapes.filter(({ name }) => names.length === 0 || names.some((it) => name.includes(it)))) {
    work(shape, LINES[0]!);
    const times = LINES.map((lines) => median(shape, lines));
    const ratio = times.at(-1)! / times.at(-2)!;
    const counts = times.at(-1)! >= LEAST;
    if (counts) worst = Math.max(worst, ratio);
    console.log(
      `| ${shape.name} | ${times.map((time) => time.toFixed(0)).join(' | ')} | ${counts ? ratio.toFixed(2) : '–'} |`,
    );
  }
  console.log(`\nWorst ratio: ${worst.toFixed(2)}`);
}

function median(shape: Shape, lines: number): number {
  const times = [work(shape, lines), work(shape, lines), work(shape, lines)];
  if (times[0]! < 500) times.push(work(shape, lines), work(shape, lines));
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

/** Of this thread alone, so that other programs do not count, and without what the run before left to be collected. */
function work({ text, allTargets }: Shape, lines: number): number {
  const file = text(lines);
  collect();
  const start = process.threadCpuUsage();
  const dockerfile = readDockerfile(file);
  const targets = allTargets && dockerfile.stages.map(({ index }) => index).slice(1);
  findingsOf(dockerfile, rules, { today: '2026-11-21', ...(targets && { targets }) });
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
}
