/** Which programs a distroless base is known to lack. */
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { environment } from '../dockerfile/environment.ts';
import { mayHave } from './shell.ts';
import { programName } from './starts.ts';

/** What a program belongs to. */
export interface Kind {
  readonly name: string;
  /** Names the programs of the kind, at the end of a path. */
  readonly programs: RegExp;
  /** The language whose interpreter it is. */
  readonly language?: string;
}

const shell: Kind = { name: 'shell', programs: /(^|\/)(sh|bash|ash|dash|ksh|zsh|busybox|busybox-\w+|toybox)$/ };

/** Commands of Python packages that can be started with `python -m` just as well. */
export const pythonModules: ReadonlyMap<string, string> = new Map(
  Object.entries({
    gunicorn: 'gunicorn',
    uvicorn: 'uvicorn',
    hypercorn: 'hypercorn',
    daphne: 'daphne',
    flask: 'flask',
    celery: 'celery',
    fastapi: 'fastapi',
    streamlit: 'streamlit',
    alembic: 'alembic',
    'django-admin': 'django',
    'waitress-serve': 'waitress',
  }),
);

const kinds: readonly Kind[] = [
  shell,
  { name: 'npm', programs: /(^|\/)(npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack|node_modules\/\.bin)$/ },
  { name: 'Node.js', programs: /(^|\/)(node|nodejs)$/, language: 'node' },
  { name: 'Python', programs: /(^|\/)python(\d(\.\d+)?)?$/, language: 'python' },
  // They may be in any folder of programs that was copied.
  {
    name: 'Python package',
    programs: new RegExp(`(^|/)(${[...pythonModules.keys()].join('|')})$|(^|/)bin/?$`),
  },
  { name: 'Java', programs: /(^|\/)java$/, language: 'java' },
  { name: 'Ruby', programs: /(^|\/)(ruby|bundle|rails)$/, language: 'ruby' },
  { name: 'PHP', programs: /(^|\/)php$/, language: 'php' },
  { name: 'Perl', programs: /(^|\/)perl$/, language: 'perl' },
  { name: '.NET', programs: /(^|\/)dotnet$/, language: 'dotnet' },
  { name: 'Go', programs: /(^|\/)go$/, language: 'go' },
  { name: 'script', programs: /(^|\/)[\w.-]+\.sh$/ },
  { name: 'env', programs: /(^|\/)env$/ },
  {
    name: 'tool',
    programs:
      /(^|\/)(curl|wget|cat|cp|chmod|chown|date|echo|find|grep|ls|mkdir|mv|rm|sed|sleep|su|sudo|tail|tee|timeout|touch|tini|dumb-init|gosu|su-exec)$/,
  },
];

export interface Missing {
  readonly kind: Kind;
  /** Where the base has the program, though not where it is looked for. */
  readonly instead: string | undefined;
}

/**
 * Says that the base lacks the program, and that nothing copied before `instruction` may have brought it. Undefined: it is there,
 * or not known.
 */
export function missingIn(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  base: Base | undefined,
  program: string,
): Missing | undefined {
  if (base?.hasShell !== false || (program.includes('/') && !inProgramFolder.test(program))) return undefined;
  const kind = kinds.find(({ programs }) => programs.test(program));
  if (!kind || has(base, kind, program) || mayHave(dockerfile, stage, instruction, kind.programs)) return undefined;
  const bare = !program.includes('/');
  const path = bare ? environment(dockerfile, stage, instruction) : undefined;
  // A PATH of the file's own may lead to a folder that was copied whole; a shell would hardly be in it.
  if (path?.has('PATH') && kind !== shell) return undefined;
  const own = base.runtime !== undefined && base.runtime.language === kind.language;
  return { kind, instead: own ? base.interpreter : undefined };
}

const inProgramFolder = /^(\/usr(\/local)?)?\/s?bin\/[^/]+$/;

/** In doubt true: only of some vendors' images the contents are known that well. */
function has(base: Base, kind: Kind, program: string): boolean {
  if (base.debug) {
    const elsewhere = base.shellPath !== undefined && !program.includes('/') && !/^(ba|z|k)sh$/.test(program);
    if (base.family !== 'google' || elsewhere || kind !== shell) return true;
    return program === base.shellPath;
  }
  if (kind === shell) return false;
  if (!['google', 'scratch', 'chiselled', 'chainguard'].includes(base.family)) return true;
  if (base.runtime === undefined || base.runtime.language !== kind.language) {
    // Images of a tool or server may hold what the tool needs.
    return base.family === 'chainguard' && !/\/(static|glibc-dynamic|jre|python|aspnet-runtime)$/.test(base.name);
  }
  if (base.interpreter === undefined) return true;
  const folder = base.interpreter.slice(0, base.interpreter.lastIndexOf('/'));
  if (program.includes('/')) {
    // `/usr/local/bin/python3` is that of the official images.
    const own = program.slice(0, program.lastIndexOf('/'));
    return own === folder || (folder !== '/nodejs/bin' && !(base.family === 'google' && own === '/usr/local/bin'));
  }
  return folder !== '/nodejs/bin' || programName(program) === 'nodejs';
}
