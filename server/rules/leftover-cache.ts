/** What package managers keep for the next time, in an image where there is none. */
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { environment } from '../dockerfile/environment.ts';
import { type MountField, mountsOf } from '../dockerfile/mounts.ts';
import { replace } from './edits.ts';
import type { Fix, Rule, Trouble } from './rule.ts';
import { type RunCommand, type RunWord, runCommands } from './run.ts';

export const leftoverCache: Rule = {
  id: 'leftover-cache',
  group: 'does not belong',
  severity: 'info',
  minimal: true,
  why: 'Package lists and download caches are kept for a next time that a container never has. What one RUN leaves behind, a later one can hide but not take out of the image.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /go/pkg/mod /go/pkg/mod\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, shipped, base }) {
    for (const stage of dockerfile.stages) {
      if (!shipped.has(stage.index)) continue;
      const image = base(stage);
      for (const instruction of stage.instructions) {
        if (instruction.keyword === 'RUN' && image?.hasShell !== false) {
          yield* left(dockerfile, stage, instruction, image);
        } else if (instruction.keyword === 'COPY' && image?.distroless) {
          const cache = instruction.args.slice(0, -1).find(({ value }) => CACHE_FOLDER.test(value));
          if (cache) {
            yield {
              message: `“${cache.value}” is what a build has downloaded, and the application does not read it. Leave it in the build stage.`,
              range: cache.range,
            };
          }
        }
      }
    }
  },
};

/** Those that only builds read. `/root/.cache` may hold browsers, `.yarn/cache` and `.m2` what a program is started from. */
const CACHE_FOLDER =
  /(^|\/)(\.cache\/(pip|go-build|uv|pypoetry)|\.npm(\/_cacache)?|go\/pkg(\/mod)?|cargo\/registry|var\/cache\/(apt|apk|yum|dnf)|var\/lib\/apt\/lists)\/?$/;

interface Manager {
  readonly programs: RegExp;
  /** What makes the cache: the first word that is no option. */
  readonly verb: RegExp;
  /** Begins the sentence of the message. */
  readonly what: string;
  /** Written after the verb, it keeps the cache from being made. */
  readonly option?: string;
  /** Run after the last call, it takes the cache away. */
  readonly cleaner?: string;
  /** Says that something of the RUN does so already. */
  readonly cleaned: RegExp;
  /** Switches the cache off when it is set. */
  readonly variable?: string;
}

const MANAGERS: readonly Manager[] = [
  {
    programs: /^(apt-get|apt)$/,
    verb: /^update$/,
    what: 'The package lists of apt stay',
    cleaner: 'rm -rf /var/lib/apt/lists/*',
    cleaned: /^(rm|find)\b.*\/var\/(lib(\/(apt|\{)|$|\s|\/\*)|\{)|^apt(-get)? distclean/s,
  },
  {
    programs: /^apk$/,
    verb: /^add$/,
    what: 'The package index of apk stays',
    option: '--no-cache',
    cleaned: /^(rm|find)\b.*\/var\/(cache|\{)|^apk cache clean/s,
  },
  {
    programs: /^(dnf|yum|microdnf|tdnf)$/,
    verb: /^(install|update|upgrade|groupinstall|localinstall)$/,
    what: 'What PROGRAM has downloaded stays',
    cleaner: 'PROGRAM clean all',
    cleaned: /^(rm|find)\b.*\/var\/(cache|\{)|^(dnf|yum|microdnf|tdnf)\b.* clean /s,
  },
  {
    programs: /^pip3?$|^python3?$/,
    verb: /^install$/,
    what: 'The download cache of pip stays',
    option: '--no-cache-dir',
    cleaned: /^(rm|find)\b.*\.cache|^(pip3?|python3?)\b.* cache purge/s,
    variable: 'PIP_NO_CACHE_DIR',
  },
  {
    programs: /^npm$/,
    verb: /^(ci|install|i)$/,
    what: 'The download cache of npm stays',
    cleaner: 'npm cache clean --force',
    cleaned: /^(rm|find)\b.*(\.npm|\/root)|^npm\b.* cache (clean|rm|clear)/s,
    variable: 'npm_config_cache',
  },
];

function* left(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  base: Base | undefined,
): Iterable<Trouble> {
  const commands = runCommands(instruction);
  if (commands.length === 0 || mountsOf(instruction).some(isCacheMount)) return;
  const texts = commands.map(({ name, words }) => [name, ...words.slice(1).map(({ value }) => value)].join(' '));
  // A script may do the cleaning.
  if (commands.some(({ name }) => /clean/i.test(name))) return;
  for (const manager of MANAGERS) {
    const calls = commands.filter((command) => verbOf(manager, command));
    const [first] = calls;
    const verb = first && verbOf(manager, first);
    if (!first || !verb || texts.some((text) => manager.cleaned.test(text))) continue;
    const { option, variable } = manager;
    if (variable && (isSet(dockerfile, stage, instruction, variable) || base?.env[variable])) continue;
    const without = option
      ? calls.filter(({ words, env }) => !words.some(({ value }) => value === option) && !env.some(names(variable)))
      : calls;
    const at = without[0] && verbOf(manager, without[0]);
    if (!at) continue;
    const fix = fixOf(manager, without, commands);
    yield {
      message: `${manager.what.replace('PROGRAM', without[0]!.name)} in what ships. Add “${option ?? cleanerOf(manager, without[0]!)}” to this RUN.`,
      range: at.range(),
      fixes: fix ? [fix] : [],
    };
  }
}

const isCacheMount = (fields: readonly MountField[]) =>
  fields.some(({ key, value }) => key === 'type' && /^(cache|tmpfs)$/.test(value ?? ''));

const names = (variable: string | undefined) => (assignment: string) =>
  variable !== undefined && assignment.startsWith(`${variable}=`);

function isSet(dockerfile: Dockerfile, stage: Stage, instruction: Instruction, name: string): boolean {
  const variables = environment(dockerfile, stage, instruction);
  return variables.has(name) || variables.has(name.toUpperCase());
}

/** The verb, where the command is a call of that manager which makes a cache. */
function verbOf({ programs, verb }: Manager, { name, words }: RunCommand): RunWord | undefined {
  if (!programs.test(name)) return undefined;
  let given = words.slice(1);
  if (name.startsWith('python')) {
    if (given[0]?.value !== '-m' || given[1]?.value !== 'pip') return undefined;
    given = given.slice(2);
  }
  const word = given.find(({ value }) => !value.startsWith('-'));
  return word && !word.dynamic && verb.test(word.value) && !given.some(({ value }) => ELSEWHERE.test(value))
    ? word
    : undefined;
}

/** The cache is made in another root, or not at all. */
const ELSEWHERE = /^(--no-network|--no-index|-p|--root|--installroot|-R|--cache|--cache-dir|-g|--global-cache)(=|$)/;

const cleanerOf = ({ cleaner = '' }: Manager, { name }: RunCommand) => cleaner.replace('PROGRAM', name);

function fixOf(manager: Manager, calls: readonly RunCommand[], commands: readonly RunCommand[]): Fix | undefined {
  const { option, cleaner, programs } = manager;
  if (option) {
    return {
      title: `Add “${option}”`,
      edits: calls.map((call) => {
        const { end } = verbOf(manager, call)!.range();
        return replace({ start: end, end }, ` ${option}`);
      }),
    };
  }
  const last = commands.findLast(({ name }) => programs.test(name));
  if (!cleaner || !last?.extensible) return undefined;
  // Lists that a later RUN installs from are not taken away from it.
  if (manager.verb.test('update') && !commands.some(({ words }) => words.some(({ value }) => value === 'install')))
    return undefined;
  const command = cleanerOf(manager, last);
  const { end } = last.words.at(-1)!.range();
  return { title: `Add “${command}”`, edits: [replace({ start: end, end }, ` && ${command}`)] };
}
