/** The containers of an engine, running or not. */
import type { EngineContainer } from '../../protocol.ts';
import { listOf, recordOf, textOrUndefined } from '../json.ts';
import { familiar } from '../reference.ts';
import { dockerOf, type Engine } from './engine-connect.ts';

/** On every container that is made here, to read a file of an image; it is never started. */
export const ownLabel = 'distroless.read';

/** By name, without those that were made here; of these, the ones that somebody forgot. */
export async function listContainers(
  engine: Engine,
  signal: AbortSignal,
): Promise<{ readonly containers: readonly EngineContainer[]; readonly forgotten: readonly string[] }> {
  const docker = await dockerOf(engine, signal);
  const listed = listOf(await docker.listContainers({ all: true }));
  return {
    containers: listed.flatMap(containerOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    forgotten: listed.flatMap((json) => {
      const { Id, Created, State, Labels } = recordOf(json);
      const isOurs = ownLabel in recordOf(Labels) && State === 'created' && typeof Id === 'string' && isContainerId(Id);
      // Another window may be reading from it.
      return isOurs && typeof Created === 'number' && Created < Date.now() / 1000 - forgottenAfter ? [Id] : [];
    }),
  };
}

/** Seconds. */
const forgottenAfter = 600;

function containerOf(json: unknown): readonly EngineContainer[] {
  const { Id, Names, Image, State, Status, Labels } = recordOf(json);
  const id = textOrUndefined(Id);
  if (!id || !isContainerId(id) || ownLabel in recordOf(Labels)) return [];
  // A link gives a container further names, with a slash in them.
  const names = listOf(Names).filter((name) => typeof name === 'string');
  const name = names.find((each) => !each.slice(1).includes('/')) ?? names[0];
  return [
    {
      reference: `${containerPrefix}${id}`,
      name: name?.replace(/^\//, '') || id.slice(0, 12),
      id,
      image: familiar(textOrUndefined(Image) ?? '').replace(/^sha256:([0-9a-f]{12})[0-9a-f]*$/, '$1'),
      state: textOrUndefined(State) ?? 'unknown',
      status: textOrUndefined(Status) ?? '',
    },
  ];
}

/** What references to containers begin with. */
export const containerPrefix = 'docker-container:';

/** It goes into a request as it is. */
export const isContainerId = (text: string): boolean => /^[0-9a-f]{12,64}$/.test(text);
