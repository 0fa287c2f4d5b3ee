/** Rules about packages with compiled code: native-addons, prisma-target, missing-libraries (of Python). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings } from '../../support/carets.ts';

const node = (builder: string, final: string, copy = '/app/node_modules ./node_modules', run = 'npm ci') =>
  `FROM ${builder} AS build\nWORKDIR /app\nCOPY . .\nRUN ${run}\nFROM ${final}\nWORKDIR /app\nCOPY --from=build ${copy}\n`;
const NODE = 'gcr.io/distroless/nodejs24-debian13:nonroot';
const json = (dependencies: object, rest: object = {}) => ({
  'package.json': JSON.stringify({ dependencies, ...rest }),
});
const addons = (file: string, context?: Record<string, string>) =>
  findings(file, context ? { only: 'native-addons', context } : { only: 'native-addons' }).map(
    ({ message }) => message,
  );

test('compiled npm packages from the other C library', () => {
  checkFindings(
    `
FROM node:24-alpine AS build
WORKDIR /app
RUN npm ci
FROM gcr.io/distroless/nodejs24-debian13:nonroot
COPY --chown=65532:65532 --from=build /app /app
#                                     ^^^^ native-addons
CMD ["/app/server.js"]
`,
    { only: 'native-addons', context: json({ sharp: '^0.34', 'better-sqlite3': '12' }) },
  );
  const context = json({ sharp: '1', express: '5' });
  assert.equal(addons(node('node:24-alpine', NODE), context).length, 1);
  assert.equal(addons(node('node:24', 'alpine:3.24'), context).length, 1);
  assert.equal(addons(node('node:24-alpine', NODE, '/out/ /app/', 'npm ci && cp -r /app/. /out/'), context).length, 1);
});

test('the same C library, no such package, or node_modules of elsewhere', () => {
  const context = json({ sharp: '1' });
  for (const [file, files] of [
    [node('node:24', NODE), context],
    [node('node:24-alpine', 'node:24-alpine'), context],
    [node('node:24-alpine', NODE), json({ express: '5', bcrypt: '^6.0.0', 'better-sqlite3': '^13.0.0' })],
    [node('node:24-alpine', NODE), json({}, { devDependencies: { sharp: '1' } })],
    [node('node:24-alpine', NODE), { 'package.json': '{' }],
    [node('node:24-alpine', NODE, '/app/dist ./dist'), context],
    [node('node:24-alpine', NODE, undefined, 'npm ci --libc=glibc'), context],
    [node('node:24-alpine', NODE, undefined, 'npm run build'), context],
    [node('node:24-alpine', 'registry.example.com/node:1'), context],
    [node('node:24-alpine', NODE), undefined],
  ] as const) {
    assert.deepEqual(addons(file, files), [], file);
  }
  assert.equal(addons(node('node:24-alpine', NODE), json({ bcrypt: '~5.1.0' })).length, 1);
  // discordjs/opus@package.json: its files are named after the C library.
  assert.equal(addons(node('node:24-alpine', NODE), json({ '@discordjs/opus': '^0.10.0' })).length, 1);
});

const python = (final: string, copy = '') =>
  `FROM python:3.13-slim AS build\nCOPY requirements.txt /tmp/\nRUN pip install -t /deps -r /tmp/requirements.txt\nFROM ${final}\nCOPY --from=build /deps /deps\n${copy}`;
const PYTHON = 'gcr.io/distroless/python3-debian13:nonroot';
const libraries = (file: string, text: string) =>
  findings(file, { only: 'missing-libraries', context: { 'requirements.txt': text } }).map(({ message }) => message);

test('Python packages that load a library of the system', () => {
  checkFindings(
    `
FROM python:3.13-slim AS build
RUN pip install -t /deps -r requirements.txt
FROM gcr.io/distroless/python3-debian13:nonroot
#    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing-libraries
COPY --from=build /deps /deps
`,
    {
      only: 'missing-libraries',
      context: { 'requirements.txt': '# db\nDjango\nPsycopg2>=2.9 ; python_version > "3"\n' },
    },
  );
  assert.match(libraries(python(PYTHON), 'psycopg==3.2\n')[0] ?? '', /libpq\.so\.5.*“psycopg\[binary\]”/);
});

test('not where the package brings it, the image has or gets it, or nothing is known', () => {
  for (const text of ['psycopg2-binary==2.9', 'psycopg[binary]==3.2', 'psycopg-pool', '# psycopg2', '-r base.txt', ''])
    assert.deepEqual(libraries(python(PYTHON), text), [], text);
  for (const file of [
    python('python:3.13-slim'),
    python(PYTHON, 'COPY --from=build /usr/lib/x86_64-linux-gnu/libpq.so.5 /usr/lib/\n'),
    python(PYTHON).replace('COPY --from=build /deps /deps', ''),
    python('registry.example.com/python:3'),
  ]) {
    assert.deepEqual(libraries(file, 'psycopg2\n'), [], file);
  }
});

const installed = (run: string, context: Record<string, string>, { copy = 'COPY . .', workdir = '/app' } = {}) =>
  findings(
    `FROM python:3.13-slim AS build\nWORKDIR ${workdir}\n${copy}\nRUN ${run}\nFROM ${PYTHON}\nCOPY --from=build /app /app\n`,
    { only: 'missing-libraries', context },
  ).map(({ message }) => /^“[^”]+”[^“]*? loads/.exec(message)?.[0]);

test('Python packages that other requirements files, pyproject.toml or the command itself name', () => {
  const told = '“psycopg2” in';
  const project = '[project]\nname = "x"\ndependencies = [\n  "flask[async]>=3", # web\n  "psycopg2>=2.9",\n]\n';
  for (const [run, context, expected, options] of [
    [
      'pip install -r requirements.txt',
      { 'requirements.txt': '-r base.txt\n', 'base.txt': 'psycopg2\n' },
      `${told} base.txt loads`,
    ],
    [
      'pip install -r requirements/prod.txt',
      {
        'requirements/prod.txt': '-r ./base.txt # all\n',
        'requirements/base.txt': '--requirement=more/db.txt',
        'requirements/more/db.txt': 'psycopg2',
      },
      `${told} requirements/more/db.txt loads`,
    ],
    [
      'pip install -r /tmp/r.txt',
      { 'backend/requirements.txt': 'psycopg2' },
      `${told} backend/requirements.txt loads`,
      { copy: 'COPY backend/requirements.txt /tmp/r.txt' },
    ],
    [
      'pip install -r requirements.txt',
      { 'api/requirements.txt': 'psycopg2', 'requirements.txt': '' },
      `${told} api/requirements.txt loads`,
      { copy: 'COPY api/ .' },
    ],
    [
      'pip install -r deps/requirements-prod.txt',
      { 'requirements-prod.txt': 'psycopg2' },
      `${told} requirements-prod.txt loads`,
      { copy: 'COPY requirements*.txt deps/' },
    ],
    ['pip install -t /app/deps .', { 'pyproject.toml': project }, `${told} pyproject.toml loads`],
    [
      'uv sync --frozen --no-dev',
      { 'pyproject.toml': project },
      `${told} pyproject.toml loads`,
      { copy: 'COPY pyproject.toml uv.lock ./' },
    ],
    [
      'poetry install --only=main',
      { 'pyproject.toml': "[tool.poetry.dependencies]\npython = '^3.13'\npsycopg2 = '^2.9'\n" },
      `${told} pyproject.toml loads`,
    ],
    [
      'poetry install --no-root --without dev',
      { 'pyproject.toml': "[tool.poetry.dependencies]\npython = '^3.13'\npsycopg2 = '^2.9'\n" },
      `${told} pyproject.toml loads`,
    ],
    ['pip install --target=/app/deps psycopg2', {}, '“psycopg2”, which is installed here, loads'],
    [
      'python -m pip install --no-cache-dir -t /app/deps "psycopg2>=2.9" flask',
      {},
      '“psycopg2”, which is installed here, loads',
    ],
    ['uv pip install -r pyproject.toml', { 'pyproject.toml': project }, `${told} pyproject.toml loads`],
  ] as [string, Record<string, string>, string | undefined, { copy: string }?][])
    assert.deepEqual(installed(run, context, options), expected ? [expected] : [], run);
});

test('not what is not installed, is not in the context, or brings its library', () => {
  const project = (dependency: string, rest = '') => ({
    'pyproject.toml': `[project]\ndependencies = ["flask"${dependency}]\n${rest}`,
  });
  for (const [run, context, options] of [
    // A constraint installs nothing.
    ['pip install -r requirements.txt', { 'requirements.txt': '-c base.txt\n', 'base.txt': 'psycopg2\n' }],
    ['pip install -c base.txt flask', { 'base.txt': 'psycopg2\n' }],
    [
      'pip install -r requirements.txt',
      { 'requirements.txt': '-r requirements.txt\n-r b.txt', 'b.txt': '-r requirements.txt' },
    ],
    ['pip install -r requirements.txt', { 'requirements.txt': '-r ../base.txt\n', 'base.txt': 'psycopg2\n' }],
    ['pip install -r requirements.txt', { 'requirements.txt': 'psycopg==3.2\npsycopg-binary==3.2 # by pip-compile\n' }],
    ['pip install -r requirements.txt', { 'requirements.txt': 'psycopg2 ; sys_platform == "win32"\n' }],
    [
      'pip install -r requirements.txt',
      { 'requirements.txt': 'psycopg2' },
      { copy: 'COPY --from=lock /requirements.txt ./' },
    ],
    [
      'pip install -r requirements.txt',
      { 'requirements.txt': 'psycopg2', 'api/requirements.txt': 'flask' },
      { copy: 'COPY api/ .' },
    ],
    ['pip install .', project('', '[project.optional-dependencies]\ndb = ["psycopg2"]\n')],
    ['pip install .', project('', '[dependency-groups]\ndev = ["psycopg2"]\n')],
    ['pip install .', project(', "psycopg[binary]"')],
    ['pip install --no-deps .', project(', "psycopg2"')],
    ['uv sync --only-group docs', project(', "psycopg2"')],
    ['poetry install --only docs', project(', "psycopg2"')],
    ['poetry install --without main,dev', project(', "psycopg2"')],
    ['uv sync --directory api', project(', "psycopg2"')],
    [
      'poetry install',
      {
        'pyproject.toml':
          '[tool.poetry.dependencies]\npsycopg2 = { version = "2", optional = true }\npsycopg = {version = "3", extras = ["binary"]}\n',
      },
    ],
    ['pip install --no-binary psycopg2 psycopg2-binary', {}],
    ['pip install -t /elsewhere psycopg2', {}],
    ['pip uninstall psycopg2', {}],
  ] as [string, Record<string, string>, { copy: string }?][])
    assert.deepEqual(installed(run, context, options), [], `${run} ${JSON.stringify(context)}`);
});

test('Prisma’s engine for another system', () => {
  const schema = (more = '', provider = 'prisma-client-js') => ({
    ...json({ '@prisma/client': '^6.1.0' }),
    'prisma/schema.prisma': `generator client {\n  provider = "${provider}"\n${more}\n}\n`,
  });
  const engines = (file: string, context: Record<string, string>) =>
    findings(file, { only: 'prisma-target', context }).map(({ message }) => message);
  const file = node('node:24-alpine', NODE);
  assert.match(engines(file, schema())[0] ?? '', /needs “debian-openssl-3\.0\.x”/);
  assert.equal(engines(file, schema('  binaryTargets = ["native"]')).length, 1);
  assert.equal(engines(file, schema('  binaryTargets = ["linux-musl-openssl-3.0.x"]')).length, 1);
  assert.equal(engines(node('node:24-bullseye', NODE), schema()).length, 1);
  for (const [one, context] of [
    [file, schema('  binaryTargets = ["native", "debian-openssl-3.0.x"]')],
    [file, schema('  binaryTargets = ["linux-arm64-openssl-3.0.x"]')],
    [file, schema('  engineType = "client"')],
    [file, schema('', 'prisma-client')],
    [file, { ...schema(), ...json({ '@prisma/client': '7.0.0' }) }],
    [file, json({ '@prisma/client': '6.0.0' })],
    [node('node:24', NODE), schema()],
    [node('node:24-alpine', 'alpine:3.24'), schema()],
    [node('node:24-alpine', NODE, '/app/dist ./dist'), schema()],
  ] as const) {
    assert.deepEqual(engines(one, context), [], JSON.stringify(context));
  }
});

test('prisma-target: the schema where the project has it, the client where the generator puts it', () => {
  const schema = (more = '', provider = 'prisma-client-js') =>
    `generator client {\n  provider = "${provider}"\n${more}\n}\n`;
  const project = (path: string, more = '', rest: object = {}, provider?: string) => ({
    ...json({ '@prisma/client': '^6.19.0' }, rest),
    [path]: schema(more, provider),
  });
  const engines = (file: string, context: Record<string, string>) =>
    findings(file, { only: 'prisma-target', context }).map(({ message }) => message);
  const file = node('node:24-alpine', NODE);
  const whole = node('node:24-alpine', NODE, '/app ./');
  const generating = (given: string) =>
    node('node:24-alpine', NODE, '/app ./', `npm ci && npx prisma generate ${given}`);
  for (const [one, context, path] of [
    [file, project('schema.prisma'), 'schema.prisma'],
    [file, project('db/schema.prisma', '', { prisma: { schema: './db/schema.prisma' } }), 'db/schema.prisma'],
    [
      file,
      project('prisma/schema/schema.prisma', '', { prisma: { schema: 'prisma/schema' } }),
      'prisma/schema/schema.prisma',
    ],
    [generating('--schema=./api/db.prisma'), project('api/db.prisma'), 'api/db.prisma'],
    [generating('--schema api'), project('api/schema.prisma'), 'api/schema.prisma'],
    [
      file,
      {
        ...project('db/schema.prisma'),
        'prisma.config.ts': "export default defineConfig({\n  schema: 'db/schema.prisma',\n})",
      },
      'db/schema.prisma',
    ],
    [
      file,
      { ...project('prisma/schema/schema.prisma'), 'prisma.config.ts': "schema: path.join('prisma', 'schema'),\n" },
      'prisma/schema/schema.prisma',
    ],
    [whole, project('prisma/schema.prisma', '  output = "../src/generated/prisma"'), 'prisma/schema.prisma'],
    [
      whole,
      project('prisma/schema.prisma', '  output = "../src/generated/prisma"', {}, 'prisma-client'),
      'prisma/schema.prisma',
    ],
    [
      node('node:24-alpine', NODE, '/app/src/generated/prisma ./generated'),
      project('prisma/schema.prisma', '  output = "../src/generated/prisma"\n  engineType = "binary"'),
      'prisma/schema.prisma',
    ],
  ] as const)
    assert.ok(engines(one, context)[0]?.endsWith(`Add that to binaryTargets in ${path}.`), JSON.stringify(context));
  for (const [one, context] of [
    // The client is elsewhere, and does not ship.
    [file, project('prisma/schema.prisma', '  output = "../src/generated/prisma"')],
    [file, project('prisma/schema.prisma', '', {}, 'prisma-client')],
    [whole, project('prisma/schema.prisma', '  output = "../generated"\n  engineType = "client"', {}, 'prisma-client')],
    [whole, project('prisma/schema.prisma', '  previewFeatures = ["queryCompiler", "driverAdapters"]')],
    [whole, project('prisma/schema.prisma', '  output = env("WHERE")')],
    // Prisma reads another file, that is not known.
    [file, project('prisma/schema.prisma', '', { prisma: { schema: 'other/schema.prisma' } })],
    [file, { ...project('prisma/schema.prisma'), 'prisma.config.ts': 'schema: process.env.SCHEMA,\n' }],
    [generating('--schema=./other.prisma'), project('prisma/schema.prisma')],
    [generating('--no-engine'), project('prisma/schema.prisma')],
    [file.replace('RUN', 'ENV PRISMA_CLI_BINARY_TARGETS=debian-openssl-3.0.x\nRUN'), project('prisma/schema.prisma')],
    [file, { ...project('prisma/schema.prisma'), ...json({ '@prisma/client': '^1.3.0' }) }],
    [file, { ...project('prisma/schema.prisma'), ...json({ '@prisma/client': 'latest' }) }],
  ] as const)
    assert.deepEqual(engines(one, context), [], JSON.stringify(context));
});
