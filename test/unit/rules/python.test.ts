/** python-packages, venv-interpreter: packages that the base’s Python does not find. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFindings, findings, fix } from '../../support/carets.ts';

const messages = (text: string, only: string) => findings(text, { only }).map(({ message }) => message);

const GOOGLE = 'gcr.io/distroless/python3-debian13:nonroot';
const site = (version: string, prefix = '/usr/local') => `${prefix}/lib/python${version}/site-packages`;
const packages = (builder: string, final: string, lines: string) =>
  `FROM ${builder} AS build\nRUN pip install -r requirements.txt\nFROM ${final}\n${lines}\nCMD ["app.py"]\n`;

test('python-packages: those of another version, by the path', () => {
  const only = 'python-packages';
  checkFindings(
    `
FROM python:3.11 AS build
FROM ${GOOGLE} AS base
COPY --from=build ${site('3.11')} \\
  /deps
# ^^^^^ python-packages
FROM base
COPY --from=build /usr/local/lib/python3.11 /usr/local/lib/python3.11/
#                                           ^^^^^^^^^^^^^^^^^^^^^^^^^^ python-packages
`,
    { only, crlf: true },
  );
  assert.match(
    messages(
      packages('python:3.12', 'python:3.13-slim', `COPY --from=build ${site('3.12')} ${site('3.13')}`),
      only,
    )[0] ?? '',
    /^These are packages of Python 3\.12, and “python:3\.13-slim” has Python 3\.13, /,
  );
  // PYTHONPATH finds them, but does not load what is compiled.
  assert.equal(
    messages(packages('python:3.11', GOOGLE, `COPY --from=build ${site('3.11')} /deps\nENV PYTHONPATH=/deps`), only)
      .length,
    1,
  );
});

test('python-packages: those of another version, by the stage that filled the folder', () => {
  const only = 'python-packages';
  for (const [run, copy] of [
    ['pip install --target=/deps -r r.txt', '/deps /deps'],
    ['cd /x && python -m pip install -t deps/ x', '/src/deps/ /deps'],
    ['python3 -m venv /app/.venv', '/app /app'],
    ['pip install --user -r r.txt', '/root/.local /home/nonroot/.local'],
    ['pip install --prefix=/install x', '/install /usr/lib/app'],
    ['python -m venv "$VIRTUAL_ENV"', '/opt/venv/lib /x'],
    ['<<EOF\nset -e\npip3 install --target /deps x\nEOF', '/deps /deps'],
  ] as const) {
    const text = `FROM python:3.12-slim AS base\nWORKDIR /src\nENV VIRTUAL_ENV=/opt/venv\nFROM base AS build\nRUN ${run}\nFROM ${GOOGLE}\nCOPY --from=build ${copy}\nENV PYTHONPATH=/deps\n`;
    const expected = copy.startsWith('/opt/venv/lib') ? 0 : 1;
    const found = messages(text, only);
    assert.equal(found.length, expected, run);
    // Of a folder that is the same for every Python only what is compiled does not work.
    if (expected > 0) assert.equal(found[0]?.startsWith('What is compiled in these'), /--target|-t /.test(run), run);
    assert.deepEqual(messages(text.replace('3.12', '3.13'), only), [], run);
  }
});

test('python-packages: where PYTHONPATH names the folder, only what is compiled is of another Python', () => {
  const severities = (path: string) =>
    findings(
      `FROM python:3.12-slim AS build
RUN pip install --prefix=/install flask
FROM gcr.io/distroless/python3-debian13:nonroot
ENV PYTHONPATH=${path}
COPY --from=build /install /install
CMD ["-m", "flask"]
`,
      { only: 'python-packages' },
    ).map(({ severity }) => severity);
  assert.deepEqual(severities('/app:/install/lib/python3.12/site-packages'), ['info']);
  assert.deepEqual(severities('/install/lib/python3.13/site-packages'), ['warning']);
  assert.deepEqual(severities('/app'), ['warning']);
});

test('python-packages: not where the libraries of the other Python come along', () => {
  const file = `FROM python:3.12-slim AS build
RUN python -m venv --copies /venv
FROM gcr.io/distroless/python3-debian13:nonroot
COPY --from=build /venv /venv
COPY --from=build /usr/local/lib/python3.12 /usr/local/lib/python3.12
COPY --from=build /usr/local/lib/libpython3.12.so.1.0 /usr/local/lib/
ENTRYPOINT ["/venv/bin/python"]
`;
  assert.deepEqual(findings(file, { only: 'python-packages' }), []);
  assert.equal(findings(file.replace(/COPY .*so.*\n/, ''), { only: 'python-packages' }).length, 1);
});

test('python-packages: Debian’s own Python, and what it does not look into', () => {
  const only = 'python-packages';
  checkFindings(
    packages('python:3.13', GOOGLE, `COPY --from=build ${site('3.13')} ${site('3.13')}\n#`).replace(
      '\n#',
      `\n#${' '.repeat(17 + site('3.13').length + 1)}${'^'.repeat(site('3.13').length)} python-packages`,
    ),
    { only },
  );
  const copied = (to: string, more = '') =>
    messages(packages('python:3.13', GOOGLE, `COPY --from=build ${site('3.13')} ${to}${more}`), only).length;
  assert.equal(copied(`${site('3.13')}/flask`), 1);
  assert.equal(copied(site('3.13', '/usr')), 1);
  assert.equal(copied('/usr/local/lib/python3.13/dist-packages'), 0);
  assert.equal(copied('/app/packages'), 0);
  assert.equal(copied(site('3.13', '/venv')), 0);
  assert.equal(copied(site('3.13'), `\nENV PYTHONPATH=/app:${site('3.13')}`), 0);
  assert.equal(copied(site('3.13'), '\nENV PYTHONPATH=$ELSEWHERE'), 0);
  assert.equal(copied(site('3.13'), '\nENV PYTHONPATH=/app'), 1);
});

test('python-packages: not where the versions agree or are not known, nor where a Python is copied too', () => {
  const only = 'python-packages';
  for (const text of [
    packages('python:3.13', 'python:3.13-slim', `COPY --from=build ${site('3.13')} ${site('3.13')}`),
    packages('python:3.13', 'python:3', `COPY --from=build ${site('3.13')} ${site('3.13')}`),
    packages('python:3.12', 'registry.example.com/python', `COPY --from=build ${site('3.12')} ${site('3.12')}`),
    packages('python:3.12', 'gcr.io/distroless/cc-debian13', `COPY --from=build ${site('3.12')} ${site('3.12')}`),
    packages(
      'python:3.12',
      GOOGLE,
      `COPY --from=build /usr/local /usr/local\nCOPY --from=build ${site('3.12')} ${site('3.12')}`,
    ),
    packages('python:3.99', 'cgr.dev/chainguard/python', `COPY --from=build ${site('3.99')} ${site('3.99', '/usr')}`),
    `FROM python:3.12 AS build\nFROM ${GOOGLE} AS unused\nCOPY --from=build ${site('3.12')} /x\nFROM scratch\n`,
  ])
    assert.deepEqual(messages(text, only), [], text);
  assert.equal(
    messages(packages('python:3.12', 'cgr.dev/chainguard/python', `COPY --from=build ${site('3.12')} /x`), only).length,
    1,
  );
});

test('python-packages: what pip --prefix filled, copied over /usr/local', () => {
  const only = 'python-packages';
  const text = (builder: string, more = '') =>
    `FROM ${builder} AS build\nRUN pip install --prefix /install x\nFROM ${GOOGLE}\nCOPY --from=build /install /usr/local\n${more}CMD ["app.py"]\n`;
  assert.match(messages(text('python:3.12'), only)[0] ?? '', /^These are packages of Python 3\.12/);
  assert.equal(fix(text('python:3.13'), only), text('python:3.13', `ENV PYTHONPATH=${site('3.13')}\n`));
  assert.deepEqual(messages(text('debian:13'), only), []);
  assert.deepEqual(messages(text('python:3.12').replace('/install /usr', '/install /opt /usr'), only), []);
});

test('python-packages: the fix sets PYTHONPATH below the COPY, unless it is set', () => {
  const text = `FROM python:3.13 AS build\nfrom ${GOOGLE}\ncopy --from=build /usr/local/lib/python3.13 /usr/local/lib/python3.13\n# app\ncopy . .\n`;
  assert.equal(fix(text, 'python-packages'), text.replace('\n# app', `\nenv PYTHONPATH=${site('3.13')}\n# app`));
  const set = text.replace('# app', 'env PYTHONPATH=/app');
  assert.deepEqual(findings(set, { only: 'python-packages' })[0]?.fixes, []);
});

const venv = (
  lines: string,
  { run = 'python -m venv /venv', builder = 'python:3.13-slim-trixie', base = GOOGLE } = {},
) => `FROM ${builder} AS build\nRUN ${run}\nFROM ${base}\nCOPY --from=build /venv /venv\n${lines}\n`;

test('venv-interpreter: the program is behind the link', () => {
  const only = 'venv-interpreter';
  checkFindings(
    `
FROM python:3.13 AS build
ENV VIRTUAL_ENV=/app/venv
RUN python3 -m venv $VIRTUAL_ENV && pip install gunicorn
FROM ${GOOGLE}
COPY --from=build /app /srv
ENTRYPOINT [ "/srv/venv/bin/gunicorn", "app" ]
#            ^^^^^^^^^^^^^^^^^^^^^^^^ venv-interpreter
`,
    { only, crlf: true },
  );
  for (const lines of [
    'ENV VIRTUAL_ENV=/venv\nENV PATH="$VIRTUAL_ENV/bin:$PATH"\nENTRYPOINT ["flask", "run"]',
    'ENTRYPOINT ["/venv/bin/python3"]\nCMD ["app.py"]',
    'ARG ROOT=/\nENV ENVIRONMENT=${ROOT}venv\nENV PATH="${ENVIRONMENT}/bin:$PATH"\nENTRYPOINT ["flask", "run"]',
  ])
    assert.deepEqual(
      findings(venv(lines), { only }).map(({ severity }) => severity),
      ['error'],
      lines,
    );
});

const project = (run: string, { env = '', from = 'python:3.13-slim-trixie', final = '' } = {}) =>
  `FROM ${from} AS b\nWORKDIR /app\n${env && `ENV ${env}\n`}RUN ${run}\nFROM ${GOOGLE}\nCOPY --from=b /app /app\n${final}ENTRYPOINT ["/app/.venv/bin/python", "app.py"]\n`;

test('venv-interpreter: uv, Poetry, PDM and virtualenv link to the Python of the image too', () => {
  checkFindings(
    `
FROM python:3.13-slim-trixie AS b
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev
FROM ${GOOGLE}
COPY --from=b /app /srv
ENTRYPOINT ["/srv/.venv/bin/uvicorn", "app:app"]
#           ^^^^^^^^^^^^^^^^^^^^^^^^ venv-interpreter
`,
    { only: 'venv-interpreter' },
  );
  for (const text of [
    project('uv sync'),
    project('UV_LINK_MODE=copy uv sync --locked --no-install-project'),
    project('cd /srv && uv sync', { env: 'UV_PROJECT_ENVIRONMENT=/app/.venv' }),
    project('uv venv'),
    project('uv venv --seed /app/.venv'),
    project('cd /app && virtualenv .venv'),
    project('virtualenv $VENV', { env: 'VENV=/app/.venv' }),
    project('poetry install --only main', { env: 'POETRY_VIRTUALENVS_IN_PROJECT=1' }),
    project('poetry config virtualenvs.in-project true && poetry install'),
    project('pdm install --check --prod', { env: 'PDM_CHECK_UPDATE=false' }),
    project('uv sync').replace('FROM gcr', 'FROM b AS c\nFROM gcr').replace('--from=b', '--from=c'),
  ])
    assert.match(
      messages(text, 'venv-interpreter')[0] ?? '',
      /leads to the Python of \/usr\/local\/bin, which .* “\/usr\/bin\/python -m venv \/app\/\.venv” first/,
      text,
    );
  // The environment that they are told of is taken as it is.
  assert.deepEqual(findings(project('uv sync'), { only: 'venv-interpreter' })[0]?.fixes, []);
});

test('venv-interpreter: not where a tool brings, or may choose, another Python, or makes no environment there', () => {
  for (const text of [
    ...[
      'UV_PYTHON=3.12',
      'UV_PYTHON_INSTALL_DIR=/app/python',
      'UV_PROJECT_ENVIRONMENT=/usr/local',
      'UV_PYTHON_PREFERENCE=only-managed',
      'UV_PROJECT_ENVIRONMENT=/other',
    ].map((env) => project('uv sync', { env })),
    project('uv sync --managed-python'),
    project('uv python install 3.13 && uv sync'),
    project('uv sync --python /usr/bin/python3'),
    project('export UV_PYTHON=/usr/bin/python && uv sync'),
    project('UV_PROJECT_ENVIRONMENT=/srv uv sync'),
    project('ln -s /usr/local/bin/python3 /usr/bin/python && /usr/bin/python -m venv .venv && uv sync'),
    project('python -m venv --copies .venv && poetry install', { env: 'POETRY_VIRTUALENVS_IN_PROJECT=1' }),
    project('uv sync --dry-run'),
    project('uv sync --check'),
    project('uv sync $ARGS'),
    project('cd "$(pwd)/x" && uv sync'),
    project('uv pip install --system flask'),
    project('uv venv --python 3.13'),
    project('uv venv /x /app/.venv'),
    project('virtualenv --always-copy .venv'),
    project('poetry install'),
    project('poetry install', { env: 'POETRY_VIRTUALENVS_IN_PROJECT=false' }),
    project('poetry install', { env: 'POETRY_VIRTUALENVS_IN_PROJECT=1 POETRY_VIRTUALENVS_CREATE=false' }),
    project('poetry install', { env: 'POETRY_VIRTUALENVS_IN_PROJECT=1 VIRTUAL_ENV=/x' }),
    project(
      'poetry config virtualenvs.in-project true && poetry config virtualenvs.in-project false && poetry install',
    ),
    project('pdm use 3.13 && pdm install'),
    project('pdm add flask'),
    project('uv sync', { from: 'debian:13' }),
    project('uv sync', { final: 'COPY --from=b /usr/local/bin /usr/local/bin\n' }),
    project('uv sync', { final: '#' }).replace(
      '#ENTRYPOINT ["/app/.venv/bin/python",',
      'ENTRYPOINT ["/usr/bin/python3",',
    ),
  ])
    assert.deepEqual(messages(text, 'venv-interpreter'), [], text);
});

test('python-packages: those in a project’s environment, made with another version', () => {
  for (const [from, expected] of [
    ['python:3.12-slim', 1],
    ['python:3.13-slim', 0],
  ] as const) {
    assert.equal(messages(project('uv sync --frozen', { from }), 'python-packages').length, expected);
    assert.deepEqual(messages(project('uv sync', { from, env: 'UV_PYTHON=3.13' }), 'python-packages'), []);
  }
});

test('venv-interpreter: a name that is on PATH twice is the base’s own, past the dead link', () => {
  const text = venv('ENV PATH=/venv/bin:$PATH\nENTRYPOINT ["python3", "app.py"]');
  const [finding] = findings(text, { only: 'venv-interpreter' });
  assert.equal(finding?.severity, 'warning');
  assert.match(finding?.message ?? '', /so “python3” is the base’s own, which does not look into “\/venv”/);
  assert.deepEqual(messages(fix(text, 'venv-interpreter'), 'venv-interpreter'), []);
  assert.deepEqual(messages(text.replace('python:3.13', 'python:3.11'), 'venv-interpreter'), []);
});

test('venv-interpreter: the base’s own Python does not look into it', () => {
  const [finding] = checkFindings(
    venv('#\nCMD ["app.py"]').replace('\n#', `\n#${' '.repeat(23)}^^^^^ venv-interpreter`),
    { only: 'venv-interpreter' },
  );
  assert.equal(finding?.severity, 'warning');
  assert.deepEqual(
    messages(venv('ENV PYTHONPATH=/venv/lib/python3.13/site-packages\nCMD ["app.py"]'), 'venv-interpreter'),
    [],
  );
});

test('venv-interpreter: not where the link leads somewhere, or that cannot be told', () => {
  const start = 'ENTRYPOINT ["/venv/bin/python"]';
  for (const text of [
    venv(start, { run: 'ln -s /usr/local/bin/python /usr/bin/python && /usr/bin/python -m venv /venv' }),
    venv(start, { run: 'python -m venv --copies /venv' }),
    venv(start, { run: 'python -m venv /venv && ln -sf /usr/bin/python3 /venv/bin/python' }),
    venv(start, { run: 'python -m venv $WHERE' }),
    venv(start, { builder: 'debian:13' }),
    venv(start, { builder: 'registry.example.com/python:3.13' }),
    venv(start, { base: 'python:3.13-slim' }),
    venv(start, { base: 'registry.example.com/python' }),
    venv(`COPY --from=build /usr/local/bin/ /usr/local/bin/\n${start}`),
    venv('ENTRYPOINT ["/usr/bin/python3.13", "app.py"]'),
    venv('ENTRYPOINT ["python", "app.py"]'),
  ])
    assert.deepEqual(messages(text, 'venv-interpreter'), [], text);
});

test('venv-interpreter: of another version the link leads nowhere either, but another link is no cure', () => {
  const count = (text: string) => ['venv-interpreter', 'python-packages'].map((rule) => messages(text, rule).length);
  const other = venv('ENTRYPOINT ["/venv/bin/python"]', { builder: 'python:3.11' });
  assert.deepEqual(count(other), [1, 1]);
  assert.deepEqual(findings(other, { only: 'venv-interpreter' })[0]?.fixes, []);
  assert.deepEqual(count(venv('CMD ["app.py"]', { builder: 'python:3.11' })), [0, 1]);
});

test('venv-interpreter: the fix makes it elsewhere, where it is the first command of its RUN', () => {
  const start = 'ENTRYPOINT ["/venv/bin/python"]';
  assert.equal(
    fix(venv(start, { run: '--mount=type=cache,target=/x \\\n  python3 -m venv /venv && true' }), 'venv-interpreter'),
    venv(start, {
      run: '--mount=type=cache,target=/x \\\n  ln -s /usr/local/bin/python3 /usr/bin/python && /usr/bin/python -m venv /venv && true',
    }),
  );
  for (const options of [{ run: 'make || python -m venv /venv' }, { builder: 'python:3.13-alpine' }])
    assert.deepEqual(findings(venv(start, options), { only: 'venv-interpreter' })[0]?.fixes, []);
});
