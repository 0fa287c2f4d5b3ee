/** What is said of a conversion as a whole: which stages there are now, what the one that ships takes, and what is set there. */
import { assignments } from '../dockerfile/assignments.ts';
import { type Draft, isBuiltOn, isInPlace, isKept, list, note } from './draft.ts';
import { builderName, finalName, rebasedRoot, shippedName } from './layout.ts';

/** Says that there are two stages, which lines change theirs, and which do not although they look as if they should. */
export function noteStages(draft: Draft, base: string): void {
  noteTaken(draft);
  const { subject, fates, cut } = draft;
  const from = subject.stage.from.range.start.line;
  const name = subject.stage.name?.text;
  if (isInPlace(draft) && isBuiltOn(draft)) {
    noteKept(draft, base);
    return;
  }
  if (isInPlace(draft)) {
    const replaced = rebasedRoot(draft) ?? subject.stage;
    const [old = '', digest] = replaced.image?.value.split('@') ?? [];
    const pinned = digest === undefined ? '' : ' The digest went with the old image; pin the new one by its own.';
    note(
      draft,
      'change',
      replaced.from.range.start.line,
      `What ships is built on “${base}” instead of ${replaced.parent.kind === 'stage' ? 'the stage ' : ''}“${old}”, without a shell and a package manager.${pinned}`,
    );
    return;
  }
  if (isKept(draft)) {
    noteKept(draft, base);
    return;
  }
  note(
    draft,
    'change',
    from,
    `What is here builds${name && shippedName(draft) === undefined ? '' : `, under the name “${builderName(draft)}”`}. What ships is a stage of its own, from “${base}”, which has no shell and no package manager.`,
  );
  const goesOn = shippedName(draft);
  if (goesOn !== undefined)
    note(
      draft,
      'change',
      from,
      `“${goesOn}” is now the name of what ships, and “${builderName(draft)}” that of what is here.`,
    );
  else if (name) {
    const final = finalName(draft);
    const cure = final === undefined ? 'Leave it out to get what ships.' : `What ships is “--target ${final}”.`;
    note(draft, 'risk', from, `“--target ${name}” now stops at the builder. ${cure}`);
  }
  const moved = subject.steps.filter(
    ({ index, instruction }) =>
      index <= cut &&
      index >= subject.inherited &&
      fates[index] === 'final' &&
      !['COPY', 'ADD'].includes(instruction.keyword),
  );
  const [first] = moved;
  if (first) {
    const names = [...new Set(moved.map(({ instruction }) => instruction.keyword))];
    note(
      draft,
      'change',
      first.line,
      `${joined(names)} ${names.length > 1 ? 'move' : 'moves'} to the stage that ships.`,
    );
  }
  for (const step of subject.steps) {
    if (step.instruction.keyword !== 'ENV' || step.index > cut || fates[step.index] === 'final') continue;
    const shipped = fates[step.index] === 'both' ? (draft.copies.get(step) ?? undefined) : '';
    if (shipped === undefined) continue;
    const left = assignments(step.instruction)
      .map(({ name }) => name)
      .filter((name) => !shipped.includes(`${name}=`));
    note(
      draft,
      'change',
      step.line,
      `${joined(left)} ${left.length > 1 ? 'are' : 'is'} for the build, and not set in what ships.`,
    );
  }
}

/** What no note has named yet of what is copied into the final stage, of what is set there, and of how it is started. */
function noteTaken(draft: Draft): void {
  const { subject, copied, settings, notes } = draft;
  for (const { instruction, line: at, index } of subject.steps) {
    const { command, keyword: word } = instruction;
    const isWritten = draft.edits.some(({ range }) => range === command?.range);
    if (command?.kind !== 'shell' || !/^(ENTRYPOINT|CMD)$/.test(word) || !isWritten || draft.fates[index] === 'gone')
      continue;
    if (!notes.some((it) => it.line === at && it.message.includes('exec form')))
      note(draft, 'change', at, `${word} is written in exec form: there is no shell that could read it.`);
  }
  const { line } = subject.stage.from.range.start;
  const said = notes.map(({ message }) => message).join('\n');
  const isSaid = (word: string) => said.split(word).some((after, i) => i > 0 && !/^[\w/-]|^\.\w/.test(after));
  const paths = new Map<string, string[]>();
  for (const { path, to = path, from = builderName(draft) } of copied) {
    if (/^\/(libraries|writable)(\/|$)/.test(path) || isSaid(path) || isSaid(to)) continue;
    paths.set(from, [...(paths.get(from) ?? []), to === path ? `“${path}”` : `“${path}” (as “${to}”)`]);
  }
  for (const [from, all] of paths) {
    const message = `${joined(all)} ${all.length > 1 ? 'are' : 'is'} copied from “${from}”.`;
    note(draft, 'change', line, message);
  }
  const names = settings
    .filter((text) => /^env\s/i.test(text))
    .flatMap((text) => [...text.matchAll(/\s(\w+)=/g)].map(([, name = '']) => name))
    .filter((name) => !isSaid(name));
  const [loader] = names.filter((name) => name === 'LD_LIBRARY_PATH');
  if (loader)
    note(
      draft,
      'change',
      line,
      'LD_LIBRARY_PATH names the folder of the libraries that come along, which the base’s loader would not look into.',
    );
  const same = names.filter((name) => name !== loader);
  if (same.length > 0) {
    const message = `${joined(same)} ${same.length > 1 ? 'are' : 'is'} set as the image before sets ${same.length > 1 ? 'them' : 'it'}.`;
    note(draft, 'change', line, message);
  }
}

/** Others are built on the stage, so nothing of it moves. */
function noteKept(draft: Draft, base: string): void {
  const { dockerfile, stage } = draft.subject;
  const others = dockerfile.stages.filter(({ parent }) => parent.kind === 'stage' && parent.stage === stage.index);
  const line = stage.from.range.start.line;
  note(
    draft,
    'change',
    line,
    `What is here stays as it is, because ${list(others.map(({ name, index }) => name?.text ?? `stage ${index}`))} ${others.length > 1 ? 'are' : 'is'} built on it. What ships is a stage of its own, from “${base}”, which has no shell and no package manager.`,
  );
  note(
    draft,
    'risk',
    line,
    `“--target ${stage.name?.text}” and a build without --target still make what they made before. What ships is “--target ${finalName(draft)}”; say so where it is built, such as in a compose file.`,
  );
}

const joined = (names: readonly string[]) => names.join(', ').replace(/, ([^,]*)$/, ' and $1');
