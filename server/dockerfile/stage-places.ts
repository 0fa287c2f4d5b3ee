/** Every place where a Dockerfile names a stage, or could, and which stage BuildKit takes it for. */
import type { Dockerfile, Instruction, Stage } from './dockerfile.ts';
import { mountOrigins } from './mounts.ts';
import { flag, stageNumber } from './queries.ts';
import type { Position, Range } from './text.ts';
import { expand, hasVariable } from './variables.ts';

export interface StagePlace {
  /** `name`: after AS. `base`: after FROM. `copy`: of COPY or ADD --from. `mount`: of RUN --mount=from. */
  readonly kind: 'name' | 'base' | 'copy' | 'mount';
  /** The stage that it stands in; of what ONBUILD carries, the first that carries it out. */
  readonly stage: Stage;
  /** As written. */
  readonly text: string;
  readonly range: Range;
  /** How it says which stage: `variable` and `number` say so without its name. */
  readonly by: 'name' | 'number' | 'variable';
  /** Index of the stage that it means, be it out of reach there; undefined: none, so it is the name of an image, or not known. */
  readonly means: number | undefined;
}

const kept = new WeakMap<Dockerfile, readonly StagePlace[]>();

/** In the order of the text. `--from` and mounts mean the last stage of a name; FROM the last one above it (dockerfile2llb/convert.go). */
export function stagePlaces(dockerfile: Dockerfile): readonly StagePlace[] {
  const known = kept.get(dockerfile) ?? placesIn(dockerfile);
  kept.set(dockerfile, known);
  return known;
}

function placesIn({ stages }: Dockerfile): readonly StagePlace[] {
  const byName = new Map<string, number>();
  for (const { name, index } of stages) if (name) byName.set(name.text.toLowerCase(), index);
  const builtOn = new Map(stages.toReversed().map((it) => [it.parent.kind === 'stage' ? it.parent.stage : -1, it]));
  const places: StagePlace[] = [];
  for (const stage of stages) {
    const { name, image, parent, index } = stage;
    if (image) {
      const means = parent.kind === 'stage' ? parent.stage : undefined;
      const by = hasVariable(image.text) ? 'variable' : 'name';
      places.push({ kind: 'base', stage, text: image.text, range: image.range, by, means });
    }
    if (name) places.push({ kind: 'name', stage, text: name.text, range: name.range, by: 'name', means: index });
    for (const instruction of stage.instructions) {
      // What no stage of this file carries out is meant for other files.
      const at = instruction.trigger ? builtOn.get(index) : stage;
      if (!at) continue;
      for (const source of sourcesOf(instruction.trigger ?? instruction)) {
        const number = source.kind === 'copy' ? stageNumber(source.text) : undefined;
        const means = number === undefined ? byName.get(source.text.toLowerCase()) : stages[number]?.index;
        places.push({ ...source, stage: at, by: number === undefined ? 'name' : 'number', means });
      }
    }
  }
  return places;
}

function sourcesOf(instruction: Instruction): readonly Pick<StagePlace, 'kind' | 'text' | 'range'>[] {
  if (instruction.flags.length === 0) return [];
  if (instruction.keyword === 'RUN')
    return mountOrigins(instruction).map(({ name, range }) => ({ kind: 'mount', text: name, range }));
  const from = flag(instruction, 'from');
  return from?.value ? [{ kind: 'copy', text: from.value, range: from.valueRange ?? from.range }] : [];
}

/** The place at a position, its end included. */
export function stagePlaceAt(places: readonly StagePlace[], { line, character }: Position): StagePlace | undefined {
  return places.find(({ range: { start, end } }) => {
    const isAfter = start.line < line || (start.line === line && start.character <= character);
    return isAfter && (line < end.line || (line === end.line && character <= end.character));
  });
}

/** Whether a name with variables in it may come to that of a stage: what has a colon or a slash outside of them is an image. */
export function mayNameStage(text: string, escapeToken: string): boolean {
  const rest = expand(text, escapeToken, () => ({ kind: 'set', value: 'x' }));
  return rest === undefined || !/[:/]/.test(rest);
}
