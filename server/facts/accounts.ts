/** Users and groups of base images: what is in their /etc/passwd and /etc/group. */
import type { Base } from '../bases/base.ts';

export interface Account {
  readonly name: string;
  /** `uid:gid`. */
  readonly number: string;
}

export interface Accounts {
  readonly users: readonly Account[];
  readonly groups: readonly string[];
  /** No other user and no other group is in the image. */
  readonly complete: boolean;
}

const nonroot: Account = { name: 'nonroot', number: '65532:65532' };
const nobody: Account = { name: 'nobody', number: '65534:65534' };

/** GoogleContainerTools/distroless@common/BUILD.bazel (passwd, group) and common/variables.bzl, looked up again on 2026-11-21. */
const google: Accounts = {
  users: [nonroot, nobody],
  groups: ['root', 'nobody', 'tty', 'staff', 'nonroot'],
  complete: true,
};

/** dotnet/dotnet-docker: the chiselled images take over the lines of root and of the user that they add. */
const dotnet: Accounts = { users: [{ name: 'app', number: '1654:1654' }], groups: ['root', 'app'], complete: true };

/** docker-hardened-images/catalog: the accounts of each image's definition. */
const hardened: readonly (readonly [image: RegExp, account: Account])[] = [
  [/\/node$/, { name: 'node', number: '1000:1000' }],
  [/\/deno$/, { name: 'deno', number: '1993:1993' }],
  [/\/nginx$/, { name: 'nginx', number: '65532:65532' }],
];

/** chainguard-images/images@images/NAME/locked_config.json: one user of the image's own, with the same number in each. */
const chainguard: ReadonlyMap<string, string> = new Map([
  ['node', 'node'],
  ['nginx', 'nginx'],
  ['jre', 'java'],
  ['jdk', 'java'],
  ['php', 'php'],
  ['git', 'git'],
  ['redis', 'redis'],
  ['valkey', 'valkey'],
  ['mongodb', 'mongo'],
]);

/** The official images' own users: nodejs/docker-node, gradle/docker-gradle, nginxinc/docker-nginx. */
const official: ReadonlyMap<string, Account> = new Map([
  ['node', { name: 'node', number: '1000:1000' }],
  ['gradle', { name: 'gradle', number: '1000:1000' }],
  ['nginx', { name: 'nginx', number: '101:101' }],
  ['nginxinc/nginx-unprivileged', { name: 'nginx', number: '101:101' }],
]);

/** Undefined: nothing is known. */
export function accountsOf(base: Base): Accounts | undefined {
  const short = base.name.slice(base.name.lastIndexOf('/') + 1);
  switch (base.family) {
    case 'google':
      return google;
    case 'scratch':
      return { users: [], groups: [], complete: true };
    case 'chiselled':
      return base.name.startsWith('mcr.microsoft.com/dotnet/') ? dotnet : undefined;
    case 'dhi':
      return {
        users: [hardened.find(([image]) => image.test(base.name))?.[1] ?? nonroot],
        groups: [],
        complete: false,
      };
    case 'chainguard':
      return {
        users: [{ name: chainguard.get(short) ?? 'nonroot', number: nonroot.number }, nobody],
        groups: [],
        complete: false,
      };
    default: {
      const own = official.get(base.name);
      return own && { users: [own], groups: [], complete: false };
    }
  }
}
