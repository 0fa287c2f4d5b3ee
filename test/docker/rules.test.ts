/** What the rules foretell, tried on this machine's engine: those that need no network and no other base images than the conversions that `npm test` proves. `npm run prove -- rules` has all. */
import { packagesReason } from '../bases/debian.ts';
import { engineReason, skipUnless, startEngine } from '../support/engine.ts';
import { imagesOf } from './proof.ts';
import { nearMisses, trials } from './rules/all.ts';
import { testRules } from './rules/run.ts';
import type { Project } from './rules/trial.ts';

const made = new Set([
  'golang:1.27-trixie',
  'gcr.io/distroless/static-debian13:nonroot',
  'gcr.io/distroless/nodejs24-debian13:nonroot',
  'gcr.io/distroless/python3-debian13:nonroot',
]);
const isShort = ({ dockerfile, registry, store, slow, newer }: Project) =>
  !registry &&
  !store &&
  !slow &&
  !newer &&
  imagesOf(dockerfile).every((image) => made.has(image) || !/[:/]/.test(image));

testRules({
  trials: trials.filter(isShort),
  nearMisses: nearMisses.filter(isShort),
  skip: skipUnless(engineReason() ?? packagesReason()),
  start: () => startEngine(),
});
