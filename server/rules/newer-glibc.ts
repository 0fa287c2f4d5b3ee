/** The builder's C library is newer than that of the base. */
import type { Base } from '../bases/base.ts';
import type { Stage } from '../dockerfile/dockerfile.ts';
import { rootStage } from '../dockerfile/queries.ts';
import { replace } from './edits.ts';
import { linkageNeeds, shippedBuilds } from './linkage.ts';
import { namedBase } from './retired-base.ts';
import type { Fix, Rule } from './rule.ts';
import { shipments } from './shipped.ts';

export const newerGlibc: Rule = {
  id: 'newer-glibc',
  group: 'cannot link',
  severity: 'warning',
  why: "A program asks for the version of glibc that it was linked with, or for a somewhat older one. On a base with an older glibc it ends with “version `GLIBC_2.38' not found”. The other way round there is no trouble.",
  example: {
    before:
      'FROM rust:1-trixie AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release\n\nFROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled\nUSER 1654:1654\nCOPY --from=build /src/target/release/app /app\nENTRYPOINT ["/app"]\n',
  },
  needs: linkageNeeds,
  *check(check) {
    for (const shipment of shipments(check)) {
      const { base } = shipment;
      if (base.os?.libc !== 'glibc') continue;
      const said = new Set<Stage>();
      for (const { build, builder, linkage } of shippedBuilds(check, shipment)) {
        const root = rootStage(check.dockerfile, build.stage);
        if (!isNewer(builder, base) || said.has(root) || !root.image) continue;
        said.add(root);
        const versions = `glibc ${builder.os?.libcVersion} of “${builder.reference}”`;
        yield {
          message:
            build.tool === 'go' && !linkage.because
              ? `If cgo is used, the program is linked to ${versions}, and “${base.reference}” has ${base.os.libcVersion}. Build it with CGO_ENABLED=0, or on the release of the base.`
              : `The program is linked to ${versions}, and “${base.reference}” has ${base.os.libcVersion}, which may be too old for it. Build on the release of the base, or use a newer base.`,
          range: root.image.range,
          severity: build.tool === 'go' && !linkage.because ? 'info' : 'warning',
          fixes: fixes(root, builder, base),
        };
      }
    }
  },
};

function isNewer(builder: Base, base: Base): boolean {
  if (builder.os?.libc !== 'glibc') return false;
  const [own, other] = [builder, base].map(({ os }) => Number(/^2\.(\d+)$/.exec(os?.libcVersion ?? '')?.[1]));
  return own !== undefined && other !== undefined && own > other;
}

/** The official images of Docker Hub are made for Debian 12 and 13. */
function fixes(root: Stage, builder: Base, base: Base): readonly Fix[] {
  if (base.os?.id !== 'debian12' || builder.os?.id !== 'debian13' || builder.digest || !root.image || !namedBase(root))
    return [];
  if (!/^(golang|rust)$/.test(builder.name) || !/^\d+(\.\d+)*(-trixie|-slim-trixie|-slim)?$/.test(builder.tag ?? ''))
    return [];
  const text = `${root.image.text.replace(/-trixie$/, '')}-bookworm`;
  return [{ title: `Build on the release of the base: “${text}”`, edits: [replace(root.image.range, text)] }];
}
