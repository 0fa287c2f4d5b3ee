/**
 * The packages of Debian that Google's images are made of (GoogleContainerTools/distroless, November 2026: the config.bzl of static, base, cc, python3,
 * nodejs and java), for Debian 13, without the suffix “t64” that some have there.
 */

const STATIC = 'base-files ca-certificates media-types netbase tzdata';
const BASE = `${STATIC} libc6 libssl3 libzstd1 zlib1g`;
const CC = `${BASE} libgcc-s1 libgomp1 libstdc++6`;
const PYTHON = `${CC} libbz2-1.0 libc-bin libcom-err2 libcrypt1 libdb5.3 libexpat1 libffi8 libgssapi-krb5-2 libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 liblzma5
 libncursesw6 libnsl2 libreadline8 libsqlite3-0 libtinfo6 libtirpc3 libuuid1`;
const JAVA = `${STATIC} libc6 zlib1g libgcc-s1 libstdc++6 fontconfig-config fonts-dejavu-core libbrotli1 libbz2-1.0 libcrypt1 libexpat1 libfontconfig1 libfreetype6
 libjpeg62-turbo liblcms2-2 libpng16-16 libuuid1`;

/** By the name of the image, such as `gcr.io/distroless/cc-debian13`. Undefined: another image, or one without a C library. */
export function packagesOfBase(name: string): readonly string[] | undefined {
  const short = /^gcr\.io\/distroless\/([a-z-]+)/.exec(name)?.[1]?.replace(/-debian$/, '');
  const packages = { base: BASE, cc: CC, python: PYTHON, nodejs: CC, java: JAVA, 'java-base': JAVA }[short ?? ''];
  return packages?.split(/\s+/);
}
