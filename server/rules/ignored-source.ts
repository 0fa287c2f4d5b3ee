/** COPY, or a mount, wants what .dockerignore keeps out of the build context. */
import type { Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { expanded } from '../dockerfile/environment.ts';
import { mountsOf } from '../dockerfile/mounts.ts';
import { flag } from '../dockerfile/queries.ts';
import { variablesIn } from '../dockerfile/variables-used.ts';
import { argsOf } from './builds.ts';
import { clean, type IgnorePattern, ignoredBy, mayComeBack, readDockerignore } from './dockerignore.ts';
import type { Rule } from './rule.ts';
import { chainBelow } from './shipped.ts';

/** The Dockerfile's own, where it has one: whoever reads the files sees to that. */
const FILE = '.dockerignore';

export const ignoredSource: Rule = {
  id: 'ignored-source',
  group: 'cannot find',
  severity: 'error',
  buildkit: 'CopyIgnoredFile',
  why: 'What .dockerignore names is not sent to the build. A COPY or a mount of it stops the build, as if the file were not there.',
  example: {
    before: 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nCOPY package.json dist ./\nCMD ["index.js"]\n',
    context: { '.dockerignore': 'node_modules\ndist\n' },
  },
  needs: () => [FILE],
  *check({ dockerfile, context }) {
    const file = context.get(FILE);
    if (!file) return;
    const patterns = readDockerignore(file.text);
    if (!patterns) return;
    const everything = patterns.some(({ exception }) => exception) ? undefined : patterns.findLast(isEverything);
    const judge = judgeOf(patterns);
    for (const stage of dockerfile.stages) {
      for (const instruction of stage.instructions) {
        const { keyword } = instruction;
        for (const word of fromContext(instruction)) {
          const source = expanded(dockerfile, stage, instruction, word);
          if (source === undefined || source.length > LONGEST || /^<<|:\/\/|^git@/.test(source)) continue;
          const path = clean(source).replace(/^\/+/, '') || '.';
          if (path.startsWith('..')) continue;
          const by = path === '.' ? everything : judge(path);
          if (!by) continue;
          const line = `line ${by.line + 1} of ${file.name ?? FILE}`;
          const whole = path === '.';
          // The default of an ARG is what a plain build takes, and few that have one are built so.
          const isOpen = namesArg(dockerfile, stage, word.text);
          const open = isOpen ? ', unless the build gives it another value' : '';
          yield {
            message: whole
              ? `Nothing is there to copy: ${line} keeps everything out of the build. Add lines for what is needed, each with “!” in front.`
              : `“${path}” is kept out of the build by ${line}, “${by.text}”, so this ${keyword === 'RUN' ? 'mount' : keyword} does not find it${open}. Change that line, or add “!${path}” below it.`,
            range: word.range,
            severity: whole || isOpen || /[*?[]/.test(path) ? 'warning' : 'error',
          };
        }
      }
    }
  },
};

/** What the instruction takes from the build context. */
function fromContext(instruction: Instruction): readonly Word[] {
  const { keyword, args } = instruction;
  if (keyword === 'COPY' || keyword === 'ADD') return flag(instruction, 'from') ? [] : args.slice(0, -1);
  return mountsOf(instruction).flatMap((fields) => {
    const last = (name: RegExp) => fields.findLast(({ key }) => name.test(key));
    const { value, valueRange: range } = last(/^(source|src)$/) ?? {};
    if (!value || !range || (last(/^type$/)?.value ?? 'bind') !== 'bind' || last(/^from$/)) return [];
    return value.includes('$') ? [] : [{ text: value, value, range }];
  });
}

/** One of the stage or of those that it is built on. */
function namesArg(dockerfile: Dockerfile, stage: Stage, text: string): boolean {
  const names = [...variablesIn(text, dockerfile.escape)];
  return names.length > 0 && chainBelow(dockerfile, stage).some((link) => names.some((name) => argsOf(link).has(name)));
}

/** The only patterns that leave nothing of the context’s root; an exception anywhere leaves something. */
const isEverything = ({ text }: IgnorePattern) => /^(\*\*?|\*\*\/\*)$/.test(text);

const LONGEST = 1_000;
/** As many steps are taken, and no more: a file may have thousands of long patterns and of long paths. */
const MOST = 20_000_000;

/** The pattern that keeps the path out for certain. Remembers its answers, and gives none any more once they have cost too much. */
function judgeOf(patterns: readonly IgnorePattern[]): (path: string) => IgnorePattern | undefined {
  const known = new Map<string, IgnorePattern | undefined>();
  const size = patterns.reduce((sum, { tokens }) => sum + tokens.length + 1, 0);
  let left = MOST;
  return (path) => {
    if (known.has(path)) return known.get(path);
    left -= size * path.length * path.split('/').length;
    if (left < 0) return undefined;
    const by = ignoredBy(patterns, path);
    const found = by && mayComeBack(patterns, path) ? undefined : by;
    known.set(path, found);
    return found;
  };
}
