/** Why what a container runs is in no language that is known: the reason at the line that is to blame. */
import type { Reason } from './conversion.ts';
import { imageBelow } from './glibc.ts';
import { unwrapInit } from './init.ts';
import { startWords } from './language.ts';
import { readInstall } from './packages.ts';
import { nameOf } from './paths.ts';
import { lastStep, type Subject } from './subject.ts';

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

function nothingStarted(subject: Subject): string {
  const image = imageBelow(subject);
  return subject.base
    ? 'Nothing here says what the container runs. Add a CMD or an ENTRYPOINT; if other builds begin FROM this one, convert those.'
    : `Nothing here says what the container runs, and what “${image}” starts is not known. Add an ENTRYPOINT; or keep the image, whose vendor knows what may be left out of it.`;
}

function distribution({ base }: Subject): string {
  return base?.os?.name.replace(/ [\d.]+$/, '') ?? 'the distribution';
}
