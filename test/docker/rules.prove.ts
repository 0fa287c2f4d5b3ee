/**
 * What our rules foretell really happens, on a real engine (26.1): a small project for each on which it speaks fails as it says, and works once it is mended. And the
 * reverse: near misses, on which it says nothing, work. Prints a table. RULES=shell-form,low-port takes some of them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rules } from '../../server/rules/index.ts';
import { packagesReason } from '../bases/debian.ts';
import { engineReason, networkReason, skipUnless, startEngine } from '../support/engine.ts';
import { engine26, engine26Reason } from './engine-26.ts';
import { nearMisses, notTried, trials } from './rules/all.ts';
import { testRules } from './rules/run.ts';
import { groups } from './rules/try.ts';

test('every rule of these groups is tried, or it is said why not', () => {
  const known = new Set([...trials, ...notTried].map(({ rule }) => rule));
  const wanted = rules.filter(({ group }) => groups.includes(group)).map(({ id }) => id);
  assert.deepEqual(
    wanted.filter((id) => !known.has(id)),
    [],
  );
});

const asked = process.env.RULES?.split(',');
const isAsked = ({ rule }: { readonly rule: string }) => asked === undefined || asked.includes(rule);
testRules({
  trials: trials.filter(isAsked),
  nearMisses: nearMisses.filter(isAsked),
  notTried: notTried.filter(isAsked),
  skip: skipUnless(engineReason() ?? networkReason() ?? packagesReason() ?? engine26Reason()),
  async start(store) {
    const configuration = { features: { 'containerd-snapshotter': store !== undefined } };
    return startEngine({ root: await engine26(), network: true, configuration });
  },
});
