/** All that is tried, and what is not. */
import * as find from './cannot-find.ts';
import * as link from './cannot-link.ts';
import * as commands from './commands.ts';
import * as allowed from './not-allowed.ts';
import * as programs from './programs.ts';
import * as python from './python.ts';
import type { NearMiss, NotTried, Trial } from './trial.ts';

const parts = [commands, programs, link, find, python, allowed];
export const trials: readonly Trial[] = parts.flatMap((part) => part.trials);
export const nearMisses: readonly NearMiss[] = parts.flatMap((part) => part.nearMisses);

export const notTried: readonly NotTried[] = [
  {
    rule: 'missing-interpreter',
    what: 'Docker Hardened Images, whose entrypoint is no interpreter',
    why: 'they are made of packages of their vendor’s, and pulled only with a login',
  },
  {
    rule: 'java-jar',
    what: 'Chainguard’s java, which starts without -jar',
    why: 'it is made of packages of their vendor’s; plain java is tried on Google’s',
  },
  {
    rule: 'other-libc',
    what: 'from Debian on Alpine',
    why: 'no image of Alpine can be made of Debian’s packages; from musl to glibc is tried',
  },
  {
    rule: 'other-openssl',
    what: 'OpenSSL 1.1, of Debian 11 and Ubuntu 20.04',
    why: 'Debian’s archive has neither any more',
  },
  {
    rule: 'prisma-target',
    what: 'an engine for another system',
    why: 'Prisma’s engines come from a server of its own, not from a registry of packages',
  },
  {
    rule: 'bare-scratch',
    what: '/etc/nsswitch.conf',
    why: 'it takes Go before 1.16, which Debian 12 and 13 have not; the rule names what was tried by hand',
  },
  {
    rule: 'dotnet-extra',
    what: 'ICU and time zones',
    why: 'neither Debian nor a registry of packages has .NET’s SDK and runtime',
  },
  {
    rule: 'named-user',
    what: 'Kubernetes with runAsNonRoot',
    why: 'there is no kubelet here; docker starts a user by name and by number',
  },
  {
    rule: 'low-port',
    what: 'Kubernetes',
    why: 'there is none here; docker is tried in both kinds of network',
  },
];
