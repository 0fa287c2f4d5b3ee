/** What BuildKit stops at in the stages of a file: dockerfile2llb/convert.go, instructions/parse.go (moby/buildkit@73ed682). */
import type { Instruction, Problem, Word } from './dockerfile.ts';
import { keywords } from './instruction.ts';
import { nearest } from './near.ts';
import type { Range } from './text.ts';
import { type Budget, expand, type Variable } from './variables.ts';

/** What BuildKit sets by itself before the first FROM: certainly there, with a value that the file does not tell. */
export const platformArgs: ReadonlySet<string> = new Set(
  ['BUILD', 'TARGET']
    .flatMap((side) => ['PLATFORM', 'OS', 'OSVERSION', 'ARCH', 'VARIANT'].map((part) => side + part))
    .concat('TARGETSTAGE'),
);

const nowhere: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** BuildKit stops at the first that is no ARG; so does this, and says nothing where that is no instruction at all. */
export function beforeStages(instructions: readonly Instruction[], hasStages: boolean): readonly Problem[] {
  const first = instructions.find(({ keyword }) => keyword !== 'ARG');
  if (first && !keywords.includes(first.keyword)) return [];
  const cure = hasStages ? 'Move it below a FROM.' : 'Write FROM and an image above it.';
  if (first) {
    const message = `${first.keyword} stands before the first FROM, where only ARG may stand. ${cure}`;
    return [{ message, range: first.keywordRange }];
  }
  if (hasStages) return [];
  const message = 'There is no FROM, and so nothing to build. Write FROM and an image.';
  return [{ message, range: instructions.at(-1)?.keywordRange ?? nowhere }];
}

/** What FROM sees, with the names of variables that no ARG above the first FROM declares. They are empty, whatever --build-arg says. */
function seenByFrom(text: string, args: ReadonlyMap<string, Variable>, escapeToken: string, budget: Budget) {
  const undeclared: string[] = [];
  const lookup = (name: string): Variable => {
    const known = args.get(name);
    // --build-arg may give it a value.
    if (known) return known.kind === 'unset' ? { kind: 'unknown', set: false } : known;
    if (platformArgs.has(name)) return { kind: 'unknown', set: false };
    undeclared.push(name);
    return { kind: 'unset' };
  };
  const value = expand(text, escapeToken, lookup, budget);
  return { value, undeclared: undeclared[0] };
}

/** What no --build-arg changes: a variable that is always empty, or a name that can be no image. */
export function misnamed(
  { args: [image], flags }: Instruction,
  args: ReadonlyMap<string, Variable>,
  escapeToken: string,
  budget: Budget,
  byName: ReadonlyMap<string, number>,
): Problem | undefined {
  const platform = flags.find(({ name, value }) => name === 'platform' && value);
  const { value: on, undeclared: variable } = seenByFrom(platform?.value ?? '', args, escapeToken, budget);
  if (variable !== undefined && on !== undefined && !on.split('/').every((part) => part !== ''))
    return alwaysEmpty(variable, args, platform?.valueRange ?? platform!.range);
  const { text, range } = image!;
  const { value: reference, undeclared } = seenByFrom(text, args, escapeToken, budget);
  if (reference === undefined || byName.has(reference) || isReference(reference)) return undefined;
  if (undeclared !== undefined) return alwaysEmpty(undeclared, args, range);
  if (text !== reference) return undefined;
  const lower = reference.toLowerCase();
  const shown = reference.slice(0, 60);
  const isStage = byName.has(lower);
  if (!isStage && !isReference(lower))
    return {
      message: `“${shown}” can be no name of an image. Write one such as debian:13, or the name of a stage.`,
      range,
    };
  const message = isStage
    ? `FROM finds a stage by its name in lower case, so “${shown}” is no stage and no image. Write “${lower}”.`
    : `The name of an image is in lower case, and “${shown}” is not. Write “${lower}”.`;
  const title = isStage ? `Write “${lower}”` : `Write “${lower}” (assumes that this image is meant)`;
  return { message, range, fix: { title, range, newText: lower } };
}

function alwaysEmpty(name: string, args: ReadonlyMap<string, Variable>, range: Range): Problem {
  const shown = name.slice(0, 40);
  const meant = name.length < 100 && args.size < 100 ? nearest([...platformArgs, ...args.keys()], name) : undefined;
  const cure = meant === undefined ? `Declare it there: ARG ${shown}=….` : `Write ${meant}, if that is meant.`;
  return {
    message: `No ARG above the first FROM declares “${shown}”, so it is empty here, whatever --build-arg says. ${cure}`,
    range,
  };
}

/** distribution/reference: [HOST[:PORT]/]PATH[:TAG][@DIGEST]. Without a look at how long it is. */
function isReference(text: string): boolean {
  const [, host, path = '', tag, digest] =
    /^(?:([A-Za-z0-9.-]+(?::\d+)?|\[[0-9A-Fa-f:]+\](?::\d+)?)\/)?([^:@]*)(?::([^@]*))?(?:@(.*))?$/s.exec(text) ?? [];
  // The first part is a host only if it looks like one.
  const isHost = host !== undefined && (/[.:]/.test(host) || host === 'localhost' || host !== host.toLowerCase());
  const whole = isHost || host === undefined ? path : `${host}/${path}`;
  return (
    whole.split('/').every((part) => /^[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*$/.test(part)) &&
    (tag === undefined || /^\w[\w.-]{0,127}$/.test(tag)) &&
    (digest === undefined || /^[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}$/.test(digest))
  );
}

export function misshapen(from: Instruction, name: Word | undefined): Problem | undefined {
  const { args } = from;
  if (args.length === 0)
    return { message: 'FROM names no image. Write the image to start from, or scratch.', range: from.keywordRange };
  const lower = name?.text.toLowerCase() ?? '';
  if (name && !/^[a-z][a-z0-9\-_.]*$/.test(lower)) {
    const message =
      'A stage name begins with a letter and holds letters, digits, “-”, “_” and “.” only. Choose another name.';
    return { message, range: name.range };
  }
  // It is looked up as an image among the contexts that the build is given.
  if (name && !isReference(lower)) {
    const message =
      'A stage name ends in a letter or digit, with one “.”, one or two “_”, or “-” between them. Choose another name.';
    return { message, range: name.range };
  }
  if (args.length === 1 || name) return undefined;
  const second = args[1] ?? args[0];
  const last = args.at(-1) ?? args[0];
  if (!second || !last) return undefined;
  const message =
    'FROM takes an image, or an image, AS and a name. Remove what is too much, or write AS before the name.';
  const at = { start: second.range.start, end: second.range.start };
  const isName = args.length === 2 && second.text.toLowerCase() !== 'as';
  const fix = {
    title: `Write AS (assumes that “${second.text.slice(0, 40)}” is the stage’s name)`,
    range: at,
    newText: 'AS ',
  };
  return { message, range: { start: second.range.start, end: last.range.end }, ...(isName && { fix }) };
}
