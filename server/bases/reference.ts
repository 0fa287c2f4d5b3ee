/** An image name as Docker reads it (distribution/reference): registry, repository, tag, digest. */

export interface Reference {
  /** `docker.io` when none is written. */
  readonly registry: string;
  /** With `library/` on Docker Hub: `library/node`. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** The short form: `node`, `bitnami/redis`, `gcr.io/distroless/static`. */
  readonly name: string;
}

/** Undefined when Docker would not take it for an image name. */
export function parseReference(text: string): Reference | undefined {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !/^[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{32,}$/.test(digest)) return undefined;
  let path = at < 0 ? text : text.slice(0, at);
  const colon = path.indexOf(':', path.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : path.slice(colon + 1);
  if (tag !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag)) return undefined;
  if (colon >= 0) path = path.slice(0, colon);

  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  const isRegistry = /[.:A-Z]/.test(first) || first === 'localhost';
  const hub = !isRegistry || first === 'docker.io' || first === 'index.docker.io';
  const registry = hub ? 'docker.io' : first;
  let repository = isRegistry ? path.slice(slash + 1) : path;
  if (repository.length > 255 || !repository.split('/').every(isComponent)) return undefined;
  if (!/^[A-Za-z0-9.-]+(:[0-9]+)?$/.test(registry)) return undefined;
  if (hub && !repository.includes('/')) repository = `library/${repository}`;
  const name = hub ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
  return { registry, repository, tag, digest, name };
}

const isComponent = (part: string) => /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/.test(part);
