/** Two images side by side, as text in columns. Pure. */
import { visible } from '../visible.ts';

export interface Side {
  readonly image: string;
  /** Undefined: it was not built. */
  readonly facts:
    | {
        readonly size: string;
        readonly layers: string;
        /** A few words each: “Command shell”. */
        readonly flagged: readonly string[];
        readonly user: string;
        readonly starts: string;
        readonly said: readonly string[];
      }
    | undefined;
}

export function comparison(before: Side, after: Side): string {
  const sides = [before, after];
  const row = (name: string, cell: (facts: NonNullable<Side['facts']>) => string) => [
    name,
    ...sides.map(({ facts }) => (facts ? cell(facts) : 'not built')),
  ];
  const rows = [
    ['', 'as it was', 'as converted'],
    ['Image', ...sides.map(({ image }) => image)],
    row('Starts', ({ starts }) => starts),
    row('Size', ({ size }) => size),
    row('Layers', ({ layers }) => layers),
    row('User', ({ user }) => user),
    row('Flagged', ({ flagged }) => (flagged.length === 0 ? 'nothing' : `${flagged.length} kinds of things`)),
  ];
  const longest = Math.max(...sides.map(({ facts }) => facts?.flagged.length ?? 0));
  for (let i = 0; i < longest; i++) rows.push(['', ...sides.map(({ facts }) => facts?.flagged[i] ?? '')]);
  const shown = rows.map((cells) => cells.map(visible));
  const width = (column: number) => Math.max(...shown.map((cells) => [...(cells[column] ?? '')].length));
  const widths = [width(0), width(1)];
  const table = shown.map(([name, one, other]) =>
    `${padded(name, widths[0])}  ${padded(one, widths[1])}  ${other}`.trimEnd(),
  );
  const said = sides.flatMap(({ image, facts }) =>
    facts && facts.said.length > 0
      ? ['', `The last that ${visible(image)} printed:`, ...facts.said.map((line) => `    ${visible(line)}`)]
      : [],
  );
  return `${[...table, ...said].join('\n')}\n`;
}

function padded(text = '', width = 0): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length));
}
