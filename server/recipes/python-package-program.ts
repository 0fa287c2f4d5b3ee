/** Whether what a Python container starts is a program that a package of Python installs. */
import { moduleOf } from '../facts/python-programs.ts';
import { type Draft, decline, note } from './draft.ts';
import { folderOf, nameOf, resolvePath } from './paths.ts';
import { environmentsOf, type PythonInstall, pathFolders, pythonInstalls, TOOLS } from './pip.ts';

/** Programs that a container is started with by habit, and why they cannot be. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [
    /\.(sh|bash)$|^(ba|da|a)?sh$|^docker-entrypoint/,
    'is a script, and a distroless image has no shell to run it. Start Python itself, and do in the program, or in the build, what the script does.',
  ],
  [
    /^(supervisord|honcho|circusd|s6-svscan|runit|foreman)$/,
    'starts several programs, and with them a shell. Run each in a container of its own.',
  ],
  [
    /^(ansible(-\w+)?|fab|inv(oke)?|molecule|nox|tox)$/,
    'starts a shell, and other programs, for what it is told to do. Keep the full base for it.',
  ],
  [
    /^az$/,
    'is a script for a shell in most versions of azure-cli, and a distroless image has none. Start what it starts: ["python", "-m", "azure.cli"].',
  ],
  [
    /^uwsgi$/,
    'is a compiled program that looks for Python’s library where a distroless image has none. Start the application with gunicorn, or with another server that is written in Python.',
  ],
  [
    /^(nginx|apache2|apache2ctl|httpd|cron|crond|busybox|su-exec|gosu|sudo|chroot|env|make|dotenv|watchmedo|ddtrace-run|opentelemetry-instrument|newrelic-admin|wait-for-it|dockerize)$/,
    'is not in a distroless image, or starts other programs by their names. Start Python itself: CMD ["python", "app.py"].',
  ],
  [
    /^(pip[\d.]*|uv|poetry|pipenv|pdm|hatch|conda|mamba|micromamba)$/,
    'is not in a distroless image. Start Python itself: CMD ["python", "app.py"].',
  ],
];

/** Whether a package of Python may have installed it; otherwise the draft holds the reason. */
export function isOfPackage(draft: Draft, program: string, line: number): boolean {
  const { subject } = draft;
  const name = nameOf(`/${program}`);
  const other = OTHERS.find(([pattern]) => pattern.test(name));
  if (other) {
    decline(draft, line, `“${program}” ${other[1]}`);
    return false;
  }
  const folders = ['/usr/local/bin', ...pathFolders(subject), ...environmentsOf(subject).map((path) => `${path}/bin`)];
  const inPlace = !program.includes('/') || folders.includes(folderOf(resolvePath(subject.cwd ?? '/', program)));
  const installed =
    pythonInstalls(subject).length > 0 || environmentsOf(subject).length > 0 || subject.builders.length > 0;
  if (!inPlace || !installed) {
    decline(
      draft,
      line,
      `Where “${program}” comes from cannot be told: no line of this file installs it with a package manager of Python. Start Python itself: CMD ["python", "app.py"].`,
    );
    return false;
  }
  if (moduleOf.has(name)) return true;
  const installs = pythonInstalls(subject).filter(({ packages }) => packages.length === 0 || !packages.every(isTool));
  const known = installs.some(({ packages }) => packages.some((it) => normal(it) === normal(name)));
  const open = subject.builders.length > 0 || installs.some(installsMore);
  if (!known && !open) {
    decline(
      draft,
      line,
      `Which of the packages brings “${program}”, and whether it is written in Python, cannot be told. Start its module: CMD ["python", "-m", "…"].`,
    );
    return false;
  }
  note(
    draft,
    'assumption',
    line,
    `“${name}” is assumed to be a program in Python, which one of the packages installs${known ? '' : ' or the project itself'}.`,
  );
  return true;
}

/** Projects, lists of requirements, and locks: what they install is not written here. */
const installsMore = ({ tool, packages, command }: PythonInstall) =>
  tool === 'poetry' ||
  tool === 'pipenv' ||
  tool === 'pdm' ||
  command.words.includes('sync') ||
  packages.some((it) => /^\.|\/|\.whl$|\*/.test(it)) ||
  command.words.some((word) => /^(-r\S*|--requirement\S*|-e|--editable)$/.test(word));

const isTool = (name: string) => TOOLS.test(normal(name));

/** Packaging specification “Names and normalization”, without versions and extras. */
const normal = (name: string) =>
  name
    .replace(/[=<>~![;].*$/, '')
    .replace(/[-_.]+/g, '-')
    .toLowerCase();
