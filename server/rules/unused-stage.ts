/** A stage that nothing in the file uses. */
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { copySource, mountSources } from '../dockerfile/queries.ts';
import { mayNameStage } from '../dockerfile/stage-places.ts';
import { stepsOf } from '../dockerfile/steps.ts';
import { hasVariable } from '../dockerfile/variables.ts';
import type { Rule } from './rule.ts';

export const unusedStage: Rule = {
  id: 'unused-stage',
  group: 'structure',
  severity: 'hint',
  why: 'BuildKit builds only what the target needs, so a stage that no other stage uses is read by people and never built, unless somebody names it with `--target`.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM node:24-trixie AS assets\nRUN npm run bundle\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile, targets, development }) {
    if (dockerfile.stages.some((stage) => mayNameAnyStage(dockerfile, stage))) return;
    const used = new Set([...usedStages(dockerfile), ...targets, ...development, dockerfile.stages.length - 1]);
    // A list of images, such as a bot reads to raise their versions.
    if (dockerfile.stages.every(({ instructions }) => instructions.length === 0)) return;
    for (const stage of dockerfile.stages) {
      if (used.has(stage.index) || stage.given?.replaces || isLikelyTarget(stage)) continue;
      const name = stage.name?.text;
      yield {
        message: name
          ? `Nothing in this file uses the stage “${name}”, so it is only built with “--target ${name}”. Remove it if nobody does that.`
          : 'Nothing in this file uses this stage, so it is never built. Remove it, or copy what it makes.',
        range: (stage.name ?? stage.image ?? stage.from).range,
      };
    }
  },
};

function usedStages(dockerfile: Dockerfile): Set<number> {
  const used = new Set<number>();
  for (const stage of dockerfile.stages) {
    if (stage.parent.kind === 'stage') used.add(stage.parent.stage);
    for (const instruction of stepsOf(dockerfile, stage)) {
      if (instruction.flags.length === 0) continue;
      const sources = [copySource(dockerfile, stage, instruction), ...mountSources(dockerfile, stage, instruction)];
      for (const source of sources) if (source?.kind === 'stage') used.add(source.stage);
    }
  }
  return used;
}

/** `FROM ${VARIANT}`: which stage it means is decided when it is built. */
const mayNameAnyStage = ({ escape: token }: Dockerfile, { image }: Stage): boolean =>
  image !== undefined && hasVariable(image.text) && mayNameStage(image.text, token);

const TARGETS =
  /(^|[-_.])(tests?|testing|unittest|dev|develop|development|devcontainer|debug|debugger|lint|linter|format|fmt|check|checks|validate|ci|e2e|integration|integ|coverage|bench|benchmark|docs?|local|prod|production|release|final|runtime|run|runner|exec|export|output|artifacts?|binary|binaries|bin|dist|package|image|default|all|target|cross|vendor|update|generate|generated|migrate|migrations?|seed|ship|deploy|staging|windows|linux|darwin|shell|console|worker|server|api|web|app)([-_.]|$)/i;

/** Named for something that people build by itself, or made to be run or taken out: then it says nothing that the file does not use it. */
function isLikelyTarget({ name, parent, instructions }: Stage): boolean {
  if (name && TARGETS.test(name.text)) return true;
  if (name && parent.kind === 'scratch') return true;
  return instructions.some(({ keyword }) => keyword === 'CMD' || keyword === 'ENTRYPOINT');
}
