/** What ships is built on the variant for debugging. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { replace } from './edits.ts';
import { lacksInterpreter, scriptNeeds } from './entrypoint-script.ts';
import { isInterpreted } from './interpreted.ts';
import { missingIn } from './programs.ts';
import { namedBase } from './retired-base.ts';
import type { Check, Fix, Rule } from './rule.ts';
import { startsOf } from './starts.ts';

export const debugBase: Rule = {
  id: 'debug-base',
  group: 'does not belong',
  severity: 'warning',
  minimal: true,
  why: 'The `:debug` and `-dev` variants of distroless images carry the shell, and some of them the package manager, that the others are made to do without.',
  example: {
    before: 'FROM gcr.io/distroless/static-debian13:debug-nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
    after: 'FROM gcr.io/distroless/static-debian13:nonroot\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  needs: scriptNeeds,
  *check(check) {
    const { dockerfile, shipped, targets, base } = check;
    // A target that is called so is meant to be so.
    if (targets.every((target) => /debug|dev/i.test(dockerfile.stages[target]?.name?.text ?? ''))) return;
    for (const stage of dockerfile.stages) {
      const image = shipped.has(stage.index) && stage.parent.kind === 'image' ? base(stage) : undefined;
      if (!image?.debug || !image.distroless || !stage.image) continue;
      const plain = plainOf(image);
      const needsShell = !runsWithoutShell(dockerfile, stage);
      const startsThere = plain !== undefined && startsOn(check, stage, plain);
      yield {
        message: `“${image.reference}” is the variant for ${image.hasPackageManager ? 'building, with a shell and a package manager' : 'debugging, with a shell'}. ${needsShell ? 'Do in a build stage what needs that, and ship' : 'Ship'} ${plain ? `“${plain.reference}”` : 'the variant without it'}.`,
        range: stage.image.range,
        fixes: startsThere && namedBase(stage) && !image.digest && !needsShell ? [fixed(stage, plain.reference)] : [],
      };
    }
  },
};

function fixed(stage: Stage, plain: string): Fix {
  return {
    title: `Use “${plain}” (assumes that the application calls no shell itself)`,
    edits: [replace(stage.image!.range, plain)],
  };
}

/** The same image without the tools, where the data has it. */
function plainOf({ reference, name, tag, family }: Base): Base | undefined {
  const written = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const plain =
    family === 'google'
      ? tag?.replace(/^debug-nonroot/, 'nonroot').replace(/^debug/, 'latest')
      : tag?.replace(/-dev(?=-|$)/, '');
  if (!plain || plain === tag || name.endsWith('/distroless/debug')) return undefined;
  const found = findBase(`${written}:${plain}`);
  return found && !found.debug && found.distroless ? found : undefined;
}

/** The stage, and what is built on it. */
function builtOn({ stages }: Dockerfile, below: Stage): readonly Stage[] {
  const found = new Set([below.index]);
  for (const { index, parent } of stages) if (parent.kind === 'stage' && found.has(parent.stage)) found.add(index);
  return stages.filter(({ index }) => found.has(index));
}

/** Nothing that is started, as far as is known, would find no program or no interpreter in `plain`. */
function startsOn(check: Check, below: Stage, plain: Base): boolean {
  const { dockerfile } = check;
  return builtOn(dockerfile, below).every((stage) => {
    const checks = stage.instructions.flatMap((instruction) =>
      instruction.keyword === 'HEALTHCHECK' && instruction.command?.kind === 'exec'
        ? [{ instruction, words: instruction.command.words }]
        : [],
    );
    const starts = startsOf(dockerfile, stage, plain).filter(({ role }) => role === 'program');
    return (
      !lacksInterpreter(check, stage, plain) &&
      [...starts, ...checks].every(({ instruction, words: [first] }) => {
        const name = first?.value ?? '';
        return !isInterpreted(name) && !missingIn(dockerfile, stage, instruction, plain, name);
      })
    );
  });
}

/** Nothing in the stage, or in what is built on it, that the shell would be missed by. */
function runsWithoutShell(dockerfile: Dockerfile, below: Stage): boolean {
  return builtOn(dockerfile, below).every(({ instructions }) =>
    instructions.every(
      ({ keyword, command }) =>
        keyword !== 'RUN' &&
        keyword !== 'SHELL' &&
        command?.kind !== 'shell' &&
        !(command?.kind === 'exec' && SHELL.test(command.words[0]?.value ?? '')),
    ),
  );
}

const SHELL = /(^|\/)(sh|bash|ash|busybox|env|npm|npx|yarn|pnpm|apk|apt-get|pip|bundle)$|\.sh$/;
