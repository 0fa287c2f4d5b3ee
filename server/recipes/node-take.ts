import { copy, type Draft, decline, list, note } from './draft.ts';
import { takeLibraries } from './interpreter.ts';
import { builderWithNode, slimOf } from './node-base.ts';
import { librariesIn } from './packages.ts';
import { isInside } from './paths.ts';

/** Of a stage that is kept with another base, only what the stages below it made is taken: its own lines stay. */
export function takeRoots(draft: Draft, roots: readonly string[]): void {
  const { steps, inherited } = draft.subject;
  const below = steps.slice(0, inherited);
  const filled = (root: string) =>
    below.some(({ copy: files }) => files?.destination !== undefined && isInside(root, files.destination));
  const inPlace = draft.cut < inherited;
  const wanted = inPlace ? roots.filter(filled) : roots;
  draft.copied.unshift(...wanted.map((path) => ({ path, owner: undefined })));
}

/** The libraries that native addons load. */
export function takeAddons(draft: Draft, roots: readonly string[], libraries: readonly string[]): void {
  const line =
    draft.subject.steps.find(({ commands }) => librariesIn(commands).length > 0)?.line ??
    draft.subject.stage.from.range.start.line;
  takeLibraries(draft, { programs: [], folders: roots, modules: '*.node', systemOnly: true }, 'cc');
  note(
    draft,
    'change',
    line,
    `${list(libraries)}: the libraries that native addons in ${list(roots)} load are collected in the builder by ldd, and copied.`,
  );
  note(
    draft,
    'risk',
    line,
    'A library that is only opened by its name when the program runs, a plugin, a font or another file of data is not found that way. Copy it too if there is one.',
  );
}

/** From the builder that is made of the stage, else from one of the same image, else from the image itself. */
export function takeInterpreter(draft: Draft, path: string, inPlace: boolean): void {
  const { subject } = draft;
  const { stage } = subject;
  if (!inPlace || stage.parent.kind === 'stage') {
    copy(draft, path);
    return;
  }
  const image = slimOf(stage.image!.text) ?? stage.image!.text;
  const from = builderWithNode(subject)?.name ?? image;
  if (from.includes('$')) {
    const message = `--from takes no build argument, so node cannot be copied from “${stage.image!.text}”. Name the version, or build in a stage of the same image.`;
    decline(draft, stage.from.range.start.line, message);
  }
  copy(draft, path, undefined, from);
}
