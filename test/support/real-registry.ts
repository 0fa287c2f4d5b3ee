/** A real registry on loopback: Debian's `docker-registry`, unpacked into the project's cache and started from there, so that nothing is installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpacked } from '../bases/debian.ts';
import { run } from './engine.ts';
import { type Image, ociBlobs, sha256 } from './image-builder.ts';

export interface RealRegistry {
  /** `127.0.0.1:40123` */
  readonly host: string;
  /** PEM of whoever signed its certificate; undefined: it speaks without TLS. */
  readonly authority: string | undefined;
  /** One image as it is, several as an index. Gives the digest of what the tag names. */
  push(repository: string, tag: string, images: readonly Image[]): Promise<string>;
  /** The one image of an OCI layout, a folder. */
  pushLayout(repository: string, tag: string, layout: string): Promise<void>;
  stop(): Promise<void>;
}

export const user = 'ada';
export const password = 'secret';
/** bcrypt of the password: what Apache's `htpasswd -B` would write. */
const htpasswd = `${user}:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n`;

export async function startRealRegistry({ secure = false, signIn = false } = {}): Promise<RealRegistry> {
  const program = await unpacked(['docker-registry'], 'bookworm');
  const folder = await mkdtemp(join(tmpdir(), 'distroless-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const tls = secure ? await certificate(folder) : undefined;
  await writeFile(join(folder, 'htpasswd'), htpasswd);
  // JSON is YAML.
  await writeFile(
    join(folder, 'config.yml'),
    JSON.stringify({
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: host, secret: 'x', ...(tls && { tls: { certificate: tls.certificate, key: tls.key } }) },
      ...(signIn && { auth: { htpasswd: { realm: 'tests', path: join(folder, 'htpasswd') } } }),
    }),
  );
  const log = join(folder, 'log');
  const output = openSync(log, 'w');
  const child = spawn(join(program, 'usr/bin/docker-registry'), ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', output, output],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  const clear = () => {
    child.kill('SIGKILL');
    for (const each of [folder, program]) rmSync(each, { recursive: true, force: true });
  };
  process.once('exit', clear);

  const ask: Ask = (method, path, body, type) =>
    new Promise((resolve, reject) => {
      const options = {
        method,
        host: '127.0.0.1',
        port,
        path,
        ca: tls?.authority,
        headers: {
          authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
          'content-type': type ?? 'application/octet-stream',
          'content-length': body?.length ?? 0,
        },
      };
      const sent = (tls ? secureRequest : request)(options, (response) => {
        response
          .resume()
          .once('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '' }));
      });
      sent.once('error', reject).end(body);
    });
  await untilAnswering(ask, child, log);
  return {
    host,
    authority: tls?.authority,
    push: (repository, tag, images) => push(ask, repository, tag, images),
    pushLayout: (repository, tag, layout) => pushLayout(ask, repository, tag, layout),
    async stop() {
      process.off('exit', clear);
      child.kill('SIGKILL');
      await ended;
      clear();
    },
  };
}

type Ask = (
  method: string,
  path: string,
  body?: Buffer,
  type?: string,
) => Promise<{ status: number; location: string }>;

async function push(ask: Ask, repository: string, tag: string, images: readonly Image[]): Promise<string> {
  const { blobs, descriptors } = ociBlobs(images);
  const manifests = new Set(descriptors.map(({ digest }) => digest));
  for (const { body } of blobs) {
    const data = Buffer.from(body ?? '');
    if (!manifests.has(`sha256:${sha256(data)}`)) await putBlob(ask, repository, data);
  }
  // In the order in which they were made: an index is refused before what it names.
  for (const [i, { mediaType, digest }] of descriptors.entries()) {
    const document = Buffer.from(blobs.find(({ name }) => `${name}`.endsWith(digest.slice(7)))?.body ?? '');
    const name = images.length === 1 && i === 0 ? tag : digest;
    await put(ask, `/v2/${repository}/manifests/${name}`, document, mediaType);
  }
  if (descriptors.length === 1) return descriptors[0]!.digest;
  const type = 'application/vnd.oci.image.index.v1+json';
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: descriptors }));
  await put(ask, `/v2/${repository}/manifests/${tag}`, index, type);
  return `sha256:${sha256(index)}`;
}

async function pushLayout(ask: Ask, repository: string, tag: string, layout: string): Promise<void> {
  const blob = (digest: string) => readFileSync(join(layout, 'blobs', digest.replace(':', '/')));
  const [{ mediaType, digest }, ...others] = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')).manifests;
  if (others.length > 0) throw new Error(`${layout} has several images.`);
  const document = blob(digest);
  const { config, layers } = JSON.parse(document.toString());
  for (const each of [config, ...layers]) await putBlob(ask, repository, blob(each.digest));
  await put(ask, `/v2/${repository}/manifests/${tag}`, document, mediaType);
}

async function putBlob(ask: Ask, repository: string, data: Buffer): Promise<void> {
  const { location } = await ask('POST', `/v2/${repository}/blobs/uploads/`);
  const { pathname, searchParams } = new URL(location, 'http://x');
  searchParams.set('digest', `sha256:${sha256(data)}`);
  await put(ask, `${pathname}?${searchParams}`, data);
}

async function put(ask: Ask, path: string, body: Buffer, type?: string): Promise<void> {
  const { status } = await ask('PUT', path, body, type);
  if (status !== 201) throw new Error(`The registry answers ${status} to PUT ${path}.`);
}

/** For 127.0.0.1 and registry.test; `key` and `certificate` are paths. */
export async function certificate(folder: string) {
  const key = join(folder, 'key.pem');
  const path = join(folder, 'cert.pem');
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=tests', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:registry.test', '-keyout', key, '-out', path],
  ]);
  return { key, certificate: path, authority: readFileSync(path, 'utf8') };
}

async function untilAnswering(ask: Ask, child: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) break;
    if (
      await ask('GET', '/v2/').then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  throw new Error(`docker-registry did not start. Its last words:\n${readFileSync(log, 'utf8').slice(-2000)}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
