/**
 * What an image should keep, whatever else lies around it: certificates, time zones, accounts, loaders and the C library, licences, records of packages. No
 * category may call it clutter.
 */
import { withUsr } from './paths.ts';

export const isKept = (path: string): boolean => kept.test(withUsr(path));

const kept = new RegExp(
  `^(?:${[
    '/etc/ssl/certs/.*',
    '/etc/ssl/cert\\.pem',
    '/etc/pki/(?:tls/certs|ca-trust)/.*',
    '/usr/(?:local/)?share/ca-certificates/.*',
    '/usr/share/zoneinfo/.*',
    '/etc/(?:localtime|timezone|passwd|group|nsswitch\\.conf|services|protocols|ethertypes|rpc|mime\\.types)',
    '/etc/(?:hosts|hostname|resolv\\.conf|os-release|ld\\.so\\.cache|ld\\.so\\.conf(?:\\.d/.*)?)',
    '/usr/lib/os-release',
    '/usr/lib(?:32|64)?/(?:[^/]+/)?ld-(?:linux|musl)[^/]*',
    '/usr/lib(?:64)?/(?:[^/]+/)?lib(?:c|m|pthread|dl|rt|resolv|nss_files|nss_dns|gcc_s|stdc\\+\\+|gomp|atomic|ssl|crypto)[.-][^/]*so[^/]*',
    '/usr/lib(?:64)?/(?:[^/]+/)?libc\\.musl[^/]*',
    '/usr/lib/ssl/openssl\\.cnf',
    '/usr/lib/locale/C\\.(?:utf8|UTF-8)/.*',
    '/var/lib/dpkg/(?:status|status\\.d/.*|info/.*|available)',
    '/usr/lib/apk/db/.*',
    '/(?:var/lib|usr/lib/sysimage|usr/share)/rpm/.*',
    '/var/lib/(?:rpmmanifest|chisel|db/sbom)/.*',
    '/usr/share/doc/[^/]+/copyright',
    '/usr/share/(?:licenses|common-licenses)/.*',
  ].join('|')})$`,
);
