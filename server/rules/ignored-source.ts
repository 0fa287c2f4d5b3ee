/** COPY wants what .dockerignore keeps out of the build context. */
import type { Stage } from '../dockerfile/dockerfile.ts';
import { expanded } from '../dockerfile/environment.ts';
import { flag } from '../dockerfile/queries.ts';
import { argsOf } from './builds.ts';
import { clean, type IgnorePattern, ignoredBy, mayComeBack, readDockerignore } from './dockerignore.ts';
import type { Rule } from './rule.ts';

const FILE = '.dockerignore';
/** Docker takes this one instead, if the Dockerfile has that name. */
const OWN_FILE = 'Dockerfile.dockerignore';

export const ignoredSource: Rule = {
  id: 'ignored-source',
  group: 'cannot find',
  severity: 'error',
  buildkit: 'CopyIgnoredFile',
  why: 'What .dockerignore names is not sent to the build. A COPY of it stops the build, as if the file were not there.',
  example: {
    before: 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nCOPY package.json dist ./\nCMD ["index.js"]\n',
    context: { '.dockerignore': 'node_modules\ndist\n' },
  },
  needs: () => [FILE, OWN_FILE],
  *check({ dockerfile, context }) {
    const file = context.get(FILE);
    if (!file || context.get(OWN_FILE)) return;
    const patterns = readDockerignore(file.text);
    if (!patterns) return;
    const everything = patterns.some(({ exception }) => exception) ? undefined : patterns.findLast(isEverything);
    const judge = judgeOf(patterns);
    for (const stage of dockerfile.stages) {
      for (const instruction of stage.instructions) {
        const { keyword, args } = instruction;
        if ((keyword !== 'COPY' && keyword !== 'ADD') || flag(instruction, 'from')) continue;
        for (const word of args.slice(0, -1)) {
          const source = expanded(dockerfile, stage, instruction, word);
          if (source === undefined || source.length > LONGEST || /^<<|:\/\/|^git@/.test(source)) continue;
          const path = clean(source).replace(/^\/+/, '') || '.';
          if (path.startsWith('..')) continue;
          const by = path === '.' ? everything : judge(path);
          if (!by) continue;
          const line = `line ${by.line + 1} of ${FILE}`;
          const whole = path === '.';
          // The default of an ARG is what a plain build takes, and few that have one are built so.
          const isOpen = namesArg(stage, word.text);
          const open = isOpen ? ', unless the build gives it another value' : '';
          yield {
            message: whole
              ? `Nothing is there to copy: ${line} keeps everything out of the build. Add lines for what is needed, each with “!” in front.`
              : `“${path}” is kept out of the build by ${line}, “${by.text}”, so this ${keyword} does not find it${open}. Change that line, or add “!${path}” below it.`,
            range: word.range,
            severity: whole || isOpen || /[*?[]/.test(path) ? 'warning' : 'error',
          };
        }
      }
    }
  },
};

function namesArg(stage: Stage, text: string): boolean {
  const name = /\$\{?(\w+)/.exec(text)?.[1];
  return name !== undefined && argsOf(stage).has(name);
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
