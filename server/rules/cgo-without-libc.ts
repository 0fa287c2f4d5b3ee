/** A Go program that cgo links to the C library is copied to a base that has none. */
import { replace } from './edits.ts';
import { bringsLibraries, linkageNeeds, type ShippedBuild, shippedBuilds } from './linkage.ts';
import { namedBase } from './retired-base.ts';
import type { Fix, Rule } from './rule.ts';
import { type Shipment, shipments } from './shipped.ts';

export const cgoWithoutLibc: Rule = {
  id: 'cgo-without-libc',
  group: 'cannot link',
  severity: 'warning',
  why: 'Where a C compiler is at hand, Go uses cgo by default, and a program that imports “net” or “os/user” is linked to the C library. On static images and scratch it then ends with “no such file or directory”, though the file is there: what is missing is its loader.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/app ./cmd/app\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /out/app ./cmd/app\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
  },
  needs: linkageNeeds,
  *check(check) {
    for (const shipment of shipments(check)) {
      const { base } = shipment;
      if ((base.os?.libc !== 'none' && base.family !== 'scratch') || bringsLibraries(shipment)) continue;
      for (const shipped of shippedBuilds(check, shipment)) {
        if (shipped.build.tool !== 'go') continue;
        const { command } = shipped.build;
        const [program, verb] = command.words;
        const start = program.range();
        const end = verb?.range() ?? start;
        const { because, certain } = shipped.linkage;
        yield {
          message: because
            ? `The program is linked to the C library, because ${because}, and “${base.reference}” has none. ${cure(shipped)}`
            : `Go uses cgo here, so the program is linked to the C library if anything in it imports “net” or “os/user”, and “${base.reference}” has none. ${cure(shipped)}`,
          range: start.start.line === end.end.line ? { start: start.start, end: end.end } : start,
          severity: certain ? 'error' : 'warning',
          fixes: fixes(shipment, shipped),
        };
      }
    }
  },
};

function cure({ linkage, builder }: ShippedBuild): string {
  if (!linkage.module) return 'Build it with CGO_ENABLED=0.';
  if (builder.os?.libc === 'musl')
    return 'Link it with -ldflags \'-linkmode external -extldflags "-static"\', or do without that module.';
  return `Use a base that has it, such as “gcr.io/distroless/${linkage.needs === 'c' ? 'base' : 'cc'}-debian13”, or do without that module.`;
}

function fixes({ root, base }: Shipment, { build, builder, linkage }: ShippedBuild): readonly Fix[] {
  if (!linkage.module) {
    const { command } = build;
    if (!command.settable || build.variable('CGO_ENABLED') !== undefined) return [];
    const { start } = command.words[0].range();
    return [{ title: 'Build it with CGO_ENABLED=0', edits: [replace({ start, end: start }, 'CGO_ENABLED=0 ')] }];
  }
  if (base.family !== 'google' || base.digest || builder.os?.libc !== 'glibc' || !namedBase(root) || !root.image)
    return [];
  const name = linkage.needs === 'c' ? 'base' : 'cc';
  const text = root.image.text.replace('/static', `/${name}`);
  return text === root.image.text
    ? []
    : [{ title: `Use “${text}”, which has the C library`, edits: [replace(root.image.range, text)] }];
}
