/** What a command of a build leaves behind, apart from what the tools of a language do. */
import { type Installed, readInstall } from './packages.ts';
import { isSystemFolder, nameOf, resolvePath } from './paths.ts';
import { isKnown, programOf, type RunCommand } from './run-commands.ts';

export type Effect =
  | { readonly kind: 'packages'; readonly installed: Installed }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'owner'; readonly owner: string; readonly path: string }
  | {
      readonly kind: 'user';
      readonly name: string;
      readonly uid: string | undefined;
      readonly group: string | undefined;
    }
  | { readonly kind: 'group'; readonly name: string; readonly gid: string | undefined }
  /** A file or a whole folder is written there. */
  | { readonly kind: 'path'; readonly path: string }
  /** The list of trusted certificates is made anew. */
  | { readonly kind: 'certificates' }
  | { readonly kind: 'capabilities' }
  /** It may have written anywhere. */
  | { readonly kind: 'unknown' };

export function effectsOf(command: RunCommand): readonly Effect[] {
  return [
    ...ofProgram(command),
    ...command.writes.filter((it) => it !== '/dev/null').map((it) => written(command, it)),
  ];
}

function written(command: RunCommand, word: string): Effect {
  const path = pathOf(command, word);
  return path === undefined ? { kind: 'unknown' } : { kind: 'path', path };
}

/** Undefined where it hangs on something that is not known. */
export function pathOf({ cwd }: RunCommand, word: string): string | undefined {
  if (!isKnown(word) || /[*?[{]/.test(word)) return undefined;
  if (word.startsWith('~')) return resolvePath('/root', word.replace(/^~\/?/, ''));
  if (word.startsWith('/')) return resolvePath('/', word);
  return cwd === undefined ? undefined : resolvePath(cwd, word);
}

const NOTHING = new Set(
  (
    ': [ [[ alias apt-cache apt-key apt-mark awk break cat chmod continue cut date dpkg-query dpkg-reconfigure du echo exit false find ' +
    'fc-cache getent grep head hash id ldconfig ls mktemp printf ps pwd read return rm rmdir sed set sha256sum shopt sleep sort stat strip ' +
    'sync tail test tr trap true type uname uniq unset upx wait wc which whoami xargs locale hostname for case in select'
  ).split(' '),
);

function ofProgram(command: RunCommand): readonly Effect[] {
  const program = programOf(command);
  const { words } = command;
  const given = words.slice(1);
  const plain = given.filter((word) => !word.startsWith('-'));
  const installed = readInstall(command);
  if (installed) return installed.names.length > 0 || installed.unclear ? [{ kind: 'packages', installed }] : [];
  if (words.length === 0 || NOTHING.has(program)) return [];
  switch (program) {
    case 'mkdir':
      return operands(given, ['-m', '--mode']).map((word) => {
        const path = pathOf(command, word);
        return path === undefined ? { kind: 'unknown' } : { kind: 'folder', path };
      });
    case 'chown':
    case 'chgrp': {
      const [owner, ...paths] = plain;
      return paths.map((word) => {
        const path = pathOf(command, word.replace(/\/\*$/, ''));
        return path === undefined ? { kind: 'unknown' } : { kind: 'owner', owner: owner ?? '', path };
      });
    }
    case 'cp':
    case 'mv':
    case 'ln':
    case 'install':
    case 'rsync': {
      if (program === 'install' && given.some((word) => /^-\w*d/.test(word))) {
        return operands(given, ['-m', '-o', '-g']).map((word) => {
          const path = pathOf(command, word);
          return path === undefined ? { kind: 'unknown' } : { kind: 'folder', path };
        });
      }
      const folder = option(given, ['-t', '--target-directory']);
      const words = operands(given, ['-m', '-o', '-g', '-S', '-t']);
      const target = folder ?? words.at(-1);
      return target === undefined ? [] : placed(command, folder ? words : words.slice(0, -1), target);
    }
    case 'touch':
    case 'tee':
      return plain.map((word) => written(command, word));
    case 'tar':
    case 'unzip':
    case 'git':
      return unpacked(command, program, given, plain);
    case 'curl':
    case 'wget': {
      const target = option(given, program === 'curl' ? ['-o', '--output'] : ['-O', '--output-document']);
      const toPipe = target === '-' || given.some((word) => /^-\w*O-$/.test(word));
      if (toPipe) return [];
      if (target !== undefined) return [written(command, target)];
      const named = given.some((word) => /^-\w*O$/.test(word)) || program === 'wget';
      return named ? plain.filter((word) => word.includes('/')).map((word) => written(command, nameOf(word))) : [];
    }
    case 'useradd':
    case 'adduser':
      return user(given, plain);
    case 'groupadd':
    case 'addgroup': {
      const name = plain.at(-1);
      return name ? [{ kind: 'group', name, gid: option(given, ['-g', '--gid']) }] : [];
    }
    case 'usermod':
    case 'groupmod':
    case 'passwd':
    case 'chpasswd':
    case 'deluser':
    case 'delgroup':
    case 'userdel':
      return [];
    case 'update-ca-certificates':
      return [{ kind: 'certificates' }];
    case 'setcap':
      return [{ kind: 'capabilities' }];
    default:
      return [{ kind: 'unknown' }];
  }
}

/** Into a folder, each thing keeps its name; the contents of one (`a/.`) may be anything. */
function placed(command: RunCommand, sources: readonly string[], target: string): readonly Effect[] {
  const path = pathOf(command, target);
  const isFolder = /(^|\/)\.{0,2}$/.test(target) || sources.length > 1 || (path !== undefined && isSystemFolder(path));
  if (!isFolder || path === undefined || sources.some((source) => /(^|\/)[.*]+$/.test(source)))
    return [written(command, target)];
  return sources.map((source) =>
    written(command, `${path === '/' ? '' : path}/${nameOf(`/${source.replace(/(?<!\/)\/+$/, '')}`)}`),
  );
}

function unpacked(
  command: RunCommand,
  program: string,
  given: readonly string[],
  plain: readonly string[],
): readonly Effect[] {
  if (program === 'git') {
    if (!plain.includes('clone')) return [];
    if (given.includes('-C')) return [{ kind: 'unknown' }];
    const [, from, to] = operands(given, GIT);
    return [written(command, to ?? (from ?? '').replace(/\.git$/, '').replace(/^.*[/:]/, ''))];
  }
  const target = option(given, program === 'tar' ? ['-C', '--directory'] : ['-d']);
  return [written(command, target ?? '.')];
}

/** Options of git and of git clone that take the next word. */
const GIT =
  '-c --config -b --branch -o --origin -u --upload-pack -j --jobs --depth --filter --reference --separate-git-dir --template --shallow-since --shallow-exclude'.split(
    ' ',
  );

/** adduser's last words are the user, and on Alpine a group after it. */
function user(given: readonly string[], plain: readonly string[]): readonly Effect[] {
  const uid = option(given, ['-u', '--uid']);
  const values = [
    '-u',
    '--uid',
    '-g',
    '--gid',
    '-G',
    '--ingroup',
    '--groups',
    '-h',
    '--home',
    '-d',
    '--home-dir',
    '-s',
    '--shell',
    '--gecos',
    '-c',
    '--comment',
    '-k',
  ];
  const names = operands(given, values);
  const name = names[0] ?? plain.at(-1);
  if (!name) return [];
  const group = option(given, ['-g', '--gid', '-G', '--ingroup']) ?? names[1];
  return [{ kind: 'user', name, uid, group }];
}

/** The value of the first of the options that is there: `-u 5`, `-u5`, `--uid=5`, `--uid 5`. */
export function option(words: readonly string[], names: readonly string[]): string | undefined {
  for (const [i, word] of words.entries()) {
    for (const name of names) {
      if (word === name) return words[i + 1];
      if (name.startsWith('--') && word.startsWith(`${name}=`)) return word.slice(name.length + 1);
      if (/^-\w$/.test(name) && /^-\w{2,}$/.test(word) && word.endsWith(name[1]!)) return words[i + 1];
    }
  }
  return undefined;
}

/** What is left without the options; those of `withValue` take the next word with them. */
export function operands(words: readonly string[], withValue: readonly string[]): readonly string[] {
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') return [...rest, ...words.slice(i + 1)];
    if (!word.startsWith('-') || word === '-') rest.push(word);
    else if (withValue.includes(word)) i++;
  }
  return rest;
}
