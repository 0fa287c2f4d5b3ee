/** What BuildKit stops at in the mounts and devices of RUN: instructions/commands_runmount.go, commands_rundevice.go, dockerfile2llb/convert_runmount.go (moby/buildkit@v0.34.2). */
import type { Instruction, Problem } from './dockerfile.ts';
import { type MountField, mountsOf } from './mounts.ts';
import { nearest } from './near.ts';
import { fixedValue } from './shell-syntax.ts';
import type { Range } from './text.ts';

const TYPES = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
const TRUTH = /^(1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/;

interface Option {
  readonly takes?: RegExp;
  /** What it takes, in words. */
  readonly wants?: string;
  /** The types of mounts that have it; all of them without. */
  readonly of?: readonly string[];
  /** It counts what the type is where the option stands, and not in the end. */
  readonly inOrder?: true;
}

const truth: Option = { takes: TRUTH, wants: 'true or false' };
const owner: Option = { takes: /^\d{1,10}$/, wants: 'a number', of: ['cache', 'secret', 'ssh'] };
const place: Option = { of: ['bind', 'cache', 'tmpfs', 'secret'] };

const OPTIONS: Readonly<Record<string, Option>> = {
  type: { takes: new RegExp(`^(${TYPES.join('|')})$`, 'i'), wants: `one of ${TYPES.join(', ')}` },
  from: { of: ['bind', 'cache', 'tmpfs', 'ssh'] },
  source: place,
  src: place,
  target: {},
  dst: {},
  destination: {},
  readonly: truth,
  ro: truth,
  readwrite: truth,
  rw: truth,
  required: { ...truth, of: ['secret', 'ssh'], inOrder: true },
  size: {
    takes: /^\+?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)? ?(b|[kmgtp](i?b)?)?$/i,
    wants: 'a number and its unit, such as 64m or 1g',
    of: ['tmpfs'],
    inOrder: true,
  },
  id: {},
  sharing: { takes: /^(shared|private|locked)$/i, wants: 'one of shared, private, locked', of: ['cache'] },
  mode: { takes: /^[0-7]{1,10}$/, wants: 'the digits 0 to 7, such as 0755', of: owner.of! },
  uid: owner,
  gid: owner,
  env: {},
};
const KEYS = Object.keys(OPTIONS);
const VALUES: Readonly<Record<string, readonly string[]>> = { type: TYPES, sharing: ['shared', 'private', 'locked'] };
const SWITCHES = /^(readonly|ro|readwrite|rw|required)$/;

/** What it stops at wherever the instruction stands. */
export function* mountNames(it: Instruction): Iterable<Problem> {
  for (const { key, value = '', valueRange } of mountsOf(it).flat()) {
    if (key !== 'from' || !/\$./.test(value)) continue;
    const message =
      'A mount takes no variable in “from”. Name the image in a FROM of its own, where variables can be used, and mount from that stage.';
    yield { message, range: valueRange };
  }
}

/** What it stops at where the instruction is carried out; of each mount the first. */
export function* mountOptions(it: Instruction, escapeToken: string): Iterable<Problem> {
  for (const fields of mountsOf(it)) {
    const problem = wrongField(fields, escapeToken) ?? wrongWhole(fields, escapeToken);
    if (problem) yield problem;
  }
}

function wrongField(fields: readonly MountField[], escapeToken: string): Problem | undefined {
  let type: string | undefined = 'bind';
  for (const field of fields) {
    const { key, range, valueRange } = field;
    const option = Object.hasOwn(OPTIONS, key) ? OPTIONS[key]! : undefined;
    if (!option) return noOption(field);
    if (field.value === undefined && !SWITCHES.test(key))
      return { message: `“${key}” has no value. Write it as ${key}=…, or remove it.`, range };
    const value = fixedValue(field.value ?? 'true', escapeToken);
    if (key === 'type') type = value?.toLowerCase();
    if (option.inOrder && type !== undefined && !option.of?.includes(type)) return notOf(field, option, fields);
    if (value === undefined || !option.takes || option.takes.test(value)) continue;
    const shown = value.slice(0, 40);
    const message =
      key === 'type'
        ? `“${shown}” is no type of mount. Write one of ${TYPES.join(', ')}.`
        : `“${key}” takes ${option.wants}, and not “${shown}”. Write it so.`;
    const near = nearest(VALUES[key] ?? [], value.toLowerCase());
    return {
      message,
      range: valueRange,
      ...(near !== undefined && meantFix(near, valueRange, field.value ?? '')),
      ...(VALUES[key] && { newer: true }),
    };
  }
  return undefined;
}

function noOption({ key, value, range }: MountField): Problem {
  if (key === '') {
    const { line, character } = range.start;
    const start = { line, character: Math.max(0, character - 1) };
    return {
      message: 'An option of the mount is empty. Remove the comma that is too much.',
      range: { ...range, start },
    };
  }
  const meant = nearest(KEYS, key);
  const cure = meant === undefined ? 'Remove it.' : `Write ${meant}, if that is meant.`;
  const message = `“${key.slice(0, 40)}” is no option of a mount. ${cure}`;
  const { line, character } = range.start;
  const name: Range = { start: range.start, end: { line, character: character + key.length } };
  const length = key.length + (value === undefined ? 0 : value.length + 1);
  const isPlain = range.end.line === line && range.end.character - character === length;
  return { message, range, newer: true, ...(meant !== undefined && isPlain && meantFix(meant, name, key)) };
}

/** Only where the range is that of the word and nothing else. */
function meantFix(meant: string, range: Range, written: string): Pick<Problem, 'fix'> {
  const { start, end } = range;
  if (start.line !== end.line || end.character - start.character !== written.length) return {};
  return { fix: { title: `Write ${meant} (assumes that it is meant)`, range, newText: meant } };
}

function notOf({ key, range }: MountField, { of }: Option, fields: readonly MountField[]): Problem {
  const type = fields.find((it) => it.key === 'type' && it.value && of?.includes(it.value.toLowerCase()));
  const types = of?.join(', ');
  const message = type
    ? `“${key}” stands before the type that it belongs to. Move it behind type=${type.value}.`
    : `“${key}” is an option of mounts of type ${types} only. Remove it, or write that type before it.`;
  return { message, range, newer: true };
}

/** What hangs on all fields together. */
function wrongWhole(fields: readonly MountField[], escapeToken: string): Problem | undefined {
  const last = (...keys: readonly string[]) => fields.findLast(({ key }) => keys.includes(key));
  const typeField = last('type');
  const type = typeField ? fixedValue(typeField.value ?? '', escapeToken)?.toLowerCase() : 'bind';
  if (type === undefined) return undefined;
  const isSaid = ({ value }: MountField) => value !== undefined && value !== '';
  for (const field of fields) {
    const option = OPTIONS[field.key];
    if (option?.of && !option.of.includes(type) && isSaid(field)) return notOf(field, option, fields);
  }
  const target = last('target', 'dst', 'destination');
  if (type === 'ssh') return undefined;
  if (type !== 'secret') {
    const isRoot = target && fixedValue(target.value ?? '', escapeToken) === '/';
    const message = 'A mount cannot stand in the place of “/”. Name a folder below it.';
    return isRoot ? { message, range: target.valueRange } : undefined;
  }
  const source = last('source', 'src');
  const id = last('id');
  if (!(source && isSaid(source)) && !(id && isSaid(id)) && !(target && isSaid(target)))
    return {
      message: 'The secret is not named. Write id= and the name that the build gives it.',
      range: typeField!.range,
    };
  if (source && id && isSaid(source) && isSaid(id))
    return { message: '“source” and “id” both name the secret. Remove one of the two.', range: source.range };
  return undefined;
}

/** The devices of RUN: `NAME`, `name=NAME`, with `required`. */
export function* deviceProblems({ keyword, flags }: Instruction): Iterable<Problem> {
  if (keyword !== 'RUN') return;
  for (const flag of flags) {
    if (flag.name !== 'device' || !flag.value || flag.value.includes('"')) continue;
    let isNamed = false;
    for (const field of flag.value.split(',')) {
      const [key = '', value] = /^([^=]*)=(.*)$/s.exec(field)?.slice(1) ?? [field.toLowerCase()];
      const option = key.toLowerCase();
      if (option === 'required') {
        if (value === undefined || TRUTH.test(value)) continue;
        const message = `“required” takes true or false, and not “${value.slice(0, 40)}”. Write one of the two.`;
        yield { message, range: flag.range, newer: true };
        break;
      }
      if (isNamed && (option !== 'name' || value !== '')) {
        const message = `“${field.slice(0, 40)}” stands behind the name of the device, where only “required” may stand. Write one device in each --device.`;
        yield { message, range: flag.range, newer: true };
        break;
      }
      isNamed = option !== 'name' || value !== '';
    }
  }
}
