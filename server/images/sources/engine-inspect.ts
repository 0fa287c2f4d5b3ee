/** What an engine tells of an image before any file of it is read. */
import type Docker from 'dockerode';
import { platformOf } from '../describe.ts';
import { listOf, recordOf, sizeOrUndefined, textOrUndefined } from '../json.ts';
import { familiar } from '../reference.ts';
import { ImageError } from '../source.ts';
import { compareApi, dockerOf, type Engine, sentence } from './engine-connect.ts';
import { emptySteps } from './engine-history.ts';
import { EngineError } from './engine-modem.ts';

export interface Inspected {
  /** `sha256:…` */
  readonly id: string;
  readonly names: readonly string[];
  readonly platform: Platform;
  /** Bytes, as the engine says. */
  readonly size: number;
  /** A container of it gets volumes of its own. */
  readonly hasVolumes: boolean;
  /** All that are there in full, where the engine says so. */
  readonly platforms: readonly string[];
  /** `sha256:…` of the uncompressed layers, the lowest first. */
  readonly diffIds: readonly string[];
  /** A config JSON as the image-spec has it, made from what inspect and history say. */
  readonly config: unknown;
  readonly problems: readonly string[];
}

export interface Platform {
  readonly os: string | undefined;
  readonly architecture: string | undefined;
  readonly variant: string | undefined;
}

/** `wanted` is `os/arch[/variant]`. Throws an ImageError where the engine has no such image, and an EngineError where it does not answer. */
export async function inspectImage(
  engine: Engine,
  name: string,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<Inspected> {
  const docker = await dockerOf(engine, signal);
  const found = recordOf(await docker.getImage(name).inspect(platformQuery(engine, wanted)));
  const id = textOrUndefined(found.Id);
  if (!id || !isImageName(id)) throw new EngineError('strange', 'The answer names no ID.');

  const platform = {
    os: textOrUndefined(found.Os),
    architecture: textOrUndefined(found.Architecture),
    variant: textOrUndefined(found.Variant),
  };
  const has = platformOf(platform);
  if (wanted && has && !samePlatform(has, wanted)) {
    throw new ImageError(
      'not-found',
      `The engine has “${name}” for ${has}, not for ${wanted}. Pull it with “docker pull --platform ${wanted} ${name}”.`,
    );
  }
  const diffIds = listOf(recordOf(found.RootFS).Layers).filter((layer) => typeof layer === 'string');
  const { steps, problems } = await historyOf(docker, id, diffIds.length, signal);
  return {
    id,
    names: tagsOf(found.RepoTags).map(familiar),
    platform,
    size: sizeOrUndefined(found.Size) ?? 0,
    hasVolumes: Object.keys(recordOf(recordOf(found.Config).Volumes)).length > 0,
    platforms: await platformsOf(docker, engine, name, signal),
    diffIds,
    config: {
      ...platform,
      created: found.Created,
      config: found.Config,
      history: steps,
      rootfs: { type: 'layers', diff_ids: diffIds },
    },
    problems:
      diffIds.length > 0 ? problems : [...problems, 'The image has no layers: it is a configuration without files.'],
  };
}

/**
 * True for what the engine can take as a name, with or without tag and digest, or as an ID. dockerode puts names into the request as they are,
 * where `../containers/x` or `x?y` would ask for something else. The grammar is that of github.com/distribution/reference.
 */
export function isImageName(text: string): boolean {
  return text.length <= 600 && (reference.test(text) || /^sha256:[0-9a-f]{4,64}$/.test(text));
}

const reference = (() => {
  const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
  const host = `(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?`;
  const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
  return new RegExp(
    `^(?:${host}/)?${component}(?:/${component})*(?::\\w[\\w.-]{0,127})?(?:@[a-z0-9]+:[0-9a-f]{32,128})?$`,
  );
})();

/** The names of a list that are not the engine's way to say that there is none. */
export const tagsOf = (json: unknown): readonly string[] =>
  listOf(json).filter((tag): tag is string => typeof tag === 'string' && tag !== '' && !tag.includes('<none>'));

/** Engines before API 1.49 have one platform of an image, or say only what they would run. */
function platformQuery(engine: Engine, wanted: string | undefined): Docker.ImageInspectOptions {
  if (!wanted || compareApi(engine.api, '1.49') < 0) return {};
  const [os, architecture, variant] = wanted.split('/');
  return { platform: { os, architecture, variant } } as Docker.ImageInspectOptions;
}

/** Engines with several platforms of an image say since API 1.48 which they have; not together with the question for one. */
async function platformsOf(docker: Docker, engine: Engine, name: string, signal: AbortSignal): Promise<string[]> {
  if (compareApi(engine.api, '1.48') < 0) return [];
  try {
    const { Manifests } = recordOf(
      await docker.getImage(name).inspect({ manifests: true } as Docker.ImageInspectOptions),
    );
    return listOf(Manifests).flatMap((json) => {
      const { Kind, Available, ImageData } = recordOf(json);
      const platform = platformOf(recordOf(ImageData).Platform);
      return Kind === 'image' && Available === true && platform ? [platform] : [];
    });
  } catch {
    // What it has besides is not worth failing for.
    signal.throwIfAborted();
    return [];
  }
}

function samePlatform(has: string, wanted: string): boolean {
  const [hasOs, hasArchitecture, hasVariant] = has.split('/');
  const [os, architecture, variant] = wanted.split('/');
  return hasOs === os && hasArchitecture === architecture && (!variant || !hasVariant || hasVariant === variant);
}

/** The image can be opened without its history. */
async function historyOf(
  docker: Docker,
  id: string,
  layers: number,
  signal: AbortSignal,
): Promise<{ steps: readonly unknown[]; problems: readonly string[] }> {
  try {
    // The engine's list begins with the last step.
    const entries = listOf(await docker.getImage(id).history())
      .map(recordOf)
      .reverse();
    const empty = emptySteps(
      entries.map(({ CreatedBy, Size }) => ({
        createdBy: textOrUndefined(CreatedBy) ?? '',
        size: sizeOrUndefined(Size) ?? 0,
      })),
      layers,
    );
    return {
      steps: entries.map(({ CreatedBy, Created }, i) => ({
        created_by: CreatedBy,
        created: dateOf(Created),
        empty_layer: empty[i],
      })),
      problems: [],
    };
  } catch (error) {
    signal.throwIfAborted();
    return {
      steps: [],
      problems: [`The engine could not tell the image's history: ${sentence((error as Error).message)}`],
    };
  }
}

function dateOf(seconds: unknown): string | undefined {
  const date = new Date(typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : Number.NaN);
  return Number.isNaN(date.valueOf()) ? undefined : date.toISOString();
}
