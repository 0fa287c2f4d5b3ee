/** “Cannot find”: Python’s packages. */
import type { NearMiss, Trial } from './trial.ts';

const PYTHON = 'gcr.io/distroless/python3-debian13:nonroot';

const six = { 'main.py': "import six\nprint('six is found')\n" };
const noSix = { at: 'start', says: /No module named 'six'/ } as const;

const onPython = (build: string, ship: string) => `FROM python:3.13-slim-trixie AS build
RUN ${build}

FROM ${PYTHON}
${ship}
`;
const prefix = onPython(
  'pip install --no-cache-dir six',
  'COPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages\nCOPY main.py /\nCMD ["/main.py"]',
);
const venv = (start: string) =>
  onPython(
    'python -m venv /venv && /venv/bin/pip install --no-cache-dir six',
    `COPY --from=build /venv /venv\nCOPY main.py /\n${start}`,
  );

export const trials: readonly Trial[] = [
  {
    rule: 'python-packages',
    what: 'a folder that Debian’s Python does not look into',
    dockerfile: prefix,
    files: six,
    registry: 'PyPI',
    fails: noSix,
    fixed: /^six is found/,
  },
  {
    rule: 'python-packages',
    what: 'packages of another Python, in its own folder',
    dockerfile: prefix.replaceAll('3.13', '3.11'),
    files: six,
    registry: 'PyPI',
    fails: noSix,
    byHand: [
      ['python:3.11', 'python:3.13'],
      [
        '/usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11',
        '/usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13',
      ],
      ['COPY main.py', 'ENV PYTHONPATH=/usr/local/lib/python3.13/site-packages\nCOPY main.py'],
    ],
    fixed: /^six is found/,
  },
  {
    rule: 'python-packages',
    what: 'compiled for another Python',
    dockerfile: onPython(
      'pip install --no-cache-dir --target=/packages ujson',
      'COPY --from=build /packages /packages\nENV PYTHONPATH=/packages\nCMD ["-c", "import ujson; print(ujson.dumps([]))"]',
    ).replace('python:3.13', 'python:3.11'),
    registry: 'PyPI',
    fails: { at: 'start', says: /No module named 'ujson'/ },
    byHand: [['python:3.11', 'python:3.13']],
    fixed: /^\[\]/,
  },
  {
    rule: 'venv-interpreter',
    what: 'the environment’s own python',
    dockerfile: venv('ENTRYPOINT ["/venv/bin/python", "/main.py"]'),
    files: six,
    registry: 'PyPI',
    fails: { at: 'start', says: /"\/venv\/bin\/python": stat \/venv\/bin\/python: no such file or directory/ },
    fixed: /^six is found/,
  },
  {
    rule: 'venv-interpreter',
    what: 'python by PATH, which is the base’s own then',
    dockerfile: venv('ENV PATH=/venv/bin:$PATH\nENTRYPOINT ["python", "/main.py"]'),
    files: six,
    registry: 'PyPI',
    fails: noSix,
    fixed: /^six is found/,
  },
  {
    rule: 'venv-interpreter',
    what: 'the base’s own python, which does not look into it',
    dockerfile: venv('CMD ["/main.py"]'),
    files: six,
    registry: 'PyPI',
    fails: noSix,
    byHand: [['COPY main.py', 'ENV PYTHONPATH=/venv/lib/python3.13/site-packages\nCOPY main.py']],
    fixed: /^six is found/,
  },
];

export const nearMisses: readonly NearMiss[] = [
  {
    rule: 'python-packages',
    what: 'a folder that PYTHONPATH names',
    dockerfile: onPython(
      'pip install --no-cache-dir --target=/packages ujson',
      'COPY --from=build /packages /packages\nENV PYTHONPATH=/packages\nCMD ["-c", "import ujson; print(ujson.dumps([]))"]',
    ),
    registry: 'PyPI',
    says: /^\[\]/,
  },
  {
    rule: 'venv-interpreter',
    what: 'an environment made with /usr/bin/python',
    dockerfile: venv('ENTRYPOINT ["/venv/bin/python", "/main.py"]').replace(
      'RUN python',
      'RUN ln -s /usr/local/bin/python3 /usr/bin/python && /usr/bin/python',
    ),
    files: six,
    registry: 'PyPI',
    says: /^six is found/,
  },
];
