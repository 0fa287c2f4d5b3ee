/** What to take instead of an image: of the same kind, still published, best first. */
import type { Base } from './base.ts';
import { imageFiles, replacementRows } from './data.ts';

export function replacementsFor(base: Base): readonly string[] {
  if (base.family === 'google') return base.ends === undefined ? [] : forGoogle(base);
  if (base.family !== 'other' || base.distroless || !base.runtime) return [];
  return forLanguage(base, base.runtime.language, base.runtime.version);
}

const google = 'gcr.io/distroless/';
const release = /-debian(\d+)$/;

/** The same image of a release that is still made; for a language the nearest version from its own upwards, and the next. */
function forGoogle(base: Base): string[] {
  const short = base.name.slice(google.length).replace(release, '');
  const current = currentGoogle();
  const same = current.filter((name) => name.replace(release, '') === short);
  const version = base.runtime?.version;
  const found = same.length > 0 || !base.runtime ? same : nearest(current, base.runtime.language, version);
  const names = found
    .filter((name) => google + name !== base.name)
    .map((name) => `${google}${name}:${variantOf(base)}`);
  if (base.runtime?.language !== 'python' || !version?.includes('.')) return names;
  return [...names, ...published([`dhi.io/python:${line(version, 2)}-debian13`])];
}

/** Of the newest release, and not past its end when the facts were gathered. */
function currentGoogle(): string[] {
  const [file] = imageFiles;
  if (!file) return [];
  const newest = Math.max(...file.rows.map(({ name }) => Number(release.exec(name)?.[1])));
  return file.rows
    .filter(({ name, ends }) => name.endsWith(`-debian${newest}`) && (ends === undefined || ends > file.asOf))
    .map(({ name }) => name.slice(google.length));
}

function nearest(current: readonly string[], language: string, version: string | undefined): string[] {
  const stem = language === 'node' ? 'nodejs' : language;
  const wanted = language === 'python' || version === undefined ? 0 : Number.parseInt(version, 10);
  return current
    .map((name) => ({ name, major: new RegExp(`^${stem}(\\d+)-`).exec(name)?.[1] }))
    .filter(({ major }) => major !== undefined && Number(major) >= wanted)
    .sort((a, b) => Number(a.major) - Number(b.major))
    .slice(0, 2)
    .map(({ name }) => name);
}

/** The variant of the tag is kept; a commit or a version in it is not, for the new image has others. */
function variantOf({ tag }: Base): string {
  const [, variant, architecture] =
    /^(?:\d+-)?(latest|debug-nonroot|debug|nonroot)(?:-[0-9a-f]{40})?(-(?:amd64|arm64|arm|s390x|ppc64le))?$/.exec(
      tag ?? '',
    ) ?? [];
  return `${variant ?? 'latest'}${architecture ?? ''}`;
}

function forLanguage(base: Base, language: string, version: string | undefined): string[] {
  const entries = replacementRows.rows.filter((row) => row.language === language);
  const entry =
    entries.find(({ versions }) => versions.some((it) => it === line(version, 2) || it === line(version, 1))) ??
    entries.find(({ versions }) => versions.includes('*') || (version === undefined && versions.includes('latest')));
  // Nothing small replaces Apache with PHP inside.
  const fpm = /(^|-)fpm(-|$)/.test(base.tag ?? '');
  if (language === 'php' && /(^|-)apache(-|$)/.test(base.tag ?? '')) return [];
  const images = (entry?.images ?? []).map((image) => {
    // Microsoft's image keeps its own name; of the build image only `aspnet` has all that an application may need.
    const own = base.name.startsWith('mcr.microsoft.com/dotnet/') && !base.name.endsWith('/sdk');
    const named = own ? image.replace('mcr.microsoft.com/dotnet/aspnet:', `${base.name}:`) : image;
    const minor = named.startsWith('mcr.') || ['python', 'ruby', 'php'].includes(language);
    const release = named.replace('<version>', line(version, minor ? 2 : 1) ?? '<version>');
    return language === 'php' && fpm ? `${release}-fpm` : release;
  });
  const found = published([...new Set(images)]);
  const upgrade =
    found.some((image) => image.startsWith(google)) || version === undefined || !['node', 'java'].includes(language);
  return upgrade
    ? found
    : [...found, ...nearest(currentGoogle(), language, version).map((name) => `${google}${name}:nonroot`)];
}

const line = (version: string | undefined, parts: number) => version?.split('.').slice(0, parts).join('.');

/** Only names and tags that the data has and that have not ended; of Google's images those of the newest release. */
function published(images: readonly string[]): string[] {
  const current = currentGoogle();
  return images.filter((image) => {
    if (image.startsWith(google)) return current.includes(image.slice(google.length).replace(/:.*/, ''));
    const colon = image.lastIndexOf(':');
    const [name, tag] = [image.slice(0, colon), image.slice(colon + 1)];
    return imageFiles.some(({ rows, asOf }) =>
      rows.some(
        (row) =>
          row.name === name &&
          (row.tags === undefined || row.tags.includes(tag)) &&
          (row.ends === undefined || row.ends > asOf),
      ),
    );
  });
}
