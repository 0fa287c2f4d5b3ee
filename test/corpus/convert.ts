/** What becomes of every Dockerfile of a folder: outcome, language, base and reasons, as a table; and whether each conversion holds what it promises. */
import type { Dockerfile } from '../../server/dockerfile/dockerfile.ts';
import { readDockerfile } from '../../server/dockerfile/read-dockerfile.ts';
import type { Conversion } from '../../server/recipes/conversion.ts';
import { convert } from '../../server/recipes/convert.ts';
import { findingsOf } from '../../server/rules/check.ts';
import { rules } from '../../server/rules/index.ts';
import { unexplained } from '../support/explained.ts';
import { missing } from '../support/kept.ts';

export interface Row {
  readonly path: string;
  readonly dockerfile: Dockerfile;
  readonly conversion: Conversion;
  /** What a conversion does not keep of its promises. */
  readonly broken: readonly string[];
}

export function convertAll(
  files: readonly { readonly path: string; readonly text: string }[],
  today: string,
): readonly Row[] {
  return files.map(({ path, text }) => {
    const dockerfile = readDockerfile(text);
    const conversion = convert(dockerfile, { today });
    return {
      path,
      dockerfile,
      conversion,
      broken: conversion.outcome === 'converted' ? promises(dockerfile, conversion, today) : [],
    };
  });
}

function promises(
  before: Dockerfile,
  { dockerfile, notes }: Extract<Conversion, { outcome: 'converted' }>,
  today: string,
): readonly string[] {
  const result = readDockerfile(dockerfile);
  const broken = result.problems.map(({ message }) => message);
  for (const gone of missing(before, result, notes)) broken.push(`gone without a word: ${gone}`);
  for (const untold of unexplained(before, result, notes)) broken.push(`told by no note: ${untold}`);
  const again = convert(result, { today }).outcome;
  if (again !== 'already-minimal') broken.push(`converted again: ${again}`);
  for (const { rule, severity, message } of findingsOf(result, rules, { today })) {
    if (severity === 'error') broken.push(`${rule}: ${message}`);
  }
  return broken;
}

export function conversionTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ path, conversion, broken }) => [
    `${conversion.outcome.padEnd(15)} ${(conversion.outcome === 'already-minimal' ? '' : (conversion.language ?? '')).padEnd(8)} ${path}${'base' in conversion ? `  →  ${conversion.base}` : ''}`,
    ...(conversion.outcome === 'declined'
      ? conversion.reasons.map(({ line, message }) => `    ${line + 1}: ${message}`)
      : []),
    ...broken.map((it) => `    BROKEN ${it}`),
  ]);
  const count = (outcome: Conversion['outcome']) =>
    rows.filter(({ conversion }) => conversion.outcome === outcome).length;
  const broken = rows.filter((row) => row.broken.length > 0).length;
  return [
    ...lines,
    '',
    `${rows.length} files: ${count('converted')} converted, ${count('already-minimal')} already minimal, ${count('declined')} declined; ${broken} conversions break a promise`,
  ].join('\n');
}

/** By the path of the file, from a Markdown table with the columns “file” and “class”. */
export function readClasses(table: string): ReadonlyMap<string, string> {
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const head = rows.findIndex((cells) => cells.includes('file') && cells.includes('class'));
  const [file, kind] = ['file', 'class'].map((name) => rows[head]?.indexOf(name) ?? -1);
  if (head < 0 || file === undefined || kind === undefined) return new Map();
  return new Map(rows.slice(head + 2).map((cells) => [cells[file] ?? '', cells[kind] ?? '']));
}

/** How many of each class came to what; and of those that nobody should convert, which were. */
export function classTable(rows: readonly Row[], classes: ReadonlyMap<string, string>): string {
  const outcomes = ['converted', 'already-minimal', 'declined'] as const;
  const names = [...new Set(rows.map(({ path }) => classes.get(path) ?? 'no class'))].sort();
  const table = names.map((name) => {
    const own = rows.filter(({ path }) => (classes.get(path) ?? 'no class') === name);
    const counts = outcomes.map((it) => own.filter(({ conversion }) => conversion.outcome === it).length);
    return `${name.padEnd(44)} ${`${own.length}`.padStart(5)} ${counts.map((it) => `${it}`.padStart(15)).join(' ')}`;
  });
  const wrong = rows.filter(
    ({ path, conversion }) => conversion.outcome === 'converted' && /^[AXNW] /.test(classes.get(path) ?? ''),
  );
  return [
    `${'class'.padEnd(44)} files ${outcomes.map((it) => it.padStart(15)).join(' ')}`,
    ...table,
    ...wrong.map(({ path }) => `    converted, although of class ${classes.get(path)}: ${path}`),
  ].join('\n');
}
