/** `COPY . .` in what ships: version control, the Dockerfile and tests go along. And version control by its own name. */
import type { Dockerfile, Instruction, Word } from '../dockerfile/dockerfile.ts';
import { flag } from '../dockerfile/queries.ts';
import type { Range } from '../dockerfile/text.ts';
import { ignoredBy, readDockerignore } from './dockerignore.ts';
import type { ContextFiles, Rule } from './rule.ts';

const IGNORE = '.dockerignore';
/** Where it is there, Docker reads it instead. */
const OWN_IGNORE = 'Dockerfile.dockerignore';
const HISTORY = '.git/HEAD';

export const wholeContext: Rule = {
  id: 'whole-context',
  group: 'does not belong',
  severity: 'warning',
  minimal: true,
  why: 'Without a .dockerignore that leaves it out, `COPY .` takes along the history of the project, with every file and secret that was ever in it, and whatever else lies in the folder on the day of the build.',
  example: {
    before: 'FROM gcr.io/distroless/nodejs24-debian13:nonroot\nWORKDIR /app\nCOPY . .\nCMD ["server.js"]\n',
    context: { '.git/HEAD': 'ref: refs/heads/main\n' },
  },
  needs: ({ stages }) =>
    stages.some(({ instructions }) => instructions.some((it) => wholeOf(it) !== undefined))
      ? [IGNORE, OWN_IGNORE, HISTORY]
      : [],
  *check({ dockerfile, shipped, context, base }) {
    const taken = takenAlong(dockerfile, context);
    for (const stage of dockerfile.stages) {
      if (!shipped.has(stage.index)) continue;
      for (const instruction of stage.instructions) {
        const history = historyIn(instruction);
        if (history) {
          yield {
            message: `The history of a project becomes part of what ships here, with every file and secret that was ever in it. ${history.cure}`,
            range: history.range,
          };
        }
        const word = wholeOf(instruction);
        if (!taken || !word || (taken === 'folder' && !base(stage)?.distroless)) continue;
        yield taken === 'history'
          ? {
              message: `This copies the whole build context into what ships, and “.git” with the history of the project is in it. Put “.git” into a .dockerignore, or copy only what the application needs.`,
              range: word.range,
            }
          : {
              message: `This copies the whole build context into what ships, and no .dockerignore leaves anything out. Add one, or copy only what the application needs.`,
              range: word.range,
              severity: 'info',
            };
      }
    }
  },
};

/** The source, where it is the context itself. A Dockerfile may say itself what to leave out. */
function wholeOf(instruction: Instruction): Word | undefined {
  const { keyword, args } = instruction;
  if (keyword !== 'COPY' && keyword !== 'ADD') return undefined;
  if (flag(instruction, 'from') || flag(instruction, 'exclude')) return undefined;
  return args.slice(0, -1).find(({ value }) => /^(\.|\.?\/|\.\/\.)$/.test(value));
}

/** What is kept by Git and its like, by its own name. */
function historyIn(instruction: Instruction): { readonly range: Range; readonly cure: string } | undefined {
  const { keyword, args } = instruction;
  if (keyword !== 'COPY' && keyword !== 'ADD') return undefined;
  const sources = args.slice(0, -1);
  const folder = sources.find(({ value }) => /(^|\/)\.(git|svn|hg)\/?$/.test(value));
  if (folder) return { range: folder.range, cure: `Leave “${folder.value}” out, and ask it in a build stage.` };
  const kept = keyword === 'ADD' ? flag(instruction, 'keep-git-dir') : undefined;
  if (!kept || /^(0|f|false)$/i.test(kept.value ?? '')) return undefined;
  return sources.some(({ value }) => /^git@|^(https?|git|ssh):\/\//.test(value))
    ? { range: kept.range, cure: 'Leave out --keep-git-dir.' }
    : undefined;
}

/** Undefined: nothing that is known. */
function takenAlong({ stages }: Dockerfile, context: ContextFiles): 'history' | 'folder' | undefined {
  const ignore = context.get(OWN_IGNORE) ?? context.get(IGNORE);
  if (stages.length === 0 || ignore === undefined) return undefined;
  const patterns = ignore ? readDockerignore(ignore.text) : [];
  if (!patterns) return undefined;
  if (context.get(HISTORY) && !ignoredBy(patterns, HISTORY)) return 'history';
  return ignore === null ? 'folder' : undefined;
}
