/** Which of Microsoft's images without a shell takes the place of the image that ships: of the same release of .NET, always. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';

/** `aspnet` holds `runtime`, and that `runtime-deps`, which has the libraries only: for programs that bring .NET along. */
export type Kind = 'aspnet' | 'runtime' | 'runtime-deps';

const MICROSOFT = 'mcr.microsoft.com/dotnet/';

/** What the image of a stage says of itself. */
export interface DotnetImage {
  readonly kind: Kind | 'sdk';
  /** `8.0`; undefined where the tag does not say. */
  readonly version: string | undefined;
}

/** Undefined: it is none of Microsoft's images of .NET. Former names are known too. */
export function dotnetImage(base: Base | undefined, written: string): DotnetImage | undefined {
  const found =
    /(?:^|\/)(?:dotnet\/(?:nightly\/|core\/)?|dotnet-buildtools\/)?(aspnet|runtime-deps|runtime|sdk|dotnet|aspnetcore|aspnetcore-build)(?::([^@]*))?(?:@|$)/.exec(
      written,
    );
  const ours = base?.name.startsWith(MICROSOFT) || /(^|\/)(dotnet|microsoft)\//.test(written);
  if (!found || !ours) return undefined;
  const [, name = '', tag = ''] = found;
  const line = /^(\d+)(?:\.(\d+))?/.exec(base?.runtime?.version ?? tag);
  const version = line ? `${line[1]}.${line[2] ?? '0'}` : undefined;
  if (name === 'aspnet' || name === 'runtime-deps' || name === 'runtime' || name === 'sdk')
    return { kind: name, version };
  if (name.startsWith('aspnetcore')) return { kind: name.endsWith('build') ? 'sdk' : 'aspnet', version };
  return {
    kind: /runtime-deps/.test(tag)
      ? 'runtime-deps'
      : /aspnetcore-runtime/.test(tag)
        ? 'aspnet'
        : /runtime/.test(tag)
          ? 'runtime'
          : 'sdk',
    version,
  };
}

/**
 * The chiselled image of that very release: on the Ubuntu that the image it replaces is made of, else on that of 24.04, which all releases
 * in support have. `cultures`: with ICU and time zones in it. Undefined: there is none.
 */
export function chiselledImage(
  kind: Kind,
  version: string,
  { cultures, tag = '' }: { readonly cultures: boolean; readonly tag: string | undefined },
): Base | undefined {
  const own = UBUNTU.find((name) => tag.split('-').includes(name));
  const architecture = /-(amd64|arm64v8|arm32v7)$/.exec(tag)?.[0] ?? '';
  for (const name of new Set([...(own ? [own] : []), 'noble', ...UBUNTU])) {
    const base = findBase(`${MICROSOFT}${kind}:${version}-${name}-chiseled${cultures ? '-extra' : ''}${architecture}`);
    if (base?.distroless) return base;
  }
  return undefined;
}

const UBUNTU = ['resolute', 'noble', 'jammy'];

/** Of those that get fixes, as it stands in a sentence: `.NET 10`. */
export function newestRelease(today: string): string {
  for (let major = 30; major > 8; major--) {
    const base = chiselledImage('aspnet', `${major}.0`, { cultures: false, tag: undefined });
    if (base && (base.ends === undefined || base.ends > today)) return `.NET ${major}`;
  }
  return 'a release that is looked after';
}

/** Until .NET 8 the images told ASP.NET Core to listen on port 80, and since then on 8080 (dotnet/dotnet-docker@src/runtime-deps). */
export const listensOn = (version: string): number => (Number.parseInt(version, 10) < 8 ? 80 : 8080);
