/** What was built on Alpine is copied to a base with the other C library, or the reverse. */
import type { Instruction } from '../dockerfile/dockerfile.ts';
import { linkageNeeds, shippedBuilds } from './linkage.ts';
import type { Rule } from './rule.ts';
import { runCommands } from './run.ts';
import { shipments } from './shipped.ts';

export const otherLibc: Rule = {
  id: 'other-libc',
  group: 'cannot link',
  severity: 'error',
  why: 'Alpine’s C library is musl, that of Debian, Ubuntu and the images made from them is glibc. A program that is linked to one does not start where only the other is: “no such file or directory”, though the file is there.',
  example: {
    before:
      'FROM alpine:3.24 AS build\nRUN apk add --no-cache build-base\nCOPY main.c /src/\nRUN gcc -O2 -o /out/app /src/main.c\n\nFROM gcr.io/distroless/base-debian13:nonroot\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
  },
  needs: linkageNeeds,
  *check(check) {
    for (const shipment of shipments(check)) {
      const { base, stages } = shipment;
      const libc = base.os?.libc;
      if (libc !== 'glibc' && libc !== 'musl') continue;
      let brings: boolean | undefined;
      for (const { build, builder, linkage, taken, project } of shippedBuilds(check, shipment)) {
        const own = builder.os?.libc;
        if (own === libc) continue;
        brings ??= stages.some(({ instructions }) => instructions.some(bringsOther));
        if (brings) break;
        const range = taken.copy.args[0]?.range ?? taken.copy.keywordRange;
        const library = `the C library of “${builder.reference}” (${own})`;
        const linked = project
          ? `Unless “${build.command.name}” links it statically, this program is linked to ${library}`
          : build.tool === 'go' && !linkage.because
            ? `Go uses cgo here, so the program is linked to ${library} if anything in it imports “net” or “os/user”`
            : `This program is linked to ${library}${linkage.module || !linkage.because ? '' : `, because ${linkage.because}`}`;
        yield {
          message: `${linked}, and “${base.reference}” has another (${libc}). ${build.tool === 'go' && !linkage.module ? 'Build it with CGO_ENABLED=0' : 'Link it statically'}, or build it on ${libc === 'glibc' ? 'Debian' : 'Alpine'}.`,
          range,
          severity: linkage.certain ? 'error' : 'warning',
        };
      }
    }
  },
};

/** Packages with the loader of the other library, and loaders that are copied or linked. */
function bringsOther(instruction: Instruction): boolean {
  if (instruction.keyword === 'COPY' || instruction.keyword === 'ADD') {
    return instruction.args.some(({ value }) => /(^|\/)(ld-|lib(64)?(\/|$))|\.apk$/.test(value));
  }
  return runCommands(instruction).some(({ words }) =>
    words.some(({ value }) => /gcompat|libc6-compat|^glibc|^musl|(^|\/)ld-(linux|musl)/.test(value)),
  );
}
