/** A Go program that cgo links to the C library is copied to a base that has none; or it is built without cgo, and needs it. */
import type { Range } from '../dockerfile/text.ts';
import { withoutCgo } from '../facts/cgo-modules.ts';
import type { Build } from './builds.ts';
import { replace } from './edits.ts';
import { bringsLibraries, linkageNeeds, type ShippedBuild, shippedBuilds } from './linkage.ts';
import { namedBase } from './retired-base.ts';
import type { Fix, Rule } from './rule.ts';
import { type Shipment, shipments } from './shipped.ts';
import { buildsWithoutCgo, needsOf } from './without-cgo.ts';

export const cgoWithoutLibc: Rule = {
  id: 'cgo-without-libc',
  group: 'cannot link',
  severity: 'warning',
  why: 'Where a C compiler is at hand, Go uses cgo by default, and a program that imports “net” or “os/user” is linked to the C library. On static images and scratch it then ends with “no such file or directory”, though the file is there: what is missing is its loader. The other way round, a program that uses a module of C code is nothing without cgo: with CGO_ENABLED=0 or without a compiler, one with “github.com/mattn/go-sqlite3” ends when it opens its database, and with others it cannot be built.',
  example: {
    before:
      'FROM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/app ./cmd/app\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM golang:1.27-trixie AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /out/app ./cmd/app\n\nFROM gcr.io/distroless/static-debian13:nonroot\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
  },
  needs: linkageNeeds,
  *check(check) {
    const said = new Set<Build>();
    for (const shipment of shipments(check)) {
      const { base } = shipment;
      for (const { build, module, because } of buildsWithoutCgo(check, shipment)) {
        if (said.has(build)) continue;
        said.add(build);
        yield { message: withoutCgoMessage(module, because), range: rangeOf(build) };
      }
      if ((base.os?.libc !== 'none' && base.family !== 'scratch') || bringsLibraries(shipment)) continue;
      for (const shipped of shippedBuilds(check, shipment)) {
        if (shipped.build.tool !== 'go') continue;
        const { because, certain } = shipped.linkage;
        yield {
          message: because
            ? `The program is linked to the C library, because ${because}, and “${base.reference}” has none. ${cure(shipped)}`
            : `Go uses cgo here, so the program is linked to the C library if anything in it imports “net” or “os/user”, and “${base.reference}” has none. ${cure(shipped)}`,
          range: rangeOf(shipped.build),
          severity: certain ? 'error' : 'warning',
          fixes: fixes(shipment, shipped),
        };
      }
    }
  },
};

/** `go build`, where it stands in one line. */
function rangeOf({ command }: Build): Range {
  const [program, verb] = command.words;
  const start = program.range();
  const end = verb?.range() ?? start;
  return start.start.line === end.end.line ? { start: start.start, end: end.end } : start;
}

function withoutCgoMessage(module: string, because: string): string {
  const onDebian = `Build it with cgo on Debian and use a base with the C library, such as “gcr.io/distroless/${needsOf(module)}-debian13”`;
  return withoutCgo(module) === 'fails'
    ? `“${module}” is nothing without cgo, which is off because ${because}: the program ends with “Binary was compiled with 'CGO_ENABLED=0', go-sqlite3 requires cgo to work” when it opens a database with it. ${onDebian}${module.includes('sqlite3') ? ', or use “modernc.org/sqlite”' : ''}.`
    : `“${module}” holds C code, and cgo is off because ${because}: a program that uses it cannot be built. ${onDebian}, or do without that module.`;
}

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
