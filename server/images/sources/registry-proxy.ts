/** The proxy that the environment names for connections to the outside, as curl and Docker read it. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { addAbortSignal, type Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { ProxyAccess } from '../source.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined: none is to be used for that host. Nothing is read as one that is no `http://` or `https://` address. */
export function proxyFor({ hostname, port }: URL, environment: Environment): URL | undefined {
  const text = environment.HTTPS_PROXY || environment.https_proxy;
  if (!text || isExempt(hostname, port || '443', environment.NO_PROXY || environment.no_proxy || '')) return undefined;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  return proxy && /^https?:$/.test(proxy.protocol) ? proxy : undefined;
}

/** `example.com` and `.example.com` stand for all names below it, `*` for everything. */
function isExempt(host: string, port: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', ownPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (ownPort !== undefined && ownPort !== port) return false;
      const bare = name.replace(/^\*?\./, '').toLowerCase();
      return host === bare || host.endsWith(`.${bare}`);
    });
}

/** A `%` that begins no escape is one of the password's own. */
const unescaped = (text: string) =>
  text.replace(/(%[0-9a-f]{2})+/gi, (coded) => {
    try {
      return decodeURIComponent(coded);
    } catch {
      return coded;
    }
  });

/** A TLS connection through the proxy (RFC 9110, CONNECT): the proxy sees the host's name, and nothing of what is said. */
export function connectThrough(
  proxy: URL,
  { hostname, port }: URL,
  { authorization, strict = true, authorities }: ProxyAccess & { readonly authorities?: readonly string[] | undefined },
  signal: AbortSignal,
): Promise<Duplex> {
  const target = `${hostname}:${port || 443}`;
  return new Promise((resolve, reject) => {
    const credentials = `${unescaped(proxy.username)}:${unescaped(proxy.password)}`;
    const basic = proxy.username && `Basic ${Buffer.from(credentials).toString('base64')}`;
    const signIn = authorization || basic;
    const ca = authorities?.length && { ca: [...authorities] };
    const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
      method: 'CONNECT',
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      path: target,
      agent: false,
      signal,
      headers: {
        host: target,
        ...(signIn && { 'proxy-authorization': signIn }),
      },
      rejectUnauthorized: strict,
      ...ca,
    });
    request.once('error', ({ code = '', message }: NodeJS.ErrnoException) =>
      reject(
        /CERT|SELF_SIGNED|ALTNAME|ISSUER/.test(code)
          ? failure(`the certificate of the proxy ${proxy.host} could not be trusted (${message})`, 'PROXY-TLS')
          : failure(`the proxy ${proxy.host} does not answer (${code || message})`, 'PROXY'),
      ),
    );
    const refuse = (status: number | undefined) =>
      reject(
        // Some say 401 to a sign-in that is wrong.
        status === 407 || status === 401
          ? failure(
              `the proxy ${proxy.host} ${signIn ? 'does not take the sign-in that it was given' : 'wants a sign-in'}`,
              'PROXY-SIGN-IN',
            )
          : failure(`the proxy ${proxy.host} answers ${status}`, 'PROXY'),
      );
    request.once('response', ({ statusCode }) => refuse(statusCode));
    request.once('connect', ({ statusCode }, socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        return refuse(statusCode);
      }
      const host = hostname.replace(/^\[|\]$/g, '');
      const secured = connect({ socket, servername: host, ...ca }, () => resolve(secured));
      secured.once('error', reject);
      // Until it is handed on nobody else could end it.
      addAbortSignal(signal, secured);
    });
    request.end();
  });
}

const failure = (message: string, code: string) => Object.assign(new Error(message), { code });
