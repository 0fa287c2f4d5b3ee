/** What the configuration of an image says that is worth a word: the user it runs as, and secrets among its variables. */
import type { ImageDescription } from '../images/image.ts';
import { isSecretName } from '../words.ts';
import type { BaseReport, Component, Flag } from './report.ts';

export function configurationComponents(
  description: ImageDescription,
  base: BaseReport | undefined,
): readonly Component[] {
  const { config, layers } = description;
  const flags: Flag[] = [];
  if (/^(0|root)?(:.*)?$/.test(config.user) && !isPlainTar(description)) {
    const top = Math.max(-1, ...layers.flatMap(({ index }) => index ?? []));
    flags.push(base?.distroless && base.upTo !== undefined && base.upTo >= top ? ofBase : asRoot(config.user));
  }
  const names = [...secretVariables(config.env), ...secretArguments(layers.map(({ createdBy }) => createdBy ?? ''))];
  if (names.length > 0) flags.push(secrets([...new Set(names)]));
  return flags.map((flag) => ({
    ...flag,
    evidence: [],
    unlisted: 0,
    files: 0,
    size: 0,
    layers: [],
    packages: [],
    fromBase: null,
  }));
}

/** Files without an image around them: nothing says who would run them. */
const isPlainTar = ({ platform, config: { entrypoint, cmd, env } }: ImageDescription) =>
  platform === 'unknown' && entrypoint.length + cmd.length + env.length === 0;

/** Names of variables that hold something; files, addresses of secrets and the like end otherwise. */
function secretVariables(env: readonly string[]): string[] {
  return env.flatMap((each) => {
    const at = each.indexOf('=');
    const [name, value] = [each.slice(0, at), each.slice(at + 1)];
    return isSecretName(name) && value.length > 0 && !value.startsWith('/') && !value.startsWith('$') ? [name] : [];
  });
}

/** The classic builder writes build arguments in front of RUN: `|1 TOKEN=… /bin/sh -c`; BuildKit does too. */
function secretArguments(steps: readonly string[]): string[] {
  return steps.flatMap((step) => {
    const [, count, rest] = /^(?:RUN )?\|(\d+) (.*)$/s.exec(step) ?? [];
    if (count === undefined || rest === undefined) return [];
    return [...rest.matchAll(/(?:^| )([A-Za-z_]\w*)=(\S+)/g)]
      .slice(0, Number(count))
      .flatMap(([, name = '']) => (isSecretName(name) ? [name] : []));
  });
}

const runsAsRoot = {
  category: 'root-user',
  title: 'Runs as root',
  remedy:
    'Name a user by number with USER (65532 in Google’s, Chainguard’s and Docker’s bases, 1654 in .NET’s, 1000 in Node.js’), or take the nonroot tag of the base.',
} as const;

const asRoot = (user: string): Flag => ({
  ...runsAsRoot,
  severity: 'warning',
  why: `${user === '' ? 'The image names no user' : 'The image names root as its user'}, so a flaw in the application gives the rights of root in the container.`,
});

const ofBase: Flag = {
  ...runsAsRoot,
  severity: 'hint',
  why: 'The base image runs as root unless an image that is built on it names another user.',
};

const secrets = (names: readonly string[]): Flag => ({
  category: 'secrets-config',
  severity: 'error',
  title: 'Secret in the configuration',
  why: `By their names, these variables or build arguments hold secrets: ${names.join(', ')}. Whoever has the image can read them with “docker inspect” or “docker history”.`,
  remedy: 'Give them to a build with RUN --mount=type=secret, and to a container when it is started. Set new ones.',
});
