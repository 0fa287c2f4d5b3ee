/** A gate between the editor and an engine. */
import { connect, createServer, type Socket } from 'node:net';

/** Stands between the editor and the engine, and can keep the end of an image back for as long as a test looks at what is shown meanwhile. */
export interface Gate {
  readonly address: string;
  hold(): void;
  /** One more piece of what is held back. */
  drip(): void;
  release(): void;
  close(): void;
}

export async function openGate(engineSocket: string, path: string): Promise<Gate> {
  const sockets = new Set<Socket>();
  const waiting: Socket[] = [];
  let held = false;
  const server = createServer((client) => {
    const upstream = connect(engineSocket);
    let passed = 0;
    for (const socket of [client, upstream]) sockets.add(socket);
    client.on('error', () => {}).on('close', () => upstream.destroy());
    // What was written before the end is still to arrive.
    upstream.on('error', () => client.destroy()).on('close', () => client.end());
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      client.write(chunk);
      passed += chunk.length;
      // No answer but an image is that long.
      if (!held || passed < 1_000_000) return;
      upstream.pause();
      waiting.push(upstream);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    address: `unix://${path}`,
    hold() {
      held = true;
    },
    drip() {
      for (const socket of waiting.splice(0)) socket.resume();
    },
    release() {
      held = false;
      for (const socket of waiting.splice(0)) socket.resume();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
