/** PHP on the command line: that of the user's own image goes along, with its extensions. What a web server runs is not converted. Facts of the image: docker-library/php@02b23e0. */
import { purposeOfOsPackage } from '../facts/os-packages.ts';
import { declineAlways } from './carry.ts';
import { type Draft, decline, list, newDraft, note } from './draft.ts';
import { imageBelow } from './glibc.ts';
import { unwrapInit } from './init.ts';
import { convertOwnRuntime, isBeforeDebian11 } from './own-runtime.ts';
import { readInstall } from './packages.ts';
import { nameOf } from './paths.ts';
import { rolesOf } from './python-packages.ts';
import type { Recipe } from './recipe.ts';
import { programOf } from './run-commands.ts';
import { readStart, type Start, writeWords } from './start.ts';

export const php: Recipe = {
  language: 'php',
  name: 'PHP',
  recognises: ({ steps }) =>
    steps.some(({ commands }) =>
      commands.some((command) => /^(composer|docker-php-ext-\w+|pecl|php)$/.test(programOf(command))),
    ),
  contextFiles: () => [],
  convert(subject, family) {
    const draft = newDraft(subject);
    declineAlways(draft);
    const fits = isCommandLine(draft);
    const start = fits ? settleStart(draft) : undefined;
    if (!fits) return { draft, base: undefined };
    const programs = declinePrograms(draft);
    const isMusl = subject.base?.os?.libc === 'musl';
    const base = convertOwnRuntime(
      draft,
      family,
      {
        name: 'PHP',
        image: imageBelow(subject),
        files: ['/usr/local/bin/php', '/usr/local/lib/php', '/usr/local/etc/php'].map((path) => ({ path })),
        written: [],
        forBuild: /^(composer|install-php-extensions|mlocati)$/,
        libraries: { programs: ['/usr/local/bin/php'], folders: ['/usr/local/lib/php'] },
        kind: isMusl ? 'static' : 'cc',
        environment: [],
        isTool: (command) =>
          /^(composer|docker-php-\S+|install-php-extensions|pecl|pear|phpize|php|artisan|node|npm|npx|yarn)$/.test(
            programOf(command),
          ),
        packages: [...programs, ...rolesOf(subject).taken.filter((name) => purposeOfOsPackage(name) !== 'tool')],
        needed: (name) =>
          /^(COMPOSER_\w+|PHPIZE_DEPS|PHP_(CFLAGS|CPPFLAGS|LDFLAGS)|DEBIAN_FRONTEND)$/.test(name) ? 'build' : 'both',
        check: 'HEALTHCHECK CMD ["php", "healthcheck.php"]',
      },
      start,
    );
    return { draft, base };
  },
};

/** PHP starts programs by way of a shell (php.net: exec, shell_exec, system, passthru). Those that are installed, each a reason. */
function declinePrograms(draft: Draft): readonly string[] {
  const commands = draft.subject.steps.flatMap((step) => step.commands);
  return commands.flatMap((command) => {
    const names = readInstall(command)?.names.filter((name) => purposeOfOsPackage(name) === 'program') ?? [];
    if (names.length > 0)
      decline(
        draft,
        command.line,
        `${list(names)} may be needed while the program runs, and PHP starts other programs by way of a shell, which a distroless image has not. Leave ${names.length > 1 ? 'them' : 'it'} out if nothing needs ${names.length > 1 ? 'them' : 'it'}; otherwise keep the full base.`,
      );
    return names;
  });
}

function isCommandLine(draft: Draft): boolean {
  const { subject } = draft;
  const { base, stage } = subject;
  const line = stage.from.range.start.line;
  const shown = imageBelow(subject);
  const variant = /(^|-)(apache|fpm|zts)(-|$)/.exec(base?.tag ?? '')?.[2];
  if (variant === 'apache') {
    decline(
      draft,
      line,
      `“${shown}” runs PHP inside of Apache, which starts by a shell script and has no distroless image. Serve with php-fpm behind a web server, or with a server that has PHP in it (FrankenPHP, RoadRunner).`,
    );
  } else if (variant === 'fpm') {
    decline(
      draft,
      line,
      `“${shown}” is php-fpm, which only answers a web server beside it, and no Google image has either. Docker’s hardened images have both (dhi.io/php with -fpm, dhi.io/nginx).`,
    );
  } else if (base?.runtime?.language !== 'php' || !/(^|\/)php$/.test(base.name)) {
    decline(
      draft,
      line,
      `PHP is taken along from its official image only, where it is known which files it needs. Build on php:8.4-cli instead of “${shown}”.`,
    );
  } else if (isBeforeDebian11(base, { '7.3': 30, '7.4': 23, '8.0': 10 })) {
    decline(
      draft,
      line,
      `“${shown}” is made of Debian 10 or an older release, libraries of which do not go with the C library of Google’s images. Move to a newer PHP.`,
    );
  } else return true;
  return false;
}

/** Of docker-php-entrypoint: what begins with an option is given to php, and anything else is run by itself. */
function settleStart(draft: Draft): Start | undefined {
  const start = readStart(draft);
  if (!start) return undefined;
  const entry = start.entrypoint?.words ?? [];
  const all = [...entry, ...(start.cmd?.words ?? [])];
  const init = unwrapInit(all);
  const scripted = nameOf(`/${all[init] ?? ''}`) === 'docker-php-entrypoint';
  const at = init + (scripted ? 1 : 0);
  const holder = (entry.length > at ? start.entrypoint : start.cmd) ?? start.entrypoint!;
  const words = all.slice(at);
  const program = words[0] ?? '';
  const isOption = program.startsWith('-') && (scripted || entry.length === 0);
  const refused = isOption ? undefined : whyNot(program, words.slice(1));
  if (refused) {
    decline(draft, holder.step.line, refused);
    return undefined;
  }
  if (at > 0 || isOption) {
    if (entry.length > 0 && entry.length <= at) draft.fates[start.entrypoint!.step.index] = 'gone';
    const own =
      holder === start.entrypoint ? entry.slice(at) : (start.cmd?.words ?? []).slice(Math.max(0, at - entry.length));
    writeWords(draft, holder, isOption ? ['php', ...own] : own);
    note(
      draft,
      'change',
      holder.step.line,
      'php is started by itself: what stood before it needs a shell, or is not there.',
    );
  } else {
    for (const part of [start.entrypoint, start.cmd]) {
      if (part?.step.instruction.command?.kind !== 'shell' || draft.fates[part.step.index] === 'gone') continue;
      writeWords(draft, part, part.words);
      note(draft, 'change', part.step.line, 'This is written in exec form: there is no shell that could read it.');
    }
  }
  return start;
}

function whyNot(program: string, given: readonly string[]): string | undefined {
  const name = nameOf(`/${program}`);
  if (name === 'apache2-foreground' || name.startsWith('php-fpm'))
    return `“${program}” serves by way of a web server, which no image of Google’s has. Keep the full base.`;
  if (name === 'composer')
    return '“composer” runs scripts with a shell, and is for the build. Start PHP itself: CMD ["php", "index.php"].';
  if (!/^php(\d[\d.]*)?$/.test(name))
    return `“${program}” is not PHP, and a distroless image has neither a shell nor other programs. Start PHP: CMD ["php", "index.php"].`;
  if (given.some((word) => word === '-a'))
    return 'php -a is a prompt for typing. Name the file that it runs: CMD ["php", "index.php"].';
  const artisan = given.find((word) => /^(serve|octane:(start|frankenphp|roadrunner|swoole))$/.test(word));
  if (artisan)
    return `“${artisan}” starts other processes with a shell, which a distroless image has not. Start the server itself: CMD ["php", "-S", "0.0.0.0:8000", "-t", "public"].`;
  return undefined;
}
