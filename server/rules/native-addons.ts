/** node_modules with compiled packages, installed on one C library and copied to the other. */
import { nativeAddons as addons } from '../facts/native-addons.ts';
import { hasInstall, modulesOf } from './node-modules.ts';
import { parsedJson } from './npm-script.ts';
import type { ContextFiles, Rule } from './rule.ts';
import { shipments } from './shipped.ts';

export const nativeAddons: Rule = {
  id: 'native-addons',
  group: 'cannot link',
  severity: 'error',
  why: 'Some npm packages hold compiled code for the C library that they were installed on. From Alpine (musl) to a base with glibc, or the other way, `require` ends with “invalid ELF header” or “cannot open shared object file”.',
  example: {
    before:
      'FROM node:24-alpine AS build\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci --omit=dev\n\nFROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY --from=build /app/node_modules ./node_modules\nCOPY server.js .\nCMD ["server.js"]\n',
    context: { 'package.json': '{ "dependencies": { "sharp": "^0.35.0" } }' },
  },
  needs: (dockerfile) => (hasInstall(dockerfile) ? ['package.json'] : []),
  *check(check) {
    const native = nativeIn(check.context);
    if (native.length === 0) return;
    for (const { base, taken } of shipments(check)) {
      const libc = base.os?.libc;
      if (libc !== 'glibc' && libc !== 'musl') continue;
      for (const [index, paths] of taken) {
        const stage = check.dockerfile.stages[index];
        const builder = stage && check.base(stage);
        const own = builder?.os?.libc;
        if (!stage || (own !== 'glibc' && own !== 'musl') || own === libc) continue;
        const folder = modulesOf(check, stage);
        const found = folder === undefined ? undefined : paths.find(folder);
        if (!found) continue;
        const names = native.slice(0, 3).map((name) => `“${name}”`);
        yield {
          message: `${names.join(', ')} ${names.length > 1 ? 'hold' : 'holds'} compiled code, here for the C library of “${builder?.reference}” (${own}), and “${base.reference}” has another (${libc}). Install on an image with ${libc}.`,
          range: found.copy.args[0]?.range ?? found.copy.keywordRange,
        };
        return;
      }
    }
  },
};

function nativeIn(context: ContextFiles): string[] {
  const { dependencies } = (parsedJson(context.get('package.json')?.text) ?? {}) as { dependencies?: unknown };
  if (typeof dependencies !== 'object' || dependencies === null) return [];
  return Object.entries(dependencies).flatMap(([name, wanted]) => {
    const addon = addons.get(name);
    const major = Number(/^\D*(\d+)/.exec(String(wanted))?.[1] ?? Number.NaN);
    return addon && (addon.until === undefined || major < addon.until) ? [name] : [];
  });
}
