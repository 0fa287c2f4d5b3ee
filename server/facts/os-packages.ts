/**
 * What packages of the operating system are for, as far as an image that ships is concerned; by the names that Debian, Ubuntu, Alpine and
 * Fedora give them. Sources: the package descriptions and file lists of Debian 12 and 13 (packages.debian.org), Alpine 3.22's APKINDEX
 * (pkgs.alpinelinux.org), and for `base` the package lists of GoogleContainerTools/distroless (static, base, cc); November 2026.
 */

/**
 * `base`: every distroless base has it. `build`: compilers, headers, fetching and unpacking. `people`: for somebody who looks into a
 * container. `fetch`: a build downloads with it, and in what ships people and health checks ask with it. `tool`: a build uses it, and so may a program that starts others. `init`: a process 1. `library`: shared libraries and nothing
 * else that is read at run time. `unknown`: the program may need it.
 */
export type PackagePurpose = 'base' | 'build' | 'people' | 'fetch' | 'tool' | 'init' | 'library' | 'unknown';

export function purposeOfOsPackage(name: string): PackagePurpose {
  return BY_NAME.get(name) ?? BY_PATTERN.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown';
}

const named = (purpose: PackagePurpose, names: string) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, purpose] as const);

const BY_NAME: ReadonlyMap<string, PackagePurpose> = new Map([
  ...named(
    'base',
    'ca-certificates ca-certificates-bundle tzdata tzdata-legacy netbase media-types mailcap base-files',
  ),
  // Alpine's glibc shims: on Debian's C library there is nothing for them to do.
  ...named(
    'base',
    'libc6 libc6-compat gcompat musl musl-locales zlib1g libssl3 libssl3t64 libstdc++6 libgcc-s1 libgomp1 libc-bin',
  ),
  ...named(
    'build',
    `alpine-sdk apt-transport-https apt-utils autoconf automake autotools-dev binutils bison bzip2 build-base build-essential byacc cargo
     ccache clang cmake coreutils debhelper diffutils dirmngr dpkg-dev fakeroot findutils flex g++ gawk gcc gcc-c++ gettext gfortran glide
     go golang golang-go gradle grep gzip jq libc-dev libc6-dev libtool linux-headers linux-headers-generic linux-libc-dev lld llvm
     lsb-release make maven meson musl-dev musl-tools nasm ninja ninja-build nodejs npm patch patchelf pkg-config pkgconf pkgconfig
     protobuf protobuf-compiler protobuf-dev protoc rustc sed software-properties-common swig tar unzip upx upx-ucl xz xz-utils yarn yasm zip`,
  ),
  ...named('fetch', 'curl wget'),
  ...named('tool', 'git git-lfs gnupg gnupg2 gpg openssh openssh-client openssh-client-default rsync'),
  ...named(
    'people',
    `bash bash-completion bind-tools busybox-extras dnsutils fish gdb htop iproute2 iputils iputils-ping less locales man-db mc nano
     net-tools netcat netcat-openbsd netcat-traditional nmap procps screen strace sudo tcpdump telnet tmux tree vim vim-tiny zsh`,
  ),
  ...named('init', 'tini tini-static dumb-init'),
  ...named(
    'library',
    `libpq5 libmariadb3 libsqlite3-0 libxml2 libxslt1.1 libexslt0 libyaml-0-2 libffi8 libffi7 libgmp10 libmpfr6 libcurl4 libcurl4t64
     libcurl3-gnutls libevent-2.1-7 libevent-2.1-7t64 libuv1 libuv1t64 libsodium23 libzmq5 librdkafka1 libsnappy1v5 liblz4-1 libzstd1
     libbrotli1 libjemalloc2 libatomic1 libldap-2.5-0 libldap2 libsasl2-2 libjpeg62-turbo libpng16-16 libpng16-16t64 libwebp7
     libtiff6 libtiff5 libfreetype6 libopenjp2-7 liblcms2-2 libgif7 libgeos-c1v5 libexpat1 libpcre2-8-0 libpcre3 libonig5 libzip4
     libzip4t64 libprotobuf32 libprotobuf32t64 libboost-system1.74.0 libboost-system1.83.0 libhiredis0.14 libhiredis1.1.0 libglib2.0-0
     libglib2.0-0t64 libmemcached11 libmemcached11t64 libtinfo6 libncurses6 libncursesw6 libreadline8 libreadline8t64 libbz2-1.0 liblzma5
     libnghttp2-14 libidn2-0 libunistring5 libseccomp2 libcap2 libuuid1 libsystemd0 libspdlog1.10 libfmt9 libjsoncpp25 libc-ares2`,
  ),
]);

const BY_PATTERN: readonly (readonly [RegExp, PackagePurpose])[] = [
  [/^(gcc|g\+\+|clang|llvm|golang|go)-\d/, 'build'],
  // Debian's has its data in a library too (libicudata); Alpine's icu-libs has not.
  [/^libicu\d+$/, 'library'],
];

/** Libraries that are little without files of data, plugins, fonts or programs beside them: copying what is linked is not enough. */
export function needsMoreThanLibraries(name: string): boolean {
  return MORE.test(name);
}

const MORE =
  /^icu-|^lib(asound|atk|atspi|cups|dbus|drm|enchant|fontconfig|gbm|gdal|gdk|geoip|gl[0-9]|glx|gphoto|gs[0-9]|gstreamer|gtk|magic|magick|graphicsmagick|notify|nss|nspr|pango|perl|proj|pulse|python|reoffice|rsvg|ruby|sane|secret|tcl|tesseract|usb|v4l|va[0-9]|vlc|vulkan|wayland|webkit|x11|xcb|xcomposite|xdamage|xext|xfixes|xi[0-9]|xkb|xrandr|xrender|xss|xtst)/;
