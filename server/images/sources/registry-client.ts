/**
 * Asks a registry (OCI distribution-spec): signs in as it wishes, follows it to where its blobs are, bounds time and bytes. A credential goes to the
 * registry that it is kept for, and to the server of tokens that this registry names in its own domain; along a redirect nothing goes.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { addAbortSignal } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { parseJson, recordOf, textOrUndefined } from '../json.ts';
import type { ProxyAccess } from '../source.ts';
import { chunksOf, RequestError } from './http.ts';
import { AddressError, isLoopback, isPrivate, lookupWithin, type Reach } from './registry-address.ts';
import type { Credential } from './registry-credentials.ts';
import type { RegistryName } from './registry-name.ts';
import { connectThrough, proxyFor } from './registry-proxy.ts';

/** `refused` has the status, and what the registry says as message; else the message is the system's. */
export class RegistryError extends RequestError<
  'unreachable' | 'untrusted' | 'silent' | 'strange' | 'refused' | 'cut' | 'elsewhere'
> {
  override readonly name = 'RegistryError';
}

export interface RegistryLimits {
  /** Milliseconds until an answer begins. */
  readonly answer: number;
  /** Milliseconds that a begun answer may stand still while more is wanted. */
  readonly idle: number;
}
export const usualRegistryLimits: RegistryLimits = { answer: 30_000, idle: 60_000 };

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: AsyncIterable<Uint8Array>;
}

export interface RegistryClient {
  /** `path` goes on from `/v2/REPOSITORY/`. Any status of success; else throws RegistryError. */
  get(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Reply>;
  close(): void;
}

export interface ClientOptions {
  readonly credential: Credential | undefined;
  /** PEM of authorities to trust besides Node's own. */
  readonly authorities?: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly limits?: Partial<RegistryLimits> | undefined;
  readonly proxy?: ProxyAccess | undefined;
}

export function registryClient(name: RegistryName, options: ClientOptions): RegistryClient {
  const limits = { ...usualRegistryLimits, ...options.limits };
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: 6 }),
    'https:': new HttpsAgent({
      keepAlive: true,
      maxSockets: 6,
      ...(options.authorities?.length && { ca: [...options.authorities] }),
    }),
  };
  let home = new URL(`${name.plain ? 'http' : 'https'}://${name.api}/`);
  /** That the registry itself is in the user's own network: only then may it lead to others there. */
  let inside = isLoopback(home.hostname);
  let authorization: string | undefined;
  let tried = false;

  /** One request; redirects come back as they are. */
  function send(
    url: URL,
    headers: Record<string, string>,
    signal: AbortSignal,
    form?: string,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const atHome = url.host === home.host;
      const plain = url.protocol === 'http:';
      const reach: Reach = plain
        ? name.plain && atHome
          ? 'private'
          : 'loopback'
        : atHome || inside
          ? 'anywhere'
          : 'public';
      const found = lookupWithin(reach, url.hostname);
      // Behind a proxy it is the proxy that looks names up.
      const proxy = plain || isLoopback(url.hostname) ? undefined : proxyFor(url, options.environment ?? process.env);
      const request = (plain ? httpRequest : httpsRequest)({
        ...urlToHttpOptions(url),
        method: form === undefined ? 'GET' : 'POST',
        agent: agents[plain ? 'http:' : 'https:'],
        signal,
        headers: {
          'user-agent': 'distroless',
          ...headers,
          ...(form !== undefined && {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': `${Buffer.byteLength(form)}`,
          }),
        },
        ...(found && { lookup: found }),
        ...(proxy && { agent: undefined, createConnection: through(proxy, url, signal) }),
      });
      request.on('error', reject);
      request.on('response', (response) => {
        if (atHome && isPrivate(proxy ? '' : (response.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '')))
          inside = true;
        // Ends the body too, where `signal` alone ends only the wait for the head.
        addAbortSignal(signal, response);
        resolve(response);
      });
      request.end(form);
    });
  }

  const through: Through = (proxy, url, signal) => (_options, done) => {
    connectThrough(proxy, url, { ...options.proxy, authorities: options.authorities }, signal).then(
      (socket) => done(null, socket),
      (error) => done(error, undefined as never),
    );
    return undefined;
  };

  /** Follows redirects. The authorization is for home alone. */
  async function ask(
    start: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    let url = start;
    let left = false;
    for (let hops = 0; ; hops++) {
      left ||= url.origin !== home.origin;
      const own = !left && authorization !== undefined ? { authorization } : {};
      const response = await send(url, { ...headers, ...own }, signal);
      const status = response.statusCode ?? 0;
      if (![301, 302, 303, 307, 308].includes(status)) return response;
      response.destroy();
      if (hops === maxHops) throw new RegistryError('strange', 'it leads from one place to the next without end');
      url = leadsTo(response.headers.location, url);
    }
  }

  function leadsTo(location: string | undefined, from: URL): URL {
    if (location === undefined || !URL.canParse(location, from.href))
      throw new RegistryError('strange', 'it leads elsewhere without saying where');
    const url = new URL(location, from);
    const stays = url.protocol === 'https:' || (url.protocol === 'http:' && from.protocol === 'http:');
    if (!stays || url.username || url.password)
      throw new RegistryError(
        'elsewhere',
        `it leads to ${url.protocol}//${url.host}, where nothing would be encrypted`,
      );
    return url;
  }

  async function token(challenge: Challenge, signal: AbortSignal): Promise<string | undefined> {
    const { realm, service } = challenge.parameters;
    if (realm === undefined || !URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    const own = isOwn(url, home);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && home.protocol === 'http:' && own))
      throw new RegistryError(
        'elsewhere',
        `it wants the sign-in sent to ${url.host}, where nothing would be encrypted`,
      );
    const scope = `repository:${name.repository}:pull`;
    const credential = own && isSafe(url) ? options.credential : undefined;
    let response: IncomingMessage;
    if (credential?.kind === 'identity-token') {
      const form = new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'distroless',
        scope,
        refresh_token: credential.token,
        ...(service !== undefined && { service }),
      });
      response = await send(url, {}, signal, form.toString());
    } else {
      if (service !== undefined) url.searchParams.set('service', service);
      url.searchParams.set('scope', scope);
      const basic = credential?.kind === 'password' ? { authorization: basicOf(credential) } : {};
      response = await send(url, basic, signal);
    }
    const text = await textOf(response, 1 << 20, limits.idle);
    if (response.statusCode !== 200) {
      if (response.statusCode === 401 || response.statusCode === 403) return undefined;
      throw refusal(response.statusCode, text);
    }
    const { token, access_token } = recordOf(parseJson(text));
    const found = textOrUndefined(token) ?? textOrUndefined(access_token);
    return found === undefined ? undefined : `Bearer ${found}`;
  }

  async function signIn(response: IncomingMessage, signal: AbortSignal): Promise<string | undefined> {
    const challenges = challengesOf(response.headers['www-authenticate']);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer) return token(bearer, signal);
    const { credential } = options;
    const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
    return isBasic && isSafe(home) && credential?.kind === 'password' ? basicOf(credential) : undefined;
  }

  async function get(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Reply> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limits.answer);
    const either = AbortSignal.any([signal, late.signal]);
    const at = () => new URL(`v2/${name.repository}/${path}`, home);
    try {
      let response = await ask(at(), headers, either).catch((error: NodeJS.ErrnoException) => {
        // A registry on this machine mostly has no certificate.
        if (tried || home.protocol === 'http:' || !isLoopback(home.hostname) || !speaksPlainly(error)) throw error;
        home = new URL(`http://${name.api}/`);
        return ask(at(), headers, either);
      });
      tried = true;
      if (response.statusCode === 401) {
        await textOf(response, 1 << 20, limits.idle);
        authorization = await signIn(response, either);
        if (authorization !== undefined) response = await ask(at(), headers, either);
        else throw new RegistryError('refused', '', { status: 401 });
      }
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) throw refusal(status, await textOf(response, 1 << 20, limits.idle));
      return { status, headers: response.headers, body: chunks(response, limits.idle, signal) };
    } catch (error) {
      throw explained(error, signal, late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    get,
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

type Through = (proxy: URL, url: URL, signal: AbortSignal) => NonNullable<RequestOptions['createConnection']>;

interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** Of `WWW-Authenticate` (RFC 9110, 11.6.1); Node joins several with commas. */
export function challengesOf(header: string | undefined): readonly Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  // A scheme is a word that no `=` follows; parameters belong to the one before them.
  for (const [, scheme, key, quoted, bare] of (header ?? '').matchAll(
    /(?:^|[\s,])([A-Za-z][\w-]*)(?=[\s,]|$)(?!\s*=)|([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g,
  )) {
    if (scheme !== undefined) found.push({ scheme: scheme.toLowerCase(), parameters: Object.create(null) });
    else if (key !== undefined)
      Object.assign(found.at(-1)?.parameters ?? {}, { [key.toLowerCase()]: quoted?.replace(/\\(.)/g, '$1') ?? bare });
  }
  return found;
}

/** The same machine, or one whose name ends in the same two words, as `auth.docker.io` and `registry-1.docker.io` do. */
export function isOwn(url: URL, home: URL): boolean {
  if (url.hostname === home.hostname) return true;
  const domain = (host: string) => host.split('.').slice(-2).join('.');
  return /[a-z]$/.test(url.hostname) && url.hostname.includes('.') && domain(url.hostname) === domain(home.hostname);
}

/** A password goes nowhere in the clear, but to this machine. */
const isSafe = (url: URL) => url.protocol === 'https:' || isLoopback(url.hostname);

const basicOf = ({ username, password }: Extract<Credential, { kind: 'password' }>) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** What a server without TLS makes of a handshake. */
const speaksPlainly = ({ code = '', message }: NodeJS.ErrnoException) =>
  /^ERR_SSL|^EPROTO$|^ECONNRESET$/.test(code) && !/certificate/i.test(message);

/** Throws RegistryError when the connection breaks or stands still. */
async function* chunks(response: IncomingMessage, idle: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const late = new AbortController();
  const stop = () => response.destroy(new Error('late'));
  late.signal.addEventListener('abort', stop);
  try {
    yield* chunksOf(response, idle, late);
  } catch (error) {
    throw explained(error, signal, late.signal);
  }
}

async function textOf(response: IncomingMessage, limit: number, idle: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of chunks(response, idle, new AbortController().signal)) {
    bytes += part.length;
    if (bytes > limit) throw new RegistryError('strange', 'its answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Registries say why as `{"errors": [{"code", "message"}]}` (distribution-spec, “Error Codes”). */
function refusal(status: number | undefined, text: Uint8Array): RegistryError {
  const [first] = Array.isArray(recordOf(parseJson(text)).errors)
    ? (recordOf(parseJson(text)).errors as unknown[])
    : [];
  const { code, message } = recordOf(first);
  return new RegistryError('refused', textOrUndefined(message) ?? '', { status, code: textOrUndefined(code) });
}

/** The user's cancelling rises as it is; everything else becomes a RegistryError. */
function explained(error: unknown, signal: AbortSignal, late: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof RegistryError) return error;
  if (late.aborted) return new RegistryError('silent', 'no answer came in time', { cause: error });
  if (error instanceof AddressError) return new RegistryError('elsewhere', error.message, { cause: error });
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('HPE_'))
    return new RegistryError('strange', 'what it answers is not HTTP', { code, cause: error });
  if (/CERT|SELF_SIGNED|ALTNAME|ISSUER/.test(code))
    return new RegistryError('untrusted', message, { code, cause: error });
  const cut = /^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/.test(code) || message === 'aborted';
  return new RegistryError(cut ? 'cut' : 'unreachable', message, { code, cause: error });
}

const maxHops = 5;
