/** Python: which interpreter, how it is started, where packages go, and what is not converted. Lines count from 1 here, as an editor shows them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import type { Family } from '../../../server/recipes/conversion.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

function outcome(text: string, family?: Family) {
  return convert(readDockerfile(text), { today: TODAY, ...(family ? { family } : {}) });
}

function converted(text: string, family?: Family) {
  const conversion = outcome(text, family);
  if (conversion.outcome !== 'converted') assert.fail(JSON.stringify(conversion, null, 2));
  return conversion;
}

/** Each reason begins with its expectation. */
function declines(text: string, expected: readonly string[], family?: Family): void {
  const conversion = outcome(text, family);
  if (conversion.outcome !== 'declined') assert.fail(JSON.stringify(conversion, null, 2));
  const said = conversion.reasons.map(({ line, message }) => `${line + 1}: ${message}`);
  assert.equal(said.length, expected.length, said.join('\n'));
  for (const [i, start] of expected.entries())
    assert.ok(said[i]!.startsWith(start), `${said[i]}\nshould begin with\n${start}`);
}

const lines = (text: string, pattern: RegExp) => text.split('\n').filter((line) => pattern.test(line));

/** The lines that say what the container runs. */
const started = (text: string, family?: Family) =>
  lines(converted(text, family).dockerfile, /^(ENTRYPOINT|CMD|HEALTHCHECK)/);

const APP = 'WORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n';
const CC = 'gcr.io/distroless/cc-debian13:nonroot';
const GOOGLE = 'gcr.io/distroless/python3-debian13:nonroot';

describe('the interpreter', () => {
  test('is Google’s for its one version only; every other one is the user’s own', () => {
    for (const [image, base] of [
      ['python:3.13', GOOGLE],
      ['python:3.13.2-slim', GOOGLE],
      ['python:3.12-slim', CC],
      ['python:3.14', CC],
      ['python:3-slim', CC],
      ['python:3.7-alpine', CC],
      ['ghcr.io/astral-sh/uv:0.8-python3.13-trixie-slim', GOOGLE],
      ['mirror.gcr.io/library/python:3.11-slim', CC],
    ] as const) {
      assert.equal(converted(`FROM ${image}\n${APP}CMD ["python", "x.py"]\n`).base, base, image);
    }
  });

  test('keeps its release of Debian: the one that the tag means', () => {
    for (const [image, pinned] of [
      ['python', 'python:trixie'],
      ['python:latest', 'python:trixie'],
      ['python:slim', 'python:slim-trixie'],
      ['python:3.12', 'python:3.12-trixie'],
      ['python:3.12.1-slim', 'python:3.12.1-slim-bookworm'],
      ['python:3.8-slim', 'python:3.8-slim-bookworm'],
      ['python:3.12-slim-bookworm', 'python:3.12-slim-bookworm'],
      ['python:alpine', 'python:slim-trixie'],
      ['python:3.10-alpine3.18', 'python:3.10-slim-trixie'],
      ['python:3.12-slim@sha256:26730869004e2b9c4b9ad09cab8625e81d256d1ce97e72df5520e806b1709f92', undefined],
    ] as const) {
      const [first] = lines(converted(`FROM ${image}\n${APP}CMD ["python", "x.py"]\n`).dockerfile, /^FROM/);
      assert.equal(first, `FROM ${pinned ?? image} AS build`);
    }
    const open = 'ARG V=3.11\nFROM python:${V}-alpine\n';
    assert.match(converted(`${open}${APP}CMD ["python", "x.py"]\n`).dockerfile, /^FROM python:\$\{V\}-slim AS build$/m);
  });

  test('of an old image finds its library by a variable', () => {
    const of = (image: string) => lines(converted(`FROM ${image}\n${APP}CMD ["python", "x.py"]\n`).dockerfile, /^ENV/);
    assert.deepEqual(of('python:3.8.1-slim'), ['ENV LD_LIBRARY_PATH=/usr/local/lib']);
    assert.deepEqual(of('python:3.6-slim'), ['ENV LD_LIBRARY_PATH=/usr/local/lib', 'ENV LANG=C.UTF-8']);
    assert.deepEqual(of('python:3.8-slim'), []);
  });

  test('without one that is known', () => {
    const start = 'CMD ["python", "x.py"]\n';
    declines(`FROM python:2.7-slim\n${APP}${start}`, [
      '1: For Python 2.7 there is neither a distroless image nor a Debian-based one',
    ]);
    declines(`FROM python:3.15-rc-slim\n${APP}${start}`, [
      '1: Which Python “python:3.15-rc-slim” has, and where, is not known.',
    ]);
    declines(`FROM example.com/team/python-base:4\n${APP}${start}`, [
      '1: Which Python “example.com/team/python-base:4” has',
    ]);
  });

  test('is Debian’s own where that is the one of Google’s image', () => {
    const of = (install: string, start: string) =>
      `FROM debian:trixie-slim\nRUN apt-get update && apt-get install -y ${install}\nWORKDIR /app\nRUN pip install --break-system-packages x\nCOPY . .\nCMD ${start}\n`;
    const conversion = converted(of('python3-pip', '["python3", "a.py"]'));
    assert.equal(conversion.base, GOOGLE);
    assert.deepEqual(lines(conversion.dockerfile, /^COPY --from/), [
      'COPY --from=build /usr/local/lib/python3.13/dist-packages /usr/local/lib/python3.13/dist-packages',
    ]);
    assert.equal(conversion.dockerfile.includes('uninstall'), false);
    declines(of('python3-pip python3-flask', '["python3", "a.py"]'), ['2: “python3-flask” may be needed']);
    declines(of('python3-pip', '["x", "serve"]'), ['1: Debian’s Python is spread over /usr']);
    declines(of('python3-pip', '["python3", "a.py"]').replace('trixie', 'bookworm'), [
      '1: Which Python “debian:bookworm-slim” has, and where, is not known.',
    ]);
  });

  test('of other families', () => {
    const text = `FROM python:3.12-slim\n${APP}ENV PYTHONPATH=/app\nCMD ["flask", "run"]\n`;
    const conversion = converted(text, 'dhi');
    assert.equal(conversion.base, 'dhi.io/python:3.12-debian13');
    assert.match(conversion.dockerfile, /^ENV PYTHONPATH=\/app:\/usr\/local\/lib\/python3\.12\/site-packages$/m);
    assert.deepEqual(started(text, 'dhi'), ['CMD ["python3", "-m", "flask", "run"]']);
    const newest = text.replace('3.12', '3.14');
    assert.deepEqual(started(newest, 'chainguard'), ['CMD ["-m", "flask", "run"]']);
    declines(text, ['1: Chainguard’s free images have no Python 3.12.'], 'chainguard');
    declines(text, ['1: Images made from scratch have no Python 3.12.'], 'static');
    declines(
      text.replace('"flask", "run"', '"mytool"'),
      ['1: Docker’s hardened images have no way to start this program'],
      'dhi',
    );
  });
});

describe('how it is started', () => {
  const own = (start: string) => started(`FROM python:3.12-slim\n${APP}${start}\n`);
  const google = (start: string) => started(`FROM python:3.13-slim\n${APP}${start}\n`);

  test('by its own interpreter: as before', () => {
    for (const start of [
      'CMD ["python", "-u", "a.py"]',
      'ENTRYPOINT ["python3.12"]\nCMD ["-m", "web"]',
      'CMD ["gunicorn", "a:b"]',
    ])
      assert.deepEqual(own(start), start.split('\n'));
    assert.deepEqual(own('CMD python a.py --port 80'), ['CMD ["python", "a.py", "--port", "80"]']);
    assert.deepEqual(own('CMD ["./a.py", "x"]'), ['CMD ["python", "./a.py", "x"]']);
    assert.deepEqual(own('ENTRYPOINT ["./a.py"]\nCMD ["x"]'), ['ENTRYPOINT ["python", "./a.py"]', 'CMD ["x"]']);
  });

  test('by that of Google’s image, which starts Python by itself', () => {
    for (const [start, expected] of [
      ['CMD ["python", "-u", "a.py"]', 'CMD ["-u", "a.py"]'],
      ['CMD gunicorn a:b', 'CMD ["-m", "gunicorn", "a:b"]'],
      ['CMD ["django-admin", "migrate"]', 'CMD ["-m", "django", "migrate"]'],
      ['CMD ["/usr/local/bin/uvicorn", "a:b"]', 'CMD ["-m", "uvicorn", "a:b"]'],
      ['CMD ["./a.py", "x"]', 'CMD ["./a.py", "x"]'],
      ['ENTRYPOINT ["python"]\nCMD ["a.py"]', 'CMD ["a.py"]'],
      ['ENTRYPOINT ["python", "a.py"]', 'ENTRYPOINT ["/usr/bin/python3.13", "a.py"]'],
      ['ENTRYPOINT ["celery"]\nCMD ["-A", "x"]', 'ENTRYPOINT ["/usr/bin/python3.13", "-m", "celery"]\nCMD ["-A", "x"]'],
    ] as const) {
      assert.deepEqual(google(start), expected.split('\n'), start);
    }
  });

  test('a program that has no module needs its own interpreter, whatever the version', () => {
    const text = 'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\nCMD ["mytool", "serve"]\n';
    assert.equal(converted(text).base, CC);
    assert.deepEqual(started(text), ['CMD ["mytool", "serve"]']);
    const { notes } = converted(text);
    assert.ok(notes.some(({ kind, message }) => kind === 'assumption' && message.startsWith('“mytool” is assumed')));
  });

  test('without the tool that only finds the environment', () => {
    const with_ = (install: string, start: string) =>
      started(`FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN ${install}\n${start}\n`);
    assert.deepEqual(with_('uv sync --frozen', 'CMD ["uv", "run", "--no-sync", "a.py"]'), [
      'CMD ["/app/.venv/bin/python", "a.py"]',
    ]);
    assert.deepEqual(with_('uv sync', 'ENTRYPOINT ["uv", "run"]\nCMD ["celery", "x"]'), [
      'CMD ["/app/.venv/bin/celery", "x"]',
    ]);
    assert.deepEqual(with_('pipenv install --system', 'CMD pipenv run python a.py'), ['CMD ["python", "a.py"]']);
    assert.deepEqual(
      with_('poetry config virtualenvs.create false && poetry install', 'CMD ["poetry", "run", "uvicorn", "a:b"]'),
      ['CMD ["uvicorn", "a:b"]'],
    );
    declines(`FROM python:3.12\n${APP}CMD ["uv", "run", "a.py"]\n`, [
      '5: uv is not in a distroless image, and where it put the packages cannot be told.',
    ]);
    declines('FROM python:3.12\nCOPY . /a\nRUN cd /a && uv sync\nCMD ["uv", "run", "--with", "x", "a.py"]\n', [
      '4: “uv run --with” is more than the program that it starts.',
    ]);
  });

  test('what asks with curl asks with Python', () => {
    const check = 'HEALTHCHECK CMD curl --fail http://localhost:80/ || exit 1\nCMD ["python", "a.py"]';
    const code = "from urllib.request import urlopen; urlopen('http://localhost:80/')";
    assert.deepEqual(own(check)[0], `HEALTHCHECK CMD ["python", "-c", "${code}"]`);
    assert.deepEqual(google(check)[0], `HEALTHCHECK CMD ["/usr/bin/python3.13", "-c", "${code}"]`);
    assert.deepEqual(
      google('HEALTHCHECK CMD ["python", "h.py"]\nCMD ["python", "a.py"]')[0],
      'HEALTHCHECK CMD ["/usr/bin/python3.13", "h.py"]',
    );
    assert.deepEqual(own('HEALTHCHECK CMD pg_isready\nCMD ["python", "a.py"]'), ['CMD ["python", "a.py"]']);
  });

  test('what cannot be started', () => {
    const of = (start: string, reason: string) => declines(`FROM python:3.12-slim\n${APP}${start}\n`, [`5: ${reason}`]);
    of('CMD ["./start.sh"]', '“./start.sh” is a script, and a distroless image has no shell');
    of('CMD ["supervisord", "-n"]', '“supervisord” starts several programs');
    of('CMD ["uwsgi", "--ini", "u.ini"]', '“uwsgi” is a compiled program');
    of('CMD ["python"]', 'python without a file is a prompt for typing');
    of('CMD ["/opt/tool/run"]', 'Where “/opt/tool/run” comes from cannot be told');
    of('CMD gunicorn --bind 0.0.0.0:$PORT a:b', 'CMD needs a shell, and a distroless image has none: variables');
    of(
      'CMD python manage.py migrate && gunicorn a:b',
      'CMD needs a shell, and a distroless image has none: it joins several',
    );
    of('CMD ["tini", "--", "python", "a.py"]', 'Where “tini” comes from cannot be told');
    declines('FROM python:3.12\nRUN pip install things\nENTRYPOINT ["thing"]\n', [
      '3: Which of the packages brings “thing”',
    ]);
    declines('FROM python:3.12\nRUN pip install azure-cli\nENTRYPOINT ["az"]\n', [
      '3: “az” is a script for a shell in most versions of azure-cli',
    ]);
    declines('FROM python:3.12\nWORKDIR /app\nRUN pip install flask\nCMD ["python", "app.py"]\n', [
      '4: No line of this file puts “/app/app.py” into the image.',
    ]);
  });
});

describe('where packages are', () => {
  const copies = (text: string) => lines(converted(text).dockerfile, /^COPY --from=build /);

  test('what is copied for the user’s own interpreter', () => {
    const start = 'CMD ["python", "/app/a.py"]\n';
    const of = (install: string) => copies(`FROM python:3.12-slim\n${install}COPY a.py /app/\n${start}`);
    const always = ['COPY --from=build /usr/local /usr/local', 'COPY --from=build /libraries /'];
    assert.deepEqual(of('RUN pip install flask\n'), always);
    assert.deepEqual(of('RUN python -m venv /venv && /venv/bin/pip install flask\n'), [
      ...always,
      'COPY --from=build /venv /venv',
    ]);
    assert.deepEqual(of('RUN pip install --target /deps flask\nENV PYTHONPATH=/deps\n'), [
      ...always,
      'COPY --from=build /deps /deps',
    ]);
    assert.deepEqual(of('RUN pip install --user flask\n'), [
      always[0],
      'COPY --from=build /root/.local /usr/local',
      always[1],
    ]);
    assert.deepEqual(of('WORKDIR /app\nENV UV_PROJECT_ENVIRONMENT=/usr/local\nCOPY uv.lock ./\nRUN uv sync\n'), always);
    assert.deepEqual(of('WORKDIR /app\nCOPY uv.lock ./\nRUN uv sync\n'), [
      ...always,
      'COPY --from=build /app/.venv /app/.venv',
    ]);
    assert.deepEqual(of('WORKDIR /app\nCOPY Pipfile* ./\nRUN PIPENV_VENV_IN_PROJECT=1 pipenv sync\n'), [
      ...always,
      'COPY --from=build /app/.venv /app/.venv',
    ]);
    // Whoever comes first on PATH installs.
    assert.deepEqual(of('RUN virtualenv /e\nENV PATH=/e/bin:$PATH\nRUN pip install -r x.txt\n'), [
      ...always,
      'COPY --from=build /e /e',
    ]);
  });

  test('what is copied for Google’s', () => {
    const of = (install: string) =>
      copies(`FROM python:3.13-slim\n${install}COPY a.py /app/\nCMD ["python", "/app/a.py"]\n`);
    const packages = (folder: string) => [
      `COPY --from=build ${folder}/lib/python3.13/site-packages /usr/local/lib/python3.13/dist-packages`,
    ];
    assert.deepEqual(of('RUN pip install flask\n'), packages('/usr/local'));
    assert.deepEqual(of('RUN python -m venv /venv && /venv/bin/pip install flask\n'), packages('/venv'));
    // Two places cannot be one, so the interpreter comes along with both.
    assert.deepEqual(of('RUN pip install a && python -m venv /venv && /venv/bin/pip install flask\n'), [
      'COPY --from=build /usr/local /usr/local',
      'COPY --from=build /libraries /',
      'COPY --from=build /venv /venv',
    ]);
  });

  test('packages inside of what is taken whole are not copied twice: the interpreter comes along instead', () => {
    const of = (before: string, after: string) =>
      converted(
        `FROM python:3.13-slim\nWORKDIR /app\n${before}RUN uv sync --frozen\n${after}CMD ["/app/.venv/bin/python", "a.py"]\n`,
      );
    assert.equal(of('COPY uv.lock ./\n', 'COPY . .\n').base, GOOGLE);
    assert.equal(of('COPY . .\n', '').base, CC);
    const stages = (brought: string) =>
      converted(
        `FROM python:3.13-slim AS builder\nWORKDIR /app\nCOPY . .\nRUN uv sync\nFROM python:3.13-slim\nWORKDIR /app\n${brought}CMD [".venv/bin/python", "a.py"]\n`,
      );
    assert.equal(stages('COPY --from=builder /app /app\n').base, CC);
    assert.equal(stages('COPY --from=builder /app/.venv .venv\nCOPY a.py .\n').base, GOOGLE);
  });

  test('an environment loses its pip where it has one, and nobody else takes from it', () => {
    const of = (made: string, more = '') =>
      converted(
        `FROM python:3.13-slim AS builder\nRUN ${made}\nRUN /venv/bin/pip install x\n${more}FROM python:3.13-slim\nCOPY --from=builder /venv /venv\nCOPY a.py /app/\nCMD ["python", "/app/a.py"]\n`,
      );
    const removal = /^RUN \/venv\/bin\/python -m pip uninstall --yes pip$/m;
    assert.match(of('python -m venv /venv').dockerfile, removal);
    assert.equal(removal.test(of('python -m venv --without-pip /venv').dockerfile), false);
    assert.equal(removal.test(of('uv venv /venv').dockerfile), false);
    const shared = of('python -m venv /venv', 'FROM builder AS check\nRUN /venv/bin/pip check\n');
    assert.equal(removal.test(shared.dockerfile), false);
    assert.ok(
      shared.notes.some(({ kind, message }) => kind === 'risk' && message.startsWith('The environment has a pip')),
    );
    const own = converted(
      'FROM python:3.12-slim\nRUN virtualenv /venv && /venv/bin/pip install x\nCOPY a.py /app/\nCMD ["/venv/bin/python", "/app/a.py"]\n',
    );
    assert.match(own.dockerfile, removal);
  });

  test('what is copied from a builder of one platform is for that platform', () => {
    const text =
      'FROM --platform=$BUILDPLATFORM python:3.12-slim AS base\nRUN pip install x\nFROM base\nCOPY . /app\nCMD ["python", "/app/a.py"]\n';
    assert.deepEqual(lines(converted(text).dockerfile, /^FROM/), [
      'FROM --platform=$BUILDPLATFORM python:3.12-slim-trixie AS base',
      'FROM base AS python-runtime',
      `FROM --platform=$BUILDPLATFORM ${CC}`,
    ]);
  });

  test('a folder of the project is said to be used where none is', () => {
    const text =
      'FROM python:3.12-slim\nWORKDIR /app\nCOPY Pipfile ./\nRUN pipenv install\nCOPY . .\nCMD ["pipenv", "run", "python", "a.py"]\n';
    const { dockerfile } = converted(text);
    assert.match(dockerfile, /^ENV PIPENV_VENV_IN_PROJECT=1\nRUN pipenv install$/m);
    assert.deepEqual(started(text), ['CMD ["/app/.venv/bin/python", "a.py"]']);
  });

  test('the build goes on as another stage finds it', () => {
    const text = `FROM python:3.12-slim AS app\n${APP}CMD ["python", "a.py"]\nFROM app AS debug\nRUN pip install pdbpp\n`;
    const conversion = convert(readDockerfile(text), { today: TODAY, stage: 0 });
    if (conversion.outcome !== 'converted') assert.fail(JSON.stringify(conversion));
    const stages = lines(conversion.dockerfile, /^FROM/);
    assert.deepEqual(stages, [
      'FROM python:3.12-slim-trixie AS app',
      'FROM app AS python-runtime',
      `FROM ${CC} AS final`,
      'FROM app AS debug',
    ]);
    assert.ok(
      conversion.dockerfile.indexOf('pip uninstall') > conversion.dockerfile.indexOf('FROM app AS python-runtime'),
    );
  });

  test('many installations are read in one go', () => {
    const many = 'RUN uv sync\nRUN poetry install\nRUN uv pip install x\n'.repeat(150);
    assert.equal(
      outcome(`FROM python:3.12-slim\nWORKDIR /app\n${many}COPY . .\nCMD ["python", "a.py"]\n`).outcome,
      'converted',
    );
  });
});

describe('from Alpine to Debian', () => {
  const runs = (text: string) =>
    lines(
      converted(`FROM python:3.12-alpine\n${text}COPY a.py /app/\nCMD ["python", "/app/a.py"]\n`).dockerfile,
      /^(RUN| {4}[^|])/,
    ).filter((line) => !/uninstall|libraries/.test(line));

  test('its lines are translated, and keep their shape', () => {
    assert.deepEqual(
      runs('RUN apk add --no-cache \\\n    build-base \\\n    libffi-dev=~3 \\\n    libstdc++\nRUN pip install x\n'),
      [
        'RUN apt-get update && apt-get install -y --no-install-recommends \\',
        '    build-essential \\',
        '    libffi-dev',
        'RUN pip install x',
      ],
    );
    assert.deepEqual(
      runs('RUN apk update && apk add gcc && pip install x && apk del gcc && rm -rf /var/cache/apk/*\n'),
      [
        'RUN apt-get update && apt-get install -y --no-install-recommends gcc && pip install x && rm -rf /var/lib/apt/lists/*',
      ],
    );
    assert.deepEqual(runs('RUN apk add --no-cache -t .b gcc && pip install x && apk del .b\n'), [
      'RUN apt-get update && apt-get install -y --no-install-recommends gcc && pip install x',
    ]);
    assert.deepEqual(
      runs(
        'RUN apk add --no-cache libffi tzdata-none || true\nRUN pip install x\n'.replace(' tzdata-none || true', ''),
      ),
      ['RUN pip install x'],
    );
    assert.deepEqual(runs('RUN addgroup -g 5 -S g && adduser -S -D -H -u 6 -G g -s /bin/sh u && pip install x\n'), [
      'RUN groupadd --system --gid 5 g && useradd --system --no-create-home --uid 6 --gid g --shell /bin/sh u && pip install x',
    ]);
  });

  test('in other stages too, and in scripts', () => {
    const text =
      'FROM python:3.12-alpine AS base\nRUN <<EOF\napk update\napk add git\nEOF\nFROM base AS builder\nRUN apk add g++ && pip install --prefix=/i x\nFROM base\nCOPY --from=builder /i /usr/local\nCOPY . /app\nCMD ["python", "/app/a.py"]\n';
    const { dockerfile } = converted(text);
    assert.match(dockerfile, /^RUN <<EOF\napt-get update\napt-get install -y --no-install-recommends git\nEOF$/m);
    assert.match(dockerfile, /^RUN apt-get update && apt-get install -y --no-install-recommends g\+\+ && pip/m);
    assert.equal(/alpine|apk/.test(dockerfile), false);
  });

  test('packages that a variable of the same RUN holds', () => {
    const run = (install: string) =>
      converted(
        `FROM python:3.12-alpine\nRUN deps=' \\\n    musl-dev \\\n    gcc \\\n  ' && apk add --no-cache ${install} && pip install x && apk del $deps\nCOPY . /app\nCMD ["python", "/app/a.py"]\n`,
      ).dockerfile;
    assert.match(
      run('$deps'),
      /^RUN deps=' \\\n {4}libc6-dev \\\n {4}gcc \\\n {2}' && apt-get update && apt-get install -y --no-install-recommends \$deps && pip install x$/m,
    );
    assert.match(run('git ${deps}'), /--no-install-recommends git \$\{deps\} && pip install x$/m);
  });

  test('what no line calls goes where Debian keeps no packages any more', () => {
    const { dockerfile, notes } = converted(
      'FROM python:3.9.2-alpine\nRUN apk add curl\nRUN adduser -D nonroot\nRUN mkdir -p /var/log/a && touch /var/log/a/b.log\nRUN chown -R nonroot:nonroot /var/log/a\nRUN pip install x\nCOPY . /app\nUSER nonroot\nCMD ["python", "/app/a.py"]\n',
    );
    assert.ok(!dockerfile.includes('curl'));
    assert.match(dockerfile, /^COPY --from=build --chown=65532:65532 \/var\/log\/a \/var\/log\/a$/m);
    const said = notes.map(({ kind, line, message }) => `${line + 1} ${kind}: ${message}`);
    assert.ok(said.some((it) => it.startsWith('2 assumption: RUN is left out: “curl” is called by no line')));
    assert.ok(said.some((it) => it.includes('which is “nonroot” in the base; the one that this file makes')));
  });

  test('what has no counterpart', () => {
    const of = (line: string, reason: string) =>
      declines(`FROM python:3.12-alpine\n${line}\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n`, [
        `2: ${reason}`,
      ]);
    declines(
      'FROM python:3.12-alpine\nRUN apk add --no-cache chromium\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n',
      [
        '2: The build has to move from Alpine to Debian, and how Debian calls “chromium” is not known here.',
        '2: “chromium” may be needed while the program runs',
      ],
    );
    declines(
      'FROM python:3.12-alpine\nRUN apk add $PACKAGES\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n',
      [
        '2: The build has to move from Alpine to Debian, and how Debian calls what “$PACKAGES” holds is not known here.',
        '2: Which packages this installs depends on a variable.',
      ],
    );
    of('RUN wget -q https://example.com/x', '“wget” is in Alpine’s image, and not in the Debian-based one');
    declines(
      'FROM python:3.9.2-alpine\nRUN apk add curl gcc\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n',
      ['2: The build has to move from Alpine to Debian, and of Python 3.9.2 there is only “python:3.9.2-slim-buster”'],
    );
  });
});

describe('what needs more than files', () => {
  test('beside the system is copied anew, where the build leaves it as it is', () => {
    const final = (text: string) => lines(converted(text).dockerfile, /^(WORKDIR|COPY|CMD|ENTRYPOINT)/).slice(1);
    assert.deepEqual(
      final(
        'FROM python:3.13-slim\nCOPY *.py requirements.txt ./\nRUN pip install -r requirements.txt\nCMD python a.py\n',
      ),
      [
        'WORKDIR /',
        'COPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/dist-packages',
        'COPY *.py requirements.txt ./',
        'CMD ["a.py"]',
      ],
    );
    // A script that only the build ran is gone when anything is copied.
    assert.ok(
      !converted(
        'FROM python:3.12\nADD https://example.com/get.py /get.py\nRUN python /get.py && rm /get.py\nWORKDIR /app\nCOPY . .\nRUN pip install x\nCMD ["python", "a.py"]\n',
      ).dockerfile.includes('/get.py /get.py\nCOPY'),
    );
  });

  test('in an environment is started by its path, relative or not, and as a module', () => {
    const uv = (cmd: string) =>
      started(
        `FROM python:3.13-slim\nCOPY --from=ghcr.io/astral-sh/uv /uv /bin/\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen\nCMD ${cmd}\n`,
      );
    assert.deepEqual(uv('["./.venv/bin/uvicorn", "a:b"]'), ['CMD ["./.venv/bin/uvicorn", "a:b"]']);
    assert.deepEqual(uv('["uv", "run", "-m", "a.b", "x"]'), ['CMD ["/app/.venv/bin/python", "-m", "a.b", "x"]']);
    assert.match(
      converted(
        'FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim\nWORKDIR /app\nCOPY . .\nRUN uv sync\nCMD ["uv", "run", "a.py"]\n',
      ).dockerfile,
      /rm -rf .*\/usr\/local\/bin\/uv \/usr\/local\/bin\/uvx/,
    );
  });

  test('is declined at its line', () => {
    const of = (line: string, reason: string) =>
      declines(`FROM python:3.12-slim\n${line}\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n`, [
        `2: ${reason}`,
      ]);
    of('RUN pip install playwright && playwright install chromium', 'The program starts a browser');
    of('RUN pip install nltk && python -m nltk.downloader punkt', 'This downloads into the home of root');
    of('RUN conda install numpy', '“conda” brings a Python of its own');
    of('RUN apt-get update && apt-get install -y libgtk-3-0', '“libgtk-3-0” may be needed while the program runs');
    of('RUN apt-get update && apt-get install -y chromium', '“chromium” may be needed while the program runs');
    of('COPY --from=docker/buildx-bin / /', 'All of “docker/buildx-bin” is put over this image');
    declines('FROM python:3.12\nCOPY . .\nRUN pip install x && python make.py\nCMD ["python", "a.py"]\n', [
      '2: The application is in /, among the files of the system',
      '3: What “python make.py” leaves behind cannot be told',
    ]);
  });

  test('libraries that packages are linked to come along', () => {
    const text =
      'FROM python:3.13\nRUN apt-get update && apt-get install -y libxml2 libpq-dev\nRUN pip install x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n';
    const { dockerfile, notes } = converted(text);
    assert.match(dockerfile, /find \/usr\/local\/lib\/python3\.13\/site-packages .* -exec ldd/);
    assert.ok(notes.some(({ line, message }) => line === 1 && message.startsWith('Of “libpq-dev” those libraries')));
    assert.match(dockerfile, /take\("libxml2"\)/, 'what is named is taken by package');
    assert.equal(/ldd/.test(converted(text.replace(' libpq-dev', '')).dockerfile), false);
    assert.equal(/ldd|dpkg/.test(converted(text.replace(/RUN apt.*\n/, '')).dockerfile), false);
  });

  test('plugins of a library come along with it, and drawing libraries of wheels', () => {
    const of = (names: string) =>
      converted(
        `FROM python:3.12-slim\nRUN apt-get update && apt-get install -y ${names}\nRUN pip install -r /tmp/r.txt\nCOPY . /app\nCMD ["python", "/app/a.py"]\n`,
      ).dockerfile;
    assert.match(
      of('gcc pkg-config default-libmysqlclient-dev'),
      /done\nRUN cp -r --parents \/usr\/lib\/\*\/libmariadb3 \/libraries\n\nFROM/,
    );
    assert.equal(of('libgl1').includes('dpkg-query'), false);
  });

  test('what runs in the project after the installation is taken with it', () => {
    const text =
      'FROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nRUN python manage.py collectstatic --noinput\nCMD ["gunicorn", "a:b"]\n';
    const { dockerfile, notes } = converted(text);
    assert.match(dockerfile, /^COPY --from=build \/app \/app$/m);
    assert.ok(
      notes.some(({ line, message }) => line === 5 && message.startsWith('What “python manage.py” leaves outside')),
    );
    const elsewhere = text.replace('RUN python manage', 'RUN cd /elsewhere && python manage');
    declines(elsewhere, ['6: What “python manage.py” leaves behind cannot be told']);
  });

  test('the last commands are root’s', () => {
    const text =
      'FROM python:3.12-slim\nRUN useradd -m web\nUSER web\nRUN pip install --user x\nCOPY . /app\nCMD ["python", "/app/a.py"]\n';
    const conversion = converted(text);
    const { dockerfile, notes } = conversion;
    assert.match(dockerfile, /RUN pip install --user x\n(#.*\n)?USER root\n/);
    assert.match(dockerfile, /^COPY --from=build \/home\/web\/\.local \/usr\/local$/m);
    assert.ok(
      notes.some(({ message }) => message.startsWith('What pip put into /home/web/.local is copied to /usr/local')),
    );
    const homeless = ({ notes: all }: typeof conversion) =>
      all.some(({ message }) => message.includes('could write to its home'));
    assert.equal(homeless(conversion), false);
    assert.equal(homeless(converted(text.replace('COPY . /app', 'WORKDIR /home/web\nCOPY . /app'))), true);
  });

  test('a server for development is a risk', () => {
    const risks = (start: string) =>
      converted(`FROM python:3.12\n${APP}CMD ${start}\n`).notes.filter(
        ({ kind, line }) => kind === 'risk' && line === 4,
      );
    assert.match(risks('["python", "manage.py", "runserver"]')[0]?.message ?? '', /server for development/);
    assert.match(risks('["uvicorn", "a:b", "--reload"]')[0]?.message ?? '', /“--reload” is for development/);
    assert.deepEqual(risks('["uvicorn", "a:b"]'), []);
  });
});

test('of an ENV in what ships only the paths that do not come along are taken out, wherever they stand in it', () => {
  const env = (pairs: string) => {
    const text = `FROM python:3.13-slim\nWORKDIR /app\nRUN python -m venv /opt/v && /opt/v/bin/pip install flask\nCOPY . .\nENV ${pairs}\nCMD ["python", "a.py"]\n`;
    const conversion = convert(readDockerfile(text), { today: TODAY });
    if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
    return /^ENV ([\s\S]*?)\nCMD/m.exec(conversion.dockerfile)?.[1];
  };
  assert.equal(env('PATH=/opt/v/bin:$PATH \\\n    A=1'), 'A=1');
  assert.equal(env('A=1 \\\n    PATH=/opt/v/bin:$PATH'), 'A=1');
  assert.equal(env('A=1 VIRTUAL_ENV=/opt/v PATH=/opt/v/bin:$PATH \\\n    B=2'), 'A=1 B=2');
  assert.equal(env('PATH=/opt/v/bin:$PATH VIRTUAL_ENV=/opt/v'), undefined);
});

test('no stage is added for packages that a line brings from another one', () => {
  const text =
    'FROM python:3.13-slim AS base\nFROM base AS deps\nRUN python -m venv --without-pip /opt/v && pip --python /opt/v install flask\nFROM base\nCOPY --from=deps /opt/v /opt/v\nENV PATH=/opt/v/bin:$PATH\nWORKDIR /app\nCOPY . .\nCMD ["python", "a.py"]\n';
  const conversion = convert(readDockerfile(text), { today: TODAY });
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
  assert.equal(readDockerfile(conversion.dockerfile).stages.length, 3);
  assert.ok(!conversion.notes.some(({ message }) => message.startsWith('A stage')));
});
