/** The engines that the user may choose among, and whether each answers. */
import { stat } from 'node:fs/promises';
import type { EngineChoice } from '../../protocol.ts';
import { allAddresses, type Candidate, engineAddresses } from './engine-address.ts';
import { type ConnectOptions, firstThatAnswers } from './engine-connect.ts';

/** The Docker contexts, and the usual sockets that are there and no context leads to; of a given address, that one. */
export async function engineChoices(options: ConnectOptions, signal: AbortSignal): Promise<readonly EngineChoice[]> {
  if (options.address) {
    const [candidate] = await engineAddresses(options);
    if (!candidate) return [];
    return [await asked({ kind: 'given', setting: options.address, name: '', candidate }, options, signal)];
  }
  const { contexts, sockets } = await allAddresses(options);
  const known = new Set([...contexts.values()].map(({ address }) => address));
  const choices: Choice[] = Array.from(contexts, ([name, candidate]) => ({
    kind: 'context',
    setting: `context:${name}`,
    name,
    candidate,
  }));
  for (const candidate of sockets) {
    const { address } = candidate;
    if (known.has(address) || !(await isThere(candidate))) continue;
    choices.push({ kind: 'socket', setting: address, name: ownerOf(address), candidate });
  }
  const answers = await Promise.all(choices.map((choice) => asked(choice, options, signal)));
  // Whether a pipe is there shows only when it is asked.
  return answers.filter(({ kind, address, engine }) => kind !== 'socket' || engine || !address.startsWith('npipe:'));
}

interface Choice extends Pick<EngineChoice, 'kind' | 'setting' | 'name'> {
  readonly candidate: Candidate;
}

async function asked(
  { candidate, ...choice }: Choice,
  options: ConnectOptions,
  signal: AbortSignal,
): Promise<EngineChoice> {
  const { address } = candidate;
  // To look at a list is not to sign in at every machine that is in it.
  if (candidate.kind === 'usable' && candidate.connection.kind === 'command' && choice.kind !== 'given')
    return { ...choice, address };
  const found = await firstThatAnswers([candidate], options, signal);
  if (found.kind === 'connected') return { ...choice, address, engine: found.engine.name };
  return { ...choice, address, why: found.tried[0]?.why ?? '' };
}

async function isThere(candidate: Candidate): Promise<boolean> {
  if (candidate.kind !== 'usable' || candidate.connection.kind !== 'socket') return false;
  if (candidate.address.startsWith('npipe:')) return true;
  const found = await stat(candidate.connection.path).catch(() => undefined);
  return found?.isSocket() === true;
}

/** Whose socket it is, by its path. */
function ownerOf(address: string): string {
  return owners.find(([path]) => path.test(address))?.[1] ?? 'Docker Engine';
}

const owners: readonly (readonly [RegExp, string])[] = [
  [/podman/, 'Podman'],
  [/\/\.colima\//, 'colima'],
  [/\/\.rd\//, 'Rancher Desktop'],
  [/\/\.orbstack\//, 'OrbStack'],
  [/\/\.lima\//, 'Lima'],
  [/\/\.docker\/|dockerDesktop/, 'Docker Desktop'],
  [/^unix:\/\/\/run\/user\//, 'Docker Engine without root'],
];
