/** What is written from the rules: their pages, the README's table, the setting in package.json. `UPDATE=1` writes them anew. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FAMILIES } from '../../server/recipes/conversion.ts';
import { rules } from '../../server/rules/index.ts';
import { rulePage } from '../../server/rules/page.ts';
import { SEVERITIES } from '../../server/workspace/project-file.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = join(ROOT, 'server/rules');

test('each rule has its page, and there is no other', () => {
  const wanted = new Map(rules.map((rule) => [`${rule.id}.md`, rulePage(rule)]));
  for (const [name, text] of wanted) same(join(PAGES, name), text);
  for (const name of readdirSync(PAGES).filter((file) => file.endsWith('.md') && !wanted.has(file))) {
    if (process.env.UPDATE) rmSync(join(PAGES, name));
    else assert.fail(`${name} is the page of no rule`);
  }
});

test('the README lists the rules', () => {
  const path = join(ROOT, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const [start, end] = ['<!-- rules -->\n', '<!-- /rules -->'];
  const from = readme.indexOf(start) + start.length;
  assert.ok(from >= start.length && readme.includes(end));
  same(path, readme.slice(0, from) + table() + readme.slice(readme.indexOf(end)));
});

test('package.json offers every rule in the setting “distroless.rules”', () => {
  const path = join(ROOT, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const setting = manifest.contributes.configuration.properties['distroless.rules'];
  setting.properties = severities();
  setting.additionalProperties = false;
  same(path, `${JSON.stringify(manifest, null, 2)}\n`, (text) => JSON.parse(text));
});

test('the schema of the project file knows every rule and every family', () => {
  const path = join(ROOT, 'media/distroless.schema.json');
  const schema = JSON.parse(readFileSync(path, 'utf8'));
  schema.properties.rules.properties = severities();
  schema.properties.family.enum = FAMILIES;
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { enum: known, enumDescriptions } = manifest.contributes.configuration.properties['distroless.family'];
  schema.properties.family.enumDescriptions = FAMILIES.map((family) => enumDescriptions[known.indexOf(family)]);
  schema.definitions.rule.enum = ['all', ...rules.map(({ id }) => id)];
  schema.definitions.rule.enumDescriptions = ['Every rule.', ...rules.map(({ why }) => why.replaceAll('`', ''))];
  same(path, `${JSON.stringify(schema, null, 2)}\n`, (text) => JSON.parse(text));
});

function severities() {
  return Object.fromEntries(
    rules.map(({ id, why, severity }) => [
      id,
      { type: 'string', enum: SEVERITIES, default: severity, description: why.replaceAll('`', '') },
    ]),
  );
}

function table(): string {
  const rows = rules.map(
    ({ id, severity, why, example }) =>
      `| [${id}](server/rules/${id}.md) | ${severity} | ${why} | ${example.after === undefined ? '' : 'yes'} |`,
  );
  return `| rule | severity | why | fix |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function same(path: string, wanted: string, read: (text: string) => unknown = (text) => text): void {
  if (process.env.UPDATE) {
    writeFileSync(path, wanted);
    return;
  }
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {}
  assert.deepEqual(read(text), read(wanted), `${path} is stale: run UPDATE=1 npm run test:unit`);
}
