import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../support/carets.ts';

const { checkFindings, findings, fix } = asking('dev-dependencies');
const BUILD = 'FROM node:24-trixie AS build\nWORKDIR /app\n';
const FINAL = 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\n';
const MANIFEST = (more: object) => ({ 'package.json': JSON.stringify(more) });

test('what is copied out of the stage decides', () => {
  checkFindings(`
${BUILD}RUN npm --no-audit ci
#                  ^^ dev-dependencies
${FINAL}COPY --from=build /app/node_modules ./node_modules
`);
  checkFindings(`
${BUILD}RUN npm install
#       ^^^^^^^ dev-dependencies
FROM build AS more
${FINAL}COPY --from=more /app /app
`);
  checkFindings(`${BUILD}RUN npm ci && npm run build\n${FINAL}COPY --from=build /app/dist /app\n`);
  checkFindings(`${BUILD}RUN npm ci\n${FINAL}COPY --from=build /other/node_modules /app/node_modules\n`);
});

test('a stage that ships itself counts where Node.js is what it starts', () => {
  checkFindings(`
FROM node:24
RUN npm ci
#       ^^ dev-dependencies
CMD ["node", "server.js"]
`);
  checkFindings('FROM node:24\nRUN npm ci\nCMD ["npm", "run", "dev"]\n');
  checkFindings('FROM node:24\nRUN npm ci\nCMD ["nodemon", "server.js"]\n');
  checkFindings('FROM node:24\nRUN npm ci\nCMD ["npm", "start"]\n');
  checkFindings('FROM node:24\nRUN npm ci\n');
});

test('not where they are left out, or taken away again', () => {
  for (const run of [
    'RUN npm ci --omit=dev',
    'RUN npm install --production',
    'RUN NODE_ENV=production npm ci',
    'ENV NODE_ENV=production\nRUN npm ci',
    'RUN npm ci $ARGS',
    'RUN npm ci\nRUN npm run build && npm prune --omit=dev',
    'RUN npm ci && npm run build && rm -rf node_modules && npm ci --omit=dev',
    'RUN npm ci\nRUN ./prune.sh',
    'RUN npm install express',
    'RUN npm install -g pnpm',
  ]) {
    assert.deepEqual(
      findings(`${BUILD}${run}\n${FINAL}COPY --from=build /app/node_modules /app/node_modules\n`),
      [],
      run,
    );
  }
});

test('package.json says whether there are any, and what “npm start” is', () => {
  const text = `${BUILD}RUN npm ci\nCMD ["npm", "start"]\n`;
  const start = { scripts: { start: 'node server.js' } };
  assert.deepEqual(findings(text, { context: MANIFEST(start) }), []);
  const some = MANIFEST({ ...start, devDependencies: { jest: '1' } });
  assert.deepEqual(
    findings(text, { context: some }).map(({ severity }) => severity),
    ['warning'],
  );
  assert.deepEqual(
    findings(text, { context: MANIFEST({ scripts: { start: 'vite' }, devDependencies: { vite: '1' } }) }),
    [],
  );
  const copied = `${BUILD}RUN npm ci\n${FINAL}COPY --from=build /app/node_modules ./node_modules\n`;
  assert.deepEqual(
    findings(copied).map(({ severity }) => severity),
    ['info'],
  );
  assert.equal(findings(copied, { context: { 'package.json': '{ not json' } }).length, 1);
});

test('where something is built with them, they go afterwards', () => {
  const text = `${BUILD}RUN npm ci\nRUN npm run build\n${FINAL}COPY --from=build /app /app\n`;
  const after = fix(text);
  assert.equal(after, text.replace('npm run build', 'npm run build && npm prune --omit=dev'));
  assert.deepEqual(findings(after), []);
  const piped = findings(text.replace('npm run build', 'npm run build | tee log'));
  assert.deepEqual(
    piped.map(({ fixes }) => fixes),
    [[]],
  );
});
