/** All that the facts of a whole image come to: its packages, its base, and what is known of single files besides. */
import type { LayerChanges } from '../images/filesystem.ts';
import type { ImageConfig, LayerDescription } from '../images/image.ts';
import type { LayerFact } from '../images/source.ts';
import type { View } from '../images/view.ts';
import { isOfDistrolessBase, recogniseBase } from './base.ts';
import type { Known, SecretFact } from './components/component.ts';
import type { OsRelease } from './os-release.ts';
import { type Owned, ownedPackages } from './owned.ts';
import type { BaseReport } from './report.ts';
import { factKinds } from './wants.ts';

export interface Study {
  readonly owned: Owned;
  readonly base: BaseReport | undefined;
  readonly system: OsRelease | undefined;
  /** Secrets that are stored in a layer, and not in the final tree. */
  readonly hidden: readonly {
    readonly path: string;
    readonly layer: number;
    readonly size: number;
    readonly fact: SecretFact;
  }[];
  /** Of the final tree's files. */
  readonly ofImage: Known;
  /** Of the files of one layer. */
  ofLayer(view: View, layer: number): Known;
}

export interface Studied {
  readonly image: View;
  readonly config: ImageConfig;
  /** As the image is described: those without a layer as well. */
  readonly steps: readonly LayerDescription[];
  /** By layer. */
  readonly facts: readonly (readonly LayerFact[])[];
  readonly sizes: (layer: number, node: number) => number;
  readonly changes: readonly (LayerChanges | undefined)[];
}

export function study({ image, config, steps, facts, sizes, changes }: Studied): Study {
  const owned = ownedPackages(image, facts);
  const found = facts.flatMap((each, layer) =>
    each.map((fact) => {
      const node = image.find(fact.path, { followLast: false });
      return { ...fact, layer, at: image.shows(node, layer, fact.node) ? node : -1 };
    }),
  );
  const releases = found.filter(({ kind }) => kind === factKinds.os);
  const live = releases.filter(({ at }) => at >= 0).at(-1);
  const os = live && { release: live.value as OsRelease, firstLayer: releases[0]?.layer ?? live.layer };
  const base = recogniseBase({ image, owned, config, os, changes, steps });
  const secrets = found.filter(({ kind }) => kind === factKinds.secret);
  const dumps = found.filter(({ kind }) => kind === factKinds.coreDump);
  const shown = ({ at }: { readonly at: number }) => at >= 0;
  return {
    owned,
    base,
    system: live && (live.value as OsRelease),
    hidden: secrets.flatMap(({ at, path, layer, node, value }) =>
      at >= 0 ? [] : [{ path, layer, size: sizes(layer, node), fact: value as SecretFact }],
    ),
    ofImage: {
      config,
      secrets: new Map(secrets.filter(shown).map(({ at, value }) => [at, value as SecretFact])),
      coreDumps: new Set(dumps.filter(shown).map(({ at }) => at)),
      isOfDistrolessBase: (node) => isOfDistrolessBase(base, image, owned, node),
    },
    ofLayer(view, layer) {
      const here = (each: { readonly layer: number }) => each.layer === layer;
      return {
        config,
        secrets: new Map(secrets.filter(here).map(({ node, value }) => [node, value as SecretFact])),
        coreDumps: new Set(dumps.filter(here).map(({ node }) => node)),
        isOfDistrolessBase(node) {
          if (!base?.distroless) return false;
          const there = image.find(view.path(node), { followLast: false });
          return there > 0 && isOfDistrolessBase(base, image, owned, there);
        },
      };
    },
  };
}
