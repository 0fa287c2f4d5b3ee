/**
 * What carries dockerode's requests, in place of docker-modem. docker-modem 5.0.7 follows redirects in the background (from a local socket to any host;
 * a relative one kills the process), buffers replies without a limit, has no deadline unless told, cannot cancel inspect, history and get, and its
 * constructor throws when certificates cannot be read. This one only reads, refuses redirects, and bounds time and bytes. What changes something in the engine
 * goes by `askEngine`, which names what it does.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { stringify } from 'node:querystring';
import { addAbortSignal } from 'node:stream';
import { converse } from '../program.ts';
import type { Connection } from './engine-address.ts';
import { chunksOf, RequestError } from './http.ts';

/** `unreachable` has the system's code where there is one; `refused` has the status of the engine's answer, and its text as message. */
export class EngineError extends RequestError<'unreachable' | 'silent' | 'strange' | 'refused' | 'cut'> {
  override readonly name = 'EngineError';
}

/** What dockerode calls. */
export interface Modem {
  dial(request: Dial, callback: (error: unknown, reply: unknown) => void): void;
}
interface Dial {
  readonly path: string;
  readonly method?: string;
  readonly isStream?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Limits {
  /** Milliseconds for a whole answer that is not a stream. */
  readonly answer: number;
  /** Milliseconds until a stream begins: Engine 20 to 24 writes the whole image into temporary files first. */
  readonly begin: number;
  /** Milliseconds that a begun stream may stand still while more is wanted. */
  readonly idle: number;
  /** Bytes of an answer that is not a stream. */
  readonly bytes: number;
}
export const usualLimits: Limits = { answer: 30_000, begin: 600_000, idle: 60_000, bytes: 64 << 20 };

/** Each call dials anew: no connection outlives its answer, so a restarted engine costs nothing. `signal` cancels every call made through it. */
export function modem(connection: Connection, version: string | undefined, limits: Limits, signal: AbortSignal): Modem {
  return {
    dial({ path, method = 'GET', isStream = false, options }, callback) {
      if (method !== 'GET') return callback(new Error(`This modem only reads; it was asked to ${method}.`), null);
      const target = targetOf(connection, version, withQuery(path, options));
      const reply = isStream
        ? openReply(connection, { path: target }, limits, signal).then(({ chunks }) => chunks)
        : readJson(connection, target, limits, signal);
      reply.then(
        (value) => callback(null, value),
        (error) => callback(error, null),
      );
    },
  };
}

export interface Asked {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  /** With its query; everything in it is encoded. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The headers of the answer, and its body as it comes. Throws an EngineError where the engine refuses, or breaks off. */
export function askEngine(
  { connection, api, limits }: { readonly connection: Connection; readonly api: string; readonly limits: Limits },
  asked: Asked,
  signal: AbortSignal,
): Promise<Reply> {
  return openReply(connection, { ...asked, path: targetOf(connection, api, asked.path) }, limits, signal);
}

export interface Reply {
  readonly headers: IncomingHttpHeaders;
  readonly chunks: AsyncIterable<Uint8Array>;
}

const targetOf = (connection: Connection, version: string | undefined, path: string): string =>
  `${connection.kind === 'tcp' ? connection.prefix : ''}${version ? `/v${version}` : ''}${path}`;

/** dockerode ends a path with `?` where it expects a query, and forgets it for inspect. */
function withQuery(path: string, options: Readonly<Record<string, unknown>> = {}): string {
  const query = Object.entries(options)
    .filter(([name, value]) => name !== 'abortSignal' && name !== 'authconfig' && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : value]);
  const bare = path.replace(/\?$/, '');
  return query.length > 0 ? `${bare}?${stringify(Object.fromEntries(query))}` : bare;
}

async function readJson(connection: Connection, path: string, limits: Limits, signal: AbortSignal): Promise<unknown> {
  const late = AbortSignal.timeout(limits.answer);
  const either = AbortSignal.any([signal, late]);
  try {
    const response = await send(connection, { path }, either);
    const text = await readText(response, limits.bytes);
    if (response.statusCode !== 200) throw refusal(response, text);
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new EngineError('strange', 'The answer is not JSON.', { cause });
    }
  } catch (error) {
    throw explained(error, signal, late);
  }
}

/** Its chunks throw an EngineError when the connection breaks or stands still. */
async function openReply(connection: Connection, asked: Asked, limits: Limits, signal: AbortSignal): Promise<Reply> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), limits.begin);
  const either = AbortSignal.any([signal, late.signal]);
  try {
    const response = await send(connection, asked, either);
    const { statusCode = 0, headers } = response;
    if (statusCode < 200 || statusCode > 204) throw refusal(response, await readText(response, limits.bytes));
    return { headers, chunks: chunks(response, limits.idle, signal, late) };
  } catch (error) {
    throw explained(error, signal, late.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function* chunks(
  response: IncomingMessage,
  idle: number,
  signal: AbortSignal,
  late: AbortController,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunksOf(response, idle, late);
  } catch (error) {
    throw explained(error, signal, late.signal);
  }
}

/** Resolves with the head of the answer, whatever its status but a redirect. */
function send(connection: Connection, { method = 'GET', path, body }: Asked, signal: AbortSignal) {
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise<IncomingMessage>((resolve, reject) => {
    const options: RequestOptions = {
      path,
      method,
      signal,
      agent: false,
      headers: {
        ...(connection.kind !== 'tcp' && { accept: 'application/json, application/x-tar', host: 'localhost' }),
        ...(sent && { 'content-type': 'application/json', 'content-length': sent.length }),
      },
      ...(connection.kind === 'socket' && { socketPath: connection.path }),
      ...(connection.kind === 'tcp' && { host: connection.host, port: connection.port }),
      // Node asks an agent, if there is one, and not this.
      ...(connection.kind === 'command' && { createConnection: () => converse(connection), agent: undefined }),
    };
    const tls = connection.kind === 'tcp' ? connection.tls : undefined;
    const request = tls ? httpsRequest({ ...options, ...tls }) : httpRequest(options);
    request.on('error', reject);
    // Who waits for events would not notice otherwise that the machine at the other end has gone.
    if (connection.kind === 'tcp') request.on('socket', (socket) => socket.setKeepAlive(true, 60_000));
    request.on('response', (response) => {
      // Ends the body too, where `signal` alone ends only the wait for the head.
      addAbortSignal(signal, response);
      const status = response.statusCode ?? 0;
      if (status >= 300 && status < 400) {
        response.destroy();
        reject(new EngineError('strange', 'The answer sends us to another address.'));
      } else resolve(response);
    });
    // An answer that switches protocols is no answer; without a listener, Node would wait for more.
    request.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new EngineError('strange', 'The answer switches to another protocol.'));
    });
    request.end(sent);
  });
}

async function readText(response: IncomingMessage, limit: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > limit) throw new EngineError('strange', 'The answer is too long.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The engine says why as `{"message": …}`. */
function refusal(response: IncomingMessage, text: string): EngineError {
  let message: unknown;
  try {
    message = (JSON.parse(text) as { message?: unknown }).message;
  } catch {}
  const status = response.statusCode;
  return new EngineError('refused', typeof message === 'string' ? message : text.slice(0, 200).trim(), { status });
}

/** The user's cancelling rises as it is; everything else becomes an EngineError. */
function explained(error: unknown, signal: AbortSignal, late: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof EngineError) return error;
  if (late.aborted) return new EngineError('silent', 'No answer came in time.', { cause: error });
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith('HPE_')) return new EngineError('strange', 'The answer is not HTTP.', { code, cause: error });
  return new EngineError(
    code === 'ECONNRESET' || code === 'EPIPE' || message === 'aborted' ? 'cut' : 'unreachable',
    message,
    { code, cause: error },
  );
}
