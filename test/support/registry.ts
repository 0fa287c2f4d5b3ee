/** A registry in memory, on loopback, that notes down everything it is asked. Several at once are told apart by their addresses: all of 127.0.0.0/8 is this machine. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type Image, ociBlobs, sha256 } from './image-builder.ts';

export interface TestRegistry {
  /** `127.0.0.1:40123` */
  readonly host: string;
  readonly asked: Asked[];
  /** By digest, or by tag. */
  readonly manifests: Map<string, Buffer>;
  /** By digest. */
  readonly blobs: Map<string, Buffer>;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Behaviour {
  readonly address?: string;
  /** True: it has answered. */
  readonly before?: (asked: Asked, response: ServerResponse, host: string) => boolean | undefined;
}

/** The images under their names' tags, all in one repository: whatever it is called. */
export async function startRegistry(
  test: TestContext,
  images: readonly Image[] = [],
  { address = '127.0.0.1', before = () => false }: Behaviour = {},
): Promise<TestRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, Buffer>();
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = '', url = '', headers } = request;
    const one: Asked = { method, path: url, headers, body: Buffer.concat(parts).toString() };
    asked.push(one);
    if (before(one, response, host)) return;
    const [, kind, name = ''] = /\/(manifests|blobs)\/([^/?]+)$/.exec(url) ?? [];
    const found = (kind === 'manifests' ? manifests : blobs).get(name);
    if (!found)
      return void response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"not known"}]}');
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': found.length - from }).end(found.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `${address}:${(server.address() as AddressInfo).port}`;
  const registry: TestRegistry = { host, asked, manifests, blobs };
  for (const image of images) push(registry, [image], image.name ?? 'latest');
  return registry;
}

/** Under a tag: one image as it is, several as an index. Gives the digest of what the tag names. */
export function push({ manifests, blobs }: TestRegistry, images: readonly Image[], tag: string): string {
  const { blobs: entries, descriptors } = ociBlobs(images);
  for (const { body } of entries) {
    const data = Buffer.from(body ?? '');
    blobs.set(`sha256:${sha256(data)}`, data);
  }
  for (const { digest } of descriptors) manifests.set(digest, blobs.get(digest)!);
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: descriptors }));
  const document = descriptors.length === 1 ? blobs.get(descriptors[0]!.digest)! : index;
  return putManifest(manifests, document, tag);
}

export function putManifest(manifests: Map<string, Buffer>, document: Uint8Array | object, tag?: string): string {
  const data = Buffer.from(document instanceof Uint8Array ? document : JSON.stringify(document));
  const digest = `sha256:${sha256(data)}`;
  manifests.set(digest, data);
  if (tag) manifests.set(tag, data);
  return digest;
}
