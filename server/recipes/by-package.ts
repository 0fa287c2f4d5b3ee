/**
 * Packages of Debian and Ubuntu that what ships needs: the user's own line installs them in the builder, and a RUN after it collects their files, and
 * those of all that they depend on and the base has not, for one COPY. What a library opens by its name when it runs is found that way too.
 */
import { rootStage } from '../dockerfile/queries.ts';
import { inDebian } from '../facts/alpine-packages.ts';
import { packagesOfBase } from '../facts/base-packages.ts';
import {
  isFilesOnly,
  isNamedLikeLibrary,
  libraryOf,
  purposeOfOsPackage,
  WITH_ALTERNATIVES,
  WRITTEN_BY_INSTALLATION,
} from '../facts/os-packages.ts';
import { addLine, type Draft, list, note } from './draft.ts';
import { isNewer } from './glibc.ts';
import { googleImage } from './google.ts';
import { type AddedStage, asRoot, endOfBuilder, LIBRARIES } from './interpreter.ts';
import { keyword } from './layout.ts';
import { readInstall, removedNames } from './packages.ts';
import { programOf } from './run-commands.ts';

/** A package as the file names it, and as Debian does, where the file is written for Alpine and moves. */
export interface Carried {
  readonly name: string;
  readonly debian: string;
  readonly line: number;
}

/** What the stage installs and can be taken along by its files. `draft.cut` must be known: what is installed below it is in no builder. */
export function packagesToCarry(draft: Draft): readonly Carried[] {
  const { subject, fates, cut } = draft;
  if (!canCarry(draft)) return [];
  const commands = subject.steps
    .filter(({ index }) => index <= cut && fates[index] !== 'gone')
    .flatMap((step) => step.commands);
  const removed = new Set(commands.flatMap(removedNames));
  return commands.flatMap((command) => {
    const { manager, names, group } = readInstall(command) ?? { manager: 'other', names: [] };
    if (manager === 'other' || (group !== undefined && removed.has(group))) return [];
    return names.flatMap((name) => {
      const [found, ...more] = manager === 'apk' ? (inDebian.get(name) ?? []) : [name];
      const debian = libraryOf.get(found ?? '') ?? found;
      if (debian === undefined || more.length > 0 || !isCarried(debian)) return [];
      // `NAME:i386`: dpkg asks for that, too, wherever a package is there twice.
      const isForeign = command.words.some((word) => word.startsWith(`${name}:`));
      if (isForeign || removed.has(name) || draft.provided?.test(name)) return [];
      return [{ name, debian, line: command.line }];
    });
  });
}

const isCarried = (name: string): boolean =>
  // They become words of a shell.
  /^[a-z0-9][a-z0-9+.-]*$/.test(name) && (isFilesOnly(purposeOfOsPackage(name)) || isUntold(name));

/** Only its name says that it is a library. */
const isUntold = (name: string): boolean => purposeOfOsPackage(name) === 'unknown' && isNamedLikeLibrary(name);

/** The builder has dpkg and a C library that is not newer than the base's, and which packages the base has is known. */
function canCarry({ subject, base, rewritten }: Draft): boolean {
  const { dockerfile, stage } = subject;
  const os = subject.base?.os;
  const ours = googleImage('cc', subject.today)?.os?.libcVersion ?? '0';
  if (base && !packagesOfBase(base.name)) return false;
  if (os?.libc === 'musl') {
    const { image } = rootStage(dockerfile, stage);
    return rewritten.some(({ range }) => range === image?.range);
  }
  if (!/^(debian|ubuntu)/.test(os?.id ?? '') || (os?.libcVersion && isNewer(os.libcVersion, ours))) return false;
  if (!os?.id.startsWith('debian')) return true;
  // An official image of a language, on a release that its tag does not tell; another is testing, or unstable.
  return os.version === '' ? subject.base?.runtime !== undefined : Number(os.version) >= 11;
}

/** `stage`: where that is not the builder made of the subject's. `byName`: the language asks ldconfig where a library is, as Python does. */
export function carryPackages(
  draft: Draft,
  packages: readonly Carried[],
  { stage, byName = false }: { readonly stage?: AddedStage | undefined; readonly byName?: boolean } = {},
): void {
  if (packages.length === 0) return;
  const { copied } = draft;
  const line = stage?.line ?? endOfBuilder(draft);
  const names = [...new Set(packages.map(({ debian }) => debian))];
  asRoot(draft, line);
  addLine(
    draft,
    line,
    `# The files of ${names.join(', ')}, and of what ${names.length > 1 ? 'they depend' : 'it depends'} on and the base has not`,
  );
  for (const text of collecting(draft, names, byName)) addLine(draft, line, text);
  if (!copied.some(({ path, to, from }) => path === LIBRARIES && to === '/' && from === stage?.name))
    copied.push({ path: LIBRARIES, to: '/', owner: undefined, ...(stage ? { from: stage.name } : {}) });
  for (const at of new Set(packages.map((it) => it.line))) explain(draft, packages, at);
}

function explain(draft: Draft, packages: readonly Carried[], line: number): void {
  const here = packages.filter((it) => it.line === line);
  const names = here.map(({ name }) => name);
  const are = names.length > 1 ? 'are' : 'is';
  note(
    draft,
    'change',
    line,
    `${list(names)} ${are} in what ships too: the files, and those of the packages that ${names.length > 1 ? 'they depend' : 'it depends'} on and the base has not, are collected in the builder and copied, with their records, so that scanners see them.`,
  );
  const programs = here.filter(({ debian }) => purposeOfOsPackage(debian) === 'program').map(({ name }) => name);
  if (programs.length > 0)
    note(
      draft,
      'assumption',
      line,
      `${list(programs)} ${programs.length > 1 ? 'are' : 'is'} assumed to be started directly: what starts ${programs.length > 1 ? 'them' : 'it'} by way of a shell finds none.`,
    );
  const untold = here.filter(({ debian }) => isUntold(debian)).map(({ name }) => name);
  if (untold.length > 0)
    note(
      draft,
      'risk',
      line,
      `Of ${list(untold)} nothing but the name is known here, which is that of a library. If ${untold.length > 1 ? 'they need' : 'it needs'} a shell, a service, or settings that the installation writes, those are not there.`,
    );
  const takesMore = draft.subject.steps
    .flatMap(({ commands }) => commands)
    .some(
      (command) =>
        command.line === line &&
        (readInstall(command)?.names.length ?? 0) > 0 &&
        programOf(command) !== 'apk' &&
        !command.words.some((word) => /no-install-recommends|install-recommends=(0|false)/i.test(word)),
    );
  if (takesMore)
    note(
      draft,
      'risk',
      line,
      'This line installs recommended packages too, and they are not copied. Name those that the program needs.',
    );
}

/** What only the scripts of an installation call, besides the essential packages that every Debian has. */
const FOR_INSTALLING =
  'adduser debconf dictionaries-common emacsen-common lsb-base passwd sensible-utils ucf x11-common xfonts-utils'.split(
    ' ',
  );

/**
 * dpkg's own records say what depends on what, whether apt's lists are there or not: what the base has is taken out of them, so that the walk ends there.
 * /bin, /lib and /sbin are links to folders in /usr in the base, and nothing can be copied over them.
 */
function collecting({ subject, base }: Draft, names: readonly string[], byName: boolean): readonly string[] {
  const written = WRITTEN_BY_INSTALLATION.filter(([pattern]) => names.some((it) => isUntold(it) || pattern.test(it)));
  const records = `${LIBRARIES}/var/lib/dpkg/status.d`;
  const lines = [
    `${keyword(subject, 'RUN')} set -- $(dpkg-query -Wf '\${Package},\${Provides};\${Pre-Depends},\${Depends};\${Essential}\\n'`,
    `    | grep -vE -e ';yes$' ${anyOf([...(packagesOfBase(base?.name ?? '') ?? []), ...FOR_INSTALLING])}`,
    "    | sed 's/ ([^)]*)//g; s/:any//g; s/ //g'",
    "    | awk -F ';' 'function take(names,  all, i) { for (i = split(names, all, /[,| ]/); i > 0; i--) if (!seen[all[i]]++) {",
    '            if (all[i] in needs) print all[i]; take(needs[all[i]] " " by[all[i]]) } }',
    '        { for (i = split($1, all, ","); i > 1; i--) if (all[i] != "") by[all[i]] = by[all[i]] " " all[1]; needs[all[1]] = $2 }',
    `        END { take("${names.join(' ')}") }' | sort)`,
    // What has no such file, or no file in /etc, must not stop a shell with pipefail, or ldconfig.
    `    && mkdir -p ${byName ? `${LIBRARIES}/etc ` : ''}${records}`,
    `    && for name; do dpkg-query -s "$name" > "${records}/$name";`,
    `        dpkg-query --control-show "$name" md5sums | sed 's,  \\(bin\\|lib\\|sbin\\)/,  usr/\\1/,' > "${records}/$name.md5sums" || :; done`,
    '    && dpkg-query -L "$@"',
    "    | awk '/^\\/[^\\/]+\\// && (!/^\\/usr\\/share\\/(bug|doc|doc-base|info|lintian|man)\\// || /\\/copyright$/) { print substr($0, 2) }'",
    "    | tar -c -C / --no-recursion --ignore-failed-read -T - --transform 's,^\\(bin\\|lib\\|sbin\\)/,usr/&,S'",
    `    | tar -x -C ${LIBRARIES}`,
    ...(names.some((it) => isUntold(it) || WITH_ALTERNATIVES.test(it))
      ? [
          "    && find /etc /usr -lname '/etc/alternatives/*' | while read -r link; do",
          `        [ ! -e "${LIBRARIES}$(readlink -f "$link")" ] || cp -P --parents "$link" "$(readlink "$link")" ${LIBRARIES}; done`,
        ]
      : []),
    ...(written.length > 0
      ? [
          `    && for file in ${written.map(([, paths]) => paths).join(' ')}; do`,
          `        [ ! -e "$file" ] || [ ! -d "${LIBRARIES}\${file%/*}" ] || cp -P --parents "$file" ${LIBRARIES}; done`,
        ]
      : []),
    ...(byName
      ? [
          `    && ldconfig -X -C ${LIBRARIES}/etc/ld.so.cache && install -D /sbin/ldconfig ${LIBRARIES}/usr/sbin/ldconfig`,
        ]
      : []),
  ];
  const goOn = ` ${subject.dockerfile.escape}`;
  return lines.flatMap((text) => text.split('\n')).map((text, i, all) => (i < all.length - 1 ? text + goOn : text));
}

/** Patterns for grep, each for as many names as a line takes. */
function anyOf(names: readonly string[]): string {
  const lines: string[][] = [[]];
  for (const name of names.map((it) => it.replace(/[.+]/g, '[$&]'))) {
    if (lines.at(-1)!.join('|').length + name.length > 100) lines.push([]);
    lines.at(-1)!.push(name);
  }
  return lines.map((line) => `-e '^(${line.join('|')})(t64)?,'`).join('\n        ');
}
