/** An image's description from its config JSON. Nothing in the JSON is trusted: it may be of any shape, or absent. */
import type { HistoryEntry, ImageConfig, ImageDescription, LayerDescription } from './image.ts';
import { listOf, recordOf, textOrUndefined } from './json.ts';

export interface Described {
  readonly reference: string;
  readonly names: readonly string[];
  readonly digest: string | undefined;
  /** The config JSON, in OCI's spelling (image-spec, config.md). */
  readonly config: unknown;
  /** The real layers, the lowest first. */
  readonly layers: readonly LayerBlob[];
  readonly problems?: readonly string[];
  /** That the image is there for; they count where there are several. */
  readonly platforms?: readonly string[] | undefined;
}

export interface LayerBlob {
  readonly digest: string | undefined;
  readonly diffId: string | undefined;
  readonly storedSize: number | undefined;
}

export function describeImage({
  reference,
  names,
  digest,
  config,
  layers,
  problems = [],
  platforms = [],
}: Described): ImageDescription {
  const top = recordOf(config);
  const aligned = alignHistory(historyOf(top.history), layers);
  return {
    reference,
    names,
    digest,
    platform: platformOf(config) ?? 'unknown',
    ...(new Set(platforms).size > 1 && { platforms: [...new Set(platforms)] }),
    created: textOrUndefined(top.created),
    config: configOf(top.config),
    layers: aligned.layers,
    problems: aligned.problem === undefined ? problems : [...problems, aligned.problem],
  };
}

/** `os/architecture[/variant]` of a config, or of a descriptor's `platform`. */
export function platformOf(json: unknown): string | undefined {
  const { os, architecture, variant } = recordOf(json);
  if (typeof os !== 'string' || typeof architecture !== 'string' || !os || !architecture) return undefined;
  return [os, architecture, ...(typeof variant === 'string' && variant ? [variant] : [])].join('/');
}

/** `sha256:…` of the uncompressed layers, the lowest first. */
export const diffIdsOf = (config: unknown): readonly string[] =>
  listOf(recordOf(recordOf(config).rootfs).diff_ids).filter((id) => typeof id === 'string');

function configOf(json: unknown): ImageConfig {
  const { User, WorkingDir, Entrypoint, Cmd, Env, ExposedPorts, Labels } = recordOf(json);
  const texts = (value: unknown) => listOf(value).filter((item) => typeof item === 'string');
  return {
    user: textOrUndefined(User) ?? '',
    workingDir: textOrUndefined(WorkingDir) ?? '',
    entrypoint: texts(Entrypoint),
    cmd: texts(Cmd),
    env: texts(Env),
    ports: Object.keys(recordOf(ExposedPorts)),
    labels: Object.fromEntries(
      Object.entries(recordOf(Labels)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ),
  };
}

const historyOf = (json: unknown): readonly HistoryEntry[] =>
  listOf(json).map((entry) => {
    const { created_by, created, empty_layer } = recordOf(entry);
    return {
      createdBy: textOrUndefined(created_by) ?? '',
      created: textOrUndefined(created),
      empty: empty_layer === true,
    };
  });

/**
 * Puts steps of the history and layers side by side. The history is optional, and need not agree with the layers (image-spec, config.md, `history`):
 * a base without history below a build with one leaves the lower layers without, so what there is belongs to the top.
 */
export function alignHistory(
  history: readonly HistoryEntry[],
  layers: readonly LayerBlob[],
): { readonly layers: readonly LayerDescription[]; readonly problem: string | undefined } {
  const steps = whichMadeLayers(history, layers.length);
  const made = steps.filter(({ empty }) => !empty).length;
  const bare = Math.max(layers.length - made, 0);
  const rows: LayerDescription[] = layers
    .slice(0, bare)
    .map((layer, index) => ({ index, createdBy: undefined, created: undefined, ...layer }));
  let surplus = Math.max(made - layers.length, 0);
  let index = bare;
  for (const { createdBy, created, empty } of steps) {
    const layer = empty || surplus > 0 ? undefined : layers[index];
    if (!empty && surplus > 0) surplus--;
    rows.push({ index: layer && index, createdBy, created, ...(layer ?? noBlob) });
    if (layer) index++;
  }
  const disagree = history.length > 0 && made !== layers.length;
  return {
    layers: rows,
    problem: disagree
      ? `The image's history and its layers do not agree (${made} to ${layers.length}); they were matched from the top.`
      : undefined,
  };
}

const noBlob: LayerBlob = { digest: undefined, diffId: undefined, storedSize: undefined };

/** Some writers mark no step as empty. Where the instructions alone tell which made no layer, and the count then agrees, they are believed. */
function whichMadeLayers(history: readonly HistoryEntry[], layers: number): readonly HistoryEntry[] {
  if (history.filter(({ empty }) => !empty).length <= layers) return history;
  const guessed = history.map((step) => ({ ...step, empty: step.empty || onlyMetadata.test(step.createdBy) }));
  return guessed.filter(({ empty }) => !empty).length === layers ? guessed : history;
}

/** How the classic builder and BuildKit write down instructions that change the configuration alone. */
const onlyMetadata =
  /^(\/bin\/sh -c #\(nop\)\s+)?(ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|SHELL|STOPSIGNAL|USER|VOLUME)\b/;
