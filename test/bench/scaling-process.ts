/** Measures one shape, by its name, and prints a `Growth`; scaling.ts starts it. */
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import { LINES } from './scaling.ts';
import type { Shape } from './shape.ts';
import { shapes } from './shapes.ts';

export interface Growth {
  /** Milliseconds, for each of `LINES`. */
  readonly times: readonly number[];
  /** The most that the process ever took. */
  readonly rssMB: number;
}

const ROUNDS = { least: 5, most: 15 };
/** Milliseconds after which no more rounds are begun. */
const ENOUGH = 5_000;

/** The least of several runs: what else the machine does only adds. Sizes take turns, so that a slow moment meets all of them. */
function growth(shape: Shape): Growth {
  work(shape, LINES[0]!);
  work(shape, LINES[0]!);
  const rounds: number[][] = [];
  for (let spent = 0; rounds.length < ROUNDS.least || (spent < ENOUGH && rounds.length < ROUNDS.most); ) {
    const times = LINES.map((lines) => work(shape, lines));
    rounds.push(times);
    spent += times.reduce((sum, time) => sum + time, 0);
  }
  return {
    times: LINES.map((_, size) => Math.min(...rounds.map((times) => times[size]!))),
    rssMB: process.resourceUsage().maxRSS / 1024,
  };
}

/** Of this thread alone, so that other programs do not count, and without what the run before left to be collected. */
function work({ text, allTargets, circumstances }: Shape, lines: number): number {
  const file = text(lines);
  const given = { today: '2026-11-21', ...circumstances?.(lines) };
  global.gc!();
  const start = process.threadCpuUsage();
  const dockerfile = readDockerfile(file);
  const targets = allTargets && dockerfile.stages.map(({ index }) => index).slice(1);
  findingsOf(dockerfile, rules, { ...given, ...(targets && { targets }) });
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
}

console.log(JSON.stringify(growth(shapes.find(({ name }) => name === process.argv[2])!)));
