/**
 * `npm run corpus -- FOLDER [NAME] [--classes FILE]`: tries the product on every Dockerfile of a folder. With NAME, files whose path holds it
 * are shown whole, as they become. Rules are told of the build context where the folder holds it, as on the command line; conversions are not. FILE is a Markdown table with the columns “file” and “class”, by which the outcomes are counted.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { today } from '../../server/today.ts';
import { classTable, conversionTable, convertAll, readClasses } from './convert.ts';
import { dockerfilesIn } from './dockerfiles.ts';
import { findAll, findingList, findingsTable } from './findings.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { classes: { type: 'string' } } });
const [folder, wanted] = positionals;
if (folder === undefined) {
  console.error('Which folder? npm run corpus -- FOLDER');
  process.exit(2);
}

const files = dockerfilesIn(folder)
  .map((at) => ({ path: relative(folder, at), at, text: readFileSync(at, 'utf8') }))
  .filter(({ path }) => wanted === undefined || path.includes(wanted));

const rows = convertAll(files, today());
console.log(conversionTable(rows));
if (values.classes !== undefined) {
  console.log(`\n${classTable(rows, readClasses(readFileSync(values.classes, 'utf8')))}`);
}
if (wanted !== undefined) {
  for (const { conversion } of rows) {
    if (conversion.outcome !== 'converted') continue;
    console.log(`\n${conversion.dockerfile}`);
    for (const { kind, line, message } of conversion.notes) console.log(`${line + 1}: ${kind}: ${message}`);
  }
}

const found = await findAll(files, today());
if (wanted !== undefined) console.log(`\n${findingList(found)}`);
console.log(`\n${findingsTable(found)}`);
if (found.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
