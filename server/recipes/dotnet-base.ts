/** The image that a program of .NET gets: of the release that it was built for, and with what the image before has. */
import type { Base } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import { rootStage } from '../dockerfile/queries.ts';
import type { Family } from './conversion.ts';
import { chiselledImage, type DotnetImage, dotnetImage, type Kind, newestRelease } from './dotnet-image.ts';
import type { DotnetProgram } from './dotnet-program.ts';
import { type Draft, decline, note } from './draft.ts';
import { declineFamily } from './families.ts';
import { hasOpenTag } from './stage-variables.ts';
import type { Subject } from './subject.ts';

/** Undefined: declined. */
export function settleDotnetBase(draft: Draft, program: DotnetProgram, family: Family | undefined): Base | undefined {
  const { subject } = draft;
  const { line, written } = imageOfStage(subject);
  const image = dotnetImage(subject.base, written);
  const version = image?.version ?? program.version;
  if (version === undefined) {
    decline(
      draft,
      line,
      `Which .NET “${written}” has changes over time, and its small images are of one release each. Name it, such as mcr.microsoft.com/dotnet/aspnet:10.0.`,
    );
    return undefined;
  }
  if (hasOpenTag(written)) {
    note(
      draft,
      'assumption',
      line,
      `The version comes from a build argument, by default ${version}; the new base does not follow it. A build with another version needs another base.`,
    );
  }
  const kind = kindOf(draft, image, program, line, written);
  if (!kind) return undefined;
  if (!isOfGlibc(draft, program)) return undefined;
  if (family === 'chainguard' || family === 'dhi') return hardened(draft, kind, version, family, line);
  if (family !== undefined && family !== 'chiselled') {
    declineFamily(draft, line, family, `.NET ${version}`);
    return undefined;
  }
  const wanted = culturesOf(draft, program);
  const base = chiselledImage(kind, version, { cultures: wanted.cultures, tag: subject.base?.tag });
  if (!base) {
    decline(
      draft,
      line,
      `Microsoft has no image of .NET ${version} without a shell, and another release may not run the program. Move to ${newestRelease(subject.today)}.`,
    );
    return undefined;
  }
  describe(draft, image, { base, version, line, ...wanted });
  return base;
}

/** The FROM at the bottom, with what it names. */
export function imageOfStage({ dockerfile, stage }: Subject): { readonly line: number; readonly written: string } {
  const root = rootStage(dockerfile, stage);
  return { line: root.from.range.start.line, written: root.image?.value ?? '' };
}

function kindOf(
  draft: Draft,
  image: DotnetImage | undefined,
  program: DotnetProgram,
  line: number,
  written: string,
): Kind | undefined {
  if (image && image.kind !== 'sdk') return image.kind;
  if (program.brings) return 'runtime-deps';
  if (!image) {
    decline(
      draft,
      line,
      `Which .NET the program runs on “${written}” cannot be told. Build on Microsoft’s image of it, such as mcr.microsoft.com/dotnet/aspnet:10.0, or publish with “--self-contained true”.`,
    );
    return undefined;
  }
  if (program.project?.web === false) return 'runtime';
  if (!program.project) {
    note(
      draft,
      'assumption',
      line,
      'The program may need ASP.NET Core, so the image has it. If it serves no web pages, “runtime” in place of “aspnet” is smaller.',
    );
  }
  return 'aspnet';
}

/** What is built for Alpine's C library does not start on Ubuntu's. .NET itself, and what only names it, does not mind. */
function isOfGlibc(draft: Draft, program: DotnetProgram): boolean {
  if (program.libc !== 'musl') return true;
  if (!program.brings && !program.runtimeGiven && !program.apphost) return true;
  decline(
    draft,
    program.publish?.command.line ?? draft.subject.stage.from.range.start.line,
    'The program is made for Alpine’s C library (musl), and the small images of .NET have another. Publish it for linux-x64, on an SDK image that is not of Alpine, or start it with “dotnet”.',
  );
  return false;
}

interface Cultures {
  readonly cultures: boolean;
  /** What speaks against them. */
  readonly why: string | undefined;
}

/** With ICU and time zones, as in the image before, unless the program or that image does without. */
function culturesOf({ subject }: Draft, { publish, project }: DotnetProgram): Cultures {
  const set = subject.variables.fixed('DOTNET_SYSTEM_GLOBALIZATION_INVARIANT', undefined)?.toLowerCase();
  if (set === 'false' || set === '0') return { cultures: true, why: undefined };
  if (subject.variables.fixed('TZ', undefined) !== undefined) return { cultures: true, why: undefined };
  if (set !== undefined) return { cultures: false, why: 'DOTNET_SYSTEM_GLOBALIZATION_INVARIANT says so' };
  if (publish?.invariant ?? project?.invariant)
    return { cultures: false, why: 'the project sets InvariantGlobalization' };
  if (subject.base?.os?.libc !== 'musl') return { cultures: true, why: undefined };
  const installed = subject.steps.some(({ commands }) =>
    commands.some(({ words }) => words.some((word) => /^(icu-libs|icu-data-full|tzdata)$/.test(word))),
  );
  return { cultures: installed, why: installed ? undefined : 'Alpine’s image has none either' };
}

interface Chosen extends Cultures {
  readonly base: Base;
  readonly version: string;
  readonly line: number;
}

function describe(draft: Draft, image: DotnetImage | undefined, { base, version, line, cultures, why }: Chosen): void {
  const { subject } = draft;
  const [before, after] = [subject.base?.os, base.os];
  const moves = before && after && before.name !== after.name && image?.kind !== 'sdk';
  note(
    draft,
    'change',
    line,
    [
      ...(moves ? [`${after.name} takes the place of ${before.name}.`] : []),
      cultures
        ? '“-extra” in the tag stands for cultures (ICU) and time zones, which a full image has too. Where the program needs neither, the tag without it is smaller.'
        : `The new image has no cultures (ICU) and no time zones, because ${why}; the tag with “-extra” has them.`,
    ].join(' '),
  );
  if (image && image.kind !== 'sdk' && /^\d+\.\d+\.\d/.test(subject.base?.tag ?? '')) {
    note(
      draft,
      'change',
      line,
      `The tag named one patch, ${/^[\d.]+/.exec(subject.base?.tag ?? '')?.[0]}; the new one is always the latest of ${version}.`,
    );
  }
  // runtime-deps of 6.0 and 7.0 had libgssapi-krb5-2; that of 8.0 has not (dotnet/dotnet-docker@src/runtime-deps).
  if (Number.parseInt(version, 10) < 8 && subject.base?.os?.libc !== 'musl') {
    note(
      draft,
      'risk',
      line,
      'The new image has no Kerberos library (libgssapi-krb5-2), which the one before has: signing in to a database or a service with it fails.',
    );
  }
  if (base.ends !== undefined && base.ends <= subject.today) {
    note(
      draft,
      'risk',
      line,
      `.NET ${version} gets no fixes any more since ${base.ends}. It is the release that the program ran on, and is not changed here.`,
    );
  }
}

/** By request only: these do not say whether they have ICU. */
function hardened(
  draft: Draft,
  kind: Kind,
  version: string,
  family: 'chainguard' | 'dhi',
  line: number,
): Base | undefined {
  const reference =
    family === 'dhi'
      ? `dhi.io/${kind === 'aspnet' ? 'aspnetcore' : 'dotnet'}:${version}-debian13`
      : `cgr.dev/chainguard/${kind === 'aspnet' ? 'aspnet-runtime' : 'dotnet-runtime'}:latest`;
  const base = kind === 'runtime-deps' ? undefined : findBase(reference);
  const has = base?.runtime?.version ?? '';
  const same = has === version || has.startsWith(`${version}.`) || `${has}.0` === version;
  const ended = base?.ends !== undefined && base.ends <= draft.subject.today;
  if (!base?.distroless || !same || base.hasShell || ended) {
    declineFamily(
      draft,
      line,
      family,
      `${kind === 'runtime-deps' ? 'image with the libraries of' : 'small image of'} .NET ${version}`,
    );
    return undefined;
  }
  note(
    draft,
    'risk',
    line,
    `Whether “${base.reference}” has cultures (ICU) and time zones is not known. Try what formats dates, compares text or names a time zone.`,
  );
  return base;
}

/** What a chiselled image is made of, by the names of all distributions (dotnet/dotnet-docker@src/runtime-deps). */
const LIBRARIES =
  /^(libc6|libgcc1|libgcc-s1|libgcc|libssl[\d.]*(t64)?|openssl|openssl-libs|libstdc\+\+6?|zlib|zlib1g|ca-certificates)$/;
const WITH_CULTURES = new RegExp(
  `${LIBRARIES.source}|^(libicu\\d*(t64)?|icu|icu-libs|icu-data-full|icu-data-en|tzdata|tzdata-legacy)$`,
);

export const providedBy = (base: Base): RegExp => (base.tag?.includes('-extra') ? WITH_CULTURES : LIBRARIES);
