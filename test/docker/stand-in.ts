/** A server on a socket of the test's own that answers as it is told: in place of an engine where a test needs one that misbehaves, which a real one does not on demand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createRawServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export interface StandIn {
  /** `unix:///…` */
  readonly address: string;
  /** What it was asked, in order: `/v1.41/images/json`. */
  readonly asked: string[];
  /** Connections that are open now. */
  open(): number;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers by path, without the version before it and the query behind it; `/version` is answered as Engine 20.10 does where nothing else is said. */
export function standIn(t: TestContext, answers: Readonly<Record<string, Answer>>): Promise<StandIn> {
  const asked: string[] = [];
  const listener: RequestListener = (request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    const path = decodeURIComponent(url.replace(/^\/v[\d.]+/, '').replace(/\?.*/s, ''));
    const answer = answers[path] ?? (path === '/version' ? version() : json({ message: 'page not found' }, 404));
    answer(request, response);
  };
  return listen(t, createServer(listener), asked);
}

/** Does with each connection what it is told. */
export const rawStandIn = (t: TestContext, connected: (socket: Socket) => void): Promise<StandIn> =>
  listen(
    t,
    createRawServer((socket) => {
      connected(socket);
      socket.resume();
    }),
    [],
  );

export const json =
  (value: unknown, status = 200): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

export const version = (more: Readonly<Record<string, unknown>> = {}): Answer =>
  json({ Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12', Components: [{ Name: 'Engine' }], ...more });

/** Takes the request and never answers. */
export const silence: Answer = () => {};

/** A path for a socket, whose folder goes with the test. */
export function socketPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'distroless-stand-in-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'docker.sock');
}

async function listen(t: TestContext, server: Server, asked: string[]): Promise<StandIn> {
  const path = socketPath(t);
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { address: `unix://${path}`, asked, open: () => open.size };
}
