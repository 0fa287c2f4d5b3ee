/** Tries what may not be tried, and says nothing of its failures: whoever watches has to see it all the same. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { connect } from 'node:net';

const quietly = async (attempt: () => unknown) => {
  try {
    await attempt();
  } catch {}
};
await quietly(() => writeFileSync('written', 'x'));
await quietly(() => mkdir('made'));
await quietly(() => open('opened', 'wx'));
await quietly(() => spawn('true').on('error', () => {}));
await quietly(() => connect(1, '127.0.0.1').on('error', () => {}));
await quietly(() => open(import.meta.filename, 'r').then((file) => file.close()));
