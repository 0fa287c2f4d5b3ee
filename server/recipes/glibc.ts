/** Whether a program that a builder links to its C library starts on Google's images, whose C library is that of Debian 13. */
import type { Base } from '../bases/base.ts';
import { findBase, knowledge } from '../bases/find.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { type Draft, decline, note } from './draft.ts';
import { RELEASE } from './google.ts';
import { pinRelease } from './pin-release.ts';
import type { Origin } from './programs.ts';
import type { Subject } from './subject.ts';

/** What is known of the builder, where its own name tells nothing: by the images that are made from it. */
export type SystemOf = (builder: Subject) => Base | undefined;

/** A reason in the draft where it does not; `cure` is a sentence. A newer C library runs what was linked to an older one, and not the other way round. */
export function glibcFits(draft: Draft, origin: Origin<unknown>, cure: string, systemOf: SystemOf = plain): boolean {
  const { subject: builder, command } = origin;
  const base = systemOf(builder);
  const os = base?.os;
  const shown = imageBelow(builder);
  const from = builder.stage.from.range.start.line;
  const ours = findBase(`gcr.io/distroless/cc-debian${RELEASE}`)?.os?.libcVersion ?? '0';
  if (os?.libc === 'musl') {
    decline(
      draft,
      command.line,
      `The program is linked to Alpine’s C library (musl), which Google’s images have not. ${cure}`,
    );
    return false;
  }
  if (os?.libcVersion !== undefined) {
    if (isNewer(os.libcVersion, ours)) {
      decline(
        draft,
        from,
        `${os.name}, on which this is built, has a newer C library (glibc ${os.libcVersion}) than Google’s images (${ours}, of Debian ${RELEASE}), and a program that is linked to it may not start there. Build on Debian ${RELEASE}.`,
      );
      return false;
    }
    if (!os.id.startsWith('debian')) {
      note(
        draft,
        'risk',
        from,
        `The program is linked to the C library of ${os.name} (glibc ${os.libcVersion}), and runs with the newer one of Debian ${RELEASE} (${ours}) now, which is made to run older programs. Other libraries of ${os.name} are not there.`,
      );
    } else if (base === builder.base) pinRelease(draft, builder);
    else if (!namesRelease(base, os.codename) && os.version === String(RELEASE)) {
      note(
        draft,
        'risk',
        from,
        `“${shown}” is built on Debian ${os.version} today, and will move on. With the release in its tag (-${os.codename}), builder and base stay together.`,
      );
    }
    return true;
  }
  if (assumesRelease(draft, builder, base)) return true;
  decline(
    draft,
    from,
    `Which C library “${shown}” links programs to is not known, so neither is whether they start on a distroless image. Build on an image that names its Debian release, such as debian:${RELEASE}.`,
  );
  return false;
}

/** An official image on a release of Debian that its tag does not tell: none was on a newer one than Google's images when the facts were gathered. */
export function assumesRelease(draft: Draft, builder: Subject, base = builder.base): boolean {
  if (base?.os?.id !== 'debian' || !base.runtime) return false;
  note(
    draft,
    'assumption',
    builder.stage.from.range.start.line,
    `“${imageBelow(builder)}” is assumed to be built on Debian ${RELEASE} or an older release, as all images of that name were on ${knowledge.asOf}. With the release in its tag (-bookworm, -trixie) that would be certain.`,
  );
  return true;
}

/** The image at the bottom, as the file names it, its variables replaced where they are known. */
export function imageBelow({ base, dockerfile, stage }: Subject): string {
  return base?.reference ?? rootStage(dockerfile, stage).image?.value ?? '';
}

/** Version 3, whose libraries have the same names as those of the base’s newer one. */
export const hasOpenSsl3 = (base: Base | undefined): boolean => /^(debian1[23]|ubuntu2[2-9])/.test(base?.os?.id ?? '');

const plain: SystemOf = ({ base }) => base;

/** By codename, or by number: `debian:13`. */
function namesRelease(base: Base | undefined, codename: string | undefined): boolean {
  const tag = base?.tag ?? '';
  return (codename !== undefined && tag.includes(codename)) || (base?.name === 'debian' && /^\d/.test(tag));
}

export function isNewer(version: string, than: string): boolean {
  const [a = [], b = []] = [version, than].map((it) => it.split('.').map(Number));
  return (a[0] ?? 0) > (b[0] ?? 0) || (a[0] === b[0] && (a[1] ?? 0) > (b[1] ?? 0));
}
