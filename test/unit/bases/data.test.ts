/** The committed data holds together: what TypeScript cannot see of JSON, and what one file says of another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { googleRetired, imageFiles, replacementRows, systemRows, taggedFiles } from '../../../server/bases/data.ts';
import { findBase } from '../../../server/bases/find.ts';
import { lifecycle } from '../../../server/bases/lifecycle.ts';
import { parseReference } from '../../../server/bases/reference.ts';

const files = [...imageFiles, googleRetired, ...taggedFiles, systemRows, replacementRows];
const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
/** Every image of the data by every tag that it lists. */
const references = imageFiles.flatMap(({ rows }) =>
  rows.flatMap(({ name, tags }) =>
    (tags ?? ['latest']).filter((tag) => !tag.includes('<')).map((tag) => `${name}:${tag}`),
  ),
);

test('all files are of the same day', () => {
  assert.ok(isDate(systemRows.asOf));
  assert.deepEqual(new Set(files.map(({ asOf }) => asOf)), new Set([systemRows.asOf]));
});

test('every source that is cited is there, and every one that is there is cited', () => {
  for (const file of [...imageFiles, ...taggedFiles, replacementRows, systemRows]) {
    const cited = new Set<number>();
    for (const row of [...file.rows, ...(file === imageFiles[0] ? googleRetired.rows : [])]) {
      assert.ok(row.sources.length > 0);
      for (const index of row.sources) cited.add(index);
    }
    assert.deepEqual(
      [...cited].sort((a, b) => a - b),
      [...file.sources.keys()],
    );
  }
});

test('every image and tag is found, with its family, its system and an end that is a date', () => {
  assert.ok(references.length > 300);
  for (const reference of references) {
    const base = findBase(reference);
    assert.ok(base, reference);
    assert.ok(['google', 'chainguard', 'dhi', 'chiselled', 'azurelinux', 'other'].includes(base.family), reference);
    if (base.ends !== undefined) assert.ok(isDate(base.ends), reference);
  }
  const systems = new Set(systemRows.rows.map(({ id }) => id));
  const named = imageFiles.flatMap(({ rows }) => rows.flatMap(({ os }) => os ?? []));
  // The preview of a release that is not out yet.
  assert.deepEqual(new Set(named.filter((id) => !systems.has(id))), new Set(['azurelinux4']));
});

test('no two rows of a file claim the same tag', () => {
  for (const { rows } of imageFiles) {
    const claimed = rows.flatMap(({ name, tags }) => (tags ?? ['*']).map((tag) => `${name}:${tag}`));
    assert.equal(new Set(claimed).size, claimed.length);
  }
});

test('distroless images have no package manager, and those of Google no shell', () => {
  for (const reference of references) {
    const base = findBase(reference);
    if (base?.distroless && !base.debug) assert.equal(base.hasPackageManager, false, reference);
    if (base?.family === 'google') assert.equal(base.hasShell, false, reference);
  }
});

test('every replacement is in the data, distroless, and published on the day of the data', () => {
  const replaced = [
    ...references,
    ...taggedFiles.flatMap(({ rows }) =>
      rows
        .filter(({ name }) => !name.includes('*'))
        .flatMap(({ name, ends }) => ['latest', ...Object.keys(ends ?? {})].map((tag) => `${name}:${tag}`)),
    ),
    ...[
      'golang:1.26',
      'rust:1',
      'php:8.3',
      'ruby:3.4',
      'eclipse-temurin:8',
      'gcr.io/distroless/nodejs:18',
      'gcr.io/distroless/java-debian10',
    ],
  ];
  let count = 0;
  for (const reference of replaced) {
    for (const replacement of findBase(reference)?.replacements ?? []) {
      count++;
      const base = findBase(replacement);
      assert.ok(base?.distroless, `${reference} → ${replacement}`);
      assert.notEqual(lifecycle(base, systemRows.asOf).kind, 'ended', `${reference} → ${replacement}`);
      assert.notEqual(parseReference(replacement)?.tag, undefined, replacement);
      assert.notEqual(replacement, reference);
    }
  }
  assert.ok(count > 100);
});

test('every image of Google that has ended, or will, has a replacement that has no nearer end', () => {
  const [google] = imageFiles;
  for (const { name, ends } of google!.rows) {
    if (ends === undefined || name.endsWith('-debian13')) continue;
    const [best] = findBase(name)?.replacements ?? [];
    assert.ok(best, name);
    const { ends: later } = findBase(best)!;
    assert.ok(later === undefined || later > ends, `${name} → ${best}`);
  }
});

test('patterns of retired names match nothing that is published', () => {
  for (const { name, ends } of imageFiles[0]!.rows) {
    if (ends !== undefined && ends < systemRows.asOf) continue;
    const short = name.replace('gcr.io/distroless/', '');
    for (const { pattern } of googleRetired.rows) {
      for (const it of [short, short.replace(/-debian\d+$/, '')])
        assert.doesNotMatch(it, new RegExp(`^(?:${pattern})$`));
    }
  }
});
