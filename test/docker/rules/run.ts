/** The trials as tests, on engines that are started one after the other; and the table of how they went. */
import { after, before, type TestContext, test } from 'node:test';
import { rules } from '../../../server/rules/index.ts';
import { skipUnless, type TestEngine } from '../../support/engine.ts';
import { aligned } from '../table.ts';
import * as app from './app.ts';
import type { NearMiss, NotTried, Project, Trial } from './trial.ts';
import { compileApp, inEveryContext, tryNearMiss, tryRule } from './try.ts';

export interface Tried {
  readonly trials: readonly Trial[];
  readonly nearMisses: readonly NearMiss[];
  readonly notTried?: readonly NotTried[];
  readonly skip: string | false;
  start(store: Project['store']): Promise<TestEngine>;
}

export function testRules({ trials, nearMisses, notTried = [], skip, start }: Tried): void {
  let engine: TestEngine | undefined;
  let program: Buffer;
  const rows: string[][] = [];

  before(async () => {
    if (skip !== false) return;
    engine = await start(undefined);
    // The network that builds download from opens all ports; the engine's is as a machine has it.
    await engine.enter(['sh', '-c', 'echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start']);
    inEveryContext({ 'main.go': app.source });
    program = await compileApp(engine, app.dockerfile, app.source);
  });
  after(async () => {
    await engine?.stop();
    for (const { rule, what, why } of notTried) rows.push([rule, what, '', `not tried: ${why}`]);
    const order = rules.map(({ id }) => id);
    rows.sort(([a = ''], [b = '']) => order.indexOf(a) - order.indexOf(b));
    console.log(aligned([['rule', 'what is tried', 'what docker said', 'after the fix'], ...rows]));
  });

  // First those that are for the engine’s older store: one engine at a time.
  for (const store of [undefined, 'containerd'] as const) {
    const ofStore = <T extends Project>(all: readonly T[]) => all.filter((one) => one.store === store);
    if (store && ofStore<Project>([...trials, ...nearMisses]).length > 0) {
      test('an engine with containerd’s store', { skip }, async () => {
        await engine?.stop();
        engine = await start(store);
      });
    }
    for (const [i, trial] of ofStore(trials).entries()) {
      test(`${trial.rule}: ${trial.what}`, { skip }, async (t) => {
        const row = [trial.rule, trial.what, 'FAILED', ''];
        rows.push(row);
        const tried = await reached(trial, t, () => tryRule(trial, engine!, program, `${trial.rule}-${i}`));
        row.splice(2, 2, tried?.said ?? 'skipped', tried?.after ?? `${trial.registry} cannot be reached`);
      });
    }
    for (const [i, miss] of ofStore(nearMisses).entries()) {
      test(`${miss.rule}, near miss: ${miss.what}`, { skip }, async (t) => {
        const row = [miss.rule, `near miss: ${miss.what}`, 'FAILED', ''];
        rows.push(row);
        const said = await reached(miss, t, () => tryNearMiss(miss, engine!, program, `${miss.rule}-miss-${i}`));
        row[2] = said ?? `skipped: ${miss.registry} cannot be reached`;
      });
    }
  }
}

/** What is downloaded from a registry that a build cannot reach is not tried; where everything must run, that is a failure. */
async function reached<T>({ registry }: Project, t: TestContext, tried: () => Promise<T>): Promise<T | undefined> {
  try {
    return await tried();
  } catch (error) {
    const why =
      registry && UNREACHABLE.test(String((error as Error).message)) && skipUnless(`${registry} is not reached`);
    if (!why) throw error;
    t.skip(why);
    return undefined;
  }
}

const UNREACHABLE =
  /Could not resolve|Temporary failure in name resolution|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|Connection (refused|timed out)|Network is unreachable/i;
