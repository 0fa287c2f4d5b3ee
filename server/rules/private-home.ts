/** The program, its folder or its files lie in a home folder that is closed to the user who runs it. */
import type { Base } from '../bases/base.ts';
import type { Stage, Word } from '../dockerfile/dockerfile.ts';
import { workdirAt } from '../dockerfile/environment.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { absolute, chainOf, copiesOf, isInside } from './copies.ts';
import type { Check, Rule, Trouble } from './rule.ts';
import { inFolders, runCommands } from './run.ts';
import { isScript } from './starts.ts';
import { type User, userOf } from './users.ts';
import { workdirAfter } from './workdirs.ts';

export const privateHome: Rule = {
  id: 'private-home',
  group: 'not allowed',
  severity: 'warning',
  why: 'Home folders are open to their owner only (mode 0700): what lies in /root cannot be read or started by anybody but root, and what lies in /home/nonroot by nobody but user 65532. A container’s first program is an exception in newer engines: unless it is a script, Docker 26 starts it there, as long as no capabilities are dropped; Docker 20.10 does not.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /root/app\nENTRYPOINT ["/root/app"]\n',
  },
  *check(check) {
    const seen = new Set<Word>();
    for (const target of check.targets) {
      const stage = check.dockerfile.stages[target];
      const base = stage && check.base(stage);
      const user = stage && userOf(check, stage);
      if (!base || !user || user.root) continue;
      for (const home of homesClosedTo(user, base)) {
        if (mayBeOpened(check, stage, home)) continue;
        const found = inside(check, stage, home, user);
        if (!found || seen.has(found.word)) continue;
        seen.add(found.word);
        yield found.trouble;
        break;
      }
    }
  },
};

/** Those that are in the image with mode 0700. On scratch a COPY makes them, open to all. */
function homesClosedTo(user: User, base: Base): string[] {
  const system = base.os?.id ?? '';
  const full = base.family === 'other' && base.hasShell === true && /^(debian|ubuntu|alpine)/.test(system);
  if (base.family !== 'google' && !full) return [];
  const other = base.family === 'google' && user.id !== undefined && user.id !== '65532';
  return other ? ['/root', '/home/nonroot'] : ['/root'];
}

/** A RUN gives it, or a folder that it is in, another mode or owner; or one of which that cannot be told. */
function mayBeOpened(check: Check, stage: Stage, home: string): boolean {
  return chainOf(check.dockerfile, stage).some((link) =>
    link.instructions.some((instruction) => {
      const from = workdirAt(check.dockerfile, link, instruction, check.base(link)?.workdir);
      return [...inFolders(runCommands(instruction), from)].some(
        ({ name, words, cwd }) =>
          OPENERS.has(name) &&
          words.slice(1).some(({ value, dynamic }) => {
            const path = value.startsWith('/') ? absolute('/', value) : cwd && absolute(cwd, value);
            return dynamic || path === undefined || isInside(home, path) || isInside(path, home);
          }),
      );
    }),
  );
}

const OPENERS = new Set(['chmod', 'chown', 'setfacl', 'install']);

function inside(
  check: Check,
  stage: Stage,
  home: string,
  user: User,
): { readonly word: Word; readonly trouble: Trouble } | undefined {
  const who = user.id ?? user.name;
  const closed = `“${home}” is open to ${home === '/root' ? 'root' : 'user 65532'} only`;
  const workdir = workdirAfter(check, stage);
  const start = (lastOf(check.dockerfile, stage, 'ENTRYPOINT') ?? lastOf(check.dockerfile, stage, 'CMD'))?.instruction;
  const program = start?.command?.kind === 'exec' ? start.command.words[0] : undefined;
  if (program?.value.includes('/')) {
    const path = program.value.startsWith('/') ? program.value : workdir && absolute(workdir.path, program.value);
    if (path && isInside(home, absolute('/', path))) {
      // runc looks it up with the capabilities that newer engines leave it until then; a script is opened by its interpreter. Tried with Docker 20.10.24 and 26.1.5.
      const always = isScript(program.value);
      return {
        word: program,
        trouble: {
          message: `${closed}, so user ${who} cannot start “${program.value}”${always ? '' : ' in Docker 20.10, nor where capabilities are dropped, as many clusters do'}. Put it elsewhere, such as into /app.`,
          range: program.range,
          ...(always && { severity: 'error' as const }),
        },
      };
    }
  }
  if (workdir?.word && isInside(home, workdir.path)) {
    return {
      word: workdir.word,
      trouble: {
        message: `${closed}, so user ${who} cannot open files in this folder. Work in another one, such as /app.`,
        range: workdir.word.range,
      },
    };
  }
  for (const copy of copiesOf(check, stage)) {
    const word = copy.instruction.args.at(-1);
    if (!word || copy.destination === undefined || !isInside(home, copy.destination)) continue;
    return {
      word,
      trouble: {
        message: `${closed}, so user ${who} cannot open what is copied there. Copy it elsewhere, such as to /app.`,
        range: word.range,
      },
    };
  }
  return undefined;
}
