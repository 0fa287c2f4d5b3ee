/** Programs that a compiler makes: what ships is the program, on an image with the libraries that it was linked to. What all such languages share. */
import { carryConfiguration, declineAlways, isToolPath, keepFolder, type Needed, warnOfLowPorts } from './carry.ts';
import { collectLibraries, fitsOther, IN_BASE, keptOnPurpose } from './compiled-libraries.ts';
import { findProgram, type Program } from './compiled-program.ts';
import type { Family } from './conversion.ts';
import { copy, type Draft, decline, list, note } from './draft.ts';
import { declineFamily, imageOf, type Wanted } from './families.ts';
import { shipFiles } from './files.ts';
import { dropNeedlessRuns } from './final-runs.ts';
import { fromScratch } from './from-scratch.ts';
import { hasOpenSsl3 } from './glibc.ts';
import { settleHealthcheck } from './health.ts';
import { settleLeftovers } from './leftovers.ts';
import { isAsset, takeNamedFiles } from './named-files.ts';
import { librariesIn } from './packages.ts';
import { isBuildersOwn, isInside, outermost } from './paths.ts';
import { isPlaced, isProgram, isRelative } from './program-path.ts';
import { type Origin, type Programs, programsOf, type ReadBuild } from './programs.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import { settlePackages } from './settle-packages.ts';
import { readStart } from './start.ts';
import { lastStep, type Step } from './subject.ts';
import { reachable, settleUser } from './users.ts';

export interface Compiled<Build> {
  /** As it stands in a sentence: `a Rust program`. */
  readonly name: string;
  /** `Build it here with …` */
  readonly how: string;
  readonly read: ReadBuild<Build>;
  /** Why a program cannot be what ships; undefined: nothing is against it. */
  readonly refuse: (program: string, given: readonly string[]) => string | undefined;
  /** What is run in place of these words, where they name a tool of the language that would only start the program. */
  readonly instead?: (
    draft: Draft,
    words: readonly string[],
    programs: Programs<Build>,
  ) => { readonly words: readonly string[]; readonly why: string } | undefined;
  /** What the program needs to run; undefined: declined. */
  readonly links: (draft: Draft, origin: Origin<Build>) => Links | Wanted | undefined;
  /** The folders in which it builds. */
  readonly sources: (origin: Origin<Build>) => readonly string[];
  readonly isSource: (source: string) => boolean;
  /** Variables that only its tools read. */
  readonly setting: RegExp;
  /** Packages of the system that the program is known to do without, or to find in the base. */
  readonly packages: readonly string[];
  /** Tools of the language that write nowhere but into its sources. */
  readonly isTool: (command: RunCommand) => boolean;
}

export interface Links {
  readonly wanted: 'static' | 'base' | 'cc';
  /** It is known, or may well be, that the base has not all of its libraries: on `static` none, so that the C library and its loader come along. */
  readonly collects: boolean;
  /** Libraries that it is known to need, and that only Google's images have. */
  readonly only?: readonly string[];
}

export function convertCompiled<Build>(
  draft: Draft,
  family: Family | undefined,
  language: Compiled<Build>,
): { readonly base: string; readonly origin: Origin<Build> } | undefined {
  const { subject } = draft;
  const { steps } = subject;
  declineAlways(draft);
  const start = readStart(draft);
  const programs = programsOf(subject, language.read);
  const program = start && findProgram(draft, start, programs, language);
  const found = program && language.links(draft, program.origin);
  const links =
    typeof found === 'string' ? { wanted: found, collects: false } : found && 'wanted' in found ? found : undefined;
  if (!start || !program || !links) {
    // With a program whose links can be followed, its libraries would be no reason.
    settlePackages(draft, [...language.packages, ...librariesIn(steps.flatMap(({ commands }) => commands))]);
    return undefined;
  }
  const { wanted } = links;
  const { origin, paths } = program;
  const isOwn = origin.subject === subject;
  const image = imageOf(family ?? 'google', wanted, subject.today);
  if (!image) {
    declineFamily(draft, subject.stage.from.range.start.line, family ?? 'google', `image for ${NEEDS[wanted]}`);
    return undefined;
  }
  const isLinked = wanted !== 'static' || links.collects;
  if (wanted === 'static' && isLinked && image.family !== 'google') {
    decline(
      draft,
      subject.stage.from.range.start.line,
      'With Alpine’s C library (musl) beside it, a program is converted onto Google’s images only. Link it statically (-static), or leave the choice of the family open.',
    );
    return undefined;
  }
  draft.base = image;
  const stages = [...new Set([subject, origin.subject])];
  const installed = !isLinked ? [] : librariesIn(stages.flatMap((it) => it.steps.flatMap(({ commands }) => commands)));
  const otherSsl = !hasOpenSsl3(origin.subject.base);
  const missing = installed.filter(
    (name) => wanted === 'static' || !IN_BASE.test(name) || (otherSsl && /ssl/.test(name)),
  );
  if (isLinked && image.family !== 'google' && !fitsOther(draft, image, stages, { ...links, missing }))
    return undefined;
  if (isOwn) keptOnPurpose(draft, missing);
  // A static program has its libraries in it; of one that is brought here, the base has those that are not collected.
  const provided = isOwn ? missing : isLinked ? installed : librariesIn(steps.flatMap(({ commands }) => commands));
  if (provided.length > 0)
    draft.provided = new RegExp(`^(${provided.map((name) => name.replace(/[.+]/g, '\\$&')).join('|')})$`);
  if (!isOwn && !subject.base) {
    decline(
      draft,
      subject.stage.from.range.start.line,
      `What “${subject.stage.image?.value}” holds that the program may need is not known. Build what ships on a distribution’s image, such as debian:13-slim, or on the distroless one itself.`,
    );
    return undefined;
  }
  if (isOwn) draft.cut = steps.findLastIndex(({ instruction }) => instruction.keyword === 'RUN');
  else dropNeedlessRuns(draft, () => false);
  const brought = steps.filter(({ copy: files }) => files);
  if (isRelative(start) || (!isOwn && isPlaced(subject, brought.length > 1 ? undefined : brought[0])))
    keepFolder(draft);
  const runsAs = settleUser(draft);
  if (image.family === 'scratch') fromScratch(draft, origin.subject);
  reachable(draft, paths, runsAs);
  const sources = isOwn ? outermost(language.sources(origin)) : [];
  shipAll(draft, language, origin, sources, paths);
  carryConfiguration(draft, neededBy(draft, language));
  if (isOwn) for (const path of paths) copy(draft, path);
  if (isLinked && (links.collects || missing.length > 0)) collectLibraries(draft, program, wanted, missing);
  settleHealthcheck(
    draft,
    (words) => (isProgram(paths, words[0] ?? '', subject.cwd) ? words : undefined),
    `HEALTHCHECK CMD ["${paths[0]}", "health"]`,
  );
  settleLeftovers(
    draft,
    {
      taken: paths,
      sources,
      packages: [...language.packages, ...installed],
      isBuild: (command) => language.isTool(command) || MAKERS.has(programOf(command)),
    },
    runsAs,
  );
  takeNamedFiles(draft, start, sources);
  warnOfLowPorts(draft, runsAs.owner === undefined);
  describe(draft, program, isOwn);
  return { base: image.reference, origin };
}

const NEEDS = {
  static: 'a program that needs no library',
  base: 'a program that needs the C library',
  cc: 'a program that needs the libraries of C and of its compiler',
};

/** Commands that build by a recipe of their own. */
export const MAKERS: ReadonlySet<string> = new Set(['make', 'gmake', 'ninja', 'just', 'task', 'mage']);

/** What is copied in for the build stays there; what the program reads when it runs goes along. */
function shipAll<Build>(
  draft: Draft,
  language: Compiled<Build>,
  origin: Origin<Build>,
  sources: readonly string[],
  paths: readonly string[],
): void {
  const { subject } = draft;
  const isOwn = origin.subject === subject;
  for (const step of subject.steps) {
    const files = step.copy;
    if (!files) continue;
    const afterBuild = isOwn ? step.index > origin.step.index : step.index >= subject.inherited;
    if (step.index > draft.cut) shipFiles(draft, step);
    else if (files.destination === undefined)
      decline(draft, step.line, 'Where this is copied to depends on a build argument. Write the path out.');
    else if (isBuildersOwn(files.destination) || isInside('/usr/local/share/ca-certificates', files.destination))
      continue;
    else if (!isOwn) shipFiles(draft, step);
    else if (files.from !== undefined) {
      if (afterBuild) shipFiles(draft, step);
      else note(draft, 'assumption', step.line, `What comes from “${files.from}” is assumed to serve the build only.`);
    } else if (afterBuild && !files.sources.some((source) => /^\.?\/?$/.test(source) || language.isSource(source)))
      shipFiles(draft, step);
    else if (sources.some((folder) => isInside(folder, files.destination!) || isInside(files.destination!, folder))) {
      if (files.sources.length > 0 && files.sources.every((it) => isAsset(it) && !language.isSource(it))) {
        shipFiles(draft, step, true);
        note(
          draft,
          'assumption',
          step.line,
          `${list(files.sources)} ${files.sources.length > 1 ? 'are' : 'is'} copied into the final stage too, because the program may read it when it runs. Remove the line there if it is compiled in.`,
        );
      }
    } else if (!paths.includes(files.destination)) shipFiles(draft, step);
  }
}

function neededBy<Build>({ subject, cut }: Draft, language: Compiled<Build>): (name: string, step: Step) => Needed {
  // Tools of the language read its settings only; make, and programs that the build runs, may read any.
  const reader = subject.steps.findLastIndex(
    ({ index, commands }) =>
      index <= cut && commands.some((command) => !KNOWN.has(programOf(command)) && !language.isTool(command)),
  );
  return (name, step) => {
    if (language.setting.test(name) || TOOLING.test(name) || isToolPath(name, step)) return 'build';
    if (/^(PATH|HOME|TZ|LANG|LC_\w+|SSL_CERT_\w+|LD_\w+|\w*_proxy)$/i.test(name)) return 'both';
    return reader > step.index ? 'both' : 'final';
  };
}

const TOOLING = /^(CC|CXX|AR|LD|CFLAGS|CXXFLAGS|LDFLAGS|MAKEFLAGS|PKG_CONFIG\w*|DEBIAN_FRONTEND|GIT_\w+)$/;

/** Programs of a build that read no setting of the application's. */
const KNOWN = new Set(
  'apk apt apt-get mkdir chown chmod rm cp mv ln ls echo adduser addgroup useradd groupadd update-ca-certificates git strip upx touch test [ true set rustup'.split(
    ' ',
  ),
);

function describe<Build>(draft: Draft, { origin, paths }: Program<Build>, isOwn: boolean): void {
  const { subject, copied } = draft;
  const { deduced, command } = origin;
  if (deduced) note(draft, 'assumption', command.line, deduced);
  if (!isOwn) {
    const line = (lastStep(subject, 'ENTRYPOINT') ?? lastStep(subject, 'CMD'))?.line ?? command.line;
    note(draft, 'assumption', line, `“${paths[0]}” is assumed to start no other programs, of which the base has none.`);
    return;
  }
  const folder = subject.cwd === undefined || subject.cwd === '/' ? 'its folder' : subject.cwd;
  const taken = copied.filter(({ owner }) => owner === undefined).map(({ path }) => path);
  note(
    draft,
    'assumption',
    command.line,
    `Only ${list(taken)} ${taken.length > 1 ? 'are' : 'is'} taken from the build. Templates, static files, migrations or settings that the program opens in ${folder} when it runs need a COPY --from of their own, and programs that it starts are not there.`,
  );
}
