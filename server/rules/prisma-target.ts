/** Prisma’s engine is generated for the system of the build stage, and the base is another. */
import type { Base } from '../bases/base.ts';
import { hasInstall, modulesOf } from './node-modules.ts';
import { parsedJson } from './npm-script.ts';
import type { ContextFiles, Rule } from './rule.ts';
import { shipments } from './shipped.ts';

export const prismaTarget: Rule = {
  id: 'prisma-target',
  group: 'cannot link',
  severity: 'error',
  why: 'Up to version 6, Prisma’s client loads an engine that is made for one C library and one OpenSSL. It is generated for the system of the build stage, unless binaryTargets in schema.prisma names the one that it runs on.',
  example: {
    before:
      'FROM node:24-alpine AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npx prisma generate\n\nFROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\nCOPY server.js .\nCMD ["server.js"]\n',
    context: {
      'package.json': '{ "dependencies": { "@prisma/client": "^6.19.0" } }',
      'prisma/schema.prisma': 'generator client {\n  provider = "prisma-client-js"\n}\n',
    },
  },
  needs: (dockerfile) => (hasInstall(dockerfile) ? ['package.json', SCHEMA] : []),
  *check(check) {
    const targets = targetsIn(check.context);
    if (!targets) return;
    for (const { base, taken } of shipments(check)) {
      const wanted = systemOf(base);
      if (!wanted) continue;
      for (const [index, paths] of taken) {
        const stage = check.dockerfile.stages[index];
        const builder = stage && check.base(stage);
        const own = builder && systemOf(builder);
        const folder = stage && own && own !== wanted ? modulesOf(check, stage) : undefined;
        const found = folder === undefined ? undefined : paths.find(folder);
        if (!found || targets.some((target) => isFor(target, wanted))) continue;
        yield {
          message: `Prisma’s engine is generated for “${builder?.reference}” here (${own?.replace(/^linux-musl.*/, 'linux-musl')}), and “${base.reference}” needs “${wanted}”. Add that to binaryTargets in ${SCHEMA}.`,
          range: found.copy.args[0]?.range ?? found.copy.keywordRange,
        };
        return;
      }
    }
  },
};

const SCHEMA = 'prisma/schema.prisma';

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

/** Undefined where no engine is loaded, or the file says what cannot be read here. */
function targetsIn(context: ContextFiles): readonly string[] | undefined {
  const schema = context.get(SCHEMA)?.text.replace(/\/\/.*$/gm, '') ?? '';
  const generator = /generator\s+\w+\s*\{[^}]*provider\s*=\s*"prisma-client-js"[^}]*\}/.exec(schema)?.[0];
  const { dependencies } = (parsedJson(context.get('package.json')?.text) ?? {}) as { dependencies?: unknown };
  const version = (dependencies as Record<string, unknown> | undefined)?.['@prisma/client'];
  const major = Number(/^\D*(\d+)/.exec(String(version))?.[1] ?? Number.NaN);
  if (!generator || !(major < 7) || /engineType|env\(|output\s*=/.test(generator)) return undefined;
  const listed = /binaryTargets\s*=\s*\[([^\]]*)\]/.exec(generator)?.[1] ?? '';
  return [...listed.matchAll(/"([^"]*)"/g)].map(([, target = '']) => target);
}
