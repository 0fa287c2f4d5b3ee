/** Which image of a family serves a program: for its kind of linking, or for its language's very version. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import type { Family } from './conversion.ts';
import { type Draft, decline, note } from './draft.ts';
import { googleImage, RELEASE } from './google.ts';

/**
 * `static`: a file that needs no library. `base`: the C library. `cc`: those of the compiler (libstdc++, libgcc) too. A language: its
 * interpreter of that release line (`24`, `3.13`), never another one.
 */
export type Wanted = 'static' | 'base' | 'cc' | { readonly language: string; readonly version: string };

/** Undefined: the family has no such image, or has ended it by `today` (ISO date). */
export function imageOf(family: Family, wanted: Wanted, today: string): Base | undefined {
  const base = candidate(family, wanted, today);
  if (!base || base.debug || (base.ends !== undefined && base.ends <= today)) return undefined;
  return typeof wanted === 'string' || sameLine(base.runtime?.version, wanted.version) ? base : undefined;
}

function candidate(family: Family, wanted: Wanted, today: string): Base | undefined {
  const kind = typeof wanted === 'string' ? wanted : undefined;
  const { language = '', version = '' } = typeof wanted === 'string' ? {} : wanted;
  switch (family) {
    case 'google': {
      const name = kind ?? { node: `nodejs${version}`, java: `java${version}`, python: 'python3' }[language];
      return name === undefined ? undefined : googleImage(name, today);
    }
    case 'chainguard': {
      const name = kind
        ? kind === 'static'
          ? 'static'
          : 'glibc-dynamic'
        : { java: 'jre', dotnet: 'aspnet-runtime' }[language] || language;
      return findBase(`cgr.dev/chainguard/${name}:latest`);
    }
    case 'dhi': {
      if (kind === 'cc') return undefined;
      // What the catalog has; the tags of this one image are dates.
      if (kind) return findBase(`dhi.io/static:20250419-${kind === 'base' ? 'glibc-' : ''}debian${RELEASE}`);
      const name = { java: 'eclipse-temurin' }[language] ?? language;
      return findBase(`dhi.io/${name}:${version}-debian${RELEASE}`);
    }
    case 'chiselled':
      return undefined;
    case 'static':
      return kind === 'static' ? findBase('scratch') : undefined;
  }
}

/** `24.19.0` is of the line `24`, and `3.13.5` of `3.13`. */
function sameLine(version: string | undefined, line: string): boolean {
  return version === line || version?.startsWith(`${line}.`) === true;
}

const NAMES: Readonly<Record<Family, string>> = {
  google: 'Google’s distroless images',
  chainguard: 'Chainguard’s free images',
  dhi: 'Docker’s hardened images',
  chiselled: 'Ubuntu’s chiselled images, as far as they are known here,',
  static: 'Images made from scratch',
};

/** Chainguard's images that have no tzdata, of those that conversions end in (chainguard-images/images: locked_config.json, August 2026). */
const WITHOUT_ZONES: readonly (readonly [image: string, cure: string])[] = [
  ['cgr.dev/chainguard/python', 'install the package “tzdata” of PyPI with the others'],
  ['cgr.dev/chainguard/glibc-dynamic', 'build them into it (in Go: -tags timetzdata)'],
];

/** What of the chosen base is other than that of the old one, and shows only when the program runs. */
export function warnOfBase(draft: Draft, { name, reference }: Base): void {
  const cure = WITHOUT_ZONES.find(([image]) => image === name)?.[1];
  if (cure === undefined) return;
  note(
    draft,
    'risk',
    draft.subject.stage.from.range.start.line,
    `“${reference}” has no time zones. If the program names one, ${cure}.`,
  );
}

/** `what` is what is missing, as it stands after “have no”: `Node.js 20`. */
export function declineFamily(draft: Draft, line: number, family: Family, what: string): void {
  decline(draft, line, `${NAMES[family]} have no ${what}. Choose another family, or leave the choice open.`);
}
