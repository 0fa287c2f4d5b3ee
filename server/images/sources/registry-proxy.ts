/** The proxy that the environment names for connections to the outside, as curl and Docker read it. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';

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

/** A TLS connection through the proxy (RFC 9110, CONNECT): the proxy sees the host's name, and nothing of what is said. */
export function connectThrough(
  proxy: URL,
  { hostname, port }: URL,
  authorities: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Duplex> {
  const target = `${hostname}:${port || 443}`;
  return new Promise((resolve, reject) => {
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
      method: 'CONNECT',
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      path: target,
      agent: false,
      signal,
      headers: {
        host: target,
        ...(proxy.username && { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
    });
    request.once('error', reject);
    const refuse = (status: number | undefined) =>
      reject(Object.assign(new Error(`the proxy ${proxy.host} answers ${status}`), { code: 'PROXY' }));
    request.once('response', ({ statusCode }) => refuse(statusCode));
    request.once('connect', ({ statusCode }, socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        return refuse(statusCode);
      }
      const host = hostname.replace(/^\[|\]$/g, '');
      const secured = connect({ socket, servername: host, ...(authorities?.length && { ca: [...authorities] }) }, () =>
        resolve(secured),
      );
      secured.once('error', reject);
    });
    request.end();
  });
}
