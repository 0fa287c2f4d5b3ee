/** What `RUN --mount=type=bind,from=build,…` says (instructions/commands_runmount.go). */
import type { Flag, Instruction } from './dockerfile.ts';
import type { Range } from './text.ts';

export interface MountField {
  /** In lower case. */
  readonly key: string;
  /** Undefined without `=`. */
  readonly value: string | undefined;
  readonly range: Range;
  /** All of the flag where it is not known where in it the value stands. */
  readonly valueRange: Range;
}

/** Of each mount its fields. None of one that has quotes in it: a comma may be within them. */
export function mountsOf(instruction: Instruction): readonly (readonly MountField[])[] {
  const { keyword, flags } = instruction;
  if (keyword !== 'RUN' || flags.length === 0) return [];
  const made = kept.get(instruction) ?? flags.filter(({ name }) => name === 'mount').map(fieldsOf);
  kept.set(instruction, made);
  return made;
}

/** Many ask. */
const kept = new WeakMap<Instruction, readonly (readonly MountField[])[]>();

function fieldsOf(mount: Flag): readonly MountField[] {
  const { value = '', valueRange } = mount;
  if (value === '' || value.includes('"')) return [];
  // Where a line ends in it, or quotes and escapes were taken away, places in the value are not those in the file.
  const isPlain =
    valueRange?.start.line === valueRange?.end.line &&
    (valueRange?.end.character ?? 0) - (valueRange?.start.character ?? 0) === value.length;
  const range = (from: number, to: number): Range => {
    if (!isPlain || !valueRange) return mount.range;
    const { line, character } = valueRange.start;
    return { start: { line, character: character + from }, end: { line, character: character + to } };
  };
  let next = 0;
  return value.split(',').map((field) => {
    const from = next;
    next += field.length + 1;
    const equals = field.indexOf('=');
    const key = equals < 0 ? field : field.slice(0, equals);
    return {
      key: key.toLowerCase(),
      value: equals < 0 ? undefined : field.slice(equals + 1),
      range: range(from, from + field.length),
      valueRange: range(from + (equals < 0 ? 0 : equals + 1), from + field.length),
    };
  });
}

/** What the mounts take their files from: of each the last `from=`, by which BuildKit goes. */
export function mountOrigins(instruction: Instruction): readonly { readonly name: string; readonly range: Range }[] {
  return mountsOf(instruction).flatMap((fields) => {
    const from = fields.findLast(({ key, value }) => key === 'from' && value);
    return from ? [{ name: from.value!, range: from.valueRange }] : [];
  });
}
