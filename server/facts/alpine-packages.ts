/**
 * What Alpine’s packages are called in Debian 12 and 13: packages that builds install, and libraries. Compared with the package lists of both,
 * November 2026. Empty: there is nothing to install, because Debian’s images have it, or because only Alpine needs it.
 */
export const inDebian: ReadonlyMap<string, readonly string[]> = new Map(
  `alpine-sdk build-essential
  autoconf autoconf
  automake automake
  bash bash
  binutils binutils
  build-base build-essential
  bzip2 bzip2
  bzip2-dev libbz2-dev
  ca-certificates ca-certificates
  ca-certificates-bundle
  cairo libcairo2
  cairo-dev libcairo2-dev
  cargo cargo
  clang clang
  cmake cmake
  coreutils
  curl curl
  curl-dev libcurl4-openssl-dev
  cyrus-sasl-dev libsasl2-dev
  dumb-init dumb-init
  ffmpeg ffmpeg
  file file
  findutils
  font-dejavu fonts-dejavu
  font-liberation fonts-liberation
  font-noto fonts-noto-core
  font-noto-cjk fonts-noto-cjk
  fontconfig fontconfig
  freetype libfreetype6
  freetype-dev libfreetype-dev
  fribidi-dev libfribidi-dev
  g++ g++
  gcc gcc
  gcompat
  gdk-pixbuf libgdk-pixbuf-2.0-0
  geos-dev libgeos-dev
  gettext gettext
  ghostscript ghostscript
  gifsicle gifsicle
  git git
  glib libglib2.0-0
  gmp-dev libgmp-dev
  gnupg gnupg
  graphviz graphviz
  grep
  harfbuzz libharfbuzz0b
  harfbuzz-dev libharfbuzz-dev
  hdf5-dev libhdf5-dev
  imagemagick imagemagick
  jemalloc libjemalloc2
  jpeg libjpeg62-turbo
  jpeg-dev libjpeg62-turbo-dev
  jpegoptim jpegoptim
  jq jq
  krb5-dev libkrb5-dev
  lapack liblapack3
  lapack-dev liblapack-dev
  lcms2-dev liblcms2-dev
  libc-dev libc6-dev
  libc6-compat
  libffi
  libffi-dev libffi-dev
  libgcc
  libgomp
  libjpeg-turbo libjpeg62-turbo
  libjpeg-turbo-dev libjpeg62-turbo-dev
  libmagic libmagic1
  libmaxminddb libmaxminddb0
  libmemcached-dev libmemcached-dev
  libpq libpq5
  libpq-dev libpq-dev
  librdkafka librdkafka1
  librdkafka-dev librdkafka-dev
  libressl-dev libssl-dev
  libsndfile libsndfile1
  libsodium libsodium23
  libssl3
  libstdc++
  libtool libtool
  libwebp-dev libwebp-dev
  libxml2 libxml2
  libxml2-dev libxml2-dev
  libxslt libxslt1.1
  libxslt-dev libxslt1-dev
  linux-headers linux-libc-dev
  lz4-dev liblz4-dev
  make make
  mariadb-connector-c libmariadb3
  mariadb-connector-c-dev default-libmysqlclient-dev
  mariadb-dev default-libmysqlclient-dev
  mediainfo mediainfo
  musl
  musl-dev libc6-dev
  musl-locales
  ncurses-dev libncurses-dev
  openblas libopenblas0
  openblas-dev libopenblas-dev
  openjpeg-dev libopenjp2-7-dev
  openldap-dev libldap-dev
  openssh-client openssh-client
  openssl openssl
  openssl-dev libssl-dev
  optipng optipng
  pango libpangoft2-1.0-0
  patch patch
  pcre2-dev libpcre2-dev
  pkgconf pkgconf
  pkgconfig pkgconf
  pngquant pngquant
  poppler-utils poppler-utils
  portaudio libportaudio2
  postgresql-dev libpq-dev
  postgresql-libs libpq5
  procps procps
  py3-setuptools
  python3 python3
  python3-dev
  readline-dev libreadline-dev
  rust rustc
  snappy libsnappy1v5
  snappy-dev libsnappy-dev
  sox sox
  sqlite sqlite3
  sqlite-dev libsqlite3-dev
  sqlite-libs
  tar
  tesseract-ocr tesseract-ocr
  tiff-dev libtiff-dev
  tini tini
  ttf-dejavu fonts-dejavu
  ttf-liberation fonts-liberation
  tzdata tzdata
  unixodbc unixodbc
  unixodbc-dev unixodbc-dev
  unzip unzip
  util-linux
  vips libvips42
  wget wget
  xz xz-utils
  xz-dev liblzma-dev
  yaml-dev libyaml-dev
  zbar libzbar0
  zeromq libzmq5
  zeromq-dev libzmq3-dev
  zip zip
  zlib
  zlib-dev zlib1g-dev
  zstd-dev libzstd-dev`
    .split('\n')
    .map((line) => line.trim().split(' '))
    .map(([alpine = '', ...debian]) => [alpine, debian] as const),
);
