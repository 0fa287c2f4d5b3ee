/**
 * Crates that link to a shared library of the system, after their build scripts (crates.io, November 2026). `bundled` is the crate that is among
 * their dependencies in Cargo.lock when they are built with a copy of their own.
 */
export const rustLibraries: ReadonlyMap<
  string,
  {
    readonly library: string;
    readonly bundled?: string /** Google's `cc` image has it. */;
    readonly inBase?: true;
  }
> = new Map<string, { readonly library: string; readonly bundled?: string; readonly inBase?: true }>([
  [
    'openssl-sys',
    {
      library: 'libssl.so.3',
      bundled: 'openssl-src',
      inBase: true,
    },
  ],
  ['pq-sys', { library: 'libpq.so.5', bundled: 'pq-src' }],
  ['mysqlclient-sys', { library: 'libmariadb.so.3', bundled: 'mysqlclient-src' }],
  ['libsqlite3-sys', { library: 'libsqlite3.so.0', bundled: 'cc' }],
  ['alsa-sys', { library: 'libasound.so.2' }],
  ['gtk-sys', { library: 'libgtk-3.so.0' }],
  ['gtk4-sys', { library: 'libgtk-4.so.1' }],
  ['gstreamer-sys', { library: 'libgstreamer-1.0.so.0' }],
  ['libudev-sys', { library: 'libudev.so.1' }],
  ['libdbus-sys', { library: 'libdbus-1.so.3', bundled: 'cc' }],
  ['fontconfig-sys', { library: 'libfontconfig.so.1' }],
  ['pcap', { library: 'libpcap.so.0.8' }],
  ['tesseract-sys', { library: 'libtesseract.so.5' }],
  ['ffmpeg-sys-next', { library: 'libavcodec' }],
]);
