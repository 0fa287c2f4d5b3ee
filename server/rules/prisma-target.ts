/** Prisma’s engine is generated for the system of the build stage, and the base is another. */
import { posix } from 'node:path';
import type { Base } from '../bases/base.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { optionOf } from './builds.ts';
import { absolute } from './copies.ts';
import { hasInstall, modulesOf } from './node-modules.ts';
import { parsedJson } from './npm-script.ts';
import type { Check, ContextFiles, Rule } from './rule.ts';
import { runCommands } from './run.ts';
import { shipments } from './shipped.ts';

export const prismaTarget: Rule = {
  id: 'prisma-target',
  group: 'cannot link',
  severity: 'error',
  why: 'Up to version 6, Prisma’s client loads an engine that is made for one C library and one OpenSSL, unless engineType is “client”. It is generated for the system of the build stage, unless binaryTargets in schema.prisma names the one that it runs on.',
  example: {
    before:
      'FROM node:24-alpine AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npx prisma generate\n\nFROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\nCOPY server.js .\nCMD ["server.js"]\n',
    context: {
      'package.json': '{ "dependencies": { "@prisma/client": "^6.19.0" } }',
      'prisma/schema.prisma': 'generator client {\n  provider = "prisma-client-js"\n}\n',
    },
  },
  needs: (dockerfile) =>
    hasInstall(dockerfile) ? ['package.json', CONFIG, ...schemasToldIn(dockerfile), ...SCHEMAS] : [],
  *check(check) {
    const generated = generatedIn(check);
    if (!generated) return;
    for (const { base, taken } of shipments(check)) {
      const wanted = systemOf(base);
      if (!wanted) continue;
      for (const [index, paths] of taken) {
        const stage = check.dockerfile.stages[index];
        const builder = stage && check.base(stage);
        const own = builder && systemOf(builder);
        const modules = stage && own && own !== wanted ? modulesOf(check, stage) : undefined;
        if (modules === undefined) continue;
        const { schema, output, targets } = generated;
        const found = paths.find(output === undefined ? modules : absolute(posix.dirname(modules), output));
        if (!found || targets.some((target) => isFor(target, wanted))) continue;
        yield {
          message: `Prisma’s engine is generated for “${builder?.reference}” here (${own?.replace(/^linux-musl.*/, 'linux-musl')}), and “${base.reference}” needs “${wanted}”. Add that to binaryTargets in ${schema}.`,
          range: found.copy.args[0]?.range ?? found.copy.keywordRange,
        };
        return;
      }
    }
  },
};

/** Where Prisma looks unasked, and where projects most often have it besides. */
const SCHEMAS = [
  'prisma/schema.prisma',
  'schema.prisma',
  'prisma/schema/schema.prisma',
  'db/schema.prisma',
  'src/prisma/schema.prisma',
  'src/db/schema.prisma',
];
const CONFIG = 'prisma.config.ts';

/** As Prisma names the systems: its documentation of binaryTargets. For processors other than amd64 the names differ in front. */
function systemOf({ os }: Base): string | undefined {
  if (os?.libc === 'musl')
    return /^alpine3\.(1[7-9]|2\d)$|^alpine$/.test(os.id) ? 'linux-musl-openssl-3.0.x' : undefined;
  if (/^debian1[23]$|^ubuntu2[2-6]\.04$/.test(os?.id ?? '') && os?.libc === 'glibc') return 'debian-openssl-3.0.x';
  if (/^debian1[01]$|^ubuntu20\.04$/.test(os?.id ?? '') && os?.libc === 'glibc') return 'debian-openssl-1.1.x';
  return undefined;
}

const isFor = (target: string, wanted: string) =>
  target.includes('musl') === wanted.includes('musl') && target.endsWith(wanted.slice(wanted.indexOf('openssl')));

interface Generated {
  /** Its path in the build context. */
  readonly schema: string;
  /** Where the client is put, against the project; undefined for node_modules. */
  readonly output: string | undefined;
  readonly targets: readonly string[];
}

/** Undefined where no engine is loaded, or the files say what cannot be read here. */
function generatedIn({ dockerfile, context }: Check): Generated | undefined {
  if (!(majorOf(context) < 7)) return undefined;
  const schema = schemaPath(dockerfile, context);
  const text = schema && context.get(schema)?.text.replace(/\/\/.*$/gm, '');
  const found = text && /generator\s+\w+\s*\{[^{}]*provider\s*=\s*"prisma-client(-js)?"[^{}]*\}/.exec(text);
  if (!found) return undefined;
  const [generator] = found;
  // https://www.prisma.io/docs/v6/orm/more/internals/engines: these do without an engine.
  if (/engineType\s*=\s*"client"|"queryCompiler"|env\(/.test(generator) || withoutEngine(dockerfile)) return undefined;
  const output = /output\s*=\s*"([^"]*)"/.exec(generator)?.[1];
  // That of “prisma-client” is required.
  if (output === undefined && found[1] === undefined) return undefined;
  const listed = /binaryTargets\s*=\s*\[([^\]]*)\]/.exec(generator)?.[1] ?? '';
  return {
    schema,
    output: output && posix.join(posix.dirname(schema), output),
    targets: [...listed.matchAll(/"([^"]*)"/g)].map(([, target = '']) => target),
  };
}

/** Not a number where it cannot be told. */
function majorOf(context: ContextFiles): number {
  const { dependencies, devDependencies } = (parsedJson(context.get('package.json')?.text) ?? {}) as Record<
    string,
    Record<string, unknown> | undefined
  >;
  const version = dependencies?.['@prisma/client'] ?? dependencies?.prisma ?? devDependencies?.prisma;
  const major = Number(/^[\^~>=v\s]*(\d+)/.exec(String(version))?.[1] ?? Number.NaN);
  return major < 2 ? Number.NaN : major;
}

/** By option, by prisma.config.ts, by package.json, else where Prisma looks: https://www.prisma.io/docs/v6/orm/prisma-schema/overview/location. */
function schemaPath(dockerfile: Dockerfile, context: ContextFiles): string | undefined {
  const options = schemasToldIn(dockerfile);
  const { prisma } = (parsedJson(context.get('package.json')?.text) ?? {}) as { prisma?: { schema?: unknown } };
  const config = context.get(CONFIG)?.text;
  const configured = config === undefined ? undefined : schemaOfConfig(config);
  const told = options[0] ?? (configured === undefined ? prisma?.schema : configured);
  if (options.length > 1 || (told !== undefined && typeof told !== 'string')) return undefined;
  const asked = told === undefined ? SCHEMAS.slice(0, 2) : [posix.normalize(told), posix.join(told, 'schema.prisma')];
  return asked.find((path) => context.get(path)?.text);
}

/** Undefined where it names none, null where what it says is not plain. */
function schemaOfConfig(text: string): string | null | undefined {
  const said = /\bschema\s*:\s*([^\n]*)/.exec(text.replace(/\/\/.*$/gm, ''))?.[1];
  if (said === undefined) return undefined;
  const plain = /^(['"`])([\w./-]+)\1/.exec(said)?.[2];
  const joined = /^(?:path\.)?join\(((?:\s*(['"])[\w./-]+\2\s*(?:,|(?=\))))+)\s*\)/.exec(said)?.[1];
  return (
    plain ?? (joined ? posix.join(...[...joined.matchAll(/['"]([^'"]+)['"]/g)].map(([, part = '']) => part)) : null)
  );
}

/** What `--schema` names in the commands of the file, each once. */
function schemasToldIn(dockerfile: Dockerfile): string[] {
  const told = prismaCommands(dockerfile).flatMap((given) => optionOf(given, '--schema') ?? []);
  return [...new Set(told.filter((path) => /^[\w./-]+$/.test(path)).map((path) => posix.normalize(path)))];
}

/** By `prisma generate --no-engine`, or engines chosen for the command line’s own programs. */
const withoutEngine = (dockerfile: Dockerfile) =>
  prismaCommands(dockerfile).some((given) =>
    given.some((word) => /^--(no-engine|data-proxy|accelerate)$/.test(word)),
  ) || dockerfile.instructions.some((it) => it.keyword === 'ENV' && it.args.some(({ text }) => /^PRISMA_/.test(text)));

const prismaCommands = ({ instructions }: Dockerfile) =>
  instructions.flatMap((instruction) =>
    runCommands(instruction)
      .map(({ words }) => words.map(({ value }) => value))
      .filter((values) => values.includes('prisma')),
  );
