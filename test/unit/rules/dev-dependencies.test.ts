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

const SOME = { context: MANIFEST({ devDependencies: { jest: '1' } }) };
const shipped = (run: string) => `${BUILD}${run}\n${FINAL}COPY --from=build /app/node_modules ./node_modules\n`;

test('pnpm, Yarn and Bun install them too', () => {
  for (const [run, command, cure] of [
    ['RUN pnpm install --frozen-lockfile', 'pnpm install', '“--prod”'],
    ['RUN corepack enable && pnpm i', 'pnpm i', '“--prod”'],
    ['RUN yarn install --network-timeout 100000', 'yarn install', '“--production”'],
    ['RUN yarn --frozen-lockfile', 'yarn', 'workspaces focus'],
    ['RUN yarn', 'yarn', '“--production”'],
    ['RUN bun install --frozen-lockfile', 'bun install', '“--production”'],
    ['RUN pnpm install\nRUN pnpm build', 'pnpm install', 'pnpm prune --prod'],
    ['RUN bun install && bun run build', 'bun install', 'bun install --production'],
    ['RUN yarn && npx tsc', 'yarn', 'yarn workspaces focus --production'],
  ] as const) {
    const [finding, ...more] = findings(shipped(run), SOME);
    assert.ok(finding, run);
    assert.ok(finding.message.startsWith(`“${command}” also installs`), run);
    assert.ok(finding.message.includes(cure), finding.message);
    assert.equal(finding.severity, 'warning');
    assert.deepEqual(more, []);
  }
  checkFindings(
    `
${BUILD}RUN yarn
#   ^^^^ dev-dependencies
${FINAL}COPY --from=build /app/node_modules ./node_modules
`,
    SOME,
  );
});

test('of these it is said only where package.json names some', () => {
  for (const run of ['RUN pnpm install', 'RUN yarn', 'RUN bun install']) {
    assert.deepEqual(findings(shipped(run)), [], run);
    assert.deepEqual(findings(shipped(run), { context: MANIFEST({}) }), [], run);
    assert.deepEqual(findings(shipped(run), { context: { 'package.json': '{ not json' } }), [], run);
  }
});

test('not where pnpm, Yarn or Bun leave them out, take them away, or may', () => {
  for (const run of [
    'RUN pnpm install --frozen-lockfile --prod',
    'RUN pnpm install -P',
    'RUN pnpm install --filter api',
    'RUN pnpm fetch',
    'RUN pnpm add -g turbo',
    'RUN pnpm install && pnpm build && pnpm prune --prod',
    'RUN pnpm install && pnpm --filter api deploy --prod /out',
    'RUN pnpm install\nRUN rm -rf node_modules && pnpm install --prod',
    'RUN yarn install --production',
    'RUN yarn --production --frozen-lockfile',
    'RUN yarn --version',
    'RUN yarn set version stable',
    'RUN yarn install --mode=update-lockfile',
    'RUN yarn install && yarn build && yarn workspaces focus --production',
    'RUN yarn && yarn build && yarn install --production --ignore-scripts',
    'ENV NODE_ENV=production\nRUN yarn install',
    'RUN NODE_ENV=production pnpm install',
    'RUN YARN_PRODUCTION=true yarn',
    'RUN bun install --production',
    'RUN bun install -p',
    'RUN bun add zod',
    'RUN bun install && rm -rf node_modules && bun install --production',
    'RUN pnpm install\nRUN npm prune --omit=dev',
    'RUN npm ci\nRUN pnpm build',
  ])
    assert.deepEqual(findings(shipped(run), SOME), [], run);
});

test('the option where nothing is built; of Yarn the version decides what it is, so there is no fix', () => {
  assert.equal(
    fix(shipped('RUN pnpm install --frozen-lockfile'), SOME),
    shipped('RUN pnpm install --prod --frozen-lockfile'),
  );
  const bun = fix(shipped('RUN bun install'), SOME);
  assert.equal(bun, shipped('RUN bun install --production'));
  assert.deepEqual(findings(bun, SOME), []);
  for (const run of ['RUN yarn', 'RUN yarn install', 'RUN pnpm install && pnpm build', 'RUN bun i && bun run build'])
    assert.deepEqual(
      findings(shipped(run), SOME).map(({ fixes }) => fixes),
      [[]],
      run,
    );
});

const python = (run: string, pyproject = '', copy = '/app') =>
  findings(
    `FROM python:3.13-slim-trixie AS build\nWORKDIR /app\nCOPY . .\nRUN ${run}\nFROM gcr.io/distroless/python3-debian13:nonroot\nCOPY --from=build ${copy} ${copy}\n`,
    { context: { 'pyproject.toml': pyproject } },
  ).map(({ message }) => message);
const UV = '[project]\nname = "x"\n[dependency-groups]\ndev = [\n  "pytest",\n]\n';
const POETRY = '[tool.poetry.group.dev.dependencies]\npytest = "^8"\n';
const IN_PROJECT = 'poetry config virtualenvs.in-project true && poetry install';

test('Python: groups for developers, and requirements that are called so', () => {
  assert.match(python('uv sync --frozen', UV)[0] ?? '', /^“uv sync” also .* Add “--no-dev”\.$/);
  assert.match(python('uv sync', '[tool.uv]\ndev-dependencies = ["ruff"]\n')[0] ?? '', /^“uv sync”/);
  assert.match(python(IN_PROJECT, POETRY)[0] ?? '', /the group “dev” of pyproject\.toml, .* “--without dev”\.$/);
  assert.match(python('pip install -t deps -r requirements-dev.txt')[0] ?? '', /^By its name “requirements-dev\.txt”/);
  assert.equal(python('python -m venv /app/v && /app/v/bin/pip install -r requirements/test.txt').length, 1);
});

test('Python: not where they are left out, do not ship, or nobody knows', () => {
  for (const [run, pyproject, copy] of [
    ['uv sync --no-dev', UV],
    ['uv sync && uv run pytest && uv sync --no-dev', UV],
    ['UV_NO_DEV=1 uv sync', UV],
    ['uv sync --no-default-groups', UV],
    ['uv sync', `${UV}[tool.uv]\ndefault-groups = []\n`],
    ['uv sync', '[dependency-groups]\ndev = []\ntest = ["pytest"]\n'],
    ['uv sync', UV, '/app/dist'],
    ['uv sync', ''],
    [`${IN_PROJECT} --only main`, POETRY],
    [`${IN_PROJECT} --without dev`, POETRY],
    [IN_PROJECT, `[tool.poetry.group.dev]\noptional = true\n${POETRY}`],
    [IN_PROJECT, '[tool.poetry.group.server.dependencies]\ngunicorn = "*"\n'],
    ['poetry install', POETRY],
    ['pip install -t deps -r requirements.txt'],
    ['pip install -t deps -r requirements-latest.txt'],
    ['pip install -t deps -r requirements-dev.txt', '', '/app/dist'],
    ['pip install -t /test -r requirements-dev.txt'],
    ['pip install -r requirements-dev.txt'],
  ] as const)
    assert.deepEqual(python(run, pyproject, copy), [], run);
});
