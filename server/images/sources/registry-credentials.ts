/**
 * What the user signs in to a registry with, from where `docker login` and `podman login` leave it. Read only when the caller says that the
 * workspace is trusted: a helper is a program that a file names.
 */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseJson, recordOf, textOrUndefined } from '../json.ts';
import { programPath } from '../program.ts';

export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** What OAuth calls a refresh token; good for a token of the registry, and for nothing else. */
  | { readonly kind: 'identity-token'; readonly token: string };

export interface CredentialPlaces {
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly home?: string | undefined;
  /** Milliseconds that a helper has: it may ask the user to unlock something. */
  readonly patience?: number | undefined;
}

export interface Found {
  readonly credential: Credential | undefined;
  /** Whole sentences about helpers that failed; they hold nothing secret. */
  readonly problems: readonly string[];
}

/** For the registry of that name alone. The order is Docker's: the registry's own helper, the general one, the file. */
export async function findCredential(
  host: string,
  repository: string,
  places: CredentialPlaces,
  signal: AbortSignal,
): Promise<Found> {
  const environment = places.environment ?? process.env;
  const home = places.home ?? homedir();
  const problems: string[] = [];
  const files = [
    join(environment.DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
    // Podman's and skopeo's (containers-auth.json(5)).
    ...(environment.REGISTRY_AUTH_FILE ? [environment.REGISTRY_AUTH_FILE] : []),
    ...(environment.XDG_RUNTIME_DIR ? [join(environment.XDG_RUNTIME_DIR, 'containers/auth.json')] : []),
    join(home, '.config/containers/auth.json'),
  ];
  for (const file of files) {
    const { auths, credHelpers, credsStore } = recordOf(await readJson(file));
    const helper = textOrUndefined(recordOf(credHelpers)[host]) ?? textOrUndefined(credsStore);
    if (helper !== undefined) {
      const asked = await askHelper(helper, keyOf(host), { environment, home, patience: places.patience }, signal);
      if (typeof asked === 'string') problems.push(asked);
      else if (asked) return { credential: asked, problems };
    }
    const credential = stored(recordOf(auths), host, repository);
    if (credential) return { credential, problems };
  }
  return { credential: undefined, problems };
}

/** Docker Hub's is kept under the address of an older API. */
const keyOf = (host: string) => (host === 'docker.io' ? 'https://index.docker.io/v1/' : host);

/** Of several that fit, that of the narrowest name: Podman keeps some for a part of a registry. */
function stored(auths: Readonly<Record<string, unknown>>, host: string, repository: string): Credential | undefined {
  const whole = `${host}/${repository}`;
  const fitting = Object.keys(auths)
    .map((key) => ({ key, place: placeOf(key) }))
    .filter(({ place }) => whole === place || whole.startsWith(`${place}/`))
    .sort((a, b) => b.place.length - a.place.length);
  for (const { key } of fitting) {
    const { auth, username, password, identitytoken } = recordOf(auths[key]);
    const token = textOrUndefined(identitytoken);
    if (token !== undefined) return { kind: 'identity-token', token };
    const [, user, secret] =
      /^([^:]*):(.*)$/s.exec(
        Buffer.from(textOrUndefined(auth) ?? '', 'base64')
          .toString('utf8')
          .replace(/\0+$/, ''),
      ) ?? [];
    if (user && secret) return { kind: 'password', username: user, password: secret };
    if (typeof username === 'string' && typeof password === 'string' && username)
      return { kind: 'password', username, password };
  }
  return undefined;
}

/** `https://index.docker.io/v1/` is Docker Hub; other keys are a host, with a part of the registry behind it in Podman's files. */
function placeOf(key: string): string {
  const [, scheme, rest = ''] = /^(https?:\/\/)?(.*)$/.exec(key) ?? [];
  const place = scheme === undefined ? rest : (rest.split('/')[0] ?? '');
  const host = place.split('/')[0];
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : place.replace(/\/+$/, '');
}

/** Undefined: it knows nothing of that registry. A sentence: it failed. The protocol is that of github.com/docker/docker-credential-helpers. */
async function askHelper(
  helper: string,
  server: string,
  {
    environment,
    home,
    patience = 20_000,
  }: CredentialPlaces & { environment: NonNullable<CredentialPlaces['environment']> },
  signal: AbortSignal,
): Promise<Credential | string | undefined> {
  const name = `docker-credential-${helper}`;
  const path = await programPath(name, environment);
  if (path === undefined)
    return `The sign-in is kept by “${name}”, which was not found. Install it, or sign in again with “docker login”.`;
  return new Promise((resolve, reject) => {
    const child = execFile(
      path,
      ['get'],
      {
        cwd: home,
        env: { ...environment },
        timeout: patience,
        killSignal: 'SIGKILL',
        maxBuffer: 64 << 10,
        signal,
        windowsHide: true,
      },
      (error, stdout) => {
        if (signal.aborted) return reject(signal.reason);
        if (error && /credentials not found/i.test(stdout)) return resolve(undefined);
        if (error)
          return resolve(
            `“${name}”, which keeps the sign-in, ${error.killed ? 'gave no answer in time' : 'failed'}. Try “docker login”, or unlock what it keeps.`,
          );
        const { Username: username, Secret: secret } = recordOf(parseJson(Buffer.from(stdout)));
        if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return resolve(undefined);
        if (username === '<token>') return resolve({ kind: 'identity-token', token: secret });
        return resolve({ kind: 'password', username, password: secret });
      },
    );
    // One that ends without reading is no reason to fall over.
    child.stdin?.on('error', () => {});
    child.stdin?.end(server);
  });
}

async function readJson(path: string): Promise<unknown> {
  const file = await open(path).catch(() => undefined);
  try {
    const status = await file?.stat();
    return status?.isFile() && status.size <= 1 << 20
      ? parseJson((await file?.readFile()) ?? Buffer.alloc(0))
      : undefined;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}
