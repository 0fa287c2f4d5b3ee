/** A virtual environment is a link to the Python that made it, and the base has its own elsewhere. */
import type { Base } from '../bases/base.ts';
import { assignments } from '../dockerfile/assignments.ts';
import type { Dockerfile, Stage, Word } from '../dockerfile/dockerfile.ts';
import { environment, expanded } from '../dockerfile/environment.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { chainOf, isInside } from './copies.ts';
import { replace } from './edits.ts';
import { type CopiedFolder, foldersCopied, type PackageFolder, pythonOf } from './python.ts';
import { bringsPython } from './python-packages.ts';
import type { Check, Fix, Rule, Trouble } from './rule.ts';
import { runCommands } from './run.ts';

export const venvInterpreter: Rule = {
  id: 'venv-interpreter',
  group: 'cannot find',
  severity: 'error',
  why: 'The python of a virtual environment is a link to the one that made it: /usr/local/bin/python in the official images. Google’s and Chainguard’s images have theirs in /usr/bin, where the link does not lead, and every script of the environment begins with that link. It is so too where uv, Poetry, PDM or virtualenv made it with that Python.',
  example: {
    before:
      'FROM python:3.13-slim-trixie AS build\nRUN python -m venv /venv\nRUN /venv/bin/pip install flask\n\nFROM gcr.io/distroless/python3-debian13:nonroot\nCOPY --from=build /venv /venv\nCOPY app.py /app.py\nENTRYPOINT ["/venv/bin/python", "/app.py"]\n',
    after:
      'FROM python:3.13-slim-trixie AS build\nRUN ln -s /usr/local/bin/python3 /usr/bin/python && /usr/bin/python -m venv /venv\nRUN /venv/bin/pip install flask\n\nFROM gcr.io/distroless/python3-debian13:nonroot\nCOPY --from=build /venv /venv\nCOPY app.py /app.py\nENTRYPOINT ["/venv/bin/python", "/app.py"]\n',
  },
  *check(check) {
    const seen = new Set<Word>();
    for (const target of check.targets) {
      const stage = check.dockerfile.stages[target];
      const base = stage && check.base(stage);
      if (!stage || !base?.interpreter?.startsWith('/usr/bin/') || base.runtime?.language !== 'python') continue;
      if (bringsPython(check, stage)) continue;
      for (const venv of [...venvs(check, stage)].slice(0, MOST)) {
        const trouble = deadLink(check, stage, base, venv);
        if (!trouble || seen.has(trouble.word)) continue;
        seen.add(trouble.word);
        yield trouble;
      }
    }
  },
};

/** So many are looked at: there is one, or two. */
const MOST = 20;

/** Those that an official image made with its own Python. */
function* venvs(check: Check, stage: Stage): Generator<CopiedFolder> {
  for (const link of chainOf(check.dockerfile, stage)) {
    for (const instruction of link.instructions) {
      if (instruction.keyword !== 'COPY') continue;
      for (const copied of foldersCopied(check, link, instruction)) {
        const { kind, program, byTool, stage: builder } = copied.folder;
        const image = check.base(builder);
        if (kind !== 'venv' || image?.family !== 'other' || image.runtime?.language !== 'python') continue;
        if (!byTool && program.value.includes('/') && !program.value.startsWith('/usr/local/bin/')) continue;
        if (!isRelinked(check, copied.folder.path)) yield copied;
      }
    }
  }
}

/** Whether a RUN may put another link into the environment. */
function isRelinked({ dockerfile }: Check, path: string): boolean {
  const given = relinked.get(dockerfile) ?? wordsOfLinks(dockerfile);
  relinked.set(dockerfile, given);
  return given.some((word) => word.includes(`${path}/`) || /VIRTUAL_ENV|^(\.\/)?bin\//.test(word));
}

const relinked = new WeakMap<Dockerfile, readonly string[]>();

const wordsOfLinks = ({ instructions }: Dockerfile) =>
  instructions
    .flatMap((instruction) => runCommands(instruction))
    .filter(({ name }) => /^(ln|sed|cp)$/.test(name))
    .flatMap(({ words }) => words.slice(1).map(({ value }) => value));

function deadLink(
  check: Check,
  stage: Stage,
  base: Base,
  { copy, folder, path }: CopiedFolder,
): (Trouble & { readonly word: Word }) | undefined {
  const entry = lastOf(check.dockerfile, stage, 'ENTRYPOINT')?.instruction.command;
  const cmd = lastOf(check.dockerfile, stage, 'CMD')?.instruction.command;
  const start = entry ?? (base.entrypoint?.length === 0 ? cmd : undefined);
  const made = folder.byTool ? 'the Python of /usr/local/bin' : '/usr/local/bin/python';
  // virtualenv, which Poetry and PDM use, would follow the link; and all of them take an environment that is there.
  const cure = folder.byTool
    ? `Make the environment with “/usr/bin/python -m venv ${folder.path}” first, in the build stage, where /usr/bin/python is a link to the other.`
    : 'Make the environment with /usr/bin/python, a link to the other, in the build stage.';
  // Another version is told by the rule for packages; a release without its number may be another one.
  const isSame = pythonOf(check.base(folder.stage)) === pythonOf(base);
  const first = start?.kind === 'exec' ? start.words[0] : undefined;
  // Where a link of PATH leads nowhere the next folder is looked into, and the base has programs of these names.
  const isOwn = first !== undefined && /^python3?$/.test(first.value) && pathNames(check, stage, path);
  if (start && !isOwn) {
    const word = first;
    const onPath = word && !word.value.includes('/') && pathNames(check, stage, path);
    if (!word || !(onPath || isInside(`${path}/bin`, word.value))) return undefined;
    return {
      word,
      message: `“${path}/bin/python” leads to ${made}, which “${base.reference}” does not have, so “${word.value}” does not start. ${cure}`,
      range: word.range,
      fixes: isSame ? makeElsewhere(check, folder) : [],
    };
  }
  const word = copy.instruction.args.at(-1);
  if (!isSame || !word || environment(check.dockerfile, stage).has('PYTHONPATH')) return undefined;
  if (first && isOwn) {
    return {
      word: first,
      message: `“${path}/bin/${first.value}” leads to ${made}, which “${base.reference}” does not have, so “${first.value}” is the base’s own, which does not look into “${path}”. ${cure}`,
      range: first.range,
      severity: 'warning',
      fixes: makeElsewhere(check, folder),
    };
  }
  return {
    word,
    message: `“${base.reference}” starts its own Python, which does not look into “${path}”. Start ${path}/bin/python in ENTRYPOINT, from an environment that was made with /usr/bin/python, or set PYTHONPATH to ${path}/lib/python${pythonOf(base)}/site-packages.`,
    range: word.range,
    severity: 'warning',
  };
}

/** `ENV PATH=/venv/bin:$PATH` */
function pathNames({ dockerfile }: Check, stage: Stage, path: string): boolean {
  return chainOf(dockerfile, stage).some((link) =>
    link.instructions.some(
      (instruction) =>
        instruction.keyword === 'ENV' &&
        assignments(instruction).some(
          ({ name, value = '', word }) =>
            name === 'PATH' &&
            value
              .replace(/^["']|["']$/g, '')
              .split(':')
              .some(
                (text) => expanded(dockerfile, link, instruction, { ...word, text, value: text }) === `${path}/bin`,
              ),
        ),
    ),
  );
}

/** As Google’s own example does: /usr/bin/python is in their images, and not in the official ones made from Debian. */
function makeElsewhere({ base }: Check, { program, byTool, instruction, stage }: PackageFolder): readonly Fix[] {
  const { command } = instruction;
  const range = program.range();
  const first = command?.kind === 'shell' && command.range.start;
  const begins = first && first.line === range.start.line && first.character === range.start.character;
  if (byTool || !begins || program.text !== program.value || !base(stage)?.os?.id.startsWith('debian')) return [];
  return [
    {
      title: 'Make the environment with /usr/bin/python, a link to the image’s Python',
      edits: [replace(range, 'ln -s /usr/local/bin/python3 /usr/bin/python && /usr/bin/python')],
    },
  ];
}
