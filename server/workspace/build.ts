/** What a compose or bake file says of how a Dockerfile is built. */
import { resolve } from 'node:path';

export interface Build {
  /** Absolute, as everything here. */
  readonly dockerfile: string;
  readonly context: string;
  readonly target: BuildTarget;
  /** What it is given by name besides its context, as it is written. */
  readonly contexts: ReadonlyMap<string, Value>;
  /** Names of the build arguments that it gives a value; `*`: it is not known which. */
  readonly args: ReadonlySet<string>;
  /** The targets of the same bake files, or the services of the same compose files, by their names. */
  readonly others: ReadonlyMap<string, Build>;
}

/** `default`: the last stage. `unknown`: it is computed. */
export type BuildTarget =
  | { readonly kind: 'default' }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'unknown' };

/** A file as text, with the folder that it stands in. */
export interface BuildFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

export interface Builds {
  readonly builds: readonly Build[];
  /** A sentence for each file that could not be read. */
  readonly problems: readonly string[];
}

/** A value of such a file: a literal, or nothing that can be told from the file. */
export type Value = string | undefined | typeof COMPUTED;

export const COMPUTED: unique symbol = Symbol('computed');

export interface BuildValues {
  readonly context?: Value;
  readonly dockerfile?: Value;
  readonly target?: Value;
  readonly contexts?: ReadonlyMap<string, Value>;
  readonly args?: ReadonlySet<string>;
  readonly others?: ReadonlyMap<string, Build>;
}

/** Undefined where it is not told which Dockerfile is meant, or where the context is no folder of this machine. */
export function buildOf(
  folder: string,
  {
    context = '.',
    dockerfile = 'Dockerfile',
    target,
    contexts = new Map(),
    args = new Set(),
    others = new Map(),
  }: BuildValues,
): Build | undefined {
  if (context === COMPUTED || dockerfile === COMPUTED || isRemote(context) || dockerfile.includes('://'))
    return undefined;
  const at = resolve(folder, context);
  return {
    dockerfile: resolve(at, dockerfile),
    context: at,
    target:
      target === COMPUTED
        ? { kind: 'unknown' }
        : target === undefined || target === ''
          ? { kind: 'default' }
          : { kind: 'named', name: target },
    // One without a value is taken away.
    contexts: new Map([...contexts].filter(([, value]) => value !== undefined && value !== '')),
    args,
    others,
  };
}

/** As Docker tells a URL or a Git remote from a folder. */
function isRemote(context: string): boolean {
  return (
    /^([a-z][a-z0-9+.-]+:\/\/|git@|github\.com\/)/i.test(context) || /^(docker-image|target|oci-layout):/.test(context)
  );
}
