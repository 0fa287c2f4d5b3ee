/** Whether a stage on a base that lacks a program, such as a shell, may have got it by COPY or ADD, or a RUN of it by a mount. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { mountsOf } from '../dockerfile/mounts.ts';
import { copySource } from '../dockerfile/queries.ts';
import { systemRoots } from './system-roots.ts';

const PROGRAM_FOLDERS = new Set(['/bin', '/usr/bin', '/usr/local/bin', '/busybox', '/usr/local', '/usr', '/']);
const WHOLE_TREE =
  /(^|\/)(rootfs|root-?fs|chroot|sysroot|rootdir|fakeroot|distroot|image|install-?root)[^/]*\/?$|^\.?\/?$|\/\.?$|\*|\.(tar(\.\w+)?|tgz|txz)$/i;
const SHELL_NAMES = /(^|\/)(sh|bash|ash|dash|zsh|busybox|busybox-\w+|toybox)$/;

/** Whether there may be a shell for `instruction`: then nothing can be said. */
export function mayHaveShell(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): boolean {
  return mayHave(dockerfile, stage, instruction, SHELL_NAMES);
}

/**
 * True when something copied into the stage, or into a stage that it is built on, or mounted for `instruction`, may be a program that
 * `names` matches at its end: a file of such a name, or a whole tree put where programs live. What a container runs finds what is copied
 * anywhere in the stage, and any other instruction what is copied above it.
 */
export function mayHave(dockerfile: Dockerfile, stage: Stage, instruction: Instruction, names: RegExp): boolean {
  if (mounts(instruction, names)) return true;
  const first = firstCopies(dockerfile, names)[stage.index] ?? Number.POSITIVE_INFINITY;
  return (
    first < (/^(CMD|ENTRYPOINT|HEALTHCHECK)$/.test(instruction.keyword) ? Number.POSITIVE_INFINITY : instruction.index)
  );
}

/** `RUN --mount=from=busybox,source=/bin,target=/bin`: while that RUN runs, another image's programs are there. */
function mounts(instruction: Instruction, names: RegExp): boolean {
  return mountsOf(instruction).some((fields) => {
    const target = fields.findLast(({ key }) => /^(target|dst|destination)$/.test(key))?.value ?? '';
    // Without the look behind, each of a million slashes would be begun with.
    return names.test(target) || PROGRAM_FOLDERS.has(target.replace(/(?<!\/)\/+$/, ''));
  });
}

const kept = new WeakMap<Dockerfile, Map<string, readonly number[]>>();

/** Of each stage, the index of the first instruction, its own or below it, that may bring such a program. */
function firstCopies(dockerfile: Dockerfile, names: RegExp): readonly number[] {
  const tables = kept.get(dockerfile) ?? new Map<string, readonly number[]>();
  kept.set(dockerfile, tables);
  const known = tables.get(names.source);
  if (known) return known;
  const made: number[] = [];
  for (const stage of dockerfile.stages) {
    const { instructions, parent } = stage;
    const below = (parent.kind === 'stage' ? made[parent.stage] : undefined) ?? Number.POSITIVE_INFINITY;
    const own = instructions.find((it) => brings(dockerfile, stage, it, names))?.index ?? Number.POSITIVE_INFINITY;
    made.push(Math.min(below, own));
  }
  tables.set(names.source, made);
  return made;
}

function brings(dockerfile: Dockerfile, stage: Stage, written: Instruction, names: RegExp): boolean {
  // What ONBUILD copies is there for what ONBUILD runs after it.
  const instruction = written.trigger ?? written;
  const { keyword, args } = instruction;
  if (keyword !== 'COPY' && keyword !== 'ADD') return false;
  const sources = args.slice(0, -1).map(({ value }) => value);
  const destination = args.at(-1)?.value ?? '';
  if (names.test(destination) || sources.some((source) => names.test(source))) return true;
  const folder = destination.replace(/(?<!\/)\/+$/, '') || '/';
  // What is put into these can only be a tree.
  if (folder === '/usr' || folder === '/usr/local') return true;
  if (!PROGRAM_FOLDERS.has(folder)) return false;
  const from = copySource(dockerfile, stage, instruction);
  const trees = from?.kind === 'stage' ? systemRoots(dockerfile, dockerfile.stages[from.stage]!) : undefined;
  return sources.some((source) => {
    const path = source.replace(/(?<!\/)\/+$/, '') || '/';
    return (
      WHOLE_TREE.test(source) ||
      source.includes('$') ||
      PROGRAM_FOLDERS.has(path) ||
      (trees?.has(path.startsWith('/') ? path : `/${path}`) ?? false)
    );
  });
}
