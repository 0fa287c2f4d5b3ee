/**
 * Static web, and whatever else nginx serves: no distroless image of Google's has nginx, so what ships is the nginx of the user's own image, with the
 * libraries that it loads, at the same paths. Other families have an nginx of their own.
 */
import { wordsIn } from '../dockerfile/run-scripts.ts';
import { carryConfiguration, declineAlways, warnOfLowPorts } from './carry.ts';
import type { Family } from './conversion.ts';
import { addLine, copy, type Draft, decline, list, newDraft, note } from './draft.ts';
import { imageOf } from './families.ts';
import { settleHealthcheck } from './health.ts';
import { endOfBuilder, takeLibraries } from './interpreter.ts';
import { keyword } from './layout.ts';
import { settleLeftovers } from './leftovers.ts';
import {
  configurationsOf,
  declineScripts,
  isNginx,
  isSince,
  isUnprivileged,
  PAGES,
  PIDS,
  PROGRAM,
  readConfiguration,
  SETTINGS,
  versionOf,
  WRITTEN,
} from './nginx.ts';
import { isBuildersOwn, isInside, isSystemFolder, nameOf, outermost } from './paths.ts';
import type { Recipe } from './recipe.ts';
import { readStart, type Start, writeWords } from './start.ts';
import { lastStep } from './subject.ts';
import { settleUser } from './users.ts';
import { convertToFamily } from './web-family.ts';

export const web: Recipe = {
  language: 'nginx',
  name: 'nginx',
  recognises: ({ base }) => isNginx(base?.name),
  contextFiles: (subject) => configurationsOf(subject),
  convert(subject, family) {
    const draft = newDraft(subject);
    return { draft, base: convertWeb(draft, family) };
  },
};

function convertWeb(draft: Draft, family: Family | undefined): string | undefined {
  const { subject } = draft;
  const { steps, stage } = subject;
  const from = stage.from.range.start.line;
  declineAlways(draft);
  const kind = kindOf(draft, from);
  if (kind && family !== undefined && family !== 'google') return convertToFamily(draft, family);
  // Whatever is copied or done stands on files of the image, so it is done there, and the result is taken.
  draft.cut = steps.findLastIndex(({ instruction }) => /^(RUN|COPY|ADD)$/.test(instruction.keyword));
  const scripted = settleStart(draft) && isSince(versionOf(subject), 1, 19, 0);
  if (scripted) declineScripts(draft);
  const configuration = readConfiguration(draft);
  const pages = pagesOf(draft);
  const image = kind && imageOf('google', kind, subject.today);
  if (!image) return undefined;
  draft.base = image;
  const runsAs = settleUser(draft);
  if (runsAs.owner === undefined) {
    decline(
      draft,
      lastStep(subject, 'USER')?.line ?? from,
      'As root, nginx changes to the user that its configuration names, and the base knows no such user. Leave USER out, or name one without rights.',
    );
  }
  const taken = outermost([SETTINGS, PAGES, ...pages]);
  carryConfiguration(draft, () => 'both');
  settleHealthcheck(draft, () => undefined, 'a location in its configuration that always answers');
  draft.copied.push({ path: PROGRAM, owner: undefined });
  takeLibraries(draft, { programs: [PROGRAM], folders: [] }, kind!);
  for (const path of taken) copy(draft, path);
  for (const path of WRITTEN) copy(draft, path, runsAs.owner);
  takePid(draft, runsAs.owner, configuration);
  settleLeftovers(
    draft,
    {
      taken: [...taken, ...WRITTEN, ...PIDS],
      sources: [],
      packages: [],
      isBuild: () => false,
    },
    runsAs,
  );
  contractOfImage(draft);
  describe(draft, kind!, scripted);
  return image.reference;
}

/** `static` for Alpine, whose C library comes along; `base` for Debian. Undefined: declined. */
function kindOf(draft: Draft, line: number): 'static' | 'base' | undefined {
  const { base, stage } = draft.subject;
  const tag = base?.tag ?? '';
  const shown = stage.image?.value ?? '';
  if (!base || !isNginx(base.name)) {
    decline(
      draft,
      line,
      `nginx is taken along from its official image only, where it is known which files it needs. Build on nginx instead of “${base?.reference ?? shown}”.`,
    );
    return undefined;
  }
  const loads = /(^|-)(perl|otel)(-|$)/.exec(tag)?.[2];
  if (loads) {
    decline(
      draft,
      line,
      `“${base.reference}” is nginx with a module for ${loads}, which needs more than the program itself. Use the image without it, if nothing needs it.`,
    );
    return undefined;
  }
  if (base.os?.libc === 'musl' || /alpine/.test(tag)) return 'static';
  const version = versionOf(draft.subject);
  // The first on Debian 11, where libcrypt is no longer a part of the C library (nginx/docker-nginx, its history).
  const isBullseye = isSince(version, 1, 21, 4) || (isSince(version, 1, 20, 2) && !isSince(version, 1, 21, 0));
  if (!isBullseye) {
    decline(
      draft,
      line,
      `“${base.reference}” is made of Debian 10 or an older release, libraries of which do not go with the C library of Google’s images. Move to a newer nginx, or to its Alpine variant, whose C library can be taken along.`,
    );
    return undefined;
  }
  return 'base';
}

/** True where the image's own script starts nginx. */
function settleStart(draft: Draft): boolean {
  const { subject, ending } = draft;
  const said = ['ENTRYPOINT', 'CMD'].some((word) => lastStep(subject, word) !== undefined);
  if (!said) {
    ending.push(`${keyword(subject, 'ENTRYPOINT')} ["${PROGRAM}"]`, `${keyword(subject, 'CMD')} ["-g", "daemon off;"]`);
    return true;
  }
  const start = readStart(draft);
  if (!start) return false;
  const entry = start.entrypoint?.words ?? [];
  const words = [...entry, ...(start.cmd?.words ?? [])];
  const isScript = /^(\/)?docker-entrypoint\.sh$/.test(words[0] ?? '');
  const program = words[isScript ? 1 : 0] ?? '';
  const holder = (start.entrypoint ?? start.cmd)!;
  if (!/^(\/usr\/sbin\/)?nginx$/.test(program)) {
    decline(
      draft,
      holder.step.line,
      program === ''
        ? 'Nothing here says what the container runs. Start nginx: CMD ["nginx", "-g", "daemon off;"].'
        : `“${program}” is not nginx itself, and whatever a script does at the start needs a shell, which a distroless image has not. Start nginx: CMD ["nginx", "-g", "daemon off;"].`,
    );
    return false;
  }
  if (isScript) withoutScript(draft, start);
  execForm(draft, start);
  return isScript || entry.length === 0;
}

function withoutScript(draft: Draft, { entrypoint, cmd }: Start): void {
  const holder = (entrypoint ?? cmd)!;
  if (entrypoint && entrypoint.words.length === 1) draft.fates[entrypoint.step.index] = 'gone';
  else writeWords(draft, holder, holder.words.slice(1));
  note(
    draft,
    'change',
    holder.step.line,
    '/docker-entrypoint.sh is left out: it needs a shell, and only starts nginx.',
  );
}

function execForm(draft: Draft, start: Start): void {
  for (const line of [start.entrypoint, start.cmd]) {
    if (line?.step.instruction.command?.kind !== 'shell' || draft.fates[line.step.index] === 'gone') continue;
    writeWords(draft, line, line.words);
    note(draft, 'change', line.step.line, 'This is written in exec form: there is no shell that could read it.');
  }
}

/** What the file puts beside nginx's own folders, and nginx is to serve. */
function pagesOf(draft: Draft): readonly string[] {
  const pages: string[] = [];
  for (const { copy: files, line } of draft.subject.steps) {
    if (!files) continue;
    const { destination, intoFolder, sources } = files;
    if (destination === undefined) {
      decline(draft, line, 'Where this is copied to depends on a build argument. Write the path out.');
    } else if (
      [SETTINGS, PAGES, '/docker-entrypoint.d'].some((folder) => isInside(folder, destination)) ||
      isBuildersOwn(destination)
    )
      continue;
    else if (files.from === undefined && sources.every((source) => isStartScript(draft, source))) {
      decline(
        draft,
        line,
        `${list(sources.map((source) => nameOf(`/${source}`)))} would need a shell, which a distroless image has not. If something starts this script, such as a compose file, do in the build what it does; otherwise leave this line out.`,
      );
    } else if (isInside('/usr/local/share/ca-certificates', destination)) continue;
    else if (isSystemFolder(destination) || destination === '/usr/share/nginx') {
      const whole = !intoFolder || sources.some((source) => !/\.\w+$/.test(source));
      if (destination === '/usr/share/nginx') pages.push(destination);
      else if (whole) {
        decline(
          draft,
          line,
          `This is copied to ${destination}, among the files of the system, and cannot be copied apart from them. Give it a folder of its own.`,
        );
      } else
        pages.push(...sources.map((source) => `${destination === '/' ? '' : destination}/${nameOf(`/${source}`)}`));
    } else pages.push(destination);
  }
  return pages;
}

/** A script that no line of this file runs: it can only be there for the container. */
function isStartScript({ subject }: Draft, source: string): boolean {
  const name = nameOf(`/${source}`);
  const isNamed = (word: string) => word === name || word.endsWith(`/${name}`);
  const isSaid = (word: string) => {
    const { instruction } = lastStep(subject, word) ?? {};
    return instruction !== undefined && wordsIn(instruction).some(isNamed);
  };
  const runs = subject.steps.flatMap(({ commands }) => commands);
  return (
    name.endsWith('.sh') &&
    !['ENTRYPOINT', 'CMD'].some(isSaid) &&
    !runs.some(({ words }) => words.slice(0, 2).some(isNamed))
  );
}

/** An empty file that nginx may write, where it expects one and only root may make one. */
function takePid(draft: Draft, owner: string | undefined, configuration: string): void {
  const { subject } = draft;
  const path = /^[ \t]*pid\s+"?([^\s";]+)/m.exec(configuration)?.[1];
  if (path?.startsWith('/tmp/') || (path === undefined && isUnprivileged(subject.base?.name))) return;
  if (path !== undefined && !PIDS.includes(path)) {
    const step = subject.steps.find(({ copy: files }) => files && isInside(SETTINGS, files.destination ?? ''));
    note(
      draft,
      'risk',
      (step?.instruction ?? subject.stage.from).range.start.line,
      `The configuration says “pid ${path}”, where nginx cannot write without root. Write “pid /tmp/nginx.pid;”.`,
    );
    return;
  }
  addLine(draft, endOfBuilder(draft), `${keyword(subject, 'RUN')} touch ${PIDS[0]}`);
  const places = path === undefined ? PIDS : [path];
  for (const to of places) draft.copied.push({ path: to, owner });
  note(
    draft,
    'change',
    subject.stage.from.range.start.line,
    `nginx writes the number of its process to ${places.join(' or ')}, as its configuration says, where only root can make a file. An empty one is copied there, and belongs to ${owner ?? 'root'}.`,
  );
}

/** What the base image said besides how it starts. */
function contractOfImage(draft: Draft): void {
  const { subject, settings, ending } = draft;
  const port = isUnprivileged(subject.base?.name) ? '8080' : '80';
  if (!lastStep(subject, 'STOPSIGNAL') && isSince(versionOf(subject), 1, 19, 3))
    settings.push(`${keyword(subject, 'STOPSIGNAL')} SIGQUIT`);
  if (!lastStep(subject, 'EXPOSE')) ending.unshift(`${keyword(subject, 'EXPOSE')} ${port}`);
  const said = [...settings, ...ending].map((text) => text.split(' ')[0]!.toUpperCase());
  const words = said.filter((word) => /^(STOPSIGNAL|EXPOSE|ENTRYPOINT|CMD)$/.test(word));
  if (words.length > 0)
    note(
      draft,
      'change',
      subject.stage.from.range.start.line,
      `${words.join(', ').replace(/, ([^,]*)$/, ' and $1')} ${words.length > 1 ? 'say' : 'says'} what the image before said${words.includes('ENTRYPOINT') ? ', less its script' : ''}: the new base says nothing of nginx.`,
    );
}

function describe(draft: Draft, kind: 'static' | 'base', scripted: boolean): void {
  const { subject } = draft;
  const from = subject.stage.from.range.start.line;
  const image = subject.base!.reference;
  note(
    draft,
    'risk',
    from,
    `No image of Google’s has nginx. What ships is that of “${image}”, with the libraries that it loads${kind === 'static' ? ', the C library (musl) among them' : ''}: they are brought up to date by building anew on a newer “${image}”, and not with the base, and a scanner that reads lists of packages does not see them.`,
  );
  note(
    draft,
    'assumption',
    from,
    `nginx is assumed to load no modules, and to read nothing but ${list(draft.copied.filter(({ path }) => path !== PROGRAM && path !== '/libraries' && !PIDS.includes(path)).map(({ path }) => path))}.`,
  );
  if (scripted) {
    note(
      draft,
      'risk',
      from,
      'nginx is started without /docker-entrypoint.sh, which needs a shell: templates and scripts that somebody mounts have no effect, and a default.conf that is the image’s own listens on IPv4 only.',
    );
  }
  warnOfLowPorts(draft, false);
  const low =
    !isUnprivileged(subject.base?.name) && !subject.steps.some(({ instruction }) => instruction.keyword === 'EXPOSE');
  if (low) {
    note(
      draft,
      'risk',
      from,
      'nginx listens on port 80, unless its configuration says otherwise: without root that is possible on Docker 20.10 and newer, but not on every cluster. A port from 1024 on works everywhere.',
    );
  }
}
