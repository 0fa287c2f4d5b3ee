/** How the explorer says sizes, ages, modes and instructions, and shows what cannot be seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageWords, instructionWords, modeWords, sizeWords } from '../../../client/explorer/words.ts';
import { inMessage, visible } from '../../../client/visible.ts';

test('sizes have a unit that keeps them short', () => {
  const sizes: [bytes: number, words: string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1234, '1.2 kB'],
    [9949, '9.9 kB'],
    [9951, '10 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [123_456_789, '123 MB'],
    [5_000_000_000_000_000, '5000 TB'],
  ];
  for (const [bytes, words] of sizes) assert.equal(sizeWords(bytes), words, String(bytes));
});

test('ages count whole units, and images without a real date have none', () => {
  const now = 1_790_000_000;
  const day = 24 * 3600;
  assert.equal(ageWords(now - 30, now), 'just made');
  assert.equal(ageWords(now - 119, now), '1 minute old');
  assert.equal(ageWords(now - 2 * 3600, now), '2 hours old');
  assert.equal(ageWords(now - 22 * day, now), '3 weeks old');
  assert.equal(ageWords(now - 800 * day, now), '2 years old');
  assert.equal(ageWords(now + 1000, now), 'just made', 'a clock that is ahead');
  assert.equal(ageWords(0, now), undefined);
  assert.equal(ageWords(1, now), undefined);
});

test('modes read as ls writes them', () => {
  const modes: [type: string, mode: number, words: string][] = [
    ['file', 0o644, '-rw-r--r--'],
    ['file', 0o4755, '-rwsr-xr-x'],
    ['file', 0o4644, '-rwSr--r--'],
    ['file', 0o2755, '-rwxr-sr-x'],
    ['directory', 0o1777, 'drwxrwxrwt'],
    ['directory', 0o1776, 'drwxrwxrwT'],
    ['symlink', 0o777, 'lrwxrwxrwx'],
    ['char', 0o666, 'crw-rw-rw-'],
  ];
  for (const [type, mode, words] of modes) assert.equal(modeWords(type, mode), words);
});

test('instructions read as the Dockerfile had them, whichever builder wrote them down', () => {
  const digest = 'a1b2c3d4e5f6'.padEnd(64, '0');
  const instructions: [createdBy: string | undefined, words: string][] = [
    ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'],
    [`/bin/sh -c #(nop) ADD file:${digest} in / `, 'ADD file:a1b2c3d4e5f6… in /'],
    ['/bin/sh -c apt-get update', 'RUN apt-get update'],
    ['RUN /bin/sh -c npm ci # buildkit', 'RUN npm ci'],
    ['RUN |2 A=1 B=x y /bin/sh -c make all # buildkit', 'RUN make all'],
    ['|1 A=1 /bin/sh -c make all', 'RUN make all'],
    ['COPY . . # buildkit', 'COPY . .'],
    ['RUN /bin/sh -c a \\\n\t&& b # buildkit', 'RUN a && b'],
    ['ENV API_TOKEN=abc NODE_ENV=x', 'ENV API_TOKEN=… NODE_ENV=x'],
    ['RUN /bin/sh -c NPM_TOKEN="a b" npm ci # buildkit', 'RUN NPM_TOKEN=… npm ci'],
    ['EXPOSE map[3000/tcp:{} 53/udp:{}]', 'EXPOSE 3000/tcp 53/udp'],
    ["# debian.sh --arch 'amd64'", "# debian.sh --arch 'amd64'"],
    ['', 'Layer without an instruction'],
    [undefined, 'Layer without an instruction'],
  ];
  for (const [createdBy, words] of instructions) assert.equal(instructionWords(createdBy), words);
});

test('characters that hide or turn text are written out', () => {
  assert.equal(visible('a\u202etxt.exe'), 'a\\u202etxt.exe');
  assert.equal(visible('\x1b[31m\n\x7f\x85'), '\\x1b[31m\\x0a\\x7f\\x85');
  assert.equal(visible('zero\u200bwidth\ufeff'), 'zero\\u200bwidth\\ufeff');
  assert.equal(visible('tag\u{e0041}'), 'tag\\u{e0041}');
  assert.equal(visible('half\ud800'), 'half\\ud800');
  assert.equal(visible('naïve 漢字 😀'), 'naïve 漢字 😀');
});

test('no text becomes a link in a notification', () => {
  assert.equal(inMessage('[run](command:x)'), '[run] (command:x)');
});
