/** A reporter for Node's test runner: one JSON line for each test that passed, failed or was skipped. `test/run.mjs` adds them up. */
export default async function* tally(events) {
  for await (const { type, data } of events) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') continue;
    const state =
      data.skip !== undefined || data.todo !== undefined ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    yield `${JSON.stringify({ state, name: data.name, file: data.file, why: data.skip === true ? '' : data.skip })}\n`;
  }
}
