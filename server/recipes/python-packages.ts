/** What the packages of the operating system are for, in a build of Python. */

import { inDebian } from '../facts/alpine-packages.ts';
import { isFilesOnly, needsMoreThanLibraries, purposeOfOsPackage } from '../facts/os-packages.ts';
import { isDevelopmentPackage } from '../facts/tools.ts';
import { type Draft, list, note } from './draft.ts';
import { readInstall } from './packages.ts';
import { pythonImage } from './python-image.ts';
import type { Subject } from './subject.ts';

/** Folders of plugins that a library loads while it runs, by the packages that bring the library. Their paths are the same on every machine but for one `*`. */
const PLUGINS: readonly (readonly [name: RegExp, folder: string])[] = [
  // Among them is caching_sha2_password, with which accounts of MySQL 8 log in (Debian: libmariadb3).
  [
    /^(libmariadb3|libmariadb-dev(-compat)?|default-libmysqlclient-dev|mariadb-(connector-c(-dev)?|dev))$/,
    '/usr/lib/*/libmariadb3',
  ],
];

export interface Roles {
  /** Folders to take whole, with a pattern in them. */
  readonly plugins: readonly string[];
  /** Accounted for: their libraries are collected if something that ships links them, or they are for compiling. */
  readonly taken: readonly string[];
  /** Something may be linked to libraries of the system. */
  readonly collects: boolean;
}

export function rolesOf(subject: Subject): Roles {
  const names = namesIn([subject, ...subject.builders.map((builder) => builder.subject)]);
  const linked = names.filter(isLinked);
  const compiles = names.some((name) => purposeOfOsPackage(name) === 'build');
  const own = namesIn([subject]);
  const plugins = PLUGINS.filter(([pattern]) => own.some((name) => pattern.test(name))).map(([, folder]) => folder);
  const debians = pythonImage(subject.dockerfile, subject.stage)?.isDebians
    ? names.filter((it) => DEBIANS.test(it))
    : [];
  const links = linked.filter((name) => !isFilesOnly(purposeOfOsPackage(name)));
  return { plugins, taken: [...linked, ...debians, ...names.filter(isTool)], collects: links.length > 0 || compiles };
}

const namesIn = (subjects: readonly Subject[]) =>
  subjects.flatMap(({ steps }) =>
    steps.flatMap(({ commands }) => commands.flatMap((command) => readInstall(command)?.names ?? [])),
  );

const isTool = (name: string) => purposeOfOsPackage(name) === 'tool';

/** Debian’s Python, and what installs packages for it. */
const DEBIANS =
  /^(python3(\.13)?(-minimal|-full|-venv|-dev|-pip|-setuptools|-wheel|-virtualenv)?|python-is-python3|pipx)$/;

/** By the name that Debian gives it, where it is Alpine's. Without a name there, Debian’s image or the base has it. */
function isLinked(name: string): boolean {
  const [debian = name, ...more] = inDebian.get(name) ?? [name];
  if (inDebian.get(name)?.length === 0) return true;
  return more.length === 0 && (isLibrary(debian) || isHeaders(debian) || WITH_WHEELS.has(debian));
}

const isLibrary = (name: string) => purposeOfOsPackage(name) === 'library' && !needsMoreThanLibraries(name);

/** Libraries that wheels of PyPI are linked to without bringing them, such as those of OpenCV; what these load when something is drawn is not needed for that. */
const WITH_WHEELS: ReadonlySet<string> = new Set(
  'libgl1 libgl1-mesa-glx libegl1 libopengl0 libsm6 libice6 libx11-6 libxext6 libxrender1 libxcb1 libopenblas0 libopenblas0-pthread libblas3 liblapack3 libgfortran5 libnuma1'.split(
    ' ',
  ),
);

/**
 * Headers that an extension is compiled with: what it is then linked to comes with them. Not those of libraries that bindings of Python look
 * for by name when they run.
 */
const isHeaders = (name: string) =>
  isDevelopmentPackage(name) && !/^lib(magic|pango|zbar|gdk|cairo|enchant)/.test(name);

/** Says what becomes of libraries and tools, apart from those that are carried by package. */
export function notePackages(draft: Draft, carried: readonly string[]): void {
  for (const { commands, index } of draft.subject.steps) {
    if (draft.fates[index] === 'gone') continue;
    for (const command of commands) {
      const all = readInstall(command)?.names ?? [];
      const tools = all.filter(isTool);
      const are = tools.length > 1 ? 'are' : 'is';
      if (tools.length > 0)
        note(
          draft,
          'assumption',
          command.line,
          `${list(tools)} ${are} assumed to serve the build only, and ${are} not in what ships.`,
        );
      const names = all.filter((name) => isLinked(name) && !carried.includes(name));
      if (names.length === 0) continue;
      note(
        draft,
        'assumption',
        command.line,
        `Of ${list(names)} those libraries are taken along that a package of Python is linked to. What only looks for a library by its name while it runs is assumed not to need ${names.length > 1 ? 'them' : 'it'}.`,
      );
    }
  }
}
