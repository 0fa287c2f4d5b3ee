/**
 * npm packages whose compiled part is installed for one C library only: by an install script (node-gyp, prebuild-install, node-pre-gyp) or as
 * an optional dependency for each (`libc` in its package.json). After their newest package.json in the npm registry on 2026-11-21. Those that
 * hold compiled files for both in the package itself, such as argon2 and bufferutil, are not here.
 */
export const nativeAddons: ReadonlyMap<
  string,
  { /** From this version on it comes for both. */ readonly until?: number }
> = new Map<string, { readonly until?: number }>([
  ['sharp', {}],
  ['better-sqlite3', { until: 13 }],
  ['sqlite3', {}],
  ['canvas', {}],
  ['bcrypt', { until: 6 }],
  ['@discordjs/opus', {}],
  ['@swc/core', {}],
  ['lightningcss', {}],
  ['node-sass', {}],
  ['node-rdkafka', {}],
  ['@confluentinc/kafka-javascript', {}],
  ['libxmljs2', {}],
  ['re2', {}],
]);
