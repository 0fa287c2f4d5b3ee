/**
 * `node test/corpus/fuzz.ts FOLDER [EDITS [SEED]]`: edits of all kinds in the Dockerfiles of a folder, sent to the language server one after the
 * other. What it says after each must be what it says of the same text read from scratch, and nothing may be thrown.
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { createReader, readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import { linesOf } from '../../server/dockerfile/text.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import { today } from '../../server/today.ts';
import { startClient } from '../support/lsp-client.ts';
import { random } from '../support/random.ts';
import { dockerfilesIn } from './dockerfiles.ts';

const [folder, wanted = '10000', seed = '1'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Which folder? node test/corpus/fuzz.ts FOLDER [EDITS [SEED]]');
  process.exit(2);
}

const next = random(Number(seed));
const below = (limit: number) => Math.floor(next() * limit);
const pick = <T>(list: readonly T[]) => list[below(list.length)]!;
/** What changes the meaning of much at once. */
const PIECES = [
  '\n',
  '\r\n',
  ' \\\n',
  '\\',
  '`',
  '"',
  "'",
  '$',
  '${A:-',
  '}',
  '#',
  '# escape=`\n',
  '[',
  '"]',
  '<<E',
  '\nE\n',
].concat([
  'FROM scratch\n',
  'FROM a AS b\n',
  'COPY --from=b / /\n',
  'USER 1\n',
  'RUN ',
  'CMD ["x"]\n',
  'SHELL ["a"]\n',
  'ARG A=b\n',
  'x',
  '💥',
]);

const thrown: string[] = [];
process.on('uncaughtException', (error) => thrown.push(String(error)));
process.on('unhandledRejection', (error) => thrown.push(String(error)));

const paths = dockerfilesIn(folder);
const client = await startClient();
client.connection.onNotification('window/logMessage', ({ message }: { message: string }) => void thrown.push(message));
const each = Math.ceil(Number(wanted) / paths.length);
let edits = 0;
let different = 0;
for (const [i, path] of paths.entries()) {
  const uri = `untitled:Dockerfile-${i}`;
  const read = createReader();
  await client.open(uri, readFileSync(path, 'utf8'));
  for (let n = 0; n < each && edits < Number(wanted); n++, edits++) {
    const text = client.text(uri);
    const from = below(text.length + 1);
    const lines = linesOf(text);
    const range = { start: lines.at(from), end: lines.at(from + pick([0, 0, 0, 1, 5, 80])) };
    const copied = text.slice(below(text.length + 1)).slice(0, below(200));
    await client.change(uri, range, pick(['', copied, pick(PIECES), pick(PIECES)]));
    const said = await client.diagnostics(uri);
    const now = client.text(uri);
    const anew = readDockerfile(now);
    const expected = findingsOf(anew, rules, { today: today() });
    const same =
      isDeepStrictEqual(
        said.map(({ code, message, range }) => [code, message, range]),
        expected.map(({ rule, message, range }) => [rule, message, range]),
      ) && isDeepStrictEqual(plain(read(now)), plain(anew));
    if (!same && ++different <= 5) console.log(`DIFFERS ${path}, edit ${n}: ${JSON.stringify(now.slice(0, 400))}`);
  }
  await client.close(uri);
}
await client.stop();
console.log(`${edits} edits of ${paths.length} files: ${different} differ from scratch, ${thrown.length} exceptions`);
for (const one of new Set(thrown)) console.log(one);
process.exit(different + thrown.length > 0 ? 1 : 0);

/** Functions left out. */
function plain({ lines: _, ...dockerfile }: ReturnType<typeof readDockerfile>): unknown {
  return dockerfile;
}
