/** Files that nginx serves: what is not converted, and what the configuration in the build context adds. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { contextNeeds, convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

type Context = Readonly<Record<string, string>>;

const outcome = (text: string, context: Context = {}) =>
  convert(readDockerfile(text), { today: TODAY, context: new Map(Object.entries(context)) });

function declines(text: string, expected: readonly string[], context?: Context): void {
  const conversion = outcome(text, context);
  if (conversion.outcome !== 'declined') assert.fail(JSON.stringify(conversion, null, 2));
  const said = conversion.reasons.map(({ line, message }) => `${line + 1}: ${message}`);
  assert.equal(said.length, expected.length, said.join('\n'));
  for (const [i, start] of expected.entries())
    assert.ok(said[i]!.startsWith(start), `${said[i]}\nshould begin with\n${start}`);
}

function converted(text: string, context?: Context) {
  const conversion = outcome(text, context);
  if (conversion.outcome !== 'converted') assert.fail(JSON.stringify(conversion, null, 2));
  return conversion;
}

describe('declined', () => {
  test('what the image’s script would do', () => {
    declines('FROM nginx\nCOPY default.conf.template /etc/nginx/templates/\n', [
      '2: Templates are filled in by a shell script when the container starts',
    ]);
    declines('FROM nginx\nRUN mkdir -p /etc/nginx/templates && cp /a.template /etc/nginx/templates/a.template\n', [
      '2: Templates are filled in',
    ]);
    declines('FROM nginx\nCOPY 40-env.sh /docker-entrypoint.d/40-env.sh\n', [
      '2: Scripts in /docker-entrypoint.d need a shell',
    ]);
    declines('FROM nginx\nENV NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE=1\n', [
      '2: NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE is for the image’s start script',
    ]);
  });

  test('a script that only the container can run', () => {
    const start = 'COPY start.sh /app/start.sh\n';
    declines(`FROM nginx\n${start}CMD ["nginx", "-g", "daemon off;"]\n`, ['2: “start.sh” would need a shell']);
    declines(`FROM nginx\n${start}RUN /app/start.sh\n`, ['3: What “start.sh” leaves behind']);
    declines(`FROM nginx\n${start}RUN sh /app/start.sh\n`, ['3: What “sh /app/start.sh” leaves behind']);
    converted('FROM nginx\nCOPY install.sh /usr/share/nginx/html/install.sh\n');
  });

  test('what is not started as nginx', () => {
    declines('FROM nginx\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n', ['3: “/start.sh” is not nginx itself']);
    declines('FROM nginx\nCMD envsubst < /t > /etc/nginx/conf.d/a.conf && nginx\n', [
      '2: CMD needs a shell, and a distroless image has none: it joins several commands.',
    ]);
  });

  test('an nginx of which it is not known what it needs', () => {
    declines('FROM nginx:1.19.4\nCOPY site /usr/share/nginx/html\n', [
      '1: “nginx:1.19.4” is made of Debian 10 or an older release',
    ]);
    declines('FROM nginx:1.29-perl\nCOPY site /usr/share/nginx/html\n', [
      '1: “nginx:1.29-perl” is nginx with a module',
    ]);
    declines('FROM debian:13\nRUN apt-get update && apt-get install -y nginx\nCMD ["nginx", "-g", "daemon off;"]\n', [
      '1: nginx is taken along from its official image only',
    ]);
    declines('FROM bitnami/nginx:1\nCOPY site /app\n', ['1: nginx is taken along from its official image only']);
  });

  test('modules, by the configuration', () => {
    declines(
      'FROM nginx\nCOPY nginx.conf /etc/nginx/nginx.conf\n',
      ['2: nginx.conf loads modules/ngx_http_js_module.so'],
      {
        'nginx.conf': 'load_module modules/ngx_http_js_module.so;\n',
      },
    );
    const commented = { 'nginx.conf': '# load_module modules/ngx_http_js_module.so;\n' };
    assert.equal(converted('FROM nginx\nCOPY nginx.conf /etc/nginx/nginx.conf\n', commented).language, 'nginx');
  });

  test('root, whose workers would need a user of the image', () => {
    declines('FROM nginx\nCOPY site /usr/share/nginx/html\nUSER root\n', [
      '3: As root, nginx changes to the user that its configuration names',
    ]);
  });
});

test('releases: 1.20.2 and 1.21.4 were the first on Debian 11; Alpine brings its own C library', () => {
  for (const tag of ['1.20.2', '1.20', '1.21.4', '1.21', '1', '1.29', 'stable', 'latest'])
    assert.match(converted(`FROM nginx:${tag}\nCOPY site /usr/share/nginx/html\n`).base, /base-debian13/);
  for (const tag of ['alpine', '1.13-alpine', 'stable-alpine3.22', '1.29-alpine-slim'])
    assert.match(converted(`FROM nginx:${tag}\nCOPY site /usr/share/nginx/html\n`).base, /static-debian13/);
});

test('the file of the process number is where the configuration says', () => {
  const paths = (pid: string | undefined) => {
    const context = pid === undefined ? {} : { 'nginx.conf': `pid ${pid};\nevents {}\n` };
    const { dockerfile, notes } = converted('FROM nginx\nCOPY nginx.conf /etc/nginx/nginx.conf\n', context);
    const said = notes.some(({ message }) => message.includes(`“pid ${pid}”`));
    return `${[...dockerfile.matchAll(/COPY .* (\S+\.pid)$/gm)].map(([, path]) => path).join(' ')}${said ? ' !' : ''}`;
  };
  assert.equal(paths(undefined), '/run/nginx.pid /var/run/nginx.pid');
  assert.equal(paths('/run/nginx.pid'), '/run/nginx.pid');
  assert.equal(paths('/var/run/nginx.pid'), '/var/run/nginx.pid');
  assert.equal(paths('/tmp/nginx.pid'), '');
  assert.equal(paths('/etc/nginx/pid'), ' !');
});

test('what the configuration writes and reads elsewhere is said', () => {
  const text = 'FROM nginx\nCOPY conf.d/ /etc/nginx/conf.d/\n';
  assert.deepEqual(contextNeeds(readDockerfile(text)), ['conf.d/nginx.conf', 'conf.d/default.conf']);
  const said = converted(text, {
    'conf.d/default.conf':
      'proxy_cache_path /data/cache keys_zone=a:1m;\naccess_log /var/log/nginx/a.log;\nserver {\n  ssl_certificate_key /etc/ssl/key.pem;\n}\n',
  })
    .notes.filter(({ kind, line }) => kind === 'risk' && line === 1)
    .map(({ message }) => message.split(',')[0]);
  assert.deepEqual(said, [
    'conf.d/default.conf has proxy_cache_path in /data/cache',
    'conf.d/default.conf names a key (ssl_certificate_key)',
  ]);
});

test('the start script and the signal are those of the image’s version', () => {
  const of = (tag: string) => {
    const { dockerfile, notes } = converted(`FROM nginx:${tag}\nCOPY site /usr/share/nginx/html\n`);
    return [
      ...(dockerfile.includes('STOPSIGNAL SIGQUIT') ? ['signal'] : []),
      ...(notes.some(({ message }) => message.includes('docker-entrypoint.sh')) ? ['script'] : []),
    ].join(' ');
  };
  assert.equal(of('1.18-alpine'), '');
  assert.equal(of('1.19.2-alpine'), 'script');
  assert.equal(of('1.19.3-alpine'), 'signal script');
  assert.equal(of('1.19-alpine'), 'signal script');
  assert.equal(of('latest'), 'signal script');
});

test('what is given to the user of the container is not said to be root’s', () => {
  const { notes } = converted('FROM nginx\nRUN chown -R nginx:nginx /var/cache/nginx /etc/nginx\n');
  const said = notes
    .filter(({ message }) => message.includes('belonged to'))
    .map(({ message }) => message.split(' ')[0]);
  assert.deepEqual(said, ['/etc/nginx']);
});

describe('another family, which is asked for', () => {
  const asked = (text: string, family: 'dhi' | 'chainguard' | 'static') => {
    const conversion = convert(readDockerfile(text), { today: TODAY, family });
    if (conversion.outcome === 'converted') return conversion.dockerfile;
    return conversion.outcome === 'declined' ? conversion.reasons.map(({ message }) => message).join('\n') : '';
  };

  test('has an nginx of its own, on which the lines stand as they are', () => {
    const text =
      'FROM nginx:1.31-alpine\nCOPY --chown=nginx site /usr/share/nginx/html\nEXPOSE 80\nCMD ["nginx", "-g", "daemon off;"]\n';
    const expected = (base: string, user = '') =>
      `FROM ${base}\n${user}STOPSIGNAL SIGQUIT\nCOPY --chown=nginx site /usr/share/nginx/html\nEXPOSE 80\n`;
    assert.equal(asked(text, 'dhi'), expected('dhi.io/nginx:1.31-debian13', 'USER 65532:65532\n'));
    assert.equal(
      asked(text.replace('1.31-alpine', 'alpine'), 'chainguard'),
      expected('cgr.dev/chainguard/nginx:latest'),
    );
  });

  test('of that version, or not at all', () => {
    assert.match(asked('FROM nginx:1.27\n', 'dhi'), /^Docker’s hardened images have no nginx 1\.27\./);
    assert.match(asked('FROM nginx:1.27\n', 'chainguard'), /^Chainguard’s free images have no nginx 1\.27\./);
    assert.match(asked('FROM nginx:stable\n', 'chainguard'), /have no nginx/);
    assert.match(asked('FROM nginx\n', 'static'), /have no nginx/);
  });

  test('keeps what is given to nginx, and nothing before it', () => {
    assert.match(
      asked('FROM nginx\nCOPY site /srv\nCMD nginx -c /srv/nginx.conf\n', 'dhi'),
      /\nCMD \["-c", "\/srv\/nginx\.conf"\]\n$/,
    );
    assert.match(
      asked(
        'FROM nginx\nCOPY a /srv\nENTRYPOINT ["/docker-entrypoint.sh"]\nCMD ["nginx", "-g", "daemon off;"]\n',
        'dhi',
      ),
      /\nCOPY a \/srv\n$/,
    );
    assert.match(asked('FROM nginx\nENTRYPOINT ["/start.sh"]\n', 'dhi'), /^“\/start\.sh” is not nginx itself/);
    assert.match(asked('FROM nginx\nRUN ./configure-site\n', 'dhi'), /^What this RUN leaves would have to be copied/);
  });
});
