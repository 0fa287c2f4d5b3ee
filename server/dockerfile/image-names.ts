/** Which texts can be names of images and of platforms. */

/** distribution/reference, ParseNormalizedNamed: [HOST[:PORT]/]PATH[:TAG][@DIGEST]. */
export function isReference(text: string): boolean {
  if (/^[a-f0-9]{64}$/.test(text)) return false;
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  // The first part is a host only if it looks like one.
  const isHost = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  if (isHost && !isHostName(first)) return false;
  const [, path = '', tag, digest] =
    /^([^:@]*)(?::([^:@]*))?(?:@(.*))?$/s.exec(isHost ? text.slice(slash + 1) : text) ?? [];
  const isOfficial = slash < 0 || (/^(index\.)?docker\.io$/.test(first) && !path.includes('/'));
  return (
    path.length + (isOfficial ? 'library/'.length : 0) <= 255 &&
    path.split('/').every((part) => /^[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*$/.test(part)) &&
    (tag === undefined || /^\w[\w.-]{0,127}$/.test(tag)) &&
    (digest === undefined || isDigest(digest))
  );
}

function isHostName(text: string): boolean {
  const host = text.replace(/:\d+$/, '');
  return (
    /^\[[0-9A-Fa-f:]+\]$/.test(host) ||
    host.split('.').every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label))
  );
}

/** opencontainers/go-digest: of the algorithms that it knows. */
export const isDigest = (text: string): boolean =>
  /^(sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/.test(text);

/** containerd/platforms, Parse: OS, ARCH, OS/ARCH or OS/ARCH/VARIANT, with a version of the OS in brackets. */
export function isPlatform(text: string): boolean {
  const [os = '', ...more] = text.split('/');
  const [, name] = /^([\w-]+)(?:\([\w.%-]*(?:\+[\w.%-]+)*\))?$/.exec(os) ?? [];
  if (name === undefined || more.length > 2 || !more.every((part) => /^[\w.-]+$/.test(part))) return false;
  return more.length > 0 || KNOWN.has(name.toLowerCase());
}

/** Systems and architectures, each of which may stand alone. */
const KNOWN = new Set(
  'aix android darwin macos dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos 386 i386 amd64 x86_64 x86-64 amd64p32 arm armhf armel armbe arm64 aarch64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'.split(
    ' ',
  ),
);
