/** What `docker://…` names: a registry, a repository in it, and a tag or digest. The grammar is that of github.com/distribution/reference. */
import { isImageName } from './engine-inspect.ts';

export interface RegistryName {
  /** As the user names it, with the port where there is one: `ghcr.io`, `localhost:5000`, `docker.io`. */
  readonly host: string;
  /** Where its API is: Docker Hub's is at another name than its images have. */
  readonly api: string;
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
  /** The user wrote `http://`. */
  readonly plain: boolean;
}

/** `debian` is `docker.io/library/debian:latest`, as for every other tool. Undefined: no image can have that name. */
export function parseRegistryName(text: string): RegistryName | undefined {
  const [, scheme, rest = ''] = /^(?:(https?):\/\/)?(.*)$/s.exec(text) ?? [];
  if (!isImageName(rest) || /^sha256:/.test(rest)) return undefined;
  const digest = /@(.+)$/.exec(rest)?.[1];
  const named = digest === undefined ? rest : rest.slice(0, -digest.length - 1);
  const slash = named.indexOf('/');
  const first = named.slice(0, Math.max(slash, 0));
  const hasHost = /[.:A-Z]|^localhost$/.test(first);
  const host = hasHost ? first : 'docker.io';
  const path = hasHost ? named.slice(slash + 1) : named;
  const tag = /:([^/:]+)$/.exec(path)?.[1];
  const repository = tag === undefined ? path : path.slice(0, -tag.length - 1);
  const isHub = hubNames.has(host);
  return {
    host: isHub ? 'docker.io' : host,
    api: isHub ? 'registry-1.docker.io' : host,
    repository: isHub && !repository.includes('/') ? `library/${repository}` : repository,
    tag: tag ?? (digest === undefined ? 'latest' : undefined),
    digest,
    plain: scheme === 'http',
  };
}

/** As people write it. */
export const nameText = ({ host, repository, tag, digest }: RegistryName): string =>
  `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;

const hubNames: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);
