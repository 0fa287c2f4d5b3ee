/** What nginx serves, on the nginx of another family: asked for by name only, because it listens on another port, and is of the versions that are still made. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import { carryConfiguration, warnOfLowPorts } from './carry.ts';
import type { Family } from './conversion.ts';
import { type Draft, decline, note } from './draft.ts';
import { declineFamily } from './families.ts';
import { shipFiles } from './files.ts';
import { dropNeedlessRuns } from './final-runs.ts';
import { settleHealthcheck } from './health.ts';
import { keyword } from './layout.ts';
import { settleLeftovers } from './leftovers.ts';
import { declineScripts, PAGES, readConfiguration, SETTINGS, versionOf } from './nginx.ts';
import { nameOf } from './paths.ts';
import { readStart, type StartLine, writeWords } from './start.ts';
import { lastStep, type Subject } from './subject.ts';
import { settleUser } from './users.ts';

export function convertToFamily(draft: Draft, family: Family): string | undefined {
  const { subject } = draft;
  const { steps, inherited, stage } = subject;
  const from = stage.from.range.start.line;
  const base = imageOf(subject, family);
  if (!base) {
    declineFamily(draft, from, family, `nginx ${versionOf(subject) ?? ''}`.trim());
    return undefined;
  }
  draft.base = base;
  declineScripts(draft);
  dropNeedlessRuns(draft, () => false);
  const left = steps[draft.cut];
  if (left && draft.cut >= inherited) {
    decline(
      draft,
      left.line,
      'What this RUN leaves would have to be copied into the other image. Do it in a stage of its own, and COPY --from it.',
    );
    return undefined;
  }
  settleStart(draft, base);
  const runsAs = settleUser(draft);
  carryConfiguration(draft, () => 'final');
  readConfiguration(draft);
  for (const step of steps) {
    if (step.copy?.destination === undefined && step.copy)
      decline(draft, step.line, 'Where this is copied to depends on a build argument. Write the path out.');
    else if (step.copy && step.index >= inherited) shipFiles(draft, step);
  }
  settleHealthcheck(draft, () => undefined, 'a location in its configuration that always answers');
  settleLeftovers(draft, { taken: [SETTINGS, PAGES], sources: [], packages: [], isBuild: () => false }, runsAs);
  warnOfLowPorts(draft, runsAs.owner === undefined);
  if (!lastStep(subject, 'STOPSIGNAL')) draft.settings.push(`${keyword(subject, 'STOPSIGNAL')} SIGQUIT`);
  note(
    draft,
    'risk',
    from,
    `The nginx of “${base.reference}” has no start script, and listens on port 8080 where its own configuration is used, not on 80: whatever connects to the container has to follow. A configuration of yours keeps its port, and must not load modules of the old image.`,
  );
  return base.reference;
}

/** The same release line, or the newest where the file asks for no line. */
function imageOf(subject: Subject, family: Family): Base | undefined {
  const version = versionOf(subject);
  const stable = /^stable/.test(subject.base?.tag ?? '');
  if (family === 'chainguard')
    return stable || (version !== undefined && version !== '1')
      ? undefined
      : findBase('cgr.dev/chainguard/nginx:latest');
  if (family !== 'dhi' || stable) return undefined;
  return findBase(`dhi.io/nginx:${version?.split('.').slice(0, 2).join('.') ?? '1'}-debian13`);
}

/** The base starts nginx by its ENTRYPOINT; a CMD is what comes after it, and not needed where it says what the base’s says. */
function settleStart(draft: Draft, base: Base): void {
  const { subject } = draft;
  if (!lastStep(subject, 'ENTRYPOINT') && !lastStep(subject, 'CMD')) return;
  const start = readStart(draft);
  if (!start) return;
  const plain = (line: StartLine | undefined) =>
    (line?.words ?? []).filter((word) => nameOf(`/${word}`) !== 'docker-entrypoint.sh');
  const [program = '', ...given] = [...plain(start.entrypoint), ...plain(start.cmd)];
  const holder = (start.cmd ?? start.entrypoint)!;
  if (nameOf(`/${program}`) !== 'nginx') {
    decline(
      draft,
      holder.step.line,
      `“${program}” is not nginx itself, and whatever a script does at the start needs a shell, which a distroless image has not. Start nginx: CMD ["nginx", "-g", "daemon off;"].`,
    );
    return;
  }
  const { step } = start.entrypoint ?? holder;
  for (const line of [start.entrypoint, start.cmd]) if (line) draft.fates[line.step.index] = 'gone';
  const asBase =
    given.length === 0 || (given.join(' ') === '-g daemon off;' && base.cmd?.join(' ').endsWith('-g daemon off;'));
  if (!asBase) {
    draft.fates[holder.step.index] = 'final';
    writeWords(draft, holder, given, 'CMD');
  }
  note(
    draft,
    'change',
    step.line,
    asBase
      ? 'This is left out: the base starts nginx so by itself.'
      : 'The base starts nginx by its ENTRYPOINT; CMD is what comes after it.',
  );
}
