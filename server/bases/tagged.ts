/** Distributions and the official images made from them: the tag says the system, the version and the variant. */
import type { Base, OperatingSystem } from './base.ts';
import { systemRows, type TaggedRow, taggedFiles } from './data.ts';
import type { Reference } from './reference.ts';

type SystemOf = (id: string, libc: 'none' | undefined) => OperatingSystem | undefined;

export function findTagged(reference: string, parsed: Reference, systemOf: SystemOf): Base | undefined {
  for (const file of taggedFiles) {
    const row = file.rows.find(({ name }) => matches(name, parsed.name));
    if (!row) continue;
    const tag = parsed.tag ?? 'latest';
    // Those of .NET that the data has no row of are no whole distribution, which is all that their tag says of them.
    if (parsed.name.startsWith('mcr.microsoft.com/dotnet/') && /-(chiseled|distroless)/.test(tag)) return undefined;
    // A digest alone may be that of any release, on Alpine as well as on Debian.
    const unnamed = parsed.tag === undefined && parsed.digest !== undefined;
    const version = unnamed ? undefined : versionOf(row, tag);
    const parts = tag.split('-');
    const variant = Object.entries(row.variants ?? {}).find(([key]) => parts.includes(key))?.[1];
    const windows = /nanoserver|windowsservercore/.test(tag);
    const id = unnamed ? row.numbered : windows ? undefined : systemId(row, parsed.name, tag);
    // The vendors' own images on Google's base: denoland/deno_docker, distroless.dockerfile; oven-sh/bun, dockerhub/distroless.
    const minimal = /^(denoland\/deno|oven\/bun)$/.test(parsed.name) && /(^|-)distroless(-|$)/.test(tag);
    return {
      reference,
      name: parsed.name,
      tag: parsed.tag,
      digest: parsed.digest,
      family: 'other',
      distroless: minimal,
      debug: false,
      os: id ? systemOf(id, undefined) : undefined,
      runtime: row.language ? { language: row.language, version } : undefined,
      hasShell: windows ? undefined : !minimal && row.shell === 'sh',
      shellPath: windows || minimal ? undefined : '/bin/sh',
      hasPackageManager: windows ? undefined : !minimal && row.packageManager,
      user: windows ? undefined : row.user,
      nonrootTag: undefined,
      workdir: windows ? undefined : (variant?.workdir ?? row.workdir),
      entrypoint: windows ? undefined : row.entrypoint,
      cmd: windows ? undefined : (variant?.cmd ?? row.cmd),
      env: row.env ?? {},
      interpreter: windows ? undefined : interpreterOf(row.interpreter, version),
      ends: endOf(row, version),
      replacements: [],
      pinned: undefined,
      sources: row.sources.flatMap((index) => file.sources[index] ?? []),
    };
  }
  return undefined;
}

/** One `*` in a name stands for characters but `/`; at its end for all. */
function matches(pattern: string, name: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === name;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  if (!name.startsWith(before) || name.length <= before.length + after.length) return false;
  if (after.includes('*')) {
    const next = name.indexOf(after.slice(0, after.indexOf('*')), before.length);
    return next > before.length && !name.slice(before.length, next).includes('/');
  }
  return name.endsWith(after) && !name.slice(before.length, name.length - after.length).includes('/');
}

/** `bookworm`, `alpine3.20`, `12.5`, or what the data says that the tag means today. */
function systemId(row: TaggedRow, name: string, tag: string): string | undefined {
  const parts = tag.split('-');
  for (const { id, codename } of systemRows.rows) {
    if (parts.some((part) => part === codename || part === id)) return id;
  }
  const ubi =
    /(?:^|\/)ubi(\d+)/.exec(name)?.[1] ??
    parts
      .find((part) => /^ubi\d+/.test(part))
      ?.slice(3)
      .split('.')[0];
  if (ubi) return `ubi${ubi}`;
  if (parts.includes('al2023')) return 'amazonlinux2023';
  const azure =
    parts.find((part) => /^azurelinux\d/.test(part)) ??
    (name.includes('/azurelinux/') ? `azurelinux${tag}` : undefined);
  if (azure) return /^azurelinux\d+/.exec(azure)?.[0];
  if (name.includes('/cbl-mariner/')) return /^\d/.test(tag) ? `azurelinux${tag.split('.')[0]}` : undefined;
  if (row.numbered !== undefined) {
    const number = /^(?:stream)?\d+(?:\.\d+)?/.exec(tag)?.[0];
    const whole = /^(alpine|ubuntu)$/.test(row.numbered) ? number : number?.split('.')[0];
    const id = `${row.numbered}${whole}`;
    if (whole && systemRows.rows.some((it) => it.id === id || it.aliases?.includes(id))) return id;
  }
  const systems = new Map(Object.entries(row.systems ?? {}));
  const today = systems.get(tag) ?? systemOfPatch(row, tag, systems);
  if (today) return today;
  // An older tag: the release is not known, but whose it is. What is made from Ubuntu today had others below it before.
  if (parts.some((part) => part.startsWith('alpine')) || row.numbered === 'alpine') return 'alpine';
  if (row.numbered === 'ubuntu') return 'ubuntu';
  if (DEBIAN.test(row.name)) return 'debian';
  return /^debian/.exec(systems.get('latest') ?? '')?.[0];
}

/**
 * A tag with a patch number stays on the release that was in force while it was the newest: `python:3.12.1` is of Debian 12, although 3.12 is of 13 today.
 * Undefined where its line has been on more than one.
 */
function systemOfPatch({ name }: TaggedRow, tag: string, systems: ReadonlyMap<string, string>): string | undefined {
  const [, major = '', minor = '', rest = ''] = /^(\d+)\.(\d+)\.\d+(-slim)?$/.exec(tag) ?? [];
  const [first = Number.NaN, second = 0] = SETTLED[name] ?? [];
  const isSettled = Number(major) > first || (Number(major) === first && Number(minor) >= second);
  return isSettled ? (systems.get(`${major}.${minor}${rest}`) ?? systems.get(`${major}${rest}`)) : undefined;
}

/**
 * The first lines that have been on one release of Debian from their beginning: those that began after docker-library's images had moved to Debian 13 in
 * August 2025 (first releases: Go 1.26 February 2026, Python 3.14 October 2025, Ruby 4.0 December 2025, PHP 8.5 November 2025, Rust 1.90 September
 * 2025), and of Node.js 22, whose lines keep the release that they began with (docker-library/official-images, library/*).
 */
const SETTLED: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  golang: [1, 26],
  python: [3, 14],
  ruby: [4, 0],
  php: [8, 5],
  rust: [1, 90],
  node: [22, 0],
};

/** Of whose plain tags the data says nothing: docker-library/official-images@library/gcc and so on; each is made from Debian. */
const DEBIAN = /^(gcc|erlang|elixir|haskell|dart)$/;

/** Of the language: the number in front, but for Maven and Gradle, which put their own there, that of the JDK. */
function versionOf(row: TaggedRow, tag: string): string | undefined {
  const jdk =
    row.language === 'java'
      ? /(?:jdk|jre|temurin|corretto|semeru|zulu|liberica|sapmachine)-?(\d+)/.exec(tag)?.[1]
      : undefined;
  return jdk ?? (row.name === 'maven' || row.name === 'gradle' ? undefined : /^v?(\d+(?:\.\d+)*)/.exec(tag)?.[1]);
}

/** `<version>` stands for the release line. */
function interpreterOf(interpreter: string | undefined, version: string | undefined): string | undefined {
  const line = /^\d+\.\d+/.exec(version ?? '')?.[0];
  return interpreter?.includes('<version>') ? line && interpreter.replace('<version>', line) : interpreter;
}

function endOf(row: TaggedRow, version: string | undefined): string | undefined {
  if (!version || !row.ends) return undefined;
  const parts = version.split('.');
  return row.ends[parts.slice(0, 2).join('.')] ?? row.ends[parts[0] ?? ''];
}
