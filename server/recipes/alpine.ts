/** Moves stages from Alpine to Debian: the images in their FROM, and the lines that only Alpine understands. */
import type { Dockerfile, Instruction, Stage } from '../dockerfile/dockerfile.ts';
import { programAt } from '../dockerfile/invoked.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { scriptsOf } from '../dockerfile/run-scripts.ts';
import type { ShellCommand, ShellWord } from '../dockerfile/shell-words.ts';
import type { Position, TextEdit } from '../dockerfile/text.ts';
import { inDebian } from '../facts/alpine-packages.ts';
import { group, user } from './alpine-accounts.ts';
import { type Draft, decline, list, note } from './draft.ts';
import { nameOf } from './paths.ts';
import { commandsOf, programOf } from './run-commands.ts';

/** `images` says what the image of each lowest stage is called then; every stage that is built on one of them moves along. */
export function leaveAlpine(draft: Draft, images: ReadonlyMap<Stage, string>): void {
  const { dockerfile, steps, inherited } = draft.subject;
  for (const [stage, image] of images) draft.rewritten.push({ range: stage.image!.range, newText: image });
  for (const stage of dockerfile.stages) {
    if (!images.has(rootStage(dockerfile, stage))) continue;
    for (const instruction of stage.instructions) {
      if (instruction.keyword !== 'RUN') continue;
      const step = steps.find((it) => it.instruction === instruction && it.index >= inherited);
      if (step && draft.fates[step.index] === 'gone') continue;
      const edits = translated(draft, instruction);
      const line = instruction.range.start.line;
      if (edits === 'nothing is left') {
        if (step) draft.fates[step.index] = 'gone';
        else draft.rewritten.push(withoutLines(instruction));
        note(
          draft,
          'change',
          line,
          'This line is left out: it is Alpine’s, and there is nothing to do for it on Debian.',
        );
      } else if (edits.length > 0) {
        draft.rewritten.push(...edits);
        note(draft, 'change', line, 'This line does the same with the commands of Debian, and its names of packages.');
      }
    }
  }
}

function withoutLines({ range }: Instruction): TextEdit {
  const start = { line: range.start.line, character: 0 };
  return { range: { start, end: { line: range.end.line + 1, character: 0 } }, newText: '' };
}

/** What is different in a RUN on Debian. What cannot be told is a reason. */
function translated(draft: Draft, instruction: Instruction): readonly TextEdit[] | 'nothing is left' {
  const [line, ...heredocs] = scriptsOf(instruction);
  const script = heredocs.find(({ reader }) => reader === undefined) ?? line;
  const written = script?.commands ?? [];
  const commands = written.map(withoutRunner);
  const isAlpines = (program: string) => /^(apk|addgroup|adduser)$/.test(program);
  const all = commandsOf(instruction, undefined, () => undefined);
  // In exec form, and in what another shell or xargs runs.
  const isDeeper =
    all.filter((one) => isAlpines(programOf(one))).length >
    commands.filter(({ words }) => isAlpines(nameOf(`/${words[0]?.value ?? ''}`))).length;
  if (isDeeper)
    decline(
      draft,
      instruction.range.start.line,
      `The build has to move from Alpine to Debian, whose commands are others, and this script is not translated. ${CURE}`,
    );
  if (isDeeper || !script) return [];
  const at = (offset: number): Position => script.position(offset);
  const edit = (start: number, end: number, newText: string): TextEdit => ({
    range: { start: at(start), end: at(end) },
    newText,
  });
  const heldFor = heldBy(commands);
  const fates = commands.map((one) => fateOf(draft, one, at(one.start).line, heldFor(one)));
  if (fates.every((fate) => fate === 'drop' || fate === 'housekeeping')) {
    return fates.includes('drop') || commands.some(({ words }) => words[0]?.value === 'apk') ? 'nothing is left' : [];
  }
  // Where an `if` would be left with nothing in it.
  const isCompound = commands.some(({ compound }) => compound);
  const edits: TextEdit[] = [];
  let updated = false;
  for (const [i, one] of commands.entries()) {
    const fate = fates[i]!;
    if (fate === 'drop') {
      const before = written[i - 1];
      const after = written[i + 1];
      if (isCompound) edits.push(edit(one.start, one.end, 'true'));
      else if (before) edits.push(edit(before.end, one.end, ''));
      else if (after) edits.push(edit(written[i]!.start, after.start, ''));
    } else if (fate === 'install') {
      const held = heldFor(one);
      edits.push(...install(one, edit, updated), ...packageWords(one).flatMap((word) => inside(held(word), edit)));
      updated = true;
    } else if (fate === 'housekeeping') {
      if (one.words[1]?.value === 'update') updated = true;
      edits.push(...housekeeping(one, edit));
    } else if (typeof fate === 'object') edits.push(edit(one.start, one.end, fate.text));
  }
  // What two lines install is written once.
  const byPlace = new Map<string, TextEdit>();
  for (const one of edits) if (!byPlace.has(placeOf(one))) byPlace.set(placeOf(one), one);
  return [...byPlace.values()];
}

/** Without `sudo`; what xargs runs has words that are not here. */
function withoutRunner(command: ShellCommand): ShellCommand {
  const at = programAt(command.words.map(({ value }) => value));
  const words = command.words.slice(at);
  return at === 0 || command.words.slice(0, at).some(({ value }) => nameOf(`/${value}`) === 'xargs')
    ? command
    : { ...command, words, start: words[0]!.start };
}

const placeOf = ({ range: { start, end } }: TextEdit) => `${start.line}:${start.character}-${end.character}`;

/** The assignment before in the same RUN that alone says what `$NAME` holds: a list of packages without anything that changes. */
type Held = (word: ShellWord) => ShellWord | undefined;

function heldBy(commands: readonly ShellCommand[]): (command: ShellCommand) => Held {
  /** The first two of each name; `plain` where it is a command of its own. */
  const byName = new Map<string, { readonly set: ShellWord; readonly plain: boolean; second?: ShellWord }>();
  for (const { words, assignments } of commands) {
    for (const set of assignments) {
      const name = set.text.slice(0, set.text.indexOf('='));
      const known = byName.get(name);
      if (known) known.second ??= set;
      else byName.set(name, { set, plain: words.length === 0 });
    }
  }
  return (command) =>
    ({ text }) => {
      const [, short, braced] = /^\$(?:(\w+)|\{(\w+)\})$/.exec(text) ?? [];
      const known = byName.get(short ?? braced ?? '');
      if (!known?.plain || known.set.dynamic || known.set.start >= command.start) return undefined;
      return known.second && known.second.start < command.start ? undefined : known.set;
    };
}

const namesIn = ({ value }: ShellWord): readonly string[] =>
  value
    .slice(value.indexOf('=') + 1)
    .split(/\s+/)
    .filter(Boolean);

/** Name by name, so that the list keeps its lines. */
function inside(held: ShellWord | undefined, edit: Edit): readonly TextEdit[] {
  if (!held) return [];
  const list = held.text.slice(held.text.indexOf('=') + 1);
  const from = held.start + held.text.length - list.length;
  return [...list.matchAll(/[^\s'"]+/g)].flatMap(({ 0: name, index }) => {
    const names = (inDebian.get(bare(name)) ?? []).join(' ');
    return names === name ? [] : [edit(from + index, from + index + name.length, names)];
  });
}

type Edit = (start: number, end: number, newText: string) => TextEdit;

/** `housekeeping`: refreshing and clearing lists of packages, which alone is no work. */
type Fate = 'same' | 'drop' | 'housekeeping' | 'install' | { readonly text: string };

const CURE = 'Write it for Debian, and build on a Debian-based image.';

function fateOf(draft: Draft, command: ShellCommand, line: number, held: Held): Fate {
  const words = command.words.map(({ value }) => value);
  const program = nameOf(`/${words[0] ?? ''}`);
  const given = words.slice(1);
  if (program === 'apk') return ofApk(draft, command, line, held);
  if (program === 'rm' && given.some((word) => word.startsWith('/var/cache/apk'))) return 'housekeeping';
  if (program === 'adduser' || program === 'addgroup') {
    const text = program === 'adduser' ? user(given) : group(given);
    if (text !== undefined) return { text };
    decline(draft, line, `The build has to move from Alpine to Debian, where “${program}” has other options. ${CURE}`);
  } else if (BUSYBOX.test(program) && !installs(draft, program)) {
    decline(
      draft,
      line,
      `“${program}” is in Alpine’s image, and not in the Debian-based one to which the build has to move. Install it with apt-get.`,
    );
  }
  return 'same';
}

/** A line of the file asks for it by name, so that it is installed on Debian too. */
function installs({ subject }: Draft, program: string): boolean {
  const { dockerfile } = subject;
  const asked = keptAsked.get(dockerfile) ?? new Set(askedOfApk(dockerfile));
  keptAsked.set(dockerfile, asked);
  return asked.has(program);
}

const keptAsked = new WeakMap<Dockerfile, ReadonlySet<string>>();

function* askedOfApk({ instructions }: Dockerfile): Iterable<string> {
  for (const instruction of instructions)
    for (const { words } of instruction.keyword === 'RUN' ? commandsOf(instruction, undefined, () => undefined) : [])
      if (words[0] === 'apk') yield* words;
}

const BUSYBOX = /^(wget|unzip|bunzip2|bzip2|nc|vi|xxd|bc|less|patch|ash|busybox|su-exec|ftpget|telnet)$/;

function ofApk(draft: Draft, command: ShellCommand, line: number, held: Held): Fate {
  const verb = command.words.slice(1).find(({ value }) => !value.startsWith('-'));
  switch (verb?.value) {
    case 'update':
      return 'housekeeping';
    case 'upgrade':
    case 'del':
    case 'info':
    case 'cache':
      // What is only for the build may stay: the stage does not ship.
      return 'drop';
    case 'add': {
      const words = packageWords(command);
      const open = words.find((word) => word.dynamic && !held(word));
      const unclear =
        open !== undefined || command.words.some(({ value }) => /^(-X|--repository|--allow-untrusted)/.test(value));
      const names = words.flatMap((word) => (held(word) ? namesIn(held(word)!) : [word.value])).map(bare);
      const unknown = names.filter((name) => !inDebian.has(name));
      if (unclear || unknown.length > 0) {
        const what = open ? `what “${open.text}” holds` : unclear ? 'what this line installs' : list(unknown);
        decline(
          draft,
          line,
          `The build has to move from Alpine to Debian, and how Debian calls ${what} is not known here. ${CURE}`,
        );
        return 'same';
      }
      return names.every((name) => inDebian.get(name)!.length === 0) ? 'drop' : 'install';
    }
    default:
      decline(
        draft,
        line,
        `“apk ${verb?.value ?? ''}” has no counterpart on Debian, to which the build has to move. ${CURE}`,
      );
      return 'same';
  }
}

/** Without versions and repositories: `gcc~=13`, `foo@edge`. */
const bare = (word: string) => word.replace(/[=~<>@].*$/, '');

function packageWords({ words }: ShellCommand): readonly ShellWord[] {
  const verb = words.findIndex(({ value }) => value === 'add');
  return words.slice(verb + 1).filter(({ value }, i, all) => {
    const before = all[i - 1]?.value ?? '';
    return !value.startsWith('-') && before !== '--virtual' && before !== '-t';
  });
}

/** Word by word, so that a list of packages keeps its lines. */
function install(command: ShellCommand, edit: Edit, updated: boolean): readonly TextEdit[] {
  const { words } = command;
  const verb = words.findIndex(({ value }) => value === 'add');
  const packages = new Set(packageWords(command));
  const edits = [
    edit(
      words[0]!.start,
      words[verb]!.end,
      `${updated ? '' : 'apt-get update && '}apt-get install -y --no-install-recommends`,
    ),
  ];
  const seen = new Set<string>();
  for (let i = verb + 1; i < words.length; i++) {
    const word = words[i]!;
    if (word.dynamic) continue;
    const names = packages.has(word) ? (inDebian.get(bare(word.value)) ?? []).filter((name) => !seen.has(name)) : [];
    for (const name of names) seen.add(name);
    if (names.length === 0) edits.push(edit(words[i - 1]!.end, word.end, ''));
    else if (names.join(' ') !== word.text) edits.push(edit(word.start, word.end, names.join(' ')));
  }
  return edits;
}

function housekeeping({ words }: ShellCommand, edit: Edit): readonly TextEdit[] {
  if (words[0]?.value === 'apk') return [edit(words[0].start, words.at(-1)!.end, 'apt-get update')];
  return words.flatMap((word) =>
    word.value.startsWith('/var/cache/apk') ? [edit(word.start, word.end, '/var/lib/apt/lists/*')] : [],
  );
}
