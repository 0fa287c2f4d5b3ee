/** Shared libraries of a Go program with C code: which packages bring them, and how they come along. */
import type { Draft } from './draft.ts';
import type { Program } from './go-program.ts';
import { takeLinked as takeLinkedOf } from './interpreter.ts';
import { librariesIn } from './packages.ts';

/** Packages with libraries that a program with C code may be linked to, in the stage and where it is built. */
export function librariesOf({ subject }: Draft, { origin }: Program): readonly string[] {
  return librariesIn(
    [...new Set([subject, origin.subject])].flatMap(({ steps }) => steps.flatMap((it) => it.commands)),
  );
}

/** What the loader says that the program is linked to, by the builder itself: to the same places, less what the base has. */
export function takeLinked(
  draft: Draft,
  { path, origin: { taken, subject, command } }: Program,
  kind: 'base' | 'cc',
  packages: readonly string[],
): void {
  takeLinkedOf(draft, { builder: subject, path: taken?.path ?? path, line: command.line, packages }, kind);
}
