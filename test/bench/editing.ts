/** How long after an edit its diagnostics are there, and what the server uses: ours beside dockerfile-language-server-nodejs, in one run. */
import { dockerfile } from './dockerfile.ts';
import { openIn, SERVERS } from './server-process.ts';

const LINES = [50, 500, 2000, 5000];
const WARM_UP = 20;
const EDITS = 200;

export async function benchEditing(): Promise<void> {
  console.log(
    `Edit → diagnostics, ms: median (95th of a hundred; time of the processor for each edit) of ${EDITS} edits of one character in the middle of the file\n`,
  );
  console.log(`| server | ${LINES.map((lines) => `${lines.toLocaleString('en')} lines`).join(' | ')} |`);
  console.log(`|---|${LINES.map(() => '---|').join('')}`);
  for (const { name, args } of SERVERS) {
    const cells: string[] = [];
    for (const lines of LINES) cells.push(await typing(args, dockerfile(lines)));
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
  await benchLongSession();
}

/** In the WORKDIR of a stage. */
async function typing(args: readonly string[], text: string): Promise<string> {
  const server = await openIn(args, text);
  const at = { line: Math.floor(text.split('\n').length / 2 / 25) * 25 + 1, character: 12 };
  const edit = { range: { start: at, end: at }, text: 'x' };
  for (let i = 0; i < WARM_UP; i++) await server.edit(edit);
  const before = server.usage();
  const times: number[] = [];
  for (let i = 0; i < EDITS; i++) times.push(await server.edit(edit));
  const spent = (server.usage().userMs - before.userMs) / EDITS;
  server.stop();
  times.sort((a, b) => a - b);
  const [median, late] = [0.5, 0.95].map((part) => times[Math.floor(times.length * part)]!.toFixed(1));
  return `${median} (${late}; ${spent.toFixed(1)})`;
}

const AFTER = [100, 1_000, 10_000];

/** Lines that come and go all over the file, as fast as they are answered: the worst case for what is remembered. */
async function benchLongSession(): Promise<void> {
  console.log('\n2,000 lines, a line put in or taken out at a time: RSS, MB\n');
  console.log(
    `| server | start to first diagnostics, ms | at first | ${AFTER.map((n) => `after ${n.toLocaleString('en')}`).join(' | ')} | processor, ms an edit |`,
  );
  console.log(`|---|---|---|${AFTER.map(() => '---|').join('')}---|`);
  const text = dockerfile(2_000);
  for (const { name, args } of SERVERS) {
    const server = await openIn(args, text);
    const first = server.usage();
    const sizes = [first.rssMB];
    for (let i = 1; i <= AFTER.at(-1)!; i++) {
      const line = 1 + ((i >> 1) % 1_900);
      const start = { line, character: 0 };
      await server.edit({
        range: { start, end: i % 2 ? start : { line: line + 1, character: 0 } },
        text: i % 2 ? '\n' : '',
      });
      if (AFTER.includes(i)) sizes.push(server.usage().rssMB);
    }
    const spent = (server.usage().userMs - first.userMs) / AFTER.at(-1)!;
    server.stop();
    const cells = [server.first, ...sizes].map((value) => value.toFixed(0));
    console.log(`| ${name} | ${cells.join(' | ')} | ${spent.toFixed(1)} |`);
  }
}
