/** A stage name with capitals. */
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { flag } from '../dockerfile/queries.ts';
import type { Range, TextEdit } from '../dockerfile/text.ts';
import { replace } from './edits.ts';
import type { Rule } from './rule.ts';

export const stageNameCasing: Rule = {
  id: 'stage-name-casing',
  group: 'structure',
  severity: 'hint',
  buildkit: 'StageNameCasing',
  why: 'BuildKit keeps stage names in lower case: COPY --from finds them either way, but `FROM Build` looks for an image called “Build”.',
  example: {
    before:
      'FROM golang:1.27-trixie AS Build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=Build /app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]\n',
  },
  *check({ dockerfile }) {
    if (dockerfile.stages.every(({ name }) => !name || name.text === name.text.toLowerCase())) return;
    const uses = usesByStage(dockerfile);
    for (const stage of dockerfile.stages) {
      const { name } = stage;
      const lower = name?.text.toLowerCase();
      if (!name || lower === undefined || name.text === lower) continue;
      yield {
        message: `The stage name “${name.text}” has capitals, which BuildKit does not keep. Write it “${lower}”.`,
        range: name.range,
        fixes: [
          {
            title: `Write it “${lower}”, here and where it is used`,
            edits: [replace(name.range, lower), ...(uses.get(stage.index) ?? [])],
            safe: true,
          },
        ],
      };
    }
  },
};

/** Of each stage, by its index, the edits of the places after it where its name stands as it is written there, after FROM or --from. */
function usesByStage({ stages }: Dockerfile): ReadonlyMap<number, readonly TextEdit[]> {
  const uses = new Map<number, TextEdit[]>();
  const named = new Map<string, number>();
  const add = (name: string, range: Range) => {
    const stage = named.get(name);
    if (stage === undefined || name === name.toLowerCase()) return;
    const known = uses.get(stage);
    const edit = replace(range, name.toLowerCase());
    if (known) known.push(edit);
    else uses.set(stage, [edit]);
  };
  for (const { index, name, image, instructions } of stages) {
    if (image) add(image.text, image.range);
    for (const instruction of instructions) {
      if (instruction.flags.length === 0) continue;
      const from = flag(instruction, 'from');
      if (from?.value && from.valueRange) add(from.value, from.valueRange);
    }
    if (name) named.set(name.text, index);
  }
  return uses;
}
