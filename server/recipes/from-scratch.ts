/** An image with nothing in it: what every other base has for a static program is brought along, or missed. */
import { copy, type Draft, decline, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { imageBelow } from './glibc.ts';
import { keyword } from './layout.ts';
import type { Subject } from './subject.ts';

/** `builder`: the stage that builds the program. */
export function fromScratch(draft: Draft, builder: Subject): void {
  const { subject, fates } = draft;
  const { line } = subject.stage.from.range.start;
  const from = builder === subject ? undefined : (builder.stage.name?.text ?? `${builder.stage.index}`);
  if (!hasCertificates(builder))
    decline(
      draft,
      line,
      `Whether “${imageBelow(builder)}” has trusted certificates to copy is not known. Install ca-certificates there.`,
    );
  copy(draft, '/etc/ssl/certs/ca-certificates.crt', undefined, from);
  const keepsUser = subject.steps.some(
    ({ instruction, index }) => instruction.keyword === 'USER' && fates[index] !== 'gone' && fates[index] !== 'build',
  );
  if (!keepsUser) draft.settings.push(`${keyword(subject, 'USER')} 65532:65532`);
  note(
    draft,
    'risk',
    line,
    'scratch has no /tmp, no time zones and no names of users. A program that needs one of them is better off on a static base.',
  );
}

/** The official images of compilers have them, and every Alpine. */
function hasCertificates({ base, steps }: Subject): boolean {
  if (/^(golang|rust|gcc)$/.test(base?.name ?? '') || base?.os?.id.startsWith('alpine')) return true;
  return steps.some(({ commands }) =>
    commands.some((command) =>
      effectsOf(command).some((it) => it.kind === 'packages' && it.installed.names.includes('ca-certificates')),
    ),
  );
}
