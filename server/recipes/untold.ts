/** Why what a container runs is in no language that is known: the reason at the line that is to blame. */
import type { Reason } from './conversion.ts';
import { imageBelow } from './glibc.ts';
import { unwrapInit } from './init.ts';
import { startWords } from './language.ts';
import { readInstall } from './packages.ts';
import { folderOf, nameOf, resolvePath } from './paths.ts';
import { PATH } from './program-path.ts';
import { lastStep, type Step, type Subject } from './subject.ts';

export function untold(subject: Subject): Reason {
  const from = subject.stage.from.range.start.line;
  const step = lastStep(subject, 'ENTRYPOINT') ?? lastStep(subject, 'CMD');
  if (!step) return { line: from, message: nothingStarted(subject) };
  const { line } = step;
  const words = startWords(subject);
  const program = words[unwrapInit(words)] ?? '';
  const name = nameOf(`/${program}`);
  if (program === '')
    return {
      line,
      message: `${step.instruction.keyword} needs a shell, and a distroless image has none. Start the program alone, in exec form, and do the rest in the build.`,
    };
  if (/^(ba|da|a|z|fi)?sh$/.test(name))
    return {
      line,
      message: `“${program}” is a shell, and a distroless image has none. Start the program itself; a container to work in needs its full base.`,
    };
  if (/\.(sh|bash)$|entrypoint/.test(program))
    return {
      line,
      message: `“${program}” is a script, and a distroless image has no shell to run it. Start the program itself, and do in it, or in the build, what the script does.`,
    };
  const packages = subject.steps.flatMap(({ commands }) =>
    commands.flatMap((command) => (readInstall(command)?.names ?? []).map((given) => ({ given, line: command.line }))),
  );
  const brings = packages.find(({ given }) => given === name);
  if (brings)
    return {
      line: brings.line,
      message: `The container runs “${name}” from a package of ${distribution(subject)}, whose other files it may need, and a distroless image cannot install packages. Keep the full base, or build “${name}” here and copy it.`,
    };
  const brought = copied(subject, program);
  if (brought)
    return {
      line: brought.line,
      message: `“${name}” comes out of the build context, and whether it is a program, and which libraries it needs, or a script for a shell, cannot be told from here. Build it in a stage of this file; a script cannot run in a distroless image.`,
    };
  const few = packages.slice(0, 6).map(({ given }) => given);
  const known =
    packages.length === 0
      ? 'no line here builds it'
      : `no line here builds it, and which package brings it is not known (${few.join(', ')})`;
  return {
    line,
    message: `What “${name}” needs to run cannot be told: ${known}. Keep the full base for what packages of a distribution bring; otherwise build it here and copy it.`,
  };
}

/** The line that copies it from the build context by its name. */
function copied({ steps, cwd }: Subject, program: string): Step | undefined {
  const name = nameOf(`/${program}`);
  const isThere = (path: string) =>
    program.includes('/') ? path === resolvePath(cwd ?? '/', program) : PATH.includes(folderOf(path));
  return steps.findLast(({ copy }) => {
    const { destination, sources = [], from } = copy ?? {};
    if (destination === undefined || from !== undefined) return false;
    if (nameOf(destination) === name && isThere(destination)) return true;
    return sources.some((source) => nameOf(`/${source}`) === name && isThere(resolvePath(destination, name)));
  });
}

function nothingStarted(subject: Subject): string {
  const image = imageBelow(subject);
  return subject.base
    ? 'Nothing here says what the container runs. Add a CMD or an ENTRYPOINT; if other builds begin FROM this one, convert those.'
    : `Nothing here says what the container runs, and what “${image}” starts is not known. Add an ENTRYPOINT; or keep the image, whose vendor knows what may be left out of it.`;
}

function distribution({ base }: Subject): string {
  return base?.os?.name.replace(/ [\d.]+$/, '') ?? 'the distribution';
}
