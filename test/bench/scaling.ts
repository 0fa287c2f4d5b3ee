/** How reading and checking grow with the file, every rule on. */
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import { dockerfile } from './dockerfile.ts';

const LINES = [6_250, 12_500, 25_000, 50_000];

export function benchScaling(): void {
  console.log(`\nReading from scratch and checking with ${rules.length} rules, ms: least of 3\n`);
  console.log(`| ${LINES.map((lines) => `${lines.toLocaleString('en')} lines`).join(' | ')} | last ratio |`);
  console.log(`|${'---|'.repeat(LINES.length + 1)}`);
  const times = LINES.map((lines) => {
    const text = dockerfile(lines);
    return Math.min(...[1, 2, 3].map(() => timed(text)));
  });
  console.log(
    `| ${times.map((time) => time.toFixed(0)).join(' | ')} | ${(times.at(-1)! / times.at(-2)!).toFixed(2)} |`,
  );
}

function timed(text: string): number {
  const start = performance.now();
  findingsOf(readDockerfile(text), rules, { today: '2026-11-21' });
  return performance.now() - start;
}
