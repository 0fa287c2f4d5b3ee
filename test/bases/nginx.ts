/** nginx/docker-nginx, mainline/debian: nginx of its makers' own source, with the paths and the configuration of their package, which are not those of Debian's. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../support/engine.ts';
import { compiled } from './compiled.ts';
import { debian } from './debian.ts';
import type { StandIn } from './stand-in.ts';

export function nginx(reference: string): StandIn | undefined {
  if (!/^nginx:1\.\d+(?:\.\d+)?(?:-(?:bookworm|trixie))?$/.test(reference)) return undefined;
  return {
    id: 'nginx-trixie',
    madeOf: 'nginx 1.26 of its own source, on Debian',
    source: import.meta.filename,
    configuration: [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'ENV NGINX_VERSION=1.26.3',
      'EXPOSE 80',
      'STOPSIGNAL SIGQUIT',
      'ENTRYPOINT ["/docker-entrypoint.sh"]',
      'CMD ["nginx", "-g", "daemon off;"]',
    ],
    async fill(root) {
      await debian(root, ['ca-certificates', 'curl', 'gettext-base', 'libpcre2-8-0', 'libssl3t64', 'zlib1g']);
      const tar = await compiled({ id: 'nginx', source: 'nginx', release: 'trixie', packages: headers, script });
      await run('tar', ['-xf', tar, '-C', root]);
      await run('chroot', [root, 'groupadd', '--system', '--gid', '101', 'nginx']);
      const user = ['--system', '--gid', 'nginx', '--no-create-home', '--home', '/nonexistent', '--uid', '101'];
      await run('chroot', [root, 'useradd', ...user, '--comment', 'nginx user', '--shell', '/bin/false', 'nginx']);
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), text);
      }
      for (const path of Object.keys(files).filter((name) => /\.(sh|envsh)$/.test(name)))
        await chmod(join(root, path), 0o755);
      await run('ln', ['-s', '/usr/lib/nginx/modules', join(root, 'etc/nginx/modules')]);
      await mkdir(join(root, 'usr/lib/nginx/modules'), { recursive: true });
      for (const folder of ['var/cache/nginx', 'var/log/nginx']) await mkdir(join(root, folder), { recursive: true });
      for (const [log, stream] of [
        ['access', 'stdout'],
        ['error', 'stderr'],
      ] as const)
        await run('ln', ['-sf', `/dev/${stream}`, join(root, `var/log/nginx/${log}.log`)]);
    },
  };
}

const headers = ['gcc', 'make', 'libc6-dev', 'libpcre2-dev', 'libssl-dev', 'zlib1g-dev'];

/** By what `nginx -V` of the vendor's says. */
const script = `
set -eu
cd /source
./configure --prefix=/etc/nginx --sbin-path=/usr/sbin/nginx --modules-path=/usr/lib/nginx/modules --conf-path=/etc/nginx/nginx.conf \\
  --error-log-path=/var/log/nginx/error.log --http-log-path=/var/log/nginx/access.log --pid-path=/run/nginx.pid --lock-path=/run/nginx.lock \\
  --http-client-body-temp-path=/var/cache/nginx/client_temp --http-proxy-temp-path=/var/cache/nginx/proxy_temp \\
  --http-fastcgi-temp-path=/var/cache/nginx/fastcgi_temp --http-uwsgi-temp-path=/var/cache/nginx/uwsgi_temp \\
  --http-scgi-temp-path=/var/cache/nginx/scgi_temp --user=nginx --group=nginx --with-compat --with-file-aio --with-threads \\
  --with-http_addition_module --with-http_auth_request_module --with-http_gunzip_module --with-http_gzip_static_module \\
  --with-http_realip_module --with-http_ssl_module --with-http_stub_status_module --with-http_sub_module --with-http_v2_module \\
  --with-stream --with-stream_ssl_module >/log 2>&1
make -s -j "$(nproc)" >>/log 2>&1
mkdir -p /out/usr/sbin /out/etc/nginx/conf.d /out/usr/share/nginx
cp objs/nginx /out/usr/sbin/nginx
strip /out/usr/sbin/nginx
cp conf/mime.types conf/fastcgi_params conf/scgi_params conf/uwsgi_params /out/etc/nginx
[ -d html ] || mv docs/html html
cp -r html /out/usr/share/nginx/html
`;

const files: Readonly<Record<string, string>> = {
  'etc/nginx/nginx.conf': `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    #tcp_nopush     on;

    keepalive_timeout  65;

    #gzip  on;

    include /etc/nginx/conf.d/*.conf;
}
`,
  'etc/nginx/conf.d/default.conf': `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`,
  'docker-entrypoint.sh': `#!/bin/sh
set -e
if [ "$1" = "nginx" ] || [ "$1" = "nginx-debug" ]; then
    for f in $(find /docker-entrypoint.d/ -follow -type f | sort -V); do
        case "$f" in
            *.envsh) . "$f" ;;
            *.sh) "$f" ;;
        esac
    done
fi
exec "$@"
`,
  'docker-entrypoint.d/20-envsubst-on-templates.sh': `#!/bin/sh
set -e
[ -d /etc/nginx/templates ] || exit 0
find /etc/nginx/templates -type f -name '*.template' | while read -r template; do
    envsubst < "$template" > "/etc/nginx/conf.d/$(basename "$template" .template)"
done
`,
};
