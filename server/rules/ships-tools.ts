/** Compilers, downloaders, editors and debuggers in what ships. */
import type { Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { wordsIn } from '../dockerfile/run-scripts.ts';
import type { Range } from '../dockerfile/text.ts';
import { isDevelopmentPackage, type Purpose, programsOf, purposeOfPackage } from '../facts/tools.ts';
import type { Rule } from './rule.ts';
import { type RunCommand, type RunWord, runCommands } from './run.ts';
import { isParcel, isScript } from './starts.ts';

export const shipsTools: Rule = {
  id: 'ships-tools',
  group: 'does not belong',
  severity: 'warning',
  minimal: true,
  why: 'Compilers, downloaders, editors and debuggers are what a build and a person need. In the image that ships they serve whoever breaks in, and every one of them has to be kept patched.',
  example: {
    before:
      'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=registry.example.com/tools:1 /usr/bin/curl /usr/bin/curl\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, shipped, targets, base }) {
    const isForHealth = besideHealth(dockerfile);
    const used = new Set(
      targets.flatMap((target) => [...programsRun(dockerfile, dockerfile.stages[target])].flatMap(namedBy)),
    );
    for (const stage of dockerfile.stages) {
      if (!shipped.has(stage.index)) continue;
      const image = base(stage);
      for (const instruction of stage.instructions) {
        if (instruction.keyword === 'RUN') {
          if (image?.hasShell === false && instruction.command?.kind === 'shell') continue;
          const tools = installedTools(instruction, used, isForHealth(instruction));
          if (!tools[0]) continue;
          const grave = tools.some(({ purpose }) => purpose === 'building');
          yield { message: installedMessage(tools), range: tools[0].range, severity: grave ? 'warning' : 'info' };
        } else if (instruction.keyword === 'COPY' && image?.distroless && !image.debug) {
          if (isParcel(dockerfile, stage, image)) continue;
          const [first, ...others] = copiedTools(instruction, used);
          if (first) yield { message: copiedMessage([first, ...others]), range: first.range };
        }
      }
    }
  },
};

interface Tool {
  readonly name: string;
  readonly purpose: Purpose;
  readonly range: Range;
}

function installedMessage(tools: readonly Tool[]): string {
  const names = [...new Set(tools.map(({ name }) => `“${name}”`))];
  const purposes = [...new Set(tools.map(({ purpose }) => purpose))];
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  const many = names.length > 1;
  const cure = purposes.some((purpose) => purpose === 'building' || purpose === 'downloading')
    ? 'Do that in a build stage, and copy what comes out of it.'
    : `Leave ${many ? 'them' : 'it'} out.`;
  return `${listed(shown)} ${many ? 'are' : 'is'} for ${listed(purposes)}, and ${many ? 'stay' : 'stays'} in what ships. ${cure}`;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** What CMD, ENTRYPOINT and HEALTHCHECK run, and what their files are called after: there the tool is what the image is for. */
function programsRun(dockerfile: Dockerfile, stage: Stage | undefined): Set<string> {
  const run = new Set<string>();
  if (!stage) return run;
  for (const keyword of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) {
    const instruction = lastOf(dockerfile, stage, keyword)?.instruction;
    for (const word of instruction ? wordsIn(instruction) : []) run.add(baseName(word));
  }
  return run;
}

/** `aria2.conf` is a file of aria2, and a script is run by a shell. */
const namedBy = (name: string): readonly string[] => [
  name,
  name.replace(/\.\w+$/, ''),
  ...(isScript(name) ? ['sh', 'bash', 'ash', 'dash', 'busybox'] : []),
];

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Where a comment above it, or in it, speaks of health, a downloader is there for the health check of whatever runs the container. */
function besideHealth({ comments }: Dockerfile): (instruction: Instruction) => boolean {
  const lines = new Set(comments.filter(({ text }) => /health/i.test(text)).map(({ range }) => range.start.line));
  return ({ range: { start, end } }) => {
    if (lines.size === 0) return false;
    for (let line = start.line - 2; line <= end.line; line++) if (lines.has(line)) return true;
    return false;
  };
}

function installedTools(instruction: Instruction, used: ReadonlySet<string>, forHealth: boolean): Tool[] {
  const commands = runCommands(instruction);
  const gone = removedPackages(commands);
  if (!gone) return [];
  const tools: Tool[] = [];
  const libraries: Tool[] = [];
  for (const command of commands) {
    const installed = installedPackages(command);
    if (!installed || (installed.group !== undefined && gone.has(installed.group))) continue;
    for (const word of installed.packages) {
      const name = word.value.replace(/[=~<>@/:].*$/s, '');
      if (word.dynamic) continue;
      if (isDevelopmentPackage(name) && !gone.has(name) && !purposeOfPackage(name)) {
        libraries.push({ name, purpose: 'building', range: word.range() });
      }
      const purpose = purposeOfPackage(name);
      if (
        !purpose ||
        (forHealth && purpose === 'downloading') ||
        gone.has(name) ||
        used.has(name) ||
        programsOf.get(name)?.some((it) => used.has(it))
      )
        continue;
      tools.push({ name, purpose, range: word.range() });
    }
  }
  return tools.some(({ purpose }) => purpose === 'building') ? [...tools, ...libraries] : tools;
}

const INSTALL: Readonly<Record<string, RegExp>> = {
  'apt-get': /^install$/,
  apt: /^install$/,
  aptitude: /^install$/,
  apk: /^add$/,
  yum: /^(install|localinstall)$/,
  dnf: /^install$/,
  microdnf: /^install$/,
  tdnf: /^install$/,
  zypper: /^(install|in)$/,
};

const REMOVE = /^(remove|purge|autoremove|autopurge|erase|del|rm)$/;

/** Options whose value is a word of its own. */
const TAKES_VALUE =
  /^(-t|--target-release|--default-release|-o|-c|--option|--config-file|-X|--repository|--repositories-file|--keys-dir|--enablerepo|--disablerepo|--setopt|--releasever|--exclude|-x)$/;
/** The packages go to another root, not into this image. */
const ELSEWHERE = /^(-p|--root|--installroot|-R)(=|$)/;

function installedPackages({
  name,
  words: [, ...given],
}: RunCommand): { readonly group: string | undefined; readonly packages: readonly RunWord[] } | undefined {
  const verbs = Object.hasOwn(INSTALL, name) ? INSTALL[name] : undefined;
  const verb = verbs ? given.findIndex(({ value }) => verbs.test(value)) : -1;
  if (verb < 0 || given.some(({ value }) => ELSEWHERE.test(value))) return undefined;
  const packages: RunWord[] = [];
  let group: string | undefined;
  for (let i = 0; i < given.length; i++) {
    const { value } = given[i]!;
    if (name === 'apk' && (value === '-t' || value === '--virtual')) group = given[++i]?.value;
    else if (value.startsWith('--virtual=')) group = value.slice('--virtual='.length);
    else if (TAKES_VALUE.test(value)) i++;
    else if (i > verb && !value.startsWith('-')) packages.push(given[i]!);
  }
  return { group, packages };
}

/** What the same RUN takes away again; undefined where that hangs on a variable, or on marks. */
function removedPackages(commands: readonly RunCommand[]): Set<string> | undefined {
  const gone = new Set<string>();
  for (const { name, words } of commands) {
    // What the official images do: all that was not marked before is marked as not needed, and purged.
    if (name === 'apt-mark' && words.some(({ value }) => value === 'auto')) return undefined;
    if (!Object.hasOwn(INSTALL, name) && name !== 'rpm' && name !== 'dpkg') continue;
    const verb = words.findIndex(({ value }) => REMOVE.test(value));
    if (verb < 0) continue;
    for (const { value, dynamic } of words.slice(verb + 1)) {
      if (dynamic) return undefined;
      gone.add(value);
    }
  }
  return gone;
}

const TOOL_FILES =
  /(^|\/)(busybox(-\w+)?|toybox|sh|bash|ash|dash|zsh|curl|wget|vim?|nano|gdb|gdbserver|strace|ltrace|tcpdump|nmap|nc|netcat|gcc|g\+\+|cc|clang|make|apk|apt|apt-get|dpkg)$/;

/** Whole folders: a licence is a file in one. */
const DOCUMENTATION = /^\/usr(\/local)?\/share\/(doc|man|info)\/?$/;

function copiedTools({ args }: Instruction, used: ReadonlySet<string>): readonly Word[] {
  const to = args.at(-1)?.value ?? '';
  if (used.has(baseName(to))) return [];
  return args
    .slice(0, -1)
    .filter(
      ({ value }) =>
        DOCUMENTATION.test(value) || (TOOL_FILES.test(value) && !used.has(baseName(value)) && isFile(value, to)),
    );
}

/** `/var/lib/dpkg` and `/dpkg` may well be folders; what is in a folder for programs, or goes there, is one. */
const isFile = (source: string, to: string) =>
  !/(^|\/)(apk|apt|bash|clang|dpkg|gcc|make|nano|vim?)$/.test(source) || IN_BIN.test(source) || IN_BIN.test(to);

const IN_BIN = /(^|\/)s?bin(\/|$)/;

function copiedMessage(words: readonly Word[]): string {
  const names = words.map(({ value }) => `“${DOCUMENTATION.test(value) ? value : baseName(value)}”`);
  const [are, them] = names.length > 1 ? ['are', 'them'] : ['is', 'it'];
  return `${listed([...new Set(names)].slice(0, 6))} ${are} put into what ships, where the base has left ${them} out on purpose. Use ${them} in a build stage, and keep ${them} out of this one.`;
}
