/** Libraries of one release of a distribution are copied to a base of another. */
import type { Base, OperatingSystem } from '../bases/base.ts';
import { findBase } from '../bases/find.ts';
import type { Instruction, Stage, Word } from '../dockerfile/dockerfile.ts';
import { matchesName } from '../dockerfile/glob.ts';
import { copySource } from '../dockerfile/queries.ts';
import type { Check, Rule, Trouble } from './rule.ts';
import { type Shipment, shipments } from './shipped.ts';

export const mixedReleases: Rule = {
  id: 'mixed-releases',
  group: 'will not last',
  severity: 'info',
  why: 'A library of a distribution is made for the C library and the other libraries of its release. On an older base it ends with “version GLIBC_2.41 not found”; on a newer one it is what nobody updates, until something that it needs is gone.',
  example: {
    before:
      'FROM debian:13-slim AS libraries\nRUN apt-get update && apt-get install -y libpq5\n\nFROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled\nUSER 1654:1654\nCOPY --from=libraries /usr/lib/x86_64-linux-gnu/libpq.so.5 /usr/lib/x86_64-linux-gnu/\nCOPY app /app\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    for (const shipment of shipments(check)) {
      const own = shipment.base.os;
      if (own?.libc !== 'glibc' || own.version === '' || bringsLibc(shipment)) continue;
      const said = new Set<string>();
      for (const stage of shipment.stages) {
        for (const instruction of stage.instructions) {
          const library = instruction.keyword === 'COPY' ? instruction.args.slice(0, -1).find(isLibrary) : undefined;
          const theirs = library && originOf(check, stage, instruction)?.os;
          if (!theirs || theirs.id === own.id || theirs.libc !== 'glibc' || theirs.version === '') continue;
          if (said.has(theirs.id)) continue;
          said.add(theirs.id);
          yield trouble(library, theirs, shipment.base, own);
        }
      }
    }
  },
};

/** Where packages put what is linked to; what is elsewhere may be made to run anywhere. */
const isLibrary = ({ value }: Word) => /^\/(usr\/)?lib(32|64)?\/.*\.so(?=[.*]|$)/.test(value);

/** With the C library itself, or with all that stands beside it, the libraries may well be of one release. */
const bringsLibc = ({ stages }: Shipment) =>
  stages.some(({ instructions }) =>
    instructions.some(
      ({ keyword, args }) =>
        (keyword === 'COPY' || keyword === 'ADD') && args.slice(0, -1).some(({ value }) => isLibc(value)),
    ),
  );

function isLibc(path: string): boolean {
  if (/(^|\/)(libc\.so|libc-2|ld-)|(^|\/)lib(32|64)?(\/[^./]*)?\/?$/.test(path)) return true;
  // `lib*.so*` and `*.*` take it along.
  return /(^|\/)lib(32|64)?\//.test(path) && matchesName(path.slice(path.lastIndexOf('/') + 1), 'libc.so.6');
}

function originOf(check: Check, stage: Stage, instruction: Instruction): Base | undefined {
  const source = copySource(check.dockerfile, stage, instruction);
  if (source?.kind === 'image') return findBase(source.reference);
  const from = source?.kind === 'stage' ? check.dockerfile.stages[source.stage] : undefined;
  return from && check.base(from);
}

function trouble({ value, range }: Word, theirs: OperatingSystem, base: Base, own: OperatingSystem): Trouble {
  const name = value.slice(value.lastIndexOf('/') + 1);
  const [made, has] = [theirs, own].map(({ libcVersion }) => Number(/^2\.(\d+)$/.exec(libcVersion ?? '')?.[1]));
  const cure = `Take it from ${own.name}.`;
  if (made !== undefined && has !== undefined && made > has) {
    return {
      message: `“${name}” is made for glibc ${theirs.libcVersion} of ${theirs.name}, and “${base.reference}” has ${own.libcVersion}, which may be too old for it. ${cure}`,
      range,
      severity: 'warning',
    };
  }
  return {
    message: `“${name}” is of ${theirs.name}, and “${base.reference}” is made of ${own.name}, whose updates it does not get and whose libraries it was not made for. ${cure}`,
    range,
  };
}
