/** `distroless convert`: the Dockerfile as a multi-stage build, or why not. */
import { writeFile } from 'node:fs/promises';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { readDockerfile } from '../dockerfile/read-dockerfile.ts';
import { stageNamed } from '../dockerfile/targets.ts';
import { FAMILIES, type Family } from '../recipes/conversion.ts';
import { contextNeeds, convert } from '../recipes/convert.ts';
import { today } from '../today.ts';
import { asBuilt, conversionOptions } from '../workspace/circumstances.ts';
import type { Options } from './arguments.ts';
import { read } from './dockerfiles.ts';
import { type Output, UsageError } from './output.ts';
import { createLook } from './surroundings.ts';

export async function convertFile(paths: readonly string[], options: Options, output: Output): Promise<number> {
  const [path] = paths;
  if (!path || paths.length > 1) throw new UsageError('convert takes one Dockerfile.');
  const family = familyNamed(options.family);
  const text = await read(path);
  const dockerfile = readDockerfile(text);
  const stage = options.target === undefined ? undefined : stageFor(dockerfile, options.target);
  const surroundings = await createLook()(path, dockerfile, (built) => contextNeeds(built, stage));
  const conversion = convert(asBuilt(dockerfile, surroundings), {
    ...conversionOptions(dockerfile, surroundings),
    today: today(),
    ...(stage === undefined ? {} : { stage }),
    ...(family === undefined ? {} : { family }),
  });
  if (options.write && conversion.outcome === 'converted') await writeFile(path, conversion.dockerfile);
  if (options.format === 'json') {
    const { outcome } = conversion;
    const converted = conversion.outcome === 'converted' ? conversion : undefined;
    output.line(
      JSON.stringify(
        {
          schema: 1,
          path,
          outcome,
          language: conversion.outcome === 'already-minimal' ? null : (conversion.language ?? null),
          family: converted?.family ?? null,
          base: conversion.outcome === 'declined' ? null : conversion.base,
          target: converted?.target.after ?? null,
          dockerfile: converted?.dockerfile ?? null,
          notes: converted?.notes ?? [],
          reasons: conversion.outcome === 'declined' ? conversion.reasons : [],
        },
        null,
        2,
      ),
    );
  } else if (conversion.outcome === 'declined') {
    for (const { line, message } of conversion.reasons) process.stderr.write(`${path}:${line + 1}: ${message}\n`);
  } else if (conversion.outcome === 'already-minimal') {
    process.stderr.write(`${path}: already ends in “${conversion.base}”; nothing to convert.\n`);
    if (!options.diff && !options.write) output.text(text);
  } else {
    for (const { kind, line, message } of conversion.notes)
      process.stderr.write(`${path}:${line + 1}: ${kind}: ${message}\n`);
    if (options.diff)
      output.text(
        createTwoFilesPatch(path, path, text, conversion.dockerfile, undefined, undefined, {
          headerOptions: FILE_HEADERS_ONLY,
        }),
      );
    else if (!options.write) output.text(conversion.dockerfile);
  }
  return conversion.outcome === 'declined' ? 1 : 0;
}

/** `scratch` is what the last of the families starts from, and is taken for its name. */
function familyNamed(name: string | undefined): Family | undefined {
  const family = FAMILIES.find((it) => it === (name === 'scratch' ? 'static' : name));
  if (name === undefined || family) return family;
  throw new UsageError(`--family takes ${FAMILIES.join(', ')}, and not “${name}”.`);
}

function stageFor(dockerfile: Dockerfile, target: string): number {
  const found = stageNamed(dockerfile, target);
  if (found === undefined) throw new UsageError(`There is no stage “${target}” in this Dockerfile.`);
  return found;
}
