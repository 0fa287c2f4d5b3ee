/** The table of what was proved: one line for each project. */
import type { Project } from './projects.ts';
import type { Proof } from './proof.ts';

export function table(
  projects: readonly Project[],
  outcomes: ReadonlyMap<string, Proof | string>,
  notProved: readonly { readonly language: string; readonly why: string }[],
): string {
  const rows = projects.map(({ name, language }) => {
    const outcome = outcomes.get(name) ?? 'not tried';
    if (typeof outcome === 'string') return [name, language, '', '', '', outcome];
    const { before, after, base, madeOf } = outcome;
    const from = madeOf.length === 0 ? 'pulled images' : `stand-ins: ${madeOf.join('; ')}`;
    return [
      name,
      language,
      `${megabytes(before.size)} → ${megabytes(after.size)}`,
      `${before.flagged} → ${after.flagged}`,
      'yes',
      `${base}, tried on ${from}`,
    ];
  });
  const none = notProved.map(({ language, why }) => ['', language, '', '', '', `not proved: ${why}`]);
  return aligned([['project', 'language', 'MB', 'flagged', 'starts', 'ends in'], ...rows, ...none]);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
