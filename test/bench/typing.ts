/** Typing in a Dockerfile while the image process of the same language server reads an image, beside the same while it reads none. */
import { closeImage, reportImage } from '../../server/protocol.ts';
import { bigArchive } from './big-archive.ts';
import { dockerfile } from './dockerfile.ts';
import { openIn, SERVERS } from './server-process.ts';

const edits = 200;

export async function benchTyping(): Promise<void> {
  const { path } = await bigArchive('gzip');
  const reference = `docker-archive:${path}`;
  console.log(
    `\nEdit → diagnostics in 500 lines, ms: median (95th of a hundred; time of the server’s processor for each edit) of ${edits} edits\n`,
  );
  const server = await openIn(SERVERS[0]!.args, dockerfile(500));
  await typing(server, 20);
  console.log(`- while no image is read: ${await typing(server, edits)}`);
  let reading = true;
  let read = 0;
  const images = (async () => {
    for (; reading; read++) {
      await server.ask(reportImage, { reference });
      await server.ask(closeImage, { reference });
    }
  })();
  console.log(`- while one of 675 MB is read: ${await typing(server, edits)}`);
  reading = false;
  await images;
  console.log(`\nIt was read ${read} times meanwhile; this machine’s processors are shared by both.`);
  server.stop();
}

async function typing(server: Awaited<ReturnType<typeof openIn>>, count: number): Promise<string> {
  const at = { line: 26, character: 12 };
  const before = server.usage();
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await server.edit({ range: { start: at, end: at }, text: 'x' }));
  const spent = (server.usage().userMs - before.userMs) / count;
  times.sort((a, b) => a - b);
  const [median, late] = [0.5, 0.95].map((part) => times[Math.floor(times.length * part)]!.toFixed(1));
  return `${median} (${late}; ${spent.toFixed(1)})`;
}
