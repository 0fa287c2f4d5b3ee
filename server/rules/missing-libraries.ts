/** A Rust, C or C++ program, or a Python package, is copied to a base without the libraries that it loads. */
import { knowsProject } from './c-projects.ts';
import { replace } from './edits.ts';
import { bringsLibraries, linkageNeeds, type ShippedBuild, shippedBuilds } from './linkage.ts';
import { installFiles } from './python-installs.ts';
import { pythonLibraries } from './python-libraries.ts';
import { namedBase } from './retired-base.ts';
import type { Rule } from './rule.ts';
import { type Shipment, shipments } from './shipped.ts';

export const missingLibraries: Rule = {
  id: 'missing-libraries',
  group: 'cannot link',
  severity: 'error',
  why: 'Rust programs need the C library and libgcc, C++ programs libstdc++ as well. Google’s images called static have none of them, those called base have only the first; those called cc have all. Python packages may load more, such as libpq or libmariadb, which their distroless images have not.',
  example: {
    before:
      'FROM rust:1-trixie AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release --locked\n\nFROM gcr.io/distroless/base-debian13:nonroot\nCOPY --from=build /src/target/release/app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM rust:1-trixie AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release --locked\n\nFROM gcr.io/distroless/cc-debian13:nonroot\nCOPY --from=build /src/target/release/app /app\nENTRYPOINT ["/app"]\n',
  },
  needs: (dockerfile, read = new Map()) => [...linkageNeeds(dockerfile), ...installFiles(dockerfile, read)],
  *check(check) {
    for (const shipment of shipments(check)) {
      if (!shipment.root.image || bringsLibraries(shipment)) continue;
      for (const shipped of shippedBuilds(check, shipment)) {
        const missing = missingOn(shipment, shipped);
        // What ships without a C library is often linked statically: by files of the project that may not be at hand.
        if (!missing || (shipped.project && !knowsProject(check))) continue;
        const { command, tool } = shipped.build;
        const language = { go: 'Go', cargo: 'Rust', c: 'C', 'c++': 'C++' }[tool];
        const isMusl = shipped.builder.os?.libc === 'musl';
        const better = betterBase(shipment, shipped);
        yield {
          message: `${shipped.project ? `Unless “${command.name}” links it statically, the program that is copied here is linked to ${missing}` : `“${command.name}” links the ${language} program that is copied here to ${missing}`}, which “${shipment.base.reference}” has not. ${isMusl ? 'Link it with “-static”.' : `Use a base that has it, such as “${better ?? `gcr.io/distroless/${base(shipped)}-debian13`}”.`}`,
          range: shipment.root.image.range,
          severity: shipped.project ? 'warning' : 'error',
          fixes:
            isMusl || !better
              ? []
              : [{ title: `Use “${better}”`, edits: [replace(shipment.root.image.range, better)] }],
        };
        break;
      }
    }
    yield* pythonLibraries(check);
  },
};

/** Names the first library that is not there. */
function missingOn({ base }: Shipment, { build, linkage, builder }: ShippedBuild): string | undefined {
  if (base.family === 'scratch' || base.os?.libc === 'none') return build.tool === 'go' ? undefined : 'the C library';
  if (!/^gcr\.io\/distroless\/base(-nossl)?(-debian\d+)?$/.test(base.name) || builder.os?.libc !== 'glibc')
    return undefined;
  if (linkage.needs === 'c++') return 'libstdc++';
  return linkage.needs === 'gcc' ? 'libgcc' : undefined;
}

const base = ({ linkage }: ShippedBuild) => (linkage.needs === 'c' ? 'base' : 'cc');

/** The same image with the libraries. */
function betterBase({ root, base: now }: Shipment, shipped: ShippedBuild): string | undefined {
  if (now.family !== 'google' || now.digest || !root.image || !namedBase(root)) return undefined;
  const text = root.image.text.replace(/\/(static|base-nossl|base)(?=[-:]|$)/, `/${base(shipped)}`);
  return text === root.image.text ? undefined : text;
}
