/** Ruby: no distroless image of Google's has it, so that of the user's own image goes along, with the gems. Facts of the image: docker-library/ruby@0127a2f. */
import { purposeOfOsPackage } from '../facts/os-packages.ts';
import { declineAlways } from './carry.ts';
import { filesNamed } from './context-files.ts';
import { type Draft, decline, newDraft, note } from './draft.ts';
import { option } from './effects.ts';
import { imageBelow } from './glibc.ts';
import { unwrapInit } from './init.ts';
import { convertOwnRuntime, isBeforeDebian11 } from './own-runtime.ts';
import { readInstall } from './packages.ts';
import { isInside, nameOf, resolvePath } from './paths.ts';
import { rolesOf } from './python-packages.ts';
import type { Recipe } from './recipe.ts';
import { programOf } from './run-commands.ts';
import { readStart, type Start, writeWords } from './start.ts';
import type { Subject } from './subject.ts';

export const ruby: Recipe = {
  language: 'ruby',
  name: 'Ruby',
  recognises: ({ steps }) =>
    steps.some(({ commands }) => commands.some((command) => /^(bundle|bundler|gem)$/.test(programOf(command)))),
  contextFiles: (subject) => filesNamed(subject, 'Gemfile').map(({ path }) => path),
  convert(subject, family) {
    const draft = newDraft(subject);
    declineAlways(draft);
    const fits = isOfficial(draft);
    const gems = { names: gemsOf(subject), folders: gemFolders(subject) };
    needsPrograms(draft, gems.names);
    const start = settleStart(draft, gems.names);
    const isMusl = subject.base?.os?.libc === 'musl';
    const isRails = start?.isRails;
    const base = convertOwnRuntime(
      draft,
      family,
      {
        name: 'Ruby',
        image: imageBelow(subject),
        files: [
          '/usr/local/bin/ruby',
          // The library that “bundler/setup” loads is in Ruby's own folder.
          ...(start?.isBundled === false ? [] : ['/usr/local/bin/bundle']),
          '/usr/local/lib/ruby',
          ...gems.folders,
        ].map((path) => ({ path })),
        alone: start?.isOfGem === true,
        written: [],
        ...(isRails && subject.cwd !== undefined && subject.cwd !== '/'
          ? { data: [`${subject.cwd}/log`, `${subject.cwd}/tmp`] }
          : {}),
        libraries: {
          programs: ['/usr/local/bin/ruby'],
          folders: [
            '/usr/local/lib/ruby',
            ...gems.folders,
            ...(subject.cwd === undefined || subject.cwd === '/' ? [] : [subject.cwd]),
          ],
        },
        kind: isMusl ? 'static' : 'cc',
        environment: [
          ['LANG', 'C.UTF-8'],
          ['GEM_HOME', GEMS],
          ['BUNDLE_APP_CONFIG', GEMS],
          ['PATH', `${GEMS}/bin:$PATH`],
          // libruby is there, which only a list that the image makes would tell.
          ...(isMusl ? [] : [['LD_LIBRARY_PATH', '/usr/local/lib'] as const]),
        ],
        isTool: (command) =>
          /^(bundle|bundler|gem|ruby|rake|rails|bootsnap|yarn|npm|npx|node|corepack|bin\/\w+)$/.test(
            programOf(command),
          ),
        packages: [
          'ruby',
          'ruby-dev',
          'ruby-full',
          'bundler',
          ...rolesOf(subject).taken.filter((name) => !LOADED.test(name) && purposeOfOsPackage(name) !== 'tool'),
        ],
        needed: (name) =>
          /^(BUNDLE_(JOBS|RETRY|CACHE_\w+|BIN)|DEBIAN_FRONTEND|npm_config_\w+)$/i.test(name) ? 'build' : 'both',
        check: 'HEALTHCHECK CMD ["ruby", "healthcheck.rb"]',
      },
      start?.start,
    );
    return { draft, base: fits ? base : undefined };
  },
};

const GEMS = '/usr/local/bundle';

/** Libraries that gems open by name when they run (ffi), so that nothing shows that they are needed. */
const LOADED = /^(lib)?(vips|sodium|magic|jemalloc|zmq|zeromq|rdkafka|proj|geos)/;

function isOfficial(draft: Draft): boolean {
  const { base, stage } = draft.subject;
  const line = stage.from.range.start.line;
  if (base?.runtime?.language !== 'ruby' || !/(^|\/)ruby$/.test(base.name)) {
    decline(
      draft,
      line,
      `Ruby is taken along from its official image only, where it is known which files it needs. Build on ruby:3.4-slim instead of “${imageBelow(draft.subject)}”.`,
    );
    return false;
  }
  if (isBeforeDebian11(base, { '2.6': 9, '2.7': 5, '3.0': 3 })) {
    decline(
      draft,
      line,
      `“${base.reference}” is made of Debian 10 or an older release, libraries of which do not go with the C library of Google’s images. Move to a newer Ruby.`,
    );
    return false;
  }
  return true;
}

/** Where gems are installed: where the image says, and where the file does. */
function gemFolders(subject: Subject): readonly string[] {
  const { steps, variables } = subject;
  const set = ['GEM_HOME', 'BUNDLE_PATH'].map((name) => variables.fixed(name, undefined));
  const said = steps.flatMap(({ commands }) =>
    commands.flatMap((command) => {
      if (!/^bundler?$/.test(programOf(command))) return [];
      const { words } = command;
      const path =
        option(words, ['--path']) ?? (words[1] === 'config' && words.includes('path') ? words.at(-1) : undefined);
      return path === undefined || command.cwd === undefined ? [] : [resolvePath(command.cwd, path)];
    }),
  );
  const folders = [...set, ...said].filter((path) => path?.startsWith('/')).map((path) => resolvePath('/', path!));
  const isApplications = (path: string) =>
    subject.cwd !== undefined && subject.cwd !== '/' && isInside(subject.cwd, path);
  return [...new Set([GEMS, ...folders.filter((path) => !isApplications(path))])];
}

/** Those that Gemfile names. */
function gemsOf(subject: Subject): readonly string[] {
  const place = filesNamed(subject, 'Gemfile').find(({ path }) => subject.context.has(path));
  const text = place ? subject.context.get(place.path)! : '';
  return [...text.matchAll(/^[ \t]*gem\s+["']([\w-]+)["']/gm)].map(([, name]) => name!);
}

/** Gems that start programs of the system, or open its libraries by name, and the packages that bring these; without one, they need a shell or a browser. */
const NEEDS: ReadonlyMap<string, RegExp | undefined> = new Map([
  ['ruby-vips', /^libvips(42)?$/],
  ['image_processing', /^(libvips(42)?|imagemagick)$/],
  ['mini_magick', /^imagemagick$/],
  ['rbnacl', /^libsodium23$/],
  ...['rmagick', 'wicked_pdf', 'pdfkit', 'grover', 'ferrum', 'selenium-webdriver', 'streamio-ffmpeg'].map(
    (name) => [name, undefined] as const,
  ),
]);

function needsPrograms(draft: Draft, gems: readonly string[]): void {
  const { steps, base } = draft.subject;
  const commands = steps.flatMap((step) => step.commands);
  // On Alpine nothing goes along by package.
  const installed = base?.os?.libc === 'musl' ? [] : commands.flatMap((it) => readInstall(it)?.names ?? []);
  const isBrought = (name: string) => installed.some((it) => NEEDS.get(name)?.test(it));
  const first = gems.find((name) => NEEDS.has(name) && !isBrought(name));
  if (!first) return;
  decline(
    draft,
    draft.subject.stage.from.range.start.line,
    `Gemfile names “${first}”, which starts programs of the system or opens its libraries by name, and a distroless image has none of them. Do that in a container of its own, or keep the full base.`,
  );
}

interface Started {
  readonly start: Start;
  readonly isRails: boolean;
  /** `bundle` is among what is started. */
  readonly isBundled: boolean;
  /** What runs is a program that a gem brings. */
  readonly isOfGem: boolean;
}

/** Programs of gems are scripts that find Ruby by env, which is not there: Ruby starts them. */
function settleStart(draft: Draft, gems: readonly string[]): Started | undefined {
  const start = readStart(draft);
  if (!start) return undefined;
  const entry = start.entrypoint?.words ?? [];
  const all = [...entry, ...(start.cmd?.words ?? [])];
  const init = unwrapInit(all);
  const at = entry.length > init ? init : Math.max(0, init - entry.length);
  const holder = (entry.length > init ? start.entrypoint : start.cmd)!;
  const { line } = holder.step;
  const [program = '', ...given] = holder.words.slice(at);
  const name = nameOf(`/${program}`);
  const refused = whyNot(program, [...given, ...(holder === start.entrypoint ? (start.cmd?.words ?? []) : [])]);
  if (refused) {
    decline(draft, line, refused);
    return undefined;
  }
  const words =
    name === 'ruby'
      ? [program, ...given]
      : program.includes('/') || /\.(rb|ru)$/.test(program)
        ? ['ruby', program, ...given]
        : ['ruby', '-S', program, ...given];
  if (init > 0) {
    if (entry.length > 0 && entry.length <= init) draft.fates[start.entrypoint!.step.index] = 'gone';
    note(
      draft,
      'change',
      (start.entrypoint ?? holder).step.line,
      `“${nameOf(`/${all[0]}`)}” is left out: Ruby is the first process of the container then. Run it with --init if it starts other processes.`,
    );
  }
  if (words.length !== holder.words.length || holder.step.instruction.command?.kind === 'shell') {
    writeWords(draft, holder, words);
    if (name !== 'ruby')
      note(draft, 'change', line, `“${program}” is a script, so Ruby starts it: there is no env that would find Ruby.`);
    else if (holder.step.instruction.command?.kind === 'shell')
      note(draft, 'change', line, 'This is written in exec form: there is no shell that could read it.');
  }
  const isRails = all.some((word) => /^(\.\/)?(bin\/)?rails$/.test(word)) || gems.includes('rails');
  const isBundled = all.some((word) => /^bundler?$/.test(nameOf(`/${word}`)));
  return { start, isRails, isBundled, isOfGem: words[1] === '-S' && !isBundled };
}

function whyNot(program: string, given: readonly string[]): string | undefined {
  const name = nameOf(`/${program}`);
  const words = [program, ...given].map((word) => nameOf(`/${word}`));
  if (/\.(sh|bash)$/.test(program) || /^(ba|da|a|z)?sh$/.test(name) || /entrypoint/.test(name))
    return `“${program}” is a script for a shell, and a distroless image has none. Start Ruby itself, and do in the build, or in a job of its own, what the script does (such as db:prepare).`;
  const manager = words.find((word) =>
    /^(foreman|overmind|hivemind|passenger|guard|rerun|spring|god|bluepill)$/.test(word),
  );
  if (manager)
    return `“${manager}” starts other processes with a shell, or needs a web server beside it. Start the server itself: CMD ["bundle", "exec", "puma"].`;
  if (words.some((word) => /^(irb|console|c)$/.test(word)) && (name === 'irb' || words.includes('rails')))
    return `“${program}” is a prompt for typing. Start the program: CMD ["ruby", "app.rb"].`;
  if (name === 'node' || name === 'yarn' || name === 'npm')
    return `“${program}” is not in a distroless image with Ruby. Start Ruby.`;
  return undefined;
}
