/** Prints how reading and checking grow with the file, every rule on; scaling.ts starts it. Arguments: parts of names of shapes; without, all. */
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import { type Shape, shapes } from './shapes.ts';

const LINES = [12_500, 25_000, 50_000];
/** Milliseconds: of less, the ratio says nothing. */
const LEAST = 20;

function table(names: readonly string[]): void {
  console.log(
    `\nReading from scratch and checking with ${rules.length} rules, ms of processor time: least of 5, of 3 where that takes long`,
  );
  console.log(
    'Garbage is collected before each run, and in it by the same thread in many small steps, so all its time is counted, whatever else the machine does\n',
  );
  console.log(`| shape | ${LINES.map((lines) => lines.toLocaleString('en')).join(' | ')} | last ratio |`);
  console.log(`|---|${'---:|'.repeat(LINES.length + 1)}`);
  let worst = 0;
  for (const shape of shapes.filter(({ name }) => names.length === 0 || names.some((it) => name.includes(it)))) {
    work(shape, LINES[0]!);
    const times = measured(shape);
    const ratio = times.at(-1)! / times.at(-2)!;
    const counts = times.at(-1)! >= LEAST;
    if (counts) worst = Math.max(worst, ratio);
    console.log(
      `| ${shape.name} | ${times.map((time) => time.toFixed(0)).join(' | ')} | ${counts ? ratio.toFixed(2) : '–'} |`,
    );
  }
  console.log(`\nWorst ratio: ${worst.toFixed(2)}`);
}

/** The least of several runs: what else the machine does only adds. Sizes take turns, so that a slow moment meets all of them. */
function measured(shape: Shape): number[] {
  const round = () => LINES.map((lines) => work(shape, lines));
  const rounds = [round(), round(), round()];
  if (rounds[0]!.at(-1)! < 500) rounds.push(round(), round());
  return LINES.map((_, size) => Math.min(...rounds.map((times) => times[size]!)));
}

/** Of this thread alone, so that other programs do not count, and without what the run before left to be collected. */
function work({ text, allTargets }: Shape, lines: number): number {
  const file = text(lines);
  global.gc!();
  const start = process.threadCpuUsage();
  const dockerfile = readDockerfile(file);
  const targets = allTargets && dockerfile.stages.map(({ index }) => index).slice(1);
  findingsOf(dockerfile, rules, { today: '2026-11-21', ...(targets && { targets }) });
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
}

table(process.argv.slice(2));
