/** Which instructions of a stage name a program to run, and where the program stands among their words. */
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { lastOf } from '../dockerfile/queries.ts';
import { wordsOf } from '../dockerfile/shell-words.ts';

/** A command in exec form. */
export interface Start {
  readonly instruction: Instruction;
  /** At least one. */
  readonly words: readonly Word[];
  /**
   * `program`: the first word is what is run. `base`: the words are handed to the entrypoint of the base image. `other`: to an
   * ENTRYPOINT of the file, or to one that is not known.
   */
  readonly role: 'program' | 'base' | 'other';
}

/** The ENTRYPOINT, the CMD and the RUNs that stand in the stage itself; of several ENTRYPOINTs or CMDs only the last counts. */
export function startsOf(dockerfile: Dockerfile, stage: Stage, base: Base | undefined): Start[] {
  const entrypoint = lastOf(dockerfile, stage, 'ENTRYPOINT');
  const command = lastOf(dockerfile, stage, 'CMD');
  const starts: Start[] = [];
  for (const instruction of stage.instructions) {
    const { keyword, command: written } = instruction;
    if (written?.kind !== 'exec' || written.words.length === 0) continue;
    const { words } = written;
    if (keyword === 'RUN') starts.push({ instruction, words, role: 'program' });
    else if (keyword === 'ENTRYPOINT' && entrypoint?.instruction === instruction)
      starts.push({ instruction, words, role: 'program' });
    else if (keyword === 'CMD' && command?.instruction === instruction)
      starts.push({ instruction, words, role: roleOfCommand(entrypoint?.instruction, base) });
  }
  return starts;
}

function roleOfCommand(entrypoint: Instruction | undefined, base: Base | undefined): Start['role'] {
  if (entrypoint) {
    return entrypoint.command?.kind === 'exec' && entrypoint.command.words.length === 0 ? 'program' : 'other';
  }
  if (base?.entrypoint === undefined) return 'other';
  // The scripts of the official images run what they are handed.
  return base.entrypoint.length === 0 || base.entrypoint.some(isScript) ? 'program' : 'base';
}

/**
 * Says that the stage starts an init system, which is a machine in a container: it works only as root, and takes a whole system along.
 * `SIGRTMIN+3` is what systemd is halted by (systemd(1)).
 */
export function startsInit(dockerfile: Dockerfile, stage: Stage): boolean {
  const signal = lastOf(dockerfile, stage, 'STOPSIGNAL')?.instruction.args[0]?.value;
  if (signal !== undefined && /^(SIG)?RTMIN\+3$/i.test(signal)) return true;
  return ['ENTRYPOINT', 'CMD'].some((keyword) => {
    const command = lastOf(dockerfile, stage, keyword)?.instruction.command;
    return command !== undefined && wordsOf(command).some((word) => INIT.test(word));
  });
}

const INIT = /^(\/usr)?(\/sbin\/init|\/lib\/systemd\/systemd)$/;

/** Files for `docker build --output`, or for another build: no container runs of what starts nothing and has nothing. */
export const isParcel = (dockerfile: Dockerfile, stage: Stage, { family }: Base): boolean =>
  family === 'scratch' && !lastOf(dockerfile, stage, 'ENTRYPOINT') && !lastOf(dockerfile, stage, 'CMD');

/** Such as `docker-entrypoint.sh`. */
export const isScript = (word: string) => /\.(sh|bash)$|entrypoint/.test(word);

/** `node` of `/usr/bin/node`. */
export function programName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
