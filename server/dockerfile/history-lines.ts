/**
 * Which line of a Dockerfile made which step of an image's history. A step belongs to a line where both say the same: builders write an instruction down with
 * its variables filled in, so what a variable stands for may be anything. A step that says what no instruction says belongs to none.
 */
import type { Dockerfile, Instruction, Stage } from './dockerfile.ts';
import { scriptsOf } from './run-scripts.ts';

export interface HistoryLines {
  /** For each step of the history, the instruction that made it. */
  readonly steps: readonly (Instruction | undefined)[];
  /**
   * Where each instruction of the target, and of the stages that it is built on, has its step, and none is left over above them: so many of the lowest
   * steps are the base image's. Undefined: the image was made from another state of the file.
   */
  readonly ofBase: number | undefined;
}

/** `history`: what the builder wrote down for each step, the lowest first, steps without a layer included. `target`: the stage's index. */
export function historyLines(
  dockerfile: Dockerfile,
  history: readonly (string | undefined)[],
  target = dockerfile.target,
): HistoryLines {
  const stage = target === undefined ? undefined : dockerfile.stages[target];
  const instructions = stage ? chain(dockerfile, stage) : [];
  const texts = history.map((step) => plain(step ?? ''));
  const matches = instructions.map((instruction) => matcher(instruction));
  const steps = align(texts, instructions, (step, at) => matches[at]!(texts[step]!));
  const found = steps.filter((step) => step !== undefined).length;
  const ofBase = history.length - instructions.length;
  const complete = instructions.length > 0 && found === instructions.length && ofBase >= 0;
  return { steps, ofBase: complete && steps.slice(ofBase).every((step) => step !== undefined) ? ofBase : undefined };
}

/** Of the stage, those of the stages below it first. */
function chain({ stages }: Dockerfile, stage: Stage): readonly Instruction[] {
  const instructions: Instruction[] = [];
  // A stage is built on an earlier one, so this ends.
  for (let at: Stage | undefined = stage; at; at = at.parent.kind === 'stage' ? stages[at.parent.stage] : undefined)
    instructions.unshift(...at.instructions);
  return instructions;
}

/** The longest common sequence, counted from the end: the last of several equal steps are the file's, those below the base's. */
function align(
  texts: readonly string[],
  instructions: readonly Instruction[],
  same: (step: number, instruction: number) => boolean,
): (Instruction | undefined)[] {
  const width = instructions.length + 1;
  // No build has as many steps; a configuration that somebody made may.
  if (width * (texts.length + 1) > 4_000_000) return texts.map(() => undefined);
  const lengths = new Uint32Array((texts.length + 1) * width);
  const equal = new Uint8Array(lengths.length);
  for (let step = 1; step <= texts.length; step++) {
    for (let at = 1; at < width; at++) {
      const here = step * width + at;
      equal[here] = same(step - 1, at - 1) ? 1 : 0;
      lengths[here] = equal[here]
        ? lengths[here - width - 1]! + 1
        : Math.max(lengths[here - width]!, lengths[here - 1]!);
    }
  }
  const steps: (Instruction | undefined)[] = texts.map(() => undefined);
  for (let step = texts.length, at = width - 1; step > 0 && at > 0; ) {
    const here = step * width + at;
    if (equal[here]) {
      steps[step - 1] = instructions[at - 1];
      step--;
      at--;
    } else if (lengths[here - width]! >= lengths[here - 1]!) step--;
    else at--;
  }
  return steps;
}

/** Without what builders put around an instruction: `/bin/sh -c #(nop)  CMD …`, `… # buildkit`. */
function plain(step: string): string {
  return spaced(step.replace(/ # buildkit$/, '').replace(/^\/bin\/sh -c #\(nop\)\s*/, ''));
}

const spaced = (text: string) => text.replace(/\s+/g, ' ').trim();

/** Whether a step, made plain, is what a builder writes for the instruction (moby's builder/dockerfile, BuildKit's dockerfile2llb/convert.go). */
function matcher(instruction: Instruction): (step: string) => boolean {
  const { keyword, args } = instruction;
  const values = args.map(({ value }) => value);
  switch (keyword) {
    case 'RUN':
      return runs(instruction);
    case 'COPY':
    case 'ADD': {
      const words = wildcard(values.join(' '));
      const target = wildcard(values.at(-1) ?? '', true);
      return (step) => {
        const rest = after(step, new RegExp(`^${keyword} (?:--\\S+ )*`));
        if (rest === undefined) return false;
        // The classic builder writes digests instead of names.
        const digests = after(rest, /^(?:(?:file|dir|multi):[0-9a-f]{64} )+in /);
        return digests === undefined ? words(rest) : target(digests);
      };
    }
    case 'CMD':
    case 'ENTRYPOINT': {
      const words =
        instruction.command?.kind === 'exec' ? instruction.command.words.map(({ value }) => value) : undefined;
      if (words) {
        const list = `${keyword} [${words.map((word) => JSON.stringify(word)).join(' ')}]`;
        return (step) => step === spaced(list);
      }
      const text = instruction.command?.kind === 'shell' ? spaced(instruction.command.text) : '';
      return (step) => step.startsWith(`${keyword} [`) && step.endsWith(` ${spaced(JSON.stringify(text))}]`);
    }
    case 'ARG': {
      const names = values.map((value) => value.split('=')[0]);
      return (step) =>
        step.startsWith('ARG ') &&
        names.every((name) =>
          step
            .slice(4)
            .split(/[ =]/)
            .includes(name ?? ''),
        );
    }
    case 'EXPOSE': {
      const ports = (text: string) =>
        (text.match(/\d+(?:-\d+)?(?:\/\w+)?/g) ?? [])
          .map((port) => port.replace(/\/tcp$/, ''))
          .sort()
          .join(' ');
      const own = ports(values.join(' '));
      return (step) =>
        step.startsWith('EXPOSE ') && (own === ports(step) || values.some((value) => value.includes('$')));
    }
    case 'ENV':
    case 'LABEL': {
      const pairs = values.length === 2 && !values[0]?.includes('=') ? [values.join('=')] : values;
      return said(keyword, wildcard(pairs.join(' ')));
    }
    case 'WORKDIR': {
      const folder = said(keyword, wildcard((values[0] ?? '').replace(/(.)\/$/, '$1'), true));
      return (step) => folder(step.replace(/(.)\/$/, '$1'));
    }
    case 'USER':
    case 'STOPSIGNAL':
    case 'MAINTAINER':
      return said(keyword, wildcard(values.join(' ')));
    case 'VOLUME':
      return said(keyword, wildcard(`[${values.join(' ')}]`));
    default:
      // HEALTHCHECK, SHELL and ONBUILD are written down in forms of their own.
      return (step) => step.startsWith(`${keyword} `);
  }
}

/** `RUN /bin/sh -c …`, with `|1 NAME=value` before the shell where there are build arguments; the classic builder leaves out RUN. */
function runs(instruction: Instruction): (step: string) => boolean {
  const { command, heredocs } = instruction;
  if (command?.kind === 'exec') {
    const text = spaced(command.words.map(({ value }) => value).join(' '));
    return (step) => withoutArguments(step) === text;
  }
  const text = spaced(command?.text ?? '');
  // A heredoc alone is the script itself.
  const alone = scriptsOf(instruction).find(({ reader }, i) => i > 0 && reader === undefined);
  const script = alone ? spaced(alone.text) : text;
  if (script === '') return () => false;
  return (step) => {
    const given = after(withoutArguments(step), /^(?:\S+ (?:-\S+ |pipefail )*?)?-(?:\w*c|Command) /);
    if (given === undefined) return false;
    return heredocs.length > 0 && script === text ? given.startsWith(script) : given === script;
  };
}

const withoutArguments = (step: string) => step.replace(/^RUN /, '').replace(/^\|\d+ .*? (?=\/|\w:|\w+ -)/, '');

const said = (keyword: string, isSame: (text: string) => boolean) => (step: string) =>
  step.startsWith(`${keyword} `) && isSame(step.slice(keyword.length + 1));

/** What follows the match; undefined without one. */
function after(text: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(text);
  return match ? text.slice(match[0].length) : undefined;
}

/** The words as they are; a variable in them is anything. `folder`: they may be the end of a path. In time that grows with the text alone. */
function wildcard(words: string, folder = false): (text: string) => boolean {
  const parts = spaced(words).split(/\$\{[^}]*\}|\$\w+/);
  return (text) => fits(parts, text) || (folder && fits(['', `/${parts[0]}`, ...parts.slice(1)], text));
}

function fits(parts: readonly string[], text: string): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
