/** .NET: what is published ships on Microsoft's chiselled image of the same release; what brings .NET along, on the one with the libraries only. */
import type { Base } from '../bases/base.ts';
import { assignments } from '../dockerfile/assignments.ts';
import { carryConfiguration, declineAlways, keepFolder, type Needed } from './carry.ts';
import type { Family } from './conversion.ts';
import { providedBy, settleDotnetBase } from './dotnet-base.ts';
import { settlePorts } from './dotnet-ports.ts';
import { type DotnetProgram, findDotnetProgram, projectFiles } from './dotnet-program.ts';
import { readPublish } from './dotnet-publish.ts';
import { type Draft, decline, newDraft, note } from './draft.ts';
import { shipFiles } from './files.ts';
import { dropNeedlessRuns } from './final-runs.ts';
import { settleHealthcheck } from './health.ts';
import { settleLeftovers } from './leftovers.ts';
import { readInstall } from './packages.ts';
import { isBuildersOwn, isInside, isSystemFolder } from './paths.ts';
import type { Recipe } from './recipe.ts';
import { programOf, type RunCommand } from './run-commands.ts';
import { settlePackages } from './settle-packages.ts';
import { readStart } from './start.ts';
import { startOnBase } from './start-on-base.ts';
import { isAlone, type Step } from './subject.ts';
import { settleUser } from './users.ts';

export const dotnet: Recipe = {
  language: 'dotnet',
  name: '.NET',
  recognises: ({ steps, builders }) =>
    [steps, ...builders.map(({ subject }) => subject.steps)].some((all) =>
      all.some(({ commands }) => commands.some((command) => readPublish(command) !== undefined)),
    ),
  contextFiles: projectFiles,
  convert(subject, family) {
    const draft = newDraft(subject);
    return { draft, base: convertDotnet(draft, family)?.reference };
  },
};

const isDotnet = (command: RunCommand) => programOf(command) === 'dotnet';

function convertDotnet(draft: Draft, family: Family | undefined): Base | undefined {
  const { subject } = draft;
  const { steps } = subject;
  declineAlways(draft);
  const lines = readStart(draft);
  const program = lines && findDotnetProgram(draft, lines);
  const base = program && settleDotnetBase(draft, program, family);
  if (!lines || !program || !base) {
    settlePackages(draft, [], program?.here ? 'builder' : 'final');
    return undefined;
  }
  const attached = debuggerOf(steps, program);
  if (attached) {
    decline(
      draft,
      attached.line,
      'This image is for a debugger: the program is built with -c Debug, and what is installed here serves to attach to it, with a shell. Convert the Dockerfile of the release, or publish with -c Release and leave this line out.',
    );
    return undefined;
  }
  draft.base = base;
  draft.provided = providedBy(base);
  dropNeedlessRuns(draft, (command) => program.here !== undefined && isDotnet(command));
  const runsAs = settleUser(draft);
  const sources = program.here?.command.cwd === undefined ? [] : [program.here.command.cwd];
  const taken = program.here ? [program.folder] : steps.flatMap(({ copy }) => copy?.destination ?? []);
  keepFolder(draft);
  for (const step of steps) files(draft, step, program);
  carryConfiguration(draft, neededAt);
  if (program.here) draft.copied.unshift({ path: program.folder, owner: undefined });
  startOnBase(draft, lines, base, '.NET');
  settleHealthcheck(
    draft,
    ([first = '', ...given]) =>
      /^(\/usr\/bin\/|\/usr\/share\/dotnet\/)?dotnet$/.test(first) || first === program.word
        ? [first, ...given]
        : undefined,
    `HEALTHCHECK CMD ["dotnet", "${program.name}.dll", "--health"]`,
  );
  settleLeftovers(draft, { taken, sources, packages: [], isBuild: isDotnet }, runsAs);
  settlePorts(draft, program, runsAs.owner === undefined);
  const { line } = (lines.entrypoint ?? lines.cmd!).step;
  if (!program.here)
    note(draft, 'assumption', line, 'The program is assumed to start no other programs, of which the base has none.');
  else {
    note(
      draft,
      'assumption',
      program.here.command.line,
      `${program.folder} is all that the program reads, and it starts no other programs. Files that it opens elsewhere need a COPY --from of their own.`,
    );
  }
  return base;
}

/** The line that installs what a remote debugger of .NET needs (vsdbg asks for ps). */
function debuggerOf(steps: readonly Step[], { publish }: DotnetProgram): RunCommand | undefined {
  if (!publish?.command.words.some((word) => /^(--configuration=|-p:Configuration=)?debug$/i.test(word)))
    return undefined;
  return steps.flatMap(({ commands }) => commands).find((it) => readInstall(it)?.names.includes('procps'));
}

function files(draft: Draft, step: Step, program: DotnetProgram): void {
  const files = step.copy;
  if (!files) return;
  const { subject, cut, fates } = draft;
  if (step.index < subject.inherited) {
    // What a stage below brings is taken from it, unless that stage is kept below on another base.
    const isKept =
      isAlone(subject) &&
      subject.steps
        .slice(0, subject.inherited)
        .every(({ instruction, index }) => instruction.keyword !== 'RUN' || fates[index] === 'gone');
    if (!program.here && !isKept && files.destination !== undefined && !isSystemFolder(files.destination))
      draft.copied.push({ path: files.destination, owner: undefined });
    return;
  }
  if (files.destination === undefined)
    decline(draft, step.line, 'Where this is copied to depends on a build argument. Write the path out.');
  else if (step.index > cut || !program.here) shipFiles(draft, step);
  else if (isBuildersOwn(files.destination) || isInside('/usr/local/share/ca-certificates', files.destination)) return;
  else if (step.index > program.here.index) shipFiles(draft, step);
  else fates[step.index] = 'build';
}

/** Settings of the command line tools and of NuGet are the build's. */
function neededAt(name: string, step: Step): Needed {
  if (
    /^(DOTNET_(CLI_\w+|NOLOGO|SKIP_FIRST_TIME_EXPERIENCE|GENERATE_\w+|USE_POLLING_FILE_WATCHER|ADD_GLOBAL_TOOLS_TO_PATH)|NUGET_\w+|MSBUILD\w*|BUILD_CONFIGURATION|DEBIAN_FRONTEND)$/.test(
      name,
    )
  )
    return 'build';
  const value = assignments(step.instruction).find((it) => it.name === name)?.value ?? '';
  return name === 'PATH' && value.includes('.dotnet/tools') ? 'build' : 'final';
}
