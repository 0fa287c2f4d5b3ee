/** COPY --from, RUN --mount=from and FROM name a stage that cannot give what they want. */
import { findBase } from '../bases/find.ts';
import { builtStages } from '../dockerfile/built.ts';
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { mountOrigins } from '../dockerfile/mounts.ts';
import { contextNamed } from '../dockerfile/named-contexts.ts';
import type { Range } from '../dockerfile/text.ts';
import { hasVariable } from '../dockerfile/variables.ts';
import { copyOf, isInside } from './copies.ts';
import { replace } from './edits.ts';
import type { Check, Rule, Trouble } from './rule.ts';

export const copyFrom: Rule = {
  id: 'copy-from',
  group: 'cannot find',
  severity: 'error',
  why: 'Files can be copied from a stage only once that stage is built: one that stands further up. The build stops at a copy from a later stage, from the stage itself, or from a number that no stage has; FROM takes the name of a later stage for that of an image.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nRUN CGO_ENABLED=0 go build -o /app .\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /app /app\nCOPY --from=2 /etc/app.conf /etc/app.conf\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    const { dockerfile } = check;
    const byName = new Map<string, number>();
    for (const { name, index } of dockerfile.stages) if (name) byName.set(name.text.toLowerCase(), index);
    let built: ReadonlySet<number> | undefined;
    for (const stage of dockerfile.stages) {
      yield* laterBase(dockerfile, byName, stage);
      for (const instruction of stage.instructions) {
        if (instruction.flags.length === 0) continue;
        for (const { name, range, number } of sourcesOf(instruction)) {
          if (contextNamed(dockerfile, name)) continue;
          const trouble = outOfReach(dockerfile, byName, stage, name, number);
          const meant =
            trouble === undefined && !byName.has(name.toLowerCase()) ? likelyMeant(check, stage, name) : undefined;
          if (trouble) {
            if (trouble.endsWith(moveUp)) built ??= builtStages(dockerfile, [...check.targets, ...check.development]);
            // A copy from below is only come to where the stage is built.
            const isReached = !trouble.endsWith(moveUp) || built?.has(stage.index);
            yield { message: trouble, range, ...(!isReached && { severity: 'hint' }) };
          } else if (meant !== undefined) yield misnamed(name, meant, range, instruction);
          else if (instruction.keyword === 'COPY') yield* alreadyThere(check, byName, stage, instruction, name, range);
        }
      }
    }
  },
};

/** FROM looks for a stage among those above it only. */
function* laterBase({ stages }: Dockerfile, byName: ReadonlyMap<string, number>, stage: Stage): Generator<Trouble> {
  const { image, index, parent, given } = stage;
  if (!image || given || parent.kind !== 'image' || image.text !== parent.reference) return;
  const later = byName.get(image.text);
  // `FROM golang AS golang` means the image, and so may `FROM nginx` above a stage of that name.
  if (later === undefined || later <= index || findBase(image.text)) return;
  const line = stages[later]!.from.range.start.line + 1;
  yield {
    message: `The stage “${image.text}” comes only in line ${line}, so here the name means an image called “${image.text}”. Move that stage above this one.`,
    range: image.range,
    severity: 'warning',
  };
}

interface Source {
  readonly name: string;
  readonly range: Range;
  /** Whether a number means a stage: for COPY it does, for a mount it is the name of an image. */
  readonly number: boolean;
}

function* sourcesOf(instruction: Instruction): Generator<Source> {
  const { keyword, flags } = instruction;
  if (keyword === 'COPY') {
    const from = flags.findLast(({ name }) => name === 'from');
    if (from?.value) yield { name: from.value, range: from.valueRange ?? from.range, number: true };
  } else for (const { name, range } of mountOrigins(instruction)) yield { name, range, number: false };
}

/** BuildKit takes the last stage of a name, wherever it stands, and then looks whether it is built already. */
function outOfReach(
  { stages }: Dockerfile,
  byName: ReadonlyMap<string, number>,
  stage: Stage,
  name: string,
  number: boolean,
): string | undefined {
  if (hasVariable(name)) {
    return number
      ? `“${name}” is not replaced here: --from takes no variables. Name the image in a FROM of its own, where variables can be used, and copy from that stage.`
      : undefined;
  }
  if (number && /^[+-]?\d{1,18}$/.test(name)) {
    const index = Number(name);
    if (index < 0 || index >= stages.length) {
      return `There is no stage ${name}: the first has the number 0, the last ${stages.length - 1}. Copy from a stage by its name.`;
    }
    if (index < stage.index) return undefined;
    return index === stage.index ? itself : `Stage ${name} is built after this one. ${moveUp}`;
  }
  const index = byName.get(name.toLowerCase());
  if (index === undefined || index < stage.index) return undefined;
  return index === stage.index ? itself : `The stage “${name}” stands below this one and is not built yet. ${moveUp}`;
}

/** What people call stages and nobody calls an image. */
const STAGE_NAMES =
  /^(assets|backend|base|build|builder|compile|compiler|dependencies|deps|dist|download|downloader|fetch|frontend|install|installer|prepare|publish|release|setup|source|src|stage|test|vendor)[-\w]*$/i;

/** A stage above with nearly that name: one begins with the other. */
function likelyMeant({ dockerfile }: Check, stage: Stage, name: string): string | undefined {
  if (name.length > 40 || !STAGE_NAMES.test(name)) return undefined;
  const written = name.toLowerCase();
  const above = dockerfile.stages.slice(Math.max(0, stage.index - FURTHEST), stage.index);
  return above.findLast((one) => {
    const known = one.name?.text.toLowerCase();
    return known !== undefined && (known.startsWith(written) || written.startsWith(known));
  })?.name?.text;
}

function misnamed(name: string, meant: string, range: Range, { keyword }: Instruction): Trouble {
  return {
    message: `No stage is called “${name}”, so an image of that name is looked for. Write “${meant}”, if that stage is meant.`,
    range,
    severity: 'warning',
    fixes: keyword === 'COPY' ? [{ title: `Copy from the stage “${meant}”`, edits: [replace(range, meant)] }] : [],
  };
}

const itself = 'A stage cannot take files from itself. Name the stage that makes them.';
const moveUp = 'Move it above the stage that copies from it.';

/** How far back a stage is searched for what may have changed a file: copies are not many, and a file may be long. */
const FURTHEST = 200;

/** A copy from the very stage that this one is built on, to where the files are already. */
function* alreadyThere(
  check: Check,
  byName: ReadonlyMap<string, number>,
  stage: Stage,
  instruction: Instruction,
  name: string,
  range: Range,
): Generator<Trouble> {
  const { parent } = stage;
  const source = /^\d+$/.test(name) ? Number(name) : byName.get(name.toLowerCase());
  if (parent.kind !== 'stage' || source !== parent.stage) return;
  if (instruction.flags.length > 1 || instruction.index - stage.from.index > FURTHEST) return;
  const copy = copyOf(check, stage, instruction);
  const to = copy?.destination;
  const [from, ...more] = copy?.sources ?? [];
  if (to === undefined || from === undefined || more.length > 0 || /[*?[]/.test(from)) return;
  if (!from.startsWith('/') || from.replace(/(?<=.)\/$/, '') !== to) return;
  for (const before of stage.instructions) {
    if (before.index >= instruction.index) break;
    if (before.keyword === 'RUN') return;
    const other = copyOf(check, stage, before);
    if (other && (!other.destination || isInside(other.destination, to) || isInside(to, other.destination))) return;
  }
  yield {
    message: `This stage is built on “${name}”, so “${to}” is here already and this COPY changes nothing. Remove it.`,
    range,
    severity: 'info',
  };
}
