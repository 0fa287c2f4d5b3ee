/** Where an engine may be: what the user names, or else the usual sockets. Reads the environment and the Docker client's own files; connects to nothing. */
import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { recordOf } from '../json.ts';
import { programPath } from '../program.ts';

export type Connection =
  | { readonly kind: 'socket'; readonly path: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      /** Put before every path; empty, or begins with a slash. */
      readonly prefix: string;
      readonly tls: Certificates | undefined;
    }
  /** A program of the user's own, whose input and output lead to the engine. */
  | {
      readonly kind: 'command';
      readonly path: string;
      readonly args: readonly string[];
      readonly environment: Readonly<Record<string, string | undefined>>;
    };

/** PEM. */
interface Certificates {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** False: the user's own context says that the engine's certificate is not to be looked at. */
  readonly rejectUnauthorized?: false;
}

/** `address` is what the user reads: `unix:///var/run/docker.sock`. */
export type Candidate =
  | {
      readonly kind: 'usable';
      readonly address: string;
      readonly connection: Connection;
      /** The Docker context that it was found in. */
      readonly context?: string;
    }
  | { readonly kind: 'unusable'; readonly address: string; readonly why: string };

export interface Whereabouts {
  /** The user's own `ssh` may be run to reach an engine. */
  readonly trusted?: boolean | undefined;
  /** The user's own setting, an address or `context:NAME`; it wins over everything. */
  readonly address?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  /** The system this runs on. */
  readonly system?: NodeJS.Platform;
}

/**
 * The addresses to try, in order: the setting, else DOCKER_HOST, else the client's context, else the usual sockets.
 * As with the `docker` command, a named address is the only one: to show the images of another engine would mislead.
 */
export async function engineAddresses(whereabouts: Whereabouts): Promise<readonly Candidate[]> {
  const setting = settingOf(whereabouts);
  const { environment } = setting;
  const chosen = /^context:(.*)$/s.exec(whereabouts.address ?? '')?.[1]?.trim();
  const named = whereabouts.address || environment.DOCKER_HOST;
  if (named && chosen === undefined) return [await fromText(named.trim(), environmentTls(setting), setting)];

  const context = chosen || environment.DOCKER_CONTEXT || (await currentContext(setting));
  if (context && context !== 'default') {
    const candidate = await fromContext(context, setting);
    if (candidate) return [candidate];
  }
  return usualSockets(setting).map(socket);
}

/** Every Docker context that has an address of its own, by name, and every usual socket, there or not. */
export async function allAddresses(
  whereabouts: Whereabouts,
): Promise<{ readonly contexts: ReadonlyMap<string, Candidate>; readonly sockets: readonly Candidate[] }> {
  const setting = settingOf(whereabouts);
  const folder = join(setting.docker, 'contexts/meta');
  const names: string[] = [];
  for (const id of await readdir(folder).catch(() => [])) {
    const { Name: name } = recordOf(await readJson(join(folder, id, 'meta.json')));
    if (typeof name === 'string' && name !== '') names.push(name);
  }
  const contexts = new Map<string, Candidate>();
  for (const name of names.sort()) {
    const candidate = await fromContext(name, setting);
    if (candidate) contexts.set(name, candidate);
  }
  return { contexts, sockets: usualSockets(setting).map(socket) };
}

function settingOf(whereabouts: Whereabouts): Setting {
  const { environment = process.env, home = homedir(), system = process.platform } = whereabouts;
  const docker = environment.DOCKER_CONFIG || join(home, '.docker');
  return { environment, home, system, docker, trusted: whereabouts.trusted === true };
}

interface Setting {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly system: NodeJS.Platform;
  /** The folder of the Docker client's own files. */
  readonly docker: string;
  readonly trusted: boolean;
}

/** Where the certificates are, and whether the user asks for TLS where the address does not say. */
interface Tls {
  readonly wanted: boolean;
  readonly folder: string;
  /** A folder that the user named must hold a certificate authority. */
  readonly named: string | undefined;
  /** The engine's certificate is taken as it is. */
  readonly skipsVerification?: boolean;
}

function usualSockets({ environment, home, system }: Setting): readonly string[] {
  if (system === 'win32') {
    return ['docker_engine', 'dockerDesktopLinuxEngine', 'podman-machine-default'].map((name) => `//./pipe/${name}`);
  }
  const user = process.getuid?.();
  const runtime = [environment.XDG_RUNTIME_DIR, user === undefined ? undefined : `/run/user/${user}`].filter(
    (folder) => folder !== undefined && folder !== '',
  );
  return [
    ...new Set([
      '/var/run/docker.sock',
      ...runtime.map((folder) => join(folder!, 'docker.sock')),
      join(home, '.docker/run/docker.sock'),
      join(home, '.docker/desktop/docker.sock'),
      // Colima's FAQ, “How do I change where Colima files are stored?”
      ...(environment.COLIMA_HOME ? [join(environment.COLIMA_HOME, 'default/docker.sock')] : []),
      join(home, '.colima/default/docker.sock'),
      join(home, '.colima/docker.sock'),
      join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'colima/default/docker.sock'),
      join(home, '.rd/docker.sock'),
      join(home, '.orbstack/run/docker.sock'),
      join(home, '.lima/docker/sock/docker.sock'),
      ...(environment.CONTAINER_HOST?.startsWith('unix:///') ? [environment.CONTAINER_HOST.slice(7)] : []),
      ...runtime.map((folder) => join(folder!, 'podman/podman.sock')),
      '/run/podman/podman.sock',
      join(home, '.local/share/containers/podman/machine/podman.sock'),
      join(home, '.local/share/containers/podman/machine/qemu/podman.sock'),
      // Where Podman 5 has it on macOS.
      ...(system === 'darwin' && environment.TMPDIR
        ? [join(environment.TMPDIR, 'podman/podman-machine-default-api.sock')]
        : []),
    ]),
  ];
}

function socket(path: string): Candidate {
  const scheme = path.startsWith('//./pipe/') ? 'npipe' : 'unix';
  return { kind: 'usable', address: `${scheme}://${path}`, connection: { kind: 'socket', path } };
}

const unusable = (address: string, why: string): Candidate => ({ kind: 'unusable', address, why });

/** What DOCKER_HOST may hold. Without a scheme it is taken for TCP, as the `docker` command does. */
async function fromText(text: string, tls: Tls, setting: Setting): Promise<Candidate> {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z][a-z+.-]*):\/\/)?(.*)$/is.exec(text) ?? [];
  switch (scheme.toLowerCase()) {
    case 'unix':
      return socket(rest || '/var/run/docker.sock');
    case 'npipe':
      return socket(rest.replaceAll('\\', '/') || '//./pipe/docker_engine');
    case 'ssh':
      return overSsh(text, setting);
    case 'tcp':
    case 'http':
    case 'https':
      return fromUrl(text, scheme.toLowerCase(), rest, tls);
    default:
      return unusable(
        text,
        `Addresses that begin with “${scheme}://” are not known here. Use unix://, npipe:// or tcp://.`,
      );
  }
}

/**
 * The user's own `ssh` runs `docker system dial-stdio` there, as the `docker` command does: with his keys, his configuration and the hosts that he knows.
 * It asks nothing (BatchMode), so a host that he does not know yet is refused.
 */
async function overSsh(text: string, { environment, trusted }: Setting): Promise<Candidate> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const user = decoded(url?.username ?? '');
  const path = url?.pathname.replace(/\/+$/, '') ?? '';
  // What stands here goes into a command line, there even into a shell's.
  const isPlain =
    /^[A-Za-z0-9_][A-Za-z0-9_.:-]*$/.test(host) && /^([\w.@+-]*)$/.test(user) && /^(\/[\w.@+/-]*)?$/.test(path);
  if (!url || url.password || url.search || url.hash || !isPlain || user.startsWith('-')) {
    const shown = text.replace(/\/\/[^/]*@/, '//…@');
    return unusable(shown, `“${shown}” is not an address such as ssh://user@host.`);
  }
  if (!trusted)
    return unusable(
      text,
      'An engine over SSH is reached with your own ssh, which is run only in a trusted workspace. Trust this one, and try again.',
    );
  const ssh = await programPath('ssh', environment);
  if (ssh === undefined)
    return unusable(text, 'An engine over SSH is reached with the program “ssh”, which was not found. Install it.');
  const args = [
    ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', '-T'],
    ...(user ? ['-l', user] : []),
    ...(url.port ? ['-p', url.port] : []),
    ...['--', host, 'docker', ...(path ? ['--host', `unix://${path}`] : []), 'system', 'dial-stdio'],
  ];
  return { kind: 'usable', address: text, connection: { kind: 'command', path: ssh, args, environment } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '\0';
  }
}

async function fromUrl(text: string, scheme: string, rest: string, tls: Tls): Promise<Candidate> {
  // The scheme is set to http, whose rules for host, port and path are the ones meant; its default port is not.
  const url = URL.canParse(`http://${rest}`) ? new URL(`http://${rest}`) : undefined;
  // A password in it is not for the screen.
  if (!url?.hostname || url.username || url.password || url.search) {
    const shown = text.replace(/\/\/[^/]*@/, '//…@');
    return unusable(shown, `“${shown}” is not an address such as tcp://localhost:2375.`);
  }
  const written = /^[^/]*:(\d+)(?:\/|$)/.exec(rest)?.[1];
  const secure = scheme === 'https' || (scheme !== 'http' && (tls.wanted || written === '2376'));
  const certificates = secure ? await readCertificates(tls) : undefined;
  if (typeof certificates === 'string') return unusable(text, certificates);
  return {
    kind: 'usable',
    address: text.includes('://') ? text : `tcp://${text}`,
    connection: {
      kind: 'tcp',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(written ?? (secure ? 2376 : 2375)),
      prefix: url.pathname.replace(/\/+$/, ''),
      tls: certificates && tls.skipsVerification ? { ...certificates, rejectUnauthorized: false } : certificates,
    },
  };
}

/** Any value of DOCKER_TLS_VERIFY asks for TLS, as for the `docker` command. The certificate is always verified. */
function environmentTls({ environment, docker }: Setting): Tls {
  const named = environment.DOCKER_CERT_PATH || undefined;
  const wanted = Boolean(environment.DOCKER_TLS_VERIFY || environment.DOCKER_TLS);
  return { wanted, folder: named ?? docker, named };
}

/** The PEM files of a folder, or a sentence that says why they cannot be used. */
async function readCertificates({ folder, named }: Tls): Promise<Certificates | string> {
  const read = async (name: string) => (await readSmall(join(folder, name))) ?? undefined;
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('cert.pem'), read('key.pem')]);
  if (named && ca === undefined && cert === undefined)
    return `There are no certificates in ${named}, which DOCKER_CERT_PATH names. It should hold ca.pem, cert.pem and key.pem.`;
  if ((cert === undefined) !== (key === undefined))
    return `${cert === undefined ? 'cert.pem' : 'key.pem'} is missing in ${folder}. It belongs to the ${cert === undefined ? 'key.pem' : 'cert.pem'} that is there.`;
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

async function currentContext({ docker }: Setting): Promise<string | undefined> {
  const config = recordOf(await readJson(join(docker, 'config.json')));
  return typeof config.currentContext === 'string' ? config.currentContext : undefined;
}

/** Undefined: the context names no address of its own. */
async function fromContext(name: string, setting: Setting): Promise<Candidate | undefined> {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = await readJson(join(setting.docker, 'contexts/meta', id, 'meta.json'));
  if (meta === undefined) {
    return unusable(
      `context ${name}`,
      `The Docker context “${name}” is not in ${join(setting.docker, 'contexts')}. List the ones that are with “docker context ls”.`,
    );
  }
  const { Host: host, SkipTLSVerify: skips } = recordOf(recordOf(recordOf(meta).Endpoints).docker);
  if (typeof host !== 'string' || host === '') return undefined;
  const folder = join(setting.docker, 'contexts/tls', id, 'docker');
  // A context asks for TLS by having certificates, or by what it says of those of the engine.
  const wanted =
    skips === true ||
    (await readSmall(join(folder, 'ca.pem'))) !== undefined ||
    (await readSmall(join(folder, 'cert.pem'))) !== undefined;
  const found = await fromText(host, { wanted, folder, named: undefined, skipsVerification: skips === true }, setting);
  return found.kind === 'usable' ? { ...found, context: name } : found;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readSmall(path)) ?? '');
  } catch {
    return undefined;
  }
}

/** These files are a few kilobytes; what is larger, or cannot be read, is taken as absent. */
async function readSmall(path: string): Promise<string | undefined> {
  const limit = 1 << 20;
  const file = await open(path).catch(() => undefined);
  try {
    const status = await file?.stat();
    return status?.isFile() && status.size <= limit ? await file?.readFile('utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}
