/**
 * The image of the sample workspace, as `docker save` would write it: a small Node.js service that grew on a full distribution. The programs
 * in it are made of noise and do not run; names, modes, links, databases and layers are as in the real thing. The same bytes on every machine.
 */
import { createHash } from 'node:crypto';

interface Entry {
  readonly path: string;
  readonly body?: string | Uint8Array;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** A symbolic link, or with `hard` a hard link, to it. */
  readonly target?: string;
  readonly hard?: boolean;
}

interface Layer {
  readonly createdBy: string;
  /** Without them it is a row of history only. */
  readonly entries?: readonly Entry[];
}

/** The archive's bytes. `layers` other than the sample's own are for tests. */
export function sampleImage(
  name = 'sample-service:1.0.0',
  layers: readonly Layer[] = sampleLayers(),
  user?: string,
): Buffer {
  const tars = layers.flatMap(({ entries }) => (entries ? [tar(entries)] : []));
  const diffIds = tars.map((bytes) => `sha256:${sha256(bytes)}`);
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created,
    config: {
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'NODE_VERSION=24.11.0',
        'NODE_ENV=production',
      ],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['node', 'server.js'],
      WorkingDir: '/app',
      ...(user && { User: user }),
      ExposedPorts: { '3000/tcp': {} },
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: layers.map(({ createdBy, entries }) => ({
      created,
      created_by: createdBy,
      ...(entries ? {} : { empty_layer: true }),
    })),
  });
  const id = sha256(Buffer.from(config));
  const layerFiles = tars.map((bytes) => `${sha256(bytes)}/layer.tar`);
  return tar([
    ...tars.map((body, index) => ({ path: layerFiles[index] ?? '', body })),
    { path: `${id}.json`, body: config },
    { path: 'manifest.json', body: JSON.stringify([{ Config: `${id}.json`, RepoTags: [name], Layers: layerFiles }]) },
  ]);
}

const created = '2026-10-01T09:00:00Z';
const modified = Date.parse(created) / 1000;

function sampleLayers(): Layer[] {
  return [
    { createdBy: "# debian.sh --arch 'amd64' out/ 'bookworm' '@1759104000'", entries: debian() },
    { createdBy: 'ENV NODE_VERSION=24.11.0' },
    {
      createdBy:
        'RUN /bin/sh -c curl -fsSLO https://nodejs.org/dist/v24.11.0/node-v24.11.0-linux-x64.tar.xz && tar -xJf node.tar.xz -C /usr/local # buildkit',
      entries: node(),
    },
    {
      createdBy: 'RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends curl sudo # buildkit',
      entries: [
        { path: 'usr/bin/curl', body: program('curl', 310_000), mode: 0o755 },
        { path: 'usr/bin/sudo', body: program('sudo', 281_000), mode: 0o4755 },
        { path: 'etc/sudoers', body: 'root ALL=(ALL:ALL) ALL\n', mode: 0o440 },
        { path: 'usr/lib/x86_64-linux-gnu/libcurl.so.4.8.0', body: program('libcurl', 730_000), mode: 0o644 },
        { path: 'usr/lib/x86_64-linux-gnu/libcurl.so.4', target: 'libcurl.so.4.8.0' },
        {
          path: 'var/lib/apt/lists/debian.example.org_debian_dists_bookworm_main_binary-amd64_Packages',
          body: text('Packages', 400_000),
        },
        {
          path: 'var/lib/dpkg/status',
          body: dpkgStatus([...basePackages, ['curl', '7.88.1-10+deb12u14'], ['sudo', '1.9.13p3-1+deb12u2']]),
        },
        { path: 'var/lib/dpkg/info/curl.list', body: '/.\n/usr\n/usr/bin\n/usr/bin/curl\n' },
        { path: 'var/lib/dpkg/info/sudo.list', body: '/.\n/etc\n/etc/sudoers\n/usr\n/usr/bin\n/usr/bin/sudo\n' },
        {
          path: 'var/log/apt/history.log',
          body: 'Commandline: apt-get install -y --no-install-recommends curl sudo\n',
        },
      ],
    },
    {
      createdBy: 'RUN /bin/sh -c rm -rf /var/lib/apt/lists/* # buildkit',
      entries: [{ path: 'var/lib/apt/lists/.wh.debian.example.org_debian_dists_bookworm_main_binary-amd64_Packages' }],
    },
    { createdBy: 'WORKDIR /app', entries: [{ path: 'app/' }] },
    { createdBy: 'ENV NODE_ENV=production' },
    {
      createdBy: 'COPY package.json package-lock.json ./ # buildkit',
      entries: [
        {
          path: 'app/package.json',
          body: '{\n  "name": "sample-service",\n  "version": "1.0.0",\n  "type": "module",\n  "dependencies": {\n    "express": "5.1.0"\n  }\n}\n',
        },
        {
          path: 'app/package-lock.json',
          body: '{\n  "name": "sample-service",\n  "version": "1.0.0",\n  "lockfileVersion": 3\n}\n',
        },
      ],
    },
    { createdBy: 'RUN /bin/sh -c npm ci --omit=dev # buildkit', entries: dependencies() },
    {
      createdBy: 'COPY . . # buildkit',
      entries: [
        { path: 'app/server.js', body: serverSource },
        {
          path: 'app/public/index.html',
          body: '<!doctype html>\n<title>Sample service</title>\n<p>Hello from a container.</p>\n',
        },
        {
          path: 'app/public/logo.png',
          body: Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), noise('logo', 6000)]),
        },
        { path: 'app/bin/start.sh', body: '#!/bin/sh\nexec node /app/server.js "$@"\n', mode: 0o755 },
      ],
    },
    { createdBy: 'EXPOSE map[3000/tcp:{}]' },
    { createdBy: 'CMD ["node" "server.js"]' },
  ];
}

const basePackages: readonly (readonly [name: string, version: string])[] = [
  ['apt', '2.6.1'],
  ['base-files', '12.4+deb12u12'],
  ['bash', '5.2.15-2+b8'],
  ['dash', '0.5.12-2'],
  ['dpkg', '1.21.22'],
  ['libc6', '2.36-9+deb12u13'],
  ['passwd', '1:4.13+dfsg1-1+deb12u1'],
  ['tzdata', '2025b-0+deb12u2'],
];

function debian(): Entry[] {
  const binaries: readonly (readonly [name: string, size: number, mode?: number])[] = [
    ...([
      ['bash', 1_265_000],
      ['dash', 126_000],
      ['cat', 44_000],
      ['ls', 151_000],
      ['perl', 380_000],
    ] as const),
    ...([
      ['apt', 18_000],
      ['apt-get', 51_000],
      ['dpkg', 318_000],
    ] as const),
    ...([
      ['passwd', 68_000, 0o4755],
      ['su', 72_000, 0o4755],
      ['mount', 60_000, 0o4755],
      ['chage', 72_000, 0o2755],
    ] as const),
  ];
  return [
    ...['bin', 'lib', 'sbin'].map((name) => ({ path: name, target: `usr/${name}` })),
    ...['dev/', 'home/', 'proc/', 'root/', 'run/', 'sys/'].map((path) => ({ path })),
    { path: 'tmp/', mode: 0o1777 },
    {
      path: 'etc/passwd',
      body: 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nnode:x:1000:1000::/home/node:/bin/bash\n',
    },
    { path: 'etc/group', body: 'root:x:0:\nshadow:x:42:\nnode:x:1000:\n' },
    { path: 'etc/shadow', body: 'root:*:20000:0:99999:7:::\n', mode: 0o640, gid: 42 },
    { path: 'etc/os-release', target: '../usr/lib/os-release' },
    {
      path: 'etc/apt/sources.list.d/debian.sources',
      body: 'Types: deb\nURIs: http://debian.example.org/debian\nSuites: bookworm bookworm-updates\nComponents: main\n',
    },
    {
      path: 'usr/lib/os-release',
      body: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
    },
    ...binaries.map(([name, size, mode = 0o755]) => ({
      path: `usr/bin/${name}`,
      body: program(name, size),
      mode,
      gid: name === 'chage' ? 42 : 0,
    })),
    { path: 'usr/bin/sh', target: 'dash' },
    { path: 'usr/bin/perl5.36.0', target: 'usr/bin/perl', hard: true, mode: 0o755 },
    { path: 'usr/lib/x86_64-linux-gnu/libc.so.6', body: program('libc', 1_920_000), mode: 0o755 },
    { path: 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', body: program('ld', 210_000), mode: 0o755 },
    { path: 'usr/sbin/ldconfig', body: program('ldconfig', 900_000), mode: 0o755 },
    { path: 'usr/share/doc/tzdata/copyright', body: 'This database is in the public domain.\n' },
    { path: 'usr/share/zoneinfo/UTC', body: Buffer.concat([Buffer.from('TZif2'), noise('utc', 109)]) },
    { path: 'var/lib/dpkg/status', body: dpkgStatus(basePackages) },
    ...basePackages.map(([name]) => ({
      path: `var/lib/dpkg/info/${name}.list`,
      body: `/.\n/usr\n/usr/share\n/usr/share/doc\n/usr/share/doc/${name}\n`,
    })),
    { path: 'var/mail/', mode: 0o2775, gid: 8 },
  ];
}

function node(): Entry[] {
  return [
    { path: 'usr/local/bin/node', body: program('node', 1_900_000), mode: 0o755 },
    { path: 'usr/local/bin/npm', target: '../lib/node_modules/npm/bin/npm-cli.js' },
    { path: 'usr/local/bin/npx', target: '../lib/node_modules/npm/bin/npx-cli.js' },
    { path: 'usr/local/bin/docker-entrypoint.sh', body: '#!/bin/sh\nset -e\nexec "$@"\n', mode: 0o755 },
    { path: 'usr/local/include/node/node.h', body: text('node.h', 42_000) },
    { path: 'usr/local/lib/node_modules/npm/package.json', body: '{\n  "name": "npm",\n  "version": "11.6.1"\n}\n' },
    {
      path: 'usr/local/lib/node_modules/npm/bin/npm-cli.js',
      body: '#!/usr/bin/env node\nrequire("../lib/cli.js")(process);\n',
      mode: 0o755,
    },
    { path: 'usr/local/lib/node_modules/npm/bin/npx-cli.js', body: '#!/usr/bin/env node\n', mode: 0o755 },
    { path: 'usr/local/lib/node_modules/npm/docs/npm.md', body: text('npm.md', 21_000) },
  ];
}

function dependencies(): Entry[] {
  const packages = [
    'accepts',
    'body-parser',
    'bytes',
    'cookie',
    'debug',
    'express',
    'finalhandler',
    'mime-types',
    'ms',
    'qs',
    'router',
    'send',
  ];
  return packages.flatMap((name) => [
    {
      path: `app/node_modules/${name}/package.json`,
      body: `{\n  "name": "${name}",\n  "version": "1.0.0",\n  "license": "MIT"\n}\n`,
    },
    { path: `app/node_modules/${name}/index.js`, body: text(name, 4000) },
    { path: `app/node_modules/${name}/README.md`, body: `# ${name}\n` },
  ]);
}

const serverSource = `import express from 'express';

const app = express();
app.use(express.static('public'));
app.get('/health', (request, response) => response.send('ok'));
app.listen(3000);
`;

function dpkgStatus(packages: readonly (readonly [name: string, version: string])[]): string {
  const stanza = ([name, version]: readonly [string, string]) =>
    `Package: ${name}\nStatus: install ok installed\nMaintainer: Debian\nArchitecture: amd64\nVersion: ${version}\nDescription: ${name}\n`;
  return `${packages.map(stanza).join('\n')}\n`;
}

/** Begins as an ELF file does. */
function program(name: string, size: number): Buffer {
  return Buffer.concat([
    Buffer.from('7f454c4602010100000000000000000003003e0001000000', 'hex'),
    noise(name, size - 24),
  ]);
}

function text(name: string, size: number): string {
  return `${name}: filler, line after line.\n`
    .repeat(Math.ceil(size / (name.length + 27)))
    .slice(0, size - 1)
    .concat('\n');
}

function noise(seed: string, size: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < size; i++) blocks.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(blocks).subarray(0, size);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A tar in the format that POSIX calls ustar. Parent folders come by themselves, before what is in them. */
function tar(entries: readonly Entry[]): Buffer {
  const known = new Set(entries.filter(({ path }) => path.endsWith('/')).map(({ path }) => path));
  const blocks: Buffer[] = [];
  const put = ({ path, body = '', mode, uid = 0, gid = 0, target, hard }: Entry) => {
    const bytes = Buffer.from(body as string);
    const folder = path.endsWith('/');
    const type = target === undefined ? (folder ? '5' : '0') : hard ? '1' : '2';
    const header = Buffer.alloc(512);
    // A name of more than 100 characters goes into two fields, cut at a slash.
    const cut = path.length > 100 ? path.lastIndexOf('/', 154) : -1;
    header.write(path.slice(cut + 1), 0, 100);
    header.write(path.slice(0, Math.max(cut, 0)), 345, 155);
    const number = (value: number, at: number, length: number) =>
      header.write(value.toString(8).padStart(length - 1, '0'), at, length - 1);
    number(mode ?? (folder ? 0o755 : target === undefined ? 0o644 : 0o777), 100, 8);
    number(uid, 108, 8);
    number(gid, 116, 8);
    number(bytes.length, 124, 12);
    number(modified, 136, 12);
    header.write(type, 156);
    header.write(target ?? '', 157, 100);
    header.write('ustar\x0000', 257);
    header.fill(' ', 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    blocks.push(header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512));
  };
  for (const entry of entries) {
    const parts = entry.path.replace(/\/$/, '').split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = `${parts.slice(0, depth).join('/')}/`;
      if (known.has(parent)) continue;
      known.add(parent);
      put({ path: parent });
    }
    put(entry);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
