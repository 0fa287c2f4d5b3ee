/**
 * Packages that serve people and builds, not a running application; by the names that Debian, Alpine and Fedora give them. Those of Debian are in
 * bookworm's package lists of 2026-11-21, but for what only the others have (such as gcc-c++, build-base, bind-tools).
 */

/** What a tool is for, as it stands in a sentence after “is for”. */
export type Purpose = 'building' | 'downloading' | 'editing' | 'debugging' | 'reading documentation';

/** Headers and what else is only linked against. Some load the library by the name that only such a package has, so it alone says little. */
export const isDevelopmentPackage = (name: string): boolean => /[a-z0-9+.]-(dev|devel)$/.test(name);

export function purposeOfPackage(name: string): Purpose | undefined {
  return BY_NAME.get(name) ?? BY_PATTERN.find(([pattern]) => pattern.test(name))?.[1];
}

/** The program that a package of another name brings. */
export const programsOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['netcat', ['nc', 'netcat']],
  ['netcat-openbsd', ['nc', 'netcat']],
  ['netcat-traditional', ['nc', 'netcat']],
  ['maven', ['mvn']],
  ['golang', ['go']],
  ['golang-go', ['go']],
  ['neovim', ['nvim']],
  ['httpie', ['http', 'https']],
  ['delve', ['dlv']],
]);

const list = (purpose: Purpose, names: string): [string, Purpose][] => names.split(' ').map((name) => [name, purpose]);

const BY_NAME: ReadonlyMap<string, Purpose> = new Map([
  ...list(
    'building',
    'gcc g++ gcc-c++ clang llvm make cmake ninja ninja-build meson autoconf automake libtool pkg-config pkgconf pkgconfig bison flex nasm yasm build-essential build-base alpine-sdk musl-dev libc-dev libc6-dev linux-headers kernel-headers rpm-build dpkg-dev devscripts cargo rustc golang golang-go maven gradle patch ccache scons fakeroot debhelper checkinstall node-gyp',
  ),
  ...list('downloading', 'curl wget aria2 axel httpie'),
  ...list('editing', 'vim vim-tiny vim-nox vim-minimal vim-enhanced nano emacs emacs-nox neovim joe mcedit'),
  ...list(
    'debugging',
    'gdb gdbserver gdb-minimal strace ltrace lldb valgrind perf tcpdump nmap nmap-ncat netcat netcat-openbsd netcat-traditional ncat telnet htop iputils-ping dnsutils bind9-dnsutils bind-tools bind-utils net-tools lsof tmux screen traceroute mtr delve sysstat iotop',
  ),
  ...list('reading documentation', 'man-db man manpages manpages-dev man-pages mandoc info texinfo'),
]);

const BY_PATTERN: readonly (readonly [RegExp, Purpose])[] = [
  [/^(gcc|g\+\+|clang|llvm|golang)-?\d+(\.\d+)*$/, 'building'],
  [/[a-z0-9+.]-docs?$/, 'reading documentation'],
];
