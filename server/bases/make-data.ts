/** Writes `data/*.json` from the knowledge file that is given as argument: only what is used, one row a line. `npm run bases -- FILE` */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chainguardRows, dhiRows, googleRetiredRows, googleRows, microsoftRows, otherRows } from './make/images.ts';
import type { Cite, Knowledge } from './make/knowledge.ts';
import { replacementRows } from './make/replacements.ts';
import { distributionRows, languageRows, systemRows } from './make/tagged.ts';

const [path] = process.argv.slice(2);
if (!path) throw new Error('Give the knowledge file: npm run bases -- base-images.json');
const known = JSON.parse(await readFile(path, 'utf8')) as Knowledge;

await write('google', (cite) => ({ rows: googleRows(known, cite), retired: googleRetiredRows(known, cite) }));
await write('chainguard', (cite) => ({ rows: chainguardRows(known, cite) }));
await write('dhi', (cite) => ({ rows: dhiRows(known, cite) }));
await write('microsoft', (cite) => ({ rows: microsoftRows(known, cite) }));
await write('others', (cite) => ({ rows: otherRows(known, cite) }));
await write('languages', (cite) => ({ rows: languageRows(known, cite) }));
await write('distributions', (cite) => ({ rows: distributionRows(known, cite) }));
await write('systems', (cite) => ({ rows: systemRows(known, cite) }));
await write('replacements', (cite) => ({ rows: replacementRows(known, cite) }));

/** One row a line, so that a change of the facts reads well in a diff. */
async function write(name: string, make: (cite: Cite) => Readonly<Record<string, readonly unknown[]>>): Promise<void> {
  const sources: string[] = [];
  const lists = make((cited) =>
    cited.map((source) => {
      if (!sources.includes(source)) sources.push(source);
      return sources.indexOf(source);
    }),
  );
  const list = (rows: readonly unknown[]) => `[\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`;
  const fields = Object.entries({ sources, ...lists }).map(([key, rows]) => `  ${JSON.stringify(key)}: ${list(rows)}`);
  const folder = join(import.meta.dirname, 'data');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${name}.json`),
    `{\n  "asOf": ${JSON.stringify(known.meta.asOf)},\n${fields.join(',\n')}\n}\n`,
  );
}
