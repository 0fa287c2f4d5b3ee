/** A reporter for the tests that run on several engines, whose names are “ENGINE: what holds”: a table of what held where. */
export default async function* engineTable(events) {
  const engines = [];
  const rows = new Map();
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const [, engine, what] = /^([^:]+): (.*)$/s.exec(data.name) ?? [];
    if (engine === undefined || data.nesting > 0) continue;
    if (!engines.includes(engine)) engines.push(engine);
    const row = rows.get(what) ?? new Map();
    row.set(engine, data.skip !== undefined ? 'skipped' : type === 'test:pass' ? 'holds' : 'FAILS');
    rows.set(what, row);
  }
  yield `\n| | ${engines.join(' | ')} |\n|---|${engines.map(() => '---|').join('')}\n`;
  for (const [what, row] of rows)
    yield `| ${what} | ${engines.map((engine) => row.get(engine) ?? '–').join(' | ')} |\n`;
}
