/** Which language runs in a stage: told by what it starts, by who built that, by its base, and by what its build runs; in that order. */
import type { Base } from '../bases/base.ts';
import { asExec } from '../dockerfile/shell-words.ts';
import { filesNamed } from './context-files.ts';
import { unwrapInit } from './init.ts';
import { leadingCd } from './leading-cd.ts';
import { isInside, nameOf, resolvePath } from './paths.ts';
import { builderOf, lastStep, type Subject } from './subject.ts';

/** Undefined: none of that tells. */
export function languageOf(subject: Subject): string | undefined {
  const words = startWords(subject);
  const program = words[unwrapInit(words)] ?? '';
  return (
    BY_PROGRAM.find(([name]) => name.test(nameOf(`/${program}`)))?.[1] ??
    languageThatBuilt(subject, program) ??
    subject.base?.runtime?.language ??
    BY_IMAGE.find(([name]) => name.test(imageName(subject)))?.[1]
  );
}

/** By what the build context holds, where the instructions tell nothing: files that only one language has. */
export function languageOfContext(subject: Subject): string | undefined {
  return BY_FILE.find(([name]) => projectFiles(subject, [name]).some((path) => subject.context.has(path)))?.[1];
}

/** Where the build context may hold one of these. */
export function projectFiles(subject: Subject, names = BY_FILE.map(([name]) => name)): readonly string[] {
  const places = [subject, ...subject.builders.map((it) => it.subject)];
  return names.flatMap((name) => places.flatMap((place) => filesNamed(place, name).map(({ path }) => path)));
}

const BY_FILE: readonly (readonly [string, string])[] = [
  ['go.mod', 'go'],
  ['Cargo.toml', 'rust'],
  ['pom.xml', 'java'],
  ['pyproject.toml', 'python'],
  ['requirements.txt', 'python'],
  ['Gemfile', 'ruby'],
  ['composer.json', 'php'],
  // Last, for many a project of another language has one.
  ['package.json', 'node'],
];

/** ENTRYPOINT and CMD as far as they are plain words. */
export function startWords(subject: Subject): readonly string[] {
  return ['ENTRYPOINT', 'CMD'].flatMap((keyword) => {
    const command = lastStep(subject, keyword)?.instruction.command;
    const rest = leadingCd(command)?.rest;
    return (command && asExec(rest === undefined ? command : { kind: 'shell', text: rest })) ?? [];
  });
}

const BY_PROGRAM: readonly (readonly [RegExp, string])[] = [
  [/^(node|nodejs|npm|npx|yarn|pnpm|next)$/, 'node'],
  [/^(python[\d.]*|gunicorn|uvicorn|flask|celery|hypercorn|daphne|fastapi|streamlit)$/, 'python'],
  [/^java$/, 'java'],
  [/^dotnet$/, 'dotnet'],
  [/^(ruby|bundle|rails|puma|rackup|rake)$/, 'ruby'],
  [/^(php|php-fpm[\d.]*)$/, 'php'],
  [/^nginx$/, 'nginx'],
  [/^deno$/, 'deno'],
  [/^(bun|bunx)$/, 'bun'],
];

/** Without tag and digest. */
function imageName({ base, stage: { image } }: Subject): string {
  return base?.name ?? (image?.value ?? '').replace(/@.*/, '').replace(/:[^/]*$/, '');
}

/** Images of which the data names no language. */
const BY_IMAGE: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)(nginx|nginx-unprivileged)$/, 'nginx'],
  [/^denoland\/deno$/, 'deno'],
  [/^oven\/bun$/, 'bun'],
];

const languageOfImage = (base: Base | undefined) =>
  base?.runtime?.language ?? BY_IMAGE.find(([name]) => name.test(base?.name ?? ''))?.[1];

/** The language of the stage from which a line of this one copies the program, through stages that only hand it on. */
function languageThatBuilt(subject: Subject, program: string, depth = 0): string | undefined {
  if (program === '' || depth > 8) return undefined;
  const path = program.includes('/')
    ? program.startsWith('/') || subject.cwd !== undefined
      ? resolvePath(subject.cwd ?? '/', program)
      : undefined
    : undefined;
  for (const step of [...subject.steps].reverse()) {
    const builder = builderOf(subject, step);
    const { destination, sources = [] } = step.copy ?? {};
    if (!builder || destination === undefined) continue;
    const brings =
      path !== undefined
        ? isInside(destination, path)
        : sources.some((source) => nameOf(`/${source}`) === program) ||
          nameOf(destination) === program ||
          // A whole folder of programs.
          /\/s?bin$/.test(destination);
    if (!brings) continue;
    return languageOfImage(builder.base) ?? languageThatBuilt(builder.subject, sources[0] ?? '', depth + 1);
  }
  return undefined;
}
