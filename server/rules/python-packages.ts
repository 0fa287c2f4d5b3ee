/** Python packages are copied to where the base’s Python does not look, or are those of another Python. */
import type { Base } from '../bases/base.ts';
import type { Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { environment } from '../dockerfile/environment.ts';
import { flag } from '../dockerfile/queries.ts';
import type { Range } from '../dockerfile/text.ts';
import { absolute, type Copy, chainOf, copiesOf, copyOf, isInside, mayBring } from './copies.ts';
import { insertAfter, keywordLike } from './edits.ts';
import { foldersCopied, pythonOf } from './python.ts';
import type { Check, Fix, Rule, Trouble } from './rule.ts';

export const pythonPackages: Rule = {
  id: 'python-packages',
  group: 'cannot find',
  severity: 'warning',
  why: 'Each Python looks for packages in folders of its own version, and loads compiled modules of that version only. Debian’s Python, which is in Google’s images, does not look into site-packages at all.',
  example: {
    before:
      'FROM python:3.13-slim-trixie AS build\nRUN pip install flask\n\nFROM gcr.io/distroless/python3-debian13:nonroot\nCOPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages\nCOPY app.py /app.py\nCMD ["/app.py"]\n',
    after:
      'FROM python:3.13-slim-trixie AS build\nRUN pip install flask\n\nFROM gcr.io/distroless/python3-debian13:nonroot\nCOPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages\nENV PYTHONPATH=/usr/local/lib/python3.13/site-packages\nCOPY app.py /app.py\nCMD ["/app.py"]\n',
  },
  *check(check) {
    const seen = new Set<Instruction>();
    for (const target of check.targets) {
      const final = check.dockerfile.stages[target];
      const base = final && check.base(final);
      const python = base?.runtime?.language === 'python' ? pythonOf(base) : undefined;
      if (!final || !base || !python || bringsPython(check, final)) continue;
      for (const stage of chainOf(check.dockerfile, final)) {
        for (const instruction of stage.instructions) {
          if (instruction.keyword !== 'COPY' || !flag(instruction, 'from') || seen.has(instruction)) continue;
          seen.add(instruction);
          const trouble =
            byPath(check, stage, final, instruction, base, python) ??
            byFolder(check, stage, final, instruction, base, python);
          if (trouble) yield trouble;
        }
      }
    }
  },
};

/** With an interpreter of its own the image has two, and it cannot be told which of them runs. */
export const bringsPython = (check: Check, stage: Stage) =>
  copiesOf(check, stage).some(
    (copy) =>
      copy.sources.some((source) => source !== undefined && /(^|\/)libpython3[^/]*$/.test(source)) ||
      (['/usr/local/bin/python3', '/usr/bin/python3'].some((path) => mayBring(copy, path)) &&
        !bringsPackagesOnly(check, copy)),
  );

/** What pip alone has filled holds no interpreter. */
function bringsPackagesOnly(check: Check, { stage, instruction, sources }: Copy): boolean {
  const folders = foldersCopied(check, stage, instruction).filter(({ folder }) => folder.kind !== 'venv');
  return sources.every(
    (source) => source !== undefined && folders.some(({ folder }) => folder.path === absolute('/', source)),
  );
}

const PACKAGES = /^(.*\/lib\/python(3\.\d+))(\/(site|dist)-packages)?(\/|$)/;

/** The paths tell the version. */
function byPath(
  check: Check,
  stage: Stage,
  final: Stage,
  instruction: Instruction,
  base: Base,
  python: string,
): Trouble | undefined {
  const copy = copyOf(check, stage, instruction);
  const word = instruction.args.at(-1);
  const [source] = copy?.sources ?? [];
  const to = copy?.destination;
  if (!copy || !word || to === undefined) return undefined;
  const there = PACKAGES.exec(to);
  const from = source === undefined ? undefined : PACKAGES.exec(source);
  const version = from?.[2] ?? there?.[2];
  if (!version) return undefined;
  if (version !== python) return otherPython(base, version, python, word.range, isOnPath(check, final, to, version));
  if (!there || base.family !== 'google' || there[4] === 'dist' || !/^\/usr(\/local)?\/lib\//.test(to))
    return undefined;
  return notLookedInto(check, stage, final, instruction, base, `${there[1]}/site-packages`, word.range);
}

function notLookedInto(
  check: Check,
  stage: Stage,
  final: Stage,
  instruction: Instruction,
  base: Base,
  folder: string,
  range: Range,
): Trouble | undefined {
  const env = environment(check.dockerfile, final);
  if (env.has('PYTHONPATH')) {
    const paths = env.get('PYTHONPATH')?.split(':');
    if (!paths || paths.some((path) => isInside(folder, path.replace(/\/$/, '')))) return undefined;
  }
  return {
    message: `Debian’s Python, which “${base.reference}” has, does not look into “${folder}”, so these packages are not found. Set PYTHONPATH to that folder.`,
    range,
    fixes: env.has('PYTHONPATH') ? [] : [setPath(check, stage, instruction, folder)],
  };
}

function setPath({ dockerfile }: Check, stage: Stage, instruction: Instruction, folder: string): Fix {
  return {
    title: `Set PYTHONPATH to ${folder}`,
    edits: [insertAfter(dockerfile, instruction, `${keywordLike(dockerfile, stage, 'ENV')} PYTHONPATH=${folder}`)],
  };
}

/** The stage that filled the folder tells the version. */
function byFolder(
  check: Check,
  stage: Stage,
  final: Stage,
  instruction: Instruction,
  base: Base,
  python: string,
): Trouble | undefined {
  const word = instruction.args.at(-1);
  if (!word) return undefined;
  for (const { folder, path } of foldersCopied(check, stage, instruction)) {
    const builder = check.base(folder.stage);
    const version = pythonOf(builder);
    if (!version) continue;
    if (version !== python) {
      const isFound = folder.kind === 'target' || isOnPath(check, final, path, version);
      return otherPython(base, version, python, word.range, isFound);
    }
    if (folder.kind !== 'prefix' || base.family !== 'google' || !/^\/usr(\/local)?$/.test(path)) continue;
    // Debian’s own pip would have made dist-packages.
    if (builder?.runtime?.language !== 'python') continue;
    const packages = `${path}/lib/python${python}/site-packages`;
    return notLookedInto(check, stage, final, instruction, base, packages, word.range);
  }
  return undefined;
}

/** Whether PYTHONPATH names the folder, or the one in it that a Python of that version has filled. */
function isOnPath({ dockerfile }: Check, final: Stage, folder: string, version: string): boolean {
  const paths = environment(dockerfile, final).get('PYTHONPATH')?.split(':') ?? [];
  return paths.some(
    (path) => isInside(folder, path) && (/\/python(3\.\d+)\//.exec(`${path}/`)?.[1] ?? version) === version,
  );
}

function otherPython(base: Base, version: string, python: string, range: Range, isFound: boolean): Trouble | undefined {
  // What Chainguard calls “latest” is a newer one each year.
  const minor = (text: string) => Number(text.split('.')[1]);
  if (base.family === 'chainguard' && minor(version) > minor(python)) return undefined;
  const install = `Install them with Python ${python} in the build stage.`;
  // What is Python alone works with each, where it is found.
  if (isFound) {
    const message = `What is compiled in these packages is for Python ${version}, and “${base.reference}” has Python ${python}, which cannot load it. ${install}`;
    return { message, range, severity: 'info' };
  }
  return {
    message: `These are packages of Python ${version}, and “${base.reference}” has Python ${python}, which does not find them or cannot load what is compiled in them. ${install}`,
    range,
  };
}
