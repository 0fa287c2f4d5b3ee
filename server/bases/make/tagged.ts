/** Rows of distributions and of the official images made from them, and of the systems that they name. */
import type { SystemRow, TaggedRow } from '../data.ts';
import {
  type Cite,
  isDate,
  type Knowledge,
  type KnownBase,
  type KnownSystem,
  languageOf,
  shortName,
  trimmed,
  usefulValues,
  userOf,
} from './knowledge.ts';

const isDistribution = ({ runtimeFamily }: KnownBase) => runtimeFamily.startsWith('base-');

export const languageRows = (known: Knowledge, cite: Cite): TaggedRow[] =>
  known.nonDistrolessBases.filter((base) => !isDistribution(base)).flatMap((base) => taggedRows(known, base, cite));

export const distributionRows = (known: Knowledge, cite: Cite): TaggedRow[] =>
  known.nonDistrolessBases.filter(isDistribution).flatMap((base) => taggedRows(known, base, cite));

/** Those with all their facts, and older releases of which only the end is known. Nobody builds on what ended before 2016. */
export function systemRows(known: Knowledge, cite: Cite): SystemRow[] {
  const rows = known.os.filter(({ id }) => id !== 'scratch').map((system) => systemRow(system, cite));
  const older = (id: string, table: string, libc: string) =>
    Object.entries(known.eolTables[table] ?? {})
      .filter(
        ([version, { eol }]) =>
          /^\d/.test(version) && eol && isDate(eol) && eol >= '2016' && !rows.some((row) => row.id === id + version),
      )
      .map(([version, { codename, eol, eoes }]) => {
        const [libcVersion = null, commit] = olderGlibc[id + version] ?? [];
        return systemRow(
          {
            id: id + version,
            family: id,
            version,
            // “Xenial Xerus”
            codename: codename?.split(' ')[0]?.toLowerCase() ?? null,
            libc,
            libcVersion,
            eol: eol ?? null,
            extendedEol: eoes ?? null,
            source: [
              ...(commit ? [`mayeut/pep600_compliance@${commit}:README.rst`] : []),
              `endoflife-date/endoflife.date@products/${table}.md`,
            ],
          },
          cite,
        );
      });
  return [
    ...rows,
    ...older('debian', 'debian', 'glibc'),
    ...older('ubuntu', 'ubuntu', 'glibc'),
    ...older('alpine', 'alpine-linux', 'musl'),
  ];
}

/** Of releases that are over, and the commit of the table that had them: it leaves out what ended long ago. */
const olderGlibc: Readonly<Record<string, readonly [version: string, commit: string]>> = {
  debian7: ['2.13', '01e2605'],
  'ubuntu14.04': ['2.19', '00425e6'],
  'ubuntu16.04': ['2.23', '00425e6'],
  'ubuntu20.10': ['2.32', '00425e6'],
  'ubuntu21.04': ['2.33', '00425e6'],
  'ubuntu21.10': ['2.34', '00425e6'],
  'ubuntu22.10': ['2.36', '00425e6'],
  'ubuntu23.04': ['2.37', '00425e6'],
  'ubuntu23.10': ['2.38', '00425e6'],
};

function taggedRows(known: Knowledge, base: KnownBase, cite: Cite): TaggedRow[] {
  const doubted = Array.isArray(base.unverified)
    ? base.unverified.join(' ')
    : base.unverified
      ? 'entrypoint cmd user'
      : '';
  const names = [...new Set(base.match.map(shortName))].filter(
    (name) => !name.startsWith('cgr.dev/') && !/\/ubi\*$/.test(name),
  );
  return names.map((name): TaggedRow => {
    const unprivileged = name.endsWith('-unprivileged');
    const server = base.runtimeFamily === 'server';
    const entrypoint = doubted.includes('entrypoint') ? undefined : base.entrypoint.map(plainProgram);
    const { cmd, variants } = commandOf(base, doubted);
    const tags = known.officialTagDefaults[name] ?? {};
    return trimmed<TaggedRow>({
      name,
      language: name.endsWith('/runtime-deps') ? undefined : languageOf(base.runtimeFamily),
      interpreter:
        base.nodePath ??
        base.pythonPath?.replace(/;.*/, '').replace('3.X', '<version>') ??
        (base.javaHome && `${base.javaHome}/bin/java`),
      shell: 'sh',
      packageManager: true,
      user: unprivileged
        ? '101'
        : doubted.includes('user for') && name.includes('ubi')
          ? undefined
          : userOf(base.defaultUser),
      workdir: server ? undefined : /^\S+$/.exec(base.workdir)?.[0],
      entrypoint: server ? undefined : entrypoint,
      cmd: server ? undefined : cmd,
      env: usefulValues(base.env),
      variants: server ? undefined : variants,
      systems: Object.fromEntries(
        Object.entries({ ...defaultsOf(base, name), ...tags }).filter(([tag]) => !saysSystem(known, tag)),
      ),
      numbered: numbered[name],
      ends: endsOf(known, endTables[name]),
      sources: cite(base.source),
    });
  });
}

const numbered: Readonly<Record<string, string>> = {
  debian: 'debian',
  ubuntu: 'ubuntu',
  alpine: 'alpine',
  fedora: 'fedora',
  amazonlinux: 'amazonlinux',
  almalinux: 'almalinux',
  rockylinux: 'rockylinux',
  oraclelinux: 'oraclelinux',
  centos: 'centos',
  'quay.io/centos/centos': 'centos-',
};

const endTables: Readonly<Record<string, string>> = {
  node: 'nodejs',
  python: 'python',
  'eclipse-temurin': 'eclipse-temurin',
  'mcr.microsoft.com/dotnet/sdk': 'dotnet',
  'mcr.microsoft.com/dotnet/runtime': 'dotnet',
  'mcr.microsoft.com/dotnet/aspnet': 'dotnet',
  'mcr.microsoft.com/dotnet/runtime-deps': 'dotnet',
};

/** `docker-entrypoint.sh (a #!/bin/sh script)` → `docker-entrypoint.sh`. */
const plainProgram = (text: string) => text.replace(/ \(.*/, '');

function commandOf(base: KnownBase, doubted: string): Pick<TaggedRow, 'cmd' | 'variants'> {
  if (/\bcmd\b/.test(doubted)) return {};
  const [text] = base.cmd;
  if (text?.includes(' | ')) {
    // `php -a (cli) | php-fpm (fpm) | apache2-foreground (apache)`, with the working directory of some of them.
    const [, directory, these] = /^(\S+) \((.*)\)$/.exec(base.workdir) ?? [];
    const variants = text.split(' | ').map((it) => {
      const [, command = '', key = ''] = /^(.*) \((.*)\)$/.exec(it) ?? [];
      const workdir = these?.split(', ').includes(key) ? directory : undefined;
      return [
        key,
        trimmed<{ cmd: readonly string[]; workdir?: string }>({ cmd: command.split(' '), workdir }),
      ] as const;
    });
    return { cmd: variants[0]?.[1].cmd ?? [], variants: Object.fromEntries(variants) };
  }
  if (text?.endsWith('(jdk only)')) return { cmd: [plainProgram(text)], variants: { jre: { cmd: [] } } };
  return { cmd: base.cmd.map(plainProgram) };
}

/** Several images may share a record: the tags are those of the first, and servers are given by name. */
function defaultsOf(base: KnownBase, name: string): Readonly<Record<string, string>> {
  const given = base.defaultOs ?? {};
  if (base.runtimeFamily !== 'server') return name === base.match[0] || base.runtimeFamily === 'dotnet' ? given : {};
  return given[name] ? { latest: given[name] } : {};
}

const saysSystem = (known: Knowledge, tag: string) =>
  known.os.some(({ codename }) => codename !== null && tag.split('-').includes(codename)) || /alpine\d/.test(tag);

function endsOf(known: Knowledge, table: string | undefined): Record<string, string> {
  const lines = Object.entries((table && known.eolTables[table]) || {});
  return Object.fromEntries(
    lines
      .filter(([line, { eol }]) => /^\d/.test(line) && eol && isDate(eol))
      .map(([line, { eol }]) => [line, eol ?? '']),
  );
}

function systemRow(system: KnownSystem, cite: Cite): SystemRow {
  const [, letters = system.id, digits] = /^([a-z]+)(.*)$/.exec(system.id) ?? [];
  const version = system.version ?? digits ?? '';
  return trimmed<SystemRow>({
    id: system.id,
    name: [systemNames[letters] ?? letters, digits].filter(Boolean).join(' '),
    version: digits || version,
    codename: system.codename,
    libc: system.libc,
    libcVersion: system.libcVersion,
    // Debian's long-term support is public; what others extend is for customers.
    ends: (system.family === 'debian' ? system.extendedEol : undefined) ?? system.eol,
    aliases: system.aliases,
    sources: cite(system.source),
  });
}

const systemNames: Readonly<Record<string, string>> = {
  debian: 'Debian',
  ubuntu: 'Ubuntu',
  alpine: 'Alpine Linux',
  rhel: 'Red Hat Enterprise Linux',
  amazonlinux: 'Amazon Linux',
  fedora: 'Fedora',
  azurelinux: 'Azure Linux',
  wolfi: 'Wolfi',
};
