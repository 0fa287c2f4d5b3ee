/** Finds the engine that answers, and says of every other address why it does not. */
import type Docker from 'dockerode';
import { listOf, recordOf } from '../json.ts';
import { ImageError } from '../source.ts';
import { type Candidate, type Connection, engineAddresses, type Whereabouts } from './engine-address.ts';
import { EngineError, type Limits, type Modem, modem, usualLimits } from './engine-modem.ts';

export interface ConnectOptions extends Whereabouts {
  /** Milliseconds that an address has to answer. */
  readonly patience?: number;
  readonly limits?: Partial<Limits>;
}

export interface Engine {
  /** “Docker Engine 20.10.24”, “Podman 4.3.1”. */
  readonly name: string;
  /** `unix:///var/run/docker.sock` */
  readonly address: string;
  /** The Docker context that it was found in. */
  readonly context: string | undefined;
  /** The version of the API that is spoken with it: `1.41`. */
  readonly api: string;
  readonly connection: Connection;
  readonly limits: Limits;
}

export type EngineFound =
  | { readonly kind: 'connected'; readonly engine: Engine }
  | { readonly kind: 'none'; readonly tried: readonly { readonly address: string; readonly why: string }[] };

/** Throws only when cancelled. */
export async function connectEngine(options: ConnectOptions, signal: AbortSignal): Promise<EngineFound> {
  return firstThatAnswers(await engineAddresses(options), options, signal);
}

/** All are asked at once; the first in order that answers is taken. */
export async function firstThatAnswers(
  candidates: readonly Candidate[],
  { patience = 3000, limits: given }: ConnectOptions,
  signal: AbortSignal,
): Promise<EngineFound> {
  const limits = { ...usualLimits, ...given };
  const settled = new AbortController();
  const either = AbortSignal.any([signal, settled.signal]);
  const answers = candidates.map(async (candidate): Promise<Engine | string> => {
    if (candidate.kind === 'unusable') return candidate.why;
    try {
      // Signing in elsewhere takes its time.
      const answer = candidate.connection.kind === 'command' ? Math.max(patience, limits.answer) : patience;
      return await greet(candidate, { ...limits, answer, bytes: 1 << 20 }, limits, either);
    } catch (error) {
      return whyNot(candidate.address, error);
    }
  });
  try {
    const tried: { address: string; why: string }[] = [];
    for (const [i, { address }] of candidates.entries()) {
      const answer = (await answers[i])!;
      signal.throwIfAborted();
      if (typeof answer !== 'string') return { kind: 'connected', engine: answer };
      tried.push({ address, why: answer });
    }
    return { kind: 'none', tried };
  } finally {
    settled.abort();
  }
}

/** What the user is told where an image or a container is wanted and no engine is there. */
export function noEngine({ tried }: Extract<EngineFound, { kind: 'none' }>): ImageError {
  const [only, ...others] = tried;
  const message =
    only && others.length === 0
      ? `The Docker Engine could not be reached. ${only.why}`
      : `No Docker Engine was found at any of the ${tried.length} usual places. Start one, or set DOCKER_HOST to its address.`;
  return new ImageError('not-found', message);
}

/** dockerode, carried by our own modem: every call made through it ends with `signal`. It is 1.9 MB, so it is loaded when an engine is first asked for something. */
export async function dockerOf(engine: Engine, signal: AbortSignal): Promise<Docker> {
  return dockerThrough(modem(engine.connection, engine.api, engine.limits, signal));
}

async function dockerThrough(carrier: Modem): Promise<Docker> {
  const { default: Dockerode } = await import('dockerode');
  // dockerode takes a modem; its types do not say so.
  return new Dockerode({ modem: carrier } as Docker.DockerOptions);
}

/** The newest API whose answers this code was written against: asked without a version, an engine answers in its newest, whose fields may differ. */
const newestApi = '1.49';

async function greet(
  { address, connection, context }: Extract<Candidate, { kind: 'usable' }>,
  greeting: Limits,
  limits: Limits,
  signal: AbortSignal,
): Promise<Engine> {
  const docker = await dockerThrough(modem(connection, undefined, greeting, signal));
  const {
    Version: version,
    ApiVersion: max,
    MinAPIVersion: min,
    Components: components,
  } = recordOf(await docker.version());
  if (typeof version !== 'string' || !isApi(max)) throw new EngineError('strange', 'The answer names no version.');
  const podman = listOf(components).some((component) => recordOf(component).Name === 'Podman Engine');
  const common = compareApi(max, newestApi) < 0 ? max : newestApi;
  const api = isApi(min) && compareApi(min, common) > 0 ? min : common;
  // Distributions append their own: “20.10.24+dfsg1”.
  return {
    name: `${podman ? 'Podman' : 'Docker Engine'} ${version.replace(/\+.*/s, '').slice(0, 40)}`,
    address,
    context,
    api,
    connection,
    limits,
  };
}

const isApi = (text: unknown): text is string => typeof text === 'string' && /^\d{1,4}\.\d{1,4}$/.test(text);

/** Negative where `a` is older. */
export function compareApi(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

/** Why an address did not answer, in a sentence, with the cure where there is one. */
export function whyNot(address: string, error: unknown): string {
  const place = address.replace(/^(unix|npipe):\/\//, '');
  const local = place !== address;
  if (!(error instanceof EngineError)) return `${place} could not be asked: ${(error as Error).message}.`;
  switch (error.kind) {
    case 'silent':
      return `${place} was reached, but gave no answer in time. The engine may be starting, or hang.`;
    case 'strange':
      return `What answers at ${place} is not a Docker Engine.`;
    case 'cut':
      return `The connection to ${place} broke off before the answer was complete.`;
    case 'refused':
      if (error.status === 404 || error.message.startsWith('<'))
        return `What answers at ${place} is not a Docker Engine.`;
      return /HTTP request to an HTTPS server/.test(error.message)
        ? `${place} wants TLS. Set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder with the certificates.`
        : `${place} refused: ${sentence(error.message || `status ${error.status}`)}`;
    case 'unreachable':
      return unreachable(place, local, error);
  }
}

function unreachable(place: string, local: boolean, { code = '', message }: EngineError): string {
  switch (code) {
    case 'ENOENT':
      return `There is no ${place.startsWith('//./pipe/') ? 'pipe' : 'socket'} at ${place}.`;
    case 'PROGRAM':
      return `${place} could not be reached with ssh: ${sentence(message)} Check that “ssh” and “docker” work there from a terminal.`;
    case 'EACCES':
    case 'EPERM':
      return `You may not open ${place}: your user is not in its group. Joining that group gives full control of this machine; a rootless engine does not need it.`;
    case 'ECONNREFUSED':
      return `Nothing listens at ${place}. Start the engine.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `No machine was found for ${place}. Check the name.`;
    default:
      if (/CERT|SELF_SIGNED|ALTNAME|ISSUER/.test(code))
        return `The certificate of ${place} could not be trusted (${message}). Put the authority that signed it into ca.pem in DOCKER_CERT_PATH.`;
      if (/SSL|TLS|EPROTO/.test(code))
        return `${place} could not be spoken to over TLS. Check that it is the port for TLS, and that the certificates are right.`;
      return `${place} could not be ${local ? 'opened' : 'reached'} (${code || message}).`;
  }
}

/** What another program says, fit to stand at the end of one of our sentences. */
export function sentence(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return plain.slice(0, 300).replace(/[.!?]?$/, '.');
}
