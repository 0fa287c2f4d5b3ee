/** What ships is built on the variant for debugging. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { replace } from './edits.ts';
import { namedBase } from './retired-base.ts';
import type { Fix, Rule } from './rule.ts';

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
  *check({ dockerfile, shipped, targets, base }) {
    // A target that is called so is meant to be so.
    if (targets.every((target) => /debug|dev/i.test(dockerfile.stages[target]?.name?.text ?? ''))) return;
    for (const stage of dockerfile.stages) {
      const image = shipped.has(stage.index) && stage.parent.kind === 'image' ? base(stage) : undefined;
      if (!image?.debug || !image.distroless || !stage.image) continue;
      const plain = plainOf(image);
      const needsShell = !runsWithoutShell(dockerfile, stage);
      yield {
        message: `“${image.reference}” is the variant for ${image.hasPackageManager ? 'building, with a shell and a package manager' : 'debugging, with a shell'}. ${needsShell ? 'Do in a build stage what needs that, and ship' : 'Ship'} ${plain ? `“${plain}”` : 'the variant without it'}.`,
        range: stage.image.range,
        fixes: plain && namedBase(stage) && !image.digest && !needsShell ? [fixed(stage, plain)] : [],
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
function plainOf({ reference, name, tag, family }: Base): string | undefined {
  const written = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const plain =
    family === 'google'
      ? tag?.replace(/^debug-nonroot/, 'nonroot').replace(/^debug/, 'latest')
      : tag?.replace(/-dev(?=-|$)/, '');
  if (!plain || plain === tag || name.endsWith('/distroless/debug')) return undefined;
  const found = findBase(`${written}:${plain}`);
  return found && !found.debug && found.distroless ? found.reference : undefined;
}

/** Nothing in the stage, or in what is built on it, that the shell would be missed by. */
function runsWithoutShell({ stages }: Dockerfile, below: Stage): boolean {
  const above = new Set([below.index]);
  return stages.every(({ index, parent, instructions }) => {
    if (parent.kind === 'stage' && above.has(parent.stage)) above.add(index);
    if (!above.has(index)) return true;
    return instructions.every(
      ({ keyword, command }) =>
        keyword !== 'RUN' &&
        keyword !== 'SHELL' &&
        command?.kind !== 'shell' &&
        !(command?.kind === 'exec' && SHELL.test(command.words[0]?.value ?? '')),
    );
  });
}

const SHELL = /(^|\/)(sh|bash|ash|busybox|env|npm|npx|yarn|pnpm|apk|apt-get|pip|bundle)$|\.sh$/;
