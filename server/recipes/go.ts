/** Go: the program is built without cgo, and what ships is that one file on `static`; with C code in it, on `base` or `cc`. */
import { carryConfiguration, declineAlways, isToolPath, keepFolder, type Needed, warnOfLowPorts } from './carry.ts';
import { fitsOther } from './compiled-libraries.ts';
import { filesNamed } from './context-files.ts';
import type { Family } from './conversion.ts';
import { addBefore, copy, type Draft, decline, list, newDraft, note } from './draft.ts';
import { declineFamily, imageOf } from './families.ts';
import { shipFiles } from './files.ts';
import { dropNeedlessRuns } from './final-runs.ts';
import { fromScratch } from './from-scratch.ts';
import { readGoBuild } from './go-build.ts';
import { type BuildStep, isMaker, needsCgo, settleCgo } from './go-cgo.ts';
import { librariesOf, takeLinked } from './go-libraries.ts';
import { moduleOf } from './go-module.ts';
import { buildsOf, readerOfGo } from './go-outputs.ts';
import { findProgram, namesRun, type Program } from './go-program.ts';
import { settleHealthcheck } from './health.ts';
import { keyword } from './layout.ts';
import { settleLeftovers } from './leftovers.ts';
import { isAsset, takeNamedFiles } from './named-files.ts';
import { librariesIn } from './packages.ts';
import { isBuildersOwn, isInside, nameOf, outermost } from './paths.ts';
import { isPlaced, isProgram, isRelative } from './program-path.ts';
import { programsOf, stagesOf } from './programs.ts';
import type { Recipe } from './recipe.ts';
import { commandsOf, programOf, type RunCommand } from './run-commands.ts';
import { settlePackages } from './settle-packages.ts';
import { chainOf } from './stage-variables.ts';
import { readStart } from './start.ts';
import type { Step, Subject } from './subject.ts';
import { reachable, settleUser } from './users.ts';

export const go: Recipe = {
  language: 'go',
  name: 'Go',
  recognises: (subject) =>
    stagesOf(subject).some(({ steps }) => steps.some(({ commands }) => commands.some((it) => readGoBuild(it)))),
  contextFiles: (subject) => stagesOf(subject).flatMap((it) => filesNamed(it, 'go.mod').map(({ path }) => path)),
  convert(subject, family) {
    const draft = newDraft(subject);
    return { draft, base: convertGo(draft, family) };
  },
};

function convertGo(draft: Draft, family: Family | undefined): string | undefined {
  const { subject } = draft;
  const start = readStart(draft);
  declineAlways(draft);
  const run = namesRun(start);
  const programs = programsOf(subject, readerOfGo(run));
  const builders = new Map(
    stagesOf(subject).flatMap((stage) => {
      const builds = buildsOf(stage, run);
      return builds.length > 0 ? [[stage, builds] as const] : [];
    }),
  );
  const program = start && findProgram(draft, start, programs, builders.size > 0);
  const origins = [...programs.files.values(), ...(program ? [program.origin] : [])].map((it) => it.subject);
  const cgo = [...new Set(origins)].map((stage) => {
    const builds = builders.get(stage) ?? [];
    return { stage, builds, cgo: settleCgo(draft, stage, builds, moduleOf(stage).requires) };
  });
  if (!start || !program || cgo.some((it) => it.cgo === undefined)) {
    // With a program whose links can be followed, its libraries would be no reason.
    settlePackages(draft, librariesIn(subject.steps.flatMap(({ commands }) => commands)));
    return undefined;
  }

  const needs = cgo.flatMap(({ cgo: it }) => (it?.kind === 'on' ? [it.image] : []));
  const wanted = (['cc', 'base', 'static'] as const).find((it) => needs.includes(it)) ?? 'static';
  const image = imageOf(family ?? 'google', wanted, subject.today);
  if (!image) {
    const what = `image for a program that ${NEEDS[wanted]}`;
    declineFamily(draft, subject.stage.from.range.start.line, family ?? 'google', what);
    return undefined;
  }
  draft.base = image;
  const libraries = wanted === 'static' ? [] : librariesOf(draft, program);
  const stages = [...new Set([subject, program.origin.subject])];
  if (wanted !== 'static' && image.family !== 'google') {
    if (!fitsOther(draft, image, stages, { collects: false, missing: libraries })) return undefined;
  }
  if (libraries.length > 0)
    draft.provided = new RegExp(`^(${libraries.map((name) => name.replace(/[.+]/g, '\\$&')).join('|')})$`);
  const builtHere = program.paths.length > 0;
  if (!builtHere && !subject.base) {
    decline(
      draft,
      subject.stage.from.range.start.line,
      `What “${subject.stage.image?.value}” holds that the program may need is not known. Build what ships on a distribution’s image, such as debian:13-slim, or on the distroless one itself.`,
    );
    return undefined;
  }
  if (builtHere) draft.cut = subject.steps.findLastIndex(({ instruction }) => instruction.keyword === 'RUN');
  else dropNeedlessRuns(draft, () => false);
  const brings = bringing(subject, program.path);
  if (isRelative(start) || (!builtHere && isPlaced(subject, brings))) keepFolder(draft);
  const runsAs = settleUser(draft);
  if (image.family === 'scratch') fromScratch(draft, program.origin.subject);
  reachable(draft, [program.path, ...program.paths], runsAs);
  const sources = builtHere ? sourcesOf(subject, builders.get(subject) ?? []) : [];
  files(draft, sources, builders.get(subject) ?? []);
  carryConfiguration(draft, neededBy(draft));
  for (const { stage, builds, cgo: it } of cgo) {
    if (it?.kind === 'off' && !it.said) withoutCgo(draft, stage, builds);
  }
  for (const path of program.paths) copy(draft, path);
  if (libraries.length > 0) takeLinked(draft, program, wanted === 'base' ? 'base' : 'cc', libraries);
  settleHealthcheck(
    draft,
    (words) => (isProgram([program.path, ...program.paths], words[0] ?? '', subject.cwd) ? words : undefined),
    `HEALTHCHECK CMD ["${program.path}", "health"]`,
  );
  settleLeftovers(
    draft,
    { taken: program.paths, sources, packages: libraries, isBuild: (command) => isGoCommand(command) },
    runsAs,
  );
  takeNamedFiles(draft, start, sources);
  warnOfLowPorts(draft, runsAs.owner === undefined);

  describe(draft, program, brings?.line);
  return image.reference;
}

/** The line of the stage that copies the program from where it is built. */
function bringing({ steps }: Subject, path: string): Step | undefined {
  return steps.findLast(
    ({ copy: it }) => it?.from !== undefined && it.destination !== undefined && isInside(it.destination, path),
  );
}

/** Where the sources are: what is there serves the build. */
function sourcesOf(subject: Subject, builds: readonly BuildStep[]): readonly string[] {
  const module = moduleOf(subject);
  return outermost([
    ...builds.map(({ command, build }) => build?.folder ?? command.cwd).filter((folder) => folder !== undefined),
    ...(module.folder === undefined ? [] : [module.folder]),
  ]);
}

const NEEDS = {
  static: 'needs no library',
  base: 'needs the C library',
  cc: 'needs the C and C++ libraries',
};

/** Go's own tools, and what builds by a recipe: whatever they leave is in the folders that are accounted for. */
function isGoCommand(command: RunCommand): boolean {
  return programOf(command) === 'go' || programOf(command) === 'gofmt' || isMaker(command);
}

/** What is copied in for the build stays there; what the program reads when it runs goes along. */
function files(draft: Draft, sources: readonly string[], builds: readonly BuildStep[]): void {
  const last = builds.at(-1)?.step.index ?? -1;
  for (const step of draft.subject.steps) {
    const files = step.copy;
    if (!files) continue;
    if (step.index > draft.cut) shipFiles(draft, step);
    else if (files.destination === undefined) {
      decline(draft, step.line, 'Where this is copied to depends on a build argument. Write the path out.');
    } else if (files.from !== undefined) {
      if (step.index > last) shipFiles(draft, step);
      else note(draft, 'assumption', step.line, `What comes from “${files.from}” is assumed to serve the build only.`);
    } else if (isBuildersOwn(files.destination) || isInside('/usr/local/share/ca-certificates', files.destination))
      continue;
    else if (step.index > last && !isGoSource(files.sources)) shipFiles(draft, step);
    else if (sources.some((folder) => isInside(folder, files.destination!) || isInside(files.destination!, folder))) {
      if (files.sources.length > 0 && files.sources.every(isAsset)) {
        shipFiles(draft, step, true);
        note(
          draft,
          'assumption',
          step.line,
          `${list(files.sources)} ${files.sources.length > 1 ? 'are' : 'is'} copied into the final stage too, because the program may read it when it runs. Remove the line there if it is embedded.`,
        );
      }
    } else shipFiles(draft, step);
  }
}

const isGoSource = (sources: readonly string[]) => sources.some((source) => /^\.?\/?$|\.go$/.test(source));

/** Go's own settings stay with the build; those of its run time do not. Others go where something reads them. */
function neededBy({ subject, cut }: Draft): (name: string, step: Step) => Needed {
  // The go command reads no other names; make, and programs that the build runs, may read any.
  const reader = subject.steps.findLastIndex(
    ({ index, commands }) => index <= cut && commands.some((command) => !KNOWN.has(programOf(command))),
  );
  return (name, step) => {
    if (GO_SETTING.test(name) || isToolPath(name, step)) return 'build';
    if (/^(PATH|HOME|TZ|LANG|LC_\w+|SSL_CERT_\w+|LD_\w+|\w*_proxy)$/i.test(name)) return 'both';
    return reader > step.index ? 'both' : 'final';
  };
}

/** Those of `go help environment`; what a Go program itself looks at (GOGC, GODEBUG …) is not among them. */
const GO_SETTING =
  /^(GO(111MODULE|386|AMD64|ARCH|ARM|ARM64|AUTH|BIN|CACHE|CACHEPROG|ENV|EXPERIMENT|FIPS140|FLAGS|INSECURE|MIPS|MIPS64|MODCACHE|NOPROXY|NOSUMDB|OS|PATH|PPC64|PRIVATE|PROXY|RISCV64|ROOT|SUMDB|TMPDIR|TOOLCHAIN|VCS|WASM|WORK)|CGO_\w+|CC|CXX|AR|PKG_CONFIG\w*|DEBIAN_FRONTEND|GIT_\w+)$/;

/** Programs of a build that read no setting of the application's. */
const KNOWN = new Set(
  'go apk apt apt-get mkdir chown chmod rm cp mv ln ls echo adduser addgroup useradd groupadd update-ca-certificates git strip upx touch test [ true set'.split(
    ' ',
  ),
);

function withoutCgo(draft: Draft, subject: Subject, builds: readonly BuildStep[]): void {
  const first = builds.find(
    ({ command, step }) =>
      !command.env.has('CGO_ENABLED') && subject.variables.likely('CGO_ENABLED', step.instruction) === undefined,
  );
  if (!first) return;
  const race =
    subject.steps
      .slice(first.step.index)
      .flatMap(({ commands }) => commands)
      .find(needsCgo) ?? raceIn(subject);
  if (race) {
    decline(
      draft,
      race.line,
      '“-race” needs cgo, and the program is to be built without it. Write CGO_ENABLED=0 in front of the “go build” that makes the program.',
    );
    return;
  }
  addBefore(draft, first.step, `${keyword(subject, 'ENV')} CGO_ENABLED=0`);
  const known = moduleOf(subject).requires ? ' go.mod names no module that is known to.' : '';
  note(
    draft,
    'assumption',
    first.command.line,
    `CGO_ENABLED=0 makes the program a static file, which runs without a C library. Nothing in it is assumed to need C code.${known}`,
  );
}

/** In a stage for tests that is built on the one in which cgo is turned off. */
function raceIn({ dockerfile, stage }: Subject): { readonly line: number } | undefined {
  const above = dockerfile.stages.slice(stage.index + 1).filter((it) => chainOf(dockerfile, it).includes(stage));
  const found = above
    .flatMap(({ instructions }) => instructions)
    .find(
      (it) =>
        it.keyword === 'RUN' &&
        commandsOf(it, undefined, () => undefined).some(
          (command) => programOf(command) === 'go' && command.words.includes('-race'),
        ),
    );
  return found?.range.start;
}

/** `brought`: the line that copies the program from another stage; undefined where it is built here. */
function describe(draft: Draft, { path, paths, origin }: Program, brought: number | undefined): void {
  const { subject, copied } = draft;
  const { line } = origin.command;
  if (origin.deduced) note(draft, 'assumption', line, origin.deduced);
  const folder = subject.cwd === undefined || subject.cwd === '/' ? 'its folder' : subject.cwd;
  if (paths.length === 0) {
    const started = `“${nameOf(path)}” is assumed to start no other programs, of which the base has none.`;
    note(draft, 'assumption', brought ?? line, started);
    return;
  }
  const taken = copied.filter(({ owner }) => owner === undefined).map((it) => it.path);
  note(
    draft,
    'assumption',
    line,
    `Only ${list(taken)} ${taken.length > 1 ? 'are' : 'is'} taken from the build. Templates, static files, migrations or settings that the program opens in ${folder} when it runs need a COPY --from of their own, and programs that it starts are not there.`,
  );
}
