/** An exec-form command runs a program that the base does not have. */
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { replace } from './edits.ts';
import { npmScript } from './npm-script.ts';
import { type Missing, missingIn, pythonModules } from './programs.ts';
import type { ContextFiles, Fix, Rule, Trouble } from './rule.ts';
import { programName, type Start, startsOf } from './starts.ts';

export const missingProgram: Rule = {
  id: 'missing-program',
  group: 'cannot start',
  severity: 'error',
  why: 'A distroless image holds no shell, no npm and no interpreter but its own. A command that names a program which is not there ends with “executable file not found”.',
  example: {
    before:
      'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["node", "server.js"]\n',
    after:
      'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["/nodejs/bin/node", "server.js"]\n',
  },
  needs: ({ instructions }) =>
    instructions.some(
      ({ command }) => command?.kind === 'exec' && /^(npm|yarn|pnpm)$/.test(command.words[0]?.value ?? ''),
    )
      ? ['package.json']
      : [],
  *check({ dockerfile, base, context }) {
    for (const stage of dockerfile.stages) {
      const image = base(stage);
      if (image?.hasShell !== false) continue;
      for (const start of startsOf(dockerfile, stage, image)) {
        const trouble =
          start.role === 'program' ? lacking(dockerfile, stage, start, image, context) : handed(start, image, context);
        if (trouble) yield trouble;
      }
    }
  },
};

function lacking(
  dockerfile: Dockerfile,
  stage: Stage,
  { instruction, words }: Start,
  image: Base,
  context: ContextFiles,
): Trouble | undefined {
  const [first, ...rest] = words;
  if (!first) return undefined;
  const missing = missingIn(dockerfile, stage, instruction, image, first.value);
  if (!missing) return undefined;
  const { range } = first;
  if (missing.instead !== undefined) {
    return {
      message: `“${first.value}” is not found in “${image.reference}”: it is in ${folderOf(missing.instead)}${first.value.includes('/') ? '' : ', which is not on PATH'}. Write “${missing.instead}”.`,
      range,
      fixes: [
        { title: `Write “${missing.instead}”`, edits: [replace(range, JSON.stringify(missing.instead))], safe: true },
      ],
    };
  }
  const fixes: Fix[] = [];
  const script = npmScript(
    words.map(({ value }) => value),
    context,
  );
  if (
    missing.kind.name === 'npm' &&
    script &&
    image.interpreter &&
    image.runtime?.language === 'node' &&
    instruction.keyword !== 'RUN'
  ) {
    const started = [image.interpreter, ...script.words].map((word) => JSON.stringify(word)).join(', ');
    const last = rest.at(-1) ?? first;
    fixes.push({
      title: `Start what “${script.name}” in package.json starts: node ${script.words.join(' ')}`,
      edits: [replace({ start: range.start, end: last.range.end }, started)],
    });
  }
  const module = pythonModules.get(programName(first.value));
  if (module !== undefined && image.interpreter && image.runtime?.language === 'python') {
    return {
      message: `“${first.value}” is not found in “${image.reference}”. Start it as a module: “${image.interpreter} -m ${module}”.`,
      range,
      fixes: [
        {
          title: `Write “${image.interpreter} -m ${module}” (assumes that Python finds it, in its own folders or by PYTHONPATH)`,
          edits: [replace(range, [image.interpreter, '-m', module].map((word) => JSON.stringify(word)).join(', '))],
        },
      ],
    };
  }
  return {
    message: `“${image.reference}” has no “${programName(first.value)}”. ${cure(missing, first.value, instruction.keyword, image)}`,
    range,
    fixes,
  };
}

/** CMD hands to the interpreter of the base what is a program of its own. */
function handed({ words, role }: Start, image: Base, context: ContextFiles): Trouble | undefined {
  const [first] = words;
  const entrypoint = image.entrypoint ?? [];
  if (role !== 'base' || !first || image.interpreter === undefined || entrypoint[0] !== image.interpreter)
    return undefined;
  const { range, value } = first;
  const runs = `“${image.reference}” already starts “${entrypoint.join(' ')}”, so this makes it look for a file called “${value}”.`;
  if (/^(\/(usr\/)?bin\/)?(ba|da|a)?sh$/.test(value)) {
    return { message: `${runs} There is no shell either: name what the shell was to start.`, range };
  }
  const { language } = image.runtime ?? {};
  if (language === 'node' && /^(npm|npx|yarn|pnpm)$/.test(value)) {
    const script = npmScript(
      words.map((word) => word.value),
      context,
    );
    const last = words.at(-1) ?? first;
    return {
      message: `${runs} It has no ${value} either: name the script that ${value} was to start.`,
      range,
      fixes: script
        ? [
            {
              title: `Start what “${script.name}” in package.json starts: ${script.words.join(' ')}`,
              edits: [
                replace(
                  { start: range.start, end: last.range.end },
                  script.words.map((word) => JSON.stringify(word)).join(', '),
                ),
              ],
            },
          ]
        : [],
    };
  }
  const module = language === 'python' ? pythonModules.get(value) : undefined;
  if (module === undefined) return undefined;
  return {
    message: `${runs} Start it as a module: “-m ${module}”.`,
    range,
    fixes: [
      {
        title: `Write “-m ${module}” (assumes that Python finds it, in its own folders or by PYTHONPATH)`,
        edits: [replace(range, `"-m", ${JSON.stringify(module)}`)],
      },
    ],
  };
}

function cure({ kind }: Missing, program: string, keyword: string, image: Base): string {
  if (keyword === 'RUN') return 'Do this in a build stage, and copy what it makes with COPY --from.';
  if (kind.name === 'shell') return 'Name the program that the shell was to start, without the shell.';
  if (kind.name === 'npm') return 'Name the script that it was to start, and the interpreter before it.';
  if (kind.language !== undefined) {
    const other = images.get(kind.language);
    return `Use a base that has ${kind.name}${other && image.family !== 'chiselled' ? `, such as “${other}”` : ''}, or copy a program that needs none.`;
  }
  if (/^(tini|dumb-init|gosu|su-exec)$/.test(programName(program)))
    return 'Leave it out and run the container with --init, or copy it into the image.';
  return 'Copy it into the image, or start the application itself.';
}

const images: ReadonlyMap<string, string> = new Map([
  ['node', 'gcr.io/distroless/nodejs24-debian13:nonroot'],
  ['python', 'gcr.io/distroless/python3-debian13:nonroot'],
  ['java', 'gcr.io/distroless/java21-debian13:nonroot'],
]);

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
