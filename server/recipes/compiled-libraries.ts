/** The shared libraries that a program of a compiled language is linked to: those that the base has not come along. */
import type { Base } from '../bases/base.ts';
import type { Program } from './compiled-program.ts';
import { type Draft, decline, list } from './draft.ts';
import { takeLinked } from './interpreter.ts';
import { readInstall, removedGroup } from './packages.ts';
import type { Subject } from './subject.ts';

/** Packages whose libraries Google’s `cc` has, and what only compilers need. */
export const IN_BASE =
  /^(libssl-dev|libssl3(t64)?|openssl-dev|zlib1g(-dev)?|zlib-dev|libzstd1|libzstd-dev|libc6(-dev)?|libgcc\S*|libstdc\+\+\S*|libgomp1|linux-libc-dev|musl-dev)$/;

/** What Google's images have of it, and the others with a C library have not: Chainguard's glibc-dynamic, Docker's static with glibc (their published package lists, August 2026). */
const ONLY_GOOGLES = /^(libssl|openssl|zlib|libz|libgomp)/;

/** Whether a base of another family than Google's has all that the program is linked to; a reason in the draft where it may not. */
export function fitsOther(
  draft: Draft,
  base: Base,
  stages: readonly Subject[],
  {
    collects,
    only = [],
    missing,
  }: { readonly collects: boolean; readonly only?: readonly string[]; readonly missing: readonly string[] },
): boolean {
  const commands = stages.flatMap(({ steps }) => steps.flatMap((step) => step.commands));
  const installed = commands.flatMap((command) => readInstall(command)?.names ?? []);
  const names = [
    ...only.map((name) => `-l${name}`),
    ...missing,
    ...installed.filter((name) => ONLY_GOOGLES.test(name)),
  ];
  if (names.length === 0 && !collects) return true;
  const what = names.length > 0 ? `what ${list(names)} asks for` : 'what the program may be linked to';
  decline(
    draft,
    draft.subject.stage.from.range.start.line,
    `“${base.reference}” has the C library and little else, and not ${what}. Choose another family, or leave the choice open.`,
  );
  return false;
}

/** Libraries that stay when the packages of the build are removed may be there for what the program opens by name, which no loader tells. */
export function keptOnPurpose(draft: Draft, names: readonly string[]): void {
  const commands = draft.subject.steps.flatMap((step) => step.commands);
  const removed = new Set(commands.flatMap(removedGroup));
  if (removed.size === 0) return;
  for (const command of commands) {
    const installed = readInstall(command);
    if (!installed || (installed.group !== undefined && removed.has(installed.group))) continue;
    const kept = installed.names.filter((name) => names.includes(name));
    if (kept.length === 0) continue;
    decline(
      draft,
      command.line,
      `${list(kept)} ${kept.length > 1 ? 'stay' : 'stays'} here when what serves the build is removed, so the program may open a library by its name when it runs, and which one cannot be told. Build it in a stage of its own, and COPY --from that stage what it opens.`,
    );
  }
}

/** Where the builder has the program, and whether libraries of that builder go with the base. */
export function collectLibraries<Build>(
  draft: Draft,
  { origin, paths }: Program<Build>,
  kind: 'static' | 'base' | 'cc',
  names: readonly string[],
): void {
  const { subject: builder, command } = origin;
  const isOwn = builder === draft.subject;
  const built = isOwn ? paths[0] : origin.taken?.from === builder ? origin.taken.path : undefined;
  if (built === undefined) {
    decline(
      draft,
      command.line,
      'The program may be linked to libraries that the base has not, and they are only found in the stage that builds it, from which no line copies it. Copy it from there.',
    );
    return;
  }
  const { os } = builder.base ?? {};
  if (os?.id.startsWith('debian') && os.version !== '' && Number(os.version) < 11) {
    decline(
      draft,
      builder.stage.from.range.start.line,
      `The program may be linked to libraries of ${os.name}, and those do not go with the newer C library of Google’s images. Build on Debian 11 or newer.`,
    );
    return;
  }
  takeLinked(draft, { builder, path: built, line: command.line, packages: names }, kind);
}
