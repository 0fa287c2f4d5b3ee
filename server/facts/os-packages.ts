/**
 * What packages of the operating system are for, as far as an image that ships is concerned; by the names that Debian, Ubuntu, Alpine and
 * Fedora give them. Sources: the package descriptions and file lists of Debian 12 and 13 (packages.debian.org), Alpine 3.22's APKINDEX
 * (pkgs.alpinelinux.org), and for `base` the package lists of GoogleContainerTools/distroless (static, base, cc); November 2026. Of every
 * `library`, `data` and `program`, what it depends on and what its installation does besides unpacking (postinst) was looked through in Debian 12 and 13.
 */

/**
 * `base`: every distroless base has it. `build`: compilers, headers, fetching and unpacking. `people`: for somebody who looks into a
 * container. `fetch`: a build downloads with it, and in what ships people and health checks ask with it. `tool`: a build uses it, and so may a program that starts others. `init`: a process 1. `library`: shared
 * libraries, and what these read at run time. `data`: only read: fonts, models, dictionaries. `program`: compiled programs that need neither a shell, nor a
 * service, nor settings that their installation makes. Of these three the files are enough. `unknown`: the program may need it.
 */
export type PackagePurpose =
  | 'base'
  | 'build'
  | 'people'
  | 'fetch'
  | 'tool'
  | 'init'
  | 'library'
  | 'data'
  | 'program'
  | 'unknown';

export function purposeOfOsPackage(name: string): PackagePurpose {
  return BY_NAME.get(name) ?? BY_PATTERN.find(([pattern]) => pattern.test(name))?.[1] ?? 'unknown';
}

/** The files of such a package do what the package does, with those of what it depends on: nothing of it is in its installation. */
export const isFilesOnly = (purpose: PackagePurpose): boolean => /^(library|data|program)$/.test(purpose);

/**
 * A library by its name alone: Debian Policy 8.1 has the version of the soname at its end. Not those of toolkits with services for each session (their
 * closure has dbus and systemd), of interpreters, or that the C library asks for accounts.
 */
export function isNamedLikeLibrary(name: string): boolean {
  return (
    /^lib[a-z0-9.+-]*\d([a-z]|v5|t64|ldbl)?$/.test(name) &&
    !/^lib(gtk|webkit|javascriptcore|wx|qt|kf\d|pam|nss-|perl|python|ruby|php|vlc|reoffice|gl1|egl1)/.test(name)
  );
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
     libnghttp2-14 libidn2-0 libunistring5 libseccomp2 libcap2 libuuid1 libsystemd0 libspdlog1.10 libfmt9 libjsoncpp25 libc-ares2
     libmagic1 libmagic1t64 libmagic-mgc libzbar0 libzbar0t64 libdmtx0b libdmtx0t64 libaio1 libaio1t64 libargon2-1 libxmlsec1 libxmlsec1t64 libxmlsec1-openssl
     libxmlsec1t64-openssl libusb-1.0-0 libhidapi-libusb0 libpcap0.8 libpcap0.8t64 libmaxminddb0 libsasl2-modules libldap-common libgssapi-krb5-2 libkrb5-3
     unixodbc unixodbc-common odbcinst libodbc2 libodbccr2 tdsodbc odbc-postgresql libsqlite3-mod-spatialite libspatialite7 libspatialite8 libspatialite8t64
     libspatialindex6 libspatialindex8 libgeos3.11.1 libgeos3.13.1 libproj25 libgdal32 libgdal36 libhdf5-103-1 libhdf5-310
     libblas3 liblapack3 libopenblas0 libopenblas0-pthread libgfortran5 libquadmath0 libnuma1 libtcmalloc-minimal4 libtcmalloc-minimal4t64
     libsm6 libice6 libx11-6 libxext6 libxrender1 libxcb1 libxi6 libxtst6 libxrandr2
     libvips libvips42 libvips42t64 libmagickwand-6.q16-6 libmagickwand-7.q16-10 libmagickcore-6.q16-6 libmagickcore-6.q16-6-extra libmagickcore-7.q16-10
     libmagickcore-7.q16-10-extra libgraphicsmagick-q16-3 libgraphicsmagick-q16-3t64 libheif1 libexif12 libavif15 libavif16 libimagequant0 libraqm0
     libfontconfig1 libpango-1.0-0 libpangoft2-1.0-0 libpangocairo-1.0-0 libcairo2 libcairo-gobject2 libharfbuzz0b libharfbuzz-subset0 libfribidi0
     libgdk-pixbuf-2.0-0 librsvg2-2 librsvg2-common libgirepository-1.0-1 gir1.2-glib-2.0 gir1.2-pango-1.0 gir1.2-rsvg-2.0
     libsndfile1 libportaudio2 libopus0 libvorbis0a libvorbisfile3 libmp3lame0 libsamplerate0 libsox3 libsox-fmt-all libespeak-ng1 libtesseract5
     liblept5 libleptonica6 libpoppler-cpp0v5 libmediainfo0v5 libarchive13 libarchive13t64 libhunspell-1.7-0 libtidy5deb1 libtidy58 libgit2-1.5 libgit2-1.9
     libssh2-1 libssh2-1t64 libleveldb1d librocksdb7.8 librocksdb9.10 libsnmp40 libsnmp40t64 libgd3`,
  ),
  ...named(
    'data',
    `fontconfig fontconfig-config iso-codes geoip-database proj-data ncurses-base ncurses-term poppler-data mariadb-common mysql-common libgdk-pixbuf2.0-common
     shared-mime-info`,
  ),
  ...named(
    'program',
    `antiword espeak-ng ffmpeg file ghostscript gifsicle graphviz imagemagick jpegoptim mediainfo mmdb-bin openssl optipng pandoc pngquant poppler-utils redis-tools
     sox sqlite3 tesseract-ocr unrtf webp`,
  ),
]);

const BY_PATTERN: readonly (readonly [RegExp, PackagePurpose])[] = [
  [/^(gcc|g\+\+|clang|llvm|golang|go)-\d/, 'build'],
  // Debian's has its data in a library too (libicudata); Alpine's icu-libs has not.
  [/^libicu\d+$/, 'library'],
  [/^(fonts-[a-z0-9-]+|ttf-(dejavu|freefont|liberation)\S*|tesseract-ocr-[a-z-]+|hunspell-[a-z-]+)$/, 'data'],
];

/**
 * What the installation of packages writes for others to read (their postinst and triggers in Debian 12 and 13): no list of a package names it. It is
 * needed where the folder that it lies in comes along.
 */
export const WRITTEN_BY_INSTALLATION: readonly (readonly [names: RegExp, paths: string])[] = [
  [/odbc/, '/etc/odbcinst.ini'],
  [/^tdsodbc$/, '/etc/freetds/freetds.conf'],
  [/^graphviz$/, '/usr/lib/*/graphviz/config6a'],
  [
    /font|pango|cairo|magick|vips|rsvg|gd3|gdal|poppler|tesseract|opencv|ffmpeg|graphviz|ghostscript|webp/,
    '/etc/fonts/conf.d/*',
  ],
  [/gdk-pixbuf|rsvg|vips|ffmpeg|graphviz/, '/usr/lib/*/gdk-pixbuf-2.0/*/loaders.cache /usr/share/mime/mime.cache'],
];

/** Packages that depend on one of several of a kind, which update-alternatives chooses by links of its own. */
export const WITH_ALTERNATIVES =
  /blas|lapack|armadillo|gdal|gsl|ipopt|opencv|ffmpeg|magick|mariadb|mysql|arpack|suitesparse|spatialite/;

/** Headers of libraries that bindings open by name when they run: the library that comes with them. */
export const libraryOf: ReadonlyMap<string, string> = new Map([
  ['libmagic-dev', 'libmagic1'],
  ['libzbar-dev', 'libzbar0'],
  ['libpango1.0-dev', 'libpangoft2-1.0-0'],
  ['libcairo2-dev', 'libcairo2'],
  ['libgdk-pixbuf2.0-dev', 'libgdk-pixbuf-2.0-0'],
  ['libgdk-pixbuf-2.0-dev', 'libgdk-pixbuf-2.0-0'],
  ['libenchant-2-dev', 'libenchant-2-2'],
  ['librsvg2-dev', 'librsvg2-2'],
]);

/** Libraries that are little without files of data, plugins, fonts or programs beside them: copying what is linked is not enough. */
export function needsMoreThanLibraries(name: string): boolean {
  return MORE.test(name);
}

const MORE =
  /^(icu-|unixodbc|odbc|tdsodbc|gir1)|^lib(odbc|sasl2-modules|xmlsec|espeak|hunspell|sox|spatialite|asound|atk|atspi|cups|dbus|drm|enchant|fontconfig|gbm|gdal|gdk|geoip|gl[0-9]|glx|gphoto|gs[0-9]|gstreamer|gtk|magic|magick|graphicsmagick|notify|nss|nspr|pango|perl|proj|pulse|python|reoffice|rsvg|ruby|sane|secret|tcl|tesseract|usb|v4l|va[0-9]|vlc|vulkan|wayland|webkit|x11|xcb|xcomposite|xdamage|xext|xfixes|xi[0-9]|xkb|xrandr|xrender|xss|xtst)/;
