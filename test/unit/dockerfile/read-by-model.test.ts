/** What a Dockerfile says is asked of the model: rules and conversions search the text of no command and no instruction. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

/** The text is handed to what reads it as a shell does, changed by edits, or shown. */
const READS = /\b(asExec|withoutExit|needsShell|whatNeedsAShell|shellCommands|applyEdits)\(|return command\?\.text;/;
/** A keyword, or the white space before one. */
const KEYWORD = /dockerfile\.text\.slice\(dockerfile\.lines\.offset\(\w+\), dockerfile\.lines\.offset\(\w+\)\)/;

for (const room of ['rules', 'recipes'])
  test(`${room} search no text of a command`, () => {
    const folder = new URL(`../../../server/${room}/`, import.meta.url);
    const found: string[] = [];
    for (const name of readdirSync(folder).filter((it) => it.endsWith('.ts'))) {
      for (const line of readFileSync(new URL(name, folder), 'utf8').split('\n'))
        if (
          /\b(command\??|dockerfile)\.text\b|\bheredocs\b.*\bcontent\b/.test(line) &&
          !READS.test(line) &&
          !KEYWORD.test(line)
        )
          found.push(`${name}: ${line.trim()}`);
    }
    // Edits as a whole are compared with what they begin with.
    assert.deepEqual(
      found.filter((it) => !it.startsWith('fix-all.ts: ')),
      [],
    );
  });
