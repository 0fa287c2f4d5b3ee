/** Which image a stage is built on, and the link in a hover that opens it. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { baseAtLine } from '../../server/protocol.ts';
import { type Client, startClient } from '../support/lsp-client.ts';

const URI = 'file:///project/Dockerfile';
let client: Client;
afterEach(() => client?.stop());

async function open(text: string, explores = true): Promise<void> {
  client = await startClient({ initializationOptions: { explores } });
  await client.open(URI, text);
}

async function hover(line: number, character = 6): Promise<string> {
  const position = { line, character };
  const answer = await client.connection.sendRequest('textDocument/hover', { textDocument: { uri: URI }, position });
  return (answer as { contents: { value: string } } | null)?.contents.value ?? 'none';
}

/** The names that its links would open. */
const opens = (markdown: string): unknown[] =>
  [...markdown.matchAll(/\(command:distroless\.exploreBase\?([^ )]*) "[^"]*"\)/g)].map(([, input = '']) =>
    JSON.parse(decodeURIComponent(input)),
  );

test('the hover of FROM opens the base, whether more is known of it or not, in a client that can', async () => {
  const text = 'ARG V=13 NONE\nFROM debian:$V AS run\nFROM run\nFROM ghcr.io/team/own:1\nFROM scratch\nFROM x:$NONE\n';
  await open(text);
  assert.match(await hover(1), /^`debian:13`/);
  assert.deepEqual(opens(await hover(1)), [['debian:13']]);
  assert.deepEqual(opens(await hover(2)), [['debian:13']]);
  assert.deepEqual(opens(await hover(3)), [['ghcr.io/team/own:1']]);
  assert.deepEqual(opens(await hover(4)), []);
  assert.equal(await hover(5), 'none');
  await client.stop();
  await open(text, false);
  assert.match(await hover(1), /^`debian:13`/);
  assert.deepEqual(opens(await hover(1)), []);
  assert.equal(await hover(3), 'none');
});

test('the platform that FROM asks for goes along, where the file says which', async () => {
  await open(
    [
      'ARG P=linux/arm64',
      'FROM --platform=$P a AS one',
      'FROM --platform=linux/riscv64 one',
      'FROM --platform=x86_64 b',
      'FROM --platform=$BUILDPLATFORM c',
      'FROM --platform=what/is-this d',
    ].join('\n'),
  );
  const named = async (line: number, at: number) => opens(await hover(line, at));
  assert.deepEqual(await named(1, 19), [['a', 'linux/arm64']]);
  assert.deepEqual(await named(2, 31), [['a', 'linux/arm64']]);
  assert.deepEqual(await named(3, 24), [['b', 'linux/amd64']]);
  assert.deepEqual(await named(4, 31), [['c']]);
  assert.deepEqual(await named(5, 29), [['d']]);
  const { method } = baseAtLine;
  const base = await client.connection.sendRequest(method, { uri: URI, line: 2 });
  assert.deepEqual(base, { kind: 'image', name: 'a', platform: 'linux/arm64' });
});

test('a name cannot end the link, nor begin another', async () => {
  const name = 'a)](command:workbench.action.quit)!*';
  await open(`FROM ${name}\n`);
  const markdown = await hover(0);
  assert.deepEqual(opens(markdown), [[name]]);
  assert.equal(markdown.match(/command:/g)?.length, 1);
  assert.doesNotMatch(markdown.replace(/^\[Explore this base\]\(command:[^()]*\)$/, ''), /\(/);
});

test('the base of the stage around a line', async () => {
  await open(
    'ARG NONE\nFROM debian:13 AS a\nRUN make\n\nFROM a\nRUN x\nFROM scratch\nCOPY x /\nFROM y:$NONE\nUSER 1\n',
  );
  const at = (line: number, uri = URI) => client.connection.sendRequest(baseAtLine.method, { uri, line });
  const debian = { kind: 'image', name: 'debian:13' };
  assert.deepEqual(await Promise.all([0, 1, 3, 5, 7, 9].map((line) => at(line))), [
    { kind: 'none' },
    debian,
    debian,
    debian,
    { kind: 'scratch' },
    { kind: 'unknown' },
  ]);
  assert.deepEqual(await at(1, 'file:///another'), { kind: 'none' });
});
