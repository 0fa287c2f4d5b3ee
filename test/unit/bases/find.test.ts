/** Expectations written by hand from what the vendors publish, as of the date of the data. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Base } from '../../../server/bases/base.ts';
import { findBase, knowledge } from '../../../server/bases/find.ts';

const base = (reference: string): Base => {
  const found = findBase(reference);
  assert.ok(found, reference);
  return found;
};
const has = (reference: string, facts: Partial<Base>) => {
  const found: Base = base(reference);
  for (const [key, value] of Object.entries(facts))
    assert.deepEqual(found[key as keyof Base], value, `${reference}: ${key}`);
};
const os = (reference: string) => {
  const { os } = base(reference);
  return os && `${os.id} ${os.libc} ${os.libcVersion ?? '?'}`;
};
const digest = `@sha256:${'0123456789abcdef'.repeat(4)}`;

test('the facts have a date', () => {
  assert.equal(knowledge.asOf, '2026-08-23');
});

test('what is not in the data is not known', () => {
  for (const name of [
    'foo/bar',
    'localhost:5000/node:22',
    'gcr.io/distroless/foo',
    'gcr.io/node',
    'FROM',
    '',
    '$X',
    'constructor',
  ]) {
    assert.equal(findBase(name), undefined, name);
  }
});

test('scratch', () => {
  has('scratch', {
    family: 'scratch',
    distroless: true,
    hasShell: false,
    hasPackageManager: false,
    user: '',
    entrypoint: [],
    os: undefined,
  });
});

test('Google: the image without a tag runs as root, has no shell and no package manager', () => {
  has('gcr.io/distroless/static-debian13', {
    name: 'gcr.io/distroless/static-debian13',
    family: 'google',
    distroless: true,
    debug: false,
    user: '0',
    workdir: '/',
    nonrootTag: 'nonroot',
    hasShell: false,
    shellPath: undefined,
    hasPackageManager: false,
    entrypoint: [],
    cmd: [],
    runtime: undefined,
    ends: undefined,
    pinned: undefined,
    replacements: [],
  });
  assert.equal(os('gcr.io/distroless/static-debian13'), 'debian13 none ?');
  assert.equal(os('gcr.io/distroless/base-debian13'), 'debian13 glibc 2.41');
  assert.equal(os('gcr.io/distroless/cc-debian12'), 'debian12 glibc 2.36');
});

test('Google: the tag says the user', () => {
  const nonroot = { user: '65532', workdir: '/home/nonroot', debug: false };
  has('gcr.io/distroless/static-debian13:nonroot', nonroot);
  has('gcr.io/distroless/static-debian13:nonroot-amd64', { ...nonroot, nonrootTag: 'nonroot-amd64' });
  has(`gcr.io/distroless/static-debian13:nonroot-${'0a'.repeat(20)}`, nonroot);
  has('gcr.io/distroless/static-debian13:latest', { user: '0', nonrootTag: 'nonroot' });
  has('gcr.io/distroless/static-debian13:latest-arm64', { user: '0', nonrootTag: 'nonroot-arm64' });
  has(`gcr.io/distroless/static-debian13:${'0a'.repeat(20)}`, { user: '0', nonrootTag: `nonroot-${'0a'.repeat(20)}` });
});

test('Google: debug has busybox, at a place where no shell form finds it', () => {
  const debug = { debug: true, hasShell: false, shellPath: '/busybox/sh' };
  has('gcr.io/distroless/base-debian13:debug', {
    ...debug,
    user: '0',
    entrypoint: ['/busybox/sh'],
    nonrootTag: 'debug-nonroot',
  });
  has('gcr.io/distroless/cc-debian13:debug-nonroot', { ...debug, user: '65532', entrypoint: ['/busybox/sh'] });
  has('gcr.io/distroless/nodejs24-debian13:debug', { ...debug, entrypoint: ['/nodejs/bin/node'] });
  has('gcr.io/distroless/static-debian13:debug-amd64', debug);
  assert.match(base('gcr.io/distroless/static-debian13:debug').env.PATH ?? '', /:\/busybox$/);
});

test('Google: images of languages start their interpreter', () => {
  has('gcr.io/distroless/nodejs24-debian13', {
    runtime: { language: 'node', version: '24.19.0' },
    entrypoint: ['/nodejs/bin/node'],
    interpreter: '/nodejs/bin/node',
    ends: '2028-04-30',
  });
  has('gcr.io/distroless/java21-debian13', {
    runtime: { language: 'java', version: '21' },
    entrypoint: ['/usr/bin/java', '-jar'],
    interpreter: '/usr/bin/java',
  });
  has('gcr.io/distroless/python3-debian13', {
    runtime: { language: 'python', version: '3.13.5' },
    entrypoint: ['/usr/bin/python3.13'],
  });
  has('gcr.io/distroless/java-base-debian13', { runtime: undefined, entrypoint: [] });
});

test('Google: a name without a release means the newest, and floats', () => {
  has('gcr.io/distroless/base', { pinned: 'gcr.io/distroless/base-debian13', user: '0' });
  has('gcr.io/distroless/base:nonroot', { pinned: 'gcr.io/distroless/base-debian13:nonroot', user: '65532' });
  has('gcr.io/distroless/python3:debug', { pinned: 'gcr.io/distroless/python3-debian13:debug' });
  has(`gcr.io/distroless/base:nonroot${digest}`, { pinned: undefined });
  assert.equal(os('gcr.io/distroless/cc'), 'debian13 glibc 2.41');
  for (const name of ['nodejs', 'nodejs16', 'nodejs:14', 'nodejs:16-debug'])
    assert.match(os(`gcr.io/distroless/${name}`) ?? '', /^debian11 glibc/);
  assert.match(os('gcr.io/distroless/nodejs:10') ?? '', /^debian glibc/);
});

test('Google: what has gone, and what to take instead, in the same variant', () => {
  const retired: [string, string, string[]][] = [
    ['static-debian11', '2024-09-03', ['static-debian13:latest']],
    ['static-debian12:nonroot', '2026-09-30', ['static-debian13:nonroot']],
    ['base-nossl-debian12:debug', '2026-09-30', ['base-nossl-debian13:debug']],
    ['cc-debian11:debug-nonroot-arm64', '2024-09-03', ['cc-debian13:debug-nonroot-arm64']],
    [`cc-debian12:nonroot-${'0a'.repeat(20)}`, '2026-09-30', ['cc-debian13:nonroot']],
    ['java-base-debian12', '2026-02-27', ['java-base-debian13:latest']],
    ['java17-debian12:nonroot', '2026-02-27', ['java17-debian13:nonroot']],
    ['java11-debian11:nonroot', '2024-09-03', ['java17-debian13:nonroot', 'java21-debian13:nonroot']],
    ['java11', '2024-09-03', ['java17-debian13:latest', 'java21-debian13:latest']],
    ['java:11', '2024-09-03', ['java17-debian13:latest', 'java21-debian13:latest']],
    ['java:8-debug', '2024-09-03', ['java17-debian13:debug', 'java21-debian13:debug']],
    ['nodejs24-debian12', '2026-02-27', ['nodejs24-debian13:latest']],
    ['nodejs20-debian12:nonroot', '2026-02-27', ['nodejs22-debian13:nonroot', 'nodejs24-debian13:nonroot']],
    ['nodejs20', '2026-05-01', ['nodejs22-debian13:latest', 'nodejs24-debian13:latest']],
    ['nodejs18', '2025-04-30', ['nodejs22-debian13:latest', 'nodejs24-debian13:latest']],
    ['nodejs:18', '2023-04-04', ['nodejs22-debian13:latest', 'nodejs24-debian13:latest']],
    ['nodejs16-debian11', '2023-09-08', ['nodejs22-debian13:latest', 'nodejs24-debian13:latest']],
    ['python2.7', '2021-09-20', ['python3-debian13:latest']],
    ['python3-debian10', '2022-02-08', ['python3-debian13:latest']],
    ['base-debian10:nonroot', '2022-09-06', ['base-debian13:nonroot']],
    ['base-debian9', '2021-07-28', ['base-debian13:latest']],
  ];
  for (const [name, ends, instead] of retired) {
    has(`gcr.io/distroless/${name}`, {
      ends,
      distroless: true,
      hasShell: false,
      replacements: instead.map((it) => `gcr.io/distroless/${it}`),
    });
  }
  has('gcr.io/distroless/nodejs:14-debug', { entrypoint: ['/nodejs/bin/node'], interpreter: '/nodejs/bin/node' });
  has('gcr.io/distroless/java:11', { entrypoint: ['/usr/bin/java', '-jar'], interpreter: '/usr/bin/java' });
  has('gcr.io/distroless/java:8-jetty', { entrypoint: undefined });
  has('gcr.io/distroless/java-base-debian10', { entrypoint: [] });
  has('gcr.io/distroless/cc-debian10', { entrypoint: [], interpreter: undefined });
  has('gcr.io/distroless/python2.7', { entrypoint: ['/usr/bin/python2.7'] });
  has('gcr.io/distroless/python3-debian10', {
    entrypoint: ['/usr/bin/python3.7'],
    runtime: { language: 'python', version: '3.7' },
  });
  has('gcr.io/distroless/python3-debian12:nonroot', {
    ends: '2026-05-12',
    replacements: ['gcr.io/distroless/python3-debian13:nonroot', 'dhi.io/python:3.11-debian13'],
  });
});

test('Chainguard', () => {
  has('cgr.dev/chainguard/static', {
    family: 'chainguard',
    distroless: true,
    user: '65532',
    hasShell: false,
    entrypoint: [],
  });
  has('cgr.dev/chainguard/python', {
    runtime: { language: 'python', version: '3.14.7' },
    entrypoint: ['/usr/bin/python'],
    interpreter: '/usr/bin/python',
  });
  // This one carries busybox.
  has('cgr.dev/chainguard/node:latest', {
    hasShell: true,
    shellPath: '/bin/sh',
    hasPackageManager: false,
    debug: false,
  });
  has('cgr.dev/chainguard/python:latest-dev', {
    debug: true,
    hasShell: true,
    hasPackageManager: true,
    user: '65532',
    entrypoint: ['/usr/bin/python'],
  });
  has('cgr.dev/chainguard/wolfi-base', { distroless: false, hasShell: true, hasPackageManager: true, user: '0' });
  // bash brings no /bin/sh.
  has('cgr.dev/chainguard/valkey', { hasShell: undefined, shellPath: '/bin/bash' });
  has('cgr.dev/example.com/python:3.12', { runtime: { language: 'python', version: '3.12' }, distroless: true });
  assert.equal(os('cgr.dev/chainguard/node'), 'wolfi glibc 2.43');
});

test('Docker Hardened Images', () => {
  has('dhi.io/python:3.13', {
    family: 'dhi',
    distroless: true,
    user: 'nonroot',
    hasShell: false,
    entrypoint: [],
    cmd: ['python3'],
    ends: '2029-10-31',
  });
  has('dhi.io/python:3.13.99-debian13', { runtime: { language: 'python', version: '3.13.99' } });
  has('dhi.io/node:24-alpine3.24', {
    user: 'node',
    workdir: '/app',
    runtime: { language: 'node', version: '24.19.0' },
  });
  has('dhi.io/node:24-debian13-dev', { debug: true, hasShell: true, hasPackageManager: true, user: 'root' });
  assert.equal(os('dhi.io/node:24-alpine3.24'), 'alpine3.24 musl 1.2.x');
  assert.equal(os('dhi.io/python:3.11-debian12'), 'debian12 glibc 2.36');
  // Still published after the day that Debian names, so that day is not its end.
  has('dhi.io/debian-base:bookworm', { ends: undefined, distroless: false });
  assert.equal(findBase('dhi.io/python:2.7'), undefined);
});

test('.NET: chiselled and Azure Linux', () => {
  has('mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled', {
    family: 'chiselled',
    distroless: true,
    user: '1654',
    hasShell: false,
    entrypoint: ['/usr/bin/dotnet'],
    runtime: { language: 'dotnet', version: '8.0' },
    ends: '2026-11-10',
  });
  has('mcr.microsoft.com/dotnet/runtime:9.0.1-noble-chiseled-extra-amd64', {
    family: 'chiselled',
    distroless: true,
    runtime: { language: 'dotnet', version: '9.0.1' },
  });
  has('mcr.microsoft.com/dotnet/runtime:7.0.20-jammy-chiseled-extra', {
    family: 'chiselled',
    distroless: true,
    entrypoint: ['/usr/bin/dotnet'],
    runtime: { language: 'dotnet', version: '7.0.20' },
    ends: '2024-05-14',
  });
  assert.equal(findBase('mcr.microsoft.com/dotnet/aspnet:7.0-noble-chiseled'), undefined);
  has('mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled', {
    runtime: undefined,
    entrypoint: [],
    distroless: true,
  });
  has('mcr.microsoft.com/dotnet/aspnet:10.0-azurelinux3.0-distroless', {
    family: 'azurelinux',
    distroless: true,
    hasShell: false,
  });
  has('mcr.microsoft.com/dotnet/aspnet:8.0', { family: 'other', distroless: false, hasShell: true, user: 'root' });
  assert.equal(
    base('mcr.microsoft.com/dotnet/runtime:8.0').replacements[0],
    'mcr.microsoft.com/dotnet/runtime:8.0-noble-chiseled',
  );
  assert.equal(
    base('mcr.microsoft.com/dotnet/sdk:9.0-alpine').replacements[0],
    'mcr.microsoft.com/dotnet/aspnet:9.0-noble-chiseled',
  );
  assert.equal(os('mcr.microsoft.com/dotnet/aspnet:8.0'), 'debian12 glibc 2.36');
  assert.equal(os('mcr.microsoft.com/dotnet/aspnet:10.0'), 'ubuntu24.04 glibc 2.39');
});

test('Azure Linux', () => {
  has('mcr.microsoft.com/azurelinux/distroless/base:3.0', {
    family: 'azurelinux',
    distroless: true,
    user: '0',
    hasShell: false,
  });
  has('mcr.microsoft.com/azurelinux/distroless/debug:3.0', { distroless: false, debug: true, hasShell: true });
  assert.equal(os('mcr.microsoft.com/cbl-mariner/distroless/base:2.0'), 'azurelinux2 glibc 2.35');
});

test('official images of languages', () => {
  const root = {
    family: 'other',
    distroless: false,
    debug: false,
    hasShell: true,
    shellPath: '/bin/sh',
    hasPackageManager: true,
    user: 'root',
  } as const;
  has('node:22-slim', {
    ...root,
    runtime: { language: 'node', version: '22' },
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['node'],
    interpreter: '/usr/local/bin/node',
    ends: '2027-04-30',
  });
  has('docker.io/library/python:3.12', {
    ...root,
    name: 'python',
    entrypoint: [],
    cmd: ['python3'],
    interpreter: '/usr/local/bin/python3.12',
  });
  has('golang:1.26-alpine', { ...root, runtime: { language: 'go', version: '1.26' }, workdir: '/go' });
  has('eclipse-temurin:21-jre', {
    ...root,
    runtime: { language: 'java', version: '21' },
    cmd: [],
    interpreter: '/opt/java/openjdk/bin/java',
  });
  has('eclipse-temurin:21', { cmd: ['jshell'] });
  has('maven:3.9-eclipse-temurin-21', { runtime: { language: 'java', version: '21' } });
  has('gradle:8-jdk17', { runtime: { language: 'java', version: '17' } });
  has('php:8.3-fpm', { entrypoint: ['docker-php-entrypoint'], cmd: ['php-fpm'], workdir: '/var/www/html' });
  has('php:8.3-cli', { cmd: ['php', '-a'] });
  has('node', { runtime: { language: 'node', version: undefined } });
  has('nginx', { runtime: undefined, entrypoint: ['/docker-entrypoint.sh'], cmd: ['nginx', '-g', 'daemon off;'] });
  has('nginxinc/nginx-unprivileged:1', { user: '101' });
  has('node:24-nanoserver', { hasShell: undefined, os: undefined });
});

test('copies of official images', () => {
  has('mirror.gcr.io/library/node:22', { name: 'mirror.gcr.io/library/node', entrypoint: ['docker-entrypoint.sh'] });
  has('public.ecr.aws/docker/library/golang:1.26', { workdir: '/go' });
  assert.equal(findBase('mirror.gcr.io/node:22'), undefined);
});

test('Microsoft’s early builds are the images of the same name', () => {
  has('mcr.microsoft.com/dotnet/nightly/aspnet:7.0-jammy-chiseled', {
    name: 'mcr.microsoft.com/dotnet/nightly/aspnet',
    family: 'chiselled',
    user: '1654',
  });
  has('mcr.microsoft.com/dotnet/nightly/runtime-deps:8.0-jammy-chiseled-aot', {
    distroless: true,
    hasShell: false,
    user: '1654',
  });
  // Not in the data, and no whole Ubuntu or Azure Linux either.
  for (const tag of ['runtime-deps:8.0-cbl-mariner2.0-distroless', 'aspnet:10.0-preview-noble-chiseled'])
    assert.equal(findBase(`mcr.microsoft.com/dotnet/${tag}`), undefined, tag);
  assert.equal(findBase('registry.example.com/dotnet/nightly/aspnet:7.0-jammy-chiseled'), undefined);
});

test('which system an official tag means', () => {
  assert.equal(os('node:22'), 'debian12 glibc 2.36');
  assert.equal(os('node:26'), 'debian13 glibc 2.41');
  assert.equal(os('node:22-trixie-slim'), 'debian13 glibc 2.41');
  assert.equal(os('python:3.12-slim'), 'debian13 glibc 2.41');
  assert.equal(os('golang:1.26'), 'debian13 glibc 2.41');
  assert.equal(os('golang:1.22-alpine3.20'), 'alpine3.20 musl 1.2.5');
  assert.equal(os('eclipse-temurin:21'), 'ubuntu26.04 glibc 2.43');
  assert.equal(os('eclipse-temurin:11-jre-focal'), 'ubuntu20.04 glibc 2.31');
  // A tag with a patch number stays where it was made; which release that was, the data knows where the line never moved.
  assert.equal(os('python:3.12.1-slim'), 'debian glibc ?');
  assert.equal(os('golang:1.24.5'), 'debian glibc ?');
  assert.equal(os('golang:1.27.0-alpine'), 'alpine musl ?');
  assert.equal(os('nginx:1.27.3'), 'debian glibc ?');
  assert.equal(os('golang:1.26.3'), 'debian13 glibc 2.41');
  assert.equal(os('python:3.14.0-slim'), 'debian13 glibc 2.41');
  assert.equal(os('node:22.11.0-slim'), 'debian12 glibc 2.36');
  assert.equal(os('python:3.12.1-slim-bookworm'), 'debian12 glibc 2.36');
  // Too old for the data to know the release.
  assert.equal(os('node:20-alpine'), 'alpine musl ?');
  assert.equal(os('node:16'), 'debian glibc ?');
});

test('distributions', () => {
  assert.equal(os('debian'), 'debian13 glibc 2.41');
  assert.equal(os('debian:12-slim'), 'debian12 glibc 2.36');
  assert.equal(os('debian:11.6'), 'debian11 glibc 2.31');
  assert.equal(os('debian:bookworm-20240101'), 'debian12 glibc 2.36');
  assert.equal(os('ubuntu:22.04'), 'ubuntu22.04 glibc 2.35');
  assert.equal(os('ubuntu:noble'), 'ubuntu24.04 glibc 2.39');
  assert.equal(os('alpine:3.19.1'), 'alpine3.19 musl 1.2.4');
  assert.equal(os('alpine'), 'alpine3.24 musl 1.2.x');
  assert.equal(os('alpine:3.14'), 'alpine3.14 musl ?');
  assert.equal(os('alpine:edge'), 'alpine musl ?');
  assert.equal(os('ubuntu:16.04'), 'ubuntu16.04 glibc 2.23');
  assert.equal(os('debian:sid-slim'), 'debian glibc ?');
  assert.equal(os('nginx:1.21.6'), 'debian glibc ?');
  assert.equal(os('fedora:43'), 'fedora43 glibc 2.42');
  assert.equal(os('amazonlinux:2'), 'amazonlinux2 glibc 2.26');
  assert.equal(os('rockylinux:9'), 'rhel9 glibc 2.34');
  assert.equal(os('quay.io/centos/centos:stream9'), 'rhel9 glibc 2.34');
  assert.equal(os('registry.access.redhat.com/ubi8/ubi-minimal:8.10'), 'rhel8 glibc 2.28');
  has('debian', { user: 'root', hasShell: true, runtime: undefined, distroless: false });
  // CentOS 8 ended long before the Red Hat release whose libraries it has.
  assert.equal(base('centos:8').os?.endOfLife, undefined);
  assert.equal(base('registry.access.redhat.com/ubi9/ubi').os?.endOfLife, '2032-05-31');
  // Debian's long-term support is public.
  assert.equal(base('debian:12').os?.endOfLife, '2028-06-30');
  assert.equal(base('ubuntu:20.04').os?.endOfLife, '2025-05-31');
});

test('what replaces the image of a language', () => {
  const first = (reference: string) => base(reference).replacements[0];
  assert.equal(first('golang:1.26'), 'gcr.io/distroless/static-debian13:nonroot');
  assert.equal(first('rust:1'), 'gcr.io/distroless/cc-debian13:nonroot');
  assert.equal(first('node:22-alpine'), 'gcr.io/distroless/nodejs22-debian13:nonroot');
  assert.equal(first('node:20'), 'gcr.io/distroless/nodejs22-debian13:nonroot');
  assert.equal(first('node:25'), 'gcr.io/distroless/nodejs26-debian13:nonroot');
  assert.equal(first('python:3.13'), 'gcr.io/distroless/python3-debian13:nonroot');
  assert.equal(first('python:3.12'), 'dhi.io/python:3.12-debian13');
  assert.equal(first('python:3.9'), undefined);
  assert.equal(first('eclipse-temurin:21'), 'gcr.io/distroless/java21-debian13:nonroot');
  assert.deepEqual(base('eclipse-temurin:11').replacements, [
    'dhi.io/eclipse-temurin:11-debian13',
    'gcr.io/distroless/java17-debian13:nonroot',
    'gcr.io/distroless/java21-debian13:nonroot',
  ]);
  assert.equal(first('php:8.3-fpm'), 'dhi.io/php:8.3-debian13-fpm');
  assert.equal(first('php:8.3-apache'), undefined);
  assert.equal(first('debian:12'), undefined);
});

test('every fact has a source', () => {
  for (const name of [
    'gcr.io/distroless/static',
    'gcr.io/distroless/nodejs:18',
    'cgr.dev/chainguard/node',
    'dhi.io/node:24',
    'node',
    'debian',
    'scratch',
  ]) {
    assert.ok(base(name).sources.length > 0 && base(name).sources.every((source) => source !== ''), name);
  }
});

test('what Google gave up long ago is still of Debian, and static images have no C library', () => {
  assert.equal(os('gcr.io/distroless/static-debian9'), 'debian9 none ?');
  assert.equal(os('gcr.io/distroless/static-debian10:nonroot'), 'debian10 none ?');
  assert.equal(os('gcr.io/distroless/base-debian10'), 'debian10 glibc 2.28');
  assert.equal(os('gcr.io/distroless/cc-debian11'), 'debian11 glibc 2.31');
  assert.equal(os('gcr.io/distroless/nodejs:16'), 'debian11 glibc 2.31');
  assert.equal(os('gcr.io/distroless/java8'), 'debian glibc ?');
});

test('Google: a digest without a tag may be that of nonroot', () => {
  const static13 = 'gcr.io/distroless/static-debian13';
  has(`${static13}${digest}`, { user: undefined, workdir: undefined, hasShell: false });
  has(`${static13}:latest${digest}`, { user: '0', workdir: '/' });
  has(`${static13}:nonroot${digest}`, { user: '65532', workdir: '/home/nonroot' });
});

test('a digest without a tag tells no release', () => {
  for (const name of ['golang', 'node', 'python', 'rust']) has(`${name}${digest}`, { os: undefined });
  has(`golang${digest}`, { runtime: { language: 'go', version: undefined }, hasShell: true });
  assert.equal(os(`golang:1.27-trixie${digest}`), 'debian13 glibc 2.41');
  assert.equal(os(`alpine${digest}`), 'alpine musl ?');
});

test('an old or unknown release of a distribution that is known', () => {
  assert.equal(os('ubuntu:22.10'), 'ubuntu22.10 glibc 2.36');
  assert.equal(os('ubuntu:16.04'), 'ubuntu16.04 glibc 2.23');
  assert.equal(os('debian:forky'), 'debian glibc ?');
  assert.equal(os('gcc:12'), 'debian glibc ?');
  assert.equal(os('gcc:14-bookworm'), 'debian12 glibc 2.36');
  assert.equal(os('elixir:1.18-alpine'), 'alpine musl ?');
});
