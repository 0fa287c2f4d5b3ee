/** When something has changed in the engine, as it tells itself (`GET /events`). */
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as pause } from 'node:timers/promises';
import { parseJson, recordOf } from '../json.ts';
import { type ConnectOptions, connectEngine, type Engine } from './engine-connect.ts';
import { ownLabel } from './engine-containers.ts';
import { EngineError, modem } from './engine-modem.ts';

export interface WatchOptions extends ConnectOptions {
  /** Milliseconds before an engine that has gone is looked for again: the first time, and at most. */
  readonly waits?: { readonly shortest: number; readonly longest: number };
}

/**
 * Calls back when images or containers may be others than before: once when the engine is reached, whenever it says so, and when it has gone. It is looked for
 * again with growing waits. Ends where nothing will come: the engine refuses to tell, or ends its answer at once, or it is one over SSH that is not reached, since signing in over and over
 * may lock the user out. Throws only when cancelled.
 */
export async function watchEngine(options: WatchOptions, onChange: () => void, signal: AbortSignal): Promise<void> {
  const { shortest, longest } = options.waits ?? { shortest: 1000, longest: 30_000 };
  let wait = shortest;
  let silences = 0;
  while (silences < mostSilences) {
    const found = await connectEngine(options, signal);
    if (found.kind === 'none' && found.tried.some(({ address }) => address.startsWith('ssh:'))) return;
    if (found.kind === 'connected') {
      const begun = Date.now();
      try {
        silences = (await follow(found.engine, onChange, signal)) ? 0 : silences + 1;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof EngineError && error.kind === 'refused') return;
      }
      onChange();
      // One that hangs up at once is not asked without a pause.
      if (Date.now() - begun > longest) wait = shortest;
    }
    await pause(wait, undefined, { signal });
    wait = Math.min(wait * 2, longest);
  }
}

/** Until the engine goes. False: it ended its answer by itself, and had said nothing. */
async function follow(engine: Engine, onChange: () => void, signal: AbortSignal): Promise<boolean> {
  // Nothing may happen for days.
  const limits = { ...engine.limits, idle: 2 ** 31 - 1 };
  const carrier = modem(engine.connection, engine.api, limits, signal);
  const stream = await new Promise<AsyncIterable<Uint8Array>>((resolve, reject) => {
    const options = { filters: { type: { image: true, container: true } } };
    carrier.dial({ path: '/events?', isStream: true, options }, (error, reply) =>
      error ? reject(error) : resolve(reply as AsyncIterable<Uint8Array>),
    );
  });
  onChange();
  let spoke = false;
  for await (const line of linesOf(stream)) {
    spoke = true;
    if (matters(line)) onChange();
  }
  return spoke;
}

/** JSON, one a line. What is longer than any event is left out. */
async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const chunk of stream) {
    text += decoder.write(chunk as Buffer);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    yield* lines;
    if (text.length > longestEvent) text = '';
  }
}

function matters(line: string): boolean {
  const { Type: type, Action: action, Actor: actor } = recordOf(parseJson(Buffer.from(line)));
  if (typeof action !== 'string') return false;
  // To be read changes no image.
  if (type === 'image') return action !== 'save' && action !== 'push';
  return type === 'container' && containerActions.has(action) && !(ownLabel in recordOf(recordOf(actor).Attributes));
}

/** Docker's words, and Podman's own. What runs in a container (`exec_start`, `health_status`) changes nothing in the list. */
const containerActions: ReadonlySet<string> = new Set([
  ...['create', 'start', 'restart', 'die', 'pause', 'unpause', 'rename', 'destroy', 'commit'],
  ...['died', 'remove'],
]);

const longestEvent = 1 << 20;
/** Podman without a place for events ends its answer at once. */
const mostSilences = 3;
