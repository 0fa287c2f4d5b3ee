/** What is known of nginx's official image, and what a Dockerfile makes of it (nginx/docker-nginx@14585c6, mainline/debian and mainline/alpine). */
import { assignments } from '../dockerfile/assignments.ts';
import { filesNamed } from './context-files.ts';
import { type Draft, decline, note } from './draft.ts';
import { effectsOf } from './effects.ts';
import { isInside, nameOf } from './paths.ts';
import type { Subject } from './subject.ts';

/** The official image and nginx's own that runs without root, and their copies. */
export const isNginx = (name = '') =>
  /^([\w.-]+\/(docker\/)?library\/)?nginx$|^([\w.]+\/)?nginxinc\/nginx-unprivileged$/.test(name);
export const isUnprivileged = (name = '') => name.endsWith('unprivileged');

export const PROGRAM = '/usr/sbin/nginx';
export const SETTINGS = '/etc/nginx';
export const PAGES = '/usr/share/nginx/html';
/** Where it keeps what it received or fetched, and where its logs are, which the official image links to the container's output. */
export const WRITTEN = ['/var/cache/nginx', '/var/log/nginx'];
/** Written at the start; the image's own configuration has said the one and the other. /var/run is a link to /run there, and a folder in the base. */
export const PIDS = ['/run/nginx.pid', '/var/run/nginx.pid'];

/** As in the tag; undefined: the newest. */
export function versionOf({ base }: Subject): string | undefined {
  return base?.runtime?.version ?? /^\d+(\.\d+)*/.exec(base?.tag ?? '')?.[0];
}

/** What the tag leaves open is the last that there was. The image's start script came with 1.19.0, its STOPSIGNAL with 1.19.3. */
export function isSince(version: string | undefined, ...first: readonly number[]): boolean {
  const parts = version?.split('.').map(Number) ?? [];
  for (const [i, wanted] of first.entries()) {
    const part = parts[i] ?? Number.POSITIVE_INFINITY;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/** What the image's script does before nginx starts, where the file makes use of it. */
export function declineScripts(draft: Draft): void {
  for (const { instruction, copy: files, commands, line } of draft.subject.steps) {
    const paths = [
      ...(files?.destination === undefined ? [] : [files.destination]),
      ...commands.flatMap((command) => effectsOf(command).flatMap((it) => ('path' in it ? [it.path] : []))),
    ];
    if (paths.some((path) => isInside('/etc/nginx/templates', path))) {
      decline(
        draft,
        line,
        'Templates are filled in by a shell script when the container starts, and a distroless image has no shell. Write the configuration out (RUN envsubst in a build stage), or keep the full base.',
      );
    } else if (paths.some((path) => isInside('/docker-entrypoint.d', path) || path === '/docker-entrypoint.sh')) {
      decline(
        draft,
        line,
        'Scripts in /docker-entrypoint.d need a shell when the container starts, and a distroless image has none. Do in the build what they do, or keep the full base.',
      );
    }
    const setting =
      instruction.keyword === 'ENV' &&
      assignments(instruction).find(({ name }) => /^NGINX_(ENVSUBST|ENTRYPOINT)_/.test(name))?.name;
    if (setting) {
      decline(
        draft,
        line,
        `${setting} is for the image’s start script, which needs a shell, and a distroless image has none. Write into the configuration what it would do.`,
      );
    }
  }
}

/** Files of the context that become nginx's configuration. */
export function configurationsOf(subject: Subject): readonly string[] {
  return subject.steps.flatMap(({ copy: files }) => {
    if (!files || files.from !== undefined || files.destination === undefined) return [];
    if (!isInside(SETTINGS, files.destination)) return [];
    return files.sources.flatMap((source) =>
      /\.conf$|\.template$/.test(source) || files.destination!.endsWith('.conf')
        ? filesNamed(subject, nameOf(`/${source.replace(/(?<!\/)\/+$/, '')}`)).map(({ path }) => path)
        : ['nginx.conf', 'default.conf'].map((name) =>
            `${source.replace(/^\.?\//, '').replace(/(?<!\/)\/+$/, '')}/${name}`.replace(/^\//, ''),
          ),
    );
  });
}

/** What of the configuration is known, each with the line that copies it. */
export function readConfiguration(draft: Draft): string {
  const { subject } = draft;
  const texts: string[] = [];
  for (const path of new Set(configurationsOf(subject))) {
    const text = subject.context.get(path)?.replace(/(^|\s)#.*$/gm, '');
    if (text === undefined) continue;
    texts.push(text);
    const line =
      subject.steps.find(({ copy: files }) => files?.sources.some((it) => path.startsWith(it.replace(/^\.?\//, ''))))
        ?.line ?? subject.stage.from.range.start.line;
    const module = /^[ \t]*load_module\s+"?([^";]+)/m.exec(text)?.[1];
    if (module) {
      decline(
        draft,
        line,
        `${path} loads ${module}, and modules need libraries that are not taken along with nginx. Leave it out if nothing needs it; otherwise keep the full base.`,
      );
    }
    for (const [, directive, folder = ''] of text.matchAll(WRITES)) {
      if (/^(\/tmp|\/dev|off|syslog:)/.test(folder) || WRITTEN.some((it) => isInside(it, folder))) continue;
      note(
        draft,
        'risk',
        line,
        `${path} has ${directive} in ${folder}, where nginx cannot write without root. Use a folder in ${WRITTEN[0]}, or /tmp.`,
      );
    }
    if (/^[ \t]*ssl_certificate_key\s/m.test(text)) {
      note(
        draft,
        'risk',
        line,
        `${path} names a key (ssl_certificate_key), which nginx now reads without root. Whoever mounts it has to let user 65532 read it.`,
      );
    }
  }
  return texts.join('\n');
}

const WRITES =
  /^[ \t]*(proxy_cache_path|fastcgi_cache_path|uwsgi_cache_path|scgi_cache_path|client_body_temp_path|proxy_temp_path|fastcgi_temp_path|uwsgi_temp_path|scgi_temp_path|access_log|error_log)\s+"?(\/[^\s";]+)/gm;
