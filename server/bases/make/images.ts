/** Rows of images that are known tag by tag. */
import type { ImageRow, RetiredRow } from '../data.ts';
import {
  type Cite,
  isDate,
  type Knowledge,
  type KnownImage,
  languageOf,
  shortName,
  trimmed,
  usefulValues,
  userOf,
} from './knowledge.ts';

export const googleRows = (known: Knowledge, cite: Cite): ImageRow[] =>
  images(known, 'google-distroless').map((image) => googleRow(known.meta.asOf, image, cite));

export const chainguardRows = (known: Knowledge, cite: Cite): ImageRow[] =>
  images(known, 'chainguard').map((image) => imageRow(known.meta.asOf, image, cite));

export const dhiRows = (known: Knowledge, cite: Cite): ImageRow[] =>
  images(known, 'docker-hardened-images').map((image) => dhiRow(known.meta.asOf, image, cite));

export const microsoftRows = (known: Knowledge, cite: Cite): ImageRow[] => [
  ...merged(
    [...images(known, 'ubuntu-chiselled'), ...images(known, 'azurelinux-distroless')]
      .filter(({ image }) => image.startsWith('mcr.microsoft.com/'))
      .flatMap((image) => microsoftRow(known.meta.asOf, image, cite)),
  ),
  ...microsoftEnded(cite),
];

/** Chiselled images of releases that have ended. Their tags stay, but the knowledge file, which is of what is made today, has them no more. */
function microsoftEnded(cite: Cite): ImageRow[] {
  const sources = cite([
    'dotnet/dotnet-docker@68ff53fa22:manifest.json',
    'dotnet/dotnet-docker@68ff53fa22:src/runtime/6.0/jammy-chiseled/amd64/Dockerfile',
  ]);
  return [
    { version: '6.0', ends: '2024-11-12' },
    { version: '7.0', ends: '2024-05-14' },
  ].flatMap(({ version, ends }) =>
    ['runtime-deps', 'runtime', 'aspnet'].map((name): ImageRow => {
      const bare = name === 'runtime-deps';
      return {
        name: `mcr.microsoft.com/dotnet/${name}`,
        tags: [`${version}-jammy-chiseled`, `${version}-jammy-chiseled-extra`],
        family: 'chiselled',
        distroless: true,
        os: 'ubuntu22.04',
        ...(bare ? {} : { language: 'dotnet', version, interpreter: '/usr/bin/dotnet' }),
        shell: 'none',
        packageManager: false,
        user: '1654',
        workdir: '/',
        entrypoint: bare ? [] : ['/usr/bin/dotnet'],
        cmd: bare ? [] : ['--info'],
        env: { APP_UID: '1654', ASPNETCORE_URLS: 'http://+:8080' },
        ends,
        sources,
      };
    }),
  );
}

export const otherRows = (known: Knowledge, cite: Cite): ImageRow[] => [
  ...ubiMicro(known, cite),
  ...busybox(known, cite),
];

function images(known: Knowledge, family: string): KnownImage[] {
  const found = known.images.filter((image) => image.family === family);
  if (found.length === 0) throw new Error(`No images of ${family} in the knowledge file.`);
  return found;
}

const familyNames: Readonly<Record<string, string>> = {
  'google-distroless': 'google',
  chainguard: 'chainguard',
  'docker-hardened-images': 'dhi',
  'ubuntu-chiselled': 'chiselled',
  'azurelinux-distroless': 'azurelinux',
};

function imageRow(asOf: string, image: KnownImage, cite: Cite): ImageRow {
  const runtime = image.runtime ?? '';
  const language = languageOf(runtime);
  const [program] = image.entrypoint ?? [];
  const entrypoint = image.entrypoint?.some((part) => part.includes('{')) ? undefined : image.entrypoint;
  const ends = endOf(image.removedOn, image.eolDate, image.eol);
  return trimmed<ImageRow>({
    name: shortName(image.image),
    tags: image.tags,
    family: familyNames[image.family] ?? 'other',
    distroless: image.isDistroless,
    os: image.os,
    libc: image.libc === 'none' ? 'none' : undefined,
    language,
    version: versionOf(image.runtimeVersion, language),
    interpreter: language && program?.startsWith('/') && isInterpreter(program) ? program : undefined,
    shell: shellOf(image),
    packageManager: image.hasPackageManager,
    user: typeof image.configUser === 'string' ? userOf(image.configUser) : undefined,
    nonrootTag: image.nonrootTag && !/[(*]/.test(image.nonrootTag) ? image.nonrootTag : undefined,
    workdir: typeof image.workdir === 'string' ? image.workdir : undefined,
    entrypoint,
    // A configuration without Cmd has none; only where nothing is known of the image is this unknown too.
    cmd: image.cmd ?? (entrypoint ? [] : undefined),
    env: usefulValues(image.env),
    // What is still published after the day that its upstream ends has another end, which is not known.
    ends: image.supported && ends !== undefined && ends < asOf ? undefined : ends,
    sources: cite(image.source),
  });
}

/** The first day given, or the last of a month given as a whole. Sentences about a day to come give none. */
function endOf(...texts: readonly (string | null | undefined)[]): string | undefined {
  for (const text of texts) {
    if (text && isDate(text)) return text;
    const month = /^(\d{4})-(\d{2})(?!-?\d)/.exec(text ?? '');
    if (month) return new Date(Date.UTC(Number(month[1]), Number(month[2]), 0)).toISOString().slice(0, 10);
  }
  return undefined;
}

/** `python-3.14 3.14.7-r1`, `jre-21.0.12+8`, `3.13.5 (Debian …)` → the number of the runtime. */
function versionOf(text: string | null | undefined, language: string | undefined): string | undefined {
  if (!language || !text) return undefined;
  const last = text.replace(/\(.*/, '').trim().split(' ').at(-1) ?? '';
  return /(\d+(?:\.\d+)*)/.exec(last.replace(/^[a-z][a-z-]*/, ''))?.[1];
}

function shellOf(image: KnownImage): string | undefined {
  if (image.hasShell === false) return 'none';
  if (!image.hasShell) return undefined;
  const packages = image.shellPackages ?? [];
  // bash alone brings /bin/bash, and not /bin/sh.
  return packages.length > 0 && packages.every((name) => name === 'bash') ? '/bin/bash' : 'sh';
}

const isInterpreter = (program: string) => /\/(node|python[\d.]*|java|ruby|php|dotnet|deno|bun)$/.test(program);

/** User and working directory of Google's images follow from the tag; `find.ts` knows how. */
function googleRow(asOf: string, image: KnownImage, cite: Cite): ImageRow {
  const user = image.configUser;
  if (typeof user !== 'object' || user?.latest !== '0' || user.nonroot !== '65532') {
    throw new Error(`The users of ${image.id} are not those that find.ts expects.`);
  }
  const { tags: _tags, nonrootTag: _nonrootTag, ...row } = imageRow(asOf, image, cite);
  return row;
}

/** The patterns are prose in the knowledge file; what they say is written down here, and checked to be there still. */
export function googleRetiredRows(known: Knowledge, cite: Cite): RetiredRow[] {
  const prose = known.families.find(({ id }) => id === 'google-distroless')?.retiredPatterns ?? [];
  const row = (start: string, pattern: string, ends: string, language?: string): RetiredRow => {
    const found = prose.find((it) => it.pattern.startsWith(`gcr.io/distroless/${start}`));
    if (!found) throw new Error(`No retired pattern begins with ${start} any more.`);
    if (!found.removedOn.includes(ends) && ends !== lastDayOfJava)
      throw new Error(`${start} no longer ends on ${ends}.`);
    return trimmed<RetiredRow>({ pattern, ends, language, sources: cite([found.source]) });
  };
  // When the names without a major version went is not recorded; the last Debian that had them went on this day.
  const lastDayOfJava = '2024-09-03';
  return [
    row('python2.7', 'python2\\.7(-debian\\d+)?', '2021-09-20', 'python'),
    row('*-debian9', '(static|base|base-nossl|cc)-debian9', '2021-07-28'),
    row('*-debian9', 'python3-debian9', '2021-07-28', 'python'),
    row('*-debian9', 'nodejs(\\d+)?-debian9', '2021-07-28', 'node'),
    row('*-debian9', 'java(\\d+|-base)?-debian9', '2021-07-28', 'java'),
    row('*-debian10', '(static|base|base-nossl|cc)-debian10', '2022-09-06'),
    row('*-debian10', 'python3-debian10', '2022-02-08', 'python'),
    row('*-debian10', 'nodejs(\\d+)?-debian10', '2022-02-08', 'node'),
    row('*-debian10', 'java(\\d+|-base)?-debian10', '2022-02-08', 'java'),
    row('nodejs14', 'nodejs14(-debian\\d+)?', '2023-04-22', 'node'),
    row('nodejs14', 'nodejs16(-debian\\d+)?', '2023-09-08', 'node'),
    row('nodejs:', 'nodejs(-debian11)?', '2023-04-04', 'node'),
    row('*jetty', 'java(\\d+)?[a-z/-]*jetty[a-z0-9-]*', '2024-09-03', 'java'),
    row('java11', 'java11(-debian\\d+)?', '2024-09-03', 'java'),
    row('java11', 'java8(-debian\\d+)?', '2021-09-13', 'java'),
    row('java:', 'java(-debian\\d+)?', lastDayOfJava, 'java'),
  ];
}

/** Tags with the number of a patch are left out: `find.ts` takes them for those without. */
function dhiRow(asOf: string, image: KnownImage, cite: Cite): ImageRow {
  const row = imageRow(asOf, image, (sources) =>
    cite(sources.map((source) => source.replace(/(@image\/[^/]+)\/.*/, '$1'))),
  );
  return { ...row, tags: (row.tags ?? []).filter((tag) => !/^\d+\.\d+\.\d/.test(tag)) };
}

/** Azure Linux also under its former name. */
function microsoftRow(asOf: string, image: KnownImage, cite: Cite): ImageRow[] {
  const row = imageRow(asOf, image, (sources) =>
    cite(sources.map((source) => source.replace(/(@src\/[^/]+\/[^/]+)\/.*/, '$1'))),
  );
  const tag = image.image.split(':')[1];
  const dotnet = row.name.includes('/dotnet/');
  const facts = trimmed<ImageRow>({
    ...row,
    os: row.os?.replace(/ .*/, ''),
    // runtime-deps has what .NET needs, and not .NET.
    language: row.name.endsWith('/runtime-deps') ? undefined : dotnet ? 'dotnet' : row.language,
    version: row.name.endsWith('/runtime-deps')
      ? undefined
      : dotnet
        ? /^\d+(\.\d+)?/.exec(tag ?? '')?.[0]
        : row.version,
    tags: tag === undefined ? undefined : [tag],
    nonrootTag: undefined,
  });
  const former = row.name.replace('/azurelinux/', '/cbl-mariner/');
  if (former === row.name || !(image.aliases ?? []).some((it) => it.startsWith(former))) return [facts];
  return [facts, { ...facts, name: former, os: 'azurelinux2', tags: ['2.0'] }];
}

/** Rows that differ in nothing but their tags, made one. */
function merged(rows: readonly ImageRow[]): ImageRow[] {
  const byFacts = new Map<string, ImageRow>();
  for (const row of rows) {
    const { tags, ...facts } = row;
    const key = JSON.stringify(facts);
    const same = byFacts.get(key);
    byFacts.set(key, same ? { ...same, tags: [...(same.tags ?? []), ...(tags ?? [])] } : row);
  }
  return [...byFacts.values()];
}

function ubiMicro(known: Knowledge, cite: Cite): ImageRow[] {
  const image = images(known, 'redhat').find(({ id }) => id === 'redhat/ubi-micro');
  if (!image) throw new Error('ubi-micro is gone.');
  // Whether it has a shell, and as whom it runs, is not confirmed.
  const row = (name: string, os: string) =>
    trimmed<ImageRow>({
      name,
      family: 'other',
      distroless: true,
      os,
      packageManager: false,
      sources: cite(image.source),
    });
  return ['8', '9', '10'].flatMap((major) => [
    row(`registry.access.redhat.com/ubi${major}/ubi-micro`, `rhel${major}`),
    row(`registry.access.redhat.com/ubi${major}-micro`, `rhel${major}`),
  ]);
}

function busybox(known: Knowledge, cite: Cite): ImageRow[] {
  const image = images(known, 'reference-small').find(({ id }) => id === 'busybox');
  if (!image) throw new Error('busybox is gone.');
  return [
    {
      name: 'busybox',
      family: 'other',
      distroless: false,
      shell: 'sh',
      packageManager: false,
      user: 'root',
      entrypoint: [],
      sources: cite(image.source),
    },
  ];
}
