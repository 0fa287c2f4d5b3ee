/** What was built with the headers of one OpenSSL is copied to a base with another, or with none. */
import type { Base } from '../bases/base.ts';
import type { Dockerfile, Stage } from '../dockerfile/dockerfile.ts';
import { bringsLibraries, linkageNeeds, ofStage, shippedBuilds } from './linkage.ts';
import type { Check, Rule } from './rule.ts';
import { chainBelow, shipments } from './shipped.ts';

export const otherOpenssl: Rule = {
  id: 'other-openssl',
  group: 'cannot link',
  severity: 'warning',
  why: 'Debian 11 and Ubuntu 20.04 have OpenSSL 1.1, everything newer has OpenSSL 3, and a program that is linked to one does not start with the other: “libssl.so.1.1: cannot open shared object file”. Some bases have none at all.',
  example: {
    before:
      'FROM debian:13 AS build\nRUN apt-get update && apt-get install -y gcc libssl-dev\nCOPY main.c /src/\nRUN gcc -o /out/app /src/main.c -lssl -lcrypto\n\nFROM gcr.io/distroless/base-nossl-debian13:nonroot\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
  },
  needs(dockerfile) {
    const needs = linkageNeeds(dockerfile);
    return needs.includes('.cargo/config') ? [...needs, 'Cargo.toml'] : needs;
  },
  *check(check) {
    for (const shipment of shipments(check)) {
      const { base, root } = shipment;
      if (base.os?.libc !== 'glibc' || !base.distroless || !root.image || bringsLibraries(shipment)) continue;
      const other = opensslOf(base);
      if (other === undefined) continue;
      for (const { build, builder } of shippedBuilds(check, shipment)) {
        const own = opensslOf(builder);
        if (!own || own === 'none' || own === other || !usesOpenssl(check, build.stage, builder)) continue;
        if (build.tool === 'go' || build.variable('OPENSSL_STATIC') !== undefined) continue;
        yield {
          message: `The program is built with OpenSSL ${own} of “${builder.reference}”, and “${base.reference}” has ${other === 'none' ? 'no OpenSSL' : `OpenSSL ${other}`}. ${other === 'none' ? 'Use a base that has it, such as “gcr.io/distroless/cc-debian13”.' : 'Build on the release of the base.'}`,
          range: root.image.range,
        };
        break;
      }
    }
  },
};

/** The generation, which is in the name of the library; undefined where it is not known. */
function opensslOf({ name, os }: Base): '1.1' | '3' | 'none' | undefined {
  if (/^gcr\.io\/distroless\/(base-nossl|java-base)|^cgr\.dev\/chainguard\/glibc-dynamic$/.test(name)) return 'none';
  const [, system = '', version = ''] = /^(debian|ubuntu)(\d+(?:\.\d+)?)$/.exec(os?.id ?? '') ?? [];
  if (system === 'debian') return Number(version) >= 12 ? '3' : Number(version) >= 10 ? '1.1' : undefined;
  if (system === 'ubuntu') return Number(version) >= 22.04 ? '3' : Number(version) >= 18.04 ? '1.1' : undefined;
  return undefined;
}

/** Its headers are there to be built with, and nothing says that it is built along with the program. */
function usesOpenssl({ dockerfile, context }: Check, stage: Stage, builder: Base): boolean {
  const manifest = context.get('Cargo.toml')?.text ?? '';
  if (/vendored/.test(manifest)) return false;
  // Rust's own image has them, but for the slim one (docker-library/buildpack-deps).
  const hasHeaders = builder.name === 'rust' && !/slim/.test(builder.tag ?? '');
  return installsHeaders(dockerfile, stage) || (hasHeaders && dependsOnOpenssl(manifest));
}

/** Named by the project itself: what others depend on may be switched off. */
function dependsOnOpenssl(manifest: string): boolean {
  const [, own = ''] = /^\[dependencies\][^\n]*\n([^[]*(?:\[(?!\w)[^[]*)*)/m.exec(manifest) ?? [];
  return own.split('\n').some((line) => /^\s*(openssl|openssl-sys|native-tls)\s*=(?!.*\boptional\b)/.test(line));
}

function installsHeaders(dockerfile: Dockerfile, stage: Stage): boolean {
  return chainBelow(dockerfile, stage).some(installsOpenssl);
}

const installsOpenssl = ofStage(
  ({ name, words }) => /^(apt|apt-get)$/.test(name) && words.some(({ value }) => /^libssl-dev\b/.test(value)),
);
