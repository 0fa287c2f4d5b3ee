/** A package manager is called in what ships, instead of in a build stage. */
import type { Instruction } from '../dockerfile/dockerfile.ts';
import type { Rule } from './rule.ts';
import { type RunWord, runCommands } from './run.ts';

/** Those of distributions and of languages; with the words after which they change what is installed. */
const MANAGERS: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    'apt-get': /^(install|update|upgrade|dist-upgrade|full-upgrade)$/,
    apt: /^(install|update|upgrade|full-upgrade)$/,
    aptitude: /^(install|update|upgrade)$/,
    dpkg: /^(-i|--install)$/,
    apk: /^(add|update|upgrade)$/,
    yum: /^(install|update|upgrade|groupinstall|localinstall)$/,
    dnf: /^(install|update|upgrade)$/,
    microdnf: /^(install|update|upgrade)$/,
    tdnf: /^(install|update|upgrade)$/,
    zypper: /^(install|in|update|up)$/,
    pacman: /^-S/,
    pip: /^(install|wheel)$/,
    pip3: /^(install|wheel)$/,
    pipenv: /^(install|sync)$/,
    poetry: /^(install|add|update)$/,
    uv: /^(sync|pip|add)$/,
    conda: /^(install|create|update)$/,
    npm: /^(ci|install|i|add)$/,
    pnpm: /^(install|i|add)$/,
    yarn: /^(install|add)$/,
    gem: /^(install|update)$/,
    bundle: /^(install|update)$/,
    composer: /^(install|require|update)$/,
  }),
);

export const packageManager: Rule = {
  id: 'package-manager',
  group: 'does not belong',
  severity: 'warning',
  minimal: true,
  why: 'What a package manager installs in the final stage ships with all that it brings along, and the package manager itself has to be in the image to do it.',
  example: {
    before:
      'FROM registry.example.com/base:1\nRUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, shipped, base }) {
    for (const stage of dockerfile.stages) {
      if (!shipped.has(stage.index)) continue;
      // Where there is no shell, the RUN cannot be carried out at all, and the rule for that says so.
      const withoutShell = base(stage)?.hasShell === false;
      for (const instruction of stage.instructions) {
        if (instruction.keyword !== 'RUN' || !instruction.command) continue;
        if (withoutShell && instruction.command.kind === 'shell') continue;
        const call = firstCall(instruction);
        if (!call) continue;
        if (upgradesOnly(instruction)) {
          const message = `“${call.name}” brings packages of the base up to date in the stage that ships, so the image holds the old ones as well, and each build makes another. Take a newer base instead.`;
          yield { message, range: call.word.range(), severity: 'info' };
          continue;
        }
        yield {
          message: `“${call.name}” runs in the stage that ships, so all that it brings along stays in the image. Install in a build stage, and copy what the application needs.`,
          range: call.word.range(),
        };
      }
    }
  },
};

/** One finding an instruction is enough, however often it calls one. */
function firstCall(instruction: Instruction): { readonly name: string; readonly word: RunWord } | undefined {
  for (const { words } of runCommands(instruction)) {
    const [program, ...given] = words;
    const name = managerName(
      program.value,
      given.map(({ value }) => value),
    );
    if (name) return { name, word: program };
  }
  return undefined;
}

/** `apk upgrade`, `microdnf -y update`: nothing is installed that was not there. */
function upgradesOnly(instruction: Instruction): boolean {
  let upgrades = false;
  for (const { words } of runCommands(instruction)) {
    const [program, ...given] = words.map(({ value }) => value);
    const name = managerName(program!, given);
    if (!name) continue;
    const fetchesLists = /^(apt|apt-get|aptitude|apk)$/.test(name);
    if (!SYSTEM.test(name) || given.some((word) => INSTALLS.test(word))) return false;
    upgrades ||= given.some((word) => (fetchesLists ? /upgrade$/ : /^up(date|grade)?$/).test(word));
  }
  return upgrades;
}

const SYSTEM = /^(apt|apt-get|aptitude|apk|yum|dnf|microdnf|tdnf|zypper)$/;
const INSTALLS = /^(install|add|in|groupinstall|localinstall)$/;

function managerName(program: string, given: readonly string[]): string | undefined {
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (/^python(\d(\.\d+)?)?$/.test(name))
    return given[0] === '-m' && given[1] === 'pip' && given[2] === 'install' ? 'pip' : undefined;
  const verbs = MANAGERS.get(name);
  if (!verbs) return undefined;
  if (name === 'yarn' && given.every((word) => word.startsWith('-'))) return name;
  return given.some((word) => verbs.test(word)) ? name : undefined;
}
